"""Names that the files of the demo room share."""

from typing import Final

DOMAIN: Final = "knot_demo"
ROOM: Final = "Demo room"
"""The area that everything in the room stands in."""
