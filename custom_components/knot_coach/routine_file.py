"""Routines as YAML text: written to be kept or given away, and read with the line that is wrong.

The text comes from anywhere, so nothing in it is carried out: no tags, no anchors, nothing nested
deeper than a step. What a routine may hold beyond its form is for `massage.routine.lint` to say.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import re
from typing import Any, Final, Protocol

import yaml

from .massage.areas import Side
from .massage.order import OwnStep
from .massage.phases import Length, Phase
from .massage.routine import Problem, Routine, RoutinePart
from .routines import PARTS, data_of, tidied

VERSION: Final = 1
"""The format that is written. One with another number is not understood."""
LONGEST_TEXT: Final = 20_000
"""Most characters of a text; the longest routine that is allowed takes a fifth of it."""
DEEPEST: Final = 5
"""How deep a text is nested: routine, parts, part, steps, step."""
SHOWN: Final = 40
"""Most characters of what was written that an error repeats."""

type Path = tuple[str | int, ...]

_VERSION: Final = "version"
_NAME: Final = "name"
_AREA: Final = "area"
_SIDE: Final = "side"
_LENGTH: Final = "length"
_STEPS: Final = "steps"
_PHASE: Final = "phase"
_SECONDS: Final = "seconds"
_SPOT: Final = "spot"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,5}")
_NULL: Final = "tag:yaml.org,2002:null"
_INT: Final = "tag:yaml.org,2002:int"


class RoutineFileError(Exception):
    """A text holds no routine; says what is wrong and in which line."""

    def __init__(self, line: int, key: str, **slots: object) -> None:
        """Name the line, counted from 1, and what is wrong as a key of words with its slots."""
        super().__init__(f"line {line}: {key} {slots}")
        self.line = line
        self.problem = Problem((), key, slots)


@dataclass(frozen=True, slots=True)
class RoutineFile:
    """A routine that was read, and where in the text each of its parts stands."""

    routine: Routine
    lines: Mapping[Path, int]

    def line_of(self, path: Path) -> int:
        """Return the line of something in the routine, or of the nearest thing that it is in."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


def write_routine(routine: Routine) -> str:
    """Return a routine as text that `read_routine` understands."""
    data = {_VERSION: VERSION, _NAME: routine.name, **data_of(routine)}
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None)


def read_routine(text: str) -> RoutineFile:
    """Understand a text. Raises RoutineFileError where it does not have the form of a routine."""
    if len(text) > LONGEST_TEXT:
        raise RoutineFileError(1, "file_long", most=LONGEST_TEXT)
    reader = _Reader()
    routine = reader.routine(_compose(text))
    return RoutineFile(routine, reader.lines)


def _compose(text: str) -> yaml.Node:
    """Return the one document of a text, with its lines."""
    try:
        _check(yaml.parse(text, Loader=yaml.SafeLoader))
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as err:
        line = _line(err.problem_mark or err.context_mark)
        raise RoutineFileError(line, "file_not_yaml") from err
    except yaml.reader.ReaderError as err:
        line = text.count("\n", 0, err.position) + 1
        raise RoutineFileError(line, "file_not_yaml") from err
    if node is None:
        raise RoutineFileError(1, "file_empty")
    return node


def _check(events: Iterable[yaml.Event]) -> None:
    """Refuse what a routine needs nothing of, before any of it is put together."""
    depth = documents = 0
    for event in events:
        line = _line(event.start_mark)
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise RoutineFileError(line, "file_several")
            case yaml.AliasEvent() | yaml.NodeEvent(anchor=str()):
                raise RoutineFileError(line, "file_anchor")
            case yaml.ScalarEvent(tag=str(tag)) | yaml.CollectionStartEvent(tag=str(tag)):
                raise RoutineFileError(line, "file_tag", name=_shown(tag))
            case yaml.CollectionStartEvent():
                depth += 1
                if depth > DEEPEST:
                    raise RoutineFileError(line, "file_deep")
            case yaml.CollectionEndEvent():
                depth -= 1
            case _:
                continue


def _shown(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"


class _Mark(Protocol):
    """A place in the text."""

    line: int
    """Counted from 0."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A key of a mapping with its value."""

    name: str
    node: yaml.Node
    line: int
    """The line of the key."""


@dataclass(slots=True)
class _Reader:
    """Turns nodes into a routine, and notes where everything stands."""

    lines: dict[Path, int] = field(default_factory=dict)

    def routine(self, node: yaml.Node) -> Routine:
        self.lines[()] = _line(node.start_mark)
        fields = _fields(node)
        # What a newer version adds must be called newer, and not unknown.
        version = _number(_needed(fields, _VERSION, node))
        if version > VERSION:
            raise RoutineFileError(fields[_VERSION].line, "file_newer", version=version)
        if version < VERSION:
            raise RoutineFileError(fields[_VERSION].line, "file_version", version=VERSION)
        self._note((), fields, (_VERSION, _NAME, PARTS))
        name = tidied(_text(_needed(fields, _NAME, node)))
        parts = _items(_needed(fields, PARTS, node))
        return Routine(
            name, tuple(self._part(one, (PARTS, number)) for number, one in enumerate(parts))
        )

    def _part(self, node: yaml.Node, path: Path) -> RoutinePart:
        self.lines[path] = _line(node.start_mark)
        fields = _fields(node)
        self._note(path, fields, (_AREA, _SIDE, _LENGTH, _STEPS))
        area = _text(_needed(fields, _AREA, node))
        side = _choice(fields[_SIDE], Side) if _SIDE in fields else None
        if _STEPS not in fields:
            length = _choice(_needed(fields, _LENGTH, node), Length)
            return RoutinePart(area=area, side=side, length=length)
        if _LENGTH in fields:
            raise RoutineFileError(fields[_LENGTH].line, "file_length_and_steps")
        steps = _items(fields[_STEPS])
        if not steps:
            raise RoutineFileError(fields[_STEPS].line, "steps_missing")
        read = (self._step(one, (*path, _STEPS, number)) for number, one in enumerate(steps))
        return RoutinePart(area=area, side=side, steps=tuple(read))

    def _step(self, node: yaml.Node, path: Path) -> OwnStep:
        self.lines[path] = _line(node.start_mark)
        fields = _fields(node)
        self._note(path, fields, (_PHASE, _SECONDS, _SPOT))
        phase = _choice(_needed(fields, _PHASE, node), Phase)
        seconds = _number(_needed(fields, _SECONDS, node))
        return OwnStep(phase, seconds, _number(fields[_SPOT]) if _SPOT in fields else 1)

    def _note(self, path: Path, fields: Mapping[str, _Field], known: tuple[str, ...]) -> None:
        """Note the line of each field, all of which have to be known."""
        for one in fields.values():
            if one.name not in known:
                slots = {"name": _shown(one.name), "known": ", ".join(known)}
                raise RoutineFileError(one.line, "file_unknown", **slots)
            self.lines[*path, one.name] = one.line


def _line(mark: _Mark | None) -> int:
    """Return the line of a place in the text, counted from 1."""
    return 1 if mark is None else mark.line + 1


def _fields(node: yaml.Node) -> dict[str, _Field]:
    """Return the fields of a mapping, each of which is there once."""
    if not isinstance(node, yaml.MappingNode):
        raise RoutineFileError(_line(node.start_mark), "file_no_fields")
    fields: dict[str, _Field] = {}
    for one in _pairs(node):
        if one.name in fields:
            raise RoutineFileError(one.line, "file_twice", name=_shown(one.name))
        fields[one.name] = one
    return fields


def _pairs(node: yaml.MappingNode) -> Iterator[_Field]:
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise RoutineFileError(_line(key.start_mark), "file_no_fields")
        yield _Field(key.value, value, _line(key.start_mark))


def _needed(fields: Mapping[str, _Field], name: str, inside: yaml.Node) -> _Field:
    if name not in fields:
        raise RoutineFileError(_line(inside.start_mark), "file_missing", name=name)
    return fields[name]


def _items(one: _Field) -> list[yaml.Node]:
    if not isinstance(one.node, yaml.SequenceNode):
        raise RoutineFileError(one.line, "file_no_list", name=one.name)
    items: list[yaml.Node] = one.node.value
    return items


def _text(one: _Field) -> str:
    if not isinstance(one.node, yaml.ScalarNode) or one.node.tag == _NULL:
        raise RoutineFileError(one.line, "file_no_value", name=one.name)
    text: str = one.node.value
    return text


def _number(one: _Field) -> int:
    text = _text(one)
    if one.node.tag != _INT or not _NUMBER.fullmatch(text):
        raise RoutineFileError(one.line, "file_no_number", name=one.name, value=_shown(text))
    return int(text)


def _choice[E: StrEnum](one: _Field, choices: type[E]) -> E:
    text = _text(one)
    try:
        return choices(text)
    except ValueError as err:
        slots: dict[str, Any] = {"name": one.name, "value": _shown(text)}
        slots["known"] = ", ".join(choices)
        raise RoutineFileError(one.line, "file_choice", **slots) from err
