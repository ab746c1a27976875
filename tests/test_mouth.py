"""The voice of a session as a person meets it: silent, lost, loud, and once more."""

from pathlib import Path
from typing import Any

from homeassistant.components import persistent_notification
from homeassistant.core import Event, EventStateChangedData, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir, restore_state
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util
import pytest

from custom_components.knot_coach.const import DOMAIN, Conf
from tests.house import House, coach_entry, set_up
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakePlayer, FakeSatellite, setup_stack

PAUSED = "Ease off, I could not be heard. Say resume when you are ready."
QUICK = "start quick neck knot routine on the left"


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach."""
    return await House(hass, virtual_time).build()


def captions(house: House) -> list[str]:
    """Collect the captions of the session sensor from now on."""
    seen: list[str] = []

    def changed(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        caption = new.attributes.get("caption") if new is not None else None
        if caption is not None and (not seen or seen[-1] != caption):
            seen.append(caption)

    async_track_state_change_event(house.hass, [house.entity("sensor", "session")], changed)
    return seen


async def turn(house: House, action: str) -> None:
    """Turn the switch that silences the coach on or off."""
    await house.hass.services.async_call(
        "switch", action, {"entity_id": house.entity("switch", "silent")}, blocking=True
    )


async def finish(house: House) -> None:
    """Answer what has to be answered, and let the session go to its end."""
    await house.clock.run_until(lambda: house.shows(question="health"), 60)
    await house.clock.advance(8)
    await house.say("no")
    await house.until("idle", within=600)


def issues(house: House) -> set[str]:
    """Return the issues that are shown."""
    return {key for domain, key in ir.async_get(house.hass).issues if domain == DOMAIN}


async def test_a_silent_session_is_shown_and_nothing_is_heard(house: House) -> None:
    await turn(house, "turn_on")
    shown = captions(house)
    reply = await house.say(QUICK)
    assert reply.speech == "I stay silent now. Follow the words on your screen."
    await finish(house)
    assert not house.satellite.heard
    assert "Go to a mild pull, no further. Hold and breathe." in shown
    assert "Sink in a little. Three out of ten." in shown
    last = house.hass.states.get(house.entity("sensor", "last_session"))
    assert last is not None
    assert last.state == "finished"


async def test_silence_can_be_ended_in_the_middle(house: House) -> None:
    await turn(house, "turn_on")
    await house.say(QUICK)
    await house.clock.run_until(lambda: house.shows(question="health"), 60)
    await house.clock.advance(8)
    await house.say("no")
    await house.until("active", phase="locate", within=120)
    assert not house.satellite.heard
    await turn(house, "turn_off")
    await house.until("active", phase="press", within=120)
    assert house.satellite.heard


async def test_an_alarm_is_spoken_even_so(house: House) -> None:
    await turn(house, "turn_on")
    await house.say(QUICK)
    await house.clock.run_until(lambda: house.shows(question="health"), 60)
    await house.clock.advance(8)
    await house.say("I have chest pain")
    await house.clock.advance(20)
    alarm = "Stop and let go now. This could be serious. Please call your local emergency number."
    assert house.satellite.texts == [alarm, alarm]


@pytest.mark.parametrize(("shift", "silent"), [(-1, True), (1, False)])
async def test_quiet_hours(
    hass: HomeAssistant, virtual_time: VirtualClock, shift: int, *, silent: bool
) -> None:
    hour = dt_util.now().hour
    options: dict[str, Any] = {
        Conf.QUIET_FROM: f"{(hour + shift) % 24:02}:00:00",
        Conf.QUIET_UNTIL: f"{(hour + shift + 2) % 24:02}:00:00",
    }
    house = await House(hass, virtual_time).build(options=options)
    assert house.coach.silent is silent
    await house.say(QUICK)
    await house.clock.run_until(lambda: house.shows(question="health"), 60)
    assert bool(house.satellite.heard) is not silent


async def test_the_last_words_can_be_heard_again_when_all_is_over(house: House) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(DOMAIN, "repeat", {}, blocking=True)
    assert caught.value.translation_key == "no_session"
    await house.say(QUICK)
    await finish(house)
    await house.clock.advance(30)
    last = house.satellite.texts[-1]
    await house.hass.services.async_call(DOMAIN, "repeat", {}, blocking=True)
    await house.clock.advance(30)
    assert house.satellite.texts[-2:] == [last, last]


async def test_nothing_starts_without_a_voice_and_that_is_shown(house: House) -> None:
    house.satellite.set_available(available=False)
    reply = await house.say(QUICK, house.kitchen)
    assert reply.speech
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN, "start_session", {"area": "upper_traps", "side": "left"}, blocking=True
        )
    assert caught.value.translation_key == "no_output"
    issue = f"no_voice_{house.entry.entry_id}"
    assert issues(house) == {issue}
    notes = persistent_notification._async_get_or_create_notifications(house.hass)
    assert any("no_voice" in key for key in notes)
    house.satellite.set_available(available=True)
    await house.hass.async_block_till_done()
    assert not issues(house)
    assert not any("no_voice" in key for key in notes)
    await house.say(QUICK)
    await house.until_question("health")


async def test_a_voice_that_is_lost_pauses_and_tells_when_it_is_back(house: House) -> None:
    await house.say(QUICK)
    await house.clock.run_until(lambda: house.shows(question="health"), 60)
    await house.clock.advance(8)
    await house.say("no")
    await house.until("active", phase="press", within=200)
    house.satellite.set_available(available=False)
    await house.until("paused", within=60)
    assert house.shows(pressure=None)
    assert issues(house) == {f"no_voice_{house.entry.entry_id}"}
    house.satellite.set_available(available=True)
    await house.clock.advance(10)
    assert not issues(house)
    # What could not be said when it was due.
    assert house.satellite.texts[-1] == PAUSED


async def test_who_speaks_from_elsewhere_says_so_once(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = House(hass, virtual_time)
    satellite, player = FakeSatellite("bedroom"), FakePlayer("bedroom")
    house.stack = await setup_stack(hass, house.kitchen, satellite, player)
    house.satellite = satellite
    house.entry = coach_entry(hass, satellite.entity_id, player.entity_id)
    house.coach = await set_up(hass, house.entry)
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps", "side": "left", "length": "quick"},
        blocking=True,
    )
    await house.clock.run_until(lambda: house.shows(question="health"), 60)
    satellite.set_available(available=False)
    await house.clock.advance(30)
    moved = "I lost the other speaker, so I speak from here now."
    assert player.texts.count(moved) == 1


def sound(volume: float) -> dict[str, Any]:
    """Return options that make the bedroom's player as loud."""
    return {Conf.SPEAKERS: {"media_player.player_bedroom": {Conf.VOLUME: volume}}}


async def test_the_volume_is_set_before_the_first_word_and_given_back_after_the_last(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = House(hass, virtual_time)
    house.stack = await setup_stack(hass, house.kitchen, house.satellite, house.player)
    house.entry = coach_entry(hass, house.player.entity_id, options=sound(0.3))
    house.coach = await set_up(hass, house.entry)
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps", "side": "left", "length": "quick"},
        blocking=True,
    )
    await house.clock.run_until(lambda: bool(house.player.heard), 30)
    assert house.player.volumes == [0.3]
    await house.hass.services.async_call(DOMAIN, "stop_session", {}, blocking=True)
    await house.until("idle", within=30)
    assert house.player.volumes == [0.3]
    await house.clock.run_until(lambda: len(house.player.volumes) > 1, 60)
    assert house.player.volumes == [0.3, 0.5]
    assert house.player.heard[-1].ended is not None
    assert house.player.heard[-1].whole


@pytest.mark.parametrize("way", ["unload", "close"])
async def test_the_volume_is_given_back_when_the_coach_leaves(
    hass: HomeAssistant, virtual_time: VirtualClock, way: str
) -> None:
    house = House(hass, virtual_time)
    house.stack = await setup_stack(hass, house.kitchen, house.satellite, house.player)
    house.entry = coach_entry(hass, house.player.entity_id, options=sound(0.3))
    house.coach = await set_up(hass, house.entry)
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps", "side": "left", "length": "quick"},
        blocking=True,
    )
    await house.clock.run_until(lambda: bool(house.player.heard), 30)
    leaving = (
        hass.config_entries.async_unload(house.entry.entry_id)
        if way == "unload"
        else house.coach.async_close()
    )
    task = hass.async_create_task(leaving)
    await house.clock.run_until(task.done, 60)
    assert house.player.volumes == [0.3, 0.5]


def clips(hass: HomeAssistant) -> list[Path]:
    """Return the clips with silence around them that are kept."""
    return list(Path(hass.config.cache_path(DOMAIN)).glob("*"))


def spoil(hass: HomeAssistant, key: str) -> None:
    """Leave something in the place of a stored file that cannot be read."""
    Path(hass.config.path(".storage", key)).mkdir(parents=True)


async def test_nothing_that_was_said_is_left_when_the_coach_is_removed(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    options: dict[str, Any] = {
        Conf.SPEAKERS: {"assist_satellite.satellite_bedroom": {Conf.LEAD_IN: 0.5}}
    }
    house = await House(hass, virtual_time).build(options=options)
    await house.say(QUICK)
    await house.until_question("health")
    await house.hass.services.async_call(DOMAIN, "stop_session", {}, blocking=True)
    await house.clock.advance(30)
    store = restore_state.async_get(hass)
    await store.async_dump_states()
    stored = await store.store.async_load()
    texts = [row["state"]["attributes"].get("text") for row in stored or []]
    assert house.satellite.texts[-1] in texts
    # As after a restart, when what was stored is known again.
    await store.async_load()
    caption = house.entity("event", "caption")
    assert caption in {one.state.entity_id for one in store.async_get_stored_states()}
    assert clips(hass)
    task = hass.async_create_task(hass.config_entries.async_remove(house.entry.entry_id))
    await house.clock.run_until(task.done, 60)
    assert caption not in {one.state.entity_id for one in store.async_get_stored_states()}
    assert not clips(hass)


async def test_a_level_that_cannot_be_read_keeps_no_coach_from_its_work(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    spoil(hass, f"{DOMAIN}.{house.entry.entry_id}.borrowed")
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    await hass.async_block_till_done()
    await house.say(QUICK)
    await house.until_question("health")
