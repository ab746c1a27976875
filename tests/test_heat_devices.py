"""What may heat, how it is switched, and how far it is believed: real entities, and helpers of the house."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
import json
from typing import Any

from homeassistant.components.climate import HVACAction, HVACMode
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.heat_devices import is_ours, shown_on, trusted, unfit
from custom_components.knot_coach.heater import HeatConfig, Heater, async_recover
from custom_components.knot_coach.lease import STORAGE_KEY, Lease, async_get_book
from custom_components.knot_coach.massage.heat import HeatKind
from custom_components.knot_coach.massage.heat_reports import (
    HeatLost,
    HeatOff,
    HeatOn,
    HeatReady,
    HeatReport,
    HeatStuck,
)
from tests.fake_heater import FakeSwitch, FakeThermometer, Pad
from tests.fake_room_heaters import RARE, Bathroom
from tests.virtual_clock import VirtualClock

POWER = "sensor.pad_power"
TEMPERATURE = "sensor.pad_temperature"
KINDS = ("switch", "climate", "input_boolean", *RARE)
TOLD = (HeatOn, HeatReady, HeatLost, HeatOff, HeatStuck)


class Bath:
    """One house with one heater."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock) -> None:
        self.hass, self.clock = hass, clock
        self.pad = Pad()
        self.room = Bathroom(hass, self.pad)
        self.told: list[HeatReport] = []
        self.heater: Heater

    async def heats_with(
        self,
        entity_id: str,
        kind: HeatKind = HeatKind.ROOM,
        *,
        power: str | None = None,
        temperature: str | None = None,
        coach: str = "coach",
    ) -> Heater:
        """Set up the heater of a coach."""
        self.heater = Heater(
            self.hass,
            MockConfigEntry(domain=DOMAIN, entry_id=coach),
            HeatConfig(
                entity_id=entity_id,
                kind=kind,
                power_sensor=power,
                temperature_sensor=temperature,
                own_cutoff=True,
            ),
            await async_get_book(self.hass),
            report=self._take,
        )
        await self.heater.async_start()
        return self.heater

    def _take(self, report: HeatReport) -> None:
        if isinstance(report, TOLD):
            self.told.append(report)

    async def helper(self, domain: str, options: dict[str, Any], **version: int) -> str:
        """Add a helper as its own forms do; return the entity id of what it makes."""
        assert await async_setup_component(self.hass, "homeassistant", {})
        entry = MockConfigEntry(domain=domain, title="both", options=options, **version)
        entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()
        made = er.async_entries_for_config_entry(er.async_get(self.hass), entry.entry_id)
        return made[0].entity_id

    async def group(self, *members: str, needs_all: bool = False) -> None:
        """Add `switch.both`."""
        options = {"group_type": "switch", "name": "both", "entities": [*members]}
        assert await self.helper("group", {**options, "all": needs_all}) == "switch.both"

    async def on(self) -> None:
        """Have ten minutes of heat, or hear why not."""
        task = self.hass.async_create_task(self.heater.async_on(timedelta(minutes=10), Context()))
        await self.clock.run_until(task.done, 30)

    async def off(self) -> bool:
        """Switch off; tell whether that was proved in time."""
        task = self.hass.async_create_task(self.heater.async_off())
        await self.clock.run_until(task.done, 30)
        return task.result()


@pytest.fixture(name="bath")
async def bath_fixture(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[Bath]:
    bath = Bath(hass, virtual_time)
    yield bath
    bath.pad.set(on=False)
    bath.room.leave()


# --- every kind -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
async def test_a_room_is_warmed_by_whatever_reports(bath: Bath, kind: str) -> None:
    await bath.heats_with(await bath.room.async_add_heater(kind))
    await bath.on()
    assert bath.told == [HeatOn()]
    assert bath.pad.has_power()
    assert await bath.off()
    assert not bath.pad.has_power()
    assert bath.told == [HeatOn(), HeatOff()]
    assert bath.pad.commands == ["on", "off"]


@pytest.mark.parametrize("kind", KINDS)
async def test_on_the_body_the_watts_prove_it(bath: Bath, kind: str) -> None:
    await bath.room.async_add_power()
    heater = await bath.room.async_add_heater(kind)
    await bath.heats_with(heater, HeatKind.BODY, power=POWER)
    await bath.on()
    assert bath.told == [HeatOn()]
    assert bath.pad.has_power()
    assert await bath.off()
    assert not bath.pad.has_power()
    assert bath.told == [HeatOn(), HeatOff()]


@pytest.mark.parametrize("kind", ["input_boolean", *RARE])
async def test_on_the_body_a_lie_is_found_out(bath: Bath, kind: str) -> None:
    """It shows off, and the watts go on flowing."""
    await bath.room.async_add_power()
    heater = await bath.room.async_add_heater(kind)
    await bath.heats_with(heater, HeatKind.BODY, power=POWER)
    await bath.on()
    bath.pad.ways.untrue, bath.pad.ways.deaf = True, 1
    assert not await bath.off()
    assert bath.hass.states.get(heater).state == "off"  # type: ignore[union-attr]
    assert bath.pad.has_power()
    assert bath.told == [HeatOn(), HeatStuck()]
    bath.pad.set(on=False)
    await bath.clock.advance(70)
    assert bath.told == [HeatOn(), HeatStuck(), HeatOff()]


@pytest.mark.parametrize("kind", RARE)
async def test_a_room_heater_that_ignores_off_is_told_again(bath: Bath, kind: str) -> None:
    await bath.heats_with(await bath.room.async_add_heater(kind))
    await bath.on()
    bath.pad.ways.deaf = 1
    assert not await bath.off()
    assert bath.told == [HeatOn(), HeatStuck()]
    bath.pad.ways.deaf = 0
    await bath.clock.advance(70)
    assert bath.told[-1] == HeatOff()
    assert not bath.pad.has_power()


@pytest.mark.parametrize("action", [HVACAction.HEATING, HVACAction.PREHEATING])
async def test_a_thermostat_that_says_off_and_heats_is_not_off(
    bath: Bath, action: HVACAction
) -> None:
    await bath.heats_with(await bath.room.async_add_heater("climate"), HeatKind.BODY)
    await bath.on()
    climate: Any = bath.room.heater

    def shows(_: bool | None = None) -> bool:  # noqa: FBT001 - as `look`
        climate._attr_hvac_mode = HVACMode.OFF
        climate._attr_hvac_action = action if bath.pad.on else HVACAction.OFF
        return True

    climate.look = shows
    bath.pad.ways.deaf = 1
    assert not await bath.off()
    assert bath.hass.states.get("climate.pad").state == "off"  # type: ignore[union-attr]
    assert bath.told == [HeatOn(), HeatStuck()]
    bath.pad.ways.deaf = 0
    await bath.clock.advance(70)
    assert bath.told == [HeatOn(), HeatStuck(), HeatOff()]
    assert not bath.pad.has_power()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("switch", None),
        ("climate", None),
        ("input_boolean", "heat_needs_power_sensor"),
        ("light", "heat_needs_power_sensor"),
        ("fan", "heat_needs_power_sensor"),
        ("humidifier", "heat_needs_power_sensor"),
        ("water_heater", "heat_needs_power_sensor"),
        ("boiler", "heat_needs_power_sensor"),
    ],
)
async def test_what_may_be_on_the_body(bath: Bath, kind: str, reason: str | None) -> None:
    heater = await bath.room.async_add_heater(kind)
    await bath.room.async_add_power()
    assert unfit(bath.hass, heater) == reason
    assert unfit(bath.hass, heater, kind=HeatKind.ROOM) is None
    for place in HeatKind:
        assert unfit(bath.hass, heater, POWER, place) is None


@pytest.mark.parametrize("kind", ["switch", "climate", *RARE])
async def test_what_only_guesses_needs_watts_in_a_room_too(bath: Bath, kind: str) -> None:
    heater = await bath.room.async_add_heater(kind)
    await bath.room.async_add_power()
    bath.room.heater._attr_assumed_state = True
    bath.room.heater.async_write_ha_state()
    for place in HeatKind:
        assert unfit(bath.hass, heater, kind=place) == "heat_assumed_state"
        assert unfit(bath.hass, heater, POWER, place) is None
    await bath.heats_with(heater)
    await bath.on()
    assert bath.told == [HeatLost("assumed_state")]


@pytest.mark.parametrize("kind", RARE)
async def test_what_starts_to_guess_is_believed_no_more(bath: Bath, kind: str) -> None:
    await bath.heats_with(await bath.room.async_add_heater(kind))
    await bath.on()
    bath.room.heater._attr_assumed_state = True
    assert not await bath.off()
    assert bath.told == [HeatOn(), HeatStuck()]
    bath.room.heater._attr_assumed_state = False
    bath.room.heater.async_write_ha_state()
    await bath.clock.advance(70)
    assert bath.told == [HeatOn(), HeatStuck(), HeatOff()]


@pytest.mark.parametrize(
    ("entity_id", "attributes"),
    [
        ("climate.pad", {"hvac_modes": ["off", "cool"]}),
        ("climate.pad", {"hvac_modes": ["heat"]}),
        ("climate.pad", {}),
        ("fan.pad", {"supported_features": 1}),
        ("fan.pad", {"supported_features": 32}),
        ("humidifier.pad", {"device_class": "dehumidifier"}),
        ("water_heater.pad", {"supported_features": 1}),
        ("water_heater.pad", {"supported_features": 2, "operation_list": ["off"]}),
        ("water_heater.pad", {"supported_features": 2, "operation_list": ["eco", "gas"]}),
        ("cover.pad", {}),
        ("media_player.pad", {}),
        ("group.pad", {"entity_id": ["switch.pad"]}),
        ("valve.pad", {}),
        ("siren.pad", {}),
        ("lock.pad", {}),
        ("button.pad", {}),
        ("nonsense", {}),
    ],
)
async def test_what_cannot_heat(
    hass: HomeAssistant, entity_id: str, attributes: dict[str, Any]
) -> None:
    if "." in entity_id:
        hass.states.async_set(entity_id, "off", attributes)
    hass.states.async_set(POWER, "0", {"unit_of_measurement": "W"})
    for kind in HeatKind:
        assert unfit(hass, entity_id, POWER, kind) == "heat_unsupported"


@pytest.mark.parametrize("entity_id", ["script.pad", "automation.pad"])
async def test_what_only_runs_is_no_heater(hass: HomeAssistant, entity_id: str) -> None:
    hass.states.async_set(entity_id, "off")
    hass.states.async_set(POWER, "0", {"unit_of_measurement": "W"})
    for kind in HeatKind:
        assert unfit(hass, entity_id, POWER, kind) == "heat_script"


# --- helpers of the house -------------------------------------------------------------------------


async def test_a_group_is_off_when_all_its_members_are(bath: Bath) -> None:
    """With `all`, Home Assistant calls a group off as soon as one member is."""
    await bath.room.async_add_switch()
    other = Pad()
    towels = await bath.room.async_add("switch", FakeSwitch(other, "towels"))
    await bath.group("switch.pad", "switch.towels", needs_all=True)
    assert unfit(bath.hass, "switch.both") == "heat_helper"
    assert unfit(bath.hass, "switch.both", kind=HeatKind.ROOM) is None

    await bath.heats_with("switch.both")
    await bath.on()
    assert bath.told == [HeatOn()]
    assert other.has_power()
    other.ways.deaf = 1
    assert not await bath.off()
    state = bath.hass.states.get("switch.both")
    assert state is not None
    assert state.state == "off"
    assert other.has_power()
    assert bath.told == [HeatOn(), HeatStuck()]
    other.set(on=False)
    towels.report()
    await bath.clock.advance(70)
    assert bath.told[-1] == HeatOff()


async def test_a_member_that_cannot_be_seen_proves_nothing(bath: Bath) -> None:
    await bath.room.async_add_switch()
    towels = await bath.room.async_add("switch", FakeSwitch(Pad(), "towels"))
    await bath.group("switch.pad", "switch.towels")
    assert shown_on(bath.hass, "switch.both") is False
    towels.set_available(available=False)
    await bath.hass.async_block_till_done()
    state = bath.hass.states.get("switch.both")
    assert state is not None
    assert state.state == "off"
    assert shown_on(bath.hass, "switch.both") is None


async def test_a_thermostat_of_the_house_is_off_whatever_its_heater_does(bath: Bath) -> None:
    await bath.room.async_add_switch()
    await bath.room.async_add_thermometer()
    thermostat = {
        "platform": "generic_thermostat",
        "name": "bath",
        "heater": "switch.pad",
        "target_sensor": TEMPERATURE,
    }
    assert await async_setup_component(bath.hass, "climate", {"climate": thermostat})
    await bath.hass.async_block_till_done()
    assert unfit(bath.hass, "climate.bath") == "heat_helper"
    assert unfit(bath.hass, "climate.bath", kind=HeatKind.ROOM) is None
    await bath.room.async_add_power()
    assert unfit(bath.hass, "climate.bath", POWER) is None


async def test_a_template_speaks_of_others(bath: Bath) -> None:
    await bath.room.async_add_input_boolean()
    template = {
        "switch": {
            "name": "made up",
            "state": "{{ is_state('input_boolean.pad', 'on') }}",
            "turn_on": [],
            "turn_off": [],
        }
    }
    assert await async_setup_component(bath.hass, "template", {"template": template})
    await bath.hass.async_block_till_done()
    assert unfit(bath.hass, "switch.made_up") == "heat_helper"
    assert unfit(bath.hass, "switch.made_up", kind=HeatKind.ROOM) is None


async def test_a_switch_shown_as_a_light_is_what_the_switch_is(bath: Bath) -> None:
    switch = await bath.room.async_add_switch()
    options = {"entity_id": "switch.pad", "target_domain": "light", "invert": False}
    lamp = await bath.helper("switch_as_x", options, version=1, minor_version=3)
    assert lamp.startswith("light.")
    assert unfit(bath.hass, lamp) == "heat_needs_power_sensor"
    await bath.heats_with(lamp)
    await bath.on()
    assert await bath.off()
    assert bath.told == [HeatOn(), HeatOff()]
    # The light does not pass on that its switch only guesses.
    switch._attr_assumed_state = True
    switch.async_write_ha_state()
    assert unfit(bath.hass, lamp, kind=HeatKind.ROOM) == "heat_assumed_state"


async def test_a_ring_of_groups_ends(hass: HomeAssistant) -> None:
    hass.states.async_set("switch.one", "off", {"entity_id": ["switch.two", "switch.three"]})
    hass.states.async_set("switch.two", "off", {"group_entities": ["switch.one"]})
    assert shown_on(hass, "switch.one") is None
    hass.states.async_set("switch.three", "off", {"entity_id": "all"})
    assert shown_on(hass, "switch.one") is False
    hass.states.async_set("switch.three", "on")
    assert shown_on(hass, "switch.one") is True
    assert not is_ours(hass, "switch.one")
    state = hass.states.get("switch.one")
    assert state is not None
    assert not trusted(hass, state, HeatKind.BODY)
    assert trusted(hass, state, HeatKind.ROOM)


@pytest.mark.parametrize("kind", HeatKind)
async def test_a_coach_is_no_heater(hass: HomeAssistant, kind: HeatKind) -> None:
    """With watts, too: a heater that starts a session would never end."""
    registry = er.async_get(hass)
    hass.states.async_set(POWER, "0", {"unit_of_measurement": "W"})
    ours = registry.async_get_or_create("switch", DOMAIN, "session").entity_id
    hass.states.async_set(ours, "off")
    hass.states.async_set("switch.inner", "off", {"entity_id": [ours]})
    hass.states.async_set("light.outer", "off", {"entity_id": ["switch.inner"]})
    for name in (ours, "switch.inner", "light.outer"):
        assert unfit(hass, name, POWER, kind) == "heat_own_entity"


# --- watts that were worked out -------------------------------------------------------------------

POWER_OF_THE_SWITCH = "{{ 40 if is_state('switch.pad', 'on') else 0 }}"


async def made_up_watts(bath: Bath) -> str:
    """Add a sensor that says what the switch says."""
    sensor = {
        "name": "made up",
        "state": POWER_OF_THE_SWITCH,
        "device_class": "power",
        "unit_of_measurement": "W",
    }
    assert await async_setup_component(bath.hass, "template", {"template": {"sensor": sensor}})
    await bath.hass.async_block_till_done()
    return "sensor.made_up"


@pytest.mark.parametrize("kind", KINDS)
async def test_watts_that_were_worked_out_prove_nothing_on_the_body(bath: Bath, kind: str) -> None:
    heater, power = await bath.room.async_add_heater(kind), await made_up_watts(bath)
    assert unfit(bath.hass, heater, power) == "heat_power_computed"
    assert unfit(bath.hass, heater, power, HeatKind.ROOM) is None
    await bath.heats_with(heater, HeatKind.BODY, power=power)
    await bath.on()
    assert bath.told == [HeatLost("power_computed")]
    assert bath.pad.commands == []


async def test_watts_of_a_group_and_of_helpers_with_a_device_prove_nothing(bath: Bath) -> None:
    await bath.room.async_add_switch()
    await bath.room.async_add_power()
    registry = er.async_get(bath.hass)
    device = registry.async_get(POWER).device_id  # type: ignore[union-attr]
    for platform in ("powercalc", "integration", "filter", "template", "group"):
        power = registry.async_get_or_create("sensor", platform, "one").entity_id
        registry.async_update_entity(power, device_id=device)
        bath.hass.states.async_set(power, "0", {"unit_of_measurement": "W"})
        assert unfit(bath.hass, "switch.pad", power) == "heat_power_computed"
    watt = {"unit_of_measurement": "W", "entity_id": [POWER]}
    bath.hass.states.async_set("sensor.sum", "0", watt)
    assert unfit(bath.hass, "switch.pad", "sensor.sum") == "heat_power_computed"


@pytest.mark.parametrize("place", HeatKind)
async def test_what_only_guesses_needs_the_watts_of_a_device(bath: Bath, place: HeatKind) -> None:
    await bath.room.async_add_switch()
    bath.hass.states.async_set("sensor.anybody", "0", {"unit_of_measurement": "W"})
    assert unfit(bath.hass, "switch.pad", "sensor.anybody", place) is None
    bath.room.switch._attr_assumed_state = True
    bath.room.switch.async_write_ha_state()
    assert unfit(bath.hass, "switch.pad", "sensor.anybody", place) == "heat_power_computed"
    await bath.room.async_add_power()
    assert unfit(bath.hass, "switch.pad", POWER, place) is None


# --- one relay under two names --------------------------------------------------------------------


@pytest.fixture(name="twins")
async def twins_fixture(bath: Bath) -> list[Heater]:
    """The pad of one coach as a switch, and of another as the light that the switch is shown as."""
    await bath.room.async_add_switch()
    await bath.room.async_add_power()
    options = {"entity_id": "switch.pad", "target_domain": "light", "invert": False}
    lamp = await bath.helper("switch_as_x", options, version=1, minor_version=3)
    await bath.group("switch.pad")
    switch = await bath.heats_with("switch.pad", HeatKind.BODY, power=POWER)
    light = await bath.heats_with(lamp, HeatKind.BODY, power=POWER, coach="other")
    both = await bath.heats_with("switch.both", HeatKind.BODY, power=POWER, coach="third")
    return [switch, light, both]


@pytest.mark.parametrize("first", range(3))
async def test_one_relay_under_more_names_is_one_heater(
    bath: Bath, twins: list[Heater], first: int
) -> None:
    bath.heater = twins.pop(first)
    for _ in range(3):
        await bath.on()
        assert bath.told == [HeatOn()]
        assert {twin.refusal(blocked=False) for twin in twins} == {"heat_in_use"}
        assert await bath.off()
        assert {twin.refusal(blocked=False) for twin in twins} == {"heat_gap"}
        await bath.clock.advance(2 * 3600 + 1)
        bath.told.clear()
    assert {twin.refusal(blocked=False) for twin in twins} == {"heat_daily"}
    assert len(bath.pad.runs) == 3


async def test_what_is_stuck_is_so_under_each_of_its_names(bath: Bath, twins: list[Heater]) -> None:
    bath.heater = twins.pop(0)
    await bath.on()
    bath.pad.ways.deaf = 1
    off = bath.hass.async_create_task(bath.heater.async_off())
    await bath.clock.advance(5)
    assert {twin.refusal(blocked=False) for twin in twins} == {"heat_not_off"}
    await bath.clock.run_until(off.done, 10)
    assert {twin.refusal(blocked=False) for twin in twins} == {"heat_stuck"}
    registry = er.async_get(bath.hass)
    registry.async_update_entity("switch.pad", new_entity_id="switch.compress")
    await bath.hass.async_block_till_done()
    assert twins[0].refusal(blocked=False) == "heat_stuck"
    bath.pad.ways.deaf = 0
    await bath.clock.advance(70)
    assert twins[0].refusal(blocked=False) == "heat_gap"


async def test_another_relay_is_another_heater(bath: Bath) -> None:
    await bath.room.async_add_switch()
    await bath.room.async_add("switch", FakeSwitch(Pad(), "towels"))
    other = await bath.heats_with("switch.towels", coach="other")
    await bath.heats_with("switch.pad")
    await bath.on()
    assert other.refusal(blocked=False) is None


# --- the air of a room ----------------------------------------------------------------------------


async def test_air_may_be_told_of_every_ten_minutes(bath: Bath) -> None:
    heater = await bath.room.async_add_heater("fan")
    await bath.room.async_add_thermometer(every=580)
    await bath.heats_with(heater, temperature=TEMPERATURE)
    await bath.clock.advance(500)
    await bath.on()
    assert bath.told[0] == HeatOn()
    await bath.clock.advance(100)
    bath.room.silence()
    await bath.clock.advance(480)
    assert bath.pad.has_power()


async def test_air_that_is_not_told_of_ends_the_heat(bath: Bath) -> None:
    heater = await bath.room.async_add_heater("fan")
    await bath.room.async_add_thermometer(every=580)
    await bath.heats_with(heater, temperature=TEMPERATURE)
    bath.room.silence()
    await bath.clock.advance(100)
    await bath.on()
    await bath.clock.advance(495)
    assert bath.pad.has_power()
    await bath.clock.advance(10)
    assert bath.told[-2:] == [HeatLost("stale"), HeatOff()]
    assert not bath.pad.has_power()


async def test_a_room_is_ready_when_its_air_is_warm(bath: Bath) -> None:
    heater = await bath.room.async_add_heater("fan")
    air = await bath.room.async_add("sensor", FakeThermometer(bath.pad, "pad temperature"))
    air.look = lambda _=None: True  # type: ignore[assignment,method-assign]

    async def reads(celsius: float) -> None:
        air._attr_native_value = celsius
        air.async_write_ha_state()
        await bath.clock.advance(1)

    await reads(17.0)
    await bath.heats_with(heater, temperature=TEMPERATURE)
    await bath.on()
    await reads(21.9)
    assert bath.told == [HeatOn()]
    await reads(22.0)
    assert bath.told == [HeatOn(), HeatReady()]
    await reads(42.1)
    assert bath.told == [HeatOn(), HeatReady(), HeatLost("too_hot"), HeatOff()]


# --- after a crash --------------------------------------------------------------------------------


def lease_of(heater: str, kind: HeatKind) -> Lease:
    now = dt_util.utcnow()
    return Lease(heater=heater, entry_id="coach", started=now, off_at=now, kind=kind)


@pytest.mark.parametrize("kind", HeatKind)
async def test_what_was_left_on_is_believed_as_it_was_before(bath: Bath, kind: HeatKind) -> None:
    """A light in a room is off when it says so; on the body that would prove nothing."""
    heater = await bath.room.async_add_heater("light")
    bath.pad.set(on=True)
    bath.room.heater.report()
    book = await async_get_book(bath.hass)
    await book.async_owe(lease_of(heater, kind))
    async_recover(bath.hass, book)
    await bath.clock.advance(60)
    assert not bath.pad.has_power()
    assert (book.lease(heater) is None) is (kind is HeatKind.ROOM)
    bath.hass.states.async_remove(heater)


@pytest.mark.parametrize("kind", HeatKind)
async def test_a_lease_keeps_its_kind_on_disk(
    hass: HomeAssistant, hass_storage: dict[str, Any], kind: HeatKind
) -> None:
    book = await async_get_book(hass)
    await book.async_grant(lease_of("light.pad", kind))
    stored = json.loads(json.dumps(hass_storage[STORAGE_KEY]["data"]["leases"][0]))
    assert stored["kind"] == kind.value
    assert Lease.from_dict(stored).kind is kind


def test_a_lease_of_before_there_were_rooms_is_of_a_body() -> None:
    old = lease_of_before(datetime(2026, 11, 28, tzinfo=dt_util.UTC))
    assert Lease.from_dict(old).kind is HeatKind.BODY
    with pytest.raises(ValueError, match="sauna"):
        Lease.from_dict({**old, "kind": "sauna"})


def lease_of_before(at: datetime) -> dict[str, str | None]:
    return {
        "heater": "switch.pad",
        "entry_id": "coach",
        "started": at.isoformat(),
        "off_at": at.isoformat(),
        "power_sensor": None,
        "registry_id": None,
    }
