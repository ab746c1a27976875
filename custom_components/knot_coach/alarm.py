"""The alarm about a heater that cannot be proved off: unplug it.

It is a repair issue and a notification in one, for whoever is not in the room where it is spoken.
"""

from collections.abc import Callable
import logging

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .outlet import Outlet

_LOGGER = logging.getLogger(__name__)


@callback
def async_alarm(
    hass: HomeAssistant, heater: str, outlet: Outlet, *, still: Callable[[], bool]
) -> None:
    """Alarm everybody about a heater, by the key of its lease, until `async_calm`.

    `still` tells whether that has not come meanwhile.
    """
    _LOGGER.error("%s cannot be proved off: unplug it", outlet.entity_id)
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(heater),
        # Off may never be proved: of a plug that was thrown away nothing is heard any more.
        is_fixable=True,
        data={"heater": heater},
        # The warning has to outlive a restart even where no coach is left to raise it again.
        is_persistent=True,
        severity=ir.IssueSeverity.CRITICAL,
        translation_key="heat_stuck",
        translation_placeholders={"heater": outlet.name},
    )
    hass.async_create_background_task(
        _async_notify(hass, heater, outlet, still), f"knot_coach alarm {heater}"
    )


@callback
def async_calm(hass: HomeAssistant, heater: str) -> None:
    """Take it back: off is proved."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(heater))
    persistent_notification.async_dismiss(hass, _issue_id(heater))


async def _async_notify(
    hass: HomeAssistant, heater: str, outlet: Outlet, still: Callable[[], bool]
) -> None:
    texts = await async_get_translations(hass, hass.config.language, "issues", [DOMAIN])
    name, key = outlet.name, f"component.{DOMAIN}.issues.heat_stuck"
    step = f"{key}.fix_flow.step.unplug"
    title = texts.get(f"{key}.title", "{heater} may still be on")
    message = texts.get(f"{step}.description", "Unplug {heater} now.")
    if still():
        persistent_notification.async_create(
            hass,
            message.replace("{heater}", name),
            title.replace("{heater}", name),
            _issue_id(heater),
        )


def _issue_id(heater: str) -> str:
    return f"heat_stuck_{heater}"
