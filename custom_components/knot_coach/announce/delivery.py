"""Brings one line to the ear: on the first output that works, or on all of them at once."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
import logging
from typing import Any, Final

from homeassistant.core import Context, HomeAssistant

from ..massage.messages import Say
from .ear import Ear
from .lanes import async_turn
from .outputs import BusyError, SpeechError
from .speaker import Ending, Speaker, nothing

_LOGGER = logging.getLogger(__name__)

ROOM_SECONDS: Final = 20.0
"""How long a line waits for somebody who talks to another satellite in the room; our choice."""

HURRY_SECONDS: Final = 0.5
"""How long a line for safety waits for the others when one output is ready; our choice."""

type Handed = Callable[[Sequence[Speaker], float], bool]
"""Asked when the speakers are ready, with the expected seconds; False when the line shall wait."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one line went on the outputs that were to speak it."""

    ending: Ending | None
    """None where no output spoke it."""
    spoke: tuple[Speaker, ...] = ()
    busy: tuple[Speaker, ...] = ()
    """Those that speak for somebody else just now."""
    failed: tuple[tuple[Speaker, Exception], ...] = ()


class OvertakenError(Exception):
    """Something else comes first now."""


async def async_deliver(
    hass: HomeAssistant,
    say: Say,
    speakers: Sequence[Speaker],
    *,
    ears: Sequence[Ear],
    context: Context,
    handed: Handed,
    said: Callable[[], None],
    urgent: bool,
) -> Result:
    """Speak one line on all of these outputs, each in its turn; return when the last has ended.

    `said` may be called before that, at the last word. Raises OvertakenError if `handed` says so;
    nothing has been heard then.
    """
    failed: list[tuple[Speaker, Exception]] = []
    async with AsyncExitStack() as turns:
        # Always in the same order, so that two coaches never wait for each other.
        for speaker in sorted(speakers, key=lambda one: one.output.entity_id):
            await turns.enter_async_context(
                async_turn(hass, speaker.output.entity_id, say.priority)
            )
        prepared = await _async_each(
            speakers, lambda speaker: speaker.async_prepare(say.line), failed
        )
        ready = await _async_quiet(tuple(prepared), ears, failed, urgent=urgent)
        if not ready:
            return Result(None, failed=tuple(failed))
        clips = {speaker: prepared[speaker] for speaker in ready}
        if not handed(ready, max(one.expected(clip) for one, clip in clips.items())):
            raise OvertakenError
        for speaker in ready:
            speaker.said = said if len(ready) == 1 else nothing
        endings = await _async_each(
            ready, lambda speaker: speaker.async_speak(say.line, clips[speaker], context), failed
        )
    busy = tuple(speaker for speaker, error in failed if isinstance(error, BusyError))
    return Result(
        _together(endings.values()),
        spoke=tuple(endings),
        busy=busy,
        failed=tuple(one for one in failed if one[0] not in busy),
    )


async def _async_quiet(
    speakers: Sequence[Speaker],
    ears: Sequence[Ear],
    failed: list[tuple[Speaker, Exception]],
    *,
    urgent: bool,
) -> tuple[Speaker, ...]:
    """Return the speakers that may speak now, when nobody talks in the room either."""
    loop = asyncio.get_running_loop()
    until = loop.time() + ROOM_SECONDS
    while True:
        ready = await _async_each(
            speakers, lambda speaker: speaker.async_ready(urgent=urgent), failed, hurry=urgent
        )
        speakers = tuple(ready)
        own = (one.ear for one in speakers)
        talking = next((ear for ear in (*ears, *own) if ear is not None and ear.talking), None)
        if urgent or not speakers or talking is None:
            return speakers
        try:
            async with asyncio.timeout_at(until):
                await talking.async_quiet()
        except TimeoutError:
            _LOGGER.debug("Somebody talks to %s for longer than a turn takes", talking.entity_id)
            return speakers


def _together(endings: Iterable[Ending]) -> Ending | None:
    """Return how a line went that several have spoken: who cuts it off does so for all."""
    found = set(endings)
    return next((one for one in (Ending.CUT, Ending.SPOKEN, Ending.UNSEEN) if one in found), None)


async def _async_each[T](
    speakers: Sequence[Speaker],
    work: Callable[[Speaker], Coroutine[Any, Any, T]],
    failed: list[tuple[Speaker, Exception]],
    *,
    hurry: bool = False,
) -> dict[Speaker, T]:
    """Let all do something at once; those that cannot are added to the failed ones.

    With `hurry` nobody waits long for the others once one has done it.
    """
    done: dict[Speaker, T] = {}

    async def one(speaker: Speaker) -> None:
        try:
            done[speaker] = await work(speaker)
        except asyncio.CancelledError:
            # Client libraries cancel what waits for a device that goes away.
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            failed.append((speaker, SpeechError("its action was cancelled")))
        except Exception as error:  # noqa: BLE001 - outputs raise anything; the voice must not die
            failed.append((speaker, error))

    tasks = {asyncio.ensure_future(one(speaker)): speaker for speaker in speakers}
    try:
        waiting = set(tasks)
        while waiting and not (hurry and done):
            _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if waiting:
            _, waiting = await asyncio.wait(waiting, timeout=HURRY_SECONDS)
        failed += [(tasks[task], SpeechError("it was too slow for safety")) for task in waiting]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return {speaker: done[speaker] for speaker in speakers if speaker in done}
