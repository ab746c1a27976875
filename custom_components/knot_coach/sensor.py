"""Sensors: the session itself, and what is drawn from it.

They change when the session does and never once a second: a countdown is drawn from an instant.
What is only estimated is estimated anew at each of these changes and holds until the next one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .announce import Tier
from .coordinator import Coach, KnotCoachEntry
from .entity import CoachEntity, forget_entity
from .history import judged
from .massage.outcomes import Outcome
from .massage.phases import Phase
from .massage.view import SessionView, Shown
from .proofs import Proof

PARALLEL_UPDATES = 0

LAST = (
    "started_at",
    "ended_at",
    "area",
    "side",
    "length",
    "before",
    "after",
    "change",
    "change_label",
    "peak",
)
"""What the last-session sensor tells beside the outcome."""


@dataclass(frozen=True, kw_only=True)
class CoachSensorDescription(SensorEntityDescription):
    """A sensor and where its value comes from."""

    value_fn: Callable[[Coach, SessionView], str | int | float | datetime | None]
    attributes_fn: Callable[[Coach, SessionView], Mapping[str, Any] | None] = lambda *_: None


def _seconds(time: timedelta | None) -> int | None:
    return None if time is None else round(time.total_seconds())


def _session_attributes(coach: Coach, view: SessionView) -> Mapping[str, Any]:
    return {
        "area": view.area,
        "side": view.side,
        "length": view.length,
        "phase": view.phase,
        "step": view.step,
        "steps": view.steps,
        "instruction": view.instruction,
        "pressure": view.pressure,
        "started_at": view.started_at,
        "phase_ends_at": view.counts_to,
        "session_ends_at": view.session_ends_at,
        "duration": _seconds(view.duration),
        "remaining": _seconds(view.remaining),
        "caption": coach.speech.caption if view.shown is not Shown.IDLE else None,
        "question": view.heard_question,
    }


def _last_attributes(coach: Coach, _: SessionView) -> Mapping[str, Any] | None:
    if (last := coach.memory.last) is None:
        return None
    row = judged(last)
    return {key: row[key] for key in LAST}


SENSORS = (
    CoachSensorDescription(
        key="session",
        device_class=SensorDeviceClass.ENUM,
        options=list(Shown),
        value_fn=lambda _, view: view.shown,
        attributes_fn=_session_attributes,
    ),
    CoachSensorDescription(
        key="phase",
        device_class=SensorDeviceClass.ENUM,
        options=list(Phase),
        value_fn=lambda _, view: view.phase,
    ),
    CoachSensorDescription(key="pressure", value_fn=lambda _, view: view.pressure),
    CoachSensorDescription(
        key="phase_ends_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda _, view: view.counts_to,
    ),
    CoachSensorDescription(
        key="ends_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda _, view: view.session_ends_at,
    ),
    CoachSensorDescription(
        key="voice",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=list(Tier),
        value_fn=lambda coach, _: coach.speech.tier,
        attributes_fn=lambda coach, _: {
            "output": coach.speech.output,
            "outputs": dict(coach.speech.tiers),
        },
    ),
    CoachSensorDescription(
        key="last_session",
        device_class=SensorDeviceClass.ENUM,
        options=list(Outcome),
        value_fn=lambda coach, _: coach.memory.last["outcome"] if coach.memory.last else None,
        attributes_fn=_last_attributes,
    ),
    CoachSensorDescription(
        key="time_massaged",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value_fn=lambda coach, _: coach.memory.pressed,
    ),
)

DEAD_MAN = CoachSensorDescription(
    key="dead_man",
    device_class=SensorDeviceClass.ENUM,
    entity_category=EntityCategory.DIAGNOSTIC,
    options=["proved", "none"],
    value_fn=lambda coach, _: "none" if _proof(coach) is None else "proved",
    attributes_fn=lambda coach, _: {"proved_at": (proof := _proof(coach)) and proof.at},
)
"""Whether a drill has seen the heater's device cut the power by itself."""


def _proof(coach: Coach) -> Proof | None:
    return None if coach.heater is None else coach.heater.guard.proof


async def async_setup_entry(
    _: HomeAssistant, entry: KnotCoachEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of a coach."""
    coach = entry.runtime_data
    if coach.heater is None:
        forget_entity(coach, "sensor", DEAD_MAN)
    shown = SENSORS if coach.heater is None else (*SENSORS, DEAD_MAN)
    async_add_entities(CoachSensor(coach, description) for description in shown)


class CoachSensor(CoachEntity, SensorEntity):
    """One row of the table."""

    entity_description: CoachSensorDescription
    # What changes with every step and says nothing afterwards; and how it felt, which goes away
    # with the coach and so must not stay in the recorder.
    _unrecorded_attributes = frozenset(
        {
            "after",
            "before",
            "caption",
            "change",
            "change_label",
            "duration",
            "instruction",
            "phase_ends_at",
            "remaining",
            "session_ends_at",
        }
    )

    def __init__(self, coach: Coach, description: CoachSensorDescription) -> None:
        """Show how the session stands now."""
        super().__init__(coach, description)
        self._view = coach.data

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        view = self.coordinator.data
        if _facts(view) != _facts(self._view):
            self._view = view
        super()._handle_coordinator_update()

    @property
    @override
    def native_value(self) -> str | int | float | datetime | None:
        return self.entity_description.value_fn(self.coordinator, self._view)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        return self.entity_description.attributes_fn(self.coordinator, self._view)


def _facts(view: SessionView) -> SessionView:
    """Leave out what is different at every look."""
    return replace(view, remaining=None, session_ends_at=None)
