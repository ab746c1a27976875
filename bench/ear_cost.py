"""What it costs everybody else that a coach listens: the time of a sentence that is not for it.

The same sentences of Home Assistant's own are said to its own agent in a house with no coach, with a
coach, with a coach in a session, and with what one would write otherwise: an automation that listens
for templates of all that is said, areas written out. The ways are taken in turns, in one run.

    scripts/bench ear_cost [--sentences 150] [--rounds 3]
"""

import argparse
import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
import logging
from statistics import mean, median
import tempfile
from time import perf_counter
from typing import Final

from hassil import RecognizeResult
from homeassistant.components.conversation import ConversationInput, async_converse
from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.const import __version__
from homeassistant.core import Context, HomeAssistant
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.knot_coach.voice.grammar import Grammar
from custom_components.knot_coach.voice.sentences import async_register
from tests.voice.built_in import sentences
from tests.voice.fake_coach import ALL_LANGUAGES, AREAS, DATA, FakeCoach
from tests.voice_stack import FakePlayer, FakeSatellite, setup_stack

LONG: Final = ("Timer", "Shutdown", "Restart")
"""Parts of the names of intents that go on by themselves."""
FREE: Final = "My traps are killing me, start a quick one"

type Way = Callable[[HomeAssistant], Iterator[None]]


def nobody(_: HomeAssistant) -> Iterator[None]:
    """Let nobody listen."""
    yield


def coach(hass: HomeAssistant, *, live: bool = False) -> Iterator[None]:
    """Let a coach listen, in all languages."""
    listening = FakeCoach(hass=hass)
    remove = async_register(hass, listening, ALL_LANGUAGES)
    if live:
        listening.begin()
    yield
    remove()


def coach_in_a_session(hass: HomeAssistant) -> Iterator[None]:
    """Let a coach listen that has a session."""
    return coach(hass, live=True)


def automation(hass: HomeAssistant) -> Iterator[None]:
    """Let an automation listen for templates of everything, in English alone."""
    everything = {
        **DATA,
        "always": {**DATA["free"], **DATA["always"], "x": DATA["session"]["stop"]},
    }
    templates = Grammar.build(everything, areas=AREAS).always

    async def heard(_: ConversationInput, __: RecognizeResult) -> str:
        return "heard"

    remove = get_agent_manager(hass).register_trigger(list(templates), heard)
    yield
    remove()


WAYS: Final[dict[str, Way]] = {
    "nobody listens": nobody,
    "the coach, no session": coach,
    "the coach, in a session": coach_in_a_session,
    "an automation with templates": automation,
}


async def say(hass: HomeAssistant, text: str) -> float:
    """Say a sentence and return what it took, in milliseconds."""
    began = perf_counter()
    await async_converse(hass, text, None, Context(), "en")
    return 1000 * (perf_counter() - began)


async def measure(count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Say everything in each way, in turns."""
    said = [text for intent, text in sentences("en", 1) if not any(part in intent for part in LONG)]
    said = said[:: max(1, len(said) // count)][:count]
    took: dict[str, list[list[float]]] = {name: [] for name in WAYS}
    first: dict[str, list[float]] = {name: [] for name in WAYS}
    async with _house() as hass:
        for text in said:
            await say(hass, text)
        for _ in range(rounds):
            for name, way in WAYS.items():
                with contextmanager(way)(hass):
                    first[name].append(await say(hass, said[0]))
                    took[name].append([await say(hass, text) for text in said])
    # The quickest of all rounds is that in which nothing else ran on the machine.
    best = {name: [min(times) for times in zip(*rows, strict=True)] for name, rows in took.items()}
    nothing = best[next(iter(WAYS))]
    return {
        name: {
            "mean": mean(best[name]),
            "added": mean(best[name]) - mean(nothing),
            "typical": median(a - b for a, b in zip(best[name], nothing, strict=True)),
            "first": min(first[name]),
        }
        for name in WAYS
    }


@asynccontextmanager
async def _house() -> AsyncGenerator[HomeAssistant]:
    with tempfile.TemporaryDirectory() as folder:
        async with async_test_home_assistant(config_dir=folder) as hass:
            await setup_stack(hass, FakeSatellite(), FakePlayer())
            yield hass
            await hass.async_stop(force=True)


def report(costs: dict[str, dict[str, float]], count: int, rounds: int) -> None:
    """Print what each way costs."""
    print(
        f"Home Assistant {__version__}, {count} of its own English sentences in each way, the best"
        f" of {rounds} rounds.\nA whole turn of the agent, in milliseconds; `added` is beside a house"
        " in which nobody listens,\n`typical` the median of that over the sentences: in a session,"
        ' words such as "pause" are\nmatched and handed back, which only these pay for.\n`first` is the sentence after something was registered, when'
        " Assist rebuilds its triggers.\n"
    )
    columns = ("mean", "added", "typical", "first")
    print(f"{'':32}" + "".join(f"{column:>9}" for column in columns))
    for name, cost in costs.items():
        print(f"{name:32}" + "".join(f"{cost[column]:9.2f}" for column in columns))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    costs = asyncio.run(measure(arguments.sentences, arguments.rounds))
    report(costs, arguments.sentences, arguments.rounds)


if __name__ == "__main__":
    main()
