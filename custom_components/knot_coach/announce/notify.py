"""Show lines as text through notify entities."""

import asyncio
from collections.abc import Sequence
import logging
from typing import Final, override

from homeassistant.components.notify.const import ATTR_MESSAGE, DOMAIN, SERVICE_SEND_MESSAGE
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event

from ..const import DOMAIN as OUR_DOMAIN
from ..massage.wording import Line
from .outputs import Kind, Output, SpeechError, refusal
from .phone import async_push, line_data, phone_of
from .speaker import Ending, Speaker
from .synthesis import Clip, Synthesis, Voice
from .tiers import Tier

_LOGGER = logging.getLogger(__name__)

SEND_SECONDS: Final = 10.0
"""How long after it was asked for a message may still be handed over."""
VOICES: Final[dict[str, tuple[str, ...]]] = {
    "alexa_devices": ("-speak", "-announce"),
    "fully_kiosk": ("-tts",),
}
"""How unique ids end of notify entities that read their texts out, by integration."""


@callback
def speaks(hass: HomeAssistant, output: Output) -> bool:
    """Tell whether an output is heard; a notify entity is when it reads its texts out."""
    if output.kind is not Kind.NOTIFY:
        return output.kind is not None
    entry = er.async_get(hass).async_get(output.entity_id)
    return entry is not None and entry.unique_id.endswith(VOICES.get(entry.platform, ()))


class Texter:
    """Writes to one notify entity, in the order in which it is asked to.

    On a telephone with Home Assistant's app the lines of one `tag` replace each other.
    """

    def __init__(self, hass: HomeAssistant, output: Output, tag: str = OUR_DOMAIN) -> None:
        """Get ready; the tag is the coach's own (`phone.tag_of`)."""
        self.output = output
        self._hass, self._tag = hass, tag
        self._turn = asyncio.Lock()
        self._works = True

    @property
    def available(self) -> bool:
        """Whether it can be written to now."""
        return refusal(self._hass, self.output) is None

    async def async_send(self, text: str, context: Context, *, alone: bool = False) -> bool:
        """Hand a text over; return whether that worked, and raise nothing.

        `alone`: it is not spoken as well.
        """
        try:
            # The time runs while it waits too, so that nothing piles up behind one that hangs.
            async with asyncio.timeout(SEND_SECONDS), self._turn:
                if not self.available:
                    return False
                await self._async_hand_over(text, context, alone=alone)
        except Exception as error:  # noqa: BLE001 - a phone that cannot be reached ends no session
            level = logging.WARNING if self._works else logging.DEBUG
            _LOGGER.log(level, "%s could not be written to: %r", self.output.entity_id, error)
            self._works = False
            return False
        self._works = True
        return True

    async def _async_hand_over(self, text: str, context: Context, *, alone: bool) -> None:
        if (phone := phone_of(self._hass, self.output.entity_id)) is not None:
            data = line_data(self._tag, alone=alone)
            await async_push(self._hass, phone, text, data, context=context)
            return
        fields = {ATTR_ENTITY_ID: self.output.entity_id, ATTR_MESSAGE: text}
        await self._hass.services.async_call(
            DOMAIN, SERVICE_SEND_MESSAGE, fields, blocking=True, context=context
        )


class TextSpeaker(Speaker):
    """Stands in for a voice where there is none: every line is text, at the pace of speech.

    Without texters it keeps that pace alone: what is said is shown elsewhere, as a caption.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        texters: Sequence[Texter],
        synthesis: Synthesis,
        *,
        tag: str = OUR_DOMAIN,
        shown: bool = False,
    ) -> None:
        """Speak through all of the texters; with none, the tag makes it the coach's own.

        `shown`: every line is shown elsewhere as well, so that a text which does not arrive is no
        failure, and nothing waits for it. Without texters that is so anyway.
        """
        nowhere = Output(f"{Kind.NOTIFY}.{tag.lower()}_captions")
        super().__init__(hass, texters[0].output if texters else nowhere, synthesis)
        self._texters, self._shown = texters, shown or not texters
        self._sending: set[asyncio.Task[bool]] = set()

    @override
    def start(self) -> None:
        super().start()
        for texter in self._texters[1:]:
            follow = async_track_state_change_event(
                self._hass, texter.output.entity_id, self._async_changed
            )
            self._unsubscribe.append(follow)

    @override
    def stop(self) -> None:
        super().stop()
        for task in self._sending:
            task.cancel()

    @property
    @override
    def claims(self) -> Tier:
        return Tier.TEXT

    @property
    @override
    def available(self) -> bool:
        return self._shown or any(texter.available for texter in self._texters)

    @property
    @override
    def voice(self) -> Voice | None:
        return None

    @property
    @override
    def latency(self) -> float:
        return 0.0

    @override
    async def async_prepare(self, line: Line) -> Clip:
        return Clip(line.seconds)

    @override
    async def async_ready(self, *, urgent: bool) -> None:
        """Return at once: text interrupts nobody."""

    @override
    async def async_speak(self, line: Line, clip: Clip, context: Context) -> Ending:
        sending = [self._send(texter, line.text, context) for texter in self._texters]
        if not self._shown and not await _one_works(sending):
            raise SpeechError("no message could be handed over")
        # Whoever is slower than the first gets it meanwhile, and holds nobody up.
        await asyncio.sleep(clip.seconds)
        return Ending.SPOKEN

    def _send(self, texter: Texter, text: str, context: Context) -> asyncio.Task[bool]:
        task = self._hass.async_create_background_task(
            texter.async_send(text, context, alone=True),
            f"{OUR_DOMAIN} text to {texter.output.entity_id}",
        )
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return task


async def _one_works(sending: Sequence[asyncio.Task[bool]]) -> bool:
    """Return as soon as one has worked, or when none has."""
    try:
        # Each has a bound of its own, which a call may ignore.
        for ended in asyncio.as_completed(sending, timeout=SEND_SECONDS + 1):
            if await ended:
                return True
    except TimeoutError:
        return False
    return False
