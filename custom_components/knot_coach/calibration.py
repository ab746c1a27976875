"""Measures one speaker: how soon after it was asked it makes a sound, and how a line's end is known.

It asks and looks for itself, and believes nothing that is known of the speaker already.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
import logging
from statistics import median
from typing import Any, Final, Self

from homeassistant.components.assist_satellite import SatelliteBusyError
from homeassistant.components.assist_satellite.entity import AssistSatelliteState
from homeassistant.components.media_player.const import (
    ATTR_MEDIA_ANNOUNCE,
    ATTR_MEDIA_CONTENT_ID,
    ATTR_MEDIA_CONTENT_TYPE,
    SERVICE_PLAY_MEDIA,
    MediaPlayerState,
    MediaType,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from .announce.outputs import Kind, Output, refusal
from .announce.player import START_SECONDS
from .announce.speaker import Speaker
from .announce.synthesis import Clip, Synthesis
from .announce.tiers import Tier
from .const import DOMAIN, Conf
from .hello import async_soon, speaker_of
from .massage.wording import Line
from .players import PLAYING

_LOGGER = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 10.0
"""How long after its length a line must have ended; a speaker may have to switch itself on."""
AFTER_SECONDS: Final = 1.0
"""How long after its action, where that took as long as the line, it may still come to say so."""
SLACK_SECONDS: Final = 0.3
"""How far an end may be from the length of the clip and still be its end: as much as a hold may be
off where the end of speech is observed. Our choice."""


class CalibrationError(Exception):
    """The speaker could not be measured."""

    def __init__(self, key: str) -> None:
        """Say why, with a translation key of the options flow's errors."""
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was found out about one speaker."""

    tier: Tier
    """How the end of a line is known."""
    latency: float | None
    """Seconds from asking for a line to its first sound, 0 or more; None where nothing shows it."""


async def async_calibrate(
    hass: HomeAssistant,
    output: Output,
    lines: Sequence[Line],
    progress: Callable[[float], None] = lambda _: None,
) -> Calibration:
    """Speak lines through an output with a voice; return the middle of what they showed.

    There must be a line, and best an odd number of them; `progress` is told the share that has
    been spoken. Raises CalibrationError where the output cannot be used, fails, hangs, is taken, or
    is needed for a session. Whoever cancels this leaves it free.
    """
    speaker = speaker_of(hass, output, Synthesis(hass))
    found: list[Calibration] = []
    speaker.start()
    try:
        for line in lines:
            found.append(await _async_line(hass, speaker, line, first=not found))
            progress(len(found) / len(lines))
    finally:
        speaker.stop()
    return _middle(found)


def _middle(found: Sequence[Calibration]) -> Calibration:
    """Return the middle of several measurements."""
    tiers = sorted((one.tier for one in found), key=list(Tier).index)
    tier = tiers[len(tiers) // 2]
    latencies = [one.latency for one in found if one.latency is not None]
    if not latencies:
        return Calibration(tier, None)
    latency = median(latencies)
    near = sum(abs(one - latency) <= SLACK_SECONDS for one in latencies)
    if tier is Tier.MEASURED and 2 * near <= len(found):
        # Holds would go by it, and it is chance: a state that is looked at now and then.
        return Calibration(tier, None)
    return Calibration(tier, round(latency, 3))


@callback
def trouble(hass: HomeAssistant, output: Output) -> str | None:
    """Return the translation key of why an output cannot be measured now, None if it can."""
    if (reason := _unfit(hass, output)) is None and _plays(hass, output.entity_id):
        return "speaker_playing"
    return reason


def _unfit(hass: HomeAssistant, output: Output) -> str | None:
    return "in_session" if in_session(hass, output.entity_id) else refusal(hass, output)


def _plays(hass: HomeAssistant, entity_id: str) -> bool:
    state = hass.states.get(entity_id)
    return state is not None and state.state in PLAYING


@callback
def in_session(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether a coach that speaks through this output is in a session, or about to be."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        coach = entry.runtime_data
        used = {output.entity_id for output in coach.settings.outputs}
        # A coach in a session has not taken over yet what was changed meanwhile.
        used |= {output[Conf.ENTITY_ID] for output in entry.data[Conf.OUTPUTS]}
        if coach.busy and entity_id in used:
            return True
    return False


async def _async_line(
    hass: HomeAssistant, speaker: Speaker, line: Line, *, first: bool
) -> Calibration:
    """Speak one line when it is our turn, and see how that goes."""
    # A player may never say that the line before this one has ended.
    unfit = trouble if first else _unfit
    if (reason := unfit(hass, speaker.output)) is not None:
        raise CalibrationError(reason)
    try:
        clip = await speaker.async_prepare(line)
    except Exception as error:
        _LOGGER.warning("Could not synthesise a line for %s: %r", speaker, error)
        raise CalibrationError("speaker_mute") from error
    try:
        async with async_soon(hass, speaker.output.entity_id):
            await _async_ready(hass, speaker)
            if (reason := unfit(hass, speaker.output)) is not None:
                raise CalibrationError(reason)
            with _Watch(hass, speaker.output) as watch:
                return await _async_speak(watch, line, clip)
    except TimeoutError as error:
        raise CalibrationError("speaker_taken") from error


async def _async_ready(hass: HomeAssistant, speaker: Speaker) -> None:
    """Wait until nobody talks to a satellite."""
    try:
        await speaker.async_ready(urgent=False)
    except Exception as error:
        raise CalibrationError(refusal(hass, speaker.output) or "speaker_taken") from error


async def _async_speak(watch: _Watch, line: Line, clip: Clip) -> Calibration:
    """Have a line spoken, and return when nothing of it is to be heard any more."""
    began = watch.now
    await watch.async_call(line, clip)
    took = watch.now - began
    blocked = took >= clip.whole - SLACK_SECONDS
    if watch.output.kind is Kind.PLAYER:
        found = await _async_player(watch, clip, began, took if blocked else None)
    elif blocked:
        found = Calibration(Tier.CONFIRMED, max(0.0, took - clip.whole))
    else:
        found = Calibration(Tier.MEASURED, None)
    if found.tier is Tier.MEASURED:
        latency = START_SECONDS if found.latency is None else found.latency
        await watch.async_until(lambda: False, began + latency + clip.whole)
    if (reason := watch.spoiled) is not None:
        raise CalibrationError(reason)
    return found


async def _async_player(
    watch: _Watch, clip: Clip, asked: float, blocked: float | None
) -> Calibration:
    """See when a player says that it plays; `blocked` is what its action took, if that was long."""
    wait = START_SECONDS if blocked is None else blocked + AFTER_SECONDS
    await watch.async_until(lambda: watch.began is not None, asked + wait)
    if watch.began is None:
        if blocked is None:
            return Calibration(Tier.MEASURED, None)
        return Calibration(Tier.CONFIRMED, max(0.0, blocked - clip.whole))
    latency, due = watch.began - asked, watch.began + clip.whole
    if blocked is not None and abs(asked + blocked - due) <= SLACK_SECONDS:
        return Calibration(Tier.CONFIRMED, latency)
    await watch.async_until(lambda: watch.ended is not None, due + START_SECONDS)
    if watch.ended is not None and abs(watch.ended - due) <= SLACK_SECONDS:
        return Calibration(Tier.OBSERVED, latency)
    return Calibration(Tier.MEASURED, latency)


class _Watch:
    """Has one line spoken, and sees what the entity shows meanwhile, in the loop's time."""

    def __init__(self, hass: HomeAssistant, output: Output) -> None:
        """Get ready; it looks while it is entered."""
        self.output = output
        self.began: float | None = None
        """When the entity said that it plays."""
        self.ended: float | None = None
        """When it said that it does not any more."""
        self.lost: str | None = None
        """Why it could not be used any more, were it but for a moment."""
        self._heard = False
        self._hass = hass
        self._news = asyncio.Event()
        self._limit: asyncio.Timeout | None = None

    def __enter__(self) -> Self:
        """Begin to look."""
        self._stop = async_track_state_change_event(
            self._hass, self.output.entity_id, self._changed
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Look away."""
        self._stop()

    @property
    def now(self) -> float:
        """The loop's time."""
        return self._hass.loop.time()

    @property
    def spoiled(self) -> str | None:
        """Why what was seen tells nothing: it went away, or somebody talked to it meanwhile."""
        return self.lost or ("speaker_taken" if self._heard else None)

    async def async_call(self, line: Line, clip: Clip) -> None:
        """Ask for the line, and wait for as long as the action takes. Raises CalibrationError."""
        domain, service, data = _action(self.output, line, clip)
        try:
            async with asyncio.timeout(clip.whole + PATIENCE_SECONDS) as self._limit:
                await self._hass.services.async_call(
                    domain, service, data, blocking=True, context=Context()
                )
        except SatelliteBusyError as error:
            raise CalibrationError("speaker_taken") from error
        except TimeoutError as error:
            raise CalibrationError(self.lost or "speaker_hung") from error
        except Exception as error:
            _LOGGER.warning("%s could not be measured: %r", self.output.entity_id, error)
            raise CalibrationError(self.lost or "speaker_refused") from error
        finally:
            self._limit = None

    async def async_until(self, done: Callable[[], bool], moment: float) -> None:
        """Return when it is done, at a moment of the loop's time, or when the entity is lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(moment):
                while not done() and self.lost is None:
                    self._news.clear()
                    await self._news.wait()

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        was, now = (None if state is None else state.state for state in (old, new))
        if now == MediaPlayerState.PLAYING != was:
            self.began = self.now if self.began is None else self.began
        elif self.began is not None and self.ended is None and now not in PLAYING:
            self.ended = self.now
        self._heard |= now == AssistSatelliteState.LISTENING
        if (reason := refusal(self._hass, self.output)) is not None:
            self.lost = reason
            if self._limit is not None:
                self._limit.reschedule(self.now)
        self._news.set()


def _action(output: Output, line: Line, clip: Clip) -> tuple[str, str, dict[str, Any]]:
    """Return the domain, the name and the data of what makes an output speak."""
    data: dict[str, Any] = {ATTR_ENTITY_ID: output.entity_id}
    if output.kind is Kind.SATELLITE:
        data |= {"message": line.text, "preannounce": False}
        if clip.as_media:
            data["media_id"] = clip.media_id
        return Kind.SATELLITE, "announce", data
    data |= {
        ATTR_MEDIA_CONTENT_ID: clip.media_id,
        ATTR_MEDIA_CONTENT_TYPE: MediaType.MUSIC,
        ATTR_MEDIA_ANNOUNCE: True,
    }
    return Kind.PLAYER, SERVICE_PLAY_MEDIA, data
