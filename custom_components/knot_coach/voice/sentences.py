"""Sentences for Assist: registered once per Home Assistant, counted over the coaches.

Two groups: clear sentences at any time, bare words such as "pause" while a session is live; beside
them free speech, one text at a time (`on_the_spot`). A callback answers at once and leaves the work
to the coach; it never raises, because that would end the whole turn, and it cannot decline, so what
is not ours is passed through.
"""

from asyncio import Task, sleep
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain
import logging
from typing import Final

from hassil import RecognizeResult
from homeassistant.components.conversation import ConversationInput
from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import TrackStates, async_track_state_change_filtered
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..massage.areas import Area
from .coaches import CoachLike, Place, async_is_person, names_of, place_of, sessions_at
from .grammar import MOST_TEMPLATES, Grammar
from .grammars import Names, Sentences, grammars_of
from .languages import in_order, spoken, tags_in
from .on_the_spot import MOST_KEPT, OnTheSpot, as_trigger, fits
from .pass_through import async_is_built_in, async_is_of_the_user, async_pass_through
from .replies import Replies, Speak
from .stop_listener import async_listen

_LOGGER = logging.getLogger(__name__)

PERSON: Final = "person"

TOGETHER: Final = 0.5
"""Seconds in which names that change are learnt together; our choice."""
EAR: HassKey[Ear] = HassKey(f"{DOMAIN}.voice")

type Callback = Callable[[ConversationInput, RecognizeResult], Awaitable[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the ear is made of; the same for all coaches."""

    sentences: Sentences
    """Sentence files by language."""
    areas: Mapping[str, Area]
    """The areas of the catalogue, by key."""
    speak: Speak
    """Speaks where no coach is chosen yet."""

    def grammars(self, names: Names) -> dict[str, Grammar]:
        """Return what understands each language; not for the event loop. Raises GrammarError."""
        return grammars_of(self.sentences, self.areas, names)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Grammars made ahead, for these names."""

    names: Names
    grammars: Mapping[str, Grammar]


async def async_prepare(hass: HomeAssistant, coach: CoachLike, vocabulary: Vocabulary) -> Prepared:
    """Make the grammars for one more coach, away from the event loop: that takes a moment.

    Raises GrammarError when a sentence file is wrong.
    """
    while True:
        names = _names([*coaches(hass).values(), coach])
        made = await hass.async_add_executor_job(vocabulary.grammars, names)
        # Another coach may have come in the meantime.
        if names == _names([*coaches(hass).values(), coach]):
            return Prepared(names, made)


@callback
def async_register(
    hass: HomeAssistant,
    coach: CoachLike,
    vocabulary: Vocabulary,
    prepared: Prepared | None = None,
) -> CALLBACK_TYPE:
    """Listen for a coach; returns what ends it, to be called once.

    Raises GrammarError when a sentence file is wrong.
    """
    ear = hass.data.get(EAR) or Ear(hass, vocabulary)
    ear.add(coach, prepared)
    hass.data[EAR] = ear
    return partial(ear.remove, coach)


@callback
def coaches(hass: HomeAssistant) -> Mapping[str, CoachLike]:
    """Return the coaches that are listened for, by entry id."""
    return hass.data[EAR].coaches if EAR in hass.data else {}


@callback
def grammars(hass: HomeAssistant, language: str) -> list[Grammar]:
    """Return what is understood in each language, that of a tag such as `en-GB` first."""
    return hass.data[EAR].grammars(language) if EAR in hass.data else []


@callback
def async_session_changed(hass: HomeAssistant) -> None:
    """Tell that a session became live or ended: bare words come and go with it."""
    if EAR in hass.data:
        hass.data[EAR].refresh()


@callback
def _nothing() -> None:
    """Take back what was never registered."""


class Group:
    """One group of templates: what Assist has of it and what is compared with it are the same."""

    def __init__(self, hass: HomeAssistant, heard: Callback) -> None:
        """Let `heard` be called with what Assist matches."""
        self._hass, self._heard = hass, heard
        self._templates: tuple[str, ...] = ()
        self._forget: CALLBACK_TYPE = _nothing

    @callback
    def listen_for(self, templates: Iterable[str]) -> None:
        """Let Assist have these templates and no others, each once."""
        wanted = tuple(dict.fromkeys(templates))
        if wanted == self._templates:
            return
        self._forget()
        self._templates, self._forget = wanted, _nothing
        if wanted:
            manager = get_agent_manager(self._hass)
            self._forget = manager.register_trigger(list(wanted), self._heard)

    def fits(self, text: str) -> bool:
        """Tell whether Assist will match a text with one of them."""
        return bool(self._templates) and fits(_known(self._templates), text)


_known = lru_cache(maxsize=4)(as_trigger)
"""What Assist makes of templates: those of a session are the same in the next one."""


class Ear:
    """Listens for all coaches of a Home Assistant."""

    def __init__(self, hass: HomeAssistant, vocabulary: Vocabulary) -> None:
        self.coaches: dict[str, CoachLike] = {}
        self._hass = hass
        self._vocabulary = vocabulary
        self._replies = Replies(hass, self.coaches, vocabulary.areas, vocabulary.speak)
        self._names: Names | None = None
        self._learning: Task[None] | None = None
        self._always = Group(hass, self._heard_always)
        self._session = Group(hass, self._heard_in_session)
        self._groups = (self._always, self._session)
        self._on_the_spot = OnTheSpot(hass, self._heard_freely)
        self._listening = async_listen(hass, self._overheard)
        self._overhearing = False
        people = TrackStates(all_states=False, entities=set(), domains={PERSON})
        self._people = async_track_state_change_filtered(hass, people, self.refresh)

    @callback
    def add(self, coach: CoachLike, prepared: Prepared | None = None) -> None:
        """Listen for one more."""
        names = _names([*self.coaches.values(), coach])
        if prepared is None and names != self._names:
            prepared = Prepared(names, self._vocabulary.grammars(names))
        if prepared is not None:
            self._know(prepared)
        self.coaches[coach.entry_id] = coach
        self.refresh()

    @callback
    def remove(self, coach: CoachLike) -> None:
        """Listen for one less; the last one takes the sentences along."""
        del self.coaches[coach.entry_id]
        if self.coaches:
            self.refresh()
            return
        if self._learning is not None:
            self._learning.cancel()
        for group in self._groups:
            group.listen_for(())
        self._people.async_remove()
        self._listening()
        self._on_the_spot.clear()
        del self._hass.data[EAR]

    @callback
    def refresh(self, _: Event[EventStateChangedData] | None = None) -> None:
        """Listen for bare words exactly while a session is live, and for those who are there now."""
        if not self.coaches:
            return
        listened_for = self._listened_for
        self._always.listen_for(chain.from_iterable(one.always for one in listened_for))
        if any(coach.live for coach in self.coaches.values()):
            self._session.listen_for(chain.from_iterable(one.session for one in listened_for))
        elif not self._overhearing:
            self._session.listen_for(())
        if self._learning is None and self._names != _names(self.coaches.values()):
            self._learning = self._hass.async_create_background_task(
                self._async_learn(), f"{DOMAIN} learns names"
            )

    def grammars(self, language: str) -> list[Grammar]:
        """Return what is understood in each language, that of a tag such as `en-GB` first."""
        return in_order(self._replies.grammars, [language])

    @property
    def _listened_for(self) -> list[Grammar]:
        """The grammars whose templates Assist gets: those of the languages that this house speaks.

        Each costs every text some time. All languages are understood: the others, and those too
        many for Assist, as free speech is.
        """
        room, chosen = MOST_TEMPLATES - MOST_KEPT, list[Grammar]()
        for grammar in spoken(self._replies.grammars, tags_in(self._hass)):
            needed = len(grammar.always) + len(grammar.session)
            if needed <= room:
                chosen.append(grammar)
                room -= needed
        return chosen

    def _know(self, prepared: Prepared) -> None:
        self._replies.grammars, self._names = prepared.grammars, prepared.names

    async def _async_learn(self) -> None:
        """Make the grammars for the names of now, away from the event loop; the old ones go on."""
        try:
            while self._names != (names := _names(self.coaches.values())):
                await sleep(TOGETHER)
                made = await self._hass.async_add_executor_job(self._vocabulary.grammars, names)
                # Meanwhile others may have come, been renamed, or gone.
                if names == _names(self.coaches.values()):
                    self._know(Prepared(names, made))
        finally:
            self._learning = None
        self.refresh()

    async def async_answer(self, said: ConversationInput) -> str | None:
        """Answer what was said through a microphone that the coach has opened itself.

        Returns None where it is nothing for the coach, and nothing has happened. Never raises.
        """
        person = await async_is_person(self._hass, said)
        return self._safely(partial(self._replies.anything, said, person=person), said.language)

    def mentions(self, said: ConversationInput) -> bool:
        """Tell whether a text holds a stop word, and may say something else with it."""
        return self._replies.mentions(said)

    async def _heard_always(self, said: ConversationInput, _: RecognizeResult) -> str | None:
        person = await async_is_person(self._hass, said)
        return self._safely(partial(self._replies.request, said, person=person), said.language)

    async def _heard_in_session(self, said: ConversationInput, _: RecognizeResult) -> str | None:
        person = await async_is_person(self._hass, said)
        reply = self._safely(partial(self._replies.word, said, person=person), said.language)
        if reply is None:
            if await async_is_of_the_user(self._hass, said):
                return None
            # In the room of a session nothing in the house is to move by a guess at a word of it.
            here = sessions_at(self._hass, self.coaches.values(), place_of(self._hass, said))
            reply = await async_pass_through(self._hass, said, strictly=bool(here))
        return self._replies.unheard(said) if reply is None else reply

    async def _heard_freely(self, said: ConversationInput, _: RecognizeResult) -> str | None:
        """Answer free speech, unless Assist can do what it means without us."""
        of_the_user = await async_is_of_the_user(self._hass, said)
        self._on_the_spot.handled(said.text)
        if not of_the_user and (later := self._replies.later(said.text, said.language)):
            return await async_pass_through(self._hass, replace(said, text=later))
        known = of_the_user or await async_is_built_in(self._hass, said)
        ask = partial(self.async_answer, said)
        reply = await ask() if (ours := self._replies.insists(said) or not known) else None
        if reply is None:
            if of_the_user:
                return None
            reply = await async_pass_through(self._hass, said, instead=None if ours else ask)
        return self._replies.unheard(said) if reply is None else reply

    def _safely[T: str | None](self, answer: Callable[[], T], language: str) -> T | str:
        try:
            return answer()
        except HomeAssistantError as err:
            return str(err)
        except Exception:
            _LOGGER.exception("Could not obey what was said")
            return self._vocabulary.speak(language, "reply.failed")

    @callback
    def _overheard(self, conversation_id: str, text: str, places: list[Place]) -> None:
        """Notice stop words, and take what is said freely.

        A session that ends here keeps its words until the text has been matched, which happens
        before the loop turns: so the coach answers, and not an assistant that knows of nothing.
        """
        self._overhearing = True
        try:
            # First, because a stop word changes what a text can mean.
            ours = self._replies.understands(text, places) or self._replies.later(text)
            grammars = self._replies.grammars.values()
            answered = self._replies.overhearing.hear(conversation_id, text, places, grammars)
            if (ours or answered) and not any(one.fits(text) for one in self._groups):
                self._on_the_spot.take(text)
        except Exception:
            # Whatever becomes of a text, it must reach whoever else it is for.
            _LOGGER.exception("Could not make anything of what was said")
        finally:
            self._overhearing = False
            self._hass.loop.call_soon(self.refresh)


def _names(known: Iterable[CoachLike]) -> Names:
    """Return the routines and the people that may be named, each once."""
    meant = list(known)
    routines = sorted({name for coach in meant for name in coach.routines})
    return routines, sorted({name for coach in meant for name in names_of(coach)})
