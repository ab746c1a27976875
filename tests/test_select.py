"""The selects: what the next session gets where nobody says otherwise, over a restart too."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.knot_coach.const import DOMAIN
from tests.house import House
from tests.virtual_clock import VirtualClock

OPTIONS = {
    "side": ["ask", "left", "right", "both"],
    "length": ["quick", "standard", "deep"],
    "target": ["gentle", "balanced", "firm"],
}


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


def shown(house: House, key: str) -> State:
    """A select as everybody sees it."""
    state = house.hass.states.get(house.entity("select", key))
    assert state is not None
    return state


def chosen(house: House) -> dict[str, str]:
    """What is chosen in all of them."""
    return {key: shown(house, key).state for key in OPTIONS}


async def choose(house: House, key: str, option: str) -> None:
    """Choose an option."""
    await house.hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": house.entity("select", key), "option": option},
        blocking=True,
    )


async def start(house: House, **data: object) -> Mapping[str, Any]:
    """Start a session; return its plan."""
    plan = await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps"} | data,
        blocking=True,
        return_response=True,
    )
    assert plan is not None
    return plan


async def set_up_again(house: House, **options: object) -> None:
    """Unload the coach, change its settings, and set it up again."""
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.hass.config_entries.async_update_entry(
        house.entry, options={**house.entry.options, **options}
    )
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()


async def test_what_is_offered_and_what_it_begins_with(house: House) -> None:
    assert {key: shown(house, key).attributes["options"] for key in OPTIONS} == OPTIONS
    assert chosen(house) == {"side": "ask", "length": "standard", "target": "balanced"}


async def test_the_target_begins_with_the_settings(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build(options={"target": "firm"})
    assert shown(house, "target").state == "firm"


async def test_the_next_session_gets_what_was_chosen(house: House) -> None:
    await choose(house, "side", "right")
    await choose(house, "length", "quick")
    await choose(house, "target", "gentle")
    assert chosen(house) == {"side": "right", "length": "quick", "target": "gentle"}
    plan = await start(house)
    assert (plan["side"], plan["length"], plan["pressure_target"]) == ("right", "quick", 4)


async def test_what_is_said_wins_over_what_was_chosen(house: House) -> None:
    await choose(house, "side", "right")
    await choose(house, "length", "quick")
    plan = await start(house, side="left", pressure_target=3)
    assert (plan["side"], plan["length"], plan["pressure_target"]) == ("left", "quick", 3)
    assert shown(house, "side").state == "right"


async def test_asking_is_a_choice(house: House) -> None:
    await choose(house, "side", "right")
    await choose(house, "side", "ask")
    assert (await start(house))["side"] is None
    await house.until_question("side")


async def test_the_present_session_goes_on_as_it_is(house: House) -> None:
    await start(house, side="left", length="quick")
    await choose(house, "side", "right")
    await choose(house, "length", "deep")
    assert (house.session.attributes["side"], house.session.attributes["length"]) == (
        "left",
        "quick",
    )


async def test_an_unknown_option_is_refused(house: House) -> None:
    with pytest.raises(ServiceValidationError):
        await choose(house, "side", "centre")
    assert shown(house, "side").state == "ask"


async def test_a_choice_outlives_a_restart(house: House) -> None:
    await choose(house, "side", "left")
    await choose(house, "length", "deep")
    await choose(house, "target", "gentle")
    await set_up_again(house)
    assert chosen(house) == {"side": "left", "length": "deep", "target": "gentle"}
    plan = await start(house)
    assert (plan["side"], plan["pressure_target"]) == ("left", 4)


async def test_changed_settings_win_over_an_old_choice(house: House) -> None:
    await choose(house, "side", "left")
    await choose(house, "target", "firm")
    await set_up_again(house, target="gentle")
    assert chosen(house) == {"side": "left", "length": "standard", "target": "gentle"}
    await choose(house, "target", "balanced")
    await set_up_again(house)
    assert shown(house, "target").state == "balanced"


async def test_what_was_stored_and_makes_no_sense_is_left_out(house: House) -> None:
    """A state of a version that had other options."""
    await choose(house, "side", "left")
    house.hass.states.async_set(house.entity("select", "length"), "endless")
    await set_up_again(house)
    assert chosen(house) == {"side": "left", "length": "standard", "target": "balanced"}
