"""Each clear sentence once, to the real conversation agent and a real coach."""

from types import MappingProxyType

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.knot_coach.const import Conf
from tests.house import House
from tests.virtual_clock import VirtualClock

STRETCHING = "Starting to breathe and stretch your neck, about "
WHY = "Knots often follow overuse, long sitting, stress, or an old strain."
CHANGED = "Answer the health questions in the settings again, please. Nothing starts before that."


@pytest.fixture
async def house(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    """A house with a coach in the bedroom, in virtual time."""
    return await House(hass, virtual_time).build()


def phases(house: House) -> list[str]:
    assert house.coach.session is not None
    return [str(step.phase) for step in house.coach.session.steps]


async def until_outcome(house: House, outcome: str) -> None:
    """Let time pass until the session is on record, which takes a write to the disk."""

    def recorded() -> bool:
        state = house.hass.states.get(house.entity("sensor", "last_session"))
        return state is not None and state.state == outcome

    await house.clock.run_until(recorded, 60)
    assert house.session.state == "idle"


@pytest.mark.parametrize("live", [False, True])
async def test_why(house: House, live: bool) -> None:  # noqa: FBT001 - a column of the table
    if live:
        await house.say("start quick forearm routine on the left")
        await house.until_question("health")
    assert (await house.say("why do I have this?")).speech == WHY
    assert (await house.say("what causes knots", house.kitchen)).speech == WHY
    assert house.session.state == ("asking" if live else "idle")


async def test_my_health_changed(house: House) -> None:
    reply = await house.say("my health has changed")
    assert (reply.speech, reply.error) == (CHANGED, None)
    await house.hass.async_block_till_done()
    assert Conf.SCREENED_ON not in house.entry.options
    assert house.entry.options[Conf.FINDINGS] == []
    answer = await house.say("start neck routine on the left")
    assert answer.speech.startswith("Please look over your health answers in the settings.")
    await house.clock.advance(5)
    assert house.session.state == "idle"


async def test_a_session_ends_when_health_changed(house: House) -> None:
    await house.say("start quick forearm routine on the left")
    await house.until_question("health")
    assert (await house.say("something about my health has changed")).speech == CHANGED
    await house.until("idle")
    await house.clock.advance(20)
    house.coach = house.entry.runtime_data
    answer = await house.say("start neck routine on the left")
    assert answer.speech.startswith("Please look over your health answers in the settings.")


@pytest.mark.parametrize(
    "text", ["stretch my neck", "start a neck stretch", "let's breathe and stretch my left neck"]
)
async def test_a_stretch(house: House, text: str) -> None:
    reply = await house.say(text)
    assert reply.error is None
    await house.hass.async_block_till_done()
    assert house.session.state != "idle"
    assert house.coach.session is not None
    assert house.coach.session.order.stretch_only


@pytest.mark.parametrize("text", ["stretch instead", "let's breathe and stretch instead"])
async def test_what_was_refused_is_stretched_instead(house: House, text: str) -> None:
    await house.has_pressed(hours=1)
    reply = await house.say("start neck routine on the left")
    assert reply.speech.endswith("We can breathe and stretch instead.")
    await house.clock.advance(90)
    assert (await house.say(text)).speech.startswith(STRETCHING)
    await house.hass.async_block_till_done()
    assert house.session.attributes["area"] == "upper_traps"
    assert "press" not in phases(house)


async def test_after_two_minutes_nobody_knows_what_is_meant(house: House) -> None:
    await house.has_pressed(hours=1)
    await house.say("start neck routine on the left")
    await house.clock.advance(130)
    assert (await house.say("stretch instead")).speech == "Name an area to start, please."
    assert house.session.state == "idle"


async def test_the_same_refusal_is_said_in_other_words(house: House) -> None:
    await house.has_pressed(hours=1)
    said = [(await house.say("start neck routine on the left")).speech for _ in range(3)]
    assert said[0].startswith("That area is resting until ")
    assert said[1] != said[0]
    assert said[2] == said[0]
    await house.say("start quick forearm routine on the left")
    await house.until_question("health")
    assert (await house.say("harder")).speech == "Answer my question first, please."
    assert (await house.say("harder")).speech != "Answer my question first, please."


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("start neck routine for five minutes on the left", "upper_traps"),
        ("start neck routine on the left for five minutes", "upper_traps"),
        ("do my left forearm for 5 minutes", "forearm"),
        ("I have five minutes for my left neck", "upper_traps"),
    ],
)
async def test_minutes(house: House, text: str, area: str) -> None:
    reply = await house.say(text)
    assert "about five minutes" in reply.speech or "about four minutes" in reply.speech
    await house.until_question("health")
    assert (house.session.attributes["area"], house.session.attributes["length"]) == (area, "quick")


async def test_minutes_alone_ask_for_the_area(house: House) -> None:
    assert (await house.say("I have five minutes")).speech.startswith("Which area would you like, ")
    assert house.session.state == "idle"


@pytest.mark.parametrize("text", ["start neck", "run my neck routine"])
async def test_a_routine_of_ones_own_wins_over_the_area_of_that_name(
    house: House, text: str
) -> None:
    part = {"area": "forearm", "side": "right", "length": "quick"}
    routine = ConfigSubentry(
        data=MappingProxyType({"parts": [part]}),
        subentry_type="routine",
        title="Neck",
        unique_id=None,
    )
    house.hass.config_entries.async_add_subentry(house.entry, routine)
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    assert (await house.say(text)).speech.startswith("Starting Neck, about ")
    await house.until_question("health")
    assert house.session.attributes["area"] == "forearm"


async def test_both_sides_and_a_side_that_makes_no_difference(
    hass: HomeAssistant, virtual_time: VirtualClock
) -> None:
    house = await House(hass, virtual_time).build(options={Conf.TOOLS: ["two_balls"]})
    reply = await house.say("massage both my forearms")
    assert reply.speech.startswith("Starting the standard forearm routine: both sides, about ")
    await house.until_question("health")
    await house.say("stop")
    await house.until("idle")
    reply = await house.say("start my left upper back")
    assert reply.speech.startswith("Your upper back is done in the middle. Starting the standard")
    await house.until_question("health")
    await house.say("stop")
    await house.until("idle")
    reply = await house.say("start my upper back")
    assert reply.speech.startswith("Starting the standard upper back routine, about ")


async def test_dizziness_after_the_neck_is_an_emergency_in_the_next_part_too(
    house: House,
) -> None:
    parts = [
        {"area": "upper_traps", "side": "left", "length": "quick"},
        {"area": "forearm", "side": "left", "length": "quick"},
    ]
    routine = ConfigSubentry(
        data=MappingProxyType({"parts": parts}),
        subentry_type="routine",
        title="Desk break",
        unique_id=None,
    )
    house.hass.config_entries.async_add_subentry(house.entry, routine)
    await house.hass.async_block_till_done()
    house.coach = house.entry.runtime_data
    await house.say("start desk break")
    await house.until_question("health")
    await house.say("no")
    # While the coach speaks: a line that begins just now cuts off whoever has just begun.
    await house.clock.run_until(lambda: house.shows(area="forearm") and not house.quiet, 900)
    await house.hear("I feel a bit dizzy")
    await until_outcome(house, "emergency")


async def test_a_fall_is_a_yes_to_the_question_about_health(house: House) -> None:
    await house.say("start quick forearm routine on the left")
    await house.until_question("health")
    await house.hear("well I fell on it yesterday")
    await house.until("idle", within=5)
    assert not house.coach.memory.locks


async def test_the_gate_of_the_chest_opens_on_a_plain_yes(house: House) -> None:
    await house.say("start quick chest routine on the left")
    await house.until_question("gate")
    assert (await house.say("okay")).speech.startswith("I did not catch that")
    await house.say("yes")
    await house.until_question("health")


@pytest.mark.parametrize("text", ["yes, but my arm tingles", "I think I have a fever"])
async def test_the_gate_of_the_chest_hears_a_symptom(house: House, text: str) -> None:
    await house.say("start quick chest routine on the left")
    await house.until_question("gate")
    await house.hear(text)
    await house.until("idle")
    await until_outcome(house, "emergency")
