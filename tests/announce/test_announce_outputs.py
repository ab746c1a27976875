"""Which entities can speak, and why the others cannot."""

from homeassistant.components.assist_pipeline import async_update_pipeline
from homeassistant.components.assist_pipeline.pipeline import async_get_pipeline
from homeassistant.components.assist_satellite import AssistSatelliteEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.knot_coach.announce import Output, capability
from tests.announce.mouth import Build
from tests.voice_stack import FakeNotify, FakePlayer, FakeSatellite, setup_stack


@pytest.fixture
async def entities(hass: HomeAssistant) -> dict[str, str]:
    devices = {
        "satellite": FakeSatellite(),
        "dumb satellite": FakeSatellite("dumb", AssistSatelliteEntityFeature.START_CONVERSATION),
        "player": FakePlayer(),
        "plain player": FakePlayer("plain", announces=False),
        "remote": FakePlayer("remote", plays=False),
        "phone": FakeNotify(),
    }
    await setup_stack(hass, *devices.values())
    return {name: device.entity_id for name, device in devices.items()}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("satellite", None),
        ("dumb satellite", "output_cannot_announce"),
        ("player", None),
        ("plain player", None),
        ("remote", "output_cannot_announce"),
        ("phone", None),
    ],
)
async def test_what_an_entity_can_do(
    hass: HomeAssistant, entities: dict[str, str], name: str, reason: str | None
) -> None:
    assert capability(hass, entities[name]) == reason


async def test_what_is_not_there(hass: HomeAssistant, entities: dict[str, str]) -> None:
    assert capability(hass, "assist_satellite.nowhere") == "output_missing"
    assert capability(hass, "notify.nobody") == "output_missing"
    assert capability(hass, "light.lamp") == "output_unsupported"
    hass.states.async_set(entities["satellite"], "unavailable")
    assert capability(hass, entities["satellite"]) == "output_unavailable"


async def test_an_entity_of_the_registry_may_come_back_unless_it_is_disabled(
    hass: HomeAssistant,
) -> None:
    entry = MockConfigEntry(domain="elsewhere")
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    there = registry.async_get_or_create(
        "media_player", "elsewhere", "1", config_entry=entry, suggested_object_id="away"
    )
    assert capability(hass, there.entity_id) == "output_unavailable"
    registry.async_update_entity(there.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    assert capability(hass, there.entity_id) == "output_missing"


async def test_a_telephone_is_no_voice(hass: HomeAssistant, entities: dict[str, str]) -> None:
    registry = er.async_get(hass)
    entry = registry.async_get_or_create("assist_satellite", "voip", "1")
    hass.states.async_set(entry.entity_id, "idle", {"supported_features": 1})
    assert capability(hass, entry.entity_id) == "output_unsupported"


async def test_before_there_is_any_speech(hass: HomeAssistant) -> None:
    hass.states.async_set("media_player.radio", "idle", {"supported_features": 512})
    hass.states.async_set("assist_satellite.radio", "idle", {"supported_features": 1})
    assert capability(hass, "media_player.radio") == "output_no_tts"
    assert capability(hass, "assist_satellite.radio") == "output_no_tts"


async def test_a_pipeline_whose_engine_is_gone(
    hass: HomeAssistant, entities: dict[str, str]
) -> None:
    await async_update_pipeline(
        hass, async_get_pipeline(hass), tts_engine="tts.gone", tts_language="en"
    )
    assert capability(hass, entities["satellite"]) == "output_no_tts"
    assert capability(hass, entities["player"]) is None


async def test_an_output_counts_only_with_the_engine_it_is_configured_with(build: Build) -> None:
    mouth = await build(FakePlayer(), outputs=[Output("media_player.player_kitchen", "tts.gone")])
    assert not mouth.announcer.available
