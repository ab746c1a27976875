"""Loudspeakers for tests: satellites, media players and telephones, which misbehave when told to.

See `tests/voice_stack.py`.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, Final, override

from homeassistant.components import media_source, stt
from homeassistant.components.assist_pipeline import PipelineEvent, PipelineEventType
from homeassistant.components.assist_satellite import (
    AssistSatelliteAnnouncement,
    AssistSatelliteConfiguration,
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

from tests.voice_engines import listen
from tests.voice_faults import (
    BACK_SECONDS,
    HANG_SECONDS,
    RAISED,
    BargeIn,
    Fault,
    Heard,
    Utterance,
)
from tests.voice_microphones import Listening, recogniser

DOMAIN: Final = "voice_mock"

START_SECONDS: Final = 0.2
"""What a player takes to start."""
SLOW_SECONDS: Final = 3.0
"""What a slow device takes to start."""
FLICKER_SECONDS: Final = 0.1
"""Between the two things that happen when a satellite hears its wake word while it plays."""
AGAIN_SECONDS: Final = 2.0
"""Until a person who only stopped a satellite says the wake word again."""


def cut_after(seconds: float) -> float:
    """Return how long a clip plays that a person ends as fast as people can."""
    return min(seconds, max(seconds / 5, 0.6))


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
        self.misbehaved = 0
        """How many of them went wrong."""
        self.tells_late = 0.0
        """Seconds from the end of a sound until it says so."""
        self._playing: set[asyncio.Event] = set()

    @property
    def texts(self) -> list[str]:
        """What has been heard to its end."""
        return [heard.text for heard in self.heard if heard.whole]

    def set_available(self, available: bool) -> None:  # noqa: FBT001 - reads as a sentence
        """Plug the device in or out; what it plays then is heard no further."""
        self._attr_available = available
        if not available:
            self._stop_playing()
        self.async_write_ha_state()

    async def _come_back(self) -> None:
        await asyncio.sleep(BACK_SECONDS)
        self.set_available(True)

    def _next_fault(self) -> Fault:
        self.attempts += 1
        fault = self.faults.pop(0) if self.faults else self.fault
        self.misbehaved += fault is not Fault.NONE
        if error := RAISED.get(fault):
            raise error("The device does not like it")
        return fault

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        entry = self.platform.config_entry
        assert entry is not None
        return entry.async_create_background_task(self.hass, work, name)

    def _stop_playing(self) -> None:
        for stop in self._playing:
            stop.set()

    async def _starts(self, seconds: float) -> bool:
        """Take so long to start; tell whether nobody has stopped it meanwhile."""
        stop = asyncio.Event()
        self._playing.add(stop)
        try:
            async with asyncio.timeout(seconds):
                await stop.wait()
        except TimeoutError:
            return True
        finally:
            self._playing.discard(stop)
        return False

    async def _play(
        self,
        text: str,
        seconds: float,
        *,
        whole: bool = True,
        told: float | None = None,
        stopped: bool = False,
        reply: bool = False,
    ) -> None:
        """Play for so long, unless it is stopped; `whole` tells whether that is all of the text."""
        now = self.hass.loop.time()
        told = now if told is None else told
        heard = Heard(text, told, now, stopped=stopped, reply=reply)
        self.heard.append(heard)
        stop = asyncio.Event()
        self._playing.add(stop)
        try:
            async with asyncio.timeout(seconds):
                await stop.wait()
            heard.stopped = self.available
        except TimeoutError:
            heard.whole = whole
        finally:
            self._playing.discard(stop)
            heard.ended = self.hass.loop.time()


class FakeSatellite(_Speaking, Listening):
    """A satellite that announces, converses and listens."""

    _attr_supported_features = (
        AssistSatelliteEntityFeature.ANNOUNCE | AssistSatelliteEntityFeature.START_CONVERSATION
    )

    def __init__(
        self, key: str = "bedroom", features: AssistSatelliteEntityFeature | None = None
    ) -> None:
        _Speaking.__init__(self)
        Listening.__init__(self)
        self._attr_name = f"Satellite {key}"
        self._attr_unique_id = f"satellite_{key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"satellite_{key}")}, name=f"Satellite {key}"
        )
        if features is not None:
            self._attr_supported_features = features
        self.announcements: list[AssistSatelliteAnnouncement] = []
        self.events: list[PipelineEvent] = []
        self.spared: set[str] = set()
        """Texts with which nothing goes wrong."""
        self.barge_in = BargeIn.PLAYS_ON
        self.reply_seconds: float | None = None
        """How long its replies are; None: as long as the clip."""
        self._called = self._replies = 0
        self.reply_hangs = False
        """It never says that a reply has been spoken."""

    @property
    def cancelled(self) -> int:
        """How often somebody was cut off while talking to it."""
        return sum(said.cancelled for said in self.utterances)

    @property
    def addressed(self) -> bool:
        """Whether a person talks to it, or waits for its reply."""
        return self._called > 0 or any(said.over is None for said in self.utterances)

    @override
    def set_available(self, available: bool) -> None:
        super().set_available(available)
        if not available and self._pipeline_task is not None:
            # Nobody can be heard by what is unplugged.
            self._pipeline_task.cancel()

    @callback
    @override
    def async_get_configuration(self) -> AssistSatelliteConfiguration:
        return AssistSatelliteConfiguration([], [], 1)

    @override
    async def async_set_configuration(self, config: AssistSatelliteConfiguration) -> None: ...

    @override
    async def async_announce(self, announcement: AssistSatelliteAnnouncement) -> None:
        self.announcements.append(announcement)
        spared = announcement.message in self.spared
        fault = Fault.NONE if spared else self._next_fault()
        if fault is Fault.AT_ONCE:
            return
        if fault is Fault.NO_BEGINNING:
            await self.hass.loop.create_future()
        # What is told to be played by its media id has the token at the end of its address.
        token = announcement.tts_token or announcement.media_id.rpartition("/")[2]
        try:
            text, seconds = await listen(self.hass, token)
        except HomeAssistantError:
            # As real ones: what cannot be fetched is not played, and nobody is told.
            return
        # Who gives up waiting does not stop the device.
        playing = self._begin(self._announce(text, seconds, fault), "announcement")
        playing.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.wait({playing})
        await playing

    async def _announce(self, text: str, seconds: float, fault: Fault) -> None:
        if fault is Fault.CUT:
            await self._play(text, cut_after(seconds), whole=False, stopped=True)
        elif fault in (Fault.VANISHES, Fault.DROPS):
            await self._play(text, seconds / 5, whole=False)
        elif fault is Fault.EARLY:
            self._begin(self._play(text, seconds), "clip")
            await asyncio.sleep(seconds / 4)
        else:
            told = self.hass.loop.time()
            if fault is not Fault.SLOW_START or await self._starts(SLOW_SECONDS):
                await self._play(text, seconds, told=told)
            await asyncio.sleep(self.tells_late)
        match fault:
            case Fault.VANISHES:
                self.set_available(False)
                await self.hass.loop.create_future()
            case Fault.DROPS:
                self.set_available(False)
                self._begin(self._come_back(), "back")
                raise HomeAssistantError("EOF received")
            case Fault.HANGS:
                await self.hass.loop.create_future()
            case Fault.HANGS_LONG:
                await asyncio.sleep(HANG_SECONDS - seconds)

    async def hear(self, text: str | None, seconds: float = 1.0) -> None:
        """Let the person talk to it for so long; returns when the pipeline is through.

        A reply is spoken by a task of its own, during which the state is `responding`.
        """
        if self._playing and self.barge_in is not BargeIn.PLAYS_ON:
            self._called += 1
            try:
                await self._barge_in()
            finally:
                self._called -= 1
        engine = recogniser(self.hass.data[stt.DATA_COMPONENT].entities)
        assert engine is not None, "nobody can be heard in a closed house"
        engine.text = text
        said = Utterance(text, self.hass.loop.time())
        self.utterances.append(said)
        replies = self._replies
        try:
            await self.async_accept_pipeline_from_satellite(self._microphone(said, seconds))
        except asyncio.CancelledError:
            said.cancelled = said.ended is None and self.available
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        finally:
            now = self.hass.loop.time()
            said.ended = said.ended or now
            if replies == self._replies:
                said.over = now

    async def _barge_in(self) -> None:
        match self.barge_in:
            case BargeIn.LISTENS_FIRST:
                self.hass.loop.call_later(FLICKER_SECONDS, self._stop_playing)
            case BargeIn.STOPS_FIRST:
                self._stop_playing()
                await asyncio.sleep(FLICKER_SECONDS)
            case _:
                self._stop_playing()
                await asyncio.sleep(AGAIN_SECONDS)

    @callback
    @override
    def on_pipeline_event(self, event: PipelineEvent) -> None:
        self.events.append(event)
        if event.type is PipelineEventType.TTS_END and event.data:
            self._replies += 1
            said = self.utterances[-1] if self.utterances else None
            self._begin(self._reply(event.data["tts_output"]["token"], said), "reply")

    async def _reply(self, token: str, said: Utterance | None) -> None:
        text, seconds = await listen(self.hass, token)
        await self._play(text, self.reply_seconds or seconds, reply=True)
        if said is not None:
            said.over = self.hass.loop.time()
        if not self.reply_hangs:
            self.tts_response_finished()

    async def _microphone(self, said: Utterance, seconds: float) -> AsyncGenerator[bytes]:
        yield bytes(640)
        await asyncio.sleep(seconds)
        said.ended = self.hass.loop.time()
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
        self.volume_refused = False
        self.poll: float | None = None
        """Seconds from one look at it to the next; None: it tells of every change at once."""
        self._first_look = 0.0
        self._does = MediaPlayerState.IDLE

    def set_state(self, state: MediaPlayerState) -> None:
        """Let it do something of its own, such as playing music."""
        self._does = state
        if self.poll is None:
            self._look()
        else:
            self._begin(self._look_later(self.poll), "poll")

    def _look(self) -> None:
        self._attr_state = self._does
        self.async_write_ha_state()

    @override
    async def async_added_to_hass(self) -> None:
        self._first_look = self.hass.loop.time()

    async def _look_later(self, every: float) -> None:
        await asyncio.sleep(every - (self.hass.loop.time() - self._first_look) % every)
        self._look()

    @override
    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        self.calls.append((media_type, media_id, kwargs))
        fault = self._next_fault()
        if fault in (Fault.HANGS, Fault.NO_BEGINNING):
            await self.hass.loop.create_future()
        if fault is Fault.AT_ONCE:
            self.set_state(MediaPlayerState.PLAYING)
            self.set_state(MediaPlayerState.IDLE)
            return
        if media_id.endswith("preannounce.mp3"):
            return
        media = await media_source.async_resolve_media(self.hass, media_id, self.entity_id)
        work = self._perform(media.url.rpartition("/")[2], fault)
        if fault is Fault.BLOCKS:
            await work
        else:
            self._begin(work, "player")
        if fault is Fault.HANGS_LONG:
            await asyncio.sleep(HANG_SECONDS)

    async def _perform(self, token: str, fault: Fault) -> None:
        text, seconds = await listen(self.hass, token)
        silent = fault in (Fault.NEVER_PLAYING, Fault.BLOCKS) or self._does == "playing"
        if not await self._starts(SLOW_SECONDS if fault is Fault.SLOW_START else START_SECONDS):
            return
        if not silent:
            self.set_state(MediaPlayerState.PLAYING)
        if fault is Fault.CUT:
            await self._play(text, cut_after(seconds), whole=False, stopped=True)
        elif fault in (Fault.VANISHES, Fault.DROPS):
            await self._play(text, seconds / 5, whole=False)
        else:
            await self._play(text, seconds)
            await asyncio.sleep(self.tells_late)
        if fault in (Fault.VANISHES, Fault.DROPS):
            self.set_available(False)
            if fault is Fault.DROPS:
                self._does = self._attr_state = MediaPlayerState.IDLE
                await self._come_back()
        elif not silent and fault is not Fault.STUCK:
            self.set_state(MediaPlayerState.IDLE)

    @override
    async def async_set_volume_level(self, volume: float) -> None:
        if self.volume_refused:
            raise HomeAssistantError("It is as loud as it wants to be")
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
