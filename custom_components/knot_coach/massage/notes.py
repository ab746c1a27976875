"""What is kept of a session for its record (massage.md §6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .areas import Side
from .messages import Command, Tier
from .phases import Phase
from .plan import Plan, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class StepNote:
    """One step of a part: what was planned, and what was done of it."""

    phase: Phase
    side: Side
    round: int
    spot: int
    again: bool
    planned: int
    """Seconds; 0 for a detour that was not in the plan."""
    done: timedelta = timedelta()
    """Time that the clock of the step ran; its instruction takes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What one part of a session has seen so far; its record is made from it (massage.md §6)."""

    began: datetime | None = None
    """When the session came to this part; None for the first, which begins with the session."""
    ended: datetime | None = None
    """When it went on to the next part."""
    before: int | None = None
    after: int | None = None
    """Scores from 0 to 10."""
    peak: int = 0
    """Highest level of pressure reached."""
    pressed: Mapping[tuple[Side, int], timedelta] = field(default_factory=dict)
    """Pressing time per side and spot, up to `Session.hands_since`."""
    felt: timedelta = timedelta()
    """Pressing time, each moment of it times its level."""
    gunned: timedelta = timedelta()
    """Time of the gun, up to `Session.hands_since`."""
    released: tuple[tuple[Side, int, float], ...] = ()
    """Side, spot, and seconds into the round at which it let go."""
    eased: frozenset[tuple[Side, int]] = frozenset()
    """Sides and spots at whose rest point it was easing."""
    counts: Mapping[Command, int] = field(default_factory=dict)
    """How often each feedback word was heard."""
    missed: int = 0
    """Check-ins that nobody answered."""
    heated: timedelta = timedelta()
    heat_troubles: tuple[str, ...] = ()
    """What went wrong with the heater, each once: the reasons of `HeatLost`, and `stuck`."""
    phrase: str | None = None
    """The stop word that was heard last; nothing else of what was said."""
    doubted: Tier | None = None
    """The most serious stop word that nobody has said to mean something, or nothing, yet."""
    not_loosening: bool = False
    """It is said that this area does not loosen (massage.md §4.4)."""
    word_ceiling: int | None = None
    """`Session.word_ceiling` when the part was over; None while it goes on."""
    steps: tuple[StepNote, ...] = ()
    """The plan of this part with its detours; empty before the first step."""
    row: int = 0
    """Which of these is the present step."""
    since: datetime | None = None
    """Since when the clock of the present step has run uncounted; None while it stands."""

    def count(self, command: Command) -> Notes:
        """Note that a word was heard."""
        return replace(self, counts={**self.counts, command: self.counts.get(command, 0) + 1})

    def doubting(self, tier: Tier) -> Notes:
        """Note that it was asked whether a word of this tier means that something is wrong."""
        return replace(self, doubted=min(tier, self.doubted or tier))

    def worked(self, at: datetime, *, still: bool) -> Notes:
        """Note that the clock of the present step has run up to now, and whether it runs on."""
        if self.since is None:
            return self
        note = self.steps[self.row]
        done = replace(note, done=note.done + (at - self.since))
        steps = (*self.steps[: self.row], done, *self.steps[self.row + 1 :])
        return replace(self, steps=steps, since=at if still else None)

    def touched(self, step: Step, level: int, on: timedelta) -> Notes:
        """Note that the hands have pressed, or the gun has run, for so long at a level."""
        if step.phase is Phase.TOOL:
            return replace(self, gunned=self.gunned + on)
        spot = (step.side, step.spot)
        pressed = {**self.pressed, spot: self.pressed.get(spot, timedelta()) + on}
        return replace(self, pressed=pressed, felt=self.felt + on * level)

    def entered(self, plan: Plan, steps: Sequence[Step], index: int) -> Notes:
        """Note that a step begins, or goes on; one that the plan does not know is a detour.

        Of steps that look the same, the first in the session is the first in the plan.
        """
        step = steps[index]
        notes = self.steps or planned(plan, step.part)
        look = _look(step)
        before = sum(one.part == step.part and _look(one) == look for one in steps[:index])
        rows = [row for row, note in enumerate(notes) if _look(note) == look]
        if before < len(rows):
            return replace(self, steps=notes, row=rows[before], since=None)
        row = self.row + 1
        notes = (*notes[:row], replace(note_of(step), planned=0), *notes[row:])
        return replace(self, steps=notes, row=row, since=None)


def planned(plan: Plan, part: int) -> tuple[StepNote, ...]:
    """Return the steps of a part of the plan, with nothing done."""
    return tuple(note_of(step) for step in plan.steps if step.part == part)


def note_of(step: Step) -> StepNote:
    """Return a step as it is noted, with nothing done."""
    return StepNote(
        phase=step.phase,
        side=step.side,
        round=step.round,
        spot=step.spot,
        again=step.again,
        planned=step.seconds,
    )


def _look(step: Step | StepNote) -> tuple[Phase, Side, int, int, bool]:
    return step.phase, step.side, step.round, step.spot, step.again
