"""Stop words in whatever is said in the room of a session, before anybody handles it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
import logging
from typing import Final, NamedTuple

from homeassistant.components.conversation import ConversationInput
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..massage.messages import Answer, Command, Question
from ..massage.stop_words import classify
from .answers import names_concern
from .coaches import CoachLike, Place, place_of, situation
from .grammar import Grammar
from .meanings import AnswerHeard, CommandHeard, SessionWord, StopHeard
from .on_the_spot import MOST_KEPT
from .stop_listener import current_conversation, is_held
from .understanding import understand_word

_LOGGER = logging.getLogger(__name__)

ABOUT_HEALTH: Final = frozenset({Question.HEALTH, Question.GATE})
"""Questions that any words can answer, and not only those of the sentences."""


CALMING: Final = frozenset(
    {Command.STOP, Command.PAUSE, Command.LIGHTER, Command.TOO_MUCH, Command.TOO_HOT}
)
"""What reaches every session of a place: done to the wrong one, it does no harm."""


class _Told(NamedTuple):
    """What a coach was told when a text came by."""

    coach: CoachLike
    heard: StopHeard | AnswerHeard | CommandHeard
    """What it would be if the room were known."""
    reply: str
    sure: bool


@dataclass(slots=True)
class Overhearing:
    """Tells coaches of stop words, and remembers what they said to that."""

    hass: HomeAssistant
    coaches: Mapping[str, CoachLike]
    _told: dict[str | None, tuple[int, tuple[_Told, ...]]] = field(default_factory=dict)
    """What was told in the last turn of a conversation, with a number that stands for its text."""

    def hear(
        self,
        conversation_id: str,
        text: str,
        places: list[Place],
        grammars: Iterable[Grammar],
    ) -> bool:
        """Notice a stop word in any text; what else it says belongs to the assistant.

        Returns whether it is all for a coach, so that the assistant need not answer it.
        """
        told, known = list[_Told](), list(grammars)
        # The sentences will not see this text, and nobody's hands wait for an assistant.
        held = is_held(self.hass, conversation_id)
        for coach in [coach for coach in self.coaches.values() if coach.live]:
            here = may_be_here(self.hass, coach, places)
            match None if here is False else stop_word(text, coach, known):
                case None:
                    if held and here and (calm := _calming(text, coach, known)) is not None:
                        told.append(_Told(coach, calm, tell(coach, calm), sure=True))
                case heard if here:
                    told.append(_Told(coach, heard, tell(coach, heard), sure=True))
                case StopHeard(phrase) as heard:
                    doubted = StopHeard(replace(phrase, certain=False))
                    told.append(_Told(coach, heard, tell(coach, doubted), sure=False))
        self._told.pop(conversation_id, None)
        if told:
            self._told[conversation_id] = (hash(text), tuple(told))
        if len(self._told) > MOST_KEPT:
            del self._told[next(iter(self._told))]
        return any(one.sure and _is_certain(one.heard) for one in told)

    def has(self, said: ConversationInput) -> bool:
        """Tell whether a coach was told of this text when it came by."""
        number, told = self._told.get(current_conversation(said.conversation_id), (0, ()))
        return bool(told) and number == hash(said.text)

    def again(self, said: ConversationInput, *, person: bool) -> str | None:
        """Answer for what was told already when the text came by, before anybody handled it."""
        if not self.has(said):
            return None
        _, told = self._told.pop(current_conversation(said.conversation_id))
        place = place_of(self.hass, said)
        here = [one for one in told if place.known_to(self.hass, one.coach) is not False]
        if not here:
            return None
        # For some it is known only now that it was said in the room of their session.
        doubted = [one for one in here if not one.sure and place.known_to(self.hass, one.coach)]
        reply = tell_all([(one.coach, one.heard) for one in doubted], person=person)
        return reply or here[0].reply


def stop_word(
    text: str, coach: CoachLike, grammars: Iterable[Grammar]
) -> StopHeard | AnswerHeard | None:
    """Return the stop word of a text, or the answer that closes a question about health."""
    for grammar in grammars:
        concern = coach.question in ABOUT_HEALTH and names_concern(text, grammar)
        if not concern and classify(text, grammar.stop_words, neck=coach.neck) is None:
            continue
        closes = Answer.NO if coach.gate_opens_on_yes else Answer.YES
        match understand_word(text, grammar, situation(coach)):
            case StopHeard() as heard:
                return heard
            # What lets a session go on is left to the sentences: only they tell whether a
            # person said it.
            case AnswerHeard(answer) as heard if answer is closes:
                return heard
    return None


def _calming(text: str, coach: CoachLike, grammars: Iterable[Grammar]) -> CommandHeard | None:
    """Return the command of a text that can do no harm, in whatever language it is."""
    words = (understand_word(text, grammar, situation(coach)) for grammar in grammars)
    commands = (word for word in words if isinstance(word, CommandHeard))
    return next((word for word in commands if word.command in CALMING), None)


def tell_all(told: list[tuple[CoachLike, SessionWord]], *, person: bool) -> str:
    """Tell several coaches, whatever becomes of one; return what the first has to say."""
    replies = [tell(coach, heard, person=person) for coach, heard in told]
    return next(filter(None, replies), "")


def tell(coach: CoachLike, heard: SessionWord, *, person: bool = True) -> str:
    """Tell a coach, and return what it has to say. Never raises."""
    try:
        return coach.hear(heard, person=person)
    except HomeAssistantError as err:
        return str(err)
    except Exception:
        # Whoever speaks must get an answer, and others must hear it, whatever becomes of one.
        _LOGGER.exception("Could not obey a stop word")
        return coach.reply("reply.failed")


def may_be_here(hass: HomeAssistant, coach: CoachLike, places: list[Place]) -> bool | None:
    """Tell whether a text was said in the coach's room; None where that is not known."""
    known = [place.known_to(hass, coach) for place in places]
    if known == [True]:
        return True
    return False if known and all(here is False for here in known) else None


def _is_certain(heard: StopHeard | AnswerHeard | CommandHeard) -> bool:
    match heard:
        case StopHeard(phrase):
            return phrase.certain
        case AnswerHeard():
            return True
        case CommandHeard():
            # Whoever has asked gets it too.
            return False
