"""The known phrases of a language as one graph of words.

Written out, the phrases of a language are a hundred thousand, and would fill the memory of a small
computer. Here a word of a template is kept once, whatever stands before it and behind it, and a text
is read along all templates at the same time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence as Items
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from itertools import islice
from typing import Final, NamedTuple

from hassil.expression import Alternative, Expression, Sequence, TextChunk
from hassil.parse_expression import parse_sentence
from hassil.sample import sample_expression

MOST_TEXTS: Final = 1000
"""Most texts that words without a space between them may stand for: "[durch|weg]massieren"."""

KEPT: Final = 16
"""How many graphs of lasting phrases are kept: a language has four of them."""

type Words = Callable[[str], Iterable[str]]
"""Takes a text apart."""


class Mark(NamedTuple):
    """What a phrase is of, and what it stands for."""

    concept: str
    value: str


@dataclass(slots=True, eq=False)
class _Node:
    """A place between two words of templates."""

    next: dict[str, list[_Node]] = field(default_factory=dict)
    ends: set[Mark] = field(default_factory=set)
    """The phrases that may end here."""

    def add(self, other: _Node) -> None:
        """Let a text go on as from another place too."""
        self.ends |= other.ends
        for word, nodes in other.next.items():
            known = self.next.setdefault(word, [])
            known.extend(node for node in nodes if node not in known)


class WordGraph:
    """Reads texts along all phrases that it has learnt."""

    def __init__(self, words: Words) -> None:
        """Know nothing yet; `words` takes the texts of templates apart."""
        self._take_apart = words
        self._start = _Node()
        self.words: set[str] = set()
        """Every word of every phrase."""

    def learn(self, mark: Mark, template: str) -> None:
        """Learn what a hassil template stands for. Raises ValueError where it is malformed."""
        try:
            expression = parse_sentence(template).expression
        except Exception as err:
            raise ValueError(f"malformed template {template!r}") from err
        end = _Node(ends={mark})
        first = self._before(expression, end, template)
        # A template that stands for nothing too is no reason to find nothing everywhere.
        self._start.add(_Node(first.next))

    def read(self, words: Items[str], start: int) -> Iterator[tuple[int, Mark]]:
        """Yield each phrase that begins with a word: where it ends, and its mark."""
        places = self._start.next.get(words[start], [])
        end = start + 1
        while places:
            # Always in the same order, whatever the order in which they were learnt.
            for mark in sorted({mark for place in places for mark in place.ends}):
                yield end, mark
            if end == len(words):
                return
            word, end = words[end], end + 1
            places = list(
                {id(node): node for place in places for node in place.next.get(word, ())}.values()
            )

    def _before(self, part: Expression, rest: _Node, template: str) -> _Node:
        """Return the place before a part of a template, behind which another place is reached."""
        match part:
            case TextChunk():
                return self._chain(part.original_text, rest)
            case Alternative(items=items):
                return _merged(self._before(item, rest, template) for item in items)
            case Sequence(items=items):
                runs = [*_runs(items)]
                return reduce(
                    lambda node, run: self._run(run, node, template), reversed(runs), rest
                )
            case _:
                raise ValueError(f"only words can be looked for: {template!r}")

    def _run(self, run: list[Expression], rest: _Node, template: str) -> _Node:
        """Return the place before parts that no space stands between."""
        if len(run) == 1:
            return self._before(run[0], rest, template)
        texts = list(islice(sample_expression(Sequence(items=run)), MOST_TEXTS + 1))
        if len(texts) > MOST_TEXTS:
            raise ValueError(f"a word stands for more than {MOST_TEXTS} texts: {template!r}")
        return _merged(self._chain(text, rest) for text in dict.fromkeys(texts))

    def _chain(self, text: str, rest: _Node) -> _Node:
        words = [*self._take_apart(text)]
        self.words.update(words)
        return reduce(lambda node, word: _Node({word: [node]}), reversed(words), rest)


@lru_cache(maxsize=KEPT)
def graph_of(words: Words, phrases: tuple[tuple[Mark, str], ...]) -> WordGraph:
    """Return a graph that knows these phrases, which is to learn nothing more.

    The files stay what they are as long as Home Assistant runs, and what is learnt of them is the same
    whatever coaches and routines come and go. Raises ValueError for a template that is malformed.
    """
    graph = WordGraph(words)
    for mark, template in phrases:
        graph.learn(mark, template)
    return graph


@lru_cache(maxsize=KEPT)
def words_in(words: Words, templates: tuple[str, ...]) -> frozenset[str]:
    """Return every word of what templates stand for. Raises ValueError for one that is malformed."""
    graph = WordGraph(words)
    for template in templates:
        graph.learn(Mark("", ""), template)
    return frozenset(graph.words)


def _merged(nodes: Iterable[_Node]) -> _Node:
    merged = _Node()
    for node in nodes:
        merged.add(node)
    return merged


def _runs(items: Iterable[Expression]) -> Iterator[list[Expression]]:
    """Yield the parts of a template, those together that no space stands between."""
    run: list[Expression] = []
    for item in items:
        for piece in _pieces(item):
            if piece is not None:
                run.append(piece)
            elif run:
                yield run
                run = []
    if run:
        yield run


def _pieces(item: Expression) -> Iterator[Expression | None]:
    """Yield the words of a text, and None for each space; anything else as it is."""
    if not isinstance(item, TextChunk):
        yield item
        return
    text = item.original_text
    for number, word in enumerate(text.split(" ")):
        if number:
            yield None
        if word:
            yield TextChunk(original_text=word, text=word)
