"""Which entities may heat, how each is switched, and whose word is taken (massage.md §4.5, §4.8).

On a body only what a device says of itself proves that it is off, or the watts of a device; `provenance` tells who made
an entity. What is shown of others, such as a group, is what they are.
"""

from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any, Final

from homeassistant.components.climate.const import (
    ATTR_HVAC_ACTION,
    ATTR_HVAC_MODE,
    ATTR_HVAC_MODES,
    DOMAIN as CLIMATE,
    SERVICE_SET_HVAC_MODE,
    HVACAction,
    HVACMode,
)
from homeassistant.components.fan.const import FanEntityFeature
from homeassistant.components.humidifier.const import (
    ATTR_ACTION,
    HumidifierAction,
    HumidifierDeviceClass,
)
from homeassistant.components.switch.const import DOMAIN as SWITCH
from homeassistant.components.water_heater.const import (
    ATTR_OPERATION_MODE,
    DOMAIN as WATER_HEATER,
    SERVICE_SET_OPERATION_MODE,
    WaterHeaterCapabilityAttribute,
    WaterHeaterEntityFeature,
)
from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    ATTR_DEVICE_CLASS,
    ATTR_ENTITY_ID,
    ATTR_GROUP_ENTITIES,
    ATTR_RESTORED,
    ATTR_SUPPORTED_FEATURES,
    ATTR_UNIT_OF_MEASUREMENT,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfPower,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_conversion import PowerConverter

from .const import DOMAIN
from .massage.heat import HeatKind
from .passed_on import HEATERS, RUNNING, passed_on
from .provenance import is_made_up, main_device, platforms, speaks_of_a_device

REPORTING: Final = frozenset({SWITCH, CLIMATE})
"""Those whose state speaks of the device itself, where one made it, so that they may be on the body (massage.md §4.8)."""
AT_WORK: Final = {
    ATTR_HVAC_ACTION: frozenset({HVACAction.HEATING, HVACAction.PREHEATING}),
    ATTR_ACTION: frozenset({HumidifierAction.HUMIDIFYING}),
}
"""What tells that a device works, though its mode may be off already: the action of a thermostat is told apart."""
SWITCH_AS_X: Final = "switch_as_x"


def unfit(
    hass: HomeAssistant,
    entity_id: str,
    power_sensor: str | None = None,
    kind: HeatKind = HeatKind.BODY,
) -> str | None:
    """Say why an entity may not warm a body, or a room, or None where it may.

    Returns:
        The translation key of the reason.
    """
    if (reason := _no_heater(hass, entity_id)) is not None:
        return reason
    state = hass.states.get(entity_id)
    if state is None:
        return "heat_missing"
    if not is_known(state):
        return "heat_unavailable"
    if not _can_be_switched(state):
        return "heat_unsupported"
    return _unprovable(hass, state, power_sensor, kind)


def is_ours(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity is one of this integration, or passes calls on to one."""
    return any(DOMAIN in platforms(hass, part) for part in _reached(hass, entity_id))


def share(hass: HomeAssistant, one: str, other: str) -> bool:
    """Tell whether to switch one entity is to switch the other, or a part of it."""
    return not _reached(hass, one).isdisjoint(_reached(hass, other))


def may_share(hass: HomeAssistant, one: str, other: str) -> bool:
    """Tell whether two entities may have one relay: they share it, or their device shows it in two ways.

    A thermostat and a switch of one device are taken for two views of the same relay. Several switches of one device
    are the outlets of a strip, each with a relay of its own.
    """
    if share(hass, one, other):
        return True
    views = _views(hass, one)
    return any(
        device == elsewhere and domain != different
        for device, domain in views
        for elsewhere, different in _views(hass, other)
    )


def trusted(hass: HomeAssistant, state: State, kind: HeatKind) -> bool:
    """Tell whether a state proves by itself that the device is on, or off."""
    for part in _parts(hass, state.entity_id):
        shown = hass.states.get(part)
        if shown is not None and shown.attributes.get(ATTR_ASSUMED_STATE):
            return False
    return kind is HeatKind.ROOM or (state.domain in REPORTING and _speaks(hass, state.entity_id))


def shown_on(hass: HomeAssistant, entity_id: str) -> bool | None:
    """Tell whether an entity, with all that it stands for, shows to be on; None: not known.

    A group may be off while one of its members is on or cannot be seen, as Home Assistant has it.
    """
    states = [hass.states.get(part) for part in _parts(hass, entity_id)]
    known = [state for state in states if state is not None and is_known(state)]
    if any(state.state != STATE_OFF or _is_at_work(state) for state in known):
        return True
    return False if len(known) == len(states) else None


def command(state: State | None, *, on: bool) -> tuple[str, dict[str, Any]]:
    """Return the action that switches an entity, and its data without the entity."""
    domain = "" if state is None else state.domain
    if state is not None and domain == WATER_HEATER and not _features(state) & _ON_OFF:
        modes = _modes(state, WaterHeaterCapabilityAttribute.OPERATION_LIST)
        warm = next((mode for mode in modes if mode != STATE_OFF), STATE_OFF)
        return SERVICE_SET_OPERATION_MODE, {ATTR_OPERATION_MODE: warm if on else STATE_OFF}
    if domain == CLIMATE:
        # turn_on and turn_off are optional features of a climate entity; its modes are not.
        return SERVICE_SET_HVAC_MODE, {ATTR_HVAC_MODE: HVACMode.HEAT if on else HVACMode.OFF}
    return (SERVICE_TURN_ON if on else SERVICE_TURN_OFF), {}


def is_known(state: State | None) -> bool:
    """Tell whether a state says anything about now."""
    return (
        state is not None
        and state.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
        and not state.attributes.get(ATTR_RESTORED)
    )


def watts(state: State | None) -> float | None:
    """Return the power that a sensor shows, in watts; None where it shows none."""
    if state is None or not is_known(state):
        return None
    try:
        drawn = PowerConverter.convert(
            float(state.state), state.attributes.get(ATTR_UNIT_OF_MEASUREMENT), UnitOfPower.WATT
        )
    except HomeAssistantError, ValueError:
        return None
    # A clamp that is put on the wrong way round shows power below zero.
    return abs(drawn) if isfinite(drawn) else None


_ON_OFF: Final = int(WaterHeaterEntityFeature.ON_OFF)


def _is_at_work(state: State) -> bool:
    """Tell whether it says that it heats, whatever its mode is."""
    return any(state.attributes.get(name) in actions for name, actions in AT_WORK.items())


def _no_heater(hass: HomeAssistant, entity_id: str) -> str | None:
    """Say what is wrong with an entity whatever its state is."""
    domain = entity_id.partition(".")[0]
    if domain in RUNNING:
        return "heat_script"
    if domain not in HEATERS:
        return "heat_unsupported"
    # The switch of a coach starts a session, which would start heat, which would start a session.
    return "heat_own_entity" if is_ours(hass, entity_id) else None


def _can_be_switched(state: State) -> bool:
    """Tell whether it can be told to heat, and to be off."""
    match state.domain:
        case "climate":
            return {HVACMode.OFF, HVACMode.HEAT} <= {*_modes(state, ATTR_HVAC_MODES)}
        case "water_heater":
            modes = _modes(state, WaterHeaterCapabilityAttribute.OPERATION_LIST)
            by_mode = STATE_OFF in modes and len(modes) > 1
            return bool(_features(state) & _ON_OFF) or by_mode
        case "fan":
            both = FanEntityFeature.TURN_ON | FanEntityFeature.TURN_OFF
            return _features(state) & both == both
        case "humidifier":
            device_class = state.attributes.get(ATTR_DEVICE_CLASS)
            return bool(device_class != HumidifierDeviceClass.DEHUMIDIFIER)
    return True


def _unprovable(
    hass: HomeAssistant, state: State, power_sensor: str | None, kind: HeatKind
) -> str | None:
    """Say why off could not be proved."""
    believed = trusted(hass, state, kind)
    if power_sensor is not None:
        if watts(hass.states.get(power_sensor)) is None:
            return "heat_power_unavailable"
        fine = _measures(hass, power_sensor, alone=not believed)
        return None if fine or (believed and kind is HeatKind.ROOM) else "heat_power_computed"
    if believed:
        return None
    if not trusted(hass, state, HeatKind.ROOM):
        return "heat_assumed_state"
    return "heat_helper" if state.domain in REPORTING else "heat_needs_power_sensor"


def _measures(hass: HomeAssistant, power_sensor: str, *, alone: bool) -> bool:
    """Tell whether a sensor shows what flows, and not what others say.

    Args:
        hass: Home Assistant.
        power_sensor: The sensor.
        alone: It is all the proof that there is, so it has to be a part of a device.
    """
    if is_made_up(hass, power_sensor) or _behind(hass, power_sensor):
        return False
    if not alone:
        return True
    entry = er.async_get(hass).async_get(power_sensor)
    has_device = entry is not None and entry.device_id is not None
    return has_device and speaks_of_a_device(hass, power_sensor)


def _parts(hass: HomeAssistant, entity_id: str) -> set[str]:
    """Return the entity itself and what it stands for: when it is on, one of these is."""
    return _all_of(entity_id, lambda part: _behind(hass, part))


def _reached(hass: HomeAssistant, entity_id: str) -> set[str]:
    """Return the entity itself and whatever may be switched with it, as far as that can be seen."""
    return _all_of(entity_id, lambda part: [*_behind(hass, part), *passed_on(hass, part)])


def _all_of(entity_id: str, behind: Callable[[str], Iterable[str]]) -> set[str]:
    parts, waiting = set[str](), [entity_id]
    while waiting:
        if (part := waiting.pop()) not in parts:
            parts.add(part)
            waiting += behind(part)
    return parts


def _views(hass: HomeAssistant, entity_id: str) -> set[tuple[str, str]]:
    """Return the devices that are switched with an entity, each with the domain in which it is."""
    views = set[tuple[str, str]]()
    for part in _reached(hass, entity_id):
        entry = er.async_get(hass).async_get(part)
        if entry is not None and (device := main_device(hass, entry)):
            views.add((device.id, entry.domain))
    return views


def _behind(hass: HomeAssistant, entity_id: str) -> list[str]:
    """Return the members of a group, or the switch that is shown as something else."""
    state, entry = hass.states.get(entity_id), er.async_get(hass).async_get(entity_id)
    behind: list[str] = []
    if state is not None:
        for attribute in (ATTR_ENTITY_ID, ATTR_GROUP_ENTITIES):
            behind += _texts(state.attributes.get(attribute))
    if entry is not None and (options := entry.options.get(SWITCH_AS_X)) is not None:
        behind += _texts([options.get(ATTR_ENTITY_ID)])
    return behind


def _speaks(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether a state comes from the device itself, and passes nothing on."""
    return speaks_of_a_device(hass, entity_id) and not _behind(hass, entity_id)


def _modes(state: State, attribute: str) -> list[str]:
    return [str(mode) for mode in state.attributes.get(attribute) or ()]


def _features(state: State) -> int:
    return int(state.attributes.get(ATTR_SUPPORTED_FEATURES) or 0)


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
