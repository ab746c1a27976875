"""What the entities of the warm compress have in common."""

from homeassistant.helpers.device_registry import DeviceInfo

from .const import DOMAIN


def compress_device() -> DeviceInfo:
    """Return the device that the switch and the thermometer belong to."""
    return DeviceInfo(
        identifiers={(DOMAIN, "compress")}, name="Warm compress", manufacturer="Knot Coach demo"
    )
