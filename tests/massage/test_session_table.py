"""Which word each state takes, typed in by hand, and what it says to the others."""

import ast
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from massage import states
from massage.areas import Side
from massage.heat_reports import HeatReady
from massage.messages import Answer, Command, NotNow, StopWord, Tier
from massage.phases import Phase
from massage.session import command
from massage.snapshot import restore, save
from massage.states import (
    ALLOWED,
    Asking,
    Cooling,
    Ended,
    Heating,
    Instructing,
    Interrupted,
    Paused,
    Session,
    Working,
)
from tests.massage.stage import AREAS, BOOK, T0, Stage, opened, stage_in

STATES = [Asking, Heating, Cooling, Instructing, Working, Paused, Interrupted, Ended]
TABLE = """
                 Asking Heating Cooling Instructing Working Paused Interrupted Ended
pause            yes    yes     warming yes         yes     already already    ended
resume           asking warming warming not_paused  not_paused yes yes         ended
next             asking yes     warming yes         yes     yes    paused      ended
previous         asking warming warming yes         yes     yes    paused      ended
repeat           yes    yes     yes     yes         yes     yes    yes         ended
extend           asking warming warming wait        yes     paused paused      ended
lighter          asking yes     yes     yes         yes     paused paused      ended
harder           asking warming warming wait        yes     paused paused      ended
too_much         asking yes     yes     yes         yes     paused paused      ended
released         asking warming warming yes         yes     paused paused      ended
not_yet          asking warming warming wait        yes     paused paused      ended
found            asking warming warming yes         yes     paused paused      ended
not_found        asking warming warming wait        yes     paused paused      ended
lost             asking warming warming yes         yes     paused paused      ended
aches_elsewhere  asking warming warming yes         yes     paused paused      ended
other_side       asking warming warming yes         yes     yes    paused      ended
wrap_up          asking warming warming yes         yes     yes    paused      ended
too_hot          yes    yes     yes     not_warming not_warming yes yes        ended
stop             yes    yes     yes     yes         yes     yes    yes         ended
"""
SHORT = {"already": "already_paused", "wait": "wait_a_moment"}
ROWS = {
    (state, Command(word)): SHORT.get(cell, cell)
    for word, *cells in (line.split() for line in TABLE.strip().splitlines()[1:])
    for state, cell in zip(STATES, cells, strict=True)
}
FITS = {
    Command.FOUND: Phase.LOCATE,
    Command.NOT_FOUND: Phase.LOCATE,
    Command.RELEASED: Phase.PRESS,
    Command.NOT_YET: Phase.PRESS,
    Command.LOST: Phase.PRESS,
    Command.HARDER: Phase.PRESS,
}
"""The phase in which a word fits; broad strokes for the others."""


def warming() -> Stage:
    stage = opened(heat=timedelta(minutes=10))
    stage.answer(Answer.NO)
    stage.answer(Answer.YES)
    return stage


def interrupted(s: Session) -> Session:
    return restore(save(s, T0), AREAS, BOOK, T0)


def session_in(state: type[Any], wish: Command) -> Stage:
    """A session in a state, where the word fits if it ever does."""
    if wish is Command.TOO_HOT and state in {Asking, Paused, Interrupted}:
        stage = warming()
    elif state in {Instructing, Working}:
        stage = stage_in(FITS.get(wish, Phase.BROAD), state, side=Side.BOTH)
    else:
        stage = stage_in(Phase.BROAD, side=Side.BOTH)
    if state in {Heating, Cooling}:
        stage = warming()
    if state is Cooling:
        stage.report(HeatReady())
    if state is Asking:
        stage.report(StopWord(Tier.B, certain=False, phrase="numb"))
    if state is Paused:
        stage.obey(Command.PAUSE)
    if state is Interrupted:
        stage.s = interrupted(stage.s)
    if state is Ended:
        stage.obey(Command.STOP)
    if wish is Command.HARDER and state is Working:
        stage.obey(Command.LIGHTER)
        stage.run(10)
    assert stage.is_in(state)
    return stage


@pytest.mark.parametrize(("row", "expected"), ROWS.items(), ids=lambda row: str(row[-1]))
def test_a_word_in_a_state(row: tuple[type[Any], Command], expected: str) -> None:
    state, wish = row
    stage = session_in(state, wish)
    before = stage.s
    if expected == "yes":
        after, effects = command(before, wish, stage.now)
        assert after != before
        assert effects
        assert wish in ALLOWED[state]
    else:
        with pytest.raises(NotNow) as refusal:
            command(before, wish, stage.now)
        assert refusal.value.reason == expected
        assert stage.s == before
        assert wish not in ALLOWED[state]


def test_the_table_is_whole() -> None:
    assert set(ROWS) == set(product(ALLOWED, Command))


def test_every_reason_can_be_spoken() -> None:
    """Every `NotNow` that is written out anywhere in the core has its line."""
    reasons = set()
    for path in Path(states.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="NotNow"), args=[reason]):
                    reasons |= {
                        one.value for one in ast.walk(reason) if isinstance(one, ast.Constant)
                    }
                case ast.Call(
                    func=ast.Name(id="in_phase"),
                    keywords=[ast.keyword(arg="reason", value=ast.Constant(value=str(key)))],
                ):
                    reasons.add(key)
                case _:
                    pass
    reasons |= set(ROWS.values()) - {"yes"}
    lines = {key.removeprefix("not_now.") for key in BOOK.lines if key.startswith("not_now.")}
    assert {"asking", "not_pressing", "not_locating", "unplug_first"} <= reasons
    assert reasons <= lines
