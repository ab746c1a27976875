"""The shell round a session: it carries out effects, publishes one view, and stores every step.

`runner.py` holds the session and its one timer; what may be started is decided in `admission.py`.
"""

from collections.abc import Mapping
from datetime import datetime
import logging
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .admission import Admission, Refused, Wanted
from .announce import NoOutputError
from .const import DOMAIN
from .content import Catalogue
from .heater import Heater
from .language import Language
from .massage import messages
from .massage.heat_reports import HeatLost, HeatOff, HeatOn, HeatStuck
from .massage.messages import Answer, Command, NotNow, Question, Report
from .massage.outcomes import Outcome, PauseReason
from .massage.plan import Plan
from .massage.record import records
from .massage.remarks import NoHarder, Remark
from .massage.routine import Routine
from .massage.session import begin
from .massage.snapshot import wake
from .massage.states import Paused, Session
from .massage.view import IDLE, SessionView, lines_ahead, view
from .massage.wording import Phrasebook
from .put_away import Shelf, unpack
from .routines import routines_of
from .runner import Runner
from .settings import Settings
from .speech import Speech
from .store import Memory
from .voice.sentences import async_session_changed
from .warmer import Warmer

_LOGGER = logging.getLogger(__name__)

type KnotCoachEntry = ConfigEntry[Coach]


class Coach(DataUpdateCoordinator[SessionView]):
    """One coach: a person's profile, the outputs it speaks through, and at most one session."""

    config_entry: KnotCoachEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: KnotCoachEntry,
        settings: Settings,
        catalogue: Catalogue,
        memory: Memory,
    ) -> None:
        """Take what a coach is made of; `async_setup` brings it to life."""
        super().__init__(hass, _LOGGER, config_entry=entry, name=settings.name, always_update=False)
        self.settings = settings
        self.catalogue = catalogue
        self.language = Language(hass, catalogue, settings.outputs, settings.language)
        self.memory = memory
        self.admission = Admission(settings, catalogue, memory)
        self.signal = f"{DOMAIN}.{entry.entry_id}"
        self.data = IDLE
        self.silenced = False  # Somebody wants lines to be shown and not spoken.
        self._runner = Runner(
            hass.loop, perform=self._perform, settled=self._settle, broken=self._broken
        )
        self.now = self._runner.now
        self.speech = Speech(
            hass,
            entry,
            settings,
            memory.borrowed,
            book=lambda: self.book,
            signal=self.signal,
            silent=lambda: self.silent,
            now=self.now,
            report=self.report,
            changed=self.async_update_listeners,
        )
        self._starting = self._called_off = self._closed = False
        self.reload_due = False  # Settings have changed, and count from the next session on.
        self._trigger, self._context = "", Context()
        self._lock: messages.Lock | None = None
        self._shelf = Shelf(memory)
        self._warmer = Warmer(self)

    @property
    def session(self) -> Session | None:
        """The session that goes on, or the last one."""
        return self._runner.session

    @property
    def book(self) -> Phrasebook:
        """The spoken lines, in the language of the session that goes on, or else in the coach's."""
        return self.language.book_of(self.session)

    @property
    def routines(self) -> Mapping[str, Routine]:
        """The person's own routines, by name."""
        return routines_of(self.config_entry)

    @property
    def heater(self) -> Heater | None:
        """What it warms with."""
        return self.admission.heater

    @property
    def silent(self) -> bool:
        """Whether lines are shown and not spoken now."""
        return self.silenced or self.speech.quiet

    @property
    def heat_on(self) -> bool:
        """Whether the heater may have power because of this coach."""
        return self.heater is not None and self.heater.on

    @property
    def unplugging(self) -> bool:
        """Whether it waits to hear that the heater is unplugged."""
        state = self.session and self.session.state
        return isinstance(state, Paused) and state.reason is PauseReason.HEAT

    # Life

    async def async_wake(self, _: HomeAssistant) -> None:
        """Take up a session that was cut off: it is said what happened, and nothing goes on.

        Until that is done no other one is started.
        """
        try:
            if self.memory.interrupted is not None:
                await self._async_take_up(self.memory.interrupted)
        finally:
            self.memory.interrupted = None

    async def _async_take_up(self, stored: Mapping[str, Any]) -> None:
        now = self.now()
        found = unpack(stored, self.catalogue, self.book, now)
        if found is None or not found.resumable:
            if found is not None:
                await self.memory.async_add(found.records, found.lock)
            else:
                # Nobody knows what it had pressed, or locked.
                lost = messages.Lock(now, messages.Tier.A, now, heat=True)
                await self.memory.async_add([], lost)
            await self.memory.async_save_session(None)
            self.async_update_listeners()
            return
        self._trigger = found.trigger
        self.speech.begin(found.session.next_id)
        self._runner.begin(wake(found.session, now, hot=self._warmer.hot), now)
        self._warmer.take_up(was_hot=found.session.hot)

    async def async_close(self) -> None:
        """Leave: hands off in words, heat off, and everything on disk.

        Until the last word has been spoken, what is said to the coach still counts: a stop word
        locks, whatever else is going on.
        """
        if self._closed:
            return
        self._closed = True
        self.report(messages.Leaving())
        if self.heater is not None:
            await self.heater.async_close()
        await self.speech.async_close()
        self._runner.stop()
        await self._shelf.async_put(lambda: self.session, self.now, self._trigger)
        await self.memory.async_flush()

    @callback
    def async_reload_when_idle(self) -> None:
        """Take changed settings over; a session that goes on is not torn down for it."""
        self.reload_due = self._runner.live
        if self.reload_due:
            self._warmer.take_news()
        else:
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)

    # What people and machines want

    def admit(self, wanted: Wanted) -> Plan:
        """Return the plan for what is wanted, if it may be started now. Raises Refused."""
        self.check_free(wanted.parts[0].area)
        return self.admission.admit(wanted, self.book, self.now())

    def check_free(self, area: str) -> None:
        """Raise Refused where this coach, its room or its voice has no place for a session now."""
        if self._closed:
            raise Refused("closing")
        if self.memory.interrupted is not None:
            raise Refused("starting_up")
        if self._starting or self._runner.live:
            running = self.session.order.area.key if self.session else area
            raise Refused("already_running", self.book, area=running)
        for entry in self.hass.config_entries.async_loaded_entries(DOMAIN):
            other: Coach = entry.runtime_data
            if other is not self and other.busy and self.settings.meets(other.settings):
                raise Refused("room_taken", name=other.settings.name)
        self._warmer.check()
        if not self.speech.able():
            raise Refused("no_output")

    @property
    def busy(self) -> bool:
        """Whether a session goes on, or is about to."""
        return self._starting or self._runner.live

    async def async_start(self, plan: Plan, trigger: str, context: Context) -> None:
        """Begin a session with an admitted plan; `context` switches the heater.

        Raises Refused if another one begins or nothing can be spoken; nothing is started then.
        """
        self.check_free(plan.order.area.key)
        self._starting, self._called_off = True, False
        try:
            await self.speech.async_check(plan.order.book.line("health"))
        except NoOutputError as err:
            raise Refused(err.translation_key or "no_output") from err
        finally:
            self._starting = False
        if self._called_off:
            raise Refused("called_off")
        self.check_free(plan.order.area.key)
        self._trigger, self._context = trigger, context
        now, first_id = self.now(), self._runner.next_id
        self.speech.begin(first_id)
        self._runner.begin(begin(plan, now, first_id=first_id), now)

    @callback
    def obey(self, wish: Command | NoHarder) -> None:
        """Carry out a wish. Raises Refused with the reason, and changes nothing then."""
        if self._starting and wish is Command.STOP:
            self._called_off = True
            return
        if not self._runner.live:
            if (wish is Command.REPEAT and self.speech.again()) or self._warmer.ends_drill(wish):
                return
            raise Refused("too_hot_idle" if wish is Command.TOO_HOT else "no_session")
        try:
            self._runner.command(wish)
        except NotNow as err:
            raise Refused(f"not_now_{err.reason}", **err.slots) from err

    @callback
    def answer(self, answer: Answer, *, person: bool) -> None:
        """Answer the open question. Raises Refused where there is none, or a machine answers."""
        if not self._runner.live:
            raise Refused("no_session")
        question = self.data.question
        if question is None and not self.unplugging:
            raise Refused("nothing_asked")
        self.check_plug(answer)
        if not person and question is not Question.SIDE:
            raise Refused("person_needed")
        self.report(messages.Answered(answer, person=person))

    @callback
    def check_plug(self, answer: Answer) -> None:
        """Raise Refused where somebody says that a heater is unplugged, and watts flow into it."""
        if self.unplugging and answer is Answer.YES and self._warmer.draws:
            raise Refused("heat_still_draws")

    @callback
    def report(self, fact: Report | Remark) -> None:
        """Tell the session a fact; what is told of heat is shown, and heard, without one too."""
        if self._warmer.believes(fact):
            self._runner.report(fact)
        if isinstance(fact, HeatOn | HeatOff | HeatLost | HeatStuck):
            self.async_update_listeners()
        if isinstance(fact, HeatStuck) and self.session is None:
            self.speech.alone(self.book.line("heat_stuck"))

    # Effects

    def _settle(self, before: Session | None, session: Session, now: datetime) -> None:
        """Show the session, and store it."""
        if before is None or before.plan is not session.plan:
            self.speech.prepare(lines_ahead(session))
        self.speech.follow(before, session)
        if session.live or (before is not None and before.live):
            self._save_soon()
        if not session.live and (before is None or before.live):
            self._ended(session, now)
        self.async_set_updated_data(view(session, now))
        if before is None or before.live is not session.live:
            async_session_changed(self.hass)
            self._warmer.attend(live=session.live)

    def _perform(self, effect: messages.Effect) -> None:
        match effect:
            case messages.Say():
                self.speech.say(effect)
            case messages.Hush():
                self.speech.hush()
            case messages.StartHeat():
                self._warmer.start(effect.off_at, self._context)
            case messages.StopHeat():
                self._warmer.stop()
            case messages.Tell():
                async_dispatcher_send(self.hass, self.signal, effect)
            case messages.Lock():
                self._lock = effect
            case messages.NextDay(due, area, side, feeling):
                noting = self.memory.async_note_next_day(area, side, feeling, due)
                self.hass.async_create_task(noting, f"{self.name} next day")

    def _ended(self, session: Session, now: datetime, **changes: object) -> None:
        left, self._lock = self._lock, None
        rows = [row | changes for row in records(session, now, self._trigger)]
        self.hass.async_create_task(self.memory.async_add(rows, left), f"{self.name} record")
        if self.reload_due:
            self.async_reload_when_idle()

    def _broken(self, session: Session | None) -> None:
        """A fault of ours has ended the session: hands off, heat off, and it is on record."""
        now = self.now()
        self.speech.hush()
        self.speech.alone(self.language.book_of(session).line("stopped"))
        self.speech.finish()
        self._warmer.stop()
        self._warmer.attend(live=False)
        if session is not None and session.live:
            outcome = Outcome.STOPPED
            told = messages.Tell(
                now, messages.Event.STOPPED, {"outcome": outcome, "reason": "fault"}
            )
            async_dispatcher_send(self.hass, self.signal, told)
            self._ended(session, now, outcome=outcome)
        self._save_soon()
        self.async_set_updated_data(IDLE)
        async_session_changed(self.hass)

    # Memory

    def _save_soon(self) -> None:
        save = self._shelf.async_put(lambda: self.session, self.now, self._trigger)
        self.config_entry.async_create_task(self.hass, save, f"{self.name} save")

    @override
    async def _async_update_data(self) -> SessionView:
        return view(self.session, self.now())
