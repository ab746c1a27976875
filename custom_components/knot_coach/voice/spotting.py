"""Finds known words in free speech: which, where, and how much of a text they leave over.

The phrases are hassil templates of a sentence file. They become a graph of words when a grammar is
built, so that to look through a text costs some microseconds, whatever there is in it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
import re
from types import MappingProxyType
from typing import Final
import unicodedata

from hassil.expression import Alternative, Expression, Group, TextChunk
from hassil.parse_expression import parse_sentence

from ..massage.stop_words import LAST_LOOKS, shortened
from .word_graph import Mark, WordGraph, graph_of

_WORD: Final = re.compile(r"[\w']+")
_PART: Final = re.compile(r"\d+[.,/]\d+|\w+|'\w+|[,.;:!?\u2026]")
"""What a phrase is made of: "neck's" is a neck, and something of it; "6.5" and "6/10" are one word."""
_APOSTROPHE: Final = re.compile("[\u2018\u2019\u00b4\u02bc`]")
_UNSEEN: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
"""What is seen nowhere, and parts words all the same."""
_BREAK: Final = frozenset(",.;:!?\u2026")

IDIOM: Final = "idiom"
"""What hides the words in it: no side is meant by "right now"."""
CLOSE: Final = "close_idiom"
"""An idiom that no comma may cut: "nicht aufhören" is another wish than "nicht, aufhören"."""


PARTING: Final = "sentence"
"""What only tells where another sentence begins, and leaves its words to others."""


def words_of(text: str) -> list[str]:
    """Return the words of a text, in lower case."""
    return _WORD.findall(text.casefold().replace("\u2019", "'"))


def plain_words(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    return [part for part in _parts_of(text) if part not in _BREAK]


def _parts_of(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", _APOSTROPHE.sub("'", _UNSEEN.sub("", text))).casefold()
    return tuple(part.replace(",", ".") for part in _PART.findall(plain))


@dataclass(frozen=True, slots=True)
class Spot:
    """A phrase in a text."""

    concept: str
    """What kind of phrase it is."""
    value: str
    start: int
    """Index of its first word."""
    end: int
    """Index of the word behind its last."""


@dataclass(frozen=True, slots=True)
class Spots:
    """All phrases of a text."""

    words: tuple[str, ...]
    found: tuple[Spot, ...]
    breaks: frozenset[int] = frozenset()
    """Indexes of the words that a comma, or another sign that parts sentences, stands before."""

    def values(self, *concepts: str) -> list[str]:
        """Return what was found of some concepts, in the order of the text, each once."""
        return list(dict.fromkeys(one.value for one in self.of(*concepts)))

    def of(self, *concepts: str) -> Iterator[Spot]:
        """Yield the phrases of some concepts, in the order of the text."""
        return (one for one in self.found if one.concept in concepts)

    def has(self, *concepts: str) -> bool:
        """Tell whether there is any of these concepts."""
        return any(True for _ in self.of(*concepts))

    def left_over(self, *beside: str) -> tuple[str, ...]:
        """Return the words that no phrase covers, those of some concepts not counted."""
        covered = {
            index
            for one in self.found
            if one.concept not in (PARTING, *beside)
            for index in range(one.start, one.end)
        }
        return tuple(word for index, word in enumerate(self.words) if index not in covered)


class Spotter:
    """Knows phrases, each of a concept and with a value."""

    def __init__(
        self,
        phrases: Iterable[tuple[str, str, str]],
        *,
        names: Iterable[tuple[str, str, str]] = (),
        compounds: Iterable[str] = (),
        shy: Mapping[str, Collection[str]] = MappingProxyType({}),
        urgent: Collection[tuple[str, str]] = (),
    ) -> None:
        """Learn phrases: concept, value and hassil template.

        `names` are more of them, which come and go and have concepts of their own.
        `compounds` are words that others are put in front of without a space, as in
        "Nackenmassage". A phrase of a `shy` concept is none where it is part of a longer one: the
        door in "someone's at the door"; but for the concepts that its own is mapped to. None of the
        same concept that a comma cuts takes the place of an `urgent` one, given by concept and value.
        Raises ValueError for a template that is malformed.
        """
        lasting = tuple((Mark(concept, value), template) for concept, value, template in phrases)
        passing = WordGraph(plain_words)
        for concept, value, template in names:
            passing.learn(Mark(concept, value), template)
        self._graphs = (graph_of(plain_words, lasting), passing)
        self._compounds = tuple(compounds)
        self._shy = shy
        self._urgent = urgent
        # One text is looked at from several sides.
        self.spots: Callable[[str], Spots] = lru_cache(maxsize=LAST_LOOKS)(self._spots)
        """Find all phrases; of each concept the longer wins, and nothing twice in one place."""

    def _spots(self, text: str) -> Spots:
        words, breaks = list[str](), set[int]()
        for part in self._split(_parts_of(shortened(text))):
            if part in _BREAK:
                breaks.add(len(words))
            else:
                words.append(part)
        found = sorted(
            self._apt(tuple(words), breaks),
            key=lambda one: (one.start - one.end, one.start, one.concept, one.value),
        )
        kept: list[Spot] = []
        for spot in found:
            if not any(self._hidden(spot, other, breaks) for other in kept):
                kept.append(spot)
        ordered = tuple(sorted(kept, key=lambda one: one.start))
        return Spots(tuple(words), ordered, frozenset(breaks))

    def _apt(self, words: tuple[str, ...], breaks: Collection[int]) -> list[Spot]:
        """Find all phrases but those that a comma denies: it cuts a close idiom, or parts one off."""
        every = list(self._all(words))
        close = [one for one in every if one.concept == CLOSE]
        whole = [one for one in close if not _cut(one, breaks)]
        return [
            one
            for one in every
            if not _cut(one, breaks)
            or (one not in close and not any(_within(other, one) for other in whole))
        ]

    def _all(self, words: tuple[str, ...]) -> Iterator[Spot]:
        for start in range(len(words)):
            for graph in self._graphs:
                for end, mark in graph.read(words, start):
                    yield Spot(mark.concept, mark.value, start, end)

    def _hidden(self, spot: Spot, other: Spot, breaks: Collection[int]) -> bool:
        """Tell whether a longer phrase takes the place of this one."""
        if other.concept == spot.concept:
            # "Not yet, stop" is a stop, and "not yet stop" is none.
            urgent = (spot.concept, spot.value) in self._urgent and _cut(other, breaks)
            return not urgent and spot.start < other.end and other.start < spot.end
        longer = other.end - other.start > spot.end - spot.start
        if not (longer and _within(spot, other)):
            return False
        if other.concept in {IDIOM, CLOSE}:
            return True
        return spot.concept in self._shy and other.concept not in self._shy[spot.concept]

    def _split(self, words: Iterable[str]) -> Iterator[str]:
        """Take compounds apart."""
        for word in words:
            yield from self._apart(word) or (word,)

    def _apart(self, word: str) -> tuple[str, ...]:
        """Return the parts of a word; none where what it begins with is unknown."""
        if any(word in graph.words for graph in self._graphs):
            return (word,)
        ends = ((word.removesuffix(tail), tail) for tail in self._compounds if word.endswith(tail))
        return next(((*parts, tail) for head, tail in ends if (parts := self._apart(head))), ())


def _cut(spot: Spot, breaks: Collection[int]) -> bool:
    """Tell whether a comma stands in a phrase."""
    return any(spot.start < one < spot.end for one in breaks)


def _within(spot: Spot, other: Spot) -> bool:
    return other.start <= spot.start and spot.end <= other.end


def short_texts(template: str, words: int) -> list[str]:
    """Return what a template stands for in no more than so many words."""
    texts = (" ".join(text.split()) for text in _short(parse_sentence(template).expression, words))
    return [text for text in dict.fromkeys(texts) if text]


def _short(part: Expression, words: int) -> set[str]:
    """Write a part of a template out; what grows too long on the way is left behind."""
    match part:
        case TextChunk():
            texts = {part.original_text}
        case Alternative(items=items):
            texts = {text for item in items for text in _short(item, words)}
        case Group(items=items):
            texts = {""}
            for item in items:
                ends = _short(item, words)
                texts = {
                    text + end
                    for text in texts
                    for end in ends
                    if len((text + end).split()) <= words
                }
        case _:
            raise ValueError(f"only words can be written out, and no {part}")
    return {text for text in texts if len(text.split()) <= words}


def phrases_of(concept: str, values: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield the phrases of a concept, given the templates of each of its values."""
    for value, templates in values.items():
        for template in templates:
            yield concept, value, template
