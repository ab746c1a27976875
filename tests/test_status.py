"""What somebody hears who asks how long, which step, what next, or why, whatever is going on."""

from collections.abc import AsyncGenerator

from homeassistant.core import HomeAssistant
import pytest

from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.hearing import HearingCoach
from custom_components.knot_coach.massage.messages import Command
from custom_components.knot_coach.massage.phases import Phase
from custom_components.knot_coach.voice.meanings import About
from tests.fake_heater import Pad, Ways
from tests.house import House
from tests.virtual_clock import VirtualClock

STEP = "which step is this"
NEXT = "what's next"
WHY = "why"
WAITING = "I am waiting for your answer."
HALTED = "Say resume to go on."


@pytest.fixture
def pad() -> Pad:
    """A pad that behaves."""
    return Pad()


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock, pad: Pad) -> AsyncGenerator[House]:
    """A house with a pad and a coach, in virtual time."""
    house = await House(hass, virtual_time).build(pad=pad)
    yield house
    house.room.leave()


async def start(house: House, **wanted: object) -> None:
    """Begin a session, without heat unless it is wanted, and come to its first question."""
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"heat": False, **wanted}, blocking=True
    )
    await house.until_question("health")


async def starts_pressing(house: House, **wanted: object) -> None:
    """Come to the first press of a session."""
    await start(house, **({"area": "forearm", "side": "left", "length": "quick"} | wanted))
    await house.say("no")
    await house.until("active", phase="press", within=400)


async def ask(house: House, *questions: str) -> list[str]:
    """Ask, and return the answers."""
    return [(await house.say(question)).speech for question in questions]


def told(house: House, about: About) -> str:
    """Ask the coach itself, as the ear does."""
    return HearingCoach(house.hass, house.entry.runtime_data).status(about)


async def test_a_step_of_one_side(house: House) -> None:
    await starts_pressing(house)
    assert await ask(house, STEP, NEXT, WHY) == [
        "Step five of nine: pressing.",
        "Next comes the release hold.",
        "Gentle pressure for a while may help the spot feel looser.",
    ]
    assert house.session.state == "active"


async def test_a_step_of_two_sides_is_told_with_its_side(house: House) -> None:
    await starts_pressing(house, side="both")
    assert await ask(house, STEP, NEXT) == [
        "Step five of fifteen: pressing on the left.",
        "Next comes the release hold on the left.",
    ]
    house.coach.obey(Command.OTHER_SIDE)
    assert await ask(house, STEP, NEXT) == [
        "Step nine of fifteen: finding the spot on the right.",
        "Next comes slow circles on the right.",
    ]


async def test_what_is_done_once_has_no_side(house: House) -> None:
    await start(house, area="forearm", side="both", length="quick")
    await house.say("no")
    await house.until("active", phase="check_in")
    assert await ask(house, STEP, NEXT) == [
        "Step one of fifteen: the check-in.",
        "Next comes breathing.",
    ]


async def test_the_last_step_is_the_last(house: House) -> None:
    await starts_pressing(house)
    house.coach.obey(Command.WRAP_UP)
    await house.until("active", phase="stretch")
    assert await ask(house, NEXT) == ["Next comes the last minute."]
    await house.until("active", phase="aftercare", within=120)
    assert await ask(house, STEP, NEXT) == [
        "Step seven of seven: the last minute.",
        "This is the last step. Then we are done.",
    ]


async def test_what_is_left_out_does_not_come_next(house: House) -> None:
    """After "too much" there are no strokes (massage.md §2.3)."""
    await house.has_pressed(hours=100, area="forearm")
    await starts_pressing(house, length="standard")
    for comes in ("pressing", "short strokes"):
        await house.until("active", phase="ease_off", within=200)
        await house.say("easing")
        assert told(house, About.NEXT) == f"Next comes {comes}."
        if comes == "pressing":
            await house.until("active", phase="press", within=60)
    house.coach.obey(Command.TOO_MUCH)
    assert told(house, About.NEXT) == "Next comes the stretch."


async def test_another_area_is_named(house: House) -> None:
    routine = "version: 1\nname: Two\nparts:\n  - {area: calf, side: left, length: quick}\n"
    await house.hass.services.async_call(
        DOMAIN,
        "import_routine",
        {"yaml": f"{routine}  - {{area: forearm, side: left, length: quick}}\n"},
        blocking=True,
    )
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"routine": "Two", "heat": False}, blocking=True
    )
    await house.until_question("gate")
    await house.say("no")
    await house.until_question("health")
    await house.say("no")
    await house.until("active", phase="breathe")
    while not house.shows(phase="aftercare"):
        house.coach.obey(Command.NEXT)
    assert await ask(house, NEXT) == ["Next comes your forearm."]


async def test_while_it_asks_it_waits_for_the_answer(house: House) -> None:
    await start(house, area="forearm", side="left", length="quick")
    assert told(house, About.STEP) == told(house, About.NEXT) == WAITING
    assert told(house, About.WHY) == "I ask so that all of this stays comfortable for you."
    assert house.session.attributes["question"] == "health"


async def test_before_the_side_is_known(house: House) -> None:
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"area": "forearm", "heat": False}, blocking=True
    )
    await house.until_question("side")
    assert told(house, About.STEP) == told(house, About.NEXT) == WAITING


async def test_in_a_pause(house: House) -> None:
    await starts_pressing(house)
    await house.say("pause")
    assert await ask(house, STEP, NEXT) == [
        f"Step five of nine: pressing. {HALTED}",
        f"Next comes the release hold. {HALTED}",
    ]
    assert told(house, About.WHY) == "Gentle pressure for a while may help the spot feel looser."
    assert told(house, About.LEFT) == "We are paused. Say resume or stop."
    assert house.session.state == "paused"


async def test_in_a_pause_before_a_step_that_step_comes_next(house: House) -> None:
    """Two check-ins in a row that nobody answered lead there (massage.md §2.2)."""
    await house.has_pressed(hours=100, area="forearm")
    await starts_pressing(house, length="standard")
    await house.until("paused", within=600)
    assert told(house, About.STEP) == f"Step twelve of fourteen: short strokes. {HALTED}"
    assert told(house, About.NEXT) == f"Next comes short strokes. {HALTED}"


async def test_after_an_interruption(house: House) -> None:
    await starts_pressing(house)
    task = house.hass.async_create_task(
        house.hass.config_entries.async_reload(house.entry.entry_id)
    )
    await house.clock.run_until(task.done, 60)
    await house.until("interrupted")
    assert told(house, About.LEFT) == "We were interrupted. Say resume or stop."
    assert told(house, About.STEP) == f"Step five of nine: pressing. {HALTED}"
    assert told(house, About.NEXT) == f"Next comes the release hold. {HALTED}"
    assert told(house, About.WHY).startswith("Gentle pressure")


async def test_while_the_pad_warms(house: House) -> None:
    await start(house, area="upper_traps", side="left", length="quick", heat=True)
    await house.say("no")
    await house.until_question("heat")
    await house.say("yes")
    await house.until("heating")
    assert told(house, About.STEP) == told(house, About.LEFT)
    assert told(house, About.STEP).startswith("About ")
    assert told(house, About.NEXT) == "Next comes the check-in."
    assert told(house, About.WHY).startswith("A warm muscle stretches more easily.")


async def test_whoever_has_to_unplug_the_pad_hears_that(house: House, pad: Pad) -> None:
    pad.ways = Ways(deaf=1)
    await start(house, area="upper_traps", side="left", length="quick", heat=True)
    await house.say("no")
    await house.until_question("heat")
    await house.say("yes")
    await house.clock.run_until(pad.has_power, 15)
    await house.say("too hot")
    await house.until("paused", within=40)
    unplug = "Unplug the heater, please. I could not switch it off."
    for about in (About.STEP, About.NEXT, About.WHY):
        assert told(house, about) == unplug
    pad.ways = Ways()
    await house.until("active", within=120)


def test_without_a_session(house: House) -> None:
    for about in (About.LEFT, About.STEP, About.NEXT):
        assert told(house, about) == "No session is running. Say start, and the name of an area."
    assert told(house, About.WHY).startswith("Knots often follow overuse")


def test_there_is_a_reason_for_everything_that_is_done(house: House) -> None:
    reasons = [house.coach.book.line(f"why.{phase}").text for phase in Phase]
    assert len(set(reasons)) == len(Phase)
