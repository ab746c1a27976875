"""kill -9 at every step of a use of heat: real processes, and a heater that goes on without them.

Home Assistant, with a coach in it, runs in one process and the heater in another; see
`heat_process/`. Fifteen minutes are eight seconds here, and five are two. All other numbers, and the
whole way from the yes of a person to the power, are those of the product.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
import shutil
import tempfile
import time
from typing import Any

import pytest

from tests.figures import Figures
from tests.heat_process.runs import Child, Flat, Nursery, Pad, until

pytestmark = pytest.mark.timeout(240)

LIMIT = 8.0
"""Seconds for which a use may last; `child.py` sets it."""
SPARE = 1.0
"""Seconds that a machine busy with other tests may add."""
COUNTDOWN = 3.0
"""Seconds after which a heater with a dead-man cuts the power by itself."""
DOWN = 1.0
"""Seconds for which nobody watches over the heater, between a death and the next start."""
PROOF = 10.0
"""Seconds for off to be proved before everybody is told to unplug it (massage.md §4.5)."""
FIRST_ONE_DEAF = {"deaf": 3, "heard": 2}
"""Ways of a heater that ignores one off in three, and the first of them."""

STEPS = (
    "lease_unwritten",
    "lease_written",
    "on_sent",
    "on_returned",
    "warm",
    "skin",
    "off_sent",
    "off_returned",
    "off_proved",
    "lease_removed",
)
"""Where a use can be cut off: at each write to the disk, and round each command and its proof."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Fork Home Assistants."""
    with tempfile.TemporaryDirectory(prefix="knot-") as folder:
        nursery = Nursery(Path(folder))
        try:
            yield nursery
        finally:
            nursery.close()


@pytest.fixture(scope="module")
def furnished(nursery: Nursery) -> Iterator[Path]:
    """Make a folder of a Home Assistant with a coach and the heater."""
    with tempfile.TemporaryDirectory(prefix="knot-") as folder:
        flat = Flat(nursery, Path(folder), Pad(Path(folder)))
        try:
            flat.start("furnish").wait_for(fact="stopped")
        finally:
            flat.close()
        yield flat.config


class House:
    """Makes flats, and leaves nobody behind."""

    def __init__(self, nursery: Nursery, furnished: Path) -> None:
        self._nursery, self._furnished = nursery, furnished
        self._flats: list[Flat] = []

    def flat(self, **ways: float) -> Flat:
        """Furnish a flat with a heater that has these ways."""
        # Not below pytest's own folder: the path of a socket has to be short.
        folder = Path(tempfile.mkdtemp(prefix="knot-"))
        shutil.copytree(self._furnished, folder / "config")
        self._flats.append(Flat(self._nursery, folder, Pad(folder, **ways)))
        return self._flats[-1]

    def close(self) -> None:
        """Clear all of them."""
        for flat in self._flats:
            flat.close()
            shutil.rmtree(flat.config.parent)


@pytest.fixture
def house(nursery: Nursery, furnished: Path) -> Generator[House]:
    """Make flats."""
    house = House(nursery, furnished)
    yield house
    house.close()


def kill_at(flat: Flat, step: str) -> float:
    """Start, warm until a step, and kill it there; return when it died."""
    child = flat.start("warm", stop_at=step)
    child.wait_until_stopped()
    return child.kill()


def start_again(flat: Flat, down: float = DOWN) -> Child:
    """Start the next one when nobody has watched for a while."""
    time.sleep(down)
    return flat.start("stay")


def off_at(told: dict[str, Any]) -> float:
    """Return when the heater lost its power; 0.0 where it never had any."""
    assert not told["on"]
    return max([end for _, end in told["runs"]], default=0.0)


def until_settled(flat: Flat, within: float = PROOF) -> float:
    """Wait until off is proved, and the lease has left the disk; return when."""
    return until(lambda: not flat.leases, within, "the lease leaves the disk")


class Row:
    """One line of the table: what the heater's own clock says."""

    def __init__(self, figures: Figures, fault: str, heater: str = "obeys") -> None:
        self._figures, self._fault, self._heater = figures, fault, heater

    def note(self, flat: Flat, limit: float, *, died: float, child: Child | None = None) -> None:
        """Note what became of the heat, and hold it against its limit."""
        told = flat.pad.ask()
        off, began = off_at(told), child.began if child else died
        assert told["seconds_on"] <= limit + SPARE
        self._figures.row(
            "Heat and the death of the host (real processes, seconds)",
            fault=self._fault,
            heater=self._heater,
            on_for=told["seconds_on"],
            limit=limit,
            host_dead_for=began - died,
            off_after_death=max(0.0, off - died),
            off_after_start=max(0.0, off - max(began, died)),
        )


@pytest.mark.parametrize("ways", [{}, FIRST_ONE_DEAF], ids=["obeys", "ignores_one_off_in_three"])
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_leaves_no_heat(
    house: House, figures: Figures, step: str, ways: dict[str, float]
) -> None:
    flat = house.flat(**ways)
    died = kill_at(flat, step)
    owed = bool(flat.leases)
    assert owed is (step not in ("lease_unwritten", "lease_removed"))
    # Power without a lease on disk is what must never be.
    assert owed or not flat.pad.on
    before = len(flat.pad.commands)
    child = start_again(flat)
    started = child.wait_for(fact="started")
    if owed:
        until_settled(flat)
    assert not flat.pad.on
    # Nothing gives power again, and where no off is owed nothing is touched.
    assert set(flat.pad.commands[before:]) == ({"off"} if owed else set())
    assert off_at(flat.pad.ask()) <= started + (PROOF if ways else SPARE)
    assert not child.told(action="create")
    row = Row(figures, f"kill -9 at {step}", "ignores 1 off in 3" if ways else "obeys")
    row.note(flat, LIMIT + (started - died) + (PROOF if ways else 0.0), died=died, child=child)


def test_a_kill_while_an_on_is_under_way(house: House, figures: Figures) -> None:
    """The power comes when nobody is there any more."""
    flat = house.flat(late=0.5)
    died = kill_at(flat, "on_sent")
    assert not flat.pad.on
    until(lambda: flat.pad.on, 5, "the power comes")
    child = start_again(flat)
    started = child.wait_for(fact="started")
    until_settled(flat)
    row = Row(figures, "kill -9 at on_sent", "0.5 s late")
    row.note(flat, LIMIT + (started - died) + 0.5, died=died, child=child)


@pytest.mark.parametrize("step", ["on_sent", "warm", "skin"])
def test_a_dead_man_needs_nobody(house: House, figures: Figures, step: str) -> None:
    """With a countdown of the device's own the time without a host does not count."""
    flat = house.flat(countdown=COUNTDOWN)
    died = kill_at(flat, step)
    assert flat.pad.on
    until(lambda: not flat.pad.on, COUNTDOWN + SPARE, "it cuts the power by itself")
    assert flat.leases
    child = start_again(flat)
    child.wait_for(fact="started")
    until_settled(flat)
    assert flat.pad.ask()["cut"] == 1
    row = Row(figures, f"kill -9 at {step}", "dead-man")
    row.note(flat, COUNTDOWN, died=died, child=child)


def test_the_lease_alone_is_enough(house: House, figures: Figures) -> None:
    """The session is not on the disk, so that nothing else remembers the heat."""
    flat = house.flat()
    died = kill_at(flat, "warm")
    for file in (flat.config / ".storage").glob("knot_coach.session*"):
        file.unlink()
    child = start_again(flat)
    started = child.wait_for(fact="started")
    until_settled(flat)
    row = Row(figures, "kill -9 at warm, session lost")
    row.note(flat, LIMIT + (started - died), died=died, child=child)


def test_a_kill_during_the_first_off_after_a_kill(house: House, figures: Figures) -> None:
    """The promise outlives the second death as it did the first."""
    flat = house.flat(**FIRST_ONE_DEAF)
    died = kill_at(flat, "warm")
    time.sleep(DOWN)
    second = flat.start("stay", stop_at="off_returned")
    second.wait_until_stopped()
    second.kill()
    assert flat.pad.on
    assert flat.leases
    child = start_again(flat)
    started = child.wait_for(fact="started")
    until_settled(flat)
    row = Row(figures, "kill -9 at warm, and at the off", "ignores 1 off in 3")
    row.note(flat, LIMIT + (started - died), died=died, child=child)


def test_an_off_that_cannot_be_proved_after_a_kill_is_an_alarm(
    house: House, figures: Figures
) -> None:
    """Whoever comes later is told too, and the trying goes on until the heater hears."""
    flat = house.flat(deaf=1)
    died = kill_at(flat, "warm")
    second = start_again(flat)
    started = second.wait_for(fact="started")
    told = second.wait_for(action="create", issue="heat_stuck_switch.pad")
    assert told <= started + PROOF + SPARE
    until(lambda: any("unplug" in one.get("line", "") for one in second.facts), 10, "it is said")
    assert flat.pad.on
    assert flat.leases
    second.kill()
    child = start_again(flat)
    child.wait_for(fact="started")
    until(lambda: flat.pad.commands.count("off") > 2, 30, "it goes on trying")
    assert flat.pad.on
    heard = time.monotonic()
    flat.pad.ask("deaf 0")
    settled = until_settled(flat)
    row = Row(figures, "kill -9 at warm, twice", "deaf to every off")
    row.note(flat, LIMIT + (heard - died) + (settled - heard), died=died, child=child)


def test_an_orderly_stop_switches_off_first(house: House, figures: Figures) -> None:
    flat = house.flat(**FIRST_ONE_DEAF)
    child = flat.start("warm")
    child.wait_for(step="warm")
    asked = time.monotonic()
    child.terminate()
    assert not flat.pad.on
    assert flat.leases == []
    Row(figures, "SIGTERM", "ignores 1 off in 3").note(flat, LIMIT, died=asked)
    before = flat.pad.commands
    start_again(flat).wait_for(fact="started")
    assert flat.pad.commands == before


def test_a_plain_restart_touches_nothing(house: House) -> None:
    """A heater that belongs to somebody else now is left alone."""
    flat = house.flat()
    flat.start("stay").wait_for(fact="started")
    flat.pad.ask("on")
    flat.close_children()
    start_again(flat).wait_for(fact="started")
    assert flat.pad.commands == ["on"]


def test_a_use_that_nobody_ends_ends_in_time(house: House, figures: Figures) -> None:
    flat = house.flat(**FIRST_ONE_DEAF)
    child = flat.start("warm")
    child.wait_for(step="warm")
    # Nobody answers when the skin is asked about.
    child.wait_for(step="lease_removed", within=LIMIT + PROOF + 20)
    Row(figures, "nobody answers", "ignores 1 off in 3").note(
        flat, LIMIT + PROOF, died=time.monotonic()
    )


def test_a_host_that_hangs_switches_off_when_it_wakes(house: House, figures: Figures) -> None:
    """A process that is stopped for longer than the use may last, and goes on."""
    flat = house.flat()
    child = flat.start("warm", stop_at="warm")
    died = child.wait_until_stopped()
    time.sleep(LIMIT)
    assert flat.pad.on
    woke = time.monotonic()
    child.wake()
    until_settled(flat)
    assert off_at(flat.pad.ask()) <= woke + SPARE
    row = Row(figures, "the host hangs, and wakes", "obeys")
    row.note(flat, LIMIT + (woke - died), died=died)
