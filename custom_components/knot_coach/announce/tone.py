"""The soft tone that tells whoever lies there with closed eyes that the microphone is open."""

from math import cos, pi, sin
import struct
from typing import Final

from .wav import Wav

RATE: Final = 16000
SECONDS: Final = 0.16
"""Short enough that an answer can follow at once; our choice."""
HERTZ: Final = 660
LOUDNESS: Final = 0.1
"""Of the loudest that there is: a hint, and no bell; our choice."""


def tone() -> bytes:
    """Return the tone as a WAV; it swells and fades, so that it does not click."""
    count = round(SECONDS * RATE)
    swell = [(1 - cos(2 * pi * number / count)) / 2 for number in range(count)]
    wave = [sin(2 * pi * HERTZ * number / RATE) for number in range(count)]
    samples = [
        round(LOUDNESS * 0x7FFF * loud * height) for loud, height in zip(swell, wave, strict=True)
    ]
    return Wav.of(struct.pack(f"<{count}h", *samples), RATE, 1).written()
