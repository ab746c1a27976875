"""A plug whose hardware has a countdown of its own, and the entity that shows it.

The countdown runs in the plug: it goes on when Home Assistant is gone. What it does at its end, and
whether it hears what is written, differs from plug to plug, as it does in shops.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import override

from homeassistant.components.number import NumberEntity
from homeassistant.components.select import SelectEntity
from homeassistant.const import UnitOfTime
from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError

from custom_components.knot_coach.countdown import seconds_of
from tests.fake_heater import Pad, Room


class End(Enum):
    """What a countdown does when it is over."""

    CUTS = auto()
    TOGGLES = auto()
    """Switches on what is off, and off what is on."""
    CLAIMS = auto()
    """Says that it is off, and leaves the power on."""
    NOTHING = auto()


@dataclass
class Plug(Pad):
    """A pad behind a plug that counts down."""

    end: End = End.CUTS
    auto_off: float | None = None
    """Seconds after each on for which it then has power; None: it has no auto-off."""
    early: float = 1.0
    """What a countdown is shortened to, as a share of what was asked for."""
    forgets: bool = False
    """Whatever switches it stops the countdown, as many plugs have it."""
    written: list[float] = field(default_factory=list)
    """Seconds of all that was written to the countdown and heard."""
    room: Room | None = None
    """Where the plug reports what it does by itself."""
    _counting: asyncio.TimerHandle | None = None
    _off_again: asyncio.TimerHandle | None = None

    @override
    def set(self, *, on: bool) -> None:
        if self._off_again is not None:
            self._off_again.cancel()
            self._off_again = None
        if self.forgets and on is not self.on and self._counting is not None:
            self._counting.cancel()
            self._counting = None
        super().set(on=on)
        if on and self.auto_off is not None:
            loop = asyncio.get_running_loop()
            self._off_again = loop.call_later(self.auto_off, self._does, False)

    def count_down(self, seconds: float) -> None:
        """Begin to count down, or stop."""
        self.written.append(seconds)
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        if seconds > 0:
            loop = asyncio.get_running_loop()
            self._counting = loop.call_later(seconds * self.early, self._is_over)

    @property
    def counting(self) -> bool:
        """Whether a countdown runs."""
        return self._counting is not None

    def _is_over(self) -> None:
        self._counting = None
        if self.end is End.CUTS:
            self._does(False)
        elif self.end is End.TOGGLES:
            self._does(not self.on)
        elif self.end is End.CLAIMS and self.room is not None:
            self.room.switch.report(False)

    def _does(self, on: bool) -> None:  # noqa: FBT001 - as Pad.command
        self.set(on=on)
        if self.room is not None:
            self.room.switch.report()


class _Countdown:
    """What number and select share."""

    plug: Plug
    ignores = False
    """Nothing that is written arrives, and nothing says so."""
    pretends = False
    """It shows what is written, and the plug hears nothing."""
    refuses = False
    slow = 0.0
    """Seconds for which a call that sets it lasts, before the plug hears it."""
    radio = 0.0
    """Seconds between a call that sets it, which returns at once, and when the plug hears it."""

    async def wait(self, then: Callable[[], None], *, clears: bool) -> None:
        """Do something as late as what is written arrives; nothing is quicker than a clear."""
        if self.radio and not clears:
            asyncio.get_running_loop().call_later(self.radio, then)
            return
        if self.slow and not clears:
            await asyncio.sleep(self.slow)
        then()

    def hear(self, seconds: float) -> bool:
        """Pass on what was written; tell whether it is shown."""
        if self.refuses:
            raise HomeAssistantError("The device did not answer")
        if not (self.ignores or self.pretends):
            self.plug.count_down(seconds)
        return not self.ignores


class FakeNumber(_Countdown, NumberEntity):
    """The countdown as a number."""

    _attr_should_poll = False
    _attr_native_min_value = 0.0
    _attr_native_max_value = 86400.0
    _attr_native_step = 1.0
    _attr_native_value = 0.0
    _attr_native_unit_of_measurement: str | None = UnitOfTime.SECONDS

    def __init__(self, plug: Plug, **attributes: object) -> None:
        self.plug = plug
        self._attr_name = "pad countdown"
        self._attr_unique_id = "fake-countdown"
        for key, value in attributes.items():
            setattr(self, key if hasattr(_Countdown, key) else f"_attr_native_{key}", value)

    @override
    async def async_set_native_value(self, value: float) -> None:
        unit = {"s": 1.0, "min": 60.0, "h": 3600.0}[self._attr_native_unit_of_measurement or "s"]

        def arrive() -> None:
            if self.hear(value * unit):
                self._attr_native_value = value
                self.async_write_ha_state()

        await self.wait(arrive, clears=value == 0)


class FakeSelect(_Countdown, SelectEntity):
    """The countdown as a list to choose from."""

    _attr_should_poll = False
    _attr_current_option: str | None = None

    def __init__(self, plug: Plug, *options: str) -> None:
        self.plug = plug
        self._attr_name = "pad countdown"
        self._attr_unique_id = "fake-countdown"
        self._attr_options = [*options]

    @override
    async def async_select_option(self, option: str) -> None:
        if self.hear(seconds_of(option) or 0.0):
            self._attr_current_option = option
            self.async_write_ha_state()


@callback
def lose(entity: FakeNumber | FakeSelect) -> None:
    """Make a countdown unavailable."""
    entity._attr_available = False
    entity.async_write_ha_state()
