"""What a machine asks for on behalf of somebody: a tool of an assistant, or an intent.

Whose coach is meant is decided by the room rule of speech (DESIGN.md §6), and it is asked for no more
than speech could ask for. Nothing here answers what a coach asks about health, heat or the skin:
that is left to a person (massage.md §4.5, §4.8).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor
from typing import Final

from homeassistant.components.assist_satellite import DOMAIN as SATELLITE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
import voluptuous as vol

from .admission import Refused
from .coordinator import Coach
from .massage.messages import Command, Eased, Rated
from .voice.coaches import (
    CoachLike,
    Place,
    answers_to,
    nearest,
    rooms_of,
    satellite_room,
    sessions_at,
)
from .voice.overhearing import CALMING

ATTR_COACH: Final = "coach"
ATTR_COMMAND: Final = "command"
ATTR_FEEDBACK: Final = "feedback"
ATTR_SCORE: Final = "score"

STEERING: Final = (
    Command.PAUSE,
    Command.RESUME,
    Command.NEXT,
    Command.PREVIOUS,
    Command.REPEAT,
    Command.EXTEND,
    Command.WRAP_UP,
    Command.OTHER_SIDE,
    Command.STOP,
)
"""What moves a session about; anything else is what a person feels."""
A_SCORE: Final = vol.All(vol.Coerce(float), vol.Range(min=0, max=10))
A_TIME: Final = vol.All(vol.Coerce(int), vol.Range(min=1, max=60))
"""Minutes that somebody has."""
EASING: Final = "easing"
FELT: Final = (*(one for one in Command if one not in STEERING), EASING, "same")
"""What a person can feel: the commands that say so, and the two answers at a rest point."""
ANYWHERE: Final = CALMING | {Command.RESUME}
"""What speech can ask of a session from another room, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody on whose behalf something is asked for."""

    hass: HomeAssistant
    coaches: tuple[CoachLike, ...]
    """Those that can be meant."""
    place: Place
    """Where they are, as far as that is known."""
    language: str
    """Tag of the language they speak."""
    named: str | None = None
    """Whose coach they have named: a coach, the person of one, or its room."""

    def coaches_meant(self) -> list[CoachLike]:
        """Return the coaches that may be meant, those of the place where there are any.

        Raises Refused where there is none, or none of that name.
        """
        return nearest(self.hass, self._candidates(), self.place)

    def coach(self) -> CoachLike:
        """Return the one coach that is meant. Raises Refused, with the names, if that is not clear."""
        meant = self.coaches_meant()
        if len(meant) > 1:
            raise Refused("which_coach", names=names(meant))
        return meant[0]

    def sessions(self, *, hot: bool = False) -> list[CoachLike]:
        """Return the coaches whose session may be meant, first of all those of the place.

        Raises Refused where no session is live; who finds it too `hot` is told what to do all the same.
        """
        live = [coach for coach in self._candidates() if coach.live]
        if not live:
            raise Refused("too_hot_idle" if hot else "no_session")
        return sessions_at(self.hass, live, self.place) or live

    def session(self, *, anywhere: bool = False) -> CoachLike:
        """Return the one coach whose session is meant, by default no session of another room.

        Who does not hear a session does not know how it feels. Raises Refused.
        """
        meant = self.sessions()
        if len(meant) > 1:
            raise Refused("which_person", names=names(meant))
        if not anywhere and self.is_elsewhere(meant[0]):
            raise Refused("other_room")
        return meant[0]

    def is_elsewhere(self, coach: CoachLike) -> bool:
        """Tell whether they are known to be in another room than a coach."""
        return self.place.known_to(self.hass, coach) is False

    def _candidates(self) -> list[CoachLike]:
        if not self.coaches:
            raise Refused("no_coach")
        meant = [coach for coach in self.coaches if self._is_named(coach)]
        if not meant:
            raise Refused("which_coach", names=names(self.coaches))
        return meant

    def _is_named(self, coach: CoachLike) -> bool:
        if self.named is None or answers_to(coach, self.named):
            return True
        wanted = self.named.strip().casefold()
        return any(
            wanted in {room.id, room.name.casefold(), *(alias.casefold() for alias in room.aliases)}
            for room in map(ar.async_get(self.hass).async_get_area, rooms_of(self.hass, coach))
            if room is not None
        )


@callback
def place_of(
    hass: HomeAssistant,
    device_id: str | None,
    satellite_id: str | None = None,
    room: str | None = None,
) -> Place:
    """Find a place by the satellite, else by the device, else by the room that was handed on.

    An assistant knows the device alone, so the satellites are those of the device.
    """
    satellites = {satellite_id} if satellite_id else set()
    found = satellite_room(hass, satellite_id) if satellite_id else None
    if device_id and (device := dr.async_get(hass).async_get(device_id)):
        entities = er.async_entries_for_device(er.async_get(hass), device_id)
        satellites |= {one.entity_id for one in entities if one.domain == SATELLITE}
        found = found or dr.async_get_effective_area_id(hass, device)
    return Place(found or room, frozenset(satellites))


@callback
def coach_of(hass: HomeAssistant, coach: CoachLike) -> Coach:
    """Return the coach behind what the ear knows of it."""
    entry = hass.config_entries.async_get_known_entry(coach.entry_id)
    found: Coach = entry.runtime_data
    return found


def names(coaches: Iterable[CoachLike]) -> str:
    """Name coaches by the people they coach."""
    return ", ".join(coach.person_name or coach.name for coach in coaches)


@callback
def obey(caller: Caller, wish: Command) -> list[CoachLike]:
    """Carry out a command; what calms reaches every session that may be meant.

    Returns the coaches that have obeyed. Raises Refused where none has.
    """
    if wish not in CALMING:
        coach = caller.session(anywhere=wish in ANYWHERE)
        coach_of(caller.hass, coach).obey(wish)
        return [coach]
    done, refused = [], Refused("no_session")
    for coach in caller.sessions(hot=wish is Command.TOO_HOT):
        try:
            coach_of(caller.hass, coach).obey(wish)
        except Refused as err:
            refused = err
        else:
            done.append(coach)
    if not done:
        raise refused
    return done


@callback
def feel(caller: Caller, felt: str) -> list[CoachLike]:
    """Hand on one of the things that can be felt. Raises Refused, as `obey`."""
    if felt in set(Command):
        return obey(caller, Command(felt))
    return _report(caller, Eased(felt == EASING))


@callback
def rate(caller: Caller, score: float) -> list[CoachLike]:
    """Hand on how tight or sore it feels, 0 to 10; halves round up (massage.md §4.8).

    Raises Refused.
    """
    return _report(caller, Rated(floor(score + 0.5)))


def _report(caller: Caller, fact: Rated | Eased) -> list[CoachLike]:
    coach = caller.session()
    if coach.question is not None:
        raise Refused("not_now_asking")
    coach_of(caller.hass, coach).report(fact)
    return [coach]
