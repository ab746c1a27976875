"""The history on disk: locks and next-day answers come back, also those of older files."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.massage.areas import Region, Side
from custom_components.knot_coach.massage.load import Feeling, StandingLock
from custom_components.knot_coach.massage.messages import Lock, Tier
from custom_components.knot_coach.store import Memory

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
KEY = f"{DOMAIN}.history.anna"
RECORD = {
    "ended_at": NOW.isoformat(),
    "outcome": "finished",
    "area": "forearm",
    "side": "left",
    "length": "quick",
    "peak": 4,
    "pressed": [{"side": "left", "spot": 1, "seconds": 60.0}],
    "gun_seconds": 0.0,
}


def stored(**history: object) -> dict[str, Any]:
    """A file as Home Assistant keeps it."""
    data = {"records": [], "pressed": 0.0, "locks": []} | history
    return {"version": 1, "minor_version": 1, "key": KEY, "data": data}


async def remembered(hass: HomeAssistant) -> Memory:
    memory = Memory(hass, "anna")
    await memory.async_load(NOW)
    return memory


async def test_locks_of_older_files(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    until = NOW + timedelta(hours=24)
    row = {"until": until.isoformat(), "acknowledged": False}
    hass_storage[KEY] = stored(
        locks=[{"tier": "a", "area": None} | row, {"tier": "b", "area": "calf"} | row]
    )
    memory = await remembered(hass)
    assert memory.locks == [
        StandingLock(tier=Tier.A, until=until, heat=True),
        StandingLock(tier=Tier.B, until=until, area="calf"),
    ]


async def test_a_lock_comes_back_as_it_was(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    until = NOW + timedelta(hours=48)
    memory = await remembered(hass)
    await memory.async_add([], Lock(NOW, Tier.B, until, region=Region.LEG, heat=True))
    again = await remembered(hass)
    assert again.locks == [StandingLock(tier=Tier.B, until=until, region=Region.LEG, heat=True)]
    assert await again.async_acknowledge(NOW)
    assert (await remembered(hass)).locks[0].acknowledged


async def test_how_it_felt_the_next_day(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    hass_storage[KEY] = stored(
        records=[
            RECORD,
            RECORD | {"next_day": None},
            RECORD | {"next_day": {"feeling": "bruised", "score": None}},
            RECORD | {"next_day": {"feeling": "splendid"}},
        ]
    )
    memory = await remembered(hass)
    assert [past.next_day for past in memory.past] == [None, None, Feeling.BRUISED]
    assert {past.side for past in memory.past} == {Side.LEFT}


@pytest.mark.parametrize(
    "locks", [None, "nonsense", [{"tier": "z"}], [{"tier": "b", "area": "calf"}]], ids=str
)
async def test_a_lock_that_cannot_be_read_has_to_be_acknowledged(
    hass: HomeAssistant, hass_storage: dict[str, Any], locks: object
) -> None:
    hass_storage[KEY] = stored(locks=locks)
    memory = await remembered(hass)
    assert memory.locks == [StandingLock(tier=Tier.A, until=NOW, heat=True)]
