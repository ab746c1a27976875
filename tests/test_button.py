"""The buttons: they do what the words do, refuse in words, and only a person answers with them."""

from typing import Any

from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.components.conversation import DOMAIN as CONVERSATION
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.config_entries import RELOAD_AFTER_UPDATE_DELAY
from homeassistant.const import MINOR_VERSION, EntityCategory
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import chat_session, entity_registry as er, llm
from homeassistant.helpers.intent import IntentHandleError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.knot_coach.const import DOMAIN
from tests.fake_heater import Pad
from tests.house import House, coach_entry, set_up
from tests.virtual_clock import VirtualClock

ENABLED = {
    *("stop", "pause", "resume", "next", "too_much", "lighter", "released"),
    *("yes", "no", "left", "right", "both"),
}
DISABLED = {
    *("previous", "repeat", "extend", "harder", "not_yet"),
    *("other_side", "wrap_up"),
}
ANSWERS = {"yes", "no", "left", "right", "both", "acknowledge"}


BROWSER = pytest.mark.filterwarnings(
    "ignore:It is recommended to use web.RequestKey"  # Home Assistant's http component does not
)


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach that has all its buttons, in virtual time."""
    return await with_all_buttons(await House(hass, virtual_time).build())


async def with_all_buttons(house: House) -> House:
    """Enable what is disabled at first."""
    registry = er.async_get(house.hass)
    for key in DISABLED:
        registry.async_update_entity(house.entity("button", key), disabled_by=None)
    # Home Assistant waits for more of them, and then sets the coach up again.
    await house.clock.advance(RELOAD_AFTER_UPDATE_DELAY + 1)
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    return house


async def press(house: House, key: str, context: Context | None = None) -> None:
    """Press a button."""
    await house.hass.services.async_call(
        "button",
        "press",
        {"entity_id": house.entity("button", key)},
        blocking=True,
        context=context,
    )


async def refused(house: House, key: str, reason: str, context: Context | None = None) -> None:
    """Press a button that must say why not, and change nothing."""
    before = house.session
    with pytest.raises(ServiceValidationError) as caught:
        await press(house, key, context)
    assert caught.value.translation_domain == DOMAIN
    assert caught.value.translation_key == reason
    # A message that was not translated is its own key.
    assert str(caught.value) != reason
    assert " " in str(caught.value)
    assert house.session == before


async def start(house: House, *, heat: bool = False) -> None:
    """Start a quick session on the left, up to its first question."""
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {
            "config_entry_id": house.entry.entry_id,
            "area": "upper_traps",
            "side": "left",
            "length": "quick",
            "heat": heat,
        },
        blocking=True,
    )
    await house.until_question("health")


async def to_pressing(house: House) -> None:
    """Start, and answer until the hands press at level 4."""
    await start(house)
    await house.say("no")
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 4, 60)


async def test_the_rare_ones_are_disabled_at_first(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    registry = er.async_get(hass)
    buttons = {
        entity.unique_id.removeprefix(f"{house.entry.entry_id}_"): entity.disabled_by
        for entity in er.async_entries_for_config_entry(registry, house.entry.entry_id)
        if entity.domain == "button"
    }
    assert buttons == dict.fromkeys(ENABLED | {"acknowledge"}) | dict.fromkeys(
        DISABLED, er.RegistryEntryDisabler.INTEGRATION
    )


async def test_those_that_answer_are_offered_to_nobody(house: House) -> None:
    """A category is what keeps assistants, and rooms as targets, from them (`test_exposure.py`)."""
    categories = {
        entity.unique_id.removeprefix(f"{house.entry.entry_id}_"): entity.entity_category
        for entity in er.async_entries_for_config_entry(
            er.async_get(house.hass), house.entry.entry_id
        )
        if entity.domain == "button"
    }
    assert categories == dict.fromkeys((ENABLED | DISABLED) - ANSWERS) | dict.fromkeys(
        ANSWERS, EntityCategory.CONFIG
    )


@pytest.mark.parametrize("key", sorted(ENABLED | DISABLED))
async def test_without_a_session_each_says_so(house: House, key: str) -> None:
    await refused(house, key, "no_session")
    assert house.satellite.heard == []


async def test_they_do_what_the_words_do(house: House) -> None:
    await to_pressing(house)
    await press(house, "lighter")
    assert house.session.attributes["pressure"] == 3
    await press(house, "too_much")
    assert house.session.attributes["pressure"] == 1
    await press(house, "pause")
    assert house.session.state == "paused"
    await press(house, "resume")
    assert house.session.state == "active"
    spoken = len(house.satellite.texts)
    await press(house, "repeat")
    await house.clock.run_until(lambda: len(house.satellite.texts) > spoken, 10)
    await press(house, "released")
    assert house.session.attributes["phase"] == "release_hold"
    await press(house, "previous")
    assert house.session.attributes["phase"] == "press"
    await press(house, "next")
    assert house.session.attributes["phase"] == "release_hold"
    await press(house, "wrap_up")
    assert house.session.attributes["phase"] not in {"press", "release_hold"}
    await press(house, "stop")
    assert house.session.state == "idle"


async def test_more_time(house: House) -> None:
    await start(house)
    await house.say("no")
    await house.until("active", phase="breathe", within=60)
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 30)
    ends_at = house.session.attributes["phase_ends_at"]
    await press(house, "extend")
    assert house.session.attributes["phase_ends_at"] > ends_at


async def test_they_refuse_what_does_not_fit(house: House) -> None:
    await to_pressing(house)
    await refused(house, "resume", "not_now_not_paused")
    await press(house, "pause")
    await refused(house, "pause", "not_now_already_paused")
    await refused(house, "harder", "not_now_paused")
    await refused(house, "not_yet", "not_now_paused")


async def test_they_are_there_even_when_nothing_can_speak(house: House) -> None:
    await to_pressing(house)
    house.satellite.set_available(False)
    for key in ENABLED | DISABLED:
        state = house.hass.states.get(house.entity("button", key))
        assert state is not None
        assert state.state != "unavailable"
    await press(house, "stop")
    assert house.session.state == "idle"


@BROWSER
async def test_a_person_answers_in_the_browser(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    await start(house)
    client = await hass_ws_client(house.hass)
    await client.send_json_auto_id(
        {
            "type": "call_service",
            "domain": "button",
            "service": "press",
            "target": {"entity_id": house.entity("button", "no")},
        }
    )
    assert (await client.receive_json())["success"]
    await house.until("active", phase="check_in")


@BROWSER
async def test_the_browser_shows_why_not(house: House, hass_ws_client: WebSocketGenerator) -> None:
    client = await hass_ws_client(house.hass)
    await client.send_json_auto_id(
        {
            "type": "call_service",
            "domain": "button",
            "service": "press",
            "target": {"entity_id": house.entity("button", "pause")},
        }
    )
    answer = await client.receive_json()
    assert not answer["success"]
    assert answer["error"]["code"] == "service_validation_error"
    assert "No session is running. Start one first" in answer["error"]["message"]


async def test_yes_to_the_health_question_starts_no_pressing(
    house: House, hass_admin_user: MockUser
) -> None:
    await start(house)
    await press(house, "yes", Context(user_id=hass_admin_user.id))
    assert house.session.state == "idle"
    last = house.hass.states.get(house.entity("sensor", "last_session"))
    assert last is not None
    assert last.state == "refused"


async def test_no_machine_answers(house: House, hass_admin_user: MockUser) -> None:
    await start(house)
    system = await house.hass.auth.async_create_system_user("Add-on", group_ids=[GROUP_ID_ADMIN])
    person = hass_admin_user.id
    for context in (
        None,
        Context(),
        Context(user_id=system.id),
        Context(user_id=person, parent_id="what caused it"),
    ):
        await refused(house, "no", "person_needed", context)
        await refused(house, "yes", "person_needed", context)
    await press(house, "no", Context(user_id=person))
    assert house.session.state == "active"


async def test_a_script_answers_for_nobody(house: House, hass_admin_user: MockUser) -> None:
    """Even when a person has started it: it may have waited since."""
    sequence = [{"action": "button.press", "target": {"entity_id": house.entity("button", "no")}}]
    assert await async_setup_component(
        house.hass, "script", {"script": {"answer": {"sequence": sequence}}}
    )
    await start(house)
    person = Context(user_id=hass_admin_user.id)
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call("script", "answer", blocking=True, context=person)
    assert caught.value.translation_key == "person_needed"
    assert house.session.attributes["question"] == "health"


async def test_an_automation_answers_for_nobody(house: House, hass_admin_user: MockUser) -> None:
    automation = {
        "alias": "Answer",
        "triggers": [{"trigger": "event", "event_type": "answer"}],
        "actions": [
            {"action": "button.press", "target": {"entity_id": house.entity("button", "no")}}
        ],
    }
    assert await async_setup_component(house.hass, "automation", {"automation": [automation]})
    await start(house)
    house.hass.bus.async_fire("answer", context=Context(user_id=hass_admin_user.id))
    await house.clock.advance(1)
    state = house.hass.states.get("automation.answer")
    assert state is not None
    assert state.attributes["last_triggered"] is not None
    assert house.session.attributes["question"] == "health"


async def test_an_agent_answers_for_nobody(house: House, hass_admin_user: MockUser) -> None:
    """A button that is exposed can be pressed by a language model, but not to say yes."""
    for key in ("no", "stop"):
        async_expose_entity(house.hass, CONVERSATION, house.entity("button", key), True)
    await start(house)
    context = Context(user_id=hass_admin_user.id)
    # 2026.11 wants to know whose conversation it is.
    owner: dict[str, Any] = {"context": context} if MINOR_VERSION > 10 else {}
    with chat_session.async_get_chat_session(house.hass, **owner):
        asked = llm.LLMContext("test", context, "en", CONVERSATION, None)
        tools = await llm.async_get_api(house.hass, llm.LLM_API_ASSIST, asked)
        [turn_on] = [tool.name for tool in tools.tools if tool.name.endswith("HassTurnOn")]
        with pytest.raises(IntentHandleError):
            await tools.async_call_tool(llm.ToolInput(turn_on, {"name": "Sam No"}))
        assert house.session.attributes["question"] == "health"
        await tools.async_call_tool(llm.ToolInput(turn_on, {"name": "Sam Stop"}))
        assert house.session.state == "idle"


async def test_only_a_person_consents_to_heat(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_admin_user: MockUser
) -> None:
    pad = Pad()
    house = await House(hass, virtual_time).build(pad=pad)
    await refused(house, "too_hot", "too_hot_idle")
    await start(house, heat=True)
    await house.say("no")
    await house.until_question("heat")
    await refused(house, "yes", "person_needed")
    await refused(house, "too_hot", "not_now_not_warming")
    await house.clock.advance(5)
    assert not pad.on
    await press(house, "yes", Context(user_id=hass_admin_user.id))
    await house.clock.run_until(lambda: pad.on, 30)
    await press(house, "too_hot")
    await house.clock.run_until(lambda: not pad.on, 5)
    await press(house, "stop")
    await house.clock.run_until(lambda: not pad.on, 30)
    await house.clock.advance(15)
    house.room.leave()


async def test_a_button_belongs_to_its_coach(house: House) -> None:
    other = coach_entry(house.hass, house.kitchen.entity_id, name="Kim", room="Kitchen")
    await set_up(house.hass, other)
    await to_pressing(house)
    with pytest.raises(ServiceValidationError):
        await house.hass.services.async_call(
            "button", "press", {"entity_id": house.entity("button", "stop", other)}, blocking=True
        )
    assert house.session.state == "active"


async def test_the_side_is_chosen_by_a_button(house: House) -> None:
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"area": "upper_traps", "length": "quick"}, blocking=True
    )
    await house.until_question("side")
    await press(house, "right")
    await house.until_question("health")
    assert house.shows(side="right")


async def test_an_answer_to_nothing_says_so(house: House, hass_admin_user: MockUser) -> None:
    await to_pressing(house)
    await refused(house, "yes", "nothing_asked", Context(user_id=hass_admin_user.id))
