"""The heat drill and the dead-man: nothing counts that was not seen, and nothing stays on after it."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
import contextlib
from datetime import timedelta
import json
from pathlib import Path
from typing import Any, cast, override

from homeassistant import loader
from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.components.conversation import DOMAIN as CONVERSATION, async_converse
from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.persistent_notification import DOMAIN as NOTIFICATIONS
from homeassistant.const import EntityCategory
from homeassistant.core import (
    Context,
    CoreState,
    HassJob,
    HomeAssistant,
    ServiceCall,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    entity_registry as er,
    frame,
    issue_registry as ir,
)
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.helpers.storage import Store
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.async_ import get_scheduled_timer_handles
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import (
    MockUser,
    async_test_home_assistant,
    mock_registry,
)

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.countdown import Countdown, Setting, seconds_of
from custom_components.knot_coach.drill_findings import Part, Verdict
from custom_components.knot_coach.heat_forms import MAX_AUTO_OFF
from custom_components.knot_coach.heater import Heater
from custom_components.knot_coach.lease import Lease, async_get_book
from custom_components.knot_coach.massage.heat_reports import HeatLost, HeatOff, HeatReport
from custom_components.knot_coach.massage.messages import Lock, Tier
from custom_components.knot_coach.proofs import RULES, STORAGE_KEY, Proof, async_get_proofs
from tests.fake_countdown import End, FakeNumber, FakeSelect, Plug, lose
from tests.fake_heater import Pad
from tests.house import House
from tests.virtual_clock import TimeStandsStillError, VirtualClock

NUMBER = "number.pad_countdown"
SELECT = "select.pad_countdown"
ALL = ["on", "off", "cut", "stays_off"]
BY_NUMBER: dict[str, Any] = {Conf.COUNTDOWN: NUMBER, Conf.OWN_CUTOFF: False}
BY_SELECT: dict[str, Any] = {Conf.COUNTDOWN: SELECT, Conf.OWN_CUTOFF: False}


class DrillHouse(House):
    """A house with a plug that counts down, and somebody who stands by."""

    plug: Plug
    countdown: FakeNumber | FakeSelect
    person: MockUser

    async def plug_in(
        self,
        plug: Plug,
        countdown: FakeNumber | FakeSelect | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> DrillHouse:
        """Set everything up."""
        self.plug, self.person = plug, MockUser(is_owner=True).add_to_hass(self.hass)
        if countdown is not None:
            self.countdown = countdown
            await add(self.hass, countdown)
        await self.build(pad=plug, options=options)
        plug.room = self.room
        return self

    @property
    def heater(self) -> Heater:
        """The coach's heater."""
        heater = self.coach.heater
        assert heater is not None
        return heater

    def begin(self, context: Context | None = None) -> asyncio.Task[Any]:
        """Call the action as the person does, and return at once."""
        return self.hass.async_create_task(
            self.hass.services.async_call(
                DOMAIN,
                "run_heat_drill",
                {},
                blocking=True,
                return_response=True,
                context=context or Context(user_id=self.person.id),
            )
        )

    async def drill(self) -> dict[str, Any]:
        """Run a drill and return its report."""
        report: dict[str, Any] = await self.clock_to_the_end(self.begin())
        return report

    async def clock_to_the_end(self, task: asyncio.Task[Any]) -> Any:  # noqa: ANN401 - as the task
        """Let time pass until a task is done."""
        await self.clock.run_until(task.done, 2500)
        return await task

    async def refused(self, context: Context | None = None) -> str | None:
        """Return why a drill is refused; it must change nothing."""
        before = [*self.plug.commands]
        with pytest.raises(ServiceValidationError) as caught:
            await self.clock_to_the_end(self.begin(context))
        assert caught.value.translation_domain == DOMAIN
        assert " " in str(caught.value)
        assert self.plug.commands == before
        return caught.value.translation_key

    async def press(self, context: Context | None = None) -> None:
        """Press the button."""
        await self.hass.services.async_call(
            "button",
            "press",
            {"entity_id": self.entity("button", "heat_drill")},
            blocking=True,
            context=context or Context(user_id=self.person.id),
        )

    @property
    def dead_man(self) -> str:
        """What the sensor shows."""
        state = self.hass.states.get(self.entity("sensor", "dead_man"))
        assert state is not None
        assert (state.attributes["proved_at"] is not None) is (state.state == "proved")
        return state.state

    async def rest(self) -> None:
        """Let the gap between two uses pass."""
        await self.clock.advance(2 * 3600 + 60)

    async def start(self) -> None:
        """Start a session with heat."""
        await self.hass.services.async_call(
            DOMAIN,
            "start_session",
            {"area": "upper_traps", "side": "left", "length": "quick", "heat": True},
            blocking=True,
        )

    async def warm(self) -> None:
        """Start a session, and have the pad on."""
        await self.start()
        await self.until_question("health")
        await self.say("no")
        await self.until_question("heat")
        await self.say("yes")
        await self.clock.run_until(self.plug.has_power, 15)


async def add(hass: HomeAssistant, countdown: FakeNumber | FakeSelect) -> None:
    """Add the entity of a countdown."""
    domain = "number" if isinstance(countdown, FakeNumber) else "select"
    assert await async_setup_component(hass, domain, {})
    await hass.data[DATA_INSTANCES][domain].async_add_entities([countdown])


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[DrillHouse]:
    """A house in which nothing is plugged in yet."""
    house = DrillHouse(hass, virtual_time)
    yield house
    if hasattr(house, "room"):
        house.room.leave()


@pytest.fixture
async def plugged(house: DrillHouse) -> DrillHouse:
    """A house with a plug that cuts the power, by a number in seconds."""
    plug = Plug()
    return await house.plug_in(plug, FakeNumber(plug), BY_NUMBER)


def parts(report: Mapping[str, Any]) -> dict[str, bool]:
    """Return what was looked at, and whether it was well."""
    return {step["part"]: step["ok"] for step in report["steps"]}


# What is proved


async def test_a_countdown_that_cuts_the_power_is_proved(plugged: DrillHouse) -> None:
    assert plugged.dead_man == "none"
    report = await plugged.drill()
    assert parts(report) == dict.fromkeys(ALL, True)
    assert (report["passed"], report["dead_man"]) == (True, "proved")
    assert report["countdown"] == 10
    seconds = {step["part"]: step["seconds"] for step in report["steps"]}
    assert seconds["cut"] == pytest.approx(10, abs=0.5)
    assert seconds["stays_off"] == pytest.approx(140, abs=0.5)
    assert plugged.dead_man == "proved"
    assert plugged.plug.written == [10, 10, 10, 0]
    assert not plugged.plug.has_power()
    assert plugged.plug.seconds_on == pytest.approx(20, abs=2)


async def test_a_drill_is_one_use(plugged: DrillHouse) -> None:
    await plugged.drill()
    book = await async_get_book(plugged.hass)
    assert len(book.uses("switch.pad", plugged.entry.entry_id)) == 1
    assert await plugged.refused() == "heat_gap"
    await plugged.rest()
    await plugged.drill()
    assert len(book.uses("switch.pad", plugged.entry.entry_id)) == 2


@pytest.mark.parametrize(("unit", "seconds"), [("s", 10), ("min", 60)], ids=["seconds", "minutes"])
async def test_a_number_is_taken_in_its_unit(house: DrillHouse, unit: str, seconds: float) -> None:
    plug = Plug()
    number = FakeNumber(plug, unit_of_measurement=unit)
    await house.plug_in(plug, number, BY_NUMBER)
    report = await house.drill()
    assert (report["dead_man"], report["countdown"]) == ("proved", seconds)
    assert plug.written == [seconds, seconds, seconds, 0]


async def test_a_list_to_choose_from_is_proved(house: DrillHouse) -> None:
    plug = Plug()
    select = FakeSelect(plug, "cancel", "2 min", "10 min", "1 h")
    await house.plug_in(plug, select, BY_SELECT)
    report = await house.drill()
    assert (report["dead_man"], report["countdown"]) == ("proved", 120)
    assert select.current_option == "cancel"
    assert plug.seconds_on < 150


@pytest.mark.parametrize("minutes", [3, MAX_AUTO_OFF])
async def test_a_fixed_auto_off_is_proved_and_nothing_is_written(
    house: DrillHouse, minutes: int
) -> None:
    plug = Plug(auto_off=60 * minutes)
    # The pad would be too warm before the longest is over.
    options: dict[str, Any] = {Conf.AUTO_OFF_MINUTES: minutes, Conf.TEMPERATURE: None}
    options[Conf.OWN_CUTOFF] = False
    await house.plug_in(plug, options=options)
    report = await house.drill()
    assert parts(report) == dict.fromkeys(ALL[:-1], True)
    assert (report["dead_man"], report["countdown"]) == ("proved", 60 * minutes)
    assert plug.written == []
    assert house.dead_man == "proved"


async def test_power_that_flows_is_seen_and_has_to_stop(house: DrillHouse) -> None:
    plug = Plug()
    number = FakeNumber(plug)
    options = {**BY_NUMBER, Conf.POWER: "sensor.pad_power", Conf.TEMPERATURE: None}
    await house.plug_in(plug, number, BY_NUMBER)
    await house.room.async_add_power()
    house.hass.config_entries.async_update_entry(house.entry, options=house.entry.options | options)
    await house.clock.advance(1)
    house.coach = house.entry.runtime_data
    report = await house.drill()
    assert parts(report) == dict.fromkeys(["on", "watts", *ALL[1:]], True)
    assert next(step["watts"] for step in report["steps"] if step["part"] == "watts") == 40
    assert report["dead_man"] == "proved"
    await house.rest()

    plug.end = End.CLAIMS
    report = await house.drill()
    assert report["dead_man"] == "not_cut"
    assert not plug.has_power()


async def test_without_a_dead_man_the_ten_seconds_are_the_drill(house: DrillHouse) -> None:
    await house.plug_in(Plug())
    report = await house.drill()
    assert parts(report) == {"on": True, "off": True}
    assert (report["passed"], report["dead_man"], report["countdown"]) == (True, "none", None)
    assert house.plug.commands == ["on", "off"]
    assert house.plug.seconds_on == pytest.approx(10, abs=0.5)
    assert house.dead_man == "none"


# What is found out


async def test_a_countdown_that_toggles_is_found_out(house: DrillHouse) -> None:
    plug = Plug(end=End.TOGGLES)
    await house.plug_in(plug, FakeNumber(plug), {**BY_NUMBER, Conf.OWN_CUTOFF: True})
    report = await house.drill()
    assert parts(report) == {**dict.fromkeys(ALL, True), "stays_off": False}
    assert (report["passed"], report["dead_man"]) == (False, "switches_on")
    assert house.dead_man == "none"
    assert not plug.has_power()
    assert plug.seconds_on < 25
    plug.written.clear()
    await house.rest()
    await house.warm()
    assert plug.written == []


async def test_a_countdown_that_toggles_is_found_out_though_it_ends_with_the_off(
    house: DrillHouse,
) -> None:
    """Switched off early it forgets its countdown; one that it hears while off it does not."""
    plug = Plug(end=End.TOGGLES, forgets=True)
    await house.plug_in(plug, FakeNumber(plug), BY_NUMBER)
    task = house.begin()
    await house.clock.run_until(lambda: len(plug.written) == 3, 200)
    lease = house.heater.lease
    assert not plug.on
    assert lease is not None
    assert lease.switches_until is not None
    assert lease.switches_until > house.coach.now() + timedelta(seconds=40)
    report = await house.clock_to_the_end(task)
    assert parts(report) == {**dict.fromkeys(ALL, True), "stays_off": False}
    assert report["dead_man"] == "switches_on"
    assert house.dead_man == "none"
    assert not plug.has_power()
    assert not plug.counting
    assert plug.seconds_on < 25


class Uncounted(FakeNumber):
    """A number without a unit, which counts minutes."""

    @override
    async def async_set_native_value(self, value: float) -> None:
        self.hear(60 * value)


@pytest.mark.parametrize(
    ("countdown", "options", "reason"),
    [
        (Uncounted(Plug(), unit_of_measurement=None), BY_NUMBER, "heat_countdown_unit"),
        (FakeSelect(Plug(), "0", "1", "2"), BY_SELECT, "heat_countdown_unit"),
        (FakeNumber(Plug(), min_value=1.0), BY_NUMBER, "heat_countdown_endless"),
        (FakeSelect(Plug(), "1 min", "2 min"), BY_SELECT, "heat_countdown_endless"),
    ],
)
async def test_what_may_count_longer_than_anybody_watches_is_not_drilled(
    house: DrillHouse,
    countdown: FakeNumber | FakeSelect,
    options: Mapping[str, Any],
    reason: str,
) -> None:
    await house.plug_in(countdown.plug, countdown, options)
    assert await house.refused() == reason
    assert countdown.plug.written == []
    assert not house.heater.guard.drilling


@pytest.mark.parametrize(
    ("ways", "verdict"),
    [
        ({"ignores": True}, "not_written"),
        ({"refuses": True}, "not_written"),
        ({"pretends": True}, "not_cut"),
    ],
)
async def test_a_countdown_that_does_not_hear_is_not_proved(
    house: DrillHouse, ways: Mapping[str, bool], verdict: str
) -> None:
    plug = Plug()
    await house.plug_in(plug, FakeNumber(plug, **ways), BY_NUMBER)
    report = await house.drill()
    assert (report["passed"], report["dead_man"]) == (False, verdict)
    assert house.dead_man == "none"
    assert not plug.has_power()
    assert plug.seconds_on < 60


@pytest.mark.parametrize(
    ("plug", "verdict"),
    [
        (Plug(end=End.NOTHING), "not_cut"),
        (Plug(early=0.3), "too_soon"),
        (Plug(early=2.5), "not_cut"),
        (Plug(early=6.0), "not_cut"),
    ],
)
async def test_a_countdown_that_cuts_at_another_time_is_not_proved(
    house: DrillHouse, plug: Plug, verdict: str
) -> None:
    await house.plug_in(plug, FakeNumber(plug), BY_NUMBER)
    report = await house.drill()
    assert parts(report) == {"on": True, "off": True, "cut": False}
    assert report["dead_man"] == verdict
    assert house.dead_man == "none"
    assert not plug.has_power()


async def test_an_auto_off_that_is_not_there_is_not_proved(house: DrillHouse) -> None:
    plug = Plug()
    await house.plug_in(plug, options={Conf.AUTO_OFF_MINUTES: 2, Conf.OWN_CUTOFF: False})
    report = await house.drill()
    assert report["dead_man"] == "not_cut"
    assert plug.seconds_on == pytest.approx(10 + 150, abs=2)
    assert not plug.has_power()


async def test_a_person_who_switches_off_is_no_dead_man(plugged: DrillHouse) -> None:
    plugged.plug.end = End.NOTHING
    task = plugged.begin()
    await plugged.clock.run_until(lambda: plugged.plug.written, 60)
    await plugged.clock.advance(8)
    await plugged.hass.services.async_call(
        "switch",
        "turn_off",
        {"entity_id": "switch.pad"},
        blocking=True,
        context=Context(user_id=plugged.person.id),
    )
    await plugged.clock.run_until(task.done, 600)
    assert (await task)["dead_man"] == "other_hand"
    assert plugged.dead_man == "none"


AUTO_OFF: dict[str, Any] = {
    Conf.AUTO_OFF_MINUTES: 1,
    Conf.TEMPERATURE: None,
    Conf.OWN_CUTOFF: False,
}


@pytest.mark.parametrize(
    "action",
    [
        {"action": "switch.turn_off", "target": {"entity_id": "switch.pad"}},
        {"action": "homeassistant.turn_off", "target": {"entity_id": "group.bath"}},
        {"action": "switch.turn_off", "data": {"entity_id": "switch.tub, Switch.Pad"}},
        {"action": "switch.turn_off", "target": {"area_id": "bath"}},
        {"action": "switch.turn_off", "target": {"entity_id": "all"}},
        {"action": "mqtt.publish", "data": {"topic": "pad/set", "payload": "OFF"}},
        {"action": "hub.turn_off", "target": {"entity_id": "switch.hub_group"}},
        {"action": "homeassistant.turn_off", "target": {"area_id": "bath"}},
        {"action": "hub.turn_off", "data": {"device_id": "bf123", "dp": 1, "value": False}},
        {"action": "hub.turn_off"},
        {"action": "remote.send_command", "data": {"entity_id": "remote.rf", "command": "off"}},
        {"action": "hub.turn_off", "data": {"entity_id": 5}},
    ],
    ids=[
        "the heater",
        "a group of it",
        "a list",
        "its room",
        "all",
        "past its entity",
        "a group of a hub",
        "whatever is in its room",
        "a device that nobody knows",
        "a relay of a firmware",
        "a remote control",
        "what makes no sense",
    ],
)
async def test_an_automation_by_the_clock_is_no_dead_man(
    house: DrillHouse, action: dict[str, Any]
) -> None:
    """It leaves no mark at what the device reports, and dies with Home Assistant."""
    plug = Plug()
    await house.plug_in(plug, options=AUTO_OFF)
    ar.async_get(house.hass).async_get_or_create("bath")
    er.async_get(house.hass).async_update_entity("switch.pad", area_id="bath")
    groups = {"bath": {"entities": ["switch.pad"]}}
    assert await async_setup_component(house.hass, "group", {"group": groups})

    house.hass.states.async_set("switch.hub_group", "on", {"group_entities": ["switch.pad"]})

    async def past_the_switch(_: ServiceCall) -> None:
        plug.command(on=False)
        house.room.switch.report()

    house.hass.services.async_register("mqtt", "publish", past_the_switch)
    house.hass.services.async_register("hub", "turn_off", past_the_switch)
    house.hass.services.async_register("remote", "send_command", past_the_switch)
    watchdog = {
        "alias": "watchdog",
        "triggers": [{"trigger": "time_pattern", "seconds": "/5"}],
        "conditions": [
            {"condition": "state", "entity_id": "switch.pad", "state": "on", "for": "00:00:58"}
        ],
        "actions": [action],
    }
    assert await async_setup_component(house.hass, "automation", {"automation": [watchdog]})
    await house.hass.async_block_till_done()
    report = await house.drill()
    assert not plug.has_power()
    assert (report["dead_man"], report["other_hand"]) == ("other_hand", action["action"])
    assert house.dead_man == "none"
    await stop_automations(house)


async def stop_automations(house: DrillHouse) -> None:
    """Have no automation run any more."""
    await house.hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all"}, blocking=True
    )


async def every_five_seconds(house: DrillHouse, action: dict[str, Any]) -> None:
    """Have an automation do something, whatever the heater does."""
    clockwork = {
        "alias": "clockwork",
        "triggers": [{"trigger": "time_pattern", "seconds": "/5"}],
        "actions": [action],
    }
    assert await async_setup_component(house.hass, "automation", {"automation": [clockwork]})
    await house.hass.async_block_till_done()


@pytest.mark.parametrize("kind", ["auto", "number"])
@pytest.mark.parametrize(
    "action",
    [
        {"action": "mqtt.publish", "data": {"topic": "elsewhere", "payload": "1"}},
        {"action": "rest_command.weather"},
        {"action": "light.turn_on", "target": {"area_id": "bath"}},
        {"action": "light.turn_off", "target": {"entity_id": "all"}},
        {"action": "notify.send_message", "data": {"message": "y"}, "target": {"area_id": "bath"}},
        {"action": "logbook.log", "data": {"name": "x", "message": "y", "entity_id": "switch.pad"}},
        {"action": "homeassistant.update_entity", "target": {"entity_id": "switch.pad"}},
        {"action": "button.press", "target": {"entity_id": "button.elsewhere"}},
    ],
    ids=lambda action: action["action"],
)
async def test_what_a_house_does_all_the_time_spoils_no_drill(
    house: DrillHouse, action: dict[str, Any], kind: str
) -> None:
    if kind == "auto":
        await house.plug_in(Plug(auto_off=60), options=AUTO_OFF)
    else:
        plug = Plug()
        await house.plug_in(plug, FakeNumber(plug), BY_NUMBER)
    ar.async_get(house.hass).async_get_or_create("bath")
    er.async_get(house.hass).async_update_entity("switch.pad", area_id="bath")
    heard = list[ServiceCall]()
    domain, _, name = action["action"].partition(".")
    if domain != "homeassistant":
        house.hass.services.async_register(domain, name, heard.append)
    await every_five_seconds(house, action)
    report = await house.drill()
    assert (report["dead_man"], report["other_hand"]) == ("proved", None)
    assert len(heard) > 3 or domain == "homeassistant"
    await stop_automations(house)


async def test_what_is_done_now_and_then_is_told_from_what_is_always_done(
    house: DrillHouse,
) -> None:
    """With other data it is another action, however often that of before was repeated."""
    plug = Plug()
    await house.plug_in(plug, options=AUTO_OFF)
    heard = list[ServiceCall]()

    def publish(call: ServiceCall) -> None:
        heard.append(call)
        if call.data["payload"] == "OFF":
            plug.command(on=False)
            house.room.switch.report()

    house.hass.services.async_register("mqtt", "publish", callback(publish))
    payload = (
        "{{ 'OFF' if as_timestamp(now()) - as_timestamp(states.switch.pad.last_changed) > 58"
        " and is_state('switch.pad', 'on') else 'ON' }}"
    )
    await every_five_seconds(
        house, {"action": "mqtt.publish", "data": {"topic": "pad", "payload": payload}}
    )
    report = await house.drill()
    assert {call.data["payload"] for call in heard} == {"ON", "OFF"}
    assert (report["dead_man"], report["other_hand"]) == ("other_hand", "mqtt.publish")
    await stop_automations(house)


async def test_what_is_still_under_way_is_no_dead_man(house: DrillHouse) -> None:
    """A command that sleeps is called as soon as the heater is on, and lasts as long as a countdown."""
    plug = Plug()
    await house.plug_in(plug, options=AUTO_OFF)

    async def later(_: ServiceCall) -> None:
        await asyncio.sleep(58)
        plug.command(on=False)
        house.room.switch.report()

    house.hass.services.async_register("shell_command", "off_later", later)
    follows = {
        "alias": "follows",
        "mode": "restart",
        "triggers": [{"trigger": "state", "entity_id": "switch.pad", "to": "on"}],
        "actions": [{"action": "shell_command.off_later"}],
    }
    assert await async_setup_component(house.hass, "automation", {"automation": [follows]})
    await house.hass.async_block_till_done()
    report = await house.drill()
    assert (report["dead_man"], report["other_hand"]) == ("other_hand", "shell_command.off_later")
    await stop_automations(house)


async def test_what_a_house_does_over_and_over_spoils_no_drill(house: DrillHouse) -> None:
    await house.plug_in(Plug(auto_off=60), options=AUTO_OFF)
    heard = list[ServiceCall]()
    house.hass.services.async_register("rest_command", "weather", heard.append)
    loop = {
        "repeat": {
            "while": "{{ true }}",
            "sequence": [{"action": "rest_command.weather"}, {"delay": 17}],
        }
    }
    assert await async_setup_component(
        house.hass, "script", {"script": {"loop": {"sequence": [loop]}}}
    )
    await house.hass.services.async_call("script", "loop", return_response=False, blocking=False)
    assert (await house.drill())["dead_man"] == "proved"
    assert len(heard) > 5
    await house.hass.services.async_call("script", "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.mark.parametrize("domain", ["scene", "button"])
async def test_a_scene_of_its_own_hub_is_no_dead_man(house: DrillHouse, domain: str) -> None:
    plug = Plug()
    await house.plug_in(plug, options=AUTO_OFF)
    platform = er.async_get(house.hass).async_get("switch.pad")
    assert platform is not None
    er.async_get(house.hass).async_get_or_create(
        domain, platform.platform, "hub", suggested_object_id="all_off"
    )

    def off(_: ServiceCall) -> None:
        plug.command(on=False)
        house.room.switch.report()

    action = "turn_on" if domain == "scene" else "press"
    house.hass.services.async_register(domain, action, callback(off))
    task = house.begin()
    await house.clock.run_until(lambda: plug.commands.count("on") == 2, 300)
    await house.clock.advance(57)
    await house.hass.services.async_call(
        domain, action, {"entity_id": f"{domain}.all_off"}, blocking=True
    )
    report = await house.clock_to_the_end(task)
    assert (report["dead_man"], report["other_hand"]) == ("other_hand", f"{domain}.{action}")


async def test_a_hand_before_the_plug_shows_that_it_is_on_counts(house: DrillHouse) -> None:
    plug = Plug()
    await house.plug_in(plug, options=AUTO_OFF)
    plug.ways.late = 6.0
    task = house.begin()
    await house.clock.run_until(lambda: plug.commands.count("on") == 2, 300)
    await house.clock.advance(1)

    def soon(_: ServiceCall) -> None:
        plug.count_down(57)

    house.hass.services.async_register("hub", "off_in_a_minute", callback(soon))
    await house.hass.services.async_call(
        "hub", "off_in_a_minute", {"entity_id": "switch.pad"}, blocking=True
    )
    report = await house.clock_to_the_end(task)
    assert (report["dead_man"], report["other_hand"]) == ("other_hand", "hub.off_in_a_minute")


@pytest.mark.parametrize("power", [True, False], ids=["metered", "not metered"])
@pytest.mark.parametrize(
    ("options", "verdict"), [({}, "none"), (AUTO_OFF, "other_hand")], ids=["plain", "auto"]
)
async def test_a_hand_in_the_first_ten_seconds_is_told_of(
    house: DrillHouse, options: Mapping[str, Any], verdict: str, *, power: bool
) -> None:
    """No plug is blamed for it, and no pad: that power was cut does not mean that none flows."""
    plug = Plug()
    house.plug, house.person = plug, MockUser(is_owner=True).add_to_hass(house.hass)
    metered: dict[str, Any] = {Conf.POWER: "sensor.pad_power"} if power else {}
    await house.build(pad=plug, power=power, options={**options, **metered})
    task = house.begin()
    await house.clock.run_until(plug.has_power, 60)
    await house.clock.advance(4)
    await house.hass.services.async_call(
        "switch", "turn_off", {"entity_id": "switch.pad"}, blocking=True
    )
    report = await house.clock_to_the_end(task)
    assert (report["dead_man"], report["other_hand"]) == (verdict, "switch.turn_off")
    assert parts(report) == {"on": True, "held": False, "off": True}
    assert not report["passed"]


# Called off


@pytest.mark.parametrize("key", ["too_hot", "stop"])
async def test_a_button_ends_a_drill_at_once(plugged: DrillHouse, key: str) -> None:
    await plugged.drill()
    await plugged.rest()
    task = plugged.begin()
    await plugged.clock.run_until(plugged.plug.has_power, 60)
    await plugged.clock.advance(2)
    await end_by_button(plugged, key)
    await plugged.clock.run_until(lambda: not plugged.plug.has_power(), 1)
    report = await plugged.clock_to_the_end(task)
    assert (report["passed"], report["dead_man"]) == (False, "called_off")
    assert plugged.dead_man == "none"
    await plugged.clock.advance(300)
    assert not plugged.plug.has_power()
    with pytest.raises(ServiceValidationError) as caught:
        await end_by_button(plugged, "too_hot")
    assert caught.value.translation_key == "too_hot_idle"


async def test_a_drill_that_is_called_off_switches_nothing_on_again(plugged: DrillHouse) -> None:
    task = plugged.begin()
    await plugged.clock.run_until(lambda: plugged.plug.commands == ["on", "off"], 60)
    await plugged.clock.advance(5)
    await end_by_button(plugged, "too_hot")
    await plugged.clock.run_until(task.done, 1)
    assert (await task)["dead_man"] == "called_off"
    await plugged.clock.advance(300)
    assert "on" not in plugged.plug.commands[1:]
    assert plugged.plug.written == []


async def test_a_word_that_is_typed_ends_a_drill_and_is_nothing_afterwards(
    plugged: DrillHouse,
) -> None:
    """Assist itself hears bare words for as long as there is something to end, and no longer."""

    async def typed(text: str) -> str:
        answer = await async_converse(plugged.hass, text, None, Context(), "en")
        return str(answer.response.speech["plain"]["speech"])

    known = list(get_agent_manager(plugged.hass).trigger_sentences)
    task = plugged.begin()
    await plugged.clock.run_until(plugged.plug.has_power, 60)
    assert len(get_agent_manager(plugged.hass).trigger_sentences) > len(known)
    assert "drill is over" in await typed("too hot")
    assert (await plugged.clock_to_the_end(task))["dead_man"] == "called_off"
    assert get_agent_manager(plugged.hass).trigger_sentences == known


async def end_by_button(house: DrillHouse, key: str) -> None:
    """Press a button of the coach."""
    await house.hass.services.async_call(
        "button", "press", {"entity_id": house.entity("button", key)}, blocking=True
    )


async def test_an_off_of_ours_just_before_the_end_is_no_dead_man(plugged: DrillHouse) -> None:
    plugged.plug.end = End.NOTHING
    task = plugged.begin()
    await plugged.clock.run_until(lambda: plugged.plug.written, 100)
    await plugged.clock.advance(9.5)
    assert plugged.plug.has_power()
    await end_by_button(plugged, "too_hot")
    await plugged.clock.run_until(lambda: not plugged.plug.has_power(), 1)
    report = await plugged.clock_to_the_end(task)
    assert report["dead_man"] == "called_off"
    assert plugged.dead_man == "none"


async def test_a_countdown_is_taken_back_when_a_drill_that_is_called_off_is_off(
    plugged: DrillHouse,
) -> None:
    """One that toggles might switch off with the clear, and on with the off."""
    task = plugged.begin()
    await plugged.clock.run_until(lambda: plugged.plug.written, 100)
    plugged.plug.ways.deaf = 1
    await end_by_button(plugged, "too_hot")
    await plugged.clock.run_until(lambda: plugged.plug.written[-1] == 0, 15)
    assert not plugged.plug.has_power()
    assert (await plugged.clock_to_the_end(task))["dead_man"] == "called_off"


@pytest.mark.parametrize("text", ["too hot", "stop", "it hurts", "stop the session"])
async def test_a_word_ends_a_drill(plugged: DrillHouse, text: str) -> None:
    task = plugged.begin()
    await plugged.clock.run_until(plugged.plug.has_power, 60)
    await plugged.clock.advance(2)
    said = (await plugged.say(text)).speech
    assert "drill is over" in said
    await plugged.clock.run_until(lambda: not plugged.plug.has_power(), 1)
    assert (await plugged.clock_to_the_end(task))["dead_man"] == "called_off"
    assert "drill" not in ((await plugged.say("stop the session")).speech or "")


async def test_no_other_word_ends_a_drill(plugged: DrillHouse) -> None:
    task = plugged.begin()
    await plugged.clock.run_until(plugged.plug.has_power, 60)
    for text in ("yes", "next", "go on", "louder"):
        await plugged.say(text)
    assert plugged.plug.has_power()
    assert (await plugged.clock_to_the_end(task))["dead_man"] == "proved"


async def test_somebody_who_switches_off_a_slow_plug_is_no_dead_man(house: DrillHouse) -> None:
    plug = Plug()
    await house.plug_in(plug, options=AUTO_OFF)
    plug.ways.late = 6.0
    task = house.begin()
    await house.clock.run_until(lambda: plug.commands.count("on") == 2, 300)
    await house.clock.advance(57)
    await house.hass.services.async_call(
        "switch",
        "turn_off",
        {"entity_id": "switch.pad"},
        blocking=True,
        context=Context(user_id=house.person.id),
    )
    report = await house.clock_to_the_end(task)
    assert report["dead_man"] == "other_hand"


async def test_what_others_do_elsewhere_meanwhile_spoils_no_drill(plugged: DrillHouse) -> None:
    booleans: dict[str, Any] = {"input_boolean": {"tub": {}}}
    assert await async_setup_component(plugged.hass, "input_boolean", booleans)
    task = plugged.begin()
    await plugged.clock.run_until(lambda: plugged.plug.written, 60)
    await plugged.clock.advance(1)
    for name in ("input_boolean.tub", "input_boolean.gone"):
        await plugged.hass.services.async_call(
            "input_boolean", "turn_off", {"entity_id": name}, blocking=True
        )
    assert (await plugged.clock_to_the_end(task))["dead_man"] == "proved"


async def test_what_others_do_once_it_is_off_spoils_no_drill(plugged: DrillHouse) -> None:
    follows = {
        "alias": "follows",
        "triggers": [{"trigger": "state", "entity_id": "switch.pad", "to": "off"}],
        "actions": [{"action": "switch.turn_off", "target": {"entity_id": "switch.pad"}}],
    }
    assert await async_setup_component(plugged.hass, "automation", {"automation": [follows]})
    await plugged.hass.async_block_till_done()
    assert (await plugged.drill())["dead_man"] == "proved"


async def test_our_own_off_that_comes_late_is_no_dead_man(house: DrillHouse) -> None:
    """The off of the first ten seconds is heard twice; the second time it looks like a countdown of ten."""
    plug = Plug(end=End.NOTHING)
    await house.plug_in(plug, FakeNumber(plug), BY_NUMBER)
    task = house.begin()
    await house.clock.run_until(lambda: plug.commands == ["on", "off"], 60)

    def echo() -> None:
        plug.command(on=False)
        house.room.switch.report()

    house.hass.loop.call_later(12, echo)
    report = await house.clock_to_the_end(task)
    assert report["dead_man"] == "not_cut"


@pytest.mark.parametrize(
    "options", [{Conf.AUTO_OFF_MINUTES: 15}, {Conf.COUNTDOWN: NUMBER}], ids=["auto", "number"]
)
async def test_what_is_too_long_for_heat_is_not_tried(
    house: DrillHouse, options: Mapping[str, Any]
) -> None:
    plug = Plug(auto_off=900)
    number = FakeNumber(plug, unit_of_measurement="min", step=14.5, max_value=60.0)
    await house.plug_in(plug, number, {Conf.OWN_CUTOFF: False, **options})
    report = await house.drill()
    assert report["dead_man"] == "too_long"
    assert plug.seconds_on < 15


async def test_a_device_that_does_not_go_on_ends_the_drill(plugged: DrillHouse) -> None:
    plugged.plug.ways.deaf_to_on = True
    report = await plugged.drill()
    assert parts(report)["on"] is False
    assert report["dead_man"] == "not_tried"
    assert not plugged.plug.has_power()


async def test_a_device_that_does_not_go_off_alarms_and_ends_the_drill(
    plugged: DrillHouse,
) -> None:
    plugged.plug.ways.deaf = 1
    report = await plugged.drill()
    assert parts(report) == {"on": True, "off": False}
    assert report["dead_man"] == "not_tried"
    assert plugged.heater.stuck
    plugged.plug.ways.deaf = 0
    await plugged.clock.run_until(lambda: not plugged.plug.has_power(), 60)


async def test_a_countdown_that_is_away_is_not_drilled(plugged: DrillHouse) -> None:
    lose(plugged.countdown)
    report = await plugged.drill()
    assert parts(report) == {"on": True, "off": True}
    assert report["dead_man"] == "not_written"


@pytest.mark.parametrize(
    ("after", "found"),
    [(1, {"on": True, "off": True}), (2, {"on": True, "off": True, "cut": True})],
    ids=["left alone", "switched off early"],
)
async def test_a_device_that_stops_to_go_on_ends_the_drill(
    plugged: DrillHouse, after: int, found: Mapping[str, bool]
) -> None:
    task = plugged.begin()
    await plugged.clock.run_until(lambda: plugged.plug.commands.count("on") == after, 200)
    await plugged.clock.advance(5)
    plugged.plug.ways.deaf_to_on = True
    report = await plugged.clock_to_the_end(task)
    assert parts(report) == found
    assert report["dead_man"] == "not_tried"
    assert plugged.dead_man == "none"
    assert not plugged.plug.has_power()


async def test_a_device_that_stops_to_go_off_ends_the_drill_and_alarms(
    plugged: DrillHouse,
) -> None:
    plugged.plug.end = End.NOTHING
    task = plugged.begin()
    await plugged.clock.run_until(lambda: plugged.plug.written, 200)
    plugged.plug.ways.deaf = 1
    report = await plugged.clock_to_the_end(task)
    assert report["dead_man"] == "not_tried"
    assert plugged.heater.stuck
    plugged.plug.ways.deaf = 0
    await plugged.clock.run_until(lambda: not plugged.plug.has_power(), 90)


# Who may, and when


async def test_only_a_person_may(plugged: DrillHouse) -> None:
    system = await plugged.hass.auth.async_create_system_user(
        "An add-on", group_ids=[GROUP_ID_ADMIN]
    )
    for context in (
        Context(),
        Context(user_id=plugged.person.id, parent_id="an_automation"),
        Context(user_id=system.id),
    ):
        assert await plugged.refused(context) == "person_needed"
        with pytest.raises(ServiceValidationError) as caught:
            await plugged.press(context)
        assert caught.value.translation_key == "person_needed"


async def test_a_script_may_not_even_if_a_person_runs_it(plugged: DrillHouse) -> None:
    assert await async_setup_component(
        plugged.hass,
        "script",
        {"script": {"drill": {"sequence": [{"action": f"{DOMAIN}.run_heat_drill"}]}}},
    )
    with pytest.raises(ServiceValidationError) as caught:
        await plugged.hass.services.async_call(
            "script", "drill", blocking=True, context=Context(user_id=plugged.person.id)
        )
    assert caught.value.translation_key == "person_needed"
    assert plugged.plug.commands == []


async def test_not_in_a_session(plugged: DrillHouse) -> None:
    await plugged.hass.services.async_call(
        DOMAIN, "start_session", {"area": "upper_traps", "side": "left"}, blocking=True
    )
    assert await plugged.refused() == "drill_in_session"


async def test_no_session_in_a_drill_and_no_second_drill(plugged: DrillHouse) -> None:
    task = plugged.begin()
    await plugged.clock.run_until(plugged.plug.has_power, 10)
    with pytest.raises(ServiceValidationError) as caught:
        await plugged.start()
    assert caught.value.translation_key == "drill_running"
    with pytest.raises(ServiceValidationError) as caught:
        await plugged.hass.services.async_call(
            DOMAIN, "start_session", {"area": "upper_traps", "side": "left"}, blocking=True
        )
    assert caught.value.translation_key == "drill_running"
    assert await plugged.refused() == "drill_running"
    assert plugged.session.state == "idle"
    assert "drill" in (await plugged.say("start quick neck routine on the left")).speech
    await plugged.clock.run_until(task.done, 300)
    assert (await task)["dead_man"] == "proved"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({Conf.FINDINGS: ["heart"]}, "heat_blocked"),
        ({Conf.FINDINGS: ["minor_alone"]}, "heat_blocked"),
        ({Conf.SCREENED_ON: "2020-01-01"}, "screening_expired"),
        ({Conf.ACKNOWLEDGED_ON: None}, "screening_expired"),
    ],
)
async def test_not_when_the_health_answers_rule_heat_out(
    house: DrillHouse, options: Mapping[str, Any], reason: str
) -> None:
    plug = Plug()
    await house.plug_in(plug, FakeNumber(plug), {**BY_NUMBER, **options})
    assert await house.refused() == reason


async def test_not_after_a_safety_stop(plugged: DrillHouse) -> None:
    now = plugged.coach.now()
    lock = Lock(now, Tier.A, now + timedelta(days=1), heat=True)
    await plugged.coach.memory.async_add([], lock)
    assert await plugged.refused() == "heat_blocked"


async def test_not_without_a_heater(house: DrillHouse) -> None:
    house.plug, house.person = Plug(), MockUser(is_owner=True).add_to_hass(house.hass)
    await house.build()
    assert await house.refused() == "heat_not_set_up"
    registry = er.async_get(house.hass)
    keys = {
        entity.unique_id.removeprefix(f"{house.entry.entry_id}_")
        for entity in er.async_entries_for_config_entry(registry, house.entry.entry_id)
    }
    assert not keys & {"heat_drill", "dead_man"}


async def test_not_when_home_assistant_closes(plugged: DrillHouse) -> None:
    plugged.hass.set_state(CoreState.stopping)
    assert await plugged.refused() == "heat_closing"
    plugged.hass.set_state(CoreState.running)


async def test_not_when_the_device_is_away(plugged: DrillHouse) -> None:
    plugged.room.switch.set_available(available=False)
    assert await plugged.refused() == "heat_unavailable"


async def test_three_uses_a_day_are_all(plugged: DrillHouse) -> None:
    for _ in range(3):
        await plugged.drill()
        await plugged.rest()
    assert await plugged.refused() == "heat_daily"


async def test_no_assistant_is_offered_it(plugged: DrillHouse) -> None:
    entity_id = plugged.entity("button", "heat_drill")
    entity = er.async_get(plugged.hass).async_get(entity_id)
    assert entity is not None
    assert entity.entity_category is EntityCategory.DIAGNOSTIC
    for assistant in (CONVERSATION, "cloud.alexa", "cloud.google_assistant"):
        assert not async_should_expose(plugged.hass, assistant, entity_id)


async def test_unloading_in_a_drill_leaves_it_off(plugged: DrillHouse) -> None:
    task = plugged.begin()
    await plugged.clock.run_until(lambda: plugged.plug.written, 60)
    unload = plugged.hass.async_create_task(
        plugged.hass.config_entries.async_unload(plugged.entry.entry_id)
    )
    await plugged.clock.run_until(unload.done, 60)
    assert not plugged.plug.has_power()
    await plugged.clock.run_until(task.done, 60)
    assert task.cancelled() or task.exception() or (await task)["dead_man"] == "not_tried"
    await plugged.clock.advance(120)
    assert not plugged.plug.has_power()


# The report


@pytest.mark.parametrize(
    ("language", "title", "line"),
    [
        (
            "en",
            "Heat drill of pad: all went well",
            "- The cut-off without Home Assistant is proved: ",
        ),
        (
            "de",
            "Wärmeprobe von pad: alles in Ordnung",
            "- Die Abschaltung ohne Home Assistant ist bewiesen: ",
        ),
    ],
)
async def test_the_button_shows_a_report(
    house: DrillHouse, language: str, title: str, line: str
) -> None:
    house.hass.config.language = language
    plug = Plug()
    await house.plug_in(plug, FakeNumber(plug), BY_NUMBER)
    await house.press()
    shown: dict[str, Any] = house.hass.data[NOTIFICATIONS]
    key = f"{DOMAIN}.heat_drill.{house.entry.entry_id}"
    announced = shown[key]["message"]
    assert " 4 " in announced, "minutes"
    await house.clock.run_until(lambda: shown[key]["message"] != announced, 300)
    assert shown[key]["title"] == title
    assert line in shown[key]["message"]
    assert len(shown[key]["message"].splitlines()) == 5
    assert "{" not in shown[key]["message"]


@pytest.mark.parametrize(("kind", "end"), [("body", "the pad's own"), ("room", "by itself if")])
async def test_a_plug_without_a_countdown_works_and_ends_nothing(
    house: DrillHouse, kind: str, end: str
) -> None:
    await house.plug_in(Plug(), options={Conf.HEAT_KIND: kind})
    await house.press()
    [announced] = house.hass.data[NOTIFICATIONS].values()
    assert "less than a minute" in announced["message"]
    await house.clock.advance(60)
    [shown] = house.hass.data[NOTIFICATIONS].values()
    assert shown["title"] == "Heat drill of pad: on and off work"
    assert end in shown["message"].splitlines()[-1]


async def test_power_that_something_else_has_cut_is_told_as_cut(house: DrillHouse) -> None:
    plug = Plug(early=0.3)
    await house.plug_in(plug, FakeNumber(plug), BY_NUMBER)
    await house.press()
    await house.clock.advance(300)
    [shown] = house.hass.data[NOTIFICATIONS].values()
    *_, cut, end = shown["message"].splitlines()
    assert cut == "- Left alone, the power was cut after 3 seconds."
    assert "something else has cut it" in end


async def test_a_drill_that_a_reload_breaks_off_is_told_of(plugged: DrillHouse) -> None:
    await plugged.press()
    await plugged.clock.advance(5)
    done = plugged.hass.async_create_task(
        plugged.hass.config_entries.async_reload(plugged.entry.entry_id)
    )
    await plugged.clock.run_until(done.done, 60)
    [shown] = plugged.hass.data[NOTIFICATIONS].values()
    assert shown["message"].startswith("The drill was broken off")
    assert not plugged.plug.has_power()


async def test_without_its_heater_a_coach_has_no_drill_and_nothing_too_hot(
    plugged: DrillHouse,
) -> None:
    registry = er.async_get(plugged.hass)
    keys = [("button", "heat_drill"), ("sensor", "dead_man"), ("button", "too_hot")]
    names = [plugged.entity(platform, key) for platform, key in keys]
    await change(plugged, heater=None)
    assert [registry.async_get(name) for name in names] == [None, None, None]
    await change(plugged, heater="switch.pad")
    assert [plugged.entity(platform, key) for platform, key in keys] == names
    too_hot = registry.async_get(names[-1])
    assert too_hot is not None
    assert too_hot.disabled_by is None, "wanted at once where it burns"


async def test_the_action_shows_a_report_where_none_is_asked_for(house: DrillHouse) -> None:
    await house.plug_in(Plug(), options={Conf.AUTO_OFF_MINUTES: 1})
    task = house.hass.async_create_task(
        house.hass.services.async_call(
            DOMAIN, "run_heat_drill", {}, blocking=True, context=Context(user_id=house.person.id)
        )
    )
    await house.clock.run_until(task.done, 300)
    [shown] = house.hass.data[NOTIFICATIONS].values()
    assert shown["title"] == "Heat drill of pad: please read this"
    assert "did not cut the power" in shown["message"]


def test_every_finding_has_its_words() -> None:
    folder = Path(__file__).parent.parent / "custom_components" / "knot_coach" / "translations"
    words = json.loads((folder / "en.json").read_text("utf-8"))["selector"]["heat_drill"]
    wanted = {f"{part}_{how}" for part in Part for how in ("ok", "failed")}
    wanted |= {f"dead_man_{verdict}" for verdict in Verdict} | {"passed", "failed", "works"}
    wanted |= {"running", "running_short", "running_long", "broken_off", "broken_off_title"}
    wanted |= {"dead_man_none_room", "cut_otherwise", "other_hand"}
    assert set(words["options"]) == wanted


# What is proved is used


async def test_a_proved_countdown_is_set_at_each_use_and_taken_back(
    plugged: DrillHouse,
) -> None:
    await plugged.drill()
    plugged.plug.written.clear()
    await plugged.rest()
    await plugged.warm()
    await plugged.clock.run_until(lambda: plugged.plug.written, 5)
    assert plugged.plug.written == [pytest.approx(590, abs=2)]
    assert plugged.plug.counting
    await plugged.say("too hot")
    await plugged.clock.run_until(lambda: len(plugged.plug.written) == 2, 5)
    assert plugged.plug.written[1] == 0
    assert not plugged.plug.counting


async def test_the_plug_ends_the_heat_when_nobody_else_does(plugged: DrillHouse) -> None:
    await plugged.drill()
    await plugged.rest()
    await plugged.warm()
    await plugged.clock.run_until(lambda: plugged.plug.counting, 5)
    plugged.plug.ways.refuse_off = True
    before = sum(plugged.plug.runs)
    await plugged.clock.run_until(lambda: not plugged.plug.has_power(), 900)
    assert plugged.plug.seconds_on - before == pytest.approx(590, abs=3)


async def test_a_countdown_is_not_set_before_it_is_proved(house: DrillHouse) -> None:
    plug = Plug()
    await house.plug_in(plug, FakeNumber(plug), {**BY_NUMBER, Conf.OWN_CUTOFF: True})
    await house.warm()
    await house.clock.advance(10)
    await house.say("too hot")
    await house.clock.run_until(lambda: not plug.has_power(), 10)
    assert plug.written == []


async def test_heat_on_the_body_needs_something_that_ends_it(plugged: DrillHouse) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await plugged.start()
    assert caught.value.translation_key == "heat_unguarded"
    await plugged.drill()
    await plugged.rest()
    await plugged.warm()


async def test_a_room_needs_nothing_that_ends_it(house: DrillHouse) -> None:
    await house.plug_in(
        Plug(), options={Conf.OWN_CUTOFF: False, Conf.HEAT_KIND: "room", Conf.TEMPERATURE: None}
    )
    await house.warm()


async def test_heat_ends_where_its_countdown_cannot_be_set(plugged: DrillHouse) -> None:
    await plugged.drill()
    await plugged.rest()
    plugged.countdown.refuses = True
    plugged.plug.commands.clear()
    with contextlib.suppress(TimeStandsStillError):
        await plugged.warm()
    await plugged.until("active", phase="check_in", within=60)
    assert plugged.plug.commands == ["on", "off"]
    assert plugged.plug.seconds_on < 25


async def test_no_heat_while_its_countdown_is_away(plugged: DrillHouse) -> None:
    await plugged.drill()
    await plugged.rest()
    lose(plugged.countdown)
    assert not plugged.heater.guard.guarded
    with pytest.raises(ServiceValidationError) as caught:
        await plugged.start()
    assert caught.value.translation_key == "heat_unguarded"


async def test_heat_is_shorter_than_what_the_device_allows(house: DrillHouse) -> None:
    plug = Plug(auto_off=240)
    await house.plug_in(plug, options={Conf.AUTO_OFF_MINUTES: 4})
    await house.warm()
    await house.until("active", phase="check_in", within=300)
    assert plug.runs == [pytest.approx(235, abs=1)]


async def test_heat_is_as_long_as_the_longest_time_that_fits(house: DrillHouse) -> None:
    plug = Plug()
    select = FakeSelect(plug, "off", "1 min", "5 min", "30 min")
    await house.plug_in(plug, select, BY_SELECT)
    await house.drill()
    await house.rest()
    plug.runs.clear()
    await house.warm()
    await house.until("active", phase="check_in", within=400)
    assert plug.runs == [pytest.approx(295, abs=1)]
    await house.clock.run_until(lambda: plug.written[-1] == 0, 5)
    assert plug.written[-2:] == [300, 0]


@pytest.mark.parametrize("written_for", [0.0, 8.0])
async def test_the_device_cuts_within_the_limit_by_its_own_clock(
    house: DrillHouse, written_for: float
) -> None:
    """However late the on is seen and the countdown is heard; the host is dead from then on."""
    plug = Plug()
    await house.plug_in(plug, FakeNumber(plug, step=60.0), {**BY_NUMBER, Conf.HEAT_MINUTES: 15})
    await house.drill()
    await house.rest()
    plug.runs.clear()
    plug.ways.late, house.countdown.slow = 9.0, written_for
    await house.warm()
    await house.clock.run_until(lambda: plug.counting, 30)
    plug.ways.deaf = 1
    await house.clock.run_until(lambda: not plug.has_power(), 1000)
    assert plug.runs == [pytest.approx(840 + 9 + written_for, abs=1)]
    assert plug.seconds_on <= 900


async def test_a_time_that_is_a_little_long_guards_where_there_is_no_shorter(
    house: DrillHouse,
) -> None:
    plug = Plug()
    await house.plug_in(
        plug, FakeSelect(plug, "off", "10 min"), {**BY_SELECT, Conf.TEMPERATURE: None}
    )
    assert (await house.drill())["dead_man"] == "proved"
    await house.rest()
    plug.runs.clear()
    plug.written.clear()
    on = house.heater.async_on(timedelta(minutes=10), Context(user_id=house.person.id))
    await house.clock_to_the_end(house.hass.async_create_task(on))
    await house.clock.run_until(lambda: plug.runs, 620)
    assert plug.written[0] == 600
    assert plug.runs == [pytest.approx(595, abs=1)]


async def test_a_time_that_the_limit_has_no_room_for_guards_nothing(house: DrillHouse) -> None:
    plug = Plug()
    await house.plug_in(plug, FakeSelect(plug, "off", "30 s", "15 min"), BY_SELECT)
    assert (await house.drill())["dead_man"] == "proved"
    assert not house.heater.guard.guarded


# What arrives late


async def stopped_in_the_write(house: DrillHouse, **ways: float) -> list[HeatReport]:
    """Stop a session a second after a countdown was sent, which toggles now; return what is told."""
    await house.drill()
    await house.rest()
    plug = house.plug
    plug.end, plug.forgets = End.TOGGLES, True
    for name, seconds in ways.items():
        setattr(house.countdown, name, seconds)
    await house.warm()
    await house.clock.advance(1)
    await house.say("stop the session")
    await house.clock.run_until(lambda: not plug.has_power(), 10)
    plug.runs.clear()
    told = list[HeatReport]()
    house.heater.watchers.add(told.append)
    return told


@pytest.mark.parametrize("ways", [{}, {"slow": 4.0}, {"radio": 4.0}], ids=str)
async def test_a_countdown_is_taken_back_when_its_write_is_over(
    plugged: DrillHouse, ways: Mapping[str, float]
) -> None:
    await stopped_in_the_write(plugged, **ways)
    await plugged.clock.run_until(lambda: plugged.heater.lease is None, 15)
    assert plugged.plug.written[-1] == 0
    assert not plugged.plug.counting
    await plugged.clock.advance(3600)
    assert plugged.plug.runs == []
    assert not plugged.plug.has_power()


@pytest.mark.parametrize("reloaded", [False, True])
async def test_a_countdown_that_comes_too_late_to_be_taken_back_is_waited_for(
    plugged: DrillHouse, *, reloaded: bool
) -> None:
    told = await stopped_in_the_write(plugged, radio=25.0)
    await plugged.clock.advance(60)
    if reloaded:
        await change(plugged)
        await plugged.clock.advance(5)
        assert not plugged.heater.on
        plugged.heater.watchers.add(told.append)
        told.clear()
    lease, plug = plugged.heater.lease, plugged.plug
    assert lease is not None
    assert lease.switches_until is not None
    assert plug.counting
    assert plug.written[-1] == pytest.approx(590, abs=2)
    assert plugged.heater.refusal(blocked=False) == "heat_not_off"
    await plugged.clock.run_until(lambda: plug.runs, 620)
    await plugged.clock.advance(10)
    assert HeatLost("switched_on") in told
    assert told[-1] == HeatOff()
    assert sum(plug.runs) < 2
    assert not plug.has_power()
    left = (lease.switches_until - plugged.coach.now()).total_seconds()
    await plugged.clock.run_until(lambda: plugged.heater.lease is None, left + 5)
    await plugged.clock.advance(3600)
    assert len(plug.runs) == 1
    assert not plug.has_power()


async def test_a_countdown_that_cannot_be_taken_back_is_waited_for(plugged: DrillHouse) -> None:
    await plugged.drill()
    await plugged.rest()
    await plugged.warm()
    await plugged.clock.run_until(lambda: plugged.plug.counting, 5)
    plugged.countdown.refuses = True
    plugged.plug.end = End.TOGGLES
    plugged.plug.runs.clear()
    await plugged.say("stop the session")
    await plugged.clock.run_until(lambda: len(plugged.plug.runs) == 2, 620)
    await plugged.clock.advance(120)
    assert plugged.plug.runs[1] < 2
    assert plugged.heater.lease is None


async def test_a_use_that_sends_nothing_is_over_at_once(plugged: DrillHouse) -> None:
    await plugged.drill()
    await plugged.rest()
    plugged.plug.written.clear()
    plugged.plug.ways.late = 5.0
    await plugged.warm()
    lease = plugged.heater.lease
    assert lease is not None
    assert lease.switches_until is not None
    assert lease.switches_until > plugged.coach.now() + timedelta(seconds=600)
    await plugged.say("stop the session")
    await plugged.clock.run_until(lambda: plugged.heater.lease is None, 60)
    assert plugged.plug.written == []


# After a drill


@pytest.mark.parametrize("way", ["proved", "not_cut", "cancelled"])
async def test_nothing_of_a_drill_is_left_in_a_later_lease(
    plugged: DrillHouse, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "not_cut":
        plugged.plug.end = End.NOTHING
    task = plugged.begin()
    if way == "cancelled":
        await plugged.clock.run_until(lambda: plugged.plug.written, 60)
        [drill] = [
            one
            for one in cast("set[asyncio.Task[Any]]", plugged.hass._background_tasks)
            if one.get_name().endswith("heat drill")
        ]
        drill.cancel()
        await plugged.clock.run_until(task.done, 60)
        assert task.cancelled() or task.exception()
    else:
        assert (await plugged.clock_to_the_end(task))["dead_man"] == way
    assert plugged.heater.guard.trial is None
    await plugged.rest()
    await plugged.hass.services.async_call(
        DOMAIN, "start_session", {"area": "upper_traps", "side": "left"}, blocking=True
    )
    leases = list[Lease]()
    granted = plugged.heater._book.async_owe

    async def owe(lease: Lease) -> None:
        leases.append(lease)
        await granted(lease)

    monkeypatch.setattr(plugged.heater._book, "async_owe", owe)
    plugged.plug.set(on=True)
    plugged.room.switch.report()
    await plugged.clock.run_until(lambda: leases, 5)
    lease = leases[0]
    assert (lease.drill, lease.switches_until) == (None, None)
    await plugged.clock.run_until(lambda: not plugged.plug.has_power(), 10)


# What a proof is of


async def change(house: DrillHouse, **options: object) -> None:
    """Change the settings, and set the coach up again."""
    entries = house.hass.config_entries
    entries.async_update_entry(house.entry, options=house.entry.options | options)
    done = house.hass.async_create_task(entries.async_reload(house.entry.entry_id))
    await house.clock.run_until(done.done, 60)
    house.coach = house.entry.runtime_data


async def test_a_proof_outlives_a_restart_and_no_change(plugged: DrillHouse) -> None:
    await plugged.drill()
    await change(plugged, heat_minutes=8)
    assert plugged.dead_man == "proved"
    await change(plugged, countdown="number.another")
    assert plugged.dead_man == "none"
    await change(plugged, countdown=NUMBER)
    assert plugged.dead_man == "none"


async def test_a_heater_that_was_away_has_to_prove_it_again(plugged: DrillHouse) -> None:
    await plugged.drill()
    await change(plugged, heater=None)
    await change(plugged, heater="switch.pad")
    assert plugged.dead_man == "none"


async def test_another_device_of_the_same_name_is_not_proved(plugged: DrillHouse) -> None:
    await plugged.drill()
    registry = er.async_get(plugged.hass)
    registry.async_remove("switch.pad")
    registry.async_get_or_create("switch", "another", "maker", suggested_object_id="pad")
    assert plugged.dead_man == "proved"
    plugged.coach.async_update_listeners()
    assert plugged.dead_man == "none"


async def test_a_later_drill_that_fails_voids_the_proof(plugged: DrillHouse) -> None:
    await plugged.drill()
    await plugged.rest()
    plugged.plug.end = End.NOTHING
    await plugged.drill()
    assert plugged.dead_man == "none"
    await change(plugged)
    assert plugged.dead_man == "none"


async def test_a_proof_goes_away_with_the_coach(plugged: DrillHouse) -> None:
    await plugged.drill()
    proofs = await async_get_proofs(plugged.hass)
    assert proofs.of(plugged.entry.entry_id) is not None
    gone = plugged.hass.async_create_task(
        plugged.hass.config_entries.async_remove(plugged.entry.entry_id)
    )
    await plugged.clock.run_until(gone.done, 60)
    assert proofs.of(plugged.entry.entry_id) is None


async def test_a_proof_that_is_not_on_disk_does_not_count(
    plugged: DrillHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    proofs = await async_get_proofs(plugged.hass)

    async def full(_: object) -> None:
        raise WriteError("No space left on device")

    monkeypatch.setattr(proofs._store, "async_save", full)
    report = await plugged.drill()
    assert (report["passed"], report["dead_man"]) == (False, "not_stored")
    assert plugged.dead_man == "none"


async def test_no_countdown_is_drilled_while_an_old_proof_cannot_be_taken_back(
    plugged: DrillHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plugged.drill()
    await plugged.rest()
    plugged.plug.written.clear()
    proofs = await async_get_proofs(plugged.hass)

    async def full(_: object) -> None:
        raise WriteError("No space left on device")

    monkeypatch.setattr(proofs._store, "async_save", full)
    report = await plugged.drill()
    assert parts(report) == {"on": True, "off": True}
    assert report["dead_man"] == "not_stored"
    assert plugged.plug.written == []
    assert plugged.dead_man == "none"


async def test_proofs_that_cannot_be_read_prove_nothing(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise OSError("Input/output error")

    monkeypatch.setattr(Store, "async_load", broken)
    assert (await async_get_proofs(hass)).of("coach") is None


@pytest.mark.parametrize(
    "stored",
    [
        {"proofs": []},
        {"proofs": {"coach": {"heater": "switch.pad"}}},
        {"proofs": {"coach": {"heater": "a", "dead_man": "b", "at": "2026-01-01T00:00:00"}}},
        {},
    ],
)
async def test_what_makes_no_sense_proves_nothing(
    hass: HomeAssistant, hass_storage: dict[str, Any], stored: dict[str, Any]
) -> None:
    hass_storage[STORAGE_KEY] = {
        "version": 1,
        "minor_version": 1,
        "key": STORAGE_KEY,
        "data": stored,
    }
    assert (await async_get_proofs(hass)).of("coach") is None


@pytest.mark.parametrize(
    ("rules", "counts"), [({}, False), ({"rules": RULES - 1}, False), ({"rules": RULES}, True)]
)
async def test_only_a_proof_by_the_rules_of_today_counts(
    hass: HomeAssistant, hass_storage: dict[str, Any], rules: dict[str, int], *, counts: bool
) -> None:
    """Drills used to look less closely at who had cut the power, and said nothing of their rules."""
    row = {"heater": "a", "dead_man": "b", "at": "2026-01-01T00:00:00+00:00", **rules}
    hass_storage[STORAGE_KEY] = {
        "version": 1,
        "minor_version": 1,
        "key": STORAGE_KEY,
        "data": {"proofs": {"coach": row, "other": {**row, "rules": RULES}}},
    }
    proofs = await async_get_proofs(hass)
    assert (proofs.of("coach") is not None) is counts
    # What is old does not hide what is new.
    assert proofs.of("other") is not None


# A crash


def cut_off(house: DrillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a Home Assistant die: it reaches no device and no disk any more; the plug goes on."""

    async def nothing(*_: object, **__: object) -> None:
        pass

    monkeypatch.setattr(house.heater, "async_off", nothing)
    house.room.leave()
    house.plug.room = None
    monkeypatch.setattr(house.room.switch, "async_command", nothing)
    monkeypatch.setattr(house.countdown, "hear", lambda _: False)
    monkeypatch.setattr(house.heater._book, "_async_write", nothing)
    house.hass._shutdown_jobs.clear()
    for handle in get_scheduled_timer_handles(asyncio.get_running_loop()):
        at_an_instant = getattr(cast("Any", handle)._callback, "hass", None) is house.hass
        if at_an_instant or (handle._args and isinstance(handle._args[-1], HassJob)):
            handle.cancel()


class Ward:
    """Runs one Home Assistant after another over the same folder and the same plug."""

    def __init__(self, clock: VirtualClock, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._clock, self._folder, self._monkeypatch = clock, folder, monkeypatch
        self._entry_id: str | None = None
        self._registered: dict[str, er.RegistryEntry] = {}

    @contextlib.asynccontextmanager
    async def run(self, plug: Plug, *, dies: bool = False) -> AsyncGenerator[DrillHouse]:
        """Run one, which dies at the end, or stops in good order."""
        async with async_test_home_assistant(config_dir=str(self._folder)) as hass:
            frame.async_setup(hass)
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            await ir.async_load(hass)
            # The registry gets to the disk some time after a change.
            registry = mock_registry(hass, self._registered)
            house = DrillHouse(hass, self._clock)
            house.entry_id = self._entry_id
            await house.plug_in(plug, FakeNumber(plug), BY_NUMBER)
            self._entry_id = house.entry.entry_id
            self._registered = {one: registry.entities[one] for one in ("switch.pad", NUMBER)}
            try:
                yield house
                if dies:
                    cut_off(house, self._monkeypatch)
                else:
                    assert await hass.config_entries.async_unload(house.entry.entry_id)
            finally:
                house.room.leave()
                await hass.async_stop(force=True)
                for task in hass._background_tasks:
                    task.cancel()

    def forget_coach(self) -> None:
        """Let the next one have another coach."""
        self._entry_id = None


@pytest.fixture
def ward(virtual_time: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ward:
    """Run Home Assistants that die."""
    return Ward(virtual_time, tmp_path, monkeypatch)


@pytest.mark.parametrize("writes", [0, 1, 2], ids=["on", "left alone", "switched off early"])
@pytest.mark.parametrize(
    ("end", "away"), [(End.CUTS, 1.0), (End.TOGGLES, 1.0), (End.TOGGLES, 7.0)], ids=str
)
async def test_a_crash_in_a_drill_is_as_safe_as_in_a_use(
    ward: Ward, virtual_time: VirtualClock, *, writes: int, end: End, away: float
) -> None:
    plug = Plug(end=end)
    async with ward.run(plug, dies=True) as house:
        house.begin()
        await virtual_time.run_until(lambda: plug.on and len(plug.written) == writes, 200)
        await virtual_time.advance(1)
    await virtual_time.advance(away)
    before = plug.seconds_on
    async with ward.run(plug) as house:
        await virtual_time.run_until(lambda: not plug.has_power(), 15)
        await virtual_time.advance(180)
        assert not plug.has_power()
        # One that toggles goes on once more for as long as it takes to see it.
        assert plug.seconds_on - before < 3
        assert house.dead_man == "none"
        assert len(house.heater._book.uses("switch.pad", house.entry.entry_id)) == 1
        assert house.heater._book.leases == ()


FAILED = "dead_man_failed"


def failed(house: DrillHouse) -> bool:
    """Tell whether a repair issue says that the device has not cut the power."""
    issue = ir.async_get(house.hass).async_get_issue(DOMAIN, f"{FAILED}_{house.entry.entry_id}")
    assert issue is None or issue.translation_placeholders == {"heater": "pad"}
    return issue is not None


@pytest.mark.parametrize(
    ("end", "away", "left"),
    [
        (End.CUTS, 1200.0, "proved"),
        (End.NOTHING, 1200.0, "none"),
        # It comes back before the countdown is over, so nothing is known.
        (End.NOTHING, 300.0, "proved"),
    ],
    ids=["it has cut", "it has not", "too early to say"],
)
async def test_a_device_that_has_not_cut_the_power_of_a_dead_host_is_not_proved_any_more(
    ward: Ward, virtual_time: VirtualClock, *, end: End, away: float, left: str
) -> None:
    plug = Plug()
    async with ward.run(plug, dies=True) as house:
        await house.drill()
        await house.rest()
        plug.end = end
        await house.warm()
        await virtual_time.run_until(lambda: plug.counting, 15)
        await virtual_time.advance(5)
    await virtual_time.advance(away)
    async with ward.run(plug) as house:
        assert failed(house) is (left == "none")
        await virtual_time.run_until(lambda: not plug.has_power(), 15)
        await virtual_time.run_until(lambda: house.dead_man == left, 15)
    # Both outlive the next restart, until a drill has seen it cut the power once more.
    async with ward.run(plug) as house:
        assert house.dead_man == left
        assert failed(house) is (left == "none")
        plug.end = End.CUTS
        # Where its countdown may still run, the last use ends when that does.
        await virtual_time.advance(3 * 3600)
        await house.drill()
        assert house.dead_man == "proved"
        assert not failed(house)


async def test_a_device_that_is_out_of_reach_at_first_is_judged_when_it_is_back(
    ward: Ward, virtual_time: VirtualClock
) -> None:
    plug = Plug()
    async with ward.run(plug, dies=True) as house:
        await house.drill()
        await house.rest()
        plug.end = End.NOTHING
        await house.warm()
        await virtual_time.run_until(lambda: plug.counting, 15)
        await virtual_time.advance(5)
    await virtual_time.advance(1200)
    plug.ways.lost = True
    async with ward.run(plug) as house:
        await virtual_time.advance(60)
        assert (house.dead_man, failed(house)) == ("proved", False)
        house.room.switch.set_available(available=True)
        await virtual_time.run_until(lambda: not plug.has_power(), 15)
        await virtual_time.run_until(lambda: house.dead_man == "none", 15)
        assert failed(house)
        await change(house, countdown=None, own_cutoff=True)
        assert not failed(house)


async def to_a_dead_host_with_heat(house: DrillHouse) -> None:
    """Prove the dead-man and warm, so that the host may die."""
    await house.drill()
    await house.rest()
    await house.warm()
    await house.clock.run_until(lambda: house.plug.counting, 15)
    await house.clock.advance(5)


async def test_a_relapse_disproves_no_countdown(ward: Ward, virtual_time: VirtualClock) -> None:
    plug = Plug()
    async with ward.run(plug, dies=True) as house:
        await to_a_dead_host_with_heat(house)
        await house.say("stop the session")
        await virtual_time.run_until(lambda: not plug.has_power(), 15)
        await virtual_time.advance(30)
        plug.ways.deaf = 1
        plug.set(on=True)
        house.room.switch.report()
        await virtual_time.advance(5)
    await virtual_time.advance(1500)
    async with ward.run(plug) as house:
        await virtual_time.advance(5)
        plug.ways.deaf = 0
        await virtual_time.run_until(lambda: not plug.has_power(), 120)
        assert (house.dead_man, failed(house)) == ("proved", False)


async def test_the_lease_of_another_device_disproves_nothing(
    ward: Ward, virtual_time: VirtualClock
) -> None:
    plug = Plug()
    async with ward.run(plug, dies=True) as house:
        await to_a_dead_host_with_heat(house)
        plug.end = End.NOTHING
        other = Proof(heater="switch.other", dead_man="3 min", at=dt_util.utcnow())
        await (await async_get_proofs(house.hass)).async_put(house.entry.entry_id, other)
    await virtual_time.advance(1500)
    async with ward.run(plug) as house:
        await virtual_time.run_until(lambda: not plug.has_power(), 15)
        assert not failed(house)


async def test_the_device_of_a_coach_that_is_gone_leaves_no_issue(
    ward: Ward, virtual_time: VirtualClock
) -> None:
    plug = Plug()
    async with ward.run(plug, dies=True) as house:
        await to_a_dead_host_with_heat(house)
        plug.end = End.NOTHING
        plug.ways.deaf = 1
        await house.say("too hot")
        await virtual_time.advance(30)
        entries = house.hass.config_entries
        gone = house.hass.async_create_task(entries.async_remove(house.entry.entry_id))
        await virtual_time.run_until(gone.done, 60)
    await virtual_time.advance(1500)
    ward.forget_coach()
    async with ward.run(plug) as house:
        await virtual_time.advance(5)
        plug.ways.deaf = 0
        await virtual_time.run_until(lambda: not plug.has_power(), 120)
        issues = ir.async_get(house.hass).issues
        assert not [name for domain, name in issues if domain == DOMAIN and FAILED in name]


# Countdowns


@pytest.mark.parametrize(
    ("option", "seconds"),
    [
        ("10 min", 600),
        ("10", None),
        ("0.5 h", 1800),
        ("0,5 Std.", 1800),
        ("15m", 900),
        ("30s", 30),
        ("30_seconds", 30),
        ("1_hour", 3600),
        ("5 Minuten", 300),
        ("off", 0),
        ("Cancel", 0),
        ("0", 0),
        ("Aus", 0),
        ("eco", None),
        ("10 apples", None),
        ("min", None),
        ("", None),
        ("-5", None),
    ],
)
def test_an_option_is_read(option: str, seconds: float | None) -> None:
    assert seconds_of(option) == seconds


MINUTES = {"min": 0, "max": 60, "step": 1, "unit_of_measurement": "min"}
HOURS = {"min": 0, "max": 24, "step": 0.25, "unit_of_measurement": "h"}


def of_seconds(**attributes: object) -> dict[str, Any]:
    """Return the attributes of a number that counts seconds."""
    return {"min": 0, "max": 3600, "step": 1, "unit_of_measurement": "s", **attributes}


@pytest.mark.parametrize(
    ("attributes", "seconds", "longer", "shorter"),
    [
        (of_seconds(), 600.2, Setting(601, 601), Setting(600, 600)),
        (of_seconds(step=60), 601, Setting(660, 660), Setting(600, 600)),
        (of_seconds(step=60), 0, Setting(60, 60), None),
        (of_seconds(step=60), 900, Setting(900, 900), Setting(900, 900)),
        (of_seconds(), 5000, None, Setting(900, 900)),
        (of_seconds(max=300), 600, None, Setting(300, 300)),
        (of_seconds(), 59, Setting(59, 59), None),
        (of_seconds(min=30), 100, None, None),
        (MINUTES, 601, Setting(660, 11), Setting(600, 10)),
        (HOURS, 600, Setting(900, 0.25), None),
        (HOURS | {"step": 1}, 600, None, None),
        (MINUTES | {"step": 20}, 600, None, None),
        (MINUTES | {"unit_of_measurement": "°C"}, 600, None, None),
        ({"max": 60}, 600, None, None),
    ],
)
def test_a_number_is_rounded_and_never_beyond_heat(
    hass: HomeAssistant,
    attributes: dict[str, Any],
    seconds: float,
    longer: Setting | None,
    shorter: Setting | None,
) -> None:
    hass.states.async_set(NUMBER, "0", attributes)
    countdown = Countdown(hass, NUMBER)
    assert (countdown.fitting(seconds), countdown.within(seconds)) == (longer, shorter)


@pytest.mark.parametrize(
    ("entity_id", "attributes", "flaw"),
    [
        (NUMBER, of_seconds(), None),
        (NUMBER, of_seconds(unit_of_measurement=None), "heat_countdown_unit"),
        (NUMBER, of_seconds(min=1), "heat_countdown_endless"),
        (SELECT, {"options": ["off", "10 min"]}, None),
        (SELECT, {"options": ["0", "10 min", "20"]}, None),
        (SELECT, {"options": ["off", "10", "20"]}, "heat_countdown_unit"),
        (SELECT, {"options": ["10 min", "20 min"]}, "heat_countdown_endless"),
        (SELECT, {"options": ["off", "eco"]}, None),
    ],
)
def test_a_countdown_of_no_unit_or_no_off_has_a_flaw(
    hass: HomeAssistant, entity_id: str, attributes: dict[str, Any], flaw: str | None
) -> None:
    hass.states.async_set(entity_id, "0", attributes)
    countdown = Countdown(hass, entity_id)
    assert countdown.flaw == flaw
    usable = flaw is None and "eco" not in attributes.get("options", ())
    assert (countdown.fitting(600) is not None) is usable


def test_what_is_no_countdown_fits_nothing(hass: HomeAssistant) -> None:
    assert Countdown(hass, NUMBER).fitting(600) is None
    hass.states.async_set("sensor.pad", "5", {"min": 0, "max": 3600, "step": 1})
    assert Countdown(hass, "sensor.pad").fitting(600) is None
    hass.states.async_set(SELECT, "unavailable", {"options": ["10 min"]})
    assert Countdown(hass, SELECT).fitting(600) is None
    hass.states.async_set(SELECT, "unknown", {"options": ["eco", "1 h"]})
    assert Countdown(hass, SELECT).fitting(600) is None


async def test_a_countdown_that_hangs_is_given_up(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:

    async def hang(_: ServiceCall) -> None:
        await asyncio.Event().wait()

    hass.services.async_register("number", "set_value", hang)
    hass.states.async_set(NUMBER, "0", {"min": 0, "max": 3600, "step": 1})
    task = asyncio.ensure_future(Countdown(hass, NUMBER).async_write(Setting(10, 10)))
    assert await virtual_time.run_until(task.done, 30) == pytest.approx(10, abs=0.1)
    assert await task is False


def test_pads_are_not_plugs() -> None:
    """A plug is a pad to whoever warms it."""
    assert isinstance(Plug(), Pad)
