"""Scores, and what is said instead of one."""

from typing import Final

from ..massage.messages import Answer
from . import session_gist
from .answers import known_sentence
from .grammar import Grammar
from .meanings import AnswerHeard, EasedHeard, ScoreHeard, Situation

HIGHEST_SCORE: Final = 10


def rating_of(text: str, grammar: Grammar, situation: Situation) -> ScoreHeard | EasedHeard | None:
    """Understand a score, or how the knot feels now; None where something else is asked for."""
    if situation.question is not None:
        return None
    result = known_sentence(text, grammar.scores, grammar)
    if result is None:
        found = session_gist.scores_of(grammar.spotter.spots(text), wanted=situation.rating)
        return _rated(*found) if found else None
    if result.intent.name != "score":
        return EasedHeard(result.intent.name == "easing")
    scores = [int(entity.value) for entity in result.entities_list if entity.name == "score"]
    return _rated(scores, any(entity.name == "half" for entity in result.entities_list))


def _rated(scores: list[int], half: bool) -> ScoreHeard:  # noqa: FBT001 - a half, or none
    """A range takes the higher, and halves round up (massage.md §4.8)."""
    return ScoreHeard(min(HIGHEST_SCORE, max(scores) + half))


def unsure_of(text: str, grammar: Grammar, situation: Situation) -> AnswerHeard | None:
    """Understand "no idea" where a score was asked for: it is the quieter answer (massage.md §4.8)."""
    if not situation.rating:
        return None
    spots = grammar.spotter.spots(text)
    unsure = session_gist.answers_of(spots) == {Answer.UNSURE} and not spots.left_over()
    return AnswerHeard(Answer.UNSURE) if unsure else None
