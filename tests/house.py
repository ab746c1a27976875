"""A house with a coach in it, for tests: the real integration on the fakes of `voice_stack`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.coordinator import Coach
from tests.fake_heater import Pad, Room
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakePlayer, FakeSatellite, Reply, Stack, device_of, say, setup_stack

ROOM = "Bedroom"
OTHER_ROOM = "Kitchen"


def coach_entry(
    hass: HomeAssistant,
    *outputs: str,
    name: str = "Sam",
    room: str = ROOM,
    options: Mapping[str, Any] | None = None,
    entry_id: str | None = None,
) -> MockConfigEntry:
    """Return the entry of a healthy grown-up whose coach speaks through these entities."""
    today = dt_util.now().date().isoformat()
    area = ar.async_get(hass).async_get_or_create(room)
    return MockConfigEntry(
        domain=DOMAIN,
        entry_id=entry_id,
        title=name,
        data={
            Conf.NAME: name,
            Conf.ROOM: area.id,
            Conf.OUTPUTS: [{Conf.ENTITY_ID: output} for output in outputs],
        },
        options={
            Conf.SCREENED_ON: today,
            Conf.FINDINGS: [],
            Conf.ACKNOWLEDGED_ON: today,
            **(options or {}),
        },
    )


def put_device_in(hass: HomeAssistant, satellite: FakeSatellite, room: str) -> None:
    """Put a satellite's device into a room."""
    device_id = device_of(hass, satellite)
    assert device_id is not None
    area = ar.async_get(hass).async_get_or_create(room)
    dr.async_get(hass).async_update_device(device_id, area_id=area.id)


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> Coach:
    """Set a coach up for real."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    coach: Coach = entry.runtime_data
    return coach


class House:
    """A satellite in the bedroom, one in the kitchen, and a coach for the bedroom."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock) -> None:
        self.hass, self.clock = hass, clock
        self.satellite = FakeSatellite("bedroom")
        self.kitchen = FakeSatellite("kitchen")
        self.player = FakePlayer("bedroom")
        self.room: Room
        self.stack: Stack
        self.entry: MockConfigEntry
        self.entry_id: str | None = None
        """That of an earlier run of the same house, whose files are there."""
        self.coach: Coach

    async def build(
        self,
        *,
        pad: Pad | None = None,
        power: bool = False,
        options: Mapping[str, Any] | None = None,
    ) -> House:
        """Set everything up; a pad comes with its switch and a thermometer, and watts if wanted."""
        if pad is not None:
            self.room = Room(self.hass, pad)
            await self.room.async_add_switch()
            await self.room.async_add_thermometer()
            if power:
                await self.room.async_add_power()
            heat: dict[str, Any] = {
                Conf.HEATER: "switch.pad",
                Conf.TEMPERATURE: "sensor.pad_temperature",
                Conf.OWN_CUTOFF: True,
            }
            options = {**heat, **(options or {})}
        self.stack = await setup_stack(self.hass, self.satellite, self.kitchen, self.player)
        put_device_in(self.hass, self.satellite, ROOM)
        put_device_in(self.hass, self.kitchen, OTHER_ROOM)
        self.entry = coach_entry(
            self.hass, self.satellite.entity_id, options=options, entry_id=self.entry_id
        )
        self.coach = await set_up(self.hass, self.entry)
        return self

    async def say(self, text: str, satellite: FakeSatellite | None = None) -> Reply:
        """Say something to a satellite, through its pipeline."""
        return await say(self.hass, text, satellite or self.satellite)

    async def has_pressed(
        self, *, hours: float, area: str = "upper_traps", side: str = "left"
    ) -> None:
        """Leave the record of a standard session that ended so many hours ago."""
        ended = (dt_util.utcnow() - timedelta(hours=hours)).isoformat()
        record = {
            "started_at": ended,
            "ended_at": ended,
            "outcome": "finished",
            "area": area,
            "side": side,
            "length": "standard",
            "peak": 5,
            "before": 5,
            "after": 3,
            "pressed": [{"side": side, "spot": 1, "seconds": 170.0}],
            "gun_seconds": 0.0,
        }
        await self.coach.memory.async_add([record], None)
        self.coach.async_update_listeners()

    async def hear(self, text: str) -> None:
        """Speak to the bedroom's satellite: wake word, microphone, recognition and all."""
        task = self.hass.async_create_task(self.satellite.hear(text))
        await self.clock.run_until(task.done, 30)
        await task

    def entity(self, platform: str, key: str, entry: MockConfigEntry | None = None) -> str:
        """Return the id of one of the coach's entities."""
        unique_id = f"{(entry or self.entry).entry_id}_{key}"
        entity_id = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id)
        assert entity_id is not None
        return entity_id

    @property
    def session(self) -> State:
        """The session sensor as everybody sees it."""
        state = self.hass.states.get(self.entity("sensor", "session"))
        assert state is not None
        return state

    def shows(self, **expected: object) -> bool:
        """Tell whether the session sensor has these attributes."""
        attributes = self.session.attributes
        return all(attributes[name] == value for name, value in expected.items())

    async def until(self, shown: str, *, phase: str | None = None, within: float = 60) -> None:
        """Let time pass until the session sensor shows a state, and a phase."""

        def reached() -> bool:
            state = self.session
            return state.state == shown and phase in (None, state.attributes["phase"])

        await self.clock.run_until(reached, within)

    async def until_question(self, question: str, within: float = 60) -> None:
        """Let time pass until a question is open and has been spoken."""

        def asked() -> bool:
            return self.session.attributes["question"] == question and self.quiet

        await self.clock.run_until(asked, within)

    @property
    def quiet(self) -> bool:
        """Whether the satellite is not speaking."""
        state = self.hass.states.get(self.satellite.entity_id)
        return state is not None and state.state == "idle"
