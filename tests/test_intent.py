"""Intents: sentences of one's own and the interface for other programs, on the real agent."""

from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, intent
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
import yaml

from custom_components.knot_coach.const import DOMAIN
from tests.house import House, coach_entry, set_up
from tests.virtual_clock import VirtualClock
from tests.voice_stack import device_of

START, CONTROL, FEEDBACK, STATUS = (
    f"KnotCoach{name}" for name in ("Start", "Control", "Feedback", "Status")
)
DOCS = Path(__file__).parent.parent / "docs" / "llm.md"


def sentences() -> str:
    """Return the example that people are shown."""
    [example] = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return str(example)


def write_sentences(hass: HomeAssistant, text: str) -> None:
    """Put sentences where their owner would."""
    folder = Path(hass.config.path("custom_sentences", "en"))
    folder.mkdir(parents=True)
    (folder / "knot_coach.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach and sentences of one's own, in virtual time."""
    write_sentences(hass, sentences())
    return await House(hass, virtual_time).build()


@pytest.fixture
async def kim(house: House) -> MockConfigEntry:
    """A second coach, in the kitchen."""
    entry = coach_entry(house.hass, house.kitchen.entity_id, name="Kim", room="Kitchen")
    await set_up(house.hass, entry)
    return entry


async def handle(
    house: House,
    name: str,
    *,
    language: str = "en",
    device_id: str | None = None,
    **slots: Any,  # noqa: ANN401 - what a sentence or JSON holds
) -> intent.IntentResponse:
    """Hand an intent to Home Assistant."""
    given = {slot: {"value": value} for slot, value in slots.items()}
    return await intent.async_handle(
        house.hass, "test", name, given, language=language, device_id=device_id
    )


async def done(house: House, name: str, **slots: Any) -> str:  # noqa: ANN401 - as `handle`
    """Hand on an intent that must not be refused; return what is said."""
    response = await handle(house, name, **slots)
    assert response.error_code is None, response.speech
    speech: str = response.speech.get("plain", {}).get("speech", "")
    return speech


async def refused(house: House, name: str, **slots: Any) -> str:  # noqa: ANN401 - as `handle`
    """Hand on an intent that must be refused; return the reason in words."""
    response = await handle(house, name, **slots)
    assert response.error_code is intent.IntentResponseErrorCode.FAILED_TO_HANDLE
    speech: str = response.speech["plain"]["speech"]
    return speech


async def to_pressing(house: House) -> None:
    """Start a quick session on the left and answer until the hands press."""
    await done(house, START, body_area="upper_traps", side="left", length="quick", coach="Sam")
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 30)


# --- sentences of one's own -----------------------------------------------------------------------


async def test_a_session_in_words_of_ones_own(house: House) -> None:
    """The example of the page, said aloud."""
    reply = await house.say("knead my left traps for twelve minutes")
    assert reply.speech.startswith("Starting the")
    assert "neck" in reply.speech
    await house.until_question("health")
    assert house.shows(area="upper_traps", side="left")
    await house.say("no")
    await house.until("active", phase="check_in")
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 30)
    assert (await house.say("my number is seven")).kind == "action_done"
    assert house.coach.session is not None
    assert house.coach.session.notes.before == 7
    await house.until("active", phase="press", within=400)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 3, 60)
    reply = await house.say("one notch down")
    assert (reply.speech, reply.kind) == ("", "action_done")
    assert house.shows(pressure=2)
    reply = await house.say("how goes the kneading")
    assert reply.speech.startswith("We are at pressing")
    assert reply.kind == "query_answer"
    await house.say("kneading pause")
    assert house.session.state == "paused"
    await house.say("no more kneading")
    assert house.session.state == "idle"
    reply = await house.say("one notch up")
    assert reply.kind == "error"
    assert reply.speech.startswith("No session is running")


async def test_it_is_the_coach_of_the_room(house: House, kim: MockConfigEntry) -> None:
    await house.say("knead my lower leg", house.kitchen)
    await house.clock.run_until(lambda: kim.runtime_data.session is not None, 30)
    assert house.session.state == "idle"
    assert kim.runtime_data.session.order.area.key == "calf"


async def test_who_is_elsewhere_can_only_calm(house: House) -> None:
    await to_pressing(house)
    before = house.session
    reply = await house.say("one notch up", house.kitchen)
    assert reply.speech == "That session is in another room. Say it there."
    assert house.session == before
    await house.say("one notch down", house.kitchen)
    assert house.shows(pressure=1)


async def test_a_response_of_ones_own(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    own = yaml.safe_load(sentences())
    own["responses"] = {"intents": {FEEDBACK: {"default": "Down it goes"}}}
    write_sentences(hass, yaml.safe_dump(own))
    house = await House(hass, virtual_time).build()
    await to_pressing(house)
    assert (await house.say("one notch down")).speech == "Down it goes"
    # A refusal is not covered up by it.
    await house.say("stop")
    assert (await house.say("one notch down")).speech.startswith("No session is running")


def test_the_page_names_what_there_is() -> None:
    """Every command and every feedback of the page, and no other."""
    from custom_components.knot_coach.on_behalf import FELT, STEERING  # noqa: PLC0415

    page = DOCS.read_text(encoding="utf-8")
    for name, known in (("command", STEERING), ("feedback", FELT)):
        [row] = re.findall(rf"`{name}`: (.*?);", page)
        assert set(re.findall(r"`(\w+)`", row)) == {str(one) for one in known}


# --- the interface for other programs -------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:It is recommended to use web.RequestKey")
async def test_other_programs(house: House, hass_client: ClientSessionGenerator) -> None:
    client = await hass_client()

    async def post(name: str, **data: object) -> dict[str, Any]:
        answer = await client.post("/api/intent/handle", json={"name": name, "data": data})
        assert answer.status == 200
        told: dict[str, Any] = await answer.json()
        return told

    told = await post(START, body_area="forearm", side="right", length="quick")
    assert told["response_type"] == "action_done"
    assert told["speech"]["plain"]["speech"].startswith("Starting the quick forearm routine")
    await house.until_question("health")
    told = await post(CONTROL, command="stop")
    assert told["response_type"] == "action_done"
    assert house.session.state == "idle"
    told = await post(CONTROL, command="stop")
    assert told["response_type"] == "error"
    assert told["data"]["code"] == "failed_to_handle"
    assert told["speech"]["plain"]["speech"].startswith("No session is running")


@pytest.mark.parametrize(
    ("slots", "area", "side"),
    [
        ({"body_area": "calf", "side": "left"}, "calf", "left"),
        ({"body_area": "calves", "side": "left"}, "calf", "left"),
        ({"routine": "quick right forearm routine"}, "forearm", "right"),
        ({"routine": "quick right forearm routine", "side": "left"}, "forearm", "left"),
        ({"body_area": "jaw", "side": None, "coach": " "}, "jaw", "centre"),
    ],
)
async def test_ways_to_say_what(house: House, slots: dict[str, Any], area: str, side: str) -> None:
    await done(house, START, **slots)
    await house.clock.run_until(lambda: house.shows(area=area, side=side), 30)


async def test_the_same_as_last_time(house: House) -> None:
    assert (await refused(house, START, again=True)).startswith("I remember no session")
    await house.has_pressed(hours=100, area="forearm", side="right")
    await done(house, START, again=True)
    await house.clock.run_until(lambda: house.shows(area="forearm", side="right"), 30)


async def test_a_routine_of_ones_own(house: House) -> None:
    text = "version: 1\nname: Evening\nparts:\n  - {area: forearm, side: left, length: quick}\n"
    await house.hass.services.async_call(DOMAIN, "import_routine", {"yaml": text}, blocking=True)
    await house.hass.async_block_till_done()
    assert (await done(house, START, routine="evening")).startswith("Starting Evening")


async def test_stretching_what_was_just_refused(house: House) -> None:
    await house.has_pressed(hours=1)
    assert "resting" in await refused(house, START, body_area="upper_traps", side="left")
    assert house.session.state == "idle"
    assert (await done(house, START, stretch_only=True)).startswith("Starting to breathe")


@pytest.mark.parametrize(
    ("name", "slots", "reason"),
    [
        (START, {}, "Name an area"),
        (START, {"body_area": "moon"}, "I don't know that area. Ask for neck"),
        (START, {"body_area": "my calf is swollen"}, "Leave it alone today"),
        (START, {"body_area": "back"}, "Which one do you mean, shoulder blade, "),
        (START, {"routine": "start a left shoulder massage"}, "Which one do you mean, "),
        (START, {"body_area": "throat"}, "I don't guide that area"),
        (START, {"body_area": "Rücken"}, "Which one do you mean, shoulder blade, "),
        (START, {"body_area": "Hals"}, "I don't guide that area"),
        (START, {"body_area": "ankle"}, "I don't know that area. Ask for neck"),
        (START, {"routine": "bedtime"}, "I don't know that routine"),
        (START, {"body_area": "calf", "routine": "neck"}, "I did not catch that"),
        (START, {"body_area": "calf", "side": "up"}, "I did not catch that"),
        (START, {"body_area": "calf", "minutes": "soon"}, "I did not catch that"),
        (START, {"body_area": "calf", "minutes": 1}, "That takes about"),
        (START, {"body_area": "calf", "coach": "Robin"}, "Which coach do you want, Sam?"),
        (CONTROL, {}, "I did not catch that"),
        (CONTROL, {"command": "harder"}, "I did not catch that"),
        (CONTROL, {"command": "yes"}, "I did not catch that"),
        (CONTROL, {"command": "next"}, "No session is running"),
        (FEEDBACK, {}, "I did not catch that"),
        (FEEDBACK, {"feedback": "yes"}, "I did not catch that"),
        (FEEDBACK, {"feedback": "harder"}, "No session is running"),
        (FEEDBACK, {"score": 11}, "I did not catch that"),
        (FEEDBACK, {"score": 3}, "No session is running"),
        (STATUS, {}, "No session is running"),
    ],
)
async def test_a_refusal_is_in_words(
    house: House, name: str, slots: dict[str, Any], reason: str
) -> None:
    assert (await refused(house, name, **slots)).startswith(reason)
    assert house.session.state == "idle"


@pytest.mark.parametrize(
    ("area", "reason"),
    [
        ("Rücken", "Welcher Bereich ist gemeint, Schulterblatt, "),
        ("Hals", "Diesen Bereich leite ich nicht an"),
        ("throat", "Diesen Bereich leite ich nicht an"),
        ("Mond", "Diesen Bereich kenne ich nicht"),
    ],
)
async def test_a_refusal_is_in_the_language_that_is_spoken(
    house: House, area: str, reason: str
) -> None:
    assert (await refused(house, START, language="de", body_area=area)).startswith(reason)


async def test_the_room_that_home_assistant_hands_on(house: House, kim: MockConfigEntry) -> None:
    room = ar.async_get(house.hass).async_get_or_create("Kitchen").id
    await done(house, START, body_area="forearm", side="left", preferred_area_id=room)
    await house.clock.run_until(lambda: kim.runtime_data.session is not None, 30)
    assert house.session.state == "idle"
    device_id = device_of(house.hass, house.satellite)
    await done(house, START, body_area="forearm", side="left", device_id=device_id)
    await house.until("asking")
    assert "Sam, Kim" in await refused(house, FEEDBACK, feedback="harder")
    assert await done(house, STATUS, coach="Kim")


async def test_no_intent_answers_a_question(house: House) -> None:
    await done(house, START, body_area="upper_traps", side="left", length="quick")
    await house.until_question("health")
    session = house.coach.session
    for feedback in ("easing", "same", "released", "found"):
        await refused(house, FEEDBACK, feedback=feedback)
    await refused(house, FEEDBACK, score=0)
    for command in ("next", "resume", "extend", "wrap_up", "other_side", "previous"):
        await refused(house, CONTROL, command=command)
    assert house.coach.session == session


async def test_harder_again_and_again(house: House) -> None:
    await to_pressing(house)
    highest, granted = 0, 0
    for _ in range(50):
        response = await handle(house, FEEDBACK, feedback="harder")
        granted += response.error_code is None
        await house.clock.advance(1)
        highest = max(highest, house.session.attributes["pressure"] or 0)
    assert granted <= 5
    assert highest == 5


# --- with no coach --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [START, CONTROL, FEEDBACK, STATUS])
async def test_with_no_coach_it_says_so(
    hass: HomeAssistant, virtual_time: VirtualClock, name: str
) -> None:
    for domain in ("homeassistant", "conversation", DOMAIN):
        assert await async_setup_component(hass, domain, {})
    house = House(hass, virtual_time)
    slots = {"command": "stop"} if name == CONTROL else {}
    slots |= {"feedback": "lighter"} if name == FEEDBACK else {}
    assert (await refused(house, name, **slots)).startswith("No coach is ready here")


async def test_when_the_coach_is_gone(house: House) -> None:
    await to_pressing(house)
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert (await refused(house, FEEDBACK, feedback="harder")).startswith("No coach is ready")
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert await done(house, STATUS)
