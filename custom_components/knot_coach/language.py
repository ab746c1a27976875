"""Which language a coach speaks and hears.

That is the one that was chosen for it, or else that of the people in its room: of the assistant
behind its satellite, of the voice of its speaker, of the house, whichever is found first. A session
stays in the language in which it began, whatever becomes of those.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Self

from homeassistant.components.assist_pipeline import Pipeline
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant, callback

from .announce.outputs import Kind, Output
from .announce.synthesis import engine_voice, language_of, satellite_pipeline, satellite_voice
from .const import Conf
from .content import Catalogue
from .massage.states import Session
from .massage.wording import Phrasebook
from .settings import output_from


class Language:
    """The language of one coach, as its house is set up now."""

    def __init__(
        self,
        hass: HomeAssistant,
        catalogue: Catalogue,
        outputs: Sequence[Output],
        chosen: str | None = None,
    ) -> None:
        """Take what a coach speaks through, and the language that was chosen for it."""
        self._hass, self._catalogue = hass, catalogue
        self._outputs, self._chosen = outputs, chosen

    @classmethod
    def of_entry(cls, hass: HomeAssistant, catalogue: Catalogue, entry: ConfigEntry[Any]) -> Self:
        """Return the language of a coach that need not be loaded."""
        outputs = [output_from(stored) for stored in entry.data[Conf.OUTPUTS]]
        return cls(hass, catalogue, outputs, entry.options.get(Conf.LANGUAGE))

    @property
    def wanted(self) -> str:
        """The tag of the language that it should speak, such as `en-GB`; it may know none such."""
        return self._chosen or next(self._of_the_room(), self._hass.config.language)

    @property
    def known(self) -> bool:
        """Whether it knows that language."""
        return self._catalogue.language(self.wanted) is not None

    @property
    def book(self) -> Phrasebook:
        """The lines of that language, or of the reference language where it does not know it."""
        return self._catalogue.book(self.wanted)

    def book_of(self, session: Session | None) -> Phrasebook:
        """Return the lines that a session which goes on began with, or else those of now."""
        return session.order.book if session is not None and session.live else self.book

    def _of_the_room(self) -> Iterator[str]:
        """Yield the languages that are heard and spoken there, the most telling first."""
        hass = self._hass
        satellites = [one.entity_id for one in self._outputs if one.kind is Kind.SATELLITE]
        for entity_id in satellites:
            if (pipeline := satellite_pipeline(hass, entity_id)) is not None:
                yield from filter(None, [heard_by(pipeline)])
        for output in self._outputs:
            match output.kind:
                case Kind.SATELLITE:
                    voice = satellite_voice(hass, output.entity_id)
                case Kind.PLAYER:
                    voice = engine_voice(hass, output.engine, output.language, output.voice)
                case _:
                    continue
            if voice is not None:
                yield from filter(None, [language_of(hass, voice)])


@callback
def heard_by(pipeline: Pipeline) -> str | None:
    """Return the language that a pipeline understands; None where that is any.

    An agent that understands every language gets that of the ears, as Home Assistant tells it.
    """
    if pipeline.conversation_language != MATCH_ALL:
        return pipeline.conversation_language
    tags = (pipeline.stt_language, pipeline.tts_language, pipeline.language)
    return next((tag for tag in tags if tag and tag != MATCH_ALL), None)


@callback
def speak(
    hass: HomeAssistant, catalogue: Catalogue, language: str | None, key: str, **slots: object
) -> str:
    """Return a line in the language in which somebody was heard, or of the house where none is known.

    For what is said before anybody knows which coach is spoken to.
    """
    if not language or language == MATCH_ALL:
        language = hass.config.language
    return catalogue.book(language).line(key, **slots).text
