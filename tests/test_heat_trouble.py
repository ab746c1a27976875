"""Trouble with heat in a session: noticed, said, and nobody is pressed under it."""

from collections.abc import AsyncGenerator

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.knot_coach.const import DOMAIN, Conf
from tests.fake_heater import Pad
from tests.house import House
from tests.virtual_clock import VirtualClock

SWITCH = {"entity_id": "switch.pad"}


@pytest.fixture
def pad() -> Pad:
    """A pad that behaves."""
    return Pad()


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad) -> AsyncGenerator[House]:
    """A house with a pad whose power and warmth are measured."""
    options = {Conf.POWER.value: "sensor.pad_power"}
    house = await House(hass, virtual_time).build(pad=pad, options=options)
    await house.room.async_add_power()
    yield house
    house.room.leave()


async def start(house: House, *, heat: bool) -> None:
    """Start a session, with a yes to heat or without any."""
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps", "side": "left", "length": "quick", "heat": heat},
        blocking=True,
    )
    await house.until_question("health")
    await house.say("no")
    if heat:
        await house.until_question("heat")
        await house.say("yes")
        await house.clock.run_until(house.room.pad.has_power, 15)


async def until_said(house: House, words: str, within: float = 20) -> None:
    """Let time pass until a line with these words was spoken."""
    await house.clock.run_until(
        lambda: any(words in text for text in house.satellite.texts), within
    )


async def test_a_pad_that_draws_nothing_is_said_and_a_session_follows(
    house: House, pad: Pad
) -> None:
    pad.ways.own_switch_off = True
    await start(house, heat=True)
    await until_said(house, "draws no power", 50)
    assert not pad.has_power()
    assert pad.seconds_on < 36
    await house.until("active", within=30)
    assert sum("draws no power" in text for text in house.satellite.texts) == 1


async def test_a_probe_beside_the_pad_is_said(house: House, pad: Pad) -> None:
    pad.ways.beside = True
    await start(house, heat=True)
    await until_said(house, "does not get warm", 330)
    await house.clock.run_until(lambda: not pad.has_power(), 5)
    assert pad.seconds_on < 320
    await house.until("active", within=60)


async def test_nobody_is_pressed_under_a_pad_that_a_hand_has_switched_on(
    house: House, pad: Pad
) -> None:
    await start(house, heat=False)
    await house.until("active", phase="press", within=300)
    await house.hass.services.async_call("switch", "turn_on", SWITCH)
    await house.clock.run_until(lambda: not pad.has_power(), 3)
    await until_said(house, "switched the heater on")
    await house.until("active", phase="press", within=60)
    assert pad.seconds_on < 3
    assert sum("switched the heater on" in text for text in house.satellite.texts) == 1


async def test_a_hand_whose_heat_does_not_go_off_keeps_everybody_from_pressing(
    house: House, pad: Pad
) -> None:
    await start(house, heat=False)
    await house.until("active", phase="press", within=300)
    pad.ways.deaf = 1
    await house.hass.services.async_call("switch", "turn_on", SWITCH)
    await house.until("paused", within=30)
    await until_said(house, "Please unplug it", 30)
    pad.ways.deaf = 0
    await house.clock.run_until(lambda: not pad.has_power(), 70)
    assert pad.seconds_on < 100


async def test_a_pad_that_is_on_already_goes_off_when_a_session_begins(
    house: House, pad: Pad
) -> None:
    await house.hass.services.async_call("switch", "turn_on", SWITCH)
    await house.clock.advance(60)
    assert pad.has_power(), "without a session it is nobody's business"
    await start(house, heat=False)
    assert not pad.has_power()
    await until_said(house, "switched the heater on")
    await house.until("active", within=60)


async def test_after_a_session_a_hand_is_nobodys_business(house: House, pad: Pad) -> None:
    await start(house, heat=False)
    await house.until("active", within=60)
    await house.say("stop the session")
    await house.until("idle", within=60)
    await house.hass.services.async_call("switch", "turn_on", SWITCH)
    await house.clock.advance(300)
    assert pad.has_power()


async def test_a_session_knows_when_it_will_be_warm(house: House, pad: Pad) -> None:
    await start(house, heat=True)
    await house.until("heating")
    await house.clock.advance(120)
    ends = house.session.attributes["phase_ends_at"]
    await house.clock.run_until(lambda: pad.celsius >= 35, 400)
    assert abs((dt_util.utcnow() - ends).total_seconds()) <= 45
