"""Everything that can go wrong while a pad is on: it is off in time, or everybody is told to unplug it.

One real Home Assistant in virtual time; what needs the death of its process is in `test_heat_kill.py`.
Each fault strikes a use of ten minutes when the pad has been on for half a minute, once on a plug that
obeys and once on one that ignores an off in three, and the first of all.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, override

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.heater import Heater
from custom_components.knot_coach.lease import async_get_book
from custom_components.knot_coach.massage.heat_reports import HeatForecast, HeatReport
from tests.fake_heater import FakeThermometer, Pad, Room, Ways
from tests.figures import Figures
from tests.house import OTHER_ROOM, House, coach_entry, set_up
from tests.virtual_clock import VirtualClock

LIMIT = 600.0
"""Seconds of heat that were agreed to."""
PROOF = 10.0
"""Seconds for off to be proved before everybody is told to unplug it (massage.md §4.5)."""
HANDS_ON = {"locate", "broad", "press", "release_hold", "cross_fiber", "tool"}
IN_ORDER = {"its minutes", "the skin check", "warm enough", "a word", "the end"}
"""What ends heat without a failure."""
HEALED_AFTER = 40.0
"""Seconds after which a plug that was away, or deaf, is well again."""


@dataclass
class WatchedPad(Pad):
    """A pad that tells when its power changes."""

    changed: Callable[[], None] = lambda: None

    @override
    def set(self, *, on: bool) -> None:
        super().set(on=on)
        self.changed()


class Cell:
    """One fault on one plug."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock, pad: WatchedPad) -> None:
        """Prepare; `build` makes the house."""
        self.hass, self.clock, self.pad = hass, clock, pad
        self.house = House(hass, clock)
        self.watts = Room(hass, pad)
        self.told: list[tuple[str, str | None]] = []
        """What the session has told, each with its reason."""
        self.alarmed = False
        self.pressed_under_heat = 0.0
        """Seconds of pressing while the pad had power."""
        self._under_heat_since: float | None = None
        self._sensor = self._event = ""

    async def build(self, options: Mapping[str, Any]) -> None:
        """Make a house with a coach, whose pad goes on as soon as somebody says yes."""
        await self.watts.async_add_power()
        await self.house.build(pad=self.pad, options=options)
        self._sensor = self.house.entity("sensor", "session")
        self._event = self.house.entity("event", "session")
        self.pad.changed = self._look
        self.hass.bus.async_listen("state_changed", self._changed)

    def leave(self) -> None:
        """Stop everything."""
        self.pad.changed = lambda: None
        self.watts.leave()
        self.house.room.leave()

    async def warm(self) -> None:
        """Say yes to heat, and let half a minute pass."""
        await start(self.house)
        await self.house.until_question("health")
        await self.house.say("no")
        await self.house.until_question("heat")
        await self.house.say("yes")
        await self.clock.run_until(self.pad.has_power, 15)
        await self.house.until("heating")
        await self.clock.advance(30)

    async def do(self, awaitable: Awaitable[object], within: float = 60) -> None:
        """Let time pass until something is done."""

        async def wait() -> None:
            await awaitable

        task = self.hass.loop.create_task(wait())
        await self.clock.run_until(task.done, within)
        await task

    async def over(self, *, fine: bool) -> None:
        """Let time pass until off is proved; whoever is asked about the skin says it is fine."""
        book = await async_get_book(self.hass)

        def off() -> bool:
            return not self.pad.on and book.lease("switch.pad") is None

        def asked() -> bool:
            return self._session("question") == "skin" and self.house.quiet

        while not off():
            await self.clock.run_until(lambda: off() or (fine and asked()), LIMIT + 2 * PROOF)
            if not off():
                await self.house.say("yes")
                await self.clock.run_until(lambda: off() or not asked(), 10)

    async def aftermath(self) -> None:
        """Let time pass until somebody presses, or nobody is going to."""

        def settled() -> bool:
            return self._state in {None, "unavailable", "idle", "paused", "interrupted"} or (
                self._state == "active" and self._session("phase") in HANDS_ON
            )

        await self.clock.run_until(settled, 300)
        await self.clock.advance(1)

    @property
    def failure(self) -> str | None:
        """Why the heat ended where that was no wish of the session, as it tells."""
        return next((why for event, why in self.told if event == "heat_failed"), None)

    @property
    def _state(self) -> str | None:
        state = self.hass.states.get(self._sensor)
        return None if state is None else state.state

    def _session(self, attribute: str) -> object:
        state = self.hass.states.get(self._sensor)
        return None if state is None else state.attributes.get(attribute)

    @callback
    def _changed(self, event: Event[Any]) -> None:
        new = event.data["new_state"]
        if new is not None and event.data["entity_id"] == self._event:
            told = new.attributes.get("event_type"), new.attributes.get("reason")
            self.told.append((str(told[0]), told[1] and str(told[1])))
        self.alarmed |= any("heat_stuck" in key for _, key in ir.async_get(self.hass).issues)
        self._look()

    @callback
    def _look(self) -> None:
        under_heat = self.pad.on and self._state == "active" and self._session("phase") in HANDS_ON
        now = self.hass.loop.time()
        if under_heat and self._under_heat_since is None:
            self._under_heat_since = now
        elif not under_heat and self._under_heat_since is not None:
            self.pressed_under_heat += now - self._under_heat_since
            self._under_heat_since = None


type Strike = Callable[[Cell], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """What goes wrong."""

    strike: Strike
    ended_by: str
    """What the session tells of as the failure of the heat, or else what ended it."""
    alarm: bool = False
    """Off cannot be proved for a while, so that everybody is told to unplug the pad."""
    options: Mapping[str, Any] = field(default_factory=dict)
    fine: bool = False
    """Whoever is asked about the skin says that it is fine."""
    within: float = LIMIT + PROOF
    """Seconds for which it has power at most."""
    lives: bool = True
    """The session goes on to press, or ends."""


async def start(house: House) -> None:
    """Start a session as an automation does."""
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {
            "config_entry_id": house.entry.entry_id,
            "area": "upper_traps",
            "side": "left",
            "length": "quick",
            "heat": True,
        },
        blocking=True,
    )


# What goes wrong


async def nothing(_: Cell) -> None:
    """Nobody ends it."""


async def stop(cell: Cell) -> None:
    """Home Assistant stops."""
    await cell.do(cell.hass.async_stop(force=True))


async def reload(cell: Cell) -> None:
    """The coach is reloaded, as after changed settings."""
    await cell.do(cell.hass.config_entries.async_reload(cell.house.entry.entry_id))


async def remove(cell: Cell) -> None:
    """The coach is removed."""
    await cell.do(cell.hass.config_entries.async_remove(cell.house.entry.entry_id))


async def unavailable(cell: Cell) -> None:
    """The plug is out of reach, keeps its power, and is found again."""
    cell.house.room.switch.set_available(available=False)
    await cell.clock.advance(HEALED_AFTER)
    cell.house.room.switch.set_available(available=True)


async def unavailable_and_off(cell: Cell) -> None:
    """The plug loses its power, and is off when it is found again."""
    cell.house.room.switch.set_available(available=False)
    cell.pad.set(on=False)
    offs = cell.pad.commands.count("off")
    await cell.clock.advance(HEALED_AFTER)
    cell.house.room.switch.set_available(available=True)
    # What it says of itself when it comes back does not do.
    await cell.clock.run_until(lambda: cell.pad.commands.count("off") > offs, 1)


async def late(cell: Cell) -> None:
    """The plug reports two seconds late."""
    cell.pad.ways.late = 2.0
    await cell.house.say("too hot")


async def lying(cell: Cell) -> None:
    """The plug reports what was wished, and only its watts tell the truth."""
    cell.pad.ways.untrue = True
    await cell.house.say("too hot")


async def refusing(cell: Cell) -> None:
    """The plug answers every off with an error for a while."""
    cell.pad.ways.refuse_off = True
    await cell.house.say("too hot")
    await cell.clock.advance(HEALED_AFTER)
    cell.pad.ways.refuse_off = False


async def hanging(cell: Cell) -> None:
    """Two offs never return."""
    cell.pad.ways.hang_off = 2
    await cell.house.say("too hot")


async def deaf(cell: Cell) -> None:
    """The plug ignores every off for a while."""
    before, cell.pad.ways.deaf = cell.pad.ways.deaf, 1
    await cell.house.say("too hot")
    await cell.house.until("paused", within=HEALED_AFTER)
    await cell.clock.advance(HEALED_AFTER)
    cell.pad.ways.deaf = before


async def sensor_lost(cell: Cell) -> None:
    """The thermometer is gone."""
    room = cell.house.room
    (thermometer,) = (one for one in room._entities if isinstance(one, FakeThermometer))
    thermometer.set_available(available=False)


async def sensor_frozen(cell: Cell) -> None:
    """The thermometer says nothing more."""
    cell.house.room.silence()


async def hot(cell: Cell) -> None:
    """The pad is hotter than skin can bear for long."""
    cell.pad._start = 45.0


def clock_jumps(hours: float) -> Strike:
    """Return the fault that the wall clock is set."""

    async def strike(cell: Cell) -> None:
        cell.clock._wall_start += timedelta(hours=hours)

    return strike


async def listener_raises(cell: Cell) -> None:
    """Whoever listens to what the session tells cannot take it."""

    @callback
    def told(event: Event[Any]) -> None:
        if event.data["entity_id"] == cell.house.entity("event", "session"):
            raise RuntimeError("no ear for it")

    cell.hass.bus.async_listen("state_changed", told)
    await cell.house.say("too hot")


async def report_raises(cell: Cell) -> None:
    """The session cannot take in what its heater reports."""
    heater = cell.house.coach.heater
    assert isinstance(heater, Heater)

    def report(_: HeatReport) -> None:
        raise RuntimeError("no ear for it")

    heater._report = report


async def session_dead(cell: Cell) -> None:
    """Nothing wakes the session any more: the timer of the heater is left."""
    cell.house.coach._runner.stop()


async def session_breaks(cell: Cell) -> None:
    """A fault in the session, at its next step."""

    def settled(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    cell.house.coach._runner._settled = settled
    cell.house.coach.report(HeatForecast(None))


async def started_twice(cell: Cell) -> None:
    """Two more calls, and another coach, want the same pad."""
    other = coach_entry(
        cell.hass,
        cell.house.kitchen.entity_id,
        name="Alex",
        room=OTHER_ROOM,
        options=cell.house.entry.options,
    )
    coach = await set_up(cell.hass, other)
    wish = {"config_entry_id": other.entry_id, "area": "forearm", "side": "left", "heat": True}
    for call in (start(cell.house), start(cell.house)):
        with pytest.raises(ServiceValidationError):
            await call
    with pytest.raises(ServiceValidationError) as refused:
        await cell.hass.services.async_call(DOMAIN, "start_session", wish, blocking=True)
    assert refused.value.translation_key == "heat_in_use"
    assert coach.heater is not None


async def off_by_hand(cell: Cell) -> None:
    """Somebody switches the pad off at its button."""
    cell.pad.set(on=False)
    cell.house.room.switch.report()


async def on_by_hand(cell: Cell) -> None:
    """Somebody switches the pad on again, when the coach presses."""
    await cell.house.say("too hot")
    await cell.clock.run_until(lambda: not cell.pad.on, 30)
    await cell.house.until("active", phase="press", within=300)
    cell.pad.set(on=True)
    cell.house.room.switch.report()


def says(words: str) -> Strike:
    """Return that somebody says something."""

    async def strike(cell: Cell) -> None:
        await cell.house.say(words)

    return strike


UNMEASURED: Mapping[str, Any] = {Conf.TEMPERATURE: None}
MEASURED: Mapping[str, Any] = {Conf.POWER: "sensor.pad_power"}
FAULTS = {
    "nobody ends it": Fault(nothing, "its minutes", options=UNMEASURED, fine=True),
    "nobody answers": Fault(nothing, "the skin check", options=UNMEASURED),
    "it gets warm": Fault(nothing, "warm enough"),
    "Home Assistant stops": Fault(stop, "the end"),
    "the coach is reloaded": Fault(reload, "the end"),
    "the coach is removed": Fault(remove, "the end"),
    "plug out of reach": Fault(unavailable, "unavailable", alarm=True),
    "plug out of reach and off": Fault(unavailable_and_off, "unavailable", alarm=True),
    "plug late": Fault(late, "a word"),
    "plug lies, watts do not": Fault(lying, "a word", options=MEASURED),
    "plug refuses": Fault(refusing, "stuck", alarm=True),
    "plug hangs": Fault(hanging, "a word"),
    "plug deaf": Fault(deaf, "stuck", alarm=True),
    "thermometer lost": Fault(sensor_lost, "unavailable"),
    "thermometer frozen": Fault(sensor_frozen, "stale"),
    "pad too hot": Fault(hot, "too_hot"),
    # It may have slept: what the wall clock says to be over is over.
    "clock two hours on": Fault(
        clock_jumps(2), "its minutes", options=UNMEASURED, fine=True, within=50.0
    ),
    "clock two hours back": Fault(clock_jumps(-2), "its minutes", options=UNMEASURED, fine=True),
    "a listener raises": Fault(listener_raises, "a word"),
    "the session raises": Fault(report_raises, "stuck", options=UNMEASURED),
    "the session is dead": Fault(session_dead, "its minutes", options=UNMEASURED, lives=False),
    "the session breaks": Fault(session_breaks, "the end"),
    "started twice": Fault(started_twice, "its minutes", options=UNMEASURED, fine=True),
    "off by hand": Fault(off_by_hand, "switched_off"),
    "on by hand": Fault(on_by_hand, "switched_on"),
    "hot": Fault(says("hot"), "a word"),
    "too hot": Fault(says("too hot"), "a word"),
    "it burns": Fault(says("it is burning"), "a word"),
    "stop": Fault(says("stop the session"), "a word"),
}


@pytest.fixture
async def cell(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[Cell]:
    """A house for one fault."""
    cell = Cell(hass, virtual_time, WatchedPad())
    yield cell
    cell.leave()


@pytest.mark.parametrize("often", [0, 3], ids=["obeys", "ignores_one_off_in_three"])
@pytest.mark.parametrize("name", FAULTS)
async def test_no_fault_leaves_heat(cell: Cell, figures: Figures, name: str, often: int) -> None:
    fault = FAULTS[name]
    cell.pad.ways, cell.pad._offs = Ways(deaf=often), 2
    await cell.build(fault.options)
    await cell.warm()
    struck = cell.clock.time()
    await fault.strike(cell)
    await cell.over(fine=fault.fine)
    off = cell.clock.time() - struck
    if fault.lives:
        await cell.aftermath()
    assert not cell.pad.on
    assert cell.pad.seconds_on <= fault.within
    assert cell.pressed_under_heat == 0.0
    assert cell.alarmed is fault.alarm
    # Nobody goes on before it is unplugged, or off after all.
    assert ("paused", "heat") in cell.told or not cell.alarmed
    assert cell.failure == (None if fault.ended_by in IN_ORDER else fault.ended_by)
    figures.row(
        "Heat and its faults (one Home Assistant in virtual time, seconds)",
        fault=name,
        plug="ignores 1 off in 3" if often else "obeys",
        on_for=cell.pad.seconds_on,
        limit=fault.within,
        ended_by=fault.ended_by,
        proved_off_after=off,
        alarm="unplug it" if cell.alarmed else "",
    )
