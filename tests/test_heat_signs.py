"""Signs of trouble: what a heater does that its state does not show, and what others do to it.

Every test says how long the pad had power, by its own clock.
"""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import attr
from homeassistant.core import Context
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser, mock_registry

from custom_components.knot_coach.heater import Heater, async_recover
from custom_components.knot_coach.lease import async_get_book
from custom_components.knot_coach.massage.heat import HeatKind
from custom_components.knot_coach.massage.heat_reports import (
    HeatForecast,
    HeatLost,
    HeatOff,
    HeatOn,
    HeatReady,
    HeatReport,
    HeatStuck,
)
from custom_components.knot_coach.outlet import Outlet, Watch
from custom_components.knot_coach.thermometer import Thermometer
from tests.fake_heater import FakeThermometer, Pad
from tests.heater_house import (
    POWER,
    SWITCH,
    TEMPERATURE,
    House,
    Run,
    is_on,
    is_stuck,
    lease_of,
    runner,
)
from tests.virtual_clock import VirtualClock

EIGHT_MINUTES = timedelta(minutes=8)
"""Less than it takes to get too hot."""


@pytest.fixture
def pad() -> Pad:
    return Pad()


@pytest.fixture
def run(virtual_time: VirtualClock, pad: Pad, tmp_path: Path) -> Run:
    """Run one Home Assistant after another over the same folder and the same pad."""
    return runner(virtual_time, pad, tmp_path)


@pytest.fixture
async def house(run: Run) -> AsyncGenerator[House]:
    """A pad with a switch, a thermometer and a sensor of its power."""
    async with run() as house:
        await house.room.async_add_switch()
        await house.room.async_add_thermometer()
        await house.room.async_add_power()
        yield house


async def by_hand(house: House, *, on: bool, context: Context | None = None) -> None:
    """Switch as a person does who uses Home Assistant, or an automation."""
    service = "turn_on" if on else "turn_off"
    await house.hass.services.async_call("switch", service, {"entity_id": SWITCH}, context=context)


# No watts


async def test_a_pad_that_draws_nothing_is_switched_off(house: House) -> None:
    house.pad.ways.own_switch_off = True
    heater = await house.warm(power_sensor=POWER)
    await house.clock.advance(29)
    assert house.reports == []
    await house.clock.advance(2)
    assert house.reports[0] == HeatLost("no_watts")
    await house.clock.advance(5)
    assert house.reports == [HeatLost("no_watts"), HeatOff()]
    assert house.pad.seconds_on == pytest.approx(30, abs=1)
    assert lease_of(heater) is None


async def test_a_pad_that_makes_a_pause_is_no_trouble(house: House) -> None:
    heater = await house.warm(power_sensor=POWER)
    await house.clock.advance(10)
    house.pad.ways.pausing = True
    await house.clock.advance(200)
    assert house.reports == []
    assert house.pad.has_power()
    assert (await house.off(heater))[0]


async def test_a_pad_that_draws_for_a_moment_has_drawn(house: House) -> None:
    house.pad.ways.pausing = True
    await house.warm(power_sensor=POWER)
    await house.clock.advance(20)
    house.pad.ways.pausing = False
    await house.clock.advance(4)
    house.pad.ways.pausing = True
    await house.clock.advance(60)
    assert house.reports == []
    assert house.pad.has_power()


async def test_a_sensor_that_reports_once_a_minute_is_asked(house: House) -> None:
    house.room.silence()
    await house.warm(power_sensor=POWER)
    assert float(house.state(POWER).state) < 1
    await house.clock.advance(100)
    assert float(house.state(POWER).state) > 1
    assert house.reports == []
    assert house.pad.has_power()


async def test_without_a_sensor_of_its_power_nobody_waits_for_watts(house: House) -> None:
    house.pad.ways.own_switch_off = True
    await house.warm()
    await house.clock.advance(120)
    assert house.reports == []


# Off, and power flows


async def test_off_is_not_believed_while_watts_flow(house: House) -> None:
    heater = await house.warm(power_sensor=POWER)
    house.pad.ways.deaf, house.pad.ways.untrue = 1, True
    proved, took = await house.off(heater)
    assert not proved
    assert took == pytest.approx(10, abs=0.1)
    assert house.reports == [HeatStuck()]
    house.pad.ways.deaf = 0
    await house.clock.advance(61)
    assert house.reports == [HeatStuck(), HeatOff()]
    assert house.pad.seconds_on < 72


async def test_power_that_comes_back_after_off_is_cut_again(house: House) -> None:
    heater = await house.warm(power_sensor=POWER)
    await house.off(heater)
    await house.clock.advance(60)
    house.reports.clear()
    house.pad.set(on=True)
    await house.clock.run_until(lambda: house.stored_leases == [SWITCH], 5)
    assert is_on(heater)
    await house.clock.advance(5)
    assert not house.pad.has_power()
    assert house.pad.seconds_on < 3
    assert house.reports == [HeatLost("switched_on"), HeatOff()]
    assert house.stored_leases == []


async def test_a_relay_that_goes_on_is_cut_again_without_a_sensor_of_its_power(
    house: House,
) -> None:
    heater = await house.warm()
    await house.off(heater)
    await house.clock.advance(60)
    house.reports.clear()
    house.pad.set(on=True)
    house.room.switch.report()
    await house.clock.advance(1)
    assert house.pad.seconds_on < 1
    assert house.reports == [HeatLost("switched_on"), HeatOff()]


async def test_power_that_comes_back_and_stays_is_an_alarm(house: House) -> None:
    heater = await house.warm(power_sensor=POWER)
    await house.off(heater)
    house.reports.clear()
    house.pad.ways.deaf = 1
    house.pad.set(on=True)
    await house.clock.advance(13)
    assert house.reports == [HeatLost("switched_on"), HeatStuck()]
    assert is_stuck(heater)
    house.pad.ways.deaf = 0
    await house.clock.advance(61)
    assert house.reports[2:] == [HeatOff()]
    assert house.pad.seconds_on < 75


async def test_what_comes_long_after_is_not_ours(house: House) -> None:
    heater = await house.warm(power_sensor=POWER, temperature_sensor=TEMPERATURE)
    await house.off(heater)
    await house.clock.advance(125)
    await by_hand(house, on=True)
    await house.clock.advance(60)
    assert house.pad.has_power()
    assert house.reports == [HeatOff()]


async def test_power_behind_an_off_of_a_person_is_cut(house: House) -> None:
    user = MockUser(is_owner=True).add_to_hass(house.hass)
    await house.warm(power_sensor=POWER)
    house.pad.ways.quiet = True
    await by_hand(house, on=False, context=Context(user_id=user.id))
    await house.clock.advance(20)
    assert house.reports == [HeatLost("switched_off"), HeatOff()]
    assert house.state(SWITCH).context.user_id == user.id
    house.pad.set(on=True)
    await house.clock.advance(6)
    assert house.reports[2:] == [HeatLost("switched_on"), HeatOff()]
    assert house.pad.seconds_on < 4


async def test_what_is_watched_after_one_use_is_not_the_next_one(house: House) -> None:
    house.pad.ways.refuse_on = True
    heater = await house.async_heater(power_sensor=POWER)
    await house.on(heater)
    await house.clock.advance(40)
    assert house.reports == [HeatLost("refused"), HeatOff()]
    house.pad.ways.refuse_on = False
    await house.on(heater)
    await house.clock.advance(120)
    assert house.reports[2:] == [HeatOn()]
    assert house.pad.has_power()


async def test_a_person_may_use_the_pad_after_the_session(house: House) -> None:
    user = MockUser(is_owner=True).add_to_hass(house.hass)
    heater = await house.warm(power_sensor=POWER)
    await house.off(heater)
    await house.clock.advance(30)
    await by_hand(house, on=True, context=Context(user_id=user.id))
    await house.clock.advance(60)
    assert house.pad.has_power()
    assert house.reports == [HeatOff()]


async def test_what_relapses_at_a_restart_is_switched_off(run: Run, pad: Pad) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        await house.room.async_add_power()
        heater = await house.warm(power_sensor=POWER)
        await house.off(heater)
        pad.ways.deaf = 1
        pad.set(on=True)
        await house.clock.run_until(lambda: house.stored_leases == [SWITCH], 5)
        await house.crash()
    assert pad.has_power()
    pad.ways.deaf = 0
    async with run() as house:
        await house.room.async_add_switch()
        await house.room.async_add_power()
        await house.async_heater(power_sensor=POWER)
        await house.clock.advance(3)
        assert not pad.has_power()


# Warmth


async def test_a_probe_beside_the_pad_ends_heat(house: House) -> None:
    house.pad.ways.beside = True
    await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.advance(299)
    assert house.reports == []
    await house.clock.advance(2)
    assert house.reports == [HeatLost("not_rising"), HeatOff()]
    assert house.pad.seconds_on == pytest.approx(300, abs=1)
    assert house.forecasts == []


async def test_the_air_of_a_room_may_warm_slowly(house: House) -> None:
    house.pad.ways.beside = True
    thermometer = await house.async_heater(
        temperature_sensor=TEMPERATURE, kind=HeatKind.ROOM, coach="room"
    )
    house.room.silence()
    cool = house.state(TEMPERATURE).attributes
    house.hass.states.async_set(TEMPERATURE, "18", cool)
    await house.on(thermometer)
    await house.clock.advance(301)
    assert house.reports == [HeatOn()]
    assert house.pad.has_power()


async def test_a_pad_that_is_warm_already_need_not_rise(house: House) -> None:
    house.room.silence()
    shown = house.state(TEMPERATURE).attributes
    house.hass.states.async_set(TEMPERATURE, "34.8", shown)
    await house.warm(temperature_sensor=TEMPERATURE)
    house.hass.states.async_set(TEMPERATURE, "35.1", shown)
    assert house.reports == [HeatReady()]
    for _ in range(9):
        await house.clock.advance(40)
        house.hass.states.async_set(TEMPERATURE, "35.1", shown, force_update=True)
    assert house.reports == [HeatReady()]
    assert house.pad.has_power()


async def weld(house: House, *, after: float) -> Heater:
    """Warm for so many seconds, and have the contact welded shut: off is shown, and power flows."""
    heater = await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.advance(after)
    house.pad.ways.deaf, house.pad.ways.untrue = 1, True
    assert (await house.off(heater))[0]
    house.reports[:] = house.reports[-1:]
    assert house.reports == [HeatOff()]
    return heater


async def test_a_pad_that_gets_warmer_after_off_is_not_off(house: House) -> None:
    heater = await weld(house, after=310)
    at_off = house.pad.celsius
    took = await house.clock.run_until(lambda: house.stored_leases == [SWITCH], 180)
    assert at_off + 3 < house.pad.celsius < at_off + 3.8
    assert took < 150
    await house.clock.advance(15)
    assert house.reports == [HeatOff(), HeatStuck()]
    assert is_stuck(heater)
    await house.clock.advance(300)
    assert is_stuck(heater), "off is shown, and it is still warm"
    house.pad.ways.deaf = 0
    await house.clock.advance(120)
    assert house.reports == [HeatOff(), HeatStuck(), HeatOff()]
    assert not is_stuck(heater)
    assert house.stored_leases == []
    limit = 310 + 150 + 315 + 60
    assert house.pad.seconds_on < limit


async def test_a_pad_that_is_unplugged_by_hand_is_believed_when_it_cools(house: House) -> None:
    heater = await weld(house, after=310)
    await house.clock.run_until(lambda: is_stuck(heater), 200)
    house.pad.set(on=False)
    await house.clock.run_until(lambda: not is_stuck(heater), 60)
    assert house.reports == [HeatOff(), HeatStuck(), HeatOff()]


async def test_the_glow_of_a_pad_is_no_alarm(house: House) -> None:
    heater = await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.advance(310)
    await house.off(heater)
    house.room.silence()
    shown, at_off = house.state(TEMPERATURE).attributes, house.pad.celsius
    for rise in (1.0, 2.0, 2.9, 2.5, 2.0):
        house.hass.states.async_set(TEMPERATURE, str(at_off + rise), shown)
        await house.clock.advance(30)
    await house.clock.advance(200)
    assert house.reports[-1] == HeatOff()
    assert lease_of(heater) is None


async def test_a_slow_thermometer_is_no_alarm(house: House) -> None:
    house.room.silence()
    shown = house.state(TEMPERATURE).attributes
    house.hass.states.async_set(TEMPERATURE, "34", shown)
    heater = await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.advance(50)
    house.hass.states.async_set(TEMPERATURE, "35.5", shown)
    await house.clock.advance(50)
    await house.off(heater)
    # What it rose by while power flowed, and then what the wire held.
    for celsius in (37.5, 39, 39.5, 39, 38.5):
        await house.clock.advance(50)
        house.hass.states.async_set(TEMPERATURE, str(celsius), shown)
    await house.clock.advance(50)
    assert house.reports == [HeatReady(), HeatOff()]


async def test_a_body_that_warms_a_cold_pad_is_no_alarm(house: House) -> None:
    heater = await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.advance(20)
    await house.off(heater)
    house.room.silence()
    shown = house.state(TEMPERATURE).attributes
    for minute in range(20):
        house.hass.states.async_set(TEMPERATURE, str(min(34.5, 24 + 2 * minute)), shown)
        await house.clock.advance(50)
    assert house.reports == [HeatOff()]
    assert not heater._quench.listeners, "nobody watches for ever"


async def test_a_weld_that_shows_late_is_seen_late(house: House) -> None:
    heater = await weld(house, after=20)
    took = await house.clock.run_until(lambda: is_stuck(heater), 600)
    assert took == pytest.approx(285, abs=20)
    assert house.pad.celsius < 37
    house.pad.set(on=False)


async def test_a_thermometer_that_falls_silent_clears_nothing(house: House) -> None:
    heater = await weld(house, after=310)
    await house.clock.run_until(lambda: is_stuck(heater), 200)
    house.room.silence()
    await house.clock.advance(1200)
    assert is_stuck(heater)
    house.pad.set(on=False)


# Others


async def test_off_by_another_hand_is_told_once(house: House) -> None:
    heater = await house.warm(power_sensor=POWER, temperature_sensor=TEMPERATURE)
    await by_hand(house, on=False)
    await house.clock.advance(5)
    assert house.reports == [HeatLost("switched_off"), HeatOff()]
    assert house.pad.seconds_on < 1
    assert lease_of(heater) is None


async def test_on_by_hand_during_a_session_is_off_again(house: House) -> None:
    heater = await house.async_heater()
    heater.attend(live=True)
    await house.clock.advance(60)
    await by_hand(house, on=True)
    assert house.reports[:1] == [HeatLost("switched_on")]
    await house.clock.run_until(lambda: not is_on(heater), 12)
    assert house.reports == [HeatLost("switched_on"), HeatOff()]
    assert house.pad.seconds_on < 1
    await house.clock.advance(1)
    assert house.stored_leases == []


async def test_on_by_hand_that_does_not_go_off_is_owed_and_an_alarm(house: House) -> None:
    heater = await house.async_heater()
    heater.attend(live=True)
    house.pad.ways.deaf = 1
    await by_hand(house, on=True)
    await house.clock.advance(5)
    assert house.stored_leases == [SWITCH]
    await house.clock.advance(6)
    assert house.reports == [HeatLost("switched_on"), HeatStuck()]
    house.pad.ways.deaf = 0
    await house.clock.advance(60)
    assert house.reports[2:] == [HeatOff()]
    assert house.pad.seconds_on < 71


async def test_watts_alone_tell_of_a_hand(house: House) -> None:
    heater = await house.async_heater(power_sensor=POWER)
    heater.attend(live=True)
    house.pad.set(on=True)
    await house.clock.advance(6)
    assert house.reports == [HeatLost("switched_on"), HeatOff()]
    assert house.pad.seconds_on < 3


async def test_a_pad_that_was_on_before_the_session_goes_off(house: House) -> None:
    await by_hand(house, on=True)
    heater = await house.async_heater()
    await house.clock.advance(100)
    assert house.reports == []
    heater.attend(live=True)
    heater.attend(live=True)
    await house.clock.advance(2)
    assert house.reports == [HeatLost("switched_on"), HeatOff()]
    assert house.pad.runs == [pytest.approx(100, abs=1)]


async def test_without_a_session_a_hand_is_nobodys_business(house: House) -> None:
    heater = await house.async_heater(power_sensor=POWER)
    heater.attend(live=True)
    heater.attend(live=False)
    await by_hand(house, on=True)
    await house.clock.advance(300)
    assert house.reports == []
    assert house.pad.has_power()


async def test_a_heater_of_a_room_is_left_alone(house: House) -> None:
    heater = await house.async_heater(power_sensor=POWER, kind=HeatKind.ROOM)
    heater.attend(live=True)
    await by_hand(house, on=True)
    await house.clock.advance(300)
    assert house.reports == []
    assert house.pad.has_power()


async def test_a_session_of_one_coach_leaves_the_heat_of_another_alone(house: House) -> None:
    await house.warm()
    other = await house.async_heater(coach="other")
    other.attend(live=True)
    house.room.switch.report()
    await house.clock.advance(60)
    assert house.reports == []
    assert house.pad.has_power()


async def test_what_another_coach_left_on_the_pad_is_told_to_whoever_lies_on_it(
    house: House,
) -> None:
    first = await house.warm()
    second = await house.async_heater(coach="second")
    told = list[HeatReport]()
    second._report = told.append
    await house.off(first)
    second.attend(live=True)
    await house.clock.advance(30)
    house.pad.set(on=True)
    house.room.switch.report()
    await house.clock.advance(5)
    assert told == [HeatLost("switched_on"), HeatOff()]
    assert house.pad.seconds_on < 1


async def test_heat_of_our_own_is_no_hand(house: House) -> None:
    heater = await house.async_heater(power_sensor=POWER, temperature_sensor=TEMPERATURE)
    heater.attend(live=True)
    await house.on(heater)
    await house.clock.advance(30)
    house.pad.ways.late = 2
    assert (await house.off(heater))[0]
    await house.clock.advance(300)
    assert house.reports == [HeatOn(), HeatOff()]


async def test_every_hand_is_told_of(house: House) -> None:
    user = MockUser(is_owner=True).add_to_hass(house.hass)
    heater = await house.async_heater()
    heater.attend(live=True)
    for _ in range(3):
        await by_hand(house, on=True, context=Context(user_id=user.id))
        await house.clock.advance(20)
    assert house.reports == 3 * [HeatLost("switched_on"), HeatOff()]
    assert house.pad.seconds_on < 1


async def test_on_by_hand_just_after_our_off_is_switched_off(house: House) -> None:
    heater = await house.async_heater()
    heater.attend(live=True)
    await house.on(heater)
    await house.off(heater)
    await house.clock.advance(10)
    house.reports.clear()
    await by_hand(house, on=True)
    await house.clock.advance(5)
    assert house.reports == [HeatLost("switched_on"), HeatOff()]
    assert house.pad.seconds_on < 1


@pytest.mark.parametrize("a_person", [True, False])
async def test_an_on_that_comes_after_off_was_told_is_told_at_once(
    house: House, *, a_person: bool
) -> None:
    """The coach's own on carries the name of whoever asked for heat."""
    user = MockUser(is_owner=True).add_to_hass(house.hass)
    context = Context(user_id=user.id if a_person else None)
    house.pad.ways.deaf_to_on = True
    heater = await house.async_heater()
    await house.on(heater, context=context)
    await house.clock.advance(5)
    assert house.reports == [HeatLost("not_on"), HeatOff()]
    house.reports.clear()
    house.pad.ways.deaf_to_on, house.pad.ways.deaf = False, 1
    await by_hand(house, on=True, context=context)
    await house.clock.advance(0.1)
    assert house.reports == [HeatLost("switched_on")]
    assert is_on(heater)
    house.pad.ways.deaf = 0
    await house.clock.advance(5)
    assert house.reports == [HeatLost("switched_on"), HeatOff()]
    assert house.pad.seconds_on < 4
    await house.clock.advance(40)
    assert house.stored_leases == []


async def test_on_by_hand_while_off_is_not_proved_is_part_of_that(house: House) -> None:
    heater = await house.warm()
    house.pad.ways.late = 3
    off = asyncio.ensure_future(heater.async_off())
    await house.clock.advance(1)
    await by_hand(house, on=True)
    assert await house.wait(off)
    await house.clock.advance(30)
    assert not house.pad.has_power()
    assert house.pad.seconds_on < 8


async def test_a_pad_that_is_renamed_during_a_session_is_watched_on(house: House) -> None:
    heater = await house.async_heater()
    heater.attend(live=True)
    er.async_get(house.hass).async_update_entity(SWITCH, new_entity_id="switch.compress")
    await house.hass.async_block_till_done()
    house.pad.set(on=True)
    house.room.switch.report()
    await house.clock.advance(1)
    assert house.reports == [HeatLost("switched_on"), HeatOff()]
    assert house.pad.seconds_on < 1


# Renamed, removed, disabled, away


async def test_a_heater_that_was_renamed_before_is_used_all_the_same(house: House) -> None:
    heater = await house.async_heater()
    er.async_get(house.hass).async_update_entity(SWITCH, new_entity_id="switch.compress")
    await house.hass.async_block_till_done()
    assert heater.refusal(blocked=False) is None
    await house.on(heater)
    assert house.pad.has_power()
    await house.clock.advance(601)
    assert house.reports == [HeatOn(), HeatOff()]
    assert house.pad.seconds_on == pytest.approx(600, abs=1)


async def test_a_lease_holds_under_a_new_name_too(house: House) -> None:
    heater = await house.warm()
    house.pad.ways.deaf = 1
    er.async_get(house.hass).async_update_entity(SWITCH, new_entity_id="switch.compress")
    await house.clock.advance(12)
    assert house.reports == [HeatLost("unavailable"), HeatStuck()]
    other = await house.async_heater("switch.compress", coach="other")
    assert other.refusal(blocked=False) == "heat_stuck"
    house.pad.ways.deaf = 0
    await house.clock.advance(61)
    assert lease_of(heater) is None
    assert house.pad.seconds_on < 75


async def renamed(house: House, entity_id: str, new: str) -> None:
    """Rename an entity, as people do in its settings."""
    er.async_get(house.hass).async_update_entity(entity_id, new_entity_id=new)
    await house.hass.async_block_till_done()


async def test_a_meter_that_is_renamed_proves_off_under_its_new_name(house: House) -> None:
    heater = await house.warm(power_sensor=POWER)
    await renamed(house, POWER, "sensor.compress_power")
    await house.clock.advance(6)
    assert house.reports == [HeatLost("unavailable"), HeatOff()]
    assert house.pad.seconds_on < 5
    assert lease_of(heater) is None


async def test_a_weld_is_seen_by_a_meter_under_its_new_name(house: House) -> None:
    await house.warm(power_sensor=POWER)
    house.pad.ways.deaf, house.pad.ways.untrue = 1, True
    await renamed(house, POWER, "sensor.compress_power")
    await house.clock.advance(12)
    assert house.reports == [HeatLost("unavailable"), HeatStuck()]
    house.pad.set(on=False)
    await house.clock.advance(61)
    assert house.reports[2:] == [HeatOff()]


async def test_a_meter_that_is_removed_is_an_alarm(house: House) -> None:
    heater = await house.warm(power_sensor=POWER)
    er.async_get(house.hass).async_remove(POWER)
    await house.clock.advance(600)
    assert house.reports == [HeatLost("unavailable"), HeatStuck()]
    assert is_stuck(heater)
    await house.room.async_add_power()
    await house.clock.advance(61)
    assert house.reports[2:] == [HeatOff()]


async def test_a_meter_that_was_renamed_before_is_used_all_the_same(house: House) -> None:
    heater = await house.async_heater(power_sensor=POWER)
    await renamed(house, POWER, "sensor.compress_power")
    await house.clock.advance(3)
    await house.on(heater)
    assert house.reports == [HeatOn()]
    assert (await house.off(heater))[0]


async def test_power_that_comes_back_is_seen_by_a_meter_under_its_new_name(house: House) -> None:
    heater = await house.warm(power_sensor=POWER)
    await house.off(heater)
    await renamed(house, POWER, "sensor.compress_power")
    await house.clock.advance(60)
    house.reports.clear()
    house.pad.set(on=True)
    await house.clock.advance(10)
    assert not house.pad.has_power()
    assert house.reports == [HeatLost("switched_on"), HeatOff()]


async def test_a_thermometer_that_is_followed_to_its_new_name_sees_a_weld(house: House) -> None:
    """After the heat, when it alone can see that the contact is welded."""
    heater = await weld(house, after=310)
    await renamed(house, TEMPERATURE, "sensor.compress_temperature")
    await house.clock.run_until(lambda: is_stuck(heater), 200)
    house.pad.set(on=False)
    await house.clock.run_until(lambda: not is_stuck(heater), 60)


async def test_a_thermometer_that_was_renamed_before_is_used_all_the_same(house: House) -> None:
    heater = await house.async_heater(temperature_sensor=TEMPERATURE)
    await renamed(house, TEMPERATURE, "sensor.compress_temperature")
    await house.clock.advance(11)
    await house.on(heater)
    assert house.reports == [HeatOn()]
    assert (await house.off(heater))[0]


async def test_a_meter_that_is_renamed_while_nobody_looks_proves_off_after_all(
    run: Run, pad: Pad
) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        await house.room.async_add_power()
        await house.warm(power_sensor=POWER)
        meter = er.async_get(house.hass).entities[POWER]
        await house.crash()
    new = attr.evolve(meter, entity_id="sensor.compress_power")
    async with run() as house:
        mock_registry(house.hass, {new.entity_id: new})
        await house.room.async_add_switch()
        await house.room.async_add_power()
        assert house.hass.states.get(POWER) is None
        async_recover(house.hass, await async_get_book(house.hass))
        await house.clock.advance(6)
        assert not pad.has_power()
        assert (await async_get_book(house.hass)).leases == ()


async def test_a_heater_that_is_removed_and_comes_back_goes_off_first(house: House) -> None:
    heater = await house.warm()
    er.async_get(house.hass).async_remove(SWITCH)
    await house.clock.advance(60)
    assert house.reports == [HeatLost("gone"), HeatStuck()]
    assert house.stored_leases == [SWITCH]
    assert house.pad.has_power()
    await house.room.async_add_switch()
    await house.clock.advance(2)
    assert house.reports == [HeatLost("gone"), HeatStuck(), HeatOff()]
    assert house.pad.seconds_on < 63
    assert lease_of(heater) is None


async def test_a_heater_that_is_disabled_and_comes_back_goes_off_first(house: House) -> None:
    await house.warm()
    registry = er.async_get(house.hass)
    registry.async_update_entity(SWITCH, disabled_by=er.RegistryEntryDisabler.USER)
    await house.clock.advance(30)
    assert house.reports == [HeatLost("gone"), HeatStuck()]
    registry.async_update_entity(SWITCH, disabled_by=None)
    await house.room.async_add_switch()
    await house.clock.advance(2)
    assert house.reports == [HeatLost("gone"), HeatStuck(), HeatOff()]
    assert house.pad.seconds_on < 33


async def test_a_heater_whose_integration_is_removed_goes_off_when_it_is_back(
    house: House,
) -> None:
    entry = MockConfigEntry(domain="switch")
    entry.add_to_hass(house.hass)
    registry = er.async_get(house.hass)
    registry.async_update_entity(SWITCH, config_entry_id=entry.entry_id)
    await house.warm()
    await house.hass.config_entries.async_remove(entry.entry_id)
    await house.clock.advance(30)
    assert registry.async_get(SWITCH) is None
    assert house.reports == [HeatLost("gone"), HeatStuck()]
    await house.room.async_add_switch()
    await house.clock.advance(2)
    assert house.reports[2:] == [HeatOff()]
    assert house.pad.seconds_on < 33


async def test_a_heater_that_is_away_and_comes_back_goes_off_first(house: House) -> None:
    await house.warm()
    house.room.switch.set_available(available=False)
    await house.clock.advance(600)
    assert house.reports == [HeatLost("unavailable"), HeatStuck()]
    house.room.switch.set_available(available=True)
    await house.clock.advance(2)
    assert house.reports == [HeatLost("unavailable"), HeatStuck(), HeatOff()]
    assert house.pad.seconds_on == pytest.approx(600, abs=3)


async def test_a_lease_of_a_heater_that_is_gone_outlives_a_restart(run: Run, pad: Pad) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        await house.warm()
        er.async_get(house.hass).async_remove(SWITCH)
        await house.clock.advance(15)
        await house.crash()
    async with run() as house:
        heater = await house.async_heater()
        await house.clock.advance(15)
        assert house.reports == [HeatStuck()]
        await house.room.async_add_switch()
        await house.clock.advance(2)
        assert not pad.has_power()
        assert lease_of(heater) is None


# A probe that repeats itself


def freeze(house: House) -> FakeThermometer:
    """Let the probe report, and say the same from now on."""
    (probe,) = (one for one in house.room._entities if isinstance(one, FakeThermometer))
    probe.look = lambda _=None: False  # type: ignore[assignment,method-assign]
    return probe


async def test_a_probe_that_repeats_itself_while_it_gets_warm_ends_heat(house: House) -> None:
    await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.advance(120)
    freeze(house)
    await house.clock.advance(280)
    assert house.reports == []
    await house.clock.advance(31)
    assert house.reports == [HeatLost("not_rising"), HeatOff()]


async def test_a_probe_of_whole_degrees_does_not_repeat_itself(house: House) -> None:
    probe = freeze(house)
    probe._attr_native_value = 22.0
    probe.report()
    await house.warm(temperature_sensor=TEMPERATURE)
    for celsius in (23.0, 24.0, 25.0):
        await house.clock.advance(198)
        probe._attr_native_value = celsius
    assert house.reports == []
    assert house.pad.has_power()


async def test_air_may_stay_as_it_is(house: House) -> None:
    probe = freeze(house)
    probe._attr_native_value = 18.0
    probe.report()
    await house.warm(temperature_sensor=TEMPERATURE, kind=HeatKind.ROOM)
    await house.clock.advance(595)
    assert house.reports == []
    assert house.pad.has_power()


# Clocks


def jump(house: House, hours: float) -> None:
    """Set the wall clock, as a time server does; the loop's own time goes on."""
    house.clock._wall_start += timedelta(hours=hours)
    house.clock._move(house.clock.time())


@pytest.mark.parametrize("hours", [5, 24 * 400])
async def test_a_clock_that_is_set_forward_ends_heat(house: House, hours: float) -> None:
    heater = await house.async_heater(power_sensor=POWER, temperature_sensor=TEMPERATURE)
    await house.on(heater, EIGHT_MINUTES)
    await house.clock.advance(100)
    jump(house, hours)
    await house.clock.advance(5)
    assert house.reports == [HeatOn(), HeatOff()]
    assert house.pad.seconds_on == pytest.approx(100, abs=3)
    assert lease_of(heater) is None
    # The timer of that use is gone with it, and ends no other.
    await house.clock.advance(250)
    jump(house, 3)
    await house.clock.advance(11)
    await house.on(heater, EIGHT_MINUTES)
    assert house.reports == [HeatOn(), HeatOff(), HeatOn()]
    await house.clock.advance(200)
    assert house.reports == [HeatOn(), HeatOff(), HeatOn()]
    assert house.pad.has_power()


async def test_a_host_that_slept_switches_off_when_it_wakes(house: House) -> None:
    """Nothing is reported, and the clock of the timers stood still: it believes in nine more minutes."""
    await house.warm()
    await house.clock.advance(60)
    jump(house, 1)
    await house.clock.run_until(lambda: not house.pad.has_power(), 15.5)
    await house.clock.advance(1)
    assert house.reports == [HeatOff()]
    assert house.stored_leases == []


async def test_a_sleep_that_leaves_time_ends_heat_at_its_time(house: House) -> None:
    await house.warm()
    await house.clock.advance(60)
    jump(house, 5 / 60)
    await house.clock.advance(235)
    assert house.pad.has_power()
    await house.clock.advance(21)
    assert house.reports == [HeatOff()]


@pytest.mark.parametrize("hours", [-5, -24 * 400])
async def test_a_clock_that_is_set_back_neither_shortens_nor_lengthens_heat(
    house: House, hours: float
) -> None:
    before = dt_util.utcnow()
    heater = await house.async_heater(power_sensor=POWER, temperature_sensor=TEMPERATURE)
    await house.on(heater, EIGHT_MINUTES)
    await house.clock.advance(100)
    jump(house, hours)
    assert abs(dt_util.utcnow() - before) > timedelta(hours=4)
    await house.clock.advance(383)
    assert house.reports == [HeatOn(), HeatReady(), HeatOff()]
    assert house.pad.seconds_on == pytest.approx(480, abs=1)
    assert lease_of(heater) is None


@pytest.mark.parametrize("hours", [0.05, -5])
async def test_a_clock_that_jumps_hides_no_probe_beside_the_pad(house: House, hours: float) -> None:
    house.pad.ways.beside = True
    await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.advance(299)
    jump(house, hours)
    await house.clock.advance(62)
    assert house.reports == [HeatLost("not_rising"), HeatOff()]
    assert house.pad.seconds_on <= 361


@pytest.mark.parametrize("hours", [5, -5])
async def test_a_lease_that_ends_at_another_time_is_switched_off_at_a_restart(
    run: Run, pad: Pad, hours: float
) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        await house.warm()
        await house.crash()
    jump(house, hours)
    async with run() as house:
        await house.room.async_add_switch()
        await house.async_heater()
        await house.clock.advance(1)
        assert not pad.has_power()
        assert pad.seconds_on < 10
        assert house.stored_leases == []


# What is to be expected


async def test_when_it_will_be_warm_is_told_and_comes_true(house: House) -> None:
    began = dt_util.utcnow()
    await house.warm(temperature_sensor=TEMPERATURE)
    took = await house.clock.run_until(lambda: house.forecasts, 100)
    assert took == pytest.approx(60, abs=11)
    await house.clock.run_until(lambda: house.reports == [HeatReady()], 400)
    ready = dt_util.utcnow()
    first, last = house.forecasts[0], house.forecasts[-1]
    assert first is not None
    assert last is not None
    assert abs(first - ready) <= timedelta(seconds=30)
    assert abs(last - ready) <= timedelta(seconds=30)
    assert first > began
    assert len(house.forecasts) <= 3
    count = len(house.forecasts)
    await house.clock.advance(100)
    assert len(house.forecasts) == count, "what is warm is not expected any more"


async def test_what_stops_getting_warm_is_taken_back(house: House) -> None:
    await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.run_until(lambda: house.forecasts, 100)
    house.pad.ways.beside = True
    await house.clock.advance(100)
    assert house.forecasts[-1] is None
    assert house.forecasts.count(None) == 1


# Faults of ours


@pytest.mark.parametrize("broken", ["reading", "state", "temperature", "forecast", "ready", "on"])
async def test_a_fault_in_what_watches_leaves_no_power(
    house: House, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    heater = await house.async_heater(power_sensor=POWER, temperature_sensor=TEMPERATURE)
    told = list[HeatReport]()

    def fault(*_: object) -> None:
        raise RuntimeError

    def listener(report: HeatReport) -> None:
        told.append(report)
        names = {"on": HeatOn, "forecast": HeatForecast, "ready": HeatReady}
        if broken in names and isinstance(report, names[broken]):
            fault()

    heater._report = listener
    if broken != "on":
        await house.on(heater)
        assert told == [HeatOn()]
    if broken == "reading":
        monkeypatch.setattr(Thermometer, "read", fault)
    elif broken == "temperature":
        monkeypatch.setattr(Thermometer, "celsius", property(fault))
    elif broken == "state":
        monkeypatch.setattr("custom_components.knot_coach.warming.lost_sight", fault)
    if broken == "on":
        await house.on(heater)
    await house.clock.run_until(lambda: HeatLost("failed") in told, 400)
    monkeypatch.undo()
    await house.clock.advance(5)
    assert not house.pad.has_power()
    assert told.count(HeatLost("failed")) == 1
    assert told[-1] == HeatOff()
    limit = {"forecast": 75, "ready": 320}.get(broken, 12)
    assert house.pad.seconds_on < limit
    assert lease_of(heater) is None


async def test_a_sign_that_cannot_be_looked_for_leaves_no_power(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.pad.ways.pausing = True
    await house.warm(power_sensor=POWER)
    await house.clock.advance(20)

    def fault(_: Outlet) -> bool:
        raise RuntimeError

    monkeypatch.setattr(Outlet, "draws", property(fault))
    await house.clock.run_until(lambda: house.reports, 11)
    monkeypatch.undo()
    await house.clock.advance(5)
    assert house.reports == [HeatLost("failed"), HeatOff()]
    assert house.pad.seconds_on == pytest.approx(25, abs=1)


async def test_every_reason_is_told_once(house: House) -> None:
    await house.warm(power_sensor=POWER, temperature_sensor=TEMPERATURE)
    house.room.switch.set_available(available=False)
    house.room.silence()
    er.async_get(house.hass).async_remove(TEMPERATURE)
    er.async_get(house.hass).async_remove(POWER)
    await house.clock.advance(120)
    assert [report for report in house.reports if isinstance(report, HeatLost)] == [
        HeatLost("unavailable")
    ]
    house.pad.set(on=False)


async def test_a_fault_after_a_reason_is_no_second_reason(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    heater = await house.async_heater()
    house.pad.ways.late = 6
    leave, faults = Watch.__exit__, [RuntimeError()]

    def fault(watch: Watch, *_: object) -> None:
        leave(watch)
        if faults:
            raise faults.pop()

    monkeypatch.setattr(Watch, "__exit__", fault)
    start = asyncio.ensure_future(heater.async_on(EIGHT_MINUTES, Context()))
    await house.clock.advance(1)
    house.room.switch.set_available(available=False)
    await house.wait(start)
    assert not faults
    house.room.switch.set_available(available=True)
    await house.clock.advance(60)
    assert house.reports == [HeatLost("unavailable"), HeatOff()]
    assert house.pad.seconds_on < 2


async def test_every_use_has_its_reason(house: House) -> None:
    heater = await house.async_heater()
    for _ in range(2):
        await house.on(heater)
        await by_hand(house, on=False)
        await house.clock.advance(2 * 3600 + 1)
    assert house.reports == 2 * [HeatOn(), HeatLost("switched_off"), HeatOff()]


async def test_a_use_expects_nothing_by_what_an_earlier_one_was_like(house: House) -> None:
    heater = await house.warm(power_sensor=POWER, temperature_sensor=TEMPERATURE)
    await house.off(heater)
    await house.clock.advance(2 * 3600 + 1)
    await house.on(heater, EIGHT_MINUTES)
    await house.clock.advance(483)
    assert house.reports == [HeatOff(), HeatOn(), HeatReady(), HeatOff()]
    assert None not in house.forecasts
    assert house.pad.runs[1:] == [pytest.approx(480, abs=1)]
