"""What goes wrong at the worst moment: nothing is lost, nobody waits, and nobody is talked over."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Any, Final, override

from homeassistant.components.assist_satellite import AssistSatelliteAnnouncement
from homeassistant.components.assist_satellite.entity import AssistSatelliteState
from homeassistant.components.media_player.const import MediaType
from homeassistant.core import HomeAssistant
import pytest

from custom_components.knot_coach.announce import Ear, Output, SpeakerProfile
from custom_components.knot_coach.announce.journal import End
from custom_components.knot_coach.announce.lanes import Lane
from custom_components.knot_coach.massage.messages import Priority
from tests.announce.mouth import BREATHE, PRESS, SETTLE, STOP, Build, Mouth
from tests.virtual_clock import VirtualClock
from tests.voice_faults import BargeIn
from tests.voice_stack import FakeNotify, FakePlayer, FakeSatellite, FakeTTS, Fault

WRONG = "Is something wrong with you right now?"
SOON: Final = 1.0
"""Seconds within which somebody with chest pain is answered."""
AGAIN: Final = 10.5
"""Seconds within which what could not be said is said by an output that works again."""
TICKS: Final = 14
"""Rounds of the loop that a line takes from its queue to the satellite, and some more."""


async def ticks(count: int) -> None:
    """Let the loop go round so many times."""
    for _ in range(count):
        await asyncio.sleep(0)


def lines_over(satellite: FakeSatellite, *speakers: FakeSatellite | FakePlayer) -> list[str]:
    """Return the lines that began while somebody talked to a satellite or was being answered."""
    return [
        heard.text
        for speaker in (satellite, *speakers)
        for heard in speaker.heard
        for said in satellite.utterances
        if not heard.reply and said.began < heard.began < (said.over or float("inf"))
    ]


def lives(mouth: Mouth) -> bool:
    """Tell whether lines are still taken."""
    return not mouth.announcer._worker.done()


async def reopen(mouth: Mouth, *outputs: Output, together: bool = False) -> None:
    """Give the mouth another announcer."""
    await mouth.announcer.async_close()
    mouth.open(outputs, together=together)
    await mouth.clock.advance(1)
    mouth.start = mouth.hass.loop.time()


type Neighbour = Callable[[Mouth, str], Mouth]


@pytest.fixture
async def neighbour(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[Neighbour]:
    """Give an output to a second coach as well."""
    mouths: list[Mouth] = []

    def open_beside(mouth: Mouth, entity_id: str) -> Mouth:
        other = Mouth(hass, virtual_time, mouth.stack)
        other.open([Output(entity_id)])
        mouths.append(other)
        return other

    yield open_beside
    for mouth in mouths:
        await mouth.announcer.async_close()


# An action whose future is cancelled


class LostSatellite(FakeSatellite):
    """Its library cancels what waits for it, a second after it was asked."""

    gone = True

    @override
    async def async_announce(self, announcement: AssistSatelliteAnnouncement) -> None:
        if self.gone:
            await cancelled_after(1.0)
        await super().async_announce(announcement)


class LostPlayer(FakePlayer):
    """Its library cancels what waits for it, a second after it was asked."""

    gone = True

    @override
    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        if self.gone:
            await cancelled_after(1.0)
        await super().async_play_media(media_type, media_id, **kwargs)


async def cancelled_after(seconds: float) -> None:
    """Wait for what somebody else cancels."""
    loop = asyncio.get_running_loop()
    command = loop.create_future()
    loop.call_later(seconds, command.cancel)
    await command


@pytest.mark.parametrize("lost", [LostSatellite, LostPlayer])
async def test_the_next_output_speaks_when_an_action_is_cancelled(
    build: Build, lost: type[LostSatellite | LostPlayer]
) -> None:
    second = FakePlayer("hall") if lost is LostSatellite else FakeSatellite("hall")
    mouth = await build(lost(), second)
    mouth.say(1, PRESS)
    await mouth.clock.run_until(lambda: second.heard, 10)
    assert second.heard[0].began - mouth.start == pytest.approx(1.0, abs=0.3)
    mouth.say(2, STOP, Priority.SAFETY)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    assert second.texts == [PRESS, STOP]
    assert lives(mouth)


@pytest.mark.parametrize("lost", [LostSatellite, LostPlayer])
async def test_the_voice_outlives_an_action_that_is_cancelled(
    build: Build, lost: type[LostSatellite | LostPlayer]
) -> None:
    only = lost()
    mouth = await build(only)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("failed", 1)]
    only.gone = False
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes[1] == ("spoken", 2)
    assert only.texts == [BREATHE]


async def test_the_voice_outlives_an_engine_that_is_cancelled(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancelled(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    satellite = FakeSatellite()
    mouth = await build(satellite)
    with monkeypatch.context() as patch:
        patch.setattr(mouth.stack.tts, "async_get_tts_audio", cancelled)
        mouth.say(1, PRESS)
        await mouth.settle(1)
    assert mouth.outcomes == [("failed", 1)]
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert satellite.texts == [BREATHE]


# Safety waits for nothing


async def test_an_alarm_does_not_wait_behind_a_question_that_was_cut_off(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.faults = [Fault.CUT]
    mouth = await build(satellite)
    mouth.say(1, WRONG, Priority.SAFETY)
    await mouth.settle(1)
    cut_at = mouth.reports[0][2]
    mouth.announcer.hush()
    mouth.say(2, STOP, Priority.SAFETY)
    await mouth.clock.advance(40)
    assert mouth.outcomes == [("cut", 1), ("spoken", 2)]
    assert satellite.heard[1].began - mouth.start - cut_at < SOON
    assert satellite.texts == [STOP]
    assert [entry.end for entry in mouth.announcer.journal.entries] == [End.HUSHED, End.SPOKEN]


async def test_an_alarm_comes_before_a_question_that_would_be_asked_again(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.faults = [Fault.CUT]
    mouth = await build(satellite)
    mouth.say(1, WRONG, Priority.SAFETY)
    await mouth.settle(1)
    mouth.say(2, STOP, Priority.SAFETY)
    await mouth.settle(3)
    assert mouth.outcomes == [("cut", 1), ("spoken", 2), ("spoken", 1)]
    assert satellite.texts == [STOP, WRONG]


async def test_an_alarm_does_not_wait_for_the_slow_one_of_several_outputs(build: Build) -> None:
    player, satellite = FakePlayer(), FakeSatellite()
    mouth = await build(player, satellite)
    await reopen(mouth, Output(player.entity_id), Output(satellite.entity_id), together=True)
    satellite._set_state(AssistSatelliteState.PROCESSING)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]
    assert player.texts == [STOP]
    assert player.heard[0].began - mouth.start < SOON


@pytest.mark.parametrize(
    "fault", [Fault.ERROR, Fault.CONNECTION_LOST, Fault.CRASH, Fault.NOT_IMPLEMENTED]
)
async def test_a_player_that_refuses_at_once_is_given_up_at_once(
    build: Build, fault: Fault
) -> None:
    player, satellite = FakePlayer(), FakeSatellite()
    player.fault = fault
    mouth = await build(player, satellite)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    assert satellite.texts == [STOP]
    assert satellite.heard[0].began - mouth.start < SOON


# What could not be said when it was due


@pytest.mark.parametrize("away", [0.5, 7.0, 45.0, 200.0])
async def test_an_alarm_is_spoken_when_the_output_works_again_and_never_said_so(
    build: Build, away: float
) -> None:
    satellite = FakeSatellite()
    satellite.fault = Fault.CONNECTION_LOST
    mouth = await build(satellite)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    await mouth.clock.advance(away)
    assert not satellite.heard
    assert satellite.state == AssistSatelliteState.IDLE
    satellite.fault = Fault.NONE
    works = mouth.now
    await mouth.clock.run_until(lambda: satellite.texts, 60)
    assert satellite.heard[0].began - mouth.start - works < AGAIN
    await mouth.clock.advance(60)
    assert satellite.texts == [STOP]
    assert mouth.outcomes == [("failed", 1)]
    assert mouth.announcer.journal.entries[0].end is End.SPOKEN


async def test_an_alarm_is_spoken_when_the_engine_is_back(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    platform = mouth.stack.tts.platform
    await mouth.stack.tts.async_remove()
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    assert mouth.outcomes == [("failed", 1)]
    await platform.async_add_entities([FakeTTS()])
    works = mouth.now
    await mouth.clock.run_until(lambda: satellite.texts, 60)
    assert satellite.heard[0].began - mouth.start - works < AGAIN


async def test_what_is_owed_is_tried_no_longer_than_it_would_be_understood(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.fault = Fault.CONNECTION_LOST
    mouth = await build(satellite)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.clock.advance(400)
    tried = satellite.attempts
    assert tried < 40
    satellite.fault = Fault.NONE
    await mouth.clock.advance(400)
    assert satellite.attempts == tried
    assert not satellite.heard


# Nobody is talked over


async def test_somebody_elses_announcement_ends_while_the_person_talks(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.barge_in = BargeIn.PLAYS_ON
    mouth = await build(satellite)
    mouth.hass.async_create_task(
        satellite.async_internal_announce("The washing machine has finished.", preannounce=False)
    )
    await mouth.clock.advance(1)
    mouth.hass.async_create_task(satellite.hear("stop the session now", 6))
    await mouth.clock.advance(0.2)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert_undisturbed(satellite)


async def test_the_line_of_another_coach_ends_while_the_person_talks(
    build: Build, neighbour: Neighbour
) -> None:
    satellite = FakeSatellite()
    satellite.barge_in = BargeIn.PLAYS_ON
    mouth = await build(satellite)
    other = neighbour(mouth, satellite.entity_id)
    mouth.say(1, BREATHE)
    await mouth.clock.advance(1)
    other.say(11, PRESS)
    await mouth.clock.advance(1)
    mouth.hass.async_create_task(satellite.hear("stop the session now", 6))
    await other.settle(1)
    assert_undisturbed(satellite)


async def test_idle_is_reported_again_while_the_person_talks(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.barge_in = BargeIn.PLAYS_ON
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    mouth.say(2, PRESS)
    await mouth.clock.advance(2.5)
    mouth.hass.async_create_task(satellite.hear("stop the session", 9))
    await mouth.settle(1)
    await mouth.clock.advance(1)
    assert satellite.state == AssistSatelliteState.IDLE
    satellite.async_write_ha_state()
    await mouth.settle(2)
    assert_undisturbed(satellite)


async def test_a_reply_ends_while_the_person_talks(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.barge_in = BargeIn.PLAYS_ON
    satellite.reply_seconds = 5
    mouth = await build(satellite)
    mouth.hass.async_create_task(satellite.hear("what time is it", 1))
    await mouth.clock.advance(4)
    mouth.hass.async_create_task(satellite.hear("stop the session now", 6))
    await mouth.clock.advance(0.2)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert_undisturbed(satellite)


def assert_undisturbed(satellite: FakeSatellite) -> None:
    """See that the person was heard to the end, and the last line began behind the reply."""
    assert not any(said.cancelled for said in satellite.utterances)
    replies = [heard.ended or float("inf") for heard in satellite.heard if heard.reply]
    line = satellite.heard[-1]
    assert not line.reply
    assert line.began >= replies[-1] + SETTLE - 0.001
    assert lines_over(satellite) == []


async def test_a_player_does_not_talk_over_whoever_talks_to_the_second_output(
    build: Build,
) -> None:
    player, satellite = FakePlayer(), FakeSatellite()
    mouth = await build(player, satellite)
    mouth.hass.async_create_task(satellite.hear("what time is it", 5))
    await mouth.clock.advance(1)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert player.texts == [PRESS]
    assert lines_over(satellite, player) == []


async def test_of_several_outputs_none_talks_over_whoever_came_meanwhile(build: Build) -> None:
    """The line waits for a turn at one, and then another begins at the other."""
    first, second = FakeSatellite("first"), FakeSatellite("second")
    mouth = await build(first, second)
    await reopen(mouth, Output(first.entity_id), Output(second.entity_id), together=True)
    mouth.hass.async_create_task(second.hear("what time is it", 5))
    await mouth.clock.advance(0.5)
    mouth.say(1, PRESS)
    await mouth.clock.advance(4)
    mouth.hass.async_create_task(first.hear("stop", 6))
    await mouth.settle(1)
    await mouth.clock.advance(30)
    assert not any(said.cancelled for one in (first, second) for said in one.utterances)
    assert lines_over(first, second) == []
    assert PRESS in second.texts


@pytest.mark.parametrize("after", range(TICKS))
async def test_whoever_begins_in_the_instant_of_a_line_is_heard(build: Build, after: int) -> None:
    satellite = FakeSatellite()
    satellite.barge_in = BargeIn.LISTENS_FIRST
    mouth = await build(satellite)

    async def talk() -> None:
        await ticks(after)
        await satellite.hear("stop", 2)

    await mouth.clock.advance(30)
    mouth.say(1, PRESS)
    mouth.hass.async_create_task(talk(), eager_start=False)
    await mouth.clock.advance(40)
    assert not satellite.utterances[0].cancelled
    assert PRESS in satellite.texts


async def test_a_satellite_of_the_room_that_goes_away_in_a_turn_keeps_nobody_busy(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    player, satellite = FakePlayer(), FakeSatellite()
    mouth = await build(player, satellite, outputs=[Output("media_player.player_kitchen")])
    mouth.announcer.renew([Ear(mouth.hass, satellite.entity_id)])
    satellite._set_state(AssistSatelliteState.LISTENING)
    await mouth.clock.advance(1)
    satellite.set_available(False)
    await mouth.clock.advance(0.1)
    loop: Any = mouth.hass.loop
    run_once, rounds = loop._run_once, 0

    def counted() -> None:
        nonlocal rounds
        rounds += 1
        run_once()

    monkeypatch.setattr(loop, "_run_once", counted)
    mouth.say(1, PRESS)
    await mouth.settle(1, 30)
    assert player.texts == [PRESS]
    assert rounds < 1000


# A line that is cut off counts as cut, however late it began


@pytest.mark.parametrize(
    ("profile", "late"),
    [
        (SpeakerProfile(latency=1.5), 1.5),
        (SpeakerProfile(chime=True), 2.1),
        (SpeakerProfile(latency=1.5, chime=True), 3.6),
    ],
)
async def test_a_line_that_begins_late_and_is_cut_off_early_is_said_again(
    build: Build, monkeypatch: pytest.MonkeyPatch, profile: SpeakerProfile, late: float
) -> None:
    satellite = FakeSatellite()
    satellite.barge_in = BargeIn.LISTENS_FIRST
    announce = satellite._announce

    async def announce_late(text: str, seconds: float, fault: Fault) -> None:
        await asyncio.sleep(late)
        await announce(text, seconds, fault)

    monkeypatch.setattr(satellite, "_announce", announce_late)
    output = Output("assist_satellite.satellite_bedroom", profile=profile)
    mouth = await build(satellite, outputs=[output])
    mouth.announcer.renew()
    mouth.say(1, PRESS)
    await mouth.clock.run_until(lambda: satellite._playing, 10)
    await mouth.clock.advance(0.5)
    mouth.hass.async_create_task(satellite.hear("what time is it", 2))
    await mouth.settle(2)
    assert mouth.outcomes == [("cut", 1), ("spoken", 1)]
    assert satellite.texts[-1] == PRESS


# Turns on an output


@pytest.mark.parametrize("after", range(-4, 5))
async def test_a_turn_is_never_lost_whenever_a_waiter_gives_up(after: int) -> None:
    lane = Lane()
    await lane.async_take(Priority.INSTRUCTION)
    first, second = (asyncio.create_task(lane.async_take(Priority.INSTRUCTION)) for _ in range(2))
    await ticks(2)
    if after < 0:
        first.cancel()
        await ticks(-1 - after)
        lane.give_back()
    else:
        lane.give_back()
        await ticks(after)
        first.cancel()
    with suppress(asyncio.CancelledError):
        await first
        lane.give_back()
    async with asyncio.timeout(1):
        await second
    lane.give_back()
    assert lane.idle


async def test_no_turn_is_lost_when_something_urgent_comes_in_the_instant_of_an_end(
    build: Build, neighbour: Neighbour
) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    other = neighbour(mouth, satellite.entity_id)
    for after in range(25):
        mouth.say(100 + after, "Yes.")
        await mouth.clock.run_until(lambda: satellite._playing, 10)
        other.say(200 + after, "No.")
        await mouth.clock.advance(0.1)
        ended = mouth.hass.loop.create_future()

        async def urgent(ended: asyncio.Future[None] = ended, after: int = after) -> None:
            await ended
            await ticks(after)
            other.say(300 + after, "Stop.", Priority.SAFETY)

        alarm = asyncio.create_task(urgent())
        satellite._stop_playing()
        ended.set_result(None)
        await mouth.clock.advance(15)
        assert alarm.done()
        assert lives(mouth)
        assert lives(other)
        assert ("spoken", 200 + after) in other.outcomes
        assert ("spoken", 300 + after) in other.outcomes


# A telephone that cannot even be told to give up


class DeafNotify(FakeNotify):
    """Takes a message and never comes back, whoever cancels it."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.free = asyncio.Event()

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        while not self.free.is_set():
            with suppress(asyncio.CancelledError):
                await self.free.wait()


@pytest.fixture
async def deaf() -> AsyncGenerator[DeafNotify]:
    """A telephone that does not come back before the test is over."""
    phone = DeafNotify("deaf")
    yield phone
    phone.free.set()


async def test_a_text_that_hangs_does_not_hold_up_the_voice(build: Build, deaf: DeafNotify) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite, deaf)
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    assert satellite.heard[1].began - (satellite.heard[0].ended or 0) < SOON
    await closes(mouth, drain=10)


async def test_a_text_that_hangs_fails_and_the_next_is_tried(
    build: Build, deaf: DeafNotify
) -> None:
    mouth = await build(deaf)
    mouth.say(1, PRESS)
    mouth.say(2, STOP, Priority.SAFETY)
    await mouth.settle(2)
    assert sorted(mouth.outcomes) == [("failed", 1), ("failed", 2)]
    assert lives(mouth)


async def test_closing_does_not_wait_for_a_text_that_hangs(build: Build, deaf: DeafNotify) -> None:
    mouth = await build(deaf)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.clock.advance(1)
    await closes(mouth, drain=None)


async def closes(mouth: Mouth, *, drain: float | None) -> None:
    """See that the announcer ends within its time and a moment."""
    closing = asyncio.create_task(mouth.announcer.async_close(drain=drain))
    took = await mouth.clock.run_until(closing.done, 60)
    assert took < (drain or 0) + 5
