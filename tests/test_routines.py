"""A person's own routines: by name, as text, and through the actions that take them in and out."""

from collections.abc import Mapping
import json
from pathlib import Path
import re
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from hypothesis import given, strategies as st
import pytest
import voluptuous as vol

from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.content import CATALOGUE, Catalogue, read
from custom_components.knot_coach.massage import routine as rules
from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.order import OwnStep
from custom_components.knot_coach.massage.phases import BOUNDS, Length, Phase
from custom_components.knot_coach.massage.routine import Routine, RoutinePart, lint
from custom_components.knot_coach.routine_file import (
    LONGEST_TEXT,
    RoutineFileError,
    read_routine,
    write_routine,
)
from custom_components.knot_coach.routines import (
    ROUTINE,
    data_of,
    find_own,
    problems_of,
    routine_of,
    routines_of,
    tidied,
)
from tests.house import House
from tests.test_content import messages
from tests.test_structure import called, calls, literal
from tests.virtual_clock import VirtualClock

FORMS: dict[str, Any] = json.loads((CATALOGUE.parent / "translations" / "en.json").read_text())[
    "config_subentries"
][ROUTINE]
DOCS = Path(__file__).parent.parent / "docs" / "routines.md"
EVENING = """\
version: 1
name: Evening wind-down
parts:
  - area: upper_traps
    side: left
    length: quick
  - area: forearm
    length: standard
"""
CALF = """\
version: 1
name: Slow forearm
parts:
- area: forearm
  side: left
  steps:
  - {phase: locate, seconds: 30}
  - {phase: press, seconds: 60}
  - {phase: ease_off, seconds: 20}
  - {phase: stretch, seconds: 30}
"""


@pytest.fixture(name="catalogue", scope="module")
def catalogue_fixture() -> Catalogue:
    return read(CATALOGUE)


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


def own(*names: str) -> dict[str, Routine]:
    return {name: Routine(name, (RoutinePart(area="forearm"),)) for name in names}


# --- by name --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    ["Evening wind-down", "evening wind-down", "  EVENING  wind-down! ", "evening_wind-down"],
)
def test_a_routine_is_found_however_its_name_is_written(said: str) -> None:
    found = find_own(own("Morning", "Evening wind-down"), said)
    assert found is not None
    assert found.name == "Evening wind-down"


@pytest.mark.parametrize("said", ["evening", "", "!?", "wind-down evening", "x" * 500])
def test_a_name_that_nobody_gave_finds_nothing(said: str) -> None:
    assert find_own(own("Evening wind-down", "!?"), said) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("", "name_missing"),
        ("x" * 61, "name_long"),
        ("?!", "name_unspeakable"),
        ("evening WIND-DOWN", "name_taken"),
        ("Chest pain", "name_alarm"),
        ("My tight chest", "name_alarm"),
        ("Too much", "name_said"),
        ("My health has changed", "name_said"),
        ("Stop the session", "name_said"),
        ("Zu fest", "name_said"),
        ("Stop the music", "name_said"),
        ("Turn off the light", "name_said"),
        ("Schalte das Licht aus", "name_said"),
    ],
)
def test_names_that_cannot_be(catalogue: Catalogue, name: str, key: str) -> None:
    routine = Routine(name, (RoutinePart(area="forearm"),))
    problems = problems_of(routine, catalogue, catalogue.books["en"], ["Evening wind-down"])
    assert [(problem.path, problem.key) for problem in problems] == [(("name",), key)]


@pytest.mark.parametrize(
    "name",
    [
        "Stop and rest",
        "Movie night",
        "Evening wind-down",
        "Too much desk",
        "Left calf",
        "Feierabend",
    ],
)
def test_names_that_may_be(catalogue: Catalogue, name: str) -> None:
    routine = Routine(name, (RoutinePart(area="forearm"),))
    assert problems_of(routine, catalogue, catalogue.books["en"], []) == ()


def stored(title: str, data: Mapping[str, Any], kind: str = ROUTINE) -> ConfigSubentry:
    return ConfigSubentry(
        data=MappingProxyType(dict(data)), subentry_type=kind, title=title, unique_id=None
    )


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"parts": None},
        {"parts": [{}]},
        {"parts": [{"area": "calf", "side": "inside"}]},
        {"parts": [{"area": "calf", "steps": [{"phase": "hop", "seconds": 20}]}]},
    ],
)
async def test_what_cannot_be_read_is_left_out(house: House, data: dict[str, Any]) -> None:
    assert routine_of(stored("Newer", data)) is None
    house.hass.config_entries.async_add_subentry(house.entry, stored("Newer", data))
    good = own("Good")["Good"]
    house.hass.config_entries.async_add_subentry(house.entry, stored("Good", data_of(good)))
    house.hass.config_entries.async_add_subentry(house.entry, stored("Other", {}, kind="other"))
    await house.hass.async_block_till_done()
    assert routines_of(house.entry) == {"Good": good}


# --- as text --------------------------------------------------------------------------------------

STEPS = st.builds(OwnStep, st.sampled_from(Phase), st.integers(0, 999_999), st.integers(0, 999_999))
KEYS = st.text(st.characters(categories=("L", "N", "P", "S")), max_size=20)
PARTS = st.builds(
    RoutinePart,
    area=KEYS,
    side=st.none() | st.sampled_from(Side),
    length=st.sampled_from(Length),
) | st.builds(
    RoutinePart,
    area=KEYS,
    side=st.none() | st.sampled_from(Side),
    steps=st.lists(STEPS, min_size=1, max_size=8).map(tuple),
)
ROUTINES = st.builds(
    Routine, st.text(max_size=60).map(tidied), st.lists(PARTS, max_size=8).map(tuple)
)


@given(ROUTINES)
def test_what_is_written_is_read_again(routine: Routine) -> None:
    text = write_routine(routine)
    written = read_routine(text)
    assert written.routine == routine
    lines = text.splitlines()
    for number in range(len(routine.parts)):
        assert "area:" in lines[written.line_of(("parts", number, "area")) - 1]


@given(ROUTINES)
def test_what_is_stored_is_the_same_again(routine: Routine) -> None:
    assert routine_of(stored(routine.name, data_of(routine))) == routine


def test_what_was_left_out_stands_where_it_would_be() -> None:
    written = read_routine(CALF)
    assert written.line_of(("parts", 0, "steps", 1, "spot")) == 8
    assert written.line_of(("parts", 0, "length")) == 4
    assert written.line_of(("parts", 7)) == 3


def test_what_is_written_can_be_read_by_people() -> None:
    assert write_routine(read_routine(EVENING).routine) == (
        "version: 1\n"
        "name: Evening wind-down\n"
        "parts:\n"
        "- {area: upper_traps, side: left, length: quick}\n"
        "- {area: forearm, length: standard}\n"
    )
    assert write_routine(read_routine(CALF).routine) == CALF


@given(st.text(max_size=300) | st.text(alphabet="[]{}:-,&*!|>'\"?# \nabc0123", max_size=300))
def test_whatever_is_read_is_a_routine_or_has_a_line(text: str) -> None:
    try:
        read_routine(text)
    except RoutineFileError as err:
        line = err.line
    else:
        line = 1
    assert 1 <= line <= len(text.splitlines()) + 1


BROKEN = [
    ("", 1, "file_empty"),
    ("# nothing\n", 1, "file_empty"),
    ("version: 1\nname: [\n", 3, "file_not_yaml"),
    ("version: 1\n\tname: x\n", 2, "file_not_yaml"),
    ("version: 1\nname: \x07\n", 2, "file_not_yaml"),
    ("name: x\n---\nname: y\n", 2, "file_several"),
    ("name: &a x\nparts: *a\n", 1, "file_anchor"),
    ("a: b\nparts: *a\n", 2, "file_anchor"),
    ("parts: &a [*a]\n", 1, "file_anchor"),
    ("version: 1\nname: !secret password\n", 2, "file_tag"),
    ("!include secrets.yaml\n", 1, "file_tag"),
    ("version: 1\nparts: !!python/object/apply:os.system [ls]\n", 2, "file_tag"),
    ("version: 1\nname: !!str x\n", 2, "file_tag"),
    ("version: 1\nparts:\n  [[[[[[]]]]]]\n", 3, "file_deep"),
    ("[" * 10_000, 1, "file_deep"),
    ("- version: 1\n", 1, "file_no_fields"),
    ("routine\n", 1, "file_no_fields"),
    ("version: 1\n[a]: b\n", 2, "file_no_fields"),
    ("name: x\nparts: []\n", 1, "file_missing"),
    ("version: one\n", 1, "file_no_number"),
    ("version: '1'\n", 1, "file_no_number"),
    ("version: 1.0\n", 1, "file_no_number"),
    ("version: 1:30\n", 1, "file_no_number"),
    ("version: 0x1\n", 1, "file_no_number"),
    ("version: 01\n", 1, "file_no_number"),
    ("version:\n", 1, "file_no_value"),
    ("name: x\nversion: 2\nnovelty: y\n", 2, "file_newer"),
    ("version: 0\n", 1, "file_version"),
    ("version: 1\nname: x\nname: y\nparts: []\n", 3, "file_twice"),
    ("version: 1\nnames: x\nparts: []\n", 2, "file_unknown"),
    ("version: 1\n<<: {name: x}\nparts: []\n", 2, "file_unknown"),
    ("version: 1\nparts: []\n", 1, "file_missing"),
    ("version: 1\nname: [x]\nparts: []\n", 2, "file_no_value"),
    ("version: 1\nname: x\nparts: calf\n", 3, "file_no_list"),
    ("version: 1\nname: x\nparts:\n  - calf\n", 4, "file_no_fields"),
]
PART_BROKEN = [
    ("- length: quick\n", 4, "file_missing"),
    ("- area: calf\n  side: left\n", 4, "file_missing"),
    ("- area: calf\n  length: quick\n- area: calf\n  length: long\n", 7, "file_choice"),
    ("- area: calf\n  side:\n  length: quick\n", 5, "file_no_value"),
    ("- area: calf\n  side: inside\n  length: quick\n", 5, "file_choice"),
    ("- area: calf\n  steps: []\n  length: quick\n", 6, "file_length_and_steps"),
    ("- area: calf\n  steps: []\n", 5, "steps_missing"),
    ("- area: calf\n  steps: {phase: press}\n", 5, "file_no_list"),
    ("- area: calf\n  steps:\n    - phase: press\n", 6, "file_missing"),
    ("- area: calf\n  steps:\n    - {phase: jump, seconds: 30}\n", 6, "file_choice"),
    ("- area: calf\n  steps:\n    - phase: press\n      seconds: 60.5\n", 7, "file_no_number"),
    ("- area: calf\n  steps:\n    - phase: press\n      seconds: -60\n", 7, "file_no_number"),
    (
        "- area: calf\n  steps:\n    - phase: press\n      seconds: 6\n      level: 9\n",
        8,
        "file_unknown",
    ),
    (
        "- area: calf\n  steps:\n    - phase: press\n      seconds: 6\n      spot: a\n",
        8,
        "file_no_number",
    ),
]


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        *BROKEN,
        *((f"version: 1\nname: x\nparts:\n{text}", line, key) for text, line, key in PART_BROKEN),
    ],
)
def test_a_text_that_is_no_routine_names_its_line(text: str, line: int, key: str) -> None:
    with pytest.raises(RoutineFileError) as caught:
        read_routine(text)
    assert (caught.value.line, caught.value.problem.key) == (line, key)
    assert str(line) in str(caught.value)


def test_a_text_that_is_too_long_is_not_even_looked_at() -> None:
    text = EVENING + "#" * LONGEST_TEXT
    with pytest.raises(RoutineFileError) as caught:
        read_routine(text)
    assert caught.value.problem.key == "file_long"


def test_the_longest_routine_that_may_be_is_no_longer_than_a_text_may_be() -> None:
    steps = tuple(OwnStep(Phase.RELEASE_HOLD, 100, 3) for _ in range(40))
    parts = (RoutinePart(area="quads_outer_thigh", side=Side.RIGHT, steps=steps),) * 8
    assert len(write_routine(Routine("x" * 60, parts))) < LONGEST_TEXT


def keys_of(name: str, *files: str) -> set[str]:
    """The keys of problems that are written out in the code, as second arguments of a call."""
    return {
        key
        for file in files
        for node in calls(CATALOGUE.parent / file)
        if called(node) == name and len(node.args) > 1 and (key := literal(node.args[1]))
    }


def test_every_problem_has_words_and_no_words_are_left_over() -> None:
    found = keys_of("Problem", "massage/routine.py", "routines.py", "routine_flow.py")
    found |= keys_of("_over", "massage/routine.py")
    of_file = keys_of("RoutineFileError", "routine_file.py")
    assert {"too_long", "pressing_spot", "name_taken", "steps_missing"} <= found
    words = {key.removeprefix("routine_") for key in messages() if key.startswith("routine_")}
    assert words - {"invalid", "none", "unknown"} == found | of_file
    assert set(FORMS["error"]) - {"text_invalid"} == found


# --- in and out -----------------------------------------------------------------------------------


async def act(house: House, action: str, **data: str | bool) -> dict[str, Any]:
    """Call an action of the coach and return its answer."""
    answer = await house.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    await house.hass.async_block_till_done()
    assert answer is not None
    return {**answer}


async def refused(house: House, action: str, **data: str | bool) -> ServiceValidationError:
    """Call an action that must be refused, and change nothing."""
    before = dict(house.entry.subentries)
    with pytest.raises(ServiceValidationError) as caught:
        await act(house, action, **data)
    assert house.entry.subentries == before
    assert caught.value.translation_domain == DOMAIN
    assert "{" not in str(caught.value)
    return caught.value


async def test_a_text_becomes_a_routine_and_a_text_again(house: House) -> None:
    answer = await act(house, "import_routine", yaml=EVENING)
    assert answer["name"] == "Evening wind-down"
    subentry = house.entry.subentries[answer["subentry_id"]]
    assert (subentry.title, subentry.subentry_type) == ("Evening wind-down", "routine")
    text = await act(house, "export_routine", routine="evening wind-down")
    assert read_routine(text["yaml"]).routine == read_routine(EVENING).routine


async def test_a_routine_can_be_started_once_it_was_taken_in(house: House) -> None:
    await act(house, "import_routine", yaml=EVENING)
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"routine": "Evening wind-down"}, blocking=True
    )
    assert house.session.attributes["area"] == "upper_traps"
    assert house.entry.runtime_data.session.live


@pytest.mark.parametrize("name", ["evening wind down", "evening wind-down"])
async def test_a_routine_can_be_called_by_its_name_at_once(house: House, name: str) -> None:
    """Recognisers write a hyphen, or none."""
    await act(house, "import_routine", yaml=EVENING)
    await house.say(f"start {name}")
    await house.until("asking")
    assert house.session.attributes["area"] == "upper_traps"
    assert house.entry.runtime_data.session.live


async def test_a_routine_that_is_taken_in_does_not_end_a_session(house: House) -> None:
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"area": "forearm", "side": "left"}, blocking=True
    )
    before = house.entry.runtime_data
    await act(house, "import_routine", yaml=EVENING)
    assert house.entry.runtime_data is before
    assert before.session.live


async def test_taking_a_routine_in_needs_no_answer(house: House) -> None:
    await house.hass.services.async_call(DOMAIN, "import_routine", {"yaml": EVENING}, blocking=True)
    await house.hass.async_block_till_done()
    assert list(routines_of(house.entry)) == ["Evening wind-down"]


async def test_a_second_of_the_same_name_is_refused_unless_it_replaces(house: House) -> None:
    first = await act(house, "import_routine", yaml=EVENING)
    other = CALF.replace("Slow forearm", "evening WIND-DOWN")
    error = await refused(house, "import_routine", yaml=other)
    assert str(error).startswith("Line 2: There is already a routine called evening WIND-DOWN.")
    second = await act(house, "import_routine", yaml=other, replace=True)
    assert second == {"name": "evening WIND-DOWN", "subentry_id": first["subentry_id"]}
    (routine,) = routines_of(house.entry).values()
    assert routine == read_routine(other).routine


async def test_what_there_is_nothing_of_to_replace_is_added(house: House) -> None:
    await act(house, "import_routine", yaml=EVENING, replace=True)
    await act(house, "import_routine", yaml=CALF, replace=True)
    assert list(routines_of(house.entry)) == ["Evening wind-down", "Slow forearm"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("quick", "long"),
            "Line 6: length cannot be long. Use one of these: quick, standard, deep",
        ),
        (("forearm", "elbow"), "Line 7: There is no area elbow. Use one of these: "),
        (("left", "centre"), "Line 5: upper_traps is not worked on centre. Leave the side out"),
        (("version: 1", "version: 7"), "Line 1: The routine is in format 7, which a newer "),
        (("name: Evening wind-down", "name: '!'"), "Line 2: Nobody can say that name"),
        (("upper_traps", "forearm"), "Line 7: forearm may come twice on the same side."),
        (
            ("name:", "nam:"),
            "Line 2: nam means nothing here. Use one of these: version, name, parts",
        ),
    ],
)
async def test_what_is_wrong_in_a_text_is_named_with_its_line(
    house: House, change: tuple[str, str], message: str
) -> None:
    error = await refused(house, "import_routine", yaml=EVENING.replace(*change))
    assert error.translation_key == "routine_invalid"
    assert str(error).startswith(message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("seconds: 60", "seconds: 91"), "Line 8: press takes 30 to 90 seconds."),
        (("phase: locate", "phase: broad"), "Line 8: A press needs a step locate before it."),
        (("phase: ease_off", "phase: check_in"), "Line 9: check_in is in every session by itself."),
    ],
)
async def test_what_is_wrong_with_a_step_is_named_with_its_line(
    house: House, change: tuple[str, str], message: str
) -> None:
    error = await refused(house, "import_routine", yaml=CALF.replace(*change))
    assert str(error).startswith(message)


async def test_a_text_is_needed(house: House) -> None:
    with pytest.raises(vol.Invalid):
        await act(house, "import_routine")


async def test_only_a_routine_that_is_there_can_be_handed_out(house: House) -> None:
    error = await refused(house, "export_routine", routine="Evening wind-down")
    assert error.translation_key == "routine_none"
    await act(house, "import_routine", yaml=EVENING)
    error = await refused(house, "export_routine", routine="Morning")
    assert "Morning. It has these: Evening wind-down" in str(error)


# --- what is written down about them --------------------------------------------------------------


def test_the_examples_in_the_guide_are_routines(catalogue: Catalogue) -> None:
    texts = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert len(texts) == 2
    for text in texts:
        assert lint(read_routine(text).routine, catalogue.areas, catalogue.books["en"]) == ()


def test_the_guide_knows_every_area_and_the_bounds_of_every_phase(catalogue: Catalogue) -> None:
    guide = DOCS.read_text()
    assert all(f"`{area}`" in guide for area in catalogue.areas)
    for phase in rules.ORDER:
        row = next(
            line for line in guide.splitlines() if line.startswith("|") and f"`{phase}`" in line
        )
        least, most = BOUNDS[phase]
        assert f"{max(1, least)} to {most}" in row
