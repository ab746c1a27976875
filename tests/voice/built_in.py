"""What Home Assistant understands by itself, drawn from the installed home-assistant-intents package."""

from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import Any, Final

from hassil import Intents
from hassil.expression import (
    Alternative,
    Expression,
    ListReference,
    Permutation,
    RuleReference,
    Sequence,
    TextChunk,
)
from hassil.intents import RangeSlotList, TextSlotList
from home_assistant_intents import get_intents

from tests.massage.known import known as known_of

HOUSE: Final = {
    "name": ["Xanadu"],
    "area": ["Arboria"],
    "floor": ["Mongo"],
    "other": ["Quux"],
}
"""What a house has in a language of which nobody has written it down."""


def has(language: str) -> bool:
    """Tell whether the package has sentences in a language."""
    return get_intents(language) is not None


@cache
def house(language: str) -> Mapping[str, list[str]]:
    """Return what a house may have, in place of the lists that only a house can fill."""
    return {**HOUSE, **known_of(language).get("house", {})}


@cache
def intents(language: str) -> Intents:
    """Return all built-in sentences of a language."""
    data: dict[str, Any] | None = get_intents(language)
    assert data is not None
    return Intents.from_dict(data)


def sentences(language: str, draws: int) -> Iterator[tuple[str, str]]:
    """Yield intents and texts: so many of each template, drawn by lot, the same each time."""
    lot = Random(5)  # noqa: S311 - nothing is kept secret by it
    known = intents(language)
    for name, intent in known.intents.items():
        for data in intent.data:
            lists = {**known.slot_lists, **data.slot_lists}
            for sentence in data.sentences:
                texts = (
                    " ".join(drawn(sentence.expression, lists, known, lot, language).split())
                    for _ in range(draws)
                )
                for text in dict.fromkeys(texts):
                    yield name, text


def drawn(  # noqa: PLR0911 - one for each kind of expression
    part: Expression, lists: dict[str, Any], known: Intents, lot: Random, language: str
) -> str:
    """Say a part of a template in one of its ways."""

    def say(item: Expression) -> str:
        return drawn(item, lists, known, lot, language)

    match part:
        case TextChunk():
            return part.original_text
        case Alternative(items=items):
            return say(lot.choice(items))
        case Permutation(items=items):
            return " ".join(say(item) for item in lot.sample(items, len(items)))
        case Sequence(items=items):
            return "".join(say(item) for item in items)
        case RuleReference(rule_name=name):
            return say(known.expansion_rules[name].expression)
        case ListReference():
            match lists.get(part.list_name):
                case TextSlotList(values=values):
                    chosen = lot.choice(values).text_in
                    return say(chosen) if isinstance(chosen, Expression) else str(chosen)
                case RangeSlotList(start=start, stop=stop):
                    return str(lot.randint(start, stop))
                case _:
                    names = house(language)
                    return lot.choice(names.get(part.list_name, names["other"]))
        case _:
            raise AssertionError(part)
