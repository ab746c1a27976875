"""Two sessions in one room, or on one satellite: stopping reaches both, nothing else is guessed."""

from typing import Any

from homeassistant.components.conversation import async_converse
from homeassistant.core import Context
import pytest

from custom_components.knot_coach.massage.messages import Answer, Command, Question
from custom_components.knot_coach.voice.meanings import (
    AnswerHeard,
    CommandHeard,
    StopHeard,
)
from tests.voice.conftest import House
from tests.voice.fake_coach import FakeCoach

WHICH = "reply.which_person names=one, two"


@pytest.fixture(params=["one room", "one satellite"])
def pair(house: House, request: pytest.FixtureRequest) -> tuple[FakeCoach, FakeCoach]:
    """Two coaches that are both heard in the bedroom, each with a live session."""
    satellites = {house.bedroom.entity_id}
    places: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "one room": ({"area_id": house.room("Bedroom")}, {"area_id": house.room("Bedroom")}),
        "one satellite": (
            {"area_id": house.room("Bedroom")},
            {"area_id": house.room("Kitchen"), "satellites": satellites},
        ),
    }
    one, two = (
        house.add(FakeCoach(hass=house.hass, entry_id=name, name=name, **place))
        for name, place in zip(("one", "two"), places[request.param], strict=True)
    )
    one.begin()
    two.begin()
    return one, two


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stop", Command.STOP),
        ("that's enough", Command.STOP),
        ("stop the session", Command.STOP),
        ("pause", Command.PAUSE),
        ("pause the massage", Command.PAUSE),
        ("too much", Command.TOO_MUCH),
        ("lighter", Command.LIGHTER),
        ("it's too hot", Command.TOO_HOT),
    ],
)
async def test_less_reaches_both(
    house: House, pair: tuple[FakeCoach, FakeCoach], text: str, command: Command
) -> None:
    assert await house.type(text, house.bedroom) == "one heard"
    for coach in pair:
        assert coach.told == [CommandHeard(command)]


@pytest.mark.parametrize("text", ["it's numb", "my fingers are all tingly now", "chest pain"])
async def test_a_stop_word_reaches_both(
    house: House, pair: tuple[FakeCoach, FakeCoach], text: str
) -> None:
    await house.bedroom.hear(text)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    for coach in pair:
        assert [type(heard) for heard in coach.told] == [StopHeard]


async def test_a_stop_word_that_tells_its_room_late_reaches_both(
    house: House, pair: tuple[FakeCoach, FakeCoach]
) -> None:
    """No satellite processes, so the place is known only from the sentence."""
    assert await house.type("it's numb", house.bedroom) == "one heard"
    for coach in pair:
        told = [heard.phrase.certain for heard in coach.told if isinstance(heard, StopHeard)]
        assert told == [False, True]


async def test_what_is_swollen_ends_the_one_that_asked_and_stops_the_other(
    house: House, pair: tuple[FakeCoach, FakeCoach]
) -> None:
    one, two = pair
    one.question = Question.HEALTH
    await house.bedroom.hear("my arm is swollen")
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert one.told == [AnswerHeard(Answer.YES)]
    assert [type(heard) for heard in two.told] == [StopHeard]


@pytest.mark.parametrize("question", [Question.HEALTH, Question.HEAT, Question.SIDE, None])
@pytest.mark.parametrize("text", ["yes", "no", "left", "I'm fine", "not sure"])
async def test_an_answer_is_nobodys(
    house: House, pair: tuple[FakeCoach, FakeCoach], text: str, question: Question | None
) -> None:
    one, two = pair
    one.question, two.question = question, Question.HEALTH
    asked = text != "left" or question is Question.SIDE
    reply = await house.type(text, house.bedroom)
    assert reply == (WHICH if asked else "reply.not_heard")
    for coach in pair:
        assert coach.told == []


async def test_a_no_with_a_symptom_in_it_is_a_mention_for_whoever_was_not_asked(
    house: House, pair: tuple[FakeCoach, FakeCoach]
) -> None:
    one, two = pair
    two.question = Question.HEALTH
    assert await house.type("no swelling", house.bedroom) == "one heard"
    assert {type(heard) for heard in one.told} == {StopHeard}
    assert two.told == []


@pytest.mark.parametrize(
    "text",
    ["harder", "resume", "resume the session", "next", "longer", "not yet", "it released", "six"],
)
async def test_more_is_not_guessed(
    house: House, pair: tuple[FakeCoach, FakeCoach], text: str
) -> None:
    assert await house.type(text, house.bedroom) == WHICH
    for coach in pair:
        assert coach.told == []


async def test_the_one_that_is_named_is_obeyed(
    house: House, pair: tuple[FakeCoach, FakeCoach]
) -> None:
    one, two = pair
    for text, command in (
        ("pause the session for two", Command.PAUSE),
        ("resume the session for two", Command.RESUME),
        ("stop the session for two", Command.STOP),
    ):
        assert await house.type(text, house.bedroom) == "two heard"
        assert two.told.pop() == CommandHeard(command, "two")
    assert (one.told, two.told) == ([], [])


async def test_a_session_that_fails_does_not_keep_the_other_from_stopping(
    house: House, pair: tuple[FakeCoach, FakeCoach], caplog: pytest.LogCaptureFixture
) -> None:
    one, two = pair
    one.fault = ZeroDivisionError()
    for text in ("stop", "stop the session"):
        assert await house.type(text, house.bedroom) == "reply.failed"
    assert two.told == [CommandHeard(Command.STOP)] * 2
    assert "Could not obey" in caplog.text


async def test_the_other_goes_on_alone(house: House, pair: tuple[FakeCoach, FakeCoach]) -> None:
    one, two = pair
    one.end()
    two.question = Question.HEALTH
    assert await house.type("no", house.bedroom) == "two heard"
    assert two.told == [AnswerHeard(Answer.NO)]


@pytest.mark.parametrize("text", ["stop", "stop the session", "pause"])
async def test_from_an_unknown_place_less_reaches_every_session(house: House, text: str) -> None:
    one, two = house.coach("one", "Bedroom"), house.coach("two", "Kitchen")
    one.begin()
    two.begin()
    await async_converse(house.hass, text, None, Context(), "en")
    assert len(one.told) == len(two.told) == 1
    assert one.told == two.told


async def test_whoever_may_be_here_too_makes_it_unclear(house: House) -> None:
    """A coach with no room is anywhere."""
    one, two = house.coach("one", "Bedroom"), house.coach("two", None)
    one.begin()
    two.begin()
    assert await house.type("harder", house.bedroom) == WHICH
    assert await house.type("stop", house.bedroom) == "one heard"
    assert one.told == two.told == [CommandHeard(Command.STOP)]
