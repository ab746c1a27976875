"""Lines in, speech out: through the real actions, synthesis and satellites of Home Assistant."""

from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import timedelta
import logging

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.knot_coach.announce import Announcer, NoOutputError, Output
from custom_components.knot_coach.massage.messages import Priority, Say
from custom_components.knot_coach.massage.wording import Line
from tests.virtual_clock import VirtualClock
from tests.voice_stack import (
    FakeNotify,
    FakePlayer,
    FakeSatellite,
    FakeTTS,
    Fault,
    Stack,
    clip_seconds,
    setup_stack,
)

BREATHE = "Breathe in slowly and let your shoulders drop."  # 8 words, 3.2 s
PRESS = "Press with two fingers."  # 4 words, 1.6 s
COUNT = "Three more seconds."  # 3 words, 1.2 s
STOP = "Stop now and rest."  # 4 words, 1.6 s
SETTLE = 0.3


class Mouth:
    """An announcer and everything it reported, in the loop's time since it began."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock, stack: Stack) -> None:
        self.hass, self.clock, self.stack = hass, clock, stack
        self.reports: list[tuple[str, int, float]] = []
        self.start = hass.loop.time()
        self.announcer: Announcer

    def open(self, outputs: Sequence[Output]) -> None:
        self.announcer = Announcer(
            self.hass,
            self.stack.entry,
            outputs,
            now=dt_util.utcnow,
            spoken=self._note("spoken"),
            cut=self._note("cut"),
            failed=self._note("failed"),
        )

    def _note(self, what: str) -> Callable[[int], None]:
        return lambda id_: self.reports.append((what, id_, self.now))

    @property
    def now(self) -> float:
        return self.hass.loop.time() - self.start

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        return [(what, id_) for what, id_, _ in self.reports]

    def say(
        self,
        id_: int,
        text: str,
        priority: Priority = Priority.INSTRUCTION,
        stale: float | None = None,
    ) -> None:
        now = dt_util.utcnow()
        until = None if stale is None else now + timedelta(seconds=stale)
        self.announcer.say(Say(now, id_, Line("a.key", text), priority, until))

    async def settle(self, reports: int, timeout: float = 120) -> None:  # noqa: ASYNC109 - virtual
        await self.clock.run_until(lambda: len(self.reports) >= reports, timeout)


type Build = Callable[..., object]


@pytest.fixture
async def build(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> AsyncGenerator[Callable[..., object]]:
    """Build a house with these devices and a mouth that uses them in this order."""
    mouths: list[Mouth] = []

    async def build(
        *entities: FakeSatellite | FakePlayer | FakeNotify | FakeTTS,
        outputs: Sequence[Output] | None = None,
    ) -> Mouth:
        stack = await setup_stack(hass, *entities)
        mouth = Mouth(hass, virtual_time, stack)
        if outputs is None:
            outputs = [Output(e.entity_id) for e in entities if not isinstance(e, FakeTTS)]
        mouth.open(outputs)
        await virtual_time.advance(1)
        mouth.start = hass.loop.time()
        mouths.append(mouth)
        return mouth

    yield build
    for mouth in mouths:
        await mouth.announcer.async_close()


async def test_a_line_is_reported_at_the_end_of_its_sound(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    [(what, id_, moment)] = mouth.reports
    assert (what, id_) == ("spoken", 1)
    assert moment == pytest.approx(clip_seconds(BREATHE), abs=0.05)
    assert satellite.texts == [BREATHE]
    assert satellite.announcements[0].preannounce_media_id is None


async def test_lines_come_by_priority_then_by_arrival_and_never_overlap(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    await mouth.clock.advance(0.5)
    mouth.say(2, COUNT, Priority.COUNTDOWN)
    mouth.say(3, PRESS)
    mouth.say(4, PRESS)
    mouth.say(5, STOP, Priority.SAFETY)
    mouth.say(6, COUNT, Priority.ANSWER)
    await mouth.settle(6)
    assert mouth.outcomes == [("spoken", id_) for id_ in (1, 5, 6, 3, 4, 2)]
    for earlier, later in zip(satellite.heard, satellite.heard[1:], strict=False):
        assert earlier.ended is not None
        assert later.began >= earlier.ended + SETTLE - 0.001


async def test_what_comes_too_late_is_dropped_and_reports_nothing(build, caplog) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    caplog.set_level(logging.DEBUG, "custom_components.knot_coach")
    mouth.say(1, BREATHE)
    mouth.say(2, COUNT, Priority.COUNTDOWN, stale=2)
    mouth.say(3, PRESS, stale=60)
    await mouth.settle(2)
    await mouth.clock.advance(20)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 3)]
    assert satellite.texts == [BREATHE, PRESS]
    assert "Dropped line 2" in caplog.text


async def test_a_line_that_goes_stale_while_it_waits_is_not_begun(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    satellite.fault = Fault.NONE
    talk = mouth.hass.async_create_task(satellite.hear("what time is it", seconds=5))
    await mouth.clock.run_until(lambda: satellite.state == "listening", 5)
    mouth.say(1, COUNT, Priority.COUNTDOWN, stale=2)
    await mouth.clock.advance(30)
    await talk
    assert COUNT not in satellite.texts
    assert not mouth.reports


async def test_hush_drops_what_has_not_begun_but_safety_and_cuts_nothing(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    await mouth.clock.advance(1)
    mouth.say(2, PRESS)
    mouth.say(3, STOP, Priority.SAFETY)
    mouth.announcer.hush()
    mouth.say(4, COUNT)
    await mouth.settle(3)
    await mouth.clock.advance(30)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 3), ("spoken", 4)]
    assert satellite.texts == [BREATHE, STOP, COUNT]


async def test_it_never_speaks_while_the_person_speaks(build) -> None:
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


async def test_idle_must_hold_before_it_speaks(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    satellite._set_state("responding")
    mouth.say(1, PRESS)
    await mouth.clock.advance(1)
    satellite._set_state("idle")
    await mouth.clock.advance(0.2)
    satellite._set_state("listening")
    await mouth.clock.advance(1)
    assert not satellite.heard
    satellite._set_state("idle")
    idle = mouth.now
    await mouth.settle(1)
    assert satellite.heard[0].began - mouth.start == pytest.approx(idle + SETTLE, abs=0.01)


async def test_a_satellite_that_is_never_idle_gives_the_line_to_the_next(build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    satellite._set_state("listening")
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert not satellite.heard
    assert player.texts == [PRESS]
    assert mouth.outcomes == [("spoken", 1)]
    assert 20 < mouth.reports[0][2] < 23


async def test_safety_speaks_over_a_machine_that_does_not_end_but_never_over_a_person(
    build,
) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    satellite._set_state("responding")
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    assert satellite.texts == [STOP]
    assert mouth.reports[0][2] == pytest.approx(20 + clip_seconds(STOP), abs=0.05)
    satellite._set_state("listening")
    mouth.say(2, STOP, Priority.SAFETY)
    await mouth.settle(2)
    assert mouth.outcomes[1] == ("failed", 2)
    assert satellite.texts == [STOP]


async def test_a_satellite_that_speaks_for_somebody_else_is_tried_again(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    other = mouth.hass.async_create_task(
        satellite.async_internal_announce("The washing machine has finished.", preannounce=False)
    )
    await mouth.clock.run_until(lambda: len(satellite.heard) == 1, 5)
    # A wake word meanwhile: the state is idle, and stays so when the announcement ends.
    satellite._set_state("idle")
    mouth.say(1, PRESS)
    await mouth.settle(1)
    await other
    assert mouth.outcomes == [("spoken", 1)]
    assert satellite.texts == ["The washing machine has finished.", PRESS]


@pytest.mark.parametrize(
    "fault", [Fault.CONNECTION_LOST, Fault.ERROR, Fault.NOT_IMPLEMENTED, Fault.CRASH]
)
async def test_an_output_that_raises_gives_the_line_to_the_next(build, fault: Fault) -> None:
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


async def test_an_output_that_failed_comes_back(build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    satellite.faults = [Fault.ERROR]
    mouth = await build(satellite, player)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    await mouth.clock.advance(61)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert satellite.texts == [BREATHE]


async def test_an_output_that_failed_is_better_than_none(build) -> None:
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


async def test_when_all_fail_it_is_told_and_the_next_line_is_tried(build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    satellite.faults = [Fault.ERROR]
    player.faults = [Fault.CRASH]
    mouth = await build(satellite, player)
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("failed", 1), ("spoken", 2)]


async def test_a_hanging_output_is_given_up(build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    satellite.fault = Fault.HANGS
    mouth = await build(satellite, player)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]
    assert player.texts == [PRESS]
    begun = player.heard[0].began - mouth.start
    assert begun == pytest.approx(2 * clip_seconds(PRESS) + 8 + 0.2, abs=0.05)
    assert satellite.state == "idle"


async def test_a_hanging_last_output_fails_the_line(build) -> None:
    satellite = FakeSatellite()
    satellite.faults = [Fault.HANGS]
    mouth = await build(satellite)
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("failed", 1), ("spoken", 2)]
    assert mouth.reports[0][2] == pytest.approx(2 * clip_seconds(PRESS) + 8, abs=0.05)


async def test_hushed_while_it_fails_a_line_does_not_begin_again(build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    satellite.faults = [Fault.HANGS, Fault.HANGS]
    mouth = await build(satellite, player)
    mouth.say(1, PRESS)
    await mouth.clock.advance(1)
    mouth.announcer.hush()
    await mouth.clock.advance(60)
    assert not mouth.reports
    assert not player.heard
    await mouth.clock.advance(60)
    mouth.say(2, STOP, Priority.SAFETY)
    await mouth.clock.advance(1)
    mouth.announcer.hush()
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 2)]
    assert player.texts == [STOP]


@pytest.mark.parametrize("kind", [FakeSatellite, FakePlayer])
async def test_an_output_that_vanishes_meanwhile_fails_at_once(build, kind) -> None:
    lost, player = kind("lost"), FakePlayer()
    lost.fault = Fault.VANISHES
    mouth = await build(lost, player)
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]
    assert player.texts == [BREATHE]
    assert lost.heard[0].ended is not None
    assert player.heard[0].began - lost.heard[0].ended < 0.5


async def test_an_unavailable_output_is_not_asked(build) -> None:
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


async def test_a_line_that_the_person_cuts_holds_the_queue_but_not_safety(build) -> None:
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
    await mouth.settle(3)
    assert mouth.outcomes == [("cut", 1), ("spoken", 3), ("spoken", 2)]
    held = satellite.heard[-1].began - mouth.start - cut_at
    assert held == pytest.approx(8, abs=0.05)


async def test_warm_lines_are_made_once_with_the_options_of_the_satellite(build) -> None:
    satellite = FakeSatellite()
    satellite._attr_tts_options = {"preferred_format": "wav", "voice": "brisk"}
    mouth = await build(satellite)
    engine = mouth.stack.tts
    lines = [Line("a", BREATHE), Line("b", PRESS)]
    await mouth.announcer.async_warm(lines)
    assert [text for text, _, _ in engine.calls] == [BREATHE, PRESS]
    assert engine.calls[0][2]["voice"] == "brisk"
    engine.broken = True
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    assert len(engine.calls) == 2


async def test_warm_lines_survive_the_memory_of_home_assistant(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    await mouth.announcer.async_warm([Line("a", BREATHE)])
    await mouth.clock.advance(1000)
    mouth.stack.tts.broken = True
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]


async def test_warm_uses_the_voice_of_a_player(build) -> None:
    first, second, player = FakeTTS("first"), FakeTTS("second"), FakePlayer()
    mouth = await build(
        first,
        second,
        player,
        outputs=[
            Output("media_player.player_kitchen", "tts.tts_second", language="de", voice="calm")
        ],
    )
    await mouth.announcer.async_warm([Line("a", PRESS)])
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert not first.calls
    [(text, language, options)] = second.calls
    assert (text, language, options["voice"]) == (PRESS, "de", "calm")
    [(_, media_id, extra)] = player.calls
    assert media_id.startswith("media-source://tts/")
    assert extra["announce"] is True
    assert not player.volumes


async def test_warm_refuses_when_there_is_nothing_to_speak_through(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    satellite.set_available(False)
    with pytest.raises(NoOutputError) as error:
        await mouth.announcer.async_warm([Line("a", PRESS)])
    assert (error.value.translation_domain, error.value.translation_key) == (
        "knot_coach",
        "no_output",
    )


async def test_warm_refuses_when_the_voice_is_lost(build) -> None:
    mouth = await build(FakeSatellite())
    mouth.stack.tts.broken = True
    with pytest.raises(NoOutputError) as error:
        await mouth.announcer.async_warm([Line("a", PRESS), Line("b", BREATHE)])
    assert error.value.translation_key == "speech_failed"
    assert len(mouth.stack.tts.calls) == 1


async def test_warm_goes_on_after_a_later_line_that_fails(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.stack.tts.broken = {PRESS}
    await mouth.announcer.async_warm([Line("a", BREATHE), Line("b", PRESS), Line("c", STOP)])
    assert [text for text, _, _ in mouth.stack.tts.calls] == [BREATHE, PRESS, STOP]
    mouth.stack.tts.broken = False
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert satellite.texts == [PRESS]


async def test_a_line_that_cannot_be_synthesised_fails_and_is_not_silence(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.stack.tts.broken = {PRESS}
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("failed", 1), ("spoken", 2)]


async def test_an_engine_that_hangs_is_given_up(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.stack.tts.delay = 1000
    mouth.say(1, PRESS)
    await mouth.settle(1, 60)
    assert mouth.outcomes == [("failed", 1)]


@pytest.mark.parametrize(
    ("fault", "at_least", "at_most"),
    [
        (Fault.NONE, 0, 0.25),
        (Fault.SLOW_START, 0, 3.05),
        (Fault.BLOCKS, 0, 0.25),
        # Nothing is known of these but how long their clip is.
        (Fault.NEVER_PLAYING, 0.2, 1.05),
        (Fault.STUCK, 0.2, 4.3),
    ],
)
async def test_the_end_of_a_clip_on_a_player(
    build, fault: Fault, at_least: float, at_most: float
) -> None:
    player = FakePlayer()
    player.fault = fault
    mouth = await build(player)
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    [(what, _, moment)] = mouth.reports
    assert what == "spoken"
    assert clip_seconds(BREATHE) + at_least <= moment <= clip_seconds(BREATHE) + at_most
    assert player.texts == [BREATHE]


async def test_a_player_that_plays_music_is_timed(build) -> None:
    player = FakePlayer()
    mouth = await build(player)
    player.set_state("playing")
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.reports[0][2] == pytest.approx(clip_seconds(PRESS) + 1, abs=0.05)
    assert player.texts == [PRESS]


async def test_a_player_that_hangs_or_is_stopped(build) -> None:
    player = FakePlayer()
    player.faults = [Fault.HANGS, Fault.CUT]
    mouth = await build(player)
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("failed", 1), ("cut", 2)]


async def test_text_goes_beside_the_voice_and_holds_nothing_up(build) -> None:
    satellite, phone, dead = FakeSatellite(), FakeNotify(), FakeNotify("dead")
    dead.hangs = True
    mouth = await build(satellite, phone, dead)
    mouth.say(1, BREATHE)
    mouth.say(2, COUNT, Priority.COUNTDOWN)
    mouth.say(3, PRESS, Priority.ENCOURAGEMENT)
    mouth.say(4, STOP, Priority.SAFETY)
    mouth.say(5, PRESS, Priority.ANSWER)
    await mouth.clock.run_until(lambda: phone.messages, 5)
    assert mouth.now < 0.1
    await mouth.settle(5)
    assert phone.messages == [STOP, PRESS, BREATHE]
    total = sum(clip_seconds(text) for text in (BREATHE, COUNT, PRESS, STOP, PRESS))
    assert mouth.reports[-1][2] == pytest.approx(total + 4 * SETTLE, abs=0.05)


async def test_a_line_without_a_voice_is_still_written(build) -> None:
    satellite, phone = FakeSatellite(), FakeNotify()
    mouth = await build(satellite, phone)
    satellite.set_available(False)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    await mouth.clock.advance(1)
    assert mouth.outcomes == [("failed", 1)]
    assert phone.messages == [STOP]


async def test_with_text_alone_lines_come_at_the_pace_of_speech(build) -> None:
    phone, tablet = FakeNotify(), FakeNotify("tablet")
    phone.error = ConnectionError("no signal")
    mouth = await build(phone, tablet)
    assert mouth.announcer.available
    await mouth.announcer.async_warm([Line("a", BREATHE)])
    assert not mouth.stack.tts.calls
    mouth.say(1, BREATHE)
    mouth.say(2, COUNT, Priority.COUNTDOWN)
    await mouth.settle(2)
    assert tablet.messages == [BREATHE, COUNT]
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    first = Line("a", BREATHE).seconds
    assert mouth.reports[0][2] == pytest.approx(first, abs=0.05)
    assert mouth.reports[1][2] == pytest.approx(first + Line("b", COUNT).seconds, abs=0.05)
    tablet.set_available(False)
    mouth.say(3, PRESS)
    await mouth.settle(3)
    assert mouth.outcomes[2] == ("failed", 3)


async def test_without_outputs_every_line_fails(build) -> None:
    mouth = await build(outputs=[])
    assert not mouth.announcer.available
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("failed", 1)]


async def test_a_listener_that_fails_does_not_silence_the_voice(build, caplog) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.announcer._spoken = lambda _: 1 / 0
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.clock.run_until(lambda: satellite.texts == [PRESS, BREATHE], 30)
    assert "The end of line 1 was not taken" in caplog.text


async def test_closing_leaves_nothing_running(build) -> None:
    satellite, dead = FakeSatellite(), FakeNotify("dead")
    dead.hangs = True
    mouth = await build(satellite, dead)
    mouth.say(1, BREATHE)
    mouth.say(2, PRESS)
    await mouth.clock.advance(1)
    before = set(mouth.stack.entry._background_tasks)
    assert any("announcer" in task.get_name() for task in before)
    await mouth.announcer.async_close()
    left = {task.get_name() for task in mouth.stack.entry._background_tasks}
    assert not any("knot_coach" in name for name in left)
    assert satellite.state == "idle"
    mouth.say(3, PRESS)
    await mouth.clock.advance(30)
    assert not mouth.reports
    await mouth.announcer.async_close()


async def test_closing_can_wait_for_what_safety_has_to_say(build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    await mouth.clock.advance(1)
    mouth.say(2, PRESS)
    mouth.say(3, STOP, Priority.SAFETY)
    task = mouth.hass.async_create_task(mouth.announcer.async_close(drain=20))
    await mouth.clock.run_until(task.done, 30)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 3)]
    assert mouth.now < 10


async def test_closing_waits_no_longer_than_told(build) -> None:
    satellite = FakeSatellite()
    satellite.fault = Fault.HANGS
    mouth = await build(satellite)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.clock.advance(1)
    task = mouth.hass.async_create_task(mouth.announcer.async_close(drain=3))
    assert await mouth.clock.run_until(task.done, 30) == pytest.approx(3, abs=0.05)
    assert not mouth.reports


async def test_closing_with_nothing_for_safety_waits_for_nothing(build) -> None:
    mouth = await build(FakeSatellite())
    mouth.say(1, BREATHE)
    await mouth.clock.advance(1)
    task = mouth.hass.async_create_task(mouth.announcer.async_close(drain=20))
    assert await mouth.clock.run_until(task.done, 30) < 0.05
