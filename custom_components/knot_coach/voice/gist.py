"""What free speech is about, where no sentence of the files fits it word for word.

"My traps are killing me, start a quick one" is no template. It names an area, a complaint, a wish and
a length, and little else: that is enough. What is found here is found by known words alone. A text
that is about a lamp, a song or a timer, about another time or another person, that denies or that
asks, is nothing of ours.

The words are the `gist` of `catalogue/sentences/<language>.yaml`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..massage.areas import Side
from ..massage.phases import Length
from .spotting import PARTING, Spot, Spots

AREA: Final = "area"
REFUSED: Final = "refused"
"""The value of a part of the body that is never worked on."""
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
ORDER: Final = "order"
"""The value of what is told to the rest of a house: "turn on", "play"."""
CALLED: Final = "called"
"""The value of what is said to somebody else in the room: "kids", "I'm coming"."""
REASON: Final = "reason"
"""How an aside begins: why somebody asks, and what they did before."""
SENTENCE: Final = PARTING
"""How a sentence begins that tells something: "I need", "the dog is". It hides nothing, and only parts a text."""
ASIDE: Final = "aside"
"""A word of an aside; no phrase of a sentence file."""
CORRECTION: Final = "correction"
"""What takes back what was said before it: "no, sorry"."""
JOINT: Final = "joint"
"""What parts two sentences: "and", "but"."""
WHOM: Final = "whom"
"""What stands before the one whom something is for: "for", "give"."""
PAST: Final = "past"
"""What stands before a score that was: "it was a"."""
LATER: Final = "later"
"""Another time than now: Home Assistant's own timers know what to do then."""
DELAY: Final = "delay"
"""How long from now."""
ASKING: Final = "asking"
"""How a question begins that is no wish."""
NOT: Final = "not"
BEHIND: Final = "behind"
"""The value of a "not" that may end a text and deny what stands before it: "wiederhol das nicht"."""
NEVER: Final = "never"
"""The value of a "not" that denies what calms, too: "don't stop"; "no, stop" denies nothing."""
FILLER: Final = "filler"
HESITATION: Final = "hesitation"
"""What may stand before, between and behind words without changing them: "um", "okay"."""
SESSION: Final = "session"
ANSWER: Final = "answer"
SCORE: Final = "score"
HALF: Final = "half"
SCALE: Final = "scale"
TEN: Final = "ten"
"""The value of the only scale that there is."""
HEALTH: Final = "health"
"""One's health, and that the answers about it hold no more."""
CHANGED: Final = "changed"
WHY: Final = "why"
"""The value of a question that asks for a reason."""
HARM: Final = "harm"
"""What must be left alone, whoever asks for it (massage.md §4.1)."""

_NO: Final = "no"
SHY: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    # "Nine out of ten" is a warning, and a score; "no, wait" and "not now" deny, too.
    {
        **dict.fromkeys((ELSEWHERE, LATER, PLAINT), frozenset({SENTENCE})),
        SCORE: frozenset({HARM, SENTENCE}),
        NOT: frozenset({CORRECTION, ANSWER, SENTENCE}),
    }
)
"""What means nothing where it is part of a longer phrase, but of these."""

URGENT: Final = frozenset({(SESSION, "stop")})
"""What is heard behind a comma, whatever it would mean without one."""

HARMLESS: Final = ("status", "step", "upcoming", "why")
"""What changes nothing, so that it may be answered whatever else is said."""
MOST_LEFT_OVER: Final = 8
"""Most words that nobody knows in a text that is for the coach all the same."""
NEAR: Final = 4
"""Words between a wish and what it is about, at most."""
NEGATED_WITHIN: Final = 2
"""Words between a "not" and what it denies, at most."""


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
    if spots.has(ELSEWHERE) or asked(spots) is not None or _for_somebody(spots):
        return None
    # Whoever names what must be left alone is told so, whenever they want it.
    if spots.has(LATER) and not spots.has(HARM):
        return None
    areas = _meant(spots.values(AREA))
    stretch = spots.has(STRETCH) and _only_stretch(spots)
    if not stretch and (spots.has(NOT) or _denied(spots, RUB, WISH, OURS) or _declined(spots)):
        return None
    if not _wanted(spots, stretch=stretch):
        return None
    return _read(spots, areas, stretch=stretch)


def _for_somebody(spots: Spots) -> bool:
    """Tell whether a session is for somebody whom nobody knows: "a neck massage for Bob".

    Whoever is coached has told of their health, and nobody else has.
    """
    known = {i for one in spots.found for i in range(one.start, one.end)}
    owned = {one.start - 2 for one in spots.of(AREA) if spots.words[one.start - 1] == "'s"}
    named = {one.end for one in spots.of(WHOM) if one.end < len(spots.words)}
    return not (named | {i for i in owned if i >= 0}) <= known


def _meant(areas: list[str]) -> list[str]:
    """Leave out what is only near: "the front of my thigh, after leg day".

    What is never worked on is not left out, whatever else is named.
    """
    if REFUSED in areas:
        return [REFUSED]
    return [one for one in areas if one.startswith("area:")] or areas


def is_about(spots: Spots, concept: str) -> bool:
    """Tell whether a text is about something, and about little else."""
    return (
        CHANGED in spots.values(concept)
        and not spots.has(ELSEWHERE, LATER)
        and len(spots.left_over()) <= MOST_LEFT_OVER
    )


def asks_why(spots: Spots) -> bool:
    """Tell whether a text asks where knots come from."""
    return asked(spots) == WHY and spots.has(TROUBLE) and not spots.has(ELSEWHERE)


def asked(spots: Spots) -> str | None:
    """Return how a text begins that is a question and no wish: "what", "how much"."""
    first = begin(spots)
    if any(spot.start == first for spot in spots.of(AREA, AGAIN)):
        return None
    return next((spot.value for spot in spots.of(ASKING) if spot.start == first), None)


def begin(spots: Spots) -> int:
    """Return the index of the first word that a sentence can begin with."""
    before = {i for one in spots.of(HESITATION) for i in range(one.start, one.end)}
    return next((i for i in range(len(spots.words)) if i not in before), 0)


def weighty(spots: Spots) -> list[int]:
    """Return the indexes of the words that are no fillers."""
    fillers = {i for one in spots.of(FILLER) for i in range(one.start, one.end)}
    return [i for i in range(len(spots.words)) if i not in fillers]


def _denied(spots: Spots, *concepts: str) -> bool:
    return any(negated(spots, one) or negated_behind(spots, one) for one in spots.of(*concepts))


def _declined(spots: Spots) -> bool:
    """Tell whether a text ends with a "no" to what it names: "a neck massage, no thanks"."""
    named = min((one.start for one in spots.of(AREA, OURS, RUB)), default=len(spots.words))
    end = max(weighty(spots), default=-1) + 1
    return any(
        one.value == _NO and named < one.start and one.end == end for one in spots.of(ANSWER)
    )


def negated(spots: Spots, one: Spot, denying: Iterable[Spot] | None = None) -> bool:
    """Tell whether a "not" stands right before a phrase, and is no part of it."""
    return any(
        no.end <= one.start <= no.end + NEGATED_WITHIN
        for no in (spots.of(NOT) if denying is None else denying)
    )


def negated_behind(spots: Spots, one: Spot) -> bool:
    """Tell whether a text ends with a "not" that is about what stands before it."""
    end = max(weighty(spots), default=-1) + 1
    return any(no.value == BEHIND and one.end <= no.start and no.end == end for no in spots.of(NOT))


def _only_stretch(spots: Spots) -> bool:
    """Tell whether nothing is to be pressed: it is said so, or nothing but a stretch is named."""
    return spots.has(ONLY) or not any(
        not negated(spots, one) for one in spots.of(RUB, OURS) if one.value == PRESS
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


def side_of(spots: Spots) -> Side | None:
    """Return the side that is named; left and right in one text are better asked about."""
    sides = {Side.BOTH} if spots.has(PAIR) else {Side(value) for value in spots.values(SIDE)}
    return sides.pop() if len(sides) == 1 else None


def _read(spots: Spots, areas: list[str], *, stretch: bool) -> Wish:
    lengths, minutes = spots.values(LENGTH), spots.values(MINUTES)
    return Wish(
        area=areas[-1] if areas else None,
        areas=tuple(areas),
        side=side_of(spots),
        length=Length(lengths[-1]) if lengths else None,
        minutes=int(minutes[-1]) if minutes else None,
        person=next(iter(spots.values(PERSON)), None),
        routine=next(iter(spots.values(ROUTINE)), None),
        stretch_only=stretch,
        again=spots.has(AGAIN) and not stretch,
    )
