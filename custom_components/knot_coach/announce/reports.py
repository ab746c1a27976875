"""What the announcer tells of its lines."""

from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN
from ..massage.messages import Say


class NoOutputError(HomeAssistantError):
    """Nothing can be spoken; the translation key is `no_output` or `speech_failed`."""

    def __init__(self, key: str) -> None:
        """Say why: `no_output` is there at all, or `speech_failed` on those that are."""
        super().__init__(translation_domain=DOMAIN, translation_key=key)


class Reports:
    """What is told of each line, by its id.

    Of every line that is accepted either `spoken` or `failed` is called once, unless it was
    hushed, replaced, came too late, or the announcer was closed: then neither is.
    """

    async def async_open(self) -> None:
        """Get the house ready: the first line of a session comes next, and waits for this."""

    def begun(self, say: Say, seconds: float) -> None:
        """It is handed to an output, and should be over in so many seconds.

        Called once for each attempt; it promises nothing, not even that a sound follows.
        """

    def delayed(self, say: Say) -> None:
        """What it was handed to failed, or was taken: it waits for its next attempt."""

    def spoken(self, say: Say, *, seen: bool) -> None:
        """It has been spoken to its end, or that was not `seen` in time."""

    def cut(self, say: Say) -> None:
        """The person ended it early; it is said again, from the sentence that was cut."""

    def failed(self, say: Say) -> None:
        """No output could speak it."""
