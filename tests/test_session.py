"""A whole session in a real Home Assistant: said, heard, spoken through to the last stretch."""

from datetime import datetime
from itertools import pairwise

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from tests.house import House
from tests.virtual_clock import VirtualClock
from tests.voice_stack import Fault


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


def loop_time(house: House, shown: object) -> float:
    """Turn an instant that an entity shows into the loop's seconds."""
    moment = shown if isinstance(shown, datetime) else dt_util.parse_datetime(str(shown))
    assert moment is not None
    return house.hass.loop.time() + (moment - house.coach.now()).total_seconds()


async def open_session(house: House, side: str | None = "left") -> None:
    """Say start and answer what has to be answered before anything presses."""
    text = "start quick neck knot routine"
    reply = await house.say(f"{text} on the {side}" if side else text)
    assert reply.speech
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="check_in")


async def test_from_the_first_word_to_the_last_stretch(house: House) -> None:
    assert (await house.say("start quick neck knot routine")).speech
    await house.until_question("side")
    await house.say("on the left")
    await house.until_question("health")
    assert house.session.attributes["side"] == "left"
    await house.say("no")
    await house.until("active", phase="check_in")
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 4, 60)
    await house.say("it released")
    assert house.session.attributes["phase"] == "release_hold"
    await house.until("idle", within=200)
    await house.clock.run_until(lambda: house.satellite.texts[-1].startswith("That took"), 30)
    texts = house.satellite.texts
    assert texts[0] == "Which side of your neck would you like, left, right, or both?"
    assert "Squeeze the muscle gently between fingers and palm. Start light." in texts
    assert "Good. Keep that same gentle pressure while it settles." in texts
    assert "Three, two, one, and let go." in texts
    last = house.hass.states.get(house.entity("sensor", "last_session"))
    assert last is not None
    assert last.state == "finished"


async def test_a_hold_begins_when_its_instruction_has_been_spoken(house: House) -> None:
    """The clock of each step starts at the end of speech, to a twentieth of a second."""
    await open_session(house)
    for phase, seconds in (("breathe", 20), ("locate", 25), ("press", 60), ("release_hold", 20)):
        await house.until("active", phase=phase, within=200)
        await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 40)
        instruction = house.satellite.heard[-1]
        assert instruction.ended is not None
        ends = loop_time(house, house.session.attributes["phase_ends_at"])
        assert ends - instruction.ended == pytest.approx(seconds, abs=0.05)


async def test_a_whole_session_has_no_two_lines_at_once(house: House) -> None:
    await open_session(house)
    await house.until("idle", within=400)
    await house.clock.advance(20)
    heard = house.satellite.heard
    assert len(heard) > 25
    for line, following in pairwise(heard):
        assert line.ended is not None
        assert line.ended <= following.began


async def test_words_change_the_pressure(house: House) -> None:
    await open_session(house)
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 4, 60)
    await house.say("lighter")
    assert house.session.attributes["pressure"] == 3
    await house.say("too much")
    assert house.session.attributes["pressure"] == 1
    await house.clock.advance(5)
    assert (await house.say("harder")).speech
    assert house.session.attributes["pressure"] == 1


async def test_silence_starts_no_pressing(house: House) -> None:
    await house.say("start quick neck knot routine on the left")
    await house.until_question("health")
    await house.until("idle", within=120)
    assert "Any new injury, swelling, fever, numbness, or skin problem there today?" in (
        house.satellite.texts
    )
    assert not any("Squeeze" in text for text in house.satellite.texts)


@pytest.mark.parametrize("answer", ["yes", "I'm not sure", "yes, it is swollen"])
async def test_a_yes_to_the_health_question_starts_no_pressing(house: House, answer: str) -> None:
    await house.say("start quick neck knot routine on the left")
    await house.until_question("health")
    await house.hear(answer)
    assert house.session.state == "idle"
    last = house.hass.states.get(house.entity("sensor", "last_session"))
    assert last is not None
    assert last.state == "refused"


async def test_an_emergency_ends_everything_and_locks(house: House) -> None:
    await open_session(house)
    await house.until("active", phase="press", within=200)
    await house.say("I have chest pain")
    assert house.session.state == "idle"
    await house.clock.advance(30)
    assert any("local emergency number" in text for text in house.satellite.texts)
    event = house.hass.states.get(house.entity("event", "session"))
    assert event is not None
    assert event.attributes["event_type"] == "emergency_phrase"
    reply = await house.say("start forearm routine on the left")
    assert "Rest until" in reply.speech
    assert house.session.state == "idle"


async def test_a_mention_of_a_stop_word_asks_once_and_goes_on_lighter(house: House) -> None:
    await open_session(house)
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 4, 60)
    await house.say("turn the lamp blue")
    assert house.session.state == "asking"
    assert house.session.attributes["pressure"] is None
    await house.until_question("wrong")
    await house.say("no")
    await house.until("active", phase="press")


async def test_pause_in_another_room_is_not_ours(house: House) -> None:
    await open_session(house)
    await house.say("pause", house.kitchen)
    assert house.session.state == "active"
    await house.say("pause")
    assert house.session.state == "paused"
    await house.say("resume the session")
    assert house.session.state == "active"


async def test_how_long_is_left(house: House) -> None:
    await open_session(house)
    assert "minutes left" in (await house.say("how long is left")).speech


async def test_a_satellite_that_does_not_say_when_it_has_spoken_holds_no_clock(
    house: House,
) -> None:
    await open_session(house)
    await house.until("active", phase="press", within=200)
    house.satellite.fault = Fault.HANGS
    await house.until("idle", within=300)
    last = house.hass.states.get(house.entity("sensor", "last_session"))
    assert last is not None
    assert last.state == "finished"
    voice = house.hass.states.get(house.entity("sensor", "voice"))
    assert voice is not None
    assert voice.state == "measured"


async def test_settings_changed_in_a_session_wait_for_its_end(house: House) -> None:
    await open_session(house)
    house.hass.config_entries.async_update_entry(
        house.entry, options={**house.entry.options, "target": "gentle"}
    )
    await house.hass.async_block_till_done()
    assert house.session.state == "active"
    await house.say("stop the session")
    await house.hass.async_block_till_done()
    assert house.entry.runtime_data.settings.target == "gentle"
