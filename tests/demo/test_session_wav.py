"""A whole session in the demo room, from the opening sentence to the measured recording."""

import asyncio
from collections.abc import Callable
import io
from pathlib import Path
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.knot_coach.announce.tone import SECONDS as TONE
from dev.custom_components.knot_demo.room import Room
from dev.house.coach import SESSION, add_coach, coach_entity
from dev.house.house import DEMO, House
from dev.house.measure import measure
from dev.house.person import Person
from dev.house.timeline import Timeline
from dev.house.witness import Witness
from tests.virtual_clock import VirtualClock

pytestmark = [
    # Home Assistant itself keeps plain strings as keys of a request.
    pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning"),
    pytest.mark.timeout(180),
]

SATELLITE = "assist_satellite.voice_satellite"
SPEAKER = "media_player.speaker"
LONGEST = 20 * 60.0


class Evening:
    """One session in the demo room: who watches, who answers, and what is left of it."""

    def __init__(self, house: House, coach: str, *, heat: bool) -> None:
        self.house = house
        self.timeline = Timeline(io.StringIO())
        self.witness = Witness(
            house,
            self.timeline,
            session=coach_entity(house, coach, SESSION),
            event=coach_entity(house, coach, SESSION, Platform.EVENT),
            switch=house.entity_id(Platform.SWITCH, DEMO, "compress"),
            heat=house.entity_id(Platform.SENSOR, DEMO, "compress_temperature"),
        )
        self.person = Person(
            house.hass,
            house.satellite,
            coach_entity(house, coach, SESSION),
            self.witness.said,
            heat=heat,
        )

    async def spend(self, sentence: str) -> None:
        """Go through a session from its first word to its last."""
        self.house.room.recording.restart()
        stop = self.witness.watch()
        try:
            await self.person.start(sentence)
            await self.person.accompany()
        finally:
            stop()

    def write(self, folder: Path) -> None:
        """Write what `scripts/demo` writes."""
        recording = self.house.room.recording
        recording.write(folder / "session.wav", recording.now)
        self.timeline.write(folder)


@pytest.fixture
async def make_evening(hass: HomeAssistant, room: Room) -> Callable[..., Any]:
    """Set Knot Coach up through its forms; `room` is where it lives."""

    async def make(*, heat: bool) -> Evening:
        house = House(hass, "", "", "")
        return Evening(house, await add_coach(house), heat=heat)

    return make


@pytest.fixture
def hold(hass: HomeAssistant, virtual_time: VirtualClock) -> Callable[..., Any]:
    """Let time pass until something is over."""

    async def hold(work: Any) -> None:  # noqa: ANN401 - any coroutine
        task: asyncio.Task[Any] = hass.async_create_background_task(work, "evening")
        await virtual_time.run_until(task.done, LONGEST)
        task.result()

    return hold


async def test_a_session_is_heard_as_it_was_planned(
    make_evening: Callable[..., Any], hold: Callable[..., Any], tmp_path: Path, room: Room
) -> None:
    evening: Evening = await make_evening(heat=True)
    await hold(evening.spend("start quick neck knot routine"))
    evening.write(tmp_path)
    assert evening.witness.outcome == "finished"
    measured = measure(tmp_path)
    assert measured.problems == ()
    assert [hold.phase for hold in measured.holds] == [
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
    assert not list(room.recording.overlaps())
    assert {span.output for span in room.recording.spans} == {SATELLITE}
    tones = [span for span in room.recording.spans if not span.words]
    assert [round(span.end - span.start, 3) for span in tones] == [TONE] * len(tones)
    said = [entry.text for entry in evening.timeline.entries if entry.kind == "you"]
    assert said == [
        "start quick neck knot routine",
        "on the left",
        "no",
        "yes",
        "about a six",
        "it released",
        "it's easing",
        "about a three",
    ]
    # Each answer goes into a microphone that the coach has opened; the two others need a wake word.
    assert len(tones) == len(said) - 2
    heat = [entry.text for entry in evening.timeline.entries if entry.kind == "heat"]
    assert len(heat) == 2
    assert 30 < evening.witness.hottest < 42
    assert not room.compress.is_on


async def test_an_output_that_breaks_half_way_can_be_heard_to(
    hass: HomeAssistant,
    make_evening: Callable[..., Any],
    hold: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    room: Room,
) -> None:
    evening: Evening = await make_evening(heat=False)
    broken_at: list[float] = []

    async def unplugged(_: object) -> None:
        raise HomeAssistantError("The satellite has lost its loudspeaker")

    def break_it(span: Any) -> None:  # noqa: ANN401 - Home Assistant's copy of the class
        if "circles" in span.words and not broken_at:
            broken_at.append(span.end)
            hass.loop.call_at(
                hass.loop.time() + span.end - span.start,
                monkeypatch.setattr,
                evening.house.satellite,
                "async_announce",
                unplugged,
            )

    room.recording.listen(break_it)
    await hold(evening.spend("start quick neck knot routine"))
    (moment,) = broken_at
    before = {span.output for span in room.recording.spans if span.start <= moment}
    after = [span for span in room.recording.spans if span.start > moment]
    assert before == {SATELLITE}
    announced = [span for span in after if span.output == SATELLITE]
    assert announced == []
    assert {span.output for span in after} == {SPEAKER}
