"""Routines by name: "quick neck routine" is one area at one length, as people say it."""

from .admission import Refused
from .content import Catalogue
from .massage.wording import Phrasebook
from .voice.grammar import Grammar
from .voice.understanding import Situation, StartRequest, understand


def find_routine(catalogue: Catalogue, name: str, book: Phrasebook) -> StartRequest:
    """Understand the name of a routine as if it had been said. Raises Refused."""
    data = catalogue.sentences[book.language]
    grammar = Grammar.build(data, areas=tuple(catalogue.areas), routines=(), people=())
    for text in (f"start {name}", name):
        match understand(text, grammar, Situation()):
            case StartRequest(area=str()) as found:
                return found
            case _:
                continue
    raise Refused("unknown_routine", routine=name[:100])
