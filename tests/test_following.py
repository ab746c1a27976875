"""A heater that is renamed is followed, and one that is not there is said to be gone."""

from collections.abc import AsyncGenerator
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach.const import DOMAIN, Conf
from tests.fake_heater import FakeSwitch, Pad
from tests.house import House
from tests.virtual_clock import VirtualClock

SWITCH, TEMPERATURE = "switch.pad", "sensor.pad_temperature"


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[House]:
    """A house with a pad."""
    house = await House(hass, virtual_time).build(pad=Pad())
    yield house
    house.room.leave()


def gone(house: House) -> ir.IssueEntry | None:
    """Return the issue that says that the heater is gone."""
    issue_id = f"heater_gone_{house.entry.entry_id}"
    return ir.async_get(house.hass).async_get_issue(DOMAIN, issue_id)


async def rename(house: House, old: str, new: str) -> None:
    """Give an entity another id, as people do in its settings."""
    er.async_get(house.hass).async_update_entity(old, new_entity_id=new)
    await house.hass.async_block_till_done()
    assert house.entry.state is ConfigEntryState.LOADED
    house.coach = house.entry.runtime_data


async def warm(house: House, user: MockUser) -> None:
    """Have a session warm the pad."""
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps", "side": "left", "length": "quick", "heat": True},
        blocking=True,
        context=Context(user_id=user.id),
    )
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")
    await house.say("yes")
    await house.clock.run_until(house.room.pad.has_power, 15)


async def test_settings_follow_a_heater_and_its_sensor_to_new_names(
    house: House, hass_admin_user: MockUser
) -> None:
    assert gone(house) is None
    await rename(house, SWITCH, "switch.compress")
    await rename(house, TEMPERATURE, "sensor.compress")
    assert house.entry.options[Conf.HEATER] == "switch.compress"
    assert house.entry.options[Conf.TEMPERATURE] == "sensor.compress"
    assert gone(house) is None
    await warm(house, hass_admin_user)
    await house.until("active", phase="check_in", within=700)
    assert not house.room.pad.has_power()
    assert house.room.pad.seconds_on < 600


async def test_a_heater_that_is_renamed_twice_is_followed_twice(house: House) -> None:
    registry = er.async_get(house.hass)
    registry.async_update_entity(SWITCH, new_entity_id="switch.one")
    registry.async_update_entity("switch.one", new_entity_id="switch.two")
    await house.hass.async_block_till_done()
    assert house.entry.options[Conf.HEATER] == "switch.two"


async def test_a_heater_that_is_renamed_while_it_warms_goes_off(
    house: House, hass_admin_user: MockUser
) -> None:
    await warm(house, hass_admin_user)
    er.async_get(house.hass).async_update_entity(SWITCH, new_entity_id="switch.compress")
    await house.clock.run_until(lambda: not house.room.pad.has_power(), 10)
    assert house.room.pad.seconds_on < 30
    assert house.entry.options[Conf.HEATER] == "switch.compress"
    await house.until("active", within=30)
    assert house.entry.state is ConfigEntryState.LOADED, "nobody is cut off for a new name"


@pytest.mark.parametrize("how", ["removed", "disabled"])
async def test_a_heater_that_vanishes_is_said_until_it_is_back(house: House, how: str) -> None:
    registry = er.async_get(house.hass)
    if how == "removed":
        registry.async_remove(SWITCH)
    else:
        registry.async_update_entity(SWITCH, disabled_by=er.RegistryEntryDisabler.USER)
    await house.hass.async_block_till_done()
    issue = gone(house)
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.WARNING
    assert not issue.is_fixable
    assert issue.translation_placeholders == {"name": "Sam", "heater": SWITCH}
    assert house.coach.heater is not None
    assert house.coach.heater.refusal(blocked=False) == "heat_missing"
    if how == "disabled":
        registry.async_update_entity(SWITCH, disabled_by=None)
    await house.room.async_add("switch", FakeSwitch(house.room.pad, "pad"))
    await house.hass.async_block_till_done()
    assert gone(house) is None
    assert house.coach.heater.refusal(blocked=False) is None


async def test_a_heater_that_is_unavailable_is_not_gone(house: House) -> None:
    house.room.switch.set_available(available=False)
    await house.hass.async_block_till_done()
    assert gone(house) is None


async def test_a_heater_that_was_never_there_is_said_once_everything_has_started(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    hass.set_state(CoreState.starting)
    options: dict[str, Any] = {Conf.HEATER: "switch.nowhere", Conf.OWN_CUTOFF: True}
    house = await House(hass, virtual_time).build(options=options)
    assert gone(house) is None
    await hass.async_start()
    await hass.async_block_till_done()
    assert gone(house) is not None
    hass.states.async_set("switch.nowhere", "off")
    await hass.async_block_till_done()
    assert gone(house) is None
    hass.states.async_remove("switch.nowhere")
    await hass.async_block_till_done()
    assert gone(house) is not None
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    assert gone(house) is None
