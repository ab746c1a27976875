"""The event entities: what happened in a session, and every line, in order and nothing twice."""

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.knot_coach.const import DOMAIN
from tests.fake_heater import Pad
from tests.house import House, coach_entry, set_up
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


def listen(house: House, key: str = "session", entry: MockConfigEntry | None = None) -> list[State]:
    """Collect what an event entity fires from now on."""
    entity_id, fired = house.entity("event", key, entry), list[State]()

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


KINDS = ["safety", "answer", "instruction", "countdown", "encouragement"]


async def test_every_line_of_a_session_is_shown_as_it_begins(house: House) -> None:
    fired = listen(house, "caption")
    began = list[float]()

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == house.entity("event", "caption"):
            began.append(house.hass.loop.time())

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    await start(house)
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 4, 60)
    await house.say("pause")
    await house.clock.advance(10)
    await house.say("resume")
    await house.until("idle", within=400)
    await house.clock.advance(20)
    heard = house.satellite.heard
    assert len(heard) > 25
    assert [state.attributes["text"] for state in fired] == [line.text for line in heard]
    # Clips have to be fetched before they are heard.
    assert began == pytest.approx([line.began for line in heard], abs=0.5)
    for state, line in zip(fired, heard, strict=True):
        assert line.ended is not None
        assert state.attributes["seconds"] == pytest.approx(line.ended - line.began, abs=0.5)
        assert state.attributes["event_type"] in KINDS


async def test_captions_are_the_same_without_a_sound(house: House) -> None:
    """Somebody who reads is led through the same lines in the same order."""
    await start(house)
    await house.until("idle", within=400)
    await house.clock.advance(20)
    spoken = [line.text for line in house.satellite.heard]

    reader = coach_entry(house.hass, house.kitchen.entity_id, name="Kim", room="Kitchen")
    coach = await set_up(house.hass, reader)
    coach.silenced = True
    fired = listen(house, "caption", reader)
    await house.say("start quick neck knot routine on the left", house.kitchen)
    await house.clock.run_until(lambda: coach.data.heard_question, 60)
    await house.say("no", house.kitchen)
    await house.clock.run_until(lambda: not coach.busy, 500)
    await house.clock.advance(20)
    assert house.kitchen.heard == []
    *shown, last = [state.attributes["text"] for state in fired]
    assert shown == spoken[:-1]
    # Reading may take a little longer.
    assert last.startswith("That took")
    assert spoken[-1].startswith("That took")


async def test_the_kinds_of_lines(house: House) -> None:
    fired = listen(house, "caption")
    await start(house)
    await house.until("active", phase="breathe", within=200)
    await house.clock.advance(5)
    await house.say("lighter")
    await house.clock.advance(10)
    await house.say("my arm has gone numb")
    await house.clock.advance(20)
    kinds = {state.attributes["text"]: state.attributes["event_type"] for state in fired}
    assert kinds["Any new injury, swelling, fever, numbness, or skin problem there today?"] == (
        "instruction"
    )
    assert kinds["Stop and let go. Breathe normally. We are finished with this area today."] == (
        "safety"
    )
    assert "answer" in kinds.values()


async def test_no_caption_is_recorded(house: House) -> None:
    state = house.hass.states.get(house.entity("event", "caption"))
    assert state is not None
    assert state.attributes["event_types"] == KINDS
    assert state.state == "unknown"
    fired = listen(house, "caption")
    await start(house)
    unrecorded = fired[0].state_info
    assert unrecorded is not None
    assert {"text", "event_types"} <= unrecorded["unrecorded_attributes"]
    assert "seconds" not in unrecorded["unrecorded_attributes"]


async def test_a_caption_comes_when_the_session_has_moved(house: House) -> None:
    """Whoever reacts to a line finds the sensors as they are when it is said."""
    house.coach.silenced = True
    phases = dict[str, str | None]()

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is not None and new.entity_id == house.entity("event", "caption"):
            phases[new.attributes["text"]] = house.session.attributes["phase"]

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    await start(house)
    await house.until("active", phase="press", within=300)
    await house.clock.advance(5)
    assert phases["Squeeze the muscle gently between fingers and palm. Start light."] == "press"
    assert phases["Breathe in"] == "breathe"
