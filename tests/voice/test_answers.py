"""What is said while a gate or the next-day question is open."""

import pytest

from custom_components.knot_coach.massage.messages import Answer, Command, Question, Tier
from custom_components.knot_coach.voice.meanings import (
    AnswerHeard,
    CommandHeard,
    NoHarderHeard,
    Situation,
    StopHeard,
)
from custom_components.knot_coach.voice.understanding import understand
from tests.voice.fake_coach import ENGLISH

CALF = Situation(live=True, question=Question.GATE)
"""Is one calf newly swollen, warm, red, or sore without a reason?"""
CHEST = Situation(live=True, question=Question.GATE, gate_opens_on_yes=True)
"""Is this a muscle ache you can find by touch, with no breathlessness, sweating …?"""
HEALTH = Situation(live=True, question=Question.HEALTH)
NEXT_DAY = Situation(live=True, question=Question.NEXT_DAY)


@pytest.mark.parametrize(
    ("text", "chest", "calf"),
    [
        ("yes", Answer.YES, Answer.YES),
        ("Yes, it is.", Answer.YES, Answer.YES),
        ("yeah, it's just a muscle ache", Answer.YES, Answer.YES),
        ("no", Answer.NO, Answer.NO),
        ("no it isn't", Answer.NO, Answer.NO),
        ("not sure", Answer.UNSURE, Answer.UNSURE),
        ("I think so", Answer.UNSURE, Answer.UNSURE),
        # too weak a yes, or a no to something else: it is asked again
        ("okay", None, Answer.YES),
        ("go ahead", None, Answer.YES),
        ("a bit", None, Answer.YES),
        ("yes a little", None, Answer.YES),
        ("there is", None, Answer.YES),
        ("nothing", None, Answer.NO),
        ("no swelling", None, Answer.NO),
        ("not numb", None, Answer.NO),
        ("no fever at all today", None, Answer.YES),
        ("I'm fine", None, None),
        ("yes, and it is Tuesday", None, Answer.YES),
        ("yes, with no breathlessness or sweating", Answer.YES, Answer.YES),
        # a concern is a yes to one and a no to the other
        ("yes but my arm is tingling", Answer.NO, Answer.YES),
        ("it tingles", Answer.NO, Answer.YES),
        ("yes but I am sweating", Answer.NO, Answer.YES),
        ("the pain is spreading to my back", Answer.NO, Answer.YES),
        ("I have a fever", Answer.NO, Answer.YES),
        ("I fell on it", Answer.NO, Answer.YES),
        ("it wakes me at night", Answer.NO, Answer.YES),
        ("it's red and warm", None, Answer.YES),
        ("it is sore", None, Answer.YES),
        ("no fever but a rash", None, Answer.YES),
        ("the weather", None, None),
        ("hit the lights", None, None),
    ],
)
def test_a_gate(text: str, chest: Answer | None, calf: Answer | None) -> None:
    assert understand(text, ENGLISH, CHEST) == (AnswerHeard(chest) if chest else None)
    assert understand(text, ENGLISH, CALF) == (AnswerHeard(calf) if calf else None)


@pytest.mark.parametrize("situation", [CHEST, CALF])
@pytest.mark.parametrize("text", ["turn the lamp blue", "my sister is dizzy", "she has chest pain"])
def test_a_mention_closes_no_gate(text: str, situation: Situation) -> None:
    """A gate that closes locks, so it is asked what was meant (massage.md §4.8)."""
    heard = understand(text, ENGLISH, situation)
    assert isinstance(heard, StopHeard)
    assert not heard.phrase.certain


@pytest.mark.parametrize("question", [Question.HEAT, Question.SKIN, Question.WRONG, Question.SIDE])
def test_how_a_calf_looks_answers_nothing_else(question: Question) -> None:
    situation = Situation(live=True, question=question)
    assert understand("it's warm and red", ENGLISH, situation) is None
    assert understand("it's too hot", ENGLISH, situation) == CommandHeard(Command.TOO_HOT)


@pytest.mark.parametrize("situation", [CHEST, CALF, HEALTH])
@pytest.mark.parametrize(
    "text",
    ["I can't breathe", "yes, my chest is tight", "I'm breathless", "I have pressure in my chest"],
)
def test_an_emergency_at_a_gate_is_the_emergency_itself(text: str, situation: Situation) -> None:
    heard = understand(text, ENGLISH, situation)
    assert isinstance(heard, StopHeard)
    assert (heard.phrase.tier, heard.phrase.certain) == (Tier.A, True)


@pytest.mark.parametrize(
    "text",
    [
        "I fell on my shoulder yesterday",
        "I had a fall",
        "it wakes me at night",
        "it keeps me awake every night",
        "I had an accident",
        "I twisted my neck, I banged it",
        "my ankle is infected",
    ],
)
def test_a_fall_and_a_bad_night_are_a_yes_to_the_health_question(text: str) -> None:
    assert understand(text, ENGLISH, HEALTH) == AnswerHeard(Answer.YES)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("fine", Answer.NORMAL),
        ("normal", Answer.NORMAL),
        ("it's back to normal", Answer.NORMAL),
        ("all good", Answer.NORMAL),
        ("okay", Answer.NORMAL),
        ("it's much better", Answer.NORMAL),
        ("not sore at all", Answer.NORMAL),
        ("a bit sore", Answer.BIT_SORE),
        ("it's a little tender", Answer.BIT_SORE),
        ("sore", Answer.BIT_SORE),
        ("tender", Answer.BIT_SORE),
        ("still a bit stiff", Answer.BIT_SORE),
        ("very sore", Answer.VERY_SORE),
        ("it's really sore", Answer.VERY_SORE),
        ("it still hurts a lot", Answer.VERY_SORE),
        ("bruised", Answer.BRUISED),
        ("there is a bruise", Answer.BRUISED),
        ("I've got a small bruise", Answer.BRUISED),
        ("it's a bit bruised", Answer.BRUISED),
    ],
)
def test_the_next_day(text: str, answer: Answer) -> None:
    assert understand(text, ENGLISH, NEXT_DAY) == AnswerHeard(answer)
    for situation in (Situation(live=True), Situation(live=True, question=Question.SKIN)):
        heard = understand(text, ENGLISH, situation)
        sore = answer is not Answer.NORMAL
        assert not isinstance(heard, AnswerHeard) or (heard.answer is Answer.NO) == sore


@pytest.mark.parametrize("text", ["left", "dull", "six", "the weather", "how is it"])
def test_what_does_not_tell_of_the_next_day(text: str) -> None:
    assert understand(text, ENGLISH, NEXT_DAY) is None


def test_a_stop_word_and_a_command_count_on_the_next_day_too() -> None:
    heard = understand("my arm has gone numb", ENGLISH, NEXT_DAY)
    assert isinstance(heard, StopHeard)
    assert heard.phrase.certain
    assert understand("not numb", ENGLISH, NEXT_DAY) == AnswerHeard(Answer.NO)
    assert understand("stop", ENGLISH, NEXT_DAY) == CommandHeard(Command.STOP)


@pytest.mark.parametrize(
    "text", ["don't go harder", "do not press any deeper", "no harder", "not any firmer"]
)
def test_enough_is_never_more(text: str) -> None:
    assert understand(text, ENGLISH, Situation(live=True)) == NoHarderHeard()


@pytest.mark.parametrize(
    "text", ["left and right", "the left and right side", "both", "both sides"]
)
def test_left_and_right_are_both(text: str) -> None:
    side = Situation(live=True, question=Question.SIDE)
    assert understand(text, ENGLISH, side) == AnswerHeard(Answer.BOTH)


@pytest.mark.parametrize("situation", [HEALTH, CALF, CHEST])
@pytest.mark.parametrize(
    "text",
    ["not swollen but warm", "no swelling but it is red", "no weakness but my bladder is funny"],
)
def test_to_deny_one_thing_is_no_plain_no(text: str, situation: Situation) -> None:
    """Only a known no lets anybody go on; what it leaves open is asked again."""
    assert understand(text, ENGLISH, situation) != AnswerHeard(Answer.NO)
