"""Sessions written down as a person reads them: `tests/scores/<area>-<length>.txt`.

A score is what an experienced person hears who answers in time: the left side or the middle, and
`-both` for both sides, balanced, with the first of the tools of the area and a massage gun at hand
where the area takes one. Where something else is played than was asked for, it says what and why.
`scripts/scores` writes them; the tests only compare.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from massage.areas import Side
from massage.order import Order, Profile
from massage.phases import Length, Phase
from massage.plan import Plan, compile_plan
from massage.rehearsal import Kind, Rehearsal, Row, minutes_and_seconds, rehearse
from tests.massage.stage import AREAS, BOOK, T0

FOLDER = Path(__file__).parents[1] / "scores"


def _names() -> Iterator[str]:
    for key, area in AREAS.items():
        for length in Length:
            yield f"{key}-{length}"
            if area.allows(Side.BOTH):
                yield f"{key}-{length}-both"


TEN_MINUTES = 600
ONCE = (Phase.CHECK_IN, Phase.WARM_UP, Phase.BREATHE, Phase.AFTERCARE)
"""Done once, whatever sides there are."""
NAMES = tuple(_names())
"""Every score there is: a file each."""


def plan_of(name: str) -> Plan:
    """Return the plan that a score is about."""
    key, length, *both = name.split("-")
    area = AREAS[key]
    order = Order(
        area=area,
        side=Side.BOTH if both else area.sides[0],
        length=Length(length),
        profile=Profile(gun=True),
        book=BOOK,
    )
    return compile_plan(order)


def score(name: str) -> str:
    """Play a session and write it down, or what is played instead."""
    plan = plan_of(name)
    order = plan.order
    title = (
        f"{BOOK.name(order.area.key)}, {order.length}, {_where(order.side)},"
        f" pressure {min(order.target, order.ceiling)}\n"
    )
    if order.deep_refused:
        instead = name.replace(order.length, order.played_length, 1)
        reasons = f"{order.deep_refused}: {BOOK.word(f'change.{order.deep_refused}')}\n"
        return f"{title}\nNot played as asked for. {instead}.txt is played instead.\n\n{reasons}"
    played = rehearse(plan, T0)
    return title + _head(played) + "".join(_written(played))


def _where(side: Side | None) -> str:
    match side:
        case Side.CENTRE:
            return "in the middle"
        case Side.BOTH:
            return "both sides"
        case _:
            return f"{side} side"


def _head(played: Rehearsal) -> str:
    """How long it takes, and how to read it."""
    phases, words, all_of_it = (
        minutes_and_seconds(time)
        for time in (played.plan.total, played.plan.estimated_duration, played.played)
    )
    return (
        f"{phases} of phases, {words} with their words, {all_of_it} with questions and answers\n\n"
        "Time, pressure, words. [m:ss] is where the clock of a phase begins to run, and how long;\n"
        "> is what the person says.\n\n"
    )


def _written(played: Rehearsal) -> Iterator[str]:
    """Put the rows one below the other, each with the pressure of its moment."""
    sides = {row.side for row in played.rows if row.side is not None}
    steps = 0
    for row in played.rows:
        if row.kind is Kind.PHASE:
            steps += 1
            sided = len(sides) > 1 and row.phase not in ONCE
            title = f"{steps}. {row.text}" + (f", {row.side}" if sided else "")
            yield f"\n         {title}\n         {'-' * len(title)}\n"
        else:
            yield f"{_clock(row.at):<8} {row.pressure or ' '}  {_words(row)}".rstrip() + "\n"


def _words(row: Row) -> str:
    match row.kind:
        case Kind.ANSWER:
            return f"> {row.text}"
        case Kind.CLOCK:
            return f"[{row.text}]"
        case Kind.EVENT:
            return f"({row.text})"
        case Kind.PRESSURE if row.pressure:
            return ""
        case _:
            return row.text


def _clock(seconds: float) -> str:
    text = minutes_and_seconds(timedelta(seconds=seconds))
    return f"{text:>{len(text) + (seconds < TEN_MINUTES)}}"


def write() -> None:
    """Write every score anew, and remove what is none any more."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        if path.stem not in NAMES:
            path.unlink()
    for name in NAMES:
        (FOLDER / f"{name}.txt").write_text(score(name), encoding="utf-8")


if __name__ == "__main__":
    write()
