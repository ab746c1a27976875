"""Silence before and after a clip, for speakers that swallow first or last words.

A WAV gets silent samples and an MP3 silent frames, without anything being encoded again. Other sound
is decoded into a WAV, where Home Assistant's decoder is installed. All of it is work for the executor.
"""

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
import math
import os
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from .mp3 import Frame, read_frames, silent_frame
from .wav import Wav, read_wav

KEPT_BYTES: Final = 200 * 1024 * 1024
"""How much disk the clips with silence may take: some thousand lines; our choice."""
KEPT_SECONDS: Final = 6 * 3600.0
"""A clip that was used so shortly before the last one may belong to a session that runs; our choice."""


@dataclass(frozen=True, slots=True)
class Padded:
    """A clip with silence around it."""

    sound: bytes
    extension: str
    lead_in: float
    """Seconds of silence before the speech: what was asked for, in whole samples or frames."""
    tail: float


@dataclass(frozen=True, slots=True)
class Kept:
    """A clip with silence around it, on disk."""

    path: Path
    lead_in: float
    tail: float


def pad(data: bytes, lead_in: float, tail: float) -> Padded | None:
    """Put so many seconds of silence around a clip; None if that cannot be done.

    Raises ValueError for a WAV without any sound.
    """
    if frames := list(read_frames(data)):
        return _pad_mp3(data, frames, lead_in, tail)
    wav = read_wav(data)
    if wav is None or wav.silence is None:
        wav = _decoded(data)
    if wav is None or wav.silence is None:
        return None
    return _pad_wav(wav, lead_in, tail, wav.silence)


def keep_padded(folder: Path, data: bytes, lead_in: float, tail: float) -> Kept | None:
    """Put silence around a clip and keep it as a file that is named by what is in it.

    None if it cannot be padded. Raises ValueError for a WAV without any sound, and OSError if it
    cannot be written.
    """
    if (padded := pad(data, lead_in, tail)) is None:
        return None
    path = keep(folder, padded.sound, padded.extension)
    return Kept(path, padded.lead_in, padded.tail)


def keep(folder: Path, sound: bytes, extension: str) -> Path:
    """Keep a clip as a file that is named by what is in it. Raises OSError if that cannot be."""
    path = folder / f"{sha256(sound).hexdigest()[:40]}.{extension}"
    if not is_kept(path):
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, sound)
        _prune(folder)
    return path


def is_kept(path: Path) -> bool:
    """Tell whether a file is there, and note that it was used."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True


def _write(path: Path, data: bytes) -> None:
    """Write a file that never looks like a clip before it is one."""
    handle, name = mkstemp(dir=path.parent, suffix=".new")
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def _prune(folder: Path) -> None:
    """Delete what was not used for the longest time, while there is too much."""
    files = []
    for path in folder.iterdir():
        # Another thread may have deleted it, or given it its name, meanwhile.
        with suppress(FileNotFoundError):
            files.append((path.stat(), path))
    files.sort(key=lambda file: file[0].st_mtime, reverse=True)
    size, newest = 0, files[0][0].st_mtime
    for status, path in files:
        size += status.st_size
        if size > KEPT_BYTES and newest - status.st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)


def _pad_wav(wav: Wav, lead_in: float, tail: float, silence: bytes) -> Padded:
    before, after = round(lead_in * wav.rate), round(tail * wav.rate)
    speech = wav.samples[: len(wav.samples) - len(wav.samples) % wav.block]
    samples = silence * (before * wav.block) + speech + silence * (after * wav.block)
    sound = Wav(wav.layout, samples).written()
    return Padded(sound, "wav", before / wav.rate, after / wav.rate)


def _pad_mp3(data: bytes, frames: list[Frame], lead_in: float, tail: float) -> Padded:
    first = frames[0]
    before, after = (math.ceil(seconds / first.seconds) for seconds in (lead_in, tail))
    silence = silent_frame(data, first)
    speech = b"".join(data[frame.position : frame.end] for frame in frames)
    # The table that stood before the frames would be wrong now; a stream of them needs none.
    sound = silence * before + speech + silence * after
    return Padded(sound, "mp3", before * first.seconds, after * first.seconds)


def _decoded(data: bytes) -> Wav | None:
    """Return any sound as samples of 16 bits."""
    try:
        # Comes with Home Assistant's `stream`, which not everybody runs.
        import av  # noqa: PLC0415 - as the line above says
    except ImportError:
        return None
    samples: list[bytes] = []
    rate = channels = 0
    try:
        with av.open(BytesIO(data), "r") as container:
            resampler = av.AudioResampler(format="s16")
            for frame in container.decode(audio=0):
                for part in resampler.resample(frame):
                    rate, channels = part.sample_rate, part.layout.nb_channels
                    samples.append(bytes(part.planes[0])[: part.samples * channels * 2])
    except Exception:  # noqa: BLE001 - what cannot be decoded is no fault of ours
        return None
    return Wav.of(b"".join(samples), rate, channels) if samples else None
