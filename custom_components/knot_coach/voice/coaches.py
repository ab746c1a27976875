"""Which coach is spoken to: the room rule (DESIGN.md §6)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from homeassistant.components.assist_satellite import DOMAIN as SATELLITE
from homeassistant.components.conversation import ConversationInput
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..massage.messages import Question
from ..person import async_is_signed_in, is_scripted
from .grammar import speakable
from .meanings import (
    About,
    SessionWord,
    Situation,
    StartRequest,
)


class CoachLike(Protocol):
    """What the ear needs to know of a coach, and what it asks of one.

    No method may wait for anything: a satellite that hears no reply while it waits, says nothing.
    """

    @property
    def entry_id(self) -> str:
        """Id of its config entry."""

    @property
    def name(self) -> str:
        """What its owner calls it."""

    @property
    def person_name(self) -> str | None:
        """The person it coaches, as Home Assistant knows them."""

    @property
    def area_id(self) -> str | None:
        """The room it is in."""

    @property
    def satellites(self) -> Collection[str]:
        """Entity ids of the satellites that it speaks through."""

    @property
    def routines(self) -> Collection[str]:
        """Names of the user's own routines."""

    @property
    def live(self) -> bool:
        """Whether a session has begun and not ended."""

    @property
    def question(self) -> Question | None:
        """What it waits for an answer to."""

    @property
    def rating(self) -> bool:
        """Whether it has asked for a score, or how the spot is."""

    @property
    def paused(self) -> bool:
        """Whether its session is paused."""

    @property
    def unplugging(self) -> bool:
        """Whether it waits to hear that the heater is unplugged."""

    @property
    def neck(self) -> bool:
        """Whether the neck is or was worked on in this session (massage.md §4.3, tier B+)."""

    @property
    def gate_opens_on_yes(self) -> bool:
        """Whether what it asks is a gate that only a yes opens (massage.md §3.6)."""

    def start(
        self,
        request: StartRequest,
        context: Context,
        satellite_id: str | None,
        device_id: str | None,
    ) -> str:
        """Start a session and return what to say; raises HomeAssistantError with a spoken reason."""

    def hear(self, heard: SessionWord, *, person: bool) -> str:
        """Obey, and return what to say ("" for nothing); raises as `start` does.

        `person` is False where a machine speaks, which answers no gate and no consent. What only an
        open question can be told is refused where there is none, as `nothing_asked`.
        """

    def health_changed(self) -> str:
        """Let nothing start until the health questions are answered again; return what to say."""

    def status(self, about: About = About.LEFT) -> str:
        """Say how far the session is, what comes next, or what it is for."""

    def reply(self, key: str, **slots: str) -> str:
        """Return a line of its language."""

    def area_names(self, areas: Iterable[str]) -> str:
        """Put areas into words: "neck, shoulder blade, or forearm"."""


def situation(coach: CoachLike) -> Situation:
    """Return what a word in the room of this coach can be about."""
    return Situation(
        live=coach.live,
        question=coach.question,
        rating=coach.rating,
        paused=coach.paused,
        unplugging=coach.unplugging,
        neck=coach.neck,
        gate_opens_on_yes=coach.gate_opens_on_yes,
    )


def names_of(coach: CoachLike) -> frozenset[str]:
    """Return the names that may be said after "for": the coach's, and the person's."""
    return frozenset({coach.name, coach.person_name or coach.name})


def answers_to(coach: CoachLike, name: str | None) -> bool:
    """Tell whether a coach is meant by a name, as it sounds; where none is said, each one is.

    "Sam" and "sam!" are told apart by nobody.
    """
    return name is None or speakable(name) in {speakable(one) for one in names_of(coach)}


def routine_of(coach: CoachLike, name: str) -> str | None:
    """Return the coach's own routine of that name, as it sounds, or None."""
    return next((own for own in coach.routines if speakable(own) == speakable(name)), None)


async def async_is_person(hass: HomeAssistant, said: ConversationInput) -> bool:
    """Tell whether somebody says this now: through a satellite, or signed in and typing.

    A delayed command ("… in ten minutes") has no satellite and, where it was typed, no user; what
    an automation or a script says is said by nobody, in whose ever name (massage.md §4.5, §4.8).
    """
    if said.satellite_id:
        return not is_scripted()
    return said.device_id is None and await async_is_signed_in(hass, said.context)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said."""

    room: str | None = None
    satellites: frozenset[str] = frozenset()

    def known_to(self, hass: HomeAssistant, coach: CoachLike) -> bool | None:
        """Tell whether it is the coach's room; None where either of the two is not known."""
        if not self.satellites.isdisjoint(coach.satellites):
            return True
        rooms = rooms_of(hass, coach)
        return self.room in rooms if self.room and rooms else None

    def is_doubtful(self, hass: HomeAssistant, coach: CoachLike) -> bool:
        """Tell whether a satellite heard it that may stand anywhere, while the coach has a place.

        The only one of a house is where its people are.
        """
        several = len(hass.states.async_entity_ids(SATELLITE)) > 1
        placed = bool(coach.satellites or rooms_of(hass, coach))
        heard = several and placed and bool(self.satellites)
        return heard and self.known_to(hass, coach) is None


@callback
def place_of(hass: HomeAssistant, said: ConversationInput) -> Place:
    """Find the place by the satellite, else by the device."""
    satellites = frozenset({said.satellite_id} if said.satellite_id else ())
    room = satellite_room(hass, said.satellite_id) if said.satellite_id else None
    if room is None and said.device_id and (device := dr.async_get(hass).async_get(said.device_id)):
        room = dr.async_get_effective_area_id(hass, device)
    return Place(room, satellites)


@callback
def satellite_room(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the area of a satellite or of its device."""
    entry = er.async_get(hass).async_get(entity_id)
    return er.async_get_effective_area_id(hass, entry) if entry else None


@callback
def rooms_of(hass: HomeAssistant, coach: CoachLike) -> frozenset[str]:
    """Return the coach's room; where none is set, the rooms of its satellites."""
    if coach.area_id:
        return frozenset({coach.area_id})
    rooms = (satellite_room(hass, entity_id) for entity_id in coach.satellites)
    return frozenset(room for room in rooms if room)


@callback
def nearest(
    hass: HomeAssistant, coaches: Iterable[CoachLike], place: Place, person: str | None = None
) -> list[CoachLike]:
    """Return the coaches that can be meant: one when it is clear, several when it is not.

    A person who is named is the one who is coached, whatever the room: another one's coach knows
    another one's health.
    """
    candidates = [coach for coach in coaches if answers_to(coach, person)]
    here = [coach for coach in candidates if place.known_to(hass, coach)]
    return here or candidates


@callback
def sessions_at(hass: HomeAssistant, coaches: Iterable[CoachLike], place: Place) -> list[CoachLike]:
    """Return the coaches whose live session may be in this place.

    Those are the ones of the room, and the ones of which nobody knows where they are. Several mean
    that a word such as "yes" can belong to either, and that "stop" has to reach them all.
    """
    return [coach for coach in coaches if coach.live and place.known_to(hass, coach) is not False]
