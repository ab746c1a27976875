"""Sentence files become templates for Assist and a grammar to understand what they matched.

Assist gets literal templates: its triggers know no lists, and a wildcard in them would swallow the
words of the whole house. The same templates, with lists, then tell what was meant.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Any, Final
import unicodedata

from hassil import Intents
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from ..massage.routine import LONGEST_NAME
from ..massage.stop_words import StopWords

MOST_TEMPLATES: Final = 150
"""Most templates of one group: each costs a quarter of a millisecond when Assist rebuilds."""

_REFERENCE: Final = re.compile(r"\{(\w+)\}")
_RULE: Final = re.compile(r"<(\w+)>")


class GrammarError(Exception):
    """A sentence file is wrong; the message names the key or the template."""


def speakable(name: str) -> str | None:
    """Turn a name that people gave into words that can stand in a template.

    Returns None where nothing is left that could be said, or where it is too long to be said.
    """
    plain = unicodedata.normalize("NFKC", name[: 4 * LONGEST_NAME])
    plain = plain.replace("\u2019", "'").replace("_", " ")
    words = (word.strip("'-") for word in re.sub(r"[^\w\s'-]", " ", plain).split())
    said = " ".join(word for word in words if word).casefold()
    if not said or len(said) > LONGEST_NAME or len(name) > 4 * LONGEST_NAME:
        return None
    return said if _parses(said) else None


def _parses(template: str) -> bool:
    try:
        parse_sentence(template)
    except ParseError, AssertionError:
        return False
    return bool(template.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What can be said in one language."""

    language: str
    always: tuple[str, ...]
    """Literal templates that Assist listens for at any time."""
    session: tuple[str, ...]
    """Literal templates that Assist listens for while a session is live."""
    requests: Intents
    commands: Intents
    answers: Intents
    scores: Intents
    routines: Mapping[str, str]
    """What a routine is called in a template, to what its owner called it."""
    people: Mapping[str, str]
    several: Mapping[str, tuple[str, ...]]
    """Words that fit several areas, to those of them that there are."""
    concerns: frozenset[str]
    """Words that name something that is wrong, in an answer to a question about health."""
    assents: frozenset[str]
    """Words that make a yes of such an answer, whatever else is in it."""
    leg_signs: frozenset[str]
    """Words for what no leg is worked on with (massage.md §3.11)."""
    stop_words: StopWords

    @classmethod
    def build(
        cls,
        data: Mapping[str, Any],
        *,
        areas: Collection[str],
        routines: Iterable[str] = (),
        people: Iterable[str] = (),
    ) -> Grammar:
        """Make a grammar of a sentence file, for the areas that the catalogue has.

        `routines` and `people` are names as their owners wrote them; one that cannot be said is
        left out. Raises GrammarError when the file is wrong.
        """
        try:
            return _Builder(data, areas, _named(routines), _named(people)).grammar()
        except (KeyError, TypeError, ValueError) as err:
            raise GrammarError(f"Sentences of {data.get('language')!r}: {err!r}") from err


def _named(names: Iterable[str]) -> dict[str, str]:
    """Put the names that can be said beside what they were; of two that sound alike the first."""
    said: dict[str, str] = {}
    for name in names:
        if (words := speakable(name)) is not None:
            said.setdefault(words, name)
    return said


def _heard(words: str) -> str:
    """Return a template for a name: where it has a hyphen, a recogniser may write a space."""
    return words.replace("-", "(-| )")


type Sentences = Mapping[str, Iterable[str]]


class _Builder:
    """Fills in rules and lists; used once per grammar."""

    def __init__(
        self,
        data: Mapping[str, Any],
        areas: Collection[str],
        routines: Mapping[str, str],
        people: Mapping[str, str],
    ) -> None:
        self._data = data
        self._routines = routines
        self._people = people
        self._known: dict[str, str | None] = {}
        self._rules: Mapping[str, str] = {**data["rules"], **data["score_rules"]}
        self._several = {
            row["say"][0]: tuple(area for area in row["areas"] if area in areas)
            for row in data["several"]
        }
        numbers: list[str] = data["numbers"]
        self._lists: Mapping[str, list[tuple[str, str | int]]] = {
            "area": list(self._areas(areas)),
            "length": _choices(data["lengths"]),
            "side": _choices(data["sides"]),
            "pair": [(words, words) for words in data["pairs"]],
            "routine": [(_heard(words), words) for words in routines],
            "person": [(_heard(words), words) for words in people],
            "count": [(f"({'|'.join(said)}|{n})", n) for n, said in data["counts"].items()],
            "span": _choices(data["spans"]),
            "half": [(words, 1) for words in data["halves"]],
            "score": [(f"({word}|{n})", n) for n, word in enumerate(numbers)],
        }

    def grammar(self) -> Grammar:
        data = self._data
        always: Sentences = data["always"]
        session: Sentences = data["session"]
        return Grammar(
            language=data["language"],
            always=self._literal(self._group(always)),
            session=self._literal(
                (
                    *self._group(session),
                    *self._group(data["answers"]),
                    *self._group({"score": data["score"]}),
                    *self._group(data["eased"]),
                    *self._group({"say": data["stop_words"]["say"]}),
                )
            ),
            requests=self._intents(always),
            commands=self._intents(session),
            answers=self._intents(data["answers"]),
            scores=self._intents({"score": data["score"], **data["eased"]}),
            routines=self._routines,
            people=self._people,
            several=self._several,
            concerns=frozenset(data["concerns"]),
            assents=frozenset(data["assents"]),
            leg_signs=frozenset(data["leg_signs"]),
            stop_words=StopWords.of(data["stop_words"]),
        )

    def _areas(self, known: Collection[str]) -> Iterator[tuple[str, str]]:
        """List all parts of the body, with what is to be made of them."""
        for area, words in self._data["areas"].items():
            for word in words:
                yield word, f"area:{area}" if area in known else "unknown"
        for row in self._data["several"]:
            for word in row["say"]:
                yield word, f"several:{row['say'][0]}"
        for kind in ("unknown", "refused"):
            for word in self._data[kind]:
                yield word, kind

    def _group(self, sentences: Sentences) -> tuple[str, ...]:
        """Fill in the rules of a group; leaves out what needs a list that is empty."""
        # Each is asked for twice: for Assist, and to understand what Assist has matched.
        for text in (text for texts in sentences.values() for text in texts):
            if text not in self._known:
                self._known[text] = self._filled(text)
        filled = (self._known[text] for texts in sentences.values() for text in texts)
        return tuple(text for text in filled if text is not None)

    def _filled(self, template: str) -> str | None:
        text = template
        while match := _RULE.search(text):
            body = self._rules[match[1]]
            text = text.replace(match[0], body if self._possible(body) else "", 1)
        if not self._possible(text):
            return None
        text = text.replace("[]", "")
        before, after = ("|".join(self._data[key]) for key in ("before", "after"))
        text = f"[{before}] ({text}) [{after}]"
        if not _parses(text):
            raise ValueError(f"malformed template {template!r}")
        return text

    def _possible(self, text: str) -> bool:
        return all(self._lists[name] for name in _REFERENCE.findall(text))

    def _literal(self, templates: Iterable[str]) -> tuple[str, ...]:
        def words(match: re.Match[str]) -> str:
            return f"({'|'.join(literally(text) for text, _ in self._lists[match[1]])})"

        def literally(text: str) -> str:
            return _REFERENCE.sub(words, text)

        literal = tuple(literally(template) for template in templates)
        if len(literal) > MOST_TEMPLATES:
            raise ValueError(f"{len(literal)} templates in a group, {MOST_TEMPLATES} at most")
        return literal

    def _intents(self, sentences: Sentences) -> Intents:
        return Intents.from_dict(
            {
                "language": self._data["language"],
                "lists": {
                    name: {"values": [{"in": text, "out": value} for text, value in values]}
                    for name, values in self._lists.items()
                    if values
                },
                "intents": {
                    name: {"data": [{"sentences": list(self._group({name: texts}))}]}
                    for name, texts in sentences.items()
                },
            }
        )


def _choices(choices: Mapping[Any, Iterable[str]]) -> list[tuple[str, str | int]]:
    return [(word, value) for value, words in choices.items() for word in words]
