"""Microphones for tests that open without a wake word: what they hear, and how they fail.

What is heard is sound, and Home Assistant's own voice detector says when somebody speaks. See
`tests/voice_stack.py`.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from dataclasses import dataclass
from functools import cache, partial
import io
import math
import struct
from typing import Any, Final, override
import wave

from homeassistant.components import stt, tts
from homeassistant.components.assist_satellite import (
    AssistSatelliteAnnouncement,
    AssistSatelliteEntity,
)
from homeassistant.core import HassJob

from tests.voice_engines import FakeSTT
from tests.voice_faults import RAISED, Fault, Utterance

RATE: Final = 16000
CHUNK_SECONDS: Final = 0.1
"""How much sound a satellite sends at a time."""
CHUNK: Final = 2 * round(RATE * CHUNK_SECONDS)
PITCH: Final = 120
VOWELS: Final = ((700, 1200, 2500), (300, 2200, 2900))
"""Where the mouth resounds in an "a" and an "i", in hertz."""
VOICE_SECONDS: Final = 2.0
LOUD: Final = 12000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says into an open microphone."""

    text: str | None
    """What is recognised of it; None for a cough."""
    after: float = 1.0
    """Seconds from the open microphone to the first word."""
    seconds: float = 1.0


@dataclass(slots=True)
class Opening:
    """A microphone that was opened without a wake word, in the loop's time."""

    told: float
    """When the satellite was told to."""
    seconds: float
    """How long the tone before it is."""
    opened: float | None = None
    closed: float | None = None


class Listening(AssistSatelliteEntity):
    """A satellite whose microphone opens when it is told to."""

    def __init__(self) -> None:
        self.answers: list[Answer | None] = []
        """What is said into it, one each time it opens; None, and nothing more, for silence."""
        self.openings: list[Opening] = []
        self.deafness = Fault.NONE
        """What goes wrong when it is told to listen."""
        self.utterances: list[Utterance] = []
        """What people said to it."""

    @override
    async def async_start_conversation(
        self, start_announcement: AssistSatelliteAnnouncement
    ) -> None:
        loop = self.hass.loop
        token = start_announcement.tts_token or start_announcement.media_id.rpartition("/")[2]
        opening = Opening(loop.time(), await _seconds(tts.async_get_stream(self.hass, token)))
        self.openings.append(opening)
        if error := RAISED.get(self.deafness):
            raise error("The device does not like it")
        if self.deafness is Fault.HANGS:
            await loop.create_future()
        # Who gives up waiting does not stop the device.
        await asyncio.wait({self._start(self._play_tone(opening), "tone")})

    async def _play_tone(self, opening: Opening) -> None:
        await asyncio.sleep(opening.seconds)
        if self.deafness is not Fault.NO_BEGINNING:
            self._start(self._open(opening), "microphone")

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        entry = self.platform.config_entry
        assert entry is not None
        task = entry.async_create_background_task(self.hass, work, name)
        # A run that ends after the house has stopped leaves a timer of Home Assistant behind.
        unplug = self.hass.async_add_shutdown_job(HassJob(partial(_unplug, task), name))
        task.add_done_callback(lambda _: unplug())
        return task

    async def _open(self, opening: Opening) -> None:
        """Listen without a wake word for as long as Home Assistant wants to."""
        answer = self.answers.pop(0) if self.answers else None
        said: Utterance | None = None

        engine = recogniser(self.hass.data[stt.DATA_COMPONENT].entities)
        if engine is None:
            # The house was closed while the tone sounded.
            return
        engine.text = None

        def begins() -> Utterance:
            nonlocal said
            assert answer is not None
            engine.text = answer.text
            said = Utterance(answer.text, self.hass.loop.time())
            self.utterances.append(said)
            return said

        opening.opened = self.hass.loop.time()
        try:
            await self.async_accept_pipeline_from_satellite(room(answer, begins))
        except asyncio.CancelledError:
            if said is not None:
                said.cancelled = self.available
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        finally:
            opening.closed = self.hass.loop.time()
            if said is not None:
                said.ended = said.ended or opening.closed
                said.over = opening.closed


async def _unplug(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


def recogniser(engines: Iterable[stt.SpeechToTextEntity]) -> FakeSTT | None:
    """Return the engine that hears what a test says; none once the house is closed."""
    return next((engine for engine in engines if isinstance(engine, FakeSTT)), None)


async def _seconds(stream: tts.ResultStream | None) -> float:
    """Fetch a clip as a device does; return how long it is."""
    assert stream is not None, "the clip is gone"
    data = b"".join([chunk async for chunk in stream.async_stream_result()])
    with wave.open(io.BytesIO(data)) as file:
        seconds: float = file.getnframes() / file.getframerate()
    return seconds


@cache
def voice() -> bytes:
    """Return two vowels in turn, which a voice detector takes for speech."""
    sound, phase = [], 0.0
    filters = [[0.0, 0.0] for _ in range(3)]
    for number in range(round(RATE * VOICE_SECONDS)):
        at = number / RATE
        phase += (PITCH + 20 * math.sin(2 * math.pi * 3 * at)) / RATE
        value, phase = float(phase >= 1), phase % 1
        for hertz, past in zip(VOWELS[int(at * 4) % 2], filters, strict=True):
            shrink = math.exp(-math.pi * 100 / RATE)
            turn = 2 * shrink * math.cos(2 * math.pi * hertz / RATE)
            value = (1 - turn + shrink**2) * value + turn * past[0] - shrink**2 * past[1]
            past[:] = value, past[0]
        sound.append(value)
    loudest = max(map(abs, sound))
    return struct.pack(f"<{len(sound)}h", *(round(LOUD * one / loudest) for one in sound))


async def room(answer: Answer | None, begins: Callable[[], Utterance]) -> AsyncGenerator[bytes]:
    """Yield what is to be heard in a room, for as long as somebody listens.

    None is silence. `begins` is called with the first word.
    """
    spoken = 0.0
    if answer is not None:
        async for chunk in _silence(answer.after):
            yield chunk
        said, sound = begins(), voice()
        while spoken < answer.seconds:
            start = round(spoken / CHUNK_SECONDS) * CHUNK % len(sound)
            yield sound[start : start + CHUNK]
            spoken += CHUNK_SECONDS
            await asyncio.sleep(CHUNK_SECONDS)
        said.ended = asyncio.get_running_loop().time()
    async for chunk in _silence(math.inf):
        yield chunk


async def _silence(seconds: float) -> AsyncGenerator[bytes]:
    until = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < until:
        yield bytes(CHUNK)
        await asyncio.sleep(CHUNK_SECONDS)
