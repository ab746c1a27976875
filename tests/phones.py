"""Telephones with Home Assistant's app, for tests: the real integration, registered as an app does.

Only the internet is missing: what is pushed to a telephone arrives here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from aiohttp import ClientConnectionError
from homeassistant.components.mobile_app.push_notification import PushChannel
from homeassistant.config_entries import ConfigEntry, ConfigFlowContext
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.test_util.aiohttp import (
    AiohttpClientMocker,
    AiohttpClientMockResponse,
)

APP: Final = "mobile_app"
CLEAR: Final = "clear_notification"


class Trouble(Enum):
    """How the way to a telephone misbehaves."""

    NONE = auto()
    HANGS = auto()
    LOST = auto()
    REFUSED = auto()
    """Too many for one day."""


@dataclass
class RealPhone:
    """One telephone, and what has arrived on it."""

    hass: HomeAssistant
    entry: ConfigEntry[Any]
    entity_id: str
    pushes: list[Mapping[str, Any]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    """When they arrived, in the loop's time."""
    attempts: int = 0
    trouble: Trouble = Trouble.NONE

    @property
    def action(self) -> str:
        """Its action in the domain `notify`."""
        return f"mobile_app_{self.entry.title.lower()}"

    @property
    def lines(self) -> list[str]:
        """The lines that arrived as text."""
        return [push["message"] for push in self.pushes if not _is_live(push)]

    @property
    def activity(self) -> list[Mapping[str, Any]]:
        """What arrived of the live activity."""
        return [push for push in self.pushes if _is_live(push)]

    def shown(self) -> str | None:
        """Return the text of the live activity that is there now."""
        if not self.activity or self.activity[-1]["message"] == CLEAR:
            return None
        text: str = self.activity[-1]["message"]
        return text

    async def arrives(self, method: str, url: object, push: Any) -> AiohttpClientMockResponse:  # noqa: ANN401 - whatever is sent
        """Stand in for the way through the cloud."""
        self.attempts += 1
        match self.trouble:
            case Trouble.HANGS:
                await self.hass.loop.create_future()
            case Trouble.LOST:
                raise ClientConnectionError
            case Trouble.REFUSED:
                return AiohttpClientMockResponse(method, url, 429, json={"message": "Too many"})
        self.receive(push)
        return AiohttpClientMockResponse(method, url, 201, json={})

    def receive(self, push: Mapping[str, Any]) -> None:
        """Show what was pushed."""
        self.pushes.append(push)
        self.moments.append(self.hass.loop.time())

    def come_home(self) -> None:
        """Open the telephone's own channel, which needs no cloud."""
        webhook_id = self.entry.data["webhook_id"]
        channel = PushChannel(self.hass, webhook_id, False, self.receive, lambda: None)
        self.hass.data[APP]["push_channel"][webhook_id] = channel

    def leave_home(self) -> None:
        """Close it."""
        del self.hass.data[APP]["push_channel"][self.entry.data["webhook_id"]]

    async def unload(self) -> None:
        """Take it away, as when its integration is reloaded."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)

    async def load(self) -> None:
        """Bring it back."""
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)


def _is_live(push: Mapping[str, Any]) -> bool:
    tag: str = push.get("data", {}).get("tag", "")
    return tag.endswith("_live")


async def register(
    hass: HomeAssistant,
    internet: AiohttpClientMocker,
    name: str = "Pixel",
    *,
    apple: bool = False,
    live: bool = True,
    cloud: bool = True,
) -> RealPhone:
    """Register a telephone, as Home Assistant does when its app asks for that.

    One of Apple's says whether it can show `live` activities. Without `cloud` it is only reached
    at home.
    """
    assert await async_setup_component(hass, APP, {})
    await hass.async_block_till_done()
    owner = await hass.auth.async_create_user("Sam")
    push_url = f"https://push.example/{name}"
    app_data: dict[str, Any] = {"push_websocket_channel": True}
    if cloud:
        app_data |= {"push_token": "token", "push_url": push_url}
    if apple and live:
        app_data |= {"start_live_activity_token": "starts"}
    await hass.config_entries.flow.async_init(
        APP,
        context=ConfigFlowContext(source="registration"),
        data={
            "app_data": app_data,
            "app_id": "io.robbie.HomeAssistant",
            "app_name": "Home Assistant",
            "app_version": "2026.10.0",
            "device_id": f"id_{name}",
            "device_name": name,
            "manufacturer": "Apple" if apple else "Google",
            "model": "A telephone",
            "os_name": "iOS" if apple else "Android",
            "os_version": "26.0" if apple else "36",
            "supports_encryption": False,
            "user_id": owner.id,
            "webhook_id": f"webhook_{name}",
        },
    )
    await hass.async_block_till_done()
    entry = next(one for one in hass.config_entries.async_entries(APP) if one.title == name)
    entity_id = er.async_get(hass).async_get_entity_id("notify", APP, f"id_{name}")
    assert entity_id is not None
    phone = RealPhone(hass, entry, entity_id)
    assert hass.services.has_service("notify", phone.action)
    internet.post(push_url, side_effect=phone.arrives)
    return phone
