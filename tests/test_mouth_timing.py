"""Holds begin when their instruction has been heard, for speech of half a second to six.

The loudspeaker's own record of its sound says when that was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Final

from homeassistant.components.media_player.const import MediaPlayerState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.knot_coach.announce import Tier
from custom_components.knot_coach.const import Conf
from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.phases import Length
from custom_components.knot_coach.massage.plan import Plan
from custom_components.knot_coach.massage.states import Session, Working
from custom_components.knot_coach.ordering import wanted_from_call
from tests.figures import Figures
from tests.virtual_clock import VirtualClock
from tests.voice_speakers import START_SECONDS
from tests.voice_stack import FakePlayer, FakeSatellite, Fault
from tests.whole_session import QUICK, Speaker, WholeSession

LENGTHS: Final = (0.5, 6.0, 1.0, 4.0, 1.5, 3.0, 2.0, 5.0, 0.8)
"""Seconds of the last line before each step; a quick session has as many steps."""
CONFIRMED: Final = 0.05
"""Seconds between the end of the sound and the beginning of the hold, at most."""
OBSERVED: Final = 0.3


@dataclass(frozen=True, kw_only=True)
class Case:
    """A loudspeaker, and how well the end of its lines is known."""

    kind: type[Speaker]
    limit: float
    tier: Tier
    fault: Fault = Fault.NONE
    tells_late: float = 0.0
    """Seconds from the end of a sound until the device says so (home-assistant-voice.md §9)."""
    poll: float | None = None
    music: bool = False
    latency: float | None = None
    """What was measured when it was set up."""


S, P = FakeSatellite, FakePlayer
CASES: Final = {
    "satellite": Case(kind=S, limit=CONFIRMED, tier=Tier.CONFIRMED, tells_late=0.02),
    "satellite, starts late": Case(
        kind=S, limit=CONFIRMED, tier=Tier.CONFIRMED, fault=Fault.SLOW_START, tells_late=0.02
    ),
    "satellite, hangs, measured": Case(
        kind=S, limit=CONFIRMED, tier=Tier.MEASURED, fault=Fault.HANGS_LONG, latency=0.0
    ),
    "player, blocks": Case(
        kind=P, limit=CONFIRMED, tier=Tier.CONFIRMED, fault=Fault.BLOCKS, tells_late=0.02
    ),
    "player": Case(kind=P, limit=OBSERVED, tier=Tier.OBSERVED, tells_late=0.1),
    "player, starts late": Case(
        kind=P, limit=OBSERVED, tier=Tier.OBSERVED, fault=Fault.SLOW_START, tells_late=0.1
    ),
    "player, seen late": Case(kind=P, limit=OBSERVED, tier=Tier.OBSERVED, poll=0.25),
    "player, says nothing, measured": Case(
        kind=P,
        limit=CONFIRMED,
        tier=Tier.MEASURED,
        fault=Fault.NEVER_PLAYING,
        latency=START_SECONDS,
    ),
    "player, music, measured": Case(
        kind=P, limit=CONFIRMED, tier=Tier.MEASURED, music=True, latency=START_SECONDS
    ),
    "player, stuck, measured": Case(
        kind=P, limit=CONFIRMED, tier=Tier.MEASURED, fault=Fault.STUCK, latency=START_SECONDS
    ),
}


def plan_of(house: WholeSession) -> Plan:
    """Return what will be played."""
    call = {**QUICK, "side": Side.LEFT, "length": Length.QUICK}
    wanted = wanted_from_call(house.coach, call)
    return house.coach.admission.admit(wanted, house.coach.book, house.coach.now())


def beginning(house: WholeSession, session: Session) -> float | None:
    """Return when the clock of the present step began, in the loop's time; None before that."""
    state, step = session.state, session.step
    if not isinstance(state, Working) or step is None:
        return None
    left = (state.ends_at - step.duration - house.coach.now()).total_seconds()
    return house.hass.loop.time() + left


async def measure(house: WholeSession) -> Sequence[tuple[float, float]]:
    """Play a session; return the length of the line before each step and how late that began."""
    found: list[tuple[float, float]] = []
    plan = house.coach.session
    assert plan is not None
    for index, step in enumerate(plan.steps):

        def begun(index: int = index) -> bool:
            session = house.coach.session
            assert session is not None
            return session.index == index and isinstance(session.state, Working)

        await house.clock.run_until(begun, 120)
        assert house.coach.session is not None
        began = beginning(house, house.coach.session)
        assert began is not None
        last = [one for one in house.heard if one.text == step.lines[-1].text][-1]
        # A sound that still goes on ends when it is as long as its clip.
        ended = last.ended or last.began + house.seconds(last.text)
        found.append((house.seconds(last.text), began - ended))
    return found


@pytest.mark.parametrize("name", CASES)
async def test_a_hold_begins_at_the_end_of_speech(
    hass: HomeAssistant,
    virtual_time: VirtualClock,
    hass_admin_user: MockUser,
    figures: Figures,
    name: str,
) -> None:
    case = CASES[name]
    house = WholeSession(hass, virtual_time, hass_admin_user)
    speaker = case.kind("bedroom")
    speaker.fault, speaker.tells_late = case.fault, case.tells_late
    if isinstance(speaker, FakePlayer):
        speaker.poll = case.poll
        speaker._does = speaker._attr_state = (
            MediaPlayerState.PLAYING if case.music else MediaPlayerState.IDLE
        )
    profile: dict[str, Any] = {}
    if case.latency is not None:
        profile = {Conf.LATENCY: case.latency, Conf.TIER: case.tier}
    domain = "assist_satellite.satellite" if case.kind is S else "media_player.player"
    await house.arrange(speaker, options={Conf.SPEAKERS: {f"{domain}_bedroom": profile}})
    lines = [step.lines[-1].text for step in plan_of(house).steps]
    house.stack.tts.lengths |= dict(zip(lines, cycle(LENGTHS), strict=False))
    await house.begin()
    found = await measure(house)
    assert {seconds for seconds, _ in found} == set(LENGTHS)
    columns: dict[str, str | float] = {"output": name, "tier": case.tier}
    columns["limit"] = round(case.limit * 1000)
    columns |= {f"{seconds} s": round(late * 1000) for seconds, late in sorted(found)}
    figures.row(
        "From the end of speech to the beginning of the hold (ms), by the length of the speech",
        **columns,
    )
    await house.end()
    assert all(abs(late) <= case.limit for _, late in found), found
    assert house.coach.speech.tier is case.tier
