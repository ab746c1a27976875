"""Spoken lines: keys and slots become words, and words become an expected length in seconds.

A slot is filled with a key, and the book has the word for it: `{side}` becomes "left". Where a
language inflects, a line asks for a form of that word behind a `_`: with `{side_en}` a German line
gets "linken", and with `{area_deinem}` "deinem Nacken".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from string import Formatter
from typing import Final

from .areas import Side

WORDS_PER_SECOND: Final = 2.1
"""Pace of a calm voice (massage.md §5.1)."""
LEAD_SECONDS: Final = 0.6
"""What a line takes beside its words (massage.md §5.1)."""
MAX_WORDS: Final = 20
"""Most words of one line after filling in (massage.md §5.1)."""
AREA: Final = "area"
"""The slot that is filled with the key of an area."""
FREE: Final = frozenset({"areas", "name", "names", "routine", "time", "tools"})
"""Slots whose words come from elsewhere and are used as they are, whatever they look like."""
ELSE: Final = "else"
"""The form of every word that has none of its own, with `{}` where the word goes."""


def fields(text: str) -> frozenset[str]:
    """Return the slots of a line with the forms it asks for; raises ValueError for a broken one."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def slots(text: str) -> frozenset[str]:
    """Return the slots of a line, forms aside; raises ValueError for a broken one."""
    return frozenset(asked.partition("_")[0] for asked in fields(text))


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is spoken, with the key it came from."""

    key: str
    text: str
    others: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Its other variants, in the order in which they come round."""
    language: str = field(default="", compare=False, repr=False)
    """The language of its words; empty where nobody knows it."""

    def unlike(self, text: str) -> Line:
        """Return this line, or its next variant where these words would be `text` once more."""
        return self if self.text != text else next(iter(self.instead), self)

    @property
    def instead(self) -> tuple[Line, ...]:
        """What may be said instead, the next variant first."""
        texts = (self.text, *self.others)
        return tuple(
            replace(self, text=texts[n], others=texts[n + 1 :] + texts[:n])
            for n in range(1, len(texts))
        )

    @property
    def seconds(self) -> float:
        """Expected length of the spoken line (massage.md §5.1)."""
        return len(self.text.split()) / WORDS_PER_SECOND + LEAD_SECONDS


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Everything that can be spoken in one language, from `catalogue/phrases/<language>.yaml`."""

    language: str
    lines: Mapping[str, tuple[str, ...]]
    """Variants of each common line, by key."""
    areas: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Per area: `name`, its forms as `forms.<form>`, and the lines of each phase, in the order they
    are spoken."""
    words: Mapping[str, str]
    """Side words and numbers: `left`, `right`, `both`, `centre`, `0` … `60`."""
    forms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Other forms of those words, by form and by word; `else` stands for every other word."""
    native_name: str = ""
    """What those who speak the language call it."""

    def line(self, key: str, variant: int = 0, /, **slots: object) -> Line:
        """Fill in a common line.

        `variant` counts round the variants that there are. The slot `area` takes the key of an
        area, those of `FREE` take words, and any other a `Side`, a whole number or another key of
        a word. Raises KeyError for an unknown key, slot, form or area.
        """
        variants = self.lines[key]
        first = variant % len(variants)
        text, *others = (self._fill(text, slots) for text in variants[first:] + variants[:first])
        return Line(key, text, tuple(others), self.language)

    def cues(
        self,
        area: str,
        phase: str,
        side: Side,
        wordings: tuple[str, ...] = (),
        *,
        brief: bool = False,
    ) -> tuple[Line, ...]:
        """Return the lines of an area for a phase (or for `setup`), none where it has none.

        Of the other wordings of the area, such as `hands.press`, the first that there is wins;
        with `brief`, the brief lines of a wording, `hands.setup_brief`, before its full ones.
        """
        slots = {"side": side, "other": side.other}
        texts = self.areas[area]
        names = (f"{phase}_brief", phase) if brief else (phase,)
        keys = [f"{wording}.{name}" for wording in wordings for name in names]
        key = next((key for key in (*keys, *names) if key in texts), phase)
        return tuple(
            Line(f"{area}.{key}.{number}", self._fill(text, slots), language=self.language)
            for number, text in enumerate(texts.get(key, ()))
        )

    def name(self, area: str, form: str = "") -> str:
        """Return what people call the area, in a form where one is named."""
        return self.areas[area][f"forms.{form}" if form else "name"][0]

    def word(self, value: object, form: str = "") -> str:
        """Put a side or a whole number into words; anything else is used as it is."""
        word = self.words.get(str(value), str(value))
        if not form:
            return word
        forms = self.forms[form]
        return forms.get(str(value)) or forms[ELSE].format(word)

    def shown(self, slots: Mapping[str, object]) -> dict[str, str]:
        """Return what slots are filled with where a screen has a text of its own: names, digits."""
        return {
            slot: self.name(str(value)) if slot == AREA else str(value)
            for slot, value in slots.items()
        }

    def _fill(self, text: str, slots: Mapping[str, object]) -> str:
        return text.format_map({asked: self._filled(asked, slots) for asked in fields(text)})

    def _filled(self, asked: str, slots: Mapping[str, object]) -> str:
        slot, _, form = asked.partition("_")
        value = slots[slot]
        if slot == AREA:
            return self.name(str(value), form)
        return str(value) if slot in FREE else self.word(value, form)
