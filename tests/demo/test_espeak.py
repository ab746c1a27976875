"""The voice really speaks."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from dev.custom_components.knot_demo.espeak import VOICES, EspeakError, sample_rate, speak

CUE = (
    "Bring your left hand across. Rest your fingers on top of your right shoulder. "
    "Walk your fingers from the shoulder towards the neck. Stop where it feels tight."
)
LOUD = 1000
"""A sample that nobody could miss."""


@pytest.mark.parametrize("voice", VOICES)
def test_every_voice_is_loud_and_calm(voice: str) -> None:
    clip = speak(CUE, voice)
    assert clip.rate == sample_rate() == 22_050
    assert max(clip.samples) > LOUD
    assert 110 < len(CUE.split()) / clip.seconds * 60 < 140


def test_a_line_ends_when_its_last_word_does() -> None:
    clip = speak("Slowly let go. Three, two, one.")
    last = max(at for at, sample in enumerate(clip.samples) if abs(sample) > LOUD // 4)
    assert clip.seconds - last / clip.rate < 0.08


def test_the_pace_can_be_chosen_within_reason() -> None:
    slow, calm, quick = (speak(CUE, words_per_minute=pace).seconds for pace in (1, 115, 200))
    assert slow > calm > quick


def test_two_texts_at_once_do_not_mix() -> None:
    texts = [CUE, "Halfway.", CUE, "Ten seconds."] * 3
    alone = [len(speak(text).samples) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = [len(clip.samples) for clip in pool.map(speak, texts)]
    assert together == pytest.approx(alone, rel=0.01)


def test_a_voice_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(EspeakError):
        speak("Hello.", "martian")
