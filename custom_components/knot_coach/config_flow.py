"""Sets a coach up, and changes it later: who, where, through what, and within which limits.

Nothing here reloads a coach: its one update listener takes changes over when no session runs.
"""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.core import callback

from .const import DOMAIN, Conf
from .content import async_load
from .forms import (
    COACH_FORM,
    GUN_FORM,
    OUTPUTS_FORM,
    PROFILE_FORM,
    SCREENING_FORM,
    coach_error,
    coach_from,
    details_error,
    details_form,
    details_shown,
    name_of,
    needs_details,
    output_error,
    outputs_from,
    outputs_shown,
    profile_from,
    screening_error,
    screening_from,
    screening_shown,
)
from .heat_flow import HeatFlow
from .hello import async_say_hello
from .language import Language
from .routine_flow import RoutineFlow
from .routines import ROUTINE
from .settings import output_from
from .voice_flow import BASE, Answers, VoiceFlow


class KnotCoachFlow(HeatFlow, ConfigFlow, domain=DOMAIN):
    """Adds a coach, and changes where it is and what it speaks through."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Begin with nothing answered."""
        self._data: dict[str, Any] = {}
        self._options: dict[str, Any] = {}
        self._screening: dict[str, Any] = {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry[Any]) -> KnotCoachOptionsFlow:
        """Return the flow that changes what was answered beside name, room and outputs."""
        return KnotCoachOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry[Any]
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the flow that puts routines together."""
        return {ROUTINE: RoutineFlow}

    @override
    async def async_step_user(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask who is coached, and where."""
        return await self._async_coach("user", user_input, shown=None)

    async def async_step_reconfigure(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask again who is coached, and where."""
        entry = self._get_reconfigure_entry()
        return await self._async_coach("reconfigure", user_input, shown=entry.data)

    async def _async_coach(
        self, step: str, answers: Answers, *, shown: Mapping[str, Any] | None
    ) -> ConfigFlowResult:
        errors: dict[str, str] = {}
        if answers is not None:
            coach = coach_from(answers)
            if not (errors := coach_error(self.hass, coach, self._taken_names())):
                self._data = coach
                return await self.async_step_outputs()
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(COACH_FORM, answers or shown),
            errors=errors,
            description_placeholders={"name": self._title()},
        )

    def _title(self) -> str:
        if self.source == SOURCE_RECONFIGURE:
            return self._get_reconfigure_entry().title
        return ""

    def _taken_names(self) -> set[str]:
        """Return the folded names of the other coaches: one is told from another by its name."""
        own = self._reconfigure_entry_id if self.source == SOURCE_RECONFIGURE else None
        return {
            entry.data[Conf.NAME].casefold()
            for entry in self._async_current_entries(include_ignore=False)
            if entry.entry_id != own
        }

    async def async_step_outputs(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask what the coach speaks through, and let it speak where that is wanted."""
        reconfiguring = self.source == SOURCE_RECONFIGURE
        errors: dict[str, str] = {}
        wrong = ""
        if user_input is not None:
            stored = outputs_from(user_input)
            errors, wrong = await self._async_outputs_error(
                stored, say_hello=user_input[Conf.SAY_HELLO]
            )
            if not errors:
                self._data[Conf.OUTPUTS] = stored
                return self._changed() if reconfiguring else await self.async_step_heat()
        shown = user_input
        if shown is None and reconfiguring:
            shown = outputs_shown(self._get_reconfigure_entry().data[Conf.OUTPUTS])
        return self.async_show_form(
            step_id="outputs",
            data_schema=self.add_suggested_values_to_schema(OUTPUTS_FORM, shown),
            errors=errors,
            description_placeholders={"output": wrong},
        )

    async def _async_outputs_error(
        self, stored: list[dict[str, str]], *, say_hello: bool
    ) -> tuple[dict[str, str], str]:
        """Return the error and the name of the output that it is about."""
        if not stored:
            return {Conf.OUTPUTS: "no_output"}, ""
        known = self._known(Conf.SPEAKERS) or {}
        outputs = [output_from(output, known.get(output[Conf.ENTITY_ID])) for output in stored]
        for output in outputs:
            if (reason := output_error(self.hass, output)) is not None:
                return {Conf.OUTPUTS: reason}, name_of(self.hass, output)
        if say_hello:
            language = Language(
                self.hass, await async_load(self.hass), outputs, self._known(Conf.LANGUAGE)
            )
            mute = await async_say_hello(self.hass, outputs, language.book.line("hello"))
            if mute is not None:
                return {BASE: "hello_failed"}, name_of(self.hass, mute)
        return {}, ""

    def _known(self, option: str) -> Any:  # noqa: ANN401 - as options are
        """Return what is stored of a coach that is changed; None where there is nothing."""
        if self.source != SOURCE_RECONFIGURE:
            return None
        return self._get_reconfigure_entry().options.get(option)

    def _changed(self) -> ConfigFlowResult:
        return self.async_update_and_abort(
            self._get_reconfigure_entry(), title=self._data[Conf.NAME], data=self._data
        )

    @override
    async def _async_heat_answered(self, options: dict[str, Any]) -> ConfigFlowResult:
        self._options |= options
        return await self.async_step_screening()

    async def async_step_screening(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask the health questions of massage.md §4.1, and for the acknowledgement."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := screening_error(user_input)):
            self._screening = user_input
            if needs_details(user_input[Conf.FINDINGS]):
                return await self.async_step_details()
            self._options |= screening_from(user_input, {})
            return await self.async_step_profile()
        return self.async_show_form(
            step_id="screening",
            data_schema=self.add_suggested_values_to_schema(SCREENING_FORM, user_input),
            errors=errors,
        )

    async def async_step_details(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask which places the answers are about, and which of them a clinician has cleared."""
        findings = self._screening[Conf.FINDINGS]
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := details_error(findings, user_input)):
            self._options |= screening_from(self._screening, user_input)
            return await self.async_step_profile()
        form = details_form(findings, (await async_load(self.hass)).areas)
        return self.async_show_form(
            step_id="details",
            data_schema=self.add_suggested_values_to_schema(form, user_input),
            errors=errors,
        )

    async def async_step_profile(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask how firm, and with what."""
        if user_input is None:
            return self.async_show_form(step_id="profile", data_schema=PROFILE_FORM)
        self._options |= profile_from(user_input)
        return await self.async_step_gun() if user_input[Conf.GUN] else await self._async_add()

    async def async_step_gun(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask the owner of a massage gun how far they reach with it."""
        if user_input is None:
            return self.async_show_form(step_id="gun", data_schema=GUN_FORM)
        self._options |= user_input
        return await self._async_add()

    async def _async_add(self) -> ConfigFlowResult:
        """Add the coach, unless another flow has taken the name since the first step."""
        if coach_error(self.hass, self._data, self._taken_names()):
            return await self.async_step_user(
                {key: self._data[key] for key in COACH_FORM.schema if key in self._data}
            )
        return self.async_create_entry(
            title=self._data[Conf.NAME], data=self._data, options=self._options
        )


class KnotCoachOptionsFlow(HeatFlow, VoiceFlow):
    """Changes limits, the mouth, heat and health answers."""

    def __init__(self) -> None:
        """Begin with nothing answered."""
        super().__init__()
        self._profile: dict[str, Any] = {}
        self._screening: dict[str, Any] = {}

    async def async_step_init(
        self,
        user_input: Answers = None,  # noqa: ARG002 - a menu has no answers
    ) -> ConfigFlowResult:
        """Ask what has changed."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["profile", "voice", "speaker", "heat", "screening"],
            description_placeholders={"name": self.config_entry.title},
        )

    async def async_step_profile(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask how firm, and with what."""
        if user_input is None:
            return self._form("profile", PROFILE_FORM, self.config_entry.options, {})
        self._profile = profile_from(user_input)
        if user_input[Conf.GUN]:
            return await self.async_step_gun()
        return self._changed(self._profile)

    async def async_step_gun(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask the owner of a massage gun how far they reach with it."""
        if user_input is None:
            return self._form("gun", GUN_FORM, self.config_entry.options, {})
        return self._changed(self._profile | user_input)

    @property
    @override
    def _stored(self) -> Mapping[str, Any]:
        return self.config_entry.options

    @property
    @override
    def _coach_id(self) -> str:
        return self.config_entry.entry_id

    @override
    async def _async_heat_answered(self, options: dict[str, Any]) -> ConfigFlowResult:
        return self._changed(options)

    async def async_step_screening(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask the health questions again."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := screening_error(user_input)):
            self._screening = user_input
            if needs_details(user_input[Conf.FINDINGS]):
                return await self.async_step_details()
            return self._changed(screening_from(user_input, {}))
        shown = user_input or screening_shown(self.config_entry.options)
        return self._form("screening", SCREENING_FORM, shown, errors)

    async def async_step_details(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask which places the answers are about, and which of them a clinician has cleared."""
        findings = self._screening[Conf.FINDINGS]
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := details_error(findings, user_input)):
            return self._changed(screening_from(self._screening, user_input))
        areas = (await async_load(self.hass)).areas
        shown = user_input or details_shown(self.config_entry.options, findings, areas)
        return self._form("details", details_form(findings, areas), shown, errors)
