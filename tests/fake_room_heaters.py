"""Room and towel heaters to burn oneself on: the pad of `fake_heater`, shown in the rarer ways."""

from typing import Any, override

from homeassistant.components.fan import FanEntity, FanEntityFeature
from homeassistant.components.humidifier import HumidifierEntity
from homeassistant.components.light import ColorMode, LightEntity
from homeassistant.components.water_heater import (
    STATE_ECO,
    WaterHeaterEntity,
    WaterHeaterEntityFeature,
)
from homeassistant.const import STATE_OFF, UnitOfTemperature
from homeassistant.core import HomeAssistant

from tests.fake_heater import (
    Pad,
    Room,
    _PadEntity as PadEntity,
)


class _Shown(PadEntity):
    """Shows whether the pad is on, or what was wished where it is untrue."""

    wished = False

    @property
    def shown(self) -> bool:
        """What is shown."""
        raise NotImplementedError

    def show(self, *, on: bool) -> None:
        """Take over what is to be shown."""
        raise NotImplementedError

    @override
    def look(self, on: bool | None = None) -> bool:
        before = self.shown
        is_on = self.pad.on if on is None else on
        self.show(on=self.wished if self.ways.untrue else is_on)
        return before is not self.shown

    async def async_wish(self, *, on: bool) -> None:
        """Take a command."""
        self.wished = on
        await self.async_command(on=on)


class FakeLight(_Shown, LightEntity):
    """An infrared lamp."""

    _attr_supported_color_modes = {ColorMode.ONOFF}  # noqa: RUF012 - as Home Assistant has it
    _attr_color_mode = ColorMode.ONOFF
    _attr_is_on = False

    @property
    @override
    def shown(self) -> bool:
        return bool(self._attr_is_on)

    @override
    def show(self, *, on: bool) -> None:
        self._attr_is_on = on

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self.async_wish(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_wish(on=False)


class FakeFan(_Shown, FanEntity):
    """A fan heater."""

    _attr_supported_features = (
        FanEntityFeature.SET_SPEED | FanEntityFeature.TURN_ON | FanEntityFeature.TURN_OFF
    )
    _attr_percentage = 0

    @property
    @override
    def shown(self) -> bool:
        return bool(self._attr_percentage)

    @override
    def show(self, *, on: bool) -> None:
        self._attr_percentage = 100 if on else 0

    @override
    async def async_turn_on(
        self, percentage: int | None = None, preset_mode: str | None = None, **kwargs: Any
    ) -> None:
        await self.async_wish(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_wish(on=False)


class FakeHumidifier(_Shown, HumidifierEntity):
    """A warm mist."""

    _attr_is_on = False

    @property
    @override
    def shown(self) -> bool:
        return bool(self._attr_is_on)

    @override
    def show(self, *, on: bool) -> None:
        self._attr_is_on = on

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self.async_wish(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_wish(on=False)


class FakeWaterHeater(_Shown, WaterHeaterEntity):
    """A boiler that can be switched on and off."""

    _attr_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_supported_features = WaterHeaterEntityFeature.ON_OFF
    _attr_current_operation = STATE_OFF

    @property
    @override
    def shown(self) -> bool:
        return self._attr_current_operation != STATE_OFF

    @override
    def show(self, *, on: bool) -> None:
        self._attr_current_operation = STATE_ECO if on else STATE_OFF

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self.async_wish(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_wish(on=False)


class FakeBoiler(FakeWaterHeater):
    """A boiler that knows off only as one of its modes."""

    _attr_supported_features = WaterHeaterEntityFeature.OPERATION_MODE
    _attr_operation_list = [STATE_OFF, STATE_ECO]  # noqa: RUF012 - as Home Assistant has it

    @override
    async def async_set_operation_mode(self, operation_mode: str) -> None:
        await self.async_wish(on=operation_mode != STATE_OFF)


class Bathroom(Room):
    """A room with a heater of any kind, and the sensors of `Room`."""

    def __init__(self, hass: HomeAssistant, pad: Pad) -> None:
        """Prepare; `async_add_heater` brings the heater."""
        super().__init__(hass, pad)
        self.heater: PadEntity

    async def async_add_heater(self, kind: str) -> str:
        """Add a heater by the name of its domain, or `boiler`; return its entity id."""
        if kind == "input_boolean":
            await self.async_add_input_boolean()
            return "input_boolean.pad"
        domain = "water_heater" if kind == "boiler" else kind
        if kind == "switch":
            self.heater = await self.async_add_switch()
        elif kind == "climate":
            self.heater = await self.async_add_climate()
        else:
            self.heater = await self.async_add(domain, RARE[kind](self.pad, "pad"))
        return f"{domain}.pad"


RARE: dict[str, type[_Shown]] = {
    "light": FakeLight,
    "fan": FakeFan,
    "humidifier": FakeHumidifier,
    "water_heater": FakeWaterHeater,
    "boiler": FakeBoiler,
}
"""The heaters of this file by their names."""
