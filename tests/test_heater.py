"""Heat on real entities that misbehave: nothing may stay on, and nothing may be believed too early."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.components.persistent_notification import DOMAIN as NOTIFICATIONS
from homeassistant.core import Context, State
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import (
    MockUser,
)

from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.heater import async_recover
from custom_components.knot_coach.lease import Lease, async_get_book
from custom_components.knot_coach.massage.heat_reports import (
    HeatLost,
    HeatOff,
    HeatOn,
    HeatReady,
    HeatReport,
    HeatStuck,
)
from custom_components.knot_coach.outlet import Outlet, unfit, watts
from tests.fake_heater import Pad, Ways
from tests.heater_house import (
    POWER,
    SWITCH,
    TEMPERATURE,
    TEN_MINUTES,
    House,
    Run,
    is_on,
    is_stuck,
    lease_of,
    runner,
)
from tests.virtual_clock import VirtualClock


@pytest.fixture
def pad() -> Pad:
    return Pad()


@pytest.fixture
def run(virtual_time: VirtualClock, pad: Pad, tmp_path: Path) -> Run:
    """Run one Home Assistant after another over the same folder and the same pad."""
    return runner(virtual_time, pad, tmp_path)


@pytest.fixture
async def house(run: Run) -> AsyncGenerator[House]:
    async with run() as house:
        await house.room.async_add_switch()
        yield house


# On


async def test_the_lease_is_on_disk_before_the_device_hears_of_it(house: House) -> None:
    heater = await house.async_heater()
    seen: list[list[str]] = []
    house.pad.command = lambda _: seen.append(house.stored_leases)  # type: ignore[assignment,method-assign]
    await house.on(heater)
    assert seen[0] == [SWITCH]


async def test_heat_ends_by_itself_at_the_end_of_the_lease(house: House) -> None:
    heater = await house.warm()
    assert is_on(heater)
    lease = lease_of(heater)
    assert lease is not None
    assert lease.off_at - lease.started == TEN_MINUTES
    await house.clock.advance(599)
    assert house.pad.has_power()
    await house.clock.advance(2)
    assert not house.pad.has_power()
    assert house.pad.seconds_on == pytest.approx(600, abs=0.5)
    assert house.reports == [HeatOff()]
    assert not is_on(heater)
    assert lease_of(heater) is None
    assert house.stored_leases == []


async def test_no_time_is_longer_than_the_cap(house: House) -> None:
    heater = await house.async_heater()
    await house.on(heater, timedelta(hours=5))
    await house.clock.advance(16 * 60)
    assert house.pad.runs == [pytest.approx(900, abs=0.5)]


async def test_why_heat_cannot_be_had_is_known_beforehand(house: House) -> None:
    heater = await house.async_heater()
    other = await house.async_heater(coach="other")
    lost = await house.async_heater("switch.gone", coach="lost")
    assert heater.refusal(blocked=False) is None
    assert heater.refusal(blocked=True) == "heat_blocked"
    assert lost.refusal(blocked=False) == "heat_missing"
    await house.on(heater)
    assert other.refusal(blocked=False) == "heat_in_use"
    house.pad.ways.deaf = 1
    off = asyncio.ensure_future(heater.async_off())
    await house.clock.advance(1)
    assert heater.refusal(blocked=False) == "heat_not_off"
    await house.wait(off)
    assert heater.refusal(blocked=False) == "heat_stuck"
    house.pad.ways.deaf = 0
    await house.off(heater)
    assert heater.refusal(blocked=False) == "heat_gap"
    await house.wait(heater.async_close())
    assert heater.refusal(blocked=False) == "heat_closing"


async def test_no_time_is_no_heat(house: House) -> None:
    heater = await house.async_heater()
    await house.on(heater, timedelta(0))
    assert house.reports == [HeatLost("no_time")]
    assert house.pad.commands == []


async def test_a_second_on_makes_no_use_longer(house: House) -> None:
    heater = await house.warm()
    await house.clock.advance(300)
    await house.on(heater)
    await house.clock.advance(301)
    assert not house.pad.has_power()
    assert house.pad.commands == ["on", "off"]


async def test_two_ons_at_once_are_one(house: House) -> None:
    heater = await house.async_heater()
    await house.wait(
        asyncio.gather(
            heater.async_on(TEN_MINUTES, Context()), heater.async_on(TEN_MINUTES, Context())
        )
    )
    assert house.pad.commands == ["on"]
    assert house.reports == [HeatOn()]


async def test_the_uses_of_a_day_are_counted_to_the_end(house: House) -> None:
    heater = await house.async_heater()
    for hours in (2.1, 2.1, 2.1):
        await house.on(heater)
        await house.off(heater)
        assert house.reports == [HeatOn(), HeatOff()]
        await house.on(heater)
        assert house.reports.pop() == HeatLost("gap")
        await house.clock.advance(hours * 3600)
        house.reports.clear()
    await house.on(heater)
    assert house.reports == [HeatLost("daily")]
    await house.clock.advance(24 * 3600)
    house.reports.clear()
    await house.on(heater)
    assert house.reports == [HeatOn()]


async def test_another_coach_cannot_have_what_is_in_use_nor_end_it(house: House) -> None:
    await house.warm()
    other = await house.async_heater(coach="other")
    await house.on(other)
    assert house.reports == [HeatLost("in_use")]
    assert await house.off(other) == (True, pytest.approx(0, abs=0.1))
    await house.wait(other.async_close())
    assert house.pad.has_power()
    assert house.pad.commands == ["on"]


async def test_the_permissions_of_whoever_asked_count(house: House) -> None:
    user = MockUser(is_owner=False).add_to_hass(house.hass)
    user.mock_policy({"entities": {"entity_ids": {SWITCH: {"read": True}}}})
    heater = await house.async_heater()
    await house.on(heater, context=Context(user_id=user.id))
    assert house.reports[0] == HeatLost("not_allowed")
    assert "on" not in house.pad.commands
    await house.clock.advance(60)
    assert house.reports[-1] == HeatOff()
    house.reports.clear()
    user.mock_policy({"entities": {"entity_ids": {SWITCH: {"control": True}}}})
    await house.on(heater, context=Context(user_id=user.id))
    assert house.reports == [HeatOn()]


async def test_who_may_not_switch_any_more_cannot_keep_it_on(house: House) -> None:
    user = MockUser(is_owner=False).add_to_hass(house.hass)
    user.mock_policy({"entities": {"entity_ids": {SWITCH: {"control": True}}}})
    heater = await house.async_heater()
    await house.on(heater, context=Context(user_id=user.id))
    assert house.state(SWITCH).context.user_id == user.id
    user.mock_policy({})
    assert (await house.off(heater))[0]
    assert house.state(SWITCH).context.user_id is None


async def test_a_disk_that_keeps_nothing_gives_no_heat(house: House) -> None:
    heater = await house.async_heater()
    # Writing into a folder that is a file fails like a full disk does: the store only logs it.
    house.file.parent.rmdir() if house.file.parent.exists() else None
    house.file.parent.write_text("no folder")
    await house.on(heater)
    assert house.reports == [HeatLost("not_stored")]
    assert house.pad.commands == []
    assert not is_on(heater)
    assert lease_of(heater) is None


async def test_a_full_disk_gives_no_heat_though_the_store_only_logs_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    heater = await house.async_heater()
    await house.book.async_store()

    async def full(_: object) -> None:
        raise WriteError

    monkeypatch.setattr(house.book._store, "_async_write_data", full)
    await house.on(heater)
    assert house.reports == [HeatLost("not_stored")]
    assert house.pad.commands == []
    assert house.stored_leases == []


async def test_a_disk_that_hangs_gives_no_heat_long_after_the_yes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    heater = await house.async_heater()
    save = house.book._store.async_save

    async def slow(data: dict[str, Any]) -> None:
        await asyncio.sleep(12)
        await save(data)

    monkeypatch.setattr(house.book._store, "async_save", slow)
    await house.on(heater)
    assert house.reports == [HeatLost("not_stored")]
    assert house.pad.commands == []
    assert lease_of(heater) is None
    assert house.stored_leases == []


async def test_a_late_on_is_still_an_on(house: House) -> None:
    house.pad.ways.late = 6
    heater = await house.async_heater()
    assert await house.on(heater) == pytest.approx(6, abs=0.1)
    assert house.reports == [HeatOn()]


async def test_a_refused_on_is_lost_and_off(house: House) -> None:
    house.pad.ways.refuse_on = True
    heater = await house.async_heater()
    await house.on(heater)
    await house.clock.advance(60)
    assert house.reports == [HeatLost("refused"), HeatOff()]
    assert lease_of(heater) is None
    house.reports.clear()
    house.pad.ways.refuse_on = False
    await house.on(heater)
    assert house.reports == [HeatOn()], "what never warmed is no use"


async def test_an_on_that_is_not_heard_is_lost_after_ten_seconds(house: House) -> None:
    house.pad.ways.deaf_to_on = True
    heater = await house.async_heater()
    assert await house.on(heater) == pytest.approx(10, abs=0.1)
    await house.clock.advance(60)
    assert house.reports == [HeatLost("not_on"), HeatOff()]
    assert not is_on(heater)


async def test_an_on_that_comes_after_all_is_switched_off(house: House) -> None:
    house.pad.ways.deaf_to_on = True
    heater = await house.async_heater()
    await house.on(heater)
    await house.clock.advance(5)
    assert house.reports == [HeatLost("not_on"), HeatOff()]
    assert house.stored_leases == [SWITCH]
    house.pad.set(on=True)
    switch = house.room.switch
    switch.report()
    await house.clock.advance(1)
    assert not house.pad.has_power()
    await house.clock.advance(60)
    assert house.stored_leases == []
    # Whoever was told that it is off may be pressing.
    assert house.reports == [
        HeatLost("not_on"),
        HeatOff(),
        HeatLost("switched_on"),
        HeatOff(),
    ]


async def test_a_session_that_cannot_take_a_report_in_gets_no_heat(house: House) -> None:
    heater = await house.async_heater()

    def fault(_: HeatReport) -> None:
        raise RuntimeError

    heater._report = fault
    await house.on(heater)
    await house.clock.advance(1)
    assert not house.pad.has_power()
    assert house.pad.seconds_on < 1
    assert lease_of(heater) is None


async def test_an_error_on_the_way_to_on_leaves_no_power(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    heater = await house.async_heater()
    switch = Outlet.switch

    def broken(outlet: Outlet, on: bool, context: Context) -> asyncio.Task[None]:  # noqa: FBT001 - as Outlet.switch
        task = switch(outlet, on, context)
        return 1 / 0 if on else task  # type: ignore[return-value]

    monkeypatch.setattr(Outlet, "switch", broken)
    await house.on(heater)
    await house.clock.advance(1)
    assert house.pad.commands == ["on", "off"]
    assert house.reports == [HeatLost("failed"), HeatOff()]


async def test_a_second_start_changes_nothing(house: House) -> None:
    heater = await house.warm()
    await heater.async_start()
    await house.clock.advance(5)
    assert house.pad.has_power()
    assert house.reports == []


async def test_a_start_while_it_is_watched_only_is_no_heat(house: House) -> None:
    """Off was told to the coach as it was before the reload, and is not told again."""
    heater = await house.warm()
    heater._quench.beware(120)
    assert (await house.off(heater))[0]
    await heater.async_close()
    again = await house.async_heater()
    assert house.stored_leases == [SWITCH], "it is still watched"
    assert not is_on(again)
    house.pad.command(on=True)
    house.room.switch.report()
    await house.clock.run_until(lambda: HeatOff() in house.reports[1:], 5)
    assert house.reports == [HeatOff(), HeatLost("switched_on"), HeatOff()]
    assert not is_on(again)
    await house.clock.advance(120)
    assert house.stored_leases == []
    assert not house.pad.has_power()


# Off


async def test_an_error_on_the_way_to_off_ends_no_trying(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    heater = await house.warm()
    house.pad.ways.deaf = 1
    calls = []

    def broken(outlet: Outlet) -> None:
        calls.append(outlet)
        if len(calls) > 2:
            house.pad.ways.deaf = 0
        raise RuntimeError

    monkeypatch.setattr(Outlet, "refresh", broken)
    proved, took = await house.off(heater)
    assert proved
    assert took > 8
    assert house.reports == [HeatOff()]


async def test_an_off_that_is_wished_while_off_is_told_is_done(house: House) -> None:
    heater = await house.warm()
    heater._report = lambda _: heater._quench.ask()
    assert (await house.off(heater))[0]
    heater._report = house.take
    await house.clock.advance(5)
    assert house.pad.commands == ["on", "off", "off"]
    assert lease_of(heater) is None


async def test_off_is_proved_by_what_is_reported_after_the_call(house: House) -> None:
    heater = await house.warm()
    house.pad.ways.late = 2.5
    assert await house.off(heater) == (True, pytest.approx(2.5, abs=0.1))
    assert house.reports == [HeatOff()]


async def test_one_off_in_three_is_not_heard(house: House) -> None:
    house.pad.ways.deaf = 1
    heater = await house.warm()
    house.hass.loop.call_later(2, setattr, house.pad.ways, "deaf", 0)
    assert await house.off(heater) == (True, pytest.approx(3, abs=0.1))
    assert house.pad.commands == ["on", "off", "off"]


async def test_off_that_is_not_proved_alarms_and_goes_on(house: House) -> None:
    heater = await house.warm()
    house.pad.ways.deaf = 1
    assert await house.off(heater) == (False, pytest.approx(10, abs=0.1))
    assert house.reports == [HeatStuck()]
    assert is_stuck(heater)
    assert is_on(heater)
    assert house.stored_leases == [SWITCH]
    await house.clock.run_until(lambda: house.hass.data.get(NOTIFICATIONS), 5)
    issue = ir.async_get(house.hass).async_get_issue(DOMAIN, f"heat_stuck_{SWITCH}")
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.CRITICAL
    assert issue.translation_key == "heat_stuck"
    assert issue.is_fixable
    assert issue.translation_placeholders == {"heater": "pad"}
    (notification,) = house.hass.data[NOTIFICATIONS].values()
    assert "pad" in notification["message"]
    assert "{" not in notification["message"] + (notification["title"] or "")

    await house.on(heater)
    assert house.reports.pop() == HeatLost("stuck")

    tries = len(house.pad.commands)
    await house.clock.advance(600)
    assert 10 <= len(house.pad.commands) - tries <= 20
    house.pad.ways.deaf = 0
    await house.clock.advance(61)
    assert not house.pad.has_power()
    assert house.reports == [HeatStuck(), HeatOff()]
    assert not is_stuck(heater)
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, f"heat_stuck_{SWITCH}") is None
    assert not house.hass.data[NOTIFICATIONS]
    assert house.stored_leases == []


async def test_a_new_wish_for_off_is_tried_at_once(house: House) -> None:
    heater = await house.warm()
    house.pad.ways.deaf = 1
    await house.off(heater)
    await house.clock.advance(300)
    house.pad.ways.deaf = 0
    assert await house.off(heater) == (True, pytest.approx(0, abs=0.1))


async def test_a_refused_off_is_tried_again(house: House) -> None:
    heater = await house.warm()
    house.pad.ways.refuse_off = True
    house.hass.loop.call_later(5, setattr, house.pad.ways, "refuse_off", False)
    assert await house.off(heater) == (True, pytest.approx(6, abs=0.1))


async def test_an_off_that_hangs_holds_nothing_up(house: House) -> None:
    heater = await house.warm()
    house.pad.ways.hang_off = 1
    assert await house.off(heater) == (True, pytest.approx(3, abs=0.1))


async def test_offs_that_hang_in_a_device_that_takes_one_call_at_a_time(house: House) -> None:
    switch = house.room.switch
    switch.parallel_updates = asyncio.Semaphore(1)
    heater = await house.warm()
    house.pad.ways.hang_off = 1
    proved, _ = await house.off(heater)
    if not proved:
        await house.clock.advance(120)
    assert not house.pad.has_power()
    assert house.reports[-1] == HeatOff()


async def test_off_does_not_wait_behind_an_on_that_hangs(house: House) -> None:
    switch = house.room.switch
    switch.parallel_updates = asyncio.Semaphore(1)
    house.pad.ways.hang_on = True
    heater = await house.async_heater()
    start = asyncio.ensure_future(heater.async_on(TEN_MINUTES, Context()))
    await house.clock.advance(1)
    assert await house.off(heater) == (True, pytest.approx(0, abs=0.1))
    await start
    await house.clock.advance(60)
    assert house.pad.seconds_on == 0
    assert "on" not in house.pad.commands
    assert HeatOn() not in house.reports
    assert lease_of(heater) is None


async def test_an_on_that_comes_back_after_an_off_is_followed_by_another(house: House) -> None:
    switch = house.room.switch
    go = asyncio.Event()

    async def stubborn() -> None:
        # Like work in a thread: giving up the wait for it does not end it.
        try:
            await go.wait()
        except asyncio.CancelledError:
            await go.wait()
        house.pad.command(on=True)

    switch.async_turn_on = stubborn  # type: ignore[method-assign,assignment]
    heater = await house.async_heater()
    start = asyncio.ensure_future(heater.async_on(TEN_MINUTES, Context()))
    await house.clock.advance(1)
    assert (await house.off(heater))[0]
    await start
    await house.clock.advance(600)
    assert house.stored_leases == [SWITCH], "the on may still arrive"
    go.set()
    await house.clock.advance(1)
    assert house.pad.commands[-1] == "off"
    assert not house.pad.has_power()
    await house.clock.advance(60)
    assert house.stored_leases == []


async def test_off_while_the_lease_is_being_written_gives_no_power(house: House) -> None:
    heater = await house.async_heater()
    start = asyncio.ensure_future(heater.async_on(TEN_MINUTES, Context()))
    await asyncio.sleep(0)
    assert await heater.async_off()
    await house.wait(start)
    assert house.pad.commands == []
    assert house.reports == [HeatOff()]
    assert house.stored_leases == []
    house.reports.clear()
    await house.on(heater)
    assert house.reports == [HeatOn()]


async def test_whoever_stops_waiting_for_on_leaves_nothing_half_done(house: House) -> None:
    house.pad.ways.late = 3
    heater = await house.async_heater()
    start = asyncio.ensure_future(heater.async_on(TEN_MINUTES, Context()))
    await house.clock.advance(1)
    start.cancel()
    await house.clock.advance(5)
    assert house.reports == [HeatOn()]
    assert (await house.off(heater))[0]


async def test_without_a_lease_nothing_is_touched(house: House) -> None:
    house.pad.set(on=True)
    heater = await house.async_heater()
    assert await house.off(heater) == (True, pytest.approx(0, abs=0.1))
    await house.wait(heater.async_close())
    async_recover(house.hass, house.book)
    await house.clock.advance(60)
    assert house.pad.has_power()
    assert house.pad.commands == []


async def test_a_silent_device_that_is_off_already_is_no_alarm(house: House) -> None:
    house.pad.ways.quiet = True
    heater = await house.warm()
    switch = house.room.switch
    house.pad.set(on=False)
    switch.report()
    await house.clock.advance(5)
    assert house.reports == [HeatLost("switched_off"), HeatOff()]
    assert lease_of(heater) is None


async def test_memory_is_no_proof_while_an_on_is_under_way(house: House) -> None:
    # The device obeys at once, and a report takes so long that its state is still from before.
    house.pad.ways.late = 25
    house.pad.ways.quiet = True
    house.pad.ways.deaf = 1
    heater = await house.async_heater()
    await house.on(heater)
    await house.clock.advance(12)
    assert house.reports == [HeatLost("not_on"), HeatStuck()]
    assert house.pad.has_power()
    house.pad.ways.deaf = 0
    await house.clock.advance(120)
    assert not house.pad.has_power()
    assert house.reports[-1] == HeatOff()


async def test_watts_outrank_an_untrue_state(house: House) -> None:
    await house.room.async_add_power()
    heater = await house.warm(power_sensor=POWER)
    house.pad.ways.untrue = True
    house.pad.ways.deaf = 1
    assert await house.off(heater) == (False, pytest.approx(10, abs=0.1))
    assert house.state(SWITCH).state == "on" or house.reports == [HeatStuck()]
    assert house.reports == [HeatStuck()]
    house.pad.ways.deaf = 0
    await house.clock.advance(61)
    assert house.reports == [HeatStuck(), HeatOff()]


async def test_an_assumed_state_needs_watts(house: House) -> None:
    await house.room.async_add_power()
    switch = house.room.switch
    switch._attr_assumed_state = True
    switch.report()
    heater = await house.warm(power_sensor=POWER)
    proved, took = await house.off(heater)
    assert proved
    assert took > 0
    await house.wait(heater.async_close())
    blind = await house.async_heater(coach="blind")
    house.reports.clear()
    await house.clock.advance(3 * 3600)
    await house.on(blind)
    assert house.reports == [HeatLost("assumed_state")]


async def test_an_assumed_state_proves_no_off(house: House) -> None:
    heater = await house.warm()
    switch = house.room.switch
    switch._attr_assumed_state = True
    assert await house.off(heater) == (False, pytest.approx(10, abs=0.1))


# Other kinds of heaters


async def test_a_thermostat_is_switched_by_its_mode(run: Run) -> None:
    async with run() as house:
        await house.room.async_add_climate()
        heater = await house.async_heater("climate.pad")
        await house.on(heater)
        assert house.pad.has_power()
        assert house.state("climate.pad").state == "heat"
        assert (await house.off(heater))[0]
        assert not house.pad.has_power()
        assert house.reports == [HeatOn(), HeatOff()]


async def test_an_input_boolean_is_believed_by_its_watts(run: Run) -> None:
    async with run() as house:
        await house.room.async_add_input_boolean()
        await house.room.async_add_power()
        heater = await house.async_heater("input_boolean.pad", power_sensor=POWER)
        took = await house.on(heater)
        assert house.reports == [HeatOn()]
        assert 0 < took <= 2.1
        house.pad.ways.deaf = 1
        assert not (await house.off(heater))[0]
        assert house.state("input_boolean.pad").state == "off"
        assert house.pad.has_power()
        house.pad.set(on=False)
        await house.clock.advance(61)
        assert house.reports == [HeatOn(), HeatStuck(), HeatOff()]


@pytest.mark.parametrize(
    ("entity_id", "power", "reason"),
    [
        ("switch.pad", None, None),
        ("switch.gone", None, "heat_missing"),
        ("light.pad", None, "heat_needs_power_sensor"),
        ("script.pad", None, "heat_script"),
        ("cover.pad", POWER, "heat_unsupported"),
        ("climate.pad", None, None),
        ("climate.cooler", None, "heat_unsupported"),
        ("switch.lost", None, "heat_unavailable"),
        ("switch.restored", None, "heat_unavailable"),
        ("switch.assumed", None, "heat_assumed_state"),
        ("switch.assumed", POWER, None),
        ("input_boolean.pad", None, "heat_needs_power_sensor"),
        ("input_boolean.pad", POWER, None),
        ("switch.pad", "sensor.gone", "heat_power_unavailable"),
        ("switch.pad", TEMPERATURE, "heat_power_unavailable"),
    ],
)
async def test_what_may_warm_a_body(
    house: House, entity_id: str, power: str | None, reason: str | None
) -> None:
    await house.room.async_add_climate()
    await house.room.async_add_input_boolean()
    await house.room.async_add_power()
    await house.room.async_add_thermometer()
    states = house.hass.states
    states.async_set("climate.cooler", "off", {"hvac_modes": ["off", "cool"]})
    states.async_set("switch.lost", "unavailable")
    states.async_set("switch.restored", "off", {"restored": True})
    states.async_set("switch.assumed", "off", {"assumed_state": True})
    states.async_set("light.pad", "off")
    assert unfit(house.hass, entity_id, power) == reason


@pytest.mark.parametrize(
    ("value", "unit", "drawn"),
    [
        ("40", "W", 40),
        ("0.04", "kW", 40),
        ("-40", "W", 40),
        ("nan", "W", None),
        ("many", "W", None),
        ("unknown", "W", None),
        ("40", None, None),
        ("40", "°C", None),
    ],
)
def test_how_watts_are_read(value: str, unit: str | None, drawn: float | None) -> None:
    state = State(POWER, value, {"unit_of_measurement": unit})
    assert watts(state) == (None if drawn is None else pytest.approx(drawn))


# Temperature, and what happens while it warms


async def test_ready_is_told_once_when_it_is_warm(house: House) -> None:
    await house.room.async_add_thermometer()
    heater = await house.warm(temperature_sensor=TEMPERATURE)
    took = await house.clock.run_until(lambda: house.reports, 600)
    assert house.reports == [HeatReady()]
    assert house.pad.celsius == pytest.approx(35, abs=0.7)
    assert took > 60
    await house.clock.advance(60)
    assert house.reports == [HeatReady()]
    assert (await house.off(heater))[0]


async def test_fahrenheit_is_read_as_what_it_is(house: House) -> None:
    thermometer = await house.room.async_add_thermometer()
    house.room.silence()
    er.async_get(house.hass).async_update_entity_options(
        TEMPERATURE, "sensor", {"unit_of_measurement": "°F"}
    )
    await house.hass.async_block_till_done()
    heater = await house.warm(temperature_sensor=TEMPERATURE)
    assert house.state(TEMPERATURE).attributes["unit_of_measurement"] == "°F"
    thermometer._attr_native_value = 36.0
    thermometer.async_write_ha_state()
    assert house.state(TEMPERATURE).state == "96.8"
    assert house.reports == [HeatReady()]
    thermometer._attr_native_value = 42.5
    thermometer.async_write_ha_state()
    await house.clock.advance(1)
    assert house.reports == [HeatReady(), HeatLost("too_hot"), HeatOff()]
    assert not is_on(heater)


async def test_a_thermometer_without_a_known_unit_is_none(house: House) -> None:
    house.hass.states.async_set(TEMPERATURE, "36", {"unit_of_measurement": "W"})
    heater = await house.async_heater(temperature_sensor=TEMPERATURE)
    await house.on(heater)
    assert house.reports == [HeatLost("sensor_stale")]


async def test_too_hot_is_off(house: House) -> None:
    await house.room.async_add_thermometer()
    await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.run_until(lambda: not house.pad.has_power(), 900)
    assert 42 < house.pad.celsius < 42.5
    await house.clock.advance(1)
    assert house.reports == [HeatReady(), HeatLost("too_hot"), HeatOff()]


async def test_a_thermometer_that_falls_silent_is_off_after_a_minute(house: House) -> None:
    await house.room.async_add_thermometer(every=50)
    heater = await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.advance(51)
    house.room.silence()
    await house.clock.advance(58)
    assert house.pad.has_power()
    await house.clock.advance(4)
    assert house.reports == [HeatLost("stale"), HeatOff()]
    assert lease_of(heater) is None


async def test_the_age_of_a_reading_counts_from_before_the_heat(house: House) -> None:
    await house.room.async_add_thermometer(every=50)
    heater = await house.async_heater(temperature_sensor=TEMPERATURE)
    await house.clock.advance(51)
    house.room.silence()
    await house.clock.advance(48)
    await house.on(heater)
    assert house.reports == [HeatOn()]
    await house.clock.advance(13)
    assert house.reports == [HeatOn(), HeatLost("stale"), HeatOff()]


async def test_a_thermometer_that_repeats_itself_is_alive(house: House) -> None:
    thermometer = await house.room.async_add_thermometer(every=30)
    thermometer.look = lambda _=None: False  # type: ignore[assignment,method-assign]
    await house.warm(temperature_sensor=TEMPERATURE)
    await house.clock.advance(290)
    assert house.reports == []
    assert house.pad.has_power()


@pytest.mark.parametrize("gone", ["heater", "thermometer", "power"])
async def test_what_becomes_unavailable_ends_heat(house: House, gone: str) -> None:
    entities = {
        "heater": house.room.switch,
        "thermometer": await house.room.async_add_thermometer(),
        "power": await house.room.async_add_power(),
    }
    heater = await house.warm(temperature_sensor=TEMPERATURE, power_sensor=POWER)
    entities[gone].set_available(available=False)
    assert house.reports == [HeatLost("unavailable")]
    await house.clock.advance(15)
    if gone == "thermometer":
        assert house.reports[1:] == [HeatOff()]
    else:
        assert house.reports[1:] == [HeatStuck()]
        assert house.pad.has_power() is (gone == "heater")
        entities[gone].set_available(available=True)
        await house.clock.advance(3)
        assert house.reports[1:] == [HeatStuck(), HeatOff()]
    assert not house.pad.has_power()
    assert lease_of(heater) is None


async def test_a_heater_that_was_removed_is_an_alarm(house: House) -> None:
    await house.warm()
    er.async_get(house.hass).async_remove(SWITCH)
    await house.clock.advance(15)
    assert house.reports == [HeatLost("gone"), HeatStuck()]
    house.pad.set(on=False)


async def test_a_heater_that_was_renamed_is_found(house: House) -> None:
    heater = await house.warm()
    er.async_get(house.hass).async_update_entity(SWITCH, new_entity_id="switch.compress")
    await house.clock.advance(5)
    assert house.reports == [HeatLost("unavailable"), HeatOff()]
    assert not house.pad.has_power()
    assert lease_of(heater) is None


async def test_somebody_else_switches_it_off(house: House) -> None:
    heater = await house.warm()
    await house.hass.services.async_call("switch", "turn_off", {"entity_id": SWITCH})
    await house.clock.advance(2)
    assert house.reports == [HeatLost("switched_off"), HeatOff()]
    assert lease_of(heater) is None
    assert house.pad.seconds_on < 1


async def test_trouble_that_is_there_already_gives_no_power(house: House) -> None:
    thermometer = await house.room.async_add_thermometer()
    heater = await house.async_heater(temperature_sensor=TEMPERATURE)
    house.room.silence()
    await house.clock.advance(61)
    await house.on(heater)
    thermometer.set_available(available=False)
    await house.on(heater)
    thermometer.set_available(available=True)
    thermometer._attr_native_value = 50
    thermometer.async_write_ha_state()
    await house.on(heater)
    assert house.reports == [
        HeatLost("sensor_stale"),
        HeatLost("sensor_unavailable"),
        HeatLost("sensor_too_hot"),
    ]
    assert house.pad.commands == []


# The end of a run


async def test_shutdown_switches_off_and_proves_it(house: House) -> None:
    heater = await house.warm()
    await house.wait(house.hass.async_stop())
    assert not house.pad.has_power()
    assert house.reports == [HeatOff()]
    assert house.stored_leases == []
    await house.on(heater)
    assert house.reports == [HeatOff(), HeatLost("closing")]


async def test_shutdown_is_not_held_up_for_ever(run: Run) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        await house.warm()
        house.pad.ways.hang_off = 99
        _, took = await house.wait(house.hass.async_stop(), 60)
        assert took < 15
        assert house.stored_leases == [SWITCH]
        await house.crash()
    house.pad.ways.hang_off = 0
    async with run() as house:
        await house.room.async_add_switch()
        await house.async_heater()
        await house.clock.advance(1)
        assert not house.pad.has_power()


async def test_unload_switches_off_first(house: House) -> None:
    heater = await house.warm()
    house.pad.ways.late = 2
    _, took = await house.wait(heater.async_close())
    assert took == pytest.approx(2, abs=0.1)
    assert not house.pad.has_power()
    assert house.stored_leases == []
    await house.on(heater)
    assert house.reports[-1] == HeatLost("closing")
    assert not house.pad.has_power()


async def test_what_is_stuck_at_unload_goes_on_being_tried(house: House) -> None:
    heater = await house.warm()
    house.pad.ways.deaf = 1
    _, took = await house.wait(heater.async_close())
    assert took == pytest.approx(10, abs=0.1)
    house.reports.clear()
    again = await house.async_heater()
    assert is_on(again)
    assert is_stuck(again)
    house.pad.ways.deaf = 0
    await house.clock.advance(61)
    assert not house.pad.has_power()
    assert house.reports == [HeatOff()]
    assert house.stored_leases == []


# After a crash


async def test_after_a_crash_it_is_off_first(run: Run, pad: Pad) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        await house.warm()
        await house.crash()
    assert pad.has_power()
    async with run() as house:
        await house.room.async_add_switch()
        heater = await house.async_heater()
        await house.clock.advance(1)
        assert not pad.has_power()
        assert house.reports == [HeatOff()]
        assert house.stored_leases == []
        await house.on(heater)
        assert house.reports.pop() == HeatLost("gap")


async def test_nothing_warms_before_what_was_left_is_proved_off(run: Run, pad: Pad) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        await house.warm()
        await house.crash()
    pad.ways.late = 5
    async with run() as house:
        await house.room.async_add_switch()
        heater = await house.async_heater()
        assert is_on(heater)
        await house.on(heater)
        assert house.reports == [HeatLost("not_off")]
        await house.clock.advance(6)
        assert house.reports == [HeatLost("not_off"), HeatOff()]
        assert not is_on(heater)
        assert "on" not in pad.commands[1:]


async def test_after_a_crash_off_is_sent_as_soon_as_the_heater_is_there(run: Run, pad: Pad) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        await house.warm()
        await house.crash()
    async with run() as house:
        await house.async_heater()
        await house.clock.advance(45)
        assert house.reports == [HeatStuck()]
        switch = await house.room.async_add_switch()
        await house.clock.advance(1)
        assert not pad.has_power()
        assert house.reports == [HeatStuck(), HeatOff()]
        assert switch.is_on is False


async def test_the_heater_of_a_coach_that_is_gone_is_switched_off(run: Run, pad: Pad) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        await house.warm()
        er.async_get(house.hass)
        await house.crash()
    async with run() as house:
        await house.room.async_add_switch()
        async_recover(house.hass, await async_get_book(house.hass))
        await house.clock.advance(2)
        assert not pad.has_power()
        assert house.stored_leases == []


async def test_a_plain_restart_touches_nothing(run: Run, pad: Pad) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        heater = await house.warm()
        await house.off(heater)
    pad.commands.clear()
    pad.set(on=True)
    async with run() as house:
        await house.room.async_add_switch()
        await house.async_heater()
        await house.clock.advance(30)
        assert not house.book.unreadable
        assert pad.has_power()
        assert pad.commands == []


HEADER = '"minor_version": 1, "key": "knot_coach.heat"'
USE = '{"heater": "switch.pad", "entry_id": %s, "ended": "2026-03-01T20:00"}'


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "{",
        "[]",
        f'{{"version": 1, {HEADER}}}',
        f'{{"version": 9, {HEADER}, "data": {{}}}}',
        f'{{"version": 1, {HEADER}, "data": {{"leases": 3}}}}',
        f'{{"version": 1, {HEADER}, "data": {{"leases": [{{}}]}}}}',
        f'{{"version": 1, {HEADER}, "data": {{"leases": [], "uses": [{USE % 7}], "doubt": null}}}}',
        f'{{"version": 1, {HEADER}, "data": {{"leases": [], "uses": [{USE % '"a"'}], "doubt": null}}}}',
    ],
)
async def test_a_file_that_cannot_be_read_switches_every_heater_off(
    run: Run, pad: Pad, rubbish: str, tmp_path: Path
) -> None:
    storage = tmp_path / ".storage"
    storage.mkdir()
    (storage / "knot_coach.heat").write_text(rubbish)
    pad.set(on=True)
    async with run() as house:
        await house.room.async_add_switch()
        heater = await house.async_heater()
        assert house.book.unreadable
        await house.clock.advance(1)
        assert not pad.has_power()
        assert house.reports == [HeatOff()]
        await house.on(heater)
        assert house.reports.pop() == HeatLost("gap"), "nobody knows what was before"
        await house.clock.advance(3 * 3600)
        await house.on(heater)
        assert house.reports.pop() == HeatLost("daily")
    pad.set(on=True)
    pad.commands.clear()
    async with run() as house:
        await house.room.async_add_switch()
        await house.async_heater()
        await house.clock.advance(30)
        assert pad.commands == [], "what was proved off once is no longer in doubt"


async def test_a_file_that_was_moved_aside_just_before_a_crash_is_remembered(
    run: Run, pad: Pad, tmp_path: Path
) -> None:
    storage = tmp_path / ".storage"
    storage.mkdir()
    (storage / "knot_coach.heat.corrupt.2026-03-01T20:00:00+00:00").write_text("{")
    pad.set(on=True)
    async with run() as house:
        await house.room.async_add_switch()
        await house.async_heater()
        await house.clock.advance(1)
        assert not pad.has_power()


async def test_a_disk_that_keeps_no_end_switches_off_once_more(
    run: Run, pad: Pad, tmp_path: Path
) -> None:
    async with run() as house:
        await house.room.async_add_switch()
        heater = await house.warm()
        kept = house.file.read_text()
        assert (await house.off(heater))[0]
        house.file.write_text(kept)
    pad.commands.clear()
    async with run() as house:
        await house.room.async_add_switch()
        await house.async_heater()
        await house.clock.advance(1)
        assert pad.commands == ["off"]
        assert house.reports == [HeatOff()]


async def test_off_is_off_even_if_that_cannot_be_stored(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    heater = await house.warm()

    async def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(house.book._store, "async_save", full)
    assert (await house.off(heater))[0]
    assert lease_of(heater) is None
    assert house.reports == [HeatOff()]


@pytest.mark.parametrize(
    "ways",
    [
        Ways(),
        Ways(late=2),
        Ways(late=8),
        Ways(deaf=3),
        Ways(deaf=2, late=2),
        Ways(quiet=True),
        Ways(quiet=True, deaf=3),
        Ways(hang_off=2),
        Ways(untrue=True),
    ],
)
async def test_no_use_is_longer_than_its_time_whatever_the_device_does(
    house: House, ways: Ways
) -> None:
    house.pad.ways = ways
    heater = await house.async_heater()
    for _ in range(6):
        await house.on(heater, timedelta(minutes=15))
        assert house.reports.pop(0) == HeatOn()
        await house.clock.advance(1000)
        assert house.reports.pop() == HeatOff()
        assert lease_of(heater) is None
        await house.clock.advance(9 * 3600)
        house.reports.clear()
    assert len(house.pad.runs) == 6
    assert max(house.pad.runs) < 15 * 60 + 10


async def test_there_is_one_book(house: House) -> None:
    books = await asyncio.gather(*(async_get_book(house.hass) for _ in range(3)))
    assert len(set(map(id, books))) == 1


async def test_the_book_keeps_all_it_is_told(run: Run) -> None:
    now = dt_util.utcnow()
    lease = Lease(
        heater=SWITCH,
        entry_id="coach",
        started=now,
        off_at=now + TEN_MINUTES,
        power_sensor=POWER,
        registry_id="abc",
    )
    async with run() as house:
        book = await async_get_book(house.hass)
        await book.async_grant(lease)
        await book.async_grant(replace(lease, heater="switch.other"))
        book.release("switch.other", ended=now)
        await book.async_store()
    async with run() as house:
        book = await async_get_book(house.hass)
        assert book.leases == (lease,)
        assert book.uses("switch.none", "coach") == (now, now + TEN_MINUTES)
        assert book.uses("switch.other", "nobody") == (now,)
        assert book.uses("switch.none", "nobody") == ()
