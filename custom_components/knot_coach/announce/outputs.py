"""The places a line can go to, and whether one can be used now."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from homeassistant.components.assist_satellite.const import AssistSatelliteEntityFeature
from homeassistant.components.media_player.const import MediaPlayerEntityFeature
from homeassistant.const import ATTR_SUPPORTED_FEATURES, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State, callback, split_entity_id
from homeassistant.helpers import entity_registry as er

from .synthesis import engine_voice, satellite_voice
from .tiers import Tier

VOIP: Final = "voip"
"""The integration whose satellites are telephones."""


class Kind(StrEnum):
    """The kinds of output, named by the domain of their entities."""

    SATELLITE = "assist_satellite"
    PLAYER = "media_player"
    NOTIFY = "notify"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerProfile:
    """What is known of one speaker, measured or chosen in the options."""

    lead_in: float = 0.0
    """Seconds of silence before every line, for a speaker that swallows first words; 0 to 2."""
    tail: float = 0.0
    """Seconds of silence after every line, for a speaker that swallows last words; 0 to 2."""
    volume: float | None = None
    """Level during a session, 0 to 1; None leaves it as it is."""
    chime: bool = False
    """Plays the chime before the first line of a session."""
    latency: float | None = None
    """Seconds from asking for a line to its first sound; None where that was not measured."""
    tier: Tier | None = None
    """How the end of speech was seen when that was measured; None where it was not."""


@dataclass(frozen=True, slots=True)
class Output:
    """One configured place to speak."""

    entity_id: str
    engine: str | None = None
    """TTS engine of a media player; None takes Home Assistant's default. A satellite has its own."""
    language: str | None = None
    voice: str | None = None
    profile: SpeakerProfile = SpeakerProfile()

    @property
    def kind(self) -> Kind | None:
        """What kind of output it is, None for an entity that cannot be one."""
        return kind_of(self.entity_id)


class SpeechError(Exception):
    """This output could not speak the line; another may."""


class BusyError(Exception):
    """This output speaks for somebody else just now; the line can wait for its turn."""


def kind_of(entity_id: str) -> Kind | None:
    """Return the kind of output that an entity is, None if it cannot be one."""
    domain = split_entity_id(entity_id)[0]
    return Kind(domain) if domain in Kind else None


@callback
def capability(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return None if the entity can speak now, else the translation key of why it cannot.

    The reasons are `output_missing`, `output_unavailable`, `output_cannot_announce`,
    `output_no_tts` and `output_unsupported`.
    """
    return refusal(hass, Output(entity_id))


@callback
def refusal(hass: HomeAssistant, output: Output) -> str | None:
    """Return what `capability` returns, for the voice that the output is configured with.

    Asked before every line: an action on an entity that is missing or unavailable succeeds, and
    nothing is heard (home-assistant-voice.md §3).
    """
    if (kind := output.kind) is None:
        return "output_unsupported"
    entry = er.async_get(hass).async_get(output.entity_id)
    if (state := hass.states.get(output.entity_id)) is None:
        return "output_missing" if entry is None or entry.disabled else "output_unavailable"
    if state.state == STATE_UNAVAILABLE:
        return "output_unavailable"
    match kind:
        case Kind.SATELLITE:
            return _satellite_refusal(hass, state, entry)
        case Kind.PLAYER:
            return _player_refusal(hass, state, output)
        case Kind.NOTIFY:
            return None
        case _:
            assert_never(kind)


@callback
def can_listen(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether a satellite can open its microphone without a wake word, and is there.

    A telephone would ring for each question, and one that only announces raises an error.
    """
    entry = er.async_get(hass).async_get(entity_id)
    state = hass.states.get(entity_id)
    return (
        state is not None
        and state.state != STATE_UNAVAILABLE
        and kind_of(entity_id) is Kind.SATELLITE
        and (entry is None or entry.platform != VOIP)
        and _has(state, AssistSatelliteEntityFeature.START_CONVERSATION)
    )


def _satellite_refusal(
    hass: HomeAssistant, state: State, entry: er.RegistryEntry | None
) -> str | None:
    # It rings like a telephone, and repeats the line until somebody hangs up.
    if entry is not None and entry.platform == VOIP:
        return "output_unsupported"
    if not _has(state, AssistSatelliteEntityFeature.ANNOUNCE):
        return "output_cannot_announce"
    return None if satellite_voice(hass, state.entity_id) else "output_no_tts"


def _player_refusal(hass: HomeAssistant, state: State, output: Output) -> str | None:
    if not _has(state, MediaPlayerEntityFeature.PLAY_MEDIA):
        return "output_cannot_announce"
    voice = engine_voice(hass, output.engine, output.language, output.voice)
    return None if voice else "output_no_tts"


def _has(state: State, feature: int) -> bool:
    return bool(state.attributes.get(ATTR_SUPPORTED_FEATURES, 0) & feature)
