"""What assistants are offered by itself, with their own code, and what they can do with it.

Home Assistant's own Alexa and Google integrations say here what they would tell Amazon and Google.
The HomeKit bridge needs a package that is not here; it asks for a category in the same way.
"""

from collections.abc import Iterable
from pathlib import Path
import re
from typing import Any
from uuid import uuid4

from homeassistant.components.alexa import SMART_HOME_SCHEMA
from homeassistant.components.alexa.entities import AlexaEntity, async_get_entities
from homeassistant.components.alexa.smart_home import (
    AlexaConfig,
    async_handle_message as async_tell_alexa,
)
from homeassistant.components.conversation import DOMAIN as CONVERSATION
from homeassistant.components.google_assistant import (
    GOOGLE_ASSISTANT_SCHEMA,
    helpers as google_helpers,
    http as google_http,
    smart_home as google_smart_home,
)
from homeassistant.components.google_assistant.const import SOURCE_CLOUD
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach.massage.messages import Answer
from tests.fake_heater import Pad
from tests.house import House
from tests.virtual_clock import VirtualClock

# Home Assistant has not annotated these.
GoogleConfig: Any = google_http.GoogleConfig
GoogleEntity: Any = google_helpers.GoogleEntity
async_tell_google: Any = google_smart_home.async_handle_message

PAGE = Path(__file__).parent.parent / "docs" / "assistants.md"
SCENES = {"favourite_" + area for area in ("upper_traps", "shoulder_blade", "lower_back", "calf")}
SCENES |= {"favourite_foot_arch"}
CONTROLS = {"stop", "pause", "resume", "next", "too_much", "lighter", "released"}
PERSONAL = {*Answer, "acknowledge", "next_day"}
"""What only a person answers, in the room or by hand."""


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


def keys(house: House, entities: Iterable[str]) -> dict[str, str]:
    """Put the key of each of the coach's entities beside its entity id."""
    registry = er.async_get(house.hass)
    return {
        entity.entity_id: entity.unique_id.removeprefix(f"{house.entry.entry_id}_")
        for entity_id in entities
        if (entity := registry.async_get(entity_id)) is not None
        and entity.config_entry_id == house.entry.entry_id
    }


def everything(house: House) -> set[str]:
    """All of the coach's entities."""
    entities = er.async_entries_for_config_entry(er.async_get(house.hass), house.entry.entry_id)
    return {entity.entity_id for entity in entities}


def scene(house: House, area: str = "upper_traps") -> str:
    """The entity id of a favourite."""
    return house.entity("scene", f"favourite_{area}")


# --- Assist ---------------------------------------------------------------------------------------


async def test_assist_is_offered_scenes_and_the_session(house: House) -> None:
    exposed = [
        entity_id
        for entity_id in everything(house)
        if async_should_expose(house.hass, CONVERSATION, entity_id)
    ]
    assert set(keys(house, exposed).values()) == SCENES | {"session"}
    assert {entity_id.split(".")[0] for entity_id in exposed} == {"scene", "switch"}


def promised() -> list[tuple[str, str]]:
    """What the page says can be said to Assist, and what happens then."""
    page = PAGE.read_text(encoding="utf-8")
    [section] = re.findall(r"^## Assist\n(.*?)^## ", page, re.DOTALL | re.MULTILINE)
    return re.findall(r'^\| "(.+)" \| (.+) \|$', section, re.MULTILINE)


@pytest.mark.parametrize(("text", "effect"), promised())
async def test_assist_does_what_the_page_says(house: House, text: str, effect: str) -> None:
    await house.has_pressed(hours=200, area="upper_traps")
    if effect.startswith("the session ends"):
        await house.say("activate calf massage")
        await house.until("asking")
        await house.say(text, house.kitchen)
        assert house.session.state == "idle"
        return
    await house.say(text)
    await house.until_question("side")
    assert house.shows(area="upper_traps")


def test_the_page_promises_something() -> None:
    assert len(promised()) >= 5


async def test_the_page_names_what_is_there(house: House) -> None:
    """Every name in backquotes that begins like an entity is that of one."""
    page = PAGE.read_text(encoding="utf-8")
    registry = er.async_get(house.hass)
    there = {
        er.async_get_full_entity_name(house.hass, entity)
        for entity_id in everything(house)
        if (entity := registry.async_get(entity_id)) is not None
    }
    named = set(re.findall(r"`(Sam [^`]+|\w+ massage)`", page))
    assert named
    assert named <= there
    assert set(re.findall(r"(?:scene|switch|button)\.bedroom_\w+", page)) <= everything(house)


@pytest.mark.parametrize("assistant", ["cloud.alexa", "cloud.google_assistant"])
async def test_a_cloud_is_offered_nothing_until_it_is_asked_for(
    house: House, assistant: str
) -> None:
    assert not any(
        async_should_expose(house.hass, assistant, entity_id) for entity_id in everything(house)
    )


@pytest.mark.parametrize("text", ["yes", "no", "left", "I am well again", "sore"])
@pytest.mark.parametrize("how", ["turn on {}", "press {}", "turn on sam {}", "sam {}"])
async def test_assist_presses_no_answer(house: House, how: str, text: str) -> None:
    await house.say("start quick neck knot routine on the left")
    await house.until_question("health")
    await house.say(how.format(text), house.kitchen)
    await house.clock.advance(2)
    pressed = {
        key
        for entity_id, key in keys(house, everything(house)).items()
        if key in PERSONAL and not house.hass.states.is_state(entity_id, "unknown")
    }
    assert not pressed
    assert house.session.attributes["question"] == "health"


async def test_assist_ends_a_session(house: House) -> None:
    await house.say("activate neck massage")
    await house.until_question("side")
    await house.say("turn off Sam session", house.kitchen)
    assert house.session.state == "idle"


async def test_a_room_as_a_target_answers_nothing(house: House) -> None:
    """To switch everything in the bedroom must not say yes, nor take the voice away."""
    room = TargetSelection({"area_id": [house.coach.settings.room]})
    found = async_extract_referenced_entity_ids(house.hass, room)
    reached = set(keys(house, found.referenced | found.indirectly_referenced).values())
    assert {"session", "stop"} <= reached
    assert not reached & {*PERSONAL, "silent"}


# --- Alexa ----------------------------------------------------------------------------------------


def alexa_of(house: House) -> AlexaConfig:
    """Alexa, set up by hand, with no filter: it is offered all that it can use."""
    return AlexaConfig(house.hass, SMART_HOME_SCHEMA({}))


def offered_to_alexa(house: House) -> dict[str, AlexaEntity]:
    """What Alexa can use and is offered, by key and domain."""
    config = alexa_of(house)
    return {
        f"{entity.entity_id.split('.')[0]}.{key}": entity
        for entity in async_get_entities(house.hass, config)
        for key in keys(house, [entity.entity_id]).values()
        if config.should_expose(entity.entity_id)
    }


async def alexa(house: House, name: str, entity_id: str, user: MockUser) -> dict[str, Any]:
    """Say something to Alexa, in the name of the person who has connected her."""
    namespace, _, directive = name.rpartition(".")
    message = {
        "directive": {
            "header": {
                "namespace": namespace,
                "name": directive,
                "payloadVersion": "3",
                "messageId": str(uuid4()),
                "correlationToken": str(uuid4()),
            },
            "endpoint": {
                "endpointId": entity_id.replace(".", "#"),
                "scope": {"type": "BearerToken", "token": "x"},
                "cookie": {},
            },
            "payload": {},
        }
    }
    config = alexa_of(house)
    await config.async_initialize()
    answer: dict[str, Any] = await async_tell_alexa(
        house.hass, config, message, context=Context(user_id=user.id)
    )
    event: dict[str, Any] = answer["event"]
    return event


async def test_alexa_is_offered_no_answer(house: House) -> None:
    offered = offered_to_alexa(house)
    assert {key for key in offered if key.startswith(("scene", "switch", "button"))} == {
        *(f"scene.{key}" for key in SCENES),
        *(f"button.{key}" for key in CONTROLS),
        "switch.session",
    }
    assert not {key.partition(".")[2] for key in offered} & {*PERSONAL, "silent"}


async def test_alexa_knows_what_each_of_them_is(house: House) -> None:
    offered = offered_to_alexa(house)
    for key, category, interface in (
        ("scene.favourite_upper_traps", "SCENE_TRIGGER", "Alexa.SceneController"),
        ("button.pause", "ACTIVITY_TRIGGER", "Alexa.SceneController"),
        ("switch.session", "SWITCH", "Alexa.PowerController"),
    ):
        assert offered[key].display_categories() == [category]
        assert interface in {one.name() for one in offered[key].interfaces()}
    assert offered["scene.favourite_upper_traps"].friendly_name() == "Neck massage"
    assert offered["switch.session"].friendly_name() == "Sam Session"
    assert offered["button.pause"].friendly_name() == "Sam Pause"


async def test_alexa_starts_controls_and_stops(house: House, hass_admin_user: MockUser) -> None:
    started = await alexa(house, "Alexa.SceneController.Activate", scene(house), hass_admin_user)
    assert started["header"]["name"] == "ActivationStarted"
    await house.until_question("side")
    await house.say("left")
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="press", within=400)
    pause = house.entity("button", "pause")
    await alexa(house, "Alexa.SceneController.Activate", pause, hass_admin_user)
    await house.until("paused", within=5)
    session = house.entity("switch", "session")
    await alexa(house, "Alexa.PowerController.TurnOff", session, hass_admin_user)
    await house.until("idle", within=5)


async def test_alexa_answers_neither_for_health_nor_for_heat(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_admin_user: MockUser
) -> None:
    """Not even in the name of the person, and however often she is told to start."""
    pad = Pad()
    house = await House(hass, virtual_time).build(pad=pad)
    names = ("Alexa.SceneController.Activate", "Alexa.PowerController.TurnOn")
    targets = (scene(house), house.entity("switch", "session"))
    await alexa(house, names[0], targets[0], hass_admin_user)
    await house.until_question("side")
    await house.say("left")
    for question in ("health", "heat"):
        await house.until_question(question)
        for name, target in zip(names, targets, strict=True):
            await alexa(house, name, target, hass_admin_user)
        await house.clock.advance(2)
        assert house.session.attributes["question"] == question
        assert not pad.on
        if question == "health":
            await house.say("no")
    await house.say("no")
    await house.until("active")
    assert not pad.on
    house.room.leave()


async def test_alexa_says_ok_and_the_coach_says_why_not(
    house: House, hass_admin_user: MockUser
) -> None:
    for side in ("left", "right"):
        await house.has_pressed(hours=1, side=side)
    started = await alexa(house, "Alexa.SceneController.Activate", scene(house), hass_admin_user)
    assert started["header"]["name"] == "ActivationStarted"
    await house.clock.run_until(lambda: bool(house.satellite.texts), 20)
    assert house.satellite.texts[0].startswith("That area is resting until")
    assert house.session.state == "idle"


# --- Google ---------------------------------------------------------------------------------------


def google_of(house: House) -> google_helpers.AbstractConfig:
    """Google, set up by hand, as its integration sets itself up by default."""
    config: google_helpers.AbstractConfig = GoogleConfig(
        house.hass, GOOGLE_ASSISTANT_SCHEMA({"project_id": "house"})
    )
    return config


def offered_to_google(house: House) -> dict[str, Any]:
    """What Google can use and is offered, by key and domain."""
    config = google_of(house)
    entities = [
        GoogleEntity(house.hass, config, state)
        for state in house.hass.states.async_all()
        if state.entity_id in everything(house)
    ]
    return {
        f"{entity.entity_id.split('.')[0]}.{key}": entity
        for entity in entities
        for key in keys(house, [entity.entity_id]).values()
        if entity.is_supported() and entity.should_expose()
    }


async def google(house: House, entity_id: str, command: str, user: MockUser, **params: bool) -> str:
    """Say something to Google; return what it makes of it."""
    execution = [{"command": f"action.devices.commands.{command}", "params": params}]
    message = {
        "requestId": str(uuid4()),
        "inputs": [
            {
                "intent": "action.devices.EXECUTE",
                "payload": {"commands": [{"devices": [{"id": entity_id}], "execution": execution}]},
            }
        ],
    }
    answer = await async_tell_google(
        house.hass, google_of(house), "agent", user.id, message, SOURCE_CLOUD
    )
    [result] = answer["payload"]["commands"]
    status: str = result["status"]
    return status


async def test_google_is_offered_no_answer(house: House) -> None:
    offered = offered_to_google(house)
    assert {key for key in offered if key.startswith(("scene", "switch", "button"))} == {
        *(f"scene.{key}" for key in SCENES),
        "switch.session",
    }
    assert not {key.partition(".")[2] for key in offered} & {*PERSONAL, "silent"}


async def test_google_knows_what_each_of_them_is(house: House) -> None:
    offered = offered_to_google(house)
    for key, kind, trait in (
        ("scene.favourite_calf", "SCENE", "Scene"),
        ("switch.session", "SWITCH", "OnOff"),
    ):
        told = offered[key].sync_serialize("agent", "house")
        assert told["type"] == f"action.devices.types.{kind}"
        assert f"action.devices.traits.{trait}" in told["traits"]
    told = offered["scene.favourite_calf"].sync_serialize("agent", "house")
    assert told["name"]["name"] == "Calf massage"
    assert told["roomHint"] == "Bedroom"


async def test_google_starts_and_stops(house: House, hass_admin_user: MockUser) -> None:
    status = await google(house, scene(house), "ActivateScene", hass_admin_user, deactivate=False)
    assert status == "SUCCESS"
    await house.until_question("side")
    status = await google(
        house, house.entity("switch", "session"), "OnOff", hass_admin_user, on=False
    )
    assert status == "SUCCESS"
    await house.until("idle", within=5)
