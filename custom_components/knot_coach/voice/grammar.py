"""Sentence files become templates for Assist and a grammar to understand what they matched.

Assist gets literal templates: its triggers know no lists, and a wildcard in them would swallow the
words of the whole house. The same templates, with lists, then tell what was meant, and so do many
more that Assist is spared: it would try each of them on everything that is said (ADR 0007).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Any, Final
import unicodedata

from hassil import Intents, recognize_all
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from ..massage.routine import LONGEST_NAME
from ..massage.stop_words import StopWords
from . import gist
from .particles import Particles
from .spotting import Spotter, phrases_of, plain_words, short_texts
from .word_graph import words_in

MOST_BARE: Final = 2
"""Most words of what Assist is given of a session, or of the name of an area; more is free speech."""
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
    """Bare words that Assist listens for while a session is live; one template for each meaning."""
    requests: Intents
    """All clear sentences, those included that Assist does not listen for."""
    commands: Intents
    answers: Intents
    scores: Intents
    spotter: Spotter
    """Known words, for speech that fits no template."""
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
    particles: Particles
    vocabulary: frozenset[str]
    """All words of commands, answers and scores: what has another is none of their sentences."""

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
            grammar = _Builder(data, areas, _named(routines), _named(people)).grammar()
            for intents in (grammar.requests, grammar.commands, grammar.answers, grammar.scores):
                # hassil reads a template when it needs it first; let that not be when somebody speaks.
                list(recognize_all(grammar.language, intents))
        except (ParseError, AssertionError, KeyError, TypeError, ValueError) as err:
            raise GrammarError(f"Sentences of {data.get('language')!r}: {err!r}") from err
        return grammar


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
        self._taken = set[str]()
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
        free: Sentences = data["free"]
        session: Sentences = data["session"]
        scores: Sentences = {"score": data["score"], **data["eased"]}
        return Grammar(
            language=data["language"],
            always=self._few(
                self._literally(self._around(_either(texts)), self._short_areas())
                for texts in self._group(always).values()
            ),
            session=self._few(
                _either(words)
                for group in (session, data["answers"], scores, {"": data["stop_words"]["say"]})
                for texts in self._group(group).values()
                if (words := self._bare(texts))
            ),
            requests=self._intents(
                {name: [*always.get(name, ()), *free.get(name, ())] for name in {**always, **free}}
            ),
            commands=self._intents(session),
            answers=self._intents(data["answers"]),
            scores=self._intents(scores),
            spotter=Spotter(
                self._phrases(),
                names=self._names(),
                compounds=data["compounds"],
                shy=gist.SHY,
                urgent=gist.URGENT,
            ),
            routines=self._routines,
            people=self._people,
            several=self._several,
            concerns=_words(data["concerns"]),
            assents=_words(data["assents"]),
            leg_signs=_words(data["leg_signs"]),
            stop_words=StopWords.of(data["stop_words"]),
            particles=Particles(data["particles"]),
            vocabulary=self._vocabulary(session, data["answers"], scores),
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

    def _phrases(self) -> Iterator[tuple[str, str, str]]:
        """Yield what is looked for in free speech: concept, value and literal template."""
        data, known = self._data, self._data["gist"]
        for concept, values in known.items():
            named = values if isinstance(values, dict) else {"": values}
            for found in phrases_of(concept, named):
                yield (*found[:2], self._literally(self._ruled(found[2])))
        units = "|".join(data["units"])
        minutes = {
            n: (f"({'|'.join(said)}|{n})(-| )({units})",) for n, said in data["counts"].items()
        }
        for concept, rows in (
            (gist.MINUTES, [(text, value) for value, texts in minutes.items() for text in texts]),
            (gist.MINUTES, self._lists["span"]),
            *((name, self._lists[name]) for name in (gist.AREA, gist.SIDE, gist.PAIR, gist.LENGTH)),
            *((name, self._lists[name]) for name in (gist.SCORE, gist.HALF)),
            (gist.SCORE, [(f"{n}.5", min(n + 1, 10)) for n in range(len(data["numbers"]))]),
            (gist.SCORE, [(f"{n}/10", n) for n in range(len(data["numbers"]))]),
        ):
            for text, value in rows:
                yield concept, str(value), self._literally(text)

    def _names(self) -> Iterator[tuple[str, str, str]]:
        """Yield the same of what people have called their routines, and of the people."""
        for text, value in self._lists["routine"]:
            yield gist.ROUTINE, str(value), self._literally(text)
        for text, value in self._lists["person"]:
            yield gist.PERSON, str(value), self._ruled(self._rules["who"]).replace("{person}", text)

    def _group(self, sentences: Sentences) -> dict[str, tuple[str, ...]]:
        """Fill in the rules of a group; leaves out what needs a list that is empty."""
        return {
            name: tuple(filled for text in texts if (filled := self._filled(text)) is not None)
            for name, texts in sentences.items()
        }

    def _filled(self, template: str) -> str | None:
        # Each is asked for twice: for Assist, and to understand what Assist has matched.
        if template not in self._known:
            text = self._ruled(template)
            if self._possible(text) and not _parses(text):
                raise ValueError(f"malformed template {template!r}")
            self._known[template] = text if self._possible(text) else None
        return self._known[template]

    def _ruled(self, template: str) -> str:
        text = template
        while match := _RULE.search(text):
            body = self._rules[match[1]]
            text = text.replace(match[0], body if self._possible(body) else "", 1)
        return text.replace("[]", "")

    def _possible(self, text: str) -> bool:
        return all(self._lists[name] for name in _REFERENCE.findall(text))

    def _around(self, template: str) -> str:
        before, after = ("|".join(self._data[key]) for key in ("before", "after"))
        return f"[{before}] ({template}) [{after}]"

    def _literally(self, template: str, areas: Iterable[str] | None = None) -> str:
        """Write the lists of a template out; of the areas only some, where these are given."""

        def words(match: re.Match[str]) -> str:
            known = areas if areas is not None and match[1] == gist.AREA else None
            texts = known or (self._literally(text) for text, _ in self._lists[match[1]])
            return f"({'|'.join(texts)})"

        return _REFERENCE.sub(words, template)

    def _short_areas(self) -> list[str]:
        """Return what areas are called in a word or two."""
        return sorted(
            {
                text
                for template, _ in self._lists[gist.AREA]
                for text in short_texts(self._literally(template), MOST_BARE)
            }
        )

    def _bare(self, templates: Iterable[str]) -> list[str]:
        """Return the bare words among what templates stand for, each once in the whole grammar."""
        words = {text for one in templates for text in short_texts(self._literally(one), MOST_BARE)}
        fresh = sorted(words - self._taken)
        self._taken.update(fresh)
        return fresh

    def _few(self, templates: Iterable[str]) -> tuple[str, ...]:
        found = tuple(templates)
        if len(found) > MOST_TEMPLATES:
            raise ValueError(f"{len(found)} templates in a group, {MOST_TEMPLATES} at most")
        return found

    def _vocabulary(self, *groups: Sentences) -> frozenset[str]:
        texts = [text for group in groups for some in self._group(group).values() for text in some]
        known = (self._around("x"), *texts)
        return words_in(plain_words, tuple(self._literally(text) for text in known))

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
                    name: {"data": [{"sentences": [self._around(text) for text in texts]}]}
                    for name, texts in self._group(sentences).items()
                },
            }
        )


def _either(templates: Iterable[str]) -> str:
    """Return one template for all that is said for the same."""
    return "|".join(f"({text})" for text in templates)


def _words(words: Iterable[str]) -> frozenset[str]:
    """Return words as they are compared with what is said: a "ß" is heard as "ss"."""
    return frozenset(word.casefold() for word in words)


def _choices(choices: Mapping[Any, Iterable[str]]) -> list[tuple[str, str | int]]:
    return [(word, value) for value, words in choices.items() for word in words]
