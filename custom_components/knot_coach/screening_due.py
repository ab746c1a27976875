"""Sees to it that the health answers are given again when they are too old, or no longer hold."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from .const import DOMAIN, Conf
from .massage.screening import due
from .settings import Settings


@callback
def async_watch_screening(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Show an issue for as long as a loaded coach has no valid answers.

    Answers turn 90 days old at midnight, where the person lives (massage.md §4.1). Answers that
    are given reload the coach, so an issue ends with the coach that raised it.
    """
    issue_id = f"screening_due_{entry.entry_id}"

    @callback
    def check(*_: object) -> None:
        settings = Settings.from_entry(entry)
        if settings.acknowledged is not None and not due(settings.screening, dt_util.now().date()):
            ir.async_delete_issue(hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            # Nothing but the person's own answers mends it, and those are given in the options.
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key="screening_due",
            translation_placeholders={"name": entry.title},
        )

    @callback
    def leave() -> None:
        ir.async_delete_issue(hass, DOMAIN, issue_id)

    check()
    entry.async_on_unload(async_track_time_change(hass, check, hour=0, minute=0, second=0))
    entry.async_on_unload(leave)


@callback
def forget_screening(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Let nothing start until the health questions were answered again.

    The answers stay, to be shown ticked when the questions are asked. Does nothing where there is
    no answer that holds.
    """
    options = {key: value for key, value in entry.options.items() if key != Conf.SCREENED_ON}
    hass.config_entries.async_update_entry(entry, options=options)
