"""A house with two rooms, a satellite in each, and a coach in one of them."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from homeassistant.components.assist_pipeline import async_get_pipeline, async_update_pipeline
from homeassistant.components.conversation import async_converse
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
import pytest

from custom_components.knot_coach.voice.sentences import Vocabulary, async_register
from tests.voice.fake_coach import ALL_LANGUAGES, VOCABULARY, FakeCoach
from tests.voice_stack import FakePlayer, FakeSatellite, Stack, device_of, put_in_area, setup_stack


@dataclass
class House:
    """What the tests talk to."""

    hass: HomeAssistant
    stack: Stack
    removers: list[Callable[[], None]] = field(default_factory=list)
    vocabulary: Vocabulary = VOCABULARY

    @property
    def bedroom(self) -> FakeSatellite:
        """The satellite of the bedroom."""
        return self.stack.satellites[0]

    @property
    def kitchen(self) -> FakeSatellite:
        """The satellite of the kitchen."""
        return self.stack.satellites[1]

    @property
    def players(self) -> list[FakePlayer]:
        """The player of each room."""
        return self.stack.players

    def room(self, name: str) -> str:
        """Return the id of a room."""
        return ar.async_get(self.hass).async_get_or_create(name).id

    def add(self, coach: FakeCoach) -> FakeCoach:
        """Register a coach."""
        self.removers.append(async_register(self.hass, coach, self.vocabulary))
        return coach

    async def speak_language(self, language: str) -> None:
        """Let the people and the assistant of this house speak a language."""
        self.vocabulary = ALL_LANGUAGES
        self.hass.config.language = language
        await async_update_pipeline(
            self.hass,
            async_get_pipeline(self.hass),
            language=language,
            conversation_language=language,
        )

    def coach(self, entry_id: str = "one", room: str | None = "Bedroom") -> FakeCoach:
        """Make a coach in a room and register it."""
        area_id = self.room(room) if room else None
        return self.add(
            FakeCoach(hass=self.hass, entry_id=entry_id, name=entry_id, area_id=area_id)
        )

    async def type(self, text: str, satellite: FakeSatellite | None = None) -> str:
        """Say a text to Home Assistant's own agent."""
        result = await async_converse(
            self.hass,
            text,
            None,
            Context(),
            "en",
            device_id=device_of(self.hass, satellite) if satellite else None,
            satellite_id=satellite.entity_id if satellite else None,
        )
        await self.hass.async_block_till_done()
        speech: str = result.response.speech.get("plain", {}).get("speech", "")
        return speech


@pytest.fixture
async def house(hass: HomeAssistant) -> AsyncGenerator[House]:
    """Build it, and leave nothing registered."""
    stack = await setup_stack(
        hass,
        FakeSatellite("bedroom"),
        FakeSatellite("kitchen"),
        FakePlayer("bedroom"),
        FakePlayer("kitchen"),
    )
    for entity, room in zip(
        (*stack.satellites, *stack.players), ("Bedroom", "Kitchen") * 2, strict=True
    ):
        if (device_id := device_of(hass, entity)) is not None:
            area_id = ar.async_get(hass).async_get_or_create(room).id
            dr.async_get(hass).async_update_device(device_id, area_id=area_id)
        else:
            put_in_area(hass, entity, room)
        er.async_get(hass).async_update_entity_options(
            entity.entity_id, "conversation", {"should_expose": True}
        )
    await hass.async_block_till_done()
    house = House(hass, stack)
    yield house
    for remove in house.removers:
        remove()
    await hass.async_block_till_done(wait_background_tasks=True)
