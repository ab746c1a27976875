"""Texts that must not be understood as they are: no more pressure, no missed stop, no wrong start."""

import pytest

from custom_components.knot_coach.massage.messages import Answer, Command, Question
from custom_components.knot_coach.voice.meanings import (
    AnswerHeard,
    CommandHeard,
    HealthChanged,
    ScoreHeard,
    Situation,
    StartRequest,
    StopHeard,
)
from custom_components.knot_coach.voice.understanding import understand
from tests.voice.fake_coach import ENGLISH

LIVE = Situation(live=True)
PAUSED = Situation(live=True, paused=True)
IDLE = Situation()
EASES = {Command.STOP, Command.PAUSE, Command.LIGHTER, Command.TOO_MUCH, Command.TOO_HOT}


def asking(question: Question) -> Situation:
    """A session that waits for an answer."""
    return Situation(live=True, question=question)


@pytest.mark.parametrize(
    "text",
    [
        # A "no" before it denies nothing.
        "no stop",
        "no, stop",
        "no no no stop",
        "oh no stop it",
        "no please stop",
        "I can't, stop",
        "no it hurts",
        "no, that hurts",
        "no, too much",
        "no, it's too hot",
        "no ouch",
        "no, lighter",
        "no pause",
        "no wait",
        "no that's enough",
        "can't you stop",
        "why won't it stop",
        # A word of the house beside it.
        "the heating pad is too hot",
        "turn the heating pad off",
        "switch the pad off",
        "my heater is too hot",
        "stop, my phone is ringing",
        "stop it, the phone is ringing",
        "that's enough, the phone is ringing",
        "I've had enough, the kids are home",
        "enough now, turn off the light",
        "stop, call a doctor",
        "stop, the kids are in the room",
        "lying on the floor it hurts",
        "this roller hurts too much",
        "ow, turn off the light",
        # A question beside it.
        "what are you doing it hurts",
        "what are you doing stop",
        "what the hell that hurts",
        "how do I stop this",
        # Longer than a sentence.
        "well you know " * 30 + "stop it now",
        # Plain words for the same.
        "abort",
        "halt",
        "don't press so hard",
        "I don't want to do this any more",
        "it's excruciating",
        "I'm in pain",
        "owww",
    ],
)
def test_what_asks_for_less_is_never_missed(text: str) -> None:
    heard = understand(text, ENGLISH, LIVE)
    assert isinstance(heard, StopHeard) or (
        isinstance(heard, CommandHeard) and heard.command in EASES
    )


@pytest.mark.parametrize(
    "text",
    [
        "it's harder to breathe",
        "it is getting harder to breathe",
        "breathing gets harder",
        "breathing is harder",
        "I can hardly feel anything",
        "I can barely feel anything in my hand",
        "I hardly feel anything in my fingers",
        "I hardly feel it any more",
        "it's getting harder",
        "it feels harder now",
        "it's getting stronger",
        "the feeling is much stronger now",
        "harder is bad",
        "the deeper the worse",
        "harder my foot",
        "is it harder",
        "was that harder",
        "that was harder",
        "should I press harder",
        "do I need to press harder",
        "is it okay to go harder",
        "would harder be okay",
        "you said go harder",
        "I would go harder but",
        "work is harder",
        "it's too light in here",
    ],
)
def test_nothing_but_a_plain_wish_asks_for_more_pressure(text: str) -> None:
    assert understand(text, ENGLISH, LIVE) != CommandHeard(Command.HARDER)


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to continue",
        "I don't want to go on",
        "I don't think I can continue",
        "I don't think we should continue",
        "I would rather not continue",
        "I refuse to continue",
        "no need to continue",
        "I'm not ready to continue",
        "I'm not ready to go on",
        "I don't think I'm ready",
        "wait until I'm ready",
        "I'm back in pain",
        "I'm ready to quit",
        "should I continue",
        "is it safe to continue",
        "continue later",
        "let's go on holiday",
        "I don't want to move on",
        "I don't want the next step",
        "I'm not ready for the next step",
        "wait before the next step",
    ],
)
def test_a_pause_does_not_end_by_what_is_no_wish(text: str) -> None:
    assert understand(text, ENGLISH, PAUSED) not in {
        CommandHeard(Command.RESUME),
        CommandHeard(Command.NEXT),
    }


@pytest.mark.parametrize("question", [Question.HEALTH, Question.WRONG])
@pytest.mark.parametrize(
    "text",
    [
        "I don't feel well",
        "I don't feel good",
        "I don't feel right",
        "I'm not well",
        "I'm not fine",
        "I'm not feeling well",
        "I'm not comfortable",
        "not really good",
        "not at all well",
        "I haven't been well",
        "I don't think I'm fine",
        "no I'm not fine",
        "no I feel worse",
        "no, it is getting worse",
        "no help me",
        "no, I'm pregnant",
        "is it fine",
        "it's fine but too much",
    ],
)
def test_who_is_not_well_does_not_say_no(text: str, question: Question) -> None:
    assert understand(text, ENGLISH, asking(question)) != AnswerHeard(Answer.NO)


@pytest.mark.parametrize("question", [Question.HEAT, Question.SKIN])
@pytest.mark.parametrize(
    "text",
    [
        "something is wrong",
        "something's wrong",
        "I am pregnant",
        "there is a bruise",
        "yes it's red",
        "yes a bit red",
        "fine but a bit red, yes",
        "yes I was sleeping",
        "yes off",
        "turn it on later",
        "yes later",
        "yes tomorrow",
        "do it later",
        "do I have to",
        "are you sure",
        "sure about what",
        "I have to think",
    ],
)
def test_heat_needs_a_plain_yes_for_now(text: str, question: Question) -> None:
    assert understand(text, ENGLISH, asking(question)) != AnswerHeard(Answer.YES)


@pytest.mark.parametrize(
    "text",
    [
        "comfortable but too warm",
        "it's fine but it really hurts",
        "comfortable but red",
        "is it comfortable",
        "it was comfortable before",
        "should be fine",
    ],
)
def test_skin_is_comfortable_only_where_nothing_else_is_said(text: str) -> None:
    assert understand(text, ENGLISH, asking(Question.SKIN)) != AnswerHeard(Answer.YES)


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        ("anything but dull", Question.ACHE, Answer.DULL),
        ("is it dull", Question.ACHE, Answer.DULL),
        ("is that normal", Question.NEXT_DAY, Answer.NORMAL),
        ("it would be normal", Question.NEXT_DAY, Answer.NORMAL),
        ("left, I mean right", Question.SIDE, Answer.LEFT),
    ],
)
def test_an_answer_is_no_question_and_not_taken_back(
    text: str, question: Question, answer: Answer
) -> None:
    assert understand(text, ENGLISH, asking(question)) != AnswerHeard(answer)


@pytest.mark.parametrize(
    "text",
    [
        "I struggle to breathe",
        "I can hardly breathe",
        "I'm gasping for air",
        "everything's spinning",
        "the room's spinning",
        "my head's spinning",
        "my head is aching",
        "my vision's gone blurry",
        "my leg's gone dead",
        "my arm won't move",
        "I can no longer feel my hand",
        "I can hardly feel my hand",
        "I can barely feel my fingers",
        "a pain shot down my arm",
        "there is blood on my hand",
        "I peed myself",
    ],
)
def test_symptoms_are_noticed_however_they_are_said(text: str) -> None:
    assert isinstance(understand(text, ENGLISH, LIVE), StopHeard)


@pytest.mark.parametrize(
    "text",
    [
        "I'm about to pass out",
        "my hand is falling asleep",
        "my foot fell asleep",
        "I felt a sharp pain",
        "I'm having trouble breathing",
        "I'm finding it hard to breathe",
        "half my face went numb",
        "I can't feel my arm any more",
        "my hand goes numb when I press",
        "this is making me dizzy",
    ],
)
def test_a_statement_about_oneself_is_certain(text: str) -> None:
    heard = understand(text, ENGLISH, LIVE)
    assert isinstance(heard, StopHeard)
    assert heard.phrase.certain


@pytest.mark.parametrize(
    "text",
    [
        "the chest of drawers is heavy",
        "suddenly the wifi is weak",
        "my foot pedal is dead",
        "I heard the door snap",
    ],
)
def test_what_is_said_of_other_things_is_only_asked_about(text: str) -> None:
    heard = understand(text, ENGLISH, LIVE)
    assert isinstance(heard, StopHeard)
    assert not heard.phrase.certain


@pytest.mark.parametrize(
    "text",
    [
        # What must be left alone (massage.md §3, §4.1, §4.8).
        "my calf is red and warm, start",
        "my calf is warm and tight, start",
        "my calf is red and tight",
        "one calf is bigger than the other, massage it",
        "I have thrombosis, massage my calf",
        "massage the varicose vein on my calf",
        "massage the bump on my neck",
        "I feel ill but my neck is tight",
        "I have the flu and my back aches, massage it",
        "my lower back pain wakes me at night, massage it",
        "I was rear ended and my neck is stiff, start a session",
        "I have a heart attack massage my chest",
        "I'm drunk, massage my neck",
        "I'm pregnant, massage my lower back",
        "my neck pain is 9 out of 10, start",
        # Never worked on (massage.md §3).
        "massage front of neck",
        "neck massage at the front",
        "massage my neck at the front",
        "massage the sides of my neck",
        "massage my throat and my neck",
        "my throat is tight, massage my neck",
        "massage my kidneys in my lower back",
        "massage my upper back right on the spine",
        "massage my calf behind the knee",
        # Somebody else's body, or a child's.
        "massage the baby's neck",
        "my son's neck is stiff, start a session",
        "massage his neck",
        "massage her lower back",
        "give her a foot massage",
        "massage my boyfriend's calf",
        "massage my friend's upper back",
        "I am ten years old and my neck hurts, start a massage",
        "I'm nine and my calf is sore, start a session",
        "my 5 year old's neck is stiff, massage it",
        # Denied, or asked.
        "I don't need a neck massage",
        "I hate when you massage my neck",
        "is it safe to massage my neck",
        "should I massage my calf",
        # Of the house.
        "I need both hands",
        "help me I'm trapped",
        "I need help with my cough",
        "hands up please",
        "two thumbs up please",
        "to the temple please",
        "temple run",
        "bottom left",
        "the left hand side",
        "these jeans are tight on my thighs",
        "I trained glutes today",
        "warm my feet please",
    ],
)
def test_no_area_is_started(text: str) -> None:
    heard = understand(text, ENGLISH, IDLE)
    assert not (isinstance(heard, StartRequest) and (heard.area or heard.choices))


@pytest.mark.parametrize(
    "text",
    [
        "release the brake",
        "when is the release date",
        "release notes",
        "I got a massage yesterday",
        "book me a massage",
        "start the massage chair",
        "massage the kale",
        "I don't want a massage",
        "thanks for the massage",
        "cheers for the massage",
        "please thank Anna for the massage",
        "the same as last time from the chinese",
        "do it again",
        "run it again",
    ],
)
def test_the_house_keeps_its_words(text: str) -> None:
    assert understand(text, ENGLISH, IDLE) is None


@pytest.mark.parametrize(
    "text",
    [
        "my health insurance",
        "open my health",
        "my health app",
        "my health is fine",
        "smoking is bad for my health",
        "new pills are in the cupboard",
        "I need new tablets",
    ],
)
def test_health_answers_are_not_dropped_by_accident(text: str) -> None:
    assert not isinstance(understand(text, ENGLISH, IDLE), HealthChanged)


@pytest.mark.parametrize(
    ("text", "score"),
    [("3/10", 10), ("7/10", 10), ("not a nine", 9), ("two packs please", 2), ("five feet", 5)],
)
def test_a_score_is_what_was_said(text: str, score: int) -> None:
    assert understand(text, ENGLISH, LIVE) != ScoreHeard(score)


@pytest.mark.parametrize(
    "text",
    [
        "it's gone purple",
        "it's gone into my arm",
        "the spot is gone red",
        "my legs gave way",
        "I don't think it's released",
        "should I let go",
    ],
)
def test_nothing_else_is_a_release(text: str) -> None:
    assert understand(text, ENGLISH, LIVE) != CommandHeard(Command.RELEASED)
