"""Try whether the tests notice what is wrong with a mutant: `scripts/mutants [WORD…]`.

Each mutant gets a copy of the tree of its own, and nothing here is changed. Its tests must fail, by
an assertion or a limit of time, and pass where nothing is wrong.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
import time
from typing import Final

from tests.figures import table
from tests.mutants.table import MUTANTS, Mutant

ROOT: Final = Path(__file__).parents[2]
PARTS: Final = ("custom_components", "tests", "dev", "pyproject.toml")
"""What the tests need of the tree."""
SECONDS: Final = 60
"""How long one test may take, and all of one mutant twice that, on a machine that has others to run."""
PASSED, FAILED = 0, 1
"""How pytest exits."""


class MisfitError(Exception):
    """The text that a mutant replaces is not there, or not once."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant."""

    name: str
    killed: bool
    how: str
    seconds: float


@contextmanager
def copied(beside: Path) -> Iterator[Path]:
    """Copy the tree into a folder of its own."""
    with TemporaryDirectory(prefix="mutant-", dir=beside) as folder:
        to = Path(folder)
        ignore = shutil.ignore_patterns(".*_cache", ".hypothesis", "node_modules")
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, to / part, symlinks=True, ignore=ignore)
            else:
                shutil.copy(ROOT / part, to / part)
        yield to


def edited(text: str, mutant: Mutant, file: str) -> str:
    """Return a file as it is in the mutant. Raises MisfitError."""
    for edit in mutant.edits:
        if edit.file != file:
            continue
        if (found := text.count(edit.old)) != 1:
            raise MisfitError(f"{mutant.name}: found {found} times in {file}: {edit.old.strip()!r}")
        text = text.replace(edit.old, edit.new)
    return text


def run(root: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run tests until one fails; return how pytest exited and what it said."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    if all(test.startswith("tests/massage/") for test in tests):
        command += ["-p", "no:homeassistant", "--confcutdir=tests/massage"]
    command += [f"--timeout={SECONDS}", "--tb=line", "--show-capture=no", *tests]
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "mutants"}
    # Compiling what all of them import takes most of their time, and is done once.
    environment["PYTHONPYCACHEPREFIX"] = str(root.parent / "compiled")
    for name in ("COVERAGE_FILE", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    try:
        done = subprocess.run(  # noqa: S603 - our own tests
            command,
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=2 * SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return FAILED, f"FAILED not done in {2 * SECONDS} s"
    return done.returncode, done.stdout + done.stderr


def judge(mutant: Mutant, beside: Path) -> Verdict:
    """Try one mutant. Raises MisfitError."""
    began = time.monotonic()
    with copied(beside) as root:
        for file in {edit.file for edit in mutant.edits}:
            path = root / file
            path.write_text(edited(path.read_text(encoding="utf-8"), mutant, file), "utf-8")
        code, said = run(root, mutant.tests)
    match code:
        case 1:
            how = re.findall(r"^FAILED (?:.*::)?(.+?)(?: - .*)?$", said, re.MULTILINE)
            return Verdict(mutant.name, True, (how or [said[-60:]])[0], time.monotonic() - began)
        case 0:
            return Verdict(mutant.name, False, "all tests pass", time.monotonic() - began)
        case _:
            raise MisfitError(f"{mutant.name}: pytest could not run the tests:\n{said[-2000:]}")


def healthy(mutants: Sequence[Mutant], beside: Path) -> None:
    """Raise MisfitError if the tests do not pass where nothing is wrong."""
    tests = {test for mutant in mutants for test in mutant.tests}
    pure = {test for test in tests if test.startswith("tests/massage/")}
    with copied(beside) as root:
        for some in filter(None, (tests - pure, pure)):
            code, said = run(root, sorted(some))
            if code != PASSED:
                raise MisfitError(f"The tests fail without any mutant:\n{said[-3000:]}")


def main(words: Sequence[str]) -> int:
    """Try all mutants, or those whose names have all of the words."""
    began = time.monotonic()
    mutants = [one for one in MUTANTS if all(word in one.name for word in words)]
    # The texts must fit before any time is spent.
    for mutant in mutants:
        for edit in mutant.edits:
            edited((ROOT / edit.file).read_text(encoding="utf-8"), mutant, edit.file)
    with (
        TemporaryDirectory(prefix="mutants-") as folder,
        ThreadPoolExecutor(os.process_cpu_count() or 1) as pool,
    ):
        check = pool.submit(healthy, mutants, Path(folder))
        verdicts = list(pool.map(lambda mutant: judge(mutant, Path(folder)), mutants))
        check.result()
    rows = [
        {
            "mutant": one.name,
            "": "killed" if one.killed else "LIVES",
            "by": one.how,
            "s": one.seconds,
        }
        for one in verdicts
    ]
    print(*table(rows), sep="\n")  # noqa: T201 - a program for a terminal
    lives = [one.name for one in verdicts if not one.killed]
    print(  # noqa: T201 - as above
        f"{len(verdicts) - len(lives)} of {len(verdicts)} mutants are noticed,"
        f" in {time.monotonic() - began:.0f} s"
    )
    return 1 if lives or not verdicts else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MisfitError as error:
        sys.exit(f"mutants: {error}")
