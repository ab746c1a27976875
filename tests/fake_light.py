"""A light that can be trusted to misbehave: a real entity, with a record of what it was told and when.

What it was told and what it shows are two things: `brightness_at` tells how bright it was at any
moment, transitions included, as somebody in the room would have seen it.
"""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, override

from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_EFFECT,
    ATTR_TRANSITION,
    ColorMode,
    LightEntity,
    LightEntityFeature,
)
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component

COLOURS = ("color_temp_kelvin", "hs_color", "rgb_color", "rgbw_color", "rgbww_color", "xy_color")
MODES = {
    "color_temp_kelvin": ColorMode.COLOR_TEMP,
    "hs_color": ColorMode.HS,
    "rgb_color": ColorMode.RGB,
    "rgbw_color": ColorMode.RGBW,
    "rgbww_color": ColorMode.RGBWW,
    "xy_color": ColorMode.XY,
    "white": ColorMode.WHITE,
}


@dataclass(frozen=True, slots=True)
class Told:
    """One command as it reached the light."""

    at: float
    """In the loop's time."""
    on: bool
    brightness: int | None = None
    transition: float | None = None
    other: dict[str, Any] = field(default_factory=dict)


@dataclass
class Faults:
    """How the light misbehaves. Everything can be changed at any time."""

    hangs: bool = False
    """No command returns, and none has any effect."""
    error: type[Exception] | None = None
    """What every command raises."""
    late: float = 0.0
    """Seconds that a command takes."""
    anonymous: bool = False
    """It reports what it does on its own behalf, as a light that is polled."""
    halfway: bool = False
    """It reports how bright it is in the middle of a transition, too."""


class FakeLight(LightEntity):
    """A lamp beside the bed."""

    _attr_should_poll = False

    def __init__(
        self,
        key: str = "bed",
        *,
        modes: frozenset[ColorMode] = frozenset({ColorMode.BRIGHTNESS}),
        transition: bool = True,
        effects: list[str] | None = None,
    ) -> None:
        self._attr_name = key
        self._attr_unique_id = f"fake-light-{key}"
        self._attr_supported_color_modes = set(modes)
        self._attr_is_on = False
        self._attr_color_mode = min(modes)
        self._attr_brightness = None if modes == {ColorMode.ONOFF} else 200
        self._attr_supported_features = LightEntityFeature(0)
        if transition:
            self._attr_supported_features |= LightEntityFeature.TRANSITION
        if effects:
            self._attr_supported_features |= LightEntityFeature.EFFECT
            self._attr_effect_list = effects
        self.faults = Faults()
        self.told: list[Told] = []
        """What has had an effect."""
        self.attempts: list[float] = []
        """When anything was tried, in the loop's time."""
        self.busy = self.most = 0
        """How many commands are under way, and how many were at most."""
        self._timers: list[asyncio.TimerHandle] = []

    def begin_with(self, *, on: bool, **attributes: Any) -> None:  # noqa: ANN401 - any attribute
        """Be on or off, with these attributes, before anybody looks."""
        self._attr_is_on = on
        self._take(attributes)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self._obey(on=True, given=kwargs)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self._obey(on=False, given=kwargs)

    async def _obey(self, *, on: bool, given: dict[str, Any]) -> None:
        self.attempts.append(self.hass.loop.time())
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            if self.faults.hangs:
                await self.hass.loop.create_future()
            if self.faults.error is not None:
                raise self.faults.error("The bulb does not like it")
            if self.faults.late:
                await asyncio.sleep(self.faults.late)
        finally:
            self.busy -= 1
        self._do(on=on, given=dict(given))

    def _do(self, *, on: bool, given: dict[str, Any]) -> None:
        before, now = self._attr_brightness or 0, self.hass.loop.time()
        brightness, transition = given.pop(ATTR_BRIGHTNESS, None), given.pop(ATTR_TRANSITION, None)
        self.told.append(Told(now, on, brightness, transition, given))
        self._attr_is_on = on
        goal = self._attr_brightness if brightness is None else brightness
        if self.faults.halfway and transition and goal is not None:
            self._attr_brightness = round((before + goal) / 2)
            self._timers.append(self.hass.loop.call_later(transition, self.report, goal))
        else:
            self._attr_brightness = goal
        self._take(given)
        if self.faults.anonymous:
            self.async_set_context(Context())
        self.async_write_ha_state()

    @callback
    def report(self, brightness: int) -> None:
        """Report a brightness on its own behalf."""
        self._attr_brightness = brightness
        if self.faults.anonymous:
            self.async_set_context(Context())
        self.async_write_ha_state()

    def _take(self, attributes: dict[str, Any]) -> None:
        for key, value in attributes.items():
            if key in MODES:
                self._attr_color_mode = MODES[key]
            if key == "white":
                self._attr_brightness = value
            elif key in COLOURS:
                setattr(self, f"_attr_{key}", value)
            elif key == ATTR_EFFECT:
                self._attr_effect = value
            elif key == ATTR_BRIGHTNESS:
                self._attr_brightness = value

    @callback
    def touch(self, *, on: bool, brightness: int | None = None) -> None:
        """Let somebody use the button on the lamp; Home Assistant is not told who."""
        self._attr_is_on = on
        if brightness is not None:
            self._attr_brightness = brightness
        self.async_set_context(Context())
        self.async_write_ha_state()

    @callback
    def set_available(self, *, available: bool) -> None:
        """Lose the light, or find it again."""
        self._attr_available = available
        self.async_set_context(Context())
        self.async_write_ha_state()

    def brightness_at(self, moment: float) -> float:
        """How bright it was at a moment of the loop's time, in percent."""
        level = start = 0.0
        begun, within = 0.0, 0.0
        for told in self.told:
            if told.at > moment:
                break
            start = _between(start, level, told.at - begun, within)
            level = (told.brightness or 255) / 2.55 if told.on else 0.0
            begun, within = told.at, told.transition or 0.0
        return _between(start, level, moment - begun, within)

    @property
    def gaps(self) -> list[float]:
        """Seconds from one change to the next."""
        return [b.at - a.at for a, b in pairwise(self.told)]

    def leave(self) -> None:
        """Report nothing more."""
        for timer in self._timers:
            timer.cancel()


def _between(start: float, goal: float, passed: float, within: float) -> float:
    return goal if passed >= within else start + (goal - start) * passed / within


async def add_light(hass: HomeAssistant, light: FakeLight) -> FakeLight:
    """Bring a light into the house, as an integration does."""
    assert await async_setup_component(hass, "light", {})
    await hass.data[DATA_INSTANCES]["light"].async_add_entities([light])
    return light
