"""The same session through every kind of output, and what happens when one of them goes."""

from itertools import pairwise

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach.const import DOMAIN
from tests.house import House, coach_entry, set_up
from tests.virtual_clock import VirtualClock
from tests.voice_stack import (
    FakeNotify,
    FakePlayer,
    FakeSatellite,
    Fault,
    Heard,
    say,
    setup_stack,
)

type Output = FakeSatellite | FakePlayer | FakeNotify

LAST_STRETCH = "Go to a mild pull, no further. Hold and breathe."


class Speaking(House):
    """A house whose coach speaks through outputs that a test chooses."""

    user: MockUser

    async def speak_through(self, *outputs: Output) -> None:
        """Set up a coach; the kitchen's satellite is there to speak to, and is no output."""
        self.stack = await setup_stack(self.hass, self.kitchen, *outputs)
        self.entry = coach_entry(self.hass, *(output.entity_id for output in outputs))
        self.coach = await set_up(self.hass, self.entry)

    async def play(self) -> None:
        """Play a quick session to its end; the person answers what has to be answered."""
        await self.begin()
        await self.until("idle", within=500)
        await self.clock.advance(15)

    async def begin(self) -> None:
        """Begin a quick session, up to the check-in."""
        await self.hass.services.async_call(
            DOMAIN,
            "start_session",
            {"area": "upper_traps", "side": "left", "length": "quick"},
            blocking=True,
        )
        await self.clock.run_until(lambda: self.shows(question="health"), 60)
        await self.clock.advance(8)
        # Typed by somebody who is signed in; here is nothing to speak to.
        await say(self.hass, "no", context=Context(user_id=self.user.id))
        await self.until("active", phase="check_in", within=5)


@pytest.fixture
def house(hass: HomeAssistant, virtual_time: VirtualClock, hass_admin_user: MockUser) -> Speaking:
    """A house, in virtual time."""
    house = Speaking(hass, virtual_time)
    house.user = hass_admin_user
    return house


def outcome(house: House) -> str:
    """Return how the last session ended."""
    state = house.hass.states.get(house.entity("sensor", "last_session"))
    assert state is not None
    return state.state


def no_overlap(heard: list[Heard]) -> bool:
    """Tell whether one line ended before the next began."""
    lines = sorted(heard, key=lambda line: line.began)
    return all(
        line.ended is not None and line.ended <= following.began
        for line, following in pairwise(lines)
    )


@pytest.mark.parametrize(
    "fault", [Fault.NONE, Fault.SLOW_START, Fault.NEVER_PLAYING, Fault.BLOCKS, Fault.STUCK]
)
async def test_a_media_player(house: Speaking, fault: Fault) -> None:
    player = FakePlayer("bedroom")
    player.fault = fault
    await house.speak_through(player)
    await house.play()
    assert LAST_STRETCH in player.texts
    assert outcome(house) == "finished"
    assert no_overlap(player.heard)


async def test_a_telephone_that_only_shows_text(house: Speaking) -> None:
    phone = FakeNotify("phone")
    await house.speak_through(phone)
    await house.play()
    assert LAST_STRETCH in phone.messages
    assert "Sink in a little. Three out of ten." in phone.messages
    assert outcome(house) == "finished"


async def test_text_beside_a_voice(house: Speaking) -> None:
    satellite, phone = FakeSatellite("bedroom"), FakeNotify("phone")
    await house.speak_through(satellite, phone)
    await house.play()
    assert LAST_STRETCH in satellite.texts
    assert LAST_STRETCH in phone.messages
    assert outcome(house) == "finished"


async def test_the_next_output_speaks_when_the_first_goes(house: Speaking) -> None:
    satellite, player = FakeSatellite("bedroom"), FakePlayer("bedroom")
    await house.speak_through(satellite, player)
    await house.begin()
    await house.until("active", phase="locate", within=120)
    satellite.set_available(available=False)
    await house.until("idle", within=500)
    assert LAST_STRETCH in player.texts
    assert LAST_STRETCH not in satellite.texts
    assert outcome(house) == "finished"


async def test_when_no_output_is_left_nobody_presses(house: Speaking) -> None:
    satellite = FakeSatellite("bedroom")
    await house.speak_through(satellite)
    await house.begin()
    await house.until("active", phase="press", within=200)
    satellite.set_available(available=False)
    await house.until("paused", within=60)
    assert house.shows(pressure=None)
    satellite.set_available(available=True)
    await say(house.hass, "resume the session")
    assert house.session.state == "active"
    await house.until("idle", within=500)
    assert outcome(house) == "finished"


async def test_an_output_that_was_removed(house: Speaking) -> None:
    await house.speak_through(FakeSatellite("bedroom"))
    gone = coach_entry(house.hass, "assist_satellite.of_another_house", name="Kim", room="Bath")
    await set_up(house.hass, gone)
    with pytest.raises(ServiceValidationError) as caught:
        await house.hass.services.async_call(
            DOMAIN,
            "start_session",
            {"config_entry_id": gone.entry_id, "area": "upper_traps", "side": "left"},
            blocking=True,
        )
    assert caught.value.translation_key == "no_output"
    assert not gone.runtime_data.session
