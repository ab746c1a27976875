"""Diagnostics: what helps to find a fault, and nothing about the person."""

import json

from homeassistant.components.diagnostics import DOMAIN as DIAGNOSTICS
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.knot_coach.diagnostics import async_get_config_entry_diagnostics
from tests.house import House
from tests.virtual_clock import VirtualClock


async def test_diagnostics_of_a_session(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    assert await async_setup_component(hass, DIAGNOSTICS, {})
    house = await House(hass, virtual_time).build(options={"findings": ["bleeding"]})
    await house.say("start quick neck knot routine on the left")
    await house.until_question("health")
    found = await async_get_config_entry_diagnostics(hass, house.entry)
    [output] = found["outputs"]
    assert output["entity_id"] == house.satellite.entity_id
    assert output["trouble"] is None
    assert output["end_of_speech"] == "confirmed"
    assert output["profile"]["lead_in"] == 0
    assert [line["key"] for line in found["lines"]] == ["intro", "intro_wake", "health"]
    line = found["lines"][0]
    assert line["end"] == "spoken"
    assert line["took"] == pytest.approx(line["expected"], abs=0.5)
    assert found["session"]["state"] == "Asking"
    assert found["session"]["question"] == "health"
    assert found["heat"] == {"set_up": False, "on": False, "stuck": False}
    await house.say("no")
    await house.until("active", phase="locate", within=120)
    found = await async_get_config_entry_diagnostics(hass, house.entry)
    assert all(line["end"] == "spoken" for line in found["lines"][:-1])
    text = json.dumps(found, default=str)
    assert "bleeding" not in text
    assert "Sam" not in text
    # What was said, and about what, is left out.
    assert "upper_traps" not in json.dumps(found["lines"], default=str)


async def test_diagnostics_with_no_session_and_a_lost_output(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    house.satellite.set_available(available=False)
    found = await async_get_config_entry_diagnostics(hass, house.entry)
    assert found["outputs"][0]["trouble"] == "output_unavailable"
    assert found["session"]["state"] is None
