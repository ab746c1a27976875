"""A whole session is as loud as its profile says, and leaves the room as it was, on every way out."""

from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

from custom_components.knot_coach.const import Conf
from custom_components.knot_coach.coordinator import Coach
from tests.house import House
from tests.loud_players import LoudPlayer
from tests.virtual_clock import VirtualClock

BEFORE = 0.5
OURS = 0.3


class LoudHouse(House):
    """The satellite of the bedroom is heard through a player with a volume."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock) -> None:
        super().__init__(hass, clock)
        self.speaker = LoudPlayer("bedroom").beside(self.satellite)
        self.player = self.speaker
        self.order: list[str] = []
        """What happened to the volume, and how many lines had been heard by then."""
        self.speaker.before_volume = lambda: self.order.append(
            f"after {len(self.satellite.heard)} lines"
        )

    @property
    def level(self) -> float | None:
        """The level that the player shows."""
        state = self.hass.states.get(self.speaker.entity_id)
        assert state is not None
        level: float | None = state.attributes.get("volume_level")
        return level

    async def start(self) -> None:
        """Begin a session, and answer its first question."""
        await self.say("start quick neck knot routine on the left")
        await self.until_question("health")


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> LoudHouse:
    """A house in which a session goes on."""
    house = LoudHouse(hass, virtual_time)
    speakers = {"assist_satellite.satellite_bedroom": {Conf.VOLUME: OURS}}
    await house.build(options={Conf.SPEAKERS: speakers})
    await house.start()
    return house


async def test_the_first_word_has_the_level_of_the_session(house: LoudHouse) -> None:
    assert house.level == OURS
    assert house.order == ["after 0 lines"]


type Leave = Callable[[LoudHouse], Awaitable[None]]


async def stop(house: LoudHouse) -> None:
    await house.say("stop the session")


async def reload(house: LoudHouse) -> None:
    task = house.hass.async_create_task(
        house.hass.config_entries.async_reload(house.entry.entry_id)
    )
    await house.clock.run_until(task.done, 60)


async def unload(house: LoudHouse) -> None:
    task = house.hass.async_create_task(
        house.hass.config_entries.async_unload(house.entry.entry_id)
    )
    await house.clock.run_until(task.done, 60)


async def remove(house: LoudHouse) -> None:
    task = house.hass.async_create_task(
        house.hass.config_entries.async_remove(house.entry.entry_id)
    )
    await house.clock.run_until(task.done, 60)


async def shut_down(house: LoudHouse) -> None:
    task = house.hass.async_create_task(house.hass.async_stop())
    await house.clock.run_until(task.done, 60)


async def fault(house: LoudHouse) -> None:
    with patch("custom_components.knot_coach.runner.command", side_effect=ZeroDivisionError):
        await house.say("pause")


async def silence(house: LoudHouse) -> None:
    """Let nobody answer until it ends by itself."""
    await house.until("idle", within=600)


@pytest.mark.parametrize("leave", [stop, unload, remove, shut_down, fault, silence])
async def test_every_way_out_gives_the_level_back(
    house: LoudHouse, hass_storage: dict[str, Any], leave: Leave
) -> None:
    await leave(house)
    await house.clock.run_until(lambda: house.level == BEFORE, 60)
    said = len(house.satellite.heard)
    await house.clock.advance(30)
    assert house.speaker.volumes == [OURS, BEFORE]
    # Not before the last word.
    assert house.order[-1] == f"after {said} lines"
    kept = hass_storage.get(f"knot_coach.{house.entry.entry_id}.borrowed", {}).get("data", {})
    assert not any(key.startswith("level.") for key in kept)


async def test_a_reload_gives_the_level_back_until_it_is_told_of(house: LoudHouse) -> None:
    await reload(house)
    await house.clock.advance(20)
    # Back as it was, then as loud as a session to say that one was interrupted.
    assert house.speaker.volumes == [OURS, BEFORE, OURS]
    await house.until("idle", within=700)
    await house.clock.run_until(lambda: house.level == BEFORE, 60)


async def test_a_level_that_was_changed_by_hand_is_left(house: LoudHouse) -> None:
    house.speaker.turn_knob(0.7)
    await stop(house)
    await house.clock.advance(60)
    assert house.level == 0.7


async def test_the_next_session_is_as_loud(house: LoudHouse) -> None:
    await stop(house)
    await house.clock.run_until(lambda: house.level == BEFORE, 60)
    await house.clock.advance(5)
    await house.say("start quick forearm routine on the left")
    await house.clock.run_until(lambda: house.level == OURS, 20)
    await stop(house)
    await house.clock.run_until(lambda: house.level == BEFORE, 60)


async def test_a_session_that_is_taken_up_again_is_as_loud(house: LoudHouse) -> None:
    await house.say("no")
    await house.until("active", phase="press", within=200)
    await reload(house)
    coach: Coach = house.entry.runtime_data
    house.coach = coach
    await house.clock.advance(20)
    await house.say("resume the session")
    await house.until("active", within=60)
    await house.clock.run_until(lambda: house.level == OURS, 30)
    await stop(house)
    await house.clock.run_until(lambda: house.level == BEFORE, 60)


@pytest.mark.parametrize("how", ["refuses", "ignores", "hangs"])
async def test_a_volume_that_cannot_be_set_costs_a_session_three_seconds(
    hass: HomeAssistant, virtual_time: VirtualClock, how: str
) -> None:
    house = LoudHouse(hass, virtual_time)
    setattr(house.speaker, how, True)
    speakers = {"assist_satellite.satellite_bedroom": {Conf.VOLUME: OURS}}
    await house.build(options={Conf.SPEAKERS: speakers})
    began = hass.loop.time()
    await house.say("start quick neck knot routine on the left")
    await house.clock.run_until(lambda: house.satellite.heard, 10)
    assert house.satellite.heard[0].began - began < 4
    await stop(house)
    await house.until("idle", within=30)
    await house.clock.advance(60)
    assert house.level == BEFORE
