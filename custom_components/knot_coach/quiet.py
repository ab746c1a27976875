"""The hours in which lines are shown and not spoken."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A time of the day, where the person lives; it may go past midnight."""

    begin: time
    end: time

    def at(self, moment: time) -> bool:
        """Tell whether a moment lies in it; the beginning does, the end does not."""
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end
