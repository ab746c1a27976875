"""Takes in the heater; there is nothing to choose."""

from typing import Any, override

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult

from .const import DOMAIN


class PadConfigFlow(ConfigFlow, domain=DOMAIN):
    """No click at all."""

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        return self.async_create_entry(title="Pad", data={})
