"""Turn lines into clips ahead of time, with exactly the options their consumer will ask for.

Home Assistant keeps what an engine made under text, engine, language and options. Ask with the same
four and a line that was made before costs about a millisecond. What is remembered here beside that
are lengths, and where the clips with silence around them are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
import logging
from pathlib import Path
from shutil import rmtree
from typing import Final

from homeassistant.components import tts
from homeassistant.components.assist_pipeline import (
    OPTION_PREFERRED,
    Pipeline,
    async_get_pipelines,
)
from homeassistant.components.assist_pipeline.error import PipelineNotFound
from homeassistant.components.assist_pipeline.pipeline import async_get_pipeline
from homeassistant.components.assist_satellite import AssistSatelliteEntity
from homeassistant.components.assist_satellite.const import (
    DATA_COMPONENT,
    DOMAIN as SATELLITE_DOMAIN,
)
from homeassistant.components.tts.const import DOMAIN as TTS_DOMAIN
from homeassistant.components.tts.helper import get_engine_instance
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import language as language_util

from ..const import DOMAIN
from .measure import measure
from .padding import Kept, is_kept, keep_padded

_LOGGER = logging.getLogger(__name__)

SECONDS_PER_CHARACTER: Final = 0.065
"""Length of speech whose clip cannot be measured (home-assistant-voice.md §4)."""
REMEMBERED: Final = 2000
"""So many clips are known by their length, some ten sessions; our choice."""


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
    """Until its last word has been spoken, the silence before it included: measured in the sound
    itself wherever that is possible."""
    media_id: str = ""
    lead_in: float = 0.0
    """Seconds of silence before the first word; 0 where none could be put there."""
    tail: float = 0.0
    """Seconds of silence after the last word, which nobody has to wait for."""
    other_voice: bool = False
    """Its output would speak the text with another voice, by itself."""

    @property
    def whole(self) -> float:
        """Seconds until all of it has been played."""
        return self.seconds + self.tail

    @property
    def padded(self) -> bool:
        """Whether it has silence around it."""
        return bool(self.lead_in or self.tail)

    @property
    def as_media(self) -> bool:
        """Whether only `media_id` plays it as it is, and not its text."""
        return self.padded or self.other_voice


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of a clip."""

    digest: bytes
    """Tells the sound that this is about: another may be made under the same name later."""
    seconds: float
    """Of the speech alone."""
    kept: Kept | None
    """Where it is with silence around it; None where that was not wanted or not possible."""


type _Key = tuple[Voice, str, float, float]


class Synthesis:
    """Makes clips and remembers how long each is."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Remember nothing yet."""
        self._hass = hass
        self._folder = folder_of(hass)
        self._known: dict[_Key, _Known] = {}
        self._unpadded: set[Voice] = set()

    async def async_clip(
        self, voice: Voice, text: str, *, lead_in: float = 0.0, tail: float = 0.0
    ) -> Clip:
        """Make the clip of a text, or find it made, with seconds of silence around it.

        Raises whatever the engine raises; a speaker that is simply told to say the text would
        stay silent instead (home-assistant-voice.md §3). Silence that cannot be put around a clip
        is left out.
        """
        stream = tts.async_create_stream(
            self._hass, voice.engine, voice.language, dict(voice.options)
        )
        stream.async_set_message(text)
        data = b"".join([chunk async for chunk in stream.async_stream_result()])
        known = await self._async_known((voice, text, lead_in, tail), data)
        if known.kept is None:
            return Clip(known.seconds, stream.media_source_id)
        stream.delete()
        kept = known.kept
        return Clip(
            kept.lead_in + known.seconds,
            serve(self._hass, voice, kept.path),
            kept.lead_in,
            kept.tail,
        )

    async def _async_known(self, key: _Key, data: bytes) -> _Known:
        """Return what is known of a clip; find out what is not, in the executor."""
        digest = blake2b(data, digest_size=16).digest()
        known = self._known.pop(key, None)
        if known is None or known.digest != digest or not await self._async_is_kept(known):
            known = await self._hass.async_add_executor_job(self._examine, key, data, digest)
        # What was asked for last is the last to be forgotten.
        self._known[key] = known
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return known

    async def _async_is_kept(self, known: _Known) -> bool:
        if known.kept is None:
            return True
        return await self._hass.async_add_executor_job(is_kept, known.kept.path)

    def _examine(self, key: _Key, data: bytes, digest: bytes) -> _Known:
        """Measure a clip and put silence around it; work for the executor."""
        voice, text, lead_in, tail = key
        if (seconds := measure(data)) is None:
            seconds = len(text) * SECONDS_PER_CHARACTER
        kept: Kept | None = None
        if lead_in or tail:
            reason: object = "of its format"
            try:
                kept = keep_padded(self._folder, data, lead_in, tail)
            except OSError as error:
                # Worth another try when the clip is asked for again.
                reason, digest = repr(error), b""
            if kept is None and voice not in self._unpadded:
                self._unpadded.add(voice)
                _LOGGER.warning(
                    "Clips of %s are played without silence around them, because %s",
                    voice.engine,
                    reason,
                )
        return _Known(digest, seconds, kept)


@callback
def serve(hass: HomeAssistant, voice: Voice, path: Path) -> str:
    """Return a media id under which Home Assistant serves a file as if an engine had made it."""
    options = {tts.ATTR_PREFERRED_FORMAT: path.suffix[1:]}
    stream = tts.async_create_stream(hass, voice.engine, voice.language, options)
    stream.async_override_result(path)
    # They made the name and the type right, and would now have the file converted.
    stream.options.clear()
    return stream.media_source_id


def folder_of(hass: HomeAssistant) -> Path:
    """Return where clips with silence around them are kept."""
    return Path(hass.config.cache_path(DOMAIN))


async def async_forget_clips(hass: HomeAssistant) -> None:
    """Delete them: no coach is left to play them."""
    await hass.async_add_executor_job(partial(rmtree, folder_of(hass), ignore_errors=True))


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
def satellite_of(hass: HomeAssistant, entity_id: str) -> AssistSatelliteEntity | None:
    """Return a satellite; None while there is none of that name."""
    if SATELLITE_DOMAIN not in hass.config.components:
        return None
    return hass.data[DATA_COMPONENT].get_entity(entity_id)


@callback
def satellite_pipeline(hass: HomeAssistant, entity_id: str) -> Pipeline | None:
    """Return the pipeline that a satellite talks through; None if nobody knows it."""
    if (satellite := satellite_of(hass, entity_id)) is None:
        return None
    select = satellite.pipeline_entity_id
    if select is not None and hass.states.get(select) is None:
        # Home Assistant would raise when the satellite is told to speak.
        return None
    try:
        return async_get_pipeline(hass, _pipeline_id(hass, select))
    except PipelineNotFound:
        return None


@callback
def satellite_voice(hass: HomeAssistant, entity_id: str) -> Voice | None:
    """Return the voice that a satellite announces with; None if its pipeline has none."""
    satellite, pipeline = satellite_of(hass, entity_id), satellite_pipeline(hass, entity_id)
    if satellite is None or pipeline is None:
        return None
    voice = engine_voice(hass, pipeline.tts_engine, pipeline.tts_language, pipeline.tts_voice)
    if voice is None:
        return None
    options = dict(voice.options) | (satellite.tts_options or {})
    return Voice.of(voice.engine, voice.language, options)


@callback
def language_of(hass: HomeAssistant, voice: Voice) -> str | None:
    """Return the language that a voice speaks; None if its engine does not say."""
    engine = get_engine_instance(hass, voice.engine)
    return voice.language or (None if engine is None else engine.default_language)


@callback
def speaks(hass: HomeAssistant, voice: Voice, language: str) -> bool:
    """Tell whether a voice speaks a language, of whatever region; what is not known is believed."""
    own = language_of(hass, voice)
    return not (own and language) or bool(language_util.matches(language, [own]))


@callback
def voice_in(hass: HomeAssistant, voice: Voice, language: str) -> Voice:
    """Return the voice of the same engine that speaks a language.

    That is the voice itself where it does, and where the engine has none that does.
    """
    engine = get_engine_instance(hass, voice.engine)
    if engine is None or speaks(hass, voice, language):
        return voice
    supported = engine.supported_languages
    if not (found := language_util.matches(language, supported, country=hass.config.country)):
        return voice
    # Who speaks one language is not known in another.
    options = {key: value for key, value in voice.options if key != tts.ATTR_VOICE}
    return Voice.of(voice.engine, found[0], options)


def _pipeline_id(hass: HomeAssistant, entity_id: str | None) -> str | None:
    if entity_id is None or (state := hass.states.get(entity_id)) is None:
        return None
    if state.state == OPTION_PREFERRED:
        return None
    pipelines = async_get_pipelines(hass)
    return next((pipeline.id for pipeline in pipelines if pipeline.name == state.state), None)
