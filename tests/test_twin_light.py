"""The light that goes along with a session: in time with the voice, never in its way, and given back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
import random
from typing import Any
from unittest.mock import patch

from homeassistant.components.light import ColorMode
from homeassistant.core import Context, HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.light_pattern import ALARM, DARK, IN, KNOCK, OUT, REST
from custom_components.knot_coach.twin_light import LEAVE_LIMIT
from tests.fake_heater import Pad, Ways
from tests.fake_light import FakeLight, Told, add_light
from tests.house import House, coach_entry, set_up
from tests.virtual_clock import VirtualClock

BED = "light.bed"
ONOFF = frozenset({ColorMode.ONOFF})
HUES = frozenset({ColorMode.HS, ColorMode.COLOR_TEMP})
MADE: Mapping[str, Callable[[], FakeLight]] = {
    "smooth": FakeLight,
    "stepped": lambda: FakeLight(transition=False),
    "switched": lambda: FakeLight(modes=ONOFF, transition=False),
}


def of_255(percent: float) -> int:
    return round(percent * 255 / 100)


@dataclass
class Bedroom:
    """A house with a light in it, and what happened there."""

    house: House
    light: FakeLight
    seen: list[tuple[float, str, str | None, int | None]]
    """When the session came to a state, a phase and a pressure, in the loop's time."""

    @property
    def state(self) -> State:
        """The light as everybody sees it."""
        state = self.house.hass.states.get(BED)
        assert state is not None
        return state

    def when(self, phase: str, pressure: int | None = None) -> float:
        """When the session came to a phase, and to a pressure in it."""
        return next(at for at, _, there, level in self.seen if (there, level) == (phase, pressure))

    def said(self, text: str) -> list[float]:
        """When a line began to be heard."""
        return [heard.began for heard in self.house.satellite.heard if heard.text == text]

    def told(self, since: float = 0.0) -> list[Told]:
        """What the light was told from a moment on."""
        return [told for told in self.light.told if told.at >= since - 0.001]

    def kept(self, storage: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is on disk to be given back."""
        stored: Mapping[str, Any] = storage.get(
            f"{DOMAIN}.{self.house.entry.entry_id}.borrowed", {"data": {}}
        )["data"]
        return stored

    async def press(self) -> None:
        """Go to a session that presses at level three."""
        await start(self.house)
        await self.house.until("active", phase="press", within=200)
        await self.house.clock.run_until(lambda: self.house.shows(pressure=3), 60)
        await self.house.clock.advance(2)


async def bedroom(
    hass: HomeAssistant,
    clock: VirtualClock,
    light: FakeLight | None = None,
    pad: Pad | None = None,
    **options: object,
) -> Bedroom:
    """Build a house whose coach has a light."""
    light = await add_light(hass, light or FakeLight())
    house = await House(hass, clock).build(pad=pad, options={Conf.LIGHT: BED, **options})
    room = Bedroom(house, light, [])

    def note() -> None:
        view = house.coach.data
        now = (str(view.shown), view.phase and str(view.phase), view.pressure)
        if not room.seen or room.seen[-1][1:] != now:
            room.seen.append((hass.loop.time(), *now))

    house.coach.async_add_listener(note)
    return room


async def start(house: House, area: str = "upper_traps", **data: object) -> None:
    """Start a quick session on the left, and answer the health question."""
    await house.hass.services.async_call(
        DOMAIN,
        "start_session",
        {"area": area, "side": "left", "length": "quick", **data},
        blocking=True,
    )
    await house.until_question("health")
    await house.say("no")


async def warm(room: Bedroom, pad: Pad) -> None:
    """Start a session that warms first."""
    await start(room.house, heat=True)
    await room.house.until_question("heat")
    await room.house.say("yes")
    await room.house.clock.run_until(pad.has_power, 15)
    await room.house.clock.advance(5)


async def play(room: Bedroom) -> None:
    """Play a whole quick session, answering nothing, and a minute more."""
    await start(room.house)
    await room.house.until("idle", within=500)
    await room.house.clock.advance(60)


def timeline(room: Bedroom) -> str:
    """What was said, what was shown and what the light did, in one column of time."""
    zero = room.seen[0][0]
    rows = [
        (told.at, f"{(told.brightness or 255 * told.on) / 2.55:5.0f} % in {told.transition or 0} s")
        for told in room.light.told
    ]
    rows += [(heard.began, f"        {heard.text}") for heard in room.house.satellite.heard]
    rows += [(at, f"-- {state} {phase} {level or ''}") for at, state, phase, level in room.seen]
    return "\n".join(f"{at - zero:7.2f} {row}" for at, row in sorted(rows, key=lambda row: row[0]))


# --- in time with the voice -----------------------------------------------------------------------


async def test_a_whole_session(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    room = await bedroom(hass, virtual_time)
    await play(room)
    print(timeline(room))  # noqa: T201 - what the comparisons below look at, for whoever asks
    told = {
        round(one.at, 2): (one.brightness, one.transition and round(one.transition, 2))
        for one in room.light.told
    }

    def at(moment: float) -> tuple[int | None, float | None]:
        return told[round(moment, 2)]

    breathes = room.when("breathe")
    begins = next(one.at for one in room.told(breathes) if one.transition == pytest.approx(4))
    for number in range(2):
        assert at(begins + 10 * number) == (of_255(IN), 4)
        assert at(begins + 10 * number + 4) == (of_255(OUT), 6)
    # It breathes when it is said, from the second line on; the first has to be fetched.
    ins, outs = room.said("Breathe in"), room.said("and out")
    assert ins == [pytest.approx(begins, abs=0.5), pytest.approx(begins + 10, abs=0.05)]
    assert outs == [pytest.approx(begins + 4, abs=0.05), pytest.approx(begins + 14, abs=0.05)]

    for level in (3, 4, 5):
        reached = room.when("press", level)
        assert at(reached) == (of_255(100 * level / 7), 1.0)
        assert room.light.brightness_at(reached + 9) == pytest.approx(100 * level / 7, abs=0.3)
    ends = room.when("ease_off")
    assert at(ends - 5) == (of_255(DARK), 5)
    # Nothing in between: the words before the hold, and the hold, look as the press did.
    assert not [one for one in room.told(room.when("press", 5) + 1) if one.at < ends - 5.1]
    assert room.light.brightness_at(ends - 5) == pytest.approx(500 / 7, abs=0.3)
    # The light counts a little more than the voice: "Three, two, one, and ease off."
    [counted] = room.said("Three, two, one, and ease off.")
    assert ends - 5 < counted < ends
    assert at(ends) == (of_255(REST), 1.0)

    stretches = next(
        one.at for one in room.told(room.when("stretch")) if one.transition == pytest.approx(4)
    )
    assert at(stretches + 10) == (of_255(IN), 4)
    assert at(stretches + 20) == (of_255(DARK), 5)
    assert room.when("aftercare") == pytest.approx(stretches + 25)

    assert min(room.light.gaps) >= 0.9999
    assert room.light.most == 1
    assert room.state.state == "off"
    assert room.light.told[-1] == Told(room.seen[-1][0], False, None, 1.0, {})


async def test_a_light_without_transitions_takes_steps(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    room = await bedroom(hass, virtual_time, MADE["stepped"]())
    await play(room)
    assert min(room.light.gaps) >= 0.9999
    assert {one.transition for one in room.light.told} == {None}
    [_, second] = room.said("Breathe in")
    breath = [one for one in room.told(second) if one.at < second + 9.999]
    rise = [of_255(OUT + (IN - OUT) * share / 4) for share in (1, 2, 3, 4)]
    fall = [of_255(IN - (IN - OUT) * share / 6) for share in (1, 2, 3, 4, 5, 6)]
    assert [one.brightness for one in breath] == pytest.approx(rise + fall, abs=1)
    assert [one.at - second for one in breath] == pytest.approx([*range(10)], abs=0.01)
    # A hold is counted out in five steps.
    ends = room.when("ease_off")
    steps = [one.at - ends for one in room.told(ends - 5.01) if one.at < ends - 0.01]
    assert steps == pytest.approx([-5, -4, -3, -2, -1], abs=0.01)
    assert room.state.state == "off"


async def test_a_light_that_can_only_be_switched(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    room = await bedroom(hass, virtual_time, MADE["switched"]())
    await play(room)
    assert min(room.light.gaps) >= 0.9999
    switched = {round(one.at, 1): one.on for one in room.light.told}
    second = room.said("Breathe in")[1]
    assert switched[round(second, 1)] is True
    assert switched[round(second + 4, 1)] is False
    # On from the first circle to the end of the hold, and off when the hands come off.
    off = [one.at for one in room.told(room.when("broad", 2) + 1) if not one.on]
    assert off[0] == pytest.approx(room.when("ease_off"))
    assert room.state.state == "off"


async def test_it_waits_for_the_session(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    room = await bedroom(hass, virtual_time)
    await room.house.clock.advance(60)
    assert room.light.attempts == []
    await play(room)
    number = len(room.light.told)
    await room.house.clock.advance(3600)
    assert len(room.light.told) == number


async def test_no_light_no_calls(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    light = await add_light(hass, FakeLight())
    house = await House(hass, virtual_time).build()
    await start(house)
    await house.until("active", phase="press", within=200)
    assert light.attempts == []


async def test_a_pause_and_a_question_knock(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    room = await bedroom(hass, virtual_time)
    await room.press()
    await room.house.say("pause")
    since = hass.loop.time()
    await room.house.clock.advance(19.9)
    knocks = [one.at - since for one in room.told(since) if one.brightness == of_255(KNOCK)]
    assert knocks == pytest.approx([0, 10], abs=0.1)
    await room.house.say("resume")
    await room.house.until("active", phase="ease_off", within=200)
    await room.house.clock.run_until(lambda: room.house.session.attributes["phase_ends_at"], 40)
    since = hass.loop.time()
    await room.house.clock.advance(9.9)
    knocks = [one.at - since for one in room.told(since) if one.brightness == of_255(KNOCK)]
    assert knocks == pytest.approx([0, 3], abs=0.1)


@pytest.mark.parametrize("words", ["my arm has gone numb", "I have chest pain"])
async def test_a_stop_for_safety_is_seen(
    hass: HomeAssistant, virtual_time: VirtualClock, words: str
) -> None:
    light = FakeLight()
    light.begin_with(on=True, brightness=77)
    room = await bedroom(hass, virtual_time, light)
    await room.press()
    since = hass.loop.time()
    await room.house.say(words)
    await room.house.until("idle", within=10)
    await room.house.clock.advance(60)
    *swings, last = room.told(since)
    if swings[0].brightness == of_255(KNOCK):
        # For a moment the coach wondered whether something is wrong.
        swings.pop(0)
    assert len(swings) > 12
    assert {one.brightness for one in swings[::2]} == {of_255(ALARM)}
    assert {one.brightness for one in swings[1::2]} == {of_255(REST)}
    assert swings[-1].at - since < 30
    assert last.brightness == 77
    assert last.at - since == pytest.approx(30, abs=1.1)
    assert min(light.gaps) >= 0.9999
    assert not [one for one in light.told if one.other]


async def test_a_stuck_heater_is_seen_and_colour_is_an_addition(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    light = FakeLight(modes=HUES)
    light.begin_with(on=True, brightness=77, color_temp_kelvin=2700)
    pad = Pad(Ways(deaf=1))
    room = await bedroom(hass, virtual_time, light, pad=pad)
    await warm(room, pad)
    await room.house.say("too hot")
    await room.house.until("paused", within=40)
    since = hass.loop.time()
    await room.house.clock.advance(10)
    swings = [(one.brightness, one.other) for one in room.told(since)]
    amber = {"hs_color": (35.0, 90.0)}
    assert swings[:2] == [(of_255(ALARM), amber), (of_255(REST), amber)]
    assert len(swings) >= 5
    since, pad.ways = hass.loop.time(), Ways()
    await room.house.until("active", phase="check_in", within=120)
    await room.house.clock.advance(15)
    own = [one.other for one in room.told(since) if one.other != amber]
    assert own[:2] == [{"color_temp_kelvin": 2700}, {}]
    room.house.room.leave()


async def test_a_colour_that_nobody_knows_is_not_changed(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    pad = Pad(Ways(deaf=1))
    room = await bedroom(hass, virtual_time, FakeLight(modes=HUES), pad=pad)
    await warm(room, pad)
    await room.house.say("too hot")
    await room.house.until("paused", within=40)
    await room.house.clock.advance(10)
    assert room.light.told[-1].brightness in {of_255(ALARM), of_255(REST)}
    assert all(one.other == {} for one in room.light.told)
    room.house.room.leave()


# --- never in its way -----------------------------------------------------------------------------


def break_(light: FakeLight, how: str) -> None:
    """Let a light misbehave."""
    match how:
        case "hangs":
            light.faults.hangs = True
        case "raises":
            light.faults.error = HomeAssistantError
        case "crashes":
            light.faults.error = ZeroDivisionError
        case "unavailable":
            light.set_available(available=False)
        case "late":
            light.faults.late = 3.0
        case "anonymous":
            light.faults.anonymous = light.faults.halfway = True


@pytest.mark.parametrize(
    "how", ["well", "hangs", "raises", "crashes", "unavailable", "late", "anonymous"]
)
async def test_the_session_of_a_broken_light_keeps_time(
    hass: HomeAssistant, virtual_time: VirtualClock, how: str
) -> None:
    """Two people are led through the same at the same time, one of them with a light."""
    room = await bedroom(hass, virtual_time)
    house = room.house
    other = coach_entry(hass, house.kitchen.entity_id, name="Kim", room="Kitchen")
    await set_up(hass, other)
    break_(room.light, how)
    for entry in (house.entry, other):
        await hass.services.async_call(
            DOMAIN,
            "start_session",
            {
                "config_entry_id": entry.entry_id,
                "area": "upper_traps",
                "side": "left",
                "length": "quick",
            },
            blocking=True,
        )
    questions = [house.entity("sensor", "session", entry) for entry in (house.entry, other)]
    speakers = [house.satellite.entity_id, house.kitchen.entity_id]

    def both_asked() -> bool:
        asked = [hass.states.get(question) for question in questions]
        return all(one and one.attributes["question"] == "health" for one in asked) and all(
            hass.states.is_state(speaker, "idle") for speaker in speakers
        )

    await house.clock.run_until(both_asked, 60)
    await house.say("no")
    await house.say("no", house.kitchen)
    await house.until("idle", within=500)
    await house.clock.advance(20)
    heard, without = house.satellite.heard, house.kitchen.heard
    assert [line.text for line in heard] == [line.text for line in without]
    # From the answer on, which the two do not give at the same moment.
    assert [line.began - heard[3].began for line in heard[3:]] == pytest.approx(
        [line.began - without[3].began for line in without[3:]], abs=0.01
    )
    assert room.light.most <= 1
    assert min(room.light.gaps, default=1.0) >= 0.9999
    for early, late in zip(room.light.attempts, room.light.attempts[1:], strict=False):
        assert late - early >= (4.999 if how in {"hangs", "raises", "crashes"} else 0.9999)
    if how in {"well", "late", "anonymous"}:
        assert len(room.light.told) > 30
        assert room.state.state == "off"
    room.light.leave()


async def test_a_light_that_recovers_takes_part_again(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    room = await bedroom(hass, virtual_time)
    room.light.faults.hangs = True
    await room.press()
    assert room.light.told == []
    room.light.faults.hangs = False
    await room.house.clock.advance(11)
    assert room.light.told[-1].brightness in {of_255(300 / 7), of_255(400 / 7)}
    room.light.set_available(available=False)
    await room.house.clock.run_until(lambda: room.house.shows(pressure=5), 60)
    number = len(room.light.told)
    room.light.set_available(available=True)
    await room.house.clock.advance(2)
    assert [one.brightness for one in room.light.told[number:]] == [of_255(500 / 7)]


async def test_a_light_that_comes_late(hass: HomeAssistant, virtual_time: VirtualClock) -> None:
    room = await bedroom(hass, virtual_time)
    room.light.begin_with(on=True, brightness=99)
    room.light.set_available(available=False)
    await room.press()
    assert room.light.attempts == []
    room.light.set_available(available=True)
    await room.house.clock.advance(2)
    assert room.light.told[-1].brightness == of_255(300 / 7)
    await room.house.say("stop the session")
    await room.house.clock.advance(5)
    assert room.light.told[-1].brightness == 99


async def test_a_fault_of_ours_is_no_fault_of_the_session(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    room = await bedroom(hass, virtual_time)
    await room.press()
    with patch(
        "custom_components.knot_coach.twin_light.glow_of", side_effect=ZeroDivisionError
    ) as broken:
        await room.house.clock.run_until(lambda: room.house.shows(pressure=5), 60)
        assert broken.call_count == 1
        await room.house.until("active", phase="ease_off", within=200)
    # What cannot go on gives back what it has borrowed.
    assert room.state.state == "off"


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_said_it_is_slow_and_given_back(
    hass: HomeAssistant, virtual_time: VirtualClock, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - which words are said is no secret
    light = MADE[("smooth", "stepped", "switched")[seed % 3]]()
    light.begin_with(on=True, **({} if seed % 3 == 2 else {"brightness": 111}))
    room = await bedroom(hass, virtual_time, light, short_breath=seed % 2 == 1)
    await start(room.house)
    words = ["pause", "resume", "next step", "lighter", "harder", "too much", "more time"]
    words += ["it released", "not yet", "six", "easing", "go back", "other side"]
    for _ in range(40):
        await room.house.clock.advance(chance.uniform(0.1, 8.0))
        if room.house.session.state == "idle":
            break
        await room.house.say(chance.choice(words))
        if chance.random() < 0.1:
            light.set_available(available=not light.available)
    if room.house.session.state != "idle":
        await room.house.say("stop the session")
    light.set_available(available=True)
    await room.house.clock.advance(40)
    assert len(light.told) > 5
    assert min(light.gaps) >= 0.9999
    assert light.most == 1
    assert room.state.state == "on"
    assert room.state.attributes.get("brightness") == (None if seed % 3 == 2 else 111)


# --- given back -----------------------------------------------------------------------------------

FOUND: Mapping[str, tuple[ColorMode, dict[str, Any]]] = {
    "brightness": (ColorMode.BRIGHTNESS, {"brightness": 33}),
    "warmth": (ColorMode.COLOR_TEMP, {"brightness": 33, "color_temp_kelvin": 3100}),
    "hue": (ColorMode.HS, {"brightness": 33, "hs_color": (120.0, 40.0)}),
    "red green blue": (ColorMode.RGB, {"brightness": 33, "rgb_color": (10, 200, 30)}),
    "and white": (ColorMode.RGBW, {"brightness": 33, "rgbw_color": (10, 200, 30, 40)}),
    "and two whites": (ColorMode.RGBWW, {"brightness": 33, "rgbww_color": (10, 200, 30, 40, 50)}),
    "on the chart": (ColorMode.XY, {"brightness": 33, "xy_color": (0.3, 0.4)}),
    "white": (ColorMode.WHITE, {"white": 33}),
}


@pytest.mark.parametrize("found", FOUND)
async def test_it_is_brought_back_to_how_it_was(
    hass: HomeAssistant, virtual_time: VirtualClock, found: str
) -> None:
    mode, attributes = FOUND[found]
    light = FakeLight(modes=frozenset({mode} | ({ColorMode.HS} if found == "white" else set())))
    light.begin_with(on=True, **attributes)
    room = await bedroom(hass, virtual_time, light)
    before = dict(room.state.attributes)
    await start(room.house)
    await room.house.clock.advance(2)
    assert room.state.attributes["brightness"] != 33
    await room.house.say("I have chest pain")
    await room.house.clock.advance(45)
    assert dict(room.state.attributes) == before
    assert {key: getattr(light, key) for key in attributes if key != "white"} == {
        key: value for key, value in attributes.items() if key != "white"
    }


@pytest.mark.parametrize("effect", ["colorloop", "off"])
async def test_an_effect_is_started_again(
    hass: HomeAssistant, virtual_time: VirtualClock, effect: str
) -> None:
    light = FakeLight(effects=["colorloop", "off"])
    light.begin_with(on=True, brightness=50, effect=effect)
    room = await bedroom(hass, virtual_time, light)
    await start(room.house)
    await room.house.say("stop the session")
    await room.house.clock.advance(5)
    assert light.told[-1].other == ({"effect": "colorloop"} if effect == "colorloop" else {})


async def let(room: Bedroom, what: Any) -> None:  # noqa: ANN401 - any coroutine
    """Let time pass until something is over."""
    task = room.house.hass.async_create_task(what)
    await room.house.clock.run_until(task.done, 60)
    await task


async def lit(hass: HomeAssistant, clock: VirtualClock, *, press: bool = False) -> Bedroom:
    """A session that has begun, or presses, with a light that was on at 33."""
    light = FakeLight()
    light.begin_with(on=True, brightness=33)
    room = await bedroom(hass, clock, light)
    if press:
        await room.press()
    else:
        await start(room.house)
        await room.house.clock.advance(2)
    assert room.state.attributes["brightness"] != 33
    return room


@pytest.mark.parametrize("way", ["stop", "unload", "reload", "remove", "shutdown", "fault"])
async def test_it_is_given_back_on_every_way_out(
    hass: HomeAssistant, virtual_time: VirtualClock, way: str, hass_storage: dict[str, Any]
) -> None:
    room = await lit(hass, virtual_time)
    house, entry_id = room.house, room.house.entry.entry_id
    assert room.kept(hass_storage) == {
        BED: {"state": "on", "brightness": 33, "color_mode": "brightness"}
    }
    match way:
        case "stop":
            await house.say("stop the session")
        case "unload":
            await let(room, hass.config_entries.async_unload(entry_id))
        case "reload":
            await let(room, hass.config_entries.async_reload(entry_id))
            assert room.light.told[-1].brightness == 33 or house.session.state == "interrupted"
            await house.say("stop the session")
        case "remove":
            await let(room, hass.config_entries.async_remove(entry_id))
        case "shutdown":
            await let(room, hass.async_stop())
        case "fault":
            with patch(
                "custom_components.knot_coach.runner.command", side_effect=ZeroDivisionError
            ):
                await house.say("lighter")
    if way in {"stop", "reload", "fault"}:
        await house.clock.advance(5)
    assert room.light.told[-1].brightness == 33
    assert room.state.attributes["brightness"] == 33
    if way != "remove":
        assert room.kept(hass_storage) == {}
    number = len(room.light.told)
    if way != "shutdown":
        await house.clock.advance(120)
    assert len(room.light.told) == number
    assert min(room.light.gaps) >= 0.9999


async def crash(room: Bedroom, storage: dict[str, Any], **left: Any) -> None:  # noqa: ANN401 - as touch
    """End the coach as if it never had a chance to, and leave the light as it was in the session."""
    hass, entry = room.house.hass, room.house.entry
    key = f"{DOMAIN}.{entry.entry_id}.borrowed"
    stored = {**storage[key], "data": dict(storage[key]["data"])}
    await let(room, hass.config_entries.async_unload(entry.entry_id))
    storage[key] = stored
    room.light.touch(**left)


async def test_it_is_given_back_after_a_crash(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_storage: dict[str, Any]
) -> None:
    room = await lit(hass, virtual_time)
    await crash(room, hass_storage, on=True, brightness=111)
    storage = hass_storage[f"{DOMAIN}.session.{room.house.entry.entry_id}"]["data"]
    storage["session"] = None
    assert await hass.config_entries.async_setup(room.house.entry.entry_id)
    await room.house.clock.advance(2)
    assert room.state.attributes["brightness"] == 33
    assert room.kept(hass_storage) == {}


async def test_it_is_given_back_after_a_crash_when_it_is_there_again(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_storage: dict[str, Any]
) -> None:
    room = await lit(hass, virtual_time)
    await crash(room, hass_storage, on=True, brightness=111)
    room.light.set_available(available=False)
    assert await hass.config_entries.async_setup(room.house.entry.entry_id)
    await room.house.clock.advance(2)
    assert BED in room.kept(hass_storage)
    await room.house.say("stop the session")
    await room.house.clock.advance(3600)
    room.light.set_available(available=True)
    await room.house.clock.advance(2)
    assert room.state.attributes["brightness"] == 33
    assert room.kept(hass_storage) == {}


async def test_a_light_that_was_switched_off_after_a_crash_stays_off(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_storage: dict[str, Any]
) -> None:
    room = await lit(hass, virtual_time)
    await crash(room, hass_storage, on=False)
    number = len(room.light.told)
    storage = hass_storage[f"{DOMAIN}.session.{room.house.entry.entry_id}"]["data"]
    storage["session"] = None
    assert await hass.config_entries.async_setup(room.house.entry.entry_id)
    await room.house.clock.advance(5)
    assert len(room.light.told) == number
    assert room.kept(hass_storage) == {}


async def test_a_light_that_is_away_at_the_end_is_given_back_later(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_storage: dict[str, Any]
) -> None:
    room = await lit(hass, virtual_time)
    room.light.set_available(available=False)
    await room.house.say("stop the session")
    await room.house.clock.advance(600)
    assert BED in room.kept(hass_storage)
    room.light.set_available(available=True)
    await room.house.clock.advance(2)
    assert room.state.attributes["brightness"] == 33
    assert room.kept(hass_storage) == {}


@pytest.mark.parametrize("how", ["hangs", "raises", "unavailable"])
async def test_leaving_does_not_wait_for_a_broken_light(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_storage: dict[str, Any], how: str
) -> None:
    room = await lit(hass, virtual_time)
    break_(room.light, how)
    await room.house.say("stop the session")
    await room.house.clock.advance(15)
    before = hass.loop.time()
    await let(room, hass.config_entries.async_unload(room.house.entry.entry_id))
    assert hass.loop.time() - before <= LEAVE_LIMIT + 0.1
    assert BED in room.kept(hass_storage)
    number = len(room.light.attempts)
    room.light.faults.hangs, room.light.faults.error = False, None
    room.light.set_available(available=True)
    await room.house.clock.advance(30)
    assert len(room.light.attempts) == number
    # The next start gives it back.
    assert await hass.config_entries.async_setup(room.house.entry.entry_id)
    await room.house.clock.advance(2)
    assert room.state.attributes["brightness"] == 33


async def test_a_light_that_fails_when_it_is_given_back_is_tried_again(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_storage: dict[str, Any]
) -> None:
    room = await lit(hass, virtual_time)
    room.light.faults.error = HomeAssistantError
    await room.house.say("stop the session")
    await room.house.clock.advance(20)
    assert BED in room.kept(hass_storage)
    room.light.faults.error = None
    await room.house.clock.advance(6)
    assert room.state.attributes["brightness"] == 33


async def test_a_light_that_is_not_the_coachs_any_more_is_given_back(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_storage: dict[str, Any]
) -> None:
    room = await lit(hass, virtual_time)
    desk = await add_light(hass, FakeLight("desk"))
    room.light.set_available(available=False)
    await room.house.say("stop the session")
    options = {**room.house.entry.options, Conf.LIGHT: "light.desk"}
    hass.config_entries.async_update_entry(room.house.entry, options=options)
    await room.house.clock.advance(20)
    assert BED in room.kept(hass_storage)
    room.light.set_available(available=True)
    await room.house.clock.advance(2)
    assert room.state.attributes["brightness"] == 33
    await start(room.house, area="forearm")
    await room.house.clock.advance(5)
    assert desk.told
    assert room.light.told[-1].brightness == 33


# --- somebody else --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "data"),
    [("turn_off", {}), ("turn_on", {"brightness": 109}), ("turn_on", {"brightness": 255})],
)
async def test_whoever_touches_it_has_it(
    hass: HomeAssistant,
    virtual_time: VirtualClock,
    hass_admin_user: MockUser,
    service: str,
    data: dict[str, Any],
) -> None:
    room = await lit(hass, virtual_time, press=True)
    await room.house.clock.run_until(lambda: room.house.shows(pressure=4), 60)
    await room.house.clock.advance(2)
    await hass.services.async_call(
        "light",
        service,
        {"entity_id": BED, **data},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    number, state = len(room.light.told), room.state
    await room.house.until("idle", within=400)
    await room.house.clock.advance(60)
    assert len(room.light.told) == number
    assert (room.state.state, room.state.attributes) == (state.state, state.attributes)
    # It takes part in the next session again.
    await start(room.house, area="forearm")
    await room.house.clock.advance(5)
    assert len(room.light.told) > number


@pytest.mark.parametrize("touch", [{"on": False}, {"on": True, "brightness": 240}])
async def test_the_button_on_the_lamp_counts(
    hass: HomeAssistant, virtual_time: VirtualClock, touch: dict[str, Any]
) -> None:
    room = await lit(hass, virtual_time, press=True)
    room.light.touch(**touch)
    number = len(room.light.told)
    await room.house.say("stop the session")
    await room.house.clock.advance(60)
    assert len(room.light.told) == number


async def test_a_switched_light_is_somebodys_when_it_does_what_it_was_not_told(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    room = await bedroom(hass, virtual_time, MADE["switched"]())
    await start(room.house)
    await room.house.until("active", phase="press", within=200)
    await room.house.clock.advance(15)
    room.light.touch(on=False)
    number = len(room.light.told)
    await room.house.until("idle", within=400)
    assert len(room.light.told) == number


async def test_a_light_that_tells_late_and_by_itself_is_nobodys(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    light = FakeLight()
    light.begin_with(on=True, brightness=33)
    light.faults.anonymous = light.faults.halfway = True
    room = await bedroom(hass, virtual_time, light)
    await play(room)
    assert len(light.told) > 30
    assert light.told[-1].brightness == 33
    light.leave()


async def test_a_light_that_comes_back_off_was_switched_off(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    room = await lit(hass, virtual_time, press=True)
    await room.house.clock.run_until(lambda: room.house.shows(pressure=5), 60)
    await room.house.clock.advance(2)
    room.light.set_available(available=False)
    await room.house.clock.advance(1)
    room.light.begin_with(on=False)
    room.light.set_available(available=True)
    number = len(room.light.told)
    await room.house.until("idle", within=400)
    assert len(room.light.told) == number
    assert room.state.state == "off"


async def test_what_else_a_light_reports_is_nobodys_doing(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    """A name that is changed, or a light that says the same again."""
    room = await lit(hass, virtual_time, press=True)
    room.light._attr_extra_state_attributes = {"signal": timedelta(seconds=1).total_seconds()}
    room.light.touch(on=True)
    await room.house.clock.run_until(lambda: room.house.shows(pressure=4), 60)
    await room.house.clock.advance(2)
    assert room.state.attributes["brightness"] == of_255(400 / 7)
