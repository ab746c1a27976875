"""What is waiting to be said, in the order in which it will be."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
import logging

from ..massage.messages import Priority, Say

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Item:
    """A line on its way to the ear."""

    say: Say
    order: int
    tried: set[str] = field(default_factory=set)
    """The outputs that could not speak it."""
    refusals: int = 0
    """How often an output was found busy with somebody else's line."""
    hushed: bool = False
    """It was being spoken when the queue was hushed: it may end, but not begin again elsewhere."""
    written: bool = False
    """Its text has been sent to the outputs that show text beside the voice."""

    @property
    def safety(self) -> bool:
        """Nothing drops it and nothing holds it."""
        return self.say.priority is Priority.SAFETY


class Queue:
    """Lines by priority, then by arrival."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Begin empty; `now` tells which lines are stale."""
        self._now = now
        self._items: list[Item] = []
        self._order = 0
        self.changed = asyncio.Event()
        """Set when there may be something new to do."""

    def __len__(self) -> int:
        return len(self._items)

    def add(self, say: Say) -> None:
        """Queue a new line."""
        self._order += 1
        self.put_back(Item(say, self._order))

    def put_back(self, item: Item) -> None:
        """Queue a line again, at the place it had."""
        self._items.append(item)
        self._items.sort(key=lambda other: (other.say.priority, other.order))
        self.changed.set()

    def remove(self, item: Item) -> None:
        """Take a line out."""
        self._items.remove(item)

    def hush(self) -> None:
        """Drop every line but those for safety."""
        for item in self._items:
            if not item.safety:
                _LOGGER.debug("Hushed line %s", item.say.id)
        self._items = [item for item in self._items if item.safety]
        self.changed.set()

    def top(self) -> Item | None:
        """Return the line that is next, after dropping those that come too late."""
        while self._items:
            item = self._items[0]
            if item.say.stale is None or self._now() <= item.say.stale:
                return item
            _LOGGER.debug("Dropped line %s: too late for it", item.say.id)
            self._items.pop(0)
        return None
