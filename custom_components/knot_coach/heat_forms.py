"""The forms about heat: the heater, what an adult confirms of a pad, and the device's own countdown."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeassistant.const import UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import voluptuous as vol

from .const import Conf
from .countdown import DOMAINS, Countdown
from .forms import choice_field, entity_field
from .heat_devices import is_ours, unfit
from .massage.heat import DEFAULT_MINUTES, HeatKind
from .one_relay import follows_a_session, warms
from .passed_on import HEATERS
from .settings import MAX_HEAT_MINUTES, MIN_HEAT_MINUTES
from .thermometer import Thermometer

HEAT_CHECKED: Final = "heat_checked"
"""An adult has looked at pad and outlet (massage.md §4.5); asked for every time, and not stored."""
MAX_AUTO_OFF: Final = MAX_HEAT_MINUTES - 2
"""Minutes; later than heat may last at most guards nothing, and a drill needs a minute more to see it."""


def minutes_field() -> NumberSelector:
    """Ask for minutes. Without limits: what is wrong with a number is said in words that help."""
    return NumberSelector(
        NumberSelectorConfig(
            step=1, unit_of_measurement=UnitOfTime.MINUTES, mode=NumberSelectorMode.BOX
        )
    )


HEAT_FORM: Final = vol.Schema(
    {
        vol.Required(Conf.HEAT_KIND, default=HeatKind.BODY): choice_field(HeatKind, "heat_kind"),
        vol.Optional(Conf.HEATER): entity_field(*HEATERS),
        vol.Optional(Conf.TEMPERATURE): entity_field("sensor", device_class="temperature"),
        vol.Optional(Conf.POWER): entity_field("sensor", device_class="power"),
        vol.Required(Conf.HEAT_MINUTES, default=DEFAULT_MINUTES): minutes_field(),
    }
)
_OF_THE_PAD: Final[Mapping[vol.Marker, Any]] = {
    vol.Required(HEAT_CHECKED, default=False): BooleanSelector(),
    vol.Required(Conf.OWN_CUTOFF, default=False): BooleanSelector(),
}
_OF_THE_ROOM: Final[Mapping[vol.Marker, Any]] = {
    vol.Required(Conf.HEAT_UNASKED, default=False): BooleanSelector()
}


def guard_form(kind: HeatKind, countdowns: Sequence[str] | None = None) -> vol.Schema:
    """Ask what else is to be known of a heater on the body, or in a room.

    Args:
        kind: What is warmed.
        countdowns: What can be chosen as the countdown; None where nothing limits that.
    """
    form: dict[vol.Marker, Any] = {**(_OF_THE_ROOM if kind is HeatKind.ROOM else _OF_THE_PAD)}
    # With an empty list the field would offer every entity of the house.
    if countdowns is None or countdowns:
        chosen = EntitySelectorConfig(
            filter=[EntityWithDeviceFilterSelectorConfig(domain=[*DOMAINS])]
        )
        if countdowns is not None:
            chosen["include_entities"] = [*countdowns]
        form[vol.Optional(Conf.COUNTDOWN)] = EntitySelector(chosen)
    form[vol.Optional(Conf.AUTO_OFF_MINUTES)] = minutes_field()
    return vol.Schema(form)


def countdowns_of(hass: HomeAssistant, heater: str) -> list[str] | None:
    """Return the entities of the heater's device that may be its countdown; None: it has no device."""
    if (device := _device_of(hass, heater)) is None:
        return None
    entries = er.async_entries_for_device(er.async_get(hass), device)
    return sorted(entry.entity_id for entry in entries if entry.domain in DOMAINS)


def heat_error(
    hass: HomeAssistant, answers: Mapping[str, Any], entry_id: str | None
) -> dict[str, str]:
    """Return what is wrong with a heater and its sensors.

    Args:
        hass: Home Assistant.
        answers: What was answered.
        entry_id: The config entry of the coach; None where it is just being added.
    """
    heater, power = answers.get(Conf.HEATER), answers.get(Conf.POWER)
    temperature, kind = answers.get(Conf.TEMPERATURE), HeatKind(answers[Conf.HEAT_KIND])
    if answers[Conf.HEAT_MINUTES] not in range(MIN_HEAT_MINUTES, MAX_HEAT_MINUTES + 1):
        return {Conf.HEAT_MINUTES: "heat_minutes"}
    if heater is None:
        return {Conf.HEATER: "heater_required"} if power or temperature else {}
    if (reason := unfit(hass, heater, power, kind)) is not None:
        return {Conf.POWER if reason.startswith("heat_power_") else Conf.HEATER: reason}
    if follows_a_session(hass, heater):
        # A light is dimmed, switched and given back as it was: as a heater it would have no lease.
        return {Conf.HEATER: "heat_light"}
    other = HeatKind.BODY if kind is HeatKind.ROOM else HeatKind.ROOM
    if warms(hass, heater, other, but=entry_id):
        return {Conf.HEAT_KIND: f"heat_{other}_of_other"}
    reason = None if temperature is None else Thermometer(hass, temperature, kind).unfit()
    return {} if reason is None else {Conf.TEMPERATURE: reason}


def guard_error(
    hass: HomeAssistant, heat: Mapping[str, Any], guard: Mapping[str, Any]
) -> dict[str, str]:
    """Return what is wrong with what was confirmed of a heater, and with its countdown."""
    countdown, minutes = guard.get(Conf.COUNTDOWN), guard.get(Conf.AUTO_OFF_MINUTES)
    if not guard.get(HEAT_CHECKED, True):
        return {HEAT_CHECKED: "heat_check_required"}
    if countdown is not None and minutes is not None:
        return {Conf.AUTO_OFF_MINUTES: "heat_one_guard"}
    if minutes is not None and minutes not in range(1, MAX_AUTO_OFF + 1):
        return {Conf.AUTO_OFF_MINUTES: "heat_auto_off"}
    if countdown is not None:
        reason = _countdown_unfit(hass, heat[Conf.HEATER], countdown)
        return {} if reason is None else {Conf.COUNTDOWN: reason}
    if minutes is None and not guard.get(Conf.OWN_CUTOFF, True):
        return {Conf.OWN_CUTOFF: "heat_needs_guard"}
    return {}


def heat_from(heat: Mapping[str, Any], guard: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the answers about heat as they are stored; without a heater nothing stays of it."""
    guard = guard or {}
    minutes = guard.get(Conf.AUTO_OFF_MINUTES)
    there = heat.get(Conf.HEATER) is not None
    return {
        Conf.HEATER: heat.get(Conf.HEATER),
        Conf.HEAT_KIND: str(heat[Conf.HEAT_KIND]) if there else None,
        Conf.TEMPERATURE: heat.get(Conf.TEMPERATURE),
        Conf.POWER: heat.get(Conf.POWER),
        Conf.HEAT_MINUTES: int(heat[Conf.HEAT_MINUTES]),
        Conf.HEAT_UNASKED: guard.get(Conf.HEAT_UNASKED, False),
        Conf.OWN_CUTOFF: guard.get(Conf.OWN_CUTOFF, False),
        Conf.COUNTDOWN: guard.get(Conf.COUNTDOWN),
        Conf.AUTO_OFF_MINUTES: None if minutes is None else int(minutes),
    }


def guard_shown(
    options: Mapping[str, Any], heat: Mapping[str, Any], countdowns: Sequence[str] | None
) -> dict[str, Any]:
    """Return what is stored of this very heater as the form shows it; the check is made anew."""
    if any(options.get(key) != heat.get(key) for key in (Conf.HEATER, Conf.HEAT_KIND)):
        return {}
    keys = (Conf.HEAT_UNASKED, Conf.OWN_CUTOFF, Conf.COUNTDOWN, Conf.AUTO_OFF_MINUTES)
    shown: dict[str, Any] = {key: options[key] for key in keys if options.get(key) is not None}
    if countdowns is not None and shown.get(Conf.COUNTDOWN, "") not in countdowns:
        shown.pop(Conf.COUNTDOWN, None)
    return shown


def _countdown_unfit(hass: HomeAssistant, heater: str, countdown: str) -> str | None:
    """Say why an entity cannot be the countdown of a heater."""
    # What has no device may be counted down by what has none either.
    elsewhere = _device_of(hass, countdown) != _device_of(hass, heater)
    if elsewhere or is_ours(hass, countdown):
        return "heat_countdown_elsewhere"
    # How long it is to run is decided at each on; here it is enough that it can run at all.
    entity = Countdown(hass, countdown)
    return entity.flaw or ("heat_countdown_unfit" if entity.fitting(0) is None else None)


def _device_of(hass: HomeAssistant, entity_id: str) -> str | None:
    entry = er.async_get(hass).async_get(entity_id)
    return None if entry is None else entry.device_id
