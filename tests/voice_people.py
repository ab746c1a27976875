"""Who else uses the satellites of a room in tests: people who talk, and things that announce.

See `tests/voice_stack.py`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
import random
from typing import Final

from homeassistant.components.assist_satellite import SatelliteBusyError

from tests.voice_speakers import FakeSatellite

LOOK_SECONDS: Final = 0.1
"""How often somebody looks whether it is their turn."""


@dataclass
class Visitor:
    """Something else that announces on a satellite, such as a doorbell.

    It never talks over a person, and nothing goes wrong with what it announces: what is wrong in
    a test is the product's fault.
    """

    satellite: FakeSatellite
    moments: Sequence[tuple[float, str]]
    """What it announces, and how many seconds after it came."""
    refused: int = 0
    """How often the satellite was busy with another announcement."""

    async def async_visit(self) -> None:
        """Announce everything."""
        loop = asyncio.get_running_loop()
        came = loop.time()
        for at, text in self.moments:
            self.satellite.spared.add(text)
            await asyncio.sleep(max(0.0, came + at - loop.time()))
            while self.satellite.addressed:  # noqa: ASYNC110 - a device that looks now and then
                await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.satellite.async_internal_announce(text, preannounce=False)
            except SatelliteBusyError:
                self.refused += 1


@dataclass
class Talker:
    """A person who talks to a satellite at moments that chance chooses, never to be foreseen.

    Half of the times it is in the middle of what the satellite says, or right after; and nobody
    says anything while waiting for a reply.
    """

    satellite: FakeSatellite
    words: Sequence[str | None]
    """What it says, one after another, for ever; None for silence with an open microphone."""
    rng: random.Random
    pause: tuple[float, float] = (2.0, 40.0)
    """Seconds between two utterances, at least and at most."""
    then: dict[str, str] = field(default_factory=dict)
    """What is said next, whatever chance says, after some words."""

    async def async_talk(self) -> None:
        """Talk until cancelled."""
        rng, number, owed = self.rng, 0, None
        while True:
            await asyncio.sleep(rng.uniform(*self.pause))
            if rng.random() < 0.5:
                await self._async_begin_of_sound()
                await asyncio.sleep(rng.choice([0.0, 0.05, 0.3, 0.8, 1.5, 2.5, 4.0]))
            while self.satellite.addressed:  # noqa: ASYNC110 - a person who listens
                await asyncio.sleep(LOOK_SECONDS)
            text = self.words[number % len(self.words)] if owed is None else owed
            number += owed is None
            owed = self.then.get(text) if text else None
            await self.satellite.hear(text, rng.choice([0.4, 1.0, 2.5, 6.0]))

    async def _async_begin_of_sound(self) -> None:
        before, until = len(self.satellite.heard), asyncio.get_running_loop().time() + 60
        while len(self.satellite.heard) == before:
            if asyncio.get_running_loop().time() > until:
                return
            await asyncio.sleep(LOOK_SECONDS)
