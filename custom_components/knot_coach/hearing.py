"""The coach as the ear knows it: everything is answered at once, in words to be spoken.

What takes time is left to a task, because a satellite is silent for as long as it waits.
"""

from collections.abc import Collection, Iterable
from typing import Final, override

from homeassistant.components import persistent_notification
from homeassistant.core import Context, HomeAssistant, callback

from .admission import Refused
from .coordinator import Coach
from .loan import Turned
from .massage.areas import Side
from .massage.messages import Answered, Command, Eased, Question, Rated, StopWord
from .massage.moves import minutes
from .massage.plan import Plan
from .massage.remarks import NeverMind, NoHarder, Remark, TalkWanted, asks
from .massage.view import Shown
from .massage.wording import Phrasebook
from .ordering import wanted_from_words
from .routines import one_of
from .screening_due import forget_screening
from .status import status
from .voice.coaches import CoachLike
from .voice.meanings import (
    About,
    AnswerHeard,
    CommandHeard,
    EasedHeard,
    LoudnessHeard,
    NeverMindHeard,
    NoHarderHeard,
    ScoreHeard,
    SessionWord,
    StartRequest,
    StopHeard,
    TalkHeard,
)
from .voice.overhearing import CALMING

ASSIST_SATELLITE: Final = "assist_satellite."


class HearingCoach(CoachLike):
    """Answers the ear for one coach."""

    def __init__(self, hass: HomeAssistant, coach: Coach) -> None:
        """Speak for a coach."""
        self._hass = hass
        self._coach = coach
        self._refused: str | None = None
        self._times_refused = 0

    @property
    @override
    def entry_id(self) -> str:
        return self._coach.config_entry.entry_id

    @property
    @override
    def name(self) -> str:
        return self._coach.settings.name

    @property
    @override
    def person_name(self) -> str | None:
        person = self._coach.settings.person
        state = self._hass.states.get(person) if person else None
        return state.name if state else None

    @property
    @override
    def area_id(self) -> str | None:
        return self._coach.settings.room

    @property
    @override
    def satellites(self) -> Collection[str]:
        return frozenset(
            output.entity_id
            for output in self._coach.settings.outputs
            if output.entity_id.startswith(ASSIST_SATELLITE)
        )

    @property
    @override
    def routines(self) -> Collection[str]:
        return self._coach.routines.keys()

    @property
    @override
    def live(self) -> bool:
        # One that is about to begin can be stopped already; and so can a drill.
        return self._coach.busy or self._drilled

    @property
    @override
    def question(self) -> Question | None:
        return self._coach.data.question

    @property
    @override
    def rating(self) -> bool:
        session = self._coach.session
        return session is not None and self.question is None and asks(session)

    @property
    @override
    def paused(self) -> bool:
        return self._coach.data.shown in {Shown.PAUSED, Shown.INTERRUPTED}

    @property
    @override
    def unplugging(self) -> bool:
        return self._coach.unplugging

    @property
    @override
    def neck(self) -> bool:
        return self._coach.data.neck

    @property
    @override
    def gate_opens_on_yes(self) -> bool:
        session = self._coach.session
        if session is None or self.question is not Question.GATE:
            return False
        gate = session.gated.gate
        return gate is not None and gate.opens_on_yes

    @override
    @callback
    def start(
        self,
        request: StartRequest,
        context: Context,
        satellite_id: str | None,
        device_id: str | None,
    ) -> str:
        coach = self._coach
        try:
            plan = coach.admit(wanted_from_words(coach, request))
        except Refused as err:
            return self._refusal(err)
        self._refused = None
        coach.config_entry.async_create_task(
            self._hass, self._async_start(plan, context), f"{self.name} start"
        )
        if coach.silent:
            return self.reply("reply.starting_silent")
        return self._starting(plan, request)

    def _starting(self, plan: Plan, request: StartRequest) -> str:
        """Say what begins; a side that makes no difference is passed over with a word."""
        order, time = plan.order, minutes(plan.estimated_duration)
        area = order.area.key
        if any(one.side is None for one in plan.orders):
            return self.reply("reply.ok")
        if order.routine is not None:
            return self.reply("reply.starting_routine", routine=order.routine, minutes=time)
        if order.stretch_only:
            return self.reply("reply.starting_stretch", area=area, minutes=time)
        length = order.played_length
        if order.side is not Side.CENTRE:
            return self.reply(
                "reply.starting", length=length, area=area, side=order.side, minutes=time
            )
        if request.side in {None, Side.CENTRE}:
            return self.reply("reply.starting_centre", length=length, area=area, minutes=time)
        return self.reply("reply.starting_no_side", length=length, area=area, minutes=time)

    async def _async_start(self, plan: Plan, context: Context) -> None:
        try:
            await self._coach.async_start(plan, "voice", context)
        except Refused as err:
            # The voice has just failed, so the reason has to be read.
            if err.key != "called_off":
                persistent_notification.async_create(self._hass, str(err), self.name)

    @override
    @callback
    def hear(self, heard: SessionWord, *, person: bool) -> str:
        try:
            reply = self._end_drill(heard) if self._drilled else self._obey(heard, person=person)
        except Refused as err:
            if isinstance(heard, NeverMindHeard):
                raise
            return self._refusal(err)
        self._refused = None
        return reply

    @property
    def _drilled(self) -> bool:
        """Whether its heater is drilled; there is no session then."""
        heater = self._coach.heater
        return heater is not None and heater.guard.call_off is not None

    def _end_drill(self, heard: SessionWord) -> str:
        """End a drill for whatever would calm a session. Raises Refused for anything else."""
        match heard:
            case StopHeard():
                pass
            case CommandHeard(command) if command in CALMING:
                pass
            case _:
                raise Refused("no_session")
        self._coach.obey(Command.STOP)
        return self.reply("reply.drill_ended")

    def _obey(self, heard: SessionWord, *, person: bool) -> str:
        """Do what was said; return what is to be replied, where the session does not say it."""
        coach = self._coach
        match heard:
            case CommandHeard(command):
                coach.obey(command)
            case NoHarderHeard():
                coach.obey(NoHarder())
            case AnswerHeard(answer):
                coach.check_plug(answer)
                coach.report(Answered(answer, person=person))
            case ScoreHeard(score):
                coach.report(Rated(score))
            case EasedHeard(easing):
                coach.report(Eased(easing))
            case StopHeard(phrase):
                coach.report(StopWord(phrase.tier, phrase.certain, phrase.phrase))
            case TalkHeard(talk):
                self._remark(TalkWanted(talk))
            case NeverMindHeard():
                self._never_mind(person=person)
            case LoudnessHeard(louder):
                return self._turn(louder=louder)
        return ""

    def _remark(self, remark: Remark) -> None:
        if self._coach.data.shown is Shown.IDLE:
            raise Refused("no_session")
        self._coach.report(remark)

    def _never_mind(self, *, person: bool) -> None:
        """Drop what is asked. Raises Refused where nothing is: it was said to somebody else."""
        session = self._coach.session
        if session is None or not asks(session):
            raise Refused("nothing_asked")
        if not person:
            raise Refused("person_needed")
        self._remark(NeverMind())

    def _turn(self, *, louder: bool) -> str:
        """Speak louder or quieter. Raises Refused where that cannot be."""
        if self._coach.data.shown is Shown.IDLE:
            raise Refused("no_session")
        match self._coach.speech.turn(louder=louder):
            case Turned.DONE:
                return self.reply("reply.louder" if louder else "reply.quieter")
            case Turned.LIMIT:
                raise Refused("as_loud" if louder else "as_quiet")
            case Turned.FIXED:
                raise Refused("volume_fixed")

    @override
    @callback
    def health_changed(self) -> str:
        # What is known of the person holds no more, so nothing that relies on it goes on.
        if self._coach.busy:
            self._coach.obey(Command.STOP)
        forget_screening(self._hass, self._coach.config_entry)
        return self.reply("reply.health_changed")

    @override
    @callback
    def status(self, about: About = About.LEFT) -> str:
        return status(self._coach, about, self.reply)

    @override
    def reply(self, key: str, **slots: object) -> str:
        return self._book.line(key, **slots).text

    @override
    def area_names(self, areas: Iterable[str]) -> str:
        return one_of([self._book.name(area) for area in areas], self._book)

    @property
    def _book(self) -> Phrasebook:
        return self._coach.book

    def _refusal(self, err: Refused) -> str:
        """Put a refusal into spoken words, others than the last time if it is the same again."""
        again = err.key == self._refused
        self._refused, self._times_refused = err.key, self._times_refused + 1 if again else 0
        return refusal(self._book, err, self._times_refused)


def refusal(book: Phrasebook, err: Refused, variant: int) -> str:
    """Put a refusal into spoken words."""
    reason = err.key.removeprefix("not_now_")
    key = f"not_now.{reason}" if reason != err.key else f"reply.{err.key}"
    return book.line(key, variant, **err.slots).text
