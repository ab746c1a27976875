"""What is said all the time to a session, or to the rest of the house: nothing is to be called so."""

from collections.abc import Iterable, Mapping
import re
from typing import Any, Final

from . import gist
from .spotting import Spotter

ASKED: Final = ("stop", "pause", "resume", "status", "why", "health_changed")
"""The clear sentences that start nothing."""
_RULE: Final = re.compile(r"<(\w+)>")
_LISTED: Final = re.compile(r"\[[^\[\]]*\{[^\[\]]*\]")
"""What may be left out, and holds a list: "[for {person}]"."""


class Sayings:
    """Knows what is said to a session in one language, and words of the rest of a house."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Learn a sentence file."""
        self._rules: Mapping[str, str] = {**data["rules"], **data["score_rules"]}
        clear = [
            {name: group[name] for name in ASKED if name in group}
            for group in (data["always"], data["free"])
        ]
        self._session = self._spotter(data["session"], *clear)
        self._answers = self._spotter(
            data["answers"], data["eased"], {"": data["stop_words"]["say"]}
        )
        self._house = self._spotter(data["gist"][gist.ELSEWHERE])

    def has(self, text: str) -> bool:
        """Tell whether this is a sentence for a session, word for word."""
        spots = [known.spots(text) for known in (self._session, self._answers)]
        return any(
            (spot.start, spot.end) == (0, len(one.words)) for one in spots for spot in one.found
        )

    def orders(self, text: str) -> bool:
        """Tell whether this moves something in the house: "turn off the light", "stop the music"."""
        house = {one.value for one in self._house.spots(text).found}
        if not house - {gist.ORDER}:
            return False
        spots = self._session.spots(text)
        return gist.ORDER in house or any(
            one.start == 0 or one.end == len(spots.words) for one in spots.found
        )

    def _spotter(self, *groups: Mapping[str, Iterable[str]]) -> Spotter:
        """Know the phrases of some groups, but those with a list: a number is no name."""
        phrases = [
            (value, value, said)
            for group in groups
            for value, texts in group.items()
            for text in texts
            if "{" not in (said := _LISTED.sub("", self._ruled(text)))
        ]
        return Spotter(phrases)

    def _ruled(self, text: str) -> str:
        while match := _RULE.search(text):
            text = text.replace(match[0], self._rules[match[1]], 1)
        return text
