"""The day after: how an area is, told by the person, and asked for once (massage.md §4.4).

It is told on the device page, by the action `report_next_day`, or in answer to the coach's own
question before the next session. What makes an area rest longer anybody may tell; what makes the
rest shorter again only a person who is there.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components import persistent_notification
from homeassistant.core import CALLBACK_TYPE, Context, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .admission import Refused
from .const import DOMAIN
from .coordinator import Coach
from .massage.areas import Side
from .massage.load import Feeling
from .person import async_is_person

ASK_AFTER: Final = timedelta(hours=24)
"""Soreness shows on the day after (massage.md F8)."""
ASK_UNTIL: Final = timedelta(hours=72)
"""After that the question is left to the next session."""


class Reminder:
    """Asks once, a day after a session, how it is; for whoever wants to be asked."""

    def __init__(self, coach: Coach) -> None:
        """Look at what a coach remembers."""
        self._coach = coach
        self._about: str | None = None
        """Start of the session that is waited for, or that was asked about."""
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def arm(self) -> None:
        """Wait for the day after the last session; to be called when there may be another one."""
        last = last_touched(self._coach)
        about = last["started_at"] if last else None
        if about == self._about:
            return
        self.stop()
        self._about = about
        if last is None or last.get("next_day") is not None:
            return
        due = datetime.fromisoformat(last["ended_at"]) + ASK_AFTER
        if dt_util.utcnow() - due > ASK_UNTIL - ASK_AFTER:
            return
        self._cancel = async_track_point_in_utc_time(self._coach.hass, self._ask, due)

    @callback
    def stop(self) -> None:
        """Ask nothing any more."""
        if self._cancel is not None:
            self._cancel()
        self._cancel = None

    async def _ask(self, _: datetime) -> None:
        self._cancel = None
        coach, last = self._coach, last_touched(self._coach)
        if last is None or last.get("next_day") is not None:
            return
        line = coach.book.line("next_day_note", area=last["area"])
        persistent_notification.async_create(
            coach.hass, line.text, coach.settings.name, f"{DOMAIN}_{coach.config_entry.entry_id}"
        )


@callback
def async_setup_reminder(coach: Coach) -> CALLBACK_TYPE:
    """Ask the day after, where that is wanted; returns what ends it."""
    if not coach.settings.next_day_question:
        return lambda: None
    reminder = Reminder(coach)
    reminder.arm()
    unsubscribe = coach.async_add_listener(reminder.arm)

    @callback
    def stop() -> None:
        unsubscribe()
        reminder.stop()

    return stop


def last_touched(coach: Coach) -> Mapping[str, Any] | None:
    """Return the record of the last session that pressed at all."""
    return next((row for row in reversed(coach.memory.records) if row["peak"] > 0), None)


async def async_note(
    coach: Coach,
    feeling: Feeling,
    context: Context | None,
    *,
    area: str | None = None,
    side: Side | None = None,
    score: int | None = None,
) -> None:
    """Note how an area is. Raises Refused where there is nothing to note it with.

    A milder word than what was told before, and the first "normal", are taken from a person alone.
    """
    last = last_touched(coach)
    if area is None and last is not None:
        area, side = last["area"], side or Side(last["side"])
    told = coach.memory.told_next_day(area, side or Side.BOTH) if area else None
    feelings = list(Feeling)
    known = feelings.index(told) if told is not None else feelings.index(Feeling.BIT_SORE)
    milder = feelings.index(feeling) < known
    if milder and not await async_is_person(coach.hass, context):
        raise Refused("person_needed")
    if area is None or not await coach.memory.async_note_next_day(
        area, side or Side.BOTH, feeling, dt_util.utcnow(), score
    ):
        raise Refused("nothing_to_report")
    persistent_notification.async_dismiss(coach.hass, f"{DOMAIN}_{coach.config_entry.entry_id}")
    coach.async_update_listeners()
