"""Makes children fast: it has imported everything, and forks a process for each one asked for.

    python -m tests.heat_process.nursery

Takes a line of JSON with `argv`, `env`, `stdout` and `stderr`, and answers with the pid. No Home
Assistant has run in it, so that a child differs from a fresh interpreter by the time to import alone.
"""

from importlib import import_module
import json
import os
import signal
import sys
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
    # Whoever was killed is buried without being waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)  # noqa: T201 - it is the parent's ear
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            be_born(wanted)
        print(pid, flush=True)  # noqa: T201 - as above


def be_born(wanted: dict[str, Any]) -> None:
    """Become the child."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(wanted["env"])
    for name, number in (("stdout", 1), ("stderr", 2)):
        file = os.open(str(wanted[name]), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
    sys.stdin.close()
    os.close(0)
    code = 1
    try:
        child.run(*wanted["argv"])
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
