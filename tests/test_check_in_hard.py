"""A microphone that is open at the wrong moment harms nobody: whoever speaks is heard, and served."""

import random
from typing import Final

from homeassistant.components.assist_satellite import SatelliteBusyError
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach.announce.lanes import async_turn
from custom_components.knot_coach.announce.microphone import WANTED_SECONDS
from custom_components.knot_coach.announce.outputs import can_listen
from custom_components.knot_coach.const import Conf
from custom_components.knot_coach.massage.heat_reports import HeatLost
from custom_components.knot_coach.massage.messages import Priority
from tests.fake_heater import Pad, Room
from tests.house import ROOM, House, put_device_in
from tests.test_check_in import (
    HEALTH,
    LISTENS_FOR,
    SETTLE,
    TONE,
    ended,
    line,
    listening,
    start,
    until_listening,
)
from tests.virtual_clock import VirtualClock
from tests.voice_people import Talker, Visitor
from tests.voice_stack import Answer, BargeIn, FakeSatellite, Fault, use_llm
from tests.whole_session import Account, WholeSession

DEAF: Final = "need its wake word for the rest of the session"


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach on a satellite that can listen."""
    return await House(hass, virtual_time).build()


# Somebody speaks


async def test_who_speaks_when_the_time_is_over_is_heard_to_the_end(house: House) -> None:
    house.satellite.answers = [Answer("no", after=9.5, seconds=4)]
    await start(house)
    await until_listening(house, "health")
    await house.clock.run_until(lambda: house.satellite.texts.count(HEALTH) == 2, 60)
    [said] = house.satellite.utterances
    assert not said.cancelled
    assert said.over is not None
    again = line(house, HEALTH)
    assert again.began >= said.over + SETTLE - 0.001
    assert again.began < said.over + SETTLE + 0.1


async def test_a_stop_word_counts_that_was_begun_before_the_question_was_closed(
    house: House,
) -> None:
    house.satellite.answers = [Answer("I have chest pain", after=1, seconds=3)]
    await start(house)
    await until_listening(house, "health")
    await house.clock.advance(2.5)
    await house.say("no")
    await house.until("idle", within=10)
    assert house.satellite.cancelled == 0
    assert house.coach.memory.records[-1]["outcome"] == "emergency"


async def test_it_does_not_open_while_somebody_talks(house: House) -> None:
    await start(house)
    await house.clock.run_until(lambda: HEALTH in [one.text for one in house.satellite.heard], 60)
    await house.clock.advance(3.8)
    talk = house.hass.async_create_task(house.satellite.hear("what time is it", 4))
    await house.clock.run_until(talk.done, 30)
    [said] = house.satellite.utterances
    assert not said.cancelled
    await house.clock.run_until(lambda: house.satellite.openings, 20)
    assert said.over is not None
    assert house.satellite.openings[0].told >= said.over + SETTLE - 0.001
    assert house.satellite.texts.count(HEALTH) == 1


async def test_who_begins_while_it_waits_for_its_turn_is_not_cut_off(house: House) -> None:
    await start(house)
    await house.clock.run_until(lambda: HEALTH in house.satellite.texts, 60)
    async with async_turn(house.hass, house.satellite.entity_id, Priority.ANSWER):
        await house.clock.advance(1)
        talk = house.hass.async_create_task(house.satellite.hear("what time is it", 2))
        await house.clock.advance(1)
    await house.clock.run_until(talk.done, 30)
    assert house.satellite.cancelled == 0
    await house.clock.run_until(lambda: house.satellite.openings, 20)


async def test_nobody_listens_to_a_question_whose_end_was_not_seen(house: House) -> None:
    house.satellite.faults = [Fault.NONE, Fault.NONE, Fault.HANGS]
    await start(house)
    await house.clock.run_until(lambda: house.satellite.openings, 120)
    first, second = (heard for heard in house.satellite.heard if heard.text == HEALTH)
    assert house.satellite.openings[0].told >= ended(second) > ended(first)


async def test_who_talks_to_another_satellite_of_the_room_is_heard_there(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    put_device_in(hass, house.kitchen, ROOM)
    house.satellite.answers = [Answer("pause", after=1, seconds=2)]
    await start(house)
    await until_listening(house, "health")
    spoken = len(house.satellite.heard)
    await virtual_time.advance(0.8)
    talk = hass.async_create_task(house.kitchen.hear("pause", 2))
    await house.until("paused", within=20)
    await virtual_time.run_until(talk.done, 20)
    await virtual_time.advance(20)
    [said] = house.satellite.utterances
    assert not said.cancelled
    # Twice would have been answered: it is paused already.
    assert len(house.satellite.heard) == spoken + 1


# Somebody else wants to speak


async def test_what_is_urgent_gets_through_at_once(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = House(hass, virtual_time)
    house.room = Room(hass, Pad())
    await house.room.async_add_switch()
    await house.build(options={Conf.HEATER: "switch.pad", Conf.OWN_CUTOFF: True})
    house.satellite.answers = [Answer("no"), Answer("yes")]
    await start(house, heat=True)
    await house.until("heating", within=60)
    await until_listening(house, "skin", within=400)
    lost = hass.loop.time()
    house.coach.report(HeatLost("too_hot"))
    spoken = len(house.satellite.heard)
    await virtual_time.run_until(lambda: len(house.satellite.heard) > spoken, 5)
    assert hass.loop.time() - lost == pytest.approx(SETTLE, abs=0.05)
    house.room.leave()


@pytest.mark.parametrize("moment", [0.0, 0.31, 0.4, 0.46, 0.5])
async def test_a_line_gets_through_whatever_the_microphone_does_just_then(
    house: House, moment: float
) -> None:
    await start(house)
    await house.clock.run_until(lambda: HEALTH in house.satellite.texts, 60)
    await house.clock.advance(moment)
    await house.say("no")
    said, spoken = house.hass.loop.time(), len(house.satellite.heard)
    await house.clock.run_until(lambda: len(house.satellite.heard) > spoken, 5)
    assert house.hass.loop.time() - said <= SETTLE + TONE + 0.05
    await house.clock.advance(20)
    assert not any(one.closed is None for one in house.satellite.openings if one.opened)
    assert house.satellite.cancelled == 0


@pytest.mark.parametrize("moment", [0.31, 0.4, 0.5])
async def test_it_opens_and_closes_where_there_is_nothing_more_to_say(
    hass: HomeAssistant, virtual_time: VirtualClock, moment: float
) -> None:
    house = House(hass, virtual_time)
    house.room = Room(hass, Pad())
    await house.room.async_add_switch()
    await house.build(options={Conf.HEATER: "switch.pad", Conf.OWN_CUTOFF: True})
    house.satellite.answers = [Answer("no"), Answer("yes")]
    await start(house, heat=True)
    await house.until("heating", within=60)
    await virtual_time.run_until(lambda: house.shows(question="skin"), 400)
    await virtual_time.run_until(lambda: house.satellite._playing, 10)
    await virtual_time.run_until(lambda: not house.satellite._playing, 10)
    await virtual_time.advance(moment)
    await house.say("yes")
    await virtual_time.advance(1)
    # A device that was told to listen would do so a moment later, whatever was said meanwhile.
    assert not listening(house)
    assert len(house.satellite.openings) == 3
    house.room.leave()


async def test_a_doorbell_is_let_through_and_it_opens_again(house: House) -> None:
    house.satellite.answers = [None, Answer("no", after=0.5)]
    await start(house)
    await until_listening(house, "health")
    await house.clock.advance(1)
    doorbell = Visitor(house.satellite, [(0.0, "Somebody is at the door.")])
    await house.clock.run_until(house.hass.async_create_task(doorbell.async_visit()).done, 20)
    assert doorbell.refused == 0
    await house.until("active", within=LISTENS_FOR)
    assert len(house.satellite.openings) == 2


async def test_it_does_not_listen_to_what_another_output_says(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = House(hass, virtual_time)
    await house.build()
    outputs = [{Conf.ENTITY_ID: one.entity_id} for one in (house.satellite, house.player)]
    data = {**house.entry.data, Conf.OUTPUTS: outputs}
    hass.config_entries.async_update_entry(house.entry, data=data)
    await hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    await use_llm(hass, house.stack)
    reply = "I think: turn on the light"
    moved = "I lost the other speaker, so I speak from here now."
    house.stack.tts.lengths |= {reply: 1.0, moved: 1.0}
    house.satellite.answers = [Answer("turn on the light", after=0.3)]
    await start(house)
    await until_listening(house, "health")
    house.satellite.fault = Fault.ERROR
    await virtual_time.run_until(lambda: len(house.satellite.openings) == 2, LISTENS_FOR)
    assert set(house.player.texts) == {moved, reply}


async def test_a_coach_that_leaves_closes_it(house: House) -> None:
    await start(house)
    await until_listening(house, "health")
    unload = house.hass.async_create_task(
        house.hass.config_entries.async_unload(house.entry.entry_id)
    )
    await house.clock.run_until(lambda: not listening(house), 1)
    await house.clock.run_until(unload.done, 60)
    assert all(one.closed for one in house.satellite.openings)


async def test_one_microphone_is_open_where_two_satellites_ask(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = House(hass, virtual_time)
    await house.build(options={Conf.TOGETHER: True})
    put_device_in(hass, house.kitchen, ROOM)
    hass.config_entries.async_update_entry(
        house.entry,
        data={
            **house.entry.data,
            Conf.OUTPUTS: [
                {Conf.ENTITY_ID: one.entity_id} for one in (house.satellite, house.kitchen)
            ],
        },
    )
    await hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    house.satellite.answers = [Answer("no")]
    await start(house)
    await house.until("active", within=60)
    assert HEALTH in house.kitchen.texts
    assert len(house.satellite.openings) == 1
    assert not house.kitchen.openings


# A satellite that does not listen


@pytest.mark.parametrize(
    "fault",
    [
        Fault.HANGS,
        Fault.NO_BEGINNING,
        Fault.NOT_IMPLEMENTED,
        Fault.CONNECTION_LOST,
        Fault.ERROR,
        Fault.CRASH,
    ],
)
async def test_a_satellite_that_does_not_listen_is_asked_once_and_hears_its_wake_word(
    house: House, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    satellite = house.satellite
    satellite.deafness = fault
    await start(house)
    await house.clock.run_until(lambda: HEALTH in satellite.texts, 60)
    await house.clock.advance(6)
    assert caplog.text.count(DEAF) == 1
    assert house.quiet
    await house.hear("no")
    await house.until("active", within=10)
    await house.clock.run_until(lambda: house.session.state == "idle", 600)
    assert caplog.text.count(DEAF) == 1
    assert len(satellite.openings) == 1
    assert house.coach.memory.records[-1]["outcome"] == "finished"

    # The next session tries again.
    satellite.deafness, satellite.answers = Fault.NONE, [Answer("no")]
    await start(house, area="calf", side="right")
    await house.clock.run_until(lambda: len(satellite.openings) == 2, 60)


async def test_a_satellite_that_is_busy_with_another_is_not_asked_again(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start(house)
    await house.clock.run_until(lambda: HEALTH in house.satellite.texts, 60)
    await house.clock.advance(0.1)
    # The announcement of another that has not changed its state yet.
    house.satellite._is_announcing = True
    await house.clock.advance(1)
    house.satellite._is_announcing = False
    assert caplog.text.count(DEAF) == 1
    assert SatelliteBusyError.__name__ in caplog.text
    await house.clock.run_until(lambda: house.session.state == "idle", 120)
    assert not house.satellite.openings


async def test_a_satellite_that_is_unplugged_while_it_listens(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await start(house)
    await until_listening(house, "health")
    await house.clock.advance(1)
    house.satellite.set_available(available=False)
    await house.clock.advance(3)
    house.satellite.set_available(available=True)
    await house.hear("no")
    await house.until("active", within=20)
    await house.clock.run_until(lambda: house.session.state == "idle", 600)
    assert caplog.text.count(DEAF) <= 1


async def test_a_satellite_that_is_unplugged_before_it_listens_holds_nothing_up(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.satellite.deafness = Fault.HANGS
    await start(house)
    await house.clock.run_until(lambda: house.satellite.openings, 60)
    house.satellite.set_available(available=False)
    await house.clock.run_until(lambda: DEAF in caplog.text, 0.1)


async def test_a_line_does_not_wait_for_a_satellite_that_does_not_listen(house: House) -> None:
    house.satellite.deafness = Fault.NO_BEGINNING
    await start(house)
    await house.clock.run_until(lambda: house.satellite.openings, 60)
    await house.clock.advance(2)
    await house.say("no")
    said, spoken = house.hass.loop.time(), len(house.satellite.heard)
    await house.clock.run_until(lambda: len(house.satellite.heard) > spoken, 5)
    assert house.hass.loop.time() - said <= WANTED_SECONDS + SETTLE + 0.05


@pytest.mark.parametrize(
    ("platform", "features", "state", "listens"),
    [
        ("esphome", 3, "idle", True),
        ("esphome", 1, "idle", False),
        ("wyoming", 1, "idle", False),
        ("voip", 3, "idle", False),
        ("esphome", 3, "unavailable", False),
    ],
)
async def test_who_can_listen(
    hass: HomeAssistant, platform: str, features: int, state: str, *, listens: bool
) -> None:
    entry = er.async_get(hass).async_get_or_create("assist_satellite", platform, "a")
    assert not can_listen(hass, entry.entity_id)
    hass.states.async_set(entry.entity_id, state, {"supported_features": features})
    assert can_listen(hass, entry.entity_id) is listens
    hass.states.async_set("media_player.a", "idle", {"supported_features": 3})
    assert not can_listen(hass, "media_player.a")


# Any evening

ANSWERS: Final = ("no", "about a five", "it's easing", "the same", None, "what time is it", "four")


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_said_and_announced_nobody_is_talked_over(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_admin_user: MockUser, seed: int
) -> None:
    house = WholeSession(hass, virtual_time, hass_admin_user)
    rng = random.Random(seed)  # noqa: S311 - the same every time, and no secret
    satellite = FakeSatellite("bedroom")
    satellite.barge_in = rng.choice(list(BargeIn))
    satellite.answers = [
        rng.choice([None, Answer(text, rng.uniform(0, 10), rng.uniform(0.5, 5))])
        for text in rng.choices(ANSWERS, k=20)
    ]
    await house.arrange(satellite)
    words = ("what time is it", "too much", "lighter", "no")
    talker = Talker(satellite, words, rng, pause=(10.0, 60.0))
    bell = [(rng.uniform(0, 400), "Somebody is at the door.") for _ in range(6)]
    house.strangers = {"Somebody is at the door."}
    company = [
        hass.async_create_background_task(talker.async_talk(), "talk"),
        hass.async_create_background_task(Visitor(satellite, sorted(bell)).async_visit(), "bell"),
    ]
    account: Account = await house.play(within=1500)
    for one in company:
        one.cancel()
    assert not account.overlaps
    assert not account.talked_over
    assert not account.unaccounted
    assert satellite.openings
    assert account.outcome in {"finished", "refused"}
