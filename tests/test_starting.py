"""What can be started: minutes, stretching alone, own routines, and what the person owns."""

from datetime import timedelta
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.knot_coach.const import DOMAIN, Conf
from tests.house import House
from tests.virtual_clock import VirtualClock

DESK_BREAK: dict[str, Any] = {
    "parts": [
        {"area": "upper_traps", "side": "left", "length": "quick"},
        {"area": "forearm", "side": "right", "length": "quick"},
    ]
}


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


async def start(house: House, **data: object) -> dict[str, Any]:
    """Start a session and return its plan."""
    plan = await house.hass.services.async_call(
        DOMAIN, "start_session", data, blocking=True, return_response=True
    )
    assert plan is not None
    return {**plan}


async def refusal(house: House, **data: object) -> str:
    """Try to start a session that must be refused; return the key of the reason."""
    with pytest.raises(ServiceValidationError) as caught:
        await start(house, **data)
    assert house.session.state == "idle"
    assert caught.value.translation_key is not None
    assert str(caught.value) != caught.value.translation_key
    return caught.value.translation_key


async def add_routine(house: House, name: str, data: dict[str, Any]) -> None:
    """Give the coach a routine of the person's own."""
    routine = ConfigSubentry(
        data=MappingProxyType(data), subentry_type="routine", title=name, unique_id=None
    )
    house.hass.config_entries.async_add_subentry(house.entry, routine)
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data


async def play(house: House) -> None:
    """Answer the questions and let the session run to its end."""
    await house.until_question("health")
    await house.say("no")
    await house.until("active")
    await house.until("idle", within=2400)


async def test_five_minutes_make_a_short_session(house: House) -> None:
    plan = await start(house, area="forearm", side="left", length="deep", minutes=5)
    assert plan["length"] == "quick"
    assert plan["estimated_duration"] <= 5 * 60


async def test_minutes_leave_a_session_that_fits_as_it_is(house: House) -> None:
    plan = await start(house, area="forearm", side="left", length="standard", minutes=25)
    assert (plan["length"], plan["total"]) == ("standard", 445)


async def test_two_minutes_are_too_short_and_the_reason_says_how_long_it_takes(
    house: House,
) -> None:
    with pytest.raises(ServiceValidationError, match=r"about [456] minutes"):
        await start(house, area="forearm", side="left", minutes=2)
    assert await refusal(house, area="forearm", side="left", minutes=2) == "too_short"


async def test_an_area_that_rests_can_be_stretched(house: House) -> None:
    await house.has_pressed(hours=3)
    assert await refusal(house, area="upper_traps", side="left") == "resting"
    plan = await start(house, area="upper_traps", side="left", stretch_only=True)
    phases = [step["phase"] for step in plan["steps"]]
    assert phases == ["check_in", "warm_up", "breathe", "stretch", "aftercare"]
    await play(house)
    last = house.coach.memory.last
    assert last is not None
    assert (last["outcome"], last["peak"], last["pressed"]) == ("finished", 0, [])
    assert await refusal(house, area="upper_traps", side="left") == "resting"


@pytest.mark.parametrize("hours", [1, 23], ids=["mostly tomorrow", "mostly today"])
async def test_a_reason_names_the_area_and_the_day_as_people_do(house: House, hours: float) -> None:
    await house.has_pressed(hours=hours)
    with pytest.raises(ServiceValidationError) as caught:
        await start(house, area="upper_traps", side="left")
    now = dt_util.as_local(house.coach.now())
    until = now + timedelta(hours=24 - hours)
    day = "" if until.date() == now.date() else f"{until:%A} "
    assert caught.value.translation_placeholders == {"area": "neck", "time": f"{day}{until:%H:%M}"}
    await start(house, area="calf", side="left")
    with pytest.raises(ServiceValidationError, match="calf"):
        await start(house, area="forearm", side="left")


async def test_stretching_alone_makes_nothing_rest(house: House) -> None:
    await start(house, area="forearm", side="left", length="quick", stretch_only=True)
    await play(house)
    await start(house, area="forearm", side="left", length="quick")


async def test_an_area_needs_a_tool_that_the_person_owns(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build(options={Conf.TOOLS: []})
    assert await refusal(house, area="shoulder_blade", side="left") == "needs_tool"
    with pytest.raises(ServiceValidationError, match="a ball"):
        await start(house, area="shoulder_blade", side="left")


async def test_a_routine_of_two_areas_is_one_session(house: House) -> None:
    await add_routine(house, "Desk break", DESK_BREAK)
    plan = await start(house, routine="desk break")
    assert plan["areas"] == ["upper_traps", "forearm"]
    await house.until_question("health")
    await house.say("no")
    await house.until("active")
    assert house.shows(area="upper_traps", side="left")
    # Who answers at no rest point of the two is not pressed any further.
    await house.until("active", phase="ease_off", within=400)
    await house.say("it is easing")
    await house.clock.run_until(lambda: house.shows(area="forearm", side="right"), 600)
    await house.until("idle", within=900)
    records = house.coach.memory.records
    assert [record["area"] for record in records] == ["upper_traps", "forearm"]
    assert {record["outcome"] for record in records} == {"finished"}
    assert {record["routine"] for record in records} == {"Desk break"}
    # Both rest now, each by itself.
    assert await refusal(house, area="upper_traps", side="left") == "resting"
    assert await refusal(house, area="forearm", side="right") == "resting"


async def test_a_routine_is_refused_whole_when_one_of_its_areas_rests(house: House) -> None:
    await add_routine(house, "Desk break", DESK_BREAK)
    await house.has_pressed(hours=3)
    assert await refusal(house, routine="Desk break") == "resting"


async def test_a_routine_is_started_by_its_name(house: House) -> None:
    await add_routine(house, "Desk break", DESK_BREAK)
    await house.say("start my desk break routine")
    await house.until("asking")
    assert house.shows(area="upper_traps")


async def test_own_steps_are_played(house: House) -> None:
    steps = [
        {"phase": "locate", "seconds": 20},
        {"phase": "broad", "seconds": 30},
        {"phase": "press", "seconds": 45, "spot": 1},
        {"phase": "stretch", "seconds": 30},
    ]
    await add_routine(
        house, "My own", {"parts": [{"area": "forearm", "side": "left", "steps": steps}]}
    )
    plan = await start(house, routine="My own")
    assert [(step["phase"], step["seconds"]) for step in plan["steps"]] == [
        ("check_in", 20),
        ("locate", 20),
        ("broad", 30),
        ("press", 45),
        ("ease_off", 10),
        ("stretch", 30),
        ("aftercare", 40),
    ]


async def test_the_talk_level_is_chosen_on_the_device(house: House) -> None:
    full = await start(house, area="forearm", side="left", length="quick")
    await house.hass.services.async_call(DOMAIN, "stop_session", {}, blocking=True)
    await house.hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": house.entity("select", "talk"), "option": "cues"},
        blocking=True,
    )
    few = await start(house, area="forearm", side="left", length="quick")
    assert few["estimated_duration"] < full["estimated_duration"]
    assert few["total"] == full["total"]


async def test_what_was_refused_can_be_stretched_instead(house: House) -> None:
    await house.has_pressed(hours=3)
    reply = await house.say("start left neck routine")
    assert "breathe and stretch" in reply.speech
    await house.say("breathe and stretch instead")
    await house.until("asking")
    assert house.shows(area="upper_traps")


async def test_there_is_nothing_to_stretch_instead_of(house: House) -> None:
    await house.say("breathe and stretch instead")
    await house.clock.advance(5)
    assert house.session.state == "idle"
