"""Text becomes meaning. Pure: the same words in the same situation always mean the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import re
from typing import Final, assert_never

from hassil import Intents, RecognizeResult, recognize_best

from ..massage.areas import Side
from ..massage.messages import Answer, Command, Question, Tier
from ..massage.phases import Length
from ..massage.stop_words import StopPhrase, classify
from .grammar import Grammar

FINE: Final = "fine"
"""A no to "is something wrong", a yes to "comfortable"."""
UNPLUGGED: Final = "unplugged"
"""A yes to "unplug it"."""
HIGHEST_SCORE: Final = 10

_FINE: Final = {Question.HEALTH: Answer.NO, Question.WRONG: Answer.NO, Question.SKIN: Answer.YES}
_SIDES: Final = frozenset({Answer.LEFT, Answer.RIGHT, Answer.BOTH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a word can be about."""

    live: bool = False
    question: Question | None = None
    """The question that the coach waits for an answer to."""
    paused: bool = False
    unplugging: bool = False
    """The coach waits to hear that the heater is unplugged (massage.md §4.8)."""
    area: str | None = None
    """Key of the area that is worked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """Somebody wants a session."""

    area: str | None = None
    choices: tuple[str, ...] = ()
    """The areas that are meant by a word such as "shoulder"; it is one of them."""
    unknown: bool = False
    """A part of the body that there is no area for."""
    refused: bool = False
    """A part of the body that is never worked on."""
    routine: str | None = None
    """A routine of the user's own, by the name they gave it."""
    side: Side | None = None
    length: Length | None = None
    person: str | None = None
    """The person it is for, by the name they have in Home Assistant."""


@dataclass(frozen=True, slots=True)
class SymptomRequest:
    """Somebody wants a session for what must be left alone (massage.md §4.8)."""

    urgent: bool
    """It is an emergency (massage.md §4.2)."""


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """Somebody asks how far the session is."""


@dataclass(frozen=True, slots=True)
class CommandHeard:
    """A wish that the session may refuse."""

    command: Command
    person: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerHeard:
    """An answer to the open question."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class ScoreHeard:
    """How tight or sore it feels, 0 to 10."""

    score: int


@dataclass(frozen=True, slots=True)
class EasedHeard:
    """Whether the spot is easing, or the same."""

    easing: bool


@dataclass(frozen=True, slots=True)
class StopHeard:
    """A stop word (massage.md §4.3)."""

    phrase: StopPhrase


type SessionWord = CommandHeard | AnswerHeard | ScoreHeard | EasedHeard | StopHeard
type Request = StartRequest | SymptomRequest | StatusRequest | CommandHeard
type Heard = Request | SessionWord


def understand(text: str, grammar: Grammar, situation: Situation) -> Heard | None:
    """Tell what was meant, or None where it is nothing of ours.

    In a session its words come first. An unclear word is never guessed to mean more pressure.
    """
    word = understand_word(text, grammar, situation) if situation.live else None
    return word or understand_request(text, grammar)


def understand_word(
    text: str, grammar: Grammar, situation: Situation
) -> SessionWord | StatusRequest | None:
    """Understand what is said in the room of a session.

    Stop words come first; then an answer, if a question is open; then a command.
    """
    stop = classify(text, grammar.stop_words, situation.area)
    heard: AnswerHeard | StopHeard | None
    if situation.question is not None:
        heard = _answer(text, stop, grammar, situation.question)
    elif situation.unplugging and not stop:
        heard = _about_plug(text, grammar)
    else:
        heard = StopHeard(stop) if stop else None
    return heard or _command(text, grammar, situation) or _score(text, grammar, situation)


def understand_request(text: str, grammar: Grammar) -> Request | None:
    """Understand a clear sentence, which needs no session to be live."""
    result = _recognised(text, grammar.requests, grammar.language)
    if result is None:
        return None
    match result.intent.name:
        case "start":
            return _start(result, grammar)
        case "symptom":
            stop = classify(text, grammar.stop_words)
            return SymptomRequest(urgent=stop is not None and stop.tier is Tier.A)
        case "status":
            return StatusRequest()
        case name:
            return CommandHeard(Command(name), _named(result, "person", grammar.people))


def _answer(
    text: str, stop: StopPhrase | None, grammar: Grammar, question: Question
) -> AnswerHeard | StopHeard | None:
    match question:
        case Question.HEALTH | Question.GATE:
            return _about_health(text, stop, grammar, question)
        case Question.WRONG | Question.ACHE if stop and not stop.denied:
            # It was asked for, so whoever says it now speaks of themselves.
            return StopHeard(replace(stop, certain=True))
        case Question.WRONG if stop:
            return AnswerHeard(Answer.NO)
        case (
            Question.SIDE
            | Question.NEXT_DAY
            | Question.HEAT
            | Question.SKIN
            | Question.WRONG
            | Question.ACHE
        ):
            denied = stop is not None and stop.denied and question is not Question.HEAT
            if stop and not denied:
                return StopHeard(stop)
            return _from_list(text, grammar, question)
        case _:
            assert_never(question)


def _about_health(
    text: str, stop: StopPhrase | None, grammar: Grammar, question: Question
) -> AnswerHeard | StopHeard | None:
    """A yes in any form is a yes; only an emergency is more than that."""
    if stop and stop.tier is Tier.A and stop.certain:
        return StopHeard(stop)
    if stop and not stop.denied:
        return AnswerHeard(Answer.YES)
    if (listed := _from_list(text, grammar, question)) is not None:
        return listed
    if not grammar.concerns.isdisjoint(re.findall(r"[\w']+", text.casefold())):
        return AnswerHeard(Answer.YES)
    return AnswerHeard(Answer.NO) if stop else None


def _about_plug(text: str, grammar: Grammar) -> AnswerHeard | None:
    """Only a plain yes counts; a heater that is not unplugged may still be hot."""
    result = _recognised(text, grammar.answers, grammar.language)
    confirmed = result is not None and result.intent.name in {Answer.YES, UNPLUGGED}
    return AnswerHeard(Answer.YES) if confirmed else None


def _from_list(text: str, grammar: Grammar, question: Question) -> AnswerHeard | None:
    result = _recognised(text, grammar.answers, grammar.language)
    if result is None:
        return None
    if result.intent.name == UNPLUGGED:
        return None
    if result.intent.name == FINE:
        return AnswerHeard(_FINE[question]) if question in _FINE else None
    answer = Answer(result.intent.name)
    fits = question is Question.SIDE if answer in _SIDES else True
    if answer is Answer.DULL:
        fits = question is Question.ACHE
    return AnswerHeard(answer) if fits else None


def _command(
    text: str, grammar: Grammar, situation: Situation
) -> CommandHeard | StatusRequest | None:
    result = _recognised(text, grammar.commands, grammar.language)
    if result is None:
        return None
    match result.intent.name:
        case "keep_going":  # massage.md §4.8
            return CommandHeard(Command.RESUME if situation.paused else Command.EXTEND)
        case "status":
            return StatusRequest()
        case name:
            return CommandHeard(Command(name))


def _score(text: str, grammar: Grammar, situation: Situation) -> ScoreHeard | EasedHeard | None:
    if situation.question is not None:
        return None
    result = _recognised(text, grammar.scores, grammar.language)
    if result is None:
        return None
    if result.intent.name != "score":
        return EasedHeard(result.intent.name == "easing")
    # A range takes the higher, and halves round up (massage.md §4.8).
    scores = [int(entity.value) for entity in result.entities_list if entity.name == "score"]
    half = any(entity.name == "half" for entity in result.entities_list)
    return ScoreHeard(min(HIGHEST_SCORE, max(scores) + half))


def _start(result: RecognizeResult, grammar: Grammar) -> StartRequest:
    kind, _, name = (_value(result, "area") or "").partition(":")
    choices = grammar.several[name] if kind == "several" else ()
    length = _value(result, "length")
    sides = {Side(entity.value) for entity in result.entities_list if entity.name == "side"}
    return StartRequest(
        area=name if kind == "area" else None,
        choices=choices,
        unknown=kind == "unknown" or (kind == "several" and not choices),
        refused=kind == "refused",
        routine=_named(result, "routine", grammar.routines),
        # Left and right in one sentence: better asked than guessed.
        side=sides.pop() if len(sides) == 1 else None,
        length=Length(length) if length else None,
        person=_named(result, "person", grammar.people),
    )


def _named(result: RecognizeResult, entity: str, names: Mapping[str, str]) -> str | None:
    value = _value(result, entity)
    return names[value] if value else None


def _value(result: RecognizeResult, entity: str) -> str | None:
    found = result.entities.get(entity)
    return str(found.value) if found else None


def _recognised(text: str, intents: Intents, language: str) -> RecognizeResult | None:
    return recognize_best(text, intents, language=language)
