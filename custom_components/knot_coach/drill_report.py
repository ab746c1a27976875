"""What a heat drill has seen, in the words of the house."""

from typing import Final

from homeassistant.components import persistent_notification
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .coordinator import Coach
from .drill import Report

_TEXTS: Final = f"component.{DOMAIN}.selector.heat_drill.options."


async def async_show(coach: Coach, report: Report) -> None:
    """Show a report as a notification; the one before it goes away."""
    hass = coach.hass
    texts = await async_get_translations(hass, hass.config.language, "selector", [DOMAIN])

    def text(key: str, **slots: object) -> str:
        # Without its text a drill still has to say what it has found.
        return texts.get(f"{_TEXTS}{key}", key).format(**slots)

    lines = [
        text(
            f"{step.part}_{'ok' if step.ok else 'failed'}",
            seconds=round(step.seconds),
            watts=round(step.watts or 0),
        )
        for step in report.steps
    ]
    lines.append(text(f"dead_man_{report.dead_man}"))
    persistent_notification.async_create(
        hass,
        "\n".join(f"- {line}" for line in lines),
        text("passed" if report.passed else "failed", heater=report.heater),
        f"{DOMAIN}.heat_drill.{coach.config_entry.entry_id}",
    )
