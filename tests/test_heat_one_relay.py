"""One relay that a house uses for more than one thing: what is somebody's pad is nothing else."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from homeassistant.core import Context, HomeAssistant, ServiceResponse
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.knot_coach.const import DOMAIN, Conf
from tests.test_heat_shared import Shared, unplugged
from tests.virtual_clock import VirtualClock

PLAIN: dict[str, Any] = {Conf.TEMPERATURE: None}
ROOM: dict[str, Any] = {Conf.HEAT_KIND: "room", Conf.HEAT_UNASKED: True}


class Wired(Shared):
    """A house whose pad may be known under other names, too."""

    async def shown_as_light(self) -> str:
        """Show the pad's switch as a light; return that."""
        entry = MockConfigEntry(
            domain="switch_as_x",
            title="lamp",
            version=1,
            minor_version=3,
            options={"entity_id": "switch.pad", "target_domain": "light", "invert": False},
        )
        entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()
        made = er.async_entries_for_config_entry(er.async_get(self.hass), entry.entry_id)
        return made[0].entity_id

    async def change(self, entry: MockConfigEntry, **options: Any) -> None:  # noqa: ANN401 - settings
        """Change the settings of a coach, which takes them over when it is idle."""
        entries = self.hass.config_entries
        entries.async_update_entry(entry, options=entry.options | options)
        await self.clock.advance(1)
        await self.hass.async_block_till_done()
        self.coach = self.entry.runtime_data

    async def form(self, entry: MockConfigEntry, step: str, **answers: Any) -> dict[str, str]:  # noqa: ANN401 - answers
        """Fill in a form of the options of a coach; return what is wrong."""
        flows = self.hass.config_entries.options
        menu = await flows.async_init(entry.entry_id)
        flow = menu["flow_id"]
        await flows.async_configure(flow, {"next_step_id": step})
        result = await flows.async_configure(flow, answers)
        if result["type"] is FlowResultType.FORM:
            flows.async_abort(flow)
        await self.clock.advance(1)
        return dict(result.get("errors") or {})

    async def sam_is_asked(self) -> None:
        """Start a session of Sam without heat."""
        await self.start(self.entry, "upper_traps", heat=False)

    async def sam_is_pressed(self) -> None:
        """Start a session of Sam without heat, and begin to press."""
        await self.sam_is_asked()
        await self.until_question("health")
        await self.say("no")
        await self.until("active", phase="press", within=200)

    def drill(self, entry: MockConfigEntry) -> asyncio.Task[ServiceResponse]:
        """Let a person begin a drill; its report follows."""
        person = MockUser(is_owner=True).add_to_hass(self.hass)
        return self.hass.async_create_task(
            self.hass.services.async_call(
                DOMAIN,
                "run_heat_drill",
                {"config_entry_id": entry.entry_id},
                blocking=True,
                return_response=True,
                context=Context(user_id=person.id),
            )
        )

    async def drill_refused(self, entry: MockConfigEntry) -> str | None:
        """Return why a drill is refused to a person."""
        with pytest.raises(ServiceValidationError) as caught:
            await self.drill(entry)
        return caught.value.translation_key

    async def kim_is_asked(self) -> None:
        """Start a session of Kim with whatever heat there is, and get past the first question."""
        wanted = {"area": "forearm", "side": "left", "length": "quick"}
        await self.hass.services.async_call(
            DOMAIN,
            "start_session",
            {"config_entry_id": self.kim.entry_id, **wanted},
            blocking=True,
        )
        await self.clock.advance(15)
        await self.say("no", self.kitchen)


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[Wired]:
    """A house in which nothing is plugged in yet."""
    async with unplugged(Wired(hass, virtual_time)) as house:
        yield house


# A room heater that is a pad


async def test_what_is_a_pad_for_somebody_warms_nobodys_room(house: Wired) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await house.kim_comes(**ROOM)
    with pytest.raises(ServiceValidationError) as caught:
        await house.start(house.kim, "forearm", heat=True)
    assert caught.value.translation_key == "heat_pad_of_other"
    await house.kim_is_asked()
    await house.clock.advance(60)
    assert house.pad.commands == []
    await house.say("stop", house.kitchen)
    await house.warm()


async def test_what_becomes_a_pad_meanwhile_does_not_start_unasked(house: Wired) -> None:
    await house.build(pad=house.pad, options={**PLAIN, Conf.HEATER: None})
    await house.kim_comes(**ROOM)
    wanted = {"area": "forearm", "side": "left", "length": "quick", "heat": True}
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"config_entry_id": house.kim.entry_id, **wanted}, blocking=True
    )
    await house.clock.advance(15)
    await house.change(house.entry, **{Conf.HEATER: "switch.pad", Conf.OWN_CUTOFF: True})
    await house.say("no", house.kitchen)
    await house.clock.advance(60)
    assert house.pad.commands == []
    heard = " ".join(house.kitchen.texts)
    assert "heater" in heard


async def test_without_a_pad_the_room_is_warmed(house: Wired) -> None:
    """Else the two above would prove nothing."""
    await house.build(pad=house.pad, options={**PLAIN, Conf.HEATER: None})
    await house.kim_comes(**ROOM)
    await house.kim_is_asked()
    await house.clock.run_until(house.pad.has_power, 30)
    await house.say("stop", house.kitchen)
    await house.clock.run_until(lambda: not house.pad.has_power(), 30)


async def test_the_forms_name_who_has_it_already(house: Wired) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await house.kim_comes(**{Conf.HEATER: None, Conf.OWN_CUTOFF: False})
    heat = {Conf.HEATER: "switch.pad", Conf.HEAT_MINUTES: 10}
    wrong = await house.form(house.kim, "heat", **heat, heat_kind="room")
    assert wrong == {Conf.HEAT_KIND: "heat_body_of_other"}
    assert await house.form(house.kim, "heat", **heat, heat_kind="body") == {}
    assert await house.form(house.entry, "heat", **heat, heat_kind="room") == {}, "their own"
    await house.change(house.entry, **ROOM)
    wrong = await house.form(house.kim, "heat", **heat, heat_kind="body")
    assert wrong == {Conf.HEAT_KIND: "heat_room_of_other"}
    assert await house.form(house.kim, "heat", **heat, heat_kind="room") == {}


@pytest.mark.parametrize(
    "changed", [{Conf.HEATER: None}, {Conf.HEAT_KIND: "room"}], ids=["taken out", "a room now"]
)
async def test_the_settings_of_a_session_count_as_long_as_it_lasts(
    house: Wired, changed: dict[str, Any]
) -> None:
    """Sam lies on the pad, and on a screen somebody changes what it is."""
    await house.build(pad=house.pad, options=PLAIN)
    await house.kim_comes(**{Conf.HEATER: None, Conf.OWN_CUTOFF: False})
    await house.sam_is_pressed()
    await house.change(house.entry, **changed)
    heat = {Conf.HEATER: "switch.pad", Conf.HEAT_MINUTES: 10, Conf.HEAT_KIND: "room"}
    wrong = await house.form(house.kim, "heat", **heat)
    assert wrong == {Conf.HEAT_KIND: "heat_body_of_other"}
    await house.change(house.kim, **ROOM, **{Conf.HEATER: "switch.pad"})
    await house.kim_is_asked()
    await house.clock.advance(60)
    assert house.pad.commands == []
    assert await house.drill_refused(house.kim) == "drill_in_session"


async def test_a_room_that_is_warmed_with_somebodys_pad_gets_cold(house: Wired) -> None:
    """It is on when Sam makes a pad of it, and lies on it."""
    await house.build(pad=house.pad, options={**PLAIN, Conf.HEATER: None})
    await house.kim_comes(**ROOM)
    await house.kim_is_asked()
    await house.clock.run_until(house.pad.has_power, 30)
    await house.change(house.entry, **{Conf.HEATER: "switch.pad", Conf.OWN_CUTOFF: True})
    await house.sam_is_asked()
    await house.clock.run_until(lambda: not house.pad.has_power(), 5)
    await house.clock.advance(120)
    assert house.pad.commands.count("on") == 1


async def test_settings_of_a_later_version_are_taken_for_a_body(house: Wired) -> None:
    await house.build(pad=house.pad, options={**PLAIN, **ROOM})
    await house.kim_comes()
    entries = house.hass.config_entries
    entries.async_update_entry(house.kim, options=house.kim.options | {Conf.HEAT_KIND: "blanket"})
    await house.clock.advance(1)
    with pytest.raises(ServiceValidationError) as caught:
        await house.start(house.entry, "upper_traps", heat=True)
    assert caught.value.translation_key == "heat_pad_of_other"


# A light that is a pad


async def test_the_forms_know_the_lights_and_heaters_of_all(house: Wired) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    lamp = await house.shown_as_light()
    await house.kim_comes(**{Conf.HEATER: None, Conf.OWN_CUTOFF: False})
    assert await house.form(house.kim, "voice", light=lamp) == {Conf.LIGHT: "light_heats"}
    await house.change(house.entry, **{Conf.HEATER: None})
    assert await house.form(house.kim, "voice", light=lamp) == {}
    assert house.kim.options[Conf.LIGHT] == lamp
    heat = {Conf.HEATER: "switch.pad", Conf.HEAT_MINUTES: 10, Conf.HEAT_KIND: "body"}
    assert await house.form(house.entry, "heat", **heat) == {Conf.HEATER: "heat_light"}


@pytest.mark.parametrize("whose", ["somebody's", "their own"])
async def test_no_light_that_is_a_pad_goes_along(house: Wired, whose: str) -> None:
    """The pad was set up after the light, and the forms were not asked again."""
    await house.build(pad=house.pad, options=PLAIN)
    lamp = await house.shown_as_light()
    own: dict[str, Any] = {Conf.HEATER: "switch.pad" if whose == "their own" else None}
    await house.kim_comes(**own | {Conf.LIGHT: lamp})
    await house.start_kim()
    await house.clock.advance(15)
    await house.say("no", house.kitchen)
    await house.clock.advance(120)
    assert "on" not in house.pad.commands
    await house.say("stop", house.kitchen)
    await house.clock.advance(60)
    assert "on" not in house.pad.commands


async def test_a_light_that_becomes_a_pad_while_it_is_lit_goes_off(house: Wired) -> None:
    await house.build(pad=house.pad, options={**PLAIN, Conf.HEATER: None})
    lamp = await house.shown_as_light()
    house.pad.set(on=True)
    house.room.switch.report()
    await house.hass.async_block_till_done()
    assert house.hass.states.is_state(lamp, "on")
    await house.kim_comes(**{Conf.HEATER: None, Conf.LIGHT: lamp})
    await house.start_kim()
    await house.clock.advance(15)
    await house.say("no", house.kitchen)
    await house.clock.run_until(lambda: bool(house.pad.commands), 120)
    await house.change(house.entry, **{Conf.HEATER: "switch.pad", Conf.OWN_CUTOFF: True})
    before = house.pad.commands.count("on")
    await house.clock.run_until(lambda: not house.pad.has_power(), 60)
    await house.say("stop", house.kitchen)
    await house.clock.advance(60)
    assert house.pad.commands.count("on") == before
    assert not house.pad.has_power()


# A drill of a pad that others have


async def test_no_drill_while_somebody_is_coached_who_may_lie_on_the_pad(house: Wired) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await house.kim_comes()
    await house.start_kim()
    await house.clock.advance(15)
    await house.say("no", house.kitchen)
    assert await house.drill_refused(house.entry) == "drill_in_session"
    assert house.pad.commands == []


async def test_whoever_comes_back_is_not_pressed_under_a_drill(house: Wired) -> None:
    """Kim's session is paused, and her coach away while Sam drills their pad."""
    await house.build(pad=house.pad, options={**PLAIN, Conf.AUTO_OFF_MINUTES: 10})
    await house.kim_comes()
    await house.start_kim()
    await house.clock.advance(15)
    await house.say("no", house.kitchen)
    await house.clock.advance(20)
    await house.say("pause", house.kitchen)
    entries = house.hass.config_entries
    gone = house.hass.async_create_task(entries.async_unload(house.kim.entry_id))
    await house.clock.run_until(gone.done, 60)
    drill = house.drill(house.entry)
    await house.clock.run_until(lambda: house.pad.commands.count("on") == 2, 120)
    await house.clock.advance(20)
    assert house.pad.has_power()
    back = house.hass.async_create_task(entries.async_setup(house.kim.entry_id))
    await house.clock.run_until(back.done, 30)
    await house.clock.advance(5)
    await house.say("resume", house.kitchen)
    await house.clock.run_until(lambda: not house.pad.has_power(), 5)
    await house.clock.run_until(drill.done, 1500)
    assert house.pad.seconds_on < 45


async def test_too_hot_at_another_coach_of_the_pad_ends_a_drill(house: Wired) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await house.kim_comes()
    drill = house.drill(house.entry)
    await house.clock.run_until(house.pad.has_power, 10)
    await house.hass.services.async_call(
        DOMAIN, "stop_session", {"config_entry_id": house.kim.entry_id}, blocking=True
    )
    await house.clock.run_until(lambda: not house.pad.has_power(), 1)
    await house.clock.run_until(drill.done, 60)
    report = await drill
    assert report is not None
    assert report["dead_man"] == "called_off"


async def test_nobody_is_coached_while_somebody_drills_their_pad(house: Wired) -> None:
    await house.build(pad=house.pad, options=PLAIN)
    await house.kim_comes()
    drill = house.drill(house.entry)
    await house.clock.run_until(house.pad.has_power, 10)
    with pytest.raises(ServiceValidationError) as caught:
        await house.start_kim()
    assert caught.value.translation_key == "drill_running"
    await house.clock.run_until(drill.done, 60)
    report = await drill
    assert report is not None
    assert report["passed"]
    await house.start_kim()
