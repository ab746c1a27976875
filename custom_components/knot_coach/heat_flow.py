"""The steps about heat, which are the same where a coach is added and where it is changed."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult

from .const import Conf
from .heat_forms import (
    HEAT_FORM,
    countdowns_of,
    guard_error,
    guard_form,
    guard_shown,
    heat_error,
    heat_from,
)
from .massage.heat import HeatKind
from .voice_flow import Answers


class HeatFlow(ConfigEntryBaseFlow):
    """Asks what warms, and then what must be known of a pad on the body, or of a room heater."""

    _heat: Mapping[str, Any]
    """The first step as it was answered."""

    @property
    def _stored(self) -> Mapping[str, Any]:
        """The options that there are."""
        return {}

    @property
    def _coach_id(self) -> str | None:
        """The config entry of the coach that is changed."""
        return None

    async def _async_heat_answered(self, options: dict[str, Any]) -> ConfigFlowResult:
        """Go on with the answers about heat as they are stored."""
        raise NotImplementedError

    async def async_step_heat(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask what may warm before a session."""
        errors: dict[str, str] = {}
        if user_input is not None and not (
            errors := heat_error(self.hass, user_input, self._coach_id)
        ):
            self._heat = user_input
            if user_input.get(Conf.HEATER) is None:
                return await self._async_heat_answered(heat_from(user_input))
            if user_input[Conf.HEAT_KIND] == HeatKind.ROOM:
                return await self.async_step_heat_room()
            return await self.async_step_heat_body()
        known = {key: value for key, value in self._stored.items() if value is not None}
        return self.async_show_form(
            step_id="heat",
            data_schema=self.add_suggested_values_to_schema(HEAT_FORM, user_input or known),
            errors=errors,
        )

    async def async_step_heat_body(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask an adult to confirm what a pad on the body needs (massage.md §4.5)."""
        return await self._async_guard("heat_body", HeatKind.BODY, user_input)

    async def async_step_heat_room(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask whether a room heater may start without a question."""
        return await self._async_guard("heat_room", HeatKind.ROOM, user_input)

    async def _async_guard(self, step: str, kind: HeatKind, answers: Answers) -> ConfigFlowResult:
        errors: dict[str, str] = {}
        heater = self._heat[Conf.HEATER]
        if answers is not None and not (errors := guard_error(self.hass, self._heat, answers)):
            return await self._async_heat_answered(heat_from(self._heat, answers))
        countdowns = countdowns_of(self.hass, heater)
        shown = answers
        if shown is None:
            shown = guard_shown(self._stored, self._heat, countdowns)
        state = self.hass.states.get(heater)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(guard_form(kind, countdowns), shown),
            errors=errors,
            description_placeholders={"heater": heater if state is None else state.name},
        )
