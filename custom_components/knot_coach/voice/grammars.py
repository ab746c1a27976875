"""The grammars of all languages, and those that were made last."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from .grammar import Grammar

type Names = tuple[list[str], list[str]]
"""The routines and the people that somebody may name, in order."""

type Sentences = Mapping[str, Mapping[str, Any]]
"""Heard words, by language, as the files hold them."""

KEPT = 1
"""For how many sets of names grammars are kept: those of a house seldom change back, and they are large."""
_MADE: Final[list[tuple[Sentences, Names, dict[str, Grammar]]]] = []


def grammars_of(sentences: Sentences, areas: Collection[str], names: Names) -> dict[str, Grammar]:
    """Make the grammars, or take those that were made of the same files for the same names.

    A coach that is set up again needs the same, and making them takes long; not for the event loop.
    Raises GrammarError when a file is wrong.
    """
    for of, known, made in tuple(_MADE):
        if of is sentences and known == names:
            return made
    routines, people = names
    fresh = {
        language: Grammar.build(data, areas=areas, routines=routines, people=people)
        for language, data in sentences.items()
    }
    _MADE.append((sentences, names, fresh))
    del _MADE[:-KEPT]
    return fresh
