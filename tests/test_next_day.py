"""The day after: told on the page, by an action, or in answer to the coach (massage.md §4.4)."""

from homeassistant.components import persistent_notification
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach.const import DOMAIN, Conf
from tests.house import House
from tests.virtual_clock import VirtualClock


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house whose coach asks the day after."""
    return await House(hass, virtual_time).build(options={Conf.NEXT_DAY_QUESTION: True})


async def report(house: House, feeling: str, user: MockUser | None = None, **data: object) -> None:
    """Say how it is, as an automation or as somebody who is signed in."""
    await house.hass.services.async_call(
        DOMAIN,
        "report_next_day",
        {"feeling": feeling, **data},
        blocking=True,
        context=Context(user_id=user.id) if user else None,
    )


async def refusal(house: House, **data: object) -> str | None:
    """Try to start a session; return the key of the reason why not, None when it begins."""
    try:
        await house.hass.services.async_call(DOMAIN, "start_session", data, blocking=True)
    except ServiceValidationError as error:
        return error.translation_key
    return None


def day_after(house: House) -> str:
    """What the select shows."""
    state = house.hass.states.get(house.entity("select", "next_day"))
    assert state is not None
    return state.state


def notes(house: House) -> list[str]:
    """What is written to the person."""
    return [
        note["message"]
        for note in persistent_notification._async_get_or_create_notifications(house.hass).values()
    ]


async def test_soreness_makes_an_area_rest_for_two_days(house: House) -> None:
    await house.has_pressed(hours=30)
    await report(house, "bit_sore")
    assert day_after(house) == "bit_sore"
    assert await refusal(house, area="upper_traps", side="left") == "resting"
    assert await refusal(house, area="forearm", side="left") is None


async def test_bruises_make_it_rest_for_three_and_stay_lighter(house: House) -> None:
    await house.has_pressed(hours=71)
    await report(house, "bruised")
    assert await refusal(house, area="upper_traps", side="left") == "resting"
    await house.clock.advance(3700)
    plan = await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps", "side": "left", "pressure_target": 7},
        blocking=True,
        return_response=True,
    )
    assert plan is not None
    assert plan["pressure_target"] == 5


async def test_nothing_is_known_before_somebody_tells(
    house: House, hass_admin_user: MockUser
) -> None:
    assert day_after(house) == "unknown"
    with pytest.raises(ServiceValidationError) as caught:
        await report(house, "normal", hass_admin_user)
    assert caught.value.translation_key == "nothing_to_report"


async def test_no_machine_says_that_all_is_well(house: House) -> None:
    await house.has_pressed(hours=23)
    with pytest.raises(ServiceValidationError) as caught:
        await report(house, "normal")
    assert caught.value.translation_key == "person_needed"
    assert day_after(house) == "unknown"


async def test_only_a_person_takes_soreness_back(house: House, hass_admin_user: MockUser) -> None:
    await house.has_pressed(hours=30)
    await report(house, "very_sore")
    with pytest.raises(ServiceValidationError) as caught:
        await report(house, "normal")
    assert caught.value.translation_key == "person_needed"
    assert day_after(house) == "very_sore"
    await report(house, "normal", hass_admin_user)
    assert day_after(house) == "normal"


async def test_it_is_told_on_the_page_of_the_coach(house: House) -> None:
    await house.has_pressed(hours=30)
    await house.hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": house.entity("select", "next_day"), "option": "very_sore"},
        blocking=True,
    )
    assert day_after(house) == "very_sore"
    assert await refusal(house, area="upper_traps", side="left") == "resting"


async def test_a_report_is_about_the_side_it_names(house: House) -> None:
    await house.has_pressed(hours=30, side="left")
    await house.has_pressed(hours=29, side="right")
    await report(house, "bit_sore", area="upper_traps", side="left")
    assert await refusal(house, area="upper_traps", side="left") == "resting"
    assert await refusal(house, area="upper_traps", side="right") is None


async def test_it_asks_a_day_after_the_session_and_once(
    house: House, hass_admin_user: MockUser
) -> None:
    await house.has_pressed(hours=23)
    assert notes(house) == []
    await house.clock.advance(3700)
    [note] = notes(house)
    assert "How is your neck today?" in note
    await report(house, "normal", hass_admin_user)
    assert notes(house) == []
    await house.clock.advance(3 * 86400)
    assert notes(house) == []


async def test_who_has_told_is_not_asked(house: House, hass_admin_user: MockUser) -> None:
    await house.has_pressed(hours=23)
    await report(house, "normal", hass_admin_user)
    await house.clock.advance(3700)
    assert notes(house) == []


async def test_who_does_not_want_to_be_asked_is_not(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build(options={Conf.NEXT_DAY_QUESTION: False})
    await house.has_pressed(hours=23)
    await house.clock.advance(3700)
    assert notes(house) == []


async def test_the_coach_asks_before_the_next_session(house: House) -> None:
    await house.has_pressed(hours=30)
    assert await refusal(house, area="upper_traps", side="left") is None
    await house.until_question("health")
    await house.say("no")
    await house.until_question("next_day")
    await house.say("a bit sore")
    await house.until("idle")
    assert day_after(house) == "bit_sore"
    assert await refusal(house, area="upper_traps", side="left") == "resting"
