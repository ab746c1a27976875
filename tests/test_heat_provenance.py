"""Whose word is taken on the body: integrations as they are in real houses, by their manifests and their devices."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.loader import async_get_integration
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_integration,
)

from custom_components.knot_coach.heat_devices import unfit
from custom_components.knot_coach.massage.heat import HeatKind


class Maker:
    """One integration, and what it has brought into a house."""

    def __init__(self, hass: HomeAssistant, domain: str) -> None:
        """Add its entry; it is loaded elsewhere."""
        self.hass, self.domain = hass, domain
        self.entry = MockConfigEntry(domain=domain)
        self.entry.add_to_hass(hass)

    def device(self, **info: Any) -> dr.DeviceEntry:  # noqa: ANN401 - as the registry has it
        """Add a device; without more it is one of its own."""
        if not info.keys() & {"identifiers", "connections"}:
            info["identifiers"] = {(self.domain, "one")}
        return dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id, **info
        )

    def entity(self, domain: str, device: dr.AnyDeviceEntry | None = None) -> str:
        """Add an entity, of a device or of none, that is off."""
        made = er.async_get(self.hass).async_get_or_create(
            domain, self.domain, "one", config_entry=self.entry, suggested_object_id="plug"
        )
        if device is not None:
            er.async_get(self.hass).async_update_entity(made.entity_id, device_id=device.id)
        self.hass.states.async_set(made.entity_id, "off", {"hvac_modes": ["off", "heat"]})
        return made.entity_id


def added(hass: HomeAssistant, domain: str, **manifest: str) -> Maker:
    """Add an integration as people add them to Home Assistant."""
    module = MockModule(domain, partial_manifest=manifest)
    mock_integration(hass, module, built_in=False)
    return Maker(hass, domain)


def why_not(hass: HomeAssistant, entity_id: str) -> str | None:
    """Say why it may not be on the body; in a room it may."""
    assert unfit(hass, entity_id, kind=HeatKind.ROOM) is None
    return unfit(hass, entity_id)


@pytest.mark.parametrize("domain", ["switch", "climate"])
@pytest.mark.parametrize(
    "integration",
    [
        "command_line",
        "deconz",
        "esphome",
        "homekit_controller",
        "homematic",
        "hue",
        "knx",
        "matter",
        "modbus",
        "mqtt",
        "rest",
        "shelly",
        "tasmota",
        "tplink",
        "tuya",
        "zha",
        "zwave_js",
    ],
)
async def test_what_home_assistant_brings_is_believed_with_or_without_a_device(
    hass: HomeAssistant, integration: str, domain: str
) -> None:
    """YAML makes no device, and some make one that is known by its radio or network alone."""
    await async_get_integration(hass, integration)
    maker = Maker(hass, integration)
    assert why_not(hass, maker.entity(domain)) is None
    mac = {(dr.CONNECTION_NETWORK_MAC, "aa:bb:cc:dd:ee:ff")}
    assert why_not(hass, maker.entity(domain, maker.device(connections=mac))) is None


@pytest.mark.parametrize(
    "integration", ["demo", "threshold", "tod", "trend", "mold_indicator", "template", "group"]
)
async def test_what_home_assistant_calls_worked_out_is_not_believed(
    hass: HomeAssistant, integration: str
) -> None:
    await async_get_integration(hass, integration)
    maker = Maker(hass, integration)
    assert why_not(hass, maker.entity("switch", maker.device())) == "heat_helper"


@pytest.mark.parametrize("domain", ["switch", "climate"])
@pytest.mark.parametrize("integration", ["localtuya", "sonoff", "tuya_local", "xiaomi_miot"])
async def test_what_people_add_is_believed_with_a_device_of_its_own(
    hass: HomeAssistant, integration: str, domain: str
) -> None:
    maker = added(hass, integration, iot_class="local_push")
    device = maker.device()
    assert why_not(hass, maker.entity(domain, device)) is None
    child = dr.async_get(hass).async_get_or_create_child(
        config_entry_id=maker.entry.entry_id,
        parent_device_id=device.id,
        identifiers={(integration, "socket 1")},
        name="socket 1",
    )
    assert why_not(hass, maker.entity(domain, child)) is None


@pytest.mark.parametrize("domain", ["switch", "climate"])
async def test_a_device_that_is_known_by_its_radio_alone_belongs_to_whoever_made_it(
    hass: HomeAssistant, domain: str
) -> None:
    """Software is shown at the device of another by the same means."""
    mac = {(dr.CONNECTION_NETWORK_MAC, "aa:bb:cc:dd:ee:ff")}
    maker = added(hass, "some_plugs", iot_class="local_push")
    assert why_not(hass, maker.entity(domain, maker.device(connections=mac))) is None
    Maker(hass, "zha").device(connections={*mac, (dr.CONNECTION_ZIGBEE, "one")})
    assert unfit(hass, f"{domain}.plug") == "heat_helper"


@pytest.mark.parametrize("domain", ["switch", "climate"])
async def test_software_has_no_device_of_its_own(hass: HomeAssistant, domain: str) -> None:
    """A thermostat of somebody's, in the ways in which they are shown."""
    plug = Maker(hass, "zha").device(identifiers={("zha", "plug")})
    maker = added(hass, "warm_and_cosy", iot_class="local_push")
    assert why_not(hass, maker.entity(domain)) == "heat_helper"
    assert why_not(hass, maker.entity(domain, plug)) == "heat_helper"
    copied = maker.device(identifiers=plug.identifiers)
    assert why_not(hass, maker.entity(domain, copied)) == "heat_helper"
    service = maker.device(entry_type=dr.DeviceEntryType.SERVICE)
    assert why_not(hass, maker.entity(domain, service)) == "heat_helper"
    dr.async_get(hass).async_remove_device(service.id)
    own = maker.device()
    assert why_not(hass, maker.entity(domain, own)) is None


@pytest.mark.parametrize(
    "manifest",
    [
        {"integration_type": "helper", "iot_class": "local_push"},
        {"integration_type": "device", "iot_class": "calculated"},
        {"integration_type": "device", "iot_class": "assumed_state"},
    ],
    ids=str,
)
async def test_what_says_that_it_hears_no_device_is_taken_at_its_word(
    hass: HomeAssistant, manifest: dict[str, str]
) -> None:
    maker = added(hass, "warm_and_cosy", **manifest)
    assert why_not(hass, maker.entity("climate", maker.device())) == "heat_helper"


@pytest.mark.parametrize(
    ("integration", "domain"),
    [
        ("better_thermostat", "climate"),
        ("versatile_thermostat", "climate"),
        ("dual_smart_thermostat", "climate"),
        ("smart_thermostat", "climate"),
        ("nodered", "switch"),
        ("virtual", "switch"),
        ("pyscript", "switch"),
        ("variable", "switch"),
        ("hass_variables", "switch"),
        ("proxy_switch", "switch"),
        ("scheduler", "switch"),
    ],
)
async def test_devices_that_are_made_of_software_are_known_by_name(
    hass: HomeAssistant, integration: str, domain: str
) -> None:
    maker = added(hass, integration, iot_class="local_push")
    assert why_not(hass, maker.entity(domain, maker.device())) == "heat_helper"


async def test_what_was_only_set_from_outside_speaks_for_nothing(hass: HomeAssistant) -> None:
    hass.states.async_set("switch.plug", "off")
    assert why_not(hass, "switch.plug") == "heat_helper"


async def test_where_the_state_proves_nothing_the_watts_are_those_of_a_real_device(
    hass: HomeAssistant,
) -> None:
    hass.states.async_set("switch.plug", "off")
    maker = added(hass, "warm_and_cosy", iot_class="local_push")
    plug = Maker(hass, "zha").device(identifiers={("zha", "plug")})
    for device, reason in ((plug, "heat_power_computed"), (maker.device(), None)):
        power = maker.entity("sensor", device)
        hass.states.async_set(power, "0", {"unit_of_measurement": "W"})
        assert unfit(hass, "switch.plug", power) == reason
