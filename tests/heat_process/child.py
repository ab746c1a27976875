"""A real Home Assistant over a folder, to be killed: with a coach, and the heater of another process.

    python -m tests.heat_process.child FOLDER furnish|warm|stay

`furnish` makes the entries and stops in good order. `warm` starts a session and says yes to heat;
`stay` only starts. Both go on until they are killed, or are asked to stop by SIGTERM. Facts are told
as lines of JSON. `KNOT_PAD_STOP_AT` names the step at which the process stops itself dead.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
import json
import logging
import os
from pathlib import Path
import signal
import socket
import sys
from types import MappingProxyType
from typing import Any, Final

from homeassistant import bootstrap, loader
from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import Context, Event, HomeAssistant, State, callback
from homeassistant.helpers import area_registry as ar, entity_registry as er, storage
from homeassistant.util import dt as dt_util
from homeassistant.util.file import write_utf8_file_atomic

COACH: Final = "knot_coach"
PAD: Final = "knot_pad"
LONGEST: Final = timedelta(seconds=8)
"""Stands in for the fifteen minutes that no use may exceed."""
CHECK_EVERY: Final = timedelta(seconds=2)
"""Stands in for the five minutes between two skin checks."""
WORDS_PER_SECOND: Final = 100.0
"""The lines are texts that nobody has to hear."""
OFFS: Final = ("off_sent", "off_returned", "off_proved", "lease_removed")
"""The steps that somebody has to switch it off for."""


def hurry() -> None:
    """Let minutes be seconds; every other number, and all code, is that of the product."""
    for name in ("asking", "heating"):
        module: Any = import_module(f"custom_components.{COACH}.massage.{name}")
        if name == "asking":
            module.MAX_TIME = LONGEST
        module.CHECK_EVERY = CHECK_EVERY
    wording: Any = import_module(f"custom_components.{COACH}.massage.wording")
    wording.WORDS_PER_SECOND, wording.LEAD_SECONDS = WORDS_PER_SECOND, 0.0


def watch_the_disk() -> None:
    """Make the moments before and after each write of the leases steps."""

    def watched(
        filename: str,
        utf8_data: bytes | str,
        private: bool = False,  # noqa: FBT001, FBT002 - as it is
        mode: str = "w",
    ) -> None:
        if not filename.endswith(f"{COACH}.heat"):
            write_utf8_file_atomic(filename, utf8_data, private, mode)
            return
        granted = bool(json.loads(utf8_data)["data"]["leases"])
        reached("lease_unwritten" if granted else "off_proved")
        write_utf8_file_atomic(filename, utf8_data, private, mode)
        reached("lease_written" if granted else "lease_removed")

    store: Any = storage
    store.write_utf8_file_atomic = watched


def tell(**fact: object) -> None:
    """Tell the parent; see `wire.py`, which Home Assistant loads under a name of its own."""
    import_module(f"custom_components.{PAD}.wire").tell(**fact)


def reached(step: str) -> None:
    """Stop dead if this is the step; see `wire.py`."""
    import_module(f"custom_components.{PAD}.wire").reached(step)


def free_port() -> int:
    """Return a port for the web server, which nobody calls."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def start(folder: Path) -> HomeAssistant:
    """Start Home Assistant as it starts itself, but for what a heater has no use for."""
    bootstrap.DEFAULT_INTEGRATIONS = set()
    hass = HomeAssistant(str(folder))
    loader.async_setup(hass)
    hass.config.skip_pip = True
    await loader.async_get_custom_components(hass)
    hurry()
    watch_the_disk()
    web = {"server_host": "127.0.0.1", "server_port": free_port()}
    config = {"assist_pipeline": {}, "http": web}
    if await bootstrap.async_from_config_dict(config, hass) is None:
        raise RuntimeError("Home Assistant did not start")
    hass.bus.async_listen("repairs_issue_registry_updated", _tell_issue)
    await hass.async_start()
    tell(fact="started")
    return hass


@callback
def _tell_issue(event: Event[Any]) -> None:
    tell(issue=event.data["issue_id"], action=event.data["action"])


async def furnish(hass: HomeAssistant) -> None:
    """Take in the heater and a coach for a healthy grown-up."""
    await hass.config_entries.flow.async_init(PAD, context={"source": SOURCE_USER})
    await hass.async_block_till_done()
    today = dt_util.now().date().isoformat()
    await hass.config_entries.async_add(
        ConfigEntry(
            data={
                "name": "Sam",
                "room": ar.async_get(hass).async_get_or_create("Bedroom").id,
                "outputs": [{"entity_id": "notify.page"}],
            },
            options={
                "screened_on": today,
                "findings": [],
                "acknowledged_on": today,
                "heater": "switch.pad",
                "temperature": "sensor.pad_temperature",
                "own_cutoff": True,
            },
            discovery_keys=MappingProxyType({}),
            domain=COACH,
            minor_version=1,
            source=SOURCE_USER,
            subentries_data=(),
            title="Sam",
            unique_id=None,
            version=1,
        )
    )


class Person:
    """Somebody who wants heat, and presses the buttons for it."""

    def __init__(self, hass: HomeAssistant, context: Context) -> None:
        """Take the signed-in person's context."""
        self._hass, self._context = hass, context
        self._changed = asyncio.Event()
        hass.bus.async_listen("state_changed", self._ring)

    async def async_warm(self, *, until: str) -> None:
        """Go from the wish to the heat, and to whatever leads to the last step."""
        await self._hass.services.async_call(
            COACH,
            "start_session",
            {"area": "upper_traps", "side": "left", "length": "quick", "heat": True},
            blocking=True,
            context=self._context,
        )
        await self._async_answer("health", "no")
        await self._async_answer("heat", "yes")
        await self._async_until(lambda: self._event == "heat_on")
        reached("warm")
        if until in OFFS:
            await self._async_press("stop")
        elif until == "skin":
            await self._async_until(lambda: self._question == "skin")
            reached("skin")

    async def _async_answer(self, question: str, answer: str) -> None:
        await self._async_until(lambda: self._question == question)
        while self._question == question:
            # Nobody can agree to what was not asked yet; the answer counts once it was.
            await self._async_press(answer)
            await asyncio.sleep(0.05)

    async def _async_press(self, key: str) -> None:
        await self._hass.services.async_call(
            "button",
            "press",
            {"entity_id": self._of("button", key)},
            blocking=True,
            context=self._context,
        )

    async def _async_until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._changed.clear()
            await self._changed.wait()

    @callback
    def _ring(self, _: Event[Any]) -> None:
        self._changed.set()

    @property
    def _question(self) -> object:
        return self._state("sensor").attributes.get("question")

    @property
    def _event(self) -> object:
        return self._state("event").attributes.get("event_type")

    def _state(self, platform: str) -> State:
        state = self._hass.states.get(self._of(platform, "session"))
        if state is None:
            raise LookupError(platform)
        return state

    def _of(self, platform: str, key: str) -> str:
        (entry,) = self._hass.config_entries.async_entries(COACH)
        entity_id = er.async_get(self._hass).async_get_entity_id(
            platform, COACH, f"{entry.entry_id}_{key}"
        )
        if entity_id is None:
            raise LookupError(key)
        return entity_id


async def main(folder: Path, what: str, stop_at: str) -> None:
    """Start, do what is asked, and stay until SIGTERM."""
    asked_to_stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked_to_stop.set)
    hass = await start(folder)
    match what:
        case "furnish":
            await furnish(hass)
            asked_to_stop.set()
        case "warm":
            user = await hass.auth.async_create_user("Sam", group_ids=[GROUP_ID_ADMIN])
            await Person(hass, Context(user_id=user.id)).async_warm(until=stop_at)
    await asked_to_stop.wait()
    await hass.async_stop()
    tell(fact="stopped")


def run(folder: str, what: str) -> None:
    """Be a Home Assistant until it is stopped."""
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main(Path(folder), what, os.environ.get("KNOT_PAD_STOP_AT", "")))


if __name__ == "__main__":
    run(*sys.argv[1:])
