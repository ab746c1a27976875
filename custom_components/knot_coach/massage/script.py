"""What is said in each phase, and when: the spacing rules of massage.md §5.1."""

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final, assert_never

from .areas import Side
from .order import Order, Talk
from .phases import Phase
from .pressure import START, STEP_UP
from .timing import BETWEEN_AREAS, STRETCH_REST, stretch_pace
from .wording import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Step

HALFWAY_FROM: Final = 40
"""Seconds from which a phase gets "halfway" (massage.md §5.1)."""
TEN_SECONDS_FROM: Final = 25
"""Seconds from which a phase gets "ten seconds" (massage.md §5.1)."""
SPARE: Final = 3.0
"""No cue starts with less than its own length and this left in the phase (massage.md §5.1)."""
QUIET_SHARE: Final = 0.3
"""Most of a hold that may be spoken in (massage.md §5.1)."""
CALM_TARGET: Final = 5
"""Up to this target the words of the ramp are the longer ones."""
CALM_ROUND: Final = 45
"""From so many seconds on a round has room for them."""
HOLD_CUE_AT: Final = 0.75
"""The one line in the middle of a hold comes when this much of the round is over."""
BREATHS: Final = {False: (4, 6), True: (3, 4)}
"""Seconds in and out, usual and short (massage.md §5.3)."""
STRETCH_BEGINS: Final = "stretch_begins"
"""The line that announces a stretch."""
SHORT_HOLD: Final = 10
"""A stretch shorter than this, in seconds, is repeated at one's own pace; our choice."""
MANY: Final = 4
"""Most cues in a minute (massage.md §5.1); of more short holds than these, not all are announced."""
BURST: Final = 11.0
PAUSE: Final = 15.0
"""Seconds of short strokes, and from one rest to the next (massage.md §2.1, F14)."""
GUN_BLOCK: Final = 27.0
GUN_PAUSE: Final = 11.0
"""When the massager is switched off, a word before thirty seconds are over, and the time that an
answer gets before it goes on (massage.md §4.2, §4.6)."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A line inside a step, counted from its beginning or back from its end."""

    line: Line
    after: float | None = None
    """Seconds after the step began to work."""
    before: float | None = None
    """Seconds before it ends; such a cue moves along when the step is made longer."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words for one step of an order."""

    order: Order
    step: Step

    def common(self, key: str, used: int = 0, /, **slots: object) -> Line:
        """A common line, in the variant whose turn it is.

        It depends on the sessions before and on the steps of this kind before; `used` is how
        often the line was said in this step, or once in each of such steps.
        """
        turn = self.order.profile.sessions + self.step.turn + used
        return self.order.book.line(key, turn, **slots)

    def own(self, key: str, *, brief: bool = False) -> tuple[Line, ...]:
        """The lines of the area."""
        order = self.order
        return order.book.cues(order.area.key, key, self.step.side, order.wordings, brief=brief)

    def last(self, key: str) -> Line:
        """A common line that is said after the last area alone."""
        return self.common(key, -self.step.part)

    def rate(self, used: int) -> Line:
        """The question for a score; a later area is named."""
        if self.step.part == 0:
            return self.common("rate", used)
        return self.common("rate_area", used - 1, area=self._area)

    def turn_to(self) -> tuple[Line, ...]:
        """What is said before another area than the first."""
        return (self.common("next_area", -1, area=self._area),) if self.step.part else ()

    @property
    def _area(self) -> str:
        return self.order.area.key

    def brief(self, key: str) -> str:
        """The key of a common line, in its brief form for whoever wants nothing but cues."""
        return f"{key}_brief" if self.order.talk is Talk.CUES else key

    @property
    def chatty(self) -> bool:
        """Whether there are lines that only encourage or comfort."""
        return self.order.talk is Talk.FULL


def setup_of(order: Order, step: Step) -> tuple[Line, ...]:
    """Return what is said before a step that needs another position.

    It is brief the second time, and for whoever knows the area or wants few words; what to stay
    off is said once for each area, and always in full (massage.md §5.1).
    """
    if not step.settle:
        return ()
    words, profile = _Words(order, step), order.profile
    second_side = order.side is Side.BOTH and step.side is Side.RIGHT
    lines = (words.common("side_switch", -1, side=step.side),) if second_side else ()
    if order.stretch_only:
        return lines if step.settle > 1 else (*lines, words.common("setup_stretch"))
    brief = step.settle > 1 or profile.familiar or order.talk is not Talk.FULL
    avoid = words.own("avoid") if step.settle == 1 else ()
    return (*lines, *words.own("setup", brief=brief), *avoid)


def lines_of(  # noqa: PLR0911 - one row for each phase
    order: Order, step: Step
) -> tuple[Line, ...]:
    """Return the instruction of a step; it begins when the last of these was spoken."""
    words = _Words(order, step)
    own = words.own(step.phase)
    match step.phase:
        case Phase.CHECK_IN:
            return (*words.turn_to(), words.rate(0))
        case Phase.BREATHE:
            return _breathe_lines(words)
        case Phase.PRESS:
            return _press_lines(words, own)
        case Phase.RELEASE_HOLD:
            return (_hold_line(words),)
        case Phase.EASE_OFF:
            ease = own[step.turn % len(own)] if own else words.common(words.brief("ease_off"))
            return (ease, words.common("check"))
        case Phase.STRETCH:
            return _stretch_lines(words, own)
        case Phase.AFTERCARE:
            # The way out of a position on the floor comes before everything else.
            asked = step.seconds <= BETWEEN_AREAS
            return (*own, words.rate(1) if asked else words.last(words.brief("finish")))
        case Phase.TOOL:
            gate = (order.book.line("tool_gate"), order.book.line("tool_stop_how"))
            return (*gate, own[0])
        case Phase.WARM_UP | Phase.LOCATE | Phase.BROAD | Phase.CROSS_FIBER:
            return (own[1:2] or (words.common("same_again"),)) if step.again else own[:1]
        case _:
            assert_never(step.phase)


def _breathe_lines(words: _Words) -> tuple[Line, ...]:
    key = "breathe_short" if words.order.profile.short_breath else "breathe"
    soften = (words.common("soften"),) if words.chatty else ()
    return (words.common(key), *soften, words.order.book.line("light_headed"))


def _press_lines(words: _Words, own: tuple[Line, ...]) -> tuple[Line, ...]:
    step = words.step
    if step.holds > 1:
        return (own[0], words.common("press_holds"))
    if step.round == 1:
        return (own[0],)
    # Each second round of a spot is one that goes back to it; a new spot comes after two.
    again = words.common("press_again", step.turn // 2 - step.turn)
    return (again if step.again else words.common("press_new_spot", -2),)


def _hold_line(words: _Words) -> Line:
    """A spot has room for one round of many words, and for one of few (massage.md §2.4)."""
    step = words.step
    if words.order.talk is Talk.CUES:
        return words.common("hold_start_brief")
    key = "hold_start_brief" if step.round > 1 else "hold_start"
    return words.common(key, step.turn // 2 - step.turn)


def _stretch_lines(words: _Words, own: tuple[Line, ...]) -> tuple[Line, ...]:
    """The hands come off for good, so that the change is announced (massage.md §5.1)."""
    announced = () if words.order.talk is Talk.CUES else (words.common(STRETCH_BEGINS),)
    short = _is_short(words.order, words.step)
    pace = "stretch_holds" if short else words.brief("stretch")
    return (*announced, own[0], words.common(pace))


def level_line(order: Order, step: Step, level: int) -> Line:
    """Return the words that announce a level of pressure in a round; the second variant is brief."""
    short = step.round > 1 or step.seconds < CALM_ROUND
    brief = short or order.target > CALM_TARGET or order.talk is Talk.CUES
    return order.book.line(f"l{level}", 1 if brief else 0)


def cues_of(order: Order, step: Step) -> tuple[Cue, ...]:
    """Return the cues inside a step, in no particular order."""
    return tuple(cue for cue in _cues(_Words(order, step)) if _fits(cue, step.seconds))


def _fits(cue: Cue, seconds: float) -> bool:
    return cue.after is None or cue.after + cue.line.seconds + SPARE <= seconds


def _counted(line: Line) -> Cue:
    """Time a count so that its last word falls on the end of its step."""
    return Cue(line, before=line.seconds)


def _cues(words: _Words) -> Iterator[Cue]:  # noqa: C901, PLR0912 - one row for each phase
    step, own = words.step, words.own(words.step.phase)
    match step.phase:
        case Phase.WARM_UP:
            if step.seconds >= HALFWAY_FROM and words.chatty:
                yield Cue(words.common("halfway"), after=step.seconds / 2)
            if step.seconds >= TEN_SECONDS_FROM:
                yield Cue(words.common("ten_seconds"), before=10.0)
        case Phase.BREATHE:
            yield from _breaths(words)
        case Phase.LOCATE:
            yield from (Cue(line, after=10.0 * n) for n, line in enumerate(own[1:], start=1))
        case Phase.BROAD if step.seconds >= HALFWAY_FROM and words.chatty:
            yield Cue(words.common("jaw_soft"), after=step.seconds / 2)
        case Phase.PRESS if step.holds > 1:
            yield from _short_holds(words, step.holds, "press_soften", "count")
        case Phase.PRESS:
            yield from _hold_cue(words, own)
        case Phase.RELEASE_HOLD:
            yield _counted(words.common("count"))
        case Phase.CROSS_FIBER:
            for number in range(step.seconds // int(PAUSE)):
                yield Cue(words.common("cross_rest", number), after=BURST + number * PAUSE)
        case Phase.TOOL:
            yield from _gun_blocks(words)
        case Phase.STRETCH if _is_short(words.order, step):
            hold, rest = stretch_pace(words.order, step.seconds)
            times = max(1, step.seconds // (hold + rest))
            yield from _short_holds(words, times, "stretch_repeat", "stretch_end")
        case Phase.STRETCH:
            yield from _stretches(words, own)
        case Phase.AFTERCARE if step.seconds > BETWEEN_AREAS:
            yield from _aftercare(words)
        case _:
            return


def _breaths(words: _Words) -> Iterator[Cue]:
    """Two full cycles, then only "out" each second cycle, then silence (massage.md §5.3)."""
    inward, outward = BREATHS[words.order.profile.short_breath]
    full = 2 if words.chatty else 1
    for number in range(words.step.seconds // (inward + outward)):
        start = float(number * (inward + outward))
        if number < full:
            yield Cue(words.order.book.line("breath_in"), after=start)
            yield Cue(words.order.book.line("breath_out"), after=start + inward)
        elif number == full + 1 and words.chatty:
            yield Cue(words.order.book.line("breath_out", 1), after=start + inward)


def _hold_cue(words: _Words, own: tuple[Line, ...]) -> Iterator[Cue]:
    """One line when the ramp has been climbed, where silence is still most of the round."""
    order, step = words.order, words.step
    top = min(order.target, order.ceiling) if order.area.ramp else START
    ramp = [level_line(order, step, level) for level in range(START + 1, top + 1)]
    if step.round > 1 and len(own) > 1:
        line = own[1]
    elif words.chatty:
        line = words.common("hold")
    else:
        return
    share = sum(one.seconds for one in (*ramp, line)) / step.seconds
    if len(ramp) < MANY and share <= QUIET_SHARE:
        climbed = (len(ramp) + 1) * STEP_UP.total_seconds()
        yield Cue(line, after=max(HOLD_CUE_AT * step.seconds, climbed))


def _short_holds(words: _Words, times: int, between: str, end: str) -> Iterator[Cue]:
    """Short holds with a rest between them, counted out once; of many, every second is announced."""
    length, every = words.step.seconds / times, 1 if times <= MANY else 2
    for used, number in enumerate(range(1, times, every)):
        yield Cue(words.common(between, used), after=number * length)
    yield _counted(words.common(end))


def _gun_blocks(words: _Words) -> Iterator[Cue]:
    """Blocks of thirty seconds at most, each ended with a question (massage.md §4.2, §4.6)."""
    block = GUN_BLOCK + GUN_PAUSE
    for number in range(ceil(words.step.seconds / block)):
        rest = GUN_BLOCK + number * block
        yield Cue(words.order.book.line("tool_rest"), after=rest)
        yield Cue(words.common("tool_on", number), after=rest + GUN_PAUSE)


def _is_short(order: Order, step: Step) -> bool:
    """Tell whether a stretch is held again and again for a few seconds (massage.md §3.15)."""
    hold, _ = stretch_pace(order, step.seconds)
    return hold < SHORT_HOLD


def _stretches(words: _Words, own: tuple[Line, ...]) -> Iterator[Cue]:
    """Every hold but the last is counted out, and the next begins when its rest is over."""
    seconds, counted = words.step.seconds, words.common("stretch_end")
    hold, rest = stretch_pace(words.order, seconds)
    for number in range(1, (seconds + rest) // (hold + rest)):
        ends = number * (hold + rest) - rest
        repeated = words.common(words.brief("stretch_again"), number - 1)
        again = own[number] if number < len(own) else repeated
        yield Cue(counted, after=ends - counted.seconds)
        yield Cue(again, after=ends + rest - again.seconds)
    yield _counted(counted)


def _aftercare(words: _Words) -> Iterator[Cue]:
    yield Cue(words.rate(1), after=4.0)
    if words.order.talk is Talk.CUES:
        return
    if not words.order.stretch_only:
        yield Cue(words.last("aftercare"), after=19.0)
    if words.step.seconds > TEN_SECONDS_FROM + STRETCH_REST:
        yield Cue(words.last("water"), after=29.0)
