"""The heat sensor: on from the wish for power until off is proved."""

from homeassistant.core import HomeAssistant, State

from custom_components.knot_coach.const import DOMAIN
from tests.fake_heater import Pad
from tests.house import House
from tests.virtual_clock import VirtualClock


def heat(house: House) -> State:
    """The heat sensor as everybody sees it."""
    state = house.hass.states.get(house.entity("binary_sensor", "heat"))
    assert state is not None
    return state


async def warm(house: House) -> None:
    """Start with heat, and say yes to it."""
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": "upper_traps", "side": "left", "length": "quick", "heat": True},
        blocking=True,
    )
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")
    assert heat(house).state == "off"
    await house.say("yes")
    await house.until("heating", within=60)


async def test_a_coach_without_a_heater_is_off(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    assert heat(house).state == "off"
    assert heat(house).attributes["device_class"] == "power"


async def test_it_follows_the_pad(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    pad = Pad()
    house = await House(hass, virtual_time).build(pad=pad)
    await warm(house)
    await house.clock.run_until(lambda: pad.on, 30)
    await house.clock.advance(5)
    assert heat(house).state == "on"
    await house.say("stop")
    await house.clock.advance(15)
    assert not pad.on
    assert heat(house).state == "off"
    house.room.leave()


async def test_it_stays_on_while_off_is_not_proved(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    pad = Pad()
    house = await House(hass, virtual_time).build(pad=pad)
    await warm(house)
    await house.clock.run_until(lambda: pad.on, 30)
    pad.ways.deaf = 1
    await house.say("stop")
    await house.clock.advance(30)
    assert heat(house).state == "on"
    pad.ways.deaf = 0
    await house.clock.run_until(lambda: not pad.on, 120)
    await house.clock.advance(15)
    assert heat(house).state == "off"
    house.room.leave()
