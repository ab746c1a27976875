"""Puts a routine together in the settings of a coach, and changes it later.

Three forms for one thing: areas one after the other, own steps for one area, and the text of
`routine_file.py`, which can say everything.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
    ObjectSelectorField,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from .const import DOMAIN
from .content import async_load
from .language import Language
from .massage.areas import Side
from .massage.limits import MOST_SPOTS
from .massage.phases import BOUNDS, Length
from .massage.routine import ORDER, Problem, Routine
from .routine_actions import async_line_of
from .routine_file import RoutineFileError, read_routine, write_routine
from .routines import (
    PARTS,
    data_of,
    part_as_dict,
    part_from,
    problems_of,
    routine_of,
    step_as_dict,
    subentries_of,
    tidied,
)

type Answers = dict[str, Any] | None

NAME: Final = "name"
AREA: Final = "area"
SIDE: Final = "side"
LENGTH: Final = "length"
STEPS: Final = "steps"
PHASE: Final = "phase"
SECONDS: Final = "seconds"
SPOT: Final = "spot"
TEXT: Final = "text"

PARTS_KEY: Final = "routine_part"
STEPS_KEY: Final = "routine_step"
"""Where the words for the fields of a list stand in the translations."""
SIDES: Final = tuple(side for side in Side if side is not Side.CENTRE)
"""An area in the centre has no side to choose."""
SLOTS: Final = {"area": AREA, "phase": PHASE, "after": PHASE, "length": LENGTH, "side": SIDE}
"""Slots of a problem that hold a key, and the selector that has its words."""


class Words:
    """What areas, sides, lengths and phases are called in the language of the house.

    The frontend translates no option inside a list, so the forms bring the words along.
    """

    def __init__(self, translations: Mapping[str, str]) -> None:
        """Take the translations of the category `selector`."""
        self._translations = translations

    def of(self, selector: str, key: object) -> str:
        """Return the words for an option of a selector, or its key where it has none."""
        path = f"component.{DOMAIN}.selector.{selector}.options.{key}"
        return self._translations.get(path, str(key))

    def select(self, selector: str, options: Iterable[str]) -> SelectSelector:
        """Return a selector with its options in words."""
        return SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=str(option), label=self.of(selector, option))
                    for option in options
                ],
                translation_key=selector,
                mode=SelectSelectorMode.DROPDOWN,
            )
        )

    def slots(self, problem: Problem) -> dict[str, str]:
        """Return what a problem is about in words, with the numbers of the part and the step."""
        _, part, _, step, *_ = (*problem.path, *(0,) * 4)
        words = {
            name: self.of(SLOTS[name], value) if name in SLOTS else str(value)
            for name, value in problem.slots.items()
        }
        return {"part": _ordinal(part), "step": _ordinal(step), **words}


def _ordinal(index: object) -> str:
    return str(index + 1) if isinstance(index, int) else ""


def areas_form(words: Words, areas: Iterable[str]) -> vol.Schema:
    """Ask for areas one after the other."""
    fields = {
        AREA: ObjectSelectorField(selector=words.select(AREA, areas), required=True),
        SIDE: ObjectSelectorField(selector=words.select(SIDE, SIDES)),
        LENGTH: ObjectSelectorField(
            selector=words.select(LENGTH, Length), required=True, default=str(Length.STANDARD)
        ),
    }
    return vol.Schema(
        {vol.Required(NAME): TextSelector(), vol.Required(PARTS): _list(fields, PARTS_KEY)}
    )


def steps_form(words: Words, areas: Iterable[str]) -> vol.Schema:
    """Ask for own steps for one area."""
    longest = max(most for phase, (_, most) in BOUNDS.items() if phase in ORDER)
    fields = {
        PHASE: ObjectSelectorField(selector=words.select(PHASE, ORDER), required=True),
        SECONDS: ObjectSelectorField(selector=_number(longest, unit="s"), required=True),
        SPOT: ObjectSelectorField(selector=_number(MOST_SPOTS), default=1),
    }
    return vol.Schema(
        {
            vol.Required(NAME): TextSelector(),
            vol.Required(AREA): words.select(AREA, areas),
            vol.Optional(SIDE): words.select(SIDE, SIDES),
            vol.Required(STEPS): _list(fields, STEPS_KEY),
        }
    )


TEXT_FORM: Final = vol.Schema(
    {vol.Required(TEXT): TextSelector(TextSelectorConfig(multiline=True))}
)


def _list(fields: dict[str, ObjectSelectorField], key: str) -> ObjectSelector:
    return ObjectSelector(ObjectSelectorConfig(fields=fields, multiple=True, translation_key=key))


def _number(most: int, unit: str | None = None) -> NumberSelector:
    config = NumberSelectorConfig(min=1, max=most, step=1, mode=NumberSelectorMode.BOX)
    if unit is not None:
        config["unit_of_measurement"] = unit
    return NumberSelector(config)


class RoutineFlow(ConfigSubentryFlow):
    """Adds a routine to a coach, and changes it."""

    async def async_step_user(
        self,
        user_input: Answers = None,  # noqa: ARG002 - a menu has no answers
    ) -> SubentryFlowResult:
        """Ask what kind of routine it becomes."""
        return self.async_show_menu(step_id="user", menu_options=["areas", "steps", "text"])

    async def async_step_reconfigure(
        self,
        user_input: Answers = None,  # noqa: ARG002 - the form that follows has the answers
    ) -> SubentryFlowResult:
        """Show the routine in the form that can hold it."""
        match self._present():
            case Routine(parts=[only]) if only.steps:
                return await self.async_step_steps()
            case Routine(parts=parts) if not any(part.steps for part in parts):
                return await self.async_step_areas()
            case _:
                return await self.async_step_text()

    async def async_step_areas(self, user_input: Answers = None) -> SubentryFlowResult:
        """Ask for a name, and areas one after the other."""
        words, problem = await self._async_words(), None
        if user_input is not None:
            parts = tuple(part_from(_given(part)) for part in cv.ensure_list(user_input[PARTS]))
            routine = Routine(tidied(user_input[NAME]), parts)
            if (problem := await self._async_problem(routine)) is None:
                return self._done(routine)
        elif (shown := self._present()) is not None:
            parts_shown = [_without_centre(part_as_dict(part)) for part in shown.parts]
            user_input = {NAME: shown.name, PARTS: parts_shown}
        return self.async_show_form(
            step_id="areas",
            data_schema=self.add_suggested_values_to_schema(
                areas_form(words, (await async_load(self.hass)).areas), user_input
            ),
            errors=_errors(problem, PARTS),
            description_placeholders=words.slots(problem) if problem else None,
        )

    async def async_step_steps(self, user_input: Answers = None) -> SubentryFlowResult:
        """Ask for a name, one area, and the steps that are done on it."""
        words, problem = await self._async_words(), None
        if user_input is not None:
            steps = [_given(step) for step in cv.ensure_list(user_input[STEPS])]
            part = part_from(_given({**user_input, STEPS: steps}))
            routine = Routine(tidied(user_input[NAME]), (part,))
            problem = await self._async_problem(routine)
            if not steps:
                problem = Problem((), "steps_missing")
            if problem is None:
                return self._done(routine)
        elif (shown := self._present()) is not None:
            user_input = {NAME: shown.name, **_without_centre(part_as_dict(shown.parts[0]))}
            user_input[STEPS] = [{SPOT: 1, **step_as_dict(step)} for step in shown.parts[0].steps]
        return self.async_show_form(
            step_id="steps",
            data_schema=self.add_suggested_values_to_schema(
                steps_form(words, (await async_load(self.hass)).areas), user_input
            ),
            errors=_errors(problem, STEPS),
            description_placeholders=words.slots(problem) if problem else None,
        )

    async def async_step_text(self, user_input: Answers = None) -> SubentryFlowResult:
        """Ask for the text of a routine."""
        placeholders: dict[str, str] | None = None
        if user_input is not None:
            text = user_input[TEXT]
            try:
                written = await self.hass.async_add_executor_job(read_routine, text)
            except RoutineFileError as err:
                placeholders = await async_line_of(self.hass, err.line, err.problem)
            else:
                problem = await self._async_problem(written.routine)
                if problem is None:
                    return self._done(written.routine)
                line = written.line_of(problem.path)
                placeholders = await async_line_of(self.hass, line, problem)
        elif (shown := self._present()) is not None:
            user_input = {TEXT: write_routine(shown)}
        return self.async_show_form(
            step_id="text",
            data_schema=self.add_suggested_values_to_schema(TEXT_FORM, user_input),
            errors={} if placeholders is None else {TEXT: "text_invalid"},
            description_placeholders=placeholders,
        )

    def _present(self) -> Routine | None:
        """Return the routine that is changed; None for a new one, or one that cannot be read."""
        if self.source == SOURCE_USER:
            return None
        return routine_of(self._get_reconfigure_subentry())

    async def _async_words(self) -> Words:
        language = self.hass.config.language
        return Words(await async_get_translations(self.hass, language, "selector", {DOMAIN}))

    async def _async_problem(self, routine: Routine) -> Problem | None:
        """Return the first thing that is wrong with a routine."""
        own = None if self.source == SOURCE_USER else self._reconfigure_subentry_id
        others = [one for one in subentries_of(self._get_entry()) if one.subentry_id != own]
        catalogue = await async_load(self.hass)
        book = Language.of_entry(self.hass, catalogue, self._get_entry()).book
        problems = problems_of(routine, catalogue, book, [one.title for one in others])
        return problems[0] if problems else None

    def _done(self, routine: Routine) -> SubentryFlowResult:
        if self.source == SOURCE_USER:
            return self.async_create_entry(title=routine.name, data=data_of(routine))
        return self.async_update_and_abort(
            self._get_entry(),
            self._get_reconfigure_subentry(),
            title=routine.name,
            data=data_of(routine),
        )


def _given(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was answered; a field that was cleared is no answer."""
    return {key: value for key, value in answers.items() if value is not None and value != ""}


def _without_centre(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part as the forms show it: there is no side to choose in the centre."""
    return {key: value for key, value in part.items() if value != Side.CENTRE}


def _errors(problem: Problem | None, rest: str) -> dict[str, str]:
    """Return the field that a problem is shown at, with its key."""
    if problem is None:
        return {}
    match problem.path:
        case ("name",):
            return {NAME: problem.key}
        case (_, _, ("area" | "side") as field) if rest == STEPS:
            return {field: problem.key}
        case _:
            return {rest: problem.key}
