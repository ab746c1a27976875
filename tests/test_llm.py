"""Tools for language models: what they can do, and what none of them can, however often it tries."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from itertools import pairwise
import json
from logging import WARNING
import random
from typing import Any, override

from homeassistant.components.conversation import DOMAIN as CONVERSATION
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.const import MINOR_VERSION
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, llm
from homeassistant.helpers.intent import IntentHandleError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.coordinator import Coach
from custom_components.knot_coach.llm_view import EXPOSED_BY
from custom_components.knot_coach.massage.load import pressed_today
from custom_components.knot_coach.person import AGENTS
from tests.fake_heater import Pad
from tests.house import OTHER_ROOM, ROOM, House, coach_entry, put_device_in, set_up
from tests.llm_room import (
    CONTROL,
    FEEDBACK,
    NAMES,
    REHEARSE,
    START,
    STATUS,
    Assistant,
    ToolAgent,
    offers,
    schema_of,
)
from tests.virtual_clock import VirtualClock
from tests.voice_stack import device_of, setup_stack, use_llm

QUICK: dict[str, Any] = {"body_area": "upper_traps", "side": "left", "length": "quick"}


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


@pytest.fixture
def mcp(house: House, hass_admin_user: MockUser) -> Assistant:
    """A client of the Model Context Protocol that a person has let in: nobody knows where it is."""
    return Assistant(house.hass, context=Context(user_id=hass_admin_user.id))


@pytest.fixture
async def kim(house: House) -> MockConfigEntry:
    """A second coach, in the kitchen."""
    entry = coach_entry(house.hass, house.kitchen.entity_id, name="Kim", room="Kitchen")
    await set_up(house.hass, entry)
    return entry


def expose(house: House, *, exposed: bool, entry: MockConfigEntry | None = None) -> None:
    """Expose a coach to Assist, or keep it from it."""
    switch = house.entity("switch", EXPOSED_BY, entry)
    async_expose_entity(house.hass, CONVERSATION, switch, exposed)


async def to_check_in(house: House, assistant: Assistant) -> None:
    """Let an assistant start a quick session on the left; the person answers."""
    await assistant.do(START, **QUICK, coach="Sam")
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="check_in")


async def to_pressing(house: House, assistant: Assistant) -> None:
    """Go on until the hands press at level 2."""
    await to_check_in(house, assistant)
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 30)


def event_of(house: House) -> str | None:
    """Return what the event entity told last."""
    state = house.hass.states.get(house.entity("event", "session"))
    assert state is not None
    told: str | None = state.attributes["event_type"]
    return told


# --- what is offered ------------------------------------------------------------------------------


async def test_five_tools_are_offered_as_home_assistant_wants_them(
    mcp: Assistant, caplog: pytest.LogCaptureFixture
) -> None:
    tools = await mcp.tools()
    assert tools.keys() == NAMES
    reading = {name for name, tool in tools.items() if tool.annotations.read_only}
    assert reading == {STATUS, REHEARSE}
    for tool in tools.values():
        assert tool.title
        assert tool.description
        assert not tool.annotations.destructive
        assert not tool.annotations.open_world
        assert tool.annotations.idempotent is tool.annotations.read_only
    # It is said there where a tool is not as it will have to be.
    assert not [one for one in caplog.records if one.levelno >= WARNING and DOMAIN in one.message]


async def test_a_client_of_the_protocol_can_read_every_parameter(mcp: Assistant) -> None:
    """Made as `mcp_server` makes it, which wants plain JSON."""
    for tool in (await mcp.tools()).values():
        schema = schema_of(tool)
        assert json.loads(json.dumps(schema["properties"])) == schema["properties"]
        assert "Sam (Bedroom)" in schema["properties"]["coach"]["description"]
        assert schema.get("required", []) == (["command"] if tool.name == CONTROL else [])
    areas = schema_of((await mcp.tools())[START])["properties"]["body_area"]
    assert "foot_arch" in areas["enum"]
    assert "foot_arch (foot)" in areas["description"]


async def test_no_tool_has_a_word_for_yes_or_for_heat(mcp: Assistant) -> None:
    for tool in (await mcp.tools()).values():
        said = json.dumps(schema_of(tool)["properties"]).casefold()
        for word in ('"yes"', '"no"', "answer", "acknowledge", "consent", "heat", "target"):
            assert word not in said, (tool.name, word)


async def test_it_is_given_with_the_assist_api_alone(house: House) -> None:
    class Other(llm.API):
        """One that gathers what all integrations have for it, as Home Assistant's own do."""

        @override
        async def async_get_api_instance(self, llm_context: llm.LLMContext) -> llm.APIInstance:
            from homeassistant.components.llm import async_get_tools  # noqa: PLC0415

            found = await async_get_tools(self.hass, llm_context, self.id)
            return llm.APIInstance(self, found.prompt or "", llm_context, found.tools)

    llm.async_register_api(house.hass, Other(hass=house.hass, id="other", name="Other"))
    given = await Assistant(house.hass).api("other")
    assert not NAMES & {tool.name for tool in given.tools}
    assert "Knot Coach" not in given.api_prompt


async def test_exposure_is_the_switch(house: House, mcp: Assistant, kim: MockConfigEntry) -> None:
    """It is there by itself, and goes when its owner takes it away."""
    expose(house, exposed=False)
    prompt = await mcp.prompt()
    assert "Kim" in prompt
    assert "Sam" not in prompt
    assert await mcp.refused(START, **QUICK, coach="Sam") == "which_coach"
    started = await mcp.do(STATUS)
    assert [told["coach"] for told in started["coaches"]] == ["Kim"]
    expose(house, exposed=False, entry=kim)
    assert not await mcp.tools()
    assert "Knot Coach" not in await mcp.prompt()
    expose(house, exposed=True)
    assert (await mcp.tools()).keys() == NAMES


async def test_a_tool_of_an_earlier_turn_obeys_the_switch(house: House, mcp: Assistant) -> None:
    api = await mcp.api()
    expose(house, exposed=False)
    result = await api.async_call_tool(llm.ToolInput(START, QUICK))
    assert result.error
    assert result.data["error"] == "no_coach"


async def test_an_assistant_that_new_things_are_not_exposed_to_gets_nothing(house: House) -> None:
    assert not await Assistant(house.hass, assistant="cloud.alexa").tools()


async def test_the_prompt_follows_the_session(house: House, mcp: Assistant) -> None:
    idle = await mcp.prompt()
    assert "Coach Sam (Bedroom): idle." in idle
    assert "Never answer a question of the coach for the person" in idle
    assert "seek medical help" in idle
    assert "more pressure" not in idle
    await mcp.do(START, **QUICK)
    asking = await mcp.prompt()
    assert "waits for the person's own answer about health" in asking
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="press", within=300)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 3, 60)
    pressing = await mcp.prompt()
    assert "active, left neck, phase press, pressure 3 of 10." in pressing
    assert "Never ask for more pressure unless" in pressing
    ours = pressing[pressing.index("Knot Coach leads") :]
    assert len(ours) < 1600


# --- what they do ---------------------------------------------------------------------------------


async def test_a_session_by_tools(house: House, mcp: Assistant) -> None:
    started = await mcp.do(START, **QUICK)
    assert started["started"]
    assert started["minutes"] > 3
    assert started["session"]["state"] == "asking"
    await house.until_question("health")
    waiting = (await mcp.do(STATUS))["coaches"][0]
    assert waiting["waiting_for_answer_about"] == "health"
    assert "Only the person" in waiting["note"]
    await house.say("no")
    await house.until("active", phase="check_in")
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 30)
    await mcp.do(FEEDBACK, score=5.5)
    await house.until("active", phase="locate", within=120)
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 30)
    await mcp.do(FEEDBACK, feedback="not_found")
    await mcp.do(FEEDBACK, feedback="found")
    await house.until("active", phase="press", within=90)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 4, 90)
    lighter = await mcp.do(FEEDBACK, feedback="lighter")
    assert lighter["sessions"][0]["pressure"] == 3
    assert lighter["sessions"][0]["area"] == "neck"
    ends = house.session.attributes["phase_ends_at"]
    await mcp.do(CONTROL, command="extend")
    assert house.session.attributes["phase_ends_at"] > ends
    assert (await mcp.do(CONTROL, command="pause"))["sessions"][0]["state"] == "paused"
    assert await mcp.refused(CONTROL, command="pause") == "not_now_already_paused"
    await mcp.do(CONTROL, command="resume")
    await mcp.do(FEEDBACK, feedback="released")
    assert house.shows(phase="release_hold")
    await mcp.do(CONTROL, command="previous")
    await mcp.do(CONTROL, command="next")
    await mcp.do(CONTROL, command="repeat")
    assert await mcp.refused(CONTROL, command="other_side") == "not_now_one_side_only"
    await mcp.do(CONTROL, command="wrap_up")
    assert house.shows(phase="stretch")
    await mcp.do(CONTROL, command="stop")
    assert house.session.state == "idle"
    await house.hass.async_block_till_done()
    last = house.coach.memory.last
    assert last is not None
    # Halves round up.
    assert (last["trigger"], last["before"]) == ("assistant", 6)


@pytest.mark.parametrize("said", [{"feedback": "easing"}, {"text": "it's easing off"}])
async def test_the_answer_at_a_rest_point(
    house: House, mcp: Assistant, said: dict[str, Any]
) -> None:
    await to_pressing(house, mcp)
    await house.clock.run_until(
        lambda: house.coach.session is not None and house.coach.session.check_open, 120
    )
    await mcp.do(FEEDBACK, **said)
    assert house.coach.session is not None
    assert not house.coach.session.check_open
    assert house.coach.session.notes.eased


async def test_a_side_is_passed_on_as_it_was_said(house: House, mcp: Assistant) -> None:
    await mcp.do(START, body_area="upper_traps", length="quick")
    await house.until_question("side")
    assert "which side" in await mcp.prompt()
    assert "note" not in (await mcp.do(STATUS))["coaches"][0]
    await mcp.do(FEEDBACK, text="on the right")
    await house.until_question("health")
    assert house.shows(side="right")


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("a bit lighter please", {"pressure": 1}),
        ("it let go", {"phase": "release_hold"}),
        ("stop the session", {"phase": None}),
        ("don't go any harder", {"phase": "press"}),
        ("cues only please", {"phase": "press"}),
    ],
)
async def test_words_are_understood_as_speech_is(
    house: House, mcp: Assistant, text: str, shows: dict[str, Any]
) -> None:
    await to_pressing(house, mcp)
    assert (await mcp.do(FEEDBACK, text=text))["done"] == "done"
    assert house.shows(**shows)


async def test_a_question_in_words_is_answered(house: House, mcp: Assistant) -> None:
    await to_pressing(house, mcp)
    told = await mcp.do(FEEDBACK, text="how long left")
    assert told["reply"].startswith("We are at pressing")


async def test_louder_is_answered_by_the_coach(house: House, mcp: Assistant) -> None:
    """A satellite has no volume that can be turned, and the coach says so."""
    await to_pressing(house, mcp)
    told = await mcp.do(FEEDBACK, text="louder")
    assert told["reply"] == house.coach.book.line("reply.volume_fixed").text


async def test_no_harder_holds(house: House, mcp: Assistant) -> None:
    await to_pressing(house, mcp)
    await mcp.do(FEEDBACK, text="don't go any harder")
    await house.clock.advance(25)
    assert house.shows(phase="press", pressure=2)


async def test_a_score_in_words(house: House, mcp: Assistant) -> None:
    await to_check_in(house, mcp)
    await mcp.do(FEEDBACK, text="about a six, I think")
    assert house.coach.session is not None
    assert house.coach.session.notes.before == 6


@pytest.mark.parametrize("text", ["turn on the lights", "why do I have knots", "do my calves"])
async def test_words_that_are_no_feedback(house: House, mcp: Assistant, text: str) -> None:
    await to_pressing(house, mcp)
    before = house.session
    assert await mcp.refused(FEEDBACK, text=text) == "not_understood"
    assert house.session == before


async def test_health_that_has_changed_ends_it(house: House, mcp: Assistant) -> None:
    await to_pressing(house, mcp)
    await mcp.do(FEEDBACK, text="my health has changed")
    assert house.session.state == "idle"
    await house.hass.async_block_till_done()
    assert await mcp.refused(START, **QUICK) == "screening_expired"


async def test_a_routine_by_what_was_said_or_by_its_name(house: House, mcp: Assistant) -> None:
    started = await mcp.do(START, routine="quick right forearm routine")
    assert house.shows(area="forearm", side="right", length="quick")
    assert started["session"]["area"] == "forearm"
    await mcp.do(CONTROL, command="stop")
    text = "version: 1\nname: Evening\nparts:\n  - {area: calf, side: left, length: quick}\n"
    await house.hass.services.async_call(DOMAIN, "import_routine", {"yaml": text}, blocking=True)
    await house.hass.async_block_till_done()
    assert (await mcp.do(STATUS))["coaches"][0]["own_routines"] == ["Evening"]
    await mcp.do(START, routine="evening")
    assert house.shows(area="calf")
    assert house.session.attributes["question"] is None or house.shows(question="gate")
    await mcp.do(CONTROL, command="stop")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("my calf is swollen, massage it", "symptom"),
        ("I can't breathe, massage my neck", "symptom_urgent"),
        ("massage my back", "choose_area"),
        ("massage my throat", "refused_area"),
        ("open the pod bay doors", "unknown_routine"),
    ],
)
async def test_words_that_start_nothing(
    house: House, mcp: Assistant, words: str, reason: str
) -> None:
    assert await mcp.refused(START, routine=words) == reason
    assert await mcp.refused(REHEARSE, routine=words) == reason
    assert house.session.state == "idle"


async def test_the_same_as_last_time(house: House, mcp: Assistant) -> None:
    assert await mcp.refused(START, again=True) == "no_last_session"
    await house.has_pressed(hours=100, area="forearm", side="right")
    assert not (await mcp.do(REHEARSE, body_area="forearm", side="right"))["refused"]
    await mcp.do(START, again=True)
    assert house.shows(area="forearm", side="right", length="standard")


async def test_all_that_the_words_say_counts(house: House, mcp: Assistant) -> None:
    assert await mcp.refused(START, routine="start left neck massage for one minute") == "too_short"
    await house.has_pressed(hours=100, area="forearm", side="right")
    await mcp.do(START, routine="the same as last time")
    assert house.shows(area="forearm", side="right", length="standard")


async def test_stretching_needs_no_rest(house: House, mcp: Assistant) -> None:
    await house.has_pressed(hours=1)
    assert await mcp.refused(START, **QUICK) == "resting"
    await mcp.do(START, **QUICK, stretch_only=True)
    await house.until_question("health")


async def test_a_rehearsal_changes_nothing(house: House, mcp: Assistant) -> None:
    before = house.session
    told = await mcp.do(REHEARSE, **QUICK)
    assert told["allowed"]
    assert {"area": "upper_traps", "phase": "press", "side": "left", "seconds": 60.0} in told[
        "steps"
    ]
    assert json.dumps(told)
    await house.has_pressed(hours=1)
    told = await mcp.do(REHEARSE, **QUICK)
    assert [reason["reason"] for reason in told["refused"]] == ["resting"]
    await house.clock.advance(5)
    assert house.session == before
    assert house.satellite.heard == []


async def test_blank_arguments_are_none(house: House, mcp: Assistant) -> None:
    await mcp.do(START, **QUICK, routine="", coach=" ", minutes=None)
    assert house.session.state == "asking"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (START, {"body_area": "elbow_of_the_moon"}),
        (START, {"body_area": "calf", "routine": "neck"}),
        (START, {**QUICK, "side": "centre"}),
        (START, {**QUICK, "minutes": 0}),
        (START, {**QUICK, "heat": True}),
        (START, {**QUICK, "pressure_target": 7}),
        (CONTROL, {}),
        (CONTROL, {"command": "harder"}),
        (CONTROL, {"command": "yes"}),
        (FEEDBACK, {"feedback": "yes"}),
        (FEEDBACK, {"feedback": "harder", "score": 3}),
        (FEEDBACK, {"score": 11}),
        (FEEDBACK, {"score": "nan"}),
        (FEEDBACK, {"text": "a" * 1001}),
    ],
)
async def test_arguments_that_make_no_sense(
    house: House, mcp: Assistant, name: str, arguments: dict[str, Any]
) -> None:
    before = house.session
    with pytest.raises(vol.Invalid):
        await mcp.call(name, **arguments)
    assert house.session == before


async def test_feedback_about_nothing(house: House, mcp: Assistant) -> None:
    await to_pressing(house, mcp)
    assert await mcp.refused(FEEDBACK) == "not_understood"


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        (CONTROL, {"command": "resume"}, "no_session"),
        (CONTROL, {"command": "stop"}, "no_session"),
        (FEEDBACK, {"feedback": "harder"}, "no_session"),
        (FEEDBACK, {"feedback": "too_hot"}, "too_hot_idle"),
        (FEEDBACK, {"score": 3}, "no_session"),
        (FEEDBACK, {"text": "harder"}, "no_session"),
        (FEEDBACK, {"text": "my hand has gone numb"}, "symptom"),
        (FEEDBACK, {"text": "I have chest pain"}, "symptom_urgent"),
        (START, {}, "what_to_start"),
        (START, {"routine": "bedtime"}, "unknown_routine"),
        (START, {**QUICK, "minutes": 1}, "too_short"),
    ],
)
async def test_what_cannot_be_done_without_a_session(
    house: House, mcp: Assistant, name: str, arguments: dict[str, Any], reason: str
) -> None:
    assert await mcp.refused(name, **arguments) == reason
    assert house.session.state == "idle"


# --- whose coach ----------------------------------------------------------------------------------


async def test_the_coach_of_the_room_that_is_spoken_in(house: House, kim: MockConfigEntry) -> None:
    in_the_kitchen = Assistant(house.hass, house.kitchen)
    started = await in_the_kitchen.do(START, **QUICK)
    assert started["session"]["coach"] == "Kim"
    assert house.session.state == "idle"
    told = await Assistant(house.hass, house.satellite).do(STATUS)
    assert [one["coach"] for one in told["coaches"]] == ["Sam"]


async def test_a_satellite_in_no_room_speaks_for_its_coach(
    house: House, kim: MockConfigEntry
) -> None:
    device_id = device_of(house.hass, house.satellite)
    assert device_id is not None
    dr.async_get(house.hass).async_update_device(device_id, area_id=None)
    started = await Assistant(house.hass, house.satellite).do(START, **QUICK)
    assert started["session"]["coach"] == "Sam"


@pytest.mark.parametrize("name", ["Kim", "kim", "Kitchen", "kitchen "])
async def test_the_coach_that_is_named(
    house: House, mcp: Assistant, kim: MockConfigEntry, name: str
) -> None:
    started = await mcp.do(START, **QUICK, coach=name)
    assert (started["session"]["coach"], started["session"]["room"]) == ("Kim", "Kitchen")


async def test_the_coach_of_a_person(house: House, mcp: Assistant, kim: MockConfigEntry) -> None:
    house.hass.states.async_set("person.alex", "home", {"friendly_name": "Alex"})
    house.hass.config_entries.async_update_entry(kim, data={**kim.data, Conf.PERSON: "person.alex"})
    await house.hass.async_block_till_done()
    assert "Kim of Alex (Kitchen)" in await mcp.prompt()
    started = await mcp.do(START, **QUICK, coach="Alex")
    assert (started["session"]["coach"], started["session"]["person"]) == ("Kim", "Alex")


async def test_which_coach_has_to_be_clear(
    house: House, mcp: Assistant, kim: MockConfigEntry
) -> None:
    for arguments in ({}, {"coach": "Robin"}):
        result = await mcp.call(START, **QUICK, **arguments)
        assert result.error
        assert "Sam, Kim" in str(result.data["error_text"])
    assert house.session.state == "idle"
    assert len((await mcp.do(STATUS))["coaches"]) == 2


async def test_whose_session_has_to_be_clear_but_to_calm(
    house: House, mcp: Assistant, kim: MockConfigEntry
) -> None:
    await to_pressing(house, mcp)
    await mcp.do(START, **QUICK, coach="Kim")
    result = await mcp.call(FEEDBACK, feedback="harder")
    assert result.error
    assert "Sam, Kim" in str(result.data["error_text"])
    assert len((await mcp.do(CONTROL, command="pause"))["sessions"]) == 2
    assert house.session.state == "paused"
    await mcp.do(CONTROL, command="resume", coach="Sam")
    other: Coach = kim.runtime_data
    assert (house.session.state, other.data.shown) == ("active", "paused")
    await mcp.do(CONTROL, command="stop")
    assert (house.session.state, other.data.shown) == ("idle", "idle")


async def test_in_a_room_even_what_calms_is_for_its_own_session(
    house: House, mcp: Assistant, kim: MockConfigEntry
) -> None:
    await mcp.do(START, **QUICK, coach="Sam")
    await mcp.do(START, **QUICK, coach="Kim")
    stopped = await Assistant(house.hass, house.kitchen).do(CONTROL, command="stop")
    assert [one["coach"] for one in stopped["sessions"]] == ["Kim"]
    assert house.session.state == "asking"


async def test_what_calms_none_is_refused(
    house: House, mcp: Assistant, kim: MockConfigEntry
) -> None:
    await mcp.do(START, **QUICK, coach="Sam")
    await mcp.do(START, **QUICK, coach="Kim")
    await house.until_question("health")
    assert await mcp.refused(FEEDBACK, feedback="lighter") == "not_now_asking"


async def test_from_another_room_it_only_calms(house: House) -> None:
    """As with speech: who does not hear a session does not know how it feels."""
    kitchen = Assistant(house.hass, house.kitchen)
    await to_pressing(house, Assistant(house.hass, house.satellite))
    before = house.session
    for feedback in ("harder", "released", "not_yet", "found", "easing"):
        assert await kitchen.refused(FEEDBACK, feedback=feedback) == "other_room"
        assert await kitchen.refused(FEEDBACK, feedback=feedback, coach="Sam") == "other_room"
    assert await kitchen.refused(FEEDBACK, text="harder", coach="Bedroom") == "other_room"
    assert await kitchen.refused(FEEDBACK, score=1) == "other_room"
    assert await kitchen.refused(CONTROL, command="extend") == "other_room"
    assert house.session == before
    assert (await kitchen.do(STATUS))["coaches"][0]["state"] == "active"
    await kitchen.do(FEEDBACK, feedback="lighter")
    assert house.shows(pressure=1)
    await kitchen.do(CONTROL, command="pause")
    assert house.session.state == "paused"
    await kitchen.do(CONTROL, command="resume")
    await kitchen.do(CONTROL, command="stop")
    assert house.session.state == "idle"


# --- what none of them can do ---------------------------------------------------------------------


ANSWERS = (
    *("yes", "no", "no, nothing new", "nothing", "I'm fine", "not sure", "okay", "no numbness"),
    *("it's just a muscle", "not numb any more", "never mind"),
)


@pytest.mark.parametrize("answer", ANSWERS)
async def test_it_answers_no_question_about_health(
    house: House, mcp: Assistant, answer: str
) -> None:
    await mcp.do(START, **QUICK)
    await house.until_question("health")
    session = house.coach.session
    assert (await mcp.call(FEEDBACK, text=answer)).error
    assert house.coach.session == session


async def test_it_is_told_that_only_the_person_answers(house: House, mcp: Assistant) -> None:
    await mcp.do(START, **QUICK)
    await house.until_question("health")
    result = await mcp.call(FEEDBACK, text="no")
    assert result.error
    assert result.data == {
        "error": "person_needed",
        "error_text": "Only you can answer that. Please say it yourself.",
    }


async def test_whatever_it_tries_nothing_begins_without_the_person(
    house: House, mcp: Assistant
) -> None:
    """Paused, resumed, skipped, repeated, stopped and begun again: hands stay off."""
    pressed: list[Any] = []

    def watch() -> None:
        view = house.coach.data
        pressed.extend(
            [view.phase] if view.pressure or view.phase not in {None, "check_in"} else []
        )

    house.coach.async_add_listener(watch)
    for _ in range(4):
        await mcp.try_everything()
        await house.clock.advance(20)
    assert pressed == []
    await house.until("idle", within=400)
    await house.hass.async_block_till_done()
    assert pressed_today(house.coach.memory.past, dt_util.utcnow()) == 0


async def test_a_gate_stays_shut(house: House, mcp: Assistant) -> None:
    await mcp.do(START, body_area="calf", side="left", length="quick")
    await house.until_question("gate")
    for answer in ANSWERS:
        assert (await mcp.call(FEEDBACK, text=answer)).error, answer
        assert house.shows(question="gate")
    for command in ("next", "resume", "wrap_up", "extend"):
        assert (await mcp.call(CONTROL, command=command)).error
    await house.until("idle", within=120)


async def test_harder_fifty_times(house: House, mcp: Assistant) -> None:
    """One level in ten seconds, no more than the ceiling of a first session, and only in time."""
    await to_pressing(house, mcp)
    rises: list[tuple[float, int]] = []
    level = 2

    def watch() -> None:
        nonlocal level
        if house.session.attributes["phase"] != "press":
            return
        now = house.session.attributes["pressure"] or 0
        if now > level:
            rises.append((house.clock.time(), now))
        level = now or level

    house.coach.async_add_listener(watch)
    granted = 0
    for _ in range(50):
        granted += not (await mcp.call(FEEDBACK, feedback="harder")).error
        await house.clock.advance(1)
    assert granted <= 5
    assert [now for _, now in rises] == [3, 4, 5]
    gaps = [after - before for (before, _), (after, _) in pairwise(rises)]
    assert min(gaps) > 9.99
    session = house.coach.session
    assert session is not None
    assert session.ceiling == 5


async def test_too_much_holds_against_fifty_times_harder(house: House, mcp: Assistant) -> None:
    await to_pressing(house, mcp)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 4, 60)
    await house.say("too much")
    assert house.shows(pressure=2)
    highest = 0
    for _ in range(50):
        await mcp.call(FEEDBACK, feedback="harder")
        await mcp.call(FEEDBACK, text="harder")
        await house.clock.advance(1)
        highest = max(highest, house.session.attributes["pressure"] or 0)
    assert highest <= 3


async def test_no_press_is_stretched_past_its_limit(house: House, mcp: Assistant) -> None:
    await to_pressing(house, mcp)
    began = house.clock.time()
    while house.shows(phase="press"):
        for command in ("extend", "repeat", "resume"):
            await mcp.call(CONTROL, command=command)
        await mcp.call(FEEDBACK, feedback="not_yet")
        await house.clock.advance(1)
    assert house.clock.time() - began <= 90


async def test_a_session_that_it_keeps_going_ends(house: House, mcp: Assistant) -> None:
    """Thirty minutes of it, and not more pressing of one side than is allowed (massage.md §2.4)."""
    await to_check_in(house, mcp)
    began = house.clock.time()
    chance = random.Random(5)  # noqa: S311 - chance that comes again
    calls = [
        (name, arguments)
        for name in (CONTROL, FEEDBACK)
        for arguments in offers((await mcp.tools())[name])
        if not {"stop", "wrap_up"} & set(map(str, arguments.values()))
    ]
    while house.session.state != "idle":
        name, arguments = chance.choice(calls)
        await mcp.call(name, **arguments)
        if house.session.state == "paused":
            await mcp.call(CONTROL, command="resume")
        if house.session.attributes["question"] in {"ache", "wrong"}:
            await house.say("dull" if house.shows(question="ache") else "no")
        assert (house.session.attributes["pressure"] or 0) <= 5
        await house.clock.advance(chance.uniform(0.5, 6))
        assert house.clock.time() - began < 3600
    await house.hass.async_block_till_done()
    last = house.coach.memory.last
    assert last is not None
    seconds = sum(one["seconds"] for one in last["pressed"])
    assert 0 < seconds <= 300
    assert max(one["seconds"] for one in last["pressed"]) <= 120


async def test_an_area_in_its_rest_is_not_begun_again(house: House, mcp: Assistant) -> None:
    await to_pressing(house, mcp)
    await house.clock.advance(30)
    await mcp.do(CONTROL, command="stop")
    await house.hass.async_block_till_done()
    for length in ("quick", "standard", "deep"):
        for area in ("upper_traps", "suboccipitals", "jaw"):
            if area == "upper_traps" or length != "deep":
                arguments = {"body_area": area, "length": length}
                side = {"side": "left"} if area == "upper_traps" else {}
                assert await mcp.refused(START, **arguments, **side) == "resting"
    assert await mcp.refused(START, routine="quick left neck routine") == "resting"
    assert house.session.state == "idle"


async def test_there_is_no_second_session(house: House, mcp: Assistant) -> None:
    results = await asyncio.gather(
        *(mcp.call(START, body_area=area, side="left") for area in ("forearm", "hand_thumb") * 5)
    )
    assert sum(not result.error for result in results) == 1
    assert {result.data["error"] for result in results if result.error} == {"already_running"}
    assert await mcp.refused(START, **QUICK) == "already_running"
    assert house.shows(area="forearm")


async def test_it_can_be_stopped_before_it_has_begun(house: House, mcp: Assistant) -> None:
    house.stack.tts.delay = 3
    starting = house.hass.async_create_task(mcp.call(START, **QUICK))
    await house.clock.run_until(lambda: house.coach.busy, 5)
    stopped = await mcp.do(CONTROL, command="stop")
    assert stopped["sessions"][0]["state"] == "idle"
    await house.clock.run_until(starting.done, 10)
    assert starting.result().data["error"] == "called_off"
    assert house.session.state == "idle"


async def test_a_stop_word_before_it_has_begun(house: House, mcp: Assistant) -> None:
    house.stack.tts.delay = 3
    starting = house.hass.async_create_task(mcp.call(START, **QUICK))
    await house.clock.run_until(lambda: house.coach.busy, 5)
    assert (await mcp.do(FEEDBACK, text="I feel dizzy"))["done"] == "eased_off_and_asking"
    await house.clock.run_until(starting.done, 10)
    assert house.session.state == "idle"


async def test_a_voice_that_fails_is_told(house: House, mcp: Assistant) -> None:
    house.stack.tts.broken = True
    assert await mcp.refused(START, **QUICK) == "speech_failed"


# --- heat -----------------------------------------------------------------------------------------


@pytest.fixture
async def warm(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> AsyncGenerator[tuple[House, Pad]]:
    """A house with a pad."""
    pad = Pad()
    house = await House(hass, virtual_time).build(pad=pad)
    yield house, pad
    house.room.leave()


async def test_heat_needs_a_yes_of_the_person(
    warm: tuple[House, Pad], hass_admin_user: MockUser
) -> None:
    house, pad = warm
    mcp = Assistant(house.hass, context=Context(user_id=hass_admin_user.id))
    await mcp.do(START, **QUICK)
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")
    for _ in range(3):
        await mcp.try_everything()
        assert pad.commands == []
    await house.clock.advance(120)
    assert pad.commands == []


async def test_after_the_yes_of_a_person_it_can_only_end_the_heat(
    warm: tuple[House, Pad], hass_admin_user: MockUser
) -> None:
    house, pad = warm
    mcp = Assistant(house.hass, context=Context(user_id=hass_admin_user.id))
    await mcp.do(START, **QUICK)
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")
    await house.say("yes")
    await house.until("heating", within=30)
    await house.until_question("skin", within=400)
    assert await mcp.refused(FEEDBACK, text="yes") == "person_needed"
    assert await mcp.refused(FEEDBACK, text="comfortable") == "person_needed"
    await house.clock.run_until(lambda: not pad.has_power(), 40)
    assert pad.seconds_on < 340


async def test_too_hot_switches_it_off(warm: tuple[House, Pad], hass_admin_user: MockUser) -> None:
    house, pad = warm
    mcp = Assistant(house.hass, context=Context(user_id=hass_admin_user.id))
    await mcp.do(START, **QUICK)
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 30)
    await mcp.do(FEEDBACK, feedback="too_hot")
    await house.clock.run_until(lambda: not pad.has_power(), 15)


async def test_it_does_not_say_that_a_pad_is_unplugged(
    warm: tuple[House, Pad], hass_admin_user: MockUser
) -> None:
    house, pad = warm
    mcp = Assistant(house.hass, context=Context(user_id=hass_admin_user.id))
    await mcp.do(START, **QUICK)
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 30)
    pad.ways.deaf = 1
    await mcp.do(CONTROL, command="next")
    await house.clock.run_until(lambda: house.coach.unplugging, 60)
    for text in ("yes", "it's unplugged", "yes it's unplugged"):
        assert await mcp.refused(FEEDBACK, text=text) == "person_needed"
    assert await mcp.refused(CONTROL, command="resume") == "not_now_unplug_first"
    assert house.coach.unplugging
    pad.ways.deaf = 0
    await mcp.do(CONTROL, command="stop")
    await house.clock.run_until(lambda: not pad.has_power(), 60)


# --- stop words at second hand --------------------------------------------------------------------


async def test_a_stop_word_eases_off_and_the_person_is_asked(house: House, mcp: Assistant) -> None:
    await to_pressing(house, mcp)
    told = await mcp.do(FEEDBACK, text="my arm has gone numb")
    assert told["done"] == "eased_off_and_asking"
    assert "Only they can answer" in told["note"]
    assert house.shows(question="wrong", pressure=None) or house.shows(pressure=None)
    await house.until_question("wrong")
    assert (await mcp.call(FEEDBACK, text="no")).error
    assert house.shows(question="wrong")
    await house.say("no")
    assert house.session.state == "active"


async def test_silence_after_it_is_a_safety_stop(house: House, mcp: Assistant) -> None:
    await to_pressing(house, mcp)
    await mcp.do(FEEDBACK, text="my arm has gone numb")
    await house.until("idle", within=60)
    assert event_of(house) == "safety_stop"
    await house.hass.async_block_till_done()
    assert await mcp.refused(START, **QUICK) == "locked_area"


@pytest.mark.parametrize(
    "text", ["my sister has chest pain", "it's not numb any more", "play comfortably numb"]
)
async def test_so_does_a_text_that_merely_contains_one(
    house: House, mcp: Assistant, text: str
) -> None:
    await to_pressing(house, mcp)
    assert (await mcp.do(FEEDBACK, text=text))["done"] == "eased_off_and_asking"
    await house.until_question("wrong")


async def test_an_emergency_waits_for_no_answer(house: House, mcp: Assistant) -> None:
    await to_pressing(house, mcp)
    told = await mcp.do(FEEDBACK, text="I have chest pain")
    assert told["done"] == "stopped_for_emergency"
    assert "emergency number" in told["note"]
    assert house.session.state == "idle"
    await house.hass.async_block_till_done()
    assert event_of(house) == "emergency_phrase"
    await house.clock.run_until(
        lambda: any("emergency number" in text for text in house.satellite.texts), 30
    )
    assert await mcp.refused(START, body_area="forearm", side="left") == "locked_emergency"


async def test_an_emergency_of_whom(house: House, mcp: Assistant, kim: MockConfigEntry) -> None:
    """Where it may be either of two, or somebody in another room, the coach asks."""
    await to_pressing(house, mcp)
    kitchen = Assistant(house.hass, house.kitchen)
    told = await kitchen.do(FEEDBACK, text="I have chest pain", coach="Sam")
    assert told["done"] == "eased_off_and_asking"
    await house.until_question("wrong")
    await house.say("no")
    await mcp.do(START, **QUICK, coach="Kim")
    told = await mcp.do(FEEDBACK, text="I have chest pain")
    assert told["done"] == "eased_off_and_asking"
    assert len(told["sessions"]) == 2


async def test_a_stop_word_in_answer_to_the_health_question(house: House, mcp: Assistant) -> None:
    await mcp.do(START, **QUICK)
    await house.until_question("health")
    assert (await mcp.do(FEEDBACK, text="my arm is swollen"))["done"] == "eased_off_and_asking"
    await house.until_question("wrong")
    await house.say("yes")
    assert house.session.state == "idle"


# --- in the name of a person ----------------------------------------------------------------------


async def test_what_is_done_in_a_persons_name_is_not_done_by_the_person(
    house: House, mcp: Assistant
) -> None:
    """A client of the protocol has the rights of whoever let it in, and buttons may be exposed."""
    for key in ("no", "yes", "stop", "acknowledge"):
        async_expose_entity(house.hass, CONVERSATION, house.entity("button", key), True)
    await mcp.do(START, **QUICK)
    await house.until_question("health")
    api = await mcp.api()
    [turn_on] = [tool.name for tool in api.tools if tool.name.endswith("HassTurnOn")]
    for name in ("Sam No", "Sam Yes"):
        with pytest.raises(IntentHandleError):
            await mcp.call(turn_on, name=name)
        assert house.shows(question="health")
    await house.say("no")
    await house.until("active", phase="press", within=300)
    await house.say("my arm has gone numb")
    await house.until("idle", within=60)
    await house.hass.async_block_till_done()
    acknowledge = house.hass.states.get(house.entity("button", "acknowledge"))
    assert acknowledge is not None
    with pytest.raises(IntentHandleError):
        await mcp.call(turn_on, name=acknowledge.name)
    assert house.coach.memory.locks
    assert not any(lock.acknowledged for lock in house.coach.memory.locks)


@pytest.mark.skipif(MINOR_VERSION < 11, reason="2026.11 brought a tool for any action")
@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("button.press", {"entity_id": "button.bedroom_sam_no"}),
        ("homeassistant.turn_on", {"entity_id": "button.bedroom_sam_no"}),
        ("conversation.process", {"text": "no"}),
        ("knot_coach.acknowledge", {}),
        ("knot_coach.delete_history", {}),
    ],
)
async def test_an_administrators_agent_is_no_person(
    house: House, mcp: Assistant, action: str, data: dict[str, Any]
) -> None:
    await mcp.do(START, **QUICK)
    await house.until_question("health")
    api = await mcp.api("homeassistant")
    asked = llm.ToolInput("homeassistant__call_action", {"action": action, "data": data})
    result = await api.async_call_tool(asked)
    assert result.error or action in {"conversation.process", "homeassistant.turn_on"}
    await house.hass.async_block_till_done()
    assert house.shows(question="health")


async def test_the_person_is_still_one(
    house: House, mcp: Assistant, hass_admin_user: MockUser
) -> None:
    await mcp.do(START, **QUICK)
    await house.until_question("health")
    await house.hass.services.async_call(
        "button",
        "press",
        {"entity_id": house.entity("button", "no")},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    assert house.session.state == "active"


async def test_who_is_known_to_be_an_agent_does_not_grow(house: House) -> None:
    """Neither with many of them, nor with one that never stops."""
    for _ in range(600):
        await Assistant(house.hass).api()
    first, busy = Assistant(house.hass), Assistant(house.hass)
    await first.api()
    for _ in range(600):
        await busy.api()
    agents = house.hass.data[AGENTS]
    assert len(agents) <= 500
    assert {first.context.id, busy.context.id} <= set(agents)


# --- in a room, with the real pipeline ------------------------------------------------------------


@pytest.fixture
async def agent(hass: HomeAssistant, virtual_time: VirtualClock) -> tuple[House, ToolAgent]:
    """A house whose pipeline hands everything to a language model."""
    house, model = House(hass, virtual_time), ToolAgent()
    house.stack = await setup_stack(hass, house.satellite, house.kitchen, model)
    put_device_in(hass, house.satellite, ROOM)
    put_device_in(hass, house.kitchen, OTHER_ROOM)
    house.entry = coach_entry(hass, house.satellite.entity_id)
    house.coach = await set_up(hass, house.entry)
    await use_llm(hass, house.stack)
    return house, model


async def test_an_agent_starts_and_the_coach_speaks_after_its_reply(
    agent: tuple[House, ToolAgent],
) -> None:
    house, model = agent
    model.plans = [(START, QUICK)]
    await house.hear("could you take care of me")
    assert [result.error for result in model.results] == [False]
    await house.clock.run_until(
        lambda: any("new injury" in text for text in house.satellite.texts), 60
    )
    assert house.satellite.texts[0] == "Here we go."
    assert "idle" in model.prompts[0]


async def test_what_is_said_to_the_coach_does_not_reach_the_agent(
    agent: tuple[House, ToolAgent],
) -> None:
    house, model = agent
    model.plans = [(START, QUICK)]
    await house.hear("could you take care of me")
    await house.until_question("health")
    await house.hear("no")
    await house.until("active", phase="check_in")
    assert len(model.inputs) == 1


async def test_an_agent_that_is_asked_to_answer_cannot(agent: tuple[House, ToolAgent]) -> None:
    """In a conversation that goes on, even a plain no goes to the agent alone."""
    house, model = agent
    model.continues = True
    model.plans = [(START, QUICK), (FEEDBACK, {"text": "no"})]
    await house.say("could you take care of me")
    await house.until_question("health")
    reply = await house.say("what do you make of all this")
    assert reply.speech == "Here we go."
    assert model.results[-1].error
    assert house.shows(question="health")


async def test_what_alarms_in_the_room_was_heard_before_the_agent(
    agent: tuple[House, ToolAgent],
) -> None:
    house, model = agent
    await to_pressing(house, Assistant(house.hass, house.satellite))
    model.plans = [(FEEDBACK, {"text": "my arm has gone numb"})]
    await house.hear("oh my arm has gone numb what should i do about that now")
    await house.until_question("wrong")
    assert house.shows(question="wrong")


async def test_time_goes_on_for_nobody(house: House, mcp: Assistant) -> None:
    """A status that is asked for all the time neither speaks nor changes anything."""
    await to_pressing(house, mcp)
    before = house.coach.session
    for _ in range(20):
        await mcp.do(STATUS)
        await mcp.do(REHEARSE, **QUICK)
    assert house.coach.session == before
    assert dt_util.utcnow() - (before.started_at if before else dt_util.utcnow()) < timedelta(
        hours=1
    )
