"""What is said in each phase, and when: the spacing rules of massage.md §5.1."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

from .areas import Side
from .order import Order
from .phases import Phase
from .timing import STRETCH_REST, stretch_pace
from .wording import Line, Phrasebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Step

HALFWAY_FROM: Final = 40
"""Seconds from which a phase gets "halfway" (massage.md §5.1)."""
TEN_SECONDS_FROM: Final = 25
"""Seconds from which a phase gets "ten seconds" (massage.md §5.1)."""
SPARE: Final = 3.0
"""No cue starts with less than its own length and this left in the phase (massage.md §5.1)."""
CALM_TARGET: Final = 5
"""Up to this target a round has room for one more line after the ramp, and for longer words in it."""
HOLD_CUE_AT: Final = 45.0
BREATH: Final = 10.0
BREATH_IN: Final = 4.0
"""One breath of ten seconds, in for four (massage.md §5.3)."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A line inside a step, counted from its beginning or back from its end."""

    line: Line
    after: float | None = None
    """Seconds after the step began to work."""
    before: float | None = None
    """Seconds before it ends; such a cue moves along when the step is made longer."""


def setup_of(order: Order, step: Step) -> tuple[Line, ...]:
    """Return what is said before a step that needs another position."""
    if not step.settle:
        return ()
    setup = _own(order, "setup", step.side)
    switched = order.side is Side.BOTH and step.phase is Phase.LOCATE and step.side is Side.RIGHT
    return (order.book.line("side_switch", side=step.side), *setup) if switched else setup


def _own(order: Order, key: str, side: Side) -> tuple[Line, ...]:
    return order.book.cues(order.area.key, key, side, order.wordings)


def lines_of(  # noqa: PLR0911 - one row for each phase
    order: Order, step: Step
) -> tuple[Line, ...]:
    """Return the instruction of a step; it begins when the last of these was spoken."""
    book, own = order.book, _own(order, step.phase, step.side)
    match step.phase:
        case Phase.CHECK_IN:
            return (book.line("rate"),)
        case Phase.BREATHE:
            return (book.line("breathe"),)
        case Phase.PRESS:
            return (_press_line(book, own, step),)
        case Phase.RELEASE_HOLD:
            return (book.line("hold_start", step.round - 1),)
        case Phase.EASE_OFF:
            return (book.line("ease_off", step.round - 1), book.line("check", step.round - 1))
        case Phase.STRETCH:
            return (own[0], book.line("stretch"))
        case Phase.AFTERCARE:
            return (book.line("finish"),)
        case Phase.TOOL:
            return (book.line("tool_gate"), book.line("tool_stop_how"), own[0])
        case Phase.WARM_UP | Phase.LOCATE | Phase.BROAD | Phase.CROSS_FIBER:
            return own[:1]
        case _:
            assert_never(step.phase)


def _press_line(book: Phrasebook, own: tuple[Line, ...], step: Step) -> Line:
    if step.round == 1:
        return own[0]
    return book.line("press_new_spot" if step.spot > 1 else "press_again")


def cues_of(order: Order, step: Step) -> tuple[Cue, ...]:
    """Return the cues inside a step, in no particular order."""
    return tuple(cue for cue in _cues(order, step) if _fits(cue, step.seconds))


def _fits(cue: Cue, seconds: float) -> bool:
    return cue.after is None or cue.after + cue.line.seconds + SPARE <= seconds


def _counted(line: Line, left: float = 0.0) -> Cue:
    """Time a count so that its last word falls `left` seconds before the end."""
    return Cue(line, before=line.seconds + left)


def _cues(  # noqa: C901, PLR0912 - one row for each phase
    order: Order, step: Step
) -> Iterator[Cue]:
    book, own = order.book, _own(order, step.phase, step.side)
    match step.phase:
        case Phase.WARM_UP:
            if step.seconds >= HALFWAY_FROM:
                yield Cue(book.line("halfway"), after=step.seconds / 2)
            if step.seconds >= TEN_SECONDS_FROM:
                yield Cue(book.line("ten_seconds"), before=10.0)
        case Phase.BREATHE:
            yield from _breaths(book, step.seconds)
        case Phase.LOCATE:
            yield from (Cue(line, after=10.0 * n) for n, line in enumerate(own[1:], start=1))
        case Phase.BROAD if step.seconds >= HALFWAY_FROM:
            yield Cue(book.line("jaw_soft"), after=step.seconds / 2)
        case Phase.PRESS if order.target <= CALM_TARGET:
            line = own[1] if step.round > 1 and len(own) > 1 else book.line("hold")
            yield Cue(line, after=HOLD_CUE_AT)
        case Phase.RELEASE_HOLD:
            yield _counted(book.line("count"))
        case Phase.CROSS_FIBER:
            yield Cue(book.line("cross_rest"), after=11.0)
        case Phase.TOOL:
            yield Cue(book.line("tool_rest"), after=27.0)
            yield Cue(book.line("tool_on"), after=38.0)
        case Phase.STRETCH:
            yield from _stretches(order, own, step.seconds)
        case Phase.AFTERCARE:
            yield from _aftercare(book, step.seconds)
        case _:
            return


def _breaths(book: Phrasebook, seconds: int) -> Iterator[Cue]:
    """Two full cycles, then only "out" each second cycle, then silence (massage.md §5.3)."""
    for number in range(int(seconds / BREATH)):
        start = number * BREATH
        if number < 2:  # noqa: PLR2004 - two full cycles
            yield Cue(book.line("breath_in"), after=start)
            yield Cue(book.line("breath_out"), after=start + BREATH_IN)
        elif number == 3:  # noqa: PLR2004 - the second cycle of the two after that
            yield Cue(book.line("breath_out"), after=start + BREATH_IN)


def _stretches(order: Order, own: tuple[Line, ...], seconds: int) -> Iterator[Cue]:
    """Every hold but the last is counted out, and the next begins when its rest is over."""
    hold, rest = stretch_pace(order, seconds)
    book, count = order.book, order.book.line("stretch_end")
    for number in range(1, (seconds + rest) // (hold + rest)):
        ends = number * (hold + rest) - rest
        again = own[number] if number < len(own) else book.line("stretch_again", number - 1)
        yield Cue(count, after=ends - count.seconds)
        yield Cue(again, after=ends + rest - again.seconds)
    yield _counted(count)


def _aftercare(book: Phrasebook, seconds: int) -> Iterator[Cue]:
    rate, tender, water = book.line("rate"), book.line("aftercare"), book.line("water")
    yield Cue(rate, after=4.0)
    yield Cue(tender, after=19.0)
    if seconds > TEN_SECONDS_FROM + STRETCH_REST:
        yield Cue(water, after=29.0)
