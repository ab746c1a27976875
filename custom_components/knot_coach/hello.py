"""One spoken line through each output, so that a person can hear that it works before it is saved."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
import logging
from typing import Final, assert_never

from homeassistant.core import Context, HomeAssistant

from .announce.lanes import async_turn
from .announce.notify import Texter, TextSpeaker
from .announce.outputs import Kind, Output
from .announce.player import PlayerSpeaker
from .announce.satellite import SatelliteSpeaker
from .announce.speaker import Ending, Speaker
from .announce.synthesis import Synthesis
from .announce.tiers import Tier
from .massage.messages import Priority
from .massage.wording import Line

_LOGGER = logging.getLogger(__name__)

TURN_SECONDS: Final = 30.0
"""How long somebody else may have an output; no line is that long. Our choice."""


async def async_say_hello(
    hass: HomeAssistant, outputs: Sequence[Output], line: Line
) -> Output | None:
    """Speak the line through one output after another; return the first that did not.

    Raises ValueError for an entity that is no output.
    """
    synthesis = Synthesis(hass)
    for output in outputs:
        if not await _async_speaks(hass, speaker_of(hass, output, synthesis), line):
            return output
    return None


def speaker_of(hass: HomeAssistant, output: Output, synthesis: Synthesis) -> Speaker:
    """Return what speaks through an output; raises ValueError for an entity that is no output."""
    match output.kind:
        case Kind.SATELLITE:
            return SatelliteSpeaker(hass, output, synthesis)
        case Kind.PLAYER:
            return PlayerSpeaker(hass, output, synthesis)
        case Kind.NOTIFY:
            return TextSpeaker(hass, [Texter(hass, output)], synthesis)
        case None:
            raise ValueError(f"{output.entity_id} cannot speak")
        case _:
            assert_never(output.kind)


@asynccontextmanager
async def async_soon(hass: HomeAssistant, entity_id: str) -> AsyncGenerator[None]:
    """Have an output for oneself, after whatever is more urgent; raise TimeoutError if never."""
    async with (
        asyncio.timeout(TURN_SECONDS) as limit,
        async_turn(hass, entity_id, Priority.ENCOURAGEMENT),
    ):
        limit.reschedule(None)
        yield


async def _async_speaks(hass: HomeAssistant, speaker: Speaker, line: Line) -> bool:
    speaker.start()
    try:
        clip = await speaker.async_prepare(line)
        async with async_soon(hass, speaker.output.entity_id):
            await speaker.async_ready(urgent=False)
            ending = await speaker.async_speak(line, clip, Context())
    except Exception as error:  # noqa: BLE001 - outputs raise anything, and the form must say so
        _LOGGER.warning("%s could not say hello: %r", speaker, error)
        return False
    finally:
        speaker.stop()
    # What was cut off, or never came to an end, was not heard as it should be; and a satellite that
    # says at once that it has spoken may have said nothing.
    expected = speaker.output.profile.tier or speaker.claims
    honest = expected is not Tier.CONFIRMED or speaker.seen is Tier.CONFIRMED
    return honest and ending is Ending.SPOKEN
