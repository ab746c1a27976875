"""Who may start what, today: every rule is asked before anything is started.

The first one that says no is raised as `Refused`, which can be shown and spoken alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .content import Catalogue
from .heater import Heater
from .massage.areas import Area, Side
from .massage.load import DAY, first_time, locked, pressed_today, resting_until, sharing
from .massage.order import Order, Profile
from .massage.phases import Length
from .massage.plan import Plan, compile_plan
from .massage.screening import Restrictions, Screening, effects, refuse
from .massage.states import ALL_LIMIT_DAY, SIDE_LIMIT_DAY
from .massage.wording import Phrasebook
from .settings import Choice, Settings
from .store import Memory

LEAST_PRESSING: Final = timedelta(seconds=60)
"""Below this a day's rest of the limits is not worth a session; one short round."""

EXAMPLES: Final = 3
"""No more choices than this in one spoken line (massage.md §4.8)."""


class Refused(ServiceValidationError):  # noqa: N818 - a refusal is an answer, not a mistake
    """A wish cannot be granted, and the message says what to do.

    `key` names the translated message and, as `reply.<key>`, the spoken line.
    """

    def __init__(self, key: str, **slots: object) -> None:
        """Refuse for a reason."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={name: str(value) for name, value in slots.items()},
        )
        self.key = key
        self.slots = slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asked for; what they left open is the coach's to choose."""

    area: str
    side: Side | None = None
    length: Length
    target: int
    """Level of pressure to aim at, 1 to 7."""
    heat: timedelta | None = None


class Admission:
    """The rules for one coach."""

    def __init__(self, settings: Settings, catalogue: Catalogue, memory: Memory) -> None:
        """Take what the rules are about."""
        self._settings = settings
        self._catalogue = catalogue
        self._memory = memory
        self.choice = Choice(None, Length.STANDARD, settings.target)
        self.heater: Heater | None = None

    def wanted(
        self,
        area: str,
        now: datetime,
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
            heat=self._heat_time(now, asked=heat),
        )

    def _heat_time(self, now: datetime, *, asked: bool | None) -> timedelta | None:
        if asked is False or (asked is None and self.heater is None):
            return None
        if self.heater is None:
            raise Refused("heat_not_set_up")
        reason = self.heater.refusal(blocked=self.restrictions(now).no_heat)
        if reason is None:
            return timedelta(minutes=self._settings.heat_minutes)
        if asked:
            raise Refused(reason)
        return None

    def admit(self, wanted: Wanted, book: Phrasebook, now: datetime) -> Plan:
        """Return the plan for what is wanted. Raises Refused."""
        if self.heater is not None and self.heater.stuck:
            raise Refused("heat_stuck")
        area = self._area(wanted.area, book)
        name = book.name(area.key)
        side = wanted.side
        if area.sides == (Side.CENTRE,):
            side = Side.CENTRE
        if side is not None and not area.allows(side):
            raise Refused("no_such_side", area=name)
        restrictions = self.restrictions(now)
        self._check_screening(area, wanted.length, restrictions, name)
        self._check_locks(area, name, now)
        side = self._rested(area, side, name, now)
        if wanted.heat is not None and restrictions.no_heat:
            raise Refused("heat_blocked")
        profile = self._profile(area, restrictions, now)
        return compile_plan(
            Order(
                area=area,
                side=side,
                length=wanted.length,
                target=wanted.target,
                heat=wanted.heat,
                profile=profile,
                book=book,
            )
        )

    def restrictions(self, now: datetime) -> Restrictions:
        """Return what the screening answers forbid today."""
        stored = self._settings.screening
        if stored is None or self._settings.acknowledged is None:
            return effects(None, dt_util.as_local(now).date())
        screening = Screening(stored.on, stored.findings, stored.places)
        return effects(screening, dt_util.as_local(now).date())

    def _area(self, key: str, book: Phrasebook) -> Area:
        if key not in self._catalogue.areas:
            names = [book.name(area) for area in self._catalogue.areas][:EXAMPLES]
            raise Refused("unknown_area", areas=", ".join(names))
        return self._catalogue.areas[key]

    def _check_screening(
        self, area: Area, length: Length, restrictions: Restrictions, name: str
    ) -> None:
        played = Length.STANDARD if length is Length.DEEP else length
        match refuse(area.key, played, restrictions):
            case None:
                return
            case "screening_area":
                raise Refused("blocked_area", area=name)
            case "screening_expired" | "screening_missing":
                raise Refused("screening_expired")
            case _:
                raise Refused("no_sessions")

    def _check_locks(self, area: Area, name: str, now: datetime) -> None:
        reason = locked(self._memory.locks, area.key, now)
        if reason is None:
            return
        if reason == "acknowledge_emergency":
            raise Refused("acknowledge_emergency")
        if reason == "locked_emergency":
            until = max(lock.until for lock in self._memory.locks if lock.area is None)
            raise Refused("locked_emergency", time=clock_time(until, now))
        raise Refused("locked_area", area=name)

    def _rested(self, area: Area, side: Side | None, name: str, now: datetime) -> Side | None:
        """Return the side to work on: the one that was asked for, or the only one that rested."""
        past = self._memory.past
        group = sharing(area, self._catalogue.areas.values())
        sides = area.sides if side in {None, Side.BOTH} else (side or Side.CENTRE,)
        ends = {
            one: end for one in sides if (end := resting_until(past, group, one, now)) is not None
        }
        if ends and (side is not None or len(ends) == len(sides)):
            until = min(ends.values()) if side is None else max(ends.values())
            raise Refused("resting", area=name, time=clock_time(until, now))
        pressed = self._pressed(area, now)
        spent = {one for one in sides if pressed[one] > SIDE_LIMIT_DAY - LEAST_PRESSING}
        in_all = timedelta(seconds=pressed_today(past, now))
        open_sides = [one for one in sides if one not in ends and one not in spent]
        if in_all > ALL_LIMIT_DAY - LEAST_PRESSING or not open_sides:
            raise Refused("enough_today")
        if spent and side is not None:
            raise Refused("enough_today")
        return open_sides[0] if side is None and len(open_sides) == 1 else side

    def _pressed(self, area: Area, now: datetime) -> dict[Side, timedelta]:
        past = self._memory.past
        return {
            side: timedelta(seconds=pressed_today(past, now, area.key, side)) for side in area.sides
        }

    def _profile(self, area: Area, restrictions: Restrictions, now: datetime) -> Profile:
        settings = self._settings
        ceiling = settings.ceiling
        if restrictions.ceiling is not None:
            ceiling = min(ceiling, restrictions.ceiling)
        return Profile(
            ceiling=ceiling,
            first_time=first_time(self._memory.past, area.key, now),
            cautious=settings.senior,
            senior=settings.senior,
            gun=settings.gun and not restrictions.no_gun,
            cross=not restrictions.no_cross,
            deep=not restrictions.no_deep,
            pressed_today=self._pressed(area, now),
            pressed_in_all=timedelta(seconds=pressed_today(self._memory.past, now)),
            gunned_today=self._memory.gunned_since(now - DAY),
        )


def clock_time(moment: datetime, now: datetime) -> str:
    """Return a time of day as it is spoken and shown, with the weekday if it is not today."""
    local, today = dt_util.as_local(moment), dt_util.as_local(now)
    return f"{local:%H:%M}" if local.date() == today.date() else f"{local:%A %H:%M}"


def plan_as_dict(plan: Plan) -> Mapping[str, Any]:
    """Return a plan as an action's response: durations in seconds."""
    order = plan.order
    return {
        "area": order.area.key,
        "side": order.side,
        "length": order.played_length,
        "pressure_target": min(order.target, order.ceiling),
        "total": round(plan.total.total_seconds()),
        "estimated_duration": round(plan.estimated_duration.total_seconds()),
        "steps": [
            {
                "phase": step.phase,
                "side": step.side,
                "round": step.round,
                "spot": step.spot,
                "seconds": step.seconds,
                "instruction": " ".join(line.text for line in step.lines),
            }
            for step in plan.steps
        ],
    }
