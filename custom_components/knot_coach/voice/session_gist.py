"""What is said to a session in free speech: words, answers and scores.

The rules are strict where a mistake would cost something. More pressure is never asked for by a text
that says anything beside it, and nothing goes on by a text that denies or asks; what calms is heard
whatever stands around it, because a false stop is cheap (massage.md §4.2).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..massage.areas import Side
from ..massage.messages import Answer, Command
from .asides import clauses, corrected, plainly, without_asides, without_past
from .gist import (
    ANSWER,
    AREA,
    CALLED,
    ELSEWHERE,
    HALF,
    HARM,
    HARMLESS,
    HESITATION,
    LATER,
    MINUTES,
    MOST_LEFT_OVER,
    NEAR,
    NEVER,
    NOT,
    ORDER,
    PAIR,
    PLAINT,
    POLITE,
    SCALE,
    SCORE,
    SESSION,
    SIDE,
    TEN,
    asked,
    begin,
    negated,
    negated_behind,
    side_of,
    weighty,
)
from .spotting import Spot, Spots

MOST_SCORES: Final = 2
"""A range has two."""
CALMING: Final = (
    "stop",
    "too_hot",
    "too_much",
    "enough",
    "moment",
    "pause",
    "lighter",
    "no_harder",
)
"""What wins over everything else that a text says, the first over the next."""
_SOFTER: Final[Mapping[str, frozenset[str]]] = {
    "moment": frozenset(HARMLESS),
    "enough": frozenset({"wrap_up", "other_side", "next", "no_harder"}),
}
"""What says more precisely what is wanted than words that calm."""
_STRONGER: Final[Mapping[str, frozenset[str]]] = {
    "lost": frozenset({"found", "not_found", "released", "easing"}),
    "not_found": frozenset({"found", "released", "same"}),
    "not_yet": frozenset({"found", "released", "easing", "same"}),
}
"""What keeps a session where it is, and what it wins over: "I had it, and now it's gone"."""
HURRIED: Final = "moment"
"""A word of a person who is called away: what it is that calls is no matter."""
RISKY: Final = frozenset({"harder", "resume", "released"})
"""What presses more, or goes on: obeyed only where a text says nothing else."""
ABOUT_THE_KNOT: Final = frozenset(
    {"found", "not_found", "lost", "not_yet", "released", "aches_elsewhere", "same", "easing"}
)
"""What tells how the muscle feels, which nobody does while something else is asked."""
MOVING: Final = frozenset({"next", "previous", "other_side", "wrap_up", "extend"})
"""What moves a session about: obeyed only where a text denies nothing, and says little else."""
FACTS: Final = frozenset({"aches_elsewhere", "lost", "not_found", "not_yet"})
"""What somebody tells, in whatever sentence: "when I press here, I feel it somewhere else"."""
SPOKEN: Final = frozenset({*HARMLESS, "louder", "quieter", "cues_only", "talk_more", "repeat"})
"""What is about words, and changes nothing else."""
ENDING: Final = frozenset({"stop", "pause"})
"""What can be wished of anything in a house: "stop the music"."""


def word_of(spots: Spots) -> str | None:
    """Return the key of what is said to a session, or None where that is not clear."""
    if (key := _word_in(spots)) is not None:
        return key
    plain = without_asides(spots)
    key = _word_in(plain) or _word_beside(plain)
    # No word beside it, whatever it says, makes it a wish for more.
    return None if key == Command.HARDER else key


def _word_beside(spots: Spots) -> str | None:
    """Return the key of the one sentence of a text that is for a session, whatever others tell.

    "Sorry, that was the postman. We can go on." Nothing goes on by a text that denies anything, or
    asks; and beside another thing of the house only what changes nothing is heard: "louder, the fan
    is on".
    """
    parts = clauses(spots)
    keys = {key for part in parts if (key := _word_in(part)) is not None}
    if len(parts) == 1 or len(keys) != 1:
        return None
    key = keys.pop()
    if spots.has(ELSEWHERE):
        return key if key in SPOKEN and ORDER not in spots.values(ELSEWHERE) else None
    doubted = spots.has(NOT, HARM, LATER) or any(asked(part) is not None for part in parts)
    return None if key in RISKY and doubted else key


def _word_in(spots: Spots) -> str | None:
    found = [one.value for one in spots.of(SESSION) if _said(spots, one)]
    for key in CALMING:
        # "Wait, how long is left" is no more than a question, and "enough, the last stretch" an end.
        if key in found and _SOFTER.get(key, frozenset()).isdisjoint(found):
            return key
    found = [key for key in found if key not in CALMING]
    if len(spots.left_over()) > MOST_LEFT_OVER:
        return None
    for key in HARMLESS:
        if key in found:
            return key
    keys = set(found)
    keys -= {weak for key in keys for weak in _STRONGER.get(key, ())}
    return keys.pop() if len(keys) == 1 else None


def _said(spots: Spots, one: Spot) -> bool:
    """Tell whether a word is meant as it stands: neither denied, asked, nor about something else."""
    if one.value in CALMING:
        return _calms(spots, one)
    if negated(spots, one) or _elsewhere(spots, one):
        return False
    return one.value in HARMLESS or (not negated_behind(spots, one) and _is_wish(spots, one))


def ends(spots: Spots) -> bool:
    """Tell whether a text asks to stop, or to wait."""
    return any(one.value in ENDING and _said(spots, one) for one in spots.of(SESSION))


def _is_wish(spots: Spots, one: Spot) -> bool:
    """Tell whether a word is wished for, and not only asked about or said beside something else."""
    if one.value in FACTS:
        return True
    if one.start > begin(spots) and asked(spots) is not None:
        return False
    if one.value in MOVING:
        return not spots.has(NOT, LATER) and len(spots.left_over()) < NEAR
    return one.value not in RISKY or _is_all(spots, one)


def _calms(spots: Spots, one: Spot) -> bool:
    """Tell whether a word calms: a false stop is cheap (massage.md §4.2)."""
    if one.value == HURRIED:
        return not _to_others(spots)
    if one.value not in {*ENDING, "enough"}:
        return one.value not in {"lighter", "no_harder"} or not _elsewhere(spots, one)
    never = [no.end for no in spots.of(NOT) if no.value == NEVER and no.end <= one.start]
    # "Don't stop" is no stop; "don't, stop" is one.
    if any(one.start - end <= 1 and _joined(spots, end, one.start) for end in never):
        return False
    # "Stop the music" is about music, and so is "the music stop"; "stop, my phone" is not.
    last = max(weighty(spots), default=-1) < one.end
    return not any(
        (other.value == ORDER and other.start < one.end <= other.end)
        or (0 <= other.start - one.end <= NEAR and _joined(spots, one.end, other.start))
        or (last and 0 <= one.start - other.end <= NEAR and _joined(spots, other.end, one.start))
        for other in spots.of(ELSEWHERE)
    )


def _to_others(spots: Spots) -> bool:
    """Tell whether somebody else in the room is spoken to: "pause the film, there's the bell"."""
    orders = [one for one in spots.of(ELSEWHERE) if one.value == ORDER]
    orders += [one for one in spots.of(SESSION) if one.value in ENDING and not _calms(spots, one)]
    first = begin(spots)
    return CALLED in spots.values(ELSEWHERE) or any(one.start <= first < one.end for one in orders)


def _joined(spots: Spots, first: int, last: int) -> bool:
    """Tell whether no comma stands between two words."""
    return spots.breaks.isdisjoint(range(first, last + 1))


def _is_all(spots: Spots, one: Spot) -> bool:
    """Tell whether a text says nothing else: no "not", no question, no place and no time."""
    others = spots.of(NOT, LATER, HARM, SIDE, AREA)
    if any(two.start < one.start or two.end > one.end for two in others):
        return False
    if asked(spots) is not None:
        return False
    if one.value != Command.HARDER:
        return not spots.left_over(PLAINT)
    said = {i for two in spots.of(POLITE, HESITATION) for i in range(two.start, two.end)}
    return len(said | set(range(one.start, one.end))) == len(spots.words)


def _elsewhere(spots: Spots, one: Spot) -> bool:
    return any(
        -NEAR <= other.start - one.end <= NEAR or -NEAR <= one.start - other.end <= NEAR
        for other in spots.of(ELSEWHERE)
    )


def answers_of(spots: Spots) -> frozenset[str]:
    """Return the keys of all that a text answers; none where it asks or is about something else."""
    found = list(spots.of(ANSWER))
    # The "no" of "no, I feel worse" is an answer, and denies nothing.
    spoken = {one.start for one in found}
    denying = [no for no in spots.of(NOT) if no.start not in spoken]
    answers = [
        one for one in found if not (negated(spots, one, denying) or _taken_back(one, denying))
    ]
    elsewhere = any(
        not any(one.start <= other.start < one.end for one in answers)
        for other in spots.of(ELSEWHERE)
    )
    if elsewhere or asked(spots) is not None or len(spots.left_over()) > MOST_LEFT_OVER:
        return frozenset()
    return frozenset(one.value for one in answers)


def _taken_back(one: Spot, denying: Iterable[Spot]) -> bool:
    """Tell whether a "not" goes on with what would be a yes: "I do not want to"."""
    return one.value == "admitted" and any(no.start <= one.end < no.end for no in denying)


def side_in(spots: Spots) -> Side | None:
    """Return the side that a text names, and says little else; what was taken back does not count."""
    now = plainly(spots)
    if now.has(ELSEWHERE, SESSION) or asked(now) is not None or len(now.left_over()) > NEAR:
        return None
    if Answer.UNSURE in now.values(ANSWER) or any(negated(now, one) for one in now.of(SIDE, PAIR)):
        return None
    return side_of(now)


def is_alone(spots: Spots) -> bool:
    """Tell whether a text holds nothing but answers; words that change nothing are few here."""
    answered = {i for one in spots.of(ANSWER, HESITATION) for i in range(one.start, one.end)}
    return len(answered) == len(spots.words)


def scores_of(spots: Spots, *, wanted: bool) -> tuple[list[int], bool] | None:
    """Return the numbers of a text that is a score, and whether a half is added.

    None where it says anything else, or counts to another number than ten; where a score is
    `wanted`, it may be said in other words.
    """
    now = without_past(corrected(spots))
    parts = [part for part in clauses(now) if part.has(SCORE)] if wanted else []
    said = [now, *parts] if len(parts) == 1 else [now]
    return next((found for one in said if (found := _scores_in(one, wanted=wanted))), None)


def _scores_in(spots: Spots, *, wanted: bool) -> tuple[list[int], bool] | None:
    scores = list(_scores(spots))
    if not 0 < len(scores) <= MOST_SCORES or any(negated(spots, one) for one in scores):
        return None
    if len(spots.left_over(SESSION, MINUTES, ELSEWHERE, AREA)) > (NEAR if wanted else 0):
        return None
    if spots.has(NOT) and not wanted:
        return None
    if set(spots.values(SCALE)) - {TEN} or spots.has(ELSEWHERE):
        return None
    return [int(one.value) for one in scores], spots.has(HALF)


def _scores(spots: Spots) -> Iterator[Spot]:
    """Yield the numbers that are no part of "out of ten", "and a half" or "one step back"."""
    taken = [*spots.of(SCALE, HALF, MINUTES, SESSION)]
    for one in spots.of(SCORE):
        if not any(other.start <= one.start < other.end for other in taken):
            yield one
