"""Routines by name: those that a person has put together, and one area as people say it.

A routine of one's own is a config subentry: its title is the name, its data hold the parts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from .admission import Refused
from .content import Catalogue
from .massage.areas import Side
from .massage.messages import Tier
from .massage.order import OwnStep
from .massage.phases import Length, Phase
from .massage.routine import Problem, Routine, RoutinePart, lint
from .massage.stop_words import StopWords, classify
from .massage.wording import Phrasebook
from .voice.grammar import Grammar, speakable
from .voice.meanings import Sign, Situation, StartRequest, SymptomRequest
from .voice.sayings import Sayings
from .voice.understanding import understand

ROUTINE: Final = "routine"
"""The type of the subentries that hold routines."""
PARTS: Final = "parts"


def find_routine(name: str, grammars: Iterable[Grammar], book: Phrasebook) -> StartRequest:
    """Understand the name of a routine as if it had been said.

    Raises Refused where it means none, and for what must be left alone.
    """
    if (found := understood(name, grammars, book)) is None or found.area is None:
        raise Refused("unknown_routine", routine=name[:100])
    return found


def understood(words: str, grammars: Iterable[Grammar], book: Phrasebook) -> StartRequest | None:
    """Understand what is wanted as if it had been said.

    Raises Refused for what must be left alone, for what is never worked on, and where one of
    several areas has to be named; `book` has their names.
    """
    unclear: StartRequest | None = None
    for grammar in grammars:
        for text in (words, f"start {words}"):
            match understand(text, grammar, Situation()):
                case StartRequest() as found if found.area is not None or found.again:
                    return replace(found, person=None)
                case StartRequest() as found if found.refused or found.choices:
                    unclear = unclear or found
                case SymptomRequest(Sign.EMERGENCY):
                    raise Refused("symptom_urgent")
                case SymptomRequest():
                    raise Refused("symptom")
                case _:
                    continue
    if unclear is None:
        return None
    if unclear.refused:
        raise Refused("refused_area")
    raise Refused("choose_area", areas=one_of([book.name(area) for area in unclear.choices], book))


def one_of(names: Sequence[str], book: Phrasebook) -> str:
    """Put choices into words: "neck, shoulder blade, or forearm"."""
    *most, last = names
    return f"{', '.join(most)}{book.word('list_or')} {last}" if most else last


def routines_of(entry: ConfigEntry[Any]) -> Mapping[str, Routine]:
    """Return a coach's own routines by name, in the order in which they were made.

    One that this version cannot read is left out: it must not keep the coach from listening.
    """
    routines = (routine_of(subentry) for subentry in subentries_of(entry))
    return {routine.name: routine for routine in routines if routine is not None}


def subentries_of(entry: ConfigEntry[Any]) -> list[ConfigSubentry]:
    """Return the subentries that hold routines, the oldest first."""
    return [one for one in entry.subentries.values() if one.subentry_type == ROUTINE]


def find_own(routines: Mapping[str, Routine], name: str) -> Routine | None:
    """Return the routine that goes by a name, whatever its capitals and signs are."""
    return next((one for title, one in routines.items() if same_name(title, name)), None)


def tidied(name: str) -> str:
    """Return a name without spaces that nobody hears, on one line."""
    return " ".join(name.split())


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are said alike; one that cannot be said is like no other."""
    said = speakable(one)
    return said is not None and said == speakable(other)


def problems_of(
    routine: Routine, catalogue: Catalogue, book: Phrasebook, taken: Iterable[str]
) -> tuple[Problem, ...]:
    """Return everything that is wrong with a routine; `taken` are the names of the others."""
    problems = lint(routine, catalogue.areas, book)
    if any(problem.path == ("name",) for problem in problems):
        return problems
    if speakable(routine.name) is None:
        return (Problem(("name",), "name_unspeakable"), *problems)
    if _is_alarm(routine.name, catalogue):
        return (Problem(("name",), "name_alarm", {"name": routine.name}), *problems)
    if any(one.has(routine.name) or one.orders(routine.name) for one in _sayings(catalogue)):
        return (Problem(("name",), "name_said", {"name": routine.name}), *problems)
    if any(same_name(name, routine.name) for name in taken):
        return (Problem(("name",), "name_taken", {"name": routine.name}), *problems)
    return problems


def _sayings(catalogue: Catalogue) -> Iterator[Sayings]:
    return (Sayings(data) for data in catalogue.sentences.values())


def _is_alarm(name: str, catalogue: Catalogue) -> bool:
    """Tell whether these words ask for help: said aloud they must start nothing (massage.md §3)."""
    found = (
        classify(name, StopWords.of(data["stop_words"]), neck=False)
        for data in catalogue.sentences.values()
    )
    return any(phrase is not None and phrase.tier is Tier.A for phrase in found)


def routine_of(subentry: ConfigSubentry) -> Routine | None:
    """Return the routine that is stored; None where this version cannot read it."""
    try:
        parts = tuple(part_from(stored) for stored in subentry.data[PARTS])
    except KeyError, TypeError, ValueError:
        return None
    return Routine(subentry.title, parts)


def part_from(stored: Mapping[str, Any]) -> RoutinePart:
    """Return a part that is stored as plain data; whole numbers may be floats.

    Raises KeyError, TypeError or ValueError where it does not mean anything.
    """
    side = stored.get("side")
    return RoutinePart(
        area=stored["area"],
        side=None if side is None else Side(side),
        length=Length(stored.get("length", Length.STANDARD)),
        steps=tuple(step_from(step) for step in stored.get("steps", ())),
    )


def step_from(stored: Mapping[str, Any]) -> OwnStep:
    """Return a step that is stored as plain data; raises as `part_from`."""
    return OwnStep(Phase(stored["phase"]), int(stored["seconds"]), int(stored.get("spot", 1)))


def data_of(routine: Routine) -> dict[str, Any]:
    """Return a routine as it is stored beside its name, and written to a file."""
    return {PARTS: [part_as_dict(part) for part in routine.parts]}


def part_as_dict(part: RoutinePart) -> dict[str, Any]:
    """Return a part as plain data, without what is left open."""
    stored: dict[str, Any] = {"area": part.area}
    if part.side is not None:
        stored["side"] = str(part.side)
    if not part.steps:
        return {**stored, "length": str(part.length)}
    return {**stored, "steps": [step_as_dict(step) for step in part.steps]}


def step_as_dict(step: OwnStep) -> dict[str, Any]:
    """Return a step as plain data; the first spot goes without saying."""
    stored = {"phase": str(step.phase), "seconds": step.seconds}
    return stored if step.spot == 1 else {**stored, "spot": step.spot}
