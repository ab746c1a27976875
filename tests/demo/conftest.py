"""A demo room in the Home Assistant of the tests, reached over a real socket."""

from collections.abc import AsyncGenerator
from pathlib import Path
import sys

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from dev.custom_components.knot_demo import espeak
from dev.custom_components.knot_demo.room import Room

DEV = Path(__file__).parents[2] / "dev"


@pytest.fixture
async def room(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Room]:
    """Furnish a demo room; its outputs fetch what they play from the running HTTP server."""
    monkeypatch.syspath_prepend(str(DEV))
    # Home Assistant loads the room under a name of its own, but espeak-ng has one voice for the
    # whole process, so one module must own it.
    monkeypatch.setitem(sys.modules, "custom_components.knot_demo.espeak", espeak)
    for component in ("homeassistant", "conversation", "assist_pipeline", "media_source"):
        assert await async_setup_component(hass, component, {})
    entry = MockConfigEntry(domain="knot_demo")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    # Last, because a server that has started takes up no further addresses.
    client = await hass_client_no_auth()
    hass.config.internal_url = str(client.make_url("")).rstrip("/")
    yield entry.runtime_data
    assert await hass.config_entries.async_unload(entry.entry_id)
