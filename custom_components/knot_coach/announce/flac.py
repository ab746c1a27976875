"""FLAC: the frames of a clip whose header, written as a stream, says nothing about its length."""

from dataclasses import dataclass
import struct
from typing import Final

MARK: Final = b"fLaC"
INFO_BYTES: Final = 34
"""Bytes of the block that tells the rate."""
SYNC: Final = 0x7FFC
"""The first 15 bits of a frame."""
SIZES: Final = (0, 192, 576, 1152, 2304, 4608, 0, 0, *(256 << n for n in range(8)))
"""Samples of a frame by their code; 0 for none …"""
SIZE_BYTES: Final = {6: 1, 7: 2}
"""… and where it is written out, in so many bytes."""
RATE_BYTES: Final = {12: 1, 13: 2, 14: 2}
"""Bytes of a rate that is written out, by its code."""
NO_RATE: Final = 15
CHANNEL_CODES: Final = 11
HEADER_BYTES: Final = 16
"""The longest header of a frame."""
SHORTEST_HEADER: Final = 6


@dataclass(frozen=True, slots=True)
class Header:
    """What a frame says of itself."""

    by_sample: bool
    """Its number counts samples, not frames."""
    number: int
    samples: int


def flac_seconds(data: bytes, start: int) -> float | None:
    """Return how long the FLAC is that starts there; None if its frames do not tell.

    Raises ValueError if it has none.
    """
    position, rate, last = start + len(MARK), 0, False
    while not last and position + 4 <= len(data):
        head: int = struct.unpack_from(">I", data, position)[0]
        position += 4
        last, kind, size = bool(head >> 31), head >> 24 & 0x7F, head & 0xFF_FFFF
        if kind == 0 and position + INFO_BYTES <= len(data):
            rate = struct.unpack_from(">I", data, position + 10)[0] >> 12
        position += size
    if not last or not rate:
        return None
    if position == len(data):
        raise ValueError("The engine made no sound")
    return _count(data, position) / rate


def _count(data: bytes, position: int) -> int:
    """Follow the frames by their numbers, each of which must be the one that is due.

    Sound may look like the header of a frame by chance, and has the right checksum once in 256
    times; that it also has the right number does not happen.
    """
    samples = frames = 0
    while (position := data.find(b"\xff", position)) >= 0:
        header = _header(data[position : position + HEADER_BYTES])
        position += 1
        if header is not None and header.number == (samples if header.by_sample else frames):
            samples += header.samples
            frames += 1
    return samples


def _header(head: bytes) -> Header | None:
    if len(head) < SHORTEST_HEADER:
        return None
    first: int = struct.unpack_from(">I", head)[0]
    size, rate, channels = first >> 12 & 15, first >> 8 & 15, first >> 4 & 15
    if first >> 17 != SYNC or first & 1 or rate == NO_RATE or channels >= CHANNEL_CODES:
        return None
    # The number is written as UTF-8 writes characters, in up to seven bytes.
    length = max(8 - (head[4] ^ 0xFF).bit_length(), 1)
    number = head[4] & 0xFF >> length
    for byte in head[5 : 4 + length]:
        number = number << 6 | byte & 0x3F
    position = 4 + length
    written = SIZE_BYTES.get(size, 0)
    samples = int.from_bytes(head[position : position + written]) + 1 if written else SIZES[size]
    position += written + RATE_BYTES.get(rate, 0)
    if not samples or position >= len(head) or _crc(head[:position]) != head[position]:
        return None
    return Header(bool(first >> 16 & 1), number, samples)


def _crc(data: bytes) -> int:
    """Return the checksum of a header."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ (0x107 if crc & 0x80 else 0)) & 0xFF
    return crc
