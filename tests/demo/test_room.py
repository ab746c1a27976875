"""The demo room plays what Home Assistant serves, when it serves it, and hears what is said."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.components.assist_satellite import SatelliteBusyError
from homeassistant.components.tts import TextToSpeechEntity
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from dev.custom_components.knot_demo.const import ROOM
from dev.custom_components.knot_demo.room import Room
from tests.virtual_clock import VirtualClock

SATELLITE = "assist_satellite.voice_satellite"
SPEAKER = "media_player.speaker"
COMPRESS = "switch.warm_compress"
TEMPERATURE = "sensor.warm_compress_temperature"
VOICE = "tts.demo_voice"
CUE = "Sit tall. Rest your right forearm on a cushion, so the shoulder can drop."

# Home Assistant itself keeps plain strings as keys of a request.
pytestmark = pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning")

type Announce = Callable[[str], asyncio.Task[Any]]


@pytest.fixture
def announce(hass: HomeAssistant) -> Announce:
    """Announce on the satellite, as the coach does; the task ends with the announcement."""

    def announce(message: str) -> asyncio.Task[Any]:
        data = {"entity_id": SATELLITE, "message": message, "preannounce": False}
        return hass.async_create_task(
            hass.services.async_call("assist_satellite", "announce", data, blocking=True)
        )

    return announce


def entity(hass: HomeAssistant, domain: str, entity_id: str) -> Any:  # noqa: ANN401 - of whichever domain
    return hass.data[domain].get_entity(entity_id)


def state(hass: HomeAssistant, entity_id: str) -> str:
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


async def test_everything_with_a_device_stands_in_the_room(hass: HomeAssistant, room: Room) -> None:
    area = ar.async_get(hass).async_get_area_by_name(ROOM)
    assert area is not None
    entities, devices = er.async_get(hass), dr.async_get(hass)
    for entity_id in (SATELLITE, SPEAKER, COMPRESS, TEMPERATURE):
        entry = entities.async_get(entity_id)
        assert entry is not None
        assert entry.device_id is not None
        device = devices.async_get(entry.device_id)
        assert device is not None
        assert device.area_id == area.id


async def test_an_announcement_is_recorded_and_lasts_as_long_as_it_sounds(
    hass: HomeAssistant, room: Room, announce: Announce, virtual_time: VirtualClock
) -> None:
    room.recording.restart()
    await virtual_time.advance(2)
    announced = announce(CUE)
    await virtual_time.run_until(lambda: state(hass, SATELLITE) == "responding", 1)
    took = await virtual_time.run_until(announced.done, 30)
    (span,) = room.recording.spans
    assert (span.output, span.words) == (SATELLITE, CUE)
    assert span.start == pytest.approx(2, abs=0.2)
    assert span.end - span.start == pytest.approx(took, abs=0.05)
    assert 5 < took < 9
    assert state(hass, SATELLITE) == "idle"
    tape = room.recording.mix(span.end)
    assert not any(tape[: int(1.9 * room.recording.rate)])
    assert max(tape) > 1000


async def test_an_output_that_breaks_is_missing_from_the_recording(
    hass: HomeAssistant,
    room: Room,
    announce: Announce,
    virtual_time: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    satellite = entity(hass, "assist_satellite", SATELLITE)
    await virtual_time.run_until(announce("Halfway.").done, 30)

    async def unplugged(_: object) -> None:
        raise HomeAssistantError("The satellite has no power")

    with monkeypatch.context() as broken:
        broken.setattr(satellite, "async_announce", unplugged)
        failed = announce("Ten seconds.")
        await virtual_time.run_until(failed.done, 30)
        with pytest.raises(HomeAssistantError, match="no power"):
            failed.result()
        await virtual_time.advance(5)
    await virtual_time.run_until(announce("Slowly let go.").done, 30)

    first, last = room.recording.spans
    assert [first.words, last.words] == ["Halfway.", "Slowly let go."]
    rate = room.recording.rate
    tape = room.recording.mix(last.end)
    assert any(tape[: round(first.end * rate)])
    assert not any(tape[round(first.end * rate) + 1 : round(last.start * rate)])


async def test_a_satellite_whose_voice_fails_stays_silent(
    room: Room,
    announce: Announce,
    virtual_time: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def mute(*_: object, **__: object) -> None:
        raise HomeAssistantError("The voice is gone")

    monkeypatch.setattr(TextToSpeechEntity, "async_get_tts_audio", mute)
    announced = announce("Halfway.")
    took = await virtual_time.run_until(announced.done, 30)
    announced.result()
    assert room.recording.spans == []
    assert took < 1
    assert "stays silent" in caplog.text


async def test_a_second_announcement_finds_the_satellite_busy(
    hass: HomeAssistant, room: Room, announce: Announce, virtual_time: VirtualClock
) -> None:
    first = announce(CUE)
    await virtual_time.run_until(lambda: state(hass, SATELLITE) == "responding", 1)
    second = announce("Halfway.")
    await virtual_time.run_until(second.done, 1)
    with pytest.raises(SatelliteBusyError):
        second.result()
    await virtual_time.run_until(first.done, 30)
    assert [span.words for span in room.recording.spans] == [CUE]


async def speak(hass: HomeAssistant, message: str) -> None:
    data = {"entity_id": VOICE, "media_player_entity_id": SPEAKER, "message": message}
    await hass.services.async_call("tts", "speak", data, blocking=True)


async def test_the_speaker_plays_for_as_long_as_the_clip_sounds(
    hass: HomeAssistant, room: Room, virtual_time: VirtualClock
) -> None:
    await speak(hass, CUE)
    (span,) = room.recording.spans
    assert (span.output, span.words) == (SPEAKER, CUE)
    assert state(hass, SPEAKER) == "playing"
    took = await virtual_time.run_until(lambda: state(hass, SPEAKER) == "idle", 30)
    assert took == pytest.approx(span.end - span.start, abs=0.2)


async def test_a_second_clip_cuts_the_first_one_off(
    hass: HomeAssistant, room: Room, virtual_time: VirtualClock
) -> None:
    await speak(hass, CUE)
    await virtual_time.advance(1)
    await speak(hass, "Halfway.")
    first, second = room.recording.spans
    assert first.end - first.start == pytest.approx(1, abs=0.3)
    assert first.end == pytest.approx(second.start, abs=0.1)
    assert not list(room.recording.overlaps())
    await virtual_time.run_until(lambda: state(hass, SPEAKER) == "idle", 30)
    assert room.recording.now == pytest.approx(second.end, abs=0.2)


async def test_two_outputs_at_once_are_told_apart_and_reported(
    hass: HomeAssistant, room: Room, announce: Announce, virtual_time: VirtualClock
) -> None:
    announced = announce(CUE)
    await virtual_time.run_until(lambda: state(hass, SATELLITE) == "responding", 1)
    await virtual_time.advance(0.5)
    await speak(hass, "Halfway.")
    await virtual_time.run_until(announced.done, 30)
    ((one, other),) = room.recording.overlaps()
    assert {one.output, other.output} == {SATELLITE, SPEAKER}


async def test_what_is_said_is_answered_aloud(
    hass: HomeAssistant, room: Room, virtual_time: VirtualClock
) -> None:
    satellite = entity(hass, "assist_satellite", SATELLITE)
    seen: list[str] = []

    @callback
    def note(_: Event[EventStateChangedData]) -> None:
        seen.append(state(hass, SATELLITE))

    async_track_state_change_event(hass, SATELLITE, note)
    heard = hass.async_create_task(satellite.async_hear("what time is it"))
    await virtual_time.run_until(heard.done, 30)
    assert heard.result() is True
    await virtual_time.run_until(lambda: bool(room.recording.spans), 5)
    await virtual_time.run_until(lambda: state(hass, SATELLITE) == "idle", 30)
    (reply,) = room.recording.spans
    assert reply.output == SATELLITE
    assert reply.words
    order = list(dict.fromkeys(seen))
    assert order == ["listening", "processing", "responding", "idle"]


async def test_an_announcement_hangs_up_on_who_is_speaking(
    hass: HomeAssistant, room: Room, announce: Announce, virtual_time: VirtualClock
) -> None:
    satellite = entity(hass, "assist_satellite", SATELLITE)
    heard = hass.async_create_task(satellite.async_hear("what time is it"))
    await virtual_time.run_until(lambda: state(hass, SATELLITE) == "listening", 5)
    announced = announce("Halfway.")
    await virtual_time.run_until(announced.done, 30)
    await virtual_time.run_until(heard.done, 30)
    assert heard.result() is False
    assert [span.words for span in room.recording.spans] == ["Halfway."]


async def test_a_question_is_answered_by_the_next_thing_said(
    hass: HomeAssistant, room: Room, virtual_time: VirtualClock
) -> None:
    satellite = entity(hass, "assist_satellite", SATELLITE)
    data = {"entity_id": SATELLITE, "question": "Comfortable?", "preannounce": False}
    asked = hass.async_create_task(
        hass.services.async_call(
            "assist_satellite", "ask_question", data, blocking=True, return_response=True
        )
    )
    await virtual_time.run_until(lambda: state(hass, SATELLITE) == "listening", 30)
    assert await satellite.async_hear("yes, thank you")
    await virtual_time.run_until(asked.done, 30)
    answer = asked.result()
    assert answer is not None
    assert answer["sentence"] == "yes, thank you"


async def test_the_compress_warms_and_its_thermometer_tells(
    hass: HomeAssistant, room: Room, virtual_time: VirtualClock
) -> None:
    assert float(state(hass, TEMPERATURE)) == 21
    await hass.services.async_call("switch", "turn_on", {"entity_id": COMPRESS}, blocking=True)
    assert state(hass, COMPRESS) == "on"
    assert room.compress.is_on
    await virtual_time.run_until(lambda: float(state(hass, TEMPERATURE)) >= 36, 200)
    await hass.services.async_call("switch", "turn_off", {"entity_id": COMPRESS}, blocking=True)
    assert state(hass, COMPRESS) == "off"
    await virtual_time.run_until(lambda: float(state(hass, TEMPERATURE)) < 30, 200)


async def test_the_thermometer_reports_also_when_nothing_changes(
    hass: HomeAssistant, room: Room, virtual_time: VirtualClock
) -> None:
    await virtual_time.advance(60)
    first = hass.states.get(TEMPERATURE)
    await virtual_time.advance(60)
    second = hass.states.get(TEMPERATURE)
    assert first is not None
    assert second is not None
    assert (second.last_reported - first.last_updated).total_seconds() >= 55
