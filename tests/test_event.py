"""The event entity: what happened in a session, in its order, and nothing twice."""

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
import pytest

from custom_components.knot_coach.const import DOMAIN
from tests.fake_heater import Pad
from tests.house import House
from tests.virtual_clock import VirtualClock

EVENTS = [
    "started",
    "phase_started",
    "pressure_changed",
    "released",
    "paused",
    "resumed",
    "finished",
    "stopped",
    "safety_stop",
    "emergency_phrase",
    "heat_on",
    "heat_off",
    "heat_failed",
    "interrupted",
    "not_loosening",
]
"""Automations are built on them; more may come, and none of them goes."""


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


def listen(house: House) -> list[State]:
    """Collect what the event entity fires from now on."""
    entity_id, fired = house.entity("event", "session"), list[State]()

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is not None and new.entity_id == entity_id:
            fired.append(new)

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    return fired


async def start(house: House, **data: object) -> None:
    """Start a quick session on the left and answer the health question."""
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps", "side": "left", "length": "quick"} | data,
        blocking=True,
    )
    await house.until_question("health")
    await house.say("no")


def told(fired: list[State]) -> list[str]:
    """The kinds of events, in their order."""
    return [state.attributes["event_type"] for state in fired]


async def test_it_has_told_nothing_yet(house: House) -> None:
    state = house.hass.states.get(house.entity("event", "session"))
    assert state is not None
    assert state.state == "unknown"
    assert state.attributes["event_types"] == EVENTS


async def test_a_session_as_events(house: House) -> None:
    fired = listen(house)
    await start(house)
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 3, 60)
    await house.say("pause")
    await house.say("resume")
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 3, 60)
    await house.say("it released")
    await house.until("idle", within=300)
    events = told(fired)
    assert events[0] == "started"
    assert events[-1] == "finished"
    assert events.count("phase_started") >= 9
    rest = [event for event in events if event not in {"phase_started", "pressure_changed"}]
    assert rest == ["started", "paused", "resumed", "released", "finished"]
    # Several at one instant are still several states, so that a trigger fires for each.
    assert len({state.state for state in fired}) == len(fired)


async def test_an_event_says_where_the_session_stood(house: House) -> None:
    fired = listen(house)
    await start(house)
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 3, 60)
    shown = fired[-1].attributes
    assert shown["event_type"] == "pressure_changed"
    place = {key: shown[key] for key in ("area", "side", "length", "phase", "step", "pressure")}
    assert place == {
        "area": "upper_traps",
        "side": "left",
        "length": "quick",
        "phase": "press",
        "step": 5,
        "pressure": 3,
    }
    await house.say("my arm has gone numb")
    assert fired[-1].attributes["event_type"] == "safety_stop"
    assert fired[-1].attributes["phrase"] == "numb"
    assert fired[-1].attributes["outcome"] == "stopped_safety"


async def test_heat_as_events(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    house = await House(hass, virtual_time).build(pad=Pad())
    fired = listen(house)
    await start(house, heat=True)
    await house.until_question("heat")
    await house.say("yes")
    await house.until("heating", within=60)
    await house.clock.run_until(lambda: "heat_on" in told(fired), 60)
    await house.say("stop")
    await house.clock.advance(20)
    assert told(fired)[:3] == ["started", "heat_on", "stopped"]
    assert "heat_failed" not in told(fired)
    house.room.leave()


async def test_the_last_event_outlives_a_reload(house: House) -> None:
    await start(house)
    await house.say("stop")
    before = house.hass.states.get(house.entity("event", "session"))
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    after = house.hass.states.get(house.entity("event", "session"))
    assert before is not None
    assert after is not None
    assert after.state == before.state
    assert after.attributes["event_type"] == "stopped"
