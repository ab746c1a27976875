"""Show lines as text through notify entities."""

import asyncio
from collections.abc import Sequence
import logging
from typing import Final, override

from homeassistant.components.notify.const import ATTR_MESSAGE, DOMAIN, SERVICE_SEND_MESSAGE
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant

from ..massage.wording import Line
from .outputs import Output, SpeechError, refusal
from .speaker import Ending, Speaker
from .synthesis import Clip, Synthesis, Voice

_LOGGER = logging.getLogger(__name__)

SEND_SECONDS: Final = 10.0
"""How long a message may take to be handed over."""


class Texter:
    """Writes to one notify entity, in the order in which it is asked to."""

    def __init__(self, hass: HomeAssistant, output: Output) -> None:
        """Get ready."""
        self.output = output
        self._hass = hass
        self._turn = asyncio.Lock()

    @property
    def available(self) -> bool:
        """Whether it can be written to now."""
        return refusal(self._hass, self.output) is None

    async def async_send(self, text: str, context: Context) -> bool:
        """Hand a text over; return whether that worked, and raise nothing."""
        data = {ATTR_ENTITY_ID: self.output.entity_id, ATTR_MESSAGE: text}
        try:
            async with self._turn, asyncio.timeout(SEND_SECONDS):
                if not self.available:
                    return False
                await self._hass.services.async_call(
                    DOMAIN, SERVICE_SEND_MESSAGE, data, blocking=True, context=context
                )
        except Exception as error:  # noqa: BLE001 - a phone that cannot be reached ends no session
            _LOGGER.warning("%s could not be written to: %r", self.output.entity_id, error)
            return False
        return True


class TextSpeaker(Speaker):
    """Stands in for a voice where there is none: every line is text, at the pace of speech."""

    def __init__(
        self, hass: HomeAssistant, texters: Sequence[Texter], synthesis: Synthesis
    ) -> None:
        """Speak through all of the texters, at least one."""
        super().__init__(hass, texters[0].output, synthesis)
        self._texters = texters

    @property
    @override
    def available(self) -> bool:
        return any(texter.available for texter in self._texters)

    @property
    @override
    def voice(self) -> Voice | None:
        return None

    @override
    async def async_prepare(self, line: Line) -> Clip:
        return Clip(line.seconds)

    @override
    async def async_ready(self, *, urgent: bool) -> None:
        """Return at once: text interrupts nobody."""

    @override
    async def async_speak(self, line: Line, clip: Clip, context: Context) -> Ending:
        sent = await asyncio.gather(
            *(texter.async_send(line.text, context) for texter in self._texters)
        )
        if not any(sent):
            raise SpeechError("no message could be handed over")
        await asyncio.sleep(clip.seconds)
        return Ending.SPOKEN
