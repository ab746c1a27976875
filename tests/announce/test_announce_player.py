"""The end of speech on a media player."""

from homeassistant.components.media_player.const import MediaPlayerState
import pytest

from tests.announce.mouth import BREATHE, PRESS, Build
from tests.voice_stack import FakePlayer, Fault, clip_seconds


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
    build: Build, fault: Fault, at_least: float, at_most: float
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


async def test_a_player_that_plays_music_is_timed(build: Build) -> None:
    player = FakePlayer()
    mouth = await build(player)
    player.set_state(MediaPlayerState.PLAYING)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.reports[0][2] == pytest.approx(clip_seconds(PRESS) + 1, abs=0.05)
    assert player.texts == [PRESS]


async def test_a_player_that_hangs_or_is_stopped(build: Build) -> None:
    player = FakePlayer()
    player.faults = [Fault.HANGS, Fault.CUT]
    mouth = await build(player)
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("failed", 1), ("cut", 2)]
