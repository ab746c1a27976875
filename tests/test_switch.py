"""The switches: `session` is on while one is live, `silent` shows lines and speaks none."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.knot_coach.const import DOMAIN
from tests.house import House
from tests.virtual_clock import VirtualClock


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


def state(house: House, key: str = "silent") -> str:
    """A switch as everybody sees it."""
    shown = house.hass.states.get(house.entity("switch", key))
    assert shown is not None
    return shown.state


async def switch(house: House, action: str, key: str = "silent") -> None:
    """Switch it."""
    await house.hass.services.async_call(
        "switch", action, {"entity_id": house.entity("switch", key)}, blocking=True
    )


async def refused(house: House, reason: str) -> None:
    """Switch a session on that must not begin; the reason is shown."""
    with pytest.raises(ServiceValidationError) as caught:
        await switch(house, "turn_on", "session")
    assert caught.value.translation_key == reason
    assert " " in str(caught.value)
    assert state(house, "session") == "off"


def caption(house: House) -> str:
    """The line that was shown last."""
    shown = house.hass.states.get(house.entity("event", "caption"))
    assert shown is not None
    text: str = shown.attributes["text"]
    return text


async def start(house: House) -> None:
    """Start a session, and answer the health question when it can be read."""
    await house.say("start quick neck knot routine on the left")
    await house.until_question("health")
    await house.say("no")


async def test_it_begins_off(house: House) -> None:
    assert state(house) == "off"
    assert not house.coach.silent


async def test_a_whole_session_without_a_sound(house: House) -> None:
    await switch(house, "turn_on")
    assert state(house) == "on"
    await start(house)
    await house.until("active", phase="press", within=300)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 5, 60)
    await house.until("idle", within=400)
    await house.clock.advance(20)
    assert house.satellite.heard == []
    assert caption(house).startswith("That took")


async def test_it_works_in_the_middle_of_a_session(house: House) -> None:
    await start(house)
    await house.until("active", phase="breathe", within=100)
    await house.clock.run_until(lambda: not house.quiet, 30)
    begun = len(house.satellite.heard)
    await switch(house, "turn_on")
    await house.until("active", phase="locate", within=100)
    # The line that was being spoken is spoken to its end, and none after it.
    assert len(house.satellite.heard) == begun
    assert house.satellite.heard[-1].whole
    await switch(house, "turn_off")
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 3, 60)
    assert "Sink in a little. Three out of ten." in house.satellite.texts


async def test_toggling(house: House) -> None:
    await switch(house, "toggle")
    assert house.coach.silent
    await switch(house, "toggle")
    assert not house.coach.silent


@pytest.mark.parametrize("action", ["turn_on", "turn_off"])
async def test_it_outlives_a_reload(house: House, action: str) -> None:
    await switch(house, action)
    before = state(house)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert house.coach is not house.entry.runtime_data
    house.coach = house.entry.runtime_data
    assert state(house) == before
    assert house.coach.silent is (action == "turn_on")


# --- session --------------------------------------------------------------------------------------


async def test_it_is_on_while_a_session_is_live(house: House) -> None:
    assert state(house, "session") == "off"
    await house.say("start quick neck knot routine on the left")
    await house.until("asking")
    assert state(house, "session") == "on"
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="press", within=200)
    assert state(house, "session") == "on"
    await house.say("pause")
    await house.until("paused")
    assert state(house, "session") == "on"
    await house.say("stop")
    await house.until("idle")
    assert state(house, "session") == "off"


async def test_off_stops_the_session(house: House) -> None:
    await start(house)
    await house.until("active", phase="press", within=200)
    await switch(house, "turn_off", "session")
    assert house.session.state == "idle"
    assert state(house, "session") == "off"
    await house.clock.run_until(
        lambda: house.satellite.texts[-1] == "Let go and rest. We have stopped.", 20
    )


async def test_off_is_never_wrong(house: House) -> None:
    for _ in range(2):
        await switch(house, "turn_off", "session")
    await start(house)
    for _ in range(2):
        await switch(house, "turn_off", "session")
    await house.clock.advance(15)
    await switch(house, "turn_off", "session")
    house.satellite.set_available(available=False)
    await switch(house, "turn_off", "session")
    assert house.session.state == "idle"


async def test_off_calls_off_what_is_about_to_begin(house: House) -> None:
    house.stack.tts.delay = 5.0
    starting = house.hass.async_create_task(
        house.hass.services.async_call(
            DOMAIN, "start_session", {"area": "forearm", "side": "left"}, blocking=True
        )
    )
    await house.clock.advance(1)
    await switch(house, "turn_off", "session")
    await house.clock.run_until(starting.done, 60)
    error = starting.exception()
    assert isinstance(error, ServiceValidationError)
    assert error.translation_key == "called_off"
    assert state(house, "session") == "off"


async def test_with_nothing_to_go_by_it_asks_for_an_area(house: House) -> None:
    await refused(house, "no_last_session")
    await house.clock.run_until(lambda: bool(house.satellite.texts), 20)
    assert house.satellite.texts == [
        "I remember no session of yours. Say start, and the name of an area."
    ]


async def test_what_was_forgotten_is_not_told_by_playing_it(house: House) -> None:
    await start(house)
    await house.until("active", phase="press", within=200)
    await switch(house, "turn_off", "session")
    await house.clock.advance(15)
    await house.coach.memory.async_forget(None, house.coach.now())
    # The limits still know of it.
    assert house.coach.memory.records
    await refused(house, "no_last_session")


async def test_on_works_on_what_was_worked_on_last(house: House) -> None:
    await house.has_pressed(hours=200, area="forearm")
    await house.has_pressed(hours=100, area="upper_traps")
    await switch(house, "turn_on", "session")
    assert state(house, "session") == "on"
    # Which side is chosen anew: the last one is not the one that is tight today.
    await house.until_question("side")
    assert house.shows(area="upper_traps")


async def test_on_plays_the_routine_that_was_played_last(house: House) -> None:
    text = "version: 1\nname: Desk break\nparts:\n- {area: forearm, side: right, length: quick}\n"
    await house.hass.services.async_call(DOMAIN, "import_routine", {"yaml": text}, blocking=True)
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    await house.say("start desk break")
    await house.until_question("health")
    await switch(house, "turn_off", "session")
    await house.clock.advance(15)
    await switch(house, "turn_on", "session")
    await house.until_question("health")
    assert house.shows(area="forearm", side="right", length="quick")
    await switch(house, "turn_off", "session")
    await house.clock.advance(15)
    assert house.coach.memory.last is not None
    assert house.coach.memory.last["routine"] == "Desk break"
    # Of a routine that is gone, its area is left.
    [routine] = house.entry.subentries.values()
    house.hass.config_entries.async_remove_subentry(house.entry, routine.subentry_id)
    await house.hass.async_block_till_done()
    await switch(house, "turn_on", "session")
    await house.until_question("side")
    assert house.shows(area="forearm", length="standard")


async def test_what_rests_is_refused_and_the_reason_spoken(house: House) -> None:
    for side in ("left", "right"):
        await house.has_pressed(hours=1, side=side)
    await refused(house, "resting")
    await house.clock.run_until(lambda: bool(house.satellite.texts), 20)
    assert house.satellite.texts[0].startswith("That area is resting until")


async def test_on_while_it_is_on_changes_nothing(house: House) -> None:
    await start(house)
    await house.until("active", phase="breathe", within=100)
    before = house.session
    await switch(house, "turn_on", "session")
    assert house.session == before


async def test_a_session_that_was_cut_off_shows_on_until_it_is_ended(house: House) -> None:
    await start(house)
    await house.until("active", phase="press", within=200)
    task = house.hass.async_create_task(
        house.hass.config_entries.async_reload(house.entry.entry_id)
    )
    await house.clock.run_until(task.done, 60)
    house.coach = house.entry.runtime_data
    await house.until("interrupted")
    assert state(house, "session") == "on"
    await switch(house, "turn_off", "session")
    assert house.session.state == "idle"
    assert state(house, "session") == "off"
