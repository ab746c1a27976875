"""What a file of phrases may hold, and what is wrong with one (docs/languages.md).

Every language says what the reference language says: the same keys, line for line the same slots,
and each word in every form that its lines ask for.
"""

from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet
from typing import Any, Final

import voluptuous as vol

from .massage.areas import Area, Gun, Side, Tool
from .massage.order import IMPLANT, UPRIGHT
from .massage.phases import Length, Phase
from .massage.wording import AREA, ELSE, Phrasebook, fields, slots

NAME: Final = "name"
FORMS: Final = "forms"
SETUP: Final = "setup"
SETUP_BRIEF: Final = "setup_brief"
AVOID: Final = "avoid"
GATE: Final = "gate"
NEEDED: Final = frozenset(
    {
        NAME,
        SETUP,
        SETUP_BRIEF,
        AVOID,
        Phase.WARM_UP,
        Phase.LOCATE,
        Phase.BROAD,
        Phase.PRESS,
        Phase.STRETCH,
    }
)
"""What no area can be worked on without."""
SIDE_SLOTS: Final = frozenset({"side", "other"})
"""Slots of a line that only an area with two sides can fill."""
NUMBERS: Final = frozenset({"minutes", "score", "before", "after", "level", "step", "steps"})
"""Slots that hold a number, which has no end."""
WORDS_IN: Final[Mapping[str, AbstractSet[str]]] = {
    "side": frozenset(Side),
    "other": frozenset({Side.LEFT, Side.RIGHT}),
    "length": frozenset(Length),
    "phase": frozenset(Phase),
}
"""The words that other slots are filled with."""

type Faults = Iterator[tuple[str, str]]
"""Keys, and what is wrong there."""
type Texts = Mapping[str, tuple[str, ...]]
"""Lines by their key."""


def _texts(value: object) -> tuple[str, ...]:
    """Accept one line or a list of them, each with well-formed slots."""
    texts = (value,) if isinstance(value, str) else tuple(vol.Schema([str])(value))
    if not texts:
        raise vol.Invalid("must hold a line")
    for text in texts:
        try:
            fields(text)
        except ValueError as err:
            raise vol.Invalid(f"has a broken slot: {text}") from err
        if not text or text != text.strip():
            raise vol.Invalid("must neither be empty nor begin or end with a space")
    return texts


def _area_texts(value: object) -> dict[str, tuple[str, ...]]:
    """Accept the lines of an area, and put what is nested beside them: `hands.press`."""
    texts: dict[str, Any] = _AREA_SCHEMA(value)
    flat: dict[str, tuple[str, ...]] = {}
    for key, lines in texts.items():
        if isinstance(lines, dict):
            flat |= {f"{key}.{inner}": text for inner, text in lines.items()}
        else:
            flat[key] = lines
    return flat


def _forms(value: object) -> dict[str, str]:
    """Accept a form of some words, and a pattern for all others."""
    forms: dict[str, str] = vol.Schema({str: _WORD})(value)
    for key, text in forms.items():
        if fields(text) != ({""} if key == ELSE else set()):
            raise vol.Invalid("must hold {} once" if key == ELSE else "has a slot", [key])
    return forms


_WORD: Final = vol.All(str, vol.Length(min=1))
_AREA_KEYS: Final = vol.In(
    sorted({*NEEDED, GATE, Phase.EASE_OFF, Phase.CROSS_FIBER, Phase.TOOL, Phase.AFTERCARE}, key=str)
)
_WORDINGS: Final = vol.In([IMPLANT, UPRIGHT, *(str(tool) for tool in Tool)])
_AREA_SCHEMA: Final = vol.Schema(
    {
        _AREA_KEYS: _texts,
        vol.Optional(FORMS): {str: vol.All(str, _texts)},
        _WORDINGS: {_AREA_KEYS: _texts},
    }
)
BOOK_SCHEMA: Final = vol.Schema(
    {
        vol.Required("language"): str,
        vol.Required("native_name"): vol.All(str, vol.Length(min=1)),
        vol.Required("words"): {str: _WORD},
        vol.Optional(FORMS, default=dict): {str: _forms},
        vol.Required("lines"): {str: _texts},
        vol.Required("areas"): {str: _area_texts},
    }
)


def faults(book: Phrasebook, reference: Phrasebook, areas: Mapping[str, Area]) -> Faults:
    """Yield what is wrong with a language; what is found first may be the reason of the rest."""
    yield from differences("words", book.words, reference.words)
    yield from differences("lines", book.lines, reference.lines)
    yield from differences("areas", book.areas, areas)
    for area, texts in book.areas.items():
        own = {key: lines for key, lines in texts.items() if not _is_form(key)}
        yield from ((f"areas.{area}{key}", fault) for key, fault in _faults(areas[area], own))
    for key, variants in book.lines.items():
        yield from _unlike(f"lines.{key}", variants, reference.lines[key])
    for area, texts in reference.areas.items():
        yield from _unlike_area(f"areas.{area}", book.areas[area], texts)
    yield from _faults_of_forms(book)


def differences(section: str, found: Iterable[str], expected: Iterable[str]) -> Faults:
    """Yield the keys that are missing, and those that are one too many."""
    found, expected = set(found), set(expected)
    if missing := sorted(expected - found):
        yield section, f"missing {', '.join(missing)}"
    if unknown := sorted(found - expected):
        yield section, f"unknown {', '.join(unknown)}"


def _is_form(key: str) -> bool:
    return key.startswith(f"{FORMS}.")


def _faults(area: Area, texts: Texts) -> Faults:
    """Yield what is wrong with the words of an area."""
    possible = {
        Phase.CROSS_FIBER: area.cross > 0,
        Phase.TOOL: area.gun is not Gun.NO,
        GATE: area.gate is not None,
    }
    needed = NEEDED | {key for key, needs in possible.items() if needs}
    if missing := sorted(needed - texts.keys()):
        yield "", f"missing {', '.join(missing)}"
    for key in texts:
        if not possible.get(key.rpartition(".")[2], True):
            yield f".{key}", "this area has none"
    if len(texts[Phase.BROAD]) == 1 and any(row.broad_after for row in area.timing.values()):
        yield f".{Phase.BROAD}", "needs a second line, for the strokes after the pressing"
    for key, lines in texts.items():
        if area.sides == (Side.CENTRE,) and any(slots(line) & SIDE_SLOTS for line in lines):
            yield f".{key}", "an area in the centre has no side"
    yield from _faults_of_wordings(area, texts)


def _faults_of_wordings(area: Area, texts: Texts) -> Faults:
    """Yield what is wrong with the other words for other ways and positions."""
    others = {str(way) for way in area.ways[1:]}
    names = {name for name, dot, _ in (key.partition(".") for key in texts) if dot}
    for name in sorted(names - others - {IMPLANT, UPRIGHT}):
        yield f".{name}", "this area has no such way"
    for name in sorted(others):
        if f"{name}.{SETUP}" not in texts:
            yield f".{name}", f"missing {SETUP}"
    for key, lines in texts.items():
        if key != SETUP and not key.endswith(f".{SETUP}"):
            continue
        brief = f"{key.removesuffix(SETUP)}{SETUP_BRIEF}"
        if brief not in texts:
            yield f".{brief}", f"missing beside {key}"
        elif 2 * _words(texts[brief]) > _words(lines):
            yield f".{brief}", f"has more than half the words of {key}"


def _words(lines: Iterable[str]) -> int:
    return sum(len(line.split()) for line in lines)


def _unlike_area(area: str, texts: Texts, reference: Texts) -> Faults:
    """Yield where the words of an area are not, line for line, those of the reference language."""
    found, expected = ({key for key in one if not _is_form(key)} for one in (texts, reference))
    yield from differences(area, found, expected)
    for key in found & expected:
        if len(texts[key]) != len(reference[key]):
            yield f"{area}.{key}", f"must have as many lines as English: {len(reference[key])}"
        for number, (text, like) in enumerate(zip(texts[key], reference[key], strict=False)):
            yield from _unlike(f"{area}.{key}.{number}", (text,), (like,))


def _unlike(key: str, variants: tuple[str, ...], reference: tuple[str, ...]) -> Faults:
    """Yield where a line leaves out a slot or a variant, or has a slot that nobody fills."""
    if len(variants) < len(reference):
        yield key, f"must have {len(reference)} variants"
    for text in variants:
        yield from differences(key, _braced(text), _braced(reference[0]))


def _braced(text: str) -> Iterator[str]:
    return (f"{{{slot}}}" for slot in slots(text))


def _faults_of_forms(book: Phrasebook) -> Faults:
    """Yield forms that a line asks for and some word has not, and those that no line asks for."""
    needed: dict[str, set[str]] = {}
    of_areas: set[str] = set()
    for key, field, sides in _asked(book):
        slot, _, form = field.partition("_")
        if slot == AREA:
            of_areas.add(form)
        elif slot in NUMBERS:
            needed.setdefault(form, set()).add(ELSE)
        elif slot in WORDS_IN:
            needed.setdefault(form, set()).update(sides if slot == "side" else WORDS_IN[slot])
        else:
            yield key, f"{{{slot}}} has no forms"
    yield from differences(FORMS, book.forms, needed)
    for form, words in needed.items():
        yield from _faults_of_form(f"{FORMS}.{form}", book.forms.get(form, {}), words, book)
    for area, texts in book.areas.items():
        found = (key.removeprefix(f"{FORMS}.") for key in texts if _is_form(key))
        yield from differences(f"areas.{area}.{FORMS}", found, of_areas)


def _faults_of_form(
    key: str, found: Mapping[str, str], needed: set[str], book: Phrasebook
) -> Faults:
    if ELSE not in found and (missing := sorted(needed - found.keys())):
        yield key, f"missing {', '.join(missing)}"
    if unknown := sorted(found.keys() - book.words.keys() - {ELSE}):
        yield key, f"unknown {', '.join(unknown)}"


def _asked(book: Phrasebook) -> Iterator[tuple[str, str, AbstractSet[str]]]:
    """Yield each slot that asks for a form: the key of its line, and the sides it may meet there."""
    for key, texts in book.lines.items():
        yield from ((f"lines.{key}", field, WORDS_IN["side"]) for field in _with_form(texts))
    for area, lines in book.areas.items():
        for key, texts in lines.items():
            # Both sides of an area are done one after the other.
            yield from (
                (f"areas.{area}.{key}", field, WORDS_IN["other"]) for field in _with_form(texts)
            )


def _with_form(texts: Iterable[str]) -> Iterator[str]:
    return (field for text in texts for field in fields(text) if "_" in field)
