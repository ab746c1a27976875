"""How well the end of a line is known, output by output."""

from enum import StrEnum


class Tier(StrEnum):
    """How the end of speech is known; the first is the best."""

    CONFIRMED = "confirmed"
    """The output itself says so: the action returns when the line has been played."""
    OBSERVED = "observed"
    """Its state shows that it plays, and that it no longer does."""
    MEASURED = "measured"
    """Nothing shows it: the decoded length of the clip has passed."""
    TEXT = "text"
    """Nothing is heard: lines are shown at the pace of speech."""
