"""What is said becomes a call of a coach and a reply."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
import logging
from typing import Final, NamedTuple

from homeassistant.components.conversation import ConversationInput
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..massage.areas import Area, Consequence, Region
from ..massage.messages import Answer, Command, Question
from ..massage.stop_words import classify
from .answers import names_concern
from .coaches import (
    CoachLike,
    Place,
    answers_to,
    nearest,
    place_of,
    routine_of,
    sessions_at,
    situation,
)
from .grammar import Grammar
from .meanings import (
    AnswerHeard,
    CommandHeard,
    HealthChanged,
    SessionWord,
    Sign,
    StartRequest,
    StatusRequest,
    StopHeard,
    SymptomRequest,
    WhyRequest,
)
from .stop_listener import current_conversation
from .understanding import understand_request, understand_word

_LOGGER = logging.getLogger(__name__)

FALLBACK_LANGUAGE: Final = "en"
EXAMPLES: Final = 3
"""Most areas that are named in one reply (massage.md §4.8)."""

CALMING: Final = frozenset(
    {Command.STOP, Command.PAUSE, Command.LIGHTER, Command.TOO_MUCH, Command.TOO_HOT}
)
"""What reaches every session of a place: done to the wrong one, it does no harm."""

ABOUT_HEALTH: Final = frozenset({Question.HEALTH, Question.GATE})
"""Questions that any words can answer, and not only those of the sentences."""

type Speak = Callable[..., str]
"""Called with the key of a line and its slots; returns the line."""


class _Told(NamedTuple):
    """What a coach was told when a text came by."""

    coach: CoachLike
    heard: StopHeard | AnswerHeard
    """What it would be if the room were known."""
    reply: str
    sure: bool


@dataclass(slots=True)
class Replies:
    """Finds out what is meant and who, and lets them answer."""

    hass: HomeAssistant
    coaches: Mapping[str, CoachLike]
    areas: Mapping[str, Area]
    speak: Speak
    grammars: Mapping[str, Grammar] = field(default_factory=dict)
    _overheard: tuple[int, tuple[_Told, ...]] = (0, ())

    def request(self, said: ConversationInput, *, person: bool) -> str:
        """Answer a clear sentence; raises what the coach raises."""
        for grammar in self._grammars(said.language):
            match understand_request(said.text, grammar):
                case StartRequest() as request:
                    return self._start(request, said)
                case SymptomRequest() as request:
                    # A session that goes on has noticed it already, and deals with it.
                    told = self._again(said, person=person)
                    return self.speak(self._left_alone(request)) if told is None else told
                case WhyRequest():
                    return self.speak("why")
                case HealthChanged(name):
                    return self._health_changed(name, said)
                case StatusRequest() | CommandHeard() as heard:
                    return self._with_session(heard, said, person=person)
        return self.speak("reply.not_understood")

    def word(self, said: ConversationInput, *, person: bool) -> str | None:
        """Answer a bare word; returns None where it belongs to somebody else."""
        if (reply := self._again(said, person=person)) is not None:
            return reply
        place = place_of(self.hass, said)
        meant = sessions_at(self.hass, self.coaches.values(), place)
        heard = [(coach, word) for coach in meant if (word := self._understood(said, coach))]
        if len(meant) == 1:
            return next((_ask(coach, word, person=person) for coach, word in heard), None)
        calming = [
            (coach, calm)
            for coach, word in heard
            if (calm := self._calming(said.text, coach, word)) is not None
        ]
        if calming:
            return self._tell_all(calming, person=person)
        if heard and self._known_here(meant, place):
            return self._which(meant, place)
        return None

    def anything(self, said: ConversationInput, *, person: bool) -> str | None:
        """Answer a word or a clear sentence; returns None where it belongs to somebody else."""
        if (reply := self.word(said, person=person)) is not None:
            return reply
        understood = any(
            understand_request(said.text, grammar) for grammar in self._grammars(said.language)
        )
        return self.request(said, person=person) if understood else None

    def unheard(self, said: ConversationInput) -> str:
        """Answer a bare word that neither the coach nor the assistant can make anything of."""
        meant = sessions_at(self.hass, self.coaches.values(), place_of(self.hass, said))
        idle = len(meant) == 1 and meant[0].question is None
        return self.speak("reply.nothing_asked" if idle else "reply.not_heard")

    def overhear(self, conversation_id: str, text: str, places: list[Place]) -> None:
        """Notice a stop word in any text; what else it says belongs to the assistant."""
        told = []
        for coach in [coach for coach in self.coaches.values() if coach.live]:
            here = _somewhere(self.hass, coach, places)
            match None if here is False else self._stop_word(text, coach):
                case None:
                    continue
                case heard if here:
                    told.append(_Told(coach, heard, self._tell(coach, heard), sure=True))
                case StopHeard(phrase) as heard:
                    doubted = StopHeard(replace(phrase, certain=False))
                    told.append(_Told(coach, heard, self._tell(coach, doubted), sure=False))
        self._overheard = (hash((conversation_id, text)), tuple(told))

    def _again(self, said: ConversationInput, *, person: bool) -> str | None:
        """Answer for what was told already when the text came by, before anybody handled it."""
        conversation_id = current_conversation(said.conversation_id)
        number, told = self._overheard
        if number != hash((conversation_id, said.text)):
            return None
        self._overheard = (0, ())
        place = place_of(self.hass, said)
        here = [one for one in told if place.known_to(self.hass, one.coach) is not False]
        if not here:
            return None
        # For some it is known only now that it was said in the room of their session.
        doubted = [one for one in here if not one.sure and place.known_to(self.hass, one.coach)]
        reply = self._tell_all([(one.coach, one.heard) for one in doubted], person=person)
        return reply or here[0].reply

    def _left_alone(self, request: SymptomRequest) -> str:
        """Return the line for somebody who wants a session for what must be left alone.

        Where the area has a gate, it is what follows when that does not open (massage.md §4.8).
        """
        areas = [self.areas[key] for key in request.areas]
        gates = {area.gate.otherwise for area in areas if area.gate is not None}
        legs = any(area.region is Region.LEG for area in areas)
        match request.sign:
            case Sign.EMERGENCY:
                return "reply.symptom_urgent"
            case _ if Consequence.EMERGENCY in gates:
                return "reply.symptom_urgent"
            case Sign.HURT:
                return "reply.professional"
            case Sign.LEG if legs:
                return "gate_leg_1"
            case _:
                return "gate_leg_1" if Consequence.LEG in gates else "reply.symptom"

    def _health_changed(self, name: str | None, said: ConversationInput) -> str:
        meant = nearest(self.hass, self.coaches.values(), place_of(self.hass, said), name)
        if len(meant) > 1:
            return self.speak("reply.which_coach", names=_names(meant))
        return meant[0].health_changed()

    def _start(self, request: StartRequest, said: ConversationInput) -> str:
        place = place_of(self.hass, said)
        meant = nearest(self.hass, self.coaches.values(), place, request.person)
        if len(meant) > 1:
            return self.speak("reply.which_coach", names=_names(meant))
        coach = meant[0]
        if request.routine is not None:
            own = routine_of(coach, request.routine)
            if own is None and request.otherwise is None:
                return coach.reply("reply.unknown_routine")
            request = (request if own else request.otherwise) or request
            request = replace(request, routine=own, otherwise=None)
        unclear = None if request.routine else self._unclear(request, coach)
        return unclear or coach.start(request, said.context, said.satellite_id, said.device_id)

    def _unclear(self, request: StartRequest, coach: CoachLike) -> str | None:
        """Say why nobody can know what to start, or return None."""
        examples = coach.area_names(islice(self.areas, EXAMPLES))
        if request.refused:
            return coach.reply("reply.refused_area")
        if request.choices:
            return coach.reply("reply.choose_area", areas=coach.area_names(request.choices))
        if request.unknown:
            return coach.reply("reply.unknown_area", areas=examples)
        if request.area is None and not request.stretch_only:
            return coach.reply("reply.which_area", areas=examples)
        return None

    def _with_session(
        self, heard: StatusRequest | CommandHeard, said: ConversationInput, *, person: bool
    ) -> str:
        name = heard.person if isinstance(heard, CommandHeard) else None
        live = [coach for coach in self.coaches.values() if coach.live and answers_to(coach, name)]
        if not live:
            return self.speak("reply.no_session")
        place = place_of(self.hass, said)
        here = sessions_at(self.hass, live, place)
        meant = here or live
        if len(meant) == 1:
            return _ask(meant[0], heard, person=person)
        if isinstance(heard, CommandHeard) and heard.command in CALMING and (here or name):
            return self._tell_all([(coach, heard) for coach in meant], person=person)
        return self._which(meant, place)

    def _which(self, coaches: list[CoachLike], place: Place) -> str:
        """Ask who is meant; nothing changes."""
        if not self._known_here(coaches, place):
            return self.speak("reply.which_session")
        return self.speak("reply.which_person", names=_names(coaches))

    def _known_here(self, coaches: list[CoachLike], place: Place) -> bool:
        return any(place.known_to(self.hass, coach) for coach in coaches)

    def _understood(
        self, said: ConversationInput, coach: CoachLike
    ) -> SessionWord | StatusRequest | None:
        for grammar in self._grammars(said.language):
            if (word := understand_word(said.text, grammar, situation(coach))) is not None:
                return word
        return None

    def _calming(
        self, text: str, coach: CoachLike, word: SessionWord | StatusRequest
    ) -> SessionWord | None:
        """Return the word where it is one that every session of a place has to hear."""
        match word:
            case StopHeard():
                return word
            case CommandHeard(command) if command in CALMING:
                return word
            case AnswerHeard(Answer.YES):
                # "It is swollen" ends a session that asks about health; a bare yes may be another's.
                return self._stop_word(text, coach)
            case _:
                return None

    def _stop_word(self, text: str, coach: CoachLike) -> StopHeard | AnswerHeard | None:
        for grammar in self.grammars.values():
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

    def _tell_all(self, told: list[tuple[CoachLike, SessionWord]], *, person: bool) -> str:
        """Tell several coaches, whatever becomes of one; return what the first has to say."""
        replies = [self._tell(coach, heard, person=person) for coach, heard in told]
        return next(filter(None, replies), "")

    def _tell(self, coach: CoachLike, heard: SessionWord, *, person: bool = True) -> str:
        try:
            return coach.hear(heard, person=person)
        except HomeAssistantError as err:
            return str(err)
        except Exception:
            # Whoever speaks must get an answer, and others must hear it, whatever becomes of one.
            _LOGGER.exception("Could not obey a stop word")
            return self.speak("reply.failed")

    def _grammars(self, language: str) -> list[Grammar]:
        """Return all grammars, that of the pipeline first: all languages are listened for in all."""
        tags = (language, language.partition("-")[0], FALLBACK_LANGUAGE)
        first = [self.grammars[tag] for tag in tags if tag in self.grammars]
        return list({id(one): one for one in (*first, *self.grammars.values())}.values())


def _ask(coach: CoachLike, heard: StatusRequest | SessionWord, *, person: bool) -> str:
    if isinstance(heard, StatusRequest):
        return coach.status()
    return coach.hear(heard, person=person)


def _names(coaches: Iterable[CoachLike]) -> str:
    return ", ".join(coach.person_name or coach.name for coach in coaches)


def _somewhere(hass: HomeAssistant, coach: CoachLike, places: list[Place]) -> bool | None:
    """Tell whether it was said in the coach's room; None where that is not known."""
    known = [place.known_to(hass, coach) for place in places]
    if known == [True]:
        return True
    return False if known and all(here is False for here in known) else None
