"""Lets the pytest plugin, made for an older Home Assistant, run with the newest one.

Loaded by `scripts/test --newest` with `-p`, so before the plugin itself.
"""

# Home Assistant puts its own names over `httpx` and `voluptuous` and must do so before another
# plugin imports the originals.
import homeassistant  # noqa: F401
from homeassistant.components import logger
from homeassistant.components.logger import helpers

_MOVED = "_clear_logger_overwrites"

if not hasattr(logger, _MOVED):
    setattr(
        logger, _MOVED, getattr(helpers, _MOVED.removeprefix("_"), getattr(helpers, _MOVED, None))
    )
