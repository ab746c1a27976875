"""What is said in a house with a real coach, to the real pipeline and conversation agent."""

from homeassistant.components.conversation import async_converse
from homeassistant.components.media_player.const import MediaPlayerState
from homeassistant.core import Context, Event, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_capture_events

from custom_components.knot_coach.const import Conf
from custom_components.knot_coach.coordinator import Coach
from tests.house import House, coach_entry, put_device_in, set_up
from tests.virtual_clock import VirtualClock
from tests.voice_stack import device_of, say, use_llm

UNHEARD = "I did not catch that"


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach in the bedroom, in virtual time."""
    return await House(hass, virtual_time).build()


async def to_pressing(house: House) -> None:
    """Start on the left forearm, and answer until the hands press."""
    await house.say("start quick forearm routine on the left")
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="press", within=200)


def chosen_side(house: House) -> str | None:
    assert house.coach.session is not None
    return house.coach.session.order.side


def last_outcome(house: House) -> str:
    state = house.hass.states.get(house.entity("sensor", "last_session"))
    assert state is not None
    return state.state


def last_event(house: House) -> str:
    state = house.hass.states.get(house.entity("event", "session"))
    assert state is not None
    event: str = state.attributes["event_type"]
    return event


async def second_coach(house: House, room: str = "Office") -> Coach:
    """Set up a coach for somebody else, which speaks in the kitchen's satellite."""
    entry = coach_entry(house.hass, house.player.entity_id, name="Alex", room=room)
    return await set_up(house.hass, entry)


@pytest.mark.parametrize(
    ("text", "side", "length"),
    [
        ("Start neck knot routine.", None, "standard"),
        ("start a quick neck knot routine on the left", "left", "quick"),
        ("start quick neck knot routine", None, "quick"),
        ("work on my traps", None, "standard"),
        ("please do my right neck", "right", "standard"),
        ("I've got a knot in my neck", None, "standard"),
        ("start a deep neck massage on both sides", "both", "standard"),
    ],
)
async def test_start(house: House, text: str, side: str | None, length: str) -> None:
    reply = await house.say(text)
    assert (reply.kind, reply.error) == ("action_done", None)
    await house.until_question("side" if side is None else "health")
    attributes = house.session.attributes
    assert (attributes["area"], attributes["length"]) == ("upper_traps", length)
    assert chosen_side(house) == side
    words = "both sides" if side == "both" else side
    expected = f"Starting the {length} neck routine: {words}, about " if side else "All right."
    assert reply.speech.startswith(expected)


async def test_the_only_coach_starts_from_another_room(house: House) -> None:
    await house.say("start neck knot routine on the left", house.kitchen)
    await house.until_question("health")


async def test_with_two_coaches_the_reply_names_them_and_nothing_starts(house: House) -> None:
    other = await second_coach(house)
    reply = await house.say("start neck knot routine on the left", house.kitchen)
    assert reply.speech == "Which coach do you want, Sam, Alex? Name one, or ask in its room."
    await house.clock.advance(5)
    assert house.session.state == "idle"
    assert other.session is None
    await house.say("start neck knot routine on the left", house.satellite)
    await house.until_question("health")
    assert other.session is None


async def test_the_coach_that_is_named_starts(house: House) -> None:
    other = await second_coach(house)
    reply = await house.say("start quick neck knot routine on the left for Alex")
    assert reply.speech.startswith("Starting the quick neck routine: left")
    await house.hass.async_block_till_done()
    assert other.session is not None
    assert house.session.state == "idle"


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("start ankle massage", "I don't know that area. Ask for "),
        ("work on my throat", "I don't guide that area. A professional can help you there."),
        ("massage my shoulder", "Which one do you mean, "),
        ("start a massage", "Which area would you like, "),
        ("stop the session", "No session is running. Say start, and the name of an area."),
        ("pause the massage", "No session is running."),
        ("resume the session", "No session is running."),
        ("how long is left", "No session is running."),
    ],
)
async def test_what_cannot_be_done_is_said(house: House, text: str, reply: str) -> None:
    answer = await house.say(text)
    assert answer.error is None
    assert answer.speech.startswith(reply)
    assert "{" not in answer.speech
    await house.clock.advance(5)
    assert house.session.state == "idle"
    assert house.satellite.heard == []


LEAVE_IT = "Leave it alone today. Ask a professional if it does not settle."
LEG = "Leave that leg alone. Please get medical help today."
SERIOUS = "This could be serious. Please call your local emergency number."
LOOK = "Have it looked at first, please. A doctor or physiotherapist can help you there."


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("my calf is swollen, start a calf massage", LEG),
        ("my leg is all red and hot, massage my hamstrings", LEG),
        ("massage my numb calf", LEG),
        ("massage my numb hamstring", LEAVE_IT),
        ("My neck feels numb, start the neck routine.", LEAVE_IT),
        ("start a neck massage, my arm is tingling", LEAVE_IT),
        ("please massage my swollen left forearm", LEAVE_IT),
        ("start a massage for my numb neck", LEAVE_IT),
        ("I feel a bit dizzy but can you start a quick neck routine on the left", LEAVE_IT),
        ("there's a lump in my neck, work on it", LEAVE_IT),
        ("I have chest pain, start a neck massage", SERIOUS),
        ("I can't breathe, massage my neck", SERIOUS),
        ("my chest is tight, massage my chest", SERIOUS),
        ("start chest pain routine", SERIOUS),
        ("massage my tight chest", SERIOUS),
        ("pressure in my chest", SERIOUS),
        ("my chest is bruised, massage it", SERIOUS),
        ("my lower back feels weak, massage it", SERIOUS),
        ("I fell on my lower back, massage it", SERIOUS),
        ("I fell on my shoulder, massage it", LOOK),
        ("it wakes me at night, massage my calf", LOOK),
    ],
)
async def test_a_symptom_starts_nothing(house: House, text: str, reply: str) -> None:
    answer = await house.say(text)
    assert (answer.speech, answer.error) == (reply, None)
    await house.clock.advance(5)
    assert house.session.state == "idle"
    assert house.satellite.heard == []
    # Nothing is locked by words that no session has heard.
    assert not house.coach.memory.locks
    await house.say("start quick forearm routine on the left")
    await house.until_question("health")


@pytest.mark.parametrize(
    ("option", "value", "reply"),
    [
        (Conf.FINDINGS, ["neck"], "Your health answers rule out your neck."),
        (Conf.FINDINGS, ["cancer"], "Your health answers rule out a massage for now."),
        (Conf.SCREENED_ON, "2001-01-01", "Please look over your health answers"),
    ],
)
async def test_what_health_forbids_is_said(
    hass: HomeAssistant, virtual_time: VirtualClock, option: str, value: object, reply: str
) -> None:
    house = await House(hass, virtual_time).build(options={option: value})
    assert (await house.say("start neck routine on the left")).speech.startswith(reply)
    await house.clock.advance(5)
    assert house.session.state == "idle"


async def test_a_speaker_that_is_gone_is_said(house: House) -> None:
    house.satellite.set_available(available=False)
    reply = await house.say("start neck routine on the left", house.kitchen)
    assert reply.speech.startswith("None of my speakers can be reached.")
    assert house.session.state == "idle"


async def test_a_second_session_is_refused_in_words(house: House) -> None:
    await to_pressing(house)
    reply = await house.say("start neck routine on the left")
    assert reply.speech == "We are already working on your forearm. Say stop to end that first."
    assert house.session.attributes["area"] == "forearm"


@pytest.mark.parametrize(
    "text",
    [
        "it released",
        "not yet",
        "too much",
        "lighter",
        "harder",
        "pause",
        "pause the session",
        "resume",
        "resume the session",
        "end the session",
        "next",
        "go back",
        "stop",
        "how long is left",
    ],
)
async def test_words_of_a_session_are_the_coachs(house: House, text: str) -> None:
    await to_pressing(house)
    before = house.session
    reply = await house.say(text)
    assert (reply.kind, reply.error) == ("action_done", None)
    assert not reply.speech.startswith(UNHEARD)
    await house.hass.async_block_till_done()
    if text in {"stop", "end the session"}:
        assert (house.session.state, last_outcome(house)) == ("idle", "stopped")
    elif text.startswith("pause"):
        assert house.session.state == "paused"
    elif text in {"it released", "next"}:
        assert house.session.attributes["phase"] != before.attributes["phase"]
    elif text in {"resume", "resume the session", "harder"}:
        assert reply.speech


@pytest.mark.parametrize("side", ["left", "right", "both"])
async def test_the_side_is_asked_and_answered(house: House, side: str) -> None:
    await house.say("start quick neck routine")
    await house.until_question("side")
    assert (await house.say("harder")).speech == "Answer my question first, please."
    await house.say(side)
    await house.until_question("health")
    assert chosen_side(house) == side


async def test_a_score_and_how_it_feels(house: House) -> None:
    await house.say("start quick forearm routine on the left")
    await house.until_question("health")
    await house.say("no")
    rate = "From zero to ten, how tight or sore does it feel right now?"
    await house.clock.run_until(lambda: rate in house.satellite.texts, 30)
    assert (await house.say("about a six and a half, I think")).error is None
    await house.until("active", phase="press", within=200)
    assert (await house.say("it's easing")).error is None
    await house.until("idle", within=300)
    record = house.coach.memory.last
    assert record is not None
    assert record["before"] == 7


async def test_a_yes_that_nobody_asked_for_changes_nothing(house: House) -> None:
    await to_pressing(house)
    before = house.session
    reply = await house.say("yes")
    assert reply.speech == "I am not asking anything just now. Answer when I do."
    # The next line may have begun meanwhile.
    told = {**before.attributes, "caption": house.session.attributes["caption"]}
    assert house.session.state == before.state
    assert house.session.attributes == told


async def test_pause_in_another_room_pauses_the_music_there(house: House) -> None:
    await to_pressing(house)
    device_id = device_of(house.hass, house.player)
    assert device_id is not None
    put_player_in_kitchen(house, device_id)
    house.player.set_state(MediaPlayerState.PLAYING)
    await house.hass.async_block_till_done()
    calls: list[Event] = []
    house.hass.bus.async_listen("call_service", calls.append)
    reply = await house.say("pause", house.kitchen)
    await house.hass.async_block_till_done()
    assert not reply.speech.startswith(UNHEARD)
    assert house.session.state == "active"
    paused = [str(call.data) for call in calls if call.data["service"] == "media_pause"]
    assert len(paused) == 1
    assert house.player.entity_id in paused[0]


@pytest.mark.parametrize("agent", ["Home Assistant", "LLM", "LLM that prefers local sentences"])
async def test_an_automation_that_waits_for_a_word_in_another_room_answers_alone(
    house: House, agent: str
) -> None:
    automation = {
        "alias": "Pause the kitchen",
        "triggers": [{"trigger": "conversation", "command": "pause"}],
        "actions": [
            {"event": "kitchen_paused"},
            {"set_conversation_response": "The kitchen is paused."},
        ],
    }
    assert await async_setup_component(house.hass, "automation", {"automation": [automation]})
    ran = async_capture_events(house.hass, "kitchen_paused")
    if agent != "Home Assistant":
        await use_llm(house.hass, house.stack, prefer_local=agent != "LLM")
    await to_pressing(house)
    reply = await house.say("pause", house.kitchen)
    assert (reply.speech, len(ran)) == ("The kitchen is paused.", 1)
    assert house.stack.llm.inputs == []
    assert house.session.state == "active"


@pytest.mark.parametrize("text", ["next", "stop"])
async def test_in_another_room_the_assistant_says_what_it_cannot_do(
    house: House, text: str
) -> None:
    expected = await house.say(text, house.kitchen)
    assert expected.kind == "error"
    await to_pressing(house)
    assert (await house.say(text, house.kitchen)).speech == expected.speech
    assert house.session.state == "active"


def put_player_in_kitchen(house: House, device_id: str) -> None:
    put_device_in(house.hass, house.kitchen, "Kitchen")
    kitchen = dr.async_get(house.hass).async_get(device_of(house.hass, house.kitchen) or "")
    assert kitchen is not None
    dr.async_get(house.hass).async_update_device(device_id, area_id=kitchen.area_id)


@pytest.mark.parametrize(
    ("text", "outcome", "event"),
    [
        ("it's numb", "stopped_safety", "safety_stop"),
        ("my fingers are all tingly", "stopped_safety", "safety_stop"),
        ("I have chest pain", "emergency", "emergency_phrase"),
        ("oh, I can't breathe", "emergency", "emergency_phrase"),
    ],
)
async def test_a_stop_word_ends_the_session(
    house: House, text: str, outcome: str, event: str
) -> None:
    await to_pressing(house)
    await house.hear(text)
    await house.hass.async_block_till_done()
    assert house.session.state == "idle"
    assert (last_outcome(house), last_event(house)) == (outcome, event)
    reply = await house.say("start quick forearm routine on the left")
    assert house.session.state == "idle"
    assert "rest" in reply.speech.casefold()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("no", None), ("I'm fine", None), ("yes", "stopped_safety"), ("dizzy", "stopped_safety")],
)
async def test_a_mention_asks_whether_something_is_wrong(
    house: House, answer: str, outcome: str | None
) -> None:
    await to_pressing(house)
    await house.hear("turn the lamp blue")
    assert (house.session.state, house.session.attributes["pressure"]) == ("asking", None)
    await house.until_question("wrong")
    await house.hear(answer)
    if outcome is None:
        await house.until("active", phase="press")
    else:
        await house.hass.async_block_till_done()
        assert (house.session.state, last_outcome(house)) == ("idle", outcome)


async def test_a_yes_to_the_words_of_an_emergency_is_one(house: House) -> None:
    await to_pressing(house)
    await house.hear("can you still hear me, tell me what to do about chest pain")
    await house.until_question("wrong")
    await house.hear("yes")
    await house.until("idle")
    assert (last_outcome(house), last_event(house)) == ("emergency", "emergency_phrase")
    await house.clock.run_until(
        lambda: any("your local emergency number" in text for text in house.satellite.texts), 30
    )


async def test_silence_after_a_mention_is_a_yes(house: House) -> None:
    await to_pressing(house)
    await house.hear("play comfortably numb")
    await house.until("idle", within=60)
    assert (last_outcome(house), last_event(house)) == ("stopped_safety", "safety_stop")


async def test_a_mention_in_another_room_is_not_ours(house: House) -> None:
    await to_pressing(house)
    task = house.hass.async_create_task(house.kitchen.hear("my fingers are all tingly"))
    await house.clock.run_until(task.done, 30)
    assert house.session.state == "active"


async def test_what_an_llm_is_told_is_noticed_and_still_answered(house: House) -> None:
    await to_pressing(house)
    await use_llm(house.hass, house.stack)
    await house.hear("turn the lamp blue and tell me why")
    assert house.session.state == "asking"
    assert [said.text for said in house.stack.llm.inputs] == ["turn the lamp blue and tell me why"]
    asked = "Is something wrong with you right now?"
    await house.clock.run_until(lambda: asked in house.satellite.texts, 30)
    synthesised = [text for text, _, _ in house.stack.tts.calls]
    assert "I think: turn the lamp blue and tell me why" in synthesised


async def test_an_llm_is_not_asked_what_the_coach_understands(house: House) -> None:
    await use_llm(house.hass, house.stack)
    await to_pressing(house)
    assert (await house.say("pause")).error is None
    assert house.session.state == "paused"
    await house.hear("it's numb")
    assert last_outcome(house) == "stopped_safety"
    assert house.stack.llm.inputs == []


@pytest.mark.parametrize("machine", ["delayed", "automation", "delayed, typed"])
async def test_a_machine_answers_no_gate(
    house: House, machine: str, hass_admin_user: MockUser
) -> None:
    await house.say("start quick forearm routine on the left")
    await house.until_question("health")
    match machine:
        case "automation":
            await house.hass.services.async_call(
                "conversation",
                "process",
                {"text": "no"},
                blocking=True,
                context=Context(user_id=hass_admin_user.id, parent_id="the trigger"),
            )
        case _:
            spoken = machine == "delayed"
            device_id = device_of(house.hass, house.satellite) if spoken else None
            await async_converse(house.hass, "no", None, Context(), "en", device_id=device_id)
    assert house.session.attributes["question"] == "health"
    await house.until("idle", within=120)
    assert last_outcome(house) == "unanswered"


async def test_a_stop_word_counts_whoever_says_it(house: House) -> None:
    await to_pressing(house)
    await async_converse(house.hass, "I have chest pain", None, Context(), "en")
    assert (house.session.state, house.session.attributes["pressure"]) == ("asking", None)
    await house.until_question("wrong")


async def test_who_types_in_the_browser_is_a_person(
    house: House, hass_admin_user: MockUser
) -> None:
    await say(house.hass, "start quick forearm routine on the left")
    await house.until_question("health")
    await say(house.hass, "no", context=Context(user_id=hass_admin_user.id))
    await house.until("active")


@pytest.mark.parametrize("name", ["(", "{x", "a|b)", "[", "<rule>", "🙂", "x" * 1000])
async def test_a_malformed_name_never_breaks_assist(
    hass: HomeAssistant, virtual_time: VirtualClock, name: str
) -> None:
    house = await House(hass, virtual_time).build()
    hass.states.async_set("person.odd", "home", {"friendly_name": name})
    entry = coach_entry(hass, house.player.entity_id, name=name, room=name)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, data={**entry.data, Conf.PERSON: "person.odd"})
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert (await house.say("what is the time")).error is None
    await house.say("start quick forearm routine on the left")
    await house.until_question("health")
    assert (await house.say("what is the time")).error is None
