"""A session whose voice fails at the worst moment: nobody presses on what nobody said."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.massage.messages import StopWord, Tier
from custom_components.knot_coach.massage.states import Working
from tests.fake_heater import Pad, Room
from tests.house import ROOM, House, coach_entry, put_device_in, set_up
from tests.virtual_clock import VirtualClock
from tests.voice_faults import BargeIn
from tests.voice_stack import FakePlayer, FakeSatellite, Fault, setup_stack, use_llm

EMERGENCY = "Stop and let go now. This could be serious. Please call your local emergency number."
LEAVING = "Let go and rest. I have to leave for a moment."
PAUSED = "Ease off, I could not be heard. Say resume when you are ready."
WRONG = "Is something wrong with you right now?"
SKIN = "Check your skin. Comfortable?"
SOON: Final = 1.0
"""Seconds within which somebody with chest pain is answered."""
AGAIN: Final = 10.5
"""Seconds within which what could not be said is said by an output that works again."""
SKIN_SECONDS: Final = 26.0
"""Longest that heat goes on behind a skin check: the question, its spare time, and the answer's."""

CHEST_PAIN = StopWord(Tier.A, certain=True, phrase="chest pain")
NUMB = StopWord(Tier.B, certain=False, phrase="numb")


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house whose coach has one satellite, with a quick session that presses."""
    house = await House(hass, virtual_time).build()
    await to(house, "press")
    return house


async def own(hass: HomeAssistant, clock: VirtualClock, first: FakePlayer | FakeSatellite) -> House:
    """Build a house whose coach speaks through this one, and then through a satellite."""
    house = House(hass, clock)
    house.stack = await setup_stack(hass, house.kitchen, first, house.satellite)
    house.entry = coach_entry(hass, first.entity_id, house.satellite.entity_id)
    house.coach = await set_up(hass, house.entry)
    return house


async def start(house: House, **wanted: Any) -> None:  # noqa: ANN401 - as the action takes it
    """Start a quick session, and be healthy."""
    usual = {"area": "upper_traps", "side": "left", "length": "quick"}
    await house.hass.services.async_call(DOMAIN, "start_session", usual | wanted, blocking=True)
    await answer(house, "health", "no")


async def answer(house: House, question: str, words: str) -> None:
    """Answer a question some time after it was asked."""
    await house.clock.run_until(lambda: house.shows(question=question), 120)
    await house.clock.advance(10)
    await house.say(words)


async def to(house: House, phase: str) -> None:
    """Start a session and let it come to a phase."""
    await start(house)
    await house.until("active", phase=phase, within=300)


def works(house: House) -> bool:
    """Tell whether the clock of a step runs."""
    session = house.coach.session
    return session is not None and isinstance(session.state, Working)


def levels(house: House) -> int:
    """Return the level that is shown, 0 for hands off."""
    level = house.session.attributes.get("pressure")
    return level if isinstance(level, int) else 0


# Somebody is in danger


async def test_chest_pain_is_answered_at_once_though_it_cut_a_question_off(house: House) -> None:
    house.satellite.barge_in = BargeIn.STOPS_FIRST
    await house.clock.advance(3)
    house.coach.report(NUMB)
    asked = len(house.satellite.heard)
    await house.clock.run_until(
        lambda: any(heard.text == WRONG for heard in house.satellite.heard[asked:]), 20
    )
    await house.clock.advance(1)
    mark = len(house.satellite.heard)
    talk = house.hass.async_create_task(house.satellite.hear("I have chest pain", 1.5))
    await house.clock.run_until(talk.done, 30)
    understood = house.hass.loop.time()
    await house.clock.advance(60)
    alarm, *rest = house.satellite.heard[mark:]
    assert alarm.text == EMERGENCY
    assert alarm.whole
    assert alarm.began - understood < SOON
    assert WRONG not in [heard.text for heard in rest]


async def test_chest_pain_to_an_agent_that_answers_at_length_is_not_lost(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await use_llm(house.hass, house.stack)
    await house.clock.advance(4)
    house.satellite.reply_seconds = 20
    think = house.stack.llm._async_handle_message

    async def think_long(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the agent takes it
        await asyncio.sleep(3)
        return await think(*args, **kwargs)

    monkeypatch.setattr(house.stack.llm, "_async_handle_message", think_long)
    mark, said = len(house.satellite.heard), house.hass.loop.time()
    words = "help me please I think I have chest pain what should I do"
    house.hass.async_create_task(house.satellite.hear(words, 1))
    await house.until("asking", within=5)
    assert not levels(house)
    await house.until("idle", within=60)
    await house.clock.advance(30)
    asked = next(heard for heard in house.satellite.heard[mark:] if heard.text == WRONG)
    assert asked.whole
    assert asked.began - said < 1 + 3 + 20 + AGAIN
    last = house.satellite.texts[-1]
    assert last.startswith("If it does not settle in a few minutes")


async def test_chest_pain_during_the_last_words_is_answered(house: House) -> None:
    mark = len(house.satellite.heard)
    leaving = house.hass.async_create_task(house.coach.async_close())
    await house.clock.advance(1)
    house.coach.report(CHEST_PAIN)
    took = await house.clock.run_until(leaving.done, 60)
    assert took < 15
    await house.clock.advance(10)
    assert [heard.text for heard in house.satellite.heard[mark:]][:2] == [LEAVING, EMERGENCY]
    assert house.satellite.texts[-1] == EMERGENCY


# The voice is lost, and nobody says so


@pytest.mark.parametrize("away", [7.0, 30.0])
async def test_a_satellite_that_was_away_and_stayed_idle_tells_of_the_pause(
    house: House, away: float
) -> None:
    mark = len(house.satellite.heard)
    house.satellite.fault = Fault.CONNECTION_LOST
    await house.until("paused", within=60)
    assert not levels(house)
    await house.clock.advance(away)
    house.satellite.fault = Fault.NONE
    back = house.hass.loop.time()
    await house.clock.advance(60)
    line = house.satellite.heard[mark]
    assert line.text == PAUSED
    assert line.whole
    assert line.began - back < AGAIN
    assert len(house.satellite.heard) == mark + 1


async def test_a_satellite_that_is_reloaded_in_the_middle_of_a_line_leaves_a_voice(
    house: House,
) -> None:
    await house.clock.run_until(lambda: house.satellite._playing, 60)
    await house.clock.advance(0.5)
    unload = house.hass.config_entries.async_unload(house.stack.entry.entry_id)
    task = house.hass.async_create_task(unload)
    await house.until("paused", within=60)
    await house.clock.run_until(task.done, 60)
    assert not levels(house)
    assert not house.coach.speech._announcer._worker.done()


async def test_a_command_that_is_cancelled_costs_a_session_nothing(
    hass: HomeAssistant, virtual_time: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = FakePlayer("bedroom")
    house = await own(hass, virtual_time, player)
    await to(house, "broad")

    async def lost(*_: object, **__: object) -> None:
        monkeypatch.undo()
        command = hass.loop.create_future()
        hass.loop.call_later(0.3, command.cancel)
        await command

    monkeypatch.setattr(player, "async_play_media", lost)
    mark = len(house.satellite.heard)
    await house.until("active", phase="press", within=60)
    await virtual_time.run_until(lambda: levels(house) == 3, 60)
    assert house.satellite.heard[mark:]
    house.coach.report(CHEST_PAIN)
    await virtual_time.advance(30)
    texts = [heard.text for heard in house.satellite.heard[mark:] + player.heard if heard.whole]
    assert EMERGENCY in texts


async def test_no_clock_runs_before_its_instruction_when_the_first_output_hangs(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    player = FakePlayer("bedroom")
    house = await own(hass, virtual_time, player)
    await to(house, "broad")
    await virtual_time.run_until(lambda: works(house), 60)
    player.fault = Fault.NO_BEGINNING
    mark = len(house.satellite.heard)
    await house.until("active", phase="press", within=100)
    session = house.coach.session
    assert session is not None
    assert session.step is not None
    instruction = session.step.lines[-1].text
    await virtual_time.run_until(lambda: works(house), 100)
    assert instruction in [heard.text for heard in house.satellite.heard[mark:] if heard.whole]


async def test_no_level_rises_on_lines_whose_end_nobody_saw(house: House) -> None:
    house.satellite.fault = Fault.NO_BEGINNING
    mark, highest = len(house.satellite.heard), 0

    def over() -> bool:
        nonlocal highest
        highest = max(highest, levels(house))
        return house.session.state == "idle"

    await house.clock.run_until(over, 900)
    assert len(house.satellite.heard) == mark
    assert highest == 2


# What was begun stays as it is


async def test_quiet_hours_that_begin_in_the_middle_wait_for_the_end(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    begin = dt_util.now().replace(microsecond=0) + timedelta(seconds=150)
    options: dict[str, Any] = {
        Conf.QUIET_FROM: begin.time().isoformat(),
        Conf.QUIET_UNTIL: (begin + timedelta(hours=8)).time().isoformat(),
    }
    house = await House(hass, virtual_time).build(options=options)
    await start(house)
    highest = 0

    def over() -> bool:
        nonlocal highest
        highest = max(highest, levels(house))
        return house.session.state == "idle"

    await virtual_time.run_until(lambda: dt_util.now() > begin, 200)
    assert house.session.state == "active"
    assert not house.coach.silent
    mark = len(house.satellite.texts)
    await virtual_time.run_until(over, 900)
    await virtual_time.advance(30)
    assert highest == 5
    assert house.satellite.texts[mark:][0]
    assert house.satellite.texts[-1].endswith("Rest a little before you go on with your day.")
    assert house.coach.silent


# Heat goes on behind a skin check


@pytest.fixture
async def heated(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[House]:
    """A house whose pad warms somebody, and nothing measures how warm; the skin is asked about."""
    house = House(hass, virtual_time)
    house.room = Room(hass, Pad())
    await house.room.async_add_switch()
    house.stack = await setup_stack(hass, house.satellite, house.kitchen)
    put_device_in(hass, house.satellite, ROOM)
    options: dict[str, Any] = {Conf.HEATER: "switch.pad", Conf.OWN_CUTOFF: True}
    house.entry = coach_entry(hass, house.satellite.entity_id, options=options)
    house.coach = await set_up(hass, house.entry)
    house.satellite.barge_in = BargeIn.STOPS_FIRST
    await start(house, heat=True)
    await answer(house, "heat", "yes")
    await house.until("heating", within=30)
    await virtual_time.run_until(lambda: house.shows(question="skin"), 400)
    yield house
    house.room.leave()


@pytest.mark.parametrize("cuts", [0, 1, 2])
async def test_a_skin_check_that_is_cut_off_keeps_the_heat_on_no_longer(
    heated: House, cuts: int
) -> None:
    asked = heated.hass.loop.time()
    for _ in range(cuts):
        await heated.clock.run_until(
            lambda: heated.satellite._playing and not heated.satellite.addressed, 60
        )
        await heated.clock.advance(0.3)
        talk = heated.hass.async_create_task(heated.satellite.hear(None, 1))
        await heated.clock.run_until(talk.done, 30)
    await heated.clock.run_until(lambda: not heated.room.pad.has_power(), 300)
    assert heated.hass.loop.time() - asked < SKIN_SECONDS
    texts = [heard.text for heard in heated.satellite.heard]
    assert texts.count(SKIN) == cuts + 1
