"""How long a clip is, told from its bytes."""

import struct

from hypothesis import example, given, settings, strategies as st
import pytest

from custom_components.knot_coach.announce.measure import measure
from tests.announce.sounds import RATE, decoded, encoded, mp3_frames, streamed, wav, with_chunk

LENGTHS = [0.5, 2.42, 6.0]


@pytest.mark.parametrize("seconds", LENGTHS)
@pytest.mark.parametrize("width", [1, 2, 3])
def test_wav_whatever_its_header_says(seconds: float, width: int) -> None:
    data = wav(seconds, width=width)
    assert measure(data) == pytest.approx(seconds, abs=0.001)
    for size in (0xFFFF_FFFF, 0x7FFF_FFFF, 0, len(data) * 3):
        assert measure(streamed(data, size)) == pytest.approx(seconds, abs=0.001)
    for content in (b"odd", b"even", b"", b"data\xff\xff\xff\xff"):
        assert measure(with_chunk(data, content)) == pytest.approx(seconds, abs=0.001)


def test_a_wav_with_something_behind_its_sound() -> None:
    data = wav(2)
    assert measure(data + b"LIST\x04\0\0\0INFO") == pytest.approx(2, abs=0.001)


def test_a_wav_without_a_byte_rate() -> None:
    data = wav(2)
    assert measure(data[:28] + bytes(4) + data[32:]) == pytest.approx(2, abs=0.001)
    assert measure(data[:24] + bytes(10) + data[34:]) is None


def test_a_wav_that_was_cut_short_is_as_long_as_what_is_there() -> None:
    data = wav(2)
    assert measure(data[: 44 + RATE * 2]) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize("seconds", LENGTHS)
@pytest.mark.parametrize("varying", [False, True])
@pytest.mark.parametrize("pipe", [False, True])
@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (24000, 1), (44100, 2), (48000, 1)])
def test_mp3(seconds: float, varying: bool, pipe: bool, rate: int, channels: int) -> None:  # noqa: FBT001 - pytest names them
    data = encoded(
        "mp3", "libmp3lame", seconds, rate=rate, channels=channels, varying=varying, pipe=pipe
    )
    # An encoder adds up to three frames, which are played.
    assert seconds <= (measure(data) or 0) <= seconds + 3 * 1152 / rate


@pytest.mark.parametrize("seconds", [1.0, 5.0])
def test_mp3_of_frames_alone(seconds: float) -> None:
    count = round(seconds * 44100 / 1152)
    exact = count * 1152 / 44100
    data = mp3_frames(count)
    assert measure(data) == pytest.approx(exact)
    # Tags before and behind it, dirt in its middle, and a frame that is not all there.
    tag = b"ID3\x04\0\0\0\0\x01\x00" + bytes(128)
    assert measure(tag + data + b"TAG" + bytes(125)) == pytest.approx(exact)
    assert measure(data[:4170] + b"\xff\xfb dirt \xff" + data[4170:]) == pytest.approx(exact)
    # A frame of another rate does not belong to it.
    other = b"\xff\xfb\x94\x00".ljust(384, b"\0")
    assert measure(data[:4170] + other + data[4170:]) == pytest.approx(exact)
    assert measure(data[:-5]) == pytest.approx(exact - 1152 / 44100)


@pytest.mark.parametrize("table", [b"Xing", b"Info"])
def test_the_table_before_an_mp3_is_no_sound(table: bytes) -> None:
    data = mp3_frames(50)
    told = data[:36] + table + data[40:]
    assert measure(told) == pytest.approx(49 * 1152 / 44100)


@pytest.mark.parametrize("seconds", LENGTHS)
@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (22050, 1), (44100, 2), (48000, 2)])
@pytest.mark.parametrize("pipe", [False, True])
def test_flac(seconds: float, rate: int, channels: int, pipe: bool) -> None:  # noqa: FBT001 - pytest names them
    data = encoded("flac", "flac", seconds, rate=rate, channels=channels, pipe=pipe)
    assert measure(data) == pytest.approx(seconds, abs=0.001)
    assert measure(b"ID3\x04\0\0\0\0\0\x05tags!" + data) == pytest.approx(seconds, abs=0.001)


def test_a_flac_that_was_cut_short_is_as_long_as_its_frames() -> None:
    data = encoded("flac", "flac", 6)
    seconds = measure(data[: len(data) // 2])
    assert seconds is not None
    assert 2 < seconds < 4


def test_a_flac_counted_by_its_samples() -> None:
    """Three frames of 1000, 500 and 7 samples, as an encoder with varying sizes numbers them."""
    info = struct.pack(">HH6xI", 16, 1000, 16000 << 12 | 15 << 4) + bytes(20)
    # Sound that looks like a frame: once with a number that is not due, once with a wrong checksum.
    sound = _flac_head(9, 300) + _flac_head(1000, 400)[:-1] + b"\0 \xff\xf9 sound"
    frames = [
        _flac_head(number, samples) for number, samples in ((0, 1000), (1000, 500), (1500, 7))
    ]
    data = b"fLaC\x80\0\0\x22" + info + b"".join(frame + sound for frame in frames)
    assert measure(data) == pytest.approx(1507 / 16000)


def _flac_head(number: int, samples: int) -> bytes:
    written = (
        number.to_bytes() if number < 0x80 else bytes((0xC0 | number >> 6, 0x80 | number & 63))
    )
    head = b"\xff\xf9\x70\x08" + written + struct.pack(">H", samples - 1)
    return head + bytes([_crc(head)])


def _crc(data: bytes) -> int:
    crc = int.from_bytes(data) << 8
    for bit in reversed(range(8, crc.bit_length())):
        if crc >> bit & 1:
            crc ^= 0x107 << bit - 8
    return crc


@pytest.mark.parametrize(
    ("kind", "codec"), [("ogg", "libopus"), ("ogg", "flac"), ("mp4", "aac"), ("mov", "alac")]
)
def test_what_else_can_be_read(kind: str, codec: str) -> None:
    data = encoded(kind, codec, 2.42, rate=48000, pipe=kind == "ogg")
    assert measure(data) == pytest.approx(2.42, abs=0.06)


def test_a_decoder_agrees() -> None:
    for kind, codec in (("mp3", "libmp3lame"), ("flac", "flac")):
        data = encoded(kind, codec, 2.42)
        assert measure(data) == pytest.approx(len(decoded(data)) / 24000, abs=0.05)


@pytest.mark.parametrize(
    "data",
    [
        b"not sound at all",
        wav(1)[:30],
        b"RIFF\0\0\0\0WAVEdata\x10\0\0\0" + bytes(16),
        b"\xff\xfb\x90\x00" + bytes(10),
        b"fLaC",
        b"fLaC\x80\0\0\x22" + bytes(34),
        b"fLaC\x80\0\0\x22" + bytes(10) + b"\x0b\xb8\x01\xf0" + bytes(20) + b"no frame",
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
        # Four hours of nothing at one byte a second.
        wav(1)[:24] + b"\x01\0\0\0\x01\0\0\0\x01\0\x08\0data\xff\xff\xff\xff" + bytes(14400),
    ],
    ids=range(9),
)
def test_what_cannot_be_measured_is_not_guessed(data: bytes) -> None:
    assert measure(data) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        wav(0),
        streamed(wav(0)),
        # Its first block is its last, and nothing follows.
        b"fLaC\x80\0\0\x22" + bytes(10) + b"\x0b\xb8\x01\xf0" + bytes(20),
    ],
    ids=["nothing", "wav", "streamed wav", "flac"],
)
def test_a_clip_without_sound_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="no sound"):
        measure(data)


CLIPS = {
    "wav": streamed(wav(0.5)),
    "mp3": encoded("mp3", "libmp3lame", 0.5),
    "flac": encoded("flac", "flac", 0.5),
    "ogg": encoded("ogg", "libopus", 0.5, rate=48000),
}


def _is_harmless(data: bytes) -> bool:
    try:
        seconds = measure(data)
    except ValueError as error:
        return str(error) == "The engine made no sound"
    return seconds is None or 0 < seconds <= 300


@settings(max_examples=200)
@given(st.sampled_from(sorted(CLIPS)), st.floats(0, 1))
def test_no_clip_that_was_cut_short_is_too_much(name: str, share: float) -> None:
    data = CLIPS[name][: round(len(CLIPS[name]) * share)]
    assert _is_harmless(data)
    # The pages of an Ogg are a second long.
    if share > 0.5 and name != "ogg":
        assert 0.05 < (measure(data) or 0) < 0.6


@settings(max_examples=200)
@given(
    st.sampled_from(
        [b"", b"RIFF\0\0\0\0WAVE", b"fLaC", b"ID3", b"\xff\xfb\x90\0", b"OggS", b"ftyp"]
    ),
    st.binary(max_size=2000),
)
@example(b"", b"\xff" * 2000)
def test_no_garbage_is_too_much(start: bytes, rest: bytes) -> None:
    assert _is_harmless(start + rest)


@settings(max_examples=200)
@given(st.sampled_from(sorted(CLIPS)), st.data())
def test_no_clip_with_a_wrong_byte_is_too_much(name: str, data: st.DataObject) -> None:
    changed = bytearray(CLIPS[name])
    for position in data.draw(st.lists(st.integers(0, 100), min_size=1, max_size=5)):
        changed[position] = data.draw(st.integers(0, 255))
    assert _is_harmless(bytes(changed))
