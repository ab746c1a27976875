"""Lines are made ahead, and a voice that is lost is noticed."""

from typing import Any

from homeassistant.components.assist_pipeline import async_get_pipeline, async_update_pipeline
from homeassistant.components.assist_pipeline.runtime import KEY_ASSIST_PIPELINE
import pytest

from custom_components.knot_coach.announce import NoOutputError, Output, SpeakerProfile
from custom_components.knot_coach.announce.measure import measure
from custom_components.knot_coach.announce.synthesis import Synthesis, engine_voice
from custom_components.knot_coach.massage.wording import Line
from tests.announce.mouth import BREATHE, COUNT, PRESS, STOP, Build, Mouth
from tests.voice_stack import FakePlayer, FakeSatellite, FakeTTS, clip_seconds


async def test_warm_lines_are_made_once_with_the_options_of_the_satellite(build: Build) -> None:
    satellite = FakeSatellite()
    satellite._attr_tts_options = {"preferred_format": "wav", "voice": "brisk"}
    mouth = await build(satellite)
    engine = mouth.stack.tts
    lines = [Line("a", BREATHE), Line("b", PRESS)]
    await mouth.announcer.async_warm(lines)
    assert [text for text, _, _ in engine.calls] == [BREATHE, PRESS]
    assert engine.calls[0][2]["voice"] == "brisk"
    engine.broken = True
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    assert len(engine.calls) == 2


async def test_warm_lines_survive_the_memory_of_home_assistant(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    await mouth.announcer.async_warm([Line("a", BREATHE)])
    await mouth.clock.advance(1000)
    mouth.stack.tts.broken = True
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]


async def test_warm_uses_the_voice_of_a_player(build: Build) -> None:
    first, second, player = FakeTTS("first"), FakeTTS("second"), FakePlayer()
    mouth = await build(
        first,
        second,
        player,
        outputs=[
            Output("media_player.player_kitchen", "tts.tts_second", language="de", voice="calm")
        ],
    )
    await mouth.announcer.async_warm([Line("a", PRESS)])
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert not first.calls
    [(text, language, options)] = second.calls
    assert (text, language, options["voice"]) == (PRESS, "de", "calm")
    [(_, media_id, extra)] = player.calls
    assert media_id.startswith("media-source://tts/")
    assert extra["announce"] is True
    assert not player.volumes


async def test_warm_refuses_when_there_is_nothing_to_speak_through(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    satellite.set_available(False)
    with pytest.raises(NoOutputError) as error:
        await mouth.announcer.async_warm([Line("a", PRESS)])
    assert (error.value.translation_domain, error.value.translation_key) == (
        "knot_coach",
        "no_output",
    )


async def test_warm_refuses_when_the_voice_is_lost(build: Build) -> None:
    mouth = await build(FakeSatellite())
    mouth.stack.tts.broken = True
    with pytest.raises(NoOutputError) as error:
        await mouth.announcer.async_warm([Line("a", PRESS), Line("b", BREATHE)])
    assert error.value.translation_key == "speech_failed"
    assert len(mouth.stack.tts.calls) == 1


async def test_warm_goes_on_after_a_later_line_that_fails(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.stack.tts.broken = {PRESS}
    await mouth.announcer.async_warm([Line("a", BREATHE), Line("b", PRESS), Line("c", STOP)])
    assert [text for text, _, _ in mouth.stack.tts.calls] == [BREATHE, PRESS, STOP]
    mouth.stack.tts.broken = False
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert satellite.texts == [PRESS]


async def test_a_line_that_cannot_be_synthesised_fails_and_is_not_silence(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.stack.tts.broken = {PRESS}
    mouth.say(1, PRESS)
    mouth.say(2, BREATHE)
    await mouth.settle(2)
    assert mouth.outcomes == [("failed", 1), ("spoken", 2)]


async def test_an_engine_that_hangs_is_given_up(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.stack.tts.delay = 1000
    mouth.say(1, PRESS)
    await mouth.settle(1, 60)
    assert mouth.outcomes == [("failed", 1)]


async def add_pipeline(mouth: Mouth, name: str, engine: FakeTTS, voice: str) -> None:
    await mouth.hass.data[KEY_ASSIST_PIPELINE].pipeline_store.async_create_item(
        {
            "name": name,
            "language": "en",
            "conversation_engine": "conversation.home_assistant",
            "conversation_language": "en",
            "stt_engine": None,
            "stt_language": None,
            "tts_engine": engine.entity_id,
            "tts_language": "en",
            "tts_voice": voice,
            "wake_word_entity": None,
            "wake_word_id": None,
        }
    )


async def test_the_pipeline_that_is_chosen_for_the_satellite_gives_the_voice(build: Build) -> None:
    satellite = FakeSatellite()
    satellite._attr_pipeline_entity_id = "select.pipeline"
    mouth = await build(FakeTTS("first"), FakeTTS("second"), satellite)
    first, second = mouth.stack.engines
    await add_pipeline(mouth, "Quiet", second, "calm")
    for choice in ("preferred", "Quiet"):
        mouth.hass.states.async_set("select.pipeline", choice)
        await mouth.announcer.async_warm([Line("a", PRESS)])
        mouth.say(1, PRESS)
        await mouth.settle(len(mouth.reports) + 1)
    assert [len(engine.calls) for engine in (first, second)] == [1, 1]
    assert second.calls[0][2]["voice"] == "calm"
    assert satellite.texts == [PRESS, PRESS]


async def test_a_satellite_whose_choice_of_pipeline_is_missing_does_not_speak(
    build: Build,
) -> None:
    """Home Assistant raises when it is told to, as long as the select is not there."""
    satellite = FakeSatellite()
    satellite._attr_pipeline_entity_id = "select.pipeline"
    mouth = await build(satellite)
    assert not mouth.announcer.available
    mouth.hass.states.async_set("select.pipeline", "preferred")
    assert mouth.announcer.available


LINES = [Line("a", BREATHE), Line("b", PRESS), Line("c", STOP), Line("d", COUNT)]


async def speak_all(mouth: Mouth) -> None:
    """Speak all lines and see that each was heard."""
    begin = len(mouth.reports)
    for number, line in enumerate(LINES):
        mouth.say(number, line.text)
    await mouth.settle(begin + len(LINES))
    # The silence after the last word delays no report.
    await mouth.clock.advance(1)
    assert mouth.outcomes[begin:] == [("spoken", number) for number in range(len(LINES))]


def played(speaker: FakeSatellite | FakePlayer) -> list[float]:
    """Return how long each clip was."""
    return [(heard.ended or 0) - heard.began for heard in speaker.heard]


TEXTS = [line.text for line in LINES]
SILENT = SpeakerProfile(lead_in=0.5, tail=0.3)


@pytest.mark.parametrize("profile", [SpeakerProfile(), SILENT], ids=["bare", "padded"])
@pytest.mark.parametrize(
    "options",
    [None, {"preferred_format": "wav"}, {"preferred_format": "wav", "voice": "brisk"}],
    ids=str,
)
@pytest.mark.parametrize("pipeline", [None, "preferred", "Quiet"])
async def test_a_satellite_speaks_warm_lines_without_its_engine(
    build: Build,
    options: dict[str, object] | None,
    pipeline: str | None,
    profile: SpeakerProfile,
) -> None:
    satellite = FakeSatellite()
    satellite._attr_tts_options = options
    engines = FakeTTS("first"), FakeTTS("second")
    output = Output("assist_satellite.satellite_bedroom", profile=profile)
    mouth = await build(*engines, satellite, outputs=[output])
    await add_pipeline(mouth, "Quiet", engines[1], "calm")
    if pipeline is not None:
        satellite._attr_pipeline_entity_id = "select.pipeline"
        mouth.hass.states.async_set("select.pipeline", pipeline)
    await mouth.announcer.async_warm(LINES)
    for engine in engines:
        engine.broken = True
    # Home Assistant forgets what it has in memory after five minutes.
    await mouth.clock.advance(1000)
    await speak_all(mouth)
    assert satellite.texts == TEXTS
    asked = engines[pipeline == "Quiet"]
    assert [text for text, _, _ in asked.calls] == TEXTS
    assert len(engines[0].calls + engines[1].calls) == len(TEXTS)


@pytest.mark.parametrize("profile", [SpeakerProfile(), SILENT], ids=["bare", "padded"])
@pytest.mark.parametrize(("language", "voice"), [(None, None), ("de", None), ("de", "calm")])
async def test_a_player_speaks_warm_lines_without_its_engine(
    build: Build, language: str | None, voice: str | None, profile: SpeakerProfile
) -> None:
    player = FakePlayer()
    output = Output("media_player.player_kitchen", None, language, voice, profile)
    mouth = await build(player, outputs=[output])
    await mouth.announcer.async_warm(LINES)
    mouth.stack.tts.broken = True
    await mouth.clock.advance(1000)
    await speak_all(mouth)
    assert player.texts == TEXTS
    assert [text for text, _, _ in mouth.stack.tts.calls] == TEXTS


async def test_the_other_output_is_warm_too(build: Build) -> None:
    first, second = FakeTTS("first"), FakeTTS("second")
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(
        first,
        second,
        satellite,
        player,
        outputs=[
            Output("assist_satellite.satellite_bedroom"),
            Output("media_player.player_kitchen", "tts.tts_second", profile=SILENT),
        ],
    )
    await mouth.announcer.async_warm(LINES)
    first.broken = second.broken = True
    await speak_all(mouth)
    satellite.set_available(False)
    await speak_all(mouth)
    assert satellite.texts == player.texts == TEXTS
    assert [text for text, _, _ in first.calls] == [text for text, _, _ in second.calls] == TEXTS


async def test_what_another_voice_said_is_not_taken_for_the_first_one(build: Build) -> None:
    first, second = FakeTTS("first"), FakeTTS("second")
    first.lengths[PRESS], second.lengths[PRESS] = 1.0, 3.0
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(
        first,
        second,
        satellite,
        player,
        outputs=[
            Output("assist_satellite.satellite_bedroom"),
            Output("media_player.player_kitchen", "tts.tts_second"),
        ],
    )
    first.broken = True
    mouth.say(1, PRESS)
    await mouth.settle(1)
    first.broken = False
    # The satellite comes after the others for a minute.
    await mouth.clock.advance(61)
    mouth.say(2, PRESS)
    await mouth.settle(2)
    assert played(satellite) == pytest.approx([1.0], abs=0.01)
    assert played(player) == pytest.approx([3.0], abs=0.01)


async def test_a_voice_that_is_changed_on_the_way_is_heard_from_the_next_line_on(
    build: Build,
) -> None:
    satellite = FakeSatellite()
    mouth = await build(FakeTTS("first"), FakeTTS("second"), satellite)
    first, second = mouth.stack.engines
    second.lengths[PRESS] = 4.0
    pipeline = async_get_pipeline(mouth.hass)
    await mouth.announcer.async_warm([Line("a", PRESS)])
    changes: list[dict[str, Any]] = [
        {},
        {"tts_voice": "brisk"},
        {"tts_voice": "calm"},
        {"tts_engine": second.entity_id},
        {"tts_engine": first.entity_id, "tts_voice": "brisk"},
    ]
    for number, change in enumerate(changes, 1):
        if change:
            await async_update_pipeline(mouth.hass, pipeline, **change)
            pipeline = async_get_pipeline(mouth.hass)
        mouth.say(number, PRESS)
        await mouth.settle(number)
    assert [options.get("voice") for _, _, options in first.calls] == [None, "brisk", "calm"]
    assert [options.get("voice") for _, _, options in second.calls] == ["calm"]
    assert played(satellite) == pytest.approx([1.6, 1.6, 1.6, 4.0, 1.6], abs=0.01)


async def test_a_voice_that_is_lost_is_asked_no_more(build: Build) -> None:
    first, second = FakeTTS("first"), FakeTTS("second")
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(
        first,
        second,
        satellite,
        player,
        outputs=[
            Output("assist_satellite.satellite_bedroom"),
            Output("media_player.player_kitchen", "tts.tts_second"),
        ],
    )
    first.broken = True
    await mouth.announcer.async_warm([Line("a", PRESS)])
    assert len(second.calls) == 1
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert player.texts == [PRESS]
    assert not satellite.heard


async def test_speech_that_cannot_be_measured_is_taken_to_be_as_long_as_its_text(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    satellite = FakeSatellite()
    monkeypatch.setattr("custom_components.knot_coach.announce.synthesis.measure", lambda _: None)
    mouth = await build(satellite)
    for number, text in enumerate((PRESS, BREATHE), 1):
        mouth.say(number, text)
        await mouth.settle(number)
    expected = mouth.expected[2] - mouth.expected[1]
    assert expected == pytest.approx(0.065 * (len(BREATHE) - len(PRESS)))


async def test_a_voice_that_sounds_different_under_the_same_name_is_measured_again(
    build: Build,
) -> None:
    mouth = await build(FakePlayer())
    hass, engine = mouth.hass, mouth.stack.tts
    synthesis = Synthesis(hass)
    voice = engine_voice(hass, None, None, None)
    assert voice is not None
    for seconds in (1.0, 2.5):
        engine.lengths[PRESS] = seconds
        await hass.services.async_call("tts", "clear_cache", blocking=True)
        for lead_in in (0.0, 0.5):
            for _ in range(2):
                clip = await synthesis.async_clip(voice, PRESS, lead_in=lead_in)
                assert clip.seconds == pytest.approx(lead_in + seconds, abs=0.001)
    assert len(engine.calls) == 2


async def test_no_more_is_remembered_than_lengths_and_not_for_ever(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.knot_coach.announce.synthesis.REMEMBERED", 3)
    measured: list[int] = []

    def count(data: bytes) -> float | None:
        measured.append(len(data))
        return measure(data)

    monkeypatch.setattr("custom_components.knot_coach.announce.synthesis.measure", count)
    mouth = await build(FakePlayer())
    synthesis = Synthesis(mouth.hass)
    voice = engine_voice(mouth.hass, None, None, None)
    assert voice is not None
    for text in (*TEXTS[:3], TEXTS[0], TEXTS[3], TEXTS[0], TEXTS[1]):
        clip = await synthesis.async_clip(voice, text)
        assert clip.seconds == pytest.approx(clip_seconds(text), abs=0.001)
    # The second was forgotten in favour of the fourth, the first one was in use.
    assert len(measured) == 5
    assert len(synthesis._known) == 3
    assert len(mouth.stack.tts.calls) == len(TEXTS)
