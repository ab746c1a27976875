"""What is waiting to be said, in the order in which it will be."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
import logging
from typing import Any, Final

from ..massage.messages import Priority, Say
from .journal import End, Entry, Journal
from .sentences import from_sentence

_LOGGER = logging.getLogger(__name__)

OWED_SECONDS: Final = 300.0
"""For so long; then a pause has ended the session (massage.md §2.3)."""
MAX_OWED: Final = 3
"""Lines for safety that are kept for an output that comes back; our choice."""


@dataclass(slots=True, eq=False)
class Item:
    """A line on its way to the ear."""

    say: Say
    order: int
    entry: Entry
    tried: set[str] = field(default_factory=set)
    """The outputs that could not speak it."""
    refusals: int = 0
    """How often an output was found busy with somebody else's line."""
    hushed: bool = False
    """It was being spoken when the queue was hushed: it may end, but not begin again elsewhere."""
    written: bool = False
    """Its text has been sent to the outputs that show text beside the voice."""
    told: bool = False
    """How it went has been told; whatever happens to it now is told to nobody."""

    @property
    def safety(self) -> bool:
        """Nothing drops it and nothing holds it."""
        return self.say.priority is Priority.SAFETY

    def cut(self, now: datetime) -> None:
        """Go back to the beginning of the sentence that the person cut off."""
        entry = self.entry
        entry.cuts += 1
        heard = (now - (entry.begun or now)).total_seconds()
        share = heard / (entry.expected or heard or 1.0)
        self.say = replace(self.say, line=from_sentence(self.say.line, share))

    @property
    def place(self) -> tuple[Priority, bool, int]:
        """What it is sorted by: priority, then arrival; one that was cut off holds up no other."""
        cut = self.entry.cuts > 0 and self.say.priority <= Priority.ANSWER
        return (Priority.ANSWER if cut else self.say.priority, cut, self.order)

    @property
    def patient(self) -> bool:
        """It waits while somebody who cut a line off is left in peace."""
        return self.say.priority > Priority.ANSWER or self.entry.cuts > 0


class Queue:
    """Lines by priority, then by arrival."""

    def __init__(self, journal: Journal) -> None:
        """Begin empty; the journal gets what is dropped, and its clock tells what is stale."""
        self._journal = journal
        self._items: list[Item] = []
        self._owed: list[Item] = []
        self._order = 0
        self.changed = asyncio.Event()
        """Set when there may be something new to do."""

    def __len__(self) -> int:
        return len(self._items)

    async def async_change(self, until: float | None) -> None:
        """Wait until there may be something new to do, or until a moment of the loop's time."""
        try:
            async with asyncio.timeout_at(until):
                await self.changed.wait()
        except TimeoutError:
            return

    async def async_change_beside(self, work: asyncio.Future[Any]) -> None:
        """Wait until there may be something new to do, or until some work is done."""
        changed = asyncio.ensure_future(self.changed.wait())
        try:
            await asyncio.wait({work, changed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            self.changed.clear()

    def add(self, say: Say) -> None:
        """Queue a new line; it takes the place of one with the same key that still waits.

        What is owed is not said any more, unless this is for safety, too: things went on.
        """
        if say.priority is not Priority.SAFETY:
            self.forget()
        for item in [item for item in self._items if item.say.line.key == say.line.key]:
            self._drop(item, End.REPLACED)
        self._order += 1
        self.put_back(Item(say, self._order, self._journal.open(say)))

    def put_back(self, item: Item) -> None:
        """Queue a line again, at the place it had; one that was cut off lets answers go first."""
        self._items.append(item)
        self._items.sort(key=lambda other: other.place)
        self.changed.set()

    def give_up(self, item: Item) -> None:
        """Do not speak a line again that was being spoken when the queue was hushed."""
        self._journal.close(item.entry, End.CUT if item.entry.cuts else End.HUSHED)

    def remove(self, item: Item) -> None:
        """Take a line out, to be spoken."""
        if item in self._items:
            self._items.remove(item)

    def owe(self, item: Item) -> None:
        """Keep a line for safety that nobody could speak; it has been told to have failed."""
        item.told = True
        self._owed = [*self._owed, item][-MAX_OWED:]

    @property
    def owing(self) -> bool:
        """Whether there is anything owed."""
        return bool(self._owed)

    def pay(self) -> None:
        """Queue what is owed again, but for what nobody would understand any more."""
        for item in self._owed:
            if (self._journal.now() - item.entry.asked).total_seconds() > OWED_SECONDS:
                continue
            item.tried.clear()
            self.put_back(item)
        self._owed.clear()

    def forget(self) -> None:
        """Do not say any more what is owed."""
        self._owed.clear()

    def hush(self) -> None:
        """Drop every line but those for safety; of those, what would be said again."""
        for item in [item for item in self._items if not item.safety or item.entry.cuts]:
            self._drop(item, End.HUSHED)
        self.changed.set()

    def clear(self) -> None:
        """Drop every line: nobody will say it."""
        while self._items:
            self._drop(self._items[0], End.CLOSED)

    def top(self) -> Item | None:
        """Return the line that is next, after dropping those that come too late."""
        while self._items:
            item = self._items[0]
            if item.say.stale is None or self._journal.now() <= item.say.stale:
                return item
            self._drop(item, End.STALE if not item.entry.cuts else End.CUT)
        return None

    def _drop(self, item: Item, end: End) -> None:
        _LOGGER.debug("Dropped line %s: %s", item.say.id, end)
        self._items.remove(item)
        self._journal.close(item.entry, end)
