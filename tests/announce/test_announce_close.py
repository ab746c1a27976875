"""The end leaves nothing behind."""

import pytest

from custom_components.knot_coach.massage.messages import Priority
from tests.announce.mouth import BREATHE, PRESS, STOP, Build
from tests.voice_stack import FakeNotify, FakeSatellite, Fault


async def test_closing_leaves_nothing_running(build: Build) -> None:
    satellite, dead = FakeSatellite(), FakeNotify("dead")
    dead.hangs = True
    mouth = await build(satellite, dead)
    mouth.say(1, BREATHE)
    mouth.say(2, PRESS)
    await mouth.clock.advance(1)
    before = set(mouth.stack.entry._background_tasks)
    assert any("announcer" in task.get_name() for task in before)
    await mouth.announcer.async_close()
    left = {task.get_name() for task in mouth.stack.entry._background_tasks}
    assert not any("knot_coach" in name for name in left)
    assert satellite.state == "idle"
    mouth.say(3, PRESS)
    await mouth.clock.advance(30)
    assert not mouth.reports
    await mouth.announcer.async_close()


async def test_closing_can_wait_for_what_safety_has_to_say(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    await mouth.clock.advance(1)
    mouth.say(2, PRESS)
    mouth.say(3, STOP, Priority.SAFETY)
    task = mouth.hass.async_create_task(mouth.announcer.async_close(drain=20))
    await mouth.clock.run_until(task.done, 30)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 3)]
    assert mouth.now < 10


async def test_closing_waits_no_longer_than_told(build: Build) -> None:
    satellite = FakeSatellite()
    satellite.fault = Fault.HANGS
    mouth = await build(satellite)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.clock.advance(1)
    task = mouth.hass.async_create_task(mouth.announcer.async_close(drain=3))
    assert await mouth.clock.run_until(task.done, 30) == pytest.approx(3, abs=0.05)
    assert not mouth.reports


async def test_closing_with_nothing_for_safety_waits_for_nothing(build: Build) -> None:
    mouth = await build(FakeSatellite())
    mouth.say(1, BREATHE)
    await mouth.clock.advance(1)
    task = mouth.hass.async_create_task(mouth.announcer.async_close(drain=20))
    assert await mouth.clock.run_until(task.done, 30) < 0.05
