"""Every line of a language, filled in, for tests and for whoever reads them aloud.

`scripts/aloud de` prints a language: what depends on a side with each side, and what depends on an
area or another word with each of them.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
import sys

from massage.areas import Side, Tool
from massage.phases import Length, Phase
from massage.wording import Line, Phrasebook, slots
from tests.massage.stage import AREAS, BOOKS


def fillings(book: Phrasebook) -> Mapping[str, tuple[object, ...]]:
    """Everything that each slot is ever filled with, or the longest of it."""
    names = sorted((book.name(area) for area in book.areas), key=lambda name: len(name.split()))
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    *_, one, two, three = names
    return {
        # No sentence says "about one minutes": the least is two.
        "minutes": tuple(range(2, 61)),
        "score": tuple(range(11)),
        "before": tuple(range(11)),
        "after": tuple(range(11)),
        "level": tuple(range(1, 8)),
        "side": tuple(Side),
        "other": (Side.LEFT, Side.RIGHT),
        "length": tuple(Length),
        "phase": tuple(Phase),
        "step": (1, 27),
        "steps": (27, 60),
        "area": tuple(book.areas),
        # The ear names three examples at most.
        "areas": (names[0], f"{three}, {two}{book.word('list_or')} {one}"),
        "time": ("12:30", *(f"{book.word(day)} 10:45" for day in weekdays)),
        "names": ("Anna", "Kitchen, guest room, Maria"),
        "name": ("Maria", "Kitchen and hall"),
        "routine": ("Desk", "Evening wind-down for tired legs"),
        "tools": (
            book.word(Tool.BALL),
            f"{book.word(Tool.TWO_BALLS)} {book.word('or')} {book.word(Tool.ROLLER)}",
        ),
    }


def lines(book: Phrasebook) -> Iterator[Line]:
    """Every line of a language, filled in every way."""
    values = fillings(book)
    for key, variants in book.lines.items():
        for variant, text in enumerate(variants):
            names = sorted(slots(text))
            for chosen in product(*(values[name] for name in names)):
                yield _filled(book, key, variant, dict(zip(names, chosen, strict=True)))
    for area in AREAS:
        yield from cues(book, area)


def cues(book: Phrasebook, area: str) -> Iterator[Line]:
    """Every line of an area, on each of its sides."""
    for key, side in product(book.areas[area], AREAS[area].sides):
        *wording, phase = key.split(".")
        if key != "name" and wording != ["forms"]:
            yield from book.cues(area, phase, side, tuple(wording))


def said(book: Phrasebook, key: str, **slots: object) -> tuple[Line, ...]:
    """What is said for a key: a common line, or the lines of an area, `calf.roller.setup`."""
    if key in book.lines:
        return (_filled(book, key, 0, slots),)
    area, *wording, phase = key.split(".")
    return book.cues(area, phase, Side(str(slots["side"])), tuple(wording))


def aloud(book: Phrasebook) -> Iterator[str]:
    """Every line to read: one slot after the other takes everything that it is ever filled with."""
    # Of the numbers a few will do.
    values = {
        slot: (*every[:2], every[-1]) if isinstance(every[0], int) else every
        for slot, every in fillings(book).items()
    }
    for key, variants in book.lines.items():
        for variant, text in enumerate(variants):
            usual = {name: values[name][0] for name in slots(text)}
            ways = [usual, *(usual | {name: v} for name in usual for v in values[name][1:])]
            yield from (f"{key}: {_filled(book, key, variant, way).text}" for way in ways)
    yield from (f"{key}: {word}" for key, word in book.words.items())
    for area in AREAS:
        names = {key: texts[0] for key, texts in book.areas[area].items() if "." not in key}
        yield f"\n{area}: {names['name']}"
        yield from (f"{line.key}: {line.text}" for line in cues(book, area))


def _filled(book: Phrasebook, key: str, variant: int, values: Mapping[str, object]) -> Line:
    fill: Callable[..., Line] = book.line
    return fill(key, variant, **values)


if __name__ == "__main__":
    print(*aloud(BOOKS[sys.argv[1]]), sep="\n")  # noqa: T201 - it is there to be read
