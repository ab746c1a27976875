"""Lines are made ahead, and a voice that is lost is noticed."""

from homeassistant.components.assist_pipeline.runtime import KEY_ASSIST_PIPELINE
import pytest

from custom_components.knot_coach.announce import NoOutputError, Output
from custom_components.knot_coach.massage.wording import Line
from tests.announce.mouth import BREATHE, PRESS, STOP, Build
from tests.voice_stack import FakePlayer, FakeSatellite, FakeTTS, Fault


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


async def test_the_pipeline_that_is_chosen_for_the_satellite_gives_the_voice(build: Build) -> None:
    satellite = FakeSatellite()
    satellite._attr_pipeline_entity_id = "select.pipeline"
    mouth = await build(FakeTTS("first"), FakeTTS("second"), satellite)
    first, second = mouth.stack.engines
    await mouth.hass.data[KEY_ASSIST_PIPELINE].pipeline_store.async_create_item(
        {
            "name": "Quiet",
            "language": "en",
            "conversation_engine": "conversation.home_assistant",
            "conversation_language": "en",
            "stt_engine": None,
            "stt_language": None,
            "tts_engine": second.entity_id,
            "tts_language": "en",
            "tts_voice": "calm",
            "wake_word_entity": None,
            "wake_word_id": None,
        }
    )
    for choice in ("preferred", "Quiet"):
        mouth.hass.states.async_set("select.pipeline", choice)
        await mouth.announcer.async_warm([Line("a", PRESS)])
        mouth.say(1, PRESS)
        await mouth.settle(len(mouth.reports) + 1)
    assert [len(engine.calls) for engine in (first, second)] == [1, 1]
    assert second.calls[0][2]["voice"] == "calm"
    assert satellite.texts == [PRESS, PRESS]


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
    satellite.fault = Fault.HANGS
    monkeypatch.setattr("custom_components.knot_coach.announce.synthesis.measure", lambda _: None)
    mouth = await build(satellite)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("failed", 1)]
    assert mouth.reports[0][2] == pytest.approx(2 * 0.065 * len(PRESS) + 8, abs=0.05)
