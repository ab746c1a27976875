"""One entity that heats: how it is switched, and what its state proves (DESIGN.md §6)."""

import asyncio
import logging
from typing import Any, Final, Self

from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    Event,
    EventStateEventData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import async_update_entity
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)

from .heat_devices import command, is_known, shown_on, trusted, unfit, watts
from .lease import Lease
from .massage.heat import HeatKind

__all__ = ["IDLE_WATTS", "Bell", "Named", "Outlet", "Watch", "is_known", "unfit", "watts"]

_LOGGER = logging.getLogger(__name__)

IDLE_WATTS: Final = 2.0
"""What a smart plug may draw by itself; more flows into the heater."""


class Named:
    """An entity by the name that it was configured with, or has been given since.

    One that is registered has an id that no new name changes, and which no other entity has.
    """

    def __init__(self, hass: HomeAssistant, entity_id: str, registry_id: str | None = None) -> None:
        """Take the name, and what finds it again if that was found out before."""
        self._hass = hass
        self._configured = entity_id
        # Known from now on, it is found even if it is renamed before anybody looks at it.
        self._registry_id = registry_id or self._registered()

    @property
    def registry_id(self) -> str | None:
        """What finds it again when it was renamed; None where it has no registry entry."""
        if self._registry_id is None:
            self._registry_id = self._registered()
        return self._registry_id

    def _registered(self) -> str | None:
        entry = er.async_get(self._hass).async_get(self._configured)
        return None if entry is None else entry.id

    @property
    def entity_id(self) -> str:
        """The entity id that it has now; what is gone keeps the one that was configured."""
        registry_id = self.registry_id
        entry = None if registry_id is None else er.async_get(self._hass).async_get(registry_id)
        return self._configured if entry is None else entry.entity_id


class Outlet:
    """The entity that heats, together with the sensor of the power that it draws."""

    def __init__(
        self,
        hass: HomeAssistant,
        heater: str,
        power_sensor: str | None = None,
        registry_id: str | None = None,
        kind: HeatKind = HeatKind.BODY,
        *,
        meter_id: str | None = None,
    ) -> None:
        """Take the names as they are configured; the ids find what was renamed.

        `kind` says how much proof is needed: what touches nobody is believed more (massage.md §4.8).
        """
        self._hass = hass
        self._heater = Named(hass, heater, registry_id)
        self._meter = None if power_sensor is None else Named(hass, power_sensor, meter_id)
        self._kind = kind

    @classmethod
    def of(cls, hass: HomeAssistant, lease: Lease) -> Self:
        """Return what a lease is on, as it is called now."""
        return cls(
            hass,
            lease.heater,
            lease.power_sensor,
            lease.registry_id,
            lease.kind,
            meter_id=lease.meter_id,
        )

    @property
    def registry_id(self) -> str | None:
        """What finds the heater again when it was renamed; None where it has no registry entry."""
        return self._heater.registry_id

    @property
    def entity_id(self) -> str:
        """The entity id that the heater has now."""
        return self._heater.entity_id

    @property
    def power_sensor(self) -> str | None:
        """The entity id that the sensor of its power has now; None where there is none."""
        return None if self._meter is None else self._meter.entity_id

    @property
    def name(self) -> str:
        """What people call the heater."""
        state = self.state
        return self.entity_id if state is None else state.name

    @property
    def state(self) -> State | None:
        """The heater's state."""
        return self._hass.states.get(self.entity_id)

    @property
    def available(self) -> bool:
        """Whether a call would reach it; Home Assistant skips the others without an error."""
        state = self.state
        return state is not None and state.state != STATE_UNAVAILABLE

    @property
    def sources(self) -> list[str]:
        """The entities whose reports say whether it is on."""
        meter = self.power_sensor
        return [self.entity_id] + ([] if meter is None else [meter])

    @property
    def draws(self) -> bool:
        """Whether its sensor shows that power flows into the heater."""
        if (meter := self.power_sensor) is None:
            return False
        drawn = watts(self._hass.states.get(meter))
        return drawn is not None and drawn > IDLE_WATTS

    @callback
    def switch(self, on: bool, context: Context) -> asyncio.Task[None]:  # noqa: FBT001 - on and off are the words
        """Begin to switch; the call has been made when this returns.

        The task is in the background: shutdown and `async_block_till_done` do not wait for a
        device that hangs. Whoever waits for it must not cancel an off that is half done.
        """
        task = self._hass.async_create_background_task(
            self._async_switch(on, context), f"knot_coach {self.entity_id} {'on' if on else 'off'}"
        )
        task.add_done_callback(_note_failure)
        return task

    async def _async_switch(self, on: bool, context: Context) -> None:  # noqa: FBT001 - as switch
        entity_id = self.entity_id
        service, data = command(self.state, on=on)
        await self._hass.services.async_call(
            entity_id.partition(".")[0],
            service,
            {ATTR_ENTITY_ID: entity_id, **data},
            blocking=True,
            context=context,
        )

    @callback
    def refresh(self) -> None:
        """Make the entities look at their devices and report, however little has changed."""
        for source in self.sources:
            if is_known(self._hass.states.get(source)):
                self._hass.async_create_background_task(
                    async_update_entity(self._hass, source), f"knot_coach refresh {source}"
                )

    def evidence(self, on: bool, reported: set[str]) -> bool:  # noqa: FBT001 - as switch
        """Tell whether what was `reported` since a call proves that it is on, or that it is off."""
        state = self.state
        if state is None or not is_known(state) or self.entity_id not in reported:
            return False
        if shown_on(self._hass, self.entity_id) is not on:
            return False
        believed = trusted(self._hass, state, self._kind)
        if (meter := self.power_sensor) is None:
            return believed
        drawn = watts(self._hass.states.get(meter))
        if drawn is None or meter not in reported:
            # On needs less proof than off does.
            return on and believed
        return (on and believed) or (drawn > IDLE_WATTS) is on


class Bell:
    """Wakes one waiting task, at the latest after a time."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Make a bell that was not rung."""
        self._loop = hass.loop
        self._rung = asyncio.Event()

    @callback
    def ring(self) -> None:
        """Wake the task now."""
        self._rung.set()

    async def async_wait(self, within: float) -> None:
        """Wait for the next ring, for so many seconds at most."""
        self._rung.clear()
        timer = self._loop.call_later(max(0.0, within), self._rung.set)
        try:
            await self._rung.wait()
        finally:
            timer.cancel()


class Watch:
    """Listens to what an outlet's entities report from a moment on, changed or not.

    The order of the reports is what counts, so no jump of a clock can make an old one look new.
    """

    def __init__(self, hass: HomeAssistant, outlet: Outlet, bell: Bell) -> None:
        """Ring the bell on each report, while the context is open."""
        self._hass = hass
        self._outlet = outlet
        self._bell = bell
        self._reported = set[str]()
        self._removers: list[CALLBACK_TYPE] = []

    def __enter__(self) -> Self:
        """Start to listen; what was reported before does not count."""
        for track in (async_track_state_change_event, async_track_state_report_event):
            self._removers.append(track(self._hass, self._outlet.sources, self._heard))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        while self._removers:
            self._removers.pop()()

    def proves(self, on: bool) -> bool:  # noqa: FBT001 - as Outlet.switch
        """Tell whether the outlet is proved to be on, or to be off."""
        return self._outlet.evidence(on, self._reported)

    @callback
    def _heard(self, event: Event[Any]) -> None:
        data: EventStateEventData = event.data
        self._reported.add(data["entity_id"])
        self._bell.ring()


def _note_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _LOGGER.warning("%s failed: %r", task.get_name(), error)
