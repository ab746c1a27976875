"""What is behind a helper: whoever switches it switches somebody's pad."""

from collections.abc import AsyncGenerator
from typing import Any

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.helpers.discovery import async_load_platform
from homeassistant.helpers.script import Script
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_integration,
    mock_platform,
)

from custom_components.knot_coach.const import Conf
from custom_components.knot_coach.heat_devices import is_ours, may_share, share
from tests.fake_heater import FakeSwitch, Pad
from tests.test_heat_one_relay import PLAIN, ROOM, Wired
from tests.test_heat_shared import unplugged
from tests.virtual_clock import VirtualClock

THERMOSTAT: dict[str, Any] = {
    "name": "warm",
    "heater": "switch.pad",
    "target_sensor": "sensor.air",
    "ac_mode": False,
    "cold_tolerance": 0.3,
    "hot_tolerance": 0.3,
    "target_temp": 25,
}


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[Wired]:
    """A house in which nothing is plugged in yet."""
    async with unplugged(Wired(hass, virtual_time)) as house:
        yield house


async def yaml(hass: HomeAssistant, domain: str, config: Any) -> None:  # noqa: ANN401 - as it is written
    """Set up what somebody has written."""
    assert await async_setup_component(hass, domain, {domain: config})
    await hass.async_block_till_done()


async def form(hass: HomeAssistant, domain: str, options: dict[str, Any], **version: int) -> None:
    """Set up what somebody has filled in."""
    entry = MockConfigEntry(domain=domain, title="warm", options=options, **version)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


def switching(*actions: Any) -> dict[str, Any]:  # noqa: ANN401 - actions
    """Return a template switch or light that does these things."""
    return {"name": "warm", "state": "{{ false }}", "turn_on": [*actions], "turn_off": []}


def turn_on(**target: object) -> dict[str, Any]:
    return {"action": "switch.turn_on", "target": target}


async def thermostat_of_a_form(hass: HomeAssistant) -> str:
    await form(hass, "generic_thermostat", THERMOSTAT, version=1, minor_version=3)
    return "climate.warm"


async def thermostat_of_yaml(hass: HomeAssistant) -> str:
    await yaml(hass, "climate", {"platform": "generic_thermostat", **THERMOSTAT})
    return "climate.warm"


async def template_of_a_form(hass: HomeAssistant) -> str:
    options = {"template_type": "switch", **switching(turn_on(entity_id=["switch.pad"]))}
    await form(hass, "template", options)
    return "switch.warm"


async def template_of_yaml(hass: HomeAssistant) -> str:
    await yaml(hass, "template", {"switch": switching(turn_on(entity_id="switch.pad"))})
    return "switch.warm"


async def template_that_calculates_the_name(hass: HomeAssistant) -> str:
    name = "{{ 'switch.pad' if states.switch.pad else 'none' }}"
    await yaml(hass, "template", {"light": switching(turn_on(entity_id=name))})
    return "light.warm"


async def template_that_only_looks(hass: HomeAssistant) -> str:
    state = "{{ states.switch.pad.state == 'on' }}"
    await yaml(hass, "template", {"switch": {**switching({"event": "warm"}), "state": state}})
    return "switch.warm"


async def template_of_a_device(hass: HomeAssistant) -> str:
    entry = MockConfigEntry(domain="switch")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("switch", "pad")}
    )
    er.async_get(hass).async_update_entity("switch.pad", device_id=device.id)
    await yaml(hass, "template", {"switch": switching(turn_on(device_id=device.id))})
    return "switch.warm"


async def template_of_an_area(hass: HomeAssistant) -> str:
    area = ar.async_get(hass).async_get_or_create("Bath")
    er.async_get(hass).async_update_entity("switch.pad", area_id=area.id)
    await yaml(hass, "template", {"switch": switching(turn_on(area_id=["bath"]))})
    return "switch.warm"


async def template_of_a_script(hass: HomeAssistant) -> str:
    nested = {"if": [], "then": [{"parallel": [turn_on(entity_id="switch.pad")]}]}
    await yaml(hass, "script", {"warm_it": {"sequence": [nested]}})
    await yaml(hass, "template", {"switch": switching({"action": "script.warm_it"})})
    return "switch.warm"


async def template_of_a_thermostat(hass: HomeAssistant) -> str:
    await thermostat_of_yaml(hass)
    heat = {"action": "climate.turn_on", "target": {"entity_id": "climate.warm"}}
    await yaml(hass, "template", {"switch": switching(heat)})
    return "switch.warm"


async def thermostat_that_people_add(hass: HomeAssistant, heater: str = "switch.pad") -> str:
    """It makes a device of software; what it switches is in its entry."""
    mock_integration(hass, MockModule("versatile_thermostat"), built_in=False)
    entry = MockConfigEntry(
        domain="versatile_thermostat", data={"underlyings": [{"entity": heater}]}
    )
    entry.add_to_hass(hass)
    made = er.async_get(hass).async_get_or_create(
        "climate", "versatile_thermostat", "one", config_entry=entry
    )
    hass.states.async_set(made.entity_id, "off")
    return made.entity_id


class SomeSwitch(SwitchEntity):
    """A switch of YAML that people add: it keeps what it does as Home Assistant runs it."""

    def __init__(self, **fields: object) -> None:
        self._attr_name = "warm"
        self._fields = fields


async def software_that_people_add(hass: HomeAssistant, **fields: object) -> str:
    async def add(_: HomeAssistant, __: object, add_entities: Any, ___: object = None) -> None:  # noqa: ANN401 - a callback
        add_entities([SomeSwitch(**fields)])

    mock_integration(hass, MockModule("warm_software"), built_in=False)
    mock_platform(hass, "warm_software.switch", MockPlatform(async_setup_platform=add))
    await async_load_platform(hass, "switch", "warm_software", {"name": "warm"}, {})
    await hass.async_block_till_done()
    return "switch.warm"


async def software_with_a_script(hass: HomeAssistant) -> str:
    actions = [turn_on(entity_id="switch.pad")]
    script = Script(hass, actions, "warm", "warm_software")
    return await software_that_people_add(hass, script=script)


async def software_with_a_template(hass: HomeAssistant) -> str:
    shown = Template("{{ states('switch.pad') }}", hass)
    return await software_that_people_add(hass, templates={shown})


async def thermostat_that_keeps_an_id(hass: HomeAssistant) -> str:
    """A new name does not change it."""
    entry = er.async_get(hass).async_get("switch.pad")
    assert entry is not None
    return await thermostat_that_people_add(hass, entry.id)


WAYS = (
    thermostat_of_a_form,
    thermostat_of_yaml,
    template_of_a_form,
    template_of_yaml,
    template_that_calculates_the_name,
    template_that_only_looks,
    template_of_a_device,
    template_of_an_area,
    template_of_a_script,
    template_of_a_thermostat,
    thermostat_that_people_add,
    thermostat_that_keeps_an_id,
    software_with_a_script,
    software_with_a_template,
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_a_helper_over_a_pad_is_the_pad(house: Wired, way: Any) -> None:  # noqa: ANN401 - one of the ways
    await house.build(pad=house.pad, options=PLAIN)
    await house.room.async_add("switch", FakeSwitch(Pad(), "towels"))
    house.hass.states.async_set("sensor.air", "15", {"unit_of_measurement": "°C"})
    helper = await way(house.hass)
    assert house.hass.states.get(helper) is not None
    assert share(house.hass, helper, "switch.pad")
    assert not share(house.hass, helper, "switch.towels")


async def test_helpers_that_look_at_the_same_share_no_relay(house: Wired) -> None:
    """Nor do they because both of them say `switch.turn_on`."""
    await house.build(pad=house.pad, options=PLAIN)
    await house.room.async_add("switch", FakeSwitch(Pad(), "towels"))
    probe = er.async_get(house.hass).async_get("sensor.pad_temperature")
    assert probe is not None
    look = {
        "availability": "{{ is_number(states('sensor.pad_temperature')) }}",
        "turn_off": [{"event": "cold", "event_data": {"probe": probe.id}}],
    }
    pad = {**switching(turn_on(entity_id="switch.pad")), **look}
    towels = {**switching(turn_on(entity_id="switch.towels")), **look, "name": "hot"}
    await yaml(house.hass, "template", [{"switch": pad}, {"switch": towels}])
    assert house.hass.states.get("switch.hot") is not None
    assert not share(house.hass, "switch.warm", "switch.hot")
    assert not may_share(house.hass, "switch.warm", "switch.hot")


async def test_a_helper_that_starts_a_session_is_no_heater(house: Wired) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    ours = house.entity("switch", "session")
    await yaml(house.hass, "template", {"switch": switching(turn_on(entity_id=ours))})
    assert is_ours(house.hass, "switch.warm")


@pytest.mark.parametrize("way", [thermostat_of_a_form, template_of_yaml])
async def test_no_room_is_warmed_by_a_helper_over_a_pad(house: Wired, way: Any) -> None:  # noqa: ANN401 - one of the ways
    await house.build(pad=house.pad, options=PLAIN)
    house.hass.states.async_set("sensor.air", "15", {"unit_of_measurement": "°C"})
    helper = await way(house.hass)
    await house.kim_comes(**{Conf.HEATER: None, Conf.OWN_CUTOFF: False})
    answers = {Conf.HEATER: helper, Conf.HEAT_MINUTES: 10, Conf.HEAT_KIND: "room"}
    wrong = await house.form(house.kim, "heat", **answers)
    assert wrong == {Conf.HEAT_KIND: "heat_body_of_other"}
    await house.change(house.kim, **{**ROOM, Conf.HEATER: helper})
    await house.kim_is_asked()
    await house.clock.advance(60)
    assert house.pad.commands == []


async def test_no_light_that_is_a_helper_over_a_pad_goes_along(house: Wired) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    lamp = await template_that_calculates_the_name(house.hass)
    await house.kim_comes(**{Conf.HEATER: None, Conf.OWN_CUTOFF: False})
    assert await house.form(house.kim, "voice", light=lamp) == {Conf.LIGHT: "light_heats"}
    await house.change(house.kim, **{Conf.LIGHT: lamp})
    await house.start_kim()
    await house.clock.advance(15)
    await house.say("no", house.kitchen)
    await house.clock.advance(120)
    assert house.pad.commands == []


# --- two views of one device ----------------------------------------------------------------------


def of_one_device(hass: HomeAssistant, *names: str) -> None:
    """Make entities parts of one device, each of a socket of its own."""
    entry = MockConfigEntry(domain="switch")
    entry.add_to_hass(hass)
    devices = dr.async_get(hass)
    device = devices.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("switch", "p")}
    )
    for name in names:
        socket = devices.async_get_or_create_child(
            config_entry_id=entry.entry_id,
            parent_device_id=device.id,
            identifiers={("switch", name)},
            name=name,
        )
        er.async_get(hass).async_update_entity(name, device_id=socket.id)


async def test_a_thermostat_and_a_switch_of_one_device_are_one_relay(house: Wired) -> None:
    await house.build(pad=house.pad, options={**PLAIN, Conf.HEATER: "climate.pad"})
    await house.room.async_add_climate()
    of_one_device(house.hass, "switch.pad", "climate.pad")
    await house.kim_comes(**{Conf.HEATER: None, Conf.OWN_CUTOFF: False})
    answers = {Conf.HEATER: "switch.pad", Conf.HEAT_MINUTES: 10, Conf.HEAT_KIND: "room"}
    wrong = await house.form(house.kim, "heat", **answers)
    assert wrong == {Conf.HEAT_KIND: "heat_body_of_other"}
    await house.change(house.kim, **{**ROOM, Conf.HEATER: "switch.pad"})
    await house.kim_is_asked()
    await house.clock.advance(30)
    assert house.pad.commands == []


async def test_the_outlets_of_a_strip_are_heaters_of_their_own(house: Wired) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await house.room.async_add("switch", FakeSwitch(Pad(), "towels"))
    of_one_device(house.hass, "switch.pad", "switch.towels")
    await house.kim_comes(**{Conf.HEATER: None, Conf.OWN_CUTOFF: False})
    answers = {Conf.HEATER: "switch.towels", Conf.HEAT_MINUTES: 10}
    for kind in ("room", "body"):
        assert await house.form(house.kim, "heat", **answers, heat_kind=kind) == {}


@pytest.mark.parametrize("kind", ["body", "room"])
async def test_the_lamp_of_a_device_that_heats_goes_along_in_a_room_alone(
    house: Wired, kind: str
) -> None:
    """A bathroom has one device for both, and what lies on a body is kept apart from all of it."""
    options = {**PLAIN, Conf.HEATER: "climate.pad", Conf.HEAT_KIND: kind}
    await house.build(pad=house.pad, options=options)
    await house.room.async_add_climate()
    registry = er.async_get(house.hass)
    lamp = registry.async_get_or_create("light", "switch", "lamp").entity_id
    house.hass.states.async_set(lamp, "off")
    of_one_device(house.hass, lamp, "climate.pad")
    wrong = await house.form(house.entry, "voice", light=lamp)
    assert wrong == ({Conf.LIGHT: "light_heats"} if kind == "body" else {})
