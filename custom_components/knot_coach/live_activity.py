"""The session on telephones with Home Assistant's app: a live activity with the current step.

One for each telephone among the outputs, from the beginning of a session to its end, under a tag of
the coach's own: Android's live updates, iOS's live activities where the app has said that it can
start them, and a plain notification on older Androids. It is changed when the step or the state
changes, never to count down: the telephone does that by itself.

It shows on a lock screen. It names the area, the step and what to do, never how something feels, and
Android is told that it is private; iOS has no such field, its app tells the person once.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.components.notify.const import DOMAIN as NOTIFY_DOMAIN
from homeassistant.const import ATTR_DOMAIN, ATTR_SERVICE, EVENT_SERVICE_REGISTERED
from homeassistant.core import Event, HassJob, HomeAssistant, callback, split_entity_id
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.start import async_at_started

from .announce.phone import CLEAR, Phone, async_push, line_data, phone_of, tag_of
from .borrowed import Borrowed
from .const import DOMAIN
from .coordinator import Coach
from .massage.areas import Side
from .massage.view import SessionView, Shown
from .massage.wording import Phrasebook

_LOGGER = logging.getLogger(__name__)

GAP_SECONDS: Final = 2.0
"""Least time from one change on a telephone to the next; what came between is not sent. Our choice:
iOS passes over updates that come every second."""
PUSH_SECONDS: Final = 10.0
"""How long one may take to be handed over."""
CLOSE_SECONDS: Final = 5.0
"""How long the last one may take when the coach leaves."""
ICON: Final = "mdi:hand-heart"


@dataclass(frozen=True, slots=True)
class Picture:
    """What a telephone shows of a session."""

    title: str
    message: str
    step: int | None = None
    """Number of the present step, from 1."""
    steps: int | None = None
    ends_at: datetime | None = None
    """When the present step, or the heat, ends; on the coach's clock."""


def draw(view: SessionView, book: Phrasebook, *, unplugging: bool) -> Picture | None:
    """Return what is to be shown of a session, None where there is none."""
    if view.shown is Shown.IDLE or view.area is None:
        return None
    name = book.name(view.area)
    title = name[:1].upper() + name[1:]
    if view.side not in (None, Side.CENTRE):
        title = f"{title}, {book.word(view.side)}"
    message = _message(view, book, unplugging=unplugging)
    return Picture(title, message, view.step, view.steps, view.counts_to)


def _message(view: SessionView, book: Phrasebook, *, unplugging: bool) -> str:
    match view.shown:
        case _ if unplugging:
            return book.line("heat_stuck").text
        case Shown.HEATING:
            return book.line("heat_waiting").text
        case Shown.PAUSED | Shown.INTERRUPTED:
            return book.line("paused").text
        case Shown.ASKING:
            return book.line("live_question").text
        case _ if view.step is None:
            return book.line("live_begin").text
        case _:
            place = {"step": view.step, "steps": view.steps, "phase": view.phase}
            return book.line("live_step", **place).text


class Screen:
    """One telephone: brings the newest picture to it, one at a time.

    Whatever it does wrong is logged and survived. A picture that did not arrive is not sent again
    until there is a newer one, or the telephone comes back.
    """

    def __init__(self, coach: Coach, borrowed: Borrowed, entity_id: str) -> None:
        """Show nothing yet; what an earlier run has left there is cleared first."""
        self._coach, self._borrowed, self._entity_id = coach, borrowed, entity_id
        self._tag = f"{tag_of(coach.config_entry)}_live"
        self._wanted: Picture | None = None
        self._sent: Picture | None = None
        """What has arrived there last, as far as anybody can tell."""
        self._title: str | None = None
        """What it was begun with."""
        self._works = True
        self._closed = False
        self._news = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    @property
    def _left(self) -> bool:
        """Whether something of ours may be on the telephone."""
        return self._entity_id in self._borrowed.kept

    @property
    def phone(self) -> Phone | None:
        """The telephone, None while it cannot be written to."""
        return phone_of(self._coach.hass, self._entity_id)

    @callback
    def want(self, picture: Picture | None) -> None:
        """Have this shown; None clears the telephone."""
        if picture != self._wanted:
            self._wanted = picture
            self._begin()

    @callback
    def refresh(self) -> None:
        """Bring what is wanted once more: the telephone may have come back."""
        self._sent = None
        self._begin()

    def _begin(self) -> None:
        if self._closed or not (self._wanted or self._left):
            return
        self._news.set()
        if self._worker is None or self._worker.done():
            self._worker = self._coach.config_entry.async_create_background_task(
                self._coach.hass, self._async_work(), f"{DOMAIN} activity on {self._entity_id}"
            )

    async def async_close(self) -> None:
        """Clear the telephone, and do nothing more."""
        self._closed = True
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait({self._worker}, timeout=CLOSE_SECONDS)
        await self._async_bring(None, CLOSE_SECONDS)

    async def _async_work(self) -> None:
        while self._news.is_set():
            self._news.clear()
            await self._async_bring(self._wanted, PUSH_SECONDS)
            await asyncio.sleep(GAP_SECONDS)

    async def _async_bring(self, picture: Picture | None, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                if picture is None:
                    await self._async_clear()
                else:
                    await self._async_show(picture)
        except Exception as error:  # noqa: BLE001 - a telephone may do anything, the session goes on
            level = logging.WARNING if self._works else logging.DEBUG
            _LOGGER.log(level, "%s could not show the session: %r", self._entity_id, error)
            self._works, self._sent = False, None
        else:
            self._works = True

    async def _async_show(self, picture: Picture) -> None:
        if (phone := self.phone) is None or not phone.live:
            return
        if phone.apple:
            # A countdown would take the place of the words there.
            picture = replace(picture, ends_at=None)
        if picture == self._sent:
            return
        if not self._left:
            # On disk first, so that a crash is followed by a clear telephone.
            await self._borrowed.async_keep(self._entity_id, {})
            self._title = picture.title
        await async_push(
            self._coach.hass,
            phone,
            self._message(picture, phone),
            self._data(picture),
            title=picture.title,
        )
        self._sent = picture

    async def _async_clear(self) -> None:
        if not self._left:
            return
        if (phone := self.phone) is not None:
            data = {"tag": self._tag, "priority": "high"}
            await async_push(self._coach.hass, phone, CLEAR, data)
        elif er.async_get(self._coach.hass).async_get(self._entity_id) is not None:
            return  # It is away, and may come back with what it shows.
        self._sent = None
        await self._borrowed.async_forget(self._entity_id)

    def _message(self, picture: Picture, phone: Phone) -> str:
        """Return the text; it holds what the title of a live activity cannot be changed to."""
        if phone.apple and picture.title != self._title:
            return f"{picture.title}. {picture.message}"
        return picture.message

    def _data(self, picture: Picture) -> dict[str, Any]:
        # Beside the voice: it makes no sound, and a step that comes late is worth nothing.
        data = {
            **line_data(self._tag, alone=False),
            "live_update": True,
            "notification_icon": ICON,
        }
        if picture.step is not None:
            data["progress"], data["progress_max"] = picture.step, picture.steps
            data["critical_text"] = f"{picture.step}/{picture.steps}"
        if picture.ends_at is not None:
            left = (picture.ends_at - self._coach.now()).total_seconds()
            data |= {"chronometer": True, "when": max(0, round(left)), "when_relative": True}
        return data


class LiveActivity:
    """The session of one coach on all its telephones."""

    def __init__(self, coach: Coach, borrowed: Borrowed) -> None:
        """Look at the outputs, and at what an earlier run has left on telephones."""
        self._coach = coach
        outputs = {output.entity_id for output in coach.settings.outputs} | {*borrowed.kept}
        self._screens = [
            Screen(coach, borrowed, entity_id)
            for entity_id in sorted(outputs)
            if split_entity_id(entity_id)[0] == NOTIFY_DOMAIN
        ]

    @callback
    def update(self) -> None:
        """Show how the session stands now."""
        coach = self._coach
        picture = draw(coach.data, coach.book, unplugging=coach.unplugging)
        for screen in self._screens:
            screen.want(picture)

    @callback
    def refresh(self, *_: HomeAssistant) -> None:
        """Show it once more where it may not have arrived."""
        for screen in self._screens:
            screen.refresh()

    @callback
    def returned(self, event: Event) -> None:
        """Show it on a telephone whose action has just come, or come back."""
        if event.data[ATTR_DOMAIN] == NOTIFY_DOMAIN:
            for screen in self._screens:
                if screen.phone is not None and screen.phone.action == event.data[ATTR_SERVICE]:
                    screen.refresh()

    async def async_close(self) -> None:
        """Clear all telephones, within a few seconds."""
        await asyncio.gather(*(screen.async_close() for screen in self._screens))


@callback
def async_setup_live_activity(coach: Coach, borrowed: Borrowed) -> None:
    """Show the sessions of a coach on its telephones, until it is unloaded or all shuts down.

    `borrowed` has been loaded. What a crash has left on a telephone is cleared.
    """
    hass, entry = coach.hass, coach.config_entry
    activity = LiveActivity(coach, borrowed)
    entry.async_on_unload(activity.async_close)
    # Entries are not unloaded when Home Assistant stops.
    entry.async_on_unload(
        hass.async_add_shutdown_job(HassJob(activity.async_close, f"{coach.name} leaves screens"))
    )
    entry.async_on_unload(coach.async_add_listener(activity.update))
    entry.async_on_unload(hass.bus.async_listen(EVENT_SERVICE_REGISTERED, activity.returned))
    entry.async_on_unload(async_at_started(hass, activity.refresh))
