"""What is shown while nothing can speak, and that it goes away by itself."""

from collections.abc import Awaitable, Callable
import json
from pathlib import Path

from homeassistant.components.media_player.const import MediaPlayerEntityFeature
from homeassistant.components.persistent_notification import (
    _async_get_or_create_notifications as notifications_of,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.knot_coach import content
from custom_components.knot_coach.announce import Output
from custom_components.knot_coach.announce.outputs import refusal
from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.massage.wording import Phrasebook, slots
from custom_components.knot_coach.voiceless import Silence, Voiceless
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakeNotify, FakePlayer, FakeSatellite, FakeTTS, setup_stack

TRANSLATIONS = Path(content.__file__).parent / "translations" / "en.json"


@pytest.fixture(name="book", scope="module")
def book_fixture() -> Phrasebook:
    return content.read(content.CATALOGUE).book("en")


class Quiet:
    """A coach's outputs, and what is shown of them."""

    def __init__(self, hass: HomeAssistant, book: Phrasebook, *entity_ids: str) -> None:
        self.hass = hass
        self.entry = MockConfigEntry(domain=DOMAIN, title="Sam")
        self.outputs = [Output(entity_id) for entity_id in entity_ids]
        self.voiceless = Voiceless(
            hass, self.entry, self.outputs, book=lambda: book, usable=self.usable
        )

    def usable(self) -> bool:
        """Tell whether one that has a voice can be used now."""
        return any(
            refusal(self.hass, output) is None
            for output in self.outputs
            if not output.entity_id.startswith("notify.")
        )

    def issue(self) -> ir.IssueEntry | None:
        """Return the issue that is shown."""
        return ir.async_get(self.hass).async_get_issue(DOMAIN, f"no_voice_{self.entry.entry_id}")

    def reasons(self) -> str:
        """Return what the issue says of the outputs."""
        issue = self.issue()
        assert issue is not None
        assert issue.translation_placeholders is not None
        return issue.translation_placeholders["outputs"]

    def note(self) -> str | None:
        """Return the text of the notification that is shown."""
        note = notifications_of(self.hass).get(f"{DOMAIN}_no_voice_{self.entry.entry_id}")
        return None if note is None else note["message"]


type Build = Callable[..., Awaitable[Quiet]]


@pytest.fixture
def build(hass: HomeAssistant, virtual_time: VirtualClock, book: Phrasebook) -> Build:
    """Build a house with these devices and a coach that speaks through them."""

    async def build(*entities: Entity, outputs: tuple[str, ...] = ()) -> Quiet:
        await setup_stack(hass, *entities)
        ids = [one.entity_id for one in entities if not isinstance(one, FakeTTS)]
        return Quiet(hass, book, *(outputs or ids))

    return build


async def test_it_tells_why_each_output_cannot_be_used_and_what_to_do(build: Build) -> None:
    satellite, player, mute = FakeSatellite(), FakePlayer(), FakePlayer("mute", plays=False)
    quiet = await build(satellite, player, mute)
    satellite.set_available(False)
    player.set_available(False)
    quiet.voiceless.show(Silence.NOT_STARTED)
    issue = quiet.issue()
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.WARNING
    assert not issue.is_fixable
    assert issue.translation_key == "no_voice"
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["name"] == "Sam"
    assert quiet.reasons().splitlines() == [
        "- Satellite bedroom cannot be reached",
        "- Player kitchen cannot be reached",
        "- Player mute cannot be made to speak",
    ]
    assert quiet.note() == (
        "Check my outputs, please. I cannot speak, so I started nothing.\n\n"
        f"{quiet.reasons()}\n\n"
        "Switch one of them on, or choose another in the settings."
    )


async def test_a_session_that_has_paused_is_told_of_in_other_words(build: Build) -> None:
    satellite = FakeSatellite()
    quiet = await build(satellite)
    satellite.set_available(False)
    quiet.voiceless.show(Silence.PAUSED)
    assert "so we have paused" in (quiet.note() or "")


async def test_it_is_told_once_and_not_for_every_line(build: Build) -> None:
    satellite = FakeSatellite()
    quiet = await build(satellite)
    satellite.set_available(False)
    quiet.voiceless.show(Silence.NOT_STARTED)
    told = quiet.note()
    notes = notifications_of(quiet.hass)
    notes.clear()  # The person has read it.
    for _ in range(5):
        quiet.voiceless.show(Silence.PAUSED)
    assert told
    assert quiet.note() is None
    assert quiet.issue() is not None
    assert quiet.voiceless.shown


async def test_both_go_away_as_soon_as_an_output_is_back(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    quiet = await build(satellite, player)
    satellite.set_available(False)
    player.set_available(False)
    quiet.voiceless.show(Silence.PAUSED)
    player.set_available(True)
    await quiet.hass.async_block_till_done()
    assert quiet.issue() is None
    assert quiet.note() is None
    assert not quiet.voiceless.shown
    # And it is told again when it happens again.
    player.set_available(False)
    await quiet.hass.async_block_till_done()
    assert quiet.issue() is None
    quiet.voiceless.show(Silence.PAUSED)
    assert quiet.issue() is not None
    assert quiet.note()


async def test_they_go_away_when_an_output_comes_that_was_not_there(build: Build) -> None:
    quiet = await build(outputs=("media_player.player_kitchen",))
    quiet.voiceless.show(Silence.NOT_STARTED)
    assert quiet.reasons() == r"- media\_player.player\_kitchen does not exist, or is disabled"
    quiet.hass.states.async_set(
        "media_player.player_kitchen",
        "idle",
        {"supported_features": MediaPlayerEntityFeature.PLAY_MEDIA},
    )
    await quiet.hass.async_block_till_done()
    assert quiet.issue() is None
    assert quiet.note() is None


async def test_the_reasons_are_kept_up_to_date(build: Build) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    quiet = await build(satellite, player)
    satellite.set_available(False)
    player.set_available(False)
    quiet.voiceless.show(Silence.NOT_STARTED)
    note = quiet.note()
    er.async_get(quiet.hass).async_remove(player.entity_id)
    await quiet.hass.async_block_till_done()
    assert "kitchen does not exist" in quiet.reasons()
    assert quiet.note() == note


async def test_a_voice_that_comes_back_without_a_word_from_the_satellite(build: Build) -> None:
    engine = FakeTTS()
    quiet = await build(FakeSatellite(), engine)
    platform = engine.platform
    await engine.async_remove(force_remove=True)
    assert not quiet.usable()
    quiet.voiceless.show(Silence.NOT_STARTED)
    assert quiet.reasons() == "- Satellite bedroom has no voice"
    await platform.async_add_entities([FakeTTS()])
    await quiet.hass.async_block_till_done()
    assert quiet.issue() is None
    assert quiet.note() is None


async def test_an_output_that_was_reached_and_did_not_speak(build: Build) -> None:
    satellite, phone = FakeSatellite(), FakeNotify()
    quiet = await build(satellite, phone)
    quiet.voiceless.show(Silence.NOT_STARTED)
    assert quiet.reasons().splitlines() == [
        "- Satellite bedroom was reached, and did not speak",
        "- Notify phone shows text only",
    ]
    # It is there still, and that proves nothing.
    phone.set_available(False)
    await quiet.hass.async_block_till_done()
    assert quiet.issue() is not None
    # It goes, and comes back.
    satellite.set_available(False)
    await quiet.hass.async_block_till_done()
    assert "bedroom cannot be reached" in quiet.reasons()
    satellite.set_available(True)
    await quiet.hass.async_block_till_done()
    assert quiet.issue() is None


async def test_something_that_has_been_spoken_clears_it(build: Build) -> None:
    quiet = await build(FakeSatellite())
    quiet.voiceless.show(Silence.NOT_STARTED)
    quiet.voiceless.clear()
    quiet.voiceless.clear()
    assert quiet.issue() is None
    assert quiet.note() is None


async def test_it_goes_with_the_coach_and_leaves_nothing_behind(build: Build) -> None:
    satellite = FakeSatellite()
    quiet = await build(satellite)
    satellite.set_available(False)
    quiet.voiceless.show(Silence.NOT_STARTED)
    await quiet.entry._async_process_on_unload(quiet.hass)
    assert quiet.issue() is None
    assert quiet.note() is None
    satellite.set_available(True)
    satellite.set_available(False)
    await quiet.hass.async_block_till_done()
    assert quiet.issue() is None


async def test_two_coaches_do_not_clear_each_others(build: Build, book: Phrasebook) -> None:
    satellite, player = FakeSatellite(), FakePlayer()
    quiet = await build(satellite, player)
    other = Quiet(quiet.hass, book, player.entity_id)
    satellite.set_available(False)
    player.set_available(False)
    quiet.voiceless.show(Silence.NOT_STARTED)
    other.voiceless.show(Silence.NOT_STARTED)
    satellite.set_available(True)
    await quiet.hass.async_block_till_done()
    assert quiet.issue() is None
    assert other.issue() is not None
    assert other.note()


def test_every_reason_has_words(book: Phrasebook) -> None:
    words = json.loads(TRANSLATIONS.read_text())
    keys = {key for key in words["config"]["error"] if key.startswith("output_")}
    assert keys
    for key in {*keys, "output_text", "output_failed"}:
        assert book.word(key) != key
    assert slots(words["issues"]["no_voice"]["title"]) == {"name"}
    assert slots(words["issues"]["no_voice"]["description"]) == {"name", "outputs"}
