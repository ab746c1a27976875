"""What of free speech is not to be taken at its word: asides, what was taken back, what has been.

"Could you do my calf, I've been on my feet all day" is about a calf, and about no day. An aside may
hide what a house is about, another time, a "not" and words that nobody knows; it never hides a part
of the body where no other is named, nor anything that must be left alone (massage.md §4.1). Where
somebody orders something of the house, nothing is an aside.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from .gist import (
    AGAIN,
    ANSWER,
    AREA,
    ASIDE,
    CORRECTION,
    ELSEWHERE,
    HARM,
    HEALTH,
    JOINT,
    LENGTH,
    MINUTES,
    NOT,
    ORDER,
    OURS,
    PAIR,
    PAST,
    PERSON,
    PLAINT,
    POLITE,
    REASON,
    REFUSED,
    ROUTINE,
    RUB,
    SCORE,
    SESSION,
    SIDE,
    STRETCH,
    TROUBLE,
    WISH,
)
from .spotting import Spot, Spots

LONGEST_ASIDE: Final = 12
"""Words after which somebody without commas is taken to speak of something else; our choice."""
_HEARD: Final = frozenset({AGAIN, OURS, TROUBLE, PLAINT, HARM, HEALTH, PERSON, ROUTINE})
"""What is heard in an aside too."""
_PLACES: Final = frozenset({AREA, SIDE, PAIR})
"""What is heard there but where it names one part of the body, and something else another."""
_ENDING: Final = (POLITE, WISH, JOINT)
"""What begins something else than the aside that it stands in."""
_TAKEN_BACK: Final = ((AREA,), (SIDE, PAIR), (SCORE,), (MINUTES,), (LENGTH,))
"""What is taken back by another of its kind."""
_NOT_THIS: Final = 2
"""Words between a "not" and what it takes back, at most: "not the neck"."""


def plainly(spots: Spots) -> Spots:
    """Return a text without what it takes back, and without its asides."""
    return without_asides(corrected(spots))


def without_asides(spots: Spots) -> Spots:
    """Hide what asides say that is no matter."""
    if not spots.has(REASON) or ORDER in spots.values(ELSEWHERE):
        return spots
    # "I had a massage on Monday" is about nothing else.
    ours = {one.start for one in spots.of(OURS, RUB, STRETCH)}
    every = (range(one.start, _end_of(spots, one)) for one in spots.of(REASON))
    asides = [aside for aside in every if ours.isdisjoint(aside)]
    hidden = {i for aside in asides for i in aside}
    # "I've been on my feet all day, do my back" is about the back.
    areas = {one.start for one in spots.of(AREA)}
    placed = [aside for aside in asides if areas - hidden and not areas.isdisjoint(aside)]
    beside = {i for aside in placed for i in aside}
    kept = [
        one
        for one in spots.found
        if hidden.isdisjoint(range(one.start, one.end))
        or one.concept in _HEARD
        or one.value == REFUSED
        or (one.concept in _PLACES and one.start not in beside)
    ]
    return replace(spots, found=(*kept, *_hidden(sorted(hidden))))


def _end_of(spots: Spots, reason: Spot) -> int:
    """Return the index of the word behind an aside."""
    ends = [i for i in spots.breaks if i >= reason.end]
    ends += [one.start for one in spots.of(*_ENDING) if one.start > reason.end]
    return min([*ends, reason.start + LONGEST_ASIDE, len(spots.words)])


def corrected(spots: Spots) -> Spots:
    """Leave out what somebody has taken back: "the neck, no sorry, the calf"."""
    last = max((one.end for one in spots.of(CORRECTION)), default=None)
    if last is None:
        return spots
    dropped = set[Spot]()
    for kind in _TAKEN_BACK:
        dropped |= set(_taken_back(spots, kind, last))
    if not dropped:
        return spots
    denials = {i for one in spots.of(CORRECTION) for i in range(one.start, one.end)}
    kept = [
        one
        for one in spots.found
        if one not in dropped
        and not (one.concept in {NOT, ANSWER} and one.start in denials)
        and not (one.concept == NOT and any(_denies(one, other) for other in dropped))
    ]
    gone = sorted({i for one in dropped for i in range(one.start, one.end)})
    return replace(spots, found=(*kept, *_hidden(gone)))


def _hidden(indexes: Iterable[int]) -> Iterator[Spot]:
    """Yield what stands for words that are no matter, so that they are not left over."""
    return (Spot(ASIDE, "", i, i + 1) for i in indexes)


def _taken_back(spots: Spots, kind: tuple[str, ...], last: int) -> Iterator[Spot]:
    """Yield what stands before the last correction, or behind a "not", and is said anew behind it."""
    of_kind = list(spots.of(*kind))
    behind = [one for one in of_kind if one.start >= last]
    # The "no" of "no, sorry, right" denies what was said before.
    denials = [no for no in spots.of(NOT) if no.start >= last]
    denied = [one for one in behind if any(_denies(no, one) for no in denials)]
    if len(behind) > len(denied):
        yield from (one for one in of_kind if one.start < last)
        yield from denied


def _denies(no: Spot, one: Spot) -> bool:
    return no.concept == NOT and no.end <= one.start <= no.end + _NOT_THIS


def without_past(spots: Spots) -> Spots:
    """Leave out scores that were, where another is: "it was a nine, more like a five now"."""
    ends = {one.end for one in spots.of(PAST)}
    past = {one for one in spots.of(SCORE) if one.start in ends}
    if not past or past == set(spots.of(SCORE)):
        return spots
    return replace(spots, found=tuple(one for one in spots.found if one not in past))


def clauses(spots: Spots) -> list[Spots]:
    """Cut a text where a sentence may end: at commas, and before "and", "because" or "can we"."""
    cuts = spots.breaks | {one.start for one in spots.of(JOINT, POLITE, REASON)}
    inside = {i for one in spots.of(SESSION, ANSWER) for i in range(one.start + 1, one.end)}
    ends = [*sorted(cuts - inside - {0}), len(spots.words)]
    starts = [0, *ends[:-1]]
    cut = zip(starts, ends, strict=True)
    return [_part(spots, start, end) for start, end in cut if start < end]


def _part(spots: Spots, start: int, end: int) -> Spots:
    return Spots(
        words=spots.words[start:end],
        found=tuple(
            replace(one, start=one.start - start, end=one.end - start)
            for one in spots.found
            if start <= one.start and one.end <= end
        ),
        breaks=frozenset(i - start for i in spots.breaks if start < i < end),
    )
