"""Which line is spoken when, and which is not."""

from itertools import pairwise
import logging
import random

import pytest

from custom_components.knot_coach.massage.messages import Priority
from tests.announce.mouth import BREATHE, COUNT, PRESS, SETTLE, STOP, Build
from tests.voice_stack import FakePlayer, FakeSatellite, Fault, clip_seconds


async def test_a_line_is_reported_at_the_end_of_its_sound(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    [(what, id_, moment)] = mouth.reports
    assert (what, id_) == ("spoken", 1)
    assert moment == pytest.approx(clip_seconds(BREATHE), abs=0.05)
    assert satellite.texts == [BREATHE]
    assert satellite.announcements[0].preannounce_media_id is None


async def test_lines_come_by_priority_then_by_arrival_and_never_overlap(build: Build) -> None:
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


async def test_what_comes_too_late_is_dropped_and_reports_nothing(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
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


async def test_a_line_that_goes_stale_while_it_waits_is_not_begun(build: Build) -> None:
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


async def test_hush_drops_what_has_not_begun_but_safety_and_cuts_nothing(build: Build) -> None:
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


async def test_a_listener_that_fails_does_not_silence_the_voice(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.raises = True
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.clock.run_until(lambda: satellite.texts == [PRESS, BREATHE], 30)
    assert "A report about line 1 was not taken" in caplog.text


async def test_a_line_is_begun_when_it_is_handed_over(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    mouth.say(2, PRESS)
    await mouth.clock.run_until(lambda: satellite.heard, 5)
    assert mouth.began == [1]
    await mouth.settle(1)
    assert mouth.began == [1]
    await mouth.settle(2)
    assert mouth.began == [1, 2]


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_no_lines_overlap_and_each_is_accounted_for(
    build: Build, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a dice, no secret
    satellite, player = FakeSatellite(), FakePlayer()
    harmless = [Fault.NONE, Fault.NONE, Fault.ERROR, Fault.CUT, Fault.CONNECTION_LOST]
    satellite.faults = chance.choices(harmless, k=40)
    player.faults = chance.choices(harmless, k=40)
    mouth = await build(satellite, player)
    priorities: dict[int, Priority] = {}
    talks = []
    for id_ in range(30):
        await mouth.clock.advance(chance.choice([0, 0.1, 0.9, 2.3, 7]))
        priorities[id_] = chance.choice(list(Priority))
        text = chance.choice([BREATHE, PRESS, COUNT, STOP])
        mouth.say(id_, text, priorities[id_])
        if chance.random() < 0.15 and satellite.state == "idle":
            talks.append(mouth.hass.async_create_task(satellite.hear("what time is it", 2)))
    await mouth.clock.run_until(lambda: len(mouth.ends) >= 30, 900)
    await mouth.clock.advance(30)
    assert all(talk.done() for talk in talks)
    assert satellite.cancelled == 0
    assert sorted(id_ for _, id_ in mouth.ends) == list(range(30))
    lines = [heard for heard in satellite.heard + player.heard if "what time" not in heard.text]
    lines = sorted(
        (heard for heard in lines if heard.text in {BREATHE, PRESS, COUNT, STOP}),
        key=lambda heard: heard.began,
    )
    assert lines
    for earlier, later in pairwise(lines):
        assert earlier.ended is not None
        assert later.began >= earlier.ended - 0.001
