"""What is left out when time is short: "I have five minutes" (massage.md F14, §2.1).

Short strokes and the massager go first, then rounds of pressing, then words, and the breathing
last. What prepares the muscle, and the stretch after pressing, always stay.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from .order import Order, Talk
from .phases import Length, Phase
from .plan import compile_plan

OPENING: Final = timedelta(seconds=30)
"""Introduction, questions and answers, which are no part of a plan; our estimate."""
ABOUT: Final = 1.1
"""Nobody who says five minutes means them to the second; our choice."""

_EXTRAS: Final = (
    frozenset[Phase](),
    frozenset({Phase.CROSS_FIBER}),
    frozenset({Phase.CROSS_FIBER, Phase.TOOL}),
)
_LAST: Final = _EXTRAS[-1] | {Phase.BREATHE}


def fit(orders: tuple[Order, ...], time: timedelta) -> tuple[Order, ...] | None:
    """Return the orders with as little left out as the time allows, or None where it is too short.

    Every area is made shorter in the same way, but the person's own steps keep their length. While
    a side is unknown, one side is reckoned with.
    """
    for candidate in _candidates(orders):
        if expected(candidate) <= time * ABOUT:
            return _marked(candidate, orders)
    return None


def shortest(orders: tuple[Order, ...]) -> timedelta:
    """Return the least time that these orders take."""
    return min(expected(candidate) for candidate in _candidates(orders))


def expected(orders: tuple[Order, ...]) -> timedelta:
    """Return how long a session of these orders takes, questions included."""
    sided = (replace(order, side=order.side or order.area.sides[0]) for order in orders)
    return OPENING + compile_plan(*sided).estimated_duration


def _candidates(orders: tuple[Order, ...]) -> Iterator[tuple[Order, ...]]:
    lengths = list(Length)
    most = max(lengths.index(order.length) for order in orders)
    for longest in reversed(range(most + 1)):
        shorter = tuple(_at_most(order, lengths[longest]) for order in orders)
        for extras in _EXTRAS:
            yield _without(shorter, extras)
    quick = tuple(_at_most(order, Length.QUICK) for order in orders)
    for talk, left_out in ((Talk.SHORT, _EXTRAS[-1]), (Talk.SHORT, _LAST), (Talk.CUES, _LAST)):
        yield tuple(
            replace(order, talk=max(order.talk, talk, key=list(Talk).index))
            for order in _without(quick, left_out)
        )


def _at_most(order: Order, length: Length) -> Order:
    """Return an order that is no longer; a length changes nothing of the person's own steps."""
    return order if order.own else replace(order, length=min(order.length, length, key=_rank))


def _rank(length: Length) -> int:
    return list(Length).index(length)


def _marked(fitted: tuple[Order, ...], orders: tuple[Order, ...]) -> tuple[Order, ...]:
    """Say of each order that was changed that time was the reason."""
    return tuple(
        order if order == asked else replace(order, short_time=True)
        for order, asked in zip(fitted, orders, strict=True)
    )


def _without(orders: tuple[Order, ...], phases: frozenset[Phase]) -> tuple[Order, ...]:
    return tuple(replace(order, left_out=order.left_out | phases) for order in orders)
