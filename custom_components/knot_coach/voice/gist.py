"""What free speech is about, where no sentence of the files fits it word for word.

"My traps are killing me, start a quick one" is no template. It names an area, a complaint, a wish and
a length, and little else: that is enough. What is found here is found by known words alone, so the
rules are strict where a mistake would cost something. More pressure is never asked for by a text that
says anything beside it; a word that is denied, or that is about a lamp, a song or a timer, is nothing
of ours; and two wishes in one text are none, unless one of them calms.

The words are the `gist` of `catalogue/sentences/<language>.yaml`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..massage.areas import Side
from ..massage.messages import Command
from ..massage.phases import Length
from .spotting import Spot, Spots

AREA: Final = "area"
SIDE: Final = "side"
PAIR: Final = "pair"
LENGTH: Final = "length"
MINUTES: Final = "minutes"
PERSON: Final = "person"
ROUTINE: Final = "routine"
RUB: Final = "rub"
"""What is only done to a muscle."""
PRESS: Final = "press"
"""The value of what is more than to guide or to stretch."""
WISH: Final = "wish"
"""What can be wished of anything."""
BEGIN: Final = "begin"
"""The value of a wish to begin."""
WANT: Final = "want"
"""The value of a wish to have, which is none: "give me a hand"."""
OURS: Final = "ours"
"""A massage, a session, a knot routine."""
TROUBLE: Final = "trouble"
"""How a knot feels; with an area it is a wish."""
PLAINT: Final = "plaint"
"""How anything may feel; it is no wish by itself."""
POLITE: Final = "polite"
AGAIN: Final = "again"
STRETCH: Final = "stretch"
ONLY: Final = "only"
ELSEWHERE: Final = "elsewhere"
"""What the rest of a house is about."""
LATER: Final = "later"
"""Another time than now: Home Assistant's own timers know what to do then."""
ASKING: Final = "asking"
"""How a question begins that is no wish."""
NOT: Final = "not"
BEHIND: Final = "behind"
"""The value of a "not" that may end a text and deny what stands before it: "wiederhol das nicht"."""
TELLING: Final = "telling"
"""What says how something is, and is no wish for more of it: "the knot is harder"."""
FILLER: Final = "filler"
SESSION: Final = "session"
ANSWER: Final = "answer"
SCORE: Final = "score"
HALF: Final = "half"
SCALE: Final = "scale"
TEN: Final = "ten"
"""The value of the only scale that there is."""
HEALTH: Final = "health"
"""That the health answers hold no more."""
WHY: Final = "why"
"""The value of a question that asks for a reason."""
HARM: Final = "harm"
"""What must be left alone, whoever asks for it (massage.md §4.1)."""

SHY: Final = frozenset({ELSEWHERE, LATER, NOT, SCORE, HARM, PLAINT})
"""What means nothing where it is part of a longer phrase."""

MOST_SCORES: Final = 2
"""A range has two."""
MOST_LEFT_OVER: Final = 8
"""Most words that nobody knows in a text that is for the coach all the same."""
NEAR: Final = 4
"""Words between a wish and what it is about, at most."""
NEGATED_WITHIN: Final = 2
"""Words between a "not" and what it denies, at most."""

CALMING: Final = ("stop", "too_hot", "too_much", "moment", "pause", "lighter", "no_harder")
"""What wins over everything else that a text says, the first over the next."""
HARMLESS: Final = ("status", "step", "upcoming", "why")
"""What changes nothing, so that it may be answered whatever else is said."""
HURRIED: Final = "moment"
"""A word of a person who is called away: what it is that calls is no matter."""
ALONE: Final = frozenset({Command.HARDER.value})
"""What is obeyed only where a text says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What free speech asks to start."""

    area: str | None = None
    """As the lists of a grammar have it: "area:calf", "several:back", "unknown", "refused"."""
    areas: tuple[str, ...] = ()
    """All that were named, the wanted one last."""
    side: Side | None = None
    length: Length | None = None
    minutes: int | None = None
    person: str | None = None
    routine: str | None = None
    stretch_only: bool = False
    again: bool = False
    bare: bool = False
    """It names a place and how it feels, and no wish beside that."""


def may_be_ours(spots: Spots) -> bool:
    """Tell whether a text can mean anything where no session is live; most texts cannot."""
    if spots.has(ROUTINE, OURS, HARM) or (spots.has(AREA) and spots.has(RUB)):
        return True
    if spots.has(ELSEWHERE):
        return False
    if spots.has(AREA) and spots.has(WISH, PLAINT, SIDE, PAIR, LENGTH, POLITE):
        return True
    if not set(HARMLESS).isdisjoint(spots.values(SESSION)) or WHY in spots.values(ASKING):
        return True
    return spots.has(RUB, TROUBLE, STRETCH, AGAIN, MINUTES, HEALTH)


def wish_of(spots: Spots) -> Wish | None:
    """Return what a text asks to start, or None where that is not clear."""
    if not spots.has(AREA, OURS, ROUTINE, STRETCH, AGAIN, TROUBLE):
        return None
    if spots.has(ELSEWHERE) or _asked(spots) is not None:
        return None
    # Whoever names what must be left alone is told so, whenever they want it.
    if spots.has(LATER) and not spots.has(HARM):
        return None
    areas = _meant(spots.values(AREA))
    stretch = spots.has(STRETCH) and _only_stretch(spots)
    if not stretch and _denied(spots, RUB, WISH, OURS):
        return None
    if not _wanted(spots, stretch=stretch):
        return None
    return _read(spots, areas, stretch=stretch)


def _meant(areas: list[str]) -> list[str]:
    """Leave out what is only near: "the front of my thigh, after leg day"."""
    return [one for one in areas if one.startswith("area:")] or areas


def is_about(spots: Spots, concept: str) -> bool:
    """Tell whether a text is about something, and about little else."""
    return (
        spots.has(concept)
        and not spots.has(ELSEWHERE, LATER)
        and len(spots.left_over()) <= MOST_LEFT_OVER
    )


def asks_why(spots: Spots) -> bool:
    """Tell whether a text asks where knots come from."""
    return _asked(spots) == WHY and spots.has(TROUBLE) and not spots.has(ELSEWHERE)


def _asked(spots: Spots) -> str | None:
    """Return how a text begins that is a question and no wish: "what", "how much"."""
    begin = _begin(spots)
    if any(spot.start == begin for spot in spots.of(AREA, AGAIN)):
        return None
    return next((spot.value for spot in spots.of(ASKING) if spot.start == begin), None)


def _begin(spots: Spots) -> int:
    """Return the index of the first word that is no filler."""
    return next(iter(_weighty(spots)), 0)


def _weighty(spots: Spots) -> list[int]:
    """Return the indexes of the words that are no fillers."""
    fillers = {i for one in spots.of(FILLER) for i in range(one.start, one.end)}
    return [i for i in range(len(spots.words)) if i not in fillers]


def _denied(spots: Spots, *concepts: str) -> bool:
    return any(_negated(spots, one) or _negated_behind(spots, one) for one in spots.of(*concepts))


def _negated(spots: Spots, one: Spot) -> bool:
    """Tell whether a "not" stands right before a phrase, and is no part of it."""
    return any(
        no.end <= one.start <= no.end + NEGATED_WITHIN
        for no in spots.of(NOT)
        if no.end <= one.start
    )


def _negated_behind(spots: Spots, one: Spot) -> bool:
    """Tell whether a text ends with a "not" that is about what stands before it."""
    end = max(_weighty(spots), default=-1) + 1
    return any(no.value == BEHIND and one.end <= no.start and no.end == end for no in spots.of(NOT))


def _only_stretch(spots: Spots) -> bool:
    """Tell whether nothing is to be pressed: it is said so, or nothing but a stretch is named."""
    return spots.has(ONLY) or not any(
        not _negated(spots, one) for one in spots.of(RUB, OURS) if one.value == PRESS
    )


def _wanted(spots: Spots, *, stretch: bool) -> bool:
    """Tell whether a text is for a coach, by what it names and by what it leaves unknown."""
    left = len(spots.left_over(PLAINT, NOT, ASKING))
    wish = spots.has(RUB, WISH)
    if stretch:
        return left <= NEAR and (spots.has(AREA, ONLY) or wish)
    if spots.has(AREA):
        return left <= MOST_LEFT_OVER and _wanted_there(spots, left)
    if spots.has(AGAIN):
        return left == 0 or (spots.has(OURS) and left <= NEAR)
    if spots.has(ROUTINE) or PRESS in spots.values(OURS):
        return wish and left <= 1 and not spots.has(PLAINT)
    return spots.has(TROUBLE) and spots.has(RUB) and left <= 1


def _wanted_there(spots: Spots, left: int) -> bool:
    """Tell whether anything is to be done to the part of the body that a text names."""
    if spots.has(RUB, OURS, TROUBLE) or (spots.has(WISH) and spots.has(PLAINT)):
        return True
    wish = spots.values(WISH)
    # "Give me a hand, please" is no more than polite.
    told = sum(spots.has(one) for one in (SIDE, PAIR, LENGTH, MINUTES, AGAIN))
    told += (spots.has(POLITE) and wish != [WANT]) + (BEGIN in wish)
    return left < told


def _read(spots: Spots, areas: list[str], *, stretch: bool) -> Wish:
    sides = {Side(value) for value in spots.values(SIDE)}
    if spots.has(PAIR):
        sides = {Side.BOTH}
    lengths, minutes = spots.values(LENGTH), spots.values(MINUTES)
    return Wish(
        area=areas[-1] if areas else None,
        areas=tuple(areas),
        side=sides.pop() if len(sides) == 1 else None,
        length=Length(lengths[-1]) if lengths else None,
        minutes=int(minutes[-1]) if minutes else None,
        person=next(iter(spots.values(PERSON)), None),
        routine=next(iter(spots.values(ROUTINE)), None),
        stretch_only=stretch,
        again=spots.has(AGAIN) and not stretch,
        bare=not spots.has(RUB, WISH, OURS, STRETCH, AGAIN),
    )


def word_of(spots: Spots) -> str | None:
    """Return the key of what is said to a session, or None where that is not clear."""
    found: dict[str, Spot] = {}
    for one in spots.of(SESSION):
        if _said(spots, one):
            found.setdefault(one.value, one)
    if not found:
        return None
    keys = [key for key in (*CALMING, *HARMLESS) if key in found]
    key = keys[0] if keys else next(iter(found)) if len(found) == 1 else None
    if key is None or (key not in HARMLESS and _asks_beside(spots, found[key])):
        return None
    if key in ALONE and (
        spots.has(NOT, TELLING) or spots.left_over(ANSWER, PLAINT, TROUBLE, HARM, AREA, SIDE)
    ):
        return None
    return key if len(spots.left_over()) <= MOST_LEFT_OVER else None


def _asks_beside(spots: Spots, one: Spot) -> bool:
    """Tell whether a text is a question that the word is only part of: "how hot is it"."""
    return one.start > _begin(spots) and _asked(spots) is not None


def _said(spots: Spots, one: Spot) -> bool:
    """Tell whether a word is meant as it stands: neither denied nor about something else."""
    if _negated(spots, one):
        return False
    # "Aua, so geht das nicht": what calms is heard, whatever becomes of the rest.
    if one.value not in CALMING and _negated_behind(spots, one):
        return False
    return one.value == HURRIED or not any(
        -NEAR <= other.start - one.end <= NEAR or -NEAR <= one.start - other.end <= NEAR
        for other in spots.of(ELSEWHERE)
    )


def answers_of(spots: Spots) -> frozenset[str]:
    """Return the keys of all that a text answers; none where it asks or is about something else."""
    answers = [one for one in spots.of(ANSWER) if not _negated(spots, one)]
    elsewhere = any(
        not any(one.start <= other.start < one.end for one in answers)
        for other in spots.of(ELSEWHERE)
    )
    if elsewhere or _asked(spots) is not None or len(spots.left_over()) > MOST_LEFT_OVER:
        return frozenset()
    return frozenset(one.value for one in answers)


def is_alone(spots: Spots) -> bool:
    """Tell whether a text holds nothing but answers, and words that change nothing."""
    return not spots.left_over(SESSION, NOT, PLAINT, TROUBLE, HARM, AREA, SCORE)


def scores_of(spots: Spots) -> tuple[list[int], bool] | None:
    """Return the numbers of a text that is a score, and whether a half is added.

    None where it says anything else, or counts to another number than ten.
    """
    numbers = list(_numbers(spots))
    if not 0 < len(numbers) <= MOST_SCORES or spots.left_over(SESSION, MINUTES, ELSEWHERE):
        return None
    if set(spots.values(SCALE)) - {TEN}:
        return None
    return numbers, spots.has(HALF)


def _numbers(spots: Spots) -> Iterator[int]:
    """Yield the numbers that are no part of "out of ten" or "and a half"."""
    taken = [*spots.of(SCALE), *spots.of(HALF)]
    for one in spots.of(SCORE):
        if not any(other.start <= one.start < other.end for other in taken):
            yield int(one.value)
