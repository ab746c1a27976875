"""Routines that people make themselves, and the limits that none of them may exceed."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil
from types import MappingProxyType
from typing import Final

from .areas import Area, Gun, Side
from .limits import (
    ALL_LIMIT_DAY,
    GUN_LIMIT,
    GUN_LIMIT_DAY,
    MOST_SPOTS,
    SESSION_LIMIT,
    SIDE_LIMIT,
    SPOT_LIMIT,
)
from .load import meets, sharing
from .order import Order, OwnStep, Profile
from .phases import BOUNDS, PRESSING, Length, Phase
from .plan import Step, compile_plan
from .wording import Phrasebook

MOST_PARTS: Final = 8
"""Most areas of one routine; more would not fit into a session anyway."""
LONGEST_NAME: Final = 60
"""Most letters of the name of a routine; nobody says more in one breath."""

ORDER: Final[Mapping[Phase, int]] = MappingProxyType(
    {
        Phase.WARM_UP: 0,
        Phase.BREATHE: 0,
        Phase.LOCATE: 1,
        Phase.BROAD: 2,
        Phase.PRESS: 3,
        Phase.RELEASE_HOLD: 3,
        Phase.EASE_OFF: 3,
        Phase.CROSS_FIBER: 4,
        Phase.TOOL: 5,
        Phase.STRETCH: 6,
    }
)
"""What may be a step of a routine, and what comes after what: "order is fixed" (massage.md §2.1).

The check-in and the aftercare are in every plan, whoever made it.
"""
ROUND: Final = PRESSING | {Phase.EASE_OFF}
"""The phases that come once for each round; every other comes once."""
FOLLOWS: Final[Mapping[Phase, frozenset[Phase]]] = MappingProxyType(
    {
        Phase.RELEASE_HOLD: frozenset({Phase.PRESS}),
        Phase.EASE_OFF: PRESSING,
    }
)
"""What has to come right before a phase, on the same spot (massage.md §2.1)."""
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutinePart:
    """One area of a routine, at one length or with the person's own steps."""

    area: str
    """Key of the area, as written; `lint` tells whether there is such an area."""
    side: Side | None = None
    """None: the coach asks, or takes the side that is chosen for the next session."""
    length: Length = Length.STANDARD
    steps: tuple[OwnStep, ...] = ()
    """The person's own steps, instead of those of the length."""


@dataclass(frozen=True, slots=True)
class Routine:
    """What a person has put together and given a name."""

    name: str
    parts: tuple[RoutinePart, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a routine from being used."""

    path: tuple[str | int, ...]
    """Where it is, such as `("parts", 0, "steps", 2, "seconds")`."""
    key: str
    """What is wrong, as a key of words."""
    slots: Mapping[str, object] = field(default_factory=dict)
    """What the words are about: `area` is the key of an area, `phase` and `after` are phases, `side`
    is a side, `length` a length; everything else is used as it is."""


def lint(routine: Routine, areas: Mapping[str, Area], book: Phrasebook) -> tuple[Problem, ...]:
    """Return everything that is wrong with a routine, in the order in which it is read.

    One that is clean stays within every limit of massage.md §2.1 and §2.4. The words of the book
    are needed to tell how long it takes. Whether the name can be said, and whether another routine
    has it, is for others to tell.
    """
    problems = [*_name(routine.name), *_parts(routine, areas, book)]
    if not problems:
        problems += _sums(routine, areas, book)
    return tuple(problems)


def _name(name: str) -> Iterator[Problem]:
    if not name.strip():
        yield Problem(("name",), "name_missing")
    elif len(name) > LONGEST_NAME:
        yield Problem(("name",), "name_long", {"most": LONGEST_NAME})


def _parts(routine: Routine, areas: Mapping[str, Area], book: Phrasebook) -> Iterator[Problem]:
    if not routine.parts:
        yield Problem(("parts",), "parts_missing")
    if len(routine.parts) > MOST_PARTS:
        yield Problem(("parts", MOST_PARTS), "parts_many", {"most": MOST_PARTS})
    taken: set[tuple[str, Side]] = set()
    for number, part in enumerate(routine.parts):
        path = ("parts", number)
        area = areas.get(part.area)
        if area is None:
            slots = {"name": part.area, "known": ", ".join(areas)}
            yield Problem((*path, "area"), "area_unknown", slots)
            continue
        if part.side is not None and not area.allows(part.side):
            yield Problem((*path, "side"), "side_missing", {"area": area.key, "side": part.side})
            continue
        sides = {(area.key, side) for side in _possible(area, part.side)}
        if sides & taken:
            yield Problem((*path, "area"), "area_twice", {"area": area.key})
        if (other := _overlapping(area, sides, taken, areas)) is not None:
            yield Problem((*path, "area"), "load_shared", {"area": area.key, "other": other})
        taken |= sides
        if part.steps:
            yield from _steps(part.steps, area, (*path, "steps"))
        else:
            yield from _length(part, area, book, (*path, "length"))


def _length(
    part: RoutinePart, area: Area, book: Phrasebook, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    if part.length not in area.lengths:
        yield Problem(path, "length_missing", {"area": area.key, "length": part.length})
    elif _order(part, area, book).deep_refused:
        yield Problem(path, "deep_both", {"area": area.key})


def _overlapping(
    area: Area,
    sides: Collection[tuple[str, Side]],
    taken: Collection[tuple[str, Side]],
    areas: Mapping[str, Area],
) -> str | None:
    """Return the area of the routine that would have to rest before this one (massage.md §4.4)."""
    shared = sharing(area, areas.values()) - {area.key}
    return next(
        (
            key
            for key, side in sorted(taken)
            if key in shared and any(meets(side, ours) for _, ours in sides)
        ),
        None,
    )


def _possible(area: Area, side: Side | None) -> tuple[Side, ...]:
    """Return the sides that it may come to; one that is left open may be any of them."""
    return area.sides if side is None or side is Side.BOTH else (side,)


def _steps(
    steps: tuple[OwnStep, ...], area: Area, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    """Check the steps of one area: each by itself, then their order."""
    stretched = max((n for n, step in enumerate(steps) if step.phase is Phase.STRETCH), default=-1)
    done: list[OwnStep] = []
    for number, step in enumerate(steps):
        here = (*path, number)
        yield from _step(step, area, here)
        if step.phase in ORDER:
            yield from _place(step, done, here)
            done.append(step)
        if step.phase is Phase.PRESS and number > stretched:
            yield Problem((*here, "phase"), "stretch_missing")


def _step(step: OwnStep, area: Area, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Check a step by itself."""
    phase = step.phase
    slots: dict[str, object] = {"phase": phase, "area": area.key}
    if phase not in ORDER:
        yield Problem((*path, "phase"), "step_not_own", slots)
    if (phase is Phase.CROSS_FIBER and not area.cross) or (
        phase is Phase.TOOL and area.gun is Gun.NO
    ):
        yield Problem((*path, "phase"), "step_not_here", slots)
    least, most = BOUNDS[phase]
    # A step that takes no time is one that was meant to be left out.
    least = max(1, least)
    if not least <= step.seconds <= most:
        yield Problem((*path, "seconds"), "seconds", {**slots, "least": least, "most": most})
    if not 1 <= step.spot <= MOST_SPOTS:
        yield Problem((*path, "spot"), "spot", {"most": MOST_SPOTS})


def _place(step: OwnStep, done: list[OwnStep], path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Check that a step may come after those that are done (massage.md §2.1, F11)."""
    phase = step.phase
    here = (*path, "phase")
    late = next((one.phase for one in done if ORDER[one.phase] > ORDER[phase]), None)
    if late is not None:
        yield Problem(here, "order", {"phase": phase, "after": late})
    elif phase not in ROUND and any(one.phase is phase for one in done):
        yield Problem(here, "step_twice", {"phase": phase})
    if phase is Phase.PRESS and not any(one.phase is Phase.LOCATE for one in done):
        yield Problem(here, "locate_missing")
    if phase in FOLLOWS and not (
        done and done[-1].phase in FOLLOWS[phase] and done[-1].spot == step.spot
    ):
        yield Problem(here, "press_missing", {"phase": phase})


def _order(part: RoutinePart, area: Area, book: Phrasebook) -> Order:
    """Return the fullest that a part can be; of sides that are left open one is reckoned with."""
    gun = bool(part.steps)
    return Order(
        area=area,
        side=part.side or area.sides[0],
        length=part.length,
        own=part.steps,
        # Only in steps of one's own is the gun a part of the routine.
        profile=Profile(gun=gun, gun_reach=gun),
        book=book,
    )


def _sums(routine: Routine, areas: Mapping[str, Area], book: Phrasebook) -> Iterator[Problem]:
    """Check what all steps together come to (massage.md §2.4)."""
    plan = compile_plan(*(_order(part, areas[part.area], book) for part in routine.parts))
    spots: Counter[str] = Counter()
    gunned: Counter[str] = Counter()
    for number, part in enumerate(routine.parts):
        steps = [step for step in plan.steps if step.part == number]
        yield from _pressing(part.area, steps, ("parts", number))
        pressed = len({(one.side, one.spot) for one in steps if one.phase in PRESSING})
        spots[part.area] += pressed * _sides_of(part, areas[part.area])
        gunned[part.area] += sum(one.seconds for one in steps if one.phase is Phase.TOOL)
        if spots[part.area] > MOST_SPOTS:
            yield Problem(("parts", number), "spots", {"area": part.area, "most": MOST_SPOTS})
        yield from _over(("parts", number), "gun", gunned[part.area], GUN_LIMIT, area=part.area)
    in_all = sum(step.seconds for step in plan.steps if step.phase in PRESSING)
    yield from _over(("parts",), "pressing_all", in_all, ALL_LIMIT_DAY)
    yield from _over(("parts",), "gun_all", gunned.total(), GUN_LIMIT_DAY)
    if plan.estimated_duration > SESSION_LIMIT:
        minutes, most = (ceil(time / MINUTE) for time in (plan.estimated_duration, SESSION_LIMIT))
        yield Problem(("parts",), "too_long", {"minutes": minutes, "most": most})


def _sides_of(part: RoutinePart, area: Area) -> int:
    """Return how often each spot of the plan of a part may be pressed, once on each side.

    A side that is left open may be answered with both. Of the lengths, none has more than two
    spots then: deep is played as standard (massage.md §2.1).
    """
    return 2 if part.steps and part.side is None and area.allows(Side.BOTH) else 1


def _pressing(area: str, steps: Iterable[Step], path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Check how long one part presses; what is wrong on both sides is told once."""
    pressed: Counter[tuple[Side, int]] = Counter()
    for step in steps:
        if step.phase in PRESSING:
            pressed[step.side, step.spot] += step.seconds
    for spot in sorted({spot for _, spot in pressed}):
        longest = max(pressed[side, spot] for side, one in pressed if one == spot)
        yield from _over(path, "pressing_spot", longest, SPOT_LIMIT, area=area, spot=spot)
    sides: Counter[Side] = Counter()
    for (side, _), seconds in pressed.items():
        sides[side] += seconds
    yield from _over(path, "pressing_side", max(sides.values(), default=0), SIDE_LIMIT, area=area)


def _over(
    path: tuple[str | int, ...], key: str, seconds: int, limit: timedelta, **slots: object
) -> Iterator[Problem]:
    """Yield a problem where seconds are above a limit."""
    most = round(limit.total_seconds())
    if seconds > most:
        yield Problem(path, key, {**slots, "seconds": seconds, "most": most})
