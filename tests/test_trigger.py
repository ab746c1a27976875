"""Automations: one starts a session, others react to what becomes of it."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.trigger import async_get_all_descriptions, async_validate_trigger_config
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
import voluptuous as vol

from custom_components.knot_coach.const import DOMAIN
from tests.house import House, coach_entry, set_up
from tests.virtual_clock import VirtualClock

TRIGGERS = ("session_started", "session_finished", "session_stopped")


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


def reaction(name: str, target: Mapping[str, Any]) -> dict[str, Any]:
    """Return an automation that reacts to one of the triggers."""
    return {
        "alias": f"On {name}",
        "triggers": [{"trigger": f"{DOMAIN}.{name}", "target": target}],
        "actions": [
            {
                "action": "test.react",
                "data": {
                    "name": name,
                    "event": "{{ trigger.to_state.attributes.event_type }}",
                    "area": "{{ trigger.to_state.attributes.area }}",
                    "from": "{{ trigger.entity_id }}",
                    "session": "{{ states(sensor) }}",
                },
            }
        ],
    }


async def automate(house: House, target: Mapping[str, Any] | None = None) -> list[ServiceCall]:
    """Set up one automation that starts a session, and one that reacts to each trigger.

    Returns what the reactions did, as calls.
    """
    calls: list[ServiceCall] = async_mock_service(house.hass, "test", "react")
    starter = {
        "alias": "Start",
        "triggers": [{"trigger": "event", "event_type": "back_home"}],
        "actions": [
            {
                "action": f"{DOMAIN}.start_session",
                "data": {
                    "config_entry_id": house.entry.entry_id,
                    "area": "upper_traps",
                    "side": "left",
                    "length": "quick",
                },
                "response_variable": "plan",
            },
            {"action": "test.react", "data": {"name": "plan", "total": "{{ plan.total }}"}},
        ],
    }
    sensor = {"variables": {"sensor": house.entity("sensor", "session")}}
    target = target or {"entity_id": house.entity("event", "session")}
    automations = [starter, *(reaction(name, target) | sensor for name in TRIGGERS)]
    assert await async_setup_component(house.hass, AUTOMATION, {AUTOMATION: automations})
    states = [state.state for state in house.hass.states.async_all(AUTOMATION)]
    assert states == ["on"] * len(automations)
    return calls


async def begin(house: House) -> None:
    """Let the automation start a session, and answer the health question."""
    house.hass.bus.async_fire("back_home")
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="check_in")


def seen(calls: list[ServiceCall]) -> list[str]:
    """Which automations ran, in their order."""
    return [call.data["name"] for call in calls]


async def test_a_session_to_its_end(house: House) -> None:
    calls = await automate(house)
    await begin(house)
    assert sorted(seen(calls)) == ["plan", "session_started"]
    [started] = [call.data for call in calls if call.data["name"] == "session_started"]
    assert (started["event"], started["area"]) == ("started", "upper_traps")
    assert started["from"] == house.entity("event", "session")
    # Whoever reacts finds the session as it is now.
    assert started["session"] == "asking"
    await house.until("idle", within=500)
    await house.clock.advance(1)
    assert seen(calls)[2:] == ["session_finished"]
    assert calls[-1].data["session"] == "idle"


@pytest.mark.parametrize(
    ("words", "event"),
    [
        ("stop", "stopped"),
        ("my arm has gone numb", "safety_stop"),
        ("I have chest pain", "emergency_phrase"),
    ],
)
async def test_a_session_that_is_stopped(house: House, words: str, event: str) -> None:
    calls = await automate(house)
    await begin(house)
    await house.say(words)
    await house.clock.advance(1)
    assert seen(calls)[2:] == ["session_stopped"]
    assert calls[-1].data["event"] == event
    assert calls[-1].data["session"] == "idle"


async def test_what_lies_between_triggers_nothing(house: House) -> None:
    calls = await automate(house)
    await begin(house)
    await house.say("pause")
    await house.say("resume the session")
    await house.until("active", phase="press", within=300)
    await house.say("lighter")
    assert len(calls) == 2


@pytest.mark.parametrize("kind", ["device_id", "area_id"])
async def test_a_device_or_a_room_as_the_target(house: House, kind: str) -> None:
    entity = er.async_get(house.hass).async_get(house.entity("event", "session"))
    assert entity is not None
    assert entity.device_id is not None
    device = dr.async_get(house.hass).async_get(entity.device_id)
    assert device is not None
    target = {"device_id": device.id, "area_id": device.area_id}[kind]
    calls = await automate(house, {kind: target})
    await begin(house)
    await house.say("stop")
    await house.clock.advance(1)
    assert sorted(seen(calls)) == ["plan", "session_started", "session_stopped"]


async def test_another_coach_is_another_target(house: House) -> None:
    other = coach_entry(house.hass, house.kitchen.entity_id, name="Kim", room="Kitchen")
    await set_up(house.hass, other)
    calls = await automate(house, {"entity_id": house.entity("event", "session", other)})
    await begin(house)
    await house.say("stop")
    await house.clock.advance(1)
    assert seen(calls) == ["plan"]


async def test_events_of_others_trigger_nothing(house: House) -> None:
    """Even of the same kind, in the same target."""
    stranger = er.async_get(house.hass).async_get_or_create(
        "event", "doorbell", "front", translation_key="session"
    )
    house.hass.states.async_set(stranger.entity_id, "unknown")
    both = [stranger.entity_id, house.entity("event", "session"), "event.unknown_to_all"]
    calls = await automate(house, {"entity_id": both})
    for entity_id in (stranger.entity_id, "event.unknown_to_all"):
        house.hass.states.async_set(entity_id, "unknown")
        house.hass.states.async_set(
            entity_id, "2026-01-01T00:00:00.000+00:00", {"event_type": "started"}
        )
    await house.clock.advance(1)
    assert not calls
    await begin(house)
    assert sorted(seen(calls)) == ["plan", "session_started"]


async def test_a_restart_starts_no_session(house: House) -> None:
    """The event entity remembers its last event; coming back is none."""
    calls = await automate(house)
    await begin(house)
    await house.say("stop")
    await house.clock.advance(1)
    ran = len(calls)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    await house.clock.advance(1)
    assert len(calls) == ran
    # And it goes on to hear of the next one.
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"area": "forearm", "side": "right"}, blocking=True
    )
    await house.clock.advance(1)
    assert seen(calls)[ran:] == ["session_started"]


@pytest.mark.parametrize("name", TRIGGERS)
async def test_it_can_be_checked_before_there_is_a_coach(hass: HomeAssistant, name: str) -> None:
    trigger = {"trigger": f"{DOMAIN}.{name}", "target": {"entity_id": "event.coach"}}
    assert await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([trigger]))
    del trigger["target"]
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([trigger]))


async def test_the_editor_offers_them_for_coaches_alone(house: House) -> None:
    descriptions = await async_get_all_descriptions(house.hass)
    offered = {key: value for key, value in descriptions.items() if key.startswith(f"{DOMAIN}.")}
    assert set(offered) == {f"{DOMAIN}.{name}" for name in TRIGGERS}
    for description in offered.values():
        assert description is not None
        assert description["target"]["entity"] == [{"integration": DOMAIN, "domain": ["event"]}]
