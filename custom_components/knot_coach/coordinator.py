"""The shell round a session: it holds one, arms one timer, performs effects, publishes one view.

Everything that happens to a session goes through `_take`: it is done to the pure core, and what
the core asks for is carried out, in the order it was asked for. A fact that arrives while that is
going on waits in line. Nothing here sleeps or polls.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .admission import Admission, Refused, Wanted
from .announce import Announcer, NoOutputError
from .clock import Clock
from .const import DOMAIN
from .content import Catalogue
from .heater import Heater
from .massage.areas import Side
from .massage.messages import (
    Answer,
    Answered,
    Begun,
    ClockMoved,
    Command,
    Effect,
    HeatOff,
    Hush,
    Lock,
    NotNow,
    Report,
    Say,
    SpeechCut,
    SpeechFailed,
    Spoken,
    StartHeat,
    StopHeat,
    Tell,
)
from .massage.moves import Move
from .massage.phases import Length
from .massage.plan import Plan
from .massage.record import record
from .massage.session import advance, begin, command, report
from .massage.snapshot import UnreadableSnapshotError, restore, save, wake
from .massage.states import Ended, Session
from .massage.view import IDLE, SessionView, view
from .massage.wording import Line, Phrasebook
from .settings import Settings, Target
from .store import RESUMABLE_FOR, Memory
from .voice.sentences import async_session_changed

_LOGGER = logging.getLogger(__name__)

type KnotCoachEntry = ConfigEntry[Coach]

LATE: Final = timedelta(seconds=3)
"""Woken this long after a deadline, nobody has watched the person (DESIGN.md §5)."""
LAST_WORDS: Final = 10.0
"""Seconds that the last words get when the coach is unloaded."""


@dataclass(slots=True)
class Choice:
    """What the next session gets where nobody says otherwise."""

    side: Side | None
    """None: the coach asks."""
    length: Length
    target: Target


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
        self.memory = memory
        self.admission = Admission(settings, catalogue, memory)
        self.choice = Choice(None, Length.STANDARD, settings.target)
        self.signal = f"{DOMAIN}.{entry.entry_id}"
        self.caption: str | None = None
        self.heater: Heater | None = None
        self.session: Session | None = None
        self.data = IDLE
        self._clock = Clock(hass.loop)
        self._announcer = Announcer(
            hass,
            entry,
            settings.outputs,
            now=self.now,
            begun=self._line_begun,
            spoken=lambda number: self.report(Spoken(number)),
            cut=lambda number: self.report(SpeechCut(number)),
            failed=lambda number: self.report(SpeechFailed(number)),
        )
        self._timer: asyncio.TimerHandle | None = None
        self._inbox: deque[Callable[[Session, datetime], Move]] = deque()
        self._busy = False
        self._starting = False
        self._trigger = ""
        self._context = Context()
        self._lock: Lock | None = None
        self._captions: dict[int, str] = {}
        self._reload = False
        self._saving = asyncio.Lock()
        self._saved: object = None

    def now(self) -> datetime:
        """Return the present instant on a clock that nobody can set back."""
        return self._clock.now()

    @property
    def book(self) -> Phrasebook:
        """The spoken lines in the coach's language."""
        return self.catalogue.book(self.hass.config.language)

    @property
    def last_record(self) -> Mapping[str, Any] | None:
        """What the last session left behind."""
        return self.memory.records[-1] if self.memory.records else None

    @property
    def massaged(self) -> float:
        """Seconds of pressing in all sessions that are kept."""
        return self.memory.pressed

    @property
    def heat_on(self) -> bool:
        """Whether the heater may have power because of this coach."""
        return self.heater is not None and self.heater.on

    @property
    def available(self) -> bool:
        """Whether the coach can speak now."""
        return self._announcer.available

    # Life

    async def async_wake(self, _: HomeAssistant) -> None:
        """Take up a session that was cut off: it is said what happened, and nothing goes on."""
        stored, self.memory.interrupted = self.memory.interrupted, None
        if stored is None:
            return
        now = self.now()
        try:
            saved_at = datetime.fromisoformat(stored["saved_at"])
            session = restore(stored["session"], self.catalogue.areas, self.book, now)
        except UnreadableSnapshotError, KeyError, TypeError, ValueError:
            _LOGGER.exception("The interrupted session cannot be read and is given up")
            await self.memory.async_save_session(None)
            return
        self._trigger = stored.get("trigger", "")
        if not session.live or now - saved_at > RESUMABLE_FOR:
            await self.memory.async_add(record(session, saved_at, self._trigger), None)
            await self.memory.async_save_session(None)
            return
        self._perform_move(wake(session, now), now)
        if session.hot and not self.heat_on:
            self.report(HeatOff())

    async def async_close(self) -> None:
        """Leave: heat off first, then the session is put away as it stands."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._inbox.clear()
        self._busy = True
        if self.heater is not None:
            await self.heater.async_close()
        await self._async_save()
        await self._announcer.async_close(drain=LAST_WORDS)

    @callback
    def async_reload_when_idle(self) -> None:
        """Take changed settings over; a session that goes on is not torn down for it."""
        self._reload = self.session is not None and self.session.live
        if not self._reload:
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)

    # What people and machines want

    def wanted(
        self,
        area: str,
        *,
        side: Side | None = None,
        length: Length | None = None,
        target: int | None = None,
        heat: bool | None = None,
    ) -> Wanted:
        """Fill in what was left open with what is chosen for the next session.

        Without a word about heat it is offered wherever it may be used. Raises Refused where heat
        is asked for and cannot be had.
        """
        return Wanted(
            area=area,
            side=side or self.choice.side,
            length=length or self.choice.length,
            target=target or self.choice.target.level,
            heat=self._heat_time(heat),
        )

    def _heat_time(self, asked: bool | None) -> timedelta | None:
        if asked is False or (asked is None and self.heater is None):
            return None
        reason = self._no_heat()
        if reason is None:
            return timedelta(minutes=self.settings.heat_minutes)
        if asked:
            raise Refused(reason)
        return None

    def _no_heat(self) -> str | None:
        if self.heater is None:
            return "heat_not_set_up"
        blocked = self.admission.restrictions(self.now()).no_heat
        return self.heater.refusal(blocked=blocked)

    def admit(self, wanted: Wanted) -> Plan:
        """Return the plan for what is wanted, if it may be started now. Raises Refused."""
        if self._starting or (self.session is not None and self.session.live):
            area = self.session.order.area.key if self.session else wanted.area
            raise Refused("already_running", area=self.book.name(area))
        if self.heater is not None and self.heater.stuck:
            raise Refused("heat_stuck")
        plan = self.admission.admit(wanted, self.book, self.now())
        if not self.available:
            raise Refused("no_output")
        return plan

    async def async_start(self, plan: Plan, trigger: str, context: Context) -> None:
        """Begin a session with an admitted plan; `context` switches the heater.

        Raises Refused if another one begins or nothing can be spoken; nothing is started then.
        """
        if self._starting or (self.session is not None and self.session.live):
            raise Refused("already_running", area=self.book.name(plan.order.area.key))
        self._starting = True
        try:
            await self._announcer.async_warm([self.book.line("health")])
        except NoOutputError as err:
            raise Refused(err.translation_key or "no_output") from err
        finally:
            self._starting = False
        self._trigger, self._context = trigger, context
        first_id = self.session.next_id if self.session is not None else 1
        now = self.now()
        self._perform_move(begin(plan, now, first_id=first_id), now)

    async def async_obey(self, wish: Command, context: Context | None = None) -> None:
        """Carry out a command. Raises Refused with the reason, and changes nothing then."""
        self.obey(wish)

    @callback
    def obey(self, wish: Command) -> None:
        """Carry out a command. Raises Refused with the reason, and changes nothing then."""
        if self.session is None or not self.session.live:
            raise Refused("no_session")
        try:
            self._take(lambda session, now: command(session, wish, now))
        except NotNow as err:
            raise Refused(f"not_now_{err.reason}", **err.slots) from err

    async def async_answer(self, answer: Answer, *, person: bool) -> None:
        """Answer the open question. Raises Refused where there is none, or a machine answers."""
        self.answer(answer, person=person)

    @callback
    def answer(self, answer: Answer, *, person: bool) -> None:
        """Answer the open question. Raises Refused where there is none, or a machine answers."""
        if self.session is None or not self.session.live:
            raise Refused("no_session")
        if not person:
            raise Refused("person_needed")
        self.report(Answered(answer, person=person))

    async def async_choose(self, **changes: Any) -> None:
        """Change what the next session gets."""
        for name, value in changes.items():
            setattr(self.choice, name, value)
        self.async_update_listeners()

    @callback
    def report(self, fact: Report) -> None:
        """Tell the session a fact."""
        if self.session is not None:
            self._take(lambda session, now: report(session, fact, now))

    # The loop of cause and effect

    def _take(self, move: Callable[[Session, datetime], Move]) -> None:
        """Do one thing to the session, then whatever came up meanwhile.

        A command that is refused raises NotNow from here, and nothing has happened.
        """
        if self._busy:
            self._inbox.append(move)
            return
        if self.session is None:
            return
        now = self.now()
        self._perform_move(move(self.session, now), now)

    def _perform_move(self, move: Move, now: datetime) -> None:
        before, self._busy = self.session, True
        try:
            self.session, effects = move
            for effect in effects:
                self._perform(effect)
        finally:
            self._busy = False
        self._settle(before, now)
        while self._inbox and self.session is not None:
            waiting = self._inbox.popleft()
            try:
                self._take(waiting)
            except NotNow as err:
                _LOGGER.debug("Too late for a command: %s", err.reason)

    def _settle(self, before: Session | None, now: datetime) -> None:
        """Arm the timer, show the session, and store it."""
        session = self.session
        assert session is not None  # noqa: S101 - a move leaves a session behind
        self._arm(session.deadline)
        if before is None or before.plan is not session.plan:
            self._warm(session)
        if session.live or (before is not None and before.live):
            self.config_entry.async_create_task(self.hass, self._async_save(), f"{self.name} save")
        if not session.live and (before is None or before.live):
            self._ended(session, now)
        self.async_set_updated_data(view(session, now))
        if before is None or before.live is not session.live:
            async_session_changed(self.hass)

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Say():
                self._captions[effect.id] = effect.line.text
                self._announcer.say(effect)
            case Hush():
                self._announcer.hush()
            case StartHeat():
                self._start_heat(effect.off_at)
            case StopHeat():
                self._stop_heat()
            case Tell():
                async_dispatcher_send(self.hass, self.signal, effect)
            case Lock():
                self._lock = effect

    def _start_heat(self, off_at: datetime) -> None:
        if self.heater is not None:
            self.config_entry.async_create_task(
                self.hass,
                self.heater.async_on(off_at - self.now(), self._context),
                f"{self.name} heat on",
            )

    def _stop_heat(self) -> None:
        if self.heater is None:
            self.report(HeatOff())
            return
        self.hass.async_create_task(self.heater.async_off(), f"{self.name} heat off")

    def _ended(self, session: Session, now: datetime) -> None:
        left, self._lock = self._lock, None
        self.hass.async_create_task(
            self.memory.async_add(record(session, now, self._trigger), left),
            f"{self.name} record",
        )
        if self._reload:
            self.async_reload_when_idle()

    # Time

    def _arm(self, deadline: datetime | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if deadline is not None:
            self._timer = self.hass.loop.call_at(
                self._clock.loop_time(deadline), self._due, deadline
            )

    @callback
    def _due(self, deadline: datetime) -> None:
        self._timer = None
        gap = self.now() - deadline
        if gap > LATE:
            self.report(ClockMoved(gap))
        else:
            self._take(advance)

    # The voice

    def _line_begun(self, number: int) -> None:
        self.caption = self._captions.pop(number, self.caption)
        self.report(Begun(number))
        self.async_update_listeners()

    def _warm(self, session: Session) -> None:
        lines: list[Line] = []
        for step in session.steps[session.index :]:
            lines += [*step.setup, *step.lines, *(cue.line for cue in step.cues)]
        lines += [self.book.line(key) for key in ("intro_wake", "l3", "l4", "l5", "paused")]
        self.config_entry.async_create_background_task(
            self.hass, self._async_warm(list(dict.fromkeys(lines))), f"{self.name} warm"
        )

    async def _async_warm(self, lines: list[Line]) -> None:
        try:
            await self._announcer.async_warm(lines)
        except NoOutputError as err:
            # Each line is tried again when its turn comes, on every output there is.
            _LOGGER.debug("Could not synthesise ahead: %s", err)

    # Memory

    async def _async_save(self) -> None:
        """Store the session as it stands now; several wishes in a row are one write."""
        async with self._saving:
            session = self.session
            if session is self._saved:
                return
            self._saved = session
            now = self.now()
            await self.memory.async_save_session(
                None
                if session is None or isinstance(session.state, Ended)
                else {
                    "saved_at": dt_util.utcnow().isoformat(),
                    "trigger": self._trigger,
                    "session": save(session, now),
                }
            )

    @override
    async def _async_update_data(self) -> SessionView:
        return view(self.session, self.now())
