"""What is not for the coach: the house does what it would do if no coach had sentences."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.components import conversation
from homeassistant.components.conversation import ConversationInput, ConversationResult
from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.intent import async_register_timer_handler
from homeassistant.components.intent.const import TIMER_DATA
from homeassistant.components.media_player.const import MediaPlayerState
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest

from custom_components.knot_coach.massage.messages import Command
from custom_components.knot_coach.voice.meanings import CommandHeard
from tests.voice.conftest import House
from tests.voice_stack import FakeSatellite, device_of, say, use_llm

DEFAULT: Final = "Home Assistant"
LLM: Final = "LLM"
LOCAL: Final = "LLM that prefers local sentences"
AGENTS: Final = [DEFAULT, LLM, LOCAL]

WORDS: Final = [
    "pause",
    "stop",
    "next",
    "resume",
    "go back",
    "never mind",
    "harder",
    "stop the vacuum",
    "start the vacuum",
    "stop the timer",
    "pause the timer",
    "cancel all timers",
    "how much time is left on the timer",
]


@dataclass
class Watched:
    """What happens in a house while something is said."""

    house: House
    calls: list[str] = field(default_factory=list)
    triggered: list[str] = field(default_factory=list)
    music: MediaPlayerState = MediaPlayerState.PLAYING
    """What all players do when something is said."""

    def __post_init__(self) -> None:
        """Look at every service that is called."""
        self.house.hass.bus.async_listen("call_service", self._called)

    async def say(self, text: str, satellite: FakeSatellite) -> dict[str, Any]:
        """Say something where a timer runs and the players have their state; return what comes of it."""
        hass, llm = self.house.hass, self.house.stack.llm
        await say(hass, "cancel all timers", satellite)
        await say(hass, "set a timer for five minutes", satellite)
        for player in self.house.players:
            player.set_state(self.music)
        await hass.async_block_till_done()
        self.calls.clear()
        self.triggered.clear()
        llm.inputs.clear()
        reply = await say(hass, text, satellite)
        await hass.async_block_till_done()
        return {
            "speech": reply.speech,
            "error": reply.error,
            "calls": sorted(self.calls),
            "triggered": list(self.triggered),
            "llm": [said.text for said in llm.inputs],
        }

    def own_trigger(self, sentence: str, reply: str | None) -> CALLBACK_TYPE:
        """Let the user have a sentence trigger, as an automation registers it."""

        async def run(said: ConversationInput, _: object) -> str | None:
            self.triggered.append(said.text)
            return reply

        return get_agent_manager(self.house.hass).register_trigger([sentence], run)

    def _called(self, event: Event) -> None:
        data = event.data["service_data"]
        self.calls.append(f"{event.data['service']} {data.get('entity_id')}")


@pytest.fixture
async def watched(hass: HomeAssistant, house: House) -> AsyncGenerator[Watched]:
    """A house with music, a timer, a lamp and a vacuum cleaner in the kitchen, and no coach yet."""
    for domain in ("vacuum", "light", "scene"):
        assert await async_setup_component(hass, domain, {})
    for entity_id, state, attributes in (
        ("vacuum.robot", "cleaning", {"friendly_name": "vacuum", "supported_features": 8220}),
        ("light.lamp", "off", {"friendly_name": "lamp", "supported_color_modes": ["onoff"]}),
        ("scene.neck", "off", {"friendly_name": "my neck knots massage"}),
    ):
        hass.states.async_set(entity_id, state, attributes)
        async_expose_entity(hass, "conversation", entity_id, should_expose=True)
    kitchen = device_of(hass, house.kitchen)
    assert kitchen is not None
    stop_timers = async_register_timer_handler(hass, kitchen, lambda *_: None)
    yield Watched(house)
    timers = hass.data[TIMER_DATA]
    for timer in list(timers.timers):
        timers.cancel_timer(timer)
    stop_timers()


async def use(house: House, agent: str) -> None:
    """Let the pipeline have an agent."""
    if agent != DEFAULT:
        await use_llm(house.hass, house.stack, prefer_local=agent == LOCAL)


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("text", WORDS)
async def test_another_room_is_as_if_there_were_no_coach(
    watched: Watched, agent: str, text: str
) -> None:
    house = watched.house
    await use(house, agent)
    before = await watched.say(text, house.kitchen)
    coach = house.coach()
    coach.begin()
    assert await watched.say(text, house.kitchen) == before
    assert coach.told == []


@pytest.mark.parametrize("agent", [DEFAULT, LOCAL])
async def test_a_pause_pauses_the_music_of_the_room_it_is_said_in(
    watched: Watched, agent: str
) -> None:
    house = watched.house
    await use(house, agent)
    house.coach().begin()
    told = await watched.say("pause", house.kitchen)
    assert told["calls"] == [f"media_pause {house.players[1].entity_id}"]
    assert told["llm"] == []


@pytest.mark.parametrize("text", ["next", "stop", "harder"])
async def test_the_assistant_says_itself_what_it_cannot_do(watched: Watched, text: str) -> None:
    house = watched.house
    player = device_of(house.hass, house.players[1])
    assert player is not None
    dr.async_get(house.hass).async_update_device(player, area_id=house.room("Garage"))
    before = await watched.say(text, house.kitchen)
    assert before["speech"].startswith("Sorry")
    house.coach().begin()
    assert await watched.say(text, house.kitchen) == before


@pytest.mark.parametrize("agent", AGENTS)
async def test_in_its_room_a_word_is_the_coachs_whoever_else_knows_it(
    watched: Watched, agent: str
) -> None:
    house = watched.house
    await use(house, agent)
    coach = house.coach()
    coach.begin()
    told = await watched.say("pause", house.bedroom)
    assert (told["speech"], told["calls"], told["llm"]) == ("one heard", [], [])
    assert coach.told == [CommandHeard(Command.PAUSE)]


# Free speech that Home Assistant knows


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize(
    ("text", "when"), [("unpause", "live"), ("activate my neck knots massage", "idle")]
)
async def test_free_speech_that_home_assistant_knows_is_as_ever(
    watched: Watched, agent: str, text: str, when: str
) -> None:
    house = watched.house
    await use(house, agent)
    watched.music = MediaPlayerState.PAUSED
    before = await watched.say(text, house.bedroom)
    coach = house.coach()
    if when == "live":
        coach.begin()
    assert await watched.say(text, house.bedroom) == before
    assert (coach.told, coach.started) == ([], [])
    assert bool(before["calls"]) is (agent != LLM)
    assert bool(before["llm"]) is (agent == LLM)


@pytest.mark.parametrize("running", [True, False])
async def test_a_timer_is_asked_for_its_time_while_one_runs(
    watched: Watched, *, running: bool
) -> None:
    """To Home Assistant "wann sind wir fertig" asks for a timer that is called "wir"."""
    house = watched.house
    await house.speak_language("de")
    house.coach(room="Kitchen").begin()
    if running:
        await say(house.hass, "stelle einen Timer auf fünf Minuten", house.kitchen)
    reply = await say(house.hass, "wann sind wir fertig", house.kitchen)
    assert (reply.speech == "one has a minute left") is not running


# Sentence triggers of the user


@pytest.mark.parametrize("agent", AGENTS)
@pytest.mark.parametrize("reply", ["The movie waits.", None])
@pytest.mark.parametrize("made", ["before", "during the session"])
async def test_a_trigger_of_the_user_is_all_that_happens(
    watched: Watched, agent: str, reply: str | None, made: str
) -> None:
    house = watched.house
    await use(house, agent)
    forget = watched.own_trigger("pause", reply)
    before = await watched.say("pause", house.kitchen)
    assert (before["triggered"], before["llm"], before["calls"]) == (["pause"], [], [])
    coach = house.coach()
    coach.begin()
    if made != "before":
        forget()
        watched.own_trigger("pause", reply)
    assert await watched.say("pause", house.kitchen) == before
    assert coach.told == []


@pytest.mark.parametrize("agent", AGENTS)
async def test_a_trigger_of_the_user_that_sounds_like_a_massage_is_the_users(
    watched: Watched, agent: str
) -> None:
    house = watched.house
    text = "my traps are killing me"
    await use(house, agent)
    watched.own_trigger(text, "Poor you.")
    before = await watched.say(text, house.bedroom)
    assert before["speech"] == "Poor you."
    coach = house.coach()
    assert await watched.say(text, house.bedroom) == before
    assert coach.started == []


@pytest.mark.parametrize("agent", AGENTS)
async def test_what_hurts_reaches_the_session_beside_a_trigger_of_the_user(
    watched: Watched, agent: str
) -> None:
    house = watched.house
    text = "ouch that really hurts now mate"
    await use(house, agent)
    watched.own_trigger(text, None)
    coach = house.coach()
    coach.begin()
    told = await watched.say(text, house.bedroom)
    assert (told["speech"], told["triggered"], told["llm"]) == ("one heard", [text], [])
    assert len(coach.told) == 1


# What an agent gets


async def test_an_agent_gets_the_conversation_as_without_a_coach(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call of our sentence has no result yet; some agents fail on such a conversation."""
    heard: list[tuple[list[str], bool]] = []
    answer = house.stack.llm._async_handle_message

    async def note(said: ConversationInput, log: conversation.ChatLog) -> ConversationResult:
        heard.append(([one.role for one in log.content], log.delta_listener is not None))
        return await answer(said, log)

    monkeypatch.setattr(house.stack.llm, "_async_handle_message", note)
    await use_llm(house.hass, house.stack)
    house.coach().begin()
    for _ in range(2):
        await say(house.hass, "lighter", house.kitchen, conversation_id="evening")
    # What is spoken of a trigger's reply is the whole of it, so it must not be streamed meanwhile.
    (first, streamed), (second, _) = heard
    assert (first, streamed) == (["system", "user"], False)
    assert second == ["system", "user", "assistant", "tool_result", "assistant", "user"]
