"""Silence around a clip, for speakers that swallow first or last words."""

from array import array
import io
import os
from pathlib import Path
import struct
import sys
from typing import Any, override
import wave

from homeassistant.components import tts
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.knot_coach.announce import padding
from custom_components.knot_coach.announce.measure import measure
from custom_components.knot_coach.announce.padding import keep_padded, pad
from custom_components.knot_coach.announce.synthesis import (
    Clip,
    Synthesis,
    Voice,
    engine_voice,
    satellite_voice,
)
from tests.announce.sounds import RATE, decoded, encoded, mp3_frames, streamed, wav
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakePlayer, FakeSatellite, FakeTTS, setup_stack

PRESS = "Press with two fingers."
BREATHE = "Breathe in slowly and let your shoulders drop."


def samples_of(data: bytes) -> bytes:
    with wave.open(io.BytesIO(data)) as file:
        samples: bytes = file.readframes(file.getnframes())
        return samples


@pytest.mark.parametrize(("width", "channels"), [(1, 1), (2, 1), (2, 2), (3, 1), (4, 2)])
def test_a_wav_gets_silent_samples(width: int, channels: int) -> None:
    data = wav(1, width=width, channels=channels)
    padded = pad(streamed(data), 0.4, 0.2)
    assert padded is not None
    assert (padded.extension, padded.lead_in, padded.tail) == ("wav", 0.4, 0.2)
    silence = b"\x80" if width == 1 else bytes(1)
    block = width * channels
    assert samples_of(padded.sound) == (
        silence * (round(0.4 * RATE) * block)
        + samples_of(data)
        + silence * (round(0.2 * RATE) * block)
    )
    assert measure(padded.sound) == pytest.approx(1.6, abs=0.001)


def test_a_wav_keeps_the_form_of_its_samples() -> None:
    sound = array("f", [0.5] * 800).tobytes()
    form = struct.pack("<HHIIHH", 3, 1, 8000, 32000, 4, 32)
    extensible = struct.pack("<HHIIHH", 0xFFFE, 1, 8000, 32000, 4, 32) + struct.pack(
        "<HHIH14x", 22, 32, 0, 3
    )
    for layout in (form, form + b"\0\0\0", extensible):
        chunk = struct.pack("<4sI", b"fmt ", len(layout)) + layout + bytes(len(layout) % 2)
        header = struct.pack("<4sI4s", b"RIFF", 20 + len(layout) + 3200, b"WAVE")
        # The last sample is not all there.
        data = header + chunk + struct.pack("<4sI", b"data", 3202) + sound + b"\0\0"
        padded = pad(data, 0.1, 0.0)
        assert padded is not None
        assert layout in padded.sound
        assert padded.sound.endswith(struct.pack("<I", 6400) + bytes(3200) + sound)


@pytest.mark.parametrize(("rate", "channels"), [(16000, 1), (24000, 1), (44100, 2), (48000, 1)])
@pytest.mark.parametrize("pipe", [False, True])
def test_an_mp3_gets_silent_frames(rate: int, channels: int, pipe: bool) -> None:  # noqa: FBT001 - pytest names it
    data = encoded("mp3", "libmp3lame", 1, rate=rate, channels=channels, varying=pipe, pipe=pipe)
    padded = pad(data, 0.4, 0.2)
    assert padded is not None
    assert padded.extension == "mp3"
    for silence, wanted in ((padded.lead_in, 0.4), (padded.tail, 0.2)):
        assert wanted <= silence < wanted + 1152 / rate
    speech, sound = decoded(data), decoded(padded.sound)
    before, after = round(padded.lead_in * rate), round(padded.tail * rate)
    # What the first frame says is heard one frame later.
    assert max(map(abs, sound[:before])) < 5
    assert max(map(abs, sound[1152 - after :])) < 5
    assert len(sound) == before + len(speech) + after or not pipe
    if pipe:
        # A player that is told so by the table leaves out the encoder's own silence.
        assert sound[before : before + len(speech)] == speech
    assert measure(padded.sound) == pytest.approx(
        padded.lead_in + (measure(data) or 0) + padded.tail
    )


def test_an_mp3_of_frames_with_checksums() -> None:
    data = (b"\xff\xfa\x92\x00".ljust(418, b"\0") + b"\xff\xfa\x90\x00".ljust(417, b"\0")) * 20
    padded = pad(data, 0.1, 0.0)
    assert padded is not None
    assert padded.sound == mp3_frames(4) + data


@pytest.mark.parametrize(
    ("kind", "codec", "channels"), [("flac", "flac", 1), ("flac", "flac", 2), ("ogg", "libopus", 1)]
)
def test_other_sound_becomes_a_wav(kind: str, codec: str, channels: int) -> None:
    data = encoded(kind, codec, 1, rate=48000, channels=channels)
    padded = pad(data, 0.5, 0.25)
    assert padded is not None
    assert (padded.extension, padded.lead_in, padded.tail) == ("wav", 0.5, 0.25)
    sound, speech = decoded(padded.sound), decoded(data)
    assert not any(sound[:24000])
    assert not any(sound[-12000:])
    assert sound[24000:-12000] == speech
    assert padded.sound[22] == channels


def test_a_wav_in_another_encoding_becomes_one_that_can_be_silent() -> None:
    data = encoded("wav", "pcm_mulaw", 1, rate=8000)
    padded = pad(data, 0.5, 0.0)
    assert padded is not None
    assert samples_of(padded.sound)[:8000] == bytes(8000)
    assert measure(padded.sound) == pytest.approx(1.5, abs=0.001)


def test_without_a_decoder_other_sound_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded("flac", "flac", 1)
    monkeypatch.setitem(sys.modules, "av", None)
    assert pad(data, 0.5, 0.5) is None
    assert pad(wav(1), 0.5, 0.5) is not None


@pytest.mark.parametrize("data", [b"garbage" * 100, b"fLaC", wav(1)[:30]], ids=range(3))
def test_garbage_is_left_as_it_is(data: bytes) -> None:
    assert pad(data, 0.5, 0.5) is None


def test_a_clip_is_kept_under_a_name_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    kept = [keep_padded(folder, wav(1), lead_in, 0.2) for lead_in in (0.4, 0.4, 0.3)]
    assert kept[0] == kept[1]
    assert kept[0] is not None
    assert kept[2] is not None
    assert sorted(folder.iterdir()) == sorted({kept[0].path, kept[2].path})
    assert measure(kept[0].path.read_bytes()) == pytest.approx(1.6, abs=0.001)
    assert keep_padded(folder, b"garbage", 1.0, 1.0) is None


def test_a_clip_that_could_not_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        keep_padded(tmp_path, wav(1), 0.4, 0.2)
    assert not list(tmp_path.iterdir())


def test_clips_that_were_not_used_for_long_make_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(padding, "KEPT_BYTES", 100_000)
    paths = [_kept(tmp_path, 0.1 * count) for count in range(1, 4)]
    # About 35 kB each. The second was used a week ago, the first yesterday and is used again now.
    os.utime(paths[0], (1e9, 1e9 - 86_400))
    os.utime(paths[1], (1e9, 1e9 - 7 * 86_400))
    os.utime(paths[2], (1e9, 1e9))
    assert _kept(tmp_path, 0.1) == paths[0]
    newest = _kept(tmp_path, 0.5)
    assert sorted(tmp_path.iterdir()) == sorted([paths[0], newest])
    # What a session that runs may use stays, however much it is.
    more = [_kept(tmp_path, 0.6 + 0.1 * count) for count in range(6)]
    assert sorted(tmp_path.iterdir()) == sorted([paths[0], newest, *more])


def _kept(folder: Path, lead_in: float) -> Path:
    kept = keep_padded(folder, wav(1), lead_in, 0.0)
    assert kept is not None
    return kept.path


def folder_of(hass: HomeAssistant) -> Path:
    return Path(hass.config.cache_path("knot_coach"))


def files_of(hass: HomeAssistant) -> list[Path]:
    return sorted(folder_of(hass).iterdir())


async def clip_of(hass: HomeAssistant, clip: Clip) -> bytes:
    """Fetch a clip as a player does that is given its media id."""
    stream = tts.async_get_stream(hass, clip.media_id.rpartition("/")[2])
    assert stream is not None
    return b"".join([chunk async for chunk in stream.async_stream_result()])


def voice_of(hass: HomeAssistant) -> Voice:
    voice = engine_voice(hass, None, None, None)
    assert voice is not None
    return voice


class OtherTTS(FakeTTS):
    """An engine that makes sound of another format, and says nothing of formats."""

    def __init__(self, extension: str, sound: bytes) -> None:
        super().__init__()
        self._attr_supported_options = []
        self._attr_default_options = {tts.ATTR_PREFERRED_FORMAT: extension}
        self.extension, self.sound = extension, sound

    @override
    async def async_get_tts_audio(
        self, message: str, language: str, options: dict[str, Any]
    ) -> tts.TtsAudioType:
        self.calls.append((message, language, dict(options)))
        return self.extension, self.sound


async def test_without_silence_nothing_is_kept(hass: HomeAssistant) -> None:
    await setup_stack(hass)
    synthesis = Synthesis(hass)
    clip = await synthesis.async_clip(voice_of(hass), PRESS)
    assert clip.seconds == clip.whole == pytest.approx(1.6)
    assert not clip.padded
    with pytest.raises(FileNotFoundError):
        files_of(hass)


async def test_a_player_plays_the_silence(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    stack = await setup_stack(hass, player := FakePlayer())
    clip = await Synthesis(hass).async_clip(voice_of(hass), PRESS, lead_in=0.5, tail=0.3)
    assert clip.seconds == pytest.approx(0.5 + 1.6)
    assert clip.whole == pytest.approx(0.5 + 1.6 + 0.3)
    assert (clip.lead_in, clip.tail, clip.padded) == (0.5, 0.3, True)
    data = await clip_of(hass, clip)
    assert samples_of(data)[:8000] == bytes(8000)
    assert samples_of(data)[8000:].startswith(PRESS.encode())
    await hass.services.async_call(
        "media_player",
        "play_media",
        {
            "entity_id": player.entity_id,
            "media_content_id": clip.media_id,
            "media_content_type": "music",
            "announce": True,
        },
        blocking=True,
    )
    await virtual_time.run_until(lambda: player.texts, 10)
    [heard] = player.heard
    assert heard.text == PRESS
    assert heard.ended is not None
    assert heard.ended - heard.began == pytest.approx(clip.whole, abs=0.01)
    assert len(stack.tts.calls) == 1


async def test_a_satellite_plays_the_silence_and_shows_the_text(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    satellite = FakeSatellite()
    satellite._attr_tts_options = {"preferred_format": "wav", "voice": "brisk"}
    stack = await setup_stack(hass, satellite)
    voice = satellite_voice(hass, satellite.entity_id)
    assert voice is not None
    clip = await Synthesis(hass).async_clip(voice, PRESS, lead_in=0.5, tail=0.3)
    data = {
        "entity_id": satellite.entity_id,
        "message": PRESS,
        "media_id": clip.media_id,
        "preannounce": False,
    }
    task = hass.async_create_task(
        hass.services.async_call("assist_satellite", "announce", data, blocking=True)
    )
    assert await virtual_time.run_until(task.done, 10) == pytest.approx(2.4, abs=0.01)
    await task
    assert satellite.texts == [PRESS]
    assert [said.message for said in satellite.announcements] == [PRESS]
    assert [(text, options["voice"]) for text, _, options in stack.tts.calls] == [(PRESS, "brisk")]


@pytest.mark.filterwarnings("ignore:It is recommended to use web.RequestKey")
@pytest.mark.parametrize(
    ("engine", "content_type"),
    [
        (FakeTTS(), "audio/x-wav"),
        (OtherTTS("mp3", encoded("mp3", "libmp3lame", 1)), "audio/mpeg"),
        (OtherTTS("flac", encoded("flac", "flac", 1)), "audio/x-wav"),
    ],
    ids=["wav", "mp3", "flac"],
)
async def test_what_is_served_has_the_right_type_and_is_not_converted(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    engine: FakeTTS,
    content_type: str,
) -> None:
    await setup_stack(hass, engine)
    assert await async_setup_component(hass, "http", {})
    clip = await Synthesis(hass).async_clip(voice_of(hass), PRESS, lead_in=0.5, tail=0.5)
    client = await hass_client_no_auth()
    response = await client.get(f"/api/tts_proxy/{clip.media_id.rpartition('/')[2]}")
    assert response.status == 200
    assert response.headers["Content-Type"] == content_type
    assert measure(await response.read()) == pytest.approx(clip.whole)
    assert len(engine.calls) == 1


async def test_what_cannot_be_padded_is_played_as_it_is_and_said_once(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    engine = OtherTTS("flac", b"a sound that nobody knows" * 20)
    await setup_stack(hass, engine)
    synthesis = Synthesis(hass)
    for text in (PRESS, BREATHE, PRESS):
        clip = await synthesis.async_clip(voice_of(hass), text, lead_in=0.5, tail=0.5)
        assert clip.seconds == clip.whole == pytest.approx(0.065 * len(text))
        assert not clip.padded
        assert await clip_of(hass, clip) == engine.sound
    assert caplog.text.count("without silence around them, because of its format") == 1


def put_in_the_way(folder: Path) -> Path:
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("no folder")
    return folder


async def test_a_disk_that_is_full_costs_the_silence_and_not_the_line(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    await setup_stack(hass)
    synthesis = Synthesis(hass)
    obstacle = put_in_the_way(folder_of(hass))
    for _ in range(2):
        clip = await synthesis.async_clip(voice_of(hass), PRESS, lead_in=0.5)
        assert not clip.padded
        assert clip.seconds == pytest.approx(1.6)
    assert caplog.text.count("without silence around them, because") == 1
    obstacle.unlink()
    assert (await synthesis.async_clip(voice_of(hass), PRESS, lead_in=0.5)).padded


async def test_a_kept_clip_is_found_again(hass: HomeAssistant) -> None:
    stack = await setup_stack(hass)
    for synthesis in (Synthesis(hass), Synthesis(hass)):
        for _ in range(2):
            clip = await synthesis.async_clip(voice_of(hass), PRESS, lead_in=0.5)
            assert clip.seconds == pytest.approx(2.1)
    [file] = files_of(hass)
    # Somebody tidied up.
    file.unlink()
    clip = await synthesis.async_clip(voice_of(hass), PRESS, lead_in=0.5)
    assert measure(await clip_of(hass, clip)) == pytest.approx(2.1)
    assert files_of(hass) == [file]
    assert len(stack.tts.calls) == 1
