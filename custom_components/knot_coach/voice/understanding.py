"""Text becomes meaning. Pure: the same words in the same situation always mean the same.

Sentences of the files come first, word for word; then what free speech is about (`gist`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from hassil import RecognizeResult, recognize_all

from ..massage.areas import Side
from ..massage.messages import Answer, Command, Tier
from ..massage.order import Talk
from ..massage.phases import Length
from ..massage.stop_words import StopPhrase, classify, shortened
from . import gist, session_gist
from .answers import answer_to, known_sentence, recognised, says_unplugged
from .asides import plainly
from .grammar import Grammar
from .meanings import (
    About,
    AnswerHeard,
    CommandHeard,
    EasedHeard,
    HealthChanged,
    Heard,
    LoudnessHeard,
    NeverMindHeard,
    NoHarderHeard,
    Request,
    SessionWord,
    Sign,
    Situation,
    StartRequest,
    StatusRequest,
    StopHeard,
    SymptomRequest,
    TalkHeard,
    WhyRequest,
)
from .ratings import rating_of, unsure_of
from .reasons import key_before_a_reason
from .spotting import Spots, words_of

_BESIDE: Final[Mapping[str, SessionWord | StatusRequest]] = {
    "moment": CommandHeard(Command.PAUSE),
    "enough": CommandHeard(Command.STOP),
    "status": StatusRequest(),
    "step": StatusRequest(About.STEP),
    "upcoming": StatusRequest(About.NEXT),
    "why": StatusRequest(About.WHY),
    "louder": LoudnessHeard(louder=True),
    "quieter": LoudnessHeard(louder=False),
    "cues_only": TalkHeard(Talk.CUES),
    "talk_more": TalkHeard(Talk.FULL),
    "no_harder": NoHarderHeard(),
}
"""What can be said to a session that is none of its commands."""
_BEHIND_A_SCORE: Final = (CommandHeard(Command.LIGHTER), NoHarderHeard())
"""What is no command where a score is asked for, and one is said with it."""


def understand(
    text: str, grammar: Grammar, situation: Situation, *, freely: bool = True
) -> Heard | None:
    """Tell what was meant, or None where it is nothing of ours.

    In a session its words come first. An unclear word is never guessed to mean more pressure.
    """
    word = understand_word(text, grammar, situation, freely=freely) if situation.live else None
    return word or understand_request(text, grammar)


def understand_word(
    text: str, grammar: Grammar, situation: Situation, *, freely: bool = True
) -> SessionWord | StatusRequest | None:
    """Understand what is said in the room of a session.

    Stop words come first; then an answer, if a question is open; then a command. Commands are
    looked for in free speech only where it is `freely` known to be of this language: "pause" among
    words of another one may be about a television.

    What is not understood as it stands is tried once more without words that change little; but
    "yes, a little" is no yes, and "now harder" may tell of a knot.
    """
    text = shortened(text)
    heard = _word(text, grammar, situation, freely=freely)
    if heard is None and (plain := _without_particles(text, grammar)) is not None:
        heard = _word(plain, grammar, situation, freely=freely)
        if isinstance(heard, AnswerHeard) or heard == CommandHeard(Command.HARDER):
            return None
    return heard


def _without_particles(text: str, grammar: Grammar) -> str | None:
    """Leave out what changes little; None where that would hide what a text is about."""
    plain = grammar.particles.without(text)
    spots = grammar.spotter.spots
    if plain is None or (spots(text).has(gist.ELSEWHERE) and not spots(plain).has(gist.ELSEWHERE)):
        return None
    return plain


def _word(
    text: str, grammar: Grammar, situation: Situation, *, freely: bool
) -> SessionWord | StatusRequest | None:
    stop = classify(text, grammar.stop_words, neck=situation.neck)
    heard: Answer | StopPhrase | None = stop
    if situation.question is not None:
        opens_on_yes = situation.gate_opens_on_yes
        heard = answer_to(situation.question, text, stop, grammar, opens_on_yes=opens_on_yes)
    elif situation.unplugging and not stop:
        heard = Answer.YES if says_unplugged(text, grammar) else None
    match heard:
        case None:
            word = _command(text, grammar, situation, freely=freely)
            if word is None or (situation.rating and word in _BEHIND_A_SCORE):
                # "Seven, that's quite hard" is no wish for less.
                word = rating_of(text, grammar, situation) or word
            return word or unsure_of(text, grammar, situation)
        case StopPhrase():
            return StopHeard(heard)
        case _:
            return AnswerHeard(heard)


def understand_request(text: str, grammar: Grammar) -> Request | None:
    """Understand a clear sentence, or free speech, which need no session to be live."""
    text = shortened(text)
    found = _request(text, grammar)
    if found is None and (plain := grammar.particles.without(text)) is not None:
        found = _request(plain, grammar)
    return found


def _request(text: str, grammar: Grammar) -> Request | None:
    spots = plainly(grammar.spotter.spots(text))
    if not gist.may_be_ours(spots):
        # Most of what is said in a house ends here.
        return None
    result = recognised(text, grammar.requests, grammar.language)
    return _freely(text, grammar, spots) if result is None else _clearly(text, grammar, result)


def _clearly(text: str, grammar: Grammar, result: RecognizeResult) -> Request:
    """Understand a sentence of the files."""
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
    text: str, grammar: Grammar, situation: Situation, *, freely: bool
) -> SessionWord | StatusRequest | None:
    key = _command_key(text, grammar, situation, freely=freely)
    if key is None and freely:
        key = key_before_a_reason(
            grammar.spotter.spots(text),
            partial(_command_key, grammar=grammar, situation=situation, freely=True),
            open_question=situation.question is not None,
        )
    match key:
        case "not_yet" | "easing" | "same" as key if situation.rating:
            return EasedHeard(easing=key == "easing")
        case None | "easing" | "same":
            # "That's all the same to me" is no answer to a question that nobody asked.
            return None
        case "keep_going":  # massage.md §4.8
            return CommandHeard(Command.RESUME if situation.paused else Command.EXTEND)
        case "never_mind":
            asked = situation.question is not None or situation.rating
            return NeverMindHeard() if asked else None
        case key if key in _BESIDE:
            return _BESIDE[key]
        case key:
            return CommandHeard(Command(key))


def _command_key(text: str, grammar: Grammar, situation: Situation, *, freely: bool) -> str | None:
    """Return the key of a word in a sentence file, said as it stands there or freely."""
    if (result := known_sentence(text, grammar.commands, grammar)) is not None:
        return result.intent.name
    if not freely:
        return None
    spots = grammar.spotter.spots(text)
    key = session_gist.word_of(spots)
    if situation.question is not None and key in session_gist.ABOUT_THE_KNOT:
        # "No, nothing new" tells of no knot.
        return None
    # "Stop the massage for Anna" is a clear sentence and says more, and so is "why do I get knots".
    clear = key and recognised(text, grammar.requests, grammar.language)
    return None if clear or gist.asks_why(spots) else key


def _freely(text: str, grammar: Grammar, spots: Spots) -> Request | None:
    """Understand what fits no sentence."""
    wish = gist.wish_of(spots)
    if wish is None:
        return _told_freely(spots, grammar)
    kind, _, name = (wish.area or "").partition(":")
    # The words of a routine's name are nobody's symptoms.
    named = wish.routine is not None and not wish.areas
    if not named and (sign := _sign(text, spots, grammar)) is not None:
        return SymptomRequest(sign, tuple(dict.fromkeys(_keys(wish.areas, grammar))))
    several = grammar.several[name] if kind == "several" else ()
    known = tuple(_keys(wish.areas, grammar)) if len(wish.areas) > 1 else ()
    return StartRequest(
        area=_one(kind, name, several) if not known else None,
        choices=known or (several if len(several) > 1 else ()),
        unknown=kind == "unknown" or (kind == "several" and not several),
        refused=kind == "refused",
        routine=grammar.routines[wish.routine] if wish.routine and not wish.area else None,
        side=wish.side,
        length=wish.length,
        person=grammar.people[wish.person] if wish.person else None,
        minutes=wish.minutes,
        stretch_only=wish.stretch_only,
        again=wish.again,
    )


def _told_freely(spots: Spots, grammar: Grammar) -> Request | None:
    if gist.is_about(spots, gist.HEALTH):
        return HealthChanged(next(iter(map(grammar.people.get, spots.values(gist.PERSON))), None))
    return WhyRequest() if gist.asks_why(spots) else None


def _sign(text: str, spots: Spots, grammar: Grammar) -> Sign | None:
    """Return what is wrong with somebody who wants a session for it, or None."""
    stop = classify(text, grammar.stop_words, neck=False)
    if stop is not None and stop.tier is Tier.A:
        return Sign.EMERGENCY
    if not grammar.leg_signs.isdisjoint(spots.words):
        return Sign.LEG
    if spots.has(gist.HARM, gist.HEALTH):
        return Sign.HURT
    return Sign.OTHER if stop else None


def _keys(areas: Iterable[str], grammar: Grammar) -> Iterator[str]:
    """Yield the keys of all areas that values such as "several:back" stand for."""
    for value in areas:
        kind, _, name = value.partition(":")
        if kind == "area":
            yield name
        elif kind == "several":
            yield from grammar.several[name]


def _one(kind: str, name: str, several: tuple[str, ...]) -> str | None:
    """Return the one area that is meant, or None."""
    return name if kind == "area" else (several[0] if len(several) == 1 else None)


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
        return _start(text, result, grammar, stretch_only=wish == "stretch")
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
    own = _start(text, named, grammar, stretch_only=False)
    return replace(own, otherwise=otherwise if isinstance(otherwise, StartRequest) else None)


def _areas(result: RecognizeResult, grammar: Grammar) -> Iterator[str]:
    """Yield the areas that were named, one by one or several at once."""
    named = (str(one.value) for one in result.entities_list if one.name == "area")
    return _keys(named, grammar)


def _start(
    text: str, result: RecognizeResult, grammar: Grammar, *, stretch_only: bool
) -> StartRequest:
    # "My neck is stiff, massage my shoulder": what is wanted comes last.
    kind, _, name = (_value(result, "area") or "").partition(":")
    if any(one.value == gist.REFUSED for one in result.entities_list if one.name == "area"):
        kind = gist.REFUSED
    several = grammar.several[name] if kind == "several" else ()
    area = _one(kind, name, several)
    length = _value(result, "length")
    minutes = _value(result, "count") or _value(result, "span")
    sides = {Side(entity.value) for entity in result.entities_list if entity.name == "side"}
    # "The left side of my neck" is one name of a part of the body.
    sides = sides or set(map(Side, grammar.spotter.spots(text).values(gist.SIDE)))
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
