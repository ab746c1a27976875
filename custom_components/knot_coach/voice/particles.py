"""Words that change little, wherever they stand: "just", "a bit", "mal"."""

from collections.abc import Iterable
import re


class Particles:
    """The particles of one language."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Know these phrases; the longer wins."""
        either = "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))
        self._pattern = re.compile(rf"(?<![\w'])(?:{either})(?![\w'])", re.IGNORECASE)

    def without(self, text: str) -> str | None:
        """Return what is left of a text; None where it has no particles, or nothing else."""
        plain = " ".join(self._pattern.sub(" ", text).split())
        return plain if plain and plain != " ".join(text.split()) else None
