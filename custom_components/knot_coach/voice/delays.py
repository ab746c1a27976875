"""A session that is to begin later: Home Assistant's own timers see to that.

Assist takes "start a massage in ten minutes" for what it is to do then. It looks for the time at the
ends of a sentence alone, and "starte in zehn Minuten eine Massage" has it in the middle.
"""

from itertools import combinations

from .gist import DELAY
from .grammar import Grammar
from .meanings import StartRequest
from .spotting import plain_words
from .understanding import understand_request


def delay_last(text: str, grammar: Grammar) -> str | None:
    """Return a wish to start with its delay put behind it; None where it is none, or is there."""
    spots = grammar.spotter.spots(text)
    delays = list(spots.of(DELAY))
    if len(delays) != 1 or delays[0].start == 0 or delays[0].end == len(spots.words):
        return None
    delay = list(spots.words[delays[0].start : delays[0].end])
    parts = text.rstrip(" .!?").split()
    for start, end in combinations(range(len(parts) + 1), 2):
        between = parts[start:end]
        if end - start <= len(delay) and plain_words(" ".join(between)) == delay:
            rest = " ".join([*parts[:start], *parts[end:]])
            wish = understand_request(rest, grammar)
            return " ".join([rest, *between]) if isinstance(wish, StartRequest) else None
    return None
