"""A session as a versioned plain dict, and back.

What comes back from a snapshot is interrupted: nobody is pressed or warmed by surprise, and
somebody has to say resume (ADR 0002). Areas and phrases are not stored; whoever restores brings
them along.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from .areas import Area, Side, Tool
from .halts import interrupted_line
from .heat import HeatKind, Warmth
from .messages import Command, Event, Hush, Priority, Question, Tier
from .moves import Move, cool, count_hands, count_heat, keep_level, left_of, rest, say, tell
from .notes import Notes, StepNote
from .order import Order, OwnStep, Profile, Talk
from .outcomes import Outcome
from .phases import Length, Phase
from .plan import Plan, Step, make_step
from .states import Ended, Interrupted, Session
from .waits import INTERRUPTED_LIMIT
from .wording import Line, Phrasebook

VERSION: Final = 2
"""Goes up when an older reader could not make sense of a snapshot any more."""


class UnreadableSnapshotError(Exception):
    """The snapshot was made by a newer version or is damaged; nothing can be resumed from it."""


def save(s: Session, now: datetime) -> dict[str, Any]:
    """Turn a session into plain JSON data, as it stands at `now`."""
    left = left_of(s, now)
    s = count_heat(rest(count_hands(s, now, still_on=False), now), now)
    return {
        "version": VERSION,
        "outcome": s.state.outcome if isinstance(s.state, Ended) else None,
        "left": None if left is None else left.total_seconds(),
        "orders": [_save_order(order) for order in s.plan.orders],
        "steps": [_save_step(step) for step in s.steps],
        "index": s.index,
        "started_at": s.started_at.isoformat(),
        "next_id": s.next_id,
        "last": s.last,
        "used": dict(s.used),
        "todo": list(s.todo),
        "hot": s.hot,
        "goal": s.goal,
        "round_level": keep_level(s).round_level,
        "ceiling": s.word_ceiling,
        "pressed": [[*spot, time.total_seconds()] for spot, time in s.pressed.items()],
        "contact": s.contact.total_seconds(),
        "gunned": {area: time.total_seconds() for area, time in s.gunned.items()},
        "unanswered": s.unanswered,
        "skipped": sorted(s.skipped),
        "no_cross": s.no_cross,
        "worse": s.worse,
        "active": s.active.total_seconds(),
        "notes": [_save_notes(notes) for notes in (*s.earlier, s.notes)],
    }


def restore(
    data: Mapping[str, Any], areas: Mapping[str, Area], book: Phrasebook, now: datetime
) -> Session:
    """Bring a session back, interrupted; an ended one stays ended.

    The heat question is not asked again by itself: a consent is fresh or it is none.
    Raises UnreadableSnapshotError.
    """
    if data.get("version") != VERSION:
        raise UnreadableSnapshotError(f"version {data.get('version')}, not {VERSION}")
    try:
        return _restore(data, areas, book, now)
    except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as err:
        raise UnreadableSnapshotError(repr(err)) from err


def wake(s: Session, now: datetime, *, hot: bool = False) -> Move:
    """Say what happened and ask what now; the first thing a restored session does.

    `hot` tells that a heater is not proved off, whatever was known when the session was stored.
    """
    line = interrupted_line(replace(s, hot=hot))
    s, said = say(replace(s, hot=s.hot or hot), now, line, Priority.SAFETY)
    return s, (Hush(now), *cool(s, now), said, tell(s, now, Event.INTERRUPTED))


def _restore(
    data: Mapping[str, Any], areas: Mapping[str, Area], book: Phrasebook, now: datetime
) -> Session:
    orders = tuple(_restore_order(order, areas, book) for order in data["orders"])
    steps = tuple(_restore_step(orders, step) for step in data["steps"])
    *earlier, notes = [_restore_notes(notes) for notes in data["notes"]]
    if len(earlier) >= len(orders):
        raise ValueError(f"part {len(earlier)} of {len(orders)}")
    if not 0 <= data["index"] < max(1, len(steps)):
        raise ValueError(f"step {data['index']} of {len(steps)}")
    left = None if data["left"] is None else timedelta(seconds=data["left"])
    todo = tuple(Question(question) for question in data["todo"])
    return Session(
        plan=Plan(orders, steps),
        steps=steps,
        index=data["index"],
        state=Ended(Outcome(data["outcome"]))
        if data["outcome"] is not None
        else Interrupted(now + INTERRUPTED_LIMIT, left),
        started_at=datetime.fromisoformat(data["started_at"]),
        next_id=data["next_id"],
        last=data["last"],
        used=dict(data["used"]),
        todo=tuple(question for question in todo if question is not Question.HEAT),
        hot=data["hot"],
        goal=data["goal"],
        round_level=data["round_level"],
        word_ceiling=data["ceiling"],
        pressed={
            (area, Side(side), spot): timedelta(seconds=time)
            for area, side, spot, time in data["pressed"]
        },
        lifted_at=now,
        contact=timedelta(seconds=data["contact"]),
        gunned={area: timedelta(seconds=time) for area, time in data["gunned"].items()},
        unanswered=data["unanswered"],
        skipped=frozenset(Phase(phase) for phase in data["skipped"]),
        no_cross=data["no_cross"],
        worse=data["worse"],
        active=timedelta(seconds=data["active"]),
        notes=notes,
        earlier=tuple(earlier),
    )


def _save_order(order: Order) -> dict[str, Any]:
    profile = order.profile
    return {
        "area": order.area.key,
        "side": order.side,
        "length": order.length,
        "target": order.target,
        "heat": None if order.heat is None else order.heat.total_seconds(),
        "heat_kind": order.warmth.kind,
        "talk": order.talk,
        "stretch_only": order.stretch_only,
        "left_out": sorted(order.left_out),
        "short_time": order.short_time,
        "routine": order.routine,
        "own": [[step.phase, step.seconds, step.spot] for step in order.own],
        "profile": {
            "ceiling": profile.ceiling,
            "first_time": profile.first_time,
            "sessions": profile.sessions,
            "cautious": profile.cautious,
            "senior": profile.senior,
            "tools": sorted(profile.tools),
            "gun": profile.gun,
            "gun_reach": profile.gun_reach,
            "cross": profile.cross,
            "deep": profile.deep,
            "implant": profile.implant,
            "upright": profile.upright,
            "short_breath": profile.short_breath,
            "pressed_today": {
                side: time.total_seconds() for side, time in profile.pressed_today.items()
            },
            "pressed_in_all": profile.pressed_in_all.total_seconds(),
            "gunned_today": profile.gunned_today.total_seconds(),
            "last_session_at": profile.last_session_at and profile.last_session_at.isoformat(),
            "ask_next_day": profile.ask_next_day,
            "lowered": profile.lowered,
            "stubborn": profile.stubborn,
            "lasting_pain": profile.lasting_pain,
            "told_not_loosening": profile.told_not_loosening,
            "advice": profile.advice,
        },
    }


def _restore_order(data: Mapping[str, Any], areas: Mapping[str, Area], book: Phrasebook) -> Order:
    profile = dict(data["profile"])
    profile["tools"] = frozenset(Tool(tool) for tool in profile["tools"])
    profile["pressed_today"] = {
        Side(side): timedelta(seconds=time) for side, time in profile["pressed_today"].items()
    }
    for key in ("pressed_in_all", "gunned_today"):
        profile[key] = timedelta(seconds=profile[key])
    if profile["last_session_at"] is not None:
        profile["last_session_at"] = datetime.fromisoformat(profile["last_session_at"])
    return Order(
        area=areas[data["area"]],
        side=None if data["side"] is None else Side(data["side"]),
        length=Length(data["length"]),
        target=data["target"],
        heat=None if data["heat"] is None else timedelta(seconds=data["heat"]),
        # Nothing starts heat again by itself, and none is offered after a restart.
        warmth=Warmth(kind=HeatKind(data.get("heat_kind", HeatKind.BODY))),
        profile=Profile(**profile),
        talk=Talk(data["talk"]),
        stretch_only=data["stretch_only"],
        left_out=frozenset(Phase(phase) for phase in data["left_out"]),
        short_time=data["short_time"],
        routine=data["routine"],
        own=tuple(OwnStep(Phase(phase), time, spot) for phase, time, spot in data["own"]),
        book=book,
    )


def _save_step(step: Step) -> dict[str, Any]:
    return {
        "phase": step.phase,
        "side": step.side,
        "part": step.part,
        "seconds": step.seconds,
        "round": step.round,
        "spot": step.spot,
        "holds": step.holds,
        "settle": step.settle,
        "again": step.again,
        "turn": step.turn,
        "lines": [[line.key, line.text] for line in step.lines],
    }


def _restore_step(orders: tuple[Order, ...], data: Mapping[str, Any]) -> Step:
    bare = Step(
        phase=Phase(data["phase"]),
        side=Side(data["side"]),
        part=data["part"],
        seconds=data["seconds"],
        round=data["round"],
        spot=data["spot"],
        holds=data["holds"],
        settle=data["settle"],
        again=data["again"],
        turn=data["turn"],
    )
    order = orders[bare.part]
    made = make_step(order, bare)
    # A line that is as it was made brings its variants along.
    known = {line: line for line in made.lines}
    stored = (Line(key, text, language=order.book.language) for key, text in data["lines"])
    return replace(made, lines=tuple(known.get(line, line) for line in stored))


def _save_notes(notes: Notes) -> dict[str, Any]:
    return {
        "began": notes.began and notes.began.isoformat(),
        "ended": notes.ended and notes.ended.isoformat(),
        "before": notes.before,
        "after": notes.after,
        "peak": notes.peak,
        "pressed": [[*spot, time.total_seconds()] for spot, time in notes.pressed.items()],
        "felt": notes.felt.total_seconds(),
        "gunned": notes.gunned.total_seconds(),
        "released": [list(one) for one in notes.released],
        "eased": sorted(list(one) for one in notes.eased),
        "counts": dict(notes.counts),
        "missed": notes.missed,
        "heated": notes.heated.total_seconds(),
        "heat_troubles": list(notes.heat_troubles),
        "phrase": notes.phrase,
        "doubted": notes.doubted,
        "not_loosening": notes.not_loosening,
        "word_ceiling": notes.word_ceiling,
        "steps": [_save_step_note(note) for note in notes.steps],
        "row": notes.row,
    }


def _restore_notes(data: Mapping[str, Any]) -> Notes:
    if not 0 <= data["row"] < max(1, len(data["steps"])):
        raise ValueError(f"row {data['row']} of {len(data['steps'])}")
    return Notes(
        began=data["began"] and datetime.fromisoformat(data["began"]),
        ended=data["ended"] and datetime.fromisoformat(data["ended"]),
        before=data["before"],
        after=data["after"],
        peak=data["peak"],
        pressed={
            (Side(side), spot): timedelta(seconds=time) for side, spot, time in data["pressed"]
        },
        felt=timedelta(seconds=data["felt"]),
        gunned=timedelta(seconds=data["gunned"]),
        released=tuple((Side(side), spot, time) for side, spot, time in data["released"]),
        eased=frozenset((Side(side), spot) for side, spot in data["eased"]),
        counts={Command(command): times for command, times in data["counts"].items()},
        missed=data["missed"],
        heated=timedelta(seconds=data["heated"]),
        heat_troubles=tuple(data.get("heat_troubles", ())),
        phrase=data["phrase"],
        doubted=Tier(data["doubted"]) if data.get("doubted") else None,
        not_loosening=data["not_loosening"],
        word_ceiling=data["word_ceiling"],
        steps=tuple(_restore_step_note(note) for note in data["steps"]),
        row=data["row"],
    )


def _save_step_note(note: StepNote) -> dict[str, Any]:
    return {
        "phase": note.phase,
        "side": note.side,
        "round": note.round,
        "spot": note.spot,
        "again": note.again,
        "planned": note.planned,
        "done": note.done.total_seconds(),
    }


def _restore_step_note(data: Mapping[str, Any]) -> StepNote:
    return StepNote(
        phase=Phase(data["phase"]),
        side=Side(data["side"]),
        round=data["round"],
        spot=data["spot"],
        again=data["again"],
        planned=data["planned"],
        done=timedelta(seconds=data["done"]),
    )
