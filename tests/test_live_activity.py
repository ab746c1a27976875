"""The session on telephones, through the real integration of Home Assistant's app."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.knot_coach import content
from custom_components.knot_coach.announce.phone import STAY_SECONDS
from custom_components.knot_coach.borrowed import Borrowed
from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.live_activity import (
    CLOSE_SECONDS,
    GAP_SECONDS,
    PUSH_SECONDS,
    Picture,
    draw,
)
from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.messages import Command
from custom_components.knot_coach.massage.phases import Phase
from custom_components.knot_coach.massage.view import IDLE, SessionView, Shown
from custom_components.knot_coach.massage.wording import Phrasebook
from tests.house import ROOM, House, coach_entry, put_device_in, set_up
from tests.phones import CLEAR, RealPhone, Trouble, register
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakeNotify, setup_stack

type Register = Callable[..., Awaitable[RealPhone]]

PAUSED = "Ease off. Say resume when you are ready."


class Screened(House):
    """A house with a satellite, and telephones that show the session."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock) -> None:
        super().__init__(hass, clock)
        self.tablet = FakeNotify("tablet")

    async def show_on(self, *phones: str) -> None:
        """Set up a coach with these notify entities beside the satellite."""
        self.entry = coach_entry(self.hass, self.satellite.entity_id, *phones)
        await self.set_up()

    async def set_up(self) -> None:
        """Set the coach up, or up again."""
        self.coach = await set_up(self.hass, self.entry)

    async def begin(self, side: str = "on the left") -> None:
        """Begin a quick session on the neck, up to the check-in."""
        await self.say(f"start quick neck knot routine {side}")
        await self.until_question("health")
        await self.say("no")
        await self.until("active", phase="check_in")
        await self.clock.advance(GAP_SECONDS)

    async def let(self, work: Awaitable[Any], within: float = 60) -> None:
        """Let time pass until something is over."""
        task = self.hass.async_create_task(_wait_for(work))
        await self.clock.run_until(task.done, within)
        await task

    @property
    def left(self) -> dict[str, Any]:
        """What the coach remembers to have left on telephones."""
        stored = self.storage.get(f"{DOMAIN}.{self.entry.entry_id}.borrowed", {})
        left: dict[str, Any] = stored.get("data", {})
        return left

    storage: dict[str, Any]


async def _wait_for(work: Awaitable[Any]) -> None:
    await work


@pytest.fixture
async def house(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_storage: dict[str, Any]
) -> Screened:
    """A house whose coach is not there yet."""
    house = Screened(hass, virtual_time)
    house.storage = hass_storage
    house.stack = await setup_stack(hass, house.satellite, house.tablet)
    put_device_in(hass, house.satellite, ROOM)
    return house


@pytest.fixture
def register_phone(hass: HomeAssistant, aioclient_mock: AiohttpClientMocker) -> Register:
    """Register a telephone that the internet leads to."""
    return partial(register, hass, aioclient_mock)


# --- a session on a telephone ---------------------------------------------------------------------


async def test_it_follows_the_session_step_by_step_and_goes_away(
    house: Screened, register_phone: Register
) -> None:
    pixel = await register_phone()
    await house.show_on(pixel.entity_id)
    assert not pixel.activity
    await house.begin()
    assert pixel.shown() == "Step one of nine: the check-in."
    await house.until("active", phase="press", within=300)
    assert pixel.shown() == "Step five of nine: pressing."
    assert house.left == {pixel.entity_id: {}}
    await house.until("idle", within=400)
    await house.clock.advance(GAP_SECONDS)
    assert pixel.shown() is None
    assert not house.left
    *steps, end = pixel.activity
    assert end["message"] == CLEAR
    assert {push["title"] for push in steps} == {"Neck, left"}
    numbers = [push["data"]["progress"] for push in steps if "progress" in push["data"]]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, 10))
    tags = {push["data"]["tag"] for push in pixel.activity}
    assert tags == {f"{DOMAIN}_{house.entry.entry_id}_live"}
    for push in steps:
        data = push["data"]
        assert data["live_update"]
        assert data["alert_once"]
        # It lies on a lock screen.
        assert data["visibility"] == "private"
        assert data["timeout"] == STAY_SECONDS
        assert (data["ttl"], data["priority"]) == (0, "high")
        assert data["critical_text"] == f"{data['progress']}/9"
    # Two for each step, the first for what is said and the second for the countdown, and a few more.
    assert len(steps) < 25


async def test_it_is_never_changed_faster_than_a_telephone_likes(
    house: Screened, register_phone: Register
) -> None:
    pixel = await register_phone()
    await house.show_on(pixel.entity_id)
    await house.begin()
    await house.until("active", phase="breathe")
    for _ in range(4):
        await house.clock.advance(0.4)
        house.coach.obey(Command.NEXT)
    await house.clock.advance(3 * GAP_SECONDS)
    moments = [
        moment
        for moment, push in zip(pixel.moments, pixel.pushes, strict=True)
        if push in pixel.activity
    ]
    assert all(late - early >= GAP_SECONDS for early, late in pairwise(moments))
    step = house.session.attributes["step"]
    assert pixel.activity[-1]["data"]["progress"] == step


async def test_android_counts_down_by_itself(house: Screened, register_phone: Register) -> None:
    pixel = await register_phone()
    await house.show_on(pixel.entity_id)
    await house.begin()
    await house.until("active", phase="press", within=300)
    assert "chronometer" not in pixel.activity[-1]["data"]
    await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 60)
    ends_at = house.session.attributes["phase_ends_at"]
    await house.clock.run_until(lambda: "when" in pixel.activity[-1]["data"], GAP_SECONDS)
    data = pixel.activity[-1]["data"]
    assert data["chronometer"]
    assert data["when_relative"]
    left = (ends_at - house.coach.now()).total_seconds()
    assert data["when"] == pytest.approx(left, abs=1)


async def test_ios_shows_words_and_no_countdown_in_their_place(
    house: Screened, register_phone: Register
) -> None:
    iphone = await register_phone("iPhone", apple=True)
    await house.show_on(iphone.entity_id)
    await house.begin()
    assert iphone.activity[0]["data"]["event"] == "start"
    assert iphone.activity[0]["live_activity_token"]
    await house.until("idle", within=500)
    await house.clock.advance(GAP_SECONDS)
    assert iphone.shown() is None
    assert not [push for push in iphone.activity if "when" in push["data"]]
    texts = [push["message"] for push in iphone.activity]
    assert len(texts) == len(set(texts)), "nothing is sent twice"


async def test_ios_is_told_of_the_other_side_in_the_text(
    house: Screened, register_phone: Register
) -> None:
    """The title of a live activity cannot be changed once it has begun."""
    iphone, pixel = await register_phone("iPhone", apple=True), await register_phone()
    await house.show_on(iphone.entity_id, pixel.entity_id)
    await house.begin("on both sides")
    await house.clock.run_until(lambda: house.session.attributes["side"] == "right", 500)
    await house.clock.advance(GAP_SECONDS)
    assert pixel.activity[-1]["title"] == "Neck, right"
    text = pixel.shown()
    assert text is not None
    assert text.startswith("Step ")
    assert iphone.shown() == f"Neck, right. {text}"


async def test_an_apple_device_without_live_activities_gets_no_notification_for_every_step(
    house: Screened, register_phone: Register
) -> None:
    mac = await register_phone("MacBook", apple=True, live=False)
    await house.show_on(mac.entity_id)
    await house.begin()
    assert mac.lines
    assert not mac.activity
    await house.say("stop the session")
    await house.clock.advance(GAP_SECONDS)
    assert not mac.activity
    assert not house.left


async def test_other_places_for_text_are_left_alone(
    house: Screened, register_phone: Register
) -> None:
    pixel = await register_phone()
    await house.show_on(house.tablet.entity_id, pixel.entity_id)
    await house.begin()
    assert pixel.shown()
    assert house.tablet.messages == pixel.lines
    assert house.left == {pixel.entity_id: {}}


async def test_a_pause_is_shown_without_a_countdown(
    house: Screened, register_phone: Register
) -> None:
    pixel = await register_phone()
    await house.show_on(pixel.entity_id)
    await house.begin()
    await house.until("active", phase="press", within=300)
    await house.clock.advance(20)
    await house.say("pause the session")
    await house.clock.advance(GAP_SECONDS)
    assert pixel.shown() == PAUSED
    assert "when" not in pixel.activity[-1]["data"]
    await house.say("resume the session")
    await house.clock.advance(GAP_SECONDS)
    assert pixel.shown() == "Step five of nine: pressing."


# --- every way out --------------------------------------------------------------------------------


@pytest.fixture
async def pixel(house: Screened, register_phone: Register) -> RealPhone:
    """A telephone that shows a session that presses."""
    pixel = await register_phone()
    await house.show_on(pixel.entity_id)
    await house.begin()
    await house.until("active", phase="press", within=300)
    await house.clock.advance(10)
    assert pixel.shown()
    return pixel


async def test_it_goes_away_when_the_session_is_stopped(house: Screened, pixel: RealPhone) -> None:
    await house.say("stop the session")
    await house.clock.advance(GAP_SECONDS)
    assert pixel.shown() is None
    sent = len(pixel.activity)
    await house.clock.advance(60)
    assert len(pixel.activity) == sent


async def test_it_goes_away_when_a_fault_of_ours_ends_the_session(
    house: Screened, pixel: RealPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("custom_components.knot_coach.runner.advance", fails)
    await house.until("idle", within=200)
    await house.clock.advance(GAP_SECONDS)
    assert pixel.shown() is None


async def test_it_goes_away_when_the_coach_is_unloaded(house: Screened, pixel: RealPhone) -> None:
    await house.let(house.hass.config_entries.async_unload(house.entry.entry_id))
    assert pixel.shown() is None
    assert not house.left
    assert not [task for task in asyncio.all_tasks() if "activity on" in task.get_name()]


async def test_it_goes_away_when_home_assistant_stops(house: Screened, pixel: RealPhone) -> None:
    await house.let(house.hass.async_stop())
    assert pixel.shown() is None


async def test_it_goes_away_when_the_coach_is_removed(house: Screened, pixel: RealPhone) -> None:
    await house.let(house.hass.config_entries.async_remove(house.entry.entry_id))
    assert pixel.shown() is None


async def test_a_telephone_that_hangs_does_not_keep_the_coach(
    house: Screened, pixel: RealPhone
) -> None:
    pixel.trouble = Trouble.HANGS
    began = house.hass.loop.time()
    await house.let(house.hass.config_entries.async_unload(house.entry.entry_id))
    assert house.hass.loop.time() - began < 2 * CLOSE_SECONDS + 10
    # Nobody can tell what it shows now, so it is cleared the next time.
    assert house.left == {pixel.entity_id: {}}


@pytest.fixture
def crashed(house: Screened) -> Callable[..., MockConfigEntry]:
    """A coach that was cut off while telephones showed a session."""

    def crashed(*phones: str, shown: tuple[str, ...]) -> MockConfigEntry:
        entry = house.entry = coach_entry(house.hass, house.satellite.entity_id, *phones)
        key = f"{DOMAIN}.{entry.entry_id}.borrowed"
        data: dict[str, Any] = {entity_id: {} for entity_id in shown}
        house.storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
        return entry

    return crashed


async def test_what_a_crash_has_left_is_cleared(
    house: Screened, register_phone: Register, crashed: Callable[..., MockConfigEntry]
) -> None:
    pixel = await register_phone()
    entry = crashed(pixel.entity_id, shown=(pixel.entity_id,))
    await house.set_up()
    await house.clock.advance(GAP_SECONDS)
    assert [push["message"] for push in pixel.pushes] == [CLEAR]
    assert pixel.pushes[0]["data"]["tag"] == f"{DOMAIN}_{entry.entry_id}_live"
    assert not house.left


async def test_it_is_cleared_on_a_telephone_that_is_no_output_any_more_or_is_gone(
    house: Screened, register_phone: Register, crashed: Callable[..., MockConfigEntry]
) -> None:
    pixel = await register_phone()
    crashed(shown=(pixel.entity_id, "notify.sold"))
    await house.set_up()
    await house.clock.advance(GAP_SECONDS)
    assert [push["message"] for push in pixel.pushes] == [CLEAR]
    assert not house.left


async def test_a_telephone_that_is_away_after_a_crash_is_cleared_when_it_is_back(
    house: Screened, register_phone: Register, crashed: Callable[..., MockConfigEntry]
) -> None:
    pixel = await register_phone()
    await pixel.unload()
    crashed(pixel.entity_id, shown=(pixel.entity_id,))
    await house.set_up()
    await house.clock.advance(60)
    assert not pixel.attempts
    assert house.left == {pixel.entity_id: {}}
    await pixel.load()
    await house.clock.advance(GAP_SECONDS)
    assert [push["message"] for push in pixel.pushes] == [CLEAR]
    assert not house.left


async def test_nothing_is_sent_where_nothing_was_left(
    house: Screened, register_phone: Register
) -> None:
    pixel = await register_phone()
    await house.show_on(pixel.entity_id)
    await house.clock.advance(60)
    await house.let(house.hass.config_entries.async_unload(house.entry.entry_id))
    assert not pixel.attempts


# --- telephones that misbehave --------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [Trouble.HANGS, Trouble.LOST, Trouble.REFUSED])
async def test_a_telephone_that_misbehaves_disturbs_neither_the_session_nor_the_others(
    house: Screened, register_phone: Register, trouble: Trouble
) -> None:
    bad, good = await register_phone("Bad"), await register_phone("Good")
    await house.show_on(bad.entity_id, good.entity_id)
    await house.begin()
    bad.trouble = trouble
    for phase, seconds in (("breathe", 20), ("locate", 25), ("broad", 30), ("press", 60)):
        await house.until("active", phase=phase, within=200)
        began = house.hass.loop.time()
        shown_late = len(good.activity)
        await house.clock.run_until(lambda: house.session.attributes["phase_ends_at"], 40)
        # The hold begins when the words end, to the hundredth of a second.
        spoken = house.satellite.heard[-1].ended
        assert spoken == pytest.approx(house.hass.loop.time(), abs=0.01)
        assert len(good.activity) > shown_late or good.moments[-1] >= began
        assert good.activity[-1]["data"]["progress"] == house.session.attributes["step"]
        left = house.session.attributes["phase_ends_at"] - house.coach.now()
        assert left.total_seconds() == pytest.approx(seconds, abs=0.05)
    assert not [push for push in bad.activity if "pressing" in push["message"]]
    bad.trouble = Trouble.NONE
    await house.until("active", phase="ease_off", within=200)
    await house.clock.advance(PUSH_SECONDS + GAP_SECONDS)
    assert bad.shown() == good.shown() == "Step seven of nine: easing off."


async def test_a_telephone_that_hangs_gets_the_newest_step_and_no_pile_of_old_ones(
    house: Screened, pixel: RealPhone
) -> None:
    pixel.trouble = Trouble.HANGS
    attempts, began = pixel.attempts, house.hass.loop.time()
    await house.until("active", phase="stretch", within=300)
    seconds = house.hass.loop.time() - began
    lines = 12
    assert pixel.attempts - attempts <= lines + seconds / PUSH_SECONDS
    pixel.trouble = Trouble.NONE
    arrived = len(pixel.activity)
    await house.clock.advance(PUSH_SECONDS + 2 * GAP_SECONDS)
    fresh = pixel.activity[arrived:]
    assert fresh
    assert {push["data"]["progress"] for push in fresh} == {house.session.attributes["step"]}


async def test_a_telephone_that_is_only_reached_at_home(
    house: Screened, register_phone: Register, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    pixel = await register_phone(cloud=False)
    await house.show_on(pixel.entity_id)
    await house.begin()
    await house.until("active", phase="press", within=300)
    assert not pixel.activity
    told = [one.levelname for one in caplog.records if "could not show the session" in one.message]
    assert told[0] == "WARNING"
    assert set(told[1:]) == {"DEBUG"}
    pixel.come_home()
    await house.until("active", phase="release_hold", within=300)
    await house.clock.advance(GAP_SECONDS)
    assert pixel.shown() == "Step six of nine: the release hold."
    await house.say("stop the session")
    await house.clock.advance(GAP_SECONDS)
    assert pixel.shown() is None


async def test_a_telephone_that_goes_and_comes_back_shows_the_step_at_once(
    house: Screened, pixel: RealPhone
) -> None:
    await pixel.unload()
    await house.until("active", phase="release_hold", within=300)
    await house.clock.advance(GAP_SECONDS)
    arrived = len(pixel.activity)
    await pixel.load()
    await house.clock.advance(0.1)
    assert len(pixel.activity) == arrived + 1
    assert pixel.shown() == "Step six of nine: the release hold."


async def test_one_that_comes_back_after_the_session_is_cleared(
    house: Screened, pixel: RealPhone
) -> None:
    await pixel.unload()
    await house.say("stop the session")
    await house.clock.advance(60)
    assert pixel.shown()
    await pixel.load()
    await house.clock.advance(GAP_SECONDS)
    assert pixel.shown() is None


async def test_a_disk_that_is_full_costs_the_activity_and_no_session(
    house: Screened, register_phone: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Borrowed, "async_keep", fails)
    pixel = await register_phone()
    await house.show_on(pixel.entity_id)
    await house.begin()
    assert not pixel.activity
    assert house.session.state == "active"


# --- what is shown --------------------------------------------------------------------------------


@pytest.fixture(name="book", scope="module")
def book_fixture() -> Phrasebook:
    return content.read(content.CATALOGUE).book("en")


NOW = dt_util.utcnow()
SOON = NOW + timedelta(minutes=1)
STEP: dict[str, Any] = {
    "area": "calf",
    "side": Side.LEFT,
    "phase": Phase.PRESS,
    "step": 2,
    "steps": 7,
}


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (IDLE, None),
        (
            SessionView(shown=Shown.ACTIVE, phase_ends_at=SOON, **STEP),
            Picture("Calf, left", "Step two of seven: pressing.", 2, 7, SOON),
        ),
        (
            SessionView(shown=Shown.ACTIVE, area="jaw", side=Side.BOTH),
            Picture("Jaw, both sides", "Get comfortable. We begin in a moment."),
        ),
        (
            SessionView(shown=Shown.ASKING, area="upper_back", side=Side.CENTRE),
            Picture("Upper back", "Answer the question, please."),
        ),
        (
            SessionView(shown=Shown.HEATING, area="calf", heat_ends_at=SOON),
            Picture("Calf", "Rest a moment. I am looking after the heat.", ends_at=SOON),
        ),
        (SessionView(shown=Shown.PAUSED, **STEP), Picture("Calf, left", PAUSED, 2, 7)),
        (SessionView(shown=Shown.INTERRUPTED, **STEP), Picture("Calf, left", PAUSED, 2, 7)),
    ],
    ids=lambda value: str(value.shown) if isinstance(value, SessionView) else "",
)
def test_every_state_has_words(
    book: Phrasebook, view: SessionView, expected: Picture | None
) -> None:
    assert draw(view, book, unplugging=False) == expected


def test_a_pad_that_may_still_be_on_comes_first(book: Phrasebook) -> None:
    picture = draw(SessionView(shown=Shown.PAUSED, **STEP), book, unplugging=True)
    assert picture is not None
    assert "unplug" in picture.message


def test_nothing_of_how_it_feels_is_shown(book: Phrasebook) -> None:
    """A lock screen is read by others too."""
    view = SessionView(shown=Shown.ACTIVE, pressure=6, instruction="Six of ten.", **STEP)
    picture = draw(view, book, unplugging=False)
    assert picture == draw(SessionView(shown=Shown.ACTIVE, **STEP), book, unplugging=False)
