"""A session whose voice is lost when it has begun: everything was made ahead, and is heard."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.knot_coach.const import Conf
from tests.house import House
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakePlayer, FakeSatellite

UNKNOWN_AHEAD = "That took"
"""The last words tell how long it took, which nobody knew before."""


async def begin(house: House) -> list[str]:
    """Open a session, then lose the engine; return what it was asked for until then."""
    await house.say("start quick neck knot routine on the left")
    await house.until_question("health")
    house.stack.tts.broken = True
    made = [text for text, _, _ in house.stack.tts.calls]
    await house.say("no")
    await house.until("active", phase="check_in")
    return made


async def end(house: House, made: list[str], speaker: FakeSatellite | FakePlayer) -> None:
    """See the session through; everything it said was heard, and made but once."""
    await house.until("idle", within=500)
    await house.clock.advance(20)
    assert len(made) == len(set(made))
    later = [text for text, _, _ in house.stack.tts.calls[len(made) :]]
    assert [text for text in later if not text.startswith(UNKNOWN_AHEAD)] == []
    assert speaker.heard
    assert all(heard.whole and heard.text in made for heard in speaker.heard)
    last = house.hass.states.get(house.entity("sensor", "last_session"))
    assert last is not None
    assert last.state == "finished"


@pytest.mark.parametrize("words", [(), ("lighter", "too much", "it released")], ids=str)
async def test_a_satellite_without_its_engine(
    hass: HomeAssistant, virtual_time: VirtualClock, words: tuple[str, ...]
) -> None:
    house = await House(hass, virtual_time).build()
    made = await begin(house)
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 4, 60)
    for word in words:
        await house.say(word)
        await house.clock.advance(6)
    await end(house, made, house.satellite)
    # Nobody was told to wait for a line that did not come.
    assert len(house.satellite.texts) > 25


async def test_a_stop_for_safety_without_the_engine(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    await begin(house)
    await house.until("active", phase="press", within=200)
    await house.say("sharp pain")
    await house.until("idle", within=30)
    await house.clock.run_until(lambda: "get medical advice" in house.satellite.texts[-1], 30)


async def test_a_player_with_silence_around_its_clips_without_the_engine(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    player = house.player.entity_id
    hass.config_entries.async_update_entry(
        house.entry,
        data={**house.entry.data, Conf.OUTPUTS: [{Conf.ENTITY_ID: player}]},
        options={
            **house.entry.options,
            Conf.SPEAKERS: {player: {Conf.LEAD_IN: 0.4, Conf.TAIL: 0.4}},
        },
    )
    await hass.config_entries.async_reload(house.entry.entry_id)
    house.coach = house.entry.runtime_data
    made = await begin(house)
    await end(house, made, house.player)
    assert len(house.player.texts) > 25
