"""Names that people make up for their routines and themselves never break Assist."""

from collections.abc import Iterator
from random import Random

import pytest

from custom_components.knot_coach.voice.grammar import speakable
from custom_components.knot_coach.voice.meanings import StartRequest
from tests.voice.conftest import House
from tests.voice.fake_coach import FakeCoach

PIECES = [
    "neck", "legs", "Wade", "zwei", "2", " ", "  ", "\t", "\n", "\0", "(", ")", "[", "]", "{", "}", "{area}",
    "<", ">", "<start>", "|", ";", ":", "\\", "/", "@", "#", "$", "%", "&", "*", "+", "=", "~", "`", '"', "'",
    "\u2019", "-", "_", ".", ",", "!", "?", "…", "🙂", "👩‍👩‍👧", "🇩🇪", "שלום", "مرحبا", "\u202e", "\u200f",
    "\u200d", "漢字", "ñ", "ß", "ﬁ", "e\u0301", "Ⅷ", "½", "stop", "yes", "in ten minutes",
]  # fmt: skip


def names(seed: int, count: int) -> Iterator[str]:
    """Yield names drawn by lot, the same each time; some are as long as no name is."""
    lot = Random(seed)  # noqa: S311 - nothing is kept secret by it
    for number in range(count):
        name = "".join(lot.choice(PIECES) for _ in range(lot.randint(1, 8)))
        yield name * 2000 if number % 20 == 19 else name


@pytest.mark.parametrize("seed", range(3))
async def test_made_up_names_never_break_assist(house: House, seed: int) -> None:
    made_up = list(names(seed, 20))
    coach = house.add(
        FakeCoach(hass=house.hass, routines=[*made_up, "good one"], person_name=made_up[0])
    )
    assert await house.type("start my good one routine") == "one starts"
    assert coach.started.pop() == StartRequest(routine="good one")
    assert (await house.type("what about the weather")).startswith("Sorry")
    for name in made_up:
        await house.type(f"start my {name} routine"[:10_100])
        await house.type(name[:10_100])
        words = speakable(name)
        if words is not None:
            reply = await house.type(f"start my {words} routine")
            assert not reply.startswith("Sorry"), name
    # Whatever those have started, the next sentence is understood as ever.
    coach.started.clear()
    assert await house.type("start my good one routine") == "one starts"
