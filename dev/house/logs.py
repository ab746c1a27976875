"""What Home Assistant logs goes to its file; what Knot Coach has to do with is kept."""

from dataclasses import dataclass
import logging
from typing import Final, override

SUBJECTS: Final = ("knot_coach", "knot_demo", "never awaited", "never retrieved")
"""Words that make a record ours; the last two come from Python, which does not say whose they are."""
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
        # With the traceback, which tells whose code it was when the message does not.
        text = f"{record.name} {self.format(record)}"
        if record.name != ALWAYS_LOGGED_BY and any(subject in text for subject in SUBJECTS):
            self.found.append(Complaint(record.levelname, record.name, record.getMessage()))
