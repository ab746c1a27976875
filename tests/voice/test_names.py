"""Names that people make up never break Assist, and those that change are learnt."""

from collections.abc import ItemsView, Iterator
from dataclasses import replace
from random import Random
from threading import get_ident
from typing import Any, override

from homeassistant.components.conversation.agent_manager import get_agent_manager
import pytest

from custom_components.knot_coach.voice.grammar import speakable
from custom_components.knot_coach.voice.meanings import StartRequest
from custom_components.knot_coach.voice.sentences import EAR, async_prepare, async_register
from tests.voice.conftest import House
from tests.voice.fake_coach import VOCABULARY, FakeCoach

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


class Person(FakeCoach):
    """A coach of a person of Home Assistant, who can be renamed."""

    @override
    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name != "person_name":
            return found
        state = self.hass.states.get(found)
        return state.name if state else None


def call(house: House, person: str, name: str) -> None:
    """Give a person a name."""
    house.hass.states.async_set(person, "home", {"friendly_name": name})


async def learnt(house: House) -> None:
    """Wait until the names of now are known."""
    await house.hass.async_block_till_done(wait_background_tasks=True)


async def test_a_person_who_is_renamed(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """The old name is nobody's from then on, and the new one is learnt with no reload."""
    coaches = []
    for entry_id, person, name in (("one", "person.a", "Anna"), ("two", "person.b", "Ben")):
        call(house, person, name)
        coaches.append(
            house.add(Person(hass=house.hass, entry_id=entry_id, name=entry_id, person_name=person))
        )
    call(house, "person.a", "Zoe")
    which = "reply.which_coach names=Zoe, Ben"
    # Before the new names are learnt, too.
    assert await house.type("start the neck routine for Anna") == which
    assert await house.type("my health has changed for Anna") == which
    await learnt(house)
    assert await house.type("start the neck routine for Zoe") == "one starts"
    assert await house.type("my health has changed for Zoe") == "one asks again"
    assert coaches[1].started == []
    assert [coach.health_changes for coach in coaches] == [1, 0]
    assert "Could not" not in caplog.text


async def test_a_person_who_appears_is_learnt(house: House) -> None:
    house.add(Person(hass=house.hass, entry_id="one", name="coach", person_name="person.a"))
    house.add(FakeCoach(hass=house.hass, entry_id="two", name="other"))
    call(house, "person.a", "Anna")
    await learnt(house)
    assert await house.type("start the neck routine for Anna") == "one starts"


class Watched(dict[str, Any]):
    """Sentence files that notice which thread makes grammars of them."""

    def __init__(self, files: Any) -> None:  # noqa: ANN401 - as a dict
        super().__init__(files)
        self.threads = set[int]()

    @override
    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        self.threads.add(get_ident())
        return super().items()


async def test_no_grammar_is_made_on_the_event_loop(house: House) -> None:
    """That takes as long as a word of a session may take to be heard."""
    files = Watched(VOCABULARY.sentences)
    vocabulary = replace(VOCABULARY, sentences=files)
    removers = []
    for entry_id, person in (("one", "Anna"), ("two", "Ben")):
        routines = [f"{person} evening"]
        coach = FakeCoach(hass=house.hass, entry_id=entry_id, person_name=person, routines=routines)
        prepared = await async_prepare(house.hass, coach, vocabulary)
        removers.append(async_register(house.hass, coach, vocabulary, prepared))
    assert await house.type("start the neck routine for Ben") == "two starts"
    removers.pop()()
    assert await house.type("start the neck routine for Anna") == "one starts"
    assert await house.type("start the neck routine for Ben") == "reply.which_coach names=Anna"
    assert await house.type("start Ben evening") == "reply.unknown_routine"
    await learnt(house)
    assert (await house.type("start Ben evening")).startswith("Sorry")
    assert await house.type("start Anna evening") == "one starts"
    assert files.threads
    assert get_ident() not in files.threads
    removers.pop()()


async def test_coaches_that_come_and_go_while_names_are_learnt(house: House) -> None:
    kept = house.add(FakeCoach(hass=house.hass, entry_id="kept", person_name="Anna"))
    remove = async_register(
        house.hass, FakeCoach(hass=house.hass, entry_id="gone", person_name="Ben"), VOCABULARY
    )
    remove()
    late = FakeCoach(hass=house.hass, entry_id="late", person_name="Cleo")
    prepared = await async_prepare(house.hass, late, VOCABULARY)
    house.removers.append(async_register(house.hass, late, VOCABULARY, prepared))
    await learnt(house)
    assert await house.type("start the neck routine for Cleo") == "late starts"
    assert await house.type("start the neck routine for Anna") == "kept starts"
    assert (len(kept.started), len(late.started)) == (1, 1)


async def test_the_last_coach_goes_while_names_are_learnt(house: House) -> None:
    for entry_id, person in (("one", "Anna"), ("two", "Ben")):
        house.add(FakeCoach(hass=house.hass, entry_id=entry_id, person_name=person))
    while house.removers:
        house.removers.pop()()
    await learnt(house)
    assert EAR not in house.hass.data
    assert get_agent_manager(house.hass).trigger_sentences == []
    # And nobody listens any more for people who are renamed.
    call(house, "person.a", "Zoe")
    await learnt(house)
    assert get_agent_manager(house.hass).trigger_sentences == []
