"""How long a clip is, told from its bytes and not from what its header says of them.

What Home Assistant converts on the way from an engine to a speaker is written as a stream, before
anybody knows how long it will be. So a WAV says 0xFFFFFFFF, a FLAC says nothing, and an MP3 of
varying bit rate has no table of its frames: who trusts headers is wrong by a factor of two there.
Samples and frames are counted here instead.
"""

from io import BytesIO
from typing import Final

import mutagen

from .flac import MARK, flac_seconds
from .mp3 import after_id3, read_frames
from .wav import read_wav

LONGEST_SECONDS: Final = 300.0
"""No line lasts so long: whatever says so is misread; our choice."""


def measure(data: bytes) -> float | None:
    """Return the seconds that a clip lasts, or None if that cannot be told.

    Reads WAV, FLAC, MP3 and what mutagen knows besides, such as Ogg Opus; of a clip that was cut
    short it measures what is there. Raises ValueError if there is no sound in it at all, and
    nothing for garbage. It is work for the executor.
    """
    if not data:
        raise ValueError("The engine made no sound")
    if (wav := read_wav(data)) is not None:
        seconds = wav.seconds
    elif data.startswith(MARK, start := after_id3(data)):
        seconds = flac_seconds(data, start)
    elif frames := list(read_frames(data)):
        seconds = sum(frame.seconds for frame in frames)
    else:
        seconds = _tagged_seconds(data)
    return seconds if seconds is not None and 0 < seconds <= LONGEST_SECONDS else None


def _tagged_seconds(data: bytes) -> float | None:
    try:
        file = mutagen.File(BytesIO(data))
    except Exception:  # noqa: BLE001 - it trips over garbage in many ways, not only in its own
        return None
    return None if file is None else float(file.info.length)
