"""WAV: samples behind a header that is often wrong about how many there are."""

from dataclasses import dataclass
import struct
from typing import Final

WHOLE_NUMBERS: Final = 1
FLOATING_POINT: Final = 3
EXTENSIBLE: Final = 0xFFFE
"""The number of the encoding stands further behind."""
EXTENSIBLE_AT: Final = 24
LAYOUT_BYTES: Final = 16
"""The least that a header has to tell of its samples."""
UNKNOWN_SIZE: Final = 0x7FFF_FFFF
"""A streamed WAV is written before its size is known, and says 0 or a number from here up."""
BYTE_BITS: Final = 8


@dataclass(frozen=True, slots=True)
class Wav:
    """What a WAV is made of."""

    layout: bytes
    """The body of its `fmt ` chunk, 16 bytes or more."""
    samples: bytes

    @classmethod
    def of(cls, samples: bytes, rate: int, channels: int) -> Wav:
        """Make one of samples of 16 bits."""
        block = 2 * channels
        layout = struct.pack("<HHIIHH", WHOLE_NUMBERS, channels, rate, rate * block, block, 16)
        return cls(layout, samples)

    @property
    def rate(self) -> int:
        """Samples a second."""
        rate: int = struct.unpack_from("<I", self.layout, 4)[0]
        return rate

    @property
    def block(self) -> int:
        """Bytes of one sample of all channels."""
        block: int = struct.unpack_from("<H", self.layout, 12)[0]
        return block

    @property
    def seconds(self) -> float | None:
        """How long it is; None if its header does not tell the rate."""
        byte_rate: int = struct.unpack_from("<I", self.layout, 8)[0] or self.rate * self.block
        return len(self.samples) / byte_rate if byte_rate else None

    @property
    def silence(self) -> bytes | None:
        """One byte of silence; None if silence is not written so in this encoding."""
        tag, bits = struct.unpack_from("<H12xH", self.layout)
        if tag == EXTENSIBLE and len(self.layout) > EXTENSIBLE_AT + 1:
            tag = struct.unpack_from("<H", self.layout, EXTENSIBLE_AT)[0]
        if not (self.rate and self.block) or tag not in (WHOLE_NUMBERS, FLOATING_POINT):
            return None
        # Samples of eight bits are unsigned, with silence in their middle; all others are signed.
        return b"\x80" if tag == WHOLE_NUMBERS and bits <= BYTE_BITS else b"\0"

    def written(self) -> bytes:
        """Return it as a file with a header that is right."""
        layout = self.layout + bytes(len(self.layout) % 2)
        return b"".join(
            (
                struct.pack("<4sI4s", b"RIFF", 20 + len(layout) + len(self.samples), b"WAVE"),
                struct.pack("<4sI", b"fmt ", len(self.layout)),
                layout,
                struct.pack("<4sI", b"data", len(self.samples)),
                self.samples,
            )
        )


def read_wav(data: bytes) -> Wav | None:
    """Take a WAV apart; None if it is none, or is cut short before its samples.

    Raises ValueError if it has no samples.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    layout, position = b"", 12
    while position + 8 <= len(data):
        name, size = data[position : position + 4], struct.unpack_from("<I", data, position + 4)[0]
        position += 8
        if name == b"fmt ":
            layout = data[position : position + size]
        elif name == b"data":
            return _of_samples(layout, data, position, size)
        # Chunks are padded to an even length.
        position += size + size % 2
    return None


def _of_samples(layout: bytes, data: bytes, position: int, size: int) -> Wav | None:
    if len(layout) < LAYOUT_BYTES:
        return None
    whole: int = struct.unpack_from("<I", data, 4)[0] + 8
    if size >= UNKNOWN_SIZE or (size == 0 and whole != len(data)):
        size = len(data)
    if not (samples := data[position : position + size]):
        raise ValueError("The engine made no sound")
    return Wav(layout, samples)
