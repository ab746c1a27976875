"""Loudspeakers for tests: satellites, media players and telephones, which misbehave when told to.

See `tests/voice_stack.py`.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, override

from homeassistant.components import media_source, stt
from homeassistant.components.assist_pipeline import PipelineEvent, PipelineEventType
from homeassistant.components.assist_satellite import (
    AssistSatelliteAnnouncement,
    AssistSatelliteConfiguration,
    AssistSatelliteEntity,
    AssistSatelliteEntityFeature,
)
from homeassistant.components.media_player import MediaPlayerEntity
from homeassistant.components.media_player.const import (
    MediaPlayerEntityFeature,
    MediaPlayerState,
    MediaType,
)
from homeassistant.components.notify import NotifyEntity
from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity

from tests.voice_engines import FakeSTT, listen

DOMAIN: Final = "voice_mock"


class Fault(Enum):
    """How a satellite or a player misbehaves."""

    NONE = auto()
    HANGS = auto()
    """The action does not return; a satellite plays its clip all the same."""
    CONNECTION_LOST = auto()
    """ConnectionError at once, as a Wyoming satellite that was unplugged."""
    ERROR = auto()
    """HomeAssistantError at once."""
    NOT_IMPLEMENTED = auto()
    CRASH = auto()
    """An exception that nobody expects."""
    CUT = auto()
    """The person ends the line after a fifth of it."""
    AT_ONCE = auto()
    """Claims to have spoken, and has not."""
    VANISHES = auto()
    """Becomes unavailable after a fifth of the line and does not return."""
    # Of players alone:
    SLOW_START = auto()
    """Says that it plays, and does, three seconds late."""
    NEVER_PLAYING = auto()
    """Plays without ever saying so."""
    BLOCKS = auto()
    """The action returns when the clip has been played, and the state never changes."""
    STUCK = auto()
    """Says for ever that it plays."""


RAISED: Final = {
    Fault.CONNECTION_LOST: ConnectionResetError,
    Fault.ERROR: HomeAssistantError,
    Fault.NOT_IMPLEMENTED: NotImplementedError,
    Fault.CRASH: ZeroDivisionError,
}


@dataclass(slots=True)
class Heard:
    """A line as it came out of a speaker, in the loop's time."""

    text: str
    began: float
    ended: float | None = None
    """None while it plays."""
    whole: bool = False


class _Speaking(Entity):
    """What everything with a loudspeaker shares."""

    _attr_should_poll = False

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.faults: list[Fault] = []
        """What goes wrong with the next lines, one each."""
        self.fault = Fault.NONE
        """What goes wrong with the lines after those."""
        self.attempts = 0

    @property
    def texts(self) -> list[str]:
        """What has been heard to its end."""
        return [heard.text for heard in self.heard if heard.whole]

    def set_available(self, available: bool) -> None:  # noqa: FBT001 - reads as a sentence
        """Plug the device in or out."""
        self._attr_available = available
        self.async_write_ha_state()

    def _next_fault(self) -> Fault:
        self.attempts += 1
        fault = self.faults.pop(0) if self.faults else self.fault
        if error := RAISED.get(fault):
            raise error("The device does not like it")
        return fault

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        entry = self.platform.config_entry
        assert entry is not None
        entry.async_create_background_task(self.hass, work, name)

    async def _play(self, text: str, seconds: float, *, whole: bool = True) -> None:
        heard = Heard(text, self.hass.loop.time())
        self.heard.append(heard)
        try:
            await asyncio.sleep(seconds)
            heard.whole = whole
        finally:
            heard.ended = self.hass.loop.time()


class FakeSatellite(_Speaking, AssistSatelliteEntity):
    """A satellite that announces, converses and listens."""

    _attr_supported_features = (
        AssistSatelliteEntityFeature.ANNOUNCE | AssistSatelliteEntityFeature.START_CONVERSATION
    )

    def __init__(
        self, key: str = "bedroom", features: AssistSatelliteEntityFeature | None = None
    ) -> None:
        super().__init__()
        self._attr_name = f"Satellite {key}"
        self._attr_unique_id = f"satellite_{key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"satellite_{key}")}, name=f"Satellite {key}"
        )
        if features is not None:
            self._attr_supported_features = features
        self.announcements: list[AssistSatelliteAnnouncement] = []
        self.events: list[PipelineEvent] = []
        self.answers: list[str | None] = []
        """What the person says to the next questions; None for silence."""
        self.cancelled = 0
        """How often somebody was cut off while talking to it."""

    @callback
    @override
    def async_get_configuration(self) -> AssistSatelliteConfiguration:
        return AssistSatelliteConfiguration([], [], 1)

    @override
    async def async_set_configuration(self, config: AssistSatelliteConfiguration) -> None: ...

    @override
    async def async_announce(self, announcement: AssistSatelliteAnnouncement) -> None:
        self.announcements.append(announcement)
        fault = self._next_fault()
        if fault is Fault.AT_ONCE:
            return
        assert announcement.tts_token is not None
        try:
            text, seconds = await listen(self.hass, announcement.tts_token)
        except HomeAssistantError:
            # As real ones: what cannot be fetched is not played, and nobody is told.
            return
        if fault is Fault.CUT:
            await self._play(text, seconds / 5, whole=False)
            return
        if fault is Fault.VANISHES:
            await self._play(text, seconds / 5, whole=False)
            self.set_available(False)
            await self.hass.loop.create_future()
        await self._play(text, seconds)
        if fault is Fault.HANGS:
            await self.hass.loop.create_future()

    @override
    async def async_start_conversation(
        self, start_announcement: AssistSatelliteAnnouncement
    ) -> None:
        await self.async_announce(start_announcement)
        if self.answers:
            self._begin(self.hear(self.answers.pop(0)), "answer")

    async def hear(self, text: str | None, seconds: float = 1.0) -> None:
        """Let the person talk to it for so long; returns when the pipeline is through.

        A reply is spoken by a task of its own, during which the state is `responding`.
        """
        engine = next(
            entity
            for entity in self.hass.data[stt.DATA_COMPONENT].entities
            if isinstance(entity, FakeSTT)
        )
        engine.text = text
        try:
            await self.async_accept_pipeline_from_satellite(_microphone(seconds))
        except asyncio.CancelledError:
            self.cancelled += 1
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise

    @callback
    @override
    def on_pipeline_event(self, event: PipelineEvent) -> None:
        self.events.append(event)
        if event.type is PipelineEventType.TTS_END and event.data:
            self._begin(self._reply(event.data["tts_output"]["token"]), "reply")

    async def _reply(self, token: str) -> None:
        await self._play(*await listen(self.hass, token))
        self.tts_response_finished()


async def _microphone(seconds: float) -> AsyncGenerator[bytes]:
    yield bytes(640)
    await asyncio.sleep(seconds)
    yield bytes(640)


class FakePlayer(_Speaking, MediaPlayerEntity):
    """A media player."""

    def __init__(self, key: str = "kitchen", *, announces: bool = True, plays: bool = True) -> None:
        super().__init__()
        self._attr_name = f"Player {key}"
        self._attr_unique_id = f"player_{key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"player_{key}")}, name=f"Player {key}"
        )
        self._attr_supported_features = (
            MediaPlayerEntityFeature.PAUSE
            | MediaPlayerEntityFeature.PLAY
            | MediaPlayerEntityFeature.VOLUME_SET
        )
        if plays:
            self._attr_supported_features |= MediaPlayerEntityFeature.PLAY_MEDIA
        if announces:
            self._attr_supported_features |= MediaPlayerEntityFeature.MEDIA_ANNOUNCE
        self._attr_state = MediaPlayerState.IDLE
        self._attr_volume_level = 0.5
        self.calls: list[tuple[MediaType | str, str, dict[str, Any]]] = []
        self.volumes: list[float] = []

    def set_state(self, state: MediaPlayerState) -> None:
        """Let it do something of its own, such as playing music."""
        self._attr_state = state
        self.async_write_ha_state()

    @override
    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        self.calls.append((media_type, media_id, kwargs))
        fault = self._next_fault()
        if fault is Fault.HANGS:
            await self.hass.loop.create_future()
        if fault is Fault.AT_ONCE:
            self.set_state(MediaPlayerState.PLAYING)
            self.set_state(MediaPlayerState.IDLE)
            return
        media = await media_source.async_resolve_media(self.hass, media_id, self.entity_id)
        work = self._perform(media.url.rpartition("/")[2], fault)
        if fault is Fault.BLOCKS:
            await work
        else:
            self._begin(work, "player")

    async def _perform(self, token: str, fault: Fault) -> None:
        text, seconds = await listen(self.hass, token)
        silent = fault in (Fault.NEVER_PLAYING, Fault.BLOCKS) or self.state == "playing"
        await asyncio.sleep(3 if fault is Fault.SLOW_START else 0.2)
        if not silent:
            self.set_state(MediaPlayerState.PLAYING)
        if fault in (Fault.CUT, Fault.VANISHES):
            await self._play(text, seconds / 5, whole=False)
        else:
            await self._play(text, seconds)
        if fault is Fault.VANISHES:
            self.set_available(False)
        elif not silent and fault is not Fault.STUCK:
            self.set_state(MediaPlayerState.IDLE)

    @override
    async def async_set_volume_level(self, volume: float) -> None:
        self.volumes.append(volume)
        self._attr_volume_level = volume
        self.async_write_ha_state()


class FakeNotify(NotifyEntity):
    """A place for text, such as a telephone."""

    def __init__(self, key: str = "phone") -> None:
        self._attr_name = f"Notify {key}"
        self._attr_unique_id = f"notify_{key}"
        self.messages: list[str] = []
        self.error: Exception | None = None
        self.hangs = False

    def set_available(self, available: bool) -> None:  # noqa: FBT001 - reads as a sentence
        """Switch it on or off."""
        self._attr_available = available
        self.async_write_ha_state()

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        if self.hangs:
            await self.hass.loop.create_future()
        if self.error is not None:
            raise self.error
        self.messages.append(message)
