"""One light that is borrowed: what it can do, what it was told, and whether somebody else told it."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Final, assert_never

from homeassistant.components.light.const import (
    ATTR_BRIGHTNESS,
    ATTR_COLOR_MODE,
    ATTR_COLOR_TEMP_KELVIN,
    ATTR_EFFECT,
    ATTR_HS_COLOR,
    ATTR_RGB_COLOR,
    ATTR_RGBW_COLOR,
    ATTR_RGBWW_COLOR,
    ATTR_SUPPORTED_COLOR_MODES,
    ATTR_TRANSITION,
    ATTR_WHITE,
    ATTR_XY_COLOR,
    COLOR_MODES_BRIGHTNESS,
    COLOR_MODES_COLOR,
    DOMAIN as LIGHT,
    ColorMode,
    LightEntityFeature,
)
from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_SUPPORTED_FEATURES,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
)
from homeassistant.core import Context, Event, EventStateChangedData, HomeAssistant, State

from .light_pattern import Glow

EVERY: Final = 1.0
"""Seconds from one change to the next at least, so that nothing flashes (WCAG 2.3.1: three)."""
SOFT: Final = 1.0
"""Seconds over which a light that can do so goes to a brightness at which it then stays."""
RECENT: Final = 10.0
"""Seconds for which a light may still report what it was told before; our choice."""
ROUNDING: Final = 13
"""Steps of brightness, of 255, by which a light may report something else than it was told."""
FULL: Final = 255
AMBER: Final = (35.0, 90.0)
"""Hue and saturation of an alarm; never red, whose flashes are the most dangerous (WCAG 2.3.1)."""

_COLOURS: Final = {
    ColorMode.COLOR_TEMP: ATTR_COLOR_TEMP_KELVIN,
    ColorMode.HS: ATTR_HS_COLOR,
    ColorMode.RGB: ATTR_RGB_COLOR,
    ColorMode.RGBW: ATTR_RGBW_COLOR,
    ColorMode.RGBWW: ATTR_RGBWW_COLOR,
    ColorMode.XY: ATTR_XY_COLOR,
}
"""What says the colour, in a state as in an action."""
_NO_EFFECT: Final = frozenset({"off", "none"})
_KEPT: Final = (ATTR_BRIGHTNESS, ATTR_COLOR_MODE, ATTR_EFFECT, *_COLOURS.values())


class Ability(Enum):
    """How finely a light can follow."""

    SWITCHED = auto()
    """On and off alone."""
    STEPPED = auto()
    """Any brightness, at once."""
    SMOOTH = auto()
    """Any brightness, in a given time."""


@dataclass(frozen=True, slots=True)
class Change:
    """What the light is told; two are the same if it ends up the same."""

    on: bool
    brightness: int | None = None
    """1 to 255; None for a light that can only be switched."""
    alarm: bool = False
    colour: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What sets the colour, where it is not left as it is."""
    transition: float = field(default=0.0, compare=False)
    """Seconds; only for a light that can do so."""


class Lamp:
    """A light entity as the coach uses it."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Look at a light; nothing is done to it yet."""
        self._hass = hass
        self.entity_id = entity_id
        self._context = Context()
        """The mark of everything that we do; nobody's lack of permission forbids it."""
        self._told: deque[tuple[float, Change]] = deque()
        """When it was told what, as far back as it may still report it."""
        self._tinted = False

    @property
    def state(self) -> State | None:
        """Its state, if it says anything about now."""
        return _known(self._hass.states.get(self.entity_id))

    @property
    def ability(self) -> Ability:
        """What it can do; only while its state is known."""
        attributes = self.state.attributes if self.state else {}
        if not COLOR_MODES_BRIGHTNESS.intersection(_modes(attributes)):
            return Ability.SWITCHED
        if attributes.get(ATTR_SUPPORTED_FEATURES, 0) & LightEntityFeature.TRANSITION:
            return Ability.SMOOTH
        return Ability.STEPPED

    def before(self) -> dict[str, Any]:
        """Return how it is, to be given back later; only while its state is known."""
        state = self.state
        if state is None:
            return {}
        kept = {key: state.attributes.get(key) for key in _KEPT}
        on = {key: value for key, value in kept.items() if value is not None}
        return {"state": state.state, **(on if state.state == STATE_ON else {})}

    def change(
        self, glow: Glow, before: Mapping[str, Any], now: datetime
    ) -> tuple[Change, datetime | None]:
        """Return what it has to be told now, and when it is time for the next."""
        moves = glow.ends is not None and glow.first != glow.last
        ability = self.ability
        match ability:
            case Ability.SWITCHED:
                return Change(glow.lit), glow.ends
            case Ability.SMOOTH:
                seconds = (glow.ends - now).total_seconds() if moves and glow.ends else SOFT
                return self._change(glow, glow.last, before, max(0.0, seconds)), glow.ends
            case Ability.STEPPED:
                step = now + timedelta(seconds=EVERY)
                until = min(glow.ends, step) if moves and glow.ends else glow.ends
                return self._change(glow, glow.at(until or now), before), until
            case _:
                assert_never(ability)

    def _change(
        self, glow: Glow, percent: float, before: Mapping[str, Any], seconds: float = 0.0
    ) -> Change:
        brightness = max(1, round(percent * FULL / 100))
        own = _colour_of(before, brightness)
        attributes = self.state.attributes if self.state else {}
        # A colour that cannot be given back is not changed.
        alarm = glow.alarm and bool(own and COLOR_MODES_COLOR.intersection(_modes(attributes)))
        colour: Mapping[str, Any] = own if self._tinted else {}
        if alarm:
            colour = {ATTR_HS_COLOR: AMBER}
        return Change(True, brightness, alarm, colour, seconds)

    async def async_set(self, change: Change) -> None:
        """Tell it to change."""
        self._note(change)
        self._tinted = change.alarm
        data = dict(change.colour)
        if change.brightness is not None:
            data[ATTR_BRIGHTNESS] = change.brightness
        if self.ability is Ability.SMOOTH:
            data[ATTR_TRANSITION] = change.transition
        await self._async_call(on=change.on, data=data)

    async def async_give_back(self, before: Mapping[str, Any]) -> None:
        """Bring it back to how it was, unless somebody has switched it off meanwhile."""
        state, was = self.state, before.get("state")
        if state is None or was not in {STATE_ON, STATE_OFF}:
            return
        if state.state == STATE_OFF and self.ability is not Ability.SWITCHED:
            return
        data = {key: before[key] for key in (ATTR_BRIGHTNESS, ATTR_EFFECT) if key in before}
        if data.get(ATTR_EFFECT, "").lower() in _NO_EFFECT:
            data.pop(ATTR_EFFECT, None)
        data |= _colour_of(before, before.get(ATTR_BRIGHTNESS))
        if self.ability is Ability.SMOOTH:
            data[ATTR_TRANSITION] = SOFT
        self._told.clear()
        self._tinted = False
        await self._async_call(on=was == STATE_ON, data=data)

    def by_somebody(self, event: Event[EventStateChangedData]) -> bool:
        """Tell whether a change of its state is somebody else's doing; only while it is borrowed."""
        new, old = _known(event.data["new_state"]), _known(event.data["old_state"])
        if new is None or new.context.id == self._context.id or not self._told:
            return False
        on, brightness = new.state == STATE_ON, new.attributes.get(ATTR_BRIGHTNESS)
        if old is None:
            # A light comes back as it pleases. If it can be dimmed, we never switch it off.
            dimmed = self.ability is not Ability.SWITCHED
            return dimmed and not on and not self._was_told(on=False, brightness=None)
        if new.context.user_id is not None or new.context.parent_id is not None:
            return True
        if new.state == old.state and brightness == old.attributes.get(ATTR_BRIGHTNESS):
            return False
        return not self._was_told(on=on, brightness=brightness)

    def _was_told(self, *, on: bool, brightness: int | None) -> bool:
        """Tell whether it may be on its way from one thing that it was told to another."""
        self._forget_old()
        shown = {change.on for _, change in self._told}
        if on not in shown:
            return False
        levels = [change.brightness for _, change in self._told if change.brightness is not None]
        if not on or False in shown or brightness is None or not levels:
            # On its way from off it may show anything, such as how bright it was the last time.
            return True
        return min(levels) - ROUNDING <= brightness <= max(levels) + ROUNDING

    def _note(self, change: Change) -> None:
        now = self._hass.loop.time()
        if not self._told and (state := self.state) is not None:
            found = Change(state.state == STATE_ON, state.attributes.get(ATTR_BRIGHTNESS))
            self._told.append((now, found))
        self._told.append((now, change))
        self._forget_old()

    def _forget_old(self) -> None:
        """Drop what was replaced by something else so long ago that it cannot be reported now."""
        while len(self._told) > 1 and self._told[1][0] < self._hass.loop.time() - RECENT:
            self._told.popleft()

    async def _async_call(self, *, on: bool, data: Mapping[str, Any]) -> None:
        if not on:
            data = {key: data[key] for key in (ATTR_TRANSITION,) if key in data}
        await self._hass.services.async_call(
            LIGHT,
            SERVICE_TURN_ON if on else SERVICE_TURN_OFF,
            {ATTR_ENTITY_ID: self.entity_id, **data},
            blocking=True,
            context=self._context,
        )


def _known(state: State | None) -> State | None:
    return state if state is not None and state.state in {STATE_ON, STATE_OFF} else None


def _modes(attributes: Mapping[str, Any]) -> list[str]:
    return attributes.get(ATTR_SUPPORTED_COLOR_MODES) or []


def _colour_of(before: Mapping[str, Any], brightness: int | None) -> dict[str, Any]:
    """Return the colour that was kept, as the action takes it; white comes with its brightness."""
    mode = before.get(ATTR_COLOR_MODE)
    if mode == ColorMode.WHITE and brightness is not None:
        return {ATTR_WHITE: brightness}
    key = _COLOURS.get(mode) if mode is not None else None
    return {key: before[key]} if key is not None and key in before else {}
