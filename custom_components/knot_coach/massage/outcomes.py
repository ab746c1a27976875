"""How a session ends, and why it is paused."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a session ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    STOPPED_SAFETY = "stopped_safety"
    EMERGENCY = "emergency"
    REFUSED = "refused"
    """The answers before the session said that today is not the day."""
    UNANSWERED = "unanswered"
    TIMED_OUT = "timed_out"


class PauseReason(StrEnum):
    """Why a session is paused."""

    ASKED = "asked"
    UNANSWERED = "unanswered"
    SILENT = "silent"
    """No output can speak."""
    CLOCK = "clock"
    HEAT = "heat"
    """The heater is not proved off."""
    LEAVING = "leaving"
