"""Countdowns that a drill has proved, and that are seen not to cut the power when it matters."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.knot_coach.const import DOMAIN
from tests.fake_countdown import End, FakeNumber, Plug
from tests.test_heat_drill import (
    BY_NUMBER,
    FAILED,
    DrillHouse,
    Ward,
    failed,
    to_a_dead_host_with_heat,
)
from tests.virtual_clock import VirtualClock

SELDOM = 60.0
"""Seconds between one off and the next at most, once somebody was alarmed."""


@pytest.fixture
async def plugged(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[DrillHouse]:
    """A house with a plug that cuts the power, by a number in seconds."""
    plug = Plug()
    house = await DrillHouse(hass, virtual_time).plug_in(plug, FakeNumber(plug), BY_NUMBER)
    yield house
    house.room.leave()


@pytest.fixture
def ward(virtual_time: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ward:
    """Run Home Assistants that die."""
    return Ward(virtual_time, tmp_path, monkeypatch)


def sleep(clock: VirtualClock, seconds: float) -> None:
    """Suspend the host: the clock of the timers stands still, and that on the wall goes on."""
    clock._wall_start += timedelta(seconds=seconds)
    clock._move(clock.time())


async def to_heat_with_a_countdown(house: DrillHouse) -> None:
    """Prove the dead-man and warm; from now on it does nothing."""
    await house.drill()
    await house.rest()
    await house.warm()
    await house.clock.run_until(lambda: house.plug.counting, 15)
    house.plug.end = End.NOTHING


async def test_a_countdown_that_is_seen_not_to_cut_is_not_proved_any_more(
    plugged: DrillHouse,
) -> None:
    await to_heat_with_a_countdown(plugged)
    plugged.plug.ways.deaf = 1
    await plugged.clock.advance(900)
    assert plugged.plug.has_power()
    # As long as the countdown may be late nothing is known.
    assert (plugged.dead_man, failed(plugged)) == ("proved", False)
    await plugged.clock.advance(40 + SELDOM)
    assert (plugged.dead_man, failed(plugged)) == ("none", True)
    plugged.plug.ways.deaf = 0
    await plugged.clock.run_until(lambda: not plugged.plug.has_power(), SELDOM + 1)


async def test_a_countdown_that_cuts_what_hears_no_off_stays_proved(plugged: DrillHouse) -> None:
    await to_heat_with_a_countdown(plugged)
    plugged.plug.end = End.CUTS
    plugged.plug.ways.deaf = 1
    await plugged.clock.run_until(lambda: not plugged.plug.has_power(), 900)
    await plugged.clock.advance(300)
    assert (plugged.dead_man, failed(plugged)) == ("proved", False)


@pytest.mark.parametrize(("asleep", "left"), [(3600, "none"), (700, "proved")])
async def test_a_countdown_that_has_not_cut_while_the_host_slept_is_not_proved_any_more(
    plugged: DrillHouse, asleep: float, left: str
) -> None:
    await to_heat_with_a_countdown(plugged)
    await plugged.clock.advance(5)
    sleep(plugged.clock, asleep)
    await plugged.clock.run_until(lambda: not plugged.plug.has_power(), 16)
    await plugged.clock.advance(1)
    assert (plugged.dead_man, failed(plugged)) == (left, left == "none")


async def test_a_countdown_that_has_cut_while_the_host_slept_stays_proved(
    plugged: DrillHouse,
) -> None:
    await to_heat_with_a_countdown(plugged)
    await plugged.clock.advance(5)
    plugged.plug.set(on=False)
    plugged.room.switch.report()
    sleep(plugged.clock, 3600)
    await plugged.clock.advance(60)
    assert (plugged.dead_man, failed(plugged)) == ("proved", False)


async def test_a_hand_after_an_off_that_was_seen_is_not_the_fault_of_the_device(
    ward: Ward, virtual_time: VirtualClock
) -> None:
    """Its countdown cannot be taken back, so its lease stays; then the host dies."""
    plug = Plug()
    async with ward.run(plug, dies=True) as house:
        await to_a_dead_host_with_heat(house)
        house.countdown.refuses = True
        await house.say("too hot")
        await virtual_time.run_until(lambda: not plug.has_power(), 5)
        await virtual_time.advance(30)
        assert house.heater.lease is not None
    await virtual_time.advance(1200)
    plug.set(on=True)
    await virtual_time.advance(60)
    async with ward.run(plug) as house:
        await virtual_time.run_until(lambda: not plug.has_power(), 15)
        await virtual_time.advance(5)
        assert (house.dead_man, failed(house)) == ("proved", False)


async def test_a_hand_while_nobody_looked_cannot_be_told_apart_and_nobody_is_accused(
    ward: Ward, virtual_time: VirtualClock
) -> None:
    plug = Plug()
    async with ward.run(plug, dies=True) as house:
        await to_a_dead_host_with_heat(house)
    await virtual_time.run_until(lambda: not plug.has_power(), 900)
    await virtual_time.advance(3600)
    plug.set(on=True)
    async with ward.run(plug) as house:
        await virtual_time.run_until(lambda: not plug.has_power(), 15)
        await virtual_time.run_until(lambda: house.dead_man == "none", 15)
        assert failed(house)
        issue = f"component.{DOMAIN}.issues.{FAILED}"
        for language, may in (("en", " may "), ("de", " möglicherweise ")):
            texts = await async_get_translations(house.hass, language, "issues", [DOMAIN])
            assert may in texts[f"{issue}.title"]
            assert may in texts[f"{issue}.description"]
