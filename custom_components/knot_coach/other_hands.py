"""Whether something in Home Assistant has had a hand in what a heater did.

A device that cuts its power by itself does so without being told. What Home Assistant is told to do can be seen: each
action is an event. That a device reports is no help: the mark of who caused it is lost where the device is slow, and an
automation by the clock leaves none at all. A hand at the device itself is not seen by anybody.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum, auto
import logging
from types import TracebackType
from typing import Any, Final, Self

from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.components.script.const import DOMAIN as SCRIPT
from homeassistant.const import (
    ATTR_DEVICE_ID,
    ATTR_DOMAIN,
    ATTR_SERVICE,
    ATTR_SERVICE_DATA,
    ENTITY_MATCH_ALL,
    EVENT_CALL_SERVICE,
    Platform,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    DOMAIN as HOMEASSISTANT,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.script import ATTR_CUR
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids

from .const import DOMAIN
from .heat_devices import share, shown_on
from .outlet import Outlet

_LOGGER = logging.getLogger(__name__)

SOON: Final = 10.0
"""Seconds within which a device that was told to go off shows it: as long as an off of ours may take."""
STAYED: Final = 5.0
"""Seconds on, after an action, that show it to be no business of the heater: half of the first ten, so that what comes
every five seconds is known before the countdown. Our choice."""
TELLING: Final = frozenset(
    {
        "conversation",
        "frontend",
        "logbook",
        "logger",
        "notify",
        "persistent_notification",
        "recorder",
        "system_log",
        "tts",
        DOMAIN,
    }
)
"""Domains whose actions tell somebody something; what follows from that is an action again."""
TRIGGERING: Final = frozenset({AUTOMATION, Platform.BUTTON, Platform.SCENE, SCRIPT})
"""Domains whose entities stand for something that is done, which may be to another entity of their integration."""
UPDATE: Final = (HOMEASSISTANT, "update_entity")
"""Only looks."""


class _Reach(Enum):
    """What an action may have been done to."""

    HEATER = auto()
    ANYTHING = auto()
    """It reaches devices past their entities; which ones, cannot be seen."""
    OTHERS = auto()


@dataclass(frozen=True, slots=True)
class _Blind:
    """An action that may have reached anything."""

    name: str
    data: dict[str, Any]
    at: float
    context_id: str

    def repeats(self, other: _Blind) -> bool:
        """Tell whether exactly the same was done before."""
        same = (other.name, other.data) == (self.name, self.data)
        return same and other.at < self.at


class OtherHands:
    """Notes, for as long as it is entered, what may have switched a heater or another part of its device."""

    def __init__(self, hass: HomeAssistant, outlet: Outlet, own: Collection[str]) -> None:
        """Take the heater, and the ids of the contexts in which the coach itself acts."""
        self._hass, self._outlet, self._own = hass, outlet, own
        self._removers: list[CALLBACK_TYPE] = []
        self._harmless: list[_Blind] = []
        self.begin()

    @callback
    def begin(self) -> None:
        """Begin with another on; of those before only what came to nothing is remembered."""
        self._touched: str | None = None
        self._blind: list[_Blind] = []
        self._was_on = False
        self._off_at: float | None = None
        self._running: set[str] = set()

    @callback
    def end(self) -> None:
        """End an on: what was done in time to show that it is no business of the heater came to nothing."""
        until = self._off_at or self._hass.loop.time()
        self._harmless += [one for one in self._blind if one.at + STAYED <= until]

    @property
    def culprit(self) -> str | None:
        """The action that may have had a hand in it that the heater is off, if there is one."""
        if self._touched is not None:
            return self._touched
        return next((one.name for one in self._blind if self._suspect(one)), None)

    def _suspect(self, one: _Blind) -> bool:
        """Tell whether an action that may have reached anything may have switched the heater off."""
        run = [other for other in self._blind if other.context_id == one.context_id]
        if one.context_id in self._running and one is run[-1]:
            return True
        off_at = self._off_at or self._hass.loop.time()
        before = [*self._harmless, *(other for other in self._blind if other.at + SOON < off_at)]
        return one.at + SOON >= off_at and not any(map(one.repeats, before))

    @property
    def busy(self) -> bool:
        """Whether something was done, or somebody has caused what the heater shows."""
        state = self._outlet.state
        if self.culprit is not None or state is None or state.context.id in self._own:
            return self.culprit is not None
        return state.context.user_id is not None or state.context.parent_id is not None

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._removers = [
            self._hass.bus.async_listen(EVENT_CALL_SERVICE, self._heard),
            async_track_state_change_event(self._hass, self._outlet.entity_id, self._changed),
        ]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no more."""
        while self._removers:
            self._removers.pop()()

    @callback
    def _changed(self, _: Event[EventStateChangedData]) -> None:
        if not self._off:
            self._was_on, self._off_at = self._was_on or bool(self._on), None
        elif self._was_on and self._off_at is None:
            self._off_at = self._hass.loop.time()
            # What they have begun may take long, and be what has just switched off.
            runs = self._hass.states.async_all((AUTOMATION, SCRIPT))
            self._running = {run.context.id for run in runs if run.attributes.get(ATTR_CUR)}

    @callback
    def _heard(self, event: Event[dict[str, Any]]) -> None:
        # What is done once it is off is no cause of that.
        if event.context.id in self._own or (self._was_on and self._off):
            return
        domain, service = event.data[ATTR_DOMAIN], event.data[ATTR_SERVICE]
        data: dict[str, Any] = event.data[ATTR_SERVICE_DATA]
        try:
            reach = self._reach(domain, service, data)
        except Exception:
            _LOGGER.exception("Nobody knows what %s.%s is done to", domain, service)
            reach = _Reach.HEATER
        name = f"{domain}.{service}"
        if reach is _Reach.HEATER:
            self._touched = self._touched or name
        elif reach is _Reach.ANYTHING:
            self._blind.append(_Blind(name, data, self._hass.loop.time(), event.context.id))

    @property
    def _on(self) -> bool | None:
        return shown_on(self._hass, self._outlet.entity_id)

    @property
    def _off(self) -> bool:
        return self._on is False

    def _reach(self, domain: str, service: str, data: dict[str, Any]) -> _Reach:
        if domain in TELLING or (domain, service) == UPDATE:
            return _Reach.OTHERS
        targets = _Targets(self._hass, data)
        heater = self._outlet.entity_id
        named = any(map(self._may_switch, targets.named))
        if named or self._device_of(heater) in targets.devices:
            return _Reach.HEATER
        if any(map(self._belongs, targets.told(domain))):
            return _Reach.HEATER
        # What a script does is an action again; a remote control passes on what any device may hear.
        blind = domain == Platform.REMOTE or (not targets.any and domain != SCRIPT)
        return _Reach.ANYTHING if blind else _Reach.OTHERS

    def _may_switch(self, entity_id: str) -> bool:
        """Tell whether an entity that is told something may be told about the heater."""
        if self._belongs(entity_id):
            return True
        registry = er.async_get(self._hass)
        one, heater = registry.async_get(entity_id), registry.async_get(self._outlet.entity_id)
        if one is None or heater is None or one.domain not in TRIGGERING:
            return False
        entry_id = heater.config_entry_id
        same_entry = entry_id is not None and one.config_entry_id == entry_id
        return same_entry or one.platform == heater.platform

    def _belongs(self, entity_id: str) -> bool:
        """Tell whether an entity shares the relay of the heater, or its device."""
        heater = self._outlet.entity_id
        device = self._device_of(heater)
        same = device is not None and self._device_of(entity_id) == device
        return same or share(self._hass, entity_id, heater)

    def _device_of(self, entity_id: str) -> str | None:
        entry = er.async_get(self._hass).async_get(entity_id)
        return None if entry is None else entry.device_id


class _Targets:
    """What the data of an action say it is to be done to."""

    def __init__(self, hass: HomeAssistant, data: dict[str, Any]) -> None:
        """Read the data, whoever has written them."""
        self._hass = hass
        chosen = TargetSelection(data)
        # An action may be told several entities in one text, in whatever case.
        names = {name.strip().lower() for text in chosen.entity_ids for name in text.split(",")}
        self._all = ENTITY_MATCH_ALL in names
        chosen.entity_ids = names - {ENTITY_MATCH_ALL}
        found = async_extract_referenced_entity_ids(hass, chosen)
        devices = TargetSelection({ATTR_DEVICE_ID: [*chosen.device_ids]})
        of_devices = async_extract_referenced_entity_ids(hass, devices)
        self.devices = of_devices.referenced_devices
        """Those that are named, with what belongs to them."""
        self.named = set(map(self._name_of, found.referenced)) | of_devices.indirectly_referenced
        """Entities that are named, or whose device is."""
        self._reached = found.indirectly_referenced
        self.any = bool(
            names
            or chosen.area_ids
            or chosen.floor_ids
            or chosen.label_ids
            or chosen.device_ids - of_devices.missing_devices
        )
        """Whether anything is named that Home Assistant knows a name of."""

    def told(self, domain: str) -> Iterator[str]:
        """Give the entities of a place, or of all there are, that an action of a domain is done to."""
        entities = self._hass.states.async_entity_ids() if self._all else self._reached
        registry = er.async_get(self._hass)
        for entity_id in {*entities, *self._reached}:
            entry = registry.async_get(entity_id)
            platform = None if entry is None else entry.platform
            if domain in {HOMEASSISTANT, entity_id.partition(".")[0], platform}:
                yield entity_id

    def _name_of(self, name: str) -> str:
        entry = er.async_get(self._hass).async_get(name)
        return name if entry is None else entry.entity_id
