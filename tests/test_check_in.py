"""Questions are answered without the wake word, and silence is an answer."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.components.assist_satellite import AssistSatelliteEntityFeature
from homeassistant.components.conversation import ConversationInput
from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.script import script_stack_cv
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.massage.messages import StopWord, Tier
from tests.fake_heater import Pad, Room
from tests.figures import Figures
from tests.house import OTHER_ROOM, House, put_device_in
from tests.virtual_clock import VirtualClock
from tests.voice_stack import Answer, FakeSatellite, Heard, use_llm

SATELLITE: Final = "assist_satellite.satellite_bedroom"
HEALTH: Final = "Any new injury, swelling, fever, numbness, or skin problem there today?"
RATE: Final = "From zero to ten, how tight or sore does it feel right now?"
CHECK: Final = "Is it easing, staying the same, or too much?"
LISTENS_FOR: Final = 12.0
"""Seconds for an answer (docs/adr/0003)."""
SETTLE: Final = 0.3
TONE: Final = 0.16


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach on a satellite that can listen."""
    return await House(hass, virtual_time).build()


async def start(house: House, **wanted: Any) -> None:  # noqa: ANN401 - as the action takes it
    """Start a quick session by hand, so that no satellite is talked to."""
    usual = {"area": "upper_traps", "side": "left", "length": "quick", "heat": False}
    call = {key: value for key, value in (usual | wanted).items() if value is not None}
    await house.hass.services.async_call(DOMAIN, "start_session", call, blocking=True)


def listening(house: House) -> bool:
    """Tell whether the microphone is open."""
    state = house.hass.states.get(house.satellite.entity_id)
    return state is not None and state.state == "listening"


async def until_listening(house: House, question: str, within: float = 120) -> None:
    """Let time pass until the answer to a question is listened for."""
    await house.clock.run_until(lambda: house.shows(question=question) and listening(house), within)


def line(house: House, text: str) -> Heard:
    """Return the last time that a line was heard."""
    return [heard for heard in house.satellite.heard if heard.text == text][-1]


def ended(heard: Heard) -> float:
    """Return when a line had been heard."""
    assert heard.ended is not None
    return heard.ended


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged that is worse than a note."""
    return [record.getMessage() for record in caplog.records if record.levelname != "DEBUG"]


# A session without a wake word


async def test_a_whole_session_needs_no_wake_word(house: House, figures: Figures) -> None:
    satellite = house.satellite
    satellite.answers = [
        Answer("no"),
        Answer("about a six I think", after=0.2, seconds=2),
        Answer("it's easing"),
        Answer("three"),
    ]
    await start(house)
    await house.clock.run_until(lambda: house.session.state == "idle", 600)
    assert not satellite.answers
    assert satellite.cancelled == 0
    record = house.coach.memory.records[-1]
    assert (record["before"], record["after"], record["missed"]) == (6, 3, 0)
    assert record["outcome"] == "finished"
    asked = [HEALTH, RATE, CHECK]
    assert [satellite.texts.count(text) for text in asked] == [1, 1, 1]
    last_words = [
        max(ended(heard) for heard in satellite.heard if heard.ended and heard.ended <= one.told)
        for one in satellite.openings
    ]
    gaps = [
        (one.opened or 0) - said for one, said in zip(satellite.openings, last_words, strict=True)
    ]
    figures.row(
        "From the last word of a question to the open microphone (s)",
        first=round(max(gaps), 2),
        of_it_settling=SETTLE,
        of_it_tone=TONE,
    )
    assert all(gap == pytest.approx(SETTLE + TONE, abs=0.02) for gap in gaps)


async def test_an_answer_is_that_of_a_person_whatever_has_set_the_coach_up(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    reload_by_a_script = script_stack_cv.set(["reload"])
    house = await House(hass, virtual_time).build()
    script_stack_cv.reset(reload_by_a_script)
    house.satellite.answers = [Answer("no")]
    await start(house)
    await house.until("active", within=60)


# Every question


@pytest.fixture
async def warm(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[House]:
    """A house with a pad, where somebody is asked about yesterday."""
    house = House(hass, virtual_time)
    house.room = Room(hass, Pad())
    await house.room.async_add_switch()
    options: dict[str, Any] = {
        Conf.HEATER: "switch.pad",
        Conf.OWN_CUTOFF: True,
        Conf.NEXT_DAY_QUESTION: True,
    }
    yield await house.build(options=options)
    house.room.leave()


async def aches(house: House) -> None:
    """Say that it aches elsewhere, in the middle of a hold."""
    await house.until("active", phase="press", within=300)
    await house.clock.advance(12)
    await house.say("it aches somewhere else")


async def is_doubted(house: House) -> None:
    """Let a text with a stop word in it be heard, in the middle of a hold."""
    await house.until("active", phase="press", within=300)
    await house.clock.advance(12)
    house.coach.report(StopWord(Tier.B, certain=False, phrase="numb"))


async def nothing(_: House) -> None:
    """Do nothing: the question comes by itself."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question, how it comes to be asked, and what its answer does."""

    wanted: dict[str, Any] = field(default_factory=dict)
    before: tuple[Answer, ...] = ()
    """The answers to the questions before it."""
    arrange: Callable[[House], Awaitable[None]] = nothing
    answer: str = "no"
    then: str = "active"
    """What the session shows when it has been answered."""


HEALTHY: Final = (Answer("no"),)
SCORED: Final = (*HEALTHY, Answer("four"))
QUESTIONS: Final = {
    "side": Asked(wanted={"side": None}, answer="on the right", then="asking"),
    "gate": Asked(wanted={"area": "calf"}, then="asking"),
    "health": Asked(answer="nope"),
    "next_day": Asked(before=HEALTHY, answer="normal"),
    "heat": Asked(wanted={"heat": True}, before=HEALTHY, answer="yes please", then="heating"),
    "ache": Asked(before=SCORED, arrange=aches, answer="it's dull"),
    "wrong": Asked(before=SCORED, arrange=is_doubted, answer="no I'm fine"),
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_every_question_is_answered_without_the_wake_word(warm: House, question: str) -> None:
    case = QUESTIONS[question]
    if question == "next_day":
        await warm.has_pressed(hours=30)
    warm.satellite.answers = [*case.before, Answer(case.answer)]
    await start(warm, **case.wanted)
    await case.arrange(warm)
    await until_listening(warm, question, within=400)
    asked = warm.satellite.texts[-1]
    assert not warm.satellite.answers
    await warm.clock.run_until(lambda: not warm.shows(question=question), LISTENS_FOR)
    assert warm.session.state == case.then
    assert warm.satellite.texts.count(asked) == 1
    assert warm.satellite.utterances[-1].text == case.answer


async def test_the_skin_is_asked_about_while_it_is_warm(warm: House) -> None:
    warm.satellite.answers = [Answer("no"), Answer("yes"), Answer("yes it is fine")]
    await start(warm, heat=True)
    await warm.until("heating", within=60)
    await until_listening(warm, "skin", within=400)
    await warm.until("heating", within=15)
    assert not listening(warm)
    assert warm.room.pad.has_power()


# Silence


async def test_silence_is_an_answer_and_nothing_is_asked_twice_for_it(house: House) -> None:
    await start(house)
    await house.clock.run_until(lambda: house.session.state == "idle", 120)
    first, second = (heard for heard in house.satellite.heard if heard.text == HEALTH)
    # As with somebody who would have to say the wake word.
    assert second.began - ended(first) == pytest.approx(LISTENS_FOR, abs=0.01)
    record = house.coach.memory.records[-1]
    assert record["outcome"] == "unanswered"
    assert [one.closed is not None for one in house.satellite.openings] == [True, True]


async def test_silence_at_a_rest_point_holds_nothing_up(house: House) -> None:
    house.satellite.answers = [Answer("no")]
    await start(house)
    await house.until("active", phase="ease_off", within=400)
    await house.clock.run_until(lambda: listening(house), 30)
    await house.until("active", phase="stretch", within=30)
    assert not listening(house)
    stretch = house.hass.loop.time()
    await house.clock.advance(3)
    assert line(house, "Now the stretch.").began == pytest.approx(stretch, abs=0.01)
    assert line(house, "Now the stretch.").began - ended(line(house, CHECK)) == pytest.approx(10)
    session = house.coach.session
    assert session is not None
    assert session.unanswered == 1


async def test_silence_of_fifteen_seconds_is_not_listened_to_again(warm: House) -> None:
    warm.satellite.answers = [Answer("no")]
    await start(warm, heat=True)
    await until_listening(warm, "heat")
    asked = warm.hass.loop.time()
    await warm.until("active", within=70)
    assert warm.hass.loop.time() - asked == pytest.approx(60 - SETTLE - TONE, abs=0.1)
    _, opening = warm.satellite.openings
    assert opening.opened is not None
    assert opening.closed == pytest.approx(opening.opened + 15, abs=0.2)
    assert not warm.room.pad.has_power()


# The question is closed by something else


async def test_a_button_closes_the_microphone_at_once(house: House) -> None:
    await start(house)
    await until_listening(house, "health")
    await house.clock.advance(3)
    await house.say("no")
    said = house.hass.loop.time()
    await house.clock.run_until(lambda: not listening(house), 0.1)
    assert not house.satellite.cancelled
    await house.clock.run_until(lambda: house.satellite._playing, 5)
    assert house.hass.loop.time() - said == pytest.approx(SETTLE, abs=0.05)


async def test_a_yes_about_the_skin_closes_it_though_nothing_is_said(warm: House) -> None:
    warm.satellite.answers = [Answer("no"), Answer("yes")]
    await start(warm, heat=True)
    await warm.until("heating", within=60)
    await until_listening(warm, "skin", within=400)
    spoken = len(warm.satellite.heard)
    await warm.say("yes")
    await warm.clock.run_until(lambda: not listening(warm), 0.1)
    await warm.clock.advance(5)
    assert len(warm.satellite.heard) == spoken


async def test_the_wake_word_is_heard_in_the_middle_of_it(house: House) -> None:
    await start(house)
    await until_listening(house, "health")
    await house.clock.advance(2)
    await house.hear("no")
    await house.until("active", within=10)
    assert house.satellite.texts.count(HEALTH) == 1


@pytest.mark.parametrize(
    ("words", "state"), [("pause", "paused"), ("stop", "idle"), ("I have chest pain", "idle")]
)
async def test_words_that_work_at_any_time_work_here(house: House, words: str, state: str) -> None:
    house.satellite.answers = [Answer(words)]
    await start(house)
    await until_listening(house, "health")
    await house.until(state, within=8)
    await house.clock.advance(20)
    assert len(house.satellite.openings) == 1


async def test_a_stop_word_at_a_rest_point_locks(house: House) -> None:
    house.satellite.answers = [Answer("no"), Answer("four"), Answer("my arm has gone numb")]
    await start(house)
    await house.until("active", phase="ease_off", within=400)
    await house.until("idle", within=30)
    record = house.coach.memory.records[-1]
    assert record["outcome"] == "stopped_safety"
    assert house.coach.memory.locks


async def test_a_mention_asks_and_is_still_for_whoever_else_it_is_for(house: House) -> None:
    """Not swallowed: "play comfortably numb" reaches the assistant as it does by wake word."""
    await use_llm(house.hass, house.stack)
    house.satellite.answers = [Answer("no"), Answer("play comfortably numb")]
    await start(house)
    await house.until_question("wrong", within=120)
    assert [said.text for said in house.stack.llm.inputs] == ["play comfortably numb"]


async def test_a_word_for_the_pressure_is_obeyed_at_a_rest_point(house: House) -> None:
    house.satellite.answers = [Answer("no"), Answer("four"), Answer("too much")]
    await start(house)
    await house.until("active", phase="ease_off", within=400)
    await house.clock.run_until(lambda: len(house.satellite.utterances) == 3, 30)
    await house.clock.advance(6)
    session = house.coach.session
    assert session is not None
    assert session.word_ceiling == 4


async def test_the_question_is_said_again_and_heard_again(house: House) -> None:
    house.satellite.answers = [Answer("say that again"), Answer("no")]
    await start(house)
    await house.until("active", within=60)
    assert house.satellite.texts.count(HEALTH) == 2
    assert len(house.satellite.openings) == 2


# What is not for the coach


async def test_the_assistant_answers_what_is_not_for_the_coach(house: House) -> None:
    house.satellite.answers = [Answer("what time is it"), Answer("no", after=0.5, seconds=0.6)]
    await start(house)
    await until_listening(house, "health")
    await house.until("active", within=LISTENS_FOR)
    first, second = house.satellite.openings
    answer = next(heard for heard in house.satellite.heard if heard.began > (first.closed or 0))
    assert dt_util.now().strftime("%-I:%M") in answer.text
    assert second.told >= ended(answer)
    assert house.satellite.texts.count(HEALTH) == 1


async def test_the_agent_of_the_pipeline_gets_it_as_from_the_satellite(house: House) -> None:
    await use_llm(house.hass, house.stack)
    house.satellite.answers = [Answer("turn on the light", after=0.3)]
    await start(house)
    await until_listening(house, "health")
    thought = "I think: turn on the light"
    await house.clock.run_until(lambda: thought in house.satellite.texts, LISTENS_FOR)
    [said] = house.stack.llm.inputs
    entry = er.async_get(house.hass).async_get(SATELLITE)
    assert entry is not None
    assert said.device_id == entry.device_id
    assert (said.satellite_id, said.language) == (SATELLITE, "en")
    assert said.agent_id == house.stack.llm.entity_id
    assert house.shows(question="health", caption=thought)


@pytest.mark.parametrize("agent", ["Home Assistant", "LLM", "LLM that prefers local sentences"])
async def test_what_the_house_knows_is_done_as_after_the_wake_word(
    house: House, agent: str
) -> None:
    assert await async_setup_component(house.hass, "light", {})
    attributes = {"friendly_name": "lamp", "supported_color_modes": ["onoff"]}
    house.hass.states.async_set("light.lamp", "off", attributes)
    async_expose_entity(house.hass, "conversation", "light.lamp", should_expose=True)
    lit: list[ServiceCall] = []
    house.hass.services.async_register("light", "turn_on", lit.append)
    if agent != "Home Assistant":
        await use_llm(house.hass, house.stack, prefer_local=agent != "LLM")
    house.satellite.answers = [Answer("turn on the lamp", after=0.3), Answer("no", after=0.5)]
    await start(house)
    await house.until("active", within=60)
    asked = [said.text for said in house.stack.llm.inputs]
    assert (len(lit), asked) == ((0, ["turn on the lamp"]) if agent == "LLM" else (1, []))


@pytest.mark.parametrize("agent", ["Home Assistant", "LLM", "LLM that prefers local sentences"])
@pytest.mark.parametrize(
    ("reply", "spoken"), [("Enjoy the movie.", "Enjoy the movie."), (None, "Done")]
)
async def test_a_trigger_of_the_user_runs_as_after_the_wake_word(
    house: House, agent: str, reply: str | None, spoken: str
) -> None:
    ran: list[str] = []

    async def run(said: ConversationInput, _: object) -> str | None:
        ran.append(f"{said.text} on {said.satellite_id}")
        return reply

    get_agent_manager(house.hass).register_trigger(["movie time"], run)
    if agent != "Home Assistant":
        await use_llm(house.hass, house.stack, prefer_local=agent != "LLM")
    house.satellite.answers = [Answer("movie time", after=0.3), Answer("no", after=0.5)]
    await start(house)
    await house.until("active", within=60)
    assert ran == [f"movie time on {SATELLITE}"]
    assert house.stack.llm.inputs == []
    assert spoken in house.satellite.texts
    assert house.satellite.texts.count(HEALTH) == 1


async def test_a_trigger_that_fails_ends_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> str | None:
        raise ZeroDivisionError

    get_agent_manager(house.hass).register_trigger(["movie time"], fail)
    house.satellite.answers = [Answer("movie time", after=0.3), Answer("no", after=0.5)]
    await start(house)
    await house.until("active", within=60)
    assert "A trigger failed" in caplog.text


async def test_nobody_answers_what_nobody_understands(house: House) -> None:
    house.satellite.answers = [Answer("purple monkey dishwasher"), Answer("no", after=0.5)]
    await start(house)
    await house.until("active", within=60)
    spoken = [heard.text for heard in house.satellite.heard]
    assert spoken[-1] == HEALTH
    assert len(house.satellite.openings) == 2


async def test_a_cough_does_not_close_it_for_good(house: House) -> None:
    house.satellite.answers = [Answer(None, seconds=0.6), Answer("no")]
    await start(house)
    await house.until("active", within=60)
    assert house.satellite.texts.count(HEALTH) == 1


async def test_it_opens_twice_at_most(house: House) -> None:
    house.satellite.answers = [Answer(None, after=0.2, seconds=0.5)] * 5
    await start(house)
    await until_listening(house, "health")
    await house.clock.run_until(lambda: house.satellite.texts.count(HEALTH) == 2, 60)
    assert len(house.satellite.openings) == 2


# Where it never opens


async def asks_in_vain(house: House, *, wake_word: bool = True) -> None:
    """Let a session ask, look that no microphone opens, and answer with the wake word."""
    await start(house)
    await house.clock.run_until(lambda: HEALTH in house.satellite.texts, 60)
    await house.clock.advance(3)
    assert not house.satellite.openings
    if wake_word:
        await house.hear("no")
        await house.until("active", within=10)


async def test_somebody_may_not_want_it(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    house = await House(hass, virtual_time).build(options={Conf.LISTEN: False})
    await asks_in_vain(house)


async def test_a_satellite_that_only_announces_is_not_asked(
    hass: HomeAssistant, virtual_time: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(hass, virtual_time)
    house.satellite = FakeSatellite("bedroom", features=AssistSatelliteEntityFeature.ANNOUNCE)
    await asks_in_vain(await house.build())
    assert "need its wake word" not in caplog.text


async def test_a_satellite_of_another_room_is_not_asked(house: House) -> None:
    put_device_in(house.hass, house.satellite, OTHER_ROOM)
    await asks_in_vain(house, wake_word=False)


async def test_nobody_listens_to_a_question_that_is_only_shown(house: House) -> None:
    await house.hass.services.async_call(
        "switch", "turn_on", {"entity_id": house.entity("switch", "silent")}, blocking=True
    )
    await start(house)
    await house.clock.run_until(lambda: house.shows(question="health"), 60)
    await house.clock.advance(10)
    assert not house.satellite.openings
