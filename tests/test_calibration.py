"""Measuring a speaker: what each kind of it shows, what can go wrong, and that it is left free."""

import asyncio
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any, override

from homeassistant.components.media_player.const import MediaPlayerState, MediaType
from homeassistant.core import HomeAssistant
import pytest

from custom_components.knot_coach.announce import Output, SpeakerProfile, Tier
from custom_components.knot_coach.announce.lanes import LANES, async_turn
from custom_components.knot_coach.calibration import (
    Calibration,
    CalibrationError,
    async_calibrate,
)
from custom_components.knot_coach.hello import async_say_hello
from custom_components.knot_coach.massage.messages import Priority
from custom_components.knot_coach.massage.wording import Line
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakePlayer, FakeSatellite, Fault, Stack, setup_stack

LINES = [
    Line("measure_1", "One. This is how I sound."),  # 6 words, 2.4 s
    Line("measure_2", "Two. Listen for the first word and the last."),  # 9 words, 3.6 s
    Line("measure_3", "Three. That is all, thank you."),  # 6 words, 2.4 s
]
TEXTS = [line.text for line in LINES]
HELLO = Line("hello", "Hello. I am ready when you are.")


class Bench:
    """A speaker on the bench."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock, stack: Stack) -> None:
        self.hass, self.clock, self.stack = hass, clock, stack
        self.satellite, self.player = stack.satellites[0], stack.players[0]
        self.shares: list[float] = []

    def begin(self, speaker: FakeSatellite | FakePlayer) -> asyncio.Task[Calibration]:
        """Begin to measure a speaker."""
        output = Output(speaker.entity_id)
        return self.hass.async_create_background_task(
            async_calibrate(self.hass, output, LINES, self.shares.append), "measure"
        )

    async def measure(self, speaker: FakeSatellite | FakePlayer) -> Calibration:
        """Measure a speaker to the end. Raises CalibrationError."""
        task = self.begin(speaker)
        await self.clock.run_until(task.done, 200)
        return task.result()

    async def refused(self, speaker: FakeSatellite | FakePlayer) -> str:
        """Measure a speaker to no end, and tell why."""
        with pytest.raises(CalibrationError) as error:
            await self.measure(speaker)
        return error.value.key

    async def still_speaks(self, speaker: FakeSatellite | FakePlayer) -> bool:
        """Tell whether the speaker is free for the next one."""
        if self.hass.data.get(LANES):
            return False
        task = self.hass.async_create_background_task(
            async_say_hello(self.hass, [Output(speaker.entity_id)], HELLO), "hello"
        )
        await self.clock.run_until(task.done, 60)
        return task.result() is None and speaker.texts[-1] == HELLO.text


@pytest.fixture(name="bench")
async def bench_fixture(hass: HomeAssistant, virtual_time: VirtualClock) -> Bench:
    stack = await setup_stack(hass, FakeSatellite(), FakePlayer(), FakePlayer("dumb", plays=False))
    await virtual_time.advance(1)
    return Bench(hass, virtual_time, stack)


def overlaps(speaker: FakeSatellite | FakePlayer) -> bool:
    """Tell whether a line began before the one before it had ended."""
    lines = sorted(speaker.heard, key=lambda heard: heard.began)
    return any(one.ended is None or one.ended > two.began for one, two in pairwise(lines))


# --- what speakers show ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "tier", "latency"),
    [
        (Fault.NONE, Tier.CONFIRMED, 0.0),
        (Fault.SLOW_START, Tier.CONFIRMED, 3.0),
        (Fault.EARLY, Tier.MEASURED, None),
        (Fault.AT_ONCE, Tier.MEASURED, None),
    ],
)
async def test_satellite(bench: Bench, fault: Fault, tier: Tier, latency: float | None) -> None:
    bench.satellite.fault = fault
    found = await bench.measure(bench.satellite)
    assert found.tier is tier
    assert found.latency == (latency if latency is None else pytest.approx(latency, abs=0.01))
    assert bench.satellite.texts == ([] if fault is Fault.AT_ONCE else TEXTS)
    assert not overlaps(bench.satellite)
    bench.satellite.fault = Fault.NONE
    assert await bench.still_speaks(bench.satellite)


@pytest.mark.parametrize(
    ("fault", "tier", "latency"),
    [
        (Fault.NONE, Tier.OBSERVED, 0.2),
        (Fault.SLOW_START, Tier.OBSERVED, 3.0),
        (Fault.BLOCKS, Tier.CONFIRMED, 0.2),
        (Fault.NEVER_PLAYING, Tier.MEASURED, None),
        (Fault.AT_ONCE, Tier.MEASURED, 0.0),
        (Fault.CUT, Tier.MEASURED, 0.2),
        (Fault.STUCK, Tier.MEASURED, None),
    ],
)
async def test_player(bench: Bench, fault: Fault, tier: Tier, latency: float | None) -> None:
    bench.player.fault = fault
    found = await bench.measure(bench.player)
    assert found.tier is tier
    assert found.latency == (latency if latency is None else pytest.approx(latency, abs=0.01))
    assert bench.player.texts == ([] if fault in (Fault.AT_ONCE, Fault.CUT) else TEXTS)
    assert not overlaps(bench.player)


class Patient(FakePlayer):
    """A player that says that it plays, and whose action lasts as long as the clip as well."""

    @override
    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        await super().async_play_media(media_type, media_id, **kwargs)
        await self.played

    @override
    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        self.played = super()._begin(work, name)
        return self.played


async def test_player_that_is_waited_for(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    stack = await setup_stack(hass, FakeSatellite(), Patient())
    bench = Bench(hass, virtual_time, stack)
    began = hass.loop.time()
    found = await bench.measure(bench.player)
    assert found.tier is Tier.CONFIRMED
    assert found.latency == pytest.approx(0.2, abs=0.01)
    assert bench.player.texts == TEXTS
    # Nothing but the lines and their starts is waited for.
    assert hass.loop.time() - began == pytest.approx(2.4 + 3.6 + 2.4 + 3 * 0.2, abs=0.1)


async def test_player_that_is_looked_at_now_and_then(bench: Bench) -> None:
    """Its state says when it plays and when it does not, and both are too late to go by."""
    bench.player.poll = 10
    # A second after it was looked at last.
    await bench.clock.advance(11 - bench.hass.loop.time() % 10)
    found = await bench.measure(bench.player)
    assert found == Calibration(Tier.MEASURED, None)
    assert not overlaps(bench.player)


async def test_player_that_plays_on_and_tells_more(bench: Bench) -> None:
    """What it tells while it still says that it plays is no beginning."""
    bench.player.fault = Fault.STUCK
    task = bench.begin(bench.player)
    for number in (1, 2, 3):
        await bench.clock.run_until(lambda: len(bench.player.heard) == number, 30)  # noqa: B023 - it is looked at within the round
        await bench.clock.advance(0.5)
        await bench.player.async_set_volume_level(number / 10)
    await bench.clock.run_until(task.done, 30)
    assert task.result() == Calibration(Tier.MEASURED, None)


async def test_silence_around_a_line_is_part_of_it(bench: Bench) -> None:
    profile = SpeakerProfile(lead_in=0.5, tail=2.0)
    for speaker, tier in ((bench.satellite, Tier.CONFIRMED), (bench.player, Tier.OBSERVED)):
        task = bench.hass.async_create_background_task(
            async_calibrate(bench.hass, Output(speaker.entity_id, profile=profile), LINES), "silent"
        )
        await bench.clock.run_until(task.done, 60)
        assert task.result().tier is tier
        heard = speaker.heard[0]
        assert heard.ended is not None
        assert heard.ended - heard.began == pytest.approx(0.5 + 2.4 + 2.0, abs=0.01)


async def test_one_bad_line_of_three_decides_nothing(bench: Bench) -> None:
    bench.satellite.faults = [Fault.EARLY]
    assert (await bench.measure(bench.satellite)).tier is Tier.CONFIRMED
    bench.satellite.faults = [Fault.NONE, Fault.EARLY, Fault.EARLY]
    assert (await bench.measure(bench.satellite)).tier is Tier.MEASURED
    bench.player.faults = [Fault.SLOW_START]
    assert (await bench.measure(bench.player)).latency == pytest.approx(0.2, abs=0.01)


async def test_it_tells_how_far_it_is(bench: Bench) -> None:
    await bench.measure(bench.satellite)
    assert bench.shares == pytest.approx([1 / 3, 2 / 3, 1])


async def test_what_is_known_already_changes_nothing(bench: Bench) -> None:
    profile = SpeakerProfile(latency=9.0, tier=Tier.MEASURED)
    output = Output(bench.satellite.entity_id, profile=profile)
    task = bench.hass.async_create_background_task(
        async_calibrate(bench.hass, output, LINES), "measure"
    )
    await bench.clock.run_until(task.done, 60)
    found = task.result()
    assert found.tier is Tier.CONFIRMED
    assert found.latency == pytest.approx(0.0, abs=0.01)


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.CONNECTION_LOST, "speaker_refused"),
        (Fault.ERROR, "speaker_refused"),
        (Fault.NOT_IMPLEMENTED, "speaker_refused"),
        (Fault.CRASH, "speaker_refused"),
        (Fault.HANGS, "speaker_hung"),
        (Fault.NO_BEGINNING, "speaker_hung"),
        (Fault.VANISHES, "output_unavailable"),
    ],
)
@pytest.mark.parametrize("earlier", [0, 2])
async def test_satellite_that_fails(bench: Bench, fault: Fault, reason: str, earlier: int) -> None:
    bench.satellite.faults = [Fault.NONE] * earlier + [fault]
    assert await bench.refused(bench.satellite) == reason
    assert len(bench.shares) == earlier
    bench.satellite.set_available(True)
    await bench.clock.advance(10)
    assert await bench.still_speaks(bench.satellite)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.ERROR, "speaker_refused"),
        (Fault.CRASH, "speaker_refused"),
        (Fault.HANGS, "speaker_hung"),
        (Fault.VANISHES, "output_unavailable"),
    ],
)
async def test_player_that_fails(bench: Bench, fault: Fault, reason: str) -> None:
    bench.player.faults = [fault]
    assert await bench.refused(bench.player) == reason
    bench.player.set_available(True)
    await bench.clock.advance(10)
    assert await bench.still_speaks(bench.player)


async def test_a_speaker_that_goes_is_not_waited_for(bench: Bench) -> None:
    bench.satellite.faults = [Fault.VANISHES]
    began = bench.hass.loop.time()
    assert await bench.refused(bench.satellite) == "output_unavailable"
    # It went after a fifth of a line of 2.4 s.
    assert bench.hass.loop.time() - began < 1


async def test_speaker_that_cannot_be_used(bench: Bench) -> None:
    bench.satellite.set_available(False)
    assert await bench.refused(bench.satellite) == "output_unavailable"
    assert await bench.refused(bench.stack.players[1]) == "output_cannot_announce"
    assert not bench.satellite.attempts


async def test_engine_that_fails(bench: Bench) -> None:
    bench.stack.tts.broken = True
    assert await bench.refused(bench.player) == "speaker_mute"
    assert not bench.player.attempts
    bench.stack.tts.broken = {LINES[1].text}
    assert await bench.refused(bench.satellite) == "speaker_mute"
    assert bench.satellite.texts == TEXTS[:1]


async def test_music_is_not_measured(bench: Bench) -> None:
    bench.player.set_state(MediaPlayerState.PLAYING)
    assert await bench.refused(bench.player) == "speaker_playing"
    assert not bench.player.calls


# --- whose turn it is -----------------------------------------------------------------------------


async def test_it_waits_for_its_turn(bench: Bench) -> None:
    entity_id = bench.satellite.entity_id
    async with async_turn(bench.hass, entity_id, Priority.SAFETY):
        task = bench.begin(bench.satellite)
        await bench.clock.advance(29)
        assert not bench.satellite.attempts
    await bench.clock.run_until(task.done, 60)
    assert task.result().latency == pytest.approx(0.0, abs=0.01)


async def test_a_speaker_that_goes_while_it_waits(bench: Bench) -> None:
    for speaker in (bench.satellite, bench.player):
        async with async_turn(bench.hass, speaker.entity_id, Priority.SAFETY):
            task = bench.begin(speaker)
            await bench.clock.advance(5)
            speaker.set_available(False)
        await bench.clock.run_until(task.done, 5)
        with pytest.raises(CalibrationError, match="output_unavailable"):
            task.result()
        assert not speaker.attempts


async def test_a_reply_that_does_not_end(bench: Bench) -> None:
    bench.satellite.reply_hangs = True
    talk = bench.hass.async_create_task(bench.satellite.hear("what time is it"))
    await bench.clock.run_until(talk.done, 30)
    assert await bench.refused(bench.satellite) == "speaker_taken"
    assert not bench.satellite.attempts


async def test_it_waits_for_no_more_than_half_a_minute(bench: Bench) -> None:
    async with async_turn(bench.hass, bench.satellite.entity_id, Priority.SAFETY):
        assert await bench.refused(bench.satellite) == "speaker_taken"
    assert not bench.satellite.attempts
    assert await bench.still_speaks(bench.satellite)


async def test_what_is_more_urgent_comes_between_two_lines(bench: Bench) -> None:
    task = bench.begin(bench.satellite)
    await bench.clock.run_until(lambda: bench.satellite.heard, 10)
    async with async_turn(bench.hass, bench.satellite.entity_id, Priority.SAFETY):
        assert bench.satellite.texts == TEXTS[:1]
        await bench.clock.advance(5)
        assert len(bench.satellite.heard) == 1
    await bench.clock.run_until(task.done, 60)
    assert bench.satellite.texts == TEXTS


async def test_a_person_is_let_finish(bench: Bench) -> None:
    talk = bench.hass.async_create_task(bench.satellite.hear("what time is it", 3))
    await bench.clock.advance(0.5)
    task = bench.begin(bench.satellite)
    await bench.clock.run_until(lambda: talk.done() and task.done(), 60)
    await talk
    assert not bench.satellite.cancelled
    assert task.result().tier is Tier.CONFIRMED
    assert not overlaps(bench.satellite)


async def test_a_person_who_talks_to_it_meanwhile_spoils_it(bench: Bench) -> None:
    task = bench.begin(bench.satellite)
    await bench.clock.run_until(lambda: bench.satellite.heard, 10)
    talk = bench.hass.async_create_task(bench.satellite.hear("what time is it", 3))
    await bench.clock.run_until(lambda: talk.done() and task.done(), 60)
    await talk
    assert not bench.satellite.cancelled
    with pytest.raises(CalibrationError, match="speaker_taken"):
        task.result()


async def announce(bench: Bench, text: str) -> None:
    """Announce as an automation does, which waits for nobody's turn."""
    await bench.hass.services.async_call(
        "assist_satellite",
        "announce",
        {"entity_id": bench.satellite.entity_id, "message": text},
        blocking=True,
    )


async def test_a_satellite_that_others_announce_on(bench: Bench) -> None:
    """It says `idle` when the person has been answered, and is not free yet."""
    dinner = bench.hass.async_create_task(announce(bench, "Dinner is ready. " * 10))
    await bench.clock.run_until(lambda: bench.satellite.heard, 10)
    talk = bench.hass.async_create_task(bench.satellite.hear(None, 1))
    await bench.clock.run_until(talk.done, 10)
    assert not dinner.done()
    assert await bench.refused(bench.satellite) == "speaker_taken"
    await bench.clock.run_until(dinner.done, 30)
    assert await bench.still_speaks(bench.satellite)


async def test_whoever_ends_it_leaves_the_speaker_free(bench: Bench) -> None:
    task = bench.begin(bench.satellite)
    await bench.clock.run_until(lambda: bench.satellite.heard, 10)
    task.cancel()
    await bench.clock.run_until(task.done, 10)
    assert task.cancelled()
    await bench.clock.advance(10)
    assert len(bench.satellite.heard) == 1
    assert await bench.still_speaks(bench.satellite)
