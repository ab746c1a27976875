"""What fits no sentence, said to the real agents: heard where it is ours, and untouched elsewhere."""

from datetime import timedelta

from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.util import dt as dt_util
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.messages import Command
from custom_components.knot_coach.massage.phases import Length
from custom_components.knot_coach.voice.meanings import CommandHeard, StartRequest, StopHeard
from custom_components.knot_coach.voice.on_the_spot import KEPT_SECONDS, fits, literally
from custom_components.knot_coach.voice.understanding import understand_request
from tests.voice.conftest import House
from tests.voice.fake_coach import ENGLISH
from tests.voice_stack import say, use_llm

FREE = "My traps are killing me, start a quick one!"
AGENTS = ["Home Assistant", "LLM", "LLM that prefers local sentences"]


def templates(hass: HomeAssistant) -> list[str]:
    """Return what Assist listens for."""
    return list(get_agent_manager(hass).trigger_sentences)


async def use(house: House, agent: str) -> None:
    """Let the pipeline have an agent."""
    if agent != "Home Assistant":
        await use_llm(house.hass, house.stack, prefer_local=agent != "LLM")


@pytest.mark.parametrize("agent", AGENTS)
async def test_free_speech_starts_a_session(house: House, agent: str) -> None:
    coach = house.coach()
    await use(house, agent)
    before = templates(house.hass)
    for _ in range(2):
        reply = await say(house.hass, FREE, house.bedroom)
        assert reply.speech == "one starts"
        assert coach.started.pop() == StartRequest(area="upper_traps", length=Length.QUICK)
        # Nobody finds in the list of sentences what somebody said about their body.
        assert templates(house.hass) == before
    assert coach.started == []


@pytest.mark.parametrize("agent", AGENTS)
async def test_free_speech_reaches_the_session_of_the_room(house: House, agent: str) -> None:
    coach = house.coach()
    await use(house, agent)
    coach.begin()
    reply = await say(house.hass, "whoa, that is way too hard for me", house.bedroom)
    assert reply.speech == "one heard"
    assert coach.told.pop() == CommandHeard(Command.TOO_MUCH)
    house.hass.states.async_set(house.kitchen.entity_id, "processing")
    elsewhere = await say(house.hass, "whoa, that is way too hard for me", house.kitchen)
    assert coach.told == []
    coach.end()
    nowhere = await say(house.hass, "whoa, that is way too hard for me", house.bedroom)
    assert coach.told == []
    # What the assistant makes of it is the same in both, and none of the coach's words.
    assert elsewhere.speech == nowhere.speech != "one heard"
    assert elsewhere.kind == nowhere.kind


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("state", ["idle", "live"])
async def test_what_is_not_ours_is_answered_as_ever(
    house: House,
    agent: str,
    state: str,
) -> None:
    texts = ["stop the music", "pause the bedroom player", "what about the back yard", "turn it up"]
    await use(house, agent)
    before = [await say(house.hass, text, house.bedroom) for text in texts]
    coach = house.coach()
    if state == "live":
        coach.begin()
    after = [await say(house.hass, text, house.bedroom) for text in texts]
    assert [(one.speech, one.kind, one.error) for one in after] == [
        (one.speech, one.kind, one.error) for one in before
    ]
    assert (coach.told, coach.started) == ([], [])


async def test_home_assistant_goes_first_where_it_knows_the_sentence(house: House) -> None:
    """A scene that is called like a massage is the user's, whatever a coach makes of its name."""
    coach = house.coach()
    house.hass.states.async_set("scene.neck", "off", {"friendly_name": "my neck knots massage"})
    async_expose_entity(house.hass, "conversation", "scene.neck", should_expose=True)
    activated: list[ServiceCall] = []
    house.hass.services.async_register("scene", "turn_on", activated.append)
    await say(house.hass, "activate my neck knots massage", house.bedroom)
    assert len(activated) == 1
    assert coach.started == []


@pytest.mark.parametrize("agent", [one for one in AGENTS if one != "LLM"])
async def test_where_home_assistant_can_do_nothing_the_coach_does(house: House, agent: str) -> None:
    """No timer runs that could be called "wir"; no vacuum cleaner knows an area called "Nacken"."""
    await use(house, agent)
    await house.speak_language("de")
    coach = house.coach()
    text = "könntest du bitte eine Massage für den Schulter-Nacken-Bereich starten"
    await say(house.hass, text, house.bedroom)
    assert [one.area for one in coach.started] == ["upper_traps"]
    coach.begin()
    reply = await say(house.hass, "wann sind wir fertig", house.bedroom)
    assert reply.speech == "one has a minute left"


@pytest.mark.parametrize(
    "text",
    [
        "my neck is so tight, massage it in ten minutes",
        "do my calves in 5 minutes",
        "start the neck massage tomorrow at eight",
    ],
)
def test_a_delay_is_left_to_the_timers(text: str) -> None:
    assert understand_request(text, ENGLISH) is None


@pytest.mark.parametrize("agent", AGENTS)
async def test_a_stop_word_in_a_long_sentence_is_answered_by_the_coach(
    house: House, agent: str
) -> None:
    coach = house.coach()
    await use(house, agent)
    coach.begin()
    house.hass.states.async_set(house.bedroom.entity_id, "processing")
    reply = await say(house.hass, "oh wait, my left hand has gone numb", house.bedroom)
    assert reply.speech == "one heard"
    assert [type(one) for one in coach.told] == [StopHeard]
    assert not coach.live


async def test_where_nobody_knows_the_room_yet_it_is_doubted_first(house: House) -> None:
    coach = house.coach()
    coach.begin()
    reply = await say(house.hass, "oh wait, my left hand has gone numb", house.bedroom)
    assert reply.speech == "one heard"
    stops = [one for one in coach.told if isinstance(one, StopHeard)]
    assert [one.phrase.certain for one in stops] == [False, True]


async def test_a_text_that_nobody_asks_for_is_forgotten(house: House) -> None:
    """It came by, but its turn went past the triggers."""
    coach = house.coach()
    before = templates(house.hass)
    llm = house.stack.llm.entity_id
    await house.hass.services.async_call(
        "conversation", "process", {"text": FREE, "agent_id": llm}, blocking=True
    )
    assert coach.started == []
    assert len(templates(house.hass)) == len(before) + 1
    async_fire_time_changed(house.hass, dt_util.utcnow() + timedelta(seconds=KEPT_SECONDS + 1))
    await house.hass.async_block_till_done()
    assert templates(house.hass) == before


async def test_the_last_coach_takes_everything_along(house: House) -> None:
    house.coach()
    llm = house.stack.llm.entity_id
    await house.hass.services.async_call(
        "conversation", "process", {"text": FREE, "agent_id": llm}, blocking=True
    )
    house.removers.pop()()
    assert templates(house.hass) == []


async def test_two_sides_are_better_asked_than_guessed(house: House) -> None:
    coach = house.coach()
    await house.type("my left calf and my right calf are so tight, work on them", house.bedroom)
    assert coach.started == [StartRequest(area="calf")]
    await house.type("oh man, both of my calves are super tight, do them", house.bedroom)
    assert coach.started[1].side is Side.BOTH


@given(st.text(max_size=60))
def test_a_literal_fits_its_text_or_there_is_none(text: str) -> None:
    template = literally(text)
    assert template is None or fits([template], text)


@pytest.mark.parametrize(
    "text",
    [
        "(",
        "{x}",
        "a|b",
        "[a] <b>",
        "a; b: c",
        "\\",
        "it's 7/10 - really",
        "x" * 401,
        "…",
        "🙂 neck",
    ],
)
def test_nothing_said_breaks_a_template(text: str) -> None:
    template = literally(text)
    assert template is None or (fits([template], text) and not fits([template], text + " x"))
