"""Sound as the demo room handles it: 16-bit mono clips, packed as WAV."""

from array import array
from dataclasses import dataclass
import io
import sys
from typing import Final
import wave

SAMPLE_WIDTH: Final = 2
"""Bytes of one 16-bit sample."""


class NotWav(ValueError):  # noqa: N818 - the name says what was found instead
    """The bytes are not the WAV that the demo room can play."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Mono sound.

    `samples` are 16-bit values at `rate` samples a second.
    """

    samples: array[int]
    rate: int

    @property
    def seconds(self) -> float:
        """How long the clip sounds."""
        return len(self.samples) / self.rate

    def at_rate(self, rate: int) -> Clip:
        """Return the same sound at another rate, with straight lines between its samples."""
        if rate == self.rate or not self.samples:
            return Clip(self.samples, rate)
        count, last = round(self.seconds * rate), len(self.samples) - 1
        samples = array("h")
        for number in range(count):
            before, part = divmod(number * self.rate / rate, 1)
            left, right = (self.samples[min(last, int(before) + more)] for more in (0, 1))
            samples.append(round(left + (right - left) * part))
        return Clip(samples, rate)


def from_pcm(pcm: bytes, rate: int) -> Clip:
    """Make a clip of little-endian 16-bit mono samples."""
    samples = array("h")
    samples.frombytes(pcm[: len(pcm) // SAMPLE_WIDTH * SAMPLE_WIDTH])
    if sys.byteorder == "big":
        samples.byteswap()
    return Clip(samples, rate)


def to_pcm(samples: array[int]) -> bytes:
    """Return the samples as little-endian bytes."""
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    return samples.tobytes()


def to_wav(clip: Clip) -> bytes:
    """Pack a clip as a WAV file."""
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_WIDTH)
        file.setframerate(clip.rate)
        file.writeframes(to_pcm(clip.samples))
    return packed.getvalue()


def from_wav(data: bytes) -> Clip:
    """Unpack a WAV file.

    A streamed WAV claims a length of almost 4 GiB, because its length was not known when the
    header was sent: what counts is what arrived. Raises `NotWav` for anything but 16-bit mono PCM.
    """
    try:
        with wave.open(io.BytesIO(data), "rb") as file:
            if file.getnchannels() != 1 or file.getsampwidth() != SAMPLE_WIDTH:
                raise NotWav("not 16-bit mono")
            return from_pcm(file.readframes(file.getnframes()), file.getframerate())
    except (wave.Error, EOFError) as err:
        raise NotWav(str(err)) from err
