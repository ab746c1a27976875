"""Lines as text, beside a voice or instead of it."""

import pytest

from custom_components.knot_coach.massage.messages import Priority
from custom_components.knot_coach.massage.wording import Line
from tests.announce.mouth import BREATHE, COUNT, PRESS, SETTLE, STOP, Build
from tests.voice_stack import FakeNotify, FakePlayer, FakeSatellite, Fault, clip_seconds


async def test_text_goes_beside_the_voice_and_holds_nothing_up(build: Build) -> None:
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


async def test_a_line_without_a_voice_is_still_written(build: Build) -> None:
    satellite, phone = FakeSatellite(), FakeNotify()
    mouth = await build(satellite, phone)
    satellite.set_available(False)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    await mouth.clock.advance(1)
    assert mouth.outcomes == [("failed", 1)]
    assert phone.messages == [STOP]


async def test_with_text_alone_lines_come_at_the_pace_of_speech(build: Build) -> None:
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


async def test_a_telephone_that_is_off_or_refuses_disturbs_nothing(build: Build) -> None:
    satellite, phone, off = FakeSatellite(), FakeNotify(), FakeNotify("off")
    phone.error = RuntimeError("no signal")
    mouth = await build(satellite, phone, off)
    off.set_available(False)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]
    assert mouth.reports[0][2] == pytest.approx(clip_seconds(PRESS), abs=0.05)
    assert not off.messages


async def test_a_line_that_is_tried_twice_is_written_once(build: Build) -> None:
    satellite, player, phone = FakeSatellite(), FakePlayer(), FakeNotify()
    satellite.fault = Fault.ERROR
    mouth = await build(satellite, player, phone)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert player.texts == [PRESS]
    assert phone.messages == [PRESS]
