"""Reads the catalogue, checks it, and hands pure objects to `massage/`.

A new area, phrase or language is a YAML file and no code, so what a file may hold is checked here
once, with an error that names the file and the key, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.yaml import load_yaml_dict
import voluptuous as vol

from .const import DOMAIN
from .massage.areas import Area, Consequence, Gun, Region, Side, Tool, area_of
from .massage.phases import Length, Phase
from .massage.screening import Finding
from .massage.wording import Phrasebook
from .phrases import BOOK_SCHEMA, differences, faults

CATALOGUE: Final = Path(__file__).parent / "catalogue"
REFERENCE_LANGUAGE: Final = "en"
"""The language that every other one is compared with."""
CONTENT: HassKey[Catalogue] = HassKey(f"{DOMAIN}.content")

PAIR: Final = {Side.LEFT, Side.RIGHT}


class CatalogueError(HomeAssistantError):
    """A file of the catalogue is missing, unreadable or wrong; the message names file and key."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is data: areas, what is spoken and what is heard."""

    areas: Mapping[str, Area]
    books: Mapping[str, Phrasebook]
    """Spoken lines, by language."""
    sentences: Mapping[str, Mapping[str, Any]]
    """Heard words, by language, as the files hold them."""

    def language(self, tag: str) -> str | None:
        """Return the language of the catalogue that a tag such as `en-GB` or `zh_Hant` asks for.

        What there is of it without its last part is taken, too; None where there is nothing.
        """
        known = {language.casefold(): language for language in self.books}
        asked = tag.casefold().replace("_", "-")
        while asked not in known and "-" in asked:
            asked = asked.rpartition("-")[0]
        return known.get(asked)

    def book(self, tag: str) -> Phrasebook:
        """Return the lines for a tag such as `en-GB`, else the reference language's."""
        return self.books[self.language(tag) or REFERENCE_LANGUAGE]


def _sides(value: object) -> list[str]:
    """Accept `left, right` or `centre` alone."""
    sides: list[str] = vol.Schema([vol.In(Side)])(value)
    if sides != [Side.CENTRE] and (len(sides) != len(PAIR) or set(sides) != PAIR):
        raise vol.Invalid("must be [left, right] or [centre]")
    return sides


def _ways(value: object) -> list[str]:
    """Accept what an area can be worked on with; everybody has hands, so nothing follows them."""
    ways: list[str] = vol.Schema(vol.All([vol.In(Tool)], vol.Length(min=1), vol.Unique()))(value)
    if Tool.HANDS in ways[:-1]:
        raise vol.Invalid("hands must come last")
    return ways


_SECONDS: Final = vol.All(int, vol.Range(min=0, max=130))
_COUNT: Final = vol.All(int, vol.Range(min=1, max=6))
TIMING_SCHEMA: Final = vol.Schema(
    {
        **{vol.Optional(str(phase)): _SECONDS for phase in Phase},
        vol.Optional("rounds"): _COUNT,
        vol.Optional("holds"): _COUNT,
        vol.Optional("broad_after"): _SECONDS,
        vol.Optional("stretch_hold"): _SECONDS,
        vol.Optional("stretch_rest"): _SECONDS,
    }
)
AREA_SCHEMA: Final = vol.Schema(
    {
        vol.Required("key"): str,
        vol.Required("region"): vol.In(Region),
        vol.Required("sides"): _sides,
        vol.Required("cap"): vol.All(int, vol.Range(min=1, max=7)),
        vol.Required("cross"): vol.All(int, vol.Range(min=0, max=4)),
        vol.Required("gun"): vol.In(Gun),
        vol.Required("ways"): _ways,
        vol.Optional("blocked_by"): [vol.In(Finding)],
        vol.Optional("gate"): {
            vol.Required("opens_on"): vol.In(["yes", "no"]),
            vol.Required("otherwise"): vol.In(Consequence),
        },
        vol.Optional("overlap"): str,
        vol.Optional("resettle"): bool,
        vol.Optional("heat"): bool,
        vol.Optional("ramp"): bool,
        vol.Optional("lengths"): vol.All([vol.In(Length)], vol.Length(min=1)),
        vol.Optional("timing"): {vol.In(Length): TIMING_SCHEMA},
    }
)
SENTENCES_SCHEMA: Final = vol.Schema({vol.Required("areas"): {str: [str]}, vol.Extra: object})
"""What is heard is checked where it becomes a grammar; here only that no area is missing."""


@singleton(CONTENT, async_=True)
async def async_load(hass: HomeAssistant) -> Catalogue:
    """Read the catalogue once per Home Assistant; raises CatalogueError."""
    return await hass.async_add_executor_job(_shipped, CATALOGUE)


@lru_cache(maxsize=1)
def _shipped(path: Path) -> Catalogue:
    """Read what is shipped once: it does not change while the program runs."""
    return read(path)


def read(path: Path) -> Catalogue:
    """Read and check a catalogue folder; blocking.

    Raises CatalogueError, which names the file and the key that is wrong.
    """
    areas = {
        file.stem: _named(file, "key", area_of(_load(file, AREA_SCHEMA)))
        for file in _files(path / "areas")
    }
    books = {
        file.stem: _named(file, "language", Phrasebook(**_load(file, BOOK_SCHEMA)))
        for file in _files(path / "phrases")
    }
    sentences = {file.stem: _load(file, SENTENCES_SCHEMA) for file in _files(path / "sentences")}
    if REFERENCE_LANGUAGE not in books:
        raise CatalogueError(f"{path / 'phrases' / f'{REFERENCE_LANGUAGE}.yaml'}: file is missing")
    reference = books[REFERENCE_LANGUAGE]
    for key, area in areas.items():
        _check_area(path / "areas" / f"{key}.yaml", area)
    # The reference first: what is wrong with it is not the fault of another language.
    for language, book in {REFERENCE_LANGUAGE: reference, **books}.items():
        _check_book(path / "phrases" / f"{language}.yaml", book, reference, areas)
        file = path / "sentences" / f"{language}.yaml"
        if language not in sentences:
            raise CatalogueError(f"{file}: file is missing")
        for key, fault in differences("areas", sentences[language]["areas"], areas):
            raise CatalogueError(f"{file}: {key}: {fault}")
    # Where only some areas can be named, the first ones are, so their order is that of a person.
    return Catalogue({key: areas[key] for key in reference.areas}, books, sentences)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def _load(file: Path, schema: vol.Schema) -> dict[str, Any]:
    try:
        checked: dict[str, Any] = schema(load_yaml_dict(file))
    except vol.MultipleInvalid as err:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault.path) or 'top level'}: {fault.error_message}"
            for fault in err.errors
        )
        raise CatalogueError(f"{file}: {faults}") from err
    except HomeAssistantError as err:
        raise CatalogueError(str(err)) from err
    return checked


def _named[T: (Area, Phrasebook)](file: Path, field: str, item: T) -> T:
    """Make sure that what a file holds is what its name promises."""
    if getattr(item, field) != file.stem:
        raise CatalogueError(f"{file}: {field}: must be {file.stem}, like the file")
    return item


def _check_area(file: Path, area: Area) -> None:
    """Raise CatalogueError when a length has a timing and is not offered."""
    for length in area.timing:
        if length not in area.lengths:
            raise CatalogueError(f"{file}: timing.{length}: this length is not offered")


def _check_book(
    file: Path, book: Phrasebook, reference: Phrasebook, areas: Mapping[str, Area]
) -> None:
    """Raise CatalogueError for the first thing that is wrong with a language."""
    for key, fault in faults(book, reference, areas):
        raise CatalogueError(f"{file}: {key}: {fault}")
