"""What scenes are called, so that every assistant can be told to turn one on, and only then does.

To Assist the name alone is enough to turn a scene on. So none is called by a single word, or like a
part of the body: "lower back" is half of many a sentence. Nor like what a session or the house is told:
"too much" with no session would begin one, and "stop the music" would, too.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from hassil import Intents, recognize
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN
from .content import Catalogue
from .massage.routine import LONGEST_NAME
from .massage.stop_words import StopWords, classify
from .routines import same_name, tidied
from .voice.grammar import speakable
from .voice.sayings import Sayings

LEAST_WORDS: Final = 2


@callback
def async_favourite_name(hass: HomeAssistant, catalogue: Catalogue, area: str) -> str:
    """Return what the scene of an area is called, in the language of the house."""
    language = hass.config.language
    words = async_get_cached_translations(hass, language, "device", DOMAIN)
    name = catalogue.book(language).name(area)
    return words[f"component.{DOMAIN}.device.favourite.name"].format(area=_capitalised(name))


def routine_name(title: str) -> str:
    """Return the name of a routine without what nobody says, such as braces, where it has any."""
    said, plain = speakable(title), tidied(title)
    if said is None:
        return plain[:LONGEST_NAME]
    return plain if plain.casefold() == said else _capitalised(said)


class Ambiguity:
    """Tells which names are not enough to tell a scene from everything else that is said."""

    def __init__(self, catalogue: Catalogue, taken: Collection[str]) -> None:
        """Learn what is said in every language; `taken` are the names of other scenes."""
        self._parts = [_parts(data) for data in catalogue.sentences.values()]
        self._sayings = [Sayings(data) for data in catalogue.sentences.values()]
        self._stop_words = [
            StopWords.of(data["stop_words"]) for data in catalogue.sentences.values()
        ]
        self._taken = taken

    def of(self, name: str) -> bool:
        """Tell whether a name would turn a scene on by accident, or the wrong one."""
        return (
            len(name.split()) < LEAST_WORDS
            or any(same_name(name, other) for other in self._taken)
            or any(recognize(name, parts) is not None for parts in self._parts)
            or any(one.has(name) or one.orders(name) for one in self._sayings)
            or any(classify(name, words, neck=False) is not None for words in self._stop_words)
        )


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


def _parts(data: Mapping[str, Any]) -> Intents:
    """Return a grammar that matches a part of the body, with or without a side, and nothing else."""
    sides = "|".join(word for words in data["sides"].values() for word in words)
    words = [word.replace("{side}", f"({sides})") for word in _words(data)]
    return Intents.from_dict(
        {
            "language": data["language"],
            "lists": {"part": {"values": words}},
            "intents": {"part": {"data": [{"sentences": [f"[{sides}] {{part}}"]}]}},
        }
    )


def _words(data: Mapping[str, Any]) -> Iterator[str]:
    for words in data["areas"].values():
        yield from words
    for row in data["several"]:
        yield from row["say"]
    yield from data["unknown"]
    yield from data["refused"]
