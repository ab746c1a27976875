"""MP3: frames that each say how long they are, after tags that say much and may be wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
import struct
from typing import Final

SYNC: Final = 0x7FF
LAYER_III: Final = 1
VERSION_1: Final = 3
RATES: Final = {
    VERSION_1: (44100, 48000, 32000),
    2: (22050, 24000, 16000),
    0: (11025, 12000, 8000),
}
"""Samples a second by the version of MPEG, which is 1, 2 and 2.5."""
BIT_RATES: Final = {
    True: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second, of version 1 and of the others."""
SAMPLES: Final = {True: 1152, False: 576}
"""Samples of a frame, of version 1 and of the others."""
HEADER: Final = 4
ID3_HEADER: Final = 10
TABLE_WITHIN: Final = 40
"""Bytes of a frame in which one that only tells about the others says so."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of MPEG Layer III."""

    position: int
    bare: int
    """Bytes that it has without a byte to fill it up …"""
    size: int
    """… and with it."""
    samples: int
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.samples / self.rate

    @property
    def end(self) -> int:
        """Where the next frame begins."""
        return self.position + self.size


def after_id3(data: bytes) -> int:
    """Return where the sound begins: behind the tags that Home Assistant writes before an MP3."""
    position = 0
    while data.startswith(b"ID3", position) and position + ID3_HEADER <= len(data):
        # Four bytes of seven bits each, so that no tag looks like a frame.
        size = 0
        for byte in data[position + 6 : position + ID3_HEADER]:
            size = size << 7 | byte & 0x7F
        position += ID3_HEADER + size
    return position


def read_frames(data: bytes) -> Iterator[Frame]:
    """Yield the frames with sound in them of an MP3; none if it is something else.

    Leaves out the frame that only tells about the others, and one that is not all there.
    """
    position = after_id3(data)
    frame = _frame(data, position)
    if frame is None or not _goes_on(data, frame):
        return
    rate = frame.rate
    if _is_table(data, frame):
        position = frame.end
    while position < len(data):
        frame = _frame(data, position)
        if frame is not None and frame.rate == rate:
            yield frame
            position = frame.end
        else:
            position = _next_position(data, position + 1, rate)


def silent_frame(data: bytes, frame: Frame) -> bytes:
    """Return a frame of silence, of the same form as one that a clip has."""
    header: int = struct.unpack_from(">I", data, frame.position)[0]
    # Without checksum, without a byte to fill it up, and with nothing in it.
    return struct.pack(">I", (header | 1 << 16) & ~(1 << 9)).ljust(frame.bare, b"\0")


def _frame(data: bytes, position: int) -> Frame | None:
    """Read the frame that begins at a position, None if none does or it is cut short."""
    if position + HEADER > len(data):
        return None
    header: int = struct.unpack_from(">I", data, position)[0]
    version, layer, padding = header >> 19 & 3, header >> 17 & 3, header >> 9 & 1
    if header >> 21 != SYNC or layer != LAYER_III or version not in RATES:
        return None
    first = version == VERSION_1
    bit_rate, rate = (header >> 12 & 15) - 1, header >> 10 & 3
    if not 0 <= bit_rate < len(BIT_RATES[first]) or rate >= len(RATES[version]):
        return None
    hertz, samples = RATES[version][rate], SAMPLES[first]
    bare = samples * 125 * BIT_RATES[first][bit_rate] // hertz
    if position + bare + padding > len(data):
        return None
    return Frame(position, bare, bare + padding, samples, hertz)


def _goes_on(data: bytes, frame: Frame) -> bool:
    """Tell whether a frame is followed by another, or by nothing: chance rarely looks like that."""
    following = _frame(data, frame.end)
    return frame.end == len(data) or (following is not None and following.rate == frame.rate)


def _next_position(data: bytes, position: int, rate: int) -> int:
    """Return where frames go on behind something else, the end if they do not."""
    while (position := data.find(b"\xff", position)) >= 0:
        frame = _frame(data, position)
        if frame is not None and frame.rate == rate and _goes_on(data, frame):
            return position
        position += 1
    return len(data)


def _is_table(data: bytes, frame: Frame) -> bool:
    """Tell whether a frame holds the table of the others, as an encoder writes it before them."""
    start = data[frame.position : frame.position + TABLE_WITHIN]
    return any(name in start for name in (b"Xing", b"Info", b"VBRI"))
