"""Makes children fast: it has imported, and read, everything, and forks a process for each one.

    python -m tests.heat_process.nursery

Takes a line of JSON with `argv`, `env`, `stdout` and `stderr`, and answers with a pid. The first one
runs in this process, to its end; all others are children, and what they spare is the time to import and
to read sentences. Nothing of a Home Assistant outlives it: its state hangs on its own objects.
"""

import gc
from importlib import import_module
import json
import os
import signal
import sys
import threading
from typing import Any

import custom_components
from tests.heat_process import child

PRELOADED = (
    *(f"homeassistant.components.{name}" for name in ("assist_pipeline", "conversation", "http")),
    *(f"homeassistant.components.{name}" for name in ("notify", "persistent_notification")),
    *(
        f"custom_components.knot_pad.{name}"
        for name in ("config_flow", "notify", "sensor", "switch")
    ),
    *(
        f"custom_components.knot_coach.{name}"
        for name in ("binary_sensor", "button", "config_flow")
    ),
    *(f"custom_components.knot_coach.{name}" for name in ("event", "scene", "select", "sensor")),
    "custom_components.knot_coach.switch",
)


def main() -> None:
    """Fork until the end of the input."""
    assert len(list(custom_components.__path__)) == 1
    for name in PRELOADED:
        import_module(name)
    print("ready", flush=True)  # noqa: T201 - it is the parent's ear
    be_first(json.loads(sys.stdin.readline()))
    assert threading.active_count() == 1, threading.enumerate()
    # Whoever was killed is buried without being waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    print(os.getpid(), flush=True)  # noqa: T201 - as above
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            be_born(wanted)
        print(pid, flush=True)  # noqa: T201 - as above


def be_first(wanted: dict[str, Any]) -> None:
    """Run a Home Assistant here."""
    kept = {number: os.dup(number) for number in (1, 2)}
    redirect(wanted)
    child.run(*wanted["argv"])
    for number, file in kept.items():
        os.dup2(file, number)
        os.close(file)


def be_born(wanted: dict[str, Any]) -> None:
    """Become a child."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    redirect(wanted)
    sys.stdin.close()
    code = 1
    try:
        child.run(*wanted["argv"])
        code = 0
    finally:
        os._exit(code)


def redirect(wanted: dict[str, Any]) -> None:
    """Take over the environment, and where words go."""
    os.environ.update(wanted["env"])
    for name, number in (("stdout", 1), ("stderr", 2)):
        file = os.open(wanted[name], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)


if __name__ == "__main__":
    main()
