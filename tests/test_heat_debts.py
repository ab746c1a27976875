"""An off that was not proved is not forgotten: whatever becomes of the coach, its options and the names of its heater."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.diagnostics import async_get_config_entry_diagnostics
from custom_components.knot_coach.lease import Lease, async_get_book
from custom_components.knot_coach.recovery import async_recover
from tests.fake_heater import FakeSwitch, Pad, Ways
from tests.house import House
from tests.virtual_clock import VirtualClock

SAYS_NO = ("heat_stuck", "heat_not_off")


@pytest.fixture
def pad() -> Pad:
    """A pad that behaves until it is told to be deaf."""
    return Pad()


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad) -> AsyncGenerator[House]:
    """A house with a pad, for ten minutes of heat."""
    house = await House(hass, virtual_time).build(pad=pad, options={Conf.TEMPERATURE: None})
    yield house
    pad.ways = Ways()
    await house.clock.advance(120)
    house.room.leave()


async def to_the_heat_question(house: House) -> None:
    """Start a session and answer until the coach asks whether to warm the pad."""
    await start(house, heat=True)
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")


async def start(house: House, **data: Any) -> None:  # noqa: ANN401 - data of an action
    """Start a session."""
    wanted = {"area": "upper_traps", "side": "left", "length": "quick"}
    await house.hass.services.async_call(DOMAIN, "start_session", wanted | data, blocking=True)


async def stuck(house: House, pad: Pad) -> None:
    """Come to "unplug it": the pad is on and deaf."""
    await to_the_heat_question(house)
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    pad.ways = Ways(deaf=1)
    await house.say("too hot")
    await house.until("paused", within=40)


async def press_yes(house: House) -> None:
    """Press the button that answers, as somebody who is signed in."""
    await house.hass.services.async_call(
        "button", "press", {"entity_id": house.entity("button", "yes")}, blocking=True
    )


async def passed[T](house: House, awaitable: Awaitable[T], within: float = 90) -> T:
    """Let virtual time pass until something is over."""
    task = asyncio.ensure_future(awaitable)
    await house.clock.run_until(task.done, within)
    return await task


async def reload(house: House) -> None:
    """Set the coach up anew."""
    await passed(house, house.hass.config_entries.async_reload(house.entry.entry_id))
    house.coach = house.entry.runtime_data


async def rename(house: House) -> None:
    """Give the pad's switch another name; the coach is set up anew once its session is over."""
    er.async_get(house.hass).async_update_entity("switch.pad", new_entity_id="switch.compress")
    await house.hass.async_block_till_done()
    await house.say("stop the session")
    await house.clock.advance(60)
    house.coach = house.entry.runtime_data


async def take_out(house: House) -> None:
    """Take the heater out of the options, and set the coach up anew."""
    options = {**house.entry.options, Conf.HEATER: None}
    house.hass.config_entries.async_update_entry(house.entry, options=options)
    await reload(house)
    await house.say("stop the session")


@pytest.mark.parametrize("change", [rename, take_out])
async def test_no_session_begins_while_a_heater_is_owed_its_off(
    house: House, pad: Pad, change: Callable[[House], Awaitable[None]]
) -> None:
    await stuck(house, pad)
    await change(house)
    assert pad.has_power()
    with pytest.raises(ServiceValidationError) as caught:
        await start(house, heat=False)
    assert caught.value.translation_key in SAYS_NO
    pad.ways = Ways()
    await house.clock.run_until(lambda: not pad.has_power(), 120)
    await house.clock.advance(60)
    await start(house, heat=False)
    await house.until_question("health")


@pytest.mark.parametrize("change", [rename, take_out])
async def test_the_heat_that_is_left_is_shown_until_it_is_proved_off(
    house: House, pad: Pad, change: Callable[[House], Awaitable[None]]
) -> None:
    """Everybody looks at the sensor to learn whether the pad may be on."""
    await stuck(house, pad)
    await change(house)
    heat = house.entity("binary_sensor", "heat")
    assert house.hass.states.is_state(heat, "on")
    told = (await async_get_config_entry_diagnostics(house.hass, house.entry))["heat"]
    assert (told["on"], told["stuck"]) == (True, True)
    pad.ways = Ways()
    await house.clock.run_until(lambda: not pad.has_power(), 120)
    await house.clock.advance(1)
    assert house.hass.states.is_state(heat, "off")
    assert not (await async_get_config_entry_diagnostics(house.hass, house.entry))["heat"]["on"]


@pytest.mark.parametrize("taken_out", [True, False])
async def test_a_session_that_comes_back_presses_nobody_under_a_heater_that_is_on(
    house: House, pad: Pad, *, taken_out: bool
) -> None:
    await stuck(house, pad)
    if taken_out:
        options = {**house.entry.options, Conf.HEATER: None}
        house.hass.config_entries.async_update_entry(house.entry, options=options)
    await reload(house)
    await house.say("resume the session")
    await house.clock.advance(60)
    assert house.session.state == "paused"
    pad.ways = Ways()
    await house.clock.run_until(lambda: not pad.has_power(), 120)
    await house.clock.advance(5)
    await house.say("resume the session")
    await house.until("active", within=120)


async def test_a_session_that_was_stored_before_its_heat_knows_of_it(
    house: House, pad: Pad, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill between the power and the next snapshot; and the pad is deaf when all is back."""
    await to_the_heat_question(house)

    async def lost(_: object) -> None:
        """Keep nothing: the host dies before this is on disk."""

    with monkeypatch.context() as dying:
        dying.setattr(house.coach.memory, "async_save_session", lost)
        await house.say("yes")
        await house.clock.run_until(pad.has_power, 15)
        pad.ways = Ways(deaf=1)
        await reload(house)
    await house.say("resume the session")
    await house.clock.advance(90)
    assert pad.has_power()
    assert house.session.state == "paused"
    assert "I could not switch the heater off. Please unplug it." in house.satellite.texts


async def test_the_yes_that_unplugs_is_not_believed_while_watts_flow(
    hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad
) -> None:
    options: dict[str, Any] = {Conf.TEMPERATURE: None, Conf.POWER: "sensor.pad_power"}
    house = await House(hass, virtual_time).build(pad=pad, power=True, options=options)
    try:
        await stuck(house, pad)
        await house.clock.advance(10)
        reply = (await house.say("yes")).speech
        assert reply == "The heater still draws power. Pull its plug first, then say yes."
        with pytest.raises(ServiceValidationError) as caught:
            await press_yes(house)
        assert caught.value.translation_key == "heat_still_draws"
        assert house.session.state == "paused"
        pad.set(on=False)
        await house.until("active", within=120)
    finally:
        house.room.leave()


async def test_settings_that_changed_since_the_start_are_no_ground_for_heat(
    house: House, pad: Pad
) -> None:
    """Somebody says yes; meanwhile, on a screen, somebody notes what rules heat out."""
    await to_the_heat_question(house)
    options = {**house.entry.options, Conf.FINDINGS: ["clot_now"]}
    house.hass.config_entries.async_update_entry(house.entry, options=options)
    await house.hass.async_block_till_done()
    await house.say("yes")
    await house.clock.advance(30)
    assert pad.commands == []
    assert any(text.startswith("Your settings have changed") for text in house.satellite.texts)


@pytest.mark.parametrize(
    "noted",
    [
        {Conf.FINDINGS: ["reduced_feeling"]},
        {Conf.FINDINGS: ["clot_now"]},
        {Conf.FINDINGS: ["injury"], Conf.PLACES: {"injury": ["upper_traps"]}},
    ],
    ids=["numb", "a clot", "an injury just there"],
)
async def test_what_is_noted_of_the_health_while_it_heats_ends_the_heat(
    house: House, pad: Pad, noted: dict[str, Any]
) -> None:
    await to_the_heat_question(house)
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    await house.clock.advance(20)
    options = {**house.entry.options, **noted}
    house.hass.config_entries.async_update_entry(house.entry, options=options)
    await house.hass.async_block_till_done()
    await house.clock.run_until(lambda: not pad.has_power(), 3)
    await house.clock.advance(30)
    assert any(text.startswith("Your settings have changed") for text in house.satellite.texts)
    assert house.session.state == "active"
    assert pad.commands.count("on") == 1


async def test_what_has_nothing_to_do_with_heat_lets_it_be(house: House, pad: Pad) -> None:
    await to_the_heat_question(house)
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    options = {**house.entry.options, Conf.QUIET_FROM: "22:00", Conf.QUIET_UNTIL: "06:00"}
    house.hass.config_entries.async_update_entry(house.entry, options=options)
    await house.hass.async_block_till_done()
    await house.clock.advance(20)
    assert pad.has_power()


async def test_a_heater_that_is_left_behind_in_a_session_is_waited_for(
    house: House, pad: Pad
) -> None:
    """Ours is off; meanwhile the coach of another pad was removed, and that one does not go off."""
    await to_the_heat_question(house)
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    other = Pad(ways=Ways(deaf=1), on=True)
    await house.room.async_add("switch", FakeSwitch(other, "other"))
    book = await async_get_book(house.hass)
    now = dt_util.utcnow()
    left = Lease(heater="switch.other", entry_id="removed", started=now, off_at=now)
    await book.async_owe(left)
    async_recover(house.hass, book)
    await house.say("too hot")
    await house.clock.run_until(lambda: not pad.has_power(), 10)
    await house.clock.advance(60)
    assert house.session.state == "paused"
    other.ways = Ways()
    await house.until("active", within=180)
    assert not other.has_power()
