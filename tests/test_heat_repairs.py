"""A heater that can never be proved off: a person says that it is unplugged for good, and nobody else ends it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from homeassistant.components.persistent_notification import DOMAIN as NOTIFICATIONS
from homeassistant.components.repairs import RepairsFlowManager, repairs_flow_manager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.lease import STORAGE_KEY, Lease, async_get_book
from custom_components.knot_coach.recovery import async_recover
from tests.fake_heater import Pad, Ways
from tests.test_heat_shared import METERED, Shared
from tests.virtual_clock import VirtualClock

PLAIN: dict[str, Any] = {Conf.TEMPERATURE: None}
ISSUE = "heat_stuck_switch.pad"


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[Shared]:
    """A house in which nothing is plugged in yet."""
    house = Shared(hass, virtual_time)
    house.pad = Pad()
    assert await async_setup_component(hass, "repairs", {})
    yield house
    house.pad.ways = Ways()
    house.pad.set(on=False)
    await virtual_time.advance(300)
    house.room.leave()


async def stuck(house: Shared) -> None:
    """Come to "unplug it": the pad is on and deaf."""
    await house.warm()
    house.pad.ways = Ways(deaf=1)
    await house.say("too hot")
    await house.until("paused", within=40)


def issue(house: Shared, issue_id: str = ISSUE) -> ir.IssueEntry | None:
    """Return what stands among the repairs."""
    return ir.async_get(house.hass).async_get_issue(DOMAIN, issue_id)


def repairs(house: Shared) -> RepairsFlowManager:
    """Return what leads through repairs."""
    flows = repairs_flow_manager(house.hass)
    assert flows is not None
    return flows


async def opened(house: Shared, issue_id: str = ISSUE) -> str:
    """Open the issue and read what to do; return the flow that asks whether that is done."""
    flows = repairs(house)
    result = await flows.async_init(DOMAIN, context={"issue_id": issue_id})
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "unplug")
    assert result["description_placeholders"]
    result = await flows.async_configure(result["flow_id"], {})
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "confirm")
    return result["flow_id"]


async def confirmed(house: Shared, flow: str, *, unplugged: bool = True) -> dict[str, str] | None:
    """Send the last form; return what is wrong, or None."""
    result = await repairs(house).async_configure(flow, {"unplugged": unplugged})
    await house.hass.async_block_till_done()
    if result["type"] is FlowResultType.CREATE_ENTRY:
        return None
    errors = result["errors"]
    assert errors
    return errors


async def refused(house: Shared) -> str | None:
    """Start a session without heat; return why not."""
    try:
        await house.start(house.entry, "forearm", heat=False)
    except ServiceValidationError as error:
        return error.translation_key
    return None


async def stop(house: Shared) -> None:
    await house.say("stop the session")
    await house.clock.advance(60)


async def thrown_away(house: Shared) -> str:
    """The plug is taken out of the wall, as the alarm says, and out of Home Assistant."""
    await out_of_reach(house)
    er.async_get(house.hass).async_remove("switch.pad")
    await house.hass.async_block_till_done()
    return "switch.pad"


async def out_of_reach(house: Shared) -> str:
    await stuck(house)
    await stop(house)
    house.room.switch.set_available(available=False)
    return "switch.pad"


async def not_believed_any_more(house: Shared) -> str:
    """A promise from before, of a switch of software, which has been off all the time."""
    house.hass.states.async_set("switch.old", "off")
    now, book = dt_util.utcnow(), await async_get_book(house.hass)
    left = Lease(heater="switch.old", entry_id=house.entry.entry_id, started=now, off_at=now)
    await book.async_owe(left)
    async_recover(house.hass, book)
    return "switch.old"


@pytest.mark.parametrize("way", [thrown_away, out_of_reach, not_believed_any_more])
async def test_a_person_ends_what_can_never_be_proved(
    house: Shared, way: Callable[[Shared], Awaitable[str]], hass_storage: dict[str, Any]
) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    issue_id = f"heat_stuck_{await way(house)}"
    await house.clock.advance(3600)
    assert await refused(house) == "heat_stuck"
    heat = house.entity("binary_sensor", "heat")
    assert house.hass.states.is_state(heat, "on")
    raised = issue(house, issue_id)
    assert raised is not None
    assert raised.is_fixable
    flow = await opened(house, issue_id)
    assert await confirmed(house, flow, unplugged=False) == {"unplugged": "not_unplugged"}
    assert await refused(house) == "heat_stuck"

    assert await confirmed(house, flow) is None
    assert issue(house, issue_id) is None
    assert issue_id not in house.hass.data[NOTIFICATIONS]
    assert house.hass.states.is_state(heat, "off")
    assert hass_storage[STORAGE_KEY]["data"]["leases"] == []
    assert len(hass_storage[STORAGE_KEY]["data"]["uses"]) == 1
    before = len(house.pad.commands)
    await house.clock.advance(3600)
    assert len(house.pad.commands) == before
    assert issue(house, issue_id) is None
    assert await refused(house) is None
    await house.until_question("health")


async def test_the_notification_says_what_to_do(house: Shared) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await stuck(house)
    shown = house.hass.data[NOTIFICATIONS][ISSUE]
    assert shown["title"] == "pad may still be on"
    assert "take it off first. Then pull its plug." in shown["message"]
    assert "{" not in shown["message"]


@pytest.mark.parametrize("taken_out", [True, False])
async def test_it_is_not_believed_while_watts_flow(house: Shared, *, taken_out: bool) -> None:
    await house.build(pad=house.pad, power=True, options=METERED)
    await stuck(house)
    if taken_out:
        await stop(house)
        await change(house, **{Conf.HEATER: None, Conf.POWER: None})
    flow = await opened(house)
    assert await confirmed(house, flow) == {"base": "heat_still_draws"}
    assert issue(house) is not None
    before = len(house.pad.commands)
    await house.clock.advance(120)
    assert len(house.pad.commands) > before
    assert (await async_get_book(house.hass)).lease("switch.pad") is not None


async def test_it_is_not_believed_while_the_meter_of_another_shows_watts(house: Shared) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await house.room.async_add_power()
    await house.kim_comes(**METERED)
    await stuck(house)
    assert await confirmed(house, await opened(house)) == {"base": "heat_still_draws"}
    assert issue(house) is not None


async def test_a_session_that_waits_for_it_goes_on(house: Shared) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await stuck(house)
    house.pad.set(on=False)
    house.room.switch.set_available(available=False)
    assert await confirmed(house, await opened(house)) is None
    await house.until("active", within=120)


async def test_a_form_that_was_left_open_takes_nothing_from_the_next_use(house: Shared) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await stuck(house)
    flow = await opened(house)
    house.pad.ways = Ways()
    await house.clock.run_until(lambda: not house.pad.has_power(), 120)
    await stop(house)
    await house.clock.advance(3 * 3600)
    await house.warm()
    assert await confirmed(house, flow) == {"base": "heat_in_use"}
    assert (await async_get_book(house.hass)).lease("switch.pad") is not None
    assert house.pad.has_power()
    await house.say("too hot")
    await house.clock.run_until(lambda: not house.pad.has_power(), 15)


async def test_a_form_that_was_left_open_ends_where_off_was_proved(house: Shared) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await stuck(house)
    flow = await opened(house)
    house.pad.ways = Ways()
    await house.clock.run_until(lambda: not house.pad.has_power(), 120)
    await stop(house)
    assert await confirmed(house, flow) is None
    assert issue(house) is None


async def test_a_plug_that_comes_back_without_its_pad_is_left_alone(house: Shared) -> None:
    """It went on again after off, so it was watched for that; its relay is welded."""
    await house.build(pad=house.pad, options=PLAIN)
    await house.warm()
    await stop(house)
    house.pad.ways = Ways(deaf=1)
    house.pad.set(on=True)
    house.room.switch.report()
    await house.clock.advance(15)
    assert await confirmed(house, await opened(house)) is None
    before = len(house.pad.commands)
    for available in (False, True):
        house.room.switch.set_available(available=available)
        await house.clock.advance(5)
    assert house.hass.states.is_state("switch.pad", "on")
    assert len(house.pad.commands) == before
    assert issue(house) is None


async def test_a_pad_that_is_on_again_under_other_settings_is_shown(house: Shared) -> None:
    """It was proved off and is in no settings any more; what the coach has left on is still its own."""
    await house.build(pad=house.pad, options=PLAIN)
    await house.warm()
    await house.say("stop")
    await house.clock.run_until(lambda: not house.pad.has_power(), 20)
    await house.clock.advance(15)
    await change(house, **{Conf.HEATER: None})
    heat = house.entity("binary_sensor", "heat")
    assert house.hass.states.is_state(heat, "off")
    house.pad.ways = Ways(deaf=1)
    house.pad.set(on=True)
    house.room.switch.report()
    await house.clock.advance(1)
    assert house.hass.states.is_state(heat, "on")
    house.pad.ways = Ways()
    await house.clock.run_until(lambda: not house.pad.has_power(), 60)
    await house.clock.advance(1)
    assert house.hass.states.is_state(heat, "off")


# --- a heater that may not be used any more -------------------------------------------------------


def unfit(house: Shared) -> ir.IssueEntry | None:
    """Return what stands among the repairs about a heater that does not fit."""
    return issue(house, f"heater_unfit_{house.entry.entry_id}")


async def change(house: Shared, **options: Any) -> None:  # noqa: ANN401 - settings of a coach
    """Change the settings of Sam's coach, who takes them over at once."""
    changed = {**house.entry.options, **options}
    house.hass.config_entries.async_update_entry(house.entry, options=changed)
    await house.clock.advance(5)


async def test_a_heater_that_is_not_believed_any_more_is_said_until_it_is(house: Shared) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    assert unfit(house) is None
    house.room.switch._attr_assumed_state = True
    house.room.switch.async_write_ha_state()
    await house.hass.async_block_till_done()
    raised = unfit(house)
    assert raised is not None
    assert raised.translation_placeholders == {"name": "Sam", "heater": "switch.pad"}
    house.room.switch.set_available(available=False)
    await house.hass.async_block_till_done()
    assert unfit(house) is not None, "what is out of reach has not become any better"
    house.room.switch._attr_assumed_state = False
    house.room.switch.set_available(available=True)
    await house.hass.async_block_till_done()
    assert unfit(house) is None
    house.room.switch.set_available(available=False)
    await house.hass.async_block_till_done()
    assert unfit(house) is None


async def test_a_heater_of_a_room_is_said_to_be_unfit_by_its_own_measure(house: Shared) -> None:
    """What is a lamp or a helper may warm a room, and watts that are worked out may be shown."""
    room = {**PLAIN, Conf.HEATER: "input_boolean.pad", Conf.HEAT_KIND: "room"}
    await house.build(pad=house.pad, options=room)
    await house.room.async_add_input_boolean()
    await house.hass.async_block_till_done()
    assert unfit(house) is None
    await change(house, **{Conf.HEAT_KIND: "body"})
    assert unfit(house) is not None
    await house.room.async_add_power()
    await change(house, **{Conf.POWER: "sensor.pad_power"})
    assert unfit(house) is None
    await change(house, **{Conf.POWER: None})
    assert unfit(house) is not None
    await change(house, **{Conf.HEATER: None})
    assert unfit(house) is None


async def test_watts_that_turn_out_to_be_worked_out_are_said(house: Shared) -> None:
    """The sensor comes after the heater; once the heater is gone, that is what is said."""
    await house.build(pad=house.pad, options={**PLAIN, Conf.POWER: "sensor.sum"})
    assert unfit(house) is None
    house.hass.states.async_set(
        "sensor.sum", "0", {"unit_of_measurement": "W", "entity_id": ["sensor.one"]}
    )
    await house.hass.async_block_till_done()
    assert unfit(house) is not None
    er.async_get(house.hass).async_remove("switch.pad")
    await house.hass.async_block_till_done()
    assert unfit(house) is None
    assert issue(house, f"heater_gone_{house.entry.entry_id}") is not None
