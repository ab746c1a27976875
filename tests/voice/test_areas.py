"""How the areas are called: words of massage.md §3, typed by hand, and what must never be one."""

from collections.abc import Iterator

from hassil.parse_expression import parse_sentence
from hassil.sample import sample_expression
import pytest

from custom_components.knot_coach.content import CATALOGUE, read
from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.messages import Tier
from custom_components.knot_coach.massage.phases import Length
from custom_components.knot_coach.voice.meanings import (
    Heard,
    Sign,
    Situation,
    StartRequest,
    StopHeard,
    SymptomRequest,
)
from custom_components.knot_coach.voice.understanding import understand
from tests.voice.fake_coach import AREAS, DATA, ENGLISH

IDLE = Situation()
LIVE = Situation(live=True)
MOST_CHOICES = 3
"""Of one question (massage.md §4.8)."""

SAID = {
    "upper_traps": [
        *("neck", "traps", "trapezius", "top of my shoulder", "neck and shoulder"),
        *("where my bag strap sits", "shoulder tension", "wraps", "trapped"),
    ],
    "suboccipitals": [
        *("base of my skull", "back of my head", "top of my neck", "where my neck meets my head"),
    ],
    "shoulder_blade": [
        *("between my shoulder blades", "shoulder blade", "rhomboids"),
        *("beside my shoulder blade", "knot in my back"),
    ],
    "upper_back": ["upper back", "mid back", "middle of my back", "along my spine"],
    "rear_shoulder": [
        *("back of my shoulder", "rotator cuff", "delts", "rear delt", "shoulder socket", "belts"),
    ],
    "chest": [
        *("chest", "pecs", "pec", "chest muscle", "front of my shoulder", "packs", "pecks"),
    ],
    "lower_back": [
        *("lower back", "low back", "small of my back", "QL", "quadratus", "waist", "cue L"),
    ],
    "glutes": [
        *("glutes", "butt", "bum", "buttock", "piriformis", "deep in my hip", "gloats", "flutes"),
    ],
    "hamstrings": ["hamstrings", "hammies", "back of my thigh", "back of my leg", "hammers"],
    "quads_outer_thigh": [
        *("quads", "thigh", "front of my thigh", "side of my thigh", "outer thigh", "IT band"),
        *("TFL", "squads"),
    ],
    "calf": ["calf", "calves", "lower leg", "gastroc", "soleus", "calf knot", "cough", "cuff"],
    "foot_arch": [
        *("foot", "arch", "sole", "bottom of my foot", "plantar", "heel", "foot arch"),
        "foot march",
    ],
    "forearm": ["forearm", "typing arm", "mouse arm", "grip", "elbow", "tennis elbow"],
    "hand_thumb": ["hand", "palm", "thumb", "thumb pad", "texting thumb"],
    "jaw": ["jaw", "TMJ", "cheek", "masseter", "clenching", "temples"],
}
"""What people say, and what recognisers make of it (massage.md §3)."""


def test_every_area_is_called_something() -> None:
    assert SAID.keys() == DATA["areas"].keys() == read(CATALOGUE).areas.keys()


@pytest.mark.parametrize(
    ("area", "name"), [(area, name) for area, names in SAID.items() for name in names]
)
def test_a_name_means_its_area(area: str, name: str) -> None:
    wanted = StartRequest(area=area)
    for text in (f"start {name}", f"start {name} massage", f"work on my {name}"):
        assert understand(text, ENGLISH, IDLE) == wanted, text


def test_what_the_coach_calls_an_area_can_be_said() -> None:
    """It says "start again with that name"."""
    catalogue = read(CATALOGUE)
    for area in catalogue.areas:
        name = catalogue.books["en"].name(area)
        assert understand(f"start {name}", ENGLISH, IDLE) == StartRequest(area=area)
        assert understand(f"start the quick {name} routine", ENGLISH, IDLE) == StartRequest(
            area=area, length=Length.QUICK
        )


@pytest.mark.parametrize(
    ("text", "area", "side"),
    [
        ("massage the back of my left thigh", "hamstrings", Side.LEFT),
        ("work on the front of my right shoulder", "chest", Side.RIGHT),
        ("work on the sole of my left foot", "foot_arch", Side.LEFT),
        ("start the back of my shoulder on the right", "rear_shoulder", Side.RIGHT),
        # Better asked than guessed.
        ("massage the left back of my right thigh", "hamstrings", None),
    ],
)
def test_a_side_may_stand_inside_a_name(text: str, area: str, side: Side | None) -> None:
    assert understand(text, ENGLISH, IDLE) == StartRequest(area=area, side=side)


def said_by(template: str) -> Iterator[str]:
    """Everything that a name can sound like."""
    sentence = parse_sentence(template.replace("{side}", "left"))
    yield from (" ".join(text.split()) for text in sample_expression(sentence.expression))


def parts() -> Iterator[tuple[str, str]]:
    """Every part of the body that can be named, and what it leads to."""
    for area, names in DATA["areas"].items():
        yield from ((said, area) for name in names for said in said_by(name))
    for row in DATA["several"]:
        yield from ((said, row["say"][0]) for name in row["say"] for said in said_by(name))
    for kind in ("unknown", "refused"):
        for name in DATA[kind]:
            yield from ((said, f"{kind} {name}") for said in said_by(name))


def test_no_two_areas_are_called_the_same() -> None:
    found: dict[str, str] = {}
    for said, leads_to in parts():
        assert found.setdefault(said, leads_to) == leads_to, said


def test_no_name_begins_with_an_article() -> None:
    """The sentences bring it along."""
    for said, _ in parts():
        assert said.split()[0] not in {"a", "an", "the", "my"}, said


def test_a_plain_word_leads_to_three_areas_at_most() -> None:
    for row in DATA["several"]:
        assert 1 < len(row["areas"]) <= MOST_CHOICES
        assert set(row["areas"]) <= set(AREAS)


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("shoulder", ("upper_traps", "shoulder_blade", "rear_shoulder")),
        ("back", ("shoulder_blade", "upper_back", "lower_back")),
        ("arm", ("forearm", "rear_shoulder")),
        ("wrist", ("forearm", "hand_thumb")),
        ("legs", ("quads_outer_thigh", "hamstrings", "calf")),
        ("hip", ("glutes", "quads_outer_thigh")),
        ("head", ("suboccipitals", "jaw")),
    ],
)
def test_a_plain_word_is_asked_about(name: str, choices: tuple[str, ...]) -> None:
    for text in (f"work on my {name}", f"start {name} massage"):
        assert understand(text, ENGLISH, IDLE) == StartRequest(choices=choices)


@pytest.mark.parametrize("name", ["knee", "ankle", "ribs", "upper arm", "fingers", "face", "body"])
def test_what_nobody_has_written_an_area_for(name: str) -> None:
    assert understand(f"work on my {name}", ENGLISH, IDLE) == StartRequest(unknown=True)


@pytest.mark.parametrize(
    "name",
    [
        *("throat", "front of my neck", "side of my neck", "belly", "groin", "armpit", "breast"),
        *("back of my knee", "spine", "tailbone", "kidneys", "eyes"),
    ],
)
def test_what_is_never_worked_on(name: str) -> None:
    assert understand(f"work on my {name}", ENGLISH, IDLE) == StartRequest(refused=True)


@pytest.mark.parametrize(
    "text", ["give me a hand", "i need a hand", "i want a back", "give me a foot please"]
)
def test_a_figure_of_speech_starts_nothing(text: str) -> None:
    assert understand(text, ENGLISH, IDLE) is None
    assert understand("give me a hand massage", ENGLISH, IDLE) == StartRequest(area="hand_thumb")


ALARMS = (
    "chest pain",
    "chest tightness",
    "chest pressure",
    "tight chest",
    "pressure in my chest",
    "pain in my chest",
    "tightness in my chest",
    "jaw pain with arm pain",
)
"""Never a routine (massage.md §3)."""


def _is_emergency(heard: Heard | None) -> bool:
    return isinstance(heard, SymptomRequest) and heard.sign is Sign.EMERGENCY


@pytest.mark.parametrize("alarm", ALARMS)
@pytest.mark.parametrize(
    "request_",
    [
        "start {}",
        "start {} routine",
        "start a {} massage",
        "give me a {} massage",
        "work on my {}",
        "massage my {}",
        "loosen the {}",
        "help me with my {}",
        "start a massage for my {}",
        "start a quick routine for {}",
        "i have a {}, start a neck massage",
        "i have {}, start a chest massage",
        "start a chest massage, i have {}",
        "work on my pecs because i have {}",
        "my {} is bad, start jaw massage",
    ],
)
def test_an_alarm_never_starts_a_routine(alarm: str, request_: str) -> None:
    text = request_.format(alarm)
    heard = understand(text, ENGLISH, IDLE)
    assert heard is None or _is_emergency(heard), text
    heard = understand(text, ENGLISH, LIVE)
    assert isinstance(heard, StopHeard), text
    assert heard.phrase.tier is Tier.A, text


@pytest.mark.parametrize(
    "text",
    [
        "work on my chest pain",
        "start chest pain routine",
        "massage my tight chest",
        "help me with the pressure in my chest",
        "i have chest pain, start a neck massage",
    ],
)
def test_an_alarm_is_answered(text: str) -> None:
    """Not left to whoever else is listening (massage.md §4.8)."""
    assert _is_emergency(understand(text, ENGLISH, IDLE))


@pytest.mark.parametrize(
    "text", ["start chest massage", "work on my pecs", "i have a knot in my chest"]
)
def test_the_chest_itself_is_an_area(text: str) -> None:
    """Its gate is asked first (massage.md §4.8)."""
    assert understand(text, ENGLISH, IDLE) == StartRequest(area="chest")
