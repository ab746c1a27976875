"""How long a clip is, told from its bytes."""

from collections.abc import Generator
from contextlib import contextmanager
import io
import struct
import sys
from types import ModuleType, SimpleNamespace
from typing import Self
import wave

import pytest

from custom_components.knot_coach.announce.synthesis import measure

RATE = 16000


def wav(seconds: float) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(2 * round(seconds * RATE)))
    return buffer.getvalue()


def streamed(data: bytes, size: int = 0xFFFF_FFFF) -> bytes:
    """Return a WAV as it is streamed: before anybody knew how long it would be."""
    return data[:4] + struct.pack("<I", size) + data[8:40] + struct.pack("<I", size) + data[44:]


def with_chunk(data: bytes, content: bytes) -> bytes:
    """Return a WAV with a chunk between its format and its sound."""
    chunk = b"LIST" + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
    return data[:36] + chunk + data[36:]


def mp3(seconds: float) -> bytes:
    """Return frames of silence, 128 kbit/s at 44.1 kHz."""
    frame = b"\xff\xfb\x90\x00".ljust(417, b"\0")
    return frame * round(seconds * 44100 / 1152)


@pytest.mark.parametrize("seconds", [0.5, 2.42, 6.0])
def test_wav_whatever_its_header_says(seconds: float) -> None:
    data = wav(seconds)
    assert measure(data) == pytest.approx(seconds, abs=0.001)
    assert measure(streamed(data)) == pytest.approx(seconds, abs=0.001)
    assert measure(streamed(data, 0x7FFF_FFFF)) == pytest.approx(seconds, abs=0.001)
    assert measure(with_chunk(data, b"odd")) == pytest.approx(seconds, abs=0.001)


def test_a_wav_that_was_cut_short_is_as_long_as_what_is_there() -> None:
    data = wav(2)
    assert measure(data[: 44 + RATE * 2]) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize("seconds", [1.0, 5.0])
def test_mp3(seconds: float) -> None:
    assert measure(mp3(seconds)) == pytest.approx(seconds, abs=0.05)


@pytest.mark.parametrize(
    "data",
    [
        b"not sound at all",
        wav(1)[:30],
        wav(0),
        b"RIFF\0\0\0\0WAVEdata\x10\0\0\0" + bytes(16),
    ],
)
def test_what_cannot_be_measured_is_not_guessed(data: bytes) -> None:
    assert measure(data) is None


def test_what_looks_like_mp3_and_is_not() -> None:
    assert measure(b"\xff\xfb\x90\x00" + bytes(10)) is None


def test_silence_of_no_bytes_is_an_error() -> None:
    with pytest.raises(ValueError, match="no sound"):
        measure(b"")


class FakeDecoder(ModuleType):
    """PyAV as far as it is used: ten frames of a fifth of a second."""

    class FFmpegError(Exception):
        """What it raises for what is no sound."""

    def __init__(self, frames: int) -> None:
        super().__init__("av")
        self.frames = frames

    @contextmanager
    def open(self, file: io.BytesIO) -> Generator[Self]:
        """Open a file."""
        if file.read() == b"fLaCbroken":
            raise self.FFmpegError
        yield self

    def decode(self, *, audio: int) -> list[SimpleNamespace]:  # noqa: ARG002 - as it is called
        """Decode it."""
        return [SimpleNamespace(samples=3200, sample_rate=RATE)] * self.frames


@pytest.mark.parametrize(
    ("frames", "data", "seconds"),
    [(10, b"fLaC", 2.0), (0, b"fLaC", None), (10, b"fLaCbroken", None)],
)
def test_flac_is_decoded_where_that_is_possible(
    monkeypatch: pytest.MonkeyPatch, frames: int, data: bytes, seconds: float | None
) -> None:
    monkeypatch.setitem(sys.modules, "av", FakeDecoder(frames))
    assert measure(data) == seconds
