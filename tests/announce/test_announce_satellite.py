"""A satellite is never spoken over, and never believed blindly."""

import asyncio

from homeassistant.components.assist_satellite.entity import AssistSatelliteState
import pytest

from custom_components.knot_coach.announce import Tier
from custom_components.knot_coach.announce.journal import End
from custom_components.knot_coach.massage.messages import Priority
from tests.announce.mouth import BREATHE, LATENCY, PRESS, SETTLE, STOP, Build
from tests.voice_faults import BargeIn
from tests.voice_stack import FakePlayer, FakeSatellite, Fault, clip_seconds


async def test_it_never_speaks_while_the_person_speaks(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    talk = mouth.hass.async_create_task(satellite.hear("what time is it", seconds=5))
    await mouth.clock.run_until(lambda: satellite.state == "listening", 5)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    await talk
    assert satellite.cancelled == 0
    reply, line = satellite.heard
    assert line.text == PRESS
    assert reply.ended is not None
    assert line.began >= reply.ended + SETTLE - 0.001


async def test_idle_must_hold_before_it_speaks(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    satellite._set_state(AssistSatelliteState.RESPONDING)
    mouth.say(1, PRESS)
    await mouth.clock.advance(1)
    satellite._set_state(AssistSatelliteState.IDLE)
    await mouth.clock.advance(0.2)
    satellite._set_state(AssistSatelliteState.LISTENING)
    await mouth.clock.advance(1)
    assert not satellite.heard
    satellite._set_state(AssistSatelliteState.IDLE)
    idle = mouth.now
    await mouth.settle(1)
    assert satellite.heard[0].began - mouth.start == pytest.approx(idle + SETTLE, abs=0.01)


async def test_a_satellite_that_is_never_idle_gives_the_line_to_the_next(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    satellite._set_state(AssistSatelliteState.LISTENING)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert not satellite.heard
    assert player.texts == [PRESS]
    assert mouth.outcomes == [("spoken", 1)]
    assert 20 < mouth.reports[0][2] < 23


async def test_safety_speaks_over_a_machine_that_does_not_end_but_never_over_a_person(
    build: Build,
) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    satellite._set_state(AssistSatelliteState.RESPONDING)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    assert satellite.texts == [STOP]
    assert mouth.reports[0][2] == pytest.approx(20 + clip_seconds(STOP), abs=0.05)
    satellite._set_state(AssistSatelliteState.LISTENING)
    mouth.say(2, STOP, Priority.SAFETY)
    await mouth.settle(2)
    assert mouth.outcomes[1] == ("failed", 2)
    assert satellite.texts == [STOP]


async def test_a_satellite_that_speaks_for_somebody_else_is_tried_again(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    other = mouth.hass.async_create_task(
        satellite.async_internal_announce("The washing machine has finished.", preannounce=False)
    )
    await mouth.clock.run_until(lambda: len(satellite.heard) == 1, 5)
    # A wake word meanwhile: the state is idle, and stays so when the announcement ends.
    satellite._set_state(AssistSatelliteState.IDLE)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    await other
    assert mouth.outcomes == [("spoken", 1)]
    assert satellite.texts == ["The washing machine has finished.", PRESS]


async def test_a_line_that_the_person_cuts_holds_the_queue_but_not_safety(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.faults = [Fault.CUT]
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    cut_at = mouth.reports[0][2]
    assert mouth.outcomes == [("cut", 1)]
    assert cut_at == pytest.approx(clip_seconds(BREATHE) / 5, abs=0.05)
    mouth.say(2, PRESS)
    await mouth.clock.advance(2)
    mouth.say(3, STOP, Priority.SAFETY)
    await mouth.settle(4)
    assert mouth.outcomes == [("cut", 1), ("spoken", 3), ("spoken", 1), ("spoken", 2)]
    held = satellite.heard[2].began - mouth.start - cut_at
    assert held == pytest.approx(8, abs=0.05)


LONG = "Take a long breath in. Let your shoulders drop now. Then rest for a moment."


@pytest.mark.parametrize(
    ("said_at", "rest"),
    [
        (0.7, LONG),
        (2.4, "Let your shoulders drop now. Then rest for a moment."),
        (4.9, "Then rest for a moment."),
    ],
)
async def test_a_line_that_is_cut_off_is_said_again_from_its_sentence(
    build: Build, said_at: float, rest: str
) -> None:
    satellite = FakeSatellite()
    satellite.barge_in = BargeIn.STOPS_FIRST
    mouth = await build(satellite)
    mouth.say(1, LONG)
    await mouth.clock.advance(said_at)
    talk = mouth.hass.async_create_task(satellite.hear("what time is it", 4))
    await mouth.settle(2)
    await talk
    assert mouth.outcomes == [("cut", 1), ("spoken", 1)]
    assert satellite.texts[-1] == rest
    assert satellite.cancelled == 0


async def test_whoever_cuts_a_line_off_three_times_has_heard_it(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.barge_in = BargeIn.STOPS_FIRST
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    for number in (1, 2, 3):
        await mouth.clock.run_until(lambda: satellite._playing and not satellite.addressed, 60)
        await mouth.clock.advance(1)
        talk = mouth.hass.async_create_task(satellite.hear("what time is it", 1))
        await mouth.settle(number)
        await mouth.clock.run_until(talk.done, 30)
    assert mouth.outcomes == [("cut", 1), ("cut", 1), ("spoken", 1)]
    assert mouth.announcer.journal.entries[0].end is End.CUT


async def test_what_is_too_late_after_a_cut_is_not_said_again(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.faults = [Fault.CUT]
    mouth = await build(satellite)
    mouth.say(1, BREATHE, Priority.COUNTDOWN, stale=2)
    await mouth.clock.advance(30)
    assert mouth.outcomes == [("cut", 1)]
    assert mouth.announcer.journal.entries[0].end is End.CUT


async def test_hush_drops_what_would_be_said_again(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.faults = [Fault.CUT]
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    mouth.announcer.hush()
    await mouth.clock.advance(30)
    assert mouth.outcomes == [("cut", 1)]
    assert satellite.texts == []


async def test_nobody_is_talked_over_when_a_line_ends_while_they_talk(build: Build) -> None:
    """The state says idle then, although the microphone is open."""
    satellite = FakeSatellite()
    satellite.barge_in = BargeIn.PLAYS_ON
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    mouth.say(2, PRESS)
    await mouth.clock.advance(2.5)
    talk = mouth.hass.async_create_task(satellite.hear("what time is it", 9))
    await mouth.settle(2)
    await talk
    assert satellite.cancelled == 0
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    reply = next(heard for heard in satellite.heard if heard.reply)
    assert reply.ended is not None
    assert satellite.heard[-1].began >= reply.ended + SETTLE - 0.001


async def test_a_satellite_that_is_taken_for_good_gives_the_line_to_the_next(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    satellite._is_announcing = True
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]
    assert player.texts == [PRESS]
    assert mouth.reports[0][2] == pytest.approx(20 + clip_seconds(PRESS) + 0.2, abs=0.05)


async def test_a_satellite_that_says_it_is_free_and_never_is_does_not_keep_the_line(
    build: Build,
) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    satellite._is_announcing = True

    async def chatter() -> None:
        while True:
            await asyncio.sleep(1)
            satellite.async_write_ha_state()

    task = asyncio.create_task(chatter())
    mouth.say(1, PRESS)
    await mouth.settle(1)
    task.cancel()
    assert player.texts == [PRESS]
    assert mouth.reports[0][2] < 15


async def test_a_satellite_that_goes_away_while_it_is_waited_for(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    satellite._set_state(AssistSatelliteState.LISTENING)
    mouth.say(1, PRESS)
    await mouth.clock.advance(3)
    satellite.set_available(False)
    await mouth.settle(1)
    assert player.texts == [PRESS]
    assert mouth.reports[0][2] < 3 + clip_seconds(PRESS) + 0.3


async def test_a_satellite_that_claims_to_have_spoken_is_not_believed(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.fault = Fault.AT_ONCE
    mouth = await build(satellite)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]
    assert mouth.reports[0][2] == pytest.approx(clip_seconds(PRESS) + LATENCY, abs=0.05)
    assert mouth.announcer.journal.entries[0].tier is Tier.MEASURED


async def test_an_end_that_comes_too_early_again_is_a_lie(build: Build) -> None:
    """Nobody is heard talking: it is taken for a cut once, and then for what it is."""
    satellite = FakeSatellite()
    satellite.fault = Fault.EARLY
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    mouth.say(2, PRESS)
    await mouth.settle(3)
    assert mouth.outcomes == [("cut", 1), ("spoken", 1), ("spoken", 2)]
    tiers = [entry.tier for entry in mouth.announcer.journal.entries]
    assert tiers == [Tier.MEASURED, Tier.MEASURED]
    again = satellite.heard[1]
    assert again.text == BREATHE
    ended = again.began + clip_seconds(BREATHE) + LATENCY - mouth.start
    assert mouth.reports[1][2] == pytest.approx(ended, abs=0.05)


async def test_two_real_interruptions_in_a_row_are_no_lie(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.barge_in = BargeIn.STOPS_FIRST
    mouth = await build(satellite)
    for id_ in (1, 2):
        mouth.say(id_, BREATHE)
        await mouth.clock.run_until(lambda: satellite._playing and not satellite.addressed, 60)
        await mouth.clock.advance(1)
        talk = mouth.hass.async_create_task(satellite.hear("what time is it", 1))
        await mouth.clock.run_until(talk.done, 30)
        await mouth.settle(2 * id_)
    assert mouth.outcomes == [("cut", 1), ("spoken", 1), ("cut", 2), ("spoken", 2)]
    assert mouth.announcer.voices.all[0].trust.tier is Tier.CONFIRMED


async def test_another_session_believes_it_again(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.faults = [Fault.AT_ONCE]
    mouth = await build(satellite)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    mouth.announcer.renew()
    mouth.say(2, PRESS)
    await mouth.settle(2)
    assert mouth.announcer.journal.entries[1].tier is Tier.CONFIRMED


async def test_a_satellite_that_forgets_to_say_that_it_ended_is_not_lost(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    satellite._set_state(AssistSatelliteState.RESPONDING)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("failed", 1)]
    await mouth.clock.advance(40)
    mouth.say(2, PRESS)
    await mouth.settle(2)
    assert mouth.outcomes[1] == ("spoken", 2)
    assert satellite.texts == [PRESS]


async def test_what_is_owed_is_waited_for_while_it_is_said(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    satellite.set_available(False)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    await mouth.clock.advance(1)
    satellite.set_available(True)
    await mouth.clock.run_until(lambda: satellite.heard, 5)
    idle = mouth.hass.async_create_task(mouth.announcer.async_idle())
    await mouth.clock.run_until(idle.done, 10)
    assert satellite.texts == [STOP]
