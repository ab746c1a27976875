"""How well the end of a line is known, output by output."""

from enum import StrEnum
import logging

_LOGGER = logging.getLogger(__name__)


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


class Trust:
    """How far one output is believed about the end of its lines.

    It begins with what the output claims, and is demoted when it lies, until `renew`.
    """

    def __init__(self, name: str, claimed: Tier) -> None:
        """Believe what is claimed."""
        self._name = name
        self._claimed = self.tier = claimed
        self._suspect = False

    def renew(self) -> None:
        """Believe again what is claimed: another session begins."""
        self.tier, self._suspect = self._claimed, False

    def kept_word(self, tier: Tier | None = None) -> None:
        """A line ended when it should, and that was seen as `tier` says."""
        self._suspect = False
        if tier is not None:
            self.tier = tier

    def broke_off(self, *, at_once: bool) -> bool:
        """Tell whether an end that came far too early is a lie.

        It is if it came `at_once`, or for the second time in a row: a person who cuts a line off
        and then says nothing does not do that twice.
        """
        lies, self._suspect = at_once or self._suspect, True
        return lies

    def interrupted(self) -> None:
        """Somebody was heard talking: that was why a line ended early."""
        self._suspect = False

    def demote(self, why: str) -> None:
        """Go by the length of the clip from now on."""
        if self.tier is not Tier.MEASURED:
            _LOGGER.warning("The end of lines on %s is only measured now: %s", self._name, why)
        self.tier = Tier.MEASURED
