"""A room that is warmed, a pad that only guards itself, a hand that is not ours: as people meet them."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.massage.heat import HeatKind
from tests.fake_heater import Pad
from tests.house import House
from tests.virtual_clock import VirtualClock


@pytest.fixture
def pad() -> Pad:
    """A heater that behaves."""
    return Pad()


type Build = Callable[..., Awaitable[House]]


@pytest.fixture
async def build(hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad) -> AsyncGenerator[Build]:
    """Build a house whose coach has such heat."""
    house = House(hass, virtual_time)

    async def build(**options: Any) -> House:  # noqa: ANN401 - options are what they are
        return await house.build(pad=pad, options={Conf.TEMPERATURE: None, **options})

    yield build
    house.room.leave()


async def heard(house: House, beginning: str) -> None:
    """Wait for a line that begins like this."""
    await house.clock.run_until(
        lambda: any(text.startswith(beginning) for text in house.satellite.texts), 30
    )


async def start(house: House, area: str = "upper_traps") -> None:
    """Start a session as an automation does, and answer what is asked about health."""
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"area": area, "side": "left", "length": "quick"}, blocking=True
    )
    await house.until_question("health")
    await house.say("no")


async def test_a_room_heater_starts_unasked_where_that_is_wanted(build: Build, pad: Pad) -> None:
    house = await build(**{Conf.HEAT_KIND: HeatKind.ROOM, Conf.HEAT_UNASKED: True})
    await start(house)
    await house.clock.run_until(pad.has_power, 15)
    await house.until("heating")
    await house.until("active", phase="check_in", within=700)
    assert not pad.has_power()
    assert pad.seconds_on == pytest.approx(600, abs=1)
    await heard(house, "The heater is off. We begin.")
    assert "Check your skin. Comfortable?" not in house.satellite.texts


async def test_a_room_heater_asks_where_nothing_else_is_wanted(build: Build, pad: Pad) -> None:
    house = await build(**{Conf.HEAT_KIND: HeatKind.ROOM})
    await start(house)
    await house.until_question("heat")
    await heard(house, "Shall I switch the heater on for ten minutes?")
    await house.until("active", phase="check_in", within=90)
    assert pad.commands == []


async def test_a_pad_never_starts_unasked_whatever_is_stored(build: Build, pad: Pad) -> None:
    house = await build(**{Conf.HEAT_KIND: HeatKind.BODY, Conf.HEAT_UNASKED: True})
    await start(house)
    await house.until_question("heat")
    await house.until("active", phase="check_in", within=90)
    assert pad.commands == []


async def test_a_pad_without_a_dead_man_is_said_to_be_so_before_each_use(
    build: Build, pad: Pad
) -> None:
    house = await build()
    await start(house)
    await house.until_question("heat")
    await heard(house, "Shall I warm the pad")
    assert house.satellite.texts[-2].startswith("Only its own cut-off guards this pad")


@pytest.mark.parametrize("phase", ["press", "release_hold"])
async def test_nobody_is_pressed_under_a_pad_that_somebody_else_switched_on(
    build: Build, pad: Pad, phase: str
) -> None:
    house = await build()
    await start(house)
    await house.until_question("heat")
    await house.say("no")
    await house.until("active", phase=phase, within=300)
    on = {"entity_id": "switch.pad"}
    await house.hass.services.async_call("switch", "turn_on", on, blocking=True)
    await house.until("heating")
    await house.until("active", phase=phase, within=60)
    assert not pad.has_power()
    assert pad.seconds_on < 10
    await heard(house, "Somebody switched the heater on.")


async def test_a_pad_that_is_on_without_a_session_is_nobodys_business(
    build: Build, pad: Pad
) -> None:
    house = await build()
    on = {"entity_id": "switch.pad"}
    await house.hass.services.async_call("switch", "turn_on", on, blocking=True)
    await house.clock.advance(60)
    assert pad.has_power()
    await start(house)
    await house.clock.run_until(lambda: not pad.has_power(), 20)


async def test_when_it_will_be_warm_is_shown_and_told(build: Build, pad: Pad) -> None:
    house = await build(**{Conf.TEMPERATURE: "sensor.pad_temperature"})
    await start(house)
    await house.until_question("heat")
    await house.say("yes")
    await house.until("heating")
    began = house.clock.time()
    await house.clock.advance(150)
    shown = house.session.attributes["phase_ends_at"]
    told = (await house.say("how long is left")).speech
    await house.until("active", phase="check_in", within=600)
    took = house.clock.time() - began
    assert shown is not None
    assert took < 590, "the pad is warm before its time is over"
    assert told.startswith("About ")
    assert told.endswith("more minutes to warm.")
