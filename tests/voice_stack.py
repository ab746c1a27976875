"""A house that can speak and listen, for tests: everything is Home Assistant's own but the hardware.

The integration `voice_mock` brings a text-to-speech engine that makes real WAV files, a
speech-to-text engine that hears what a test says, satellites, media players, notify entities and an
LLM agent. Satellites and players hold their state for the length of the clip that they are given,
measured in its bytes here, apart from how the product measures it; and they misbehave when told to.

    stack = await setup_stack(hass, FakeSatellite("bedroom"), FakePlayer("kitchen"))
    reply = await say(hass, "start neck knot routine", stack.satellites[0])
    await virtual_time.run_until(lambda: "Breathe in." in stack.satellites[0].texts, 60)
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.components.assist_pipeline import (
    PipelineEvent,
    PipelineEventType,
    PipelineStage,
    async_update_pipeline,
)
from homeassistant.components.assist_pipeline.pipeline import (
    PipelineInput,
    PipelineRun,
    async_get_pipeline,
)
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlow
from homeassistant.const import MINOR_VERSION
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import area_registry as ar, chat_session, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from tests.voice_engines import FakeLLM, FakeSTT, FakeTTS, clip_seconds
from tests.voice_faults import BargeIn, Fault, Heard, Utterance
from tests.voice_microphones import Answer, Opening
from tests.voice_speakers import DOMAIN, FakeNotify, FakePlayer, FakeSatellite

__all__ = [
    "DOMAIN",
    "Answer",
    "BargeIn",
    "FakeLLM",
    "FakeNotify",
    "FakePlayer",
    "FakeSTT",
    "FakeSatellite",
    "FakeTTS",
    "Fault",
    "Heard",
    "Opening",
    "Reply",
    "Stack",
    "Utterance",
    "clip_seconds",
    "device_of",
    "owned_by",
    "put_in_area",
    "say",
    "setup_stack",
    "use_llm",
]


@dataclass(frozen=True, slots=True)
class Stack:
    """What `setup_stack` built; `tts` is the engine of the preferred pipeline."""

    entry: MockConfigEntry
    tts: FakeTTS
    engines: list[FakeTTS]
    stt: FakeSTT
    llm: FakeLLM
    satellites: list[FakeSatellite]
    players: list[FakePlayer]
    notifiers: list[FakeNotify]


class _Flow(ConfigFlow):
    """Home Assistant wants one for every entry."""


DOMAINS: Final[dict[type[Entity], str]] = {
    FakeTTS: "tts",
    FakeSTT: "stt",
    FakeLLM: "conversation",
    FakeSatellite: "assist_satellite",
    FakePlayer: "media_player",
    FakeNotify: "notify",
}


async def setup_stack(hass: HomeAssistant, *entities: Entity) -> Stack:
    """Build the house with these entities; the engines that are missing are added.

    The preferred pipeline uses the first text-to-speech engine and Home Assistant's own agent;
    `use_llm` changes the agent.
    """
    for domain in ("homeassistant", "conversation", "assist_pipeline", "media_source"):
        assert await async_setup_component(hass, domain, {}), domain
    everything = list(entities)
    for needed in (FakeTTS, FakeSTT, FakeLLM):
        if not any(isinstance(entity, needed) for entity in everything):
            everything.append(needed())
    by_domain: dict[str, list[Entity]] = {}
    for entity in everything:
        domain = next(name for kind, name in DOMAINS.items() if isinstance(entity, kind))
        by_domain.setdefault(domain, []).append(entity)
    entry = await _setup_entry(hass, by_domain)

    def of[T: Entity](kind: type[T]) -> list[T]:
        return [entity for entity in everything if isinstance(entity, kind)]

    stack = Stack(
        entry=entry,
        tts=of(FakeTTS)[0],
        engines=of(FakeTTS),
        stt=of(FakeSTT)[0],
        llm=of(FakeLLM)[0],
        satellites=of(FakeSatellite),
        players=of(FakePlayer),
        notifiers=of(FakeNotify),
    )
    await async_update_pipeline(
        hass,
        async_get_pipeline(hass),
        tts_engine=stack.tts.entity_id,
        tts_language="en",
        stt_engine=stack.stt.entity_id,
        stt_language="en",
    )
    return stack


async def _setup_entry(hass: HomeAssistant, by_domain: dict[str, list[Entity]]) -> MockConfigEntry:
    async def setup(hass: HomeAssistant, entry: ConfigEntry) -> bool | None:
        await hass.config_entries.async_forward_entry_setups(entry, list(by_domain))
        return True if MINOR_VERSION < 11 else None

    async def unload(hass: HomeAssistant, entry: ConfigEntry) -> bool | None:
        return await hass.config_entries.async_unload_platforms(entry, list(by_domain))

    def platform(entities: Iterable[Entity]) -> MockPlatform:
        async def add(
            hass: HomeAssistant,
            entry: ConfigEntry,
            async_add_entities: AddConfigEntryEntitiesCallback,
        ) -> None:
            async_add_entities(entities)

        return MockPlatform(async_setup_entry=add)

    mock_integration(hass, MockModule(DOMAIN, async_setup_entry=setup, async_unload_entry=unload))
    for domain, entities in by_domain.items():
        mock_platform(hass, f"{DOMAIN}.{domain}", platform(entities))
    mock_platform(hass, f"{DOMAIN}.config_flow")
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    with mock_config_flow(DOMAIN, _Flow):
        assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    return entry


async def use_llm(hass: HomeAssistant, stack: Stack, *, prefer_local: bool = False) -> None:
    """Let the preferred pipeline hand what is said to the LLM agent."""
    await async_update_pipeline(
        hass,
        async_get_pipeline(hass),
        conversation_engine=stack.llm.entity_id,
        prefer_local_intents=prefer_local,
    )


def put_in_area(hass: HomeAssistant, entity: Entity, area: str) -> str:
    """Put an entity into an area of this name; return the area's id."""
    area_id = ar.async_get(hass).async_get_or_create(area).id
    er.async_get(hass).async_update_entity(entity.entity_id, area_id=area_id)
    return area_id


def device_of(hass: HomeAssistant, entity: Entity) -> str | None:
    """Return the id of an entity's device."""
    entry = er.async_get(hass).async_get(entity.entity_id)
    assert entry is not None
    return entry.device_id


@dataclass(slots=True)
class Reply:
    """What the pipeline answered."""

    events: list[PipelineEvent] = field(default_factory=list)

    @property
    def _output(self) -> dict[str, Any]:
        ends = [event for event in self.events if event.type is PipelineEventType.INTENT_END]
        assert ends, f"nothing was understood or answered: {self.events}"
        assert ends[0].data is not None
        output: dict[str, Any] = ends[0].data["intent_output"]
        return output

    @property
    def speech(self) -> str:
        """The words of the answer."""
        speech: str = self._output["response"]["speech"].get("plain", {}).get("speech", "")
        return speech

    @property
    def kind(self) -> str:
        """`action_done`, `query_answer` or `error`."""
        kind: str = self._output["response"]["response_type"]
        return kind

    @property
    def error(self) -> str | None:
        """The code of the error that ended the pipeline, if one did."""
        errors = [event for event in self.events if event.type is PipelineEventType.ERROR]
        return errors[0].data["code"] if errors and errors[0].data else None


def owned_by(context: Context | None) -> dict[str, Any]:
    """Return how `async_get_chat_session` is told whose conversation it is; only newer ones ask."""
    return {} if MINOR_VERSION < 11 else {"context": context}


async def say(
    hass: HomeAssistant,
    text: str,
    satellite: FakeSatellite | None = None,
    *,
    conversation_id: str | None = None,
    context: Context | None = None,
) -> Reply:
    """Say a text in the room of a satellite, through the real pipeline, from recognised text on.

    Without a satellite it is typed, in a browser. The answer is returned and not spoken; to hear it
    spoken too, use `FakeSatellite.hear`.
    """
    reply = Reply()
    context = context or Context()
    with chat_session.async_get_chat_session(hass, conversation_id, **owned_by(context)) as session:
        await PipelineInput(
            session=session,
            intent_input=text,
            device_id=device_of(hass, satellite) if satellite else None,
            satellite_id=satellite.entity_id if satellite else None,
            run=PipelineRun(
                hass,
                context=context,
                pipeline=async_get_pipeline(hass),
                start_stage=PipelineStage.INTENT,
                end_stage=PipelineStage.INTENT,
                event_callback=reply.events.append,
            ),
        ).execute(validate=True)
    return reply
