"""The way out where off can never be proved: a person says that the heater is unplugged for good.

A plug that was thrown away reports nothing any more, and what is not believed any more cannot prove anything. Its lease
would hold up every session for ever, and nothing but a person may end that.
"""

from typing import Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

from .const import DOMAIN
from .lease import async_get_book
from .recovery import async_give_up

UNPLUGGED: Final = "unplugged"
"""A tick and not only a button, so that nobody clicks it away."""


async def async_create_fix_flow(
    _: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Begin to mend an issue; a heater that is stuck is the only one that can be mended here."""
    return StuckFlow(issue_id, str((data or {})["heater"]))


class StuckFlow(RepairsFlow):
    """Says what to do, and asks whether it is done for good."""

    def __init__(self, issue_id: str, heater: str) -> None:
        """Take the issue, and the key of the lease."""
        self._issue = issue_id
        self._heater = heater

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_unplug()

    async def async_step_unplug(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what to do now."""
        if user_input is not None:
            return await self.async_step_confirm()
        return self.async_show_form(step_id="unplug", description_placeholders=self._name)

    async def async_step_confirm(
        self, user_input: dict[str, bool] | None = None
    ) -> RepairsFlowResult:
        """Ask whether it is unplugged for good, and let go of it then."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if not user_input[UNPLUGGED]:
                errors = {UNPLUGGED: "not_unplugged"}
            else:
                book = await async_get_book(self.hass)
                reason = await async_give_up(self.hass, book, self._heater)
                if reason is None:
                    return self.async_create_entry(data={})
                errors = {"base": reason}
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({vol.Required(UNPLUGGED, default=False): BooleanSelector()}),
            errors=errors,
            description_placeholders=self._name,
        )

    @property
    def _name(self) -> dict[str, str]:
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self._issue)
        return {"heater": self._heater, **((issue and issue.translation_placeholders) or {})}
