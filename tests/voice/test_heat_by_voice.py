"""Heat, by voice alone: who may say yes, how long it takes, and that the pad is unplugged."""

from collections.abc import AsyncGenerator

from homeassistant.components.conversation import async_converse
from homeassistant.core import Context, HomeAssistant
import pytest

from tests.fake_heater import Pad, Ways
from tests.house import House
from tests.virtual_clock import VirtualClock
from tests.voice_stack import device_of


@pytest.fixture
def pad() -> Pad:
    """A pad that behaves."""
    return Pad()


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad) -> AsyncGenerator[House]:
    """A house with a pad, in virtual time."""
    house = await House(hass, virtual_time).build(pad=pad)
    yield house
    house.room.leave()


async def to_the_question(house: House) -> None:
    """Start by voice and answer until the coach asks whether to warm the pad."""
    await house.say("start quick neck routine on the left")
    await house.until_question("health")
    await house.say("no")
    await house.until_question("heat")


async def test_a_delayed_yes_warms_nothing(house: House, pad: Pad) -> None:
    await to_the_question(house)
    device_id = device_of(house.hass, house.satellite)
    await async_converse(house.hass, "yes", None, Context(), "en", device_id=device_id)
    await async_converse(house.hass, "yes", None, Context(), "en")
    assert house.session.attributes["question"] == "heat"
    await house.until("active", within=90)
    assert pad.commands == []


async def test_how_long_is_left_in_every_state(house: House, pad: Pad) -> None:
    await to_the_question(house)

    async def left() -> str:
        return (await house.say("how long is left")).speech

    assert await left() == "I am waiting for your answer."
    await house.say("yes please")
    await house.clock.run_until(pad.has_power, 15)
    assert await left() == "About ten more minutes to warm."
    pad.ways = Ways(late=5)
    await house.say("too hot")
    assert await left() == "Rest a moment. I am looking after the heat."
    await house.until("active", within=60)
    assert (await left()).startswith("We are at the check-in, with about ")
    await house.say("pause")
    assert await left() == "We are paused. Say resume or stop."
    await house.say("resume")
    await house.until("active", phase="aftercare", within=400)
    assert await left() == "We are at the last minute, and nearly done."
    await house.say("stop")
    assert (await left()).startswith("No session is running.")


async def test_only_a_person_says_that_it_is_unplugged(house: House, pad: Pad) -> None:
    pad.ways = Ways(deaf=1)
    await to_the_question(house)
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    await house.say("too hot")
    await house.until("paused", within=40)
    for text in ("no", "maybe", "resume"):
        await house.say(text)
        assert house.session.state == "paused"
    await async_converse(house.hass, "it's unplugged", None, Context(), "en")
    assert house.session.state == "paused"
    line = "I could not switch the heater off. Please unplug it."
    await house.clock.run_until(lambda: line in house.satellite.texts, 30)
    await house.say("I have unplugged the pad")
    await house.until("active", phase="check_in", within=30)
