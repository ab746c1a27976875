"""The sentences of a line, so that one that was cut off is taken up where it was cut."""

from dataclasses import replace
import re
from typing import Final

from ..massage.wording import Line

_SENTENCE_END: Final = re.compile(r"(?<=[.?!])\s+")


def from_sentence(line: Line, share: float) -> Line:
    """Return a line from the sentence on in which so much of it had been spoken.

    `share` is 0 to 1; sentences are taken to last as long as they are written. The first words may
    be heard twice, none is left out.
    """
    sentences = _SENTENCE_END.split(line.text)
    spoken = share * len(line.text)
    while len(sentences) > 1 and spoken > len(sentences[0]):
        spoken -= len(sentences[0]) + 1
        sentences.pop(0)
    return replace(line, text=" ".join(sentences), others=())
