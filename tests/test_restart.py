"""What outlives a restart: a session comes back interrupted, and its history is there."""

from datetime import timedelta
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach.const import DOMAIN
from tests.fake_heater import Pad
from tests.house import House
from tests.virtual_clock import VirtualClock


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a session that presses."""
    house = await House(hass, virtual_time).build()
    await house.say("start quick neck knot routine on the left")
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 3, 60)
    return house


async def reload(house: House) -> None:
    """Unload the coach and set it up again from what is stored."""
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data


async def test_a_session_is_stored_at_every_step(
    house: House, hass_storage: dict[str, Any]
) -> None:
    stored = hass_storage[f"{DOMAIN}.session.{house.entry.entry_id}"]["data"]["session"]
    assert stored["session"]["version"] == 2
    assert stored["session"]["steps"][stored["session"]["index"]]["phase"] == "press"
    await house.say("stop the session")
    await house.hass.async_block_till_done()
    assert hass_storage[f"{DOMAIN}.session.{house.entry.entry_id}"]["data"]["session"] is None


async def test_a_session_comes_back_interrupted_and_says_so(house: House) -> None:
    await reload(house)
    assert house.session.state == "interrupted"
    assert house.session.attributes["pressure"] is None
    await house.clock.run_until(
        lambda: any("We were interrupted at your left neck" in t for t in house.satellite.texts), 30
    )
    event = house.hass.states.get(house.entity("event", "session"))
    assert event is not None
    assert event.attributes["event_type"] == "interrupted"
    assert "interrupted" in (await house.say("how long is left")).speech


async def test_it_resumes_at_level_two_when_told_to(house: House) -> None:
    await reload(house)
    await house.clock.advance(15)
    await house.say("resume the session")
    assert house.session.state == "active"
    assert house.session.attributes["phase"] == "press"
    assert house.session.attributes["pressure"] == 2
    await house.until("idle", within=400)


async def test_it_ends_when_nobody_says_anything(house: House) -> None:
    await reload(house)
    await house.clock.advance(9 * 60)
    assert house.session.state == "interrupted"
    await house.until("idle", within=61)


async def test_a_session_that_was_cut_off_long_ago_is_over(
    house: House, hass_storage: dict[str, Any]
) -> None:
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    stored = hass_storage[f"{DOMAIN}.session.{house.entry.entry_id}"]["data"]["session"]
    stored["saved_at"] = "2020-01-01T00:00:00+00:00"
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert house.session.state == "idle"


@pytest.mark.parametrize("damage", [{"version": 99}, {"steps": "nonsense"}, {"orders": [{}]}])
async def test_a_damaged_session_is_given_up_and_somebody_has_to_be_well(
    house: House,
    hass_storage: dict[str, Any],
    damage: dict[str, Any],
    hass_admin_user: MockUser,
) -> None:
    """What it had pressed, or locked, is not known any more."""
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    stored = hass_storage[f"{DOMAIN}.session.{house.entry.entry_id}"]["data"]["session"]
    stored["session"] |= damage
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert house.session.state == "idle"
    reply = await house.say("start forearm routine on the right")
    assert "Confirm on the screen" in reply.speech
    await house.hass.services.async_call(
        "button",
        "press",
        {"entity_id": house.entity("button", "acknowledge")},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    await house.say("start forearm routine on the right")
    await house.until("asking", within=5)


async def test_silence_to_what_is_wrong_locks_even_when_home_assistant_was_away(
    house: House, hass_storage: dict[str, Any]
) -> None:
    await house.say("my hand is turning blue in the picture")
    assert house.session.attributes["question"] in {"wrong", None}
    await house.until_question("wrong")
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    stored = hass_storage[f"{DOMAIN}.session.{house.entry.entry_id}"]["data"]["session"]
    ago = dt_util.utcnow() - timedelta(hours=1)
    stored["saved_at"] = ago.isoformat()
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN, "start_session", {"area": "upper_traps", "side": "right"}, blocking=True
        )
    assert caught.value.translation_key == "locked_area"


async def test_everything_is_forgotten_with_the_coach(
    house: House, hass_storage: dict[str, Any]
) -> None:
    await house.say("stop the session")
    await house.hass.async_block_till_done()
    assert f"{DOMAIN}.history.{house.entry.entry_id}" in hass_storage
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert not [key for key in hass_storage if house.entry.entry_id in key]


async def test_after_a_restart_in_the_middle_of_heat_it_is_off(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    pad = Pad()
    house = await House(hass, virtual_time).build(pad=pad)
    await house.say("start quick neck knot routine on the left")
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    back = hass.async_create_task(reload(house))
    await house.clock.run_until(back.done, 60)
    assert not pad.has_power()
    assert house.session.state == "interrupted"
    await house.say("resume the session")
    await house.until("active", phase="check_in", within=40)
    await house.until("active", phase="press", within=200)
    assert not pad.has_power()
    assert pad.commands.count("on") == 1
    house.room.leave()
