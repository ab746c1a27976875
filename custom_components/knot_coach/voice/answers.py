"""What is said while a question is open, or a heater is to be unplugged."""

from dataclasses import replace
from typing import Final, assert_never

from hassil import Intents, RecognizeResult, recognize_best

from ..massage.messages import Answer, Question, Tier
from ..massage.stop_words import StopPhrase
from . import session_gist
from .gist import ELSEWHERE, ORDER
from .grammar import Grammar
from .spotting import plain_words, words_of

_FINE: Final = {
    Question.HEALTH: Answer.NO,
    Question.WRONG: Answer.NO,
    Question.SKIN: Answer.YES,
    Question.NEXT_DAY: Answer.NORMAL,
}
_ADMITTED: Final = {
    Question.HEALTH: Answer.YES,
    Question.WRONG: Answer.YES,
    Question.HEAT: Answer.NO,
    Question.SKIN: Answer.NO,
}
_BELONGS: Final = {
    Answer.LEFT: Question.SIDE,
    Answer.RIGHT: Question.SIDE,
    Answer.BOTH: Question.SIDE,
    Answer.DULL: Question.ACHE,
    Answer.NORMAL: Question.NEXT_DAY,
    Answer.BIT_SORE: Question.NEXT_DAY,
    Answer.VERY_SORE: Question.NEXT_DAY,
    Answer.BRUISED: Question.NEXT_DAY,
}
"""Answers to one question only; the others answer any yes-or-no question."""
_OPENS: Final = {
    Question.HEALTH: Answer.NO,
    Question.WRONG: Answer.NO,
    Question.HEAT: Answer.YES,
    Question.SKIN: Answer.YES,
    Question.NEXT_DAY: Answer.NORMAL,
    Question.ACHE: Answer.DULL,
}
"""The answer after which a session goes on, or the heater on."""
_OF_THE_SPEAKER: Final = frozenset({Question.HEALTH, Question.WRONG, Question.ACHE})
"""Questions that make a statement of whatever stop word is said."""
_SIGNS: Final = frozenset({"sign", Answer.BIT_SORE, Answer.VERY_SORE, Answer.BRUISED})
"""A yes to a question about health."""
_WEAK: Final = _SIGNS | {"okay", "agreed", "nothing"}
"""Too little to be a yes or a no to a question that opens on a yes."""


def answer_to(
    question: Question,
    text: str,
    stop: StopPhrase | None,
    grammar: Grammar,
    *,
    opens_on_yes: bool,
) -> Answer | StopPhrase | None:
    """Return what answers the question, or the stop word that is more than an answer.

    `opens_on_yes` tells of a gate that only a plain yes opens. Returns None where it is neither.
    """
    if question in _OF_THE_SPEAKER and stop and not stop.denied and not stop.certain:
        # "Turn the lamp blue" tells nothing of the speaker.
        stop = None if _orders(text, grammar) else stop
    match question:
        case Question.GATE:
            return _about_gate(text, stop, grammar, opens_on_yes=opens_on_yes)
        case Question.HEALTH:
            return _about_health(text, stop, grammar)
        case Question.WRONG | Question.ACHE if stop and not stop.denied:
            # It was asked for, so whoever says it now speaks of themselves.
            return replace(stop, certain=True)
        case Question.WRONG if stop:
            return Answer.NO
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
                return stop
            return _plainly(text, grammar, question)
        case _:
            assert_never(question)


def _orders(text: str, grammar: Grammar) -> bool:
    """Tell whether a text orders something of the rest of a house."""
    return ORDER in grammar.spotter.spots(text).values(ELSEWHERE)


def _plainly(text: str, grammar: Grammar, question: Question) -> Answer | None:
    listed = _from_list(text, grammar, question)
    if question is Question.SIDE and listed in {None, Answer.YES}:
        # "Um, right, I think, yeah."
        side = session_gist.side_in(grammar.spotter.spots(text))
        listed = listed if side is None else Answer(side)
    return _freely(text, grammar, question) if listed is None else listed


def _about_health(
    text: str, stop: StopPhrase | None, grammar: Grammar
) -> Answer | StopPhrase | None:
    """A yes in any form is a yes; only an emergency is more than that."""
    if stop and stop.tier is Tier.A and stop.certain:
        return stop
    if stop and not stop.denied:
        return Answer.YES
    if (listed := _from_list(text, grammar, Question.HEALTH)) is not None:
        return listed
    if names_concern(text, grammar) or not grammar.assents.isdisjoint(words_of(text)):
        return Answer.YES
    # "Not swollen, but warm" denies one thing of several: only a known no lets anybody go on.
    return _freely(text, grammar, Question.HEALTH)


def _about_gate(
    text: str, stop: StopPhrase | None, grammar: Grammar, *, opens_on_yes: bool
) -> Answer | StopPhrase | None:
    """What somebody says of themselves closes a gate, and what is neither is asked again.

    A gate that closes locks, so a text that merely contains a stop word is asked about instead
    (massage.md §4.8). "A muscle ache, with nothing else?" opens on a plain yes alone (§3.6).
    """
    closes = Answer.NO if opens_on_yes else Answer.YES
    if stop and not stop.denied:
        return closes if stop.certain and stop.tier is Tier.B else stop
    weak = _WEAK if opens_on_yes else frozenset[str]()
    if (listed := _from_list(text, grammar, Question.GATE, weak)) is not None:
        return listed
    words = words_of(text)
    about_me = not (grammar.stop_words.about_me | grammar.assents).isdisjoint(words)
    denied = not grammar.stop_words.negations.isdisjoint(words)
    if names_concern(text, grammar) and (about_me or denied) and not (denied and opens_on_yes):
        return closes
    if opens_on_yes:
        return None
    return None if grammar.assents.isdisjoint(words) else Answer.YES


def opens(question: Question | None, answer: Answer, *, on_yes: bool) -> bool:
    """Tell whether a session goes on, or a heater on, after an answer; `on_yes` as in `answer_to`."""
    if question is Question.GATE:
        return answer is (Answer.YES if on_yes else Answer.NO)
    return question is not None and _OPENS.get(question) is answer


def names_concern(text: str, grammar: Grammar) -> bool:
    """Tell whether a text names something that is wrong, and is no stop word."""
    return not grammar.concerns.isdisjoint(words_of(text))


def says_unplugged(text: str, grammar: Grammar) -> bool:
    """Tell whether somebody has unplugged a heater; only a plain yes counts, it may still be hot."""
    result = known_sentence(text, grammar.answers, grammar)
    return result is not None and result.intent.name in {Answer.YES, "unplugged"}


def _from_list(
    text: str, grammar: Grammar, question: Question, weak: frozenset[str] = frozenset()
) -> Answer | None:
    """Look an answer up, leaving out the weak ones."""
    result = known_sentence(text, grammar.answers, grammar)
    name = result.intent.name if result else None
    return None if name is None or name in weak else _meant(name, question)


def _freely(text: str, grammar: Grammar, question: Question) -> Answer | None:
    """Find an answer in free speech; what lets anything go on has to be all that is said."""
    spots = grammar.spotter.spots(text)
    if session_gist.ends(spots):
        # Whoever says stop is stopped, whatever else they answer.
        return None
    alone = session_gist.is_alone(spots)
    # "Okay, I'm back" begins with no answer.
    said = session_gist.answers_of(spots) - (frozenset() if alone else {"okay"})
    meant = {_meant(name, question) for name in said}
    answers = meant - {None}
    if len(answers) != 1:
        return None
    answer = answers.pop()
    # "Comfortable, but red" is no answer to whether it is comfortable.
    plain = None not in meant and alone
    return answer if plain or answer is not _OPENS.get(question) else None


def _meant(name: str, question: Question) -> Answer | None:
    """Beside the answers a sentence file has words whose meaning depends on the question."""
    match name:
        case "unplugged":
            return None
        case "pleasant":
            return Answer.YES if question is Question.SKIN else None
        case "fine":
            return _FINE.get(question)
        case "okay":
            answer = Answer.NORMAL if question is Question.NEXT_DAY else Answer.YES
        case "agreed":
            answer = Answer.YES
        case "admitted":
            # "Something is wrong" agrees to no heat.
            return _ADMITTED.get(question)
        case name if name in _SIGNS and question in {Question.HEALTH, Question.GATE}:
            answer = Answer.YES
        case "sign":
            return None
        case "nothing":
            answer = Answer.NO
        case name:
            answer = Answer(name)
    return answer if _BELONGS.get(answer, question) is question else None


def known_sentence(text: str, intents: Intents, grammar: Grammar) -> RecognizeResult | None:
    """Return the best match of a text with what is said to a session.

    Hardly any other text is made of its words alone, and to look is cheaper than to match.
    """
    if not grammar.vocabulary.issuperset(plain_words(text)):
        return None
    return recognised(text, intents, grammar.language)


def recognised(text: str, intents: Intents, language: str) -> RecognizeResult | None:
    """Return the best match of a text; "shoulder tension" is one name, not a tense shoulder."""
    return recognize_best(text, intents, language=language, best_slot_name="area")
