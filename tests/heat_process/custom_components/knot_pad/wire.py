"""The connection to the heater, and the steps at which a process can be stopped dead."""

import asyncio
import json
import os
import signal
import sys
import time
from typing import Any

from .const import STOP_AT


def tell(**fact: object) -> None:
    """Tell the parent a fact, with the time of the clock that all processes share.

    In one piece, because several threads have something to tell.
    """
    line = json.dumps({"at": time.monotonic(), **fact}) + "\n"
    os.write(sys.stdout.fileno(), line.encode())


def reached(step: str) -> None:
    """Stop this whole process, all its threads, if this is the step to die at."""
    tell(step=step)
    if os.environ.get(STOP_AT) == step:
        os.kill(os.getpid(), signal.SIGSTOP)


class Wire:
    """Asks the heater, one thing at a time."""

    def __init__(self, path: str) -> None:
        """Take the path of the socket; it is called with the first question."""
        self._path = path
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def async_ask(self, word: str) -> dict[str, Any]:
        """Send a word; return what the heater is then. Raises OSError where it does not answer."""
        async with self._turn:
            if self._streams is None:
                self._streams = await asyncio.open_unix_connection(self._path)
            reader, writer = self._streams
            writer.write(word.encode() + b"\n")
            await writer.drain()
            if word in ("on", "off"):
                reached(f"{word}_sent")
            line = await reader.readline()
            if not line:
                raise ConnectionError("The heater has hung up")
            answer: dict[str, Any] = json.loads(line)
            return answer

    async def async_close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
