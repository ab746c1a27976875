"""What past sessions left: handed out to whoever asks, forgotten when a person says so."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import json
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser
import voluptuous as vol

from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.load import Feeling
from tests.house import House
from tests.virtual_clock import VirtualClock

DAY = timedelta(days=1)


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


def session(days: float, **changes: object) -> dict[str, Any]:
    """The record of a session on the left forearm, so many days ago."""
    ended_at = dt_util.utcnow() - days * DAY
    usual = {
        "started_at": (ended_at - timedelta(minutes=9)).isoformat(),
        "ended_at": ended_at.isoformat(),
        "outcome": "finished",
        "area": "forearm",
        "side": "left",
        "length": "standard",
        "stretch_only": False,
        "before": 6,
        "after": 4,
        "next_day": None,
        "peak": 5,
        "pressed": [{"side": "left", "spot": 1, "seconds": 150.0}],
        "released": [{"side": "left", "spot": 1, "released": "yes", "seconds": 30.0}],
        "techniques": {"press": 100.0},
        "counts": {"lighter": 1},
        "phrase": None,
        "gun_seconds": 0.0,
    }
    return usual | changes


async def remember(house: House, *rows: dict[str, Any]) -> None:
    """Let the coach have had these sessions."""
    await house.coach.memory.async_add(list(rows), None)
    house.coach.async_update_listeners()


async def history(house: House, **data: object) -> dict[str, Any]:
    """Ask for the history; it has to be plain JSON."""
    found = await house.hass.services.async_call(
        DOMAIN, "get_history", data, blocking=True, return_response=True
    )
    assert found is not None
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


async def start(house: House) -> None:
    """Start a quick session and answer that all is well."""
    wanted = {"area": "forearm", "side": "left", "length": "quick"}
    await house.hass.services.async_call(DOMAIN, "start_session", wanted, blocking=True)
    await house.until_question("health")
    await house.say("no")


async def delete(house: House, user: MockUser | None, **data: object) -> None:
    """Delete the history as somebody."""
    context = Context(user_id=user.id if user else None)
    await house.hass.services.async_call(
        DOMAIN, "delete_history", data, blocking=True, context=context
    )


def last(house: House) -> Mapping[str, Any]:
    """The attributes of the last-session sensor."""
    state = house.hass.states.get(house.entity("sensor", "last_session"))
    assert state is not None
    return state.attributes


async def test_without_sessions_there_is_nothing(house: House) -> None:
    assert await history(house) == {"records": [], "trends": [], "load": []}


async def test_a_session_that_was_held_is_handed_out(house: House) -> None:
    await start(house)
    await house.until("active", phase="check_in", within=60)
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 40)
    await house.say("six")
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 3, 60)
    await house.say("it released")
    await house.until("active", phase="aftercare", within=200)
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 40)
    await house.say("three")
    await house.until("idle", within=200)
    found = await history(house)
    [record] = found["records"]
    assert (record["area"], record["side"], record["trigger"]) == ("forearm", "left", "action")
    assert (record["before"], record["after"], record["change"]) == (6, 3, 3)
    assert (record["change_label"], record["change_percent"]) == ("clearly_easier", 50)
    assert record["released"][0]["released"] == "yes"
    assert record["counts"] == {"released": 1}
    assert [row["phase"] for row in record["steps"] if row["done"]][-1] == "aftercare"
    assert found["trends"] == []
    [load] = found["load"]
    assert load["week"] == round(record["press_seconds"] / 60, 1)
    assert datetime.fromisoformat(load["resting_until"]) > house.coach.now()
    assert last(house)["change"] == 3
    assert last(house)["change_label"] == "clearly_easier"


async def test_a_trend_is_shown_from_the_third_session_on(house: House) -> None:
    await remember(house, session(9), session(6))
    assert (await history(house))["trends"] == []
    await remember(house, session(3))
    [trend] = (await history(house))["trends"]
    assert (trend["sessions"], trend["median_change"], trend["release_rate"]) == (3, 2, 1.0)
    assert trend["points"] == []


async def test_what_is_asked_for_is_what_is_given(house: House) -> None:
    right = {"side": "right", "pressed": [{"side": "right", "spot": 1, "seconds": 60.0}]}
    rows = [*(session(days) for days in (30, 20, 5)), session(4, side=None, peak=0, pressed=[])]
    await remember(house, *rows, session(2, **right), session(1, area="calf"))

    async def counts(**data: object) -> tuple[int, int, int]:
        found = await history(house, **data)
        return len(found["records"]), len(found["trends"]), len(found["load"])

    assert await counts() == (6, 1, 3)
    assert await counts(area="forearm") == (5, 1, 2)
    assert await counts(area="forearm", side="left") == (3, 1, 1)
    assert await counts(side="both") == (5, 1, 3)
    assert await counts(area="jaw") == (0, 0, 0)
    assert await counts(days=10) == (4, 1, 3)
    for wrong in ({"days": 0}, {"side": "up"}):
        with pytest.raises(vol.Invalid):
            await history(house, **wrong)


async def test_only_a_person_deletes(house: House) -> None:
    await remember(house, session(30))
    with pytest.raises(ServiceValidationError) as caught:
        await delete(house, None)
    assert caught.value.translation_key == "person_needed"
    assert len((await history(house))["records"]) == 1


async def test_all_that_is_old_is_forgotten(
    house: House, hass_admin_user: MockUser, hass_storage: dict[str, Any]
) -> None:
    await remember(house, session(30), session(20), session(4))
    massaged = house.coach.memory.pressed
    assert last(house)["before"] == 6
    await delete(house, hass_admin_user)
    assert await history(house) == {"records": [], "trends": [], "load": []}
    assert "before" not in last(house)
    stored = hass_storage[f"{DOMAIN}.history.{house.entry.entry_id}"]["data"]
    assert stored["records"] == []
    assert stored["pressed"] == massaged


async def test_what_happened_from_a_day_on_is_kept(house: House, hass_admin_user: MockUser) -> None:
    await remember(house, session(30), session(20), session(10))
    day = dt_util.as_local(dt_util.utcnow() - 20 * DAY).date()
    await delete(house, hass_admin_user, before=day.isoformat())
    kept = (await history(house))["records"]
    assert [datetime.fromisoformat(row["ended_at"]) for row in kept] == [
        dt_util.utcnow() - 20 * DAY,
        dt_util.utcnow() - 10 * DAY,
    ]
    assert kept[0]["before"] == 6


async def test_the_limits_are_not_forgotten(house: House, hass_admin_user: MockUser) -> None:
    await remember(house, session(3.1), session(2.9), session(1, peak=6, phrase="numb"))
    memory = house.coach.memory
    await memory.async_note_next_day(
        "forearm", Side.LEFT, Feeling.VERY_SORE, dt_util.utcnow(), score=8
    )
    before = memory.past
    await delete(house, hass_admin_user)
    assert memory.past == before[1:]
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN, "start_session", {"area": "forearm", "side": "left"}, blocking=True
        )
    assert caught.value.translation_key == "resting"
    kept = (await history(house))["records"]
    for row in kept:
        told = {"before", "after", "change", "counts", "phrase", "released"}
        assert {row[key] for key in told} == {None}
    assert kept[-1]["next_day"]["feeling"] == "very_sore"
    assert kept[-1]["next_day"]["score"] is None
    assert (last(house)["before"], last(house)["change"], last(house)["peak"]) == (None, None, 6)
    # What is left can be read by the next run.
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert house.entry.runtime_data.memory.past == before[1:]


async def test_a_lock_is_not_forgotten(house: House, hass_admin_user: MockUser) -> None:
    await start(house)
    await house.until("active", phase="press", within=200)
    await house.say("my arm has gone numb")
    assert (await history(house))["records"][-1]["phrase"] is not None
    await delete(house, hass_admin_user)
    assert (await history(house))["records"][-1]["phrase"] is None
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN, "start_session", {"area": "forearm", "side": "right"}, blocking=True
        )
    assert caught.value.translation_key == "locked_area"
