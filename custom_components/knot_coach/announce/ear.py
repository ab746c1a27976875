"""When somebody is talking to a satellite, so that nobody talks over them."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from homeassistant.components.assist_pipeline import PipelineEvent, PipelineEventType
from homeassistant.components.assist_pipeline.pipeline import KEY_ASSIST_PIPELINE
from homeassistant.components.assist_satellite.const import DATA_COMPONENT
from homeassistant.components.assist_satellite.entity import AssistSatelliteState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)

SETTLE_SECONDS: Final = 0.3
"""How long `idle` must hold: a question flickers between speaking and listening
(home-assistant-voice.md §9)."""
LONGEST_REPLY: Final = 60.0
"""Seconds after which a satellite that says it speaks has forgotten to say that it ended; our
choice."""
LONGEST_TURN: Final = 20.0
"""Seconds after which a turn is over even if nothing was seen to end it: the voice detector listens
for 15 s at most (home-assistant-voice.md §3)."""


class Ear:
    """Follows the state of one satellite.

    When an announcement ends its state says `idle`, even while the microphone is open because the
    wake word was said meanwhile (home-assistant-voice.md §9). So a turn goes on for as long as its
    pipeline runs, and where that cannot be seen it is counted whose `idle` it is.
    """

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Get ready, without following the entity yet."""
        self.entity_id = entity_id
        self.news = asyncio.Event()
        """Set at everything the satellite says about itself."""
        self.heard = False
        """Somebody began to talk since this was set to False."""
        self.turns = 0
        """How often somebody began to talk."""
        self._hass = hass
        self._since = float("-inf")
        self._turn_until = float("-inf")
        self._announcing = False
        self._idles = 0
        self._replying = False
        self._pipeline: asyncio.Task[Any] | None = None
        self._unsubscribe: list[CALLBACK_TYPE] = []

    def start(self) -> None:
        """Begin to follow the entity."""
        self._since = self._hass.loop.time()
        if self.state in (AssistSatelliteState.LISTENING, AssistSatelliteState.PROCESSING):
            self._turn_until = self._since + LONGEST_TURN
            self._follow_pipeline()
        self._unsubscribe = [
            async_track_state_change_event(self._hass, self.entity_id, self._changed),
            async_track_state_report_event(self._hass, self.entity_id, self._reported),
        ]

    def stop(self) -> None:
        """Stop following the entity."""
        self._leave_pipeline()
        while self._unsubscribe:
            self._unsubscribe.pop()()

    @property
    def state(self) -> str | None:
        """The satellite's state, None if there is none."""
        state = self._hass.states.get(self.entity_id)
        return None if state is None else state.state

    @property
    def talking(self) -> bool:
        """Whether somebody's turn is not over, the reply included."""
        return self._hass.loop.time() < self._turn_until

    @property
    def opening(self) -> bool:
        """Whether a pipeline runs whose microphone is about to open; no state tells that yet."""
        return self._pipeline is None and self._running is not None

    @property
    def _running(self) -> asyncio.Task[Any] | None:
        """The present run; the attribute is internal, and without it the states have to do."""
        component = self._hass.data.get(DATA_COMPONENT)
        entity = None if component is None else component.get_entity(self.entity_id)
        task = getattr(entity, "_pipeline_task", None)
        return task if isinstance(task, asyncio.Task) and not task.done() else None

    @property
    def speaking(self) -> bool:
        """Whether the voice detector has heard somebody in the present run.

        Home Assistant tells that to the satellite alone, and keeps it for whoever looks for faults.
        Nobody knows it where the recogniser itself finds the end of speech.
        """
        data = self._hass.data.get(KEY_ASSIST_PIPELINE)
        runs = () if data is None else data.pipeline_debug.values()
        return any(self._is_heard(run.events) for kept in runs for run in kept.values())

    def _is_heard(self, events: Sequence[PipelineEvent]) -> bool:
        """Tell whether these are the events of a run of this satellite that hears somebody."""
        kinds = {event.type for event in events}
        if PipelineEventType.RUN_END in kinds or PipelineEventType.STT_VAD_START not in kinds:
            return False
        return (events[0].data or {}).get("satellite_id") == self.entity_id

    @callback
    def hang_up(self) -> None:
        """Close the microphone, as Home Assistant does before an announcement."""
        if (task := self._running) is not None:
            task.cancel()

    def quiet_in(self) -> float:
        """Return the seconds until it may be spoken if nothing happens until then.

        Infinite while the satellite listens, which only news can end.
        """
        now = self._hass.loop.time()
        if self.state == AssistSatelliteState.RESPONDING and self._pipeline is None:
            return max(0.0, self._since + LONGEST_REPLY - now)
        if self.state != AssistSatelliteState.IDLE:
            return float("inf")
        return max(0.0, self._since + SETTLE_SECONDS - now, self._turn_until - now)

    async def async_quiet(self) -> None:
        """Return when it may be spoken, or when the satellite has gone away."""
        while self.state not in (None, STATE_UNAVAILABLE) and (left := self.quiet_in()) > 0:
            self.news.clear()
            try:
                async with asyncio.timeout(None if left == float("inf") else left):
                    await self.news.wait()
            except TimeoutError:
                continue

    @callback
    def announce_begins(self) -> None:
        """Our own announcement begins: it will say `idle` once when it ends."""
        self.heard, self._announcing, self._idles = False, True, 0

    @callback
    def announce_ended(self) -> None:
        """Our own announcement is over."""
        self._announcing = False
        if self._idles > 1 and self._pipeline is None:
            self._over()

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or old.state != new.state:
            self._since = self._hass.loop.time()
            before = None if old is None else old.state
            self._moved(before, None if new is None else new.state)
        self.news.set()

    @callback
    def _reported(self, event: Event[EventStateReportedData]) -> None:
        if event.data["new_state"].state == AssistSatelliteState.IDLE:
            self._idle()
        self.news.set()

    def _moved(self, before: str | None, state: str | None) -> None:
        turn = self._hass.loop.time() + LONGEST_TURN
        match state:
            case AssistSatelliteState.LISTENING:
                self.heard, self._turn_until, self._idles = True, turn, 0
                self.turns += 1
                self._replying = False
                self._follow_pipeline()
            case AssistSatelliteState.PROCESSING:
                self._turn_until = turn
            case AssistSatelliteState.RESPONDING if before == AssistSatelliteState.PROCESSING:
                self._turn_until, self._replying = turn, True
            case AssistSatelliteState.IDLE:
                self._idle()
            case _ if state in (None, STATE_UNAVAILABLE):
                self._over()
            case _:
                pass

    def _idle(self) -> None:
        if self._announcing:
            self._idles += 1
        elif self._pipeline is None:
            self._over()
        else:
            self._replying = False

    def _follow_pipeline(self) -> None:
        """Learn when the present run is over; Home Assistant tells that to nobody else."""
        self._leave_pipeline()
        if (task := self._running) is not None:
            self._pipeline = task
            task.add_done_callback(self._pipeline_over)

    def _leave_pipeline(self) -> None:
        if self._pipeline is not None:
            self._pipeline.remove_done_callback(self._pipeline_over)
        self._pipeline = None

    @callback
    def _pipeline_over(self, _: asyncio.Task[Any]) -> None:
        self._pipeline = None
        if not self._replying:
            self._over()
        self.news.set()

    def _over(self) -> None:
        now = self._hass.loop.time()
        if self._turn_until > now:
            self._turn_until, self._since = now, now
