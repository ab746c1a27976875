"""What somebody says or sends becomes what they want: an area, a routine, or minutes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from .admission import Refused, Wanted, WantedPart
from .coordinator import Coach
from .massage.areas import Side
from .massage.phases import Length
from .massage.plan import Plan
from .massage.record import is_emptied
from .massage.routine import Routine
from .routines import find_own, find_routine
from .voice.meanings import StartRequest
from .voice.sentences import grammars

ATTR_AREA: Final = "area"
ATTR_ROUTINE: Final = "routine"
ATTR_SIDE: Final = "side"
ATTR_LENGTH: Final = "length"
ATTR_TARGET: Final = "pressure_target"
ATTR_HEAT: Final = "heat"
ATTR_MINUTES: Final = "minutes"
ATTR_STRETCH_ONLY: Final = "stretch_only"


def wanted_from_words(coach: Coach, request: StartRequest) -> Wanted:
    """Return what somebody said they want. Raises Refused."""
    if request.again:
        request = _as_before(coach, request)
    parts, routine = _parts_of(coach, request)
    return coach.admission.wanted(
        *parts,
        now=coach.now(),
        # Nobody who has to stretch instead asked for a warm pad.
        heat=False if request.stretch_only else None,
        stretch_only=request.stretch_only,
        minutes=request.minutes,
        routine=routine,
    )


def remembered(coach: Coach) -> list[Mapping[str, Any]]:
    """Return the records, oldest first, but those of what somebody wanted forgotten.

    It must not be told by playing it.
    """
    return [record for record in coach.memory.records if not is_emptied(record)]


def _as_before(coach: Coach, request: StartRequest) -> StartRequest:
    """Fill in what the last session was, of an area where one is named; what is said wins.

    Raises Refused where nothing is left.
    """
    records = remembered(coach)
    if request.area is not None:
        records = [record for record in records if record["area"] == request.area]
    if not records:
        if request.area is not None:
            return request
        raise Refused("no_last_session")
    last = records[-1]
    stretch_only = request.stretch_only or bool(last.get("stretch_only"))
    if request.area is None and (name := last.get("routine")) is not None:
        return replace(request, routine=name, stretch_only=stretch_only)
    return replace(
        request,
        area=last["area"],
        side=request.side or (last["side"] and Side(last["side"])),
        length=request.length or Length(last["length"]),
        stretch_only=stretch_only,
    )


def _parts_of(coach: Coach, request: StartRequest) -> tuple[tuple[WantedPart, ...], str | None]:
    if request.routine is not None:
        own = find_own(coach.routines, request.routine)
        if own is None:
            raise Refused("unknown_routine", routine=request.routine[:100])
        said = (
            replace(part, side=request.side or part.side, length=request.length or part.length)
            for part in _parts(own)
        )
        return tuple(said), own.name
    if request.area is None:
        offered = coach.admission.offered(coach.now()) if request.stretch_only else None
        if offered is None:
            raise Refused("what_to_start")
        return (offered,), None
    part = WantedPart(area=request.area, side=request.side, length=request.length)
    return (part,), None


def wanted_from_call(coach: Coach, data: Mapping[str, Any]) -> Wanted:
    """Return what the data of an action ask for. Raises Refused."""
    area, name = data.get(ATTR_AREA), data.get(ATTR_ROUTINE)
    side, length = data.get(ATTR_SIDE), data.get(ATTR_LENGTH)
    minutes, stretch_only = data.get(ATTR_MINUTES), data.get(ATTR_STRETCH_ONLY, False)
    routine: str | None = None
    if name is not None and (own := find_own(coach.routines, name)) is not None:
        parts, routine = _parts(own), own.name
    else:
        if name is not None:
            found = find_routine(name, grammars(coach.hass, coach.book.language), coach.book)
            area, side, length = found.area, side or found.side, length or found.length
            minutes = minutes or found.minutes
            stretch_only = stretch_only or found.stretch_only
        if area is None:
            raise Refused("what_to_start")
        parts = (WantedPart(area=area, side=side, length=length),)
    return coach.admission.wanted(
        *parts,
        now=coach.now(),
        target=data.get(ATTR_TARGET),
        heat=data.get(ATTR_HEAT),
        stretch_only=stretch_only,
        minutes=minutes,
        routine=routine,
    )


def wanted_routine(coach: Coach, routine: Routine) -> Wanted:
    """Return what one of the coach's own routines asks for."""
    return coach.admission.wanted(*_parts(routine), now=coach.now(), routine=routine.name)


def wanted_again(coach: Coach) -> Wanted:
    """Return what was worked on last, with what is chosen for the next session. Raises Refused."""
    records = remembered(coach)
    if not records:
        raise Refused("no_last_session")
    name = records[-1].get("routine")
    if name is not None and (own := find_own(coach.routines, name)) is not None:
        return wanted_routine(coach, own)
    return coach.admission.wanted(WantedPart(area=records[-1]["area"]), now=coach.now())


def _parts(routine: Routine) -> tuple[WantedPart, ...]:
    return tuple(
        WantedPart(area=part.area, side=part.side, length=part.length, steps=part.steps)
        for part in routine.parts
    )


def plan_as_dict(plan: Plan) -> dict[str, Any]:
    """Return a plan as an action's response: durations in seconds."""
    order = plan.order
    return {
        "area": order.area.key,
        "areas": [one.area.key for one in plan.orders],
        "side": order.side,
        "length": order.played_length,
        "pressure_target": min(order.target, order.ceiling),
        "changes": sorted({change for one in plan.orders for change in one.changes}),
        "total": round(plan.total.total_seconds()),
        "estimated_duration": round(plan.estimated_duration.total_seconds()),
        "steps": [
            {
                "area": plan.orders[step.part].area.key,
                "phase": step.phase,
                "side": step.side,
                "round": step.round,
                "spot": step.spot,
                "seconds": step.seconds,
                "instruction": " ".join(line.text for line in step.lines),
            }
            for step in plan.steps
        ],
    }
