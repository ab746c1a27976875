"""What a heat drill is about to do, and what it has seen, in the words of the house."""

import asyncio
from collections.abc import Callable
from typing import Final

from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import callback
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .coordinator import Coach
from .dead_man import TRIAL_ROOM, Guard
from .drill import LEAST_COUNTDOWN, ON_FOR
from .drill_findings import Part, Report, Step, Verdict
from .massage.heat import HeatKind

_TEXTS: Final = f"component.{DOMAIN}.selector.heat_drill.options."
_TIMES: Final = 3
"""How often a countdown that is set may run to its end: left alone, and twice switched off early."""
_CUT_OTHERWISE: Final = {Verdict.OTHER_HAND, Verdict.TOO_SOON}

type Words = Callable[..., str]
"""Returns a text, by its key and what goes into it."""


async def async_show(coach: Coach, report: Report) -> None:
    """Show a report as a notification; the one before it goes away."""
    _show(coach, await _async_words(coach), report)


async def async_follow(coach: Coach, drill: asyncio.Task[Report]) -> None:
    """Show that a drill runs, and what it has seen when it is over, in the same notification."""
    words = await _async_words(coach)
    heater = coach.heater
    minutes = 0 if heater is None else _minutes(heater.guard)
    _notify(
        coach,
        words("running", heater="" if heater is None else heater.outlet.name),
        words("running_long" if minutes else "running_short", minutes=minutes),
    )
    coach.config_entry.async_create_background_task(
        coach.hass, _async_report(coach, words, drill), "knot_coach heat drill report"
    )


async def _async_report(coach: Coach, words: Words, drill: asyncio.Task[Report]) -> None:
    try:
        report = await drill
    except BaseException:
        # Nobody is to wait for a report that does not come.
        _break_off(coach, words)
        raise
    if report.passed or coach.config_entry.state is ConfigEntryState.LOADED:
        _show(coach, words, report)
    else:
        # A coach that is unloaded switches off in the middle of it, which is no fault of the device.
        _break_off(coach, words)


async def _async_words(coach: Coach) -> Words:
    hass = coach.hass
    texts = await async_get_translations(hass, hass.config.language, "selector", [DOMAIN])

    def words(key: str, **slots: object) -> str:
        # Without its text a drill still has to say what it has found.
        return texts.get(f"{_TEXTS}{key}", key).format(**slots)

    return words


def _minutes(guard: Guard) -> int:
    """Return about how many minutes a drill takes; 0 where it is less than one."""
    dead_man, countdown = guard.dead_man, guard.countdown
    seconds = 0.0
    if countdown is not None:
        setting = countdown.fitting(LEAST_COUNTDOWN)
        seconds = 0.0 if setting is None else _TIMES * (setting.seconds + TRIAL_ROOM)
    elif dead_man is not None:
        seconds = 60.0 * (dead_man.auto_off_minutes or 0) + TRIAL_ROOM
    return round((ON_FOR + seconds) / 60)


@callback
def _show(coach: Coach, words: Words, report: Report) -> None:
    lines = [
        words(
            _seen(step, report.dead_man),
            seconds=round(step.seconds),
            watts=round(step.watts or 0),
        )
        for step in report.steps
    ]
    title, end = "passed" if report.passed else "failed", f"dead_man_{report.dead_man}"
    if report.dead_man is Verdict.NONE:
        title = "works" if report.passed else title
        heat = coach.settings.heat
        end = end if heat is None or heat.kind is HeatKind.BODY else f"{end}_room"
    lines.append(words(end))
    if report.other_hand is not None:
        lines.append(words("other_hand", action=report.other_hand))
    _notify(
        coach,
        words(title, heater=report.heater),
        "\n".join(f"- {line}" for line in lines),
    )


def _seen(step: Step, verdict: Verdict) -> str:
    """Return the text of what was seen; power that something else has cut did go off."""
    if step.part is Part.CUT and verdict in _CUT_OTHERWISE:
        return "cut_otherwise"
    return f"{step.part}_{'ok' if step.ok else 'failed'}"


@callback
def _break_off(coach: Coach, words: Words) -> None:
    _notify(coach, words("broken_off_title"), words("broken_off"))


@callback
def _notify(coach: Coach, title: str, message: str) -> None:
    persistent_notification.async_create(
        coach.hass, message, title, f"{DOMAIN}.heat_drill.{coach.config_entry.entry_id}"
    )
