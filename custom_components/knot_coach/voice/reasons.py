"""A word to a session with a reason behind it, and no comma: "pause I need more oil".

Nobody speaks commas, and few recognisers write them. What follows the word may then be about anything in a house, which
would hide it. Where another sentence begins that only tells something is known by its first words, such as "I need".
"""

from collections.abc import Callable
from typing import Final

from ..massage.messages import Command
from .gist import CALLED, ELSEWHERE, ORDER, SENTENCE, SESSION, asked, begin
from .session_gist import ABOUT_THE_KNOT, RISKY
from .spotting import Spots

LONGEST_WORD: Final = 6
"""Words of what is said to a session, at most: "say that again for me please". Our choice."""


def key_before_a_reason(
    spots: Spots, key_of: Callable[[str], str | None], *, open_question: bool
) -> str | None:
    """Return the key of the word that a text begins with, where it goes on to tell why.

    By no reason is anything pressed harder, or gone on with; and what is told must be no other word.

    Args:
        spots: The text.
        key_of: Returns the key of a text that says nothing else.
        open_question: Something has been asked, so nobody tells how the muscle feels.
    """
    if (parts := _apart(spots)) is None:
        return None
    key, other = map(key_of, parts)
    # "Go back, that was too fast" asks for one thing in two ways.
    if other not in {None, key, Command.REPEAT} or key in RISKY:
        return None
    return None if open_question and key in ABOUT_THE_KNOT else key


def _apart(spots: Spots) -> tuple[str, str] | None:
    """Return what a text begins with, and what it goes on to tell; None where it does not.

    Nor where it asks, for "why do I have knots" is one question; nor where it begins with something of the house, or
    orders something, or calls somebody: what stands before a reason is then for others, too.
    """
    if asked(spots) is not None:
        return None
    elsewhere = list(spots.of(ELSEWHERE))
    inside = {i for one in spots.of(SESSION) for i in range(one.start + 1, one.end)}
    first = begin(spots) + 1
    cuts = (one.start for one in spots.of(SENTENCE) if one.start >= first)
    cut = next((one for one in cuts if one not in inside), None)
    if cut is None or cut > LONGEST_WORD or {ORDER, CALLED} & {one.value for one in elsewhere}:
        return None
    if any(one.start < cut for one in elsewhere):
        return None
    return _text(spots.words[:cut]), _text(spots.words[cut:])


def _text(words: tuple[str, ...]) -> str:
    return " ".join(words).replace(" '", "'")
