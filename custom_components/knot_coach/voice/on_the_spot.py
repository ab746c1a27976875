"""Free speech is made a sentence of Assist's just before Assist matches it.

Assist knows a trigger only by its templates, and a wildcard among them would swallow the words of the
whole house. But every text comes by before it is matched (`stop_listener`). One that is for a coach,
and that no template fits, is registered then, word for word, and forgotten as soon as it has been
handled: so the coach answers what it understands, and everything else goes its way untouched (ADR 0007).
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
import re
from typing import Final

from hassil import Intents, recognize
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError
from hassil.util import normalize_for_matching
from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.components.conversation.trigger import TRIGGER_CALLBACK_TYPE
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..massage.stop_words import LONGEST_TEXT

KEPT_SECONDS: Final = 10.0
"""For which a text is kept that nobody asks for: its turn has ended in another way."""
MOST_KEPT: Final = 8
"""Most texts at once: so many rooms are hardly spoken in at the same moment."""
_SPECIAL: Final = re.compile(r"([\[\](){}<>|;:\\])")


def literally(text: str) -> str | None:
    """Return the template that fits a text, and nothing else; None where there is none."""
    if len(text) > LONGEST_TEXT:
        return None
    template = _SPECIAL.sub(r"\\\1", normalize_for_matching(text).text)
    return template if template.strip() and _fits(template, text) else None


def _fits(template: str, text: str) -> bool:
    try:
        parse_sentence(template)
        return fits([template], text)
    except ParseError, AssertionError, ValueError:
        return False


def as_trigger(templates: Iterable[str]) -> Intents:
    """Return what Assist makes of the templates of a trigger."""
    return Intents.from_dict(
        {"language": "en", "intents": {"trigger": {"data": [{"sentences": list(templates)}]}}}
    )


def fits(templates: Iterable[str] | Intents, text: str) -> bool:
    """Tell whether Assist would match a text with one of these templates."""
    known = templates if isinstance(templates, Intents) else as_trigger(templates)
    return recognize(text, known) is not None


class OnTheSpot:
    """Texts that Assist is to match in this very turn."""

    def __init__(self, hass: HomeAssistant, heard: TRIGGER_CALLBACK_TYPE) -> None:
        """Let `heard` be called with what is matched."""
        self._hass, self._heard = hass, heard
        self._kept: dict[str, CALLBACK_TYPE] = {}

    @callback
    def take(self, text: str) -> None:
        """Let Assist match this text."""
        template = literally(text)
        if template is None or template in self._kept or len(self._kept) >= MOST_KEPT:
            return
        remove = get_agent_manager(self._hass).register_trigger([template], self._heard)
        cancel = async_call_later(self._hass, KEPT_SECONDS, partial(self._expired, template))

        @callback
        def forget() -> None:
            cancel()
            remove()

        self._kept[template] = forget

    @callback
    def handled(self, text: str) -> None:
        """Forget a text: Assist has matched it."""
        template = literally(text)
        if template is not None and (forget := self._kept.pop(template, None)) is not None:
            forget()

    @callback
    def clear(self) -> None:
        """Forget everything."""
        while self._kept:
            self._kept.popitem()[1]()

    @callback
    def _expired(self, template: str, _: datetime) -> None:
        if (forget := self._kept.pop(template, None)) is not None:
            forget()
