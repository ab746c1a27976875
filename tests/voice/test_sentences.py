"""What is said to the real conversation agent and the real pipeline."""

import logging

from homeassistant.components.assist_pipeline import async_get_pipeline, async_update_pipeline
from homeassistant.components.conversation import (
    HOME_ASSISTANT_AGENT,
    ConversationInput,
    async_converse,
)
from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.components.media_player.const import MediaPlayerState
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.messages import Answer, Command, Question
from custom_components.knot_coach.massage.phases import Length
from custom_components.knot_coach.voice.meanings import (
    AnswerHeard,
    CommandHeard,
    ScoreHeard,
    StartRequest,
    StopHeard,
)
from custom_components.knot_coach.voice.pass_through import async_pass_through
from custom_components.knot_coach.voice.sentences import (
    EAR,
    Vocabulary,
    async_register,
    async_session_changed,
    coaches,
)
from tests.voice.conftest import House
from tests.voice.fake_coach import (
    ALL_LANGUAGES,
    AREAS,
    EXAMPLES,
    VOCABULARY,
    FakeCoach,
    read_sentences,
    speak,
)
from tests.voice_stack import FakeSatellite, device_of, say, use_llm

SORRY = "Sorry, I couldn't understand that"


def templates(hass: HomeAssistant) -> list[str]:
    return get_agent_manager(hass).trigger_sentences


async def speak_language(house: House, language: str) -> None:
    """Change the language of the assistant, and of the house."""
    house.hass.config.language = language
    await async_update_pipeline(
        house.hass,
        async_get_pipeline(house.hass),
        language=language,
        conversation_language=language,
    )


async def delayed(house: House, text: str, satellite: FakeSatellite | None) -> None:
    """Say what a delayed command says: a device, if it was spoken, and nothing else."""
    device_id = device_of(house.hass, satellite) if satellite else None
    await async_converse(house.hass, text, None, Context(), "en", device_id=device_id)


async def test_a_session_is_started(house: House) -> None:
    coach = house.coach()
    reply = await house.type("Start quick neck knot routine on the left.", house.bedroom)
    assert reply == "one starts"
    assert coach.started == [StartRequest(area="upper_traps", length=Length.QUICK, side=Side.LEFT)]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("start ankle massage", f"reply.unknown_area areas={EXAMPLES}"),
        ("start a massage", f"reply.which_area areas={EXAMPLES}"),
        ("work on my throat", "reply.refused_area"),
        ("work on my shoulder", "reply.choose_area areas=upper_traps+shoulder_blade+rear_shoulder"),
        ("stop the session", "reply.no_session"),
        ("pause the session", "reply.no_session"),
        ("how long is left", "reply.no_session"),
    ],
)
async def test_what_cannot_be_done_is_said(house: House, text: str, reply: str) -> None:
    coach = house.coach()
    assert await house.type(text, house.bedroom) == reply
    assert coach.started == []


async def test_the_coach_of_the_room_starts(house: House) -> None:
    bedroom, kitchen = house.coach("one", "Bedroom"), house.coach("two", "Kitchen")
    assert await house.type("start neck routine", house.kitchen) == "two starts"
    assert await house.type("start neck routine", house.bedroom) == "one starts"
    assert (len(bedroom.started), len(kitchen.started)) == (1, 1)


async def test_a_satellite_of_the_coach_is_its_room(house: House) -> None:
    house.coach("one", "Bedroom")
    coach = house.add(
        FakeCoach(hass=house.hass, entry_id="two", satellites={house.kitchen.entity_id})
    )
    assert await house.type("start neck routine", house.kitchen) == "two starts"
    assert len(coach.started) == 1


async def test_the_only_coach_starts_from_anywhere(house: House) -> None:
    house.coach("one", "Bedroom")
    assert await house.type("start neck routine", house.kitchen) == "one starts"
    assert await house.type("start neck routine") == "one starts"


async def test_several_coaches_are_named_and_nothing_starts(house: House) -> None:
    one, two = house.coach("one", "Bedroom"), house.coach("two", "Bedroom")
    reply = await house.type("start neck routine", house.bedroom)
    assert reply == "reply.which_coach names=one, two"
    assert await house.type("start neck routine") == reply
    assert (one.started, two.started) == ([], [])


async def test_the_person_named_is_coached(house: House) -> None:
    """Whatever the room: another one's coach knows another one's health."""
    for entry_id, person, room in (("one", "Anna", "Bedroom"), ("two", "Ben", "Kitchen")):
        house.add(
            FakeCoach(
                hass=house.hass, entry_id=entry_id, person_name=person, area_id=house.room(room)
            )
        )
    assert await house.type("start neck routine for Ben", house.bedroom) == "two starts"
    assert await house.type("start neck routine for anna", house.kitchen) == "one starts"
    assert await house.type("start neck routine") == "reply.which_coach names=Anna, Ben"


async def test_a_routine_of_the_users_own(house: House) -> None:
    coach = house.add(FakeCoach(hass=house.hass, routines=["Desk break!"]))
    assert await house.type("start my desk break routine") == "one starts"
    assert coach.started == [StartRequest(routine="Desk break!")]


@pytest.mark.parametrize(
    "name", ["(", "{x", "a|b)", "[", "<rule>", "", "🙂", "x" * 10_000, "שלום{"]
)
async def test_a_malformed_name_never_breaks_assist(house: House, name: str) -> None:
    house.add(FakeCoach(hass=house.hass, routines=[name, "good"], person_name=name))
    assert await house.type("start good routine") == "one starts"
    assert await house.type("what about the weather") == SORRY


async def test_the_users_own_sentences_are_not_ours(house: House) -> None:
    coach = house.coach()
    for text in ("start bedtime routine", "run the dishwasher", "stop the music", "yes"):
        assert (await house.type(text, house.bedroom)).startswith(("Sorry", "No"))
    assert (coach.started, coach.told) == ([], [])


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stop", Command.STOP),
        ("pause", Command.PAUSE),
        ("too much", Command.TOO_MUCH),
        ("It released!", Command.RELEASED),
        ("pause the session", Command.PAUSE),
        ("stop the session", Command.STOP),
    ],
)
async def test_words_of_a_session(house: House, text: str, command: Command) -> None:
    coach = house.coach()
    coach.begin()
    assert await house.type(text, house.bedroom) == "one heard"
    assert coach.told == [CommandHeard(command)]


async def test_answers_scores_and_status(house: House) -> None:
    coach = house.coach()
    coach.begin()
    assert await house.type("yes", house.bedroom) == "reply.nothing_asked"
    coach.question = Question.HEAT
    assert await house.type("left", house.bedroom) == "reply.not_heard"
    assert await house.type("yes", house.bedroom) == "one heard"
    assert await house.type("about a six", house.bedroom) == "one heard"
    assert coach.told == [AnswerHeard(Answer.YES), ScoreHeard(6)]
    for text in ("how long is left", "how much longer"):
        assert await house.type(text, house.bedroom) == "one has a minute left"


@pytest.mark.parametrize(
    ("machine", "context", "spoken"),
    [
        ("delayed, spoken", {}, True),
        ("delayed, typed", {}, False),
        ("automation", {"parent_id": "the trigger"}, False),
        ("script of a user", {"user_id": "anna", "parent_id": "the button"}, False),
        ("signed in, in the name of a device", {"user_id": "anna"}, True),
        ("somebody who is not known", {"user_id": "somebody"}, False),
    ],
)
async def test_a_machine_is_no_person(
    house: House,
    machine: str,
    context: dict[str, str],
    spoken: bool,  # noqa: FBT001 - a column of the table
) -> None:
    MockUser(id="anna").add_to_hass(house.hass)
    coach = house.coach()
    coach.begin()
    coach.question = Question.HEAT
    device_id = device_of(house.hass, house.bedroom) if spoken else None
    await async_converse(house.hass, "yes", None, Context(**context), "en", device_id=device_id)
    assert coach.told == [AnswerHeard(Answer.YES)], machine
    assert coach.persons == [False]


async def test_who_speaks_or_types_is_a_person(house: House) -> None:
    MockUser(id="anna").add_to_hass(house.hass)
    coach = house.coach()
    coach.begin()
    coach.question = Question.HEAT
    await house.type("yes", house.bedroom)
    coach.question = Question.HEAT
    await async_converse(house.hass, "yes", None, Context(user_id="anna"), "en")
    assert coach.told == [AnswerHeard(Answer.YES)] * 2
    assert coach.persons == [True, True]


async def test_that_the_heater_is_unplugged_can_be_said(house: House) -> None:
    coach = house.coach()
    coach.begin()
    coach.paused = coach.unplugging = True
    for text in ("yes", "it's unplugged", "I have unplugged the pad"):
        assert await house.type(text, house.bedroom) == "one heard"
    assert coach.told == [AnswerHeard(Answer.YES)] * 3
    coach.unplugging = False
    assert await house.type("it's unplugged", house.bedroom) != "one heard"


async def test_a_coach_is_called_by_its_own_name_too(house: House) -> None:
    house.coach("one", "Bedroom")
    coach = house.coach("two", "Kitchen")
    assert await house.type("start neck routine for two", house.bedroom) == "two starts"
    assert len(coach.started) == 1


async def test_names_that_sound_alike_are_asked_about(house: House) -> None:
    for entry_id, name in (("one", "Sam"), ("two", "sam!")):
        house.add(FakeCoach(hass=house.hass, entry_id=entry_id, name=name))
    reply = await house.type("start neck routine for Sam", house.bedroom)
    assert reply == "reply.which_coach names=Sam, sam!"


async def test_a_device_with_no_satellite_has_a_room_too(house: House) -> None:
    coach = house.coach()
    coach.begin()
    await delayed(house, "pause", house.bedroom)
    await delayed(house, "pause", house.kitchen)
    assert coach.told == [CommandHeard(Command.PAUSE)]


@pytest.mark.parametrize("word", ["pause", "stop", "resume", "next", "too much", "yes", "six"])
async def test_bare_words_of_another_room_are_not_ours(house: House, word: str) -> None:
    coach = house.coach()
    coach.begin()
    coach.question = Question.HEAT
    await house.type(word, house.kitchen)
    assert coach.told == []


async def test_pause_in_another_room_pauses_the_music_there(house: House) -> None:
    coach = house.coach()
    coach.begin()
    for player in house.players:
        player.set_state(MediaPlayerState.PLAYING)
    await house.hass.async_block_till_done()
    calls: list[str] = []
    house.hass.bus.async_listen(
        "call_service", lambda event: calls.append(str(event.data["service_data"]))
    )
    reply = await house.type("pause", house.kitchen)
    assert reply not in {"reply.not_heard", "one heard"}
    assert any(house.players[1].entity_id in call for call in calls)
    assert not any(house.players[0].entity_id in call for call in calls)
    assert coach.told == []


async def test_with_no_session_bare_words_are_not_registered(house: House) -> None:
    coach = house.coach()
    before = templates(house.hass)
    coach.begin()
    assert len(templates(house.hass)) > len(before)
    coach.end()
    assert templates(house.hass) == before
    await house.type("stop", house.bedroom)
    await house.type("pause", house.bedroom)
    assert coach.told == []


async def test_one_registration_for_all_coaches(house: House) -> None:
    one, two = house.coach("one", "Bedroom"), house.coach("two", "Kitchen")
    assert len(templates(house.hass)) == len(set(templates(house.hass)))
    one.begin()
    with_one = templates(house.hass)
    two.begin()
    assert templates(house.hass) == with_one
    one.end()
    assert templates(house.hass) == with_one
    assert await house.type("stop", house.kitchen) == "two heard"
    # Nothing plays there: the assistant says so itself.
    assert (await house.type("stop", house.bedroom)).startswith("Sorry")
    two.end()
    assert len(templates(house.hass)) < len(with_one)


async def test_two_sessions_in_two_rooms(house: House) -> None:
    one, two = house.coach("one", "Bedroom"), house.coach("two", "Kitchen")
    one.begin()
    two.begin()
    assert await house.type("lighter", house.kitchen) == "two heard"
    assert await house.type("harder", house.bedroom) == "one heard"
    assert await house.type("next") == "reply.not_heard"
    assert await house.type("resume the session") == "reply.which_session"
    assert await house.type("stop the session", house.bedroom) == "one heard"
    assert two.told == [CommandHeard(Command.LIGHTER)]


async def test_the_session_of_the_person_named_is_stopped(house: House) -> None:
    for entry_id, person in (("one", "Anna"), ("two", "Ben")):
        house.add(FakeCoach(hass=house.hass, entry_id=entry_id, person_name=person)).begin()
    assert await house.type("stop the session for Ben") == "two heard"


async def test_a_typed_word_belongs_to_the_only_session(house: House) -> None:
    coach = house.coach()
    coach.begin()
    assert await house.type("pause") == "one heard"
    assert coach.told == [CommandHeard(Command.PAUSE)]


async def test_a_coach_with_no_room_hears_every_room(house: House) -> None:
    coach = house.coach(room=None)
    coach.begin()
    assert await house.type("stop", house.kitchen) == "one heard"
    assert coach.told == [CommandHeard(Command.STOP)]


async def test_a_coach_with_no_room_is_where_its_satellites_are(house: House) -> None:
    coach = house.add(
        FakeCoach(hass=house.hass, satellites={house.bedroom.entity_id, "assist_satellite.gone"})
    )
    coach.begin()
    assert await house.type("stop", house.kitchen) != "one heard"
    assert await house.type("stop", house.bedroom) == "one heard"
    assert len(coach.told) == 1


async def test_a_refusal_is_spoken(house: House) -> None:
    coach = house.coach()
    coach.fault = HomeAssistantError("The neck is resting until six.")
    assert await house.type("start neck routine", house.bedroom) == "The neck is resting until six."
    coach.begin()
    assert await house.type("harder", house.bedroom) == "The neck is resting until six."


async def test_a_crash_is_spoken_and_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    coach = house.coach()
    coach.fault = ZeroDivisionError()
    assert await house.type("start neck routine", house.bedroom) == "reply.failed"
    coach.begin()
    assert await house.type("harder", house.bedroom) == "reply.failed"
    assert [r.levelno for r in caplog.records if r.exc_info] == [logging.ERROR] * 2


@pytest.mark.parametrize("prefer_local", [False, True])
async def test_with_an_llm(house: House, prefer_local: bool) -> None:  # noqa: FBT001 - a column of the table
    coach = house.coach()
    await use_llm(house.hass, house.stack, prefer_local=prefer_local)
    assert (await say(house.hass, "start neck routine", house.bedroom)).speech == "one starts"
    coach.begin()
    assert (await say(house.hass, "pause", house.bedroom)).speech == "one heard"
    house.players[1].set_state(MediaPlayerState.PLAYING)
    await house.hass.async_block_till_done()
    calls: list[str] = []
    house.hass.bus.async_listen("call_service", lambda event: calls.append(event.data["service"]))
    for text in ("lighter", "pause"):
        assert (await say(house.hass, text, house.kitchen)).error is None
    await house.hass.async_block_till_done()
    asked = [said.text for said in house.stack.llm.inputs]
    assert asked == (["lighter"] if prefer_local else ["lighter", "pause"])
    assert calls == (["media_pause"] if prefer_local else [])
    assert coach.told == [CommandHeard(Command.PAUSE)]


async def fail(*_: object) -> None:
    raise ZeroDivisionError


async def test_an_llm_that_fails_is_passed_through_as_silence(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    coach = house.coach()
    coach.begin()
    await use_llm(house.hass, house.stack)

    monkeypatch.setattr(house.stack.llm, "_async_handle_message", fail)
    reply = await say(house.hass, "lighter", house.kitchen)
    assert reply.error is None
    assert reply.speech == "reply.not_heard"


async def test_sentences_come_and_go_with_the_coaches(hass: HomeAssistant, house: House) -> None:
    assert templates(hass) == []
    coach = FakeCoach(hass=hass)
    remove = async_register(hass, coach, VOCABULARY)
    second = async_register(hass, FakeCoach(hass=hass, entry_id="two"), VOCABULARY)
    assert list(coaches(hass)) == ["one", "two"]
    coach.begin()
    remove()
    assert list(coaches(hass)) == ["two"]
    second()
    assert templates(hass) == []
    assert EAR not in hass.data
    assert coaches(hass) == {}
    async_session_changed(hass)
    assert (await house.type("stop the session")).startswith("Sorry")


async def test_a_new_name_is_learnt_and_an_old_one_forgotten(
    hass: HomeAssistant, house: House
) -> None:
    kitchen = FakeCoach(
        hass=hass, entry_id="two", routines=["reset"], area_id=house.room("Kitchen")
    )
    remove = async_register(hass, kitchen, VOCABULARY)
    house.coach()
    assert await house.type("start reset routine", house.kitchen) == "two starts"
    assert await house.type("start reset routine", house.bedroom) == "reply.unknown_routine"
    remove()
    # The old names go as soon as grammars without them have been made.
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await house.type("start reset routine", house.kitchen)).startswith("Sorry")


async def test_words_are_heard_that_are_too_many_for_assist(house: House) -> None:
    """Which languages Assist gets depends on those that are spoken, and that changes."""
    third = {**read_sentences("en"), "language": "nl"}
    languages = {**ALL_LANGUAGES.sentences, "nl": third}
    house.vocabulary = Vocabulary(sentences=languages, areas=AREAS, speak=speak)
    coach = house.coach()
    for language in ("nl", "de", "nl"):
        await speak_language(house, language)
        for text, command in (
            ("stopp", Command.STOP),
            ("stop", Command.STOP),
            ("Pause", Command.PAUSE),
            ("sanfter", Command.LIGHTER),
            ("lighter", Command.LIGHTER),
        ):
            coach.told.clear()
            coach.begin()
            house.hass.states.async_set(house.bedroom.entity_id, "processing")
            await say(house.hass, text, house.bedroom)
            assert coach.told == [CommandHeard(command)], (language, text)
            coach.end()


async def test_a_language_is_changed_while_a_session_goes_on(house: House) -> None:
    third = {**read_sentences("en"), "language": "nl"}
    languages = {**ALL_LANGUAGES.sentences, "nl": third}
    house.vocabulary = Vocabulary(sentences=languages, areas=AREAS, speak=speak)
    coach = house.coach()
    coach.begin()
    for language in ("de", "nl", "de"):
        await speak_language(house, language)
        for text in ("sanfter", "lighter"):
            coach.told.clear()
            house.hass.states.async_set(house.bedroom.entity_id, "processing")
            await say(house.hass, text, house.bedroom)
            assert coach.told == [CommandHeard(Command.LIGHTER)], (language, text)


async def test_a_pipeline_in_another_language_hears_english(house: House) -> None:
    coach = house.coach()
    await async_converse(house.hass, "start neck routine", None, Context(), "de-AT")
    assert len(coach.started) == 1


async def test_what_no_language_understands_is_said(hass: HomeAssistant, house: House) -> None:
    """Assist knows a sentence until the next text, even if the grammar has just changed."""
    house.coach()
    hass.data[EAR]._replies.grammars = {}
    assert await house.type("start neck routine") == "reply.not_understood"


async def test_outside_of_a_conversation_nothing_is_passed_through(hass: HomeAssistant) -> None:
    said = ConversationInput("pause", Context(), None, None, None, "en", HOME_ASSISTANT_AGENT)
    assert await async_pass_through(hass, said) is None


async def test_whose_health_has_changed(house: House) -> None:
    coaches_ = [
        house.add(FakeCoach(hass=house.hass, entry_id=entry_id, person_name=person))
        for entry_id, person in (("one", "Anna"), ("two", "Ben"))
    ]
    reply = await house.type("my health has changed", house.bedroom)
    assert reply == "reply.which_coach names=Anna, Ben"
    assert [coach.health_changes for coach in coaches_] == [0, 0]
    assert await house.type("my health has changed for Ben") == "two asks again"
    assert [coach.health_changes for coach in coaches_] == [0, 1]


async def test_a_session_that_goes_on_deals_with_a_symptom_itself(house: House) -> None:
    coach = house.coach()
    assert await house.type("my calf is swollen, massage it", house.bedroom) == "gate_leg_1"
    coach.begin()
    assert await house.type("my calf is swollen, massage it", house.bedroom) == "one heard"
    assert [type(heard) for heard in coach.told] == [StopHeard] * len(coach.told)
    assert coach.told


async def test_a_routine_of_another_coach_is_what_its_name_says(house: House) -> None:
    house.add(
        FakeCoach(hass=house.hass, entry_id="two", routines=["neck"], area_id=house.room("Kitchen"))
    )
    one = house.coach()
    assert await house.type("start neck", house.bedroom) == "one starts"
    assert one.started == [StartRequest(area="upper_traps")]


async def test_a_house_without_assist_pipelines_is_listened_to_all_the_same(
    hass: HomeAssistant,
) -> None:
    for domain in ("homeassistant", "conversation"):
        assert await async_setup_component(hass, domain, {})
    coach = FakeCoach(hass=hass)
    remove = async_register(hass, coach, ALL_LANGUAGES)
    await async_converse(hass, "start neck routine", None, Context(), "en")
    assert [one.area for one in coach.started] == ["upper_traps"]
    remove()
