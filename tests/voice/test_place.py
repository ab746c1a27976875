"""What opens, consents or presses more has to come from where the session is."""

from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.knot_coach.massage.messages import Command, Question
from custom_components.knot_coach.voice.meanings import CommandHeard
from tests.voice.conftest import House
from tests.voice_stack import device_of, say


async def heard_somewhere(house: House, text: str) -> str:
    """Say something to a satellite of which nobody knows where it stands."""
    device_id = device_of(house.hass, house.kitchen)
    assert device_id is not None
    dr.async_get(house.hass).async_update_device(device_id, area_id=None)
    return (await say(house.hass, text, house.kitchen)).speech


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (Question.HEALTH, "no"),
        (Question.HEAT, "yes"),
        (Question.WRONG, "no"),
        (Question.SKIN, "yes"),
        (Question.HEAT, "never mind"),
    ],
)
async def test_no_answer_is_taken_from_nowhere(house: House, question: Question, text: str) -> None:
    coach = house.coach()
    coach.begin()
    coach.question = question
    assert await heard_somewhere(house, text) == "reply.place_needed"
    assert coach.told == []


@pytest.mark.parametrize(("text", "paused"), [("harder", False), ("resume", True)])
async def test_nothing_presses_more_from_nowhere(house: House, text: str, paused: bool) -> None:  # noqa: FBT001 - a row
    coach = house.coach()
    coach.begin()
    coach.paused = paused
    assert await heard_somewhere(house, text) == "reply.place_needed"
    assert coach.told == []


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stop", Command.STOP),
        ("too much", Command.TOO_MUCH),
        ("lighter", Command.LIGHTER),
        ("pause", Command.PAUSE),
    ],
)
async def test_what_calms_is_taken_from_anywhere(house: House, text: str, command: Command) -> None:
    coach = house.coach()
    coach.begin()
    await heard_somewhere(house, text)
    assert coach.told == [CommandHeard(command)]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (Question.HEALTH, "yes"),
        (Question.WRONG, "yes"),
        (Question.HEAT, "no"),
        (Question.SKIN, "no"),
    ],
)
async def test_what_keeps_shut_is_taken_from_anywhere(
    house: House, question: Question, text: str
) -> None:
    coach = house.coach()
    coach.begin()
    coach.question = question
    await heard_somewhere(house, text)
    assert len(coach.told) == 1


async def test_a_coach_without_a_place_hears_its_answers(house: House) -> None:
    coach = house.coach(room=None)
    coach.begin()
    coach.question = Question.HEALTH
    await heard_somewhere(house, "no")
    assert coach.persons == [True]


async def test_the_only_satellite_of_a_house_is_where_its_people_are(house: House) -> None:
    coach = house.coach()
    coach.begin()
    coach.question = Question.HEALTH
    house.hass.states.async_remove(house.bedroom.entity_id)
    await heard_somewhere(house, "no")
    assert coach.persons == [True]
