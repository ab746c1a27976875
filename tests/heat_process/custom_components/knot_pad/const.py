"""Names that the files share."""

from typing import Final

DOMAIN: Final = "knot_pad"
SOCKET: Final = "KNOT_PAD_SOCKET"
"""The environment variable with the path of the heater's socket."""
STOP_AT: Final = "KNOT_PAD_STOP_AT"
"""The environment variable with the step at which this process stops itself, to be killed there."""
