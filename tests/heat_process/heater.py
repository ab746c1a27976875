"""A heater in a process of its own: plain Python, with a clock and a warmth that nobody else has.

    python tests/heat_process/heater.py SOCKET [--deaf 3] [--heard 2] [--late 0.5] [--countdown 2]

It obeys `on` and `off`, one a line, over a Unix socket, and answers every line with what it is. Whoever
talks to it may die at any time: it goes on, as hardware does. The test that has started it looks at it
over standard input and output, and pulls its plug by closing them.
"""

import argparse
import asyncio
import contextlib
from dataclasses import dataclass, field
import json
from math import exp
from pathlib import Path
import sys
import time
from typing import Any

ROOM = 22.0
"""Degrees Celsius of a pad that was off for long."""
HOTTEST = 55.0
"""Degrees Celsius of a pad that was on for long."""
INERTIA = 600.0
"""Seconds after which two thirds of a change of temperature have happened."""


@dataclass
class Heater:
    """The hardware. Its clock is the machine's, which no Home Assistant can stop or move."""

    deaf: int = 0
    """Ignore every so-manieth off (3: one in three); 1 ignores all."""
    offs: int = 0
    """How many offs it has been sent."""
    late: float = 0.0
    """Seconds between a command and its effect."""
    countdown: float = 0.0
    """Seconds after each on, after which it cuts the power by itself; 0: it has no countdown."""
    on: bool = False
    commands: list[tuple[float, str]] = field(default_factory=list)
    """When each command came, heard or not."""
    runs: list[tuple[float, float]] = field(default_factory=list)
    """From when to when it had power, each time that it is off again."""
    cut: int = 0
    """How often it cut the power by itself."""
    _since: float = field(default_factory=time.monotonic)
    _start: float = ROOM
    _timer: asyncio.TimerHandle | None = None

    def command(self, on: bool) -> None:  # noqa: FBT001 - on and off are the words
        """Obey, soon or not at all."""
        self.commands.append((time.monotonic(), "on" if on else "off"))
        if not on:
            self.offs += 1
            if self.deaf and self.offs % self.deaf == 0:
                return
        if self.late:
            asyncio.get_running_loop().call_later(self.late, self._set, on)
        else:
            self._set(on)

    def _set(self, on: bool) -> None:  # noqa: FBT001 - as command
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if on and self.countdown:
            self._timer = asyncio.get_running_loop().call_later(self.countdown, self._cut)
        if on is self.on:
            return
        now = time.monotonic()
        self._start = self.celsius
        if self.on:
            self.runs.append((self._since, now))
        self.on, self._since = on, now

    def _cut(self) -> None:
        self._timer = None
        self.cut += 1
        self._set(on=False)

    @property
    def celsius(self) -> float:
        """How warm it is."""
        goal = HOTTEST if self.on else ROOM
        return goal + (self._start - goal) * exp(-(time.monotonic() - self._since) / INERTIA)

    @property
    def seconds_on(self) -> float:
        """All seconds for which it had power."""
        going = time.monotonic() - self._since if self.on else 0.0
        return sum(end - start for start, end in self.runs) + going

    def tell(self) -> dict[str, Any]:
        """Say everything."""
        return {
            "on": self.on,
            "celsius": round(self.celsius, 2),
            "seconds_on": self.seconds_on,
            "commands": self.commands,
            "runs": self.runs,
            "cut": self.cut,
        }

    def obey(self, line: bytes) -> bytes:
        """Take a line in and return the answer."""
        match line.decode().split():
            case ["on"]:
                self.command(on=True)
            case ["off"]:
                self.command(on=False)
            case ["deaf", often]:
                self.deaf = int(often)
            case _:
                pass
        return json.dumps(self.tell()).encode() + b"\n"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk with one who has called."""
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            while line := await reader.readline():
                writer.write(self.obey(line))
                await writer.drain()

    async def look(self) -> None:
        """Talk with the test, until it hangs up."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while line := await reader.readline():
            sys.stdout.buffer.write(self.obey(line))
            sys.stdout.flush()


async def main() -> None:
    """Serve until the plug is pulled."""
    parser = argparse.ArgumentParser()
    parser.add_argument("socket", type=Path)
    parser.add_argument("--deaf", type=int, default=0)
    parser.add_argument("--heard", type=int, default=0, help="how many offs it has been sent")
    parser.add_argument("--late", type=float, default=0.0)
    parser.add_argument("--countdown", type=float, default=0.0)
    given = parser.parse_args()
    heater = Heater(deaf=given.deaf, offs=given.heard, late=given.late, countdown=given.countdown)
    server = await asyncio.start_unix_server(heater.serve, given.socket)
    await heater.look()
    # Whoever still talks to it is not waited for.
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
