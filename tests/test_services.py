"""The actions: what they do, what they return, and what they refuse with which words."""

from datetime import timedelta
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser
import voluptuous as vol

from custom_components.knot_coach.const import DOMAIN, Conf
from tests.house import House, coach_entry, set_up
from tests.virtual_clock import VirtualClock


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


async def act(house: House, action: str, **data: str | bool) -> None:
    """Call an action of the coach."""
    await house.hass.services.async_call(DOMAIN, action, data, blocking=True)


async def plan_of(house: House, **data: str) -> dict[str, Any]:
    """Start a session and return its plan."""
    plan = await house.hass.services.async_call(
        DOMAIN, "start_session", data, blocking=True, return_response=True
    )
    assert plan is not None
    return {**plan}


async def refused(house: House, action: str, key: str, **data: str | bool) -> str:
    """Call an action that must be refused for a reason; return the message."""
    before = house.session
    with pytest.raises(ServiceValidationError) as caught:
        await act(house, action, **data)
    assert caught.value.translation_domain == DOMAIN
    assert caught.value.translation_key == key
    assert house.session.state == before.state
    message = str(caught.value)
    # A message that was not translated is its own key.
    assert message != key
    assert "{" not in message
    return message


async def to_pressing(house: House) -> None:
    """Start a quick session on the left and answer until the hands press."""
    await act(house, "start_session", area="upper_traps", side="left", length="quick")
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 30)


async def test_start_returns_the_plan(house: House) -> None:
    plan = await plan_of(house, area="forearm", side="right", length="quick")
    assert plan["area"] == "forearm"
    assert plan["side"] == "right"
    assert plan["total"] == 235
    assert plan["estimated_duration"] > 235
    assert [step["phase"] for step in plan["steps"]] == [
        "check_in",
        "breathe",
        "locate",
        "broad",
        "press",
        "release_hold",
        "ease_off",
        "stretch",
        "aftercare",
    ]
    assert sum(step["seconds"] for step in plan["steps"]) == 235
    assert house.session.state == "asking"


async def test_start_by_the_name_of_a_routine(house: House) -> None:
    plan = await plan_of(house, routine="quick neck knot routine", side="left")
    assert (plan["area"], plan["length"]) == ("upper_traps", "quick")


async def test_a_deep_session_on_both_sides_is_played_as_standard(house: House) -> None:
    plan = await plan_of(house, area="forearm", side="both", length="deep")
    assert plan["length"] == "standard"


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("unknown_area", {"area": "elbow_of_the_moon"}),
        ("no_such_side", {"area": "upper_traps", "side": "centre"}),
        ("unknown_routine", {"routine": "bedtime"}),
        ("what_to_start", {}),
        ("heat_not_set_up", {"area": "upper_traps", "heat": True}),
    ],
)
async def test_a_start_that_makes_no_sense(
    house: House, key: str, data: dict[str, str | bool]
) -> None:
    await refused(house, "start_session", key, **data)
    assert house.satellite.heard == []


async def test_a_second_session_is_refused_and_the_first_goes_on(house: House) -> None:
    await act(house, "start_session", area="upper_traps", side="left")
    message = await refused(house, "start_session", "already_running", area="forearm")
    assert "neck" in message
    assert house.session.attributes["area"] == "upper_traps"


@pytest.mark.parametrize(
    "action",
    ["pause", "resume", "next_step", "previous_step", "repeat", "extend", "stop_session"],
)
async def test_a_command_with_no_session(house: House, action: str) -> None:
    await refused(house, action, "no_session")


async def test_the_commands_of_a_session(house: House) -> None:
    await to_pressing(house)
    await act(house, "pause")
    assert house.session.state == "paused"
    assert house.shows(pressure=None)
    await refused(house, "pause", "not_now_already_paused")
    await act(house, "resume")
    await house.until("active", phase="press", within=1)
    await refused(house, "resume", "not_now_not_paused")
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 30)
    ends = house.session.attributes["phase_ends_at"]
    await act(house, "extend")
    assert house.session.attributes["phase_ends_at"] > ends
    await act(house, "feedback", feedback="lighter")
    assert house.shows(pressure=1)
    await act(house, "next_step")
    assert house.shows(phase="release_hold")
    await act(house, "previous_step")
    assert house.shows(phase="press")
    await act(house, "repeat")
    await act(house, "stop_session")
    assert house.session.state == "idle"


async def test_an_unknown_feedback_is_a_schema_error(house: House) -> None:
    await to_pressing(house)
    with pytest.raises(vol.Invalid):
        await act(house, "feedback", feedback="sideways")
    assert house.session.state == "active"


async def test_feedback_in_somebodys_own_words(house: House) -> None:
    """Understood as speech is; but nobody knows who said it, so it answers nothing."""
    await act(house, "start_session", area="upper_traps", side="left")
    await house.until_question("health")
    await refused(house, "feedback", "person_needed", text="no, nothing new at all")
    assert house.session.attributes["question"] == "health"
    await act(house, "stop_session")
    await to_pressing(house)
    await act(house, "feedback", text="could you go a tiny bit lighter, please")
    assert house.shows(pressure=1)
    await refused(house, "feedback", "not_understood", text="what a lovely day")
    with pytest.raises(vol.Invalid):
        await act(house, "feedback", text="lighter", feedback="harder")
    with pytest.raises(vol.Invalid):
        await act(house, "feedback")
    await act(house, "feedback", text="my arm has gone numb")
    await house.until_question("wrong")


async def test_an_unavailable_satellite_starts_nothing(house: House) -> None:
    house.satellite.set_available(available=False)
    message = await refused(house, "start_session", "no_output", area="upper_traps", side="left")
    assert message
    await house.clock.advance(60)
    assert house.session.state == "idle"


async def test_a_speech_engine_that_fails_starts_nothing(house: House) -> None:
    house.stack.tts.broken = True
    with pytest.raises(HomeAssistantError) as caught:
        await act(house, "start_session", area="upper_traps", side="left")
    assert caught.value.translation_key == "speech_failed"
    await house.clock.advance(60)
    assert house.session.state == "idle"


async def test_which_coach_has_to_be_clear(house: House) -> None:
    second = coach_entry(house.hass, house.kitchen.entity_id, name="Kim", room="Kitchen")
    await set_up(house.hass, second)
    with pytest.raises(ServiceValidationError):
        await act(house, "start_session", area="upper_traps", side="left")
    await act(
        house,
        "start_session",
        area="upper_traps",
        side="left",
        config_entry_id=second.entry_id,
    )
    assert house.session.state == "idle"
    assert second.runtime_data.session.live


async def test_a_person_acknowledges_a_stop_and_a_machine_does_not(
    house: House, hass_admin_user: MockUser
) -> None:
    await to_pressing(house)
    await house.say("I feel a sharp pain")
    assert house.session.state == "idle"
    await refused(house, "start_session", "locked_area", area="upper_traps", side="right")
    with pytest.raises(ServiceValidationError) as caught:
        await act(house, "acknowledge")
    assert caught.value.translation_key == "person_needed"
    await house.hass.services.async_call(
        DOMAIN, "acknowledge", {}, blocking=True, context=Context(user_id=hass_admin_user.id)
    )
    message = await refused(house, "start_session", "locked_area", area="upper_traps", side="right")
    assert "until" in message
    # Its time is over: whoever has confirmed is not asked for it again.
    await house.clock.advance(48 * 3600)
    await plan_of(house, area="upper_traps", side="right")


async def test_after_its_time_a_lock_waits_for_somebody_to_be_well(
    house: House, hass_admin_user: MockUser
) -> None:
    await to_pressing(house)
    await house.say("I feel a sharp pain")
    await house.clock.advance(48 * 3600)
    await refused(house, "start_session", "acknowledge_area", area="upper_traps", side="right")
    press: dict[str, Any] = {"entity_id": house.entity("button", "acknowledge")}
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call("button", "press", press, blocking=True)
    assert caught.value.translation_key == "person_needed"
    await house.hass.services.async_call(
        "button", "press", press, blocking=True, context=Context(user_id=hass_admin_user.id)
    )
    await plan_of(house, area="upper_traps", side="right")


async def test_enough_for_today_says_until_when(house: House) -> None:
    ended = dt_util.utcnow() - timedelta(hours=3)
    spot = {"side": "left", "spot": 1, "seconds": 170.0}
    record = {
        "started_at": ended.isoformat(),
        "ended_at": ended.isoformat(),
        "outcome": "finished",
        "side": "left",
        "length": "quick",
        "peak": 4,
        "pressed": [spot],
        "gun_seconds": 0.0,
    }
    areas = ("calf", "glutes", "hamstrings", "hand_thumb", "foot_arch")
    await house.coach.memory.async_add([record | {"area": area} for area in areas], None)
    message = await refused(house, "start_session", "enough_today", area="forearm", side="left")
    assert "until" in message


async def test_an_area_rests_after_a_session(house: House) -> None:
    await to_pressing(house)
    await house.until("idle", within=300)
    message = await refused(house, "start_session", "resting", area="upper_traps", side="left")
    assert "until" in message
    # The other side has rested, so the coach need not ask which.
    plan = await plan_of(house, area="upper_traps", length="quick")
    assert plan["side"] == "right"


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({Conf.FINDINGS: ["neck"]}, "blocked_area"),
        ({Conf.FINDINGS: ["ill_today"]}, "no_sessions"),
        ({Conf.FINDINGS: ["minor_alone"]}, "no_sessions"),
        ({Conf.SCREENED_ON: "2020-01-01"}, "screening_expired"),
        ({Conf.ACKNOWLEDGED_ON: None}, "screening_expired"),
    ],
)
async def test_what_the_health_answers_forbid(
    hass: HomeAssistant, virtual_time: VirtualClock, options: dict[str, Any], key: str
) -> None:
    house = await House(hass, virtual_time).build(options=options)
    await refused(house, "start_session", key, area="upper_traps", side="left")
