"""What is said beside the commands, to a real coach: no harder, never mind, cues only, the same again."""

from collections.abc import AsyncGenerator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.knot_coach.admission import Refused
from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.hearing import HearingCoach
from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.order import Talk
from custom_components.knot_coach.massage.phases import Length
from custom_components.knot_coach.massage.plan import Plan
from custom_components.knot_coach.ordering import wanted_from_words
from custom_components.knot_coach.voice.meanings import (
    NeverMindHeard,
    NoHarderHeard,
    StartRequest,
    TalkHeard,
)
from tests.fake_heater import Pad
from tests.house import House
from tests.virtual_clock import VirtualClock


@pytest.fixture
def pad() -> Pad:
    """A pad that behaves."""
    return Pad()


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad) -> AsyncGenerator[House]:
    """A house with a pad and a coach, in virtual time."""
    house = await House(hass, virtual_time).build(pad=pad)
    yield house
    house.room.leave()


async def start(house: House, **wanted: object) -> None:
    """Begin a session on the left forearm, unless something else is wanted, without heat."""
    usual = {"area": "forearm", "side": "left", "length": "quick", "heat": False}
    await house.hass.services.async_call(DOMAIN, "start_session", usual | wanted, blocking=True)


async def starts_pressing(house: House, **wanted: object) -> None:
    """Come to the first press of a session."""
    await start(house, **wanted)
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="press", within=400)


def last_record(house: House) -> dict[str, Any]:
    record = house.coach.memory.last
    assert record is not None
    return dict(record)


async def reload(house: House) -> None:
    """Take the coach down and set it up again."""
    task = house.hass.async_create_task(
        house.hass.config_entries.async_reload(house.entry.entry_id)
    )
    await house.clock.run_until(task.done, 60)
    house.coach = house.entry.runtime_data


# --- no harder ------------------------------------------------------------------------------------


async def test_dont_go_harder_ends_the_climb_and_lowers_nothing(house: House) -> None:
    await house.has_pressed(hours=100, area="forearm")
    await starts_pressing(house, length="standard")
    await house.clock.run_until(lambda: house.shows(pressure=3), 40)
    ends_at = house.session.attributes["phase_ends_at"]
    assert (await house.say("don't go harder")).speech == ""
    assert house.shows(pressure=3, phase_ends_at=ends_at)
    await house.clock.run_until(
        lambda: any("o firmer" in text for text in house.satellite.texts), 20
    )
    await house.until("active", phase="release_hold", within=90)
    assert house.shows(pressure=3)
    # Who answers at the rest point is pressed as firmly as planned in the next round.
    await house.until("active", phase="ease_off", within=60)
    await house.say("it's easing")
    await house.until("active", phase="press", within=90)
    await house.clock.run_until(lambda: house.shows(pressure=4), 60)


async def test_where_nothing_is_pressed_it_is_refused_in_words(house: House) -> None:
    ear = HearingCoach(house.hass, house.coach)
    assert ear.hear(NoHarderHeard(), person=True).startswith("No session is running.")
    await start(house)
    await house.until_question("health")
    assert ear.hear(NoHarderHeard(), person=True) == "Answer my question first, please."
    await house.say("no")
    await house.until("active", phase="breathe", within=60)
    refused = ear.hear(NoHarderHeard(), person=True)
    assert refused == "We are not pressing just now. Wait for the next spot."
    assert refused != ear.hear(NoHarderHeard(), person=True)


# --- never mind -----------------------------------------------------------------------------------


async def test_never_mind_before_a_session_starts_none(house: House) -> None:
    await start(house)
    await house.until_question("health")
    await house.say("never mind")
    await house.until("idle")
    assert last_record(house)["outcome"] == "unanswered"
    assert house.coach.memory.locks == []
    await house.clock.run_until(
        lambda: "All right, we do not start. Ask again whenever you like." in house.satellite.texts,
        20,
    )


@pytest.mark.parametrize("area", ["chest", "calf"])
async def test_a_gate_stays_shut_and_locks_nobody_out(house: House, area: str) -> None:
    await start(house, area=area)
    await house.until_question("gate")
    await house.say("never mind")
    await house.until("idle")
    assert house.coach.memory.locks == []
    assert last_record(house)["pressed"] == []


async def test_a_consent_that_meets_it_is_a_no(house: House, pad: Pad) -> None:
    await start(house, area="upper_traps", heat=True)
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")
    await house.say("never mind")
    await house.until("active", phase="check_in")
    assert pad.commands == []


async def test_a_stop_word_is_not_talked_away(house: House) -> None:
    """Whether something is wrong has to be answered (massage.md §4.8)."""
    await starts_pressing(house)
    await house.say("play comfortably numb")
    await house.until_question("wrong")
    await house.say("never mind")
    await house.until("idle")
    assert last_record(house)["outcome"] == "stopped_safety"
    assert [lock.area for lock in house.coach.memory.locks] == ["forearm"]


async def test_with_no_question_it_is_said_to_somebody_else(house: House) -> None:
    ear = HearingCoach(house.hass, house.coach)

    def says(*, person: bool = True) -> str | None:
        with pytest.raises(Refused) as caught:
            ear.hear(NeverMindHeard(), person=person)
        return caught.value.translation_key

    assert says() == "nothing_asked"
    await starts_pressing(house)
    before = house.coach.session
    assert says() == "nothing_asked"
    assert house.coach.session is before


async def test_no_machine_says_it(house: House) -> None:
    ear = HearingCoach(house.hass, house.coach)
    await start(house)
    await house.until_question("health")
    with pytest.raises(Refused) as caught:
        ear.hear(NeverMindHeard(), person=False)
    assert caught.value.translation_key == "person_needed"
    assert house.session.attributes["question"] == "health"


async def test_a_score_is_not_insisted_on(house: House) -> None:
    ear = HearingCoach(house.hass, house.coach)
    await start(house)
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="check_in")
    assert ear.hear(NeverMindHeard(), person=True) == ""
    await house.until("active", phase="breathe", within=60)
    assert house.coach.session is not None
    assert house.coach.session.notes.before is None


# --- cues only ------------------------------------------------------------------------------------


def planned(plan: Plan) -> list[tuple[object, ...]]:
    return [(step.phase, step.side, step.round, step.seconds) for step in plan.steps]


async def test_cues_only_is_for_this_session_and_for_what_is_still_to_be_said(house: House) -> None:
    await start(house, length="standard")
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="warm_up", within=60)
    assert house.coach.session is not None
    before = planned(house.coach.session.plan)
    assert (await house.say("cues only")).speech == ""
    assert house.coach.session.order.talk is Talk.CUES
    assert planned(house.coach.session.plan) == before
    select = house.hass.states.get(house.entity("select", "talk"))
    assert select is not None
    assert select.state == "full"
    mark = len(house.satellite.texts)
    await house.until("active", phase="press", within=300)
    said = house.satellite.texts[mark:]
    assert any(text.startswith("All right. Only what to do from here on") for text in said)
    assert "Halfway." not in said
    assert "Let your shoulders soften." not in said
    # What is there for safety is never shortened.
    assert "If you feel light-headed, breathe as you like." in said


async def test_and_everything_again(house: House) -> None:
    await start(house)
    await house.until_question("health")
    assert (await house.say("cues only")).speech == ""
    assert (await house.say("explain more")).speech == ""
    assert house.coach.session is not None
    assert house.coach.session.order.talk is Talk.FULL
    assert house.session.attributes["question"] == "health"
    await house.say("no")
    await house.clock.run_until(lambda: "Let your shoulders soften." in house.satellite.texts, 90)


async def test_it_survives_a_restart(house: House) -> None:
    await starts_pressing(house)
    await house.say("cues only")
    await reload(house)
    await house.until("interrupted")
    assert house.coach.session is not None
    assert house.coach.session.order.talk is Talk.CUES
    await house.say("resume the session")
    await house.clock.run_until(lambda: "Only to a mild pull. Hold." in house.satellite.texts, 200)


async def test_without_a_session_there_is_nothing_to_shorten(house: House) -> None:
    ear = HearingCoach(house.hass, house.coach)
    assert ear.hear(TalkHeard(Talk.CUES), person=True).startswith("No session is running.")
    assert house.coach.admission.choice.talk is Talk.FULL


# --- the same again -------------------------------------------------------------------------------


def again(house: House, **said: Any) -> Plan:  # noqa: ANN401 - the fields of a request
    """Return the plan for the same as last time."""
    return house.coach.admit(wanted_from_words(house.coach, StartRequest(again=True, **said)))


async def test_the_same_as_last_time_begins_the_same(house: House) -> None:
    await house.has_pressed(hours=100, area="upper_traps", side="left")
    await house.has_pressed(hours=80, area="forearm", side="right")
    reply = await house.say("same as last time")
    assert reply.speech.startswith("Starting the standard forearm routine: right, about ")
    await house.until_question("health")
    assert house.shows(area="forearm", length="standard")
    assert house.coach.session is not None
    assert house.coach.session.order.side is Side.RIGHT


async def test_what_is_said_beside_it_wins(house: House) -> None:
    await house.has_pressed(hours=80, area="forearm", side="right")
    order = again(house, side=Side.LEFT, length=Length.QUICK).order
    assert (order.area.key, order.side, order.length) == ("forearm", Side.LEFT, Length.QUICK)


async def test_an_area_that_is_named_is_as_it_was_last(house: House) -> None:
    await house.has_pressed(hours=100, area="forearm", side="right")
    await house.has_pressed(hours=80, area="calf", side="left")
    order = again(house, area="forearm").order
    assert (order.area.key, order.side) == ("forearm", Side.RIGHT)
    order = again(house, area="jaw").order
    assert (order.area.key, order.side) == ("jaw", Side.CENTRE)


async def test_it_has_to_rest_like_everything(house: House) -> None:
    await house.has_pressed(hours=3, area="forearm", side="left")
    reply = await house.say("same as last time")
    assert reply.speech.startswith("That area is resting until ")
    await house.clock.advance(5)
    assert house.session.state == "idle"


async def test_nobody_has_a_last_time_before_the_first(house: House) -> None:
    reply = await house.say("same as last time")
    assert reply.speech == "I remember no session of yours. Say start, and the name of an area."
    await house.clock.advance(5)
    assert house.session.state == "idle"


async def test_what_was_forgotten_is_not_remembered(house: House) -> None:
    """The limits still know of it, and nobody else does."""
    await starts_pressing(house)
    await house.say("stop the session")
    await house.until("idle")
    await house.hass.async_block_till_done()
    await house.coach.memory.async_forget(None, house.coach.now())
    assert house.coach.memory.records
    with pytest.raises(ServiceValidationError) as caught:
        again(house)
    assert caught.value.translation_key == "no_last_session"


async def test_who_stretched_stretches(house: House) -> None:
    await start(house, stretch_only=True)
    await house.until_question("health")
    await house.say("stop the session")
    await house.until("idle")
    await house.hass.async_block_till_done()
    plan = again(house)
    assert plan.order.stretch_only
    assert plan.order.heat is None


ROUTINE = """\
version: 1
name: Desk
parts:
  - {area: forearm, side: left, length: quick}
  - {area: rear_shoulder, side: right, length: quick}
"""


async def take_in(house: House) -> str:
    """Make a routine, and return the id of its subentry."""
    answer = await house.hass.services.async_call(
        DOMAIN, "import_routine", {"yaml": ROUTINE}, blocking=True, return_response=True
    )
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    assert answer is not None
    return str(answer["subentry_id"])


async def test_a_routine_is_a_routine_again(house: House) -> None:
    subentry = await take_in(house)
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"routine": "Desk", "heat": False}, blocking=True
    )
    await house.until_question("health")
    await house.say("stop the session")
    await house.until("idle")
    await house.hass.async_block_till_done()
    plan = again(house)
    assert [(one.area.key, one.side, one.routine) for one in plan.orders] == [
        ("forearm", Side.LEFT, "Desk"),
        ("rear_shoulder", Side.RIGHT, "Desk"),
    ]
    plan = again(house, side=Side.RIGHT, length=Length.STANDARD)
    assert {(one.side, one.length) for one in plan.orders} == {(Side.RIGHT, Length.STANDARD)}
    reply = await house.say("same as last time")
    assert reply.speech.startswith("Starting Desk, about ")
    await house.until_question("health")
    await house.say("stop the session")
    await house.until("idle")
    house.hass.config_entries.async_remove_subentry(house.entry, subentry)
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    with pytest.raises(ServiceValidationError) as caught:
        again(house)
    assert caught.value.translation_key == "unknown_routine"
