"""What the tests of the mouth share."""

from collections.abc import AsyncGenerator, Sequence

from homeassistant.core import HomeAssistant
import pytest

from custom_components.knot_coach.announce import Output
from tests.announce.mouth import Build, Mouth
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakeNotify, FakePlayer, FakeSatellite, FakeTTS, setup_stack


@pytest.fixture
async def build(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[Build]:
    """Build a house with these devices and a mouth that uses them in this order."""
    mouths: list[Mouth] = []

    async def build(
        *entities: FakeSatellite | FakePlayer | FakeNotify | FakeTTS,
        outputs: Sequence[Output] | None = None,
    ) -> Mouth:
        stack = await setup_stack(hass, *entities)
        mouth = Mouth(hass, virtual_time, stack)
        if outputs is None:
            outputs = [Output(e.entity_id) for e in entities if not isinstance(e, FakeTTS)]
        mouth.open(outputs)
        await virtual_time.advance(1)
        mouth.start = hass.loop.time()
        mouths.append(mouth)
        return mouth

    yield build
    for mouth in mouths:
        await mouth.announcer.async_close()
