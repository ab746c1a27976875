"""One heater and more than one coach, or more than one heater under one name over time."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.knot_coach.const import DOMAIN, Conf
from tests.fake_heater import FakeSwitch, FakeThermometer, Pad, Ways
from tests.house import House, coach_entry, set_up
from tests.virtual_clock import VirtualClock


class Shared(House):
    """Sam in the bedroom and Kim in the kitchen have one pad."""

    pad: Pad
    kim: MockConfigEntry

    async def kim_comes(self, **options: Any) -> None:  # noqa: ANN401 - settings of a coach
        """Set up Kim's coach with the same pad."""
        heat: dict[str, Any] = {Conf.HEATER: "switch.pad", Conf.OWN_CUTOFF: True}
        self.kim = coach_entry(
            self.hass,
            self.kitchen.entity_id,
            name="Kim",
            room="Kitchen",
            options={**heat, **options},
        )
        await set_up(self.hass, self.kim)

    async def warm(self) -> None:
        """Let Sam say yes to heat, and wait until there is some."""
        await self.start(self.entry, "upper_traps", heat=True)
        await self.until_question("health")
        await self.say("no")
        await self.until_question("heat")
        await self.say("yes")
        await self.clock.run_until(self.pad.has_power, 15)
        await self.clock.advance(20)

    async def start_kim(self) -> None:
        """Start a session of Kim without heat."""
        await self.start(self.kim, "forearm", heat=False)

    async def start(self, entry: MockConfigEntry, area: str, *, heat: bool) -> None:
        """Start a session of somebody."""
        wanted = {"area": area, "side": "left", "length": "quick", "heat": heat}
        await self.hass.services.async_call(
            DOMAIN,
            "start_session",
            {"config_entry_id": entry.entry_id, **wanted},
            blocking=True,
        )


@asynccontextmanager
async def unplugged[H: Shared](house: H) -> AsyncGenerator[H]:
    """Give a house a pad that is not plugged in yet; in the end it is off, whatever has become of it."""
    house.pad = Pad()
    yield house
    house.pad.ways = Ways()
    house.pad.set(on=False)
    await house.clock.advance(300)
    house.room.leave()


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[Shared]:
    """A house in which nothing is plugged in yet."""
    async with unplugged(Shared(hass, virtual_time)) as house:
        yield house


METERED: dict[str, Any] = {Conf.TEMPERATURE: None, Conf.POWER: "sensor.pad_power"}


async def test_a_new_plug_under_an_old_name_is_what_goes_off(house: Shared) -> None:
    old = house.pad
    await house.build(pad=old, power=True, options=METERED)
    er.async_get(house.hass).async_update_entity("switch.pad", new_entity_id="switch.old")
    await house.hass.async_block_till_done()
    await house.clock.advance(5)
    house.pad = new = Pad()
    switch = FakeSwitch(new, "pad")
    switch._attr_unique_id = "fake-new"
    await house.room.async_add("switch", switch)
    assert switch.entity_id == "switch.pad"
    entries = house.hass.config_entries
    options = {Conf.HEATER: "switch.pad", Conf.POWER: None}
    entries.async_update_entry(house.entry, options=house.entry.options | options)
    done = house.hass.async_create_task(entries.async_reload(house.entry.entry_id))
    await house.clock.run_until(done.done, 60)
    assert house.entry.state is ConfigEntryState.LOADED
    await house.warm()
    await house.say("too hot")
    await house.clock.run_until(lambda: not new.has_power(), 5)
    assert "off" not in old.commands


async def test_a_pad_that_is_stuck_holds_up_everybody_under_its_new_name_too(
    house: Shared,
) -> None:
    await house.build(pad=house.pad, options={Conf.TEMPERATURE: None})
    await house.kim_comes()
    await house.warm()
    house.pad.ways = Ways(deaf=1)
    await house.say("too hot")
    await house.until("paused", within=40)
    er.async_get(house.hass).async_update_entity("switch.pad", new_entity_id="switch.compress")
    await house.hass.async_block_till_done()
    await house.clock.advance(5)
    assert house.kim.options[Conf.HEATER] == "switch.compress"
    assert house.pad.has_power()
    with pytest.raises(ServiceValidationError) as caught:
        await house.start_kim()
    assert caught.value.translation_key in {"heat_stuck", "heat_not_off"}


async def test_whoever_is_pressed_is_told_though_another_session_saw_the_pad_first(
    house: Shared,
) -> None:
    await house.build(pad=house.pad, options={Conf.TEMPERATURE: None})
    await house.kim_comes()
    await house.start_kim()
    await house.clock.advance(15)
    await house.say("no", house.kitchen)
    await house.clock.advance(5)
    await house.say("pause", house.kitchen)
    await house.warm()
    await house.say("too hot")
    await house.clock.run_until(lambda: not house.pad.has_power(), 5)
    await house.clock.advance(20)
    await house.say("five")
    # So long that nobody watches any more whether the last heat stays off.
    await house.clock.advance(125)
    assert house.session.state == "active"
    house.pad.ways = Ways(deaf=1)
    await house.hass.services.async_call("switch", "turn_on", {"entity_id": "switch.pad"})
    await house.until("paused", within=15)


async def test_the_watts_of_another_coach_prove_nothing(house: Shared) -> None:
    await house.build(pad=house.pad, power=True, options=METERED)
    made_up = {
        "name": "made up",
        "device_class": "power",
        "unit_of_measurement": "W",
        "state": "{{ 40 if is_state('switch.pad', 'on') else 0 }}",
    }
    template = {"template": [{"sensor": [made_up]}]}
    assert await async_setup_component(house.hass, "template", template)
    await house.hass.async_block_till_done()
    await house.kim_comes(**{Conf.HEAT_KIND: "room", Conf.POWER: "sensor.made_up"})
    await house.warm()
    house.pad.ways = Ways(deaf=1, untrue=True)
    await house.say("too hot")
    await house.until("paused", within=40)


async def test_the_thermometer_of_another_coach_takes_nothing_away(house: Shared) -> None:
    await house.build(pad=house.pad)
    await house.room.async_add("sensor", FakeThermometer(Pad(), "air"))
    await house.kim_comes(**{Conf.HEAT_KIND: "room", Conf.TEMPERATURE: "sensor.air"})
    await house.warm()
    await house.clock.advance(200)
    house.pad.ways = Ways(deaf=1, untrue=True)
    await house.say("too hot")
    await house.until("paused", within=250)


async def test_a_meter_that_was_taken_out_of_the_options_proves_nothing(house: Shared) -> None:
    await house.build(pad=house.pad, power=True, options=METERED)
    er.async_get(house.hass).async_remove("sensor.pad_power")
    entries = house.hass.config_entries
    entries.async_update_entry(house.entry, options=house.entry.options | {Conf.POWER: None})
    done = house.hass.async_create_task(entries.async_reload(house.entry.entry_id))
    await house.clock.run_until(done.done, 60)
    await house.warm()
    await house.say("too hot")
    await house.clock.run_until(lambda: not house.pad.has_power(), 5)
    await house.clock.advance(20)
    assert house.session.state != "paused"
