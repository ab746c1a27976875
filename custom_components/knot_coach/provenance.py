"""Who makes an entity: a device that speaks for itself, or something that works its state out.

On a body a state has to come from what it is about. No field of Home Assistant says so, so this is put together from
what integrations say of themselves:

* One whose manifest calls it a helper, calculated or assumed works it out.
* One that is a part of Home Assistant is believed otherwise. Its manifest has been looked at by others, and devices of
  wires and of YAML (MQTT, Modbus, KNX) have no entry in the device registry.
* Any other is believed where it has made a device of its own, with an identifier of its domain, as all do that bring
  plugs. Software thermostats and switches have none, or are shown on the device of another, as helpers are. A device
  that is a service is no plug.
* Some make devices out of software and say nothing of it. They are named here, with others that are in wide use.
* What nobody has made, but was set from outside as a mere state, speaks for nothing.

What a program behind MQTT or a command line invents looks like a device; nothing here can tell.
"""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import entity_sources
from homeassistant.loader import Integration, IntegrationNotLoaded, async_get_loaded_integration

MADE_UP: Final = frozenset(
    {
        # Home Assistant's own
        "compensation",
        "derivative",
        "energy",
        "filter",
        "generic_hygrostat",
        "generic_thermostat",
        "group",
        "history_stats",
        "integration",
        "min_max",
        "random",
        "sql",
        "statistics",
        "switch_as_x",
        "template",
        "utility_meter",
        # What people add most
        "adaptive_lighting",
        "awesome_thermostat",
        "better_thermostat",
        "climate_group",
        "climate_template",
        "dual_smart_thermostat",
        "hass_variables",
        "local_thermostat",
        "nodered",
        "powercalc",
        "proxy_switch",
        "pyscript",
        "scheduler",
        "smart_thermostat",
        "switch_manager",
        "variable",
        "versatile_thermostat",
        "virtual",
    }
)
"""Platforms whose states are worked out from those of others, or kept by a program."""
NO_DEVICE: Final = frozenset({"calculated", "assumed_state"})
"""What a manifest calls an integration (`iot_class`) that hears no device."""


def platforms(hass: HomeAssistant, entity_id: str) -> set[str]:
    """Return who made an entity: one without a unique id is not registered, but has a source."""
    entry, source = er.async_get(hass).async_get(entity_id), entity_sources(hass).get(entity_id)
    return {entry.platform} if entry is not None else {source["domain"]} if source else set()


def is_made_up(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether a state is known to be worked out from others, or assumed."""
    return any(_makes_up(hass, platform) for platform in platforms(hass, entity_id))


def speaks_of_a_device(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether a state comes from a device, as far as that can be known."""
    made_by = platforms(hass, entity_id)
    if not made_by or is_made_up(hass, entity_id):
        return False
    integrations = [_loaded(hass, platform) for platform in made_by]
    if all(one is not None and one.is_built_in for one in integrations):
        return True
    return _has_its_own(hass, entity_id)


def main_device(hass: HomeAssistant, entry: er.RegistryEntry) -> dr.DeviceEntry | None:
    """Return the device of an entity; of one socket of a strip the strip."""
    devices = dr.async_get(hass)
    device = None if entry.device_id is None else devices.async_get(entry.device_id)
    if isinstance(device, dr.ChildDeviceEntry):
        return devices.async_get(device.parent_device_id, include_child_devices=False)
    return device


def _has_its_own(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity is a part of a device that its own integration has made."""
    entry = er.async_get(hass).async_get(entity_id)
    if entry is None or entry.device_id is None:
        return False
    device, main = dr.async_get(hass).async_get(entry.device_id), main_device(hass, entry)
    if device is None or main is None or main.entry_type is dr.DeviceEntryType.SERVICE:
        return False
    if not device.identifiers and device is main:
        return _is_alone(hass, main, entry.platform)
    return any(identifier[0] == entry.platform for identifier in device.identifiers)


def _is_alone(hass: HomeAssistant, device: dr.DeviceEntry, platform: str) -> bool:
    """Tell whether nobody but an integration has made a device that is known by its connections alone."""
    devices, entries = dr.async_get(hass).devices, hass.config_entries
    same = [one for one in devices if one.connections & device.connections]
    makers = [entries.async_get_entry(one.config_entry_id) for one in same]
    return bool(makers) and all(one is not None and one.domain == platform for one in makers)


def _makes_up(hass: HomeAssistant, platform: str) -> bool:
    if platform in MADE_UP:
        return True
    integration = _loaded(hass, platform)
    return integration is not None and (
        integration.integration_type == "helper" or integration.iot_class in NO_DEVICE
    )


def _loaded(hass: HomeAssistant, platform: str) -> Integration | None:
    try:
        return async_get_loaded_integration(hass, platform)
    except IntegrationNotLoaded:
        return None
