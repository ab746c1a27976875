"""Several outputs at once, several coaches on one output, and everything silent."""

import asyncio

from homeassistant.components.media_player.const import MediaPlayerState
import pytest

from custom_components.knot_coach.announce import Ear, Output, SpeakerProfile, Tier
from custom_components.knot_coach.announce.journal import End
from custom_components.knot_coach.announce.lanes import LANES, Lane, async_turn
from custom_components.knot_coach.massage.messages import Priority
from custom_components.knot_coach.massage.wording import Line
from tests.announce.mouth import BREATHE, COUNT, PRESS, SETTLE, STOP, Build, Mouth
from tests.voice_stack import FakeNotify, FakePlayer, FakeSatellite, Fault, clip_seconds


async def reopen(mouth: Mouth, *outputs: Output, together: bool = False) -> None:
    """Give the mouth another announcer."""
    await mouth.announcer.async_close()
    mouth.open(outputs, together=together)
    await mouth.clock.advance(1)
    mouth.start = mouth.hass.loop.time()


async def test_all_outputs_speak_each_line_together(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    outputs = [Output(one.entity_id) for one in (satellite, player)]
    await reopen(mouth, *outputs, together=True)
    mouth.say(1, BREATHE)
    mouth.say(2, PRESS)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    assert satellite.texts == player.texts == [BREATHE, PRESS]
    for heard in (satellite.heard, player.heard):
        # The next line waits for the slower of the two.
        assert heard[1].began >= max(one.heard[0].ended or 0 for one in (satellite, player))


async def test_of_several_outputs_the_rest_goes_on_when_one_fails(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    satellite.fault = Fault.CONNECTION_LOST
    mouth = await build(satellite, player)
    outputs = [Output(one.entity_id) for one in (satellite, player)]
    await reopen(mouth, *outputs, together=True)
    mouth.say(1, BREATHE)
    mouth.say(2, PRESS)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    assert player.texts == [BREATHE, PRESS]
    assert satellite.attempts == 1


async def test_another_output_is_announced_once(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    mouth.announcer._notice = lambda: Line("moved", "I speak from here now.")
    mouth.say(1, PRESS)
    await mouth.settle(1)
    satellite.set_available(False)
    mouth.say(2, BREATHE)
    mouth.say(3, PRESS)
    await mouth.settle(4)
    assert player.texts == ["I speak from here now.", BREATHE, PRESS]
    satellite.set_available(True)
    mouth.say(4, PRESS)
    await mouth.settle(5)
    satellite.set_available(False)
    mouth.say(5, BREATHE)
    await mouth.settle(6)
    assert player.texts == ["I speak from here now.", BREATHE, PRESS, BREATHE]
    mouth.announcer.renew()
    mouth.say(6, PRESS)
    await mouth.settle(8)
    assert player.texts[-2:] == ["I speak from here now.", PRESS]


async def test_nothing_for_safety_waits_for_that_announcement(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    mouth.announcer._notice = lambda: Line("moved", "I speak from here now.")
    satellite.set_available(False)
    mouth.say(1, STOP, Priority.SAFETY)
    mouth.say(2, PRESS)
    await mouth.settle(3)
    assert player.texts == [STOP, "I speak from here now.", PRESS]


async def test_a_newer_line_takes_the_place_of_one_that_waits(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    mouth.say(1, BREATHE)
    await mouth.clock.advance(1)
    mouth.say(2, COUNT, Priority.COUNTDOWN, key="count")
    mouth.say(3, PRESS, key="press")
    mouth.say(4, STOP, Priority.COUNTDOWN, key="count")
    await mouth.settle(3)
    assert satellite.texts == [BREATHE, PRESS, STOP]
    ends = {entry.id: entry.end for entry in mouth.announcer.journal.entries}
    assert ends == {1: End.SPOKEN, 2: End.REPLACED, 3: End.SPOKEN, 4: End.SPOKEN}


async def test_while_it_is_silent_lines_are_shown_at_the_pace_of_speech(build: Build) -> None:
    satellite, phone = FakeSatellite(), FakeNotify()
    phone.error = ConnectionError("no signal")
    mouth = await build(satellite, phone)
    mouth.silent = True
    mouth.say(1, BREATHE)
    await mouth.settle(1)
    assert mouth.reports[0][2] == pytest.approx(Line("a", BREATHE).seconds, abs=0.05)
    assert mouth.announcer.journal.entries[0].end is End.SHOWN
    assert not satellite.heard
    phone.error = None
    mouth.say(2, PRESS)
    await mouth.settle(2)
    assert phone.messages == [PRESS]
    mouth.silent = False
    mouth.say(3, PRESS)
    await mouth.settle(3)
    assert satellite.texts == [PRESS]


async def test_who_talks_to_another_satellite_of_the_room_is_not_talked_over(build: Build) -> None:
    player, satellite = FakePlayer(), FakeSatellite()
    mouth = await build(player, satellite, outputs=[Output("media_player.player_kitchen")])
    mouth.announcer.renew([Ear(mouth.hass, satellite.entity_id)])
    talk = mouth.hass.async_create_task(satellite.hear("what time is it", seconds=5))
    await mouth.clock.run_until(lambda: satellite.state == "listening", 5)
    mouth.say(1, PRESS)
    await mouth.settle(1)
    await talk
    reply = next(heard for heard in satellite.heard if heard.reply)
    assert reply.ended is not None
    assert player.heard[0].began >= reply.ended


async def test_a_satellite_of_the_room_that_never_ends_holds_nothing_up_for_long(
    build: Build,
) -> None:
    player, satellite = FakePlayer(), FakeSatellite()
    mouth = await build(player, satellite, outputs=[Output("media_player.player_kitchen")])
    mouth.announcer.renew([Ear(mouth.hass, satellite.entity_id)])
    talk = mouth.hass.async_create_task(satellite.hear("what time is it", seconds=90))
    await mouth.clock.run_until(lambda: satellite.state == "listening", 5)
    mouth.say(1, STOP, Priority.SAFETY)
    await mouth.settle(1)
    assert mouth.reports[0][2] < 3
    mouth.say(2, PRESS)
    await mouth.settle(2)
    assert mouth.reports[1][2] < 25
    talk.cancel()
    await asyncio.gather(talk, return_exceptions=True)


async def test_two_coaches_on_one_output_take_turns(build: Build) -> None:
    satellite = FakeSatellite()
    mouth = await build(satellite)
    other = Mouth(mouth.hass, mouth.clock, mouth.stack)
    other.open([Output(satellite.entity_id)])
    other.start = mouth.start
    mouth.say(1, BREATHE)
    await mouth.clock.advance(0.5)
    other.say(1, COUNT, Priority.COUNTDOWN)
    other.say(2, STOP, Priority.SAFETY)
    mouth.say(2, PRESS)
    await mouth.settle(2)
    await other.settle(2)
    assert satellite.texts[0] == BREATHE
    assert satellite.texts.index(STOP) < satellite.texts.index(PRESS)
    assert sorted(satellite.texts) == sorted([BREATHE, STOP, PRESS, COUNT])
    for earlier, later in zip(satellite.heard, satellite.heard[1:], strict=False):
        assert earlier.ended is not None
        assert later.began >= earlier.ended + SETTLE - 0.001
    await other.announcer.async_close()
    await mouth.announcer.async_close()
    assert not mouth.hass.data.get(LANES)


async def test_a_turn_that_nobody_waits_for_any_more_goes_to_the_next(build: Build) -> None:
    mouth = await build(FakeSatellite())
    order: list[str] = []

    async def take(name: str, priority: Priority) -> None:
        async with async_turn(mouth.hass, "assist_satellite.x", priority):
            order.append(name)
            await asyncio.sleep(1)

    tasks = [asyncio.create_task(take("first", Priority.INSTRUCTION))]
    await mouth.clock.advance(0.1)
    tasks += [
        asyncio.create_task(take("gone", Priority.SAFETY)),
        asyncio.create_task(take("late", Priority.COUNTDOWN)),
        asyncio.create_task(take("soon", Priority.ANSWER)),
    ]
    await mouth.clock.advance(0.1)
    tasks[1].cancel()
    await mouth.clock.run_until(lambda: all(task.done() for task in tasks), 10)
    assert order == ["first", "soon", "late"]
    assert not mouth.hass.data.get(LANES)


async def test_a_turn_that_comes_in_the_instant_it_is_given_up_is_not_lost(build: Build) -> None:
    await build(FakeSatellite())
    lane = Lane()
    await lane.async_take(Priority.INSTRUCTION)
    waiting = asyncio.create_task(lane.async_take(Priority.INSTRUCTION))
    await asyncio.sleep(0)
    lane.give_back()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert lane.idle


async def test_the_chime_comes_before_the_first_line_alone(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    mouth = await build(satellite, player)
    for entity in (satellite, player):
        await reopen(mouth, Output(entity.entity_id, profile=SpeakerProfile(chime=True)))
        mouth.announcer.renew()
        mouth.say(1, PRESS)
        mouth.say(2, PRESS)
        await mouth.settle(2 if entity is satellite else 4)
    chimes = [made.preannounce_media_id is not None for made in satellite.announcements]
    assert chimes == [True, False]
    assert next(media_id.rpartition("/")[2] for _, media_id, _ in player.calls) == "preannounce.mp3"
    assert len(player.calls) == 3
    assert player.texts[-2:] == [PRESS, PRESS]
    first = mouth.reports[2][2]
    assert first == pytest.approx(1.0 + 2.1 + 0.2 + clip_seconds(PRESS), abs=0.1)


@pytest.mark.parametrize("tier", [Tier.MEASURED, Tier.OBSERVED])
async def test_what_was_measured_of_a_player_is_gone_by(build: Build, tier: Tier) -> None:
    player = FakePlayer()
    player.fault = Fault.NEVER_PLAYING
    mouth = await build(player)
    profile = SpeakerProfile(latency=0.2, tier=tier)
    await reopen(mouth, Output(player.entity_id, profile=profile))
    mouth.say(1, PRESS)
    mouth.say(2, PRESS)
    await mouth.settle(2)
    ended = [heard.ended or 0 for heard in player.heard]
    late = [mouth.reports[n][2] + mouth.start - ended[n] for n in (0, 1)]
    # One that was seen to tell once is waited for; after that its clips are measured.
    assert late[0] == pytest.approx(0 if tier is Tier.MEASURED else 4 - 1.8, abs=0.05)
    assert late[1] == pytest.approx(0, abs=0.05)


async def test_a_player_that_buffers_for_long_is_waited_for(build: Build) -> None:
    player = FakePlayer()
    player.fault = Fault.NEVER_PLAYING
    mouth = await build(player)
    mouth.say(1, PRESS)
    await mouth.clock.advance(1)
    player.set_state(MediaPlayerState.BUFFERING)
    await mouth.clock.advance(5)
    assert not mouth.reports
    player.set_state(MediaPlayerState.PLAYING)
    await mouth.clock.advance(clip_seconds(PRESS))
    player.set_state(MediaPlayerState.IDLE)
    await mouth.settle(1)
    assert mouth.outcomes == [("spoken", 1)]
    assert mouth.announcer.journal.entries[0].tier is Tier.OBSERVED


@pytest.mark.parametrize("kind", [FakeSatellite, FakePlayer])
async def test_the_silence_after_a_line_holds_up_the_next_line_and_not_what_follows_from_it(
    build: Build, kind: type[FakeSatellite | FakePlayer]
) -> None:
    speaker = kind("bath")
    mouth = await build(speaker)
    await reopen(mouth, Output(speaker.entity_id, profile=SpeakerProfile(tail=1.5)))
    mouth.say(1, BREATHE)
    mouth.say(2, PRESS)
    await mouth.settle(2)
    assert mouth.outcomes == [("spoken", 1), ("spoken", 2)]
    first, second = speaker.heard
    assert first.ended is not None
    assert first.ended - first.began == pytest.approx(clip_seconds(BREATHE) + 1.5, abs=0.01)
    last_word = first.began + clip_seconds(BREATHE) - mouth.start
    assert -0.01 < mouth.reports[0][2] - last_word <= 0.31
    assert second.began >= first.ended
    await mouth.clock.advance(3)
    ends = [entry.end for entry in mouth.announcer.journal.entries]
    assert ends == [End.SPOKEN, End.SPOKEN]
    expected = Tier.CONFIRMED if kind is FakeSatellite else Tier.OBSERVED
    assert mouth.announcer.voices.all[0].trust.tier is expected
