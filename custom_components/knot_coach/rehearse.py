"""What a session would be, today and for this person, from its first word to its last.

A rehearsal starts nothing, speaks nothing and remembers nothing: the plan that would be played is
walked through on paper.
"""

from collections.abc import Mapping
from typing import Any, Final

from .admission import Refused, Wanted
from .coordinator import Coach
from .massage.plan import Plan
from .massage.rehearsal import Answers, Rehearsal, Row, rehearse
from .massage.wording import Phrasebook
from .ordering import ATTR_HEAT, plan_as_dict, wanted_from_call

NOTHING: Final[dict[str, Any]] = {"changes": [], "timeline": []}
"""What is told where no plan can be made at all."""


async def async_rehearse(coach: Coach, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the timeline of what the data of `start_session` ask for, and what would refuse it.

    Instants and durations are seconds; instants count from the start.
    """
    noted: list[Refused] = []
    plan = _plan(coach, data, noted)
    refused = {
        "allowed": not noted,
        "refused": [_reason(one, coach.book) for one in noted],
    }
    if plan is None:
        return refused | NOTHING
    answers = Answers(heat=bool(data.get(ATTR_HEAT)))
    # A session of an hour takes a slow machine longer than the loop may be kept waiting.
    played = await coach.hass.async_add_executor_job(rehearse, plan, coach.now(), answers)
    return refused | _told(played, coach.book)


def _plan(coach: Coach, data: Mapping[str, Any], noted: list[Refused]) -> Plan | None:
    """Return the plan, and note every reason why it would not be started."""
    try:
        wanted = _wanted(coach, data, noted)
        _note_place(coach, wanted, noted)
        return coach.admission.admit(wanted, coach.book, coach.now(), noted)
    except Refused as err:
        noted.append(err)
        return None


def _wanted(coach: Coach, data: Mapping[str, Any], noted: list[Refused]) -> Wanted:
    """Return what is wanted; heat that cannot be had is noted, and left out."""
    try:
        return wanted_from_call(coach, data)
    except Refused as err:
        if not data.get(ATTR_HEAT):
            raise
        wanted = wanted_from_call(coach, {**data, ATTR_HEAT: False})
        noted.append(err)
        return wanted


def _note_place(coach: Coach, wanted: Wanted, noted: list[Refused]) -> None:
    try:
        coach.check_free(wanted.parts[0].area)
    except Refused as err:
        noted.append(err)


def _reason(refused: Refused, book: Phrasebook) -> dict[str, str]:
    message = book.line(f"reply.{refused.key}", **refused.slots).text
    return {"reason": refused.key, "message": message}


def _told(played: Rehearsal, book: Phrasebook) -> dict[str, Any]:
    told = plan_as_dict(played.plan)
    del told["steps"]
    return told | {
        "changes": [
            {"reason": key, "message": book.word(f"change.{key}")} for key in told["changes"]
        ],
        "played": round(played.played.total_seconds()),
        "timeline": list(map(_row, played.rows)),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "at": round(row.at, 1),
        "kind": row.kind,
        "text": row.text,
        "seconds": round(row.seconds, 1),
        "phase": row.phase,
        "side": row.side,
        "area": row.area,
        "pressure": row.pressure,
    }
