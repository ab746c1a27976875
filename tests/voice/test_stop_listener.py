"""Stop words in any text of the house, and nothing taken away from anybody."""

from homeassistant.components import conversation
from homeassistant.components.conversation import chat_log as chat_logs
from homeassistant.components.conversation.const import ChatLogEventType
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import chat_session
import pytest

from custom_components.knot_coach.massage.messages import Answer, Command, Question, Tier
from custom_components.knot_coach.voice.coaches import Place
from custom_components.knot_coach.voice.meanings import (
    AnswerHeard,
    CommandHeard,
    StopHeard,
)
from custom_components.knot_coach.voice.stop_listener import async_listen, current_conversation
from tests.voice.conftest import House
from tests.voice.fake_coach import ALL_LANGUAGES, FakeCoach
from tests.voice_stack import FakeSatellite, owned_by, say, use_llm


def stops(coach: FakeCoach) -> list[tuple[Tier, bool]]:
    return [
        (heard.phrase.tier, heard.phrase.certain)
        for heard in coach.told
        if isinstance(heard, StopHeard)
    ]


async def test_the_contract_of_the_chat_log(hass: HomeAssistant, house: House) -> None:
    """Both versions of Home Assistant: each final text once, before anybody handles it."""
    heard: list[tuple[str, list[Place]]] = []
    events: list[ChatLogEventType] = []
    end = async_listen(hass, lambda _, text, places: heard.append((text, places)))
    end_too = chat_logs.async_subscribe_chat_logs(hass, lambda _, event, __: events.append(event))
    await house.type("turn the lamp blue")
    await say(hass, "is it cold", house.bedroom)
    await use_llm(hass, house.stack)
    await say(hass, "play comfortably numb", house.bedroom)
    assert [text for text, _ in heard] == [
        "turn the lamp blue",
        "is it cold",
        "play comfortably numb",
    ]
    assert ChatLogEventType.CONTENT_ADDED in events
    end()
    end_too()
    await house.type("turn the lamp white")
    assert len(heard) == 3


async def test_a_satellite_that_processes_is_the_place(hass: HomeAssistant, house: House) -> None:
    heard: list[tuple[str, list[Place]]] = []
    end = async_listen(hass, lambda _, text, places: heard.append((text, places)))
    await house.kitchen.hear("my arm is numb")
    await hass.async_block_till_done(wait_background_tasks=True)
    end()
    assert heard == [
        ("my arm is numb", [Place(house.room("Kitchen"), frozenset({house.kitchen.entity_id}))])
    ]


async def test_instructions_of_a_task_are_not_speech(hass: HomeAssistant, house: House) -> None:
    heard: list[str] = []
    end = async_listen(hass, lambda _, text, __: heard.append(text))
    with (
        chat_session.async_get_chat_session(hass, None, **owned_by(None)) as session,
        conversation.async_get_chat_log(hass, session) as log,
    ):
        assert current_conversation("other") == session.conversation_id
        log.async_add_user_content(conversation.UserContent("describe what is blue"))
    end()
    assert heard == []
    assert current_conversation("other") == "other"


async def heard_by(house: House, satellite: FakeSatellite, text: str) -> None:
    await satellite.hear(text)
    await house.hass.async_block_till_done(wait_background_tasks=True)


async def test_a_statement_that_matches_nothing(house: House) -> None:
    coach = house.coach()
    coach.begin()
    await heard_by(house, house.bedroom, "oh dear and my whole arm has gone numb")
    assert stops(coach) in ([(Tier.B, True)], [(Tier.B, False)])
    assert len(coach.told) == 1


async def test_a_statement_in_the_room_is_certain(house: House) -> None:
    coach = house.coach()
    coach.begin()
    await heard_by(house, house.bedroom, "my fingers are all tingly now")
    assert stops(coach) == [(Tier.B, True)]


async def test_at_the_neck_it_is_an_emergency(house: House) -> None:
    coach = house.coach()
    coach.begin(neck=True)
    await heard_by(house, house.bedroom, "I feel a bit dizzy now")
    assert stops(coach) == [(Tier.A, True)]


async def test_in_another_room_it_is_not_heard(house: House) -> None:
    coach = house.coach()
    coach.begin()
    await heard_by(house, house.kitchen, "my fingers are all tingly now")
    assert coach.told == []


async def test_with_no_session_it_is_not_heard(house: House) -> None:
    coach = house.coach()
    await heard_by(house, house.bedroom, "my fingers are all tingly now")
    coach.begin()
    coach.end()
    await house.hass.async_block_till_done()
    await heard_by(house, house.bedroom, "my fingers are all tingly now")
    assert coach.told == []


async def test_from_an_unknown_place_it_is_never_certain(house: House) -> None:
    coach = house.coach()
    coach.begin()
    await house.type("my fingers are all tingly now")
    assert stops(coach) == [(Tier.B, False)]


async def test_an_unknown_place_eases_off_every_session(house: House) -> None:
    one, two = house.coach("one", "Bedroom"), house.coach("two", "Kitchen")
    one.begin()
    two.begin()
    await house.type("my fingers are all tingly now")
    assert stops(one) == stops(two) == [(Tier.B, False)]


async def test_of_two_rooms_that_speak_at_once_neither_is_certain(
    hass: HomeAssistant, house: House
) -> None:
    one, two = house.coach("one", "Bedroom"), house.coach("two", "Office")
    one.begin()
    two.begin()
    for satellite in house.stack.satellites:
        hass.states.async_set(satellite.entity_id, "processing")
    await house.type("my fingers are all tingly now")
    assert stops(one) == [(Tier.B, False)]
    assert stops(two) == []


async def test_a_mention_asks_and_the_command_goes_on(house: House) -> None:
    coach = house.coach()
    coach.begin()
    await use_llm(house.hass, house.stack)
    await heard_by(house, house.bedroom, "turn the lamp blue")
    assert stops(coach) == [(Tier.B, False)]
    assert coach.question is Question.WRONG
    assert [call.text for call in house.stack.llm.inputs] == ["turn the lamp blue"]


async def test_an_llm_that_holds_the_talk_hides_nothing(house: House) -> None:
    """After a question of an LLM its agent gets the next text past all sentences."""
    coach = house.coach()
    coach.begin()
    await use_llm(house.hass, house.stack)
    reply = await say(house.hass, "tell me a story", house.bedroom)
    assert reply.error is None
    await heard_by(house, house.bedroom, "my fingers are all tingly now")
    assert stops(coach) == [(Tier.B, True)]


@pytest.mark.parametrize("text", ["I feel dizzy", "it's numb", "there's a sharp pain"])
async def test_a_known_sentence_is_told_once_and_answered_by_the_coach(
    house: House, text: str
) -> None:
    coach = house.coach()
    coach.begin()
    await house.bedroom.hear(text)
    await house.hass.async_block_till_done(wait_background_tasks=True)
    assert stops(coach) == [(Tier.B, True)]
    assert house.stack.tts.calls[-1][0] == "one heard"


async def test_the_room_that_a_sentence_tells_makes_it_certain(house: House) -> None:
    coach = house.coach()
    coach.begin()
    reply = await house.type("it's numb", house.bedroom)
    assert reply == "one heard"
    assert stops(coach) == [(Tier.B, False), (Tier.B, True)]


async def test_a_typed_stop_sentence_is_told_once(house: House) -> None:
    coach = house.coach()
    coach.begin()
    assert await house.type("it's numb") == "one heard"
    assert stops(coach) == [(Tier.B, False)]


async def held(house: House, text: str, satellite: FakeSatellite) -> list[str]:
    """Say something when an LLM has just asked back; return what it got of that."""
    await use_llm(house.hass, house.stack)
    house.stack.llm.continues = True
    await say(house.hass, "tell me a story", house.kitchen, conversation_id="abc")
    house.stack.llm.continues = False
    house.hass.states.async_set(satellite.entity_id, "processing")
    await say(house.hass, text, satellite, conversation_id="abc")
    return [said.text for said in house.stack.llm.inputs[1:]]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stop", Command.STOP),
        ("ouch, that really hurts", Command.TOO_MUCH),
        ("a bit lighter please", Command.LIGHTER),
        ("hold on, the phone is ringing", Command.PAUSE),
        ("das ist zu fest", Command.TOO_MUCH),
    ],
)
async def test_what_calms_is_heard_while_an_llm_holds_the_talk(
    house: House, text: str, command: Command
) -> None:
    house.vocabulary = ALL_LANGUAGES
    coach = house.coach()
    coach.begin()
    assert await held(house, text, house.bedroom) == [text]
    assert coach.told == [CommandHeard(command)]


@pytest.mark.parametrize("text", ["harder", "next", "resume", "it released", "what a story"])
async def test_nothing_else_is_taken_from_an_llm_that_holds_the_talk(
    house: House, text: str
) -> None:
    coach = house.coach()
    coach.begin()
    assert await held(house, text, house.bedroom) == [text]
    assert coach.told == []


async def test_what_calms_in_another_room_is_left_to_the_llm(house: House) -> None:
    coach = house.coach()
    coach.begin()
    assert await held(house, "stop", house.kitchen) == ["stop"]
    assert coach.told == []


async def test_what_calms_is_told_once_where_sentences_see_it(house: House) -> None:
    """An answer that looks like a question holds nothing when a sentence gave it."""
    coach = house.coach()
    coach.begin()
    house.hass.states.async_set(house.bedroom.entity_id, "processing")
    await say(house.hass, "start a massage", house.bedroom, conversation_id="abc")
    coach.started.clear()
    await say(house.hass, "lighter", house.bedroom, conversation_id="abc")
    assert coach.told == [CommandHeard(Command.LIGHTER)]


async def test_the_same_words_again_are_told_again(house: House) -> None:
    coach = house.coach()
    coach.begin()
    await house.type("it's numb")
    coach.question = None
    await house.type("it's numb")
    assert stops(coach) == [(Tier.B, False)] * 2


async def test_the_same_words_can_be_the_answer_to_what_they_made_the_coach_ask(
    house: House,
) -> None:
    """An assistant that holds the talk kept the first ones from the sentences."""
    coach = house.coach()
    coach.begin()
    await use_llm(house.hass, house.stack)
    house.stack.llm.continues = True
    await say(house.hass, "tell me a story", house.bedroom, conversation_id="abc")
    house.stack.llm.continues = False
    await say(house.hass, "not numb", house.bedroom, conversation_id="abc")
    assert [said.text for said in house.stack.llm.inputs] == ["tell me a story", "not numb"]
    assert stops(coach) == [(Tier.B, False)]
    assert coach.question is Question.WRONG
    reply = await say(house.hass, "not numb", house.bedroom, conversation_id="abc")
    assert reply.speech == "one heard"
    assert coach.told[1:] == [AnswerHeard(Answer.NO)]


async def test_a_stop_word_that_answers_a_question(house: House) -> None:
    coach = house.coach()
    coach.begin()
    coach.question = Question.HEALTH
    await heard_by(house, house.bedroom, "well it is a bit swollen to be honest")
    assert coach.told == [AnswerHeard(Answer.YES)]


async def test_a_no_is_never_taken_from_what_merely_came_by(house: House) -> None:
    """Who said it is not known there, and a machine must not open a gate."""
    coach = house.coach()
    coach.begin()
    coach.question = Question.HEALTH
    house.hass.states.async_set(house.bedroom.entity_id, "processing")
    await conversation.async_converse(house.hass, "no, no numbness, never", "abc", Context(), "en")
    assert coach.told == []
    await conversation.async_converse(house.hass, "no numbness", "abc", Context(), "en")
    assert coach.persons == [False]


async def test_an_answer_from_an_unknown_place_is_told_once(house: House) -> None:
    """Not by the listener: only what is handled tells whether a person said it."""
    coach = house.coach()
    coach.begin()
    coach.question = Question.HEALTH
    await house.type("oh no, it is all swollen")
    assert coach.told == [AnswerHeard(Answer.YES)]
    assert coach.persons == [False]


async def test_a_control_word_is_not_told_by_the_listener(house: House) -> None:
    coach = house.coach()
    coach.begin()
    await heard_by(house, house.bedroom, "stop")
    assert coach.told == [CommandHeard(Command.STOP)]


async def test_a_crash_leaves_the_turn_alone(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    coach = house.coach()
    coach.begin()
    coach.fault = ZeroDivisionError()
    await use_llm(house.hass, house.stack)
    reply = await say(house.hass, "turn the lamp blue", house.bedroom)
    assert reply.error is None
    assert len(house.stack.llm.inputs) == 1
    assert "Could not obey a stop word" in caplog.text


async def test_a_stop_that_ends_the_session_is_answered_by_the_coach(house: House) -> None:
    """The bare words are kept until the text that ended the session has been matched."""
    coach = house.coach()
    coach.begin()
    house.hass.states.async_set(house.bedroom.entity_id, "processing")
    assert await house.type("it's numb", house.bedroom) == "one heard"
    assert stops(coach) == [(Tier.B, True)]
    assert not coach.live
    assert await house.type("lighter", house.bedroom) != "one heard"


async def test_context_is_not_needed(hass: HomeAssistant, house: House) -> None:
    coach = house.coach()
    coach.begin()
    await conversation.async_converse(hass, "I have chest pain", "abc", Context(), "en")
    assert stops(coach) == [(Tier.A, False)]
