"""Clear sentences: what is wanted, and what must be left alone."""

from typing import Any

import pytest

from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.phases import Length
from custom_components.knot_coach.voice.grammar import Grammar
from custom_components.knot_coach.voice.meanings import (
    HealthChanged,
    Sign,
    Situation,
    StartRequest,
    SymptomRequest,
    WhyRequest,
)
from custom_components.knot_coach.voice.understanding import understand, understand_request
from tests.voice.fake_coach import AREAS, DATA, ENGLISH

NAMED = Grammar.build(
    DATA,
    areas=AREAS,
    routines=["Desk break!", "neck", "quick calf", "Numb bum reset"],
    people=["Anna", "Mr Sharp"],
)
SHOULDERS = ("upper_traps", "shoulder_blade", "rear_shoulder")
LEGS = ("quads_outer_thigh", "hamstrings", "calf")


@pytest.mark.parametrize(
    ("text", "sign", "areas"),
    [
        # "Tight chest" never starts a routine (massage.md §3.6, §4.3)
        ("my chest is tight, massage my chest", Sign.EMERGENCY, ["chest"]),
        ("my chest is tight, massage it", Sign.EMERGENCY, ["chest"]),
        ("start chest pain routine", Sign.EMERGENCY, ["chest"]),
        ("start a chest pressure massage", Sign.EMERGENCY, ["chest"]),
        ("massage my tight chest", Sign.EMERGENCY, ["chest"]),
        ("start a massage for my tight chest", Sign.EMERGENCY, ["chest"]),
        ("pressure in my chest", Sign.EMERGENCY, ["chest"]),
        ("I've got tightness in my chest", Sign.EMERGENCY, ["chest"]),
        ("help me with the pain in my chest", Sign.EMERGENCY, ["chest"]),
        ("stretch my tight chest", Sign.EMERGENCY, ["chest"]),
        # an emergency, whatever is to be worked on
        ("I have chest pain, start a neck massage", Sign.EMERGENCY, ["upper_traps"]),
        ("I can't breathe, massage my neck", Sign.EMERGENCY, ["upper_traps"]),
        # a symptom (massage.md §4.8)
        ("my calf is swollen, start a calf massage", Sign.LEG, ["calf"]),
        ("my calf is warm and can you massage it", Sign.LEG, ["calf"]),
        ("massage my red hot calf", Sign.LEG, ["calf"]),
        ("my leg is swollen, massage my calf", Sign.LEG, [*LEGS]),
        ("start a calf swelling massage", Sign.LEG, ["calf"]),
        ("massage the swelling in my left hamstring", Sign.LEG, ["hamstrings"]),
        ("work on my calf because it is swollen", Sign.LEG, ["calf"]),
        ("massage my numb calf", Sign.OTHER, ["calf"]),
        ("my neck feels numb, start the neck routine", Sign.OTHER, ["upper_traps"]),
        ("there's a lump in my neck, work on it", Sign.OTHER, ["upper_traps"]),
        ("I can't feel my hand, massage it", Sign.OTHER, ["hand_thumb"]),
        ("I feel dizzy, start a massage", Sign.OTHER, []),
        ("stretch my numb neck", Sign.OTHER, ["upper_traps"]),
        ("um today I feel a bit dizzy so start a massage", Sign.HURT, []),
        # pain after a fall, or at night (massage.md §4.1)
        ("I fell on my shoulder, massage it", Sign.HURT, [*SHOULDERS]),
        ("I fell over, massage my neck", Sign.HURT, ["upper_traps"]),
        ("I had an accident, massage my neck", Sign.HURT, ["upper_traps"]),
        ("my forearm hurts since I fell, massage it", Sign.HURT, ["forearm"]),
        ("it wakes me at night, massage my neck", Sign.HURT, ["upper_traps"]),
        ("my shoulder blade keeps me awake so work on it", Sign.HURT, ["shoulder_blade"]),
        ("massage my neck because it wakes me every night", Sign.HURT, ["upper_traps"]),
        ("start a neck massage, I twisted my neck", Sign.HURT, ["upper_traps"]),
    ],
)
def test_what_must_be_left_alone_starts_nothing(text: str, sign: Sign, areas: list[str]) -> None:
    for grammar in (ENGLISH, NAMED):
        assert understand_request(text, grammar) == SymptomRequest(sign, tuple(areas))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my neck is stiff, massage it", {"area": "upper_traps"}),
        ("my neck is tight so work on my shoulder blade", {"area": "shoulder_blade"}),
        ("my back hurts, massage it", {"choices": ("shoulder_blade", "upper_back", "lower_back")}),
        ("massage my tight left forearm", {"area": "forearm", "side": Side.LEFT}),
        ("start a massage for my sore calf", {"area": "calf"}),
        ("start a neck pain routine", {"area": "upper_traps"}),
        ("work on the tension in my jaw", {"area": "jaw"}),
        ("I have a knot in my chest", {"area": "chest"}),
        ("start chest routine", {"area": "chest"}),
        # left, right and both
        ("work on both my calves", {"area": "calf", "side": Side.BOTH}),
        ("work on both of my calves", {"area": "calf", "side": Side.BOTH}),
        ("massage both sides of my neck", {"area": "upper_traps", "side": Side.BOTH}),
        ("start left and right forearm", {"area": "forearm", "side": Side.BOTH}),
        ("start a calf massage on the left and right", {"area": "calf", "side": Side.BOTH}),
        ("massage the left side of my jaw", {"area": "jaw", "side": Side.LEFT}),
        ("work on the back of my right shoulder", {"area": "rear_shoulder", "side": Side.RIGHT}),
        ("start my left upper back", {"area": "upper_back", "side": Side.LEFT}),
        ("work on my calves", {"area": "calf"}),
        ("massage my shoulder blades", {"area": "shoulder_blade"}),
        # as long as there is time
        ("start neck routine for five minutes", {"area": "upper_traps", "minutes": 5}),
        ("do my calves for 5 minutes", {"area": "calf", "minutes": 5}),
        ("start a ten-minute forearm routine", {"area": "forearm", "minutes": 10}),
        ("start a 20 minute massage", {"minutes": 20}),
        ("start a massage for half an hour", {"minutes": 30}),
        ("I have five minutes", {"minutes": 5}),
        ("I only have five minutes", {"minutes": 5}),
        ("I have only a quarter of an hour", {"minutes": 15}),
        (
            "I've got ten minutes for my left calf",
            {"area": "calf", "side": Side.LEFT, "minutes": 10},
        ),
        # breathe and stretch
        ("stretch my neck", {"area": "upper_traps", "stretch_only": True}),
        ("start a neck stretch", {"area": "upper_traps", "stretch_only": True}),
        ("let's stretch my left calf", {"area": "calf", "side": Side.LEFT, "stretch_only": True}),
        ("start stretching for my jaw", {"area": "jaw", "stretch_only": True}),
        ("breathe and stretch my neck instead", {"area": "upper_traps", "stretch_only": True}),
        ("let's breathe and stretch", {"stretch_only": True}),
        ("let's breathe and stretch instead", {"stretch_only": True}),
        ("breathe and stretch instead", {"stretch_only": True}),
        ("stretch instead", {"stretch_only": True}),
        ("start breathing and stretching", {"stretch_only": True}),
        ("let's just stretch", {"stretch_only": True}),
    ],
)
def test_what_is_wanted(text: str, expected: dict[str, Any]) -> None:
    assert understand_request(text, ENGLISH) == StartRequest(**expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start neck", {"routine": "neck", "otherwise": StartRequest(area="upper_traps")}),
        (
            "start my neck routine for Anna",
            {
                "routine": "neck",
                "person": "Anna",
                "otherwise": StartRequest(area="upper_traps", person="Anna"),
            },
        ),
        ("start left neck", {"area": "upper_traps", "side": Side.LEFT}),
        ("start quick neck routine", {"area": "upper_traps", "length": Length.QUICK}),
        (
            "start quick calf",
            {
                "routine": "quick calf",
                "otherwise": StartRequest(area="calf", length=Length.QUICK),
            },
        ),
        ("run my desk break routine", {"routine": "Desk break!"}),
        # the words of names are nobody's symptoms
        ("start my numb bum reset", {"routine": "Numb bum reset"}),
        ("start a calf massage for Mr Sharp", {"area": "calf", "person": "Mr Sharp"}),
    ],
)
def test_a_name_that_its_owner_gave_wins(text: str, expected: dict[str, Any]) -> None:
    assert understand_request(text, NAMED) == StartRequest(**expected)


@pytest.mark.parametrize("situation", [Situation(), Situation(live=True)])
@pytest.mark.parametrize(
    "text",
    [
        "why do I have this?",
        "why do I have a knot",
        "why do I have these knots in my left shoulder blade",
        "why do I get knots",
        "what causes knots",
        "what causes muscle knots",
        "where do knots come from",
    ],
)
def test_why(text: str, situation: Situation) -> None:
    assert understand(text, ENGLISH, situation) == WhyRequest()


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("my health changed", None),
        ("my health has changed", None),
        ("something about my health has changed", None),
        ("there's something new about my health", None),
        ("I want to change my health answers", None),
        ("my health has changed for Anna", "Anna"),
    ],
)
def test_my_health_changed(text: str, person: str | None) -> None:
    assert understand_request(text, NAMED) == HealthChanged(person)


@pytest.mark.parametrize(
    "text",
    [
        "why do I have to pay",
        "why do I have this lamp",
        "what causes rain",
        "my phone changed",
        "set a timer for five minutes",
        "I have five apples",
        "I have chest pain",
        "my calf is swollen",
        "I fell over",
        "it wakes me at night",
        "stretch",
        "stretch the canvas",
        "breathe",
        "massage the dog because it is swollen",
    ],
)
def test_what_is_not_ours(text: str) -> None:
    assert understand_request(text, NAMED) is None


@pytest.mark.parametrize("text", ["start chest pain", "start my chest pain massage", "chest pain"])
def test_words_that_ask_for_help_start_no_routine(text: str) -> None:
    """Whatever somebody has managed to call one."""
    alarming = Grammar.build(DATA, areas=AREAS, routines=("Chest pain",))
    assert not isinstance(understand_request(text, alarming), StartRequest)
