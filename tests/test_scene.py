"""The scenes: which there are, what they are called, and that they start nothing by a shortcut."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from hypothesis import given, strategies as st
import pytest

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.content import CATALOGUE, Catalogue, read
from custom_components.knot_coach.massage.routine import LONGEST_NAME
from custom_components.knot_coach.scene_names import Ambiguity, routine_name
from tests.fake_heater import Pad
from tests.house import OTHER_ROOM, ROOM, House, coach_entry, set_up
from tests.virtual_clock import VirtualClock

USUAL = [
    "Neck massage",
    "Shoulder blade massage",
    "Lower back massage",
    "Calf massage",
    "Foot massage",
]
DESK_BREAK: Mapping[str, Any] = {
    "parts": [
        {"area": "forearm", "side": "left", "length": "quick"},
        {"area": "upper_traps", "side": "right", "length": "quick"},
    ]
}


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach, in virtual time."""
    return await House(hass, virtual_time).build()


@pytest.fixture(name="catalogue", scope="module")
def catalogue_fixture() -> Catalogue:
    return read(CATALOGUE)


def scenes(house: House) -> list[er.RegistryEntry]:
    """The coach's scenes that are there now."""
    registry = er.async_get(house.hass)
    return [
        entity
        for entity in er.async_entries_for_config_entry(registry, house.entry.entry_id)
        if entity.domain == "scene" and entity.disabled_by is None
    ]


def names(house: House) -> list[str]:
    """What they are called, as every assistant has it."""
    return [er.async_get_full_entity_name(house.hass, scene) for scene in scenes(house)]


def called(house: House, name: str) -> str:
    """The entity id of the scene of that name."""
    [found] = [
        scene.entity_id
        for scene in scenes(house)
        if er.async_get_full_entity_name(house.hass, scene) == name
    ]
    return found


def shown(house: House, name: str) -> State:
    """A scene as everybody sees it."""
    state = house.hass.states.get(called(house, name))
    assert state is not None
    return state


async def activate(house: House, name: str) -> None:
    """Activate a scene, as an automation or a tap on a dashboard does."""
    await house.hass.services.async_call(
        "scene", "turn_on", {"entity_id": called(house, name)}, blocking=True
    )


async def refused(house: House, name: str, reason: str) -> None:
    """Activate a scene that must say why not, and does not count as activated."""
    before = shown(house, name)
    with pytest.raises(ServiceValidationError) as caught:
        await activate(house, name)
    assert caught.value.translation_domain == DOMAIN
    assert caught.value.translation_key == reason
    assert " " in str(caught.value)
    assert shown(house, name) == before


async def reload(house: House) -> None:
    """Set the coach up again, as a restart does."""
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data


async def forget_scenes(house: House) -> None:
    """Have a coach that has never had scenes."""
    registry = er.async_get(house.hass)
    for scene in scenes(house):
        registry.async_remove(scene.entity_id)
    await reload(house)


async def add_routine(
    house: House, title: str, data: Mapping[str, Any] = DESK_BREAK
) -> ConfigSubentry:
    """Give the coach a routine of the person's own, whatever its name."""
    routine = ConfigSubentry(
        data=MappingProxyType(dict(data)), subentry_type="routine", title=title, unique_id=None
    )
    house.hass.config_entries.async_add_subentry(house.entry, routine)
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    return routine


async def stop(house: House) -> None:
    """End the session, and let the last words be spoken."""
    await house.hass.services.async_call(
        DOMAIN, "stop_session", {"config_entry_id": house.entry.entry_id}, blocking=True
    )
    await house.clock.advance(15)
    assert house.session.state == "idle"


def last(house: House) -> Mapping[str, Any]:
    """The record of the last session."""
    record = house.coach.memory.last
    assert record is not None
    return record


# --- which there are ------------------------------------------------------------------------------


async def test_a_new_coach_has_five(house: House) -> None:
    assert names(house) == USUAL
    # Nothing but the name, wherever it is shown.
    assert [shown(house, name).name for name in USUAL] == USUAL


async def test_each_is_a_device_in_the_room_of_the_coach(house: House) -> None:
    devices = dr.async_get(house.hass)
    coach = devices.async_get_device_by_identifier(
        (DOMAIN, house.entry.entry_id), house.entry.entry_id
    )
    room = ar.async_get(house.hass).async_get_area_by_name(ROOM)
    assert coach is not None
    assert room is not None
    for scene in scenes(house):
        device = devices.async_get(scene.device_id or "")
        assert isinstance(device, dr.DeviceEntry)
        assert device.entry_type is dr.DeviceEntryType.SERVICE
        assert device.via_device_id == coach.id
        assert device.area_id == room.id
        assert scene.entity_category is None


async def test_what_was_worked_on_most_comes_first(house: House) -> None:
    await house.has_pressed(hours=200, area="calf")
    for hours in (100, 300):
        await house.has_pressed(hours=hours, area="jaw")
    await forget_scenes(house)
    assert set(names(house)) == {
        *("Jaw massage", "Calf massage"),
        *("Neck massage", "Shoulder blade massage", "Lower back massage"),
    }


async def test_what_was_forgotten_is_no_favourite(house: House) -> None:
    await house.say("start quick jaw knot routine")
    await house.until("asking")
    await stop(house)
    await house.coach.memory.async_forget(None, house.coach.now())
    # The limits still know of it.
    assert house.coach.memory.records
    await forget_scenes(house)
    assert names(house) == USUAL


async def test_there_are_never_more_than_five(house: House) -> None:
    worked_on = ("jaw", "forearm", "glutes", "hamstrings", "upper_back", "chest")
    for hours, area in enumerate(worked_on, 100):
        await house.has_pressed(hours=hours, area=area)
    await forget_scenes(house)
    assert len(names(house)) == 5
    assert "Neck massage" not in names(house)


async def test_they_stay_whatever_is_worked_on_later(house: House) -> None:
    ids = {scene.entity_id: scene.id for scene in scenes(house)}
    for hours in range(100, 200, 10):
        await house.has_pressed(hours=hours, area="jaw")
    await reload(house)
    assert {scene.entity_id: scene.id for scene in scenes(house)} == ids


async def test_one_that_is_disabled_stays_away_and_no_other_takes_its_place(house: House) -> None:
    registry = er.async_get(house.hass)
    calf = called(house, "Calf massage")
    registry.async_update_entity(calf, disabled_by=er.RegistryEntryDisabler.USER)
    await reload(house)
    assert names(house) == [name for name in USUAL if name != "Calf massage"]
    assert house.hass.states.get(calf) is None


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({Conf.FINDINGS: ["injury"], Conf.PLACES: {"injury": ["calf"]}}, "Calf massage"),
        ({Conf.TOOLS: []}, "Shoulder blade massage"),
    ],
)
async def test_none_that_this_person_cannot_do(
    hass: HomeAssistant, virtual_time: VirtualClock, options: Mapping[str, Any], missing: str
) -> None:
    house = await House(hass, virtual_time).build(options=options)
    assert names(house) == [name for name in USUAL if name != missing]


async def test_what_rests_is_a_favourite_all_the_same(house: House) -> None:
    await house.has_pressed(hours=1, area="upper_traps")
    await house.has_pressed(hours=1, area="upper_traps", side="right")
    await forget_scenes(house)
    assert "Neck massage" in names(house)


async def test_what_is_ruled_out_later_is_refused_in_words(house: House) -> None:
    house.hass.config_entries.async_update_entry(
        house.entry,
        options={
            **house.entry.options,
            Conf.FINDINGS: ["injury"],
            Conf.PLACES: {"injury": ["calf"]},
        },
    )
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    assert names(house) == USUAL
    await refused(house, "Calf massage", "blocked_area")


# --- what they start ------------------------------------------------------------------------------


async def test_it_starts_what_the_action_starts(house: House) -> None:
    await activate(house, "Shoulder blade massage")
    await house.until_question("side")
    by_scene = dict(house.session.attributes)
    assert (by_scene["area"], by_scene["length"]) == ("shoulder_blade", "standard")
    assert shown(house, "Shoulder blade massage").state != "unknown"
    await stop(house)
    assert last(house)["trigger"] == "action"
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"area": "shoulder_blade"}, blocking=True
    )
    await house.until_question("side")
    assert by_scene.pop("started_at") < house.session.attributes["started_at"]
    assert by_scene.items() <= house.session.attributes.items()


async def test_it_takes_what_is_chosen_for_the_next_session(house: House) -> None:
    for key, option in (("side", "right"), ("length", "quick")):
        await house.hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": house.entity("select", key), "option": option},
            blocking=True,
        )
    await activate(house, "Neck massage")
    await house.until_question("health")
    assert house.shows(area="upper_traps", side="right", length="quick")


async def test_a_script_that_activates_one_runs_by_itself(house: House) -> None:
    sequence = [{"action": "scene.turn_on", "target": {"entity_id": called(house, "Neck massage")}}]
    assert await async_setup_component(
        house.hass, "script", {"script": {"relax": {"sequence": sequence}}}
    )
    await house.hass.services.async_call("script", "relax", blocking=True)
    await house.until_question("side")
    await stop(house)
    assert last(house)["trigger"] == "schedule"


async def test_a_second_one_is_refused_while_the_first_goes_on(house: House) -> None:
    await activate(house, "Neck massage")
    await house.until_question("side")
    for name in ("Neck massage", "Calf massage"):
        await refused(house, name, "already_running")
    assert house.shows(area="upper_traps", question="side")
    await house.say("left")
    await house.until_question("health")
    # Whoever is in a session hears nothing of it.
    assert not [line for line in house.coach.speech.log if line["key"] == "reply.already_running"]


async def test_a_reason_not_to_start_is_spoken_in_the_room(house: House) -> None:
    """Alexa and Google have said "OK" by then, and wait for no answer."""
    for side in ("left", "right"):
        await house.has_pressed(hours=1, side=side)
    await refused(house, "Neck massage", "resting")
    await house.clock.run_until(lambda: len(house.satellite.texts) == 1, 20)
    assert house.satellite.texts[0].startswith("That area is resting until")
    assert house.session.state == "idle"
    # It is a conversation from there on.
    await house.clock.run_until(lambda: house.quiet, 20)
    await house.say("let's breathe and stretch instead")
    await house.until("asking")
    assert house.shows(area="upper_traps")


async def test_where_nothing_can_speak_none_is_started(house: House) -> None:
    house.satellite.set_available(available=False)
    await refused(house, "Neck massage", "no_output")


async def test_while_another_coach_is_at_work_in_the_room_nothing_is_said(house: House) -> None:
    other = coach_entry(house.hass, house.satellite.entity_id, name="Kim")
    await set_up(house.hass, other)
    kim, house.entry = house.entry, other
    await activate(house, "Neck massage")
    await house.until_question("side")
    house.entry = kim
    await refused(house, "Calf massage", "room_taken")
    await house.say("left")
    await house.clock.advance(30)
    assert house.coach.speech.log == []


async def test_the_coach_of_the_room_is_meant(house: House) -> None:
    """Two coaches have the same favourites; Assist knows who is where."""
    await set_up(
        house.hass, coach_entry(house.hass, house.kitchen.entity_id, name="Kim", room=OTHER_ROOM)
    )
    await house.say("activate neck massage")
    await house.until_question("side")
    assert house.kitchen.texts == []


@pytest.mark.parametrize(
    "text",
    [
        "activate neck massage",
        "turn on neck massage",
        "turn on the neck massage scene",
        "neck massage on",
        "Neck massage.",
    ],
)
async def test_assist_activates_one(house: House, text: str) -> None:
    reply = await house.say(text)
    assert reply.speech == "Activated"
    await house.until_question("side")
    assert house.shows(area="upper_traps")


async def test_our_own_words_come_first(house: House) -> None:
    """They know sides, lengths and times, which no scene does."""
    await house.say("start quick neck massage on the left")
    await house.until_question("health")
    assert house.shows(area="upper_traps", side="left", length="quick")


@pytest.mark.parametrize(
    "text", ["neck", "calf", "lower back", "foot", "massage", "shoulder blade"]
)
async def test_no_part_of_the_body_activates_one(house: House, text: str) -> None:
    await house.say(text)
    await house.clock.advance(3)
    assert house.session.state == "idle"
    assert {shown(house, name).state for name in USUAL} == {"unknown"}


# --- heat and health ------------------------------------------------------------------------------


async def test_nothing_is_pressed_or_warmed_without_an_answer(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    pad = Pad()
    house = await House(hass, virtual_time).build(pad=pad)
    await activate(house, "Neck massage")
    await house.until_question("side")
    await house.until("idle", within=200)
    assert not pad.on
    assert last(house)["outcome"] == "unanswered"
    house.room.leave()


async def test_heat_waits_for_a_yes_of_its_own(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    pad = Pad()
    house = await House(hass, virtual_time).build(pad=pad)
    await activate(house, "Neck massage")
    await house.until_question("side")
    await house.say("left")
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")
    # Activating it again is no yes.
    await refused(house, "Neck massage", "already_running")
    await house.clock.advance(5)
    assert not pad.on
    await house.say("yes")
    await house.clock.run_until(lambda: pad.on, 30)
    await stop(house)
    await house.clock.run_until(lambda: not pad.on, 30)
    await house.clock.advance(15)
    house.room.leave()


# --- the person's own routines --------------------------------------------------------------------


async def test_a_routine_has_a_scene_on_its_own_device(house: House) -> None:
    routine = await add_routine(house, "Desk break")
    assert names(house) == [*USUAL, "Desk break"]
    [scene] = [one for one in scenes(house) if one.config_subentry_id is not None]
    device = dr.async_get(house.hass).async_get(scene.device_id or "")
    assert isinstance(device, dr.DeviceEntry)
    assert scene.config_subentry_id == device.config_subentry_id == routine.subentry_id
    await house.say("activate desk break")
    await house.until_question("health")
    assert house.shows(area="forearm", side="left", length="quick")
    await stop(house)
    assert last(house)["routine"] == "Desk break"


async def test_its_scene_goes_with_it(house: House) -> None:
    routine = await add_routine(house, "Desk break")
    scene = called(house, "Desk break")
    house.hass.config_entries.async_remove_subentry(house.entry, routine.subentry_id)
    await house.hass.async_block_till_done()
    assert names(house) == USUAL
    assert house.hass.states.get(scene) is None
    found = dr.async_entries_for_config_entry(dr.async_get(house.hass), house.entry.entry_id)
    assert "Desk break" not in {device.name for device in found}


async def test_its_scene_follows_a_new_name(house: House) -> None:
    routine = await add_routine(house, "Desk break")
    scene = called(house, "Desk break")
    house.hass.config_entries.async_update_subentry(house.entry, routine, title="Late break")
    await house.hass.async_block_till_done()
    assert called(house, "Late break") == scene


async def test_a_routine_that_was_changed_in_a_session_is_played_as_it_is_now(
    house: House,
) -> None:
    routine = await add_routine(house, "Desk break")
    await activate(house, "Neck massage")
    await house.until_question("side")
    parts = [{"area": "upper_traps", "side": "left", "length": "quick"}]
    house.hass.config_entries.async_update_subentry(house.entry, routine, data={"parts": parts})
    await stop(house)
    await activate(house, "Desk break")
    await house.until_question("health")
    assert house.shows(area="upper_traps", side="left")


async def test_one_that_cannot_be_read_says_so(house: House) -> None:
    await add_routine(house, "Old one", {"sides": "left"})
    await refused(house, "Old one", "unknown_routine")
    await house.clock.run_until(lambda: bool(house.satellite.texts), 20)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Desk break", "Desk break"),
        ("Wind-down", "Wind-down session"),
        ("Neck", "Neck session"),
        ("lower back", "lower back session"),
        ("Left shoulder blade", "Left shoulder blade session"),
        ("Neck massage", "Neck massage session"),
        ("Stop", "Stop session"),
        ("Ruhe 🌙 {jetzt} (a|b)!", "Ruhe jetzt a b"),
        ("  Late\tnight  ", "Late night"),
        ("עיסוי לילה טוב", "עיסוי לילה טוב"),
    ],
)
async def test_what_a_routine_is_called(house: House, title: str, name: str) -> None:
    await add_routine(house, title)
    assert names(house) == [*USUAL, name]


async def test_no_name_breaks_assist(house: House) -> None:
    for title in (
        "{",
        "(a|b",
        "[",
        "<the>",
        "🦶",
        "x" * 10_000,
        "\u202eback",
        "{area} on",
        "''",
        "_",
    ):
        await add_routine(house, title)
    assert len(scenes(house)) == 15
    reply = await house.say("activate neck massage")
    assert reply.speech == "Activated"
    await house.until_question("side")


@given(st.text(max_size=300))
def test_a_name_stays_short_and_on_one_line(title: str) -> None:
    name = routine_name(title)
    assert len(name) <= LONGEST_NAME
    assert not set("\n\r\t") & set(name)


@pytest.mark.parametrize(
    "name", ["neck", "lower back", "right calf", "base of my skull", "back", "knee", "throat"]
)
def test_a_part_of_the_body_is_no_name(catalogue: Catalogue, name: str) -> None:
    assert Ambiguity(catalogue, ()).of(name)


@pytest.mark.parametrize("name", ["neck and calves", "calf recovery", "after work", "my evening"])
def test_more_than_a_part_of_the_body_is_one(catalogue: Catalogue, name: str) -> None:
    assert not Ambiguity(catalogue, ()).of(name)


@pytest.mark.parametrize(
    "said", ["too much", "keep going", "my arm is numb", "stop the music", "turn off the light"]
)
async def test_what_a_session_or_the_house_is_told_activates_none(house: House, said: str) -> None:
    """A routine that has been called so before that was refused."""
    await add_routine(house, said.capitalize())
    assert f"{said.capitalize()} session" in names(house)
    await house.say(said)
    await house.clock.advance(5)
    assert house.session.state == "idle"


def test_a_name_that_is_taken_is_none(catalogue: Catalogue) -> None:
    taken = Ambiguity(catalogue, ["Neck massage"])
    assert taken.of("neck  massage!")
    assert not taken.of("neck massages")
