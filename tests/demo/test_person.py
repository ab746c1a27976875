"""The person in the demo room says the right thing at the right moment, and only then."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

from homeassistant.core import HomeAssistant
import pytest

from dev.custom_components.knot_demo.assist_satellite import DemoSatellite
from dev.custom_components.knot_demo.room import Room
from dev.house.person import MANNERS, PATIENCE, RELEASE, Person
from tests.virtual_clock import VirtualClock

# Home Assistant itself keeps plain strings as keys of a request.
pytestmark = pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning")

SENSOR = "sensor.session"
SATELLITE = "assist_satellite.voice_satellite"


class Session:
    """Plays the part of the coach: its sensor shows what the test wants."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock) -> None:
        self.hass = hass
        self.clock = clock
        self.said: list[tuple[float, str]] = []
        self.began = clock.time()

    def show(self, state: str, **attributes: object) -> None:
        """Write the sensor."""
        self.hass.states.async_set(SENSOR, state, attributes)

    def hear(self, text: str) -> None:
        """Note what was said, and after how many seconds since the last look."""
        self.said.append((round(self.clock.time() - self.began, 1), text))

    async def listen(self, seconds: float) -> list[tuple[float, str]]:
        """Return what is said within so many seconds."""
        self.said.clear()
        self.began = self.clock.time()
        await self.clock.advance(seconds)
        return list(self.said)


@pytest.fixture
def session(hass: HomeAssistant, room: Room, virtual_time: VirtualClock) -> Session:
    session = Session(hass, virtual_time)
    session.show("idle")
    return session


@pytest.fixture
def person(hass: HomeAssistant, session: Session) -> Person:
    satellite = cast("DemoSatellite", hass.data["assist_satellite"].get_entity(SATELLITE))
    return Person(hass, satellite, SENSOR, session.hear, heat=False)


@pytest.fixture
async def company(hass: HomeAssistant, person: Person) -> AsyncGenerator[asyncio.Task[Any]]:
    """Somebody who goes along with a session that has begun."""
    hass.states.async_set(SENSOR, "active", {"phase": "locate", "step": 1})
    task = hass.async_create_background_task(person.accompany(), "person")
    yield task
    task.cancel()


async def test_the_opening_is_said_and_its_session_awaited(
    hass: HomeAssistant, session: Session, person: Person, virtual_time: VirtualClock
) -> None:
    opening = hass.async_create_task(person.start("start neck routine"))
    await virtual_time.advance(5)
    assert [text for _, text in session.said] == ["start neck routine"]
    assert not opening.done()
    session.show("asking", question="health", caption="Any new injury?")
    await virtual_time.run_until(opening.done, 1)
    opening.result()


async def test_a_session_that_does_not_begin_is_not_waited_for_forever(
    hass: HomeAssistant, person: Person, virtual_time: VirtualClock
) -> None:
    opening = hass.async_create_task(person.start("start neck routine"))
    await virtual_time.run_until(opening.done, 60)
    with pytest.raises(TimeoutError):
        opening.result()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("side", "on the left"),
        ("health", "no"),
        ("heat", "no"),
        ("skin", "yes"),
        ("ache", "dull"),
        ("wrong", "no"),
    ],
)
@pytest.mark.usefixtures("company")
async def test_a_question_is_answered_once_it_is_quiet(
    session: Session, question: str, answer: str
) -> None:
    await session.listen(2)
    session.show("asking", question=question, caption=f"{question}?")
    ((after, text),) = await session.listen(PATIENCE - 1)
    assert (after <= MANNERS, text) == (True, answer)


@pytest.mark.usefixtures("company")
async def test_an_open_question_is_answered_once_more_and_then_no_more(session: Session) -> None:
    await session.listen(2)
    session.show("asking", question="health", caption="Any new injury?")
    said = await session.listen(60)
    assert [text for _, text in said] == ["no", "no"]
    assert said[1][0] - said[0][0] == pytest.approx(PATIENCE, abs=0.2)


@pytest.mark.usefixtures("company")
async def test_nobody_speaks_while_the_coach_does(
    hass: HomeAssistant, session: Session, virtual_time: VirtualClock
) -> None:
    data = {"entity_id": SATELLITE, "message": "Any new injury there today?", "preannounce": False}
    spoken = hass.async_create_task(
        hass.services.async_call("assist_satellite", "announce", data, blocking=True)
    )
    await virtual_time.advance(0.5)
    session.show("asking", question="health", caption="Any new injury there today?")
    session.said.clear()
    await virtual_time.run_until(spoken.done, 20)
    assert session.said == []
    ((after, text),) = await session.listen(3)
    assert text == "no"
    assert after == pytest.approx(MANNERS, abs=0.1)


@pytest.mark.usefixtures("company")
async def test_the_knot_lets_go_once_while_it_is_pressed(session: Session) -> None:
    session.show("active", phase="press", step=2, side="left")
    assert await session.listen(RELEASE - 1) == []
    ((after, text),) = await session.listen(60)
    assert text == "it released"
    assert after == pytest.approx(1, abs=0.2)
    session.show("active", phase="release_hold", step=3, side="left")
    assert await session.listen(60) == []


@pytest.mark.usefixtures("company")
async def test_nothing_is_said_of_release_when_the_pressing_was_short(session: Session) -> None:
    session.show("active", phase="press", step=2, side="left")
    await session.listen(RELEASE - 5)
    session.show("active", phase="ease_off", step=3, side="left")
    assert await session.listen(60) == []


@pytest.mark.usefixtures("company")
async def test_scores_fall_and_checks_are_answered(session: Session) -> None:
    rate = "From zero to ten, how tight or sore does it feel right now?"
    session.show("active", phase="check_in", step=1, caption=rate)
    assert [text for _, text in await session.listen(30)] == ["about a six"]
    session.show("active", phase="press", step=2, caption="Easing, the same, or too much?")
    assert [text for _, text in await session.listen(30)] == ["it's easing"]
    session.show("active", phase="aftercare", step=5, caption="Now rest.")
    assert await session.listen(5) == []
    session.show("active", phase="aftercare", step=5, caption=rate)
    assert [text for _, text in await session.listen(30)] == ["about a three"]


async def test_it_is_over_when_the_session_is(
    session: Session, company: asyncio.Task[Any], virtual_time: VirtualClock
) -> None:
    await virtual_time.advance(10)
    assert not company.done()
    session.show("idle")
    await virtual_time.run_until(company.done, 5)
    company.result()
