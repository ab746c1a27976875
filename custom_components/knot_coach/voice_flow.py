"""The steps of the options flow about the mouth: when and where it speaks, and each of its speakers."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.core import callback
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from .announce.outputs import Output
from .calibration import Calibration, CalibrationError, async_calibrate, trouble
from .const import DOMAIN, Conf
from .content import async_load
from .forms import name_of
from .language import Language
from .massage.wording import Line
from .routine_flow import Words
from .settings import output_from
from .speaker_forms import (
    FIRST_WORD,
    HEARD_FORM,
    LAST_WORD,
    MEASURE,
    MEASURED,
    PROFILE_FORM,
    SPEAKER,
    UNKNOWN,
    choice_form,
    measured_from,
    profile_from,
    profile_shown,
    voice_error,
    voice_form,
    voice_from,
    voice_shown,
    voiced,
    with_more_silence,
)

type Answers = dict[str, Any] | None

BASE: Final = "base"
CALIBRATION: Final = ("measure_1", "measure_2", "measure_3")
"""The lines that a speaker is measured with."""


class VoiceFlow(OptionsFlow):
    """Changes how the coach speaks, and what is known of its speakers."""

    def __init__(self) -> None:
        """Begin with nothing answered."""
        self._speaker = ""
        """The entity that is being set up."""
        self._typed: dict[str, Any] = {}
        """Its profile without what is measured."""
        self._known: dict[str, Any] = {}
        """What is measured, and stored together with the profile."""
        self._measuring: asyncio.Task[Calibration] | None = None
        self._trouble: dict[str, str] = {}

    def _form(
        self,
        step: str,
        form: vol.Schema,
        shown: Mapping[str, Any],
        errors: dict[str, str],
        words: Mapping[str, str] | None = None,
    ) -> ConfigFlowResult:
        known = {key: value for key, value in shown.items() if value is not None}
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(form, known),
            errors=errors,
            description_placeholders=words,
        )

    def _changed(self, options: dict[str, Any]) -> ConfigFlowResult:
        return self.async_create_entry(data={**self.config_entry.options, **options})

    async def async_step_voice(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask in which language, through which outputs at once, when not, and which light follows."""
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := voice_error(self.hass, user_input)):
            return self._changed(voice_from(user_input))
        catalogue = await async_load(self.hass)
        shown = voice_shown(user_input or self.config_entry.options, catalogue)
        return self._form("voice", voice_form(catalogue), shown, errors)

    async def async_step_speaker(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask which speaker, where there is more than one."""
        speakers = voiced(self.config_entry.data[Conf.OUTPUTS])
        if not speakers:
            return self.async_abort(reason="no_speaker")
        if user_input is None and len(speakers) > 1:
            return self._form("speaker", choice_form(speakers), {}, {})
        self._speaker = speakers[0] if user_input is None else user_input[SPEAKER]
        stored = self.config_entry.options.get(Conf.SPEAKERS, {}).get(self._speaker, {})
        self._typed = {key: value for key, value in stored.items() if key not in MEASURED}
        self._known = {key: value for key, value in stored.items() if key in MEASURED}
        return await self.async_step_speaker_profile()

    async def async_step_speaker_profile(self, user_input: Answers = None) -> ConfigFlowResult:
        """Ask how loud, with which silence around a line, and whether to measure it now."""
        return await self._async_profile("speaker_profile", user_input)

    async def async_step_more_silence(self, user_input: Answers = None) -> ConfigFlowResult:
        """Propose more silence, because a word was not heard, and to measure again."""
        return await self._async_profile("more_silence", user_input, measure=True)

    async def _async_profile(
        self, step: str, answers: Answers, *, measure: bool = False
    ) -> ConfigFlowResult:
        if answers:
            self._typed = profile_from(answers)
            if not answers[MEASURE]:
                return self._saved()
            if (reason := trouble(self.hass, self._output())) is None:
                return await self.async_step_calibrate()
            self._trouble = {BASE: reason}
        shown = {**profile_shown(self._typed), MEASURE: measure or bool(self._trouble)}
        words = await self._async_known()
        return self._form(step, PROFILE_FORM, shown, self._trouble, words)

    async def async_step_calibrate(
        self,
        user_input: Answers = None,  # noqa: ARG002 - there is nothing to answer meanwhile
    ) -> ConfigFlowResult:
        """Measure the speaker; whoever closes the form ends that."""
        output, lines = self._output(), await self._async_lines()
        if self._measuring is None:
            self._trouble = {}
            self._measuring = self.hass.async_create_background_task(
                async_calibrate(self.hass, output, lines, self.async_update_progress),
                f"{DOMAIN} measures {self._speaker}",
                # What comes next must not get the answers of the step before.
                eager_start=False,
            )
        if not self._measuring.done():
            return self.async_show_progress(
                step_id="calibrate",
                progress_action="calibrate",
                description_placeholders={"output": name_of(self.hass, output)},
                progress_task=self._measuring,
            )
        task, self._measuring = self._measuring, None
        try:
            self._known = measured_from(task.result())
        except CalibrationError as error:
            self._trouble = {BASE: error.key}
            return self.async_show_progress_done(next_step_id="speaker_profile")
        return self.async_show_progress_done(next_step_id="calibrated")

    async def async_step_calibrated(self, user_input: Answers = None) -> ConfigFlowResult:
        """Show what was measured, and ask what only a person can tell."""
        if not user_input:
            return self._form("calibrated", HEARD_FORM, {}, {}, await self._async_known())
        if user_input[FIRST_WORD] and user_input[LAST_WORD]:
            return self._saved()
        self._typed = with_more_silence(self._typed, user_input)
        return await self.async_step_more_silence()

    @callback
    def _saved(self) -> ConfigFlowResult:
        """Store the profile; those of outputs that are no longer configured go."""
        stored = self.config_entry.options.get(Conf.SPEAKERS, {})
        profiles = {**stored, self._speaker: {**self._typed, **self._known}}
        speakers = voiced(self.config_entry.data[Conf.OUTPUTS])
        return self._changed(
            {Conf.SPEAKERS: {name: profiles[name] for name in speakers if name in profiles}}
        )

    def _output(self) -> Output:
        """Return the output with the profile as it has been typed."""
        outputs = self.config_entry.data[Conf.OUTPUTS]
        stored = {output[Conf.ENTITY_ID]: output for output in outputs}
        # It may have been taken off the coach while the form was open.
        gone = {Conf.ENTITY_ID: self._speaker}
        return output_from(stored.get(self._speaker, gone), self._typed)

    async def _async_lines(self) -> list[Line]:
        catalogue = await async_load(self.hass)
        book = Language.of_entry(self.hass, catalogue, self.config_entry).book
        return [book.line(key) for key in CALIBRATION]

    async def _async_known(self) -> dict[str, str]:
        """Return what the forms tell of the speaker: its name, and what was measured."""
        language = self.hass.config.language
        words = Words(await async_get_translations(self.hass, language, "selector", {DOMAIN}))
        latency = self._known.get(Conf.LATENCY)
        return {
            "output": name_of(self.hass, self._output()),
            "tier": words.of("tier", self._known.get(Conf.TIER, UNKNOWN)),
            "latency": "?" if latency is None else f"{latency:.1f} s",
        }
