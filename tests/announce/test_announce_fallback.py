"""When an output fails, the next one speaks."""

import pytest

from custom_components.knot_coach.announce.journal import End
from custom_components.knot_coach.massage.messages import Priority
from tests.announce.mouth import BREATHE, LATENCY, PRESS, SETTLE, STOP, Build
from tests.voice_stack import FakePlayer, FakeSatellite, Fault, clip_seconds


@pytest.mark.parametrize(
    "fault", [Fault.CONNECTION_LOST, Fault.ERROR, Fault.NOT_IMPLEMENTED, Fault.CRASH]
)
async def test_an_output_that_raises_gives_the_line_to_the_next(build: Build, fault: Fault) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    satellite.fault = fault
    mouth = await build(satellite, player)
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    assert player.texts == [PRESS, BREATHE]
    # The second line did not begin with the output that had just failed.
    assert satellite.attempts == 1


async def test_an_output_that_failed_comes_back(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    satellite.faults = [Fault.ERROR]
    mouth = await build(satellite, player)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    await mouth.clock.advance(61)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert satellite.texts == [BREATHE]


async def test_an_output_that_failed_is_better_than_none(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    satellite.faults = [Fault.ERROR]
    mouth = await build(satellite, player)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    player.set_available(False)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    assert satellite.texts == [BREATHE]


async def test_when_all_fail_it_is_told_and_the_next_line_is_tried(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    satellite.faults = [Fault.ERROR]
    player.faults = [Fault.CRASH]
    mouth = await build(satellite, player)
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("failed", 1), ("spoken", 2)]


async def test_an_announcement_that_does_not_return_is_given_up(build: Build) -> None:
    """It was begun: its length and three seconds count as spoken. After that it is measured."""
    satellite, player = FakeSatellite(), FakePlayer()
    satellite.fault = Fault.HANGS
    mouth = await build(satellite, player)
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    assert satellite.texts == [PRESS, BREATHE]
    assert not player.heard
    first = clip_seconds(PRESS) + LATENCY + 3
    assert mouth.reports[0][2] == pytest.approx(first, abs=0.05)
    second = SETTLE + clip_seconds(BREATHE) + LATENCY
    assert mouth.reports[1][2] == pytest.approx(first + second, abs=0.05)
    assert [entry.end for entry in mouth.announcer.journal.entries] == [End.GIVEN_UP, End.GIVEN_UP]
    assert satellite.state == "idle"
    # Nobody knows whether it has been heard at all.
    mouth.say(3, STOP)
    await mouth.settle(3)
    assert player.texts == [STOP]


async def test_an_output_that_hangs_before_it_begins_gives_the_line_to_the_next(
    build: Build,
) -> None:
    player, other = FakePlayer(), FakePlayer("bath")
    player.fault = Fault.NO_BEGINNING
    mouth = await build(player, other)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]
    assert other.texts == [PRESS]
    assert other.heard[0].began - mouth.start < clip_seconds(PRESS) + 1 + 3 + 0.3


async def test_a_last_output_that_hangs_before_it_begins_fails_the_line(build: Build) -> None:
    player = FakePlayer()
    player.faults = [Fault.NO_BEGINNING]
    mouth = await build(player)
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("failed", 1), ("spoken", 2)]


async def test_hushed_while_it_fails_a_line_does_not_begin_again(build: Build) -> None:
    first, player = FakePlayer("bath"), FakePlayer()
    first.faults = [Fault.NO_BEGINNING, Fault.NO_BEGINNING]
    mouth = await build(first, player)
    mouth.say(1, PRESS)
    await mouth.clock.advance(1)
    mouth.announcer.hush()
    await mouth.clock.advance(60)
    assert not mouth.reports
    assert not player.heard
    assert mouth.announcer.journal.entries[0].end is End.HUSHED
    await mouth.clock.advance(60)
    mouth.say(2, STOP, Priority.SAFETY)
    await mouth.clock.advance(1)
    mouth.announcer.hush()
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 2)]
    assert player.texts == [STOP]


@pytest.mark.parametrize("kind", [FakeSatellite, FakePlayer])
async def test_an_output_that_vanishes_meanwhile_fails_at_once(
    build: Build, kind: type[FakeSatellite | FakePlayer]
) -> None:
    lost, player = kind("lost"), FakePlayer()
    lost.fault = Fault.VANISHES
    mouth = await build(lost, player)
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]
    assert player.texts == [BREATHE]
    assert lost.heard[0].ended is not None
    assert player.heard[0].began - lost.heard[0].ended < 0.5


async def test_an_unavailable_output_is_not_asked(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    satellite.set_available(False)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert satellite.attempts == 0
    assert player.texts == [PRESS]
    player.set_available(False)
    assert not mouth.announcer.available
    mouth.say(2, PRESS)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("failed", 2)]


async def test_without_outputs_every_line_fails(build: Build) -> None:
    mouth = await build(outputs=[])
    assert not mouth.announcer.available
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("failed", 1)]


async def test_what_safety_could_not_say_is_said_when_an_output_comes_back(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    satellite.set_available(False)
    mouth.say(1, PRESS)
    mouth.say(2, STOP, Priority.SAFETY)
    await mouth.settle(2)
    assert mouth.outcomes == [("failed", 2), ("failed", 1)]
    await mouth.clock.advance(20)
    satellite.set_available(True)
    await mouth.clock.advance(10)
    assert satellite.texts == [STOP]
    # It was told once.
    assert mouth.outcomes == [("failed", 2), ("failed", 1)]


async def test_what_safety_could_not_say_is_not_said_when_things_went_on(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    satellite.set_available(False)
    player.set_available(False)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    mouth.say(2, PRESS)
    await mouth.settle(2)
    satellite.set_available(True)
    await mouth.clock.advance(20)
    assert satellite.texts == []


async def test_what_safety_could_not_say_is_tried_now_and_then_and_not_for_ever(
    build: Build,
) -> None:
    """Some satellites stay `idle` when they are gone (home-assistant-voice.md §9)."""
    satellite = FakeSatellite()
    satellite.fault = Fault.CONNECTION_LOST
    mouth = await build(satellite)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    await mouth.clock.advance(600)
    assert 25 < satellite.attempts < 35
    assert mouth.outcomes == [("failed", 1)]
    satellite.fault = Fault.NONE
    mouth.say(2, STOP, Priority.SAFETY)
    await mouth.settle(2)
    assert satellite.texts == [STOP]


async def test_what_safety_could_not_say_is_said_when_the_connection_is_back(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.fault = Fault.CONNECTION_LOST
    mouth = await build(satellite)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    await mouth.clock.advance(25)
    satellite.fault = Fault.NONE
    await mouth.clock.advance(15)
    assert satellite.texts == [STOP]
