"""A session that is asked for now and begins later: one of Home Assistant's own timers says it then."""

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from tests.house import House
from tests.virtual_clock import VirtualClock


@pytest.mark.parametrize(
    "text", ["start neck knot routine in ten minutes", "massage my traps in 10 minutes"]
)
async def test_a_session_begins_in_ten_minutes(
    hass: HomeAssistant, virtual_time: VirtualClock, text: str
) -> None:
    house = await House(hass, virtual_time).build()
    said_at = dt_util.utcnow()
    reply = await house.say(text)
    assert reply.error is None
    await house.clock.advance(9 * 60)
    assert house.session.state == "idle"
    await house.clock.run_until(lambda: house.session.state != "idle", 120)
    assert 600 <= (dt_util.utcnow() - said_at).total_seconds() < 630
    assert house.session.attributes["area"] == "upper_traps"
    # Nobody has said which side, and what a timer says answers nothing.
    await house.until_question("side")


async def test_what_is_asked_for_later_can_be_called_off(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    await house.say("start neck knot routine in ten minutes")
    reply = await house.say("cancel the timer")
    assert reply.error is None
    await house.clock.advance(11 * 60)
    assert house.session.state == "idle"
