"""Louder and quieter: a step at a time, for one session, and given back like everything borrowed."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.media_player.const import MediaPlayerEntityFeature, MediaType
from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach import players
from custom_components.knot_coach.const import DOMAIN as KNOT_COACH, Conf
from custom_components.knot_coach.hearing import HearingCoach
from custom_components.knot_coach.massage.messages import Command
from custom_components.knot_coach.voice.meanings import LoudnessHeard
from tests.house import ROOM, House, coach_entry, put_device_in, set_up
from tests.loud_players import LoudPlayer
from tests.virtual_clock import VirtualClock
from tests.voice_speakers import DOMAIN
from tests.voice_stack import setup_stack

BEFORE = 0.5
OURS = 0.3
SATELLITE = "assist_satellite.satellite_bedroom"
LOUDER = "A little louder, then."
QUIETER = "A little quieter, then."
FIXED = "I cannot change the volume here. Use the buttons of the speaker."


class LoudHouse(House):
    """A coach that speaks through a satellite beside a player, or through a player alone."""

    speaker: LoudPlayer
    ear: HearingCoach

    async def stand(
        self, speaker: LoudPlayer | None = None, *, volume: float | None = OURS, alone: bool = False
    ) -> LoudHouse:
        """Set everything up, with a level for sessions."""
        self.speaker = speaker or LoudPlayer("bedroom")
        profile: dict[str, float] = {} if volume is None else {Conf.VOLUME: volume}
        if not alone:
            self.player = self.speaker.beside(self.satellite)
            await self.build(options={Conf.SPEAKERS: {SATELLITE: profile}})
            self.ear = HearingCoach(self.hass, self.coach)
            return self
        self.player = self.speaker
        self.stack = await setup_stack(self.hass, self.satellite, self.kitchen, self.player)
        put_device_in(self.hass, self.satellite, ROOM)
        options: dict[str, Any] = {Conf.SPEAKERS: {self.player.entity_id: profile}}
        self.entry = coach_entry(self.hass, self.player.entity_id, options=options)
        self.coach = await set_up(self.hass, self.entry)
        self.ear = HearingCoach(self.hass, self.coach)
        return self

    @property
    def level(self) -> float | None:
        """The level that the player shows."""
        state = self.hass.states.get(self.speaker.entity_id)
        assert state is not None
        level: float | None = state.attributes.get("volume_level")
        return level

    async def start(self) -> None:
        """Begin a session, and answer its first question."""
        await self.say("start quick neck knot routine on the left")
        await self.until_question("health")
        await self.say("no")
        await self.until("active")

    def tell(self, *, louder: bool) -> str:
        """Tell the coach, as the ear does."""
        return self.ear.hear(LoudnessHeard(louder=louder), person=True)

    async def turn(self, *, louder: bool, times: int = 1) -> list[str]:
        """Tell it so many times, and wait each time until it is done."""
        replies = []
        for _ in range(times):
            replies.append(self.tell(louder=louder))
            await self.clock.advance(5)
        return replies

    async def ends(self) -> None:
        """End the session, and let everything be given back."""
        await self.say("stop the session")
        await self.until("idle")
        await self.clock.advance(60)


@pytest.fixture
def house(hass: HomeAssistant, virtual_time: VirtualClock) -> LoudHouse:
    """A house that is still to be built."""
    return LoudHouse(hass, virtual_time)


def borrowed(storage: Mapping[str, Any], house: LoudHouse) -> Mapping[str, Any]:
    """What is on disk to be given back."""
    stored = storage.get(f"knot_coach.{house.entry.entry_id}.borrowed", {}).get("data", {})
    return {key: kept for key, kept in stored.items() if key.startswith("level.")}


async def test_louder_and_quieter_are_words_of_a_session(house: LoudHouse) -> None:
    await house.stand()
    await house.start()
    assert house.level == OURS
    assert (await house.say("louder")).speech == LOUDER
    await house.clock.run_until(lambda: house.level == 0.4, 5)
    assert (await house.say("quieter")).speech == QUIETER
    await house.clock.run_until(lambda: house.level == OURS, 5)
    assert house.session.state == "active"


async def test_it_is_given_back_at_the_end(house: LoudHouse, hass_storage: dict[str, Any]) -> None:
    await house.stand()
    await house.start()
    await house.turn(louder=True, times=3)
    assert house.level == 0.6
    (kept,) = borrowed(hass_storage, house).values()
    assert kept["level"] == BEFORE
    await house.ends()
    assert house.level == BEFORE
    assert borrowed(hass_storage, house) == {}


@pytest.mark.parametrize("louder", [True, False])
async def test_what_is_back_where_it_was_is_no_matter(house: LoudHouse, *, louder: bool) -> None:
    """Two steps of ours lead to the level that it had before."""
    await house.stand(volume=OURS if louder else 0.7)
    await house.start()
    await house.turn(louder=louder, times=2)
    assert house.level == BEFORE
    await house.turn(louder=louder)
    assert house.level == pytest.approx(0.6 if louder else 0.4)
    await house.ends()
    assert house.level == BEFORE


@pytest.mark.parametrize("alone", [True, False])
async def test_without_a_level_for_sessions_it_goes_on_from_its_own(
    house: LoudHouse, *, alone: bool
) -> None:
    await house.stand(volume=None, alone=alone)
    await house.start()
    assert house.speaker.volumes == []
    await house.turn(louder=True)
    assert house.level == 0.6
    await house.ends()
    assert house.speaker.volumes == [0.6, BEFORE]


async def test_it_goes_no_further_than_it_should(house: LoudHouse) -> None:
    await house.stand(volume=0.85)
    await house.start()
    assert await house.turn(louder=True, times=4) == [
        LOUDER,
        LOUDER,
        "That is as loud as it gets here.",
        "It gets no louder here.",
    ]
    assert house.level == 1.0
    assert await house.turn(louder=False, times=9) == [QUIETER] * 9
    assert house.level == 0.1
    assert await house.turn(louder=False) == ["That is as quiet as I go."]
    assert house.level == 0.1
    await house.ends()
    assert house.level == BEFORE


async def test_what_is_softer_than_that_already_is_made_no_louder(house: LoudHouse) -> None:
    await house.stand(volume=0.05)
    await house.start()
    assert await house.turn(louder=False) == ["That is as quiet as I go."]
    assert house.level == 0.05
    await house.turn(louder=True)
    assert house.level == 0.15


async def test_whoever_says_it_twice_at_once_gets_two_steps(house: LoudHouse) -> None:
    """The second is heard while the player has not shown the first yet."""
    await house.stand()
    await house.start()
    house.speaker.delay = 0.5
    assert [house.tell(louder=True), house.tell(louder=True)] == [LOUDER, LOUDER]
    await house.clock.advance(10)
    assert house.level == 0.5
    await house.ends()
    assert house.level == BEFORE


# --- whoever else is at it ------------------------------------------------------------------------


async def test_a_person_who_sets_it_afterwards_keeps_it(house: LoudHouse) -> None:
    await house.stand()
    await house.start()
    await house.turn(louder=True)
    house.speaker.turn_knob(0.8)
    await house.ends()
    assert house.level == 0.8


async def test_a_person_who_goes_back_a_step_by_hand_keeps_it(house: LoudHouse) -> None:
    """It was ours once, and is theirs now."""
    await house.stand()
    await house.start()
    await house.turn(louder=True)
    house.speaker.turn_knob(OURS)
    await house.ends()
    assert house.level == OURS


async def test_it_goes_on_from_what_a_person_has_set(
    house: LoudHouse, hass_admin_user: MockUser
) -> None:
    """And that is what it goes back to: it is how they want the room."""
    await house.stand()
    await house.start()
    data = {"entity_id": house.speaker.entity_id, "volume_level": 0.7}
    context = Context(user_id=hass_admin_user.id)
    await house.hass.services.async_call(
        "media_player", "volume_set", data, blocking=True, context=context
    )
    await house.turn(louder=True)
    assert house.level == 0.8
    await house.ends()
    assert house.level == 0.7


async def test_only_who_wants_it_louder_lifts_a_mute(house: LoudHouse) -> None:
    await house.stand()
    await house.start()
    house.speaker.turn_mute(muted=True)
    await house.turn(louder=False)
    assert house.level == 0.2
    assert house.speaker.mutes == []
    await house.turn(louder=True)
    assert house.speaker.mutes == [False]


# --- players with a will of their own -------------------------------------------------------------


@pytest.mark.parametrize("delay", [0.0, 0.5, 8.0])
@pytest.mark.parametrize("step", [0.04, 1 / 16, 0.25])
async def test_what_a_player_makes_of_a_step_is_ours(
    house: LoudHouse, step: float, delay: float
) -> None:
    """However coarse it is, and however late it shows it, it gets there and back."""
    speaker = LoudPlayer("bedroom")
    speaker.step, speaker.delay = step, delay
    await house.stand(speaker)
    await house.start()
    for _ in range(3):
        assert house.tell(louder=True) == LOUDER
        await house.clock.advance(15)
    assert house.level == pytest.approx(int(0.6 / step + 1e-9) * step)
    await house.ends()
    assert house.level == pytest.approx(int(BEFORE / step + 1e-9) * step)


@pytest.mark.parametrize("how", ["refuses", "ignores", "hangs"])
async def test_a_player_that_takes_no_level_disturbs_nothing(house: LoudHouse, how: str) -> None:
    await house.stand()
    await house.start()
    setattr(house.speaker, how, True)
    await house.turn(louder=True, times=2)
    assert house.level == OURS
    await house.until("active", phase="breathe", within=60)
    setattr(house.speaker, how, False)
    await house.ends()
    assert house.level == BEFORE


async def test_a_player_without_a_volume_says_why(house: LoudHouse) -> None:
    speaker = LoudPlayer("bedroom").without(MediaPlayerEntityFeature.VOLUME_SET)
    await house.stand(speaker)
    await house.start()
    assert await house.turn(louder=True, times=2) == [
        FIXED,
        "Use the buttons of the speaker, please. I cannot change the volume here.",
    ]
    assert speaker.volumes == []


async def test_a_player_that_is_away_cannot_be_turned(house: LoudHouse) -> None:
    await house.stand()
    await house.start()
    house.speaker.set_available(False)
    assert await house.turn(louder=True) == [FIXED]


async def test_a_player_whose_level_nobody_knows_cannot_be_turned(house: LoudHouse) -> None:
    speaker = LoudPlayer("bedroom")
    speaker._attr_volume_level = None
    await house.stand(speaker, volume=None)
    await house.start()
    assert await house.turn(louder=True) == [FIXED]


async def test_a_satellite_with_no_player_says_why(house: LoudHouse) -> None:
    await house.build()
    house.ear = HearingCoach(house.hass, house.coach)
    await house.start()
    assert await house.turn(louder=False) == [FIXED]


async def test_where_lines_are_only_shown_there_is_nothing_to_turn(house: LoudHouse) -> None:
    await house.stand()
    await house.start()
    house.coach.silenced = True
    assert await house.turn(louder=True) == [FIXED]
    assert house.level == OURS


# --- announcements that bring their volume --------------------------------------------------------


class NativePlayer(LoudPlayer):
    """A player whose announcements bring their volume along, and which writes it down."""

    def __init__(self) -> None:
        super().__init__("bedroom")
        self.brought: list[int | None] = []

    @override
    async def async_play_media(
        self, media_type: MediaType | str, media_id: str, **kwargs: Any
    ) -> None:
        self.brought.append(kwargs["extra"].get("volume"))
        await super().async_play_media(media_type, media_id, **kwargs)


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> NativePlayer:
    """A player of an integration that has a volume for announcements."""
    monkeypatch.setitem(players.NATIVE, DOMAIN, ("volume", 100))
    return NativePlayer()


async def next_line(house: LoudHouse, player: NativePlayer) -> int | None:
    """Let a line be spoken, and return the volume that it brings along."""
    said = len(player.brought)
    house.coach.obey(Command.REPEAT)
    await house.clock.run_until(lambda: len(player.brought) > said, 30)
    return player.brought[-1]


@pytest.mark.parametrize(("volume", "first", "then"), [(OURS, 30, 40), (None, None, 60)])
async def test_lines_bring_another_volume(
    house: LoudHouse, native: NativePlayer, volume: float | None, first: int | None, then: int
) -> None:
    await house.stand(native, volume=volume, alone=True)
    await house.start()
    assert await next_line(house, native) == first
    assert await house.turn(louder=True) == [LOUDER]
    assert await next_line(house, native) == then
    # Nothing has been borrowed, so that nothing is to be given back.
    assert native.volumes == []
    await house.ends()
    assert native.brought[-1] == then
    await house.say("start quick forearm routine on the left")
    await house.until("asking")
    assert await next_line(house, native) == first


async def test_lines_bring_no_more_than_everything(house: LoudHouse, native: NativePlayer) -> None:
    await house.stand(native, volume=0.95, alone=True)
    await house.start()
    assert await house.turn(louder=True, times=2) == [LOUDER, "That is as loud as it gets here."]
    assert await next_line(house, native) == 100
    assert await house.turn(louder=False) == [QUIETER]
    assert await next_line(house, native) == 90


async def test_a_volume_that_nobody_knows_cannot_be_turned(
    house: LoudHouse, native: NativePlayer
) -> None:
    native._attr_volume_level = None
    await house.stand(native, volume=None, alone=True)
    await house.start()
    assert await house.turn(louder=True) == [FIXED]


# --- one session ----------------------------------------------------------------------------------


async def test_the_next_session_is_as_loud_as_its_profile_says(house: LoudHouse) -> None:
    await house.stand()
    await house.start()
    await house.turn(louder=True, times=2)
    await house.ends()
    await house.say("start quick forearm routine on the left")
    await house.clock.run_until(lambda: house.level == OURS, 20)
    await house.ends()
    assert house.level == BEFORE


async def test_nor_is_one_louder_that_begins_before_all_is_given_back(house: LoudHouse) -> None:
    await house.stand()
    await house.start()
    await house.turn(louder=True, times=2)
    house.coach.obey(Command.STOP)
    wanted = {"area": "forearm", "side": "left", "length": "quick"}
    await house.hass.services.async_call(KNOT_COACH, "start_session", wanted, blocking=True)
    assert house.speaker.volumes == [OURS, 0.4, 0.5]
    await house.clock.run_until(lambda: house.level == OURS, 20)
    await house.ends()
    assert house.level == BEFORE


async def test_a_restart_gives_it_back(house: LoudHouse) -> None:
    await house.stand()
    await house.start()
    await house.until("active", phase="press", within=200)
    await house.turn(louder=True, times=2)
    task = house.hass.async_create_task(
        house.hass.config_entries.async_reload(house.entry.entry_id)
    )
    await house.clock.run_until(task.done, 60)
    # Back as it was; then it is told what happened, as loud as every session begins.
    await house.clock.advance(20)
    assert house.speaker.volumes == [OURS, 0.4, 0.5, BEFORE, OURS]
    await house.until("idle", within=700)
    await house.clock.run_until(lambda: house.level == BEFORE, 60)


async def test_without_a_session_nothing_is_turned(house: LoudHouse) -> None:
    await house.stand()
    assert house.tell(louder=True).startswith("No session is running.")
    await house.start()
    await house.ends()
    assert house.tell(louder=True).startswith("No session is running.")
    await house.clock.advance(10)
    assert house.speaker.volumes == [OURS, BEFORE]
