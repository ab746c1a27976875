"""Clips for tests, made as engines and Home Assistant's converter make them."""

from array import array
from hashlib import shake_128
import io
import math
import struct
from typing import Final, cast, override
import wave

import av

RATE: Final = 16000


def wav(seconds: float, *, width: int = 2, channels: int = 1) -> bytes:
    """Return a WAV of noise."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(RATE)
        file.writeframes(_noise(width * channels * round(seconds * RATE)))
    return buffer.getvalue()


def streamed(data: bytes, size: int = 0xFFFF_FFFF) -> bytes:
    """Return a WAV as it is streamed: before anybody knew how long it would be."""
    return data[:4] + struct.pack("<I", size) + data[8:40] + struct.pack("<I", size) + data[44:]


def with_chunk(data: bytes, content: bytes) -> bytes:
    """Return a WAV with a chunk between its format and its sound."""
    chunk = b"LIST" + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
    return data[:36] + chunk + data[36:]


def mp3_frames(count: int) -> bytes:
    """Return frames of silence, 128 kbit/s at 44.1 kHz."""
    return b"\xff\xfb\x90\x00".ljust(417, b"\0") * count


class _Pipe(io.RawIOBase):
    """Nothing written to it can be changed later."""

    def __init__(self) -> None:
        self.data = bytearray()

    @override
    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    @override
    def write(self, data: object) -> int:
        """Take more."""
        self.data += cast("bytes", data)
        return len(cast("bytes", data))


def encoded(
    kind: str,
    codec: str,
    seconds: float,
    *,
    rate: int = 24000,
    channels: int = 1,
    varying: bool = False,
    pipe: bool = True,
) -> bytes:
    """Return seconds of tones and noise as an encoder writes them.

    Home Assistant has them written to a `pipe`, where the header cannot be set right in the end; its
    MP3 has a `varying` bit rate.
    """
    file: io.BytesIO | _Pipe = _Pipe() if pipe else io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono" if channels == 1 else "stereo"
        if varying:
            stream.codec_context.flags |= av.codec.context.Flags.qscale
        resampler = av.AudioResampler(
            stream.format, stream.layout, rate, frame_size=stream.codec_context.frame_size or 4096
        )
        for part in [
            *resampler.resample(_tones(seconds, rate, channels)),
            *resampler.resample(None),
        ]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return bytes(file.data) if isinstance(file, _Pipe) else file.getvalue()


def _noise(size: int) -> bytes:
    return shake_128(b"noise").digest(size)


def _tones(seconds: float, rate: int, channels: int) -> av.AudioFrame:
    samples = array("h")
    for n, noise in enumerate(_noise(round(seconds * rate))):
        value = 8000 * math.sin(n * (0.05 + n // rate * 0.1)) + (n * 3 // rate % 2) * noise * 10
        samples.extend([round(value)] * channels)
    frame = av.AudioFrame("s16", "mono" if channels == 1 else "stereo", len(samples) // channels)
    frame.planes[0].update(bytes(samples).ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate, frame.pts = rate, 0
    return frame


def decoded(data: bytes) -> array[int]:
    """Return the samples that a player makes of a clip of one channel."""
    samples = array("h")
    with av.open(io.BytesIO(data), "r") as container:
        resampler = av.AudioResampler("s16", "mono")
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                samples.frombytes(bytes(part.planes[0])[: 2 * part.samples])
    return samples
