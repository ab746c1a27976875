"""What a cue costs: from the moment it is due to the moment the speaker holds its sound.

The coach makes the clips of a session ahead; who calls `tts.speak` or `assist_satellite.announce`
waits for the engine each time. Both ways are taken in turns, through the same Home Assistant, with
an engine that takes as long for each new text as a local one does for a short line.

    scripts/bench cue_cost [--lines 30] [--engine 150]
"""

import argparse
import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import logging
from statistics import median, quantiles
import tempfile
from time import perf_counter
from typing import Any, Final, override
from unittest.mock import patch

from homeassistant.const import __version__
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.knot_coach.announce import Announcer, Output, Reports, SpeakerProfile
from custom_components.knot_coach.massage.messages import Priority, Say
from custom_components.knot_coach.massage.wording import Line
from tests.voice_engines import listen
from tests.voice_speakers import START_SECONDS
from tests.voice_stack import FakePlayer, FakeSatellite, Stack, setup_stack

CLIP_SECONDS: Final = 0.1
"""Short clips: what they cost before they play does not depend on their length."""
PAUSE: Final = 0.35
"""Between two lines, so that none waits for the speaker to be idle."""

type Name = tuple[str, str]
"""The output, and the way it is made to speak."""
type Way = Callable[[int], Awaitable[None]]
"""Speaks one line, given its number, and returns when it has been played."""


@dataclass(slots=True)
class Watch:
    """Notes when a speaker has fetched a clip."""

    fetched: float = 0.0
    costs: dict[Name, list[float]] = field(default_factory=dict)

    async def listen(self, hass: HomeAssistant, token: str) -> tuple[str, float]:
        """Fetch a clip as a device does."""
        heard = await listen(hass, token)
        self.fetched = perf_counter()
        return heard

    async def time(self, name: Name, way: Way, number: int) -> None:
        """Speak one line in one way."""
        await asyncio.sleep(PAUSE)
        asked = perf_counter()
        await way(number)
        self.costs.setdefault(name, []).append(1000 * (self.fetched - asked))


class Coach(Reports):
    """The coach's voice on one output."""

    def __init__(self, hass: HomeAssistant, stack: Stack, output: Output) -> None:
        self.announcer = Announcer(hass, stack.entry, [output], self, now=dt_util.utcnow)
        self._over = asyncio.Event()

    @override
    def spoken(self, say: Say, *, seen: bool) -> None:
        self._over.set()

    @override
    def failed(self, say: Say) -> None:
        raise RuntimeError(f"{say.line.text} could not be spoken")

    async def speak(self, number: int) -> None:
        """Say a line that was made ahead."""
        self._over.clear()
        self.announcer.say(
            Say(dt_util.utcnow(), number + 1, Line("a.key", ahead(number)), Priority.INSTRUCTION)
        )
        await self._over.wait()


def ahead(number: int) -> str:
    """Return a text that the coach knows from the start of the session."""
    return f"Let the weight of your arm rest, and breathe out. Number {number}."


async def measure(lines: int, engine: float) -> Watch:
    """Speak so many lines in each way."""
    watch = Watch()
    async with _house(engine) as (hass, stack):
        satellite, player = stack.satellites[0].entity_id, stack.players[0].entity_id
        voice = stack.tts.entity_id
        padded = SpeakerProfile(lead_in=0.4, tail=0.3)
        coaches = {
            ("satellite", "the coach, made ahead"): Coach(hass, stack, Output(satellite)),
            ("player", "the coach, made ahead"): Coach(hass, stack, Output(player)),
            ("player", "the coach, with silence around it"): Coach(
                hass, stack, Output(player, profile=padded)
            ),
        }
        for coach in coaches.values():
            await coach.announcer.async_warm(
                [Line("a.key", ahead(number)) for number in range(lines)]
            )

        async def announce(text: str) -> None:
            data = {"entity_id": satellite, "message": text, "preannounce": False}
            await hass.services.async_call("assist_satellite", "announce", data, blocking=True)

        async def speak(text: str) -> None:
            data = {"entity_id": voice, "media_player_entity_id": player, "message": text}
            await hass.services.async_call("tts", "speak", data, blocking=True)
            await asyncio.sleep(START_SECONDS + CLIP_SECONDS)

        ways: dict[Name, Way] = {
            ("satellite", "announce, a new text"): lambda n: announce(f"A new text, number {n}."),
            ("satellite", "announce, a text of before"): lambda n: announce(
                f"A new text, number {n}."
            ),
            ("player", "tts.speak, a new text"): lambda n: speak(f"Another text, number {n}."),
            ("player", "tts.speak, a text of before"): lambda n: speak(
                f"Another text, number {n}."
            ),
            **{name: coach.speak for name, coach in coaches.items()},
        }
        with patch("tests.voice_speakers.listen", watch.listen):
            for number in range(lines):
                for name, way in ways.items():
                    await watch.time(name, way, number)
        for coach in coaches.values():
            await coach.announcer.async_close()
    return watch


@asynccontextmanager
async def _house(engine: float) -> AsyncGenerator[tuple[HomeAssistant, Stack]]:
    with tempfile.TemporaryDirectory() as folder:
        async with async_test_home_assistant(config_dir=folder) as hass:
            stack = await setup_stack(hass, FakeSatellite(), FakePlayer())
            stack.tts.delay = engine
            stack.tts.lengths = Short()
            yield hass, stack
            await hass.async_stop(force=True)


class Short(dict[str, float]):
    """The same length for every text."""

    @override
    def get(self, key: str, default: Any = None) -> Any:
        return CLIP_SECONDS


def report(watch: Watch, lines: int, engine: float) -> None:
    """Print what each way costs."""
    print(
        f"Home Assistant {__version__}, {lines} lines in each way, in turns.\n"
        f"The engine is a fake that takes {engine * 1000:.0f} ms for a new text; satellite and player"
        " are fakes\nthat fetch the clip within Home Assistant, so no network and no device is in"
        " here.\nFrom due to the sound in the speaker's hands, in milliseconds:\n"
    )
    print(f"{'':46}{'median':>9}{'95 %':>9}{'a new text costs':>20}")
    new: dict[str, float] = {}
    for (output, way), costs in watch.costs.items():
        if way.endswith("new text"):
            new[output] = median(costs)
        print(
            f"{output + ': ' + way:46}{median(costs):9.2f}{quantiles(costs, n=20)[-1]:9.2f}"
            f"{new[output] / median(costs):14.0f} times"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, default=30)
    parser.add_argument("--engine", type=float, default=150, help="milliseconds for a new text")
    arguments = parser.parse_args()
    # Home Assistant misses an ffmpeg that nothing here needs.
    logging.disable(logging.CRITICAL)
    watch = asyncio.run(measure(arguments.lines, arguments.engine / 1000))
    report(watch, arguments.lines, arguments.engine / 1000)


if __name__ == "__main__":
    main()
