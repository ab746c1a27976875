"""Runs of a Home Assistant in processes of their own, over one folder and one heater, from outside."""

from collections.abc import Callable
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import time
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
HERE: Final = Path(__file__).parent
START_WITHIN: Final = 60.0
"""Seconds that a Home Assistant may take on a machine that is busy with other tests."""


def until(true: Callable[[], object], within: float, what: str) -> float:
    """Wait until something is true; return the time then. Raises AssertionError if it never is."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, f"{what}: not within {within} s"
        time.sleep(0.02)
    return time.monotonic()


def environment(components: Path) -> dict[str, str]:
    """Return an environment in which a child finds what this process finds, and the components."""
    path = [str(components), *(part for part in sys.path if part), str(ROOT)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}


class Nursery:
    """A process that forks Home Assistants; see `nursery.py`."""

    def __init__(self, folder: Path) -> None:
        """Start it; `folder` gets the components that its children load."""
        components = folder / "path" / "custom_components"
        components.mkdir(parents=True)
        # A package, not a mere namespace, which would be the sum of all folders of that name.
        (components / "__init__.py").touch()
        (components / "knot_coach").symlink_to(ROOT / "custom_components" / "knot_coach")
        (components / "knot_pad").symlink_to(HERE / "custom_components" / "knot_pad")
        self._log = (folder / "nursery.log").open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.heat_process.nursery"],
            cwd=folder,
            env=environment(components.parent),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._read() == "ready", (folder / "nursery.log").read_text()

    def bear(self, **wanted: object) -> int:
        """Run the first one, and fork all others; return the pid."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        return int(self._read())

    def close(self) -> None:
        """Fork no more."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait(10)
        self._log.close()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


class Pad:
    """The heater in its process; see `heater.py`."""

    def __init__(self, folder: Path, **ways: float) -> None:
        """Start it, with its ways as options."""
        self.socket = folder / "pad"
        options = [part for name, value in ways.items() for part in (f"--{name}", str(value))]
        self._process = subprocess.Popen(  # noqa: S603 - a program of ours
            [sys.executable, str(HERE / "heater.py"), str(self.socket), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        until(self.socket.exists, 20, "the heater starts")

    def ask(self, words: str = "tell") -> dict[str, Any]:
        """Say something to it, as nobody in the house does; return what it is then."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(words.encode() + b"\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(stdout.readline())
        return answer

    @property
    def on(self) -> bool:
        """Whether it has power."""
        return bool(self.ask()["on"])

    @property
    def commands(self) -> list[str]:
        """What it was told, heard or not."""
        return [word for _, word in self.ask()["commands"]]

    def close(self) -> None:
        """Unplug it."""
        self._process.communicate(timeout=10)


class Child:
    """One Home Assistant."""

    def __init__(self, pid: int, out: Path, errors: Path) -> None:
        """Take what the nursery has borne."""
        self.pid, self.began = pid, time.monotonic()
        self._out, self._errors = out, errors

    @property
    def facts(self) -> list[dict[str, Any]]:
        """What it has told so far."""
        lines = self._out.read_text().splitlines() if self._out.exists() else []
        return [json.loads(line) for line in lines if line.endswith("}")]

    def told(self, **fact: object) -> bool:
        """Whether it has told this."""
        return any(fact.items() <= one.items() for one in self.facts)

    def wait_for(self, within: float = START_WITHIN, **fact: object) -> float:
        """Wait for it to tell this; return when it did, by the clock of all processes."""

        def told() -> bool:
            # Whoever tells it may leave at once.
            gone = self.gone
            assert self.told(**fact) or not gone, self.why
            return self.told(**fact)

        until(told, within, f"it tells {fact}")
        return next(float(one["at"]) for one in self.facts if fact.items() <= one.items())

    @property
    def _state(self) -> str:
        """The state of the process; empty when there is none any more."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return ""
        return stat.rpartition(")")[2].split()[0]

    @property
    def gone(self) -> bool:
        """Whether the process is no more.

        One that is dead and not buried may still have a thread that ends what it has begun to write.
        """
        return not self._state

    @property
    def why(self) -> str:
        """What it has said about itself."""
        return self._errors.read_text()[-1000:] if self._errors.exists() else "no word"

    def wait_until_stopped(self) -> float:
        """Wait until it has stopped itself at its step; return when."""

        def stopped() -> bool:
            assert not self.gone, self.why
            return self._state == "T"

        return until(stopped, START_WITHIN, "it stops itself")

    def kill(self) -> float:
        """Kill it as `kill -9` does; return when it is dead."""
        os.kill(self.pid, signal.SIGKILL)
        return until(lambda: self.gone, 10, "it dies")

    def wake(self) -> None:
        """Let it go on that has stopped itself."""
        os.kill(self.pid, signal.SIGCONT)

    def terminate(self) -> None:
        """Ask it to stop, as a machine that shuts down does, and wait until it has."""
        os.kill(self.pid, signal.SIGTERM)
        until(lambda: self.gone, START_WITHIN, "it stops")
        assert self.told(fact="stopped"), self.why


class Flat:
    """A folder, a heater, and one Home Assistant after the other."""

    def __init__(self, nursery: Nursery, folder: Path, pad: Pad) -> None:
        """Take what it is made of."""
        self.pad, self.config = pad, folder / "config"
        self._nursery, self._folder = nursery, folder
        self._children: list[Child] = []

    def start(self, what: str, stop_at: str = "") -> Child:
        """Start a Home Assistant: `furnish`, `warm` or `stay`; see `child.py`."""
        out, errors = (
            self._folder / f"{len(self._children)}.{name}" for name in ("facts", "errors")
        )
        pid = self._nursery.bear(
            argv=[str(self.config), what],
            env={"KNOT_PAD_SOCKET": str(self.pad.socket), "KNOT_PAD_STOP_AT": stop_at},
            stdout=str(out),
            stderr=str(errors),
        )
        self._children.append(Child(pid, out, errors))
        return self._children[-1]

    @property
    def leases(self) -> list[str]:
        """The heaters that have a lease on disk."""
        file = self.config / ".storage" / "knot_coach.heat"
        if not file.exists():
            return []
        return [lease["heater"] for lease in json.loads(file.read_text())["data"]["leases"]]

    def close_children(self) -> None:
        """Kill whoever is left."""
        for child in self._children:
            if not (child.gone or child.told(fact="stopped")):
                child.kill()

    def close(self) -> None:
        """Leave nobody behind."""
        self.close_children()
        self.pad.close()
