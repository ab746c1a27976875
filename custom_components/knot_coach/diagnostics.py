"""What helps to find a fault, without anything about the person's health."""

from dataclasses import asdict
from typing import Any

from homeassistant.core import HomeAssistant

from .announce import capability
from .coordinator import KnotCoachEntry
from .debts import Debts


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: KnotCoachEntry
) -> dict[str, Any]:
    """Return the state of a coach: which outputs work, and how a session stands.

    Names, scores, health answers and past sessions are left out.
    """
    coach = entry.runtime_data
    session, view, left_on = coach.session, coach.data, Debts(coach).own
    return {
        "outputs": [
            {
                "entity_id": output.entity_id,
                "trouble": capability(hass, output.entity_id),
                "end_of_speech": coach.speech.tiers.get(output.entity_id),
                "profile": asdict(output.profile),
            }
            for output in coach.settings.outputs
        ],
        "together": coach.settings.together,
        "silent": coach.silent,
        "heat": {
            "set_up": coach.heater is not None,
            "on": coach.heat_on or bool(left_on),
            "stuck": (coach.heater is not None and coach.heater.stuck)
            or any(quench.stuck for quench in left_on),
        },
        "session": {
            "state": None if session is None else type(session.state).__name__,
            "shown": view.shown,
            "phase": view.phase,
            "step": view.step,
            "steps": view.steps,
            "question": view.question,
            "deadline": None if session is None else session.deadline,
        },
        "kept_records": len(coach.memory.records),
        "lines": coach.speech.log,
    }
