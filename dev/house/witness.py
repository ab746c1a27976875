"""Writes down what happens in the demo room, as anybody could see and hear it."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .house import House
from .timeline import Entry, Timeline

if TYPE_CHECKING:
    from dev.custom_components.knot_demo.recording import Span

STEP: Final = ("phase", "step", "steps", "side", "length")
"""Attributes of the session sensor that tell one step from another."""
SAME_MOMENT: Final = 0.05
"""Seconds by which a moment may differ and still be the one that was noted."""
ENDINGS: Final = frozenset({"finished", "stopped", "safety_stop"})
"""Events that end a session."""


class Witness:
    """Turns spoken clips and changes of state into entries of a timeline."""

    def __init__(
        self, house: House, timeline: Timeline, *, session: str, event: str, switch: str, heat: str
    ) -> None:
        self._hass: HomeAssistant = house.hass
        self._room = house.room
        self._timeline = timeline
        self._watched: dict[str, Callable[[State], None]] = {
            session: self._on_session,
            event: self._on_event,
            switch: self._on_switch,
            heat: self._on_heat,
        }
        self._last: dict[str, object] = {}
        self._ends: float | None = None
        self._pressure: object = None
        self.ended = asyncio.Event()
        self.outcome: str | None = None
        """The last event that ended a session."""
        self.hottest = 0.0
        """Highest temperature that the compress reported, in °C."""

    def watch(self) -> Callable[[], None]:
        """Begin; returns what ends it."""
        stop_listening = self._room.recording.listen(self._on_span)
        stop_watching = async_track_state_change_event(
            self._hass, list(self._watched), self._on_change
        )

        def stop() -> None:
            stop_listening()
            stop_watching()

        return stop

    def said(self, text: str) -> None:
        """Note what the person says."""
        self._add("you", text)

    def _add(self, kind: str, text: str, **data: object) -> None:
        self._timeline.add(Entry(round(self._room.recording.now, 3), kind, text, data))

    def _on_span(self, span: Span) -> None:
        self._timeline.add(
            Entry(
                round(span.start, 3),
                "coach",
                span.words or "(a sound)",
                {"end": round(span.end, 3), "output": span.output},
            )
        )

    @callback
    def _on_change(self, event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None:
            self._watched[state.entity_id](state)

    def _on_session(self, state: State) -> None:
        attributes = state.attributes
        progress = self._timeline.progress
        progress.begin = self._moment(attributes.get("started_at"))
        progress.end = self._moment(attributes.get("session_ends_at"))
        progress.phase = str(attributes.get("phase") or state.state).replace("_", " ")
        progress.pressure = attributes.get("pressure")
        self._note_state(state)
        self._note_hold(self._moment(attributes.get("phase_ends_at")))
        if (pressure := attributes.get("pressure")) != self._pressure:
            self._pressure = pressure
            self._add("pressure", f"{pressure or 'none'}", pressure=pressure)

    def _note_state(self, state: State) -> None:
        """Note a new state, question, phase or step."""
        told = {name: state.attributes.get(name) for name in ("question", *STEP)}
        if (what := {"state": state.state} | told) != self._last:
            self._last = what
            self._add("session", _describe(state), **what)

    def _note_hold(self, ends: float | None) -> None:
        """Note that the clock of a step begins to run, and for how long, or stands still."""
        if ends is None or self._ends is None:
            changed = ends is not self._ends
        else:
            changed = abs(ends - self._ends) > SAME_MOMENT
        if not changed:
            return
        self._ends = ends
        if ends is None:
            self._add("hold", "waits")
        else:
            planned = ends - self._room.recording.now
            self._add("hold", f"{planned:.1f} s", planned=round(planned, 3), ends=round(ends, 3))

    def _on_event(self, state: State) -> None:
        kind = state.attributes.get("event_type")
        if kind in ENDINGS:
            self.outcome = kind
            self.ended.set()
        self._add("event", str(kind), event=kind)

    def _on_switch(self, state: State) -> None:
        self._add("heat", f"switched {state.state}", heat=state.state)

    def _on_heat(self, state: State) -> None:
        try:
            degrees = float(state.state)
        except ValueError:
            return
        self.hottest = max(self.hottest, degrees)
        on = self._room.compress.is_on
        self._timeline.progress.heat = f"heat {'on' if on else 'off'} {degrees:.1f} °C"

    def _moment(self, value: object) -> float | None:
        """Turn a moment of the wall clock into seconds of the recording."""
        if isinstance(value, str):
            value = dt_util.parse_datetime(value)
        if not isinstance(value, datetime):
            return None
        return self._room.recording.now + (value - dt_util.utcnow()).total_seconds()


def _describe(state: State) -> str:
    attributes = state.attributes
    if state.state == "asking":
        # The question is named from when it can be heard.
        question = attributes.get("question")
        return f"asking: {question}" if question else "asking"
    phase = str(attributes.get("phase") or "").replace("_", " ")
    step, steps = attributes.get("step"), attributes.get("steps")
    return f"{state.state}: {phase}, step {step} of {steps}" if phase else state.state
