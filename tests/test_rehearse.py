"""A rehearsal tells the whole session that there would be, and nothing happens."""

from collections.abc import AsyncGenerator
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.knot_coach.const import DOMAIN, Conf
from tests.fake_heater import Pad
from tests.house import House
from tests.virtual_clock import VirtualClock

NECK: dict[str, Any] = {"area": "upper_traps", "side": "left", "length": "quick"}


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


async def rehearse(house: House, **data: object) -> dict[str, Any]:
    """Rehearse a session."""
    told = await house.hass.services.async_call(
        DOMAIN, "rehearse", data, blocking=True, return_response=True
    )
    assert told is not None
    return {**told}


def texts(told: dict[str, Any], kind: str) -> list[str]:
    """The texts of one kind of row."""
    return [row["text"] for row in told["timeline"] if row["kind"] == kind]


def reasons(told: dict[str, Any]) -> list[str]:
    """Why it would be refused."""
    return [one["reason"] for one in told["refused"]]


async def test_it_tells_the_whole_session(house: House) -> None:
    told = await rehearse(house, **NECK)
    assert told["allowed"] is True
    assert told["refused"] == told["changes"] == []
    assert (told["area"], told["areas"], told["side"]) == ("upper_traps", ["upper_traps"], "left")
    assert (told["length"], told["pressure_target"], told["total"]) == ("quick", 5, 235)
    assert told["total"] < told["estimated_duration"] < told["played"]
    rows = told["timeline"]
    assert rows[0]["at"] == 0
    assert rows[-1]["at"] <= told["played"]
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert texts(told, "answer") == ["no", "six", "easing", "three"]
    press = [row for row in rows if row["phase"] == "press" and row["kind"] == "pressure"]
    assert [row["pressure"] for row in press] == [3, 4, 5]
    assert {row["side"] for row in press} == {"left"}
    assert {row["area"] for row in press} == {"upper_traps"}


def ours(hass_storage: dict[str, Any]) -> str:
    """What the coach has stored."""
    return repr({key: value for key, value in hass_storage.items() if DOMAIN in key})


async def test_nothing_happens(house: House, hass_storage: dict[str, Any]) -> None:
    shown, stored = house.session, ours(hass_storage)
    changed = async_capture_events(house.hass, "state_changed")
    called = async_capture_events(house.hass, "call_service")
    await rehearse(house, **NECK)
    await house.hass.async_block_till_done()
    await house.clock.advance(120)
    assert house.session == shown
    assert house.coach.session is None
    assert house.satellite.heard == []
    assert house.satellite.announcements == []
    assert house.stack.tts.calls == []
    assert changed == []
    assert [event.data["service"] for event in called] == ["rehearse"]
    assert ours(hass_storage) == stored
    assert house.coach.memory.records == []


async def test_a_session_says_what_was_rehearsed(house: House) -> None:
    """Played for real, by a person who answers a moment after each question."""
    told = await rehearse(house, **NECK)
    await house.hass.services.async_call(DOMAIN, "start_session", NECK, blocking=True)
    await house.until_question("health")
    await house.say("no")

    async def when_heard(text: str, answer: str) -> None:
        await house.clock.run_until(
            lambda: (
                house.satellite.heard and house.satellite.heard[-1].text == text and house.quiet
            ),
            400,
        )
        await house.say(answer)

    asked = iter(text for text in texts(told, "say") if text.endswith("?"))
    next(asked)
    await when_heard(next(asked), "six")
    await when_heard(next(asked), "it's easing")
    await when_heard(next(asked), "three")
    await house.until("idle", within=120)
    await house.clock.run_until(lambda: house.quiet, 60)
    await house.clock.advance(20)
    heard, said = [one.text for one in house.satellite.heard], texts(told, "say")
    assert heard[:-1] == said[:-1]
    # The voice of this house is faster than a calm one, so its session took less time.
    assert heard[-1].partition("minutes")[2] == said[-1].partition("minutes")[2]


async def test_what_is_played_instead_is_told_with_its_reason(house: House) -> None:
    told = await rehearse(house, area="forearm", side="both", length="deep")
    assert told["allowed"] is True
    assert told["length"] == "standard"
    assert [one["reason"] for one in told["changes"]] == ["deep_both"]
    assert "one side" in told["changes"][0]["message"]


async def test_an_area_without_deep(house: House) -> None:
    told = await rehearse(house, area="jaw", length="deep")
    assert [one["reason"] for one in told["changes"]] == ["deep_not_offered", "pressure"]


async def test_a_side_that_nobody_chose_is_answered(house: House) -> None:
    told = await rehearse(house, area="forearm", length="quick")
    assert told["side"] == "left"
    assert texts(told, "answer")[0] == "left"


async def test_heat_without_a_heater_is_refused_and_the_rest_told(house: House) -> None:
    told = await rehearse(house, **NECK, heat=True)
    assert (told["allowed"], reasons(told)) == (False, ["heat_not_set_up"])
    assert "pressing" in texts(told, "phase")
    assert "heat_on" not in texts(told, "event")


async def test_the_health_answers_refuse_and_the_rest_is_told(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build(options={Conf.FINDINGS: ["neck"]})
    told = await rehearse(house, **NECK)
    assert (told["allowed"], reasons(told)) == (False, ["blocked_area"])
    assert "neck" in told["refused"][0]["message"]
    assert "{" not in told["refused"][0]["message"]
    assert texts(told, "event") == ["started", "finished"]
    assert max(row["pressure"] for row in told["timeline"]) == 4  # a finding asks for caution


async def test_every_reason_is_told(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    house = await House(hass, virtual_time).build(options={Conf.FINDINGS: ["ill_today"]})
    await house.has_pressed(area="upper_traps", hours=2)
    told = await rehearse(house, **NECK, minutes=1)
    assert reasons(told) == ["no_sessions", "resting", "too_short"]
    assert texts(told, "event") == ["started", "finished"]


async def test_a_rehearsal_offers_no_stretch_instead(house: House) -> None:
    """What "breathe and stretch instead" means is what a person was refused, and nothing else."""
    await house.has_pressed(area="upper_traps", hours=2)
    told = await rehearse(house, **NECK)
    assert reasons(told) == ["resting"]
    assert house.coach.admission.offered(house.coach.now()) is None
    with pytest.raises(ServiceValidationError):
        await house.hass.services.async_call(DOMAIN, "start_session", NECK, blocking=True)
    assert house.coach.admission.offered(house.coach.now()) is not None


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("unknown_area", {"area": "elbow_of_the_moon"}),
        ("unknown_routine", {"routine": "bedtime"}),
        ("what_to_start", {}),
        ("no_such_side", {"area": "upper_traps", "side": "centre"}),
        ("unknown_area", {"area": "elbow_of_the_moon", "heat": True}),
    ],
)
async def test_where_there_is_no_plan_the_reason_is_told(
    house: House, key: str, data: dict[str, Any]
) -> None:
    told = await rehearse(house, **data)
    assert told["allowed"] is False
    assert reasons(told)[-1] == key
    assert told["timeline"] == told["changes"] == []


async def test_while_a_session_goes_on(house: House) -> None:
    await house.hass.services.async_call(DOMAIN, "start_session", NECK, blocking=True)
    await house.until_question("health")
    running = house.session
    told = await rehearse(house, area="forearm", side="right", length="quick")
    assert reasons(told) == ["already_running"]
    assert "neck" in told["refused"][0]["message"]
    assert texts(told, "event") == ["started", "finished"]
    assert house.session == running
    assert house.coach.session is not None
    assert house.coach.session.live


async def test_no_voice_is_a_reason(house: House) -> None:
    house.satellite.set_available(available=False)
    told = await rehearse(house, **NECK)
    assert reasons(told) == ["no_output"]
    assert told["timeline"]


async def test_a_routine_by_its_name_and_short_of_time(house: House) -> None:
    told = await rehearse(house, routine="deep forearm routine", side="right", minutes=5)
    assert (told["area"], told["side"], told["length"]) == ("forearm", "right", "quick")
    assert told["played"] < 6.5 * 60


async def test_a_routine_of_ones_own_goes_through_its_areas(house: House) -> None:
    routine = ConfigSubentry(
        data=MappingProxyType(
            {
                "parts": [
                    {"area": "forearm", "side": "right", "length": "quick"},
                    {"area": "jaw", "length": "deep"},
                ]
            }
        ),
        subentry_type="routine",
        title="desk break",
        unique_id=None,
    )
    house.hass.config_entries.async_add_subentry(house.entry, routine)
    await house.hass.async_block_till_done()
    told = await rehearse(house, routine="desk break")
    assert told["allowed"] is True
    assert told["areas"] == ["forearm", "jaw"]
    assert [one["reason"] for one in told["changes"]] == ["deep_not_offered", "pressure"]
    areas = [row["area"] for row in told["timeline"] if row["kind"] == "phase"]
    assert list(dict.fromkeys(areas)) == ["forearm", "jaw"]


async def test_stretching_alone_never_touches(house: House) -> None:
    told = await rehearse(house, **NECK, stretch_only=True)
    assert {row["pressure"] for row in told["timeline"]} == {0}
    assert "pressing" not in texts(told, "phase")


async def test_it_needs_no_person(house: House) -> None:
    """An automation or a page may show what a session would be."""
    told = await house.hass.services.async_call(
        DOMAIN, "rehearse", NECK, blocking=True, return_response=True, context=Context()
    )
    assert told is not None


@pytest.fixture
async def warm_house(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[House]:
    """A house with a pad."""
    house = await House(hass, virtual_time).build(pad=Pad())
    yield house
    house.room.leave()


async def test_heat_takes_its_minutes_and_no_power(warm_house: House) -> None:
    without = await rehearse(warm_house, **NECK, heat=False)
    skipped = await rehearse(warm_house, **NECK)
    told = await rehearse(warm_house, **NECK, heat=True)
    assert told["allowed"] is True
    assert texts(told, "event") == ["started", "heat_on", "heat_off", "finished"]
    assert told["played"] > without["played"] + 600
    assert without["played"] < skipped["played"] < without["played"] + 30
    await warm_house.clock.advance(60)
    assert not warm_house.room.pad.on
    assert warm_house.room.pad.runs == []


async def test_heat_that_cannot_be_had_is_a_reason(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build(
        pad=Pad(), options={Conf.FINDINGS: ["vibration", "heart"]}
    )
    told = await rehearse(house, **NECK, heat=True)
    assert reasons(told) == ["heat_blocked"]
    assert texts(told, "event") == ["started", "finished"]
    house.room.leave()
