"""The sensors: the session's contract, and that nothing changes but when the session does."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.db_schema import StateAttributes, States, StatesMeta
from homeassistant.components.recorder.util import session_scope
from homeassistant.const import EVENT_STATE_CHANGED, EntityCategory
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    recorder as recorder_helper,
)
from homeassistant.helpers.icon import async_get_icons
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.json import json_loads_object
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.knot_coach.const import DOMAIN
from tests.house import ROOM, House
from tests.virtual_clock import VirtualClock

STATES = ["idle", "heating", "active", "asking", "paused", "interrupted"]
ATTRIBUTES = [
    "area",
    "side",
    "length",
    "phase",
    "step",
    "steps",
    "instruction",
    "pressure",
    "started_at",
    "phase_ends_at",
    "session_ends_at",
    "duration",
    "remaining",
    "caption",
    "question",
]
"""Automations are built on both lists; they may grow, and nothing in them changes."""

SCORES = {"before", "after", "change", "change_label"}
NEVER_STORED = {"caption", "instruction", "remaining", "session_ends_at", "phase_ends_at"}
ESTIMATED = {"remaining", "session_ends_at"}


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


async def start(house: House) -> None:
    """Start a quick session on the left and answer the health question."""
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps", "side": "left", "length": "quick"},
        blocking=True,
    )
    await house.until_question("health")
    await house.say("no")


def sensor(house: House, key: str) -> State:
    """One of the coach's sensors as everybody sees it."""
    state = house.hass.states.get(house.entity("sensor", key))
    assert state is not None
    return state


class Diary:
    """Every change of the coach's sensors, with the second of virtual time."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.changes: list[tuple[float, State | None, State]] = []
        self.stop = house.hass.bus.async_listen(EVENT_STATE_CHANGED, self._changed)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is not None:
            self.changes.append((self.house.clock.time(), event.data["old_state"], new))

    def of(self, key: str) -> list[tuple[float, State | None, State]]:
        """The changes of one sensor."""
        entity_id = self.house.entity("sensor", key)
        return [change for change in self.changes if change[2].entity_id == entity_id]


async def test_idle_is_written_first(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    house = House(hass, virtual_time)
    diary = Diary(house)
    await house.build()
    [(_, old, new)] = diary.of("session")
    assert old is None
    assert new.state == "idle"
    shown = {key: new.attributes[key] for key in ATTRIBUTES}
    assert shown == dict.fromkeys(ATTRIBUTES)
    assert new.attributes["options"] == STATES


async def test_idle_comes_before_interrupted(house: House) -> None:
    """A trigger on `interrupted` needs a state to come from; unavailable is none."""
    await start(house)
    await house.until("active", phase="press", within=200)
    diary = Diary(house)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    shown = list(dict.fromkeys(new.state for _, _, new in diary.of("session")))
    assert shown == ["paused", "unavailable", "idle", "interrupted"]


async def test_what_is_shown_while_hands_press(house: House) -> None:
    before = house.coach.now()
    await start(house)
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 4, 60)
    now = house.coach.now()
    shown = house.session.attributes
    assert shown["area"] == "upper_traps"
    assert shown["side"] == "left"
    assert shown["length"] == "quick"
    assert (shown["step"], shown["steps"]) == (5, 9)
    assert "Squeeze the muscle gently" in shown["instruction"]
    assert shown["caption"] in house.satellite.texts
    assert shown["question"] is None
    assert before <= shown["started_at"] < now < shown["phase_ends_at"] < shown["session_ends_at"]
    seconds = (shown["session_ends_at"] - now).total_seconds()
    assert shown["remaining"] == pytest.approx(seconds, abs=1)
    assert isinstance(shown["remaining"], int)
    assert isinstance(shown["duration"], int)
    assert shown["duration"] > shown["remaining"]
    assert sensor(house, "phase").state == "press"
    assert sensor(house, "pressure").state == "4"
    for key, attribute in (("phase_ends_at", "phase_ends_at"), ("ends_at", "session_ends_at")):
        assert datetime.fromisoformat(sensor(house, key).state) == shown[attribute].replace(
            microsecond=0
        )


async def test_instants_leave_home_assistant_as_iso_8601(house: House) -> None:
    await start(house)
    await house.until("active", phase="breathe", within=60)
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 30)
    attributes = json_loads_object(json_bytes(house.session.as_dict()))["attributes"]
    assert isinstance(attributes, dict)
    for key in ("started_at", "phase_ends_at", "session_ends_at"):
        moment = datetime.fromisoformat(str(attributes[key]))
        assert moment.tzinfo == UTC
        assert moment == house.session.attributes[key]


async def test_a_pause_shows_no_end(house: House) -> None:
    await start(house)
    await house.until("active", phase="press", within=200)
    await house.say("pause")
    shown = house.session.attributes
    assert house.session.state == "paused"
    assert (shown["pressure"], shown["phase_ends_at"], shown["session_ends_at"]) == (None,) * 3
    assert shown["remaining"] > 60
    for key in ("pressure", "phase_ends_at", "ends_at"):
        assert sensor(house, key).state == "unknown"
    assert sensor(house, "phase").state == "press"


async def test_nothing_changes_once_a_second(house: House) -> None:
    diary = Diary(house)
    began = house.clock.time()
    await start(house)
    await house.until("idle", within=500)
    seconds = house.clock.time() - began
    changes = diary.of("session")
    # At most: every line that begins, and the start and the end of every step and of its levels.
    moments = {round(at, 2) for at, _, _ in changes}
    assert len(moments) <= len(house.satellite.heard) + 2 * 9 + 8
    assert len({int(at) for at, _, _ in changes}) < seconds / 4
    for _, old, new in changes:
        assert old is not None
        told = {key for key in ATTRIBUTES if old.attributes[key] != new.attributes[key]}
        assert old.state != new.state or told - ESTIMATED
        # A line that is spoken changes the caption, and no estimate drifts with it.
        assert told - ESTIMATED != {"caption"} or told == {"caption"}
    assert len(diary.of("phase")) == 9 + 1
    assert len(diary.of("phase_ends_at")) == 2 * 9
    assert len(diary.of("ends_at")) <= 2 * 9 + 2


async def test_nothing_changes_in_a_hold(house: House) -> None:
    """Not even the time of the last report."""
    await start(house)
    await house.until("active", phase="release_hold", within=300)
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 30)
    diary = Diary(house)
    reported = sensor(house, "session").last_reported
    await house.clock.advance(10)
    assert not [new for _, _, new in diary.changes if new.entity_id.startswith("sensor.")]
    assert sensor(house, "session").last_reported == reported


async def test_what_a_session_leaves_behind(house: House) -> None:
    assert sensor(house, "last_session").state == "unknown"
    assert sensor(house, "time_massaged").state == "0.0"
    await start(house)
    await house.until("active", phase="check_in", within=60)
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 40)
    await house.say("about a six")
    await house.until("active", phase="press", within=200)
    await house.clock.run_until(lambda: house.session.attributes["pressure"] == 4, 60)
    await house.say("stop")
    last = sensor(house, "last_session")
    assert last.state == "stopped"
    assert last.attributes["area"] == "upper_traps"
    assert last.attributes["side"] == "left"
    assert last.attributes["length"] == "quick"
    assert last.attributes["before"] == 6
    assert last.attributes["after"] is None
    assert last.attributes["peak"] == 4
    ended = datetime.fromisoformat(last.attributes["ended_at"])
    assert ended == house.coach.now()
    massaged = sensor(house, "time_massaged")
    assert 0.2 < float(massaged.state) < 1
    assert massaged.attributes["unit_of_measurement"] == "min"
    assert massaged.attributes["state_class"] == "total_increasing"
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert sensor(house, "last_session").state == "stopped"
    assert sensor(house, "time_massaged").state == massaged.state


async def test_the_recorder_keeps_neither_words_nor_scores(
    recorder_mock: Recorder, hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    await start(house)
    await house.until("active", phase="press", within=200)
    await house.say("stop")
    await async_wait_recording_done(hass)

    def stored(entity_id: str) -> list[Mapping[str, Any]]:
        with session_scope(hass=hass, read_only=True) as session:
            rows = (
                session.query(StateAttributes.shared_attrs)
                .join(States, States.attributes_id == StateAttributes.attributes_id)
                .join(StatesMeta, States.metadata_id == StatesMeta.metadata_id)
                .filter(StatesMeta.entity_id == entity_id)
            )
            return [json_loads_object(row[0]) for row in rows]

    recorder = recorder_helper.get_instance(hass)
    session = await recorder.async_add_executor_job(stored, house.entity("sensor", "session"))
    assert {"press", "check_in", None} <= {attributes["phase"] for attributes in session}
    assert not [key for attributes in session for key in attributes if key in NEVER_STORED]
    last = await recorder.async_add_executor_job(stored, house.entity("sensor", "last_session"))
    assert last[-1]["area"] == "upper_traps"
    assert not [key for attributes in last for key in attributes if key in SCORES]


async def test_all_but_the_scenes_is_on_one_device_in_the_room(house: House) -> None:
    entities = [
        entity
        for entity in er.async_entries_for_config_entry(
            er.async_get(house.hass), house.entry.entry_id
        )
        if entity.domain != "scene"
    ]
    [device_id] = {entity.device_id for entity in entities}
    device = dr.async_get(house.hass).async_get(device_id or "")
    assert isinstance(device, dr.DeviceEntry)
    assert device.name == "Sam"
    assert device.entry_type is dr.DeviceEntryType.SERVICE
    room = ar.async_get(house.hass).async_get_area_by_name(ROOM)
    assert room is not None
    assert device.area_id == room.id
    # Targets such as an area reach only what has no category: `test_exposure.py` has the rest.
    diagnostic = {
        entity.unique_id
        for entity in entities
        if entity.entity_category is EntityCategory.DIAGNOSTIC
    }
    assert diagnostic == {f"{house.entry.entry_id}_voice"}


async def test_a_room_that_is_gone_does_no_harm(house: House) -> None:
    areas = ar.async_get(house.hass)
    areas.async_delete(house.coach.settings.room)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert house.session.state == "idle"
    assert areas.async_get_area_by_name(ROOM) is None


async def test_every_entity_and_state_has_words_and_an_icon(house: House) -> None:
    """Asked of Home Assistant, for what is really there."""
    words = await async_get_translations(house.hass, "en", "entity", [DOMAIN])
    named = await async_get_translations(house.hass, "en", "device", [DOMAIN])
    icons = (await async_get_icons(house.hass, "entity", [DOMAIN]))[DOMAIN]
    missing = []
    for entity in er.async_entries_for_config_entry(er.async_get(house.hass), house.entry.entry_id):
        path = f"component.{DOMAIN}.entity.{entity.domain}.{entity.translation_key}"
        capabilities = entity.capabilities or {}
        device = f"component.{DOMAIN}.device.{entity.translation_key}.name"
        # Some are called like their device.
        wanted = [device if device in named else f"{path}.name"]
        wanted += [f"{path}.state.{option}" for option in capabilities.get("options", ())]
        told = capabilities.get("event_types", ())
        wanted += [f"{path}.state_attributes.event_type.state.{event}" for event in told]
        missing += [key for key in wanted if key not in words | named]
        if "default" not in icons[entity.domain].get(entity.translation_key, {}):
            missing.append(f"icon of {entity.domain}.{entity.translation_key}")
    assert not missing


async def test_how_the_end_of_speech_is_known(house: House) -> None:
    voice = house.hass.states.get(house.entity("sensor", "voice"))
    assert voice is not None
    assert voice.state == "confirmed"
    assert voice.attributes["output"] == house.satellite.entity_id
    assert voice.attributes["outputs"] == {house.satellite.entity_id: "confirmed"}
    house.satellite.set_available(available=False)
    house.coach.async_update_listeners()
    voice = house.hass.states.get(house.entity("sensor", "voice"))
    assert voice is not None
    assert voice.state == "unknown"
