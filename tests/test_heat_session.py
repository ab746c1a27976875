"""Heat before a session: a fresh yes, a limit, a check, and nothing presses before it is off."""

from collections.abc import AsyncGenerator

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach.const import DOMAIN, Conf
from tests.fake_heater import Pad, Ways
from tests.house import House
from tests.virtual_clock import VirtualClock


@pytest.fixture
def pad() -> Pad:
    """A pad that behaves."""
    return Pad()


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad) -> AsyncGenerator[House]:
    """A house with a pad, for ten minutes of heat."""
    house = await House(hass, virtual_time).build(pad=pad)
    yield house
    house.room.leave()


async def to_the_question(house: House) -> None:
    """Start a session and answer until the coach asks whether to warm the pad."""
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps", "side": "left", "length": "quick", "heat": True},
        blocking=True,
    )
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")


async def press(house: House, key: str, context: Context | None = None) -> None:
    """Press a button of the coach."""
    await house.hass.services.async_call(
        "button",
        "press",
        {"entity_id": house.entity("button", key)},
        blocking=True,
        context=context,
    )


def heat(house: House) -> str:
    """Return what the heat sensor shows."""
    state = house.hass.states.get(house.entity("binary_sensor", "heat"))
    assert state is not None
    return state.state


async def test_heat_waits_for_a_yes_and_a_session_follows(house: House, pad: Pad) -> None:
    await to_the_question(house)
    assert not pad.has_power()
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    await house.until("heating")
    assert heat(house) == "on"
    await house.until("active", phase="check_in", within=700)
    assert not pad.has_power()
    assert heat(house) == "off"
    await house.until("active", phase="press", within=200)
    assert pad.seconds_on < 601


async def test_no_answer_means_no_heat(house: House, pad: Pad) -> None:
    await to_the_question(house)
    await house.until("active", phase="check_in", within=90)
    assert pad.commands == []


async def test_an_automation_causes_the_question_and_does_not_answer_it(
    house: House, pad: Pad, hass_admin_user: MockUser
) -> None:
    await to_the_question(house)
    with pytest.raises(ServiceValidationError) as caught:
        await press(house, "yes")
    assert caught.value.translation_key == "person_needed"
    with pytest.raises(ServiceValidationError):
        await press(house, "yes", Context(user_id=hass_admin_user.id, parent_id="an_automation"))
    assert house.session.attributes["question"] == "heat"
    assert pad.commands == []
    await press(house, "yes", Context(user_id=hass_admin_user.id))
    await house.clock.run_until(pad.has_power, 15)


async def test_a_ready_compress_ends_the_wait(house: House, pad: Pad) -> None:
    await to_the_question(house)
    await house.say("yes")
    await house.clock.run_until(lambda: pad.celsius >= 35, 700)
    await house.until("active", phase="check_in", within=60)
    assert pad.seconds_on < 500


async def test_a_skin_check_without_a_yes_ends_the_heat(
    hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad
) -> None:
    house = await House(hass, virtual_time).build(pad=pad, options={Conf.TEMPERATURE: None})
    await to_the_question(house)
    await house.say("yes")
    await house.until_question("skin", within=330)
    assert pad.has_power()
    await house.until("active", phase="check_in", within=60)
    assert not pad.has_power()
    assert pad.seconds_on < 340
    house.room.leave()


async def test_a_skin_check_with_a_yes_goes_on(
    hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad
) -> None:
    house = await House(hass, virtual_time).build(pad=pad, options={Conf.TEMPERATURE: None})
    await to_the_question(house)
    await house.say("yes")
    await house.until_question("skin", within=330)
    await house.say("yes")
    await house.until("heating")
    await house.clock.advance(200)
    assert pad.has_power()
    await house.until("active", phase="check_in", within=200)
    assert not pad.has_power()
    assert pad.seconds_on == pytest.approx(600, abs=1)
    house.room.leave()


@pytest.mark.parametrize("words", ["too hot", "stop the session", "pause", "I feel dizzy"])
async def test_words_that_switch_the_heat_off(house: House, pad: Pad, words: str) -> None:
    await to_the_question(house)
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    await house.clock.advance(30)
    await house.say(words)
    await house.clock.run_until(lambda: not pad.has_power(), 5)


async def test_a_pad_that_does_not_go_off_stops_everything_until_it_is_unplugged(
    house: House, pad: Pad
) -> None:
    pad.ways = Ways(deaf=1)
    await to_the_question(house)
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    await house.say("too hot")
    await house.until("paused", within=40)
    await house.clock.run_until(
        lambda: "I could not switch the heater off. Please unplug it." in house.satellite.texts, 20
    )
    issues = ir.async_get(house.hass).issues
    assert any(domain == DOMAIN and "heat_stuck" in issue for domain, issue in issues)
    assert "Unplug the heater first" in (await house.say("resume the session")).speech
    assert house.session.state == "paused"
    pad.ways = Ways()
    await house.until("active", phase="check_in", within=120)
    assert not pad.has_power()


async def test_no_pad_is_offered_for_the_jaw(house: House, pad: Pad) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN, "start_session", {"area": "jaw", "heat": True}, blocking=True
        )
    assert caught.value.translation_key == "heat_not_there"
    await house.hass.services.async_call(DOMAIN, "start_session", {"area": "jaw"}, blocking=True)
    await house.until_question("health")
    await house.say("no")
    await house.until("active", within=30)
    assert not pad.has_power()


async def test_heat_is_not_given_twice_in_two_hours(house: House, pad: Pad) -> None:
    await to_the_question(house)
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    await house.say("stop the session")
    await house.clock.run_until(lambda: heat(house) == "off", 30)
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN,
            "start_session",
            {"area": "forearm", "side": "left", "heat": True},
            blocking=True,
        )
    assert caught.value.translation_key == "heat_gap"
    assert house.session.state == "idle"


async def test_a_pad_that_is_gone_is_refused_and_nothing_starts(house: House) -> None:
    house.room.switch.set_available(available=False)
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN,
            "start_session",
            {"area": "upper_traps", "side": "left", "heat": True},
            blocking=True,
        )
    assert caught.value.translation_key == "heat_unavailable"
    assert house.session.state == "idle"


async def test_unloading_in_the_middle_of_heat_leaves_it_off(house: House, pad: Pad) -> None:
    await to_the_question(house)
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    unload = house.hass.async_create_task(
        house.hass.config_entries.async_unload(house.entry.entry_id)
    )
    await house.clock.run_until(unload.done, 60)
    assert not pad.has_power()
