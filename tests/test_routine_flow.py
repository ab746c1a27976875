"""Putting routines together in the settings: what is asked, what is refused, and how it changes."""

import json
from pathlib import Path
import re
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.knot_coach import routine_flow
from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.order import OwnStep
from custom_components.knot_coach.massage.phases import Length, Phase
from custom_components.knot_coach.massage.routine import Routine, RoutinePart
from custom_components.knot_coach.routine_file import write_routine
from custom_components.knot_coach.routines import ROUTINE, data_of, routine_of
from tests.house import House
from tests.virtual_clock import VirtualClock

WORDS: dict[str, Any] = json.loads(
    (Path(routine_flow.__file__).parent / "translations" / "en.json").read_text()
)
FORMS = WORDS["config_subentries"][ROUTINE]

AREAS = {
    "name": "Evening wind-down",
    "parts": [
        {"area": "upper_traps", "side": "left", "length": "quick"},
        {"area": "hand_thumb", "length": "standard"},
    ],
}
STEPS = {
    "name": "Slow forearm",
    "area": "forearm",
    "side": "left",
    "steps": [
        {"phase": "locate", "seconds": 30.0, "spot": 1.0},
        {"phase": "press", "seconds": 60.0, "spot": 2.0},
        {"phase": "stretch", "seconds": 30.0},
    ],
}
EVENING = Routine(
    "Evening wind-down",
    (
        RoutinePart(area="upper_traps", side=Side.LEFT, length=Length.QUICK),
        RoutinePart(area="hand_thumb", length=Length.STANDARD),
    ),
)
FOREARM_STEPS = (
    OwnStep(Phase.LOCATE, 30),
    OwnStep(Phase.PRESS, 60, 2),
    OwnStep(Phase.STRETCH, 30),
)
FOREARM = Routine(
    "Slow forearm", (RoutinePart(area="forearm", side=Side.LEFT, steps=FOREARM_STEPS),)
)
MIXED = Routine("Mixed", (*FOREARM.parts, *EVENING.parts))


@pytest.fixture(name="entry")
async def entry_fixture(hass: HomeAssistant, virtual_time: VirtualClock) -> MockConfigEntry:
    """The entry of a coach."""
    return (await House(hass, virtual_time).build()).entry


async def begin(hass: HomeAssistant, entry: MockConfigEntry, form: str) -> SubentryFlowResult:
    """Choose a kind of routine from the menu."""
    flows = hass.config_entries.subentries
    menu = await flows.async_init((entry.entry_id, ROUTINE), context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == ["areas", "steps", "text"]
    return await flows.async_configure(menu["flow_id"], {"next_step_id": form})


async def answer(
    hass: HomeAssistant, shown: SubentryFlowResult, answers: dict[str, Any]
) -> SubentryFlowResult:
    result = await hass.config_entries.subentries.async_configure(shown["flow_id"], answers)
    await hass.async_block_till_done()
    return result


def suggested(form: SubentryFlowResult) -> dict[str, Any]:
    """What a form shows as the answers there are."""
    schema = form["data_schema"]
    assert schema is not None
    return {
        str(key): key.description["suggested_value"]
        for key in schema.schema
        if key.description and "suggested_value" in key.description
    }


def told(form: SubentryFlowResult) -> str:
    """The one error of a form, as a person reads it."""
    assert form["type"] is FlowResultType.FORM
    errors = form["errors"]
    assert errors is not None
    ((field, key),) = errors.items()
    schema = form["data_schema"]
    assert schema is not None
    assert field in schema.schema
    text: str = FORMS["error"][key]
    return text.format(**form["description_placeholders"] or {})


async def add(
    hass: HomeAssistant, entry: MockConfigEntry, title: str, data: dict[str, Any]
) -> ConfigSubentry:
    """Store a routine as if it had been put together before."""
    subentry = ConfigSubentry(
        data=MappingProxyType(data), subentry_type=ROUTINE, title=title, unique_id=None
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    await hass.async_block_till_done()
    return subentry


async def change(
    hass: HomeAssistant, entry: MockConfigEntry, subentry: ConfigSubentry
) -> SubentryFlowResult:
    """Open a routine to change it."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, ROUTINE),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )


def only(entry: MockConfigEntry) -> Routine:
    """The one routine of a coach."""
    (subentry,) = entry.subentries.values()
    routine = routine_of(subentry)
    assert routine is not None
    return routine


# --- a new one ------------------------------------------------------------------------------------


async def test_areas_one_after_the_other(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await begin(hass, entry, "areas")
    assert form["step_id"] == "areas"
    done = await answer(hass, form, {**AREAS, "name": "  Evening wind-down "})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert only(entry) == EVENING


async def test_own_steps_for_one_area(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await begin(hass, entry, "steps")
    assert form["step_id"] == "steps"
    done = await answer(hass, form, STEPS)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert only(entry) == FOREARM


@pytest.mark.parametrize("routine", [EVENING, FOREARM, MIXED], ids=lambda one: one.name)
async def test_the_text_of_any_routine(
    hass: HomeAssistant, entry: MockConfigEntry, routine: Routine
) -> None:
    form = await begin(hass, entry, "text")
    done = await answer(hass, form, {"text": write_routine(routine)})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert only(entry) == routine


@pytest.mark.parametrize("empty", [None, ""])
def test_a_field_that_was_cleared_is_no_answer(empty: str | None) -> None:
    assert routine_flow._given({"area": "jaw", "side": empty, "spot": 1}) == {
        "area": "jaw",
        "spot": 1,
    }


@pytest.mark.parametrize(
    ("form", "answers"),
    [
        ("areas", {"name": "x", "parts": [{"area": "elbow", "length": "quick"}]}),
        ("areas", {"name": "x", "parts": [{"area": "calf"}]}),
        ("areas", {"name": "x", "parts": [{"area": "calf", "length": "quick", "level": 9}]}),
        ("steps", {**STEPS, "steps": [{"phase": "check_in", "seconds": 20}]}),
        ("steps", {**STEPS, "steps": [{"phase": "press", "seconds": "long"}]}),
        ("text", {}),
    ],
)
async def test_what_a_form_does_not_offer_cannot_be_sent(
    hass: HomeAssistant, entry: MockConfigEntry, form: str, answers: dict[str, Any]
) -> None:
    shown = await begin(hass, entry, form)
    with pytest.raises(InvalidData):
        await answer(hass, shown, answers)
    assert not entry.subentries


async def test_one_area_without_its_list_is_one_area(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Home Assistant 2026.10 lets it through; from 2026.11 on the form refuses it by itself."""
    form = await begin(hass, entry, "areas")
    answers = {"name": "Jaw", "parts": {"area": "jaw", "length": "quick"}}
    if (MAJOR_VERSION, MINOR_VERSION) >= (2026, 11):
        with pytest.raises(InvalidData):
            await answer(hass, form, answers)
        assert not entry.subentries
        return
    await answer(hass, form, answers)
    assert only(entry) == Routine("Jaw", (RoutinePart(area="jaw", length=Length.QUICK),))


# Home Assistant's http component still names by strings what it keeps with a request.
@pytest.mark.filterwarnings("ignore:It is recommended to use web.RequestKey")
async def test_a_browser_is_shown_lists_that_can_be_put_in_order(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    """What the frontend makes its forms of, as it gets it."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_client()
    flows = "/api/config/config_entries/subentries/flow"
    menu = await client.post(flows, json={"handler": [entry.entry_id, ROUTINE]})
    flow = f"{flows}/{(await menu.json())['flow_id']}"
    form = await (await client.post(flow, json={"next_step_id": "areas"})).json()
    parts = next(field for field in form["data_schema"] if field["name"] == "parts")
    selector = parts["selector"]["object"]
    assert selector["multiple"] is True
    assert list(selector["fields"]) == ["area", "side", "length"]
    options = selector["fields"]["area"]["selector"]["select"]["options"]
    assert {"value": "calf", "label": "Lower leg"} in options
    done = await client.post(flow, json=AREAS)
    assert (await done.json())["type"] == "create_entry"
    await hass.async_block_till_done()
    assert only(entry) == EVENING


# --- what is refused, in words that say what to do ------------------------------------------------


def one(**wanted: str) -> dict[str, str]:
    return {"area": "forearm", "side": "left", "length": "quick", **wanted}


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"name": " "}, "Give the routine a name."),
        ({"name": "x" * 61}, "The name has more than 60 letters. Choose a shorter one."),
        ({"name": "!"}, "Nobody can say that name. Make it of words."),
        ({"parts": []}, "Add at least one area."),
        ({"parts": [one()] * 9}, "A routine has 8 areas at most. Take some out."),
        (
            {"parts": [one(), one(side="both")]},
            "Forearm may come twice on the same side. Choose two different sides, or take one out.",
        ),
        (
            {"parts": [one(area="jaw")]},
            "Jaw: there is no such side. Leave the side empty.",
        ),
        (
            {"parts": [{"area": "jaw", "length": "deep"}]},
            "Jaw is not offered in the length Deep. Choose another one.",
        ),
        (
            {"parts": [one(side="both", length="deep")]},
            "Forearm is not offered deep on both sides. Choose one side, or standard.",
        ),
        (
            {
                "parts": [
                    one(length="standard"),
                    *(one(area=a, length="standard") for a in ("calf", "glutes")),
                ]
            },
            "The routine takes about N minutes, and 30 are allowed. Shorten it, or take an area out.",
        ),
    ],
)
async def test_areas_that_cannot_be(
    hass: HomeAssistant, entry: MockConfigEntry, answers: dict[str, Any], message: str
) -> None:
    form = await begin(hass, entry, "areas")
    refused = await answer(hass, form, {**AREAS, **answers})
    # How long the words take is none of this test's business.
    assert re.sub(r"about \d+ ", "about N ", told(refused)) == message
    # What was answered is still there, and the way on is open.
    assert suggested(refused) == {**AREAS, **answers}
    done = await answer(hass, refused, AREAS)
    assert done["type"] is FlowResultType.CREATE_ENTRY


def step(phase: str, seconds: int, spot: int = 1) -> dict[str, Any]:
    return {"phase": phase, "seconds": seconds, "spot": spot}


@pytest.mark.parametrize(
    ("answers", "field", "message"),
    [
        ({"name": " "}, "name", "Give the routine a name."),
        ({"steps": []}, "steps", "Add at least one step."),
        ({"area": "jaw"}, "side", "Jaw: there is no such side. Leave the side empty."),
        (
            {"steps": [step("locate", 30), step("press", 95), step("stretch", 30)]},
            "steps",
            "Step 2: Pressing takes 30 to 90 seconds. Change the seconds.",
        ),
        (
            {"steps": [step("broad", 30), step("locate", 30)]},
            "steps",
            "Step 2: Finding the spot comes before Slow circles. Move it up.",
        ),
        (
            {"area": "upper_traps", "steps": [step("tool", 30)]},
            "steps",
            "Step 1: Massage gun is not done on Neck and top of shoulder. Take the step out.",
        ),
        (
            {"steps": [step("locate", 30), step("press", 60)]},
            "steps",
            "Step 2: pressing is followed by a stretch. Add one at the end.",
        ),
        (
            {"steps": [step("press", 60), step("stretch", 30)]},
            "steps",
            "Step 1: a spot has to be found before it is pressed. Add a step that finds it.",
        ),
        (
            {"steps": [step("locate", 30), step("release_hold", 20), step("stretch", 30)]},
            "steps",
            "Step 2: Release hold comes right after pressing the same spot. Move it there.",
        ),
        (
            {"steps": [step("breathe", 30), step("breathe", 30)]},
            "steps",
            "Step 2: Breathing comes once. Take one of them out.",
        ),
        (
            {"steps": [step("locate", 30), *[step("press", 90)] * 3, step("stretch", 30)]},
            "steps",
            "Forearm: spot 1 is pressed for 270 seconds, and 180 are allowed. Shorten a press, or take one out.",
        ),
    ],
)
async def test_steps_that_cannot_be(
    hass: HomeAssistant, entry: MockConfigEntry, answers: dict[str, Any], field: str, message: str
) -> None:
    form = await begin(hass, entry, "steps")
    refused = await answer(hass, form, {**STEPS, **answers})
    assert told(refused) == message
    assert list(refused["errors"] or {}) == [field]
    assert suggested(refused) == {**STEPS, **answers}
    done = await answer(hass, refused, STEPS)
    assert done["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("version: 1", "version: 2"), "Line 1: The routine is in format 2, which a newer "),
        (
            ("seconds: 60", "seconds: 600"),
            "Line 8: press takes 30 to 90 seconds. Change the seconds.",
        ),
        (("name: ", "name: '!'  # "), "Line 2: Nobody can say that name. Make it of words."),
    ],
)
async def test_texts_that_cannot_be(
    hass: HomeAssistant, entry: MockConfigEntry, change: tuple[str, str], message: str
) -> None:
    text = write_routine(FOREARM)
    assert change[0] in text
    form = await begin(hass, entry, "text")
    refused = await answer(hass, form, {"text": text.replace(*change)})
    assert told(refused).startswith(message)
    assert suggested(refused) == {"text": text.replace(*change)}
    done = await answer(hass, refused, {"text": text})
    assert done["type"] is FlowResultType.CREATE_ENTRY


async def test_no_two_routines_are_said_alike(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await add(hass, entry, EVENING.name, data_of(EVENING))
    form = await begin(hass, entry, "areas")
    refused = await answer(hass, form, {**AREAS, "name": "evening WIND-DOWN"})
    assert told(refused) == (
        "There is already a routine called evening WIND-DOWN. Choose another name."
    )


# --- one that there is ----------------------------------------------------------------------------


async def test_areas_are_changed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await change(hass, entry, await add(hass, entry, EVENING.name, data_of(EVENING)))
    assert form["step_id"] == "areas"
    assert suggested(form) == AREAS
    changed = {"name": "Morning", "parts": AREAS["parts"][1:]}
    done = await answer(hass, form, changed)
    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "reconfigure_successful"
    assert only(entry) == Routine("Morning", EVENING.parts[1:])


async def test_steps_are_changed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await change(hass, entry, await add(hass, entry, FOREARM.name, data_of(FOREARM)))
    assert form["step_id"] == "steps"
    shown = suggested(form)
    assert shown["steps"] == [step("locate", 30), step("press", 60, 2), step("stretch", 30)]
    await answer(hass, form, {**shown, "area": "calf"})
    assert only(entry) == Routine(
        "Slow forearm", (RoutinePart(area="calf", side=Side.LEFT, steps=FOREARM_STEPS),)
    )


async def test_what_no_form_can_hold_is_changed_as_text(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await change(hass, entry, await add(hass, entry, MIXED.name, data_of(MIXED)))
    assert form["step_id"] == "text"
    assert suggested(form) == {"text": write_routine(MIXED)}
    await answer(hass, form, {"text": write_routine(EVENING)})
    assert only(entry) == EVENING


async def test_what_cannot_be_read_is_written_anew(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await change(hass, entry, await add(hass, entry, "Newer", {}))
    assert (form["step_id"], suggested(form)) == ("text", {})
    await answer(hass, form, {"text": write_routine(EVENING)})
    assert only(entry) == EVENING


@pytest.mark.parametrize(
    "part",
    [
        RoutinePart(area="jaw", side=Side.CENTRE),
        RoutinePart(area="jaw", side=Side.CENTRE, steps=FOREARM_STEPS),
    ],
    ids=["areas", "steps"],
)
async def test_the_centre_is_no_side_to_choose(
    hass: HomeAssistant, entry: MockConfigEntry, part: RoutinePart
) -> None:
    form = await change(
        hass, entry, await add(hass, entry, "Jaw", data_of(Routine("Jaw", (part,))))
    )
    done = await answer(hass, form, suggested(form))
    assert done["type"] is FlowResultType.ABORT
    assert only(entry).parts[0].side is None


async def test_a_routine_may_keep_its_name_but_not_take_another_ones(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await add(hass, entry, FOREARM.name, data_of(FOREARM))
    form = await change(hass, entry, await add(hass, entry, EVENING.name, data_of(EVENING)))
    refused = await answer(hass, form, {**AREAS, "name": "Slow forearm"})
    assert "already a routine called Slow forearm" in told(refused)
    done = await answer(hass, refused, AREAS)
    assert done["type"] is FlowResultType.ABORT


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["areas", "steps", "text"])
async def test_every_field_has_words(
    hass: HomeAssistant, entry: MockConfigEntry, name: str
) -> None:
    form = await begin(hass, entry, name)
    assert form["data_schema"] is not None
    words = FORMS["step"][name]
    assert {str(key) for key in form["data_schema"].schema} == set(words["data"])
    assert set(words["data"]) == set(words["data_description"])


@pytest.mark.parametrize(("name", "field"), [("areas", "parts"), ("steps", "steps")])
async def test_every_field_and_option_of_a_list_has_words(
    hass: HomeAssistant, entry: MockConfigEntry, name: str, field: str
) -> None:
    form = await begin(hass, entry, name)
    assert form["data_schema"] is not None
    config = form["data_schema"].schema[field].config
    words = WORDS["selector"][config["translation_key"]]["fields"]
    assert set(words) == set(config["fields"])
    for inner in config["fields"].values():
        select = inner["selector"].config
        for option in select.get("options", ()):
            # The frontend does not translate what is inside a list.
            expected = WORDS["selector"][select["translation_key"]]["options"][option["value"]]
            assert option["label"] == expected


async def test_a_new_area_without_words_is_called_by_its_key(hass: HomeAssistant) -> None:
    assert routine_flow.Words({}).of("area", "elbow") == "elbow"
