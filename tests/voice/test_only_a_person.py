"""A machine that says yes or no, in whatever name, answers nothing about health or heat."""

from collections.abc import AsyncGenerator
from typing import Any, Final

from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.components.conversation import async_converse
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from tests.fake_heater import Pad
from tests.house import House
from tests.virtual_clock import VirtualClock

MACHINES: Final = (
    "a script",
    "a script nobody waits for",
    "an automation",
    "a system account",
    "an account that is gone",
    "a script in the name of a satellite",
)


@pytest.fixture
def pad() -> Pad:
    """A pad that behaves."""
    return Pad()


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad) -> AsyncGenerator[House]:
    """A house with a pad, and with a script and an automation for each answer."""
    house = await House(hass, virtual_time).build(pad=pad)

    async def say_at_the_satellite(call: ServiceCall) -> None:
        satellite = house.satellite.entity_id
        await async_converse(
            hass, call.data["text"], None, call.context, "en", satellite_id=satellite
        )

    hass.services.async_register("test", "say", say_at_the_satellite)
    scripts: dict[str, Any] = {}
    automations: list[dict[str, Any]] = []
    for word in ("yes", "no"):
        says = {"action": "conversation.process", "data": {"text": word}}
        scripts[f"say_{word}"] = {"sequence": [says]}
        scripts[f"speak_{word}"] = {"sequence": [{"action": "test.say", "data": {"text": word}}]}
        trigger = {"trigger": "event", "event_type": f"say_{word}"}
        automations.append({"alias": f"say {word}", "triggers": [trigger], "actions": [says]})
    assert await async_setup_component(hass, "script", {"script": scripts})
    assert await async_setup_component(hass, "automation", {"automation": automations})
    yield house
    house.room.leave()


async def process(house: House, word: str, user_id: str) -> None:
    """Type a word, signed in with an account."""
    await house.hass.services.async_call(
        "conversation",
        "process",
        {"text": word},
        blocking=True,
        context=Context(user_id=user_id),
    )


async def say_by(house: House, machine: str, word: str, user: MockUser) -> None:
    """Let a machine that a person has set off say a word.

    To be run in a task, as every call from outside is: a script leaves its mark on where it runs.
    """
    hass, context = house.hass, Context(user_id=user.id)
    match machine:
        case "a script":
            await hass.services.async_call("script", f"say_{word}", blocking=True, context=context)
        case "a script nobody waits for":
            await hass.services.async_call(
                "script",
                "turn_on",
                {"entity_id": f"script.say_{word}"},
                blocking=True,
                context=context,
            )
        case "an automation":
            hass.bus.async_fire(f"say_{word}", context=context)
        case "a system account":
            system = await hass.auth.async_create_system_user("App", group_ids=[GROUP_ID_ADMIN])
            await process(house, word, system.id)
        case "an account that is gone":
            await process(house, word, "somebody")
        case _:
            await hass.services.async_call(
                "script", f"speak_{word}", blocking=True, context=context
            )
    await house.clock.advance(1)


def said(house: House, machine: str, word: str) -> bool:
    """Tell whether the machine really ran, where there is something that shows it."""
    entity_id = {
        "a script": f"script.say_{word}",
        "a script nobody waits for": f"script.say_{word}",
        "an automation": f"automation.say_{word}",
        "a script in the name of a satellite": f"script.speak_{word}",
    }.get(machine)
    if entity_id is None:
        return True
    state = house.hass.states.get(entity_id)
    return state is not None and state.attributes["last_triggered"] is not None


@pytest.mark.parametrize("machine", MACHINES)
async def test_a_machine_says_nothing_about_health(
    hass: HomeAssistant, house: House, machine: str, hass_admin_user: MockUser
) -> None:
    await house.say("start quick neck routine on the left")
    await house.until_question("health")
    await hass.async_create_task(say_by(house, machine, "no", hass_admin_user))
    assert said(house, machine, "no")
    assert house.session.attributes["question"] == "health"
    await process(house, "no", hass_admin_user.id)
    await house.until_question("heat")


@pytest.mark.parametrize("machine", MACHINES)
async def test_a_machine_consents_to_no_heat(
    hass: HomeAssistant, house: House, pad: Pad, machine: str, hass_admin_user: MockUser
) -> None:
    await house.say("start quick neck routine on the left")
    await house.until_question("health")
    await process(house, "no", hass_admin_user.id)
    await house.until_question("heat")
    await hass.async_create_task(say_by(house, machine, "yes", hass_admin_user))
    assert said(house, machine, "yes")
    assert house.session.attributes["question"] == "heat"
    await house.until("active", within=90)
    assert pad.commands == []


async def test_a_person_at_the_keyboard_consents(
    house: House, pad: Pad, hass_admin_user: MockUser
) -> None:
    await house.say("start quick neck routine on the left")
    await house.until_question("health")
    await process(house, "no", hass_admin_user.id)
    await house.until_question("heat")
    await process(house, "yes", hass_admin_user.id)
    await house.clock.run_until(pad.has_power, 15)
