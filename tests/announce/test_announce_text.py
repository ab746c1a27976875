"""Lines as text, beside a voice or instead of it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
import re

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.knot_coach.announce import Output, Tier
from custom_components.knot_coach.announce.notify import SEND_SECONDS, Texter, TextSpeaker, speaks
from custom_components.knot_coach.announce.outputs import SpeechError
from custom_components.knot_coach.announce.phone import phone_of, tag_of
from custom_components.knot_coach.announce.speaker import Ending
from custom_components.knot_coach.announce.synthesis import Synthesis
from custom_components.knot_coach.massage.messages import Priority
from custom_components.knot_coach.massage.wording import Line
from tests.announce.mouth import BREATHE, COUNT, PRESS, SETTLE, STOP, Build
from tests.phones import RealPhone, Trouble, register
from tests.virtual_clock import VirtualClock
from tests.voice_stack import (
    FakeNotify,
    FakePlayer,
    FakeSatellite,
    Fault,
    clip_seconds,
    setup_stack,
)

type Register = Callable[..., Awaitable[RealPhone]]
type Through = Callable[..., Awaitable[Stand]]

LINES = (BREATHE, COUNT, PRESS)
PACE = Line("a.key", BREATHE).seconds


async def test_text_goes_beside_the_voice_and_holds_nothing_up(build: Build) -> None:
    satellite, phone, dead = FakeSatellite(), FakeNotify(), FakeNotify("dead")
    dead.hangs = True
    mouth = await build(satellite, phone, dead)
    mouth.say(1, BREATHE)
    mouth.say(2, COUNT, Priority.COUNTDOWN)
    mouth.say(3, PRESS, Priority.ENCOURAGEMENT)
    mouth.say(4, STOP, Priority.SAFETY)
    mouth.say(5, PRESS, Priority.ANSWER)
    await mouth.clock.run_until(lambda: phone.messages, 5)
    assert mouth.now < 0.1
    await mouth.settle(5)
    assert phone.messages == [STOP, PRESS, BREATHE]
    total = sum(clip_seconds(text) for text in (BREATHE, COUNT, PRESS, STOP, PRESS))
    assert mouth.reports[-1][2] == pytest.approx(total + 4 * SETTLE, abs=0.05)


async def test_a_line_without_a_voice_is_still_written(build: Build) -> None:
    satellite, phone = FakeSatellite(), FakeNotify()
    mouth = await build(satellite, phone)
    satellite.set_available(False)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    await mouth.clock.advance(1)
    assert mouth.outcomes == [("failed", 1)]
    assert phone.messages == [STOP]


async def test_with_text_alone_lines_come_at_the_pace_of_speech(build: Build) -> None:
    phone, tablet = FakeNotify(), FakeNotify("tablet")
    phone.error = ConnectionError("no signal")
    mouth = await build(phone, tablet)
    assert mouth.announcer.available
    await mouth.announcer.async_warm([Line("a", BREATHE)])
    assert not mouth.stack.tts.calls
    mouth.say(1, BREATHE)
    mouth.say(2, COUNT, Priority.COUNTDOWN)
    await mouth.settle(2)
    assert tablet.messages == [BREATHE, COUNT]
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    first = Line("a", BREATHE).seconds
    assert mouth.reports[0][2] == pytest.approx(first, abs=0.05)
    assert mouth.reports[1][2] == pytest.approx(first + Line("b", COUNT).seconds, abs=0.05)
    tablet.set_available(False)
    mouth.say(3, PRESS)
    await mouth.settle(3)
    assert mouth.outcomes[2] == ("failed", 3)


async def test_a_telephone_that_is_off_or_refuses_disturbs_nothing(build: Build) -> None:
    satellite, phone, off = FakeSatellite(), FakeNotify(), FakeNotify("off")
    phone.error = RuntimeError("no signal")
    mouth = await build(satellite, phone, off)
    off.set_available(False)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]
    assert mouth.reports[0][2] == pytest.approx(clip_seconds(PRESS), abs=0.05)
    assert not off.messages


async def test_a_line_that_is_tried_twice_is_written_once(build: Build) -> None:
    satellite, player, phone = FakeSatellite(), FakePlayer(), FakeNotify()
    satellite.fault = Fault.ERROR
    mouth = await build(satellite, player, phone)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    assert player.texts == [PRESS]
    assert phone.messages == [PRESS]


# --- telephones with Home Assistant's app ---------------------------------------------------------


@pytest.fixture
def register_phone(hass: HomeAssistant, aioclient_mock: AiohttpClientMocker) -> Register:
    """Register a telephone that the internet leads to."""
    return partial(register, hass, aioclient_mock)


async def test_lines_replace_each_other_on_a_telephone_and_make_no_sound_again(
    build: Build, register_phone: Register
) -> None:
    pixel = await register_phone()
    outputs = [Output("assist_satellite.satellite_bedroom"), Output(pixel.entity_id)]
    mouth = await build(FakeSatellite(), outputs=outputs)
    mouth.say(1, BREATHE)
    mouth.say(2, PRESS)
    await mouth.settle(2)
    assert pixel.lines == [BREATHE, PRESS]
    for push in pixel.pushes:
        data = push["data"]
        assert data["tag"] == tag_of(mouth.stack.entry)
        assert data["alert_once"]
        assert data["visibility"] == "private"
        assert (data["ttl"], data["priority"]) == (0, "high")
        assert data["push"] == {"interruption-level": "passive"}
        assert "title" not in push


async def test_text_that_is_all_there_is_lights_a_dark_screen_up(
    build: Build, register_phone: Register
) -> None:
    iphone = await register_phone("iPhone", apple=True)
    mouth = await build(outputs=[Output(iphone.entity_id)])
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    assert iphone.lines == [BREATHE]
    assert iphone.pushes[0]["data"]["push"] == {"sound": "none"}


def test_each_coach_has_a_tag_that_every_platform_takes() -> None:
    one, other = (tag_of(MockConfigEntry(domain="knot_coach")) for _ in range(2))
    assert one != other
    # With what is put behind it for the live activity (the app's documentation).
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", f"{one}_live")


async def test_two_coaches_leave_each_others_lines_alone(
    hass: HomeAssistant, register_phone: Register
) -> None:
    pixel = await register_phone()
    for tag in ("one", "other"):
        assert await Texter(hass, Output(pixel.entity_id), tag).async_send(PRESS, Context())
    assert [push["data"]["tag"] for push in pixel.pushes] == ["one", "other"]


async def test_a_telephone_without_its_action_is_written_to_as_an_entity(
    hass: HomeAssistant, register_phone: Register
) -> None:
    pixel = await register_phone()
    hass.services.async_remove("notify", pixel.action)
    assert await Texter(hass, Output(pixel.entity_id)).async_send(PRESS, Context())
    assert pixel.lines == [PRESS]
    assert "data" not in pixel.pushes[0]


async def test_before_the_actions_are_there_a_telephone_is_written_to_as_an_entity(
    hass: HomeAssistant, register_phone: Register
) -> None:
    pixel = await register_phone()
    del hass.data["mobile_app"]["notify"]
    assert phone_of(hass, pixel.entity_id) is None
    assert await Texter(hass, Output(pixel.entity_id)).async_send(PRESS, Context())
    assert pixel.lines == [PRESS]


async def test_a_telephone_is_looked_for_only_where_the_app_is(hass: HomeAssistant) -> None:
    phone, entry = FakeNotify(), MockConfigEntry(domain="mobile_app")
    await setup_stack(hass, phone)
    entry.add_to_hass(hass)
    assert phone_of(hass, phone.entity_id) is None
    assert phone_of(hass, "notify.nothing") is None
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("mobile_app", "left")}
    )
    left_over = er.async_get(hass).async_get_or_create(
        "notify", "mobile_app", "1", device_id=device.id, config_entry=entry
    )
    assert phone_of(hass, left_over.entity_id) is None


async def test_a_telephone_that_hangs_is_given_up_and_comes_back(
    hass: HomeAssistant, virtual_time: VirtualClock, register_phone: Register
) -> None:
    pixel = await register_phone()
    texter = Texter(hass, Output(pixel.entity_id))
    pixel.trouble = Trouble.HANGS
    began = hass.loop.time()
    sending = [hass.async_create_task(texter.async_send(text, Context())) for text in LINES]
    await virtual_time.run_until(lambda: all(task.done() for task in sending), 60)
    # Nothing has piled up behind it.
    assert hass.loop.time() - began == pytest.approx(SEND_SECONDS, abs=0.1)
    assert pixel.attempts == 1
    pixel.trouble = Trouble.NONE
    assert await texter.async_send(STOP, Context())
    assert pixel.lines == [STOP]


async def test_a_telephone_that_is_only_reached_at_home(
    hass: HomeAssistant, register_phone: Register, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    pixel = await register_phone(cloud=False)
    texter = Texter(hass, Output(pixel.entity_id))
    assert not await texter.async_send(BREATHE, Context())
    assert not await texter.async_send(PRESS, Context())
    told = [one.levelname for one in caplog.records if "could not be written to" in one.message]
    assert told == ["WARNING", "DEBUG"]
    pixel.come_home()
    assert await texter.async_send(STOP, Context())
    assert pixel.lines == [STOP]
    pixel.leave_home()
    assert not await texter.async_send(PRESS, Context())


async def test_a_telephone_that_goes_and_comes_back(
    hass: HomeAssistant, register_phone: Register
) -> None:
    pixel = await register_phone()
    texter = Texter(hass, Output(pixel.entity_id))
    await pixel.unload()
    assert not texter.available
    assert not await texter.async_send(PRESS, Context())
    assert not pixel.attempts
    await pixel.load()
    assert await texter.async_send(STOP, Context())
    assert pixel.lines == [STOP]
    assert pixel.pushes[0]["data"]["tag"]


# --- text in place of a voice ---------------------------------------------------------------------


class Stand:
    """Text that stands in for a voice, and a clock to hold against it."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock, speaker: TextSpeaker) -> None:
        self.hass, self.clock, self.speaker = hass, clock, speaker
        self.changes = 0
        speaker.changed = self._changed

    def _changed(self) -> None:
        self.changes += 1

    def available(self) -> bool:
        """Tell whether a line can be shown now."""
        return self.speaker.available

    async def say(self, text: str = BREATHE) -> float:
        """Return the seconds that a line took. Raises SpeechError when it failed."""
        line, began = Line("a.key", text), self.hass.loop.time()
        clip = await self.speaker.async_prepare(line)
        assert self.speaker.expected(clip) == line.seconds
        await self.speaker.async_ready(urgent=False)
        work = self.hass.async_create_task(self.speaker.async_speak(line, clip, Context()))
        await self.clock.run_until(work.done, 60)
        assert await work is Ending.SPOKEN
        return self.hass.loop.time() - began


@pytest.fixture
async def through(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[Through]:
    """Let these places for text stand in for a voice."""
    stands: list[Stand] = []

    async def through(*phones: FakeNotify, shown: bool = False) -> Stand:
        await setup_stack(hass, *phones)
        texters = [Texter(hass, Output(phone.entity_id)) for phone in phones]
        speaker = TextSpeaker(hass, texters, Synthesis(hass), shown=shown)
        speaker.start()
        stands.append(Stand(hass, virtual_time, speaker))
        return stands[-1]

    yield through
    for stand in stands:
        stand.speaker.stop()


async def test_without_anywhere_to_write_to_it_keeps_the_pace_of_speech(through: Through) -> None:
    stand = await through()
    assert stand.speaker.available
    assert stand.speaker.voice is None
    assert stand.speaker.claims is Tier.TEXT
    assert await stand.say() == pytest.approx(PACE, abs=0.01)


async def test_captions_of_two_coaches_do_not_wait_for_each_other(hass: HomeAssistant) -> None:
    """They take turns on an output by its name, and this one is the coach's own."""
    one, other = (
        TextSpeaker(hass, (), Synthesis(hass), tag=tag_of(MockConfigEntry(domain="knot_coach")))
        for _ in range(2)
    )
    assert one.output.entity_id != other.output.entity_id


async def test_one_that_hangs_does_not_slow_the_others_down(through: Through) -> None:
    phone, dead = FakeNotify(), FakeNotify("dead")
    dead.hangs = True
    stand = await through(dead, phone)
    assert await stand.say() == pytest.approx(PACE, abs=0.01)
    assert await stand.say(PRESS) == pytest.approx(Line("a", PRESS).seconds, abs=0.01)
    assert phone.messages == [BREATHE, PRESS]


@pytest.mark.parametrize("trouble", ["hangs", "raises", "gone"])
async def test_when_no_text_arrives_the_line_has_failed(through: Through, trouble: str) -> None:
    phone = FakeNotify()
    stand = await through(phone)
    phone.hangs = trouble == "hangs"
    phone.error = RuntimeError("no signal") if trouble == "raises" else None
    phone.set_available(trouble != "gone")
    assert stand.speaker.available is (trouble != "gone")
    began = stand.hass.loop.time()
    with pytest.raises(SpeechError):
        await stand.say()
    assert stand.hass.loop.time() - began <= SEND_SECONDS + 0.1
    phone.hangs, phone.error = False, None
    phone.set_available(True)
    assert await stand.say() == pytest.approx(PACE, abs=0.01)
    assert phone.messages[-1] == BREATHE


@pytest.mark.parametrize("trouble", ["hangs", "raises", "gone"])
async def test_what_is_shown_elsewhere_too_waits_for_no_telephone(
    through: Through, trouble: str
) -> None:
    phone = FakeNotify()
    stand = await through(phone, shown=True)
    assert await stand.say(PRESS)
    phone.hangs = trouble == "hangs"
    phone.error = RuntimeError("no signal") if trouble == "raises" else None
    phone.set_available(trouble != "gone")
    assert stand.speaker.available
    assert await stand.say() == pytest.approx(PACE, abs=0.01)
    assert phone.messages == [PRESS]


async def test_every_place_for_text_is_watched(through: Through) -> None:
    phone, tablet = FakeNotify(), FakeNotify("tablet")
    stand = await through(phone, tablet)
    tablet.set_available(False)
    phone.set_available(False)
    await stand.clock.advance(0)
    assert stand.changes == 2
    assert not stand.available()
    tablet.set_available(True)
    await stand.clock.advance(0)
    assert stand.changes == 3
    assert stand.available()
    stand.speaker.stop()
    tablet.set_available(False)
    await stand.clock.advance(0)
    assert stand.changes == 3


async def test_nothing_is_left_behind(through: Through) -> None:
    phone = FakeNotify()
    phone.hangs = True
    stand = await through(phone, shown=True)
    await stand.say(COUNT)
    stand.speaker.stop()
    await stand.clock.advance(0)
    assert not [task for task in asyncio.all_tasks() if "text to" in task.get_name()]


# --- notify entities that are voices --------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "unique_id", "heard"),
    [
        ("alexa_devices", "G09-speak", True),
        ("alexa_devices", "G09-announce", True),
        ("fully_kiosk", "abc-tts", True),
        ("fully_kiosk", "abc-overlay_message", False),
        ("mobile_app", "abc-tts", False),
    ],
)
def test_what_is_read_out_is_heard(
    hass: HomeAssistant, platform: str, unique_id: str, *, heard: bool
) -> None:
    entry = er.async_get(hass).async_get_or_create("notify", platform, unique_id)
    assert speaks(hass, Output(entry.entity_id)) is heard


@pytest.mark.parametrize(
    ("entity_id", "heard"),
    [
        ("assist_satellite.bedroom", True),
        ("media_player.kitchen", True),
        ("notify.unknown", False),
        ("light.bed", False),
    ],
)
def test_satellites_and_players_are_heard(
    hass: HomeAssistant, entity_id: str, *, heard: bool
) -> None:
    assert speaks(hass, Output(entity_id)) is heard
