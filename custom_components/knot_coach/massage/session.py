"""The session: begin, command, report, advance.

    begin(plan, now) / command(s, c, now) / report(s, r, now) / advance(s, now) -> (s, effects)

The clock is an argument. `Session.deadline` names the instant at which `advance` has something to
do next; one long advance gives the same as many short ones. The states and what they accept stand
in `states`, what each word does in `feedback` and `remarks`, questions in `opening`, heat in `heating`, the way
of a line in `speaking`, and the moves all of them are made of in `moves`; no other module changes a
session.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from . import halts, heating, moves, navigation, opening, remarks, speaking, steps
from .asking import interrupt_with, stop_heat
from .feedback import announce_level, obey
from .heat_reports import (
    HeatConfirmed,
    HeatForecast,
    HeatLost,
    HeatOff,
    HeatOn,
    HeatReady,
    HeatStuck,
)
from .messages import (
    Answered,
    Begun,
    ClockMoved,
    Command,
    Eased,
    Effect,
    Hush,
    Leaving,
    NoAnswer,
    Priority,
    Question,
    Rated,
    Report,
    SpeechCut,
    SpeechFailed,
    Spoken,
    StopWord,
)
from .moves import Move
from .notes import Notes
from .outcomes import Outcome, PauseReason
from .phases import Phase
from .plan import Plan
from .remarks import NeverMind, NoHarder, Remark, TalkWanted
from .script import SPARE
from .states import (
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

LONGEST_CUE = 8.0
"""Seconds a step up needs, spoken and felt, before the end of its round (massage.md §5.1)."""
COUNT_SLACK = timedelta(seconds=1.5)
CUE_SLACK = timedelta(seconds=4)
"""How late a count and any other cue may begin; our choice."""
TOO_SORE = 8
"""With this score before the session it does not start (massage.md §4.1)."""
WORSE_BY = 2
WORSE_FROM = 7
"""A later score that ends the pressing (massage.md §4.3, tier C)."""


def begin(plan: Plan, now: datetime, *, first_id: int = 1) -> Move:
    """Start a session; it asks its questions first and nothing presses before the answers.

    `first_id` is the id of its first utterance: a late report about an earlier session must not
    be taken for one about this.
    """
    return opening.open_session(plan, now, first_id)


def command(s: Session, wish: Command | NoHarder, now: datetime) -> Move:
    """Carry out what a person wishes.

    Raises NotNow, with a reason to be spoken, if it does not fit; the session is then as it was.
    """
    s, effects = advance(s, now)
    s, more = obey(s, wish, now)
    s, late = advance(s, now)
    return s, effects + more + late


def report(s: Session, fact: Report | Remark, now: datetime) -> Move:
    """Take a fact from outside; one that fits nothing any more changes nothing."""
    # Nothing is made up for while nobody watched.
    s, effects = (s, ()) if isinstance(fact, ClockMoved) else advance(s, now)
    s, more = _take(s, fact, now)
    s, late = advance(s, now)
    return s, effects + more + late


def advance(s: Session, now: datetime) -> Move:
    """Do everything that has become due, each thing at the instant it was due."""
    effects: tuple[Effect, ...] = ()
    while (due := s.deadline) is not None and due <= now:
        s, more = _due(s, due)
        effects += more
    return s, effects


def _due(s: Session, due: datetime) -> Move:  # noqa: PLR0911 - one row for each state
    if s.session_limit is not None and due >= s.session_limit:
        return halts.end(s, Outcome.FINISHED, due, s.line("time_up"))
    state = s.state
    assert not isinstance(state, Ended)  # noqa: S101 - what has ended has no deadline
    match state:
        case Asking():
            return _question_over(s, state, due)
        case Heating(off_at=off_at) as warming:
            if due >= off_at:
                return stop_heat(s, due, "heat_done")
            return heating.check_skin(s, warming, due)
        case Cooling():
            return heating.stuck(s, due)
        case Instructing():
            if s.cap_at is not None and due >= s.cap_at:
                return _let_go(s, due)
            return steps.work(s, due), ()
        case Working():
            return _working_due(s, state, due)
        case Paused() | Interrupted():
            return _waited_too_long(s, due)
        case _:
            assert_never(state)


def _question_over(s: Session, asking: Asking, due: datetime) -> Move:
    if asking.heating is not None and due >= asking.heating.off_at:
        return stop_heat(s, due, "heat_done")
    return opening.unanswered(s, asking, due)


def _working_due(s: Session, working: Working, due: datetime) -> Move:
    if s.cap_at is not None and due >= s.cap_at:
        return _let_go(s, due)
    if due >= working.ends_at:
        return steps.leave_step(s, due)
    if s.ramp_due is not None and due >= s.ramp_due:
        return _climb(s, working, due)
    return _cue(s, working, due)


def _let_go(s: Session, due: datetime) -> Move:
    """A limit is reached: the hands come off, whatever was said before."""
    s, effects = steps.ease_off_now(s, due)
    return s, (Hush(due), *effects)


def _climb(s: Session, working: Working, due: datetime) -> Move:
    ramp = working.ramp
    assert ramp is not None  # noqa: S101 - something about it was due
    if ramp.rises_at is not None:
        return moves.set_level(s, s.level + 1, due)
    if ramp.cue is not None:
        return replace(s, state=replace(working, ramp=ramp.dropped(due))), ()
    if working.ends_at - due < timedelta(seconds=LONGEST_CUE):
        return replace(s, goal=s.level), ()
    return announce_level(s, working, ramp, due)


def _cue(s: Session, working: Working, due: datetime) -> Move:
    number, _ = s.next_cue
    assert s.step is not None  # noqa: S101 - a cue belongs to a step
    cue = s.step.cues[number]
    s = replace(s, state=replace(working, given=working.given | {number}))
    quiet = working.quiet_until is not None and due < working.quiet_until
    late = due + timedelta(seconds=cue.line.seconds + SPARE) > working.ends_at
    if cue.before is None and (quiet or late):
        return s, ()
    priority, slack = (
        (Priority.ENCOURAGEMENT, CUE_SLACK)
        if cue.before is None
        else (Priority.COUNTDOWN, COUNT_SLACK)
    )
    s, said = moves.say(s, due, cue.line, priority, stale=due + slack)
    return s, (said,)


def _waited_too_long(s: Session, due: datetime) -> Move:
    if s.todo and s.todo[0] in {Question.ACHE, Question.WRONG}:
        return opening.unanswered(s, Asking(s.todo[0], None, due), due)
    return halts.end(s, Outcome.TIMED_OUT, due, s.line("stopped_timeout"))


def _clock_moved(s: Session, now: datetime) -> Move:
    """Nobody watched for a while: nothing of it is made up for, the hands come off."""
    match s.state:
        case Paused() | Interrupted() | Ended():
            return advance(s, now)
        case _:
            return halts.pause(s, PauseReason.CLOCK, now)


def _leave(s: Session, now: datetime) -> Move:
    """The voice is about to go: whoever cannot be spoken to shall not press."""
    match s.state:
        case Paused() | Interrupted() | Ended():
            return s, ()
        case _:
            return halts.pause(s, PauseReason.LEAVING, now)


def _take(s: Session, fact: Report | Remark, now: datetime) -> Move:  # noqa: C901, PLR0911, PLR0912 - one row for each report
    match fact:
        case Begun(number, seconds):
            return speaking.begun(s, number, seconds, now), ()
        case Spoken(number, seen):
            return speaking.spoken(s, number, now, seen=seen), ()
        case SpeechCut(_, by_person):
            return speaking.cut(s, now, by_person=by_person)
        case SpeechFailed():
            return speaking.failed(s, now)
        case Answered():
            return opening.answered(_answering(s), fact, now)
        case NoAnswer():
            return opening.unanswered(s, s.state, now) if isinstance(s.state, Asking) else (s, ())
        case Rated(score):
            return _rated(s, score, now)
        case Eased(easing):
            return _eased(s, now, easing=easing)
        case StopWord():
            return _stop_word(s, fact, now)
        case NeverMind():
            return remarks.never_mind(s, now)
        case TalkWanted(talk):
            return remarks.talk(s, talk, now)
        case (
            HeatOn()
            | HeatReady()
            | HeatForecast()
            | HeatLost()
            | HeatOff()
            | HeatStuck()
            | HeatConfirmed()
        ):
            return heating.heat(s, fact, now)
        case ClockMoved():
            return _clock_moved(s, now)
        case Leaving():
            return _leave(s, now)
        case _:
            assert_never(fact)


def _answering(s: Session) -> Session:
    return replace(s, unanswered=0, check_open=False)


def _rated(s: Session, score: int, now: datetime) -> Move:
    s = _answering(s)
    if s.step is None or not isinstance(s.state, Instructing | Working | Paused):
        return s, ()
    notes = s.notes
    match s.step.phase:
        case Phase.CHECK_IN:
            s = replace(s, notes=replace(notes, before=score))
            if score >= TOO_SORE:
                return halts.end(s, Outcome.REFUSED, now, s.line("rated_too_high"))
        case Phase.STRETCH | Phase.AFTERCARE:
            s = replace(s, notes=replace(notes, after=score))
            if _got_worse(notes, score) and not s.worse:
                return _press_no_other(s, now)
        case _ if _got_worse(notes, score) and not s.worse:
            return _rest_it(replace(s, worse=True), now)
    return moves.reply(s, now, "rated", score=score)


def _got_worse(notes: Notes, score: int) -> bool:
    """Tell whether a score after pressing is reason to stop (massage.md §4.3, tier C)."""
    return score >= min(WORSE_FROM, WORSE_FROM if (b := notes.before) is None else b + WORSE_BY)


def _press_no_other(s: Session, now: datetime) -> Move:
    """It is worse at the end of an area: the areas that follow are left alone."""
    steps = tuple(step for step in s.steps if step.part <= s.part)
    return moves.reply(replace(s, worse=True, steps=steps), now, "worse")


def _rest_it(s: Session, now: datetime) -> Move:
    """Pressing made it worse: what is left is the stretch (massage.md §4.3, tier C)."""
    s, effects = moves.reply(s, now, "worse")
    if isinstance(s.state, Paused):
        return s, effects
    s, more = navigation.wrap_up(s, now)
    return s, (*more[:1], *effects, *more[1:])


def _eased(s: Session, now: datetime, *, easing: bool) -> Move:
    if not s.check_open:
        return s, ()
    if easing and (step := s.step) is not None:
        eased = s.notes.eased | {(step.side, step.spot)}
        s = replace(s, notes=replace(s.notes, eased=eased))
    return moves.reply(_answering(s), now, "eased_easing" if easing else "eased_same")


def _stop_word(s: Session, word: StopWord, now: datetime) -> Move:
    """Stopping is cheap, locking is not (massage.md §4.8)."""
    match s.state:
        case Ended():
            return s, ()
        case Asking(question=Question.WRONG) if not word.certain:
            return replace(s, notes=s.notes.doubting(word.tier)), ()
        case _:
            s = replace(s, notes=replace(s.notes, phrase=word.phrase))
    if word.certain:
        return halts.safety_stop(s, word.tier, now, word.phrase)
    s = replace(s, notes=s.notes.doubting(word.tier))
    return interrupt_with(s, Question.WRONG, now)
