"""Turn lines into clips ahead of time, with exactly the options their consumer will ask for.

Home Assistant keeps what an engine made under text, engine, language and options. Ask with the same
four and a line that was made before costs about a millisecond.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
import struct
from typing import Final

from homeassistant.components import tts
from homeassistant.components.assist_pipeline import OPTION_PREFERRED, async_get_pipelines
from homeassistant.components.assist_pipeline.error import PipelineNotFound
from homeassistant.components.assist_pipeline.pipeline import async_get_pipeline
from homeassistant.components.assist_satellite.const import (
    DATA_COMPONENT,
    DOMAIN as SATELLITE_DOMAIN,
)
from homeassistant.components.tts.const import DOMAIN as TTS_DOMAIN
from homeassistant.core import HomeAssistant, callback
import mutagen

SECONDS_PER_CHARACTER: Final = 0.065
"""Length of speech whose clip cannot be measured (home-assistant-voice.md §4)."""
UNKNOWN_SIZE: Final = 0x7FFF_FFFF
"""A streamed WAV is written before its size is known, and says a number from here up instead."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: what Home Assistant keeps a clip under, beside its text."""

    engine: str
    language: str | None
    options: tuple[tuple[str, object], ...]

    @classmethod
    def of(cls, engine: str, language: str | None, options: Mapping[str, object]) -> Voice:
        """Make a voice of an engine and the options it is called with."""
        return cls(engine, language, tuple(sorted(options.items())))


@dataclass(frozen=True, slots=True)
class Clip:
    """A line that is ready to be played."""

    seconds: float
    """Its length: measured in the sound itself wherever that is possible."""
    media_id: str = ""


class Synthesis:
    """Makes clips and remembers how long each is."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Remember nothing yet."""
        self._hass = hass
        self._seconds: dict[tuple[Voice, str], float] = {}

    async def async_clip(self, voice: Voice, text: str) -> Clip:
        """Make the clip of a text, or find it made.

        Raises whatever the engine raises; a speaker that is simply told to say the text would
        stay silent instead (home-assistant-voice.md §3).
        """
        stream = tts.async_create_stream(
            self._hass, voice.engine, voice.language, dict(voice.options)
        )
        stream.async_set_message(text)
        data = b"".join([chunk async for chunk in stream.async_stream_result()])
        if (seconds := self._seconds.get((voice, text))) is None:
            # In the executor because decoding is work, and may import a decoder first.
            seconds = await self._hass.async_add_executor_job(measure, data)
            if seconds is None:
                seconds = len(text) * SECONDS_PER_CHARACTER
            self._seconds[voice, text] = seconds
        return Clip(seconds, stream.media_source_id)


@callback
def engine_voice(
    hass: HomeAssistant, engine: str | None, language: str | None, voice: str | None
) -> Voice | None:
    """Return the voice of an engine, or of the default engine; None if there is no such engine."""
    if TTS_DOMAIN not in hass.config.components:
        return None
    if (engine := tts.async_resolve_engine(hass, engine)) is None:
        return None
    return Voice.of(engine, language, {} if voice is None else {tts.ATTR_VOICE: voice})


@callback
def satellite_voice(hass: HomeAssistant, entity_id: str) -> Voice | None:
    """Return the voice that a satellite announces with; None if its pipeline has none."""
    if SATELLITE_DOMAIN not in hass.config.components:
        return None
    if (satellite := hass.data[DATA_COMPONENT].get_entity(entity_id)) is None:
        return None
    try:
        pipeline = async_get_pipeline(hass, _pipeline_id(hass, satellite.pipeline_entity_id))
    except PipelineNotFound:
        return None
    voice = engine_voice(hass, pipeline.tts_engine, pipeline.tts_language, pipeline.tts_voice)
    if voice is None:
        return None
    options = dict(voice.options) | (satellite.tts_options or {})
    return Voice.of(voice.engine, voice.language, options)


def _pipeline_id(hass: HomeAssistant, entity_id: str | None) -> str | None:
    if entity_id is None or (state := hass.states.get(entity_id)) is None:
        return None
    if state.state == OPTION_PREFERRED:
        return None
    pipelines = async_get_pipelines(hass)
    return next((pipeline.id for pipeline in pipelines if pipeline.name == state.state), None)


def measure(data: bytes) -> float | None:
    """Return the seconds that a clip lasts, or None if that cannot be told.

    Raises ValueError if there is no sound in it at all.
    """
    if not data:
        raise ValueError("The engine made no sound")
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return _wav_seconds(data)
    if data[:4] == b"fLaC":
        return _decoded_seconds(data)
    try:
        file = mutagen.File(BytesIO(data))
    except mutagen.MutagenError:
        return None
    return (file.info.length or None) if file is not None else None


def _wav_seconds(data: bytes) -> float | None:
    """Count the samples that are there, whatever the header says."""
    byte_rate, position = 0, 12
    while position + 8 <= len(data):
        name, size = data[position : position + 4], struct.unpack_from("<I", data, position + 4)[0]
        position += 8
        if name == b"fmt " and position + 12 <= len(data):
            byte_rate = struct.unpack_from("<I", data, position + 8)[0]
        elif name == b"data":
            there = len(data) - position
            sound = there if size >= UNKNOWN_SIZE else min(size, there)
            return sound / byte_rate if sound and byte_rate else None
        # Chunks are padded to an even length.
        position += size + size % 2
    return None


def _decoded_seconds(data: bytes) -> float | None:
    """Decode the sound: a streamed FLAC says nothing about its length."""
    try:
        # Comes with Home Assistant's `stream`, which not everybody runs.
        import av  # type: ignore[import-not-found]  # noqa: PLC0415 - as the line above says
    except ImportError:
        return None
    samples, rate = 0, 0
    try:
        with av.open(BytesIO(data)) as container:
            for frame in container.decode(audio=0):
                samples += frame.samples
                rate = frame.sample_rate
    except av.FFmpegError:
        return None
    return samples / rate if rate else None
