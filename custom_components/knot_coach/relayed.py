"""Words that a machine hands on as those of somebody else.

They go through the same understanding as speech. But nobody knows who has really said them, or
whether anybody has: a language model may put it in words of its own. What is said aloud in the room
of a session was heard by the coach before any assistant was asked, so nothing is lost where second
hand counts for less:

* An answer to what the coach asks is refused, unless it is to the question of the side.
* A stop word ends the pressing and the heat at once, and the coach asks the person, aloud, whether
  something is wrong; with a yes, and with silence, the session ends and the area rests.
* Somebody who is said to be in an emergency gets help at once: one day too many without a massage
  is nothing beside one emergency that waits for an answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from homeassistant.core import HomeAssistant, callback

from .admission import Refused
from .coordinator import Coach
from .massage.messages import Command, Eased, Rated, StopWord, Tier
from .massage.remarks import NoHarder, TalkWanted
from .massage.stop_words import StopPhrase, classify
from .on_behalf import Caller, coach_of
from .voice.coaches import CoachLike, situation
from .voice.grammar import Grammar
from .voice.meanings import (
    AnswerHeard,
    CommandHeard,
    EasedHeard,
    HealthChanged,
    Heard,
    LoudnessHeard,
    NeverMindHeard,
    NoHarderHeard,
    ScoreHeard,
    StartRequest,
    StatusRequest,
    StopHeard,
    SymptomRequest,
    TalkHeard,
    WhyRequest,
)
from .voice.sentences import grammars
from .voice.understanding import understand

LONGEST: Final = 1000
"""Nobody says more than so many characters to a coach at once; our choice."""


class Became(StrEnum):
    """What became of words."""

    DONE = "done"
    ASKED = "eased_off_and_asking"
    """The hands are off, and the person is asked whether something is wrong."""
    EMERGENCY = "stopped_for_emergency"


@dataclass(frozen=True, slots=True)
class Relayed:
    """Who was told, and what became of it."""

    coaches: list[CoachLike]
    became: Became
    reply: str = ""
    """What a coach has to say to it and does not say aloud."""


@callback
def relay(caller: Caller, text: str) -> Relayed:
    """Hand words on, in whatever language they are. Raises Refused."""
    known = grammars(caller.hass, caller.language)
    try:
        sessions = caller.sessions()
    except Refused as err:
        if err.key == "no_session" and (phrase := _alarm(text, known)) is not None:
            raise Refused("symptom_urgent" if phrase.tier is Tier.A else "symptom") from err
        raise
    alarms = [
        (coach, phrase) for coach in sessions if (phrase := _alarm(text, known, coach)) is not None
    ]
    if alarms:
        urgent = [
            _heed(caller, coach, phrase, alone=len(sessions) == 1) for coach, phrase in alarms
        ]
        told = [coach for coach, _ in alarms]
        return Relayed(told, Became.EMERGENCY if any(urgent) else Became.ASKED)
    coach = caller.session()
    for grammar in known:
        if (heard := understand(text, grammar, situation(coach))) is not None:
            return Relayed([coach], Became.DONE, _hand_on(caller.hass, coach, heard))
    raise Refused("not_understood")


def _alarm(
    text: str, grammars: Iterable[Grammar], coach: CoachLike | None = None
) -> StopPhrase | None:
    """Find the most serious stop word; none is one that is denied to a coach that asks."""
    asked = coach is not None and coach.question is not None
    neck = coach is not None and coach.neck
    found = [classify(text, grammar.stop_words, neck=neck) for grammar in grammars]
    alarms = [one for one in found if one is not None and not (asked and one.denied)]
    return min(alarms, key=lambda one: (one.tier, not one.certain), default=None)


def _heed(caller: Caller, coach: CoachLike, phrase: StopPhrase, *, alone: bool) -> bool:
    """Tell a coach of a stop word; returns whether it is taken for an emergency of its person."""
    session = coach_of(caller.hass, coach)
    if session.session is None or not session.session.live:
        session.obey(Command.STOP)  # It was about to begin.
        return phrase.tier is Tier.A
    urgent = phrase.certain and phrase.tier is Tier.A and alone and not caller.is_elsewhere(coach)
    heard = replace(phrase, certain=urgent)
    session.report(StopWord(heard.tier, heard.certain, heard.phrase))
    return urgent


def _hand_on(hass: HomeAssistant, meant: CoachLike, heard: Heard) -> str:
    """Let a coach have what was understood; return what it has to say. Raises Refused."""
    match heard:
        case StatusRequest(about):
            return meant.status(about)
        case HealthChanged():
            return meant.health_changed()
        case LoudnessHeard():
            return meant.hear(heard, person=False)
        case NeverMindHeard():
            raise Refused("nothing_asked" if meant.question is None else "person_needed")
        case SymptomRequest():
            raise Refused("symptom")
        case StopHeard() | StartRequest() | WhyRequest():
            raise Refused("not_understood")
        case _:
            _tell(coach_of(hass, meant), heard)
    return ""


type _Word = CommandHeard | NoHarderHeard | AnswerHeard | ScoreHeard | EasedHeard | TalkHeard


def _tell(coach: Coach, word: _Word) -> None:
    match word:
        case CommandHeard(command):
            coach.obey(command)
        case NoHarderHeard():
            coach.obey(NoHarder())
        case AnswerHeard(answer):
            coach.answer(answer, person=False)
        case ScoreHeard(score):
            coach.report(Rated(score))
        case EasedHeard(easing):
            coach.report(Eased(easing))
        case TalkHeard(talk):
            coach.report(TalkWanted(talk))
        case _:
            assert_never(word)
