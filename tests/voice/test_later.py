"""A session that is asked for now and begins later: one of Home Assistant's own timers says it then."""

from homeassistant.components.assist_pipeline import async_get_pipeline, async_update_pipeline
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.knot_coach.voice.delays import delay_last
from custom_components.knot_coach.voice.grammar import Grammar
from tests.house import House
from tests.virtual_clock import VirtualClock
from tests.voice.fake_coach import AREAS, read_sentences


@pytest.mark.parametrize(
    "text",
    [
        "start neck knot routine in ten minutes",
        "massage my traps in 10 minutes",
        "start in ten minutes a massage for my neck",
    ],
)
async def test_a_session_begins_in_ten_minutes(
    hass: HomeAssistant, virtual_time: VirtualClock, text: str
) -> None:
    house = await House(hass, virtual_time).build()
    said_at = dt_util.utcnow()
    reply = await house.say(text)
    assert reply.error is None
    await house.clock.advance(9 * 60)
    assert house.session.state == "idle"
    await house.clock.run_until(lambda: house.session.state != "idle", 120)
    assert 600 <= (dt_util.utcnow() - said_at).total_seconds() < 630
    assert house.session.attributes["area"] == "upper_traps"
    # Nobody has said which side, and what a timer says answers nothing.
    await house.until_question("side")


async def test_what_is_asked_for_later_can_be_called_off(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    await house.say("start neck knot routine in ten minutes")
    reply = await house.say("cancel the timer")
    assert reply.error is None
    await house.clock.advance(11 * 60)
    assert house.session.state == "idle"


async def test_a_german_says_when_before_what(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build()
    hass.config.language = "de"
    pipeline = async_get_pipeline(hass)
    await async_update_pipeline(hass, pipeline, language="de", conversation_language="de")
    said_at = dt_util.utcnow()
    reply = await house.say("Starte in zwanzig Minuten eine Massage für den unteren Rücken")
    assert reply.error is None
    assert house.session.state == "idle"
    await house.clock.run_until(lambda: house.session.state != "idle", 1300)
    assert 1200 <= (dt_util.utcnow() - said_at).total_seconds() < 1230
    assert house.session.attributes["area"] == "lower_back"


@pytest.mark.parametrize(
    ("language", "text", "wish"),
    [
        (
            "de",
            "Starte in zwanzig Minuten eine Massage für den linken Fuß.",
            "Starte eine Massage für den linken Fuß in zwanzig Minuten",
        ),
        (
            "de",
            "Kannst du in einer halben Stunde meine Waden massieren?",
            "Kannst du meine Waden massieren in einer halben Stunde",
        ),
        (
            "en",
            "could you in about 15 minutes start a calf massage",
            "could you start a calf massage in about 15 minutes",
        ),
        # Assist understands these as they are.
        ("de", "In zehn Minuten starte die Nackenmassage", None),
        ("de", "Starte die Nackenmassage in zehn Minuten", None),
        # No massage, or none that is wanted.
        ("de", "Schalte in zehn Minuten das Licht aus", None),
        ("de", "Starte in zehn Minuten nicht die Nackenmassage", None),
        ("de", "Starte in zehn Minuten die Nackenmassage, mein Arm ist taub", None),
        ("en", "stop in ten minutes the massage", None),
        ("en", "do my neck in ten minutes and my calf in twenty minutes please", None),
        ("en", "start in ten minutes a massage for Bob", None),
    ],
)
def test_the_time_is_put_where_assist_looks_for_it(
    language: str, text: str, wish: str | None
) -> None:
    assert delay_last(text, Grammar.build(read_sentences(language), areas=AREAS)) == wish
