"""How long a session waits for something; no wait is without an end."""

from datetime import timedelta
from typing import Final

PAUSE_LIMIT: Final = timedelta(minutes=5)
"""A pause stops the session after this (massage.md §2.3)."""
UNANSWERED_LIMIT: Final = timedelta(seconds=60)
"""A pause after two unanswered check-ins stops the session after this (massage.md §2.2)."""
INTERRUPTED_LIMIT: Final = timedelta(minutes=10)
"""Grace time after a restart, for somebody to say resume; our choice."""
LISTEN: Final = timedelta(seconds=12)
"""8 s to begin an answer (massage.md F39) and 4 s until it has been recognised."""
PROOF_LIMIT: Final = timedelta(seconds=30)
"""How long the session waits for the heater's own answer, proved off or stuck."""
WAIT_LIMIT: Final = timedelta(seconds=25)
"""How long a line may wait to begin: somebody may be speaking."""
SPEECH_SPARE: Final = timedelta(seconds=3)
"""What a line gets beyond its expected length until it is given up (DESIGN.md §5)."""
TOLD: Final = timedelta(seconds=5)
"""So much later a line is given up by the session itself: whoever speaks tells it before; a player
has 4 s to begin, and a call 1 s to let go (our choice)."""
HELD: Final = timedelta(seconds=8)
"""How long whoever cut a line off is left in peace (home-assistant-voice.md §3)."""
