"""Sessions written down as a person reads them: `tests/scores/<area>-<length>.txt`.

A score is what an experienced person hears who answers in time: the left side, balanced, a massage
gun at hand for the forearm. `scripts/scores` writes them; the tests only compare.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from massage.areas import Side
from massage.messages import Answer, Answered, Eased, Event, Rated, Report, Say, Tell
from massage.order import Order, Profile
from massage.phases import Length
from massage.plan import Plan, compile_plan
from massage.states import Working
from tests.massage.stage import AREAS, BOOK, T0, Stage

FOLDER = Path(__file__).parents[1] / "scores"
NAMES = [(area, length) for area in AREAS for length in Length]


def plan_of(area: str, length: Length) -> Plan:
    """The plan that a score plays."""
    order = Order(
        area=AREAS[area],
        side=Side.LEFT,
        length=length,
        profile=Profile(gun=area == "forearm"),
        book=BOOK,
    )
    return compile_plan(order)


type Row = tuple[datetime, int, str]
"""When, what comes first at the same moment, and what is written."""


def score(area: str, length: Length) -> str:
    """Play a session and write it down."""
    plan = plan_of(area, length)
    rows: list[Row] = []

    def answers(stage: Stage, said: Say) -> None:
        told: Report
        match said:
            case Say(question=question) if question is not None:
                told, words = Answered(Answer.NO), "no"
            case Say(line=line) if line.key == "rate":
                told, words = (Rated(6), "six") if stage.s.index == 0 else (Rated(3), "three")
            case Say(line=line) if line.key == "check":
                told, words = Eased(easing=True), "easing"
            case _:
                return

        def reply() -> None:
            rows.append((stage.now, 0, f"> {words}"))
            stage.report(told)

        stage.later(1.5, reply)

    stage = Stage(plan, answers)
    while stage.s.live:
        before = stage.s
        stage.play_one()
        if isinstance(stage.s.state, Working) and not isinstance(before.state, Working):
            rows.append((stage.now, 3, f"[{clock(stage.s.state.ends_at - stage.now).strip()}]"))
    stage.run()
    rows += [(begins, 4, said.line.text) for begins, _, said in stage.spoken]
    rows += [told(effect) for _, effect in stage.log if isinstance(effect, Tell)]
    rows.sort(key=lambda row: row[:2])
    return head(plan, stage.now - T0) + "".join(written(rows))


def told(effect: Tell) -> Row:
    """What changes, as a row of a score."""
    match effect.event:
        case Event.PHASE_STARTED:
            title = f"{effect.data['step']}. {BOOK.word(effect.data['phase'])}"
            return effect.due, 1, f"\n         {title}\n         {'-' * len(title)}"
        case Event.PRESSURE_CHANGED:
            return effect.due, 2, str(effect.data["pressure"])
        case event:
            return effect.due, 5, f"({event})"


def written(rows: list[Row]) -> Iterator[str]:
    """Put the rows one below the other, each with the pressure of its moment."""
    level = " "
    for at, kind, text in rows:
        match kind:
            case 1:
                yield f"{text}\n"
            case 2:
                level = text.replace("0", " ")
                yield (
                    f"{clock(at - T0):<8} {level}  {'' if level.strip() else 'hands off'}".rstrip()
                    + "\n"
                )
            case _:
                yield f"{clock(at - T0):<8} {level}  {text}\n"


def head(plan: Plan, played: timedelta) -> str:
    """What is played, and how long it takes."""
    order = plan.order
    return (
        f"{order.book.name(order.area.key)}, {order.played_length}, {order.side} side,"
        f" pressure {order.target}\n"
        f"{clock(plan.total).strip()} of phases, {clock(plan.estimated_duration).strip()} with"
        f" their words, {clock(played).strip()} with questions and answers\n\n"
        "Time, pressure, words. [m:ss] is where the clock of a phase begins to run, and how long;\n"
        "> is what the person says.\n\n"
    )


def clock(time: timedelta) -> str:
    """Minutes and seconds, with tenths where a clock does not stand at a whole second."""
    tenths = round(time / timedelta(seconds=0.1))
    return f"{tenths // 600:>2}:{tenths // 10 % 60:02}" + (f".{tenths % 10}" if tenths % 10 else "")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for area, length in NAMES:
        path = FOLDER / f"{area}-{length}.txt"
        path.write_text(score(area, length), encoding="utf-8")
