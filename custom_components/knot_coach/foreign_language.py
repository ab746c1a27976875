"""A repair issue for a coach that cannot speak as its room does, until it can.

It does not know the language that is spoken there and makes do with another, or it knows it and one
of its outputs has no voice for it. Both could be taken for a fault of the coach.
"""

from typing import Final

from homeassistant.components.assist_pipeline.pipeline import KEY_ASSIST_PIPELINE
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import TrackStates, async_track_state_change_filtered
from homeassistant.helpers.start import async_at_started

from .announce.synthesis import satellite_of
from .const import DOMAIN
from .coordinator import Coach
from .forms import name_of
from .voiceless import plain

GUIDE: Final = "https://github.com/knot-coach/knot-coach/blob/main/docs/languages.md"


@callback
def async_watch_language(coach: Coach) -> CALLBACK_TYPE:
    """Show the issue for as long as a loaded coach has reason to; returns what ends it."""
    watch = _Watch(coach)
    # Before that, assistants and voices are missing that will be there in a moment.
    never_started = async_at_started(coach.hass, watch.start)

    @callback
    def leave() -> None:
        never_started()
        watch.stop()

    return leave


class _Watch:
    """Looks at the language whenever it can have changed; an issue that is there stays as it is."""

    def __init__(self, coach: Coach) -> None:
        self._coach, self._hass = coach, coach.hass
        self._id = f"language_{coach.config_entry.entry_id}"
        self._unsubscribe: list[CALLBACK_TYPE] = []

    @callback
    def start(self, _: object) -> None:
        """Look now, and from now on."""
        self._states = async_track_state_change_filtered(self._hass, self._watched(), self._look)
        self._unsubscribe.append(self._states.async_remove)
        if (assist := self._hass.data.get(KEY_ASSIST_PIPELINE)) is not None:
            changes = assist.pipeline_store.async_add_change_set_listener(self._async_changed)
            self._unsubscribe.append(changes)
        self._look()

    @callback
    def stop(self) -> None:
        """Look no more, and take back what was told."""
        while self._unsubscribe:
            self._unsubscribe.pop()()
        ir.async_delete_issue(self._hass, DOMAIN, self._id)

    async def _async_changed(self, _: object) -> None:
        self._look()

    @callback
    def _look(self, _: object = None) -> None:
        self._states.async_update_listeners(self._watched())
        if (found := self._trouble()) is None:
            ir.async_delete_issue(self._hass, DOMAIN, self._id)
            return
        key, slots = found
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id,
            # Which language is right, and where another voice is to be had, a person knows alone.
            is_fixable=False,
            learn_more_url=GUIDE,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={"name": plain(self._coach.config_entry.title), **slots},
        )

    def _watched(self) -> TrackStates:
        """Return the outputs, and what the assistants of satellites are chosen with.

        That another assistant is preferred now is told to nobody: it shows when an output speaks.
        """
        watched = {output.entity_id for output in self._coach.settings.outputs}
        satellites = (satellite_of(self._hass, entity_id) for entity_id in watched)
        chosen = {one.pipeline_entity_id for one in satellites if one is not None}
        return TrackStates(False, watched | {one for one in chosen if one is not None}, set())

    def _trouble(self) -> tuple[str, dict[str, str]] | None:
        """Return the key of what is to be told and what it is about; None where all is well."""
        language = self._coach.language
        spoken = language.book
        slots = {"spoken": spoken.native_name}
        if not language.known:
            return "language_unknown", {"wanted": plain(language.wanted), **slots}
        if outputs := self._coach.speech.foreign(spoken.language):
            names = (f"- {plain(name_of(self._hass, output))}" for output in outputs)
            return "voice_foreign", {"outputs": "\n".join(names), **slots}
        return None
