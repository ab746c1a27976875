"""Who may start what, today: every rule is asked before anything is started.

The first one that says no is raised as `Refused`, which can be shown and spoken alike.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .content import Catalogue
from .heater import Heater
from .massage.areas import Area, Side
from .massage.fit import fit, shortest
from .massage.limits import ALL_LIMIT_DAY, SIDE_LIMIT_DAY
from .massage.load import heat_locked, locked, pressed_today, resting_until, room_from, sharing
from .massage.messages import Tier
from .massage.order import Order, OwnStep, Talk
from .massage.phases import Length
from .massage.plan import Plan, compile_plan
from .massage.screening import Restrictions, effects, refuse
from .massage.wording import Phrasebook
from .profiles import Known, pressed_on
from .settings import Choice, Settings
from .store import Memory

LEAST_PRESSING: Final = timedelta(seconds=60)
"""Below this a day's rest of the limits is not worth a session; one short round."""

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Keys of their words."""
EXAMPLES: Final = 3
"""No more choices than this in one spoken line (massage.md §4.8)."""
OFFER_FOR: Final = timedelta(minutes=2)
"""How long "breathe and stretch instead" means the area that was just refused; our choice."""


class Refused(ServiceValidationError):  # noqa: N818 - a refusal is an answer, not a mistake
    """A wish cannot be granted, and the message says what to do.

    `key` names the translated message and, as `reply.<key>`, the spoken line.
    """

    def __init__(self, key: str, book: Phrasebook | None = None, /, **slots: object) -> None:
        """Refuse for a reason; an `area` among the slots is a key, and `book` has its name."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=(
                book.shown(slots) if book else {name: str(value) for name, value in slots.items()}
            ),
        )
        self.key = key
        self.slots = slots


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPart:
    """One area that somebody asked for; what they left open is the coach's to choose."""

    area: str
    side: Side | None = None
    length: Length | None = None
    steps: tuple[OwnStep, ...] = ()
    """The person's own steps, instead of those of a length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asked for, with everything chosen that they left open."""

    parts: tuple[WantedPart, ...]
    """One area, or the areas of a routine in their order; never empty."""
    target: int
    """Level of pressure to aim at, 1 to 7."""
    talk: Talk
    heat: timedelta | None = None
    heat_asked: bool = False
    """Somebody asked for heat; else it is offered where it may be used."""
    stretch_only: bool = False
    minutes: int | None = None
    """How much time there is, if it is short."""
    routine: str | None = None
    """What the person calls their own routine."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What is decided on."""

    wanted: Wanted
    restrictions: Restrictions
    book: Phrasebook
    now: datetime
    noted: list[Refused] | None
    """Where refusals are collected when nothing is to be started; without it they are raised."""

    def refuse(self, key: str, **slots: object) -> None:
        """Raise Refused, or note it."""
        refused = Refused(key, self.book, **slots)
        if self.noted is None:
            raise refused
        self.noted.append(refused)

    def clock_time(self, moment: datetime) -> str:
        """Return a time of day as it is spoken and shown, with the weekday if it is not today."""
        local, today = dt_util.as_local(moment), dt_util.as_local(self.now)
        if local.date() == today.date():
            return f"{local:%H:%M}"
        return f"{self.book.word(WEEKDAYS[local.weekday()])} {local:%H:%M}"


class Admission:
    """The rules for one coach."""

    def __init__(self, settings: Settings, catalogue: Catalogue, memory: Memory) -> None:
        """Take what the rules are about."""
        self._settings = settings
        self._catalogue = catalogue
        self._memory = memory
        self.choice = Choice(None, Length.STANDARD, settings.target, Talk.FULL)
        self.heater: Heater | None = None
        self._offer: tuple[WantedPart, datetime] | None = None

    def wanted(
        self,
        *parts: WantedPart,
        now: datetime,
        target: int | None = None,
        heat: bool | None = None,
        stretch_only: bool = False,
        minutes: int | None = None,
        routine: str | None = None,
    ) -> Wanted:
        """Fill in what was left open with what is chosen for the next session.

        Without a word about heat it is offered wherever it may be used. Raises Refused where heat
        is asked for and cannot be had.
        """
        return Wanted(
            parts=parts,
            target=target or self.choice.target.level,
            talk=self.choice.talk,
            heat=self._heat_time(now, asked=heat),
            heat_asked=heat is True,
            stretch_only=stretch_only,
            minutes=minutes,
            routine=routine,
        )

    def offered(self, now: datetime) -> WantedPart | None:
        """Return what was refused a moment ago, and could be breathed and stretched instead."""
        if self._offer is None or now - self._offer[1] > OFFER_FOR:
            return None
        return self._offer[0]

    def _heat_time(self, now: datetime, *, asked: bool | None) -> timedelta | None:
        if asked is False or (asked is None and self.heater is None):
            return None
        if self.heater is None:
            raise Refused("heat_not_set_up")
        blocked = self.restrictions(now).no_heat or heat_locked(self._memory.locks, now)
        reason = self.heater.refusal(blocked=blocked)
        if reason is None:
            return self.heater.guard.allowed(timedelta(minutes=self._settings.heat_minutes))
        if asked:
            raise Refused(reason)
        return None

    def admit(
        self, wanted: Wanted, book: Phrasebook, now: datetime, noted: list[Refused] | None = None
    ) -> Plan:
        """Return the plan for what is wanted. Raises Refused.

        With `noted`, which is for a rehearsal, a plan comes back wherever one can be made, and
        every reason why it must not be started now is added to the list.
        """
        case = _Case(wanted, self.restrictions(now), book, now, noted)
        if self.heater is not None and self.heater.stuck:
            case.refuse("heat_stuck")
        orders = tuple(self._order(part, case) for part in wanted.parts)
        if wanted.heat is not None and case.restrictions.no_heat:
            case.refuse("heat_blocked")
        if wanted.heat is not None and not all(order.may_be_warmed for order in orders):
            if wanted.heat_asked:
                case.refuse("heat_not_there")
            orders = tuple(replace(order, heat=None) for order in orders)
        return compile_plan(*_fitting(orders, case))

    def _order(self, part: WantedPart, case: _Case) -> Order:
        wanted, book = case.wanted, case.book
        area = self._area(part.area, book)
        self._check(area, part, case)
        side = self._side(area, part, case)
        known = Known(
            settings=self._settings,
            memory=self._memory,
            restrictions=case.restrictions,
            now=case.now,
        )
        order = Order(
            area=area,
            side=side,
            length=part.length or self.choice.length,
            target=wanted.target,
            heat=wanted.heat,
            warmth=self._settings.warmth(
                guarded=self.heater is not None and self.heater.guard.guarded
            ),
            talk=wanted.talk,
            stretch_only=wanted.stretch_only,
            own=part.steps,
            routine=wanted.routine,
            profile=known.profile(area, side, self._group(area)),
            book=book,
        )
        if order.way is None and not order.stretch_only:
            tools = [book.word(tool) for tool in area.ways[:EXAMPLES]]
            case.refuse("needs_tool", area=area.key, tools=_either(tools, book))
        return order

    def _check(self, area: Area, part: WantedPart, case: _Case) -> None:
        """Raise Refused for a side that is not there, and for what must not be worked on."""
        if part.side is not None and area.sides != (Side.CENTRE,) and not area.allows(part.side):
            raise Refused("no_such_side", case.book, area=area.key)
        self._check_screening(area, case)
        self._check_locks(area, part, case)

    def _group(self, area: Area) -> frozenset[str]:
        return sharing(area, self._catalogue.areas.values())

    def restrictions(self, now: datetime) -> Restrictions:
        """Return what the screening answers forbid today."""
        stored = self._settings.screening
        if stored is None or self._settings.acknowledged is None:
            return effects(None, dt_util.as_local(now).date())
        return effects(stored, dt_util.as_local(now).date())

    def _area(self, key: str, book: Phrasebook) -> Area:
        if key not in self._catalogue.areas:
            names = [book.name(area) for area in self._catalogue.areas][:EXAMPLES]
            raise Refused("unknown_area", areas=", ".join(names))
        return self._catalogue.areas[key]

    def _check_screening(self, area: Area, case: _Case) -> None:
        match refuse(area, case.restrictions):
            case None:
                return
            case "screening_area":
                case.refuse("blocked_area", area=area.key)
            case "screening_expired" | "screening_missing":
                case.refuse("screening_expired")
            case _:
                case.refuse("no_sessions")

    def _check_locks(self, area: Area, part: WantedPart, case: _Case) -> None:
        """Raise Refused behind a safety stop; an area that only rests may be stretched (§4.4)."""
        locks = self._memory.locks
        until = max((lock.until for lock in locks if lock.covers(area)), default=case.now)
        time = case.clock_time(until)
        if case.wanted.stretch_only:
            locks = [lock for lock in locks if lock.area is None]
        match locked(locks, area, case.now):
            case None:
                return
            case "acknowledge_emergency":
                case.refuse("acknowledge_emergency")
            case "locked_emergency":
                emergencies = (lock.until for lock in locks if lock.tier is Tier.A)
                case.refuse("locked_emergency", time=case.clock_time(max(emergencies)))
            case "locked_region":
                case.refuse("locked_leg", time=time)
            case "acknowledge_region":
                case.refuse("acknowledge_leg")
            case "locked_area":
                self._instead(part, case)
                case.refuse("locked_area", area=area.key, time=time)
            case _:
                self._instead(part, case)
                case.refuse("acknowledge_area", area=area.key)

    def _side(self, area: Area, part: WantedPart, case: _Case) -> Side | None:
        """Return the side to work on: the one that was asked for, or the only one that rested."""
        side = part.side or self.choice.side
        if area.sides == (Side.CENTRE,):
            side = Side.CENTRE
        if case.wanted.stretch_only:
            return side
        return self._rested(area, side, part, case)

    def _rested(self, area: Area, side: Side | None, part: WantedPart, case: _Case) -> Side | None:
        now = case.now
        past = self._memory.past
        group = self._group(area)
        sides = area.sides if side in {None, Side.BOTH} else (side or Side.CENTRE,)
        ends = {
            one: end for one in sides if (end := resting_until(past, group, one, now)) is not None
        }
        if ends and (side is not None or len(ends) == len(sides)):
            until = min(ends.values()) if side is None else max(ends.values())
            self._instead(part, case)
            case.refuse("resting", area=area.key, time=case.clock_time(until))
            return side
        pressed = pressed_on(self._memory, area, now)
        spent = {one for one in sides if pressed[one] > SIDE_LIMIT_DAY - LEAST_PRESSING}
        in_all = timedelta(seconds=pressed_today(past, now))
        open_sides = [one for one in sides if one not in ends and one not in spent]
        too_much = in_all > ALL_LIMIT_DAY - LEAST_PRESSING
        if too_much or not open_sides or (spent and side is not None):
            self._instead(part, case)
            day = [room_from(past, now, ALL_LIMIT_DAY - LEAST_PRESSING)]
            day += [
                room_from(past, now, SIDE_LIMIT_DAY - LEAST_PRESSING, area.key, one)
                for one in spent
            ]
            case.refuse("enough_today", time=case.clock_time(max(day)))
        return open_sides[0] if side is None and len(open_sides) == 1 else side

    def _instead(self, part: WantedPart, case: _Case) -> None:
        """Offer to breathe and stretch what is about to be refused, if somebody hears of it."""
        if case.noted is None:
            self._offer = (replace(part, steps=()), case.now)


def _fitting(orders: tuple[Order, ...], case: _Case) -> tuple[Order, ...]:
    """Make orders fit into the minutes that there are, or refuse where they cannot."""
    if case.wanted.minutes is None:
        return orders
    fitted = fit(orders, timedelta(minutes=case.wanted.minutes))
    if fitted is None:
        case.refuse("too_short", minutes=ceil(shortest(orders) / timedelta(minutes=1)))
        return orders
    return fitted


def _either(words: list[str], book: Phrasebook) -> str:
    *most, last = words
    return f"{', '.join(most)} {book.word('or')} {last}" if most else last
