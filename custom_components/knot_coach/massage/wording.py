"""Spoken lines: keys and slots become words, and words become an expected length in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from .areas import Side

WORDS_PER_SECOND: Final = 2.1
"""Pace of a calm voice (massage.md §5.1)."""
LEAD_SECONDS: Final = 0.6
"""What a line takes beside its words (massage.md §5.1)."""
MAX_WORDS: Final = 20
"""Most words of one line after filling in (massage.md §5.1)."""


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
    """Per area: `name` and the lines of each phase, in the order they are spoken."""
    words: Mapping[str, str]
    """Side words and numbers: `left`, `right`, `both`, `centre`, `0` … `60`."""
    native_name: str = ""
    """What those who speak the language call it."""

    def line(self, key: str, variant: int = 0, /, **slots: object) -> Line:
        """Fill in a common line.

        `variant` counts round the variants that there are. A `Side` or an `int` slot is put into
        words; anything else is used as it is. Raises KeyError for an unknown key or slot.
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

    def name(self, area: str) -> str:
        """Return what people call the area."""
        return self.areas[area]["name"][0]

    def word(self, value: object) -> str:
        """Put a side or a whole number into words; anything else is used as it is."""
        return self.words.get(str(value), str(value))

    def _fill(self, text: str, slots: Mapping[str, object]) -> str:
        return text.format_map({slot: self.word(value) for slot, value in slots.items()})
