"""Volume and music: remembered once per session, and given back where they are still ours."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from datetime import timedelta
from typing import Any

from homeassistant.components.media_player.const import MediaPlayerEntityFeature, MediaPlayerState
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlow
from homeassistant.const import MINOR_VERSION
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockUser,
    async_capture_events,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

from custom_components.knot_coach.announce import Output, SpeakerProfile
from custom_components.knot_coach.borrowed import Borrowed
from custom_components.knot_coach.loudness import GIVE_BACK_SECONDS, TAKE_SECONDS, Loudness
from custom_components.knot_coach.players import native_volume
from tests.loud_players import SONG, LoudPlayer
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakePlayer, FakeSatellite, Stack, clip_seconds, setup_stack

BEFORE = 0.5
OURS = 0.3
LINE = "Breathe in slowly."
OTHER_SONG = "http://radio.local/other.mp3"
DOMAIN = "loud_mock"


def out(entity_id: str, volume: float | None = OURS) -> Output:
    """An output with a volume for the session."""
    return Output(entity_id, profile=SpeakerProfile(volume=volume))


class _Flow(ConfigFlow):
    """Home Assistant wants one for every entry."""


class Den:
    """A house with an entry that borrows, as a coach does: at set-up, for sessions, at unload."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock, storage: dict[str, Any]) -> None:
        self.hass, self.clock, self.storage = hass, clock, storage
        self.outputs: Sequence[Output] = ()
        self.gives_back = True
        """Whether the entry is unloaded in order, and not killed."""
        self.loudness: Loudness
        self.borrowed: Borrowed
        self.stack: Stack
        self.entry: MockConfigEntry

    async def build(self, *entities: FakePlayer | FakeSatellite, outputs: Sequence[Output]) -> None:
        """Set the devices up, and the entry."""
        if not hasattr(self, "stack"):
            self.stack = await setup_stack(self.hass, *entities)
        self.outputs = outputs
        mock_integration(
            self.hass,
            MockModule(DOMAIN, async_setup_entry=self._setup, async_unload_entry=self._unload),
        )
        mock_platform(self.hass, f"{DOMAIN}.config_flow")
        self.entry = MockConfigEntry(domain=DOMAIN)
        self.entry.add_to_hass(self.hass)
        with mock_config_flow(DOMAIN, _Flow):
            await self.hass.config_entries.async_setup(self.entry.entry_id)
        assert self.entry.state is ConfigEntryState.LOADED

    async def _setup(self, hass: HomeAssistant, entry: ConfigEntry) -> bool | None:
        self.borrowed = Borrowed(hass, entry.entry_id)
        await self.borrowed.async_load()
        self.loudness = Loudness(hass, entry, self.outputs, self.borrowed)
        await self.loudness.async_recover()
        return True if MINOR_VERSION < 11 else None

    async def _unload(self, _: HomeAssistant, __: ConfigEntry) -> bool | None:
        if self.gives_back:
            await self.loudness.async_give_back()
        await self.loudness.async_close()
        return True if MINOR_VERSION < 11 else None

    async def do(self, what: Coroutine[Any, Any, object], within: float = 30) -> float:
        """Let time pass until something is over; return the seconds that it took."""
        task = self.hass.async_create_task(what)
        took = await self.clock.run_until(task.done, within)
        await task
        return took

    async def take(self) -> float:
        """Begin a session; return the seconds that its first word waited."""
        return await self.do(self.loudness.async_take())

    async def give_back(self) -> float:
        """End a session; return the seconds that it took."""
        return await self.do(self.loudness.async_give_back())

    async def restart(self) -> None:
        """Unload the entry and set it up again, from what is stored."""
        with mock_config_flow(DOMAIN, _Flow):
            await self.do(self.hass.config_entries.async_reload(self.entry.entry_id))
        await self.clock.advance(1)

    async def crash(self) -> None:
        """Lose everything but what is on disk, and come up again."""
        self.gives_back = False
        await self.restart()
        self.gives_back = True

    async def say(self, player: LoudPlayer) -> None:
        """Speak a line, as the coach does, to its end."""
        data = {
            "entity_id": self.stack.tts.entity_id,
            "media_player_entity_id": player.entity_id,
            "message": LINE,
        }
        await self.do(self.hass.services.async_call("tts", "speak", data, blocking=True))
        await self.clock.advance(clip_seconds(LINE) + 1)

    async def set_volume(self, entity_id: str, volume: float, context: Context) -> None:
        """Let somebody set the volume through Home Assistant."""
        data = {"entity_id": entity_id, "volume_level": volume}
        await self.hass.services.async_call(
            "media_player", "volume_set", data, blocking=True, context=context
        )

    def level(self, player: FakePlayer) -> float | None:
        """The level that is shown."""
        state = self.hass.states.get(player.entity_id)
        assert state is not None
        level: float | None = state.attributes.get("volume_level")
        return level

    def muted(self, player: FakePlayer) -> bool | None:
        """Whether it is shown to be muted."""
        state = self.hass.states.get(player.entity_id)
        assert state is not None
        muted: bool | None = state.attributes.get("is_volume_muted")
        return muted

    def on_disk(self) -> dict[str, Any]:
        """What has been written."""
        stored = self.storage.get(f"knot_coach.{self.entry.entry_id}.borrowed", {})
        data: dict[str, Any] = stored.get("data", {})
        return data


@pytest.fixture
async def den(
    hass: HomeAssistant, virtual_time: VirtualClock, hass_storage: dict[str, Any]
) -> AsyncGenerator[Den]:
    """An empty house; nothing of ours is left in it at the end."""
    den = Den(hass, virtual_time, hass_storage)
    yield den
    await den.do(den.loudness.async_close())
    assert den.loudness._removers == []
    assert not [task for task in asyncio.all_tasks() if "loudness" in task.get_name()]


@pytest.fixture
async def player(den: Den) -> LoudPlayer:
    """The one player of the house, at half its volume."""
    player = LoudPlayer()
    await den.build(player, outputs=[out("media_player.player_kitchen")])
    return player


# --- the level ------------------------------------------------------------------------------------


async def test_a_session_has_its_own_level(den: Den, player: LoudPlayer) -> None:
    await den.take()
    assert den.level(player) == OURS
    await den.give_back()
    assert den.level(player) == BEFORE
    assert player.volumes == [OURS, BEFORE]
    assert den.on_disk() == {}
    # Between sessions nobody is listened to.
    assert den.loudness._removers == []


async def test_it_is_on_disk_before_anything_is_changed(den: Den, player: LoudPlayer) -> None:
    stored: list[dict[str, Any]] = []
    player.before_volume = lambda: stored.append(den.on_disk())
    await den.take()
    assert stored[0][f"level.{player.entity_id}"]["level"] == BEFORE


async def test_nothing_is_touched_without_a_volume(den: Den) -> None:
    player = LoudPlayer()
    await den.build(player, outputs=[out("media_player.player_kitchen", None)])
    await den.take()
    await den.give_back()
    assert player.volumes == player.mutes == []
    assert den.on_disk() == {}


async def test_nothing_is_touched_that_is_right_already(den: Den, player: LoudPlayer) -> None:
    player.turn_knob(OURS)
    await den.take()
    await den.give_back()
    assert player.volumes == []


async def test_everything_may_be_called_twice(den: Den, player: LoudPlayer) -> None:
    await den.take()
    await den.take()
    await den.give_back()
    await den.give_back()
    assert den.level(player) == BEFORE
    assert player.volumes == [OURS, BEFORE]


async def test_giving_back_what_was_never_taken_is_harmless(den: Den, player: LoudPlayer) -> None:
    await den.give_back()
    await den.do(den.loudness.async_recover())
    assert player.volumes == []


async def test_what_was_changed_in_the_middle_stays(den: Den, player: LoudPlayer) -> None:
    await den.take()
    player.turn_knob(0.4)
    await den.clock.advance(5)
    await den.take()
    await den.give_back()
    assert den.level(player) == 0.4
    assert player.volumes == [OURS]
    assert den.on_disk() == {}


@pytest.mark.parametrize("seconds", [0, 20])
async def test_what_a_person_set_near_ours_stays(
    den: Den, player: LoudPlayer, hass_admin_user: MockUser, seconds: float
) -> None:
    """It is no rounding of the player's, however soon it comes."""
    player.ignores = True
    taking = den.hass.async_create_task(den.loudness.async_take())
    await den.clock.run_until(lambda: player.volumes, 5)
    await den.clock.advance(seconds)
    player.ignores = False
    await den.set_volume(player.entity_id, OURS + 0.05, Context(user_id=hass_admin_user.id))
    await den.clock.run_until(taking.done, 5)
    await den.give_back()
    assert den.level(player) == OURS + 0.05
    assert den.on_disk() == {}


async def test_what_was_put_back_by_hand_is_not_set_again(den: Den, player: LoudPlayer) -> None:
    await den.take()
    player.turn_knob(BEFORE)
    await den.give_back()
    assert player.volumes == [OURS]


async def test_two_sessions_remember_each_what_was_before(den: Den, player: LoudPlayer) -> None:
    await den.take()
    await den.give_back()
    player.turn_knob(0.8)
    await den.take()
    await den.give_back()
    assert den.level(player) == 0.8


async def test_it_is_never_louder_than_it_should_be(den: Den) -> None:
    """Not where two outputs are heard through one player, nor for any moment of the session."""
    satellite = FakeSatellite("bedroom")
    player = LoudPlayer().beside(satellite)
    outputs = [
        out("assist_satellite.satellite_bedroom", 0.2),
        out("media_player.satellite_bedroom_player_kitchen", 0.45),
    ]
    await den.build(satellite, player, outputs=outputs)
    player.turn_knob(0.1)
    await den.take()
    await den.take()
    player.set_available(False)
    player.set_available(True)
    await den.clock.advance(60)
    assert player.volumes == [0.2]
    await den.give_back()
    assert den.level(player) == 0.1


# --- players with a will of their own -------------------------------------------------------------


@pytest.mark.parametrize("step", [0.1, 1 / 16, 0.04])
async def test_what_the_player_makes_of_a_level_is_ours(
    den: Den, player: LoudPlayer, step: float
) -> None:
    player.turn_knob(8 * step)
    player.step = step
    den.loudness._outputs = (out(player.entity_id, 0.39),)
    took = await den.take()
    assert took < 0.1
    assert den.level(player) == pytest.approx(int(0.39 / step) * step)
    await den.give_back()
    assert den.level(player) == pytest.approx(8 * step)
    assert den.on_disk() == {}


async def test_what_it_makes_of_the_level_before_is_no_matter(den: Den, player: LoudPlayer) -> None:
    """It was set on the device, which knows more levels."""
    player.step = 0.04
    await den.take()
    assert await den.give_back() < 0.1
    assert den.level(player) == 0.48
    assert player.volumes == [OURS, BEFORE]
    assert den.on_disk() == {}


async def test_what_it_makes_of_another_volume_is_ours_too(den: Den, player: LoudPlayer) -> None:
    """The first session was not given back, and the second one is softer."""
    player.step = 0.04
    await den.take()
    player.refuses = True
    den.outputs = [out(player.entity_id, 0.11)]
    await den.crash()
    player.refuses = False
    await den.take()
    assert den.level(player) == 0.08
    await den.give_back()
    assert den.level(player) == 0.48


async def test_what_it_makes_of_a_level_survives_a_crash(den: Den, player: LoudPlayer) -> None:
    player.step = 0.25
    den.outputs = [out(player.entity_id, 0.3)]
    await den.restart()
    await den.take()
    assert den.level(player) == 0.25
    await den.crash()
    assert den.level(player) == 0.5


@pytest.mark.parametrize(
    ("volume", "step", "shown"), [(0.3, 0.25, 0.25), (0.45, 0.04, 0.44), (0.3, None, 0.3)]
)
async def test_a_player_may_show_its_level_late(
    den: Den, player: LoudPlayer, volume: float, step: float | None, shown: float
) -> None:
    player.delay, player.step = 20.0, step
    den.outputs = [out(player.entity_id, volume)]
    await den.restart()
    assert await den.take() <= TAKE_SECONDS
    assert den.level(player) == BEFORE
    await den.clock.advance(30)
    assert den.level(player) == shown
    await den.give_back()
    await den.clock.advance(30)
    assert den.level(player) == pytest.approx(BEFORE, abs=0.03)
    assert den.on_disk() == {}


async def test_a_level_that_never_showed_is_given_back_all_the_same(
    den: Den, player: LoudPlayer
) -> None:
    player.delay = 20.0
    await den.take()
    await den.give_back()
    await den.clock.advance(60)
    assert den.level(player) == BEFORE
    assert den.on_disk() == {}


@pytest.mark.parametrize("how", ["refuses", "ignores", "hangs"])
async def test_a_player_that_does_not_take_a_level(den: Den, player: LoudPlayer, how: str) -> None:
    setattr(player, how, True)
    assert await den.take() <= TAKE_SECONDS
    assert await den.give_back() <= GIVE_BACK_SECONDS
    assert den.level(player) == BEFORE
    assert den.on_disk() == {}


@pytest.mark.parametrize("how", ["refuses", "ignores", "hangs"])
async def test_a_player_that_does_not_take_its_level_back(
    den: Den, player: LoudPlayer, how: str
) -> None:
    await den.take()
    setattr(player, how, True)
    assert await den.give_back() <= GIVE_BACK_SECONDS
    assert den.level(player) == OURS
    assert den.on_disk()[f"level.{player.entity_id}"]["level"] == BEFORE
    calls = len(player.volumes)
    # Not by every word of the player, either.
    for second in range(60):
        player._attr_media_position = second
        player.async_write_ha_state()
        await den.clock.advance(10)
    assert len(player.volumes) == calls
    setattr(player, how, False)
    player.set_state(MediaPlayerState.PLAYING)
    await den.clock.advance(5)
    assert den.level(player) == BEFORE
    assert den.on_disk() == {}


async def test_a_session_waits_no_longer_than_that(den: Den, player: LoudPlayer) -> None:
    """Level and mute take their time one after the other."""
    den.outputs = [out(player.entity_id, 0.45)]
    await den.restart()
    player.turn_mute(muted=True)
    player.hangs = True
    assert await den.take() == pytest.approx(TAKE_SECONDS, abs=0.1)
    assert player.mutes == [False]
    player.hangs = False
    await den.give_back()
    assert den.muted(player) is True
    assert den.level(player) == BEFORE


async def test_a_level_that_never_showed_is_not_anything(den: Den, player: LoudPlayer) -> None:
    player.ignores = True
    await den.take()
    player.turn_knob(0.8)
    player.ignores = False
    await den.give_back()
    assert den.level(player) == 0.8
    assert player.volumes == [OURS]


async def test_news_while_a_level_is_given_back_is_not_missed(den: Den, player: LoudPlayer) -> None:
    await den.take()
    player.ignores = True
    giving = den.hass.async_create_task(den.loudness.async_give_back())
    await den.clock.run_until(lambda: len(player.volumes) == 3, 5)
    await den.clock.advance(0.5)
    player.ignores = False
    player.set_state(MediaPlayerState.PLAYING)
    await den.clock.run_until(giving.done, GIVE_BACK_SECONDS)
    assert den.level(player) == BEFORE


async def test_a_player_may_refuse_once(den: Den, player: LoudPlayer) -> None:
    await den.take()
    player.refusals = 1
    await den.give_back()
    assert den.level(player) == BEFORE
    assert den.on_disk() == {}


async def test_players_that_hang_do_not_keep_others(den: Den) -> None:
    players = [LoudPlayer(f"room {number}") for number in range(4)]
    for player in players[:3]:
        player.hangs = True
    outputs = [out(f"media_player.player_room_{number}") for number in range(4)]
    await den.build(*players, outputs=outputs)
    assert await den.take() <= TAKE_SECONDS
    assert den.level(players[3]) == OURS
    assert await den.give_back() <= GIVE_BACK_SECONDS
    assert [den.level(player) for player in players] == [BEFORE] * 4


async def test_nobody_fights_over_a_level(den: Den, player: LoudPlayer) -> None:
    """An automation that wants our level gets it."""
    await den.take()

    async def insist(_: object) -> None:
        if den.level(player) == BEFORE:
            await den.set_volume(player.entity_id, OURS, Context(parent_id="automation"))

    den.hass.bus.async_listen("state_changed", insist)
    await den.give_back()
    await den.clock.advance(60)
    assert player.volumes == [OURS, BEFORE, OURS]
    assert den.on_disk() == {}


async def test_a_player_without_volume_is_left_alone(den: Den) -> None:
    player = LoudPlayer(mutes=False).without(MediaPlayerEntityFeature.VOLUME_SET)
    await den.build(player, outputs=[out("media_player.player_kitchen")])
    await den.take()
    await den.give_back()
    assert player.volumes == []


async def test_a_player_that_is_off_has_its_level_all_the_same(
    den: Den, player: LoudPlayer
) -> None:
    """Its state does not show it; a Cast device is off whenever it plays nothing."""
    player.set_state(MediaPlayerState.OFF)
    assert den.level(player) is None
    await den.take()
    assert player.volumes == [OURS]
    await den.give_back()
    assert player.volumes == [OURS, BEFORE]
    assert den.on_disk() == {}


async def test_a_player_whose_level_is_not_known_yet(den: Den, player: LoudPlayer) -> None:
    player._attr_volume_level = None
    player.set_state(MediaPlayerState.OFF)
    await den.take()
    assert player.volumes == []
    player._attr_volume_level = 0.7
    player.set_state(MediaPlayerState.PLAYING)
    await den.clock.advance(1)
    assert den.level(player) == OURS
    await den.give_back()
    assert den.level(player) == 0.7


async def test_a_player_that_does_not_want_to_be_asked(
    den: Den, player: LoudPlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> float:
        raise ConnectionError("It was never connected")

    player.set_state(MediaPlayerState.OFF)
    monkeypatch.setattr(LoudPlayer, "volume_level", property(fails))
    await den.take()
    await den.give_back()
    assert player.volumes == []


# --- players that come and go ---------------------------------------------------------------------


async def test_a_player_that_is_away_at_the_end_gets_its_level_when_it_is_back(
    den: Den, player: LoudPlayer
) -> None:
    await den.take()
    player.set_available(False)
    await den.give_back()
    assert player.volumes == [OURS]
    await den.clock.advance(3600)
    player.set_available(True)
    await den.clock.advance(1)
    assert den.level(player) == BEFORE
    assert den.on_disk() == {}


async def test_a_player_that_goes_while_its_level_is_given_back(
    den: Den, player: LoudPlayer
) -> None:
    await den.take()
    player.ignores = True
    giving = den.hass.async_create_task(den.loudness.async_give_back())
    await den.clock.advance(0.5)
    player.set_available(False)
    await den.clock.run_until(giving.done, GIVE_BACK_SECONDS)
    player.ignores = False
    player.set_available(True)
    await den.clock.advance(1)
    assert den.level(player) == BEFORE


async def test_a_player_that_comes_back_with_another_level_keeps_it(
    den: Den, player: LoudPlayer
) -> None:
    await den.take()
    player.set_available(False)
    await den.give_back()
    player._attr_volume_level = 0.8
    player.set_available(True)
    await den.clock.advance(1)
    assert den.level(player) == 0.8
    assert den.on_disk() == {}


async def test_a_player_that_is_away_when_a_session_begins_is_set_when_it_comes(
    den: Den, player: LoudPlayer
) -> None:
    player.set_available(False)
    await den.take()
    player.set_available(True)
    await den.clock.advance(1)
    assert den.level(player) == OURS
    await den.give_back()
    assert den.level(player) == BEFORE


async def test_a_player_that_comes_after_the_session_is_left_alone(
    den: Den, player: LoudPlayer
) -> None:
    player.set_available(False)
    await den.take()
    await den.give_back()
    player.set_available(True)
    await den.clock.advance(1)
    assert player.volumes == []


async def test_the_next_session_does_not_take_ours_for_what_was_before(
    den: Den, player: LoudPlayer
) -> None:
    await den.take()
    player.refuses = True
    await den.give_back()
    player.refuses = False
    await den.take()
    assert den.level(player) == OURS
    await den.give_back()
    assert den.level(player) == BEFORE


async def test_a_session_may_begin_while_the_last_is_given_back(
    den: Den, player: LoudPlayer
) -> None:
    await den.take()
    player.hangs = True
    giving = den.hass.async_create_task(den.loudness.async_give_back())
    await den.clock.advance(1)
    player.hangs = False
    assert await den.take() < 0.1
    await den.clock.run_until(giving.done, 10)
    assert den.level(player) == OURS
    await den.give_back()
    assert den.level(player) == BEFORE


# --- restarts -------------------------------------------------------------------------------------


async def test_a_restart_gives_back(den: Den, player: LoudPlayer) -> None:
    await den.take()
    await den.restart()
    assert den.level(player) == BEFORE


async def test_a_crash_gives_back(den: Den, player: LoudPlayer) -> None:
    await den.take()
    await den.crash()
    assert den.level(player) == BEFORE
    assert den.on_disk() == {}


async def test_a_crash_gives_back_only_what_is_ours(den: Den, player: LoudPlayer) -> None:
    await den.take()
    player.turn_knob(0.8)
    await den.crash()
    assert player.volumes == [OURS]
    assert den.on_disk() == {}


async def test_after_a_crash_it_waits_for_the_player(den: Den, player: LoudPlayer) -> None:
    await den.take()
    player.set_available(False)
    await den.crash()
    await den.restart()
    assert player.volumes == [OURS]
    player.set_available(True)
    await den.clock.advance(1)
    assert den.level(player) == BEFORE


async def test_a_session_that_goes_on_after_a_crash_ends_as_it_was_before(
    den: Den, player: LoudPlayer
) -> None:
    await den.take()
    player.refuses = True
    await den.crash()
    player.refuses = False
    await den.take()
    assert den.level(player) == OURS
    await den.crash()
    assert den.level(player) == BEFORE


async def test_what_it_made_of_a_level_is_kept_however_late_it_was_seen(
    den: Den, player: LoudPlayer
) -> None:
    """So that what a person sets near it before a crash is not taken for it."""
    player.delay, player.step = 20.0, 0.25
    await den.take()
    await den.clock.advance(30)
    player.turn_knob(0.35)
    await den.crash()
    assert den.level(player) == 0.35
    assert den.on_disk() == {}


async def test_a_crash_before_the_player_said_anything(den: Den, player: LoudPlayer) -> None:
    """What it made of our level was never seen, but is near it."""
    player.delay, player.step = 20.0, 0.25
    await den.take()
    await den.crash()
    player.delay = 0.0
    await den.clock.advance(30)
    assert den.level(player) == BEFORE
    assert den.on_disk() == {}


@pytest.mark.parametrize("then", ["there", "away", "off"])
async def test_after_a_crash_a_level_near_ours_is_what_the_player_made_of_it(
    den: Den, player: LoudPlayer, then: str
) -> None:
    """Nobody was there to see it."""
    kept = {"level": BEFORE, "ours": [OURS], "seen": False, "muted": False}
    await den.borrowed.async_keep(f"level.{player.entity_id}", kept)
    player._attr_volume_level = None if then == "off" else 0.25
    player._attr_state = MediaPlayerState.OFF if then == "off" else MediaPlayerState.IDLE
    player.set_available(then != "away")
    await den.crash()
    if then == "off":
        player._attr_volume_level = 0.25
    player._attr_state = MediaPlayerState.IDLE
    player.set_available(True)
    await den.clock.advance(1)
    assert den.level(player) == BEFORE
    assert den.on_disk() == {}


async def test_another_volume_after_a_crash(den: Den, player: LoudPlayer) -> None:
    """The level of the session before is ours too, until the new one is set."""
    await den.take()
    player.refuses = True
    den.outputs = [out(player.entity_id, 0.1)]
    await den.crash()
    await den.take()
    await den.crash()
    player.refuses = False
    player.set_state(MediaPlayerState.PLAYING)
    await den.clock.advance(1)
    assert den.level(player) == BEFORE


NAIVE: dict[str, Any] = {
    "level": "0.5",
    "ours": [],
    "seen": "maybe",
    "media_id": SONG,
    "media_type": "music",
    "position": None,
    "until": "2999-01-01T00:00:00",
    "replaced": True,
}


@pytest.mark.parametrize("kept", [{"level": "loud"}, NAIVE, {}, 7])
async def test_what_cannot_be_read_is_not_given_back(
    den: Den, player: LoudPlayer, kept: object
) -> None:
    for key in ("level", "music"):
        den.borrowed._kept[f"{key}.{player.entity_id}"] = kept  # type: ignore[assignment]
    await den.borrowed.async_keep("light.bed", {"on": True})
    await den.crash()
    assert player.volumes == []
    assert player.played == []
    assert den.borrowed.kept["light.bed"] == {"on": True}
    await den.take()
    await den.give_back()
    assert den.level(player) == BEFORE


async def test_a_disk_that_fails_is_survived(
    den: Den, player: LoudPlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(den.borrowed, "async_keep", fails)
    await den.take()
    await den.give_back()
    assert den.level(player) == BEFORE


async def test_what_was_borrowed_goes_with_the_coach(den: Den, player: LoudPlayer) -> None:
    await den.take()
    await den.borrowed.async_remove()
    assert den.on_disk() == {}
    assert den.borrowed.kept == {}


async def test_a_player_that_is_removed_is_waited_for(den: Den, player: LoudPlayer) -> None:
    await den.take()
    den.hass.states.async_remove(player.entity_id)
    await den.give_back()
    assert den.on_disk() != {}
    player.async_write_ha_state()
    await den.clock.advance(1)
    assert den.level(player) == BEFORE


async def test_nothing_is_left_after_closing(den: Den, player: LoudPlayer) -> None:
    await den.take()
    player.hangs = True
    giving = den.hass.async_create_task(den.loudness.async_give_back())
    await den.clock.advance(0.5)
    await den.do(den.loudness.async_close())
    await den.clock.run_until(giving.done, 1)
    player.hangs = False
    calls = len(player.volumes)
    player.set_available(False)
    player.set_available(True)
    for what in ("async_recover", "async_take", "async_give_back", "async_close"):
        await den.do(getattr(den.loudness, what)())
    await den.clock.advance(60)
    assert len(player.volumes) == calls
    assert den.on_disk() != {}


# --- groups and satellites ------------------------------------------------------------------------


async def add_group(hass: HomeAssistant, name: str, *members: str) -> None:
    """Add a group of Home Assistant's own."""
    options = {"group_type": "media_player", "name": name, "entities": list(members)}
    entry = MockConfigEntry(domain="group", title=name, options=options)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def test_each_member_of_a_group_has_its_own_level(den: Den) -> None:
    left, right = LoudPlayer("left"), LoudPlayer("right")
    den.stack = await setup_stack(den.hass, left, right)
    await add_group(den.hass, "Inner", right.entity_id)
    await add_group(den.hass, "Outer", left.entity_id, "media_player.inner", "media_player.outer")
    await den.build(outputs=[out("media_player.outer")])
    right.turn_knob(0.7)
    await den.take()
    assert (den.level(left), den.level(right)) == (OURS, OURS)
    right.turn_knob(0.6)
    await den.give_back()
    assert (den.level(left), den.level(right)) == (BEFORE, 0.6)


async def test_a_group_whose_members_come_later(den: Den) -> None:
    left = LoudPlayer("left")
    den.stack = await setup_stack(den.hass, left)
    left.set_available(False)
    await add_group(den.hass, "Both", left.entity_id)
    await den.build(outputs=[out("media_player.both")])
    await den.take()
    left.delay, left.step = 5.0, 0.25
    left.set_available(True)
    await den.clock.advance(6)
    assert den.level(left) == 0.25
    left.delay = 0.0
    await den.give_back()
    assert den.level(left) == BEFORE


async def test_players_that_play_as_one_have_each_their_level(den: Den) -> None:
    left, right = LoudPlayer("left"), LoudPlayer("right")
    await den.build(left, right, outputs=[out("media_player.player_left")])
    left.join(right)
    right.turn_knob(0.9)
    await den.take()
    assert (den.level(left), den.level(right)) == (OURS, OURS)
    await den.give_back()
    assert (den.level(left), den.level(right)) == (BEFORE, 0.9)


async def test_a_satellite_is_as_loud_as_the_player_of_its_device(den: Den) -> None:
    satellite, alone = FakeSatellite("bedroom"), FakeSatellite("kitchen")
    player, other = LoudPlayer().beside(satellite), LoudPlayer("other")
    outputs = [
        out("assist_satellite.satellite_bedroom"),
        out("assist_satellite.satellite_kitchen"),
        out("assist_satellite.of_nobody"),
        out("notify.notify_phone"),
    ]
    await den.build(satellite, alone, player, other, outputs=outputs)
    await den.take()
    assert (den.level(player), den.level(other)) == (OURS, BEFORE)
    await den.give_back()
    assert den.level(player) == BEFORE
    assert other.volumes == []


def registered(hass: HomeAssistant, platform: str, *, announces: bool = True) -> str:
    """Register a player of some integration."""
    entry = er.async_get(hass).async_get_or_create("media_player", platform, f"a {platform}")
    features = MediaPlayerEntityFeature.PLAY_MEDIA | MediaPlayerEntityFeature.VOLUME_SET
    features |= MediaPlayerEntityFeature.VOLUME_MUTE
    if announces:
        features |= MediaPlayerEntityFeature.MEDIA_ANNOUNCE
    attributes = {
        "supported_features": features,
        "volume_level": BEFORE,
        "is_volume_muted": True,
    }
    hass.states.async_set(entry.entity_id, "idle", attributes)
    return entry.entity_id


@pytest.mark.parametrize(
    ("platform", "volume", "extra"),
    [
        ("sonos", 0.29, {"volume": 29}),
        ("sonos", 0.555, {"volume": 55}),
        ("sonos", 0.0, {}),
        ("sonos", None, {}),
        ("squeezebox", 0.29, {"announce_volume": 0.29}),
        ("squeezebox", 0.0, {}),
        ("music_assistant", 1.0, {"announce_volume": 100, "use_pre_announce": False}),
        ("music_assistant", None, {"use_pre_announce": False}),
        ("bang_olufsen", 0.4, {"overlay_absolute_volume": 40}),
        ("cast", 0.4, {}),
    ],
)
def test_announcements_that_bring_their_volume(
    hass: HomeAssistant, platform: str, volume: float | None, extra: dict[str, Any]
) -> None:
    entity_id = registered(hass, platform)
    assert native_volume(hass, entity_id, volume) == extra


def test_no_announcement_brings_its_volume_to_a_player_that_has_none(hass: HomeAssistant) -> None:
    assert native_volume(hass, registered(hass, "sonos", announces=False), 0.4) == {}
    assert native_volume(hass, "media_player.of_nobody", 0.4) == {}


async def test_the_level_of_a_player_with_announcements_of_its_own_is_left_alone(
    den: Den,
) -> None:
    den.stack = await setup_stack(den.hass, LoudPlayer())
    sonos = registered(den.hass, "sonos")
    quiet = registered(den.hass, "squeezebox")
    calls = async_capture_events(den.hass, "call_service")
    await den.build(outputs=[out(sonos), out(quiet, None)])
    await den.take()
    await den.give_back()
    assert calls == []


# --- muted players --------------------------------------------------------------------------------


@pytest.mark.parametrize("volume", [OURS, None])
async def test_a_muted_player_is_heard_in_the_session(den: Den, volume: float | None) -> None:
    player = LoudPlayer()
    player.lifts_mute = volume is not None
    await den.build(player, outputs=[out("media_player.player_kitchen", volume)])
    player.turn_mute(muted=True)
    await den.take()
    assert den.muted(player) is False
    await den.crash()
    assert den.muted(player) is True
    assert den.level(player) == BEFORE
    assert den.on_disk() == {}


async def test_a_player_that_was_muted_in_the_session_stays_so(
    den: Den, player: LoudPlayer
) -> None:
    player.turn_mute(muted=True)
    await den.take()
    player.turn_mute(muted=True)
    await den.give_back()
    assert den.muted(player) is True
    assert player.mutes == [False]
    assert den.on_disk() == {}


async def test_the_mute_of_one_session_and_the_level_of_the_next(
    den: Den, player: LoudPlayer
) -> None:
    """A level that was ours in the first is the person's own in the second."""
    player.turn_mute(muted=True)
    await den.take()
    player.turn_knob(0.8)
    player.hangs = True
    await den.give_back()
    player.hangs = False
    den.loudness._outputs = (out(player.entity_id, 0.1),)
    await den.take()
    assert (den.level(player), den.muted(player)) == (0.1, False)
    player.turn_knob(OURS)
    await den.give_back()
    assert (den.level(player), den.muted(player)) == (OURS, True)


async def test_a_player_that_was_not_muted_is_not_muted_after(den: Den, player: LoudPlayer) -> None:
    await den.take()
    await den.give_back()
    assert player.mutes == []


async def test_a_muted_player_that_would_be_too_loud_stays_muted(
    den: Den, player: LoudPlayer
) -> None:
    player.turn_knob(0.9)
    player.turn_mute(muted=True)
    player.refuses = True
    await den.take()
    assert den.muted(player) is True
    await den.give_back()
    assert den.muted(player) is True


# --- music ----------------------------------------------------------------------------------------


@pytest.fixture
async def radio(den: Den) -> LoudPlayer:
    """A player that does not mix announcements into its music."""
    radio = LoudPlayer("radio", announces=False).seeking()
    await den.build(radio, outputs=[out("media_player.player_radio")])
    return radio


async def test_music_goes_on_where_it_was(den: Den, radio: LoudPlayer) -> None:
    since = dt_util.utcnow() - timedelta(seconds=30)
    radio.play_music(position=100, since=since, length=240)
    await den.take()
    await den.say(radio)
    await den.give_back()
    assert radio.played == [SONG]
    assert radio.seeks == [pytest.approx(130, abs=1)]
    assert den.on_disk() == {}


async def test_music_is_remembered_where_the_level_hangs(den: Den, radio: LoudPlayer) -> None:
    den.outputs = [out(radio.entity_id, 0.45)]
    await den.restart()
    radio.play_music()
    radio.turn_mute(muted=True)
    radio.hangs = True
    await den.take()
    await den.say(radio)
    radio.hangs = False
    await den.give_back()
    assert radio.played == [SONG]


async def test_music_begins_at_its_own_level(den: Den, radio: LoudPlayer) -> None:
    radio.play_music()
    await den.take()
    await den.say(radio)
    levels: list[float | None] = []
    radio.before_music = lambda: levels.append(radio.volume_level)
    await den.give_back()
    assert levels == [BEFORE]
    assert radio.seeks == []


@pytest.mark.parametrize(("length", "can_seek"), [(60, True), (240, False)])
async def test_music_that_cannot_be_wound_begins_anew(
    den: Den, radio: LoudPlayer, length: int, *, can_seek: bool
) -> None:
    if not can_seek:
        radio.without(MediaPlayerEntityFeature.SEEK)
    radio.play_music(position=100, length=length)
    await den.take()
    await den.say(radio)
    await den.give_back()
    assert radio.played == [SONG]
    assert radio.seeks == []


async def test_music_that_does_not_start_is_not_wound(den: Den, radio: LoudPlayer) -> None:
    radio.starts = False
    radio.play_music(position=100)
    await den.take()
    await den.say(radio)
    assert await den.give_back() <= GIVE_BACK_SECONDS
    assert radio.played == [SONG]
    assert radio.seeks == []


async def test_music_whose_position_has_no_time_begins_there(den: Den, radio: LoudPlayer) -> None:
    radio.play_music(position=100)
    radio._attr_media_position_updated_at = None
    radio.turn_knob(BEFORE)
    await den.clock.advance(20)
    await den.take()
    await den.say(radio)
    await den.give_back()
    assert radio.seeks == [100]


async def test_no_music_begins_where_none_was(den: Den, radio: LoudPlayer) -> None:
    await den.take()
    await den.say(radio)
    await den.give_back()
    assert radio.played == []


async def test_music_that_is_no_file_cannot_be_brought_back(
    den: Den, radio: LoudPlayer, caplog: pytest.LogCaptureFixture
) -> None:
    radio.play_music(None)
    await den.take()
    await den.say(radio)
    await den.give_back()
    assert radio.played == []
    assert "Nobody knows how to bring back" in caplog.text


async def test_what_somebody_announces_is_no_music(den: Den, radio: LoudPlayer) -> None:
    radio.play_music("http://home.local/api/tts_proxy/abc.mp3")
    await den.take()
    await den.say(radio)
    await den.give_back()
    assert radio.played == []


async def test_music_that_no_line_replaced_is_left_alone(den: Den, radio: LoudPlayer) -> None:
    """It was stopped by somebody else."""
    radio.play_music()
    await den.take()
    radio.set_state(MediaPlayerState.IDLE)
    await den.give_back()
    assert radio.played == []


async def test_a_player_that_mixes_goes_on_by_itself(den: Den, player: LoudPlayer) -> None:
    player.play_music()
    await den.take()
    await den.say(player)
    # It did go on, and somebody stopped it.
    player.set_state(MediaPlayerState.IDLE)
    await den.give_back()
    assert player.played == []


async def test_what_somebody_chose_in_the_session_stays(den: Den, radio: LoudPlayer) -> None:
    radio.play_music()
    await den.take()
    await den.say(radio)
    data = {
        "entity_id": [radio.entity_id],
        "media_content_id": OTHER_SONG,
        "media_content_type": "music",
    }
    await den.hass.services.async_call("media_player", "play_media", data, blocking=True)
    await den.say(radio)
    await den.give_back()
    assert radio.played == [OTHER_SONG]


async def test_what_plays_at_the_end_goes_on(den: Den, radio: LoudPlayer) -> None:
    radio.play_music()
    await den.take()
    await den.say(radio)
    radio.play_music(OTHER_SONG)
    await den.give_back()
    assert radio.played == []
    assert den.on_disk() == {}


async def test_a_player_that_was_switched_off_stays_off(den: Den, radio: LoudPlayer) -> None:
    radio.play_music()
    await den.take()
    await den.say(radio)
    radio.set_state(MediaPlayerState.OFF)
    await den.give_back()
    assert radio.played == []


@pytest.mark.parametrize("seconds", [1.0, 3600.0])
async def test_our_last_line_may_seem_to_play_still(
    den: Den, radio: LoudPlayer, seconds: float
) -> None:
    radio.play_music()
    await den.take()
    await den.say(radio)
    radio.set_state(MediaPlayerState.PLAYING)
    giving = den.hass.async_create_task(den.loudness.async_give_back())
    await den.clock.advance(min(1.0, seconds))
    if seconds < 10:
        assert radio.played == []
        radio.set_state(MediaPlayerState.IDLE)
    took = await den.clock.run_until(giving.done, GIVE_BACK_SECONDS)
    assert took <= GIVE_BACK_SECONDS
    assert radio.played == [SONG]


async def test_music_after_a_crash(den: Den, radio: LoudPlayer) -> None:
    radio.play_music(position=10)
    await den.take()
    await den.say(radio)
    await den.clock.advance(600)
    await den.crash()
    assert radio.played == [SONG]
    assert den.on_disk() == {}


async def test_music_long_after_a_crash_is_no_kindness(den: Den, radio: LoudPlayer) -> None:
    radio.play_music()
    await den.take()
    await den.say(radio)
    await den.clock.advance(3700)
    await den.crash()
    assert radio.played == []
    assert den.on_disk() == {}


@pytest.mark.parametrize(("minutes", "played"), [(5, [SONG]), (15, [])])
async def test_music_of_a_player_that_comes_back(
    den: Den, radio: LoudPlayer, minutes: float, played: list[str]
) -> None:
    radio.play_music()
    await den.take()
    await den.say(radio)
    radio.set_available(False)
    await den.give_back()
    await den.clock.advance(60 * minutes)
    radio.set_state(MediaPlayerState.IDLE)
    radio.set_available(True)
    await den.clock.advance(2)
    assert radio.played == played
    assert den.on_disk() == {}


async def test_music_that_is_refused_is_tried_again(den: Den, radio: LoudPlayer) -> None:
    radio.play_music()
    await den.take()
    await den.say(radio)
    radio.refuses_music = True
    await den.give_back()
    assert radio.played == []
    radio.refuses_music = False
    radio.set_available(False)
    radio.set_available(True)
    await den.clock.advance(2)
    assert radio.played == [SONG]


async def test_the_next_session_brings_the_same_music_back(den: Den, radio: LoudPlayer) -> None:
    radio.play_music()
    await den.take()
    await den.say(radio)
    radio.refuses_music = True
    await den.give_back()
    radio.refuses_music = False
    await den.take()
    await den.say(radio)
    await den.give_back()
    assert radio.played == [SONG]


async def test_music_of_a_session_without_a_line_is_forgotten_by_the_next(
    den: Den, radio: LoudPlayer
) -> None:
    radio.play_music()
    await den.take()
    den.loudness._live = False
    radio.set_state(MediaPlayerState.IDLE)
    await den.take()
    await den.say(radio)
    await den.give_back()
    assert radio.played == []


async def test_the_music_of_each_member_of_a_group(den: Den) -> None:
    mixes, replaces = LoudPlayer("mixes"), LoudPlayer("replaces", announces=False)
    den.stack = await setup_stack(den.hass, mixes, replaces)
    await add_group(den.hass, "Both", mixes.entity_id, replaces.entity_id)
    await den.build(outputs=[out("media_player.both")])
    mixes.play_music()
    replaces.play_music()
    await den.take()
    data = {
        "entity_id": den.stack.tts.entity_id,
        "media_player_entity_id": "media_player.both",
        "message": LINE,
    }
    await den.do(den.hass.services.async_call("tts", "speak", data, blocking=True))
    await den.clock.advance(clip_seconds(LINE) + 1)
    await den.give_back()
    assert mixes.played == []
    assert replaces.played == [SONG]
