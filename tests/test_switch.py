"""The switch `silent`: lines are shown and not spoken, from the next one on."""

from homeassistant.core import HomeAssistant
import pytest

from tests.house import House
from tests.virtual_clock import VirtualClock


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


def state(house: House) -> str:
    """The switch as everybody sees it."""
    shown = house.hass.states.get(house.entity("switch", "silent"))
    assert shown is not None
    return shown.state


async def switch(house: House, action: str) -> None:
    """Switch it."""
    await house.hass.services.async_call(
        "switch", action, {"entity_id": house.entity("switch", "silent")}, blocking=True
    )


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
