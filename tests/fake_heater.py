"""A heater to burn oneself on: a pad with its own clock and warmth, and entities that misbehave.

The pad is the hardware: it outlives a Home Assistant, and what it has done is asked of it and not
of any state. The entities are real ones, and each has ways to be late, deaf, silent or untrue.
"""

import asyncio
from dataclasses import dataclass, field
from math import exp
from typing import Any, override

from homeassistant.components.climate import ClimateEntity, ClimateEntityFeature, HVACMode
from homeassistant.components.input_boolean import DOMAIN as INPUT_BOOLEAN
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorStateClass
from homeassistant.components.switch import SwitchEntity
from homeassistant.const import UnitOfPower, UnitOfTemperature
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

ROOM = 22.0
"""Degrees Celsius of a pad that was off for long."""
HOTTEST = 55.0
"""Degrees Celsius of a pad that was on for long."""
INERTIA = 600.0
"""Seconds after which two thirds of a change of temperature have happened."""
WATTS = 40.0


@dataclass
class Ways:
    """How a device or its entity misbehaves. Everything can be changed at any time."""

    late: float = 0.0
    """Seconds between what the device does and its report."""
    deaf: int = 0
    """Ignore every so-manieth off (3: one in three); 1 ignores all."""
    deaf_to_on: bool = False
    refuse_on: bool = False
    refuse_off: bool = False
    hang_on: bool = False
    """Calls to switch on never return, and have had no effect yet."""
    hang_off: int = 0
    """So many calls to switch off never return."""
    quiet: bool = False
    """Report only what has changed, as many devices that are not polled do."""
    untrue: bool = False
    """Report what was wished and not what is."""
    power_sensor_dead: bool = False
    """The watts that are shown stay what they were."""
    own_switch_off: bool = False
    """It has a switch of its own, which is off: on feeds nothing. To be set while it is off."""
    pausing: bool = False
    """A thermostat of its own makes a pause: it draws nothing for now."""
    lost: bool = False
    """Out of reach when a Home Assistant starts; `set_available` finds it again."""
    beside: bool = False
    """The thermometer lies beside it, and measures the room."""


@dataclass
class Pad:
    """The hardware, with a clock and a warmth of its own."""

    ways: Ways = field(default_factory=Ways)
    on: bool = False
    commands: list[str] = field(default_factory=list)
    """All commands that reached the device, heard or not."""
    runs: list[float] = field(default_factory=list)
    """Seconds of each time that it was on and is off now."""
    _since: float = 0.0
    _start: float = ROOM
    _offs: int = 0

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def has_power(self) -> bool:
        """Whether it is on."""
        return self.on

    @property
    def seconds_on(self) -> float:
        """All seconds for which it had power, by its own clock."""
        return sum(self.runs) + (self._now - self._since if self.on else 0.0)

    @property
    def celsius(self) -> float:
        """How warm it is."""
        goal = HOTTEST if self.on and not self.ways.own_switch_off else ROOM
        return goal + (self._start - goal) * exp(-(self._now - self._since) / INERTIA)

    @property
    def watts(self) -> float:
        """What it draws."""
        idle = self.ways.own_switch_off or self.ways.pausing or not self.on
        return 0.4 if idle else WATTS

    def command(self, on: bool) -> None:  # noqa: FBT001 - on and off are the words
        """Obey a command, or not."""
        self.commands.append("on" if on else "off")
        if on:
            if not self.ways.deaf_to_on:
                self.set(on=True)
            return
        self._offs += 1
        if not self.ways.deaf or self._offs % self.ways.deaf:
            self.set(on=False)

    def set(self, *, on: bool) -> None:
        """Change at once, whoever did it."""
        if on is self.on:
            return
        self._start, now = self.celsius, self._now
        if self.on:
            self.runs.append(now - self._since)
        self.on, self._since = on, now


class _PadEntity(Entity):
    """What all entities of a pad share."""

    _attr_should_poll = False

    def __init__(self, pad: Pad, name: str) -> None:
        self.pad = pad
        self._attr_name = name
        self._attr_available = not pad.ways.lost
        self._attr_unique_id = f"fake-{name}"
        self._timers = list[asyncio.TimerHandle]()
        self.hanging = list[asyncio.Future[None]]()

    @property
    def ways(self) -> Ways:
        return self.pad.ways

    def look(self, on: bool | None = None) -> bool:  # noqa: FBT001 - as Pad.command
        """Take over what the device is, or was; tell whether that is news."""
        raise NotImplementedError

    async def async_command(self, *, on: bool) -> None:
        """Pass a command to the device, with all that can go wrong on the way."""
        if self.ways.refuse_on if on else self.ways.refuse_off:
            raise HomeAssistantError("The device did not answer")
        if on and self.ways.hang_on:
            await self._hang()
        elif not on and self.ways.hang_off:
            self.ways.hang_off -= 1
            await self._hang()
        self.pad.command(on)
        if self.ways.late:
            # What is late tells of then, not of now.
            self._timers.append(self.hass.loop.call_later(self.ways.late, self.report, self.pad.on))
        else:
            self.report()

    async def _hang(self) -> None:
        self.hanging.append(self.hass.loop.create_future())
        await self.hanging[-1]

    @callback
    def report(self, on: bool | None = None) -> None:  # noqa: FBT001 - as Pad.command
        """Report what the device is, or was, at least if that is news."""
        if self.look(on) or not self.ways.quiet:
            self.async_write_ha_state()

    @callback
    def set_available(self, *, available: bool) -> None:
        """Lose the device, or find it again."""
        self._attr_available = available
        self.look()
        self.async_write_ha_state()

    def leave(self) -> None:
        """Report nothing more."""
        for timer in self._timers:
            timer.cancel()


class FakeSwitch(_PadEntity, SwitchEntity):
    """The pad as a switch."""

    _attr_is_on = False

    @override
    def look(self, on: bool | None = None) -> bool:
        before, self._attr_is_on = self._attr_is_on, self.pad.on if on is None else on
        return before is not self._attr_is_on

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self.async_command(on=True)
        self._pretend(on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_command(on=False)
        self._pretend(on=False)

    def _pretend(self, *, on: bool) -> None:
        if self.ways.untrue:
            self._attr_is_on = on
            self.async_write_ha_state()


class FakeClimate(_PadEntity, ClimateEntity):
    """The pad as a thermostat."""

    _attr_temperature_unit = UnitOfTemperature.CELSIUS
    _attr_hvac_modes = [HVACMode.OFF, HVACMode.HEAT]  # noqa: RUF012 - as Home Assistant has it
    _attr_hvac_mode = HVACMode.OFF
    _attr_supported_features = ClimateEntityFeature(0)

    @override
    def look(self, on: bool | None = None) -> bool:
        before, on = self._attr_hvac_mode, self.pad.on if on is None else on
        self._attr_hvac_mode = HVACMode.HEAT if on else HVACMode.OFF
        return before is not self._attr_hvac_mode

    @override
    async def async_set_hvac_mode(self, hvac_mode: HVACMode) -> None:
        await self.async_command(on=hvac_mode is not HVACMode.OFF)


class FakeThermometer(_PadEntity, SensorEntity):
    """The warmth of the pad."""

    _attr_device_class = SensorDeviceClass.TEMPERATURE
    _attr_state_class = SensorStateClass.MEASUREMENT
    _attr_native_unit_of_measurement = UnitOfTemperature.CELSIUS

    @override
    def look(self, on: bool | None = None) -> bool:
        celsius = ROOM if self.ways.beside else self.pad.celsius
        before, self._attr_native_value = self._attr_native_value, round(celsius, 2)
        return before != self._attr_native_value


class FakePower(_PadEntity, SensorEntity):
    """The watts that the pad draws."""

    _attr_device_class = SensorDeviceClass.POWER
    _attr_native_unit_of_measurement = UnitOfPower.WATT

    async def async_update(self) -> None:
        """Answer whoever asks, as a device that is polled does."""
        self.look()

    @override
    def look(self, on: bool | None = None) -> bool:
        if self.ways.power_sensor_dead and self._attr_native_value is not None:
            return False
        before, self._attr_native_value = self._attr_native_value, self.pad.watts
        return before != self._attr_native_value


class Room:
    """A pad and its entities in one Home Assistant."""

    def __init__(self, hass: HomeAssistant, pad: Pad) -> None:
        """Prepare; the `async_add_…` methods bring the entities."""
        self.hass = hass
        self.pad = pad
        self.switch: FakeSwitch
        self._removers = list[CALLBACK_TYPE]()
        self._ticks = list[asyncio.TimerHandle]()
        self._entities = list[_PadEntity]()

    async def async_add[E: _PadEntity](self, domain: str, entity: E) -> E:
        """Add an entity as an integration does."""
        assert await async_setup_component(self.hass, domain, {})
        entity.look()
        self._entities.append(entity)
        await self.hass.data[DATA_INSTANCES][domain].async_add_entities([entity])
        return entity

    async def async_add_switch(self) -> FakeSwitch:
        """Add `switch.pad`."""
        self.switch = await self.async_add("switch", FakeSwitch(self.pad, "pad"))
        return self.switch

    async def async_add_climate(self) -> FakeClimate:
        """Add `climate.pad`."""
        return await self.async_add("climate", FakeClimate(self.pad, "pad"))

    async def async_add_input_boolean(self) -> None:
        """Add `input_boolean.pad` and the automation that passes it on to the pad."""
        assert await async_setup_component(self.hass, INPUT_BOOLEAN, {INPUT_BOOLEAN: {"pad": None}})

        @callback
        def passed_on(event: Event[EventStateChangedData]) -> None:
            if (state := event.data["new_state"]) is not None:
                self.pad.command(state.state == "on")

        self._removers.append(
            async_track_state_change_event(self.hass, "input_boolean.pad", passed_on)
        )

    async def async_add_thermometer(self, every: float = 10.0) -> FakeThermometer:
        """Add `sensor.pad_temperature`, which reports regularly."""
        return self._reporting(
            await self.async_add("sensor", FakeThermometer(self.pad, "pad temperature")), every
        )

    async def async_add_power(self, every: float = 2.0) -> FakePower:
        """Add `sensor.pad_power`, which reports regularly, and is a part of a device."""
        power = await self.async_add("sensor", FakePower(self.pad, "pad power"))
        plug = MockConfigEntry(domain="sensor")
        plug.add_to_hass(self.hass)
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=plug.entry_id, identifiers={("sensor", "plug")}
        )
        er.async_get(self.hass).async_update_entity(power.entity_id, device_id=device.id)
        return self._reporting(power, every)

    def _reporting[E: _PadEntity](self, entity: E, every: float) -> E:
        index = len(self._ticks)

        def tick() -> None:
            if entity.available:
                entity.report()
            self._ticks[index] = self.hass.loop.call_later(every, tick)

        self._ticks.append(self.hass.loop.call_later(every, tick))
        return entity

    def silence(self) -> None:
        """Stop every regular report."""
        for handle in self._ticks:
            handle.cancel()

    def leave(self) -> None:
        """Stop everything of this Home Assistant; the pad goes on."""
        self.silence()
        for entity in self._entities:
            entity.leave()
        while self._removers:
            self._removers.pop()()
