"""Stop words: what in a spoken text ends pressing, and how sure that is (massage.md §4.2, §4.3, §4.8).

The words are data, the `stop_words` of `catalogue/sentences/<language>.yaml`; the rules are here.
A template of a trigger is made of words, `(this|that)`, `[optional]`, `word*` (any ending), `...`
(up to three words in between) and `<rule>`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
import re
from typing import Any, Final, NamedTuple
import unicodedata

from .messages import Tier

LAST_LOOKS: Final = 8
"""Texts that are remembered with what was found: each is asked about several times at once."""

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'"))
_WORDS: Final = re.compile(r"[\w']+|[.,;:!?\u2013\u2014]")
_TOKENS: Final = re.compile(r"\.\.\.|<\w+>|[()\[\]|]|[\w'*]+|\S")
_SYNTAX: Final = {
    "(": "(?:",
    ")": ")",
    "[": "(?:",
    "]": ")?",
    "|": "|",
    "...": r"((?:\S+ ){0,3}?)",
}

LONGEST_TEXT: Final = 2000
"""Most characters that are looked through: two minutes of speech; more would hold up everybody else."""


@dataclass(frozen=True, slots=True)
class StopPhrase:
    """A stop word that was found in a text."""

    tier: Tier
    phrase: str
    """The words that matched, in lower case; nothing else of the text."""
    certain: bool
    """A statement of the speaker about themselves now, not a text that merely contains the word."""
    denied: bool = False
    """Every stop word stands behind a "no" or "not": an answer to the coach's own question."""


@dataclass(frozen=True, slots=True)
class _Trigger:
    pattern: re.Pattern[str]
    vague: bool = False
    """An everyday word, which is about the speaker only beside a part of the body."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StopWords:
    """The stop words of one language, ready to be looked for."""

    emergency: tuple[_Trigger, ...]
    neck: tuple[_Trigger, ...]
    """What is an emergency once the neck was worked on (massage.md §4.3, tier B+)."""
    stop: tuple[_Trigger, ...]
    ordinary: tuple[_Trigger, ...]
    """Phrases that contain a stop word and are none."""
    around: tuple[_Trigger, ...]
    """Phrases that may stand around a stop word without making it about something else."""
    questions: tuple[_Trigger, ...]
    """How a question begins: it states nothing."""
    about_me: frozenset[str]
    body: frozenset[str]
    small: frozenset[str]
    """The same, of single words."""
    over: frozenset[str]
    """Words that, behind a stop word, say that it has passed."""
    negations: frozenset[str]
    negations_behind: frozenset[str]
    """Those that deny what stands before them, where nothing follows: "es brennt nicht"."""
    links: frozenset[str]
    """Words that carry a negation on to the stop word behind them, or back to the one before."""
    breaks: frozenset[str]
    """Words that begin a new statement."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> StopWords:
        """Make them of the `stop_words` of a sentence file.

        Raises KeyError when a list is missing, ValueError for a malformed template.
        """
        rules: Mapping[str, str] = data.get("rules", {})

        def triggers(key: str, *, vague: bool = False) -> tuple[_Trigger, ...]:
            return tuple(_Trigger(_compiled(text, rules), vague) for text in data[key])

        def words(key: str) -> frozenset[str]:
            return frozenset(" ".join(data[key]).casefold().split())

        return cls(
            emergency=triggers("a"),
            neck=triggers("neck"),
            stop=triggers("b") + triggers("b_vague", vague=True),
            ordinary=triggers("ordinary"),
            around=triggers("around"),
            questions=triggers("questions"),
            about_me=words("about_me"),
            body=words("body"),
            small=words("small") | words("about_me") | words("body") | words("breaks"),
            over=words("over"),
            negations=words("negations"),
            negations_behind=words("negations_behind"),
            links=words("links"),
            breaks=words("breaks"),
        )


def shortened(text: str) -> str:
    """Return the beginning and the end of a text that is longer than anybody speaks."""
    if len(text) <= LONGEST_TEXT:
        return text
    half = LONGEST_TEXT // 2
    return f"{text[:half]} {text[-half:]}"


@lru_cache(maxsize=LAST_LOOKS)
def classify(text: str, words: StopWords, *, neck: bool) -> StopPhrase | None:
    """Find the stop word of a text, the surest and most serious one if there are several.

    `neck` tells that the session works on the neck, or has: there some words weigh more.
    """
    said = _Said.of(shortened(text), words)
    ordinary = [span for span in said.matches(words.ordinary) if said.in_one_statement(span)]
    urgent = words.emergency + (words.neck if neck else ())
    found = [
        (tier, span)
        for tier, triggers in ((Tier.A, urgent), (Tier.B, words.stop))
        for span in said.matches(triggers, words.negations)
        if not any(other.covers(span) for other in ordinary)
    ]
    if not found:
        return None
    covered = frozenset().union(*(span.positions for _, span in found))
    spoken = frozenset().union(*(span.spoken for _, span in found))
    light = spoken.union(*(span.positions for span in said.matches(words.around)))
    certain, tier, span = min(
        ((said.certain(span, covered, light, words), tier, span) for tier, span in found),
        key=lambda row: (not row[0], row[1], row[2].start - row[2].end, row[2].start),
    )
    return StopPhrase(
        tier=tier,
        phrase=" ".join(said.words[n] for n in sorted(span.spoken)),
        certain=certain,
        denied=all(said.denied(span, covered, words) for _, span in found),
    )


class _Span(NamedTuple):
    """Where a trigger matched, in words."""

    start: int
    end: int
    vague: bool
    gaps: frozenset[int]
    """What stands where a trigger lets any words stand."""
    negated: bool
    """A negation stands in one of its gaps: "my chest is not tight"."""

    @property
    def positions(self) -> frozenset[int]:
        return frozenset(range(self.start, self.end))

    @property
    def spoken(self) -> frozenset[int]:
        """The words of the trigger itself: "the chest of drawers is heavy" is no heavy chest."""
        return self.positions - self.gaps

    def covers(self, other: _Span) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class _Said:
    """A text as words, cut into statements."""

    words: tuple[str, ...]
    statements: tuple[int, ...]
    """The number of the statement that each word belongs to."""

    @classmethod
    def of(cls, text: str, words: StopWords) -> _Said:
        plain = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
        said: list[str] = []
        statements: list[int] = []
        number = 0
        for token in _WORDS.findall(plain):
            word = token.strip("'_")
            if not word[:1].isalnum():
                number += 1
                continue
            if word in words.breaks:
                number += 1
            said.append(word)
            statements.append(number)
        return cls(tuple(said), tuple(statements))

    def matches(
        self, triggers: Iterable[_Trigger], negations: frozenset[str] = frozenset()
    ) -> Iterable[_Span]:
        text = "".join(f"{word} " for word in self.words)
        starts = [0, *accumulate(len(word) + 1 for word in self.words)]
        at = {offset: position for position, offset in enumerate(starts)}
        for trigger in triggers:
            for match in trigger.pattern.finditer(text):
                spans = [match.span(number) for number in range(1, match.re.groups + 1)]
                gaps = frozenset(
                    n for start, end in spans if start < end for n in range(at[start], at[end])
                )
                negated = not negations.isdisjoint(self.words[n] for n in gaps)
                yield _Span(at[match.start()], at[match.end()], trigger.vague, gaps, negated)

    def in_one_statement(self, span: _Span) -> bool:
        """Tell whether no pause and no "but" cuts it."""
        return self.statements[span.start] == self.statements[span.end - 1]

    def certain(
        self, span: _Span, covered: frozenset[int], light: frozenset[int], words: StopWords
    ) -> bool:
        """Tell whether this is about the speaker now: the whole text, or one statement of it.

        `covered` are the places of all stop words, `light` those of what says nothing else.
        """
        if span.negated:
            return False
        everything = range(len(self.words))
        touched = self.statements[span.start : span.end]
        statement = [n for n in everything if self.statements[n] in touched]
        if any(question.start == statement[0] for question in self.matches(words.questions)):
            return False
        if any(
            self.words[n] in words.over for n in statement if n >= span.end and n not in covered
        ):
            return False
        return self._plain(span, everything, light, words) or (
            self._plain(span, statement, light, words)
            and any(self.words[n] in words.about_me for n in statement)
        )

    def _plain(
        self, span: _Span, scope: Iterable[int], light: frozenset[int], words: StopWords
    ) -> bool:
        scope = tuple(scope)
        if any(self.words[n] not in words.small for n in scope if n not in light):
            return False
        return not span.vague or any(self.words[n] in words.body for n in scope)

    def denied(self, span: _Span, covered: frozenset[int], words: StopWords) -> bool:
        """Tell whether a negation stands in it, before it or behind it, and is about it."""
        return (
            span.negated
            or self._denied_before(span, covered, words)
            or self._denied_behind(span, covered, words)
        )

    def _denied_before(self, span: _Span, covered: frozenset[int], words: StopWords) -> bool:
        """Tell whether a negation stands before it, with nothing of weight in between."""
        for position in range(span.start - 1, -1, -1):
            if self.statements[position] != self.statements[span.start]:
                return False
            if self.words[position] in words.negations:
                return True
            if position not in covered and self.words[position] not in words.links:
                return False
        return False

    def _denied_behind(self, span: _Span, covered: frozenset[int], words: StopWords) -> bool:
        """Tell whether a negation is all of weight that the statement says behind it."""
        statement = self.statements[span.end - 1]
        rest = {
            self.words[n]
            for n in range(span.end, len(self.words))
            if self.statements[n] == statement and n not in covered
        } - words.links
        return bool(rest) and rest <= words.negations_behind


def _compiled(template: str, rules: Mapping[str, str]) -> re.Pattern[str]:
    """Turn a template into a pattern for words that are each followed by one space."""
    try:
        pattern = re.compile(f"(?<![^ ]){_pattern(template, rules)}")
    except (re.error, KeyError) as err:
        raise ValueError(f"Malformed stop word {template!r}: {err}") from err
    if pattern.fullmatch(""):
        raise ValueError(f"Stop word {template!r} matches silence")
    return pattern


def _pattern(template: str, rules: Mapping[str, str]) -> str:
    parts = ["(?:"]
    for token in _TOKENS.findall(template.casefold().translate(_APOSTROPHES)):
        if token in _SYNTAX:
            parts.append(_SYNTAX[token])
        elif token.startswith("<"):
            parts.append(_pattern(rules[token[1:-1]], rules))
        else:
            stem = token.removesuffix("*")
            parts.append(re.escape(stem) + (r"[\w']* " if token != stem else " "))
    return "".join([*parts, ")"])
