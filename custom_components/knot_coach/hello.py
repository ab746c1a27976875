"""One spoken line through each output, so that a person can hear that it works before it is saved."""

from collections.abc import Sequence
import logging
from typing import assert_never

from homeassistant.core import Context, HomeAssistant

from .announce.notify import Texter, TextSpeaker
from .announce.outputs import Kind, Output
from .announce.player import PlayerSpeaker
from .announce.satellite import SatelliteSpeaker
from .announce.speaker import Ending, Speaker
from .announce.synthesis import Synthesis
from .massage.wording import Line

_LOGGER = logging.getLogger(__name__)


async def async_say_hello(
    hass: HomeAssistant, outputs: Sequence[Output], line: Line
) -> Output | None:
    """Speak the line through one output after another; return the first that did not.

    Raises ValueError for an entity that is no output.
    """
    synthesis = Synthesis(hass)
    for output in outputs:
        if not await _async_speaks(_speaker(hass, output, synthesis), line):
            return output
    return None


def _speaker(hass: HomeAssistant, output: Output, synthesis: Synthesis) -> Speaker:
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


async def _async_speaks(speaker: Speaker, line: Line) -> bool:
    speaker.start()
    try:
        clip = await speaker.async_prepare(line)
        await speaker.async_ready(urgent=False)
        ending = await speaker.async_speak(line, clip, Context())
    except Exception as error:  # noqa: BLE001 - outputs raise anything, and the form must say so
        _LOGGER.warning("%s could not say hello: %r", speaker, error)
        return False
    finally:
        speaker.stop()
    # A line that ended long before its time was not heard.
    return ending is Ending.SPOKEN
