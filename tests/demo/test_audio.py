"""Clips survive being packed, and everything else is refused."""

from array import array
import io
import wave

import pytest

from dev.custom_components.knot_demo.audio import Clip, NotWav, from_wav, to_wav

CLIP = Clip(array("h", range(-500, 500)), 22_050)


def test_a_clip_survives_the_journey() -> None:
    unpacked = from_wav(to_wav(CLIP))
    assert unpacked == CLIP
    assert unpacked.seconds == pytest.approx(1000 / 22_050)


def test_a_streamed_wav_is_as_long_as_what_arrived() -> None:
    data = bytearray(to_wav(CLIP))
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    assert from_wav(bytes(data)) == CLIP


@pytest.mark.parametrize("data", [b"", b"ID3 an mp3", to_wav(CLIP)[:20]])
def test_what_is_no_wav_is_refused(data: bytes) -> None:
    with pytest.raises(NotWav):
        from_wav(data)


def test_stereo_is_refused() -> None:
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes(b"\0\0\0\0")
    with pytest.raises(NotWav):
        from_wav(packed.getvalue())
