"""Text becomes meaning. Pure: the same words in the same situation always mean the same."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from hassil import RecognizeResult, recognize_all

from ..massage.areas import Side
from ..massage.messages import Answer, Command, Tier
from ..massage.phases import Length
from ..massage.stop_words import StopPhrase, classify
from .answers import answer_to, recognised, says_unplugged, words_of
from .grammar import Grammar
from .meanings import (
    AnswerHeard,
    CommandHeard,
    EasedHeard,
    HealthChanged,
    Heard,
    Request,
    ScoreHeard,
    SessionWord,
    Sign,
    Situation,
    StartRequest,
    StatusRequest,
    StopHeard,
    SymptomRequest,
    WhyRequest,
)

HIGHEST_SCORE: Final = 10


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
    stop = classify(text, grammar.stop_words, neck=situation.neck)
    heard: Answer | StopPhrase | None = stop
    if situation.question is not None:
        opens_on_yes = situation.gate_opens_on_yes
        heard = answer_to(situation.question, text, stop, grammar, opens_on_yes=opens_on_yes)
    elif situation.unplugging and not stop:
        heard = Answer.YES if says_unplugged(text, grammar) else None
    match heard:
        case None:
            return _command(text, grammar, situation) or _score(text, grammar, situation)
        case StopPhrase():
            return StopHeard(heard)
        case _:
            return AnswerHeard(heard)


def understand_request(text: str, grammar: Grammar) -> Request | None:
    """Understand a clear sentence, which needs no session to be live."""
    result = recognised(text, grammar.requests, grammar.language)
    if result is None:
        return None
    match result.intent.name:
        case "start" | "stretch" | "symptom" | "hurt" as wish:
            # Words that ask for help start nothing, whatever somebody has called a routine.
            alarm = classify(text, grammar.stop_words, neck=False)
            named = grammar.routines and not (alarm and alarm.tier is Tier.A)
            own = _own_routine(text, grammar) if named else None
            return own or _wish(wish, text, result, grammar)
        case "why":
            return WhyRequest()
        case "health_changed":
            return HealthChanged(_named(result, "person", grammar.people))
        case "status":
            return StatusRequest()
        case name:
            return CommandHeard(Command(name), _named(result, "person", grammar.people))


def _command(
    text: str, grammar: Grammar, situation: Situation
) -> CommandHeard | StatusRequest | None:
    result = recognised(text, grammar.commands, grammar.language)
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
    result = recognised(text, grammar.scores, grammar.language)
    if result is None:
        return None
    if result.intent.name != "score":
        return EasedHeard(result.intent.name == "easing")
    # A range takes the higher, and halves round up (massage.md §4.8).
    scores = [int(entity.value) for entity in result.entities_list if entity.name == "score"]
    half = any(entity.name == "half" for entity in result.entities_list)
    return ScoreHeard(min(HIGHEST_SCORE, max(scores) + half))


def _wish(
    wish: str, text: str, result: RecognizeResult, grammar: Grammar
) -> StartRequest | SymptomRequest:
    """Tell what is wanted; somebody who names a symptom wants what must be left alone.

    The words of names are nobody's symptoms.
    """
    said = text.casefold()
    for entity in ("routine", "person"):
        said = said.replace(_value(result, entity) or "\0", " ")
    stop = classify(said, grammar.stop_words, neck=False)
    if stop is None and wish in {"start", "stretch"}:
        return _start(result, grammar, stretch_only=wish == "stretch")
    if stop is not None and stop.tier is Tier.A:
        sign = Sign.EMERGENCY
    elif wish == "hurt":
        sign = Sign.HURT
    else:
        sign = Sign.OTHER if grammar.leg_signs.isdisjoint(words_of(said)) else Sign.LEG
    return SymptomRequest(sign, tuple(dict.fromkeys(_areas(result, grammar))))


def _own_routine(text: str, grammar: Grammar) -> StartRequest | None:
    """Find a routine by the name that its owner gave; it means more than what else it may say."""
    results = list(recognize_all(text, grammar.requests, language=grammar.language))
    named = next((one for one in results if "routine" in one.entities), None)
    if named is None:
        return None
    plain = next((one for one in results if "routine" not in one.entities), None)
    otherwise = _wish(plain.intent.name, text, plain, grammar) if plain else None
    own = _start(named, grammar, stretch_only=False)
    return replace(own, otherwise=otherwise if isinstance(otherwise, StartRequest) else None)


def _areas(result: RecognizeResult, grammar: Grammar) -> Iterator[str]:
    """Yield the areas that were named, one by one or several at once."""
    for entity in result.entities_list:
        kind, _, name = str(entity.value).partition(":")
        if entity.name == "area" and kind == "area":
            yield name
        elif entity.name == "area" and kind == "several":
            yield from grammar.several[name]


def _start(result: RecognizeResult, grammar: Grammar, *, stretch_only: bool) -> StartRequest:
    # "My neck is stiff, massage my shoulder": what is wanted comes last.
    kind, _, name = (_value(result, "area") or "").partition(":")
    several = grammar.several[name] if kind == "several" else ()
    area = name if kind == "area" else (several[0] if len(several) == 1 else None)
    length = _value(result, "length")
    minutes = _value(result, "count") or _value(result, "span")
    sides = {Side(entity.value) for entity in result.entities_list if entity.name == "side"}
    if _value(result, "pair"):
        sides = {Side.BOTH}
    return StartRequest(
        area=area,
        choices=() if area else several,
        unknown=kind == "unknown" or (kind == "several" and not several),
        refused=kind == "refused",
        routine=_named(result, "routine", grammar.routines),
        # Left and right in one sentence: better asked than guessed.
        side=sides.pop() if len(sides) == 1 else None,
        length=Length(length) if length else None,
        person=_named(result, "person", grammar.people),
        minutes=int(minutes) if minutes else None,
        stretch_only=stretch_only,
    )


def _named(result: RecognizeResult, entity: str, names: Mapping[str, str]) -> str | None:
    value = _value(result, entity)
    return names[value] if value else None


def _value(result: RecognizeResult, entity: str) -> str | None:
    found = result.entities.get(entity)
    return str(found.value) if found else None
