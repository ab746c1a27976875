"""`scripts/demo`: one guided session in a real Home Assistant, spoken into a file."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
import logging
from pathlib import Path
import signal
import sys
from tempfile import TemporaryDirectory
import traceback
from typing import TYPE_CHECKING, Any, Final

from .clock import SkippingLoop, skip_wall_clock
from .logs import Complaints

if TYPE_CHECKING:
    from .show import Options

INTERRUPTED: Final = 130
"""Exit code of a program that was stopped by Ctrl-C."""


def parse(arguments: list[str]) -> Options:
    """Read the command line."""
    from .show import Options  # noqa: PLC0415 - imports Home Assistant, which must find its clock

    parser = argparse.ArgumentParser(
        prog="scripts/demo", description="One guided session, spoken into a file."
    )
    parser.add_argument("--area", default="neck", help="neck, calf, lower back or any other")
    parser.add_argument("--length", default="quick", choices=("quick", "standard", "deep"))
    parser.add_argument("--heat", action="store_true", help="warm the compress first")
    # A browser has a clock of its own, and would find the house in its future.
    pace = parser.add_mutually_exclusive_group()
    pace.add_argument("--stay", action="store_true", help="keep the house open for a browser")
    pace.add_argument("--fast", action="store_true", help="skip the time in which nothing happens")
    parser.add_argument("--output", type=Path, default=Path("demo-output"), metavar="DIR")
    parser.add_argument(
        "--from", type=Path, default=Path.cwd(), dest="start", help=argparse.SUPPRESS
    )
    given = parser.parse_args(arguments)
    output = given.start / given.output
    return Options(given.area, given.length, given.heat, given.stay, given.fast, output)


def main() -> int:
    """Run the demonstration; 0 when everything was as it should be."""
    try:
        return _run(sys.argv[1:])
    except KeyboardInterrupt:
        # Only before the house is open: from then on Ctrl-C closes it in good order.
        print("\nStopped before anything was switched on.")
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - Home Assistant has put a hook of its own where tracebacks go
        traceback.print_exc()
        return 1


def _run(arguments: list[str]) -> int:
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    loop = SkippingLoop()
    if "--fast" in arguments:
        skip_wall_clock(loop)
    options = parse(arguments)
    from .show import Show  # noqa: PLC0415 - as above

    with (
        TemporaryDirectory(prefix="knot-coach-", ignore_cleanup_errors=True) as folder,
        asyncio.Runner(loop_factory=lambda: loop) as runner,
    ):
        show = Show(options, Path(folder), loop, complaints)
        return runner.run(_with_signals(show.run))


async def _with_signals(run: Callable[[asyncio.Event], Coroutine[Any, Any, int]]) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    return await run(stop)


if __name__ == "__main__":
    sys.exit(main())
