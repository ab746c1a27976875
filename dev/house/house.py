"""A real Home Assistant in a temporary folder, furnished with the demo room and Knot Coach."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import secrets
import shutil
import socket
from typing import TYPE_CHECKING, Final

from homeassistant import bootstrap, config_entries
from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.auth.providers.homeassistant import HassAuthProvider
from homeassistant.components.http.config import HTTP_STORAGE_SCHEMA
from homeassistant.components.onboarding.const import STEPS
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.runner import RuntimeConfig
from homeassistant.util import dt as dt_util
import yaml

if TYPE_CHECKING:
    # Home Assistant imports the room under its own name; this one is for the type checker.
    from dev.custom_components.knot_demo.assist_satellite import DemoSatellite
    from dev.custom_components.knot_demo.room import Room

ROOT: Final = Path(__file__).parents[2]
HERE: Final = Path(__file__).parent
DEMO: Final = "knot_demo"
ROOM: Final = "Demo room"
"""The area that the demo room furnishes."""
USUAL_PORT: Final = 8123

CONFIGURATION: Final = """\
homeassistant:
  name: Demo house
  country: GB
  language: en
  time_zone: UTC
  unit_system: metric
  internal_url: {url}
  external_url: {url}
assist_pipeline:
automation: !include automations.yaml
frontend:
person:
system_health:
lovelace:
  dashboards:
    knot-coach:
      mode: yaml
      title: Knot Coach
      icon: mdi:hand-heart
      filename: dashboard.yaml
"""


@dataclass(slots=True)
class House:
    """A running house."""

    hass: HomeAssistant
    url: str
    user: str
    password: str

    @property
    def room(self) -> Room:
        """What the outputs and the compress of the demo room really do."""
        (entry,) = self.hass.config_entries.async_entries(DEMO)
        room: Room = entry.runtime_data
        return room

    @property
    def satellite(self) -> DemoSatellite:
        """The satellite that everything is said to."""
        entity_id = self.entity_id(Platform.ASSIST_SATELLITE, DEMO, "satellite")
        satellite: DemoSatellite | None = self.hass.data["assist_satellite"].get_entity(entity_id)
        if satellite is None:
            raise LookupError("The demo room has lost its satellite")
        return satellite

    def entity_id(self, domain: str, platform: str, unique_id: str) -> str:
        """Return the entity id of one of our own; raises LookupError if there is none."""
        entity_id = er.async_get(self.hass).async_get_entity_id(domain, platform, unique_id)
        if entity_id is None:
            raise LookupError(f"{platform} has no {domain} called {unique_id}")
        return entity_id


def free_port() -> int:
    """Return the usual port of Home Assistant, or another one when that is taken."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            number: int = probe.getsockname()[1]
            return number
    raise OSError("No port is free on 127.0.0.1")


def furnish(config: Path, port: int) -> None:
    """Write the folder that Home Assistant starts from."""
    storage = config / ".storage"
    storage.mkdir(parents=True)
    components = config / "custom_components"
    components.mkdir()
    # A package, not a mere namespace: Home Assistant takes the folder off the path after importing
    # it, and a namespace would forget it then.
    (components / "__init__.py").touch()
    for source in (ROOT / "custom_components/knot_coach", ROOT / "dev/custom_components" / DEMO):
        (components / source.name).symlink_to(source, target_is_directory=True)
    url = f"http://127.0.0.1:{port}"
    (config / "configuration.yaml").write_text(CONFIGURATION.format(url=url))
    shutil.copy(HERE / "dashboard.yaml", config)
    # Off, so that it does not begin a session of its own; it can be run from the browser.
    automation = {"id": "demo", "initial_state": False} | yaml.safe_load(
        (HERE / "automation.yaml").read_text()
    )
    (config / "automations.yaml").write_text(yaml.safe_dump([automation]))
    # A block in YAML would only be on trial, and be taken back after five minutes.
    http = HTTP_STORAGE_SCHEMA({"server_host": "127.0.0.1", "server_port": port}) | {
        "created_at": dt_util.utcnow().isoformat(),
        "error": None,
        "error_message": None,
    }
    _store(storage, "http", 3, {"stable": http, "pending": None, "yaml_migration_done": True})
    _store(storage, "onboarding", 4, {"done": STEPS})


def _store(storage: Path, key: str, version: int, data: dict[str, object]) -> None:
    stored = {"version": version, "minor_version": 1, "key": key, "data": data}
    (storage / key).write_text(json.dumps(stored))


@asynccontextmanager
async def open_house(config: Path, port: int) -> AsyncGenerator[House]:
    """Start Home Assistant in a furnished folder, and stop it at the end whatever happens."""
    hass = await bootstrap.async_setup_hass(
        RuntimeConfig(config_dir=str(config), skip_pip=True, log_no_color=True)
    )
    if hass is None:
        raise RuntimeError("Home Assistant did not start; its log says why")
    try:
        await hass.async_start()
        house = House(hass, f"http://127.0.0.1:{port}", "demo", secrets.token_hex(4))
        await _add_owner(house)
        await _add_room(hass)
        yield house
    finally:
        await hass.async_stop()


async def _add_owner(house: House) -> None:
    """Make the first user, who is the owner."""
    auth = house.hass.auth
    provider = next(p for p in auth.auth_providers if isinstance(p, HassAuthProvider))
    await provider.async_initialize()
    await provider.async_add_auth(house.user, house.password)
    user = await auth.async_create_user("Demo", group_ids=[GROUP_ID_ADMIN])
    await auth.async_link_user(
        user, await provider.async_get_or_create_credentials({"username": house.user})
    )


async def _add_room(hass: HomeAssistant) -> None:
    flow = await hass.config_entries.flow.async_init(
        DEMO, context={"source": config_entries.SOURCE_USER}
    )
    await hass.config_entries.flow.async_configure(flow["flow_id"], {})
    await hass.async_block_till_done()
