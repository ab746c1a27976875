"""Adding a coach and changing it: every step, every way it can be refused, and the way on from there."""

from collections.abc import Iterator
from datetime import date
import json
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_integration,
)
import voluptuous as vol

from custom_components.knot_coach import async_setup_entry, forms
from custom_components.knot_coach.announce import Output, Tier
from custom_components.knot_coach.announce.lanes import async_turn
from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.content import CATALOGUE, async_load, read
from custom_components.knot_coach.dead_man import DeadMan
from custom_components.knot_coach.forms import (
    COACH_FORM,
    ELSEWHERE,
    GUN_FORM,
    OUTPUTS_FORM,
    PROFILE_FORM,
    SCREENING_FORM,
    details_form,
)
from custom_components.knot_coach.heat_forms import HEAT_FORM, guard_form
from custom_components.knot_coach.heater import HeatConfig
from custom_components.knot_coach.hello import async_say_hello
from custom_components.knot_coach.massage.areas import Tool
from custom_components.knot_coach.massage.heat import HeatKind
from custom_components.knot_coach.massage.messages import Priority
from custom_components.knot_coach.massage.screening import CLEARABLE, TODAY, Finding
from custom_components.knot_coach.massage.wording import Line
from custom_components.knot_coach.screening_due import forget_screening
from custom_components.knot_coach.settings import OWNABLE, Settings, Target
from custom_components.knot_coach.speaker_forms import (
    HEARD_FORM,
    PROFILE_FORM as SPEAKER_FORM,
    UNKNOWN,
    choice_form,
    voice_form,
)
from tests.virtual_clock import VirtualClock
from tests.voice_stack import (
    FakeNotify,
    FakePlayer,
    FakeSatellite,
    Fault,
    Stack,
    setup_stack,
)

PROFILE: dict[str, Any] = {
    "target": "firm",
    "ceiling": 7.0,
    "senior": True,
    "short_breath": True,
    "tools": ["roller", "cane"],
    "gun": True,
    "next_day_question": True,
}
CHECKED: dict[str, Any] = {"heat_checked": True, "own_cutoff": True}
"""A pad on the body that an adult has looked at."""
NO_HEAT: dict[str, Any] = {
    "heater": None,
    "heat_kind": None,
    "temperature": None,
    "power": None,
    "heat_unasked": False,
    "own_cutoff": False,
    "countdown": None,
    "auto_off_minutes": None,
}
AREAS = sorted(file.stem for file in (CATALOGUE / "areas").glob("*.yaml"))
WORDS: dict[str, Any] = json.loads(
    (Path(forms.__file__).parent / "translations" / "en.json").read_text()
)
HELLO = "Hello. I am ready when you are."


@pytest.fixture(name="setup_entry", autouse=True)
def setup_entry_fixture() -> Iterator[AsyncMock]:
    """Bring no coach to life: what is asked and stored is the matter here."""
    with patch(
        "custom_components.knot_coach.async_setup_entry", AsyncMock(return_value=True)
    ) as setup:
        yield setup


def today() -> date:
    """The date where the person lives."""
    return dt_util.now().date()


@pytest.fixture(name="room")
def room_fixture(hass: HomeAssistant) -> str:
    return ar.async_get(hass).async_create("Bedroom").id


@pytest.fixture(name="stack")
async def stack_fixture(hass: HomeAssistant) -> Stack:
    """A satellite, a player, a telephone, and a player that cannot be told to play."""
    return await setup_stack(
        hass, FakeSatellite(), FakePlayer(), FakePlayer("dumb", plays=False), FakeNotify()
    )


class Walk:
    """One person who walks through a flow."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock) -> None:
        self._hass = hass
        self._clock = clock
        self.result: ConfigFlowResult

    async def begin(self) -> Walk:
        """Add a coach."""
        self.result = await self._hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
        return self

    async def change(self, entry: ConfigEntry) -> Walk:
        """Reconfigure a coach."""
        self.result = await self._hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
        )
        return self

    async def fill(self, **answers: object) -> Walk:
        """Send a form, and wait for as long as that takes."""
        manager = self._hass.config_entries.flow
        task = self._hass.async_create_task(
            manager.async_configure(self.result["flow_id"], answers)
        )
        await self._clock.run_until(task.done, 120)
        self.result = task.result()
        assert set(self.errors.values()) <= WORDS["config"]["error"].keys()
        return self

    async def outputs(
        self, *outputs: str, hello: bool = False, speech: dict[str, str] | None = None
    ) -> Walk:
        """Fill in the form of outputs."""
        return await self.fill(outputs=list(outputs), say_hello=hello, speech=speech or {})

    @property
    def step(self) -> str:
        """The form that is shown now."""
        assert self.result["type"] is FlowResultType.FORM, self.result
        return self.result["step_id"]

    @property
    def fields(self) -> list[str]:
        """What the form asks for."""
        schema = self.result["data_schema"]
        assert schema is not None
        return [str(key) for key in schema.schema]

    @property
    def errors(self) -> dict[str, str]:
        """What the form complains about, by field."""
        return self.result.get("errors") or {}

    def options_of(self, field: str) -> list[str]:
        """What can be chosen in a field."""
        schema = self.result["data_schema"]
        assert schema is not None
        options: list[str] = schema.schema[field].config["options"]
        return options

    def offered(self, field: str) -> list[str] | None:
        """Which entities a field is limited to."""
        schema = self.result["data_schema"]
        assert schema is not None
        offered: list[str] | None = schema.schema[field].config.get("include_entities")
        return offered

    @property
    def shown(self) -> dict[str, Any]:
        """What the form suggests, sections included."""
        return _suggested(self.result["data_schema"])


def _suggested(schema: vol.Schema | None) -> dict[str, Any]:
    assert schema is not None
    shown: dict[str, Any] = {}
    for key, kind in schema.schema.items():
        if isinstance(kind, section):
            shown[str(key)] = _suggested(kind.schema)
        elif key.description and "suggested_value" in key.description:
            shown[str(key)] = key.description["suggested_value"]
    return shown


@pytest.fixture(name="walk")
async def walk_fixture(hass: HomeAssistant, virtual_time: VirtualClock, stack: Stack) -> Walk:
    return await Walk(hass, virtual_time).begin()


async def to_outputs(walk: Walk, room: str) -> Walk:
    return await walk.fill(name="Bedroom coach", room=room)


async def to_heat(walk: Walk, room: str) -> Walk:
    await to_outputs(walk, room)
    return await walk.outputs("assist_satellite.satellite_bedroom")


async def to_screening(walk: Walk, room: str) -> Walk:
    await to_heat(walk, room)
    return await walk.fill(heat_minutes=10)


async def to_profile(walk: Walk, room: str) -> Walk:
    await to_screening(walk, room)
    return await walk.fill(findings=[], acknowledged=True)


def settings_of(walk: Walk) -> Settings:
    assert walk.result["type"] is FlowResultType.CREATE_ENTRY, walk.result
    return Settings.from_entry(walk.result["result"])


def switch(hass: HomeAssistant, name: str = "pad", **attributes: object) -> str:
    """Add a plug as Home Assistant's own integrations do from YAML."""
    mock_integration(hass, MockModule("plugs"))
    registry = er.async_get(hass)
    registry.async_get_or_create("switch", "plugs", name, suggested_object_id=name)
    hass.states.async_set(f"switch.{name}", STATE_ON, attributes)
    return f"switch.{name}"


def sensor(hass: HomeAssistant, kind: str, value: str, unit: str) -> str:
    hass.states.async_set(
        f"sensor.{kind}", value, {"unit_of_measurement": unit, "device_class": kind}
    )
    return f"sensor.{kind}"


# --- the whole way --------------------------------------------------------------------------------


async def test_the_short_way(
    hass: HomeAssistant, walk: Walk, room: str, setup_entry: AsyncMock
) -> None:
    assert walk.step == "user"
    await walk.fill(name=" Bedroom coach ", room=room)
    assert walk.step == "outputs"
    await walk.outputs("assist_satellite.satellite_bedroom")
    assert walk.step == "heat"
    await walk.fill(heat_minutes=10)
    assert walk.step == "screening"
    await walk.fill(findings=[], acknowledged=True)
    assert walk.step == "profile"
    await walk.fill()

    assert walk.result["title"] == "Bedroom coach"
    settings = settings_of(walk)
    assert settings.name == "Bedroom coach"
    assert settings.room == room
    assert settings.person is None
    assert settings.outputs == (Output("assist_satellite.satellite_bedroom"),)
    assert settings.heat is None
    assert settings.heat_minutes == 10
    assert settings.target is Target.BALANCED
    assert settings.target.level == 5
    assert settings.ceiling == 6
    assert not settings.senior
    assert not settings.gun
    assert not settings.gun_reach
    assert settings.tools == {Tool.BALL}
    assert not settings.short_breath
    assert not settings.next_day_question
    assert settings.acknowledged == today()
    assert settings.screening is not None
    assert settings.screening.on == today()
    assert not settings.screening.findings
    assert not settings.screening.places
    await hass.async_block_till_done()
    assert setup_entry.await_count == 1


async def test_the_long_way(hass: HomeAssistant, walk: Walk, room: str, stack: Stack) -> None:
    hass.states.async_set("person.anna", "home")
    heater = switch(hass)
    temperature = sensor(hass, "temperature", "22", "°C")
    power = sensor(hass, "power", "0", "W")
    await walk.fill(name="Anna", room=room, person="person.anna")
    await walk.outputs(
        "media_player.player_kitchen",
        "assist_satellite.satellite_bedroom",
        "notify.notify_phone",
        "media_player.player_kitchen",
        speech={"engine": stack.tts.entity_id, "language": "de", "voice": "calm"},
    )
    await walk.fill(heater=heater, temperature=temperature, power=power, heat_minutes=15.0)
    assert walk.step == "heat_body"
    await walk.fill(**CHECKED)
    await walk.fill(findings=["bleeding", "metalwork", "injury"], acknowledged=True)
    assert walk.step == "details"
    assert walk.fields == ["injury", "metalwork", "cleared"]
    await walk.fill(
        injury=["upper_traps", "shoulder_blade"], metalwork=["elsewhere"], cleared=["bleeding"]
    )
    await walk.fill(**PROFILE)
    assert walk.step == "gun"
    await walk.fill(gun_reach=True)

    settings = settings_of(walk)
    assert settings.person == "person.anna"
    assert settings.outputs == (
        Output("media_player.player_kitchen", stack.tts.entity_id, "de", "calm"),
        Output("assist_satellite.satellite_bedroom"),
        Output("notify.notify_phone"),
    )
    assert settings.heat == HeatConfig(
        entity_id=heater, temperature_sensor=temperature, power_sensor=power, own_cutoff=True
    )
    assert settings.heat_minutes == 15
    assert settings.target.level == 6
    assert settings.ceiling == 7
    assert settings.senior
    assert settings.gun
    assert settings.gun_reach
    assert settings.tools == {Tool.ROLLER, Tool.CANE}
    assert settings.short_breath
    assert settings.next_day_question
    assert settings.screening is not None
    assert settings.screening.findings == {Finding.BLEEDING, Finding.METALWORK, Finding.INJURY}
    assert settings.screening.places == {
        (Finding.INJURY, "upper_traps"),
        (Finding.INJURY, "shoulder_blade"),
        (Finding.METALWORK, "elsewhere"),
    }
    assert settings.screening.cleared == {Finding.BLEEDING}


async def test_what_is_stored_is_plain(walk: Walk, room: str) -> None:
    await to_profile(walk, room)
    await walk.fill()
    entry = walk.result["result"]
    assert entry.data == {
        "name": "Bedroom coach",
        "room": room,
        "outputs": [{"entity_id": "assist_satellite.satellite_bedroom"}],
    }
    assert entry.options == {
        **NO_HEAT,
        "heat_minutes": 10,
        "findings": [],
        "places": {},
        "cleared": [],
        "screened_on": today().isoformat(),
        "acknowledged_on": today().isoformat(),
        "target": "balanced",
        "ceiling": 6,
        "senior": False,
        "short_breath": False,
        "tools": ["ball"],
        "gun": False,
        "gun_reach": False,
        "next_day_question": False,
    }


async def test_what_is_added_comes_to_life_and_takes_changes_over(
    hass: HomeAssistant, walk: Walk, room: str, setup_entry: AsyncMock, virtual_time: VirtualClock
) -> None:
    """With the real setup, which reloads nothing but what has changed."""
    setup_entry.side_effect = async_setup_entry
    await to_profile(walk, room)
    await walk.fill()
    entry = walk.result["result"]
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.settings.target == "balanced"

    options = await Options(hass, entry).open("profile")
    await options.fill(target="firm", ceiling=6)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.settings.target == "firm"
    assert setup_entry.await_count == 2

    await walk.change(entry)
    await walk.fill(name="Study coach", room=room)
    await walk.outputs("notify.notify_phone")
    await hass.async_block_till_done()
    assert entry.runtime_data.settings.outputs == (Output("notify.notify_phone"),)
    assert setup_entry.await_count == 3
    assert await hass.config_entries.async_unload(entry.entry_id)


# --- who and where --------------------------------------------------------------------------------


async def test_a_name_is_needed(walk: Walk, room: str) -> None:
    await walk.fill(name="  ", room=room)
    assert walk.step == "user"
    assert walk.errors == {"name": "name_required"}
    await to_outputs(walk, room)
    assert walk.step == "outputs"


async def test_two_coaches_of_one_name_cannot_be_told_apart(
    hass: HomeAssistant, walk: Walk, room: str
) -> None:
    MockConfigEntry(domain=DOMAIN, data={"name": "BEDROOM coach"}).add_to_hass(hass)
    await walk.fill(name="Bedroom Coach ", room=room)
    assert walk.errors == {"name": "name_taken"}
    assert walk.shown == {"name": "Bedroom Coach ", "room": room}
    await walk.fill(name="Anna", room=room)
    await walk.outputs("notify.notify_phone")
    await walk.fill(heat_minutes=10)
    await walk.fill(findings=[], acknowledged=True)
    await walk.fill()
    assert walk.result["title"] == "Anna"
    assert len(hass.config_entries.async_entries(DOMAIN)) == 2


async def test_a_name_that_was_taken_meanwhile(hass: HomeAssistant, walk: Walk, room: str) -> None:
    await to_profile(walk, room)
    MockConfigEntry(domain=DOMAIN, data={"name": "Bedroom coach"}).add_to_hass(hass)
    await walk.fill()
    assert walk.step == "user"
    assert walk.errors == {"name": "name_taken"}
    assert walk.shown == {"name": "Bedroom coach", "room": room}


async def test_a_room_that_is_gone(hass: HomeAssistant, walk: Walk, room: str) -> None:
    ar.async_get(hass).async_delete(room)
    await to_outputs(walk, room)
    assert walk.errors == {"room": "room_missing"}
    await to_outputs(walk, ar.async_get(hass).async_create("Bedroom").id)
    assert walk.step == "outputs"


# --- what it speaks through -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "error"),
    [
        ("media_player.gone", "output_missing"),
        ("media_player.player_dumb", "output_cannot_announce"),
        ("assist_satellite.satellite_bedroom", "output_unavailable"),
    ],
)
async def test_an_output_that_cannot_be_used(
    walk: Walk, room: str, stack: Stack, output: str, error: str
) -> None:
    stack.satellites[0].set_available(False)
    await to_outputs(walk, room)
    await walk.outputs("notify.notify_phone", output)
    assert walk.step == "outputs"
    assert walk.errors == {"outputs": error}
    placeholders = walk.result["description_placeholders"]
    assert placeholders is not None
    assert placeholders["output"]
    assert walk.shown["outputs"] == ["notify.notify_phone", output]

    stack.satellites[0].set_available(True)
    await walk.outputs("assist_satellite.satellite_bedroom")
    assert walk.step == "heat"


async def test_no_output_at_all(walk: Walk, room: str) -> None:
    await to_outputs(walk, room)
    await walk.outputs()
    assert walk.errors == {"outputs": "no_output"}
    await walk.outputs("notify.notify_phone")
    assert walk.step == "heat"


@pytest.mark.parametrize(
    ("speech", "error"),
    [
        ({"engine": "tts.gone"}, "output_no_tts"),
        ({"language": "sw"}, "language_unsupported"),
        ({"language": "de", "voice": "shrill"}, "voice_unsupported"),
        ({"engine": "tts.tts_voice", "voice": "Calm"}, "voice_unsupported"),
    ],
)
async def test_a_voice_that_there_is_not(
    walk: Walk, room: str, speech: dict[str, str], error: str
) -> None:
    await to_outputs(walk, room)
    await walk.outputs("notify.notify_phone", "media_player.player_kitchen", speech=speech)
    assert walk.step == "outputs"
    assert walk.errors == {"outputs": error}
    assert walk.shown["speech"] == speech
    await walk.outputs("media_player.player_kitchen", speech={"voice": " "})
    assert walk.step == "heat"


async def test_an_engine_without_voices_of_its_own(walk: Walk, room: str, stack: Stack) -> None:
    await to_outputs(walk, room)
    with patch.object(stack.tts, "async_get_supported_voices", return_value=None):
        await walk.outputs("media_player.player_kitchen", speech={"voice": "mine"})
    assert walk.step == "heat"


async def test_hello_is_said_through_every_output(walk: Walk, room: str, stack: Stack) -> None:
    await to_outputs(walk, room)
    await walk.outputs(
        "assist_satellite.satellite_bedroom",
        "media_player.player_kitchen",
        "notify.notify_phone",
        hello=True,
    )
    assert walk.step == "heat"
    assert stack.satellites[0].texts == [HELLO]
    assert stack.players[0].texts == [HELLO]
    assert stack.notifiers[0].messages == [HELLO]


async def test_hello_is_not_said_unasked(walk: Walk, room: str, stack: Stack) -> None:
    await to_heat(walk, room)
    assert walk.step == "heat"
    assert not stack.satellites[0].heard


@pytest.mark.parametrize(
    "fault",
    [Fault.ERROR, Fault.CONNECTION_LOST, Fault.HANGS, Fault.CUT, Fault.AT_ONCE, Fault.VANISHES],
)
async def test_hello_that_is_not_heard(walk: Walk, room: str, stack: Stack, fault: Fault) -> None:
    satellite = stack.satellites[0]
    satellite.faults = [fault]
    await to_outputs(walk, room)
    await walk.outputs("assist_satellite.satellite_bedroom", hello=True)
    assert walk.step == "outputs"
    assert walk.errors == {"base": "hello_failed"}
    placeholders = walk.result["description_placeholders"]
    assert placeholders is not None
    assert "bedroom" in placeholders["output"]

    satellite.set_available(True)
    await walk.outputs("assist_satellite.satellite_bedroom", hello=True)
    assert walk.step == "heat"
    assert satellite.texts[-1] == HELLO


async def test_hello_waits_for_its_turn(
    hass: HomeAssistant, stack: Stack, virtual_time: VirtualClock
) -> None:
    satellite = stack.satellites[0]
    outputs, line = [Output(satellite.entity_id)], Line("hello", HELLO)
    async with async_turn(hass, satellite.entity_id, Priority.INSTRUCTION):
        asked = hass.async_create_task(async_say_hello(hass, outputs, line))
        await virtual_time.advance(29)
        assert not satellite.attempts
    await virtual_time.run_until(asked.done, 10)
    assert asked.result() is None
    assert satellite.texts == [HELLO]


async def test_hello_does_not_wait_for_ever(
    hass: HomeAssistant, walk: Walk, room: str, stack: Stack
) -> None:
    satellite = stack.satellites[0]
    await to_outputs(walk, room)
    async with async_turn(hass, satellite.entity_id, Priority.INSTRUCTION):
        await walk.outputs(satellite.entity_id, hello=True)
    assert walk.errors == {"base": "hello_failed"}
    assert not satellite.attempts
    await walk.outputs(satellite.entity_id, hello=True)
    assert walk.step == "heat"


async def test_hello_with_an_engine_that_fails(walk: Walk, room: str, stack: Stack) -> None:
    stack.tts.broken = True
    await to_outputs(walk, room)
    await walk.outputs("media_player.player_kitchen", hello=True)
    assert walk.errors == {"base": "hello_failed"}
    stack.tts.broken = False
    await walk.outputs("media_player.player_kitchen", hello=True)
    assert walk.step == "heat"


async def test_hello_to_a_telephone_that_refuses(walk: Walk, room: str, stack: Stack) -> None:
    stack.notifiers[0].error = ValueError("no network")
    await to_outputs(walk, room)
    await walk.outputs("notify.notify_phone", hello=True)
    assert walk.errors == {"base": "hello_failed"}
    stack.notifiers[0].error = None
    await walk.outputs("notify.notify_phone", hello=True)
    assert walk.step == "heat"


async def test_hello_through_something_without_a_voice(hass: HomeAssistant) -> None:
    with pytest.raises(ValueError, match=r"light\.lamp"):
        await async_say_hello(hass, [Output("light.lamp")], Line("hello", HELLO))


# --- heat -----------------------------------------------------------------------------------------


async def test_a_heater_that_is_gone(hass: HomeAssistant, walk: Walk, room: str) -> None:
    await to_heat(walk, room)
    await walk.fill(heater="switch.pad", heat_minutes=10)
    assert walk.errors == {"heater": "heat_missing"}
    await walk.fill(heater=switch(hass), heat_minutes=10)
    assert walk.step == "heat_body"


@pytest.mark.parametrize(
    ("heater", "error"),
    [
        (State("switch.pad", STATE_UNAVAILABLE), "heat_unavailable"),
        (State("switch.pad", "off", {"assumed_state": True}), "heat_assumed_state"),
        (State("input_boolean.pad", "off"), "heat_needs_power_sensor"),
        (State("climate.pad", "off", {"hvac_modes": ["heat"]}), "heat_unsupported"),
        (State("cover.pad", "open"), "heat_unsupported"),
        (State("script.pad", "off"), "heat_script"),
        (State("automation.pad", "on"), "heat_script"),
    ],
)
async def test_a_heater_that_may_not_warm_a_body(
    hass: HomeAssistant, walk: Walk, room: str, heater: State, error: str
) -> None:
    hass.states.async_set(heater.entity_id, heater.state, heater.attributes)
    await to_heat(walk, room)
    await walk.fill(heater=heater.entity_id, heat_minutes=12)
    assert walk.step == "heat"
    assert walk.errors == {"heater": error}
    assert walk.shown == {"heater": heater.entity_id, "heat_kind": "body", "heat_minutes": 12}
    await walk.fill(heat_minutes=10)
    assert walk.step == "screening"


@pytest.mark.parametrize("minutes", [4, 16, 20, 10.5])
async def test_the_minutes_of_heat_are_refused_in_words(
    hass: HomeAssistant, walk: Walk, room: str, minutes: float
) -> None:
    await to_heat(walk, room)
    await walk.fill(heater=switch(hass), heat_minutes=minutes)
    assert walk.errors == {"heat_minutes": "heat_minutes"}
    await walk.fill(heater=switch(hass), heat_minutes=15)
    assert walk.step == "heat_body"


async def test_sensors_that_show_nothing(hass: HomeAssistant, walk: Walk, room: str) -> None:
    heater = switch(hass)
    power = sensor(hass, "power", "unknown", "W")
    temperature = sensor(hass, "temperature", "unknown", "°C")
    await to_heat(walk, room)
    await walk.fill(heater=heater, power=power, heat_minutes=10)
    assert walk.errors == {"power": "heat_power_unavailable"}
    await walk.fill(heater=heater, temperature=temperature, heat_minutes=10)
    assert walk.errors == {"temperature": "heat_sensor_unavailable"}
    sensor(hass, "temperature", "hot", "°C")
    await walk.fill(heater=heater, temperature=temperature, heat_minutes=10)
    assert walk.errors == {"temperature": "heat_sensor_stale"}
    await walk.fill(temperature=temperature, heat_minutes=10)
    assert walk.errors == {"heater": "heater_required"}
    await walk.fill(heater=heater, heat_minutes=10)
    assert walk.step == "heat_body"


@pytest.mark.parametrize(
    ("heater", "error"),
    [
        (State("switch.pad", "off", {"assumed_state": True}), "heat_assumed_state"),
        (State("light.pad", "off", {"assumed_state": True}), "heat_assumed_state"),
        (State("humidifier.pad", "off", {"device_class": "dehumidifier"}), "heat_unsupported"),
        (State("script.pad", "off"), "heat_script"),
        (State("media_player.pad", "off"), "heat_unsupported"),
    ],
)
async def test_a_heater_that_may_not_warm_a_room(
    hass: HomeAssistant, walk: Walk, room: str, heater: State, error: str
) -> None:
    hass.states.async_set(heater.entity_id, heater.state, heater.attributes)
    await to_heat(walk, room)
    await walk.fill(heater=heater.entity_id, heat_kind="room", heat_minutes=10)
    assert walk.errors == {"heater": error}


async def test_a_room_needs_less_proof_than_a_body(
    hass: HomeAssistant, walk: Walk, room: str
) -> None:
    hass.states.async_set("light.pad", "off")
    await to_heat(walk, room)
    await walk.fill(heater="light.pad", heat_kind="body", heat_minutes=10)
    assert walk.errors == {"heater": "heat_needs_power_sensor"}
    await walk.fill(heater="light.pad", heat_kind="room", heat_minutes=10)
    assert walk.step == "heat_room"
    assert walk.result["description_placeholders"] == {"heater": "pad"}
    await walk.fill(heat_unasked=True)
    assert walk.step == "screening"
    await walk.fill(findings=[], acknowledged=True)
    await walk.fill()
    assert settings_of(walk).heat == HeatConfig(
        entity_id="light.pad", kind=HeatKind.ROOM, unasked=True
    )


async def test_heat_on_the_body_is_checked_and_guarded(
    hass: HomeAssistant, walk: Walk, room: str
) -> None:
    await to_heat(walk, room)
    await walk.fill(heater=switch(hass), heat_minutes=10)
    await walk.fill(own_cutoff=True)
    assert walk.step == "heat_body"
    assert walk.errors == {"heat_checked": "heat_check_required"}
    assert walk.shown["own_cutoff"]
    await walk.fill(heat_checked=True)
    assert walk.errors == {"own_cutoff": "heat_needs_guard"}
    for minutes in (0, 1.5, 13.5, 14):
        await walk.fill(heat_checked=True, auto_off_minutes=minutes)
        assert walk.errors == {"auto_off_minutes": "heat_auto_off"}, minutes
    await walk.fill(heat_checked=True, auto_off_minutes=13)
    await walk.fill(findings=[], acknowledged=True)
    await walk.fill()
    assert settings_of(walk).heat == HeatConfig(
        entity_id="switch.pad", dead_man=DeadMan(auto_off_minutes=13)
    )
    assert "heat_checked" not in walk.result["result"].options


class Plug:
    """A device with a switch, and whatever else it shows."""

    def __init__(self, hass: HomeAssistant, name: str = "plug") -> None:
        self.hass = hass
        self.entry = MockConfigEntry(domain="fake", entry_id=name)
        self.entry.add_to_hass(hass)
        self.device = dr.async_get(hass).async_get_or_create(
            config_entry_id=name, identifiers={("fake", name)}
        )

    def shows(self, domain: str, name: str, state: str, **attributes: object) -> str:
        """Add an entity of the device."""
        entity_id = (
            er.async_get(self.hass)
            .async_get_or_create(
                domain,
                "fake",
                name,
                suggested_object_id=name,
                config_entry=self.entry,
                device_id=self.device.id,
            )
            .entity_id
        )
        self.hass.states.async_set(entity_id, state, attributes)
        return entity_id

    def number(self, name: str, state: str = "0") -> str:
        """Add a countdown in minutes."""
        return self.shows("number", name, state, min=0, max=60, step=1, unit_of_measurement="min")


async def test_a_countdown_of_the_same_device(hass: HomeAssistant, walk: Walk, room: str) -> None:
    plug = Plug(hass)
    pad, countdown = plug.shows("switch", "pad", "off"), plug.number("countdown")
    options = plug.shows("select", "timer", "off", options=["off", "5 min", "10 min"])
    plug.shows("sensor", "watts", "0")
    Plug(hass, "other").number("elsewhere")
    await to_heat(walk, room)
    await walk.fill(heater=pad, heat_minutes=10)
    assert walk.step == "heat_body"
    assert walk.offered("countdown") == [countdown, options]
    assert walk.shown == {}
    with pytest.raises(vol.Invalid):
        await walk.fill(heat_checked=True, countdown="number.elsewhere")
    await walk.fill(heat_checked=True, countdown=countdown, auto_off_minutes=10)
    assert walk.errors == {"auto_off_minutes": "heat_one_guard"}
    await walk.fill(heat_checked=True, countdown=countdown)
    await walk.fill(findings=[], acknowledged=True)
    await walk.fill()
    assert settings_of(walk).heat == HeatConfig(
        entity_id=pad, dead_man=DeadMan(countdown=countdown)
    )


@pytest.mark.parametrize("kind", ["body", "room"])
async def test_a_countdown_that_went_to_another_device(
    hass: HomeAssistant, walk: Walk, room: str, kind: str
) -> None:
    plug, other = Plug(hass), Plug(hass, "other")
    pad, countdown = plug.shows("switch", "pad", "off"), plug.number("countdown")
    await to_heat(walk, room)
    await walk.fill(heater=pad, heat_kind=kind, heat_minutes=10)
    er.async_get(hass).async_update_entity(countdown, device_id=other.device.id)
    checked = {"heat_checked": True} if kind == "body" else {}
    await walk.fill(**checked, countdown=countdown)
    assert walk.step == f"heat_{kind}"
    assert walk.errors == {"countdown": "heat_countdown_elsewhere"}
    # The device has no other, so none can be chosen any more.
    assert "countdown" not in walk.fields
    await walk.fill(**checked, auto_off_minutes=10)
    assert walk.step == "screening"


async def test_a_heater_without_a_device_has_a_countdown_without_one(
    hass: HomeAssistant, walk: Walk, room: str
) -> None:
    hass.states.async_set("number.text", "0")
    countdown = "number.countdown"
    hass.states.async_set(countdown, STATE_UNAVAILABLE)
    elsewhere = Plug(hass).number("elsewhere")
    ours = er.async_get(hass).async_get_or_create("select", DOMAIN, "side").entity_id
    hass.states.async_set(ours, "left", {"options": ["5 min"]})
    await to_heat(walk, room)
    await walk.fill(heater=switch(hass), heat_minutes=10)
    assert walk.offered("countdown") is None
    for name, error in (
        ("number.gone", "heat_countdown_unfit"),
        ("number.text", "heat_countdown_unfit"),
        (countdown, "heat_countdown_unfit"),
        (ours, "heat_countdown_elsewhere"),
        (elsewhere, "heat_countdown_elsewhere"),
    ):
        await walk.fill(heat_checked=True, countdown=name)
        assert walk.errors == {"countdown": error}, name
    minutes = {"min": 0, "max": 60, "step": 1, "unit_of_measurement": "min"}
    hass.states.async_set(countdown, "0", minutes)
    await walk.fill(heat_checked=True, countdown=countdown)
    assert walk.step == "screening"


async def test_a_countdown_that_cannot_be_understood_or_taken_back(
    hass: HomeAssistant, walk: Walk, room: str
) -> None:
    plug = Plug(hass)
    pad = plug.shows("switch", "pad", "off")
    bare = plug.shows("number", "bare", "0", min=0, max=60, step=1)
    endless = plug.shows("select", "endless", "5 min", options=["5 min", "10 min"])
    await to_heat(walk, room)
    await walk.fill(heater=pad, heat_minutes=10)
    for name, error in ((bare, "heat_countdown_unit"), (endless, "heat_countdown_endless")):
        await walk.fill(heat_checked=True, countdown=name)
        assert walk.errors == {"countdown": error}, name


async def test_a_countdown_that_is_gone_is_not_shown_again(
    hass: HomeAssistant, walk: Walk, room: str
) -> None:
    plug = Plug(hass)
    pad, countdown = plug.shows("switch", "pad", "off"), plug.number("countdown")
    other = plug.number("other")
    await to_heat(walk, room)
    await walk.fill(heater=pad, heat_minutes=10)
    await walk.fill(**CHECKED, countdown=countdown)
    await walk.fill(findings=[], acknowledged=True)
    await walk.fill()
    entry = walk.result["result"]
    options = await Options(hass, entry).open("heat")
    await options.fill(heater=pad, heat_minutes=10)
    assert options.shown == {"own_cutoff": True, "countdown": countdown}
    er.async_get(hass).async_remove(countdown)
    options = await Options(hass, entry).open("heat")
    await options.fill(heater=pad, heat_minutes=10)
    assert options.shown == {"own_cutoff": True}
    await options.fill(**CHECKED, countdown=other)
    assert entry.options["countdown"] == other


async def test_the_coach_itself_is_no_heater(hass: HomeAssistant, walk: Walk, room: str) -> None:
    """Its switch starts a session, which would start the heat, which would start a session."""
    registry = er.async_get(hass)
    ours = registry.async_get_or_create("switch", DOMAIN, "session").entity_id
    hass.states.async_set(ours, "off")
    hass.states.async_set("switch.all", "off", {"entity_id": ["switch.pad", ours]})
    shown_as = registry.async_get_or_create("light", "switch_as_x", "lamp").entity_id
    registry.async_update_entity_options(shown_as, "switch_as_x", {"entity_id": ours})
    hass.states.async_set(shown_as, "off")
    await to_heat(walk, room)
    for heater in (ours, "switch.all", shown_as):
        await walk.fill(heater=heater, heat_kind="room", heat_minutes=10)
        assert walk.errors == {"heater": "heat_own_entity"}, heater


async def test_a_group_is_told_from_its_members_on_the_body(
    hass: HomeAssistant, walk: Walk, room: str
) -> None:
    hass.states.async_set("switch.all", "off", {"entity_id": ["switch.one", "switch.two"]})
    await to_heat(walk, room)
    await walk.fill(heater="switch.all", heat_minutes=10)
    assert walk.errors == {"heater": "heat_helper"}
    power = sensor(hass, "power", "0", "W")
    await walk.fill(heater="switch.all", power=power, heat_minutes=10)
    assert walk.errors == {"power": "heat_power_computed"}, "a part of no device"
    plug = MockConfigEntry(domain="plug")
    plug.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=plug.entry_id, identifiers={("plug", "one")}
    )
    registry = er.async_get(hass)
    measured = registry.async_get_or_create("sensor", "plug", "power", device_id=device.id)
    hass.states.async_set(measured.entity_id, "0", {"unit_of_measurement": "W"})
    await walk.fill(heater="switch.all", power=measured.entity_id, heat_minutes=10)
    assert walk.step == "heat_body"


# --- health ---------------------------------------------------------------------------------------


async def test_nothing_without_the_tick(walk: Walk, room: str) -> None:
    await to_screening(walk, room)
    await walk.fill(findings=["heart"], acknowledged=False)
    assert walk.step == "screening"
    assert walk.errors == {"acknowledged": "acknowledge_required"}
    assert walk.shown["findings"] == ["heart"]
    await walk.fill(findings=["heart"], acknowledged=True)
    assert walk.step == "details"
    assert walk.fields == ["cleared"]
    await walk.fill()
    await walk.fill()
    screening = settings_of(walk).screening
    assert screening is not None
    assert screening.findings == {Finding.HEART}
    assert not screening.cleared


async def test_a_finding_at_a_place_needs_the_place(walk: Walk, room: str) -> None:
    await to_screening(walk, room)
    await walk.fill(findings=["injury", "reduced_feeling"], acknowledged=True)
    await walk.fill(injury=["forearm"])
    assert walk.step == "details"
    assert walk.errors == {"reduced_feeling": "where_required"}
    assert walk.shown["injury"] == ["forearm"]
    await walk.fill(injury=["forearm"], reduced_feeling=["upper_traps"])
    assert walk.step == "profile"


async def test_what_a_clinician_has_cleared_needs_no_place(walk: Walk, room: str) -> None:
    await to_screening(walk, room)
    await walk.fill(findings=["injury", "metalwork"], acknowledged=True)
    await walk.fill(cleared=["injury"])
    assert walk.errors == {"metalwork": "where_required"}
    assert walk.shown["cleared"] == ["injury"]
    await walk.fill(cleared=["injury", "metalwork"])
    await walk.fill()
    screening = settings_of(walk).screening
    assert screening is not None
    assert screening.cleared == {Finding.INJURY, Finding.METALWORK}
    assert not screening.places


async def test_only_what_was_ticked_can_be_cleared(walk: Walk, room: str) -> None:
    await to_screening(walk, room)
    ticked = ["minor_alone", "clot_now", "cancer", "heart", "sedated_today"]
    await walk.fill(findings=ticked, acknowledged=True)
    assert walk.options_of("cleared") == ["cancer", "heart"]
    with pytest.raises(vol.Invalid):
        await walk.fill(cleared=["clot_now"])


async def test_every_area_is_a_place(hass: HomeAssistant, walk: Walk, room: str) -> None:
    await to_screening(walk, room)
    await walk.fill(findings=["injury"], acknowledged=True)
    assert walk.options_of("injury") == [*(await async_load(hass)).areas, "elsewhere"]


@pytest.mark.parametrize("finding", sorted(set(Finding) - CLEARABLE))
async def test_nothing_more_is_asked_where_there_is_nothing_more(
    walk: Walk, room: str, finding: Finding
) -> None:
    await to_screening(walk, room)
    await walk.fill(findings=[str(finding)], acknowledged=True)
    assert walk.step == "profile"


async def test_who_owns_no_tool_works_with_the_hands(walk: Walk, room: str) -> None:
    await to_profile(walk, room)
    assert walk.options_of("tools") == ["ball", "two_balls", "roller", "cane"]
    await walk.fill(tools=[])
    assert not settings_of(walk).tools


async def test_the_reach_of_a_gun_is_asked_of_its_owner(walk: Walk, room: str) -> None:
    await to_profile(walk, room)
    await walk.fill(gun=True)
    assert walk.step == "gun"
    await walk.fill()
    settings = settings_of(walk)
    assert settings.gun
    assert not settings.gun_reach


# --- later ----------------------------------------------------------------------------------------


@pytest.fixture(name="entry")
async def entry_fixture(hass: HomeAssistant, walk: Walk, room: str, stack: Stack) -> ConfigEntry:
    """A coach with everything, set up by the flow itself."""
    await walk.fill(name="Bedroom coach", room=room)
    await walk.outputs(
        "media_player.player_kitchen", "notify.notify_phone", speech={"engine": stack.tts.entity_id}
    )
    await walk.fill(heater=switch(hass), heat_minutes=12)
    await walk.fill(**CHECKED)
    await walk.fill(findings=["injury"], acknowledged=True)
    await walk.fill(injury=["upper_traps"])
    await walk.fill(**PROFILE)
    await walk.fill(gun_reach=True)
    await hass.async_block_till_done()
    entry: ConfigEntry = walk.result["result"]
    return entry


async def test_reconfigure(
    hass: HomeAssistant, entry: ConfigEntry, walk: Walk, stack: Stack
) -> None:
    options = dict(entry.options)
    study = ar.async_get(hass).async_create("Study").id
    MockConfigEntry(domain=DOMAIN, data={"name": "Anna"}).add_to_hass(hass)
    await walk.change(entry)
    assert walk.step == "reconfigure"
    assert walk.shown == {"name": "Bedroom coach", "room": entry.data["room"]}
    await walk.fill(name="anna", room=study)
    assert walk.step == "reconfigure"
    assert walk.errors == {"name": "name_taken"}
    await walk.fill(name="Study coach", room=study)
    assert walk.step == "outputs"
    assert walk.shown == {
        "outputs": ["media_player.player_kitchen", "notify.notify_phone"],
        "speech": {"engine": stack.tts.entity_id},
    }
    await walk.outputs("media_player.gone")
    assert walk.errors == {"outputs": "output_missing"}
    await walk.outputs("assist_satellite.satellite_bedroom")
    assert walk.result["type"] is FlowResultType.ABORT
    assert walk.result["reason"] == "reconfigure_successful"
    assert entry.title == "Study coach"
    assert entry.data == {
        "name": "Study coach",
        "room": study,
        "outputs": [{"entity_id": "assist_satellite.satellite_bedroom"}],
    }
    assert entry.options == options


async def test_hello_goes_by_what_was_measured(
    hass: HomeAssistant, entry: ConfigEntry, walk: Walk, stack: Stack
) -> None:
    """A satellite that returns at once is known to do so, and how much silence it needs."""
    satellite = stack.satellites[0]
    satellite.faults = [Fault.EARLY]
    profile = {"lead_in": 0.5, "tier": "measured"}
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "speakers": {satellite.entity_id: profile}}
    )
    await walk.change(entry)
    await walk.fill(name="Bedroom coach", room=entry.data["room"])
    await walk.outputs(satellite.entity_id, "media_player.player_kitchen", hello=True)
    assert walk.result["reason"] == "reconfigure_successful"
    heard = satellite.heard[0]
    assert heard.ended is not None
    assert heard.ended - heard.began == pytest.approx(0.5 + 7 * 0.4, abs=0.01)
    assert heard.ended <= stack.players[0].heard[0].began


async def test_reconfigure_keeps_its_own_name(
    hass: HomeAssistant, entry: ConfigEntry, walk: Walk
) -> None:
    await walk.change(entry)
    await walk.fill(name="bedroom coach", room=entry.data["room"])
    await walk.outputs("notify.notify_phone")
    assert walk.result["reason"] == "reconfigure_successful"
    assert entry.title == "bedroom coach"


class Options:
    """One person who changes the options."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._flow = hass.config_entries.options
        self._entry = entry
        self.result: ConfigFlowResult

    async def open(self, step: str) -> Options:
        """Choose from the menu."""
        menu = await self._flow.async_init(self._entry.entry_id)
        assert menu["type"] is FlowResultType.MENU
        assert menu["step_id"] == "init"
        assert menu["menu_options"] == ["profile", "voice", "speaker", "heat", "screening"]
        told = WORDS["options"]["step"]["init"]
        assert list(told["menu_options"]) == menu["menu_options"]
        assert list(told["menu_option_descriptions"]) == menu["menu_options"]
        return await self.fill(menu["flow_id"], next_step_id=step)

    async def fill(self, flow_id: str | None = None, **answers: object) -> Options:
        """Send a form."""
        self.result = await self._flow.async_configure(flow_id or self.result["flow_id"], answers)
        return self

    @property
    def shown(self) -> dict[str, Any]:
        """What the form suggests."""
        return _suggested(self.result["data_schema"])


async def test_change_the_profile(hass: HomeAssistant, entry: ConfigEntry) -> None:
    before = dict(entry.options)
    options = await Options(hass, entry).open("profile")
    assert options.shown == PROFILE
    await options.fill(target="gentle", ceiling=3.0, tools=["ball"])
    assert options.result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == before | {
        "target": "gentle",
        "ceiling": 3,
        "senior": False,
        "short_breath": False,
        "tools": ["ball"],
        "gun": False,
        "gun_reach": False,
        "next_day_question": False,
    }
    assert Settings.from_entry(entry).target.level == 4


async def test_change_the_reach_of_the_gun(hass: HomeAssistant, entry: ConfigEntry) -> None:
    options = await Options(hass, entry).open("profile")
    before = dict(entry.options)
    await options.fill(**PROFILE)
    assert options.result["step_id"] == "gun"
    assert options.shown == {"gun_reach": True}
    assert entry.options == before
    await options.fill(gun_reach=False)
    assert entry.options == before | {"gun_reach": False}


async def test_change_the_heat(hass: HomeAssistant, entry: ConfigEntry) -> None:
    options = await Options(hass, entry).open("heat")
    assert options.shown == {"heater": "switch.pad", "heat_kind": "body", "heat_minutes": 12}
    await options.fill(heater="switch.gone", heat_minutes=5)
    assert options.result["errors"] == {"heater": "heat_missing"}
    await options.fill(heater="switch.pad", heat_minutes=5)
    assert options.result["step_id"] == "heat_body"
    assert options.shown == {"own_cutoff": True}
    await options.fill(own_cutoff=True)
    assert options.result["errors"] == {"heat_checked": "heat_check_required"}
    before = dict(entry.options)
    await options.fill(heat_checked=True, auto_off_minutes=12.0)
    assert entry.options == before | {
        "heat_minutes": 5,
        "own_cutoff": False,
        "auto_off_minutes": 12,
    }
    assert Settings.from_entry(entry).heat == HeatConfig(
        entity_id="switch.pad", dead_man=DeadMan(auto_off_minutes=12)
    )


async def test_the_light_that_follows_is_no_heater(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """It is dimmed with every breath, and given back as it was."""
    hass.states.async_set("light.lamp", "off")
    hass.states.async_set("light.all", "off", {"entity_id": ["light.lamp"]})
    voice: dict[str, Any] = {"language": "automatic", "together": False, "listen": True}
    options = await Options(hass, entry).open("heat")
    await options.fill(heater="light.all", heat_kind="room", heat_minutes=10)
    await options.fill()
    options = await Options(hass, entry).open("voice")
    await options.fill(**voice, light="light.lamp")
    assert options.result["errors"] == {"light": "light_heats"}
    hass.states.async_set("light.shade", "off")
    await options.fill(**voice, light="light.shade")
    options = await Options(hass, entry).open("heat")
    await options.fill(heater="light.shade", heat_kind="room", heat_minutes=10)
    assert options.result["errors"] == {"heater": "heat_light"}
    await options.fill(heater="light.lamp", heat_kind="room", heat_minutes=10)
    assert options.result["step_id"] == "heat_room"


async def test_another_heater_is_confirmed_anew(hass: HomeAssistant, entry: ConfigEntry) -> None:
    options = await Options(hass, entry).open("heat")
    await options.fill(heater=switch(hass, "other"), heat_minutes=5)
    assert options.shown == {}
    await options.fill(**CHECKED)
    assert Settings.from_entry(entry).heat == HeatConfig(entity_id="switch.other", own_cutoff=True)
    assert Settings.from_entry(entry).heat_minutes == 5


async def test_a_heater_that_moves_off_the_body(hass: HomeAssistant, entry: ConfigEntry) -> None:
    options = await Options(hass, entry).open("heat")
    await options.fill(heater="switch.pad", heat_kind="room", heat_minutes=12)
    assert options.result["step_id"] == "heat_room"
    assert options.shown == {}
    await options.fill(heat_unasked=True)
    assert Settings.from_entry(entry).heat == HeatConfig(
        entity_id="switch.pad", kind=HeatKind.ROOM, unasked=True
    )
    options = await Options(hass, entry).open("heat")
    assert options.shown == {"heater": "switch.pad", "heat_kind": "room", "heat_minutes": 12}
    await options.fill(heater="switch.pad", heat_kind="room", heat_minutes=12)
    assert options.shown == {"heat_unasked": True}


async def test_without_a_heater_nothing_of_it_is_left(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    before = dict(entry.options)
    await (await Options(hass, entry).open("heat")).fill(heat_minutes=10)
    assert entry.options == before | NO_HEAT | {"heat_minutes": 10}
    assert Settings.from_entry(entry).heat is None
    options = await Options(hass, entry).open("heat")
    assert options.shown == {"heat_minutes": 10}


async def test_my_health_changed(
    hass: HomeAssistant, entry: ConfigEntry, virtual_time: VirtualClock
) -> None:
    before = today()
    await virtual_time.advance(24 * 3600)
    assert today() > before
    options = await Options(hass, entry).open("screening")
    assert options.shown == {"findings": ["injury"]}
    await options.fill(findings=["injury", "pregnant"], acknowledged=False)
    assert options.result["errors"] == {"acknowledged": "acknowledge_required"}
    await options.fill(findings=["injury", "pregnant"], acknowledged=True)
    assert options.shown == {"injury": ["upper_traps"], "cleared": []}
    await options.fill(injury=[])
    assert options.result["errors"] == {"injury": "where_required"}
    await options.fill(injury=["shoulder_blade"], cleared=["pregnant"])
    settings = Settings.from_entry(entry)
    assert settings.acknowledged == today()
    assert settings.screening is not None
    assert settings.screening.on == today()
    assert settings.screening.findings == {Finding.INJURY, Finding.PREGNANT}
    assert settings.screening.places == {(Finding.INJURY, "shoulder_blade")}
    assert settings.screening.cleared == {Finding.PREGNANT}

    await (await Options(hass, entry).open("screening")).fill(findings=[], acknowledged=True)
    screening = Settings.from_entry(entry).screening
    assert screening is not None
    assert not screening.findings
    assert not screening.places
    assert not screening.cleared


async def test_a_clearance_is_shown_again_with_its_finding(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    options = await Options(hass, entry).open("screening")
    await options.fill(findings=["cancer", "heart"], acknowledged=True)
    await options.fill(cleared=["cancer", "heart"])
    options = await Options(hass, entry).open("screening")
    assert options.shown == {"findings": ["cancer", "heart"]}
    await options.fill(findings=["bones", "heart"], acknowledged=True)
    assert options.shown == {"cleared": ["heart"]}


async def test_what_was_true_of_a_day_is_asked_anew(
    hass: HomeAssistant, entry: ConfigEntry, virtual_time: VirtualClock
) -> None:
    options = await Options(hass, entry).open("screening")
    ticked = sorted({*TODAY, Finding.VIBRATION})
    await options.fill(findings=ticked, acknowledged=True)
    assert (await Options(hass, entry).open("screening")).shown == {"findings": ticked}
    await virtual_time.advance(24 * 3600)
    assert (await Options(hass, entry).open("screening")).shown == {"findings": ["vibration"]}
    forget_screening(hass, entry)
    assert (await Options(hass, entry).open("screening")).shown == {"findings": ticked}


async def test_a_place_that_is_no_longer_an_area_can_be_answered_anew(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    places = {"injury": ["tail", "shoulder_blade"], "metalwork": ["tail"]}
    hass.config_entries.async_update_entry(entry, options={**entry.options, "places": places})
    options = await Options(hass, entry).open("screening")
    await options.fill(findings=["injury", "metalwork"], acknowledged=True)
    assert options.shown == {"injury": ["shoulder_blade"], "metalwork": [], "cleared": []}
    await options.fill(injury=["shoulder_blade"])
    assert options.result["errors"] == {"metalwork": "where_required"}


# --- the typed view -------------------------------------------------------------------------------


def entry_of(**options: object) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN,
        data={"name": "Anna", "room": "bedroom", "outputs": []},
        options=options,
    )


def test_settings_of_an_entry_with_no_options_start_nothing() -> None:
    settings = Settings.from_entry(entry_of())
    assert settings.screening is None
    assert settings.acknowledged is None
    assert settings.heat is None
    assert settings.heat_minutes == 10
    assert settings.tools == {Tool.BALL}
    assert not settings.gun_reach
    assert not settings.short_breath
    assert not settings.next_day_question


def test_answers_of_before_anything_could_be_cleared() -> None:
    screening = Settings.from_entry(
        entry_of(screened_on="2026-11-24", findings=["heart"])
    ).screening
    assert screening is not None
    assert screening.findings == {Finding.HEART}
    assert not screening.cleared


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ({"ceiling": 9, "heat_minutes": 90}, (7, 15)),
        ({"ceiling": 1, "heat_minutes": 1}, (3, 5)),
    ],
)
def test_settings_stay_within_their_limits(stored: dict[str, int], read: tuple[int, int]) -> None:
    settings = Settings.from_entry(entry_of(**stored))
    assert (settings.ceiling, settings.heat_minutes) == read


@pytest.mark.parametrize(
    "options",
    [
        {"target": "brutal"},
        {"tools": ["hammer"]},
        {"screened_on": "yesterday"},
        {"acknowledged_on": "yesterday"},
        {"screened_on": "2026-11-24", "findings": ["hangover"]},
        {"screened_on": "2026-11-24", "cleared": ["hangover"]},
    ],
)
def test_settings_that_cannot_be_read(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Settings.from_entry(entry_of(**options))


def test_an_entry_without_a_room_cannot_be_read() -> None:
    with pytest.raises(KeyError):
        Settings.from_entry(MockConfigEntry(domain=DOMAIN, data={"name": "Anna"}))


# --- the words of the forms -----------------------------------------------------------------------

FORMS = {
    "config": {
        "user": COACH_FORM,
        "reconfigure": COACH_FORM,
        "outputs": OUTPUTS_FORM,
        "heat": HEAT_FORM,
        "heat_body": guard_form(HeatKind.BODY),
        "heat_room": guard_form(HeatKind.ROOM),
        "screening": SCREENING_FORM,
        "details": details_form(Finding, AREAS),
        "profile": PROFILE_FORM,
        "gun": GUN_FORM,
    },
    "options": {
        "heat": HEAT_FORM,
        "heat_body": guard_form(HeatKind.BODY),
        "heat_room": guard_form(HeatKind.ROOM),
        "screening": SCREENING_FORM,
        "details": details_form(Finding, AREAS),
        "profile": PROFILE_FORM,
        "gun": GUN_FORM,
        "voice": voice_form(read(CATALOGUE)),
        "speaker": choice_form(["media_player.player_kitchen"]),
        "speaker_profile": SPEAKER_FORM,
        "more_silence": SPEAKER_FORM,
        "calibrated": HEARD_FORM,
    },
}


@pytest.mark.parametrize(
    ("flow", "step"), [(flow, step) for flow, steps in FORMS.items() for step in steps]
)
def test_every_field_has_a_name_and_an_explanation(flow: str, step: str) -> None:
    told = WORDS[flow]["step"][step]
    plain = set()
    for key, kind in FORMS[flow][step].schema.items():
        if isinstance(kind, section):
            inner = {str(field) for field in kind.schema.schema}
            for part in ("data", "data_description"):
                assert told["sections"][str(key)][part].keys() == inner
        else:
            plain.add(str(key))
    assert told["data"].keys() == plain
    assert told["data_description"].keys() == plain


def test_every_choice_has_a_name() -> None:
    selector = WORDS["selector"]
    assert selector["finding"]["options"].keys() == {*Finding}
    assert selector["cleared"]["options"].keys() == CLEARABLE
    assert selector["place"]["options"].keys() == {*AREAS, ELSEWHERE}
    assert selector["tool"]["options"].keys() == {*OWNABLE}
    assert selector["target"]["options"].keys() == {*Target}
    assert selector["heat_kind"]["options"].keys() == {*HeatKind}
    assert selector["tier"]["options"].keys() == {*Tier, UNKNOWN} - {Tier.TEXT}


def test_the_order_of_the_outputs_is_told() -> None:
    told = WORDS["config"]["step"]["outputs"]["data_description"]["outputs"]
    assert "the first speaks, and the next takes over" in told
    assert OUTPUTS_FORM.schema["outputs"].config["reorder"]


def test_every_question_is_one_and_says_what_unsure_means() -> None:
    for question in WORDS["selector"]["finding"]["options"].values():
        assert question.endswith("?")
    for flow in ("config", "options"):
        told = WORDS[flow]["step"]["screening"]["data_description"]["findings"]
        assert "Not sure counts as yes." in told


def test_no_words_are_left_over() -> None:
    """What the tests above have met is what there is."""
    others = ("test_voice_flow.py", "test_calibration.py", "test_heat_one_relay.py")
    files = (Path(__file__), *(Path(__file__).parent / name for name in others))
    text = "".join(file.read_text() for file in files)
    for flow in FORMS:
        for error in WORDS[flow]["error"]:
            assert f'"{error}"' in text or error in UNSEEN, error


UNSEEN = {"output_unsupported", "heat_sensor_too_hot"}
"""A satellite that is a telephone, and a hot pad: met in the tests of the parts that find them."""
