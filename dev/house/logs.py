"""What Home Assistant logs goes to its file; what Knot Coach has to do with is kept."""

from dataclasses import dataclass
import logging
from typing import Final, override

SUBJECT: Final = "knot_coach"
ALWAYS_LOGGED_BY: Final = "homeassistant.loader"
"""Says of every custom integration that it was not tested by Home Assistant."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A warning or an error about Knot Coach."""

    level: str
    logger: str
    message: str


class Complaints(logging.Handler):
    """Collects the complaints.

    It must be the first handler of the root logger: then Home Assistant adds none that writes to the
    terminal, which belongs to the timeline.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[Complaint] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.name == ALWAYS_LOGGED_BY or SUBJECT not in f"{record.name} {message}":
            return
        self.found.append(Complaint(record.levelname, record.name, message))
