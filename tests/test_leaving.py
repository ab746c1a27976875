"""Whoever presses is not left alone: not by a reload, a shutdown, a removal, nor by a fault of ours."""

from collections.abc import AsyncGenerator, Coroutine
from typing import Any
from unittest.mock import patch

from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.knot_coach.admission import WantedPart
from custom_components.knot_coach.const import DOMAIN
from tests.fake_heater import Pad
from tests.house import House, coach_entry, set_up
from tests.virtual_clock import VirtualClock

LEAVING = "Let go and rest. I have to leave for a moment."


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a session that presses at level three."""
    house = await House(hass, virtual_time).build()
    await to_pressing(house)
    return house


async def to_pressing(house: House) -> None:
    """Start a quick session and answer until the hands press."""
    await house.say("start quick neck knot routine on the left")
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.shows(pressure=3), 60)


async def let(house: House, what: Coroutine[Any, Any, object]) -> None:
    """Let time pass until something is over."""
    task = house.hass.async_create_task(what)
    await house.clock.run_until(task.done, 60)
    await task


async def start(house: House) -> None:
    """Start a session on another area."""
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"area": "forearm", "side": "left"}, blocking=True
    )


async def test_unloading_takes_the_hands_off_in_words(house: House) -> None:
    await let(house, house.hass.config_entries.async_unload(house.entry.entry_id))
    assert house.satellite.texts[-1] == LEAVING


async def test_a_shutdown_takes_the_hands_off_in_words(house: House) -> None:
    await let(house, house.hass.async_stop())
    assert LEAVING in house.satellite.texts


async def test_removing_the_coach_takes_the_hands_off_in_words(house: House) -> None:
    await let(house, house.hass.config_entries.async_remove(house.entry.entry_id))
    assert house.satellite.texts[-1] == LEAVING


async def test_a_stop_word_still_locks_while_the_coach_leaves(house: House) -> None:
    reload = house.hass.async_create_task(
        house.hass.config_entries.async_reload(house.entry.entry_id)
    )
    await house.clock.run_until(lambda: not house.quiet, 10)
    await house.say("I have chest pain")
    await house.clock.run_until(reload.done, 60)
    assert house.session.state == "idle"
    reply = await house.say("start forearm routine on the left")
    assert "Rest until" in reply.speech


async def test_nothing_is_started_while_the_coach_leaves(house: House) -> None:
    coach = house.coach
    reload = house.hass.async_create_task(
        house.hass.config_entries.async_reload(house.entry.entry_id)
    )
    await house.clock.run_until(lambda: not house.quiet, 10)
    with pytest.raises(ServiceValidationError) as caught:
        coach.admit(coach.admission.wanted(WantedPart(area="forearm"), now=coach.now()))
    assert caught.value.translation_key == "closing"
    await house.clock.run_until(reload.done, 60)
    assert house.session.state == "interrupted"


async def test_a_reload_while_a_session_is_starting_starts_none(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    house.stack.tts.delay = 5.0
    starting = hass.async_create_task(start(house))
    await house.clock.advance(1)
    await let(house, hass.config_entries.async_reload(house.entry.entry_id))
    await house.clock.run_until(starting.done, 60)
    assert isinstance(starting.exception(), ServiceValidationError)
    assert house.session.state == "idle"
    assert house.coach.session is None


@pytest.mark.parametrize("broken", ["command", "report", "advance"])
async def test_a_fault_of_ours_ends_the_session_and_says_so(house: House, broken: str) -> None:
    with patch(f"custom_components.knot_coach.runner.{broken}", side_effect=ZeroDivisionError):
        await house.say("lighter")
        await house.until("idle", within=60)
    await house.clock.run_until(
        lambda: house.satellite.texts[-1] == "Let go and rest. We have stopped.", 20
    )
    last = house.hass.states.get(house.entity("sensor", "last_session"))
    assert last is not None
    assert last.state == "stopped"
    event = house.hass.states.get(house.entity("event", "session"))
    assert event is not None
    assert (event.attributes["event_type"], event.attributes["reason"]) == ("stopped", "fault")
    # What was pressed still counts, and another session can be started.
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN, "start_session", {"area": "upper_traps", "side": "left"}, blocking=True
        )
    assert caught.value.translation_key == "resting"
    await start(house)
    assert house.session.state == "asking"


async def test_a_fault_of_ours_switches_the_heat_off(
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
    with patch("custom_components.knot_coach.runner.command", side_effect=ZeroDivisionError):
        await house.say("pause")
    await house.clock.run_until(lambda: not pad.has_power(), 5)
    heat = house.entity("binary_sensor", "heat")
    await house.clock.run_until(lambda: house.hass.states.is_state(heat, "off"), 40)
    house.room.leave()


@pytest.fixture
async def starting(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[House]:
    """A house with an interrupted session, in a Home Assistant that is still starting."""
    house = await House(hass, virtual_time).build()
    await to_pressing(house)
    await let(house, hass.config_entries.async_unload(house.entry.entry_id))
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    house.coach = house.entry.runtime_data
    yield house
    hass.set_state(CoreState.running)


async def test_nothing_is_started_before_what_was_interrupted_is_taken_up(
    starting: House,
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await start(starting)
    assert caught.value.translation_key == "starting_up"
    assert starting.session.state == "idle"


async def test_two_sessions_do_not_share_a_room(house: House) -> None:
    second = coach_entry(house.hass, house.kitchen.entity_id, name="Kim")
    await set_up(house.hass, second)
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN,
            "start_session",
            {"config_entry_id": second.entry_id, "area": "forearm", "side": "left"},
            blocking=True,
        )
    assert caught.value.translation_key == "room_taken"
    assert "Sam" in str(caught.value)
    await house.say("stop the session")
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"config_entry_id": second.entry_id, "area": "forearm", "side": "left"},
        blocking=True,
    )
    assert second.runtime_data.busy


async def test_a_damaged_record_does_not_lift_a_lock(
    house: House, hass_storage: dict[str, Any]
) -> None:
    await house.say("I feel a sharp pain")
    await let(house, house.hass.config_entries.async_unload(house.entry.entry_id))
    history = hass_storage[f"{DOMAIN}.history.{house.entry.entry_id}"]["data"]
    history["records"].append({"outcome": "finished"})
    history["locks"].append({"tier": "b"})
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN, "start_session", {"area": "upper_traps", "side": "right"}, blocking=True
        )
    # What a damaged lock was about is not known any more, so nothing starts.
    assert caught.value.translation_key == "acknowledge_emergency"


async def test_stop_is_heard_before_the_session_has_begun(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    house.stack.tts.delay = 5.0
    await house.say("start forearm routine on the left")
    await house.clock.advance(1)
    assert (await house.say("stop the session")).speech == ""
    await house.clock.advance(60)
    assert house.session.state == "idle"
    assert house.satellite.texts == []
    house.stack.tts.delay = 0.0
    await start(house)
    await house.until("asking", within=5)
