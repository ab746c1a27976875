"""Text becomes meaning."""

import re

from hypothesis import given, strategies as st
import pytest

from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.messages import Answer, Command, Question, Tier
from custom_components.knot_coach.massage.phases import Length
from custom_components.knot_coach.voice.grammar import Grammar
from custom_components.knot_coach.voice.meanings import (
    AnswerHeard,
    CommandHeard,
    EasedHeard,
    NeverMindHeard,
    ScoreHeard,
    Situation,
    StartRequest,
    StatusRequest,
    StopHeard,
)
from custom_components.knot_coach.voice.understanding import understand
from tests.voice.fake_coach import AREAS, DATA, ENGLISH

IDLE = Situation()
LIVE = Situation(live=True)
NAMED = Grammar.build(
    DATA, areas=AREAS, routines=["Desk break!", "neck"], people=["Anna", "Ben (home)"]
)


def asking(question: Question) -> Situation:
    return Situation(live=True, question=question)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("start neck knot routine", StartRequest(area="upper_traps")),
        ("Start quick neck knot routine.", StartRequest(area="upper_traps", length=Length.QUICK)),
        (
            "please start a quick neck not routine on the left",
            StartRequest(area="upper_traps", length=Length.QUICK, side=Side.LEFT),
        ),
        ("work on my traps", StartRequest(area="upper_traps")),
        ("work on my left wraps please", StartRequest(area="upper_traps", side=Side.LEFT)),
        ("begin a neck massage", StartRequest(area="upper_traps")),
        ("let's do the top of my shoulder", StartRequest(area="upper_traps")),
        ("i want to start shoulder blade", StartRequest(area="shoulder_blade")),
        (
            "I\u2019ve got a knot in my left shoulder blade",
            StartRequest(area="shoulder_blade", side=Side.LEFT),
        ),
        ("work on the knot in my back", StartRequest(area="shoulder_blade")),
        (
            "start a deep forearm knot routine on both sides",
            StartRequest(area="forearm", length=Length.DEEP, side=Side.BOTH),
        ),
        ("massage my tennis elbow", StartRequest(area="forearm")),
        (
            "start a long massage for my right forearm",
            StartRequest(area="forearm", length=Length.DEEP, side=Side.RIGHT),
        ),
        ("start left neck on the right", StartRequest(area="upper_traps")),
        (
            "work on my shoulder",
            StartRequest(choices=("upper_traps", "shoulder_blade", "rear_shoulder")),
        ),
        ("start ankle massage", StartRequest(unknown=True)),
        ("work on my throat", StartRequest(refused=True)),
        ("start a massage", StartRequest()),
        ("start a quick knot routine", StartRequest(length=Length.QUICK)),
    ],
)
@pytest.mark.parametrize("situation", [IDLE, LIVE])
def test_start(text: str, request_: StartRequest, situation: Situation) -> None:
    assert understand(text, ENGLISH, situation) == request_


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("start desk break", StartRequest(routine="Desk break!")),
        ("run my desk break routine", StartRequest(routine="Desk break!")),
        ("start the forearm routine for anna", StartRequest(area="forearm", person="Anna")),
        ("start a massage for Ben home", StartRequest(person="Ben (home)")),
    ],
)
def test_start_with_names(text: str, request_: StartRequest) -> None:
    assert understand(text, NAMED, IDLE) == request_


@pytest.mark.parametrize(
    "text",
    [
        "start",
        "start the dishwasher",
        "start bedtime routine",
        "run the program",
        "stop",
        "pause",
        "resume",
        "next",
        "go back",
        "yes",
        "no",
        "left",
        "six",
        "my arm has gone numb",
        "chest pain",
        "stop the music",
        "pause the timer",
        "how long is left on the timer",
        "turn the lamp blue",
        "",
    ],
)
def test_with_no_session_everything_else_is_left_alone(text: str) -> None:
    assert understand(text, NAMED, IDLE) is None


@pytest.mark.parametrize("situation", [IDLE, LIVE, asking(Question.HEALTH)])
def test_clear_sentences(situation: Situation) -> None:
    assert understand("stop the session", NAMED, situation) == CommandHeard(Command.STOP)
    assert understand("cancel my neck routine", NAMED, situation) == CommandHeard(Command.STOP)
    assert understand("end the massage for Anna", NAMED, situation) == CommandHeard(
        Command.STOP, "Anna"
    )
    assert understand("pause the session", NAMED, situation) == CommandHeard(Command.PAUSE)
    assert understand("resume the massage", NAMED, situation) == CommandHeard(Command.RESUME)
    assert understand("how long is left", NAMED, situation) == StatusRequest()


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("pause", Command.PAUSE),
        ("Hold on!", Command.PAUSE),
        ("resume", Command.RESUME),
        ("next step", Command.NEXT),
        ("go back", Command.PREVIOUS),
        ("say that again", Command.REPEAT),
        ("more time", Command.EXTEND),
        ("lighter", Command.LIGHTER),
        ("softer please", Command.LIGHTER),
        ("that\u2019s a bit much", Command.LIGHTER),
        ("easy", Command.LIGHTER),
        ("back off", Command.LIGHTER),
        ("I can't breathe slowly", Command.LIGHTER),
        ("harder", Command.HARDER),
        ("a little more pressure", Command.HARDER),
        ("too much", Command.TOO_MUCH),
        ("That's too much.", Command.TOO_MUCH),
        ("ouch", Command.TOO_MUCH),
        ("ouch that hurts", Command.TOO_MUCH),
        ("it released", Command.RELEASED),
        ("It let go.", Command.RELEASED),
        ("gone", Command.RELEASED),
        ("softer now", Command.RELEASED),
        ("not yet", Command.NOT_YET),
        ("still tight", Command.NOT_YET),
        ("it has not let go", Command.NOT_YET),
        ("found it", Command.FOUND),
        ("I can't find it", Command.NOT_FOUND),
        ("I lost it", Command.LOST),
        ("it moved", Command.LOST),
        ("it aches somewhere else", Command.ACHES_ELSEWHERE),
        ("other side", Command.OTHER_SIDE),
        ("wrap up", Command.WRAP_UP),
        ("it's too hot", Command.TOO_HOT),
        ("I'm sleepy", Command.TOO_HOT),
        ("stop", Command.STOP),
        ("Please stop!", Command.STOP),
        ("stop stop stop", Command.STOP),
        ("I'm done", Command.STOP),
        ("cancel", Command.STOP),
        ("stop the routine", Command.STOP),
        ("keep going", Command.EXTEND),
    ],
)
def test_commands(text: str, command: Command) -> None:
    assert understand(text, ENGLISH, LIVE) == CommandHeard(command)


def test_keep_going_resumes_a_pause() -> None:
    paused = Situation(live=True, paused=True)
    assert understand("keep going", ENGLISH, paused) == CommandHeard(Command.RESUME)


@pytest.mark.parametrize("question", list(Question))
@pytest.mark.parametrize("word", ["stop", "pause", "too much", "it's too hot"])
def test_control_words_work_inside_every_question(question: Question, word: str) -> None:
    assert isinstance(understand(word, ENGLISH, asking(question)), CommandHeard)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("six", 6),
        ("6", 6),
        ("about a six, I think", 6),
        ("it's a seven out of ten", 7),
        ("seven and a half", 8),
        ("ten and a half", 10),
        ("six or seven", 7),
        ("seven to six", 7),
        ("zero", 0),
    ],
)
def test_scores(text: str, score: int) -> None:
    assert understand(text, ENGLISH, LIVE) == ScoreHeard(score)


@pytest.mark.parametrize("text", ["eleven", "three out of five", "seven sharp things", "a lot"])
def test_what_is_no_score(text: str) -> None:
    assert not isinstance(understand(text, ENGLISH, LIVE), ScoreHeard)


def test_eased() -> None:
    assert understand("it's easing", ENGLISH, LIVE) == EasedHeard(True)
    assert understand("the same", ENGLISH, LIVE) == EasedHeard(False)
    assert understand("about the same", ENGLISH, LIVE) == EasedHeard(False)


@pytest.mark.parametrize(
    "text",
    [
        "the tight spot is harder",
        "it aches deeper in",
        "it is harder now",
        "that's a bit firmer",
        "firmer on the left",
        "should I press harder",
        "I'm pressing harder",
        "harder than before",
    ],
)
def test_a_complaint_is_no_wish_for_more_pressure(text: str) -> None:
    assert understand(text, ENGLISH, LIVE) != CommandHeard(Command.HARDER)


@pytest.mark.parametrize(("text", "stops"), [("don't stop", False), ("don't, stop", True)])
def test_a_comma_parts_what_is_denied_from_a_stop(text: str, *, stops: bool) -> None:
    assert (understand(text, ENGLISH, LIVE) == CommandHeard(Command.STOP)) is stops


def test_a_score_that_is_asked_for_can_be_dropped() -> None:
    assert understand("never mind", ENGLISH, LIVE) is None
    rating = Situation(live=True, rating=True)
    assert understand("never mind", ENGLISH, rating) == NeverMindHeard()


@pytest.mark.parametrize(
    ("text", "freely", "command"),
    [
        ("pause", False, Command.PAUSE),
        ("Fernseher pause", True, Command.PAUSE),
        ("Fernseher pause", False, None),
    ],
)
def test_only_bare_words_are_known_among_words_of_another_language(
    text: str,
    freely: bool,  # noqa: FBT001 - a column of the table
    command: Command | None,
) -> None:
    heard = understand(text, ENGLISH, LIVE, freely=freely)
    assert heard == (CommandHeard(command) if command else None)


@pytest.mark.parametrize("text", ["yes", "no", "okay", "not sure", "left", "dull", "I'm fine"])
def test_answers_need_a_question(text: str) -> None:
    assert understand(text, ENGLISH, LIVE) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", Answer.YES),
        ("Yeah, a bit.", Answer.YES),
        ("a little", Answer.YES),
        ("okay", Answer.YES),
        ("my arm is swollen", Answer.YES),
        ("numb", Answer.YES),
        ("no, my arm is numb", Answer.YES),
        ("no swelling but it feels numb", Answer.YES),
        ("my sister is dizzy", Answer.YES),
        ("I have a bruise", Answer.YES),
        ("no fever but a rash", Answer.YES),
        ("not sure", Answer.UNSURE),
        ("I don't know", Answer.UNSURE),
        ("maybe", Answer.UNSURE),
        ("I think so", Answer.UNSURE),
        ("no", Answer.NO),
        ("Nope.", Answer.NO),
        ("no, nothing new", Answer.NO),
        ("no numbness", Answer.NO),
        ("no swelling or numbness", Answer.NO),
    ],
)
def test_the_question_about_health(text: str, answer: Answer) -> None:
    assert understand(text, ENGLISH, asking(Question.HEALTH)) == AnswerHeard(answer)


@pytest.mark.parametrize("question", [Question.HEALTH, Question.GATE])
@pytest.mark.parametrize("text", ["I have chest pain", "I can't breathe"])
def test_an_emergency_is_more_than_a_yes(question: Question, text: str) -> None:
    heard = understand(text, ENGLISH, asking(question))
    assert isinstance(heard, StopHeard)
    assert (heard.phrase.tier, heard.phrase.certain) == (Tier.A, True)


@pytest.mark.parametrize("text", ["turn on the lamp", "six", "left", "dull", "the weather"])
def test_what_answers_nothing_about_health(text: str) -> None:
    assert understand(text, ENGLISH, asking(Question.HEALTH)) is None


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (Question.HEALTH, "I'm fine", Answer.NO),
        (Question.WRONG, "no, I'm okay", Answer.NO),
        (Question.WRONG, "yes", Answer.YES),
        (Question.WRONG, "I'm not dizzy", Answer.NO),
        (Question.WRONG, "it's unplugged", None),
        (Question.SKIN, "comfortable", Answer.YES),
        (Question.SKIN, "I'm fine", Answer.YES),
        (Question.SKIN, "yes", Answer.YES),
        (Question.SKIN, "yes, not burning", None),
        (Question.HEAT, "yes please", Answer.YES),
        (Question.HEAT, "no thanks", Answer.NO),
        (Question.HEAT, "I'm fine", None),
        (Question.GATE, "I'm fine", None),
        (Question.SIDE, "left", Answer.LEFT),
        (Question.SIDE, "the right one", Answer.RIGHT),
        (Question.SIDE, "both sides please", Answer.BOTH),
        (Question.SIDE, "dull", None),
        (Question.HEAT, "right", None),
        (Question.ACHE, "just a dull ache", Answer.DULL),
        (Question.ACHE, "it's dull", Answer.DULL),
        (Question.ACHE, "not sharp", None),
    ],
)
def test_answers(question: Question, text: str, answer: Answer | None) -> None:
    expected = AnswerHeard(answer) if answer else None
    assert understand(text, ENGLISH, asking(question)) == expected


@pytest.mark.parametrize(
    ("question", "text", "certain"),
    [
        (None, "my arm has gone numb", True),
        (None, "turn the lamp blue", False),
        (Question.ACHE, "sharp", True),
        (Question.ACHE, "it's that numb thing from Tuesday", True),
        (Question.WRONG, "the numb thing from before", True),
        (Question.SKIN, "it's burning", True),
        (Question.SKIN, "it's cold", False),
        (Question.HEAT, "it feels numb", True),
        (Question.HEAT, "not numb", False),
        (Question.SIDE, "the numb one", False),
    ],
)
def test_stop_words_come_first(question: Question | None, text: str, certain: bool) -> None:  # noqa: FBT001 - a column of the table
    situation = LIVE if question is None else asking(question)
    heard = understand(text, ENGLISH, situation)
    assert isinstance(heard, StopHeard)
    assert heard.phrase.certain is certain


def test_the_neck_makes_a_stop_word_more_serious() -> None:
    heard = understand("I'm dizzy", ENGLISH, Situation(live=True, neck=True))
    assert isinstance(heard, StopHeard)
    assert heard.phrase.tier is Tier.A


@given(
    st.lists(
        st.sampled_from(
            re.split(
                " ", "start stop yes no my arm is numb neck a left harder not six and knot the it"
            )
        ),
        max_size=6,
    ).map(" ".join),
    st.sampled_from([None, *Question]),
)
def test_any_words_are_survived_and_no_stop_word_means_harder(
    text: str, question: Question | None
) -> None:
    heard = understand(text, ENGLISH, Situation(live=True, question=question))
    if "numb" in text.split():
        assert heard != CommandHeard(Command.HARDER)
