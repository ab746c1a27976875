"""What is said becomes a call of a coach and a reply."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from homeassistant.components.conversation import ConversationInput
from homeassistant.core import HomeAssistant

from ..massage.areas import Area, Consequence, Region
from ..massage.messages import Answer, Command
from .answers import opens
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
from .delays import delay_last
from .grammar import Grammar
from .languages import in_order
from .meanings import (
    AnswerHeard,
    CommandHeard,
    EasedHeard,
    HealthChanged,
    NeverMindHeard,
    NoHarderHeard,
    Request,
    ScoreHeard,
    SessionWord,
    Sign,
    StartRequest,
    StatusRequest,
    StopHeard,
    SymptomRequest,
    WhyRequest,
)
from .overhearing import CALMING, Overhearing, may_be_here, stop_word, tell_all
from .understanding import understand_request, understand_word

EXAMPLES: Final = 3
"""Most areas that are named in one reply (massage.md §4.8)."""

type Speak = Callable[..., str]
"""Called with a language, or None, the key of a line and its slots; returns the line."""


@dataclass(slots=True)
class Replies:
    """Finds out what is meant and who, and lets them answer."""

    hass: HomeAssistant
    coaches: Mapping[str, CoachLike]
    areas: Mapping[str, Area]
    speak: Speak
    grammars: Mapping[str, Grammar] = field(default_factory=dict)
    overhearing: Overhearing = field(init=False)

    def __post_init__(self) -> None:
        """Overhear for the same coaches."""
        self.overhearing = Overhearing(self.hass, self.coaches)

    def request(self, said: ConversationInput, *, person: bool) -> str:
        """Answer a clear sentence; raises what the coach raises."""
        match self._request(said.text, said.language):
            case StartRequest() as request:
                return self._start(request, said)
            case SymptomRequest() as request:
                # A session that goes on has noticed it already, and deals with it.
                told = self.overhearing.again(said, person=person)
                return self._speak(said, self._left_alone(request)) if told is None else told
            case WhyRequest():
                return self._speak(said, "why")
            case HealthChanged(name):
                return self._health_changed(name, said)
            case StatusRequest() | CommandHeard() as heard:
                return self._with_session(heard, said, person=person)
            case None:
                return self._speak(said, "reply.not_understood")

    def word(self, said: ConversationInput, *, person: bool) -> str | None:
        """Answer a bare word; returns None where it belongs to somebody else."""
        if (reply := self.overhearing.again(said, person=person)) is not None:
            return reply
        place = place_of(self.hass, said)
        meant = sessions_at(self.hass, self.coaches.values(), place)
        heard = [
            (coach, word)
            for coach in meant
            if (word := self._word(said.text, coach, said.language)) is not None
        ]
        if len(meant) == 1:
            return next((self._told(*one, place, person=person) for one in heard), None)
        calming = [
            (coach, calm)
            for coach, word in heard
            if (calm := self._calming(said.text, coach, word)) is not None
        ]
        if calming:
            return tell_all(calming, person=person)
        if heard and self._known_here(meant, place):
            return self._which(meant, place, said)
        return None

    def _told(
        self, coach: CoachLike, word: SessionWord | StatusRequest, place: Place, *, person: bool
    ) -> str:
        """Tell a coach; what opens, or presses more, has to come from where the session is."""
        if _is_weighty(word, coach) and place.is_doubtful(self.hass, coach):
            return coach.reply("reply.place_needed")
        return _ask(coach, word, person=person)

    def anything(self, said: ConversationInput, *, person: bool) -> str | None:
        """Answer a word or a clear sentence; returns None where it belongs to somebody else."""
        if (reply := self.word(said, person=person)) is not None:
            return reply
        understood = self._request(said.text, said.language)
        return self.request(said, person=person) if understood else None

    def understands(self, text: str, places: list[Place]) -> bool:
        """Tell whether a text is for a coach, as far as that is known before it is handled.

        A text that merely contains a stop word belongs to whoever else it is for.
        """
        for coach in self.coaches.values():
            if coach.live and may_be_here(self.hass, coach, places) is not False:
                match self._word(text, coach):
                    case None:
                        pass
                    case StopHeard(phrase):
                        return phrase.certain
                    case _:
                        return True
        return self._request(text) is not None

    def later(self, text: str, language: str | None = None) -> str | None:
        """Return a wish to start later in the order of words in which Assist understands it."""
        wishes = (delay_last(text, one) for one in in_order(self.grammars, [language]))
        return next((wish for wish in wishes if wish is not None), None)

    def mentions(self, said: ConversationInput) -> bool:
        """Tell whether a text merely contains a stop word for a session here."""
        words = (
            self._word(said.text, coach, said.language)
            for coach in sessions_at(self.hass, self.coaches.values(), place_of(self.hass, said))
        )
        return any(isinstance(word, StopHeard) and not word.phrase.certain for word in words)

    def insists(self, said: ConversationInput) -> bool:
        """Tell whether a text calms a session here, or answers it: that has to reach the session."""
        place = place_of(self.hass, said)
        for coach in sessions_at(self.hass, self.coaches.values(), place):
            match self._word(said.text, coach, said.language):
                case StopHeard() | AnswerHeard() | ScoreHeard() | EasedHeard() | NoHarderHeard():
                    return True
                case CommandHeard(command) if command in CALMING:
                    return True
        return self.overhearing.has(said)

    def unheard(self, said: ConversationInput) -> str:
        """Answer a bare word that neither the coach nor the assistant can make anything of."""
        meant = sessions_at(self.hass, self.coaches.values(), place_of(self.hass, said))
        idle = len(meant) == 1 and meant[0].question is None
        return self._speak(said, "reply.nothing_asked" if idle else "reply.not_heard")

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
        if len(meant) != 1:
            return self._which_coach(meant, said)
        return meant[0].health_changed()

    def _start(self, request: StartRequest, said: ConversationInput) -> str:
        place = place_of(self.hass, said)
        meant = nearest(self.hass, self.coaches.values(), place, request.person)
        if len(meant) != 1:
            return self._which_coach(meant, said)
        coach = meant[0]
        if request.routine is not None:
            own = routine_of(coach, request.routine)
            if own is None and request.otherwise is None:
                return coach.reply("reply.unknown_routine")
            request = (request if own else request.otherwise) or request
            request = replace(request, routine=own, otherwise=None)
        unclear = None if request.routine else self._unclear(request, coach)
        return unclear or coach.start(request, said.context, said.satellite_id, said.device_id)

    def _which_coach(self, meant: list[CoachLike], said: ConversationInput) -> str:
        """Ask whose coach is meant: of several, or of all where nobody has the name any more."""
        names = _names(meant or self.coaches.values())
        return self._speak(said, "reply.which_coach", names=names)

    def _unclear(self, request: StartRequest, coach: CoachLike) -> str | None:
        """Say why nobody can know what to start, or return None."""
        examples = coach.area_names(islice(self.areas, EXAMPLES))
        if request.refused:
            return coach.reply("reply.refused_area")
        if request.choices:
            return coach.reply("reply.choose_area", areas=coach.area_names(request.choices))
        if request.unknown:
            return coach.reply("reply.unknown_area", areas=examples)
        if request.area is None and not (request.stretch_only or request.again):
            return coach.reply("reply.which_area", areas=examples)
        return None

    def _with_session(
        self, heard: StatusRequest | CommandHeard, said: ConversationInput, *, person: bool
    ) -> str:
        name = heard.person if isinstance(heard, CommandHeard) else None
        live = [coach for coach in self.coaches.values() if coach.live and answers_to(coach, name)]
        if not live:
            return self._speak(said, "reply.no_session")
        place = place_of(self.hass, said)
        here = sessions_at(self.hass, live, place)
        meant = here or live
        if len(meant) == 1:
            return _ask(meant[0], heard, person=person)
        if isinstance(heard, CommandHeard) and heard.command in CALMING and (here or name):
            return tell_all([(coach, heard) for coach in meant], person=person)
        return self._which(meant, place, said)

    def _which(self, coaches: list[CoachLike], place: Place, said: ConversationInput) -> str:
        """Ask who is meant; nothing changes."""
        if not self._known_here(coaches, place):
            return self._speak(said, "reply.which_session")
        return self._speak(said, "reply.which_person", names=_names(coaches))

    def _known_here(self, coaches: list[CoachLike], place: Place) -> bool:
        return any(place.known_to(self.hass, coach) for coach in coaches)

    def _word(
        self, text: str, coach: CoachLike, language: str | None = None
    ) -> SessionWord | StatusRequest | None:
        meant = situation(coach)
        for number, grammar in enumerate(in_order(self.grammars, [language])):
            freely = number == 0 or language is None
            if (word := understand_word(text, grammar, meant, freely=freely)) is not None:
                return word
        return None

    def _request(self, text: str, language: str | None = None) -> Request | None:
        requests = (understand_request(text, one) for one in in_order(self.grammars, [language]))
        return next((request for request in requests if request is not None), None)

    def _speak(self, said: ConversationInput, key: str, **slots: object) -> str:
        """Say a line in the language in which somebody was heard."""
        return self.speak(said.language, key, **slots)

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
                return stop_word(text, coach, self.grammars.values())
            case _:
                return None


def _is_weighty(word: SessionWord | StatusRequest, coach: CoachLike) -> bool:
    match word:
        case AnswerHeard(answer):
            return opens(coach.question, answer, on_yes=coach.gate_opens_on_yes)
        case NeverMindHeard():
            return True
        case CommandHeard(command):
            return command in {Command.HARDER, Command.RESUME}
        case _:
            return False


def _ask(coach: CoachLike, heard: StatusRequest | SessionWord, *, person: bool) -> str:
    if isinstance(heard, StatusRequest):
        return coach.status(heard.about)
    return coach.hear(heard, person=person)


def _names(coaches: Iterable[CoachLike]) -> str:
    return ", ".join(coach.person_name or coach.name for coach in coaches)
