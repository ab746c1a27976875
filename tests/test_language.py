"""Which language a coach speaks: that of its room, the one that was chosen, and never two at once."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from homeassistant.components.assist_pipeline import Pipeline
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import area_registry as ar, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.knot_coach import content
from custom_components.knot_coach.announce import Output
from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.content import Catalogue
from custom_components.knot_coach.language import Language, heard_by, speak
from tests.house import coach_entry, set_up
from tests.test_config_flow import WORDS
from tests.two_languages import (
    OTHER,
    UNKNOWN,
    ManyEars,
    ManyTongues,
    Room,
    add_pipeline,
    change_pipeline,
    copied_catalogue,
    give,
    is_other,
    select_of,
)
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakeNotify, FakePlayer, FakeSatellite, Stack, setup_stack

PLAYER = "media_player.player_kitchen"


@pytest.fixture(name="folder", scope="module")
def folder_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied_catalogue(tmp_path_factory.mktemp("languages") / "catalogue")


@pytest.fixture(name="catalogue", scope="module")
def catalogue_fixture(folder: Path) -> Catalogue:
    return content.read(folder)


class House:
    """A bedroom in which the second language is spoken, a kitchen in which English is."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock) -> None:
        self.hass, self.clock = hass, clock
        self.bedroom = Room(hass, clock, "Bedroom", FakeSatellite("bedroom"))
        self.kitchen = Room(hass, clock, "Kitchen", FakeSatellite("kitchen"))
        self.player = FakePlayer("kitchen")
        self.voice, self.one_tongue = ManyTongues(), ManyTongues(UNKNOWN, key="french")
        self.stack: Stack
        self.pipelines: dict[str, Pipeline] = {}
        self.told: list[tuple[str, str]] = []
        """What has become of the issues of coaches about languages: action and id."""

    async def build(self) -> House:
        """Set up everything but the coaches."""
        self.stack = await setup_stack(
            self.hass,
            self.bedroom.satellite,
            self.kitchen.satellite,
            self.player,
            FakeNotify(),
            self.voice,
            self.one_tongue,
            ManyEars(),
        )
        for name, language in (("Second", OTHER), ("English", "en"), ("French", UNKNOWN)):
            self.pipelines[name] = await add_pipeline(self.hass, self.stack, name, language)
        give(self.hass, self.bedroom.satellite, "Second")
        give(self.hass, self.kitchen.satellite, "English")

        @callback
        def look_on(event: Event[ir.EventIssueRegistryUpdatedData]) -> None:
            if event.data["issue_id"].startswith("language_"):
                self.told.append((event.data["action"], event.data["issue_id"]))

        self.hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, look_on)
        return self

    def issue(self, entry: MockConfigEntry) -> ir.IssueEntry | None:
        """Return the issue about the language of a coach."""
        return ir.async_get(self.hass).async_get_issue(DOMAIN, f"language_{entry.entry_id}")

    def language(self, *outputs: str, chosen: str | None = None) -> Language:
        """Return the language of a coach that speaks through these."""
        catalogue: Catalogue = self.hass.data[content.CONTENT]
        return Language(self.hass, catalogue, [Output(entity_id=one) for one in outputs], chosen)

    async def own(self, *outputs: dict[str, str], **options: object) -> MockConfigEntry:
        """Have a coach in the office, who speaks through these."""
        plain = coach_entry(self.hass, name="Office", room="Office", options=options)
        data = {**plain.data, Conf.OUTPUTS: list(outputs)}
        entry = MockConfigEntry(domain=DOMAIN, title="Office", data=data, options=plain.options)
        await set_up(self.hass, entry)
        return entry

    async def start(self, entry: MockConfigEntry) -> None:
        """Start a session by hand, and let its first lines be said."""
        await self.hass.services.async_call(
            DOMAIN,
            "start_session",
            {"config_entry_id": entry.entry_id, "area": "calf", "side": "left"},
            blocking=True,
        )
        await self.clock.advance(15)


@pytest.fixture(name="house")
async def house_fixture(
    hass: HomeAssistant,
    virtual_time: VirtualClock,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[House]:
    monkeypatch.setattr(content, "CATALOGUE", folder)
    await content.async_load(hass)
    yield await House(hass, virtual_time).build()
    await hass.async_block_till_done()


# --- two rooms ------------------------------------------------------------------------------------


async def test_two_sessions_in_two_rooms_in_two_languages_at_once(house: House) -> None:
    bedroom, kitchen = await house.bedroom.furnish(), await house.kitchen.furnish()
    replies = [await bedroom.begin("nekto"), await kitchen.begin("neck")]
    assert [is_other(reply) for reply in replies] == [True, False]
    assert replies[0].strip("~") == replies[1]

    await bedroom.until("active", phase="press")
    await kitchen.until("active", phase="press")
    assert bedroom.coach.busy
    assert kitchen.coach.busy
    assert is_other(await bedroom.hear("how long is left"))
    assert not is_other(await kitchen.hear("how long is left"))
    await house.clock.advance(30)

    assert len(bedroom.lines) > 8
    assert all(map(is_other, bedroom.lines))
    assert len(kitchen.lines) > 8
    assert not any(map(is_other, kitchen.lines))
    # Each of them was spoken by a voice of its language.
    assert house.voice.languages_of(other=True) == {OTHER}
    assert house.voice.languages_of(other=False) == {"en"}
    assert not house.told
    await bedroom.leave()
    await kitchen.leave()
    assert is_other(bedroom.replies[-1] or bedroom.lines[-1])


async def test_with_no_session_each_room_is_answered_in_its_language(house: House) -> None:
    bedroom, kitchen = await house.bedroom.furnish(), await house.kitchen.furnish()
    reply = await bedroom.hear("how long is left")
    assert is_other(reply)
    assert reply.strip("~") == await kitchen.hear("how long is left")
    give(house.hass, bedroom.satellite, "French")
    assert not is_other(await bedroom.hear("how long is left"))


# --- one language for a whole session -------------------------------------------------------------


async def test_a_session_stays_in_its_language_and_the_next_one_takes_the_new(
    house: House,
) -> None:
    bedroom = await house.bedroom.furnish()
    await bedroom.begin("nekto")
    give(house.hass, bedroom.satellite, "English")
    await bedroom.until("active", phase="press")
    assert bedroom.coach.book.language == OTHER
    assert is_other(await bedroom.hear("how long is left"))
    assert all(map(is_other, bedroom.lines))
    # A reply is the assistant's to speak, and the lines are the coach's.
    assert house.voice.languages_for(bedroom.lines) == {OTHER}
    await bedroom.leave()
    assert all(map(is_other, bedroom.lines))

    assert bedroom.coach.book.language == "en"
    assert "No session is running." in await bedroom.hear("how long is left")


async def test_after_a_restart_a_session_goes_on_in_its_language(house: House) -> None:
    bedroom = await house.bedroom.furnish()
    await bedroom.begin("nekto")
    await bedroom.until("active", phase="press")
    give(house.hass, bedroom.satellite, "English")
    said = len(bedroom.lines)
    await bedroom.come_back()
    assert bedroom.shows("interrupted")
    assert bedroom.coach.language.book.language == "en"
    await house.clock.run_until(
        lambda: any("We were interrupted" in line for line in bedroom.lines), 30
    )
    await house.clock.advance(15)
    await bedroom.hear("resume the session")
    await house.clock.advance(60)
    assert bedroom.shows("active")
    assert len(bedroom.lines) > said + 3
    assert all(map(is_other, bedroom.lines))
    assert house.voice.languages_of(other=True) == {OTHER}
    await bedroom.leave()


@pytest.mark.parametrize("stored", [None, "gone", 7])
async def test_a_session_whose_language_is_gone_goes_on_in_that_of_the_room(
    house: House, hass_storage: dict[str, Any], stored: object
) -> None:
    kitchen = await house.kitchen.furnish()
    await kitchen.begin("neck")
    await kitchen.until("active", phase="press")
    unload = house.hass.async_create_task(
        house.hass.config_entries.async_unload(kitchen.entry.entry_id)
    )
    await house.clock.run_until(unload.done, 60)
    kept = hass_storage[f"{DOMAIN}.session.{kitchen.entry.entry_id}"]["data"]["session"]
    assert kept["language"] == "en"
    kept["language"] = stored
    if stored is None:
        # As it was stored before sessions had a language.
        del kept["language"]
    give(house.hass, kitchen.satellite, "Second")
    assert await house.hass.config_entries.async_setup(kitchen.entry.entry_id)
    await house.clock.advance(10)
    assert kitchen.shows("interrupted")
    assert is_other(kitchen.lines[-1])


# --- which one ------------------------------------------------------------------------------------


async def test_the_chosen_language_wins(house: House) -> None:
    kitchen = await house.kitchen.furnish({"language": OTHER})
    assert is_other(await kitchen.begin("neck"))
    await kitchen.until("active", phase="check_in")
    assert all(map(is_other, kitchen.lines))
    # The assistant speaks English: its engine was asked for the coach's language, time and again
    # with the same words, so that what was made ahead is what was spoken.
    assert OTHER in house.voice.languages_of(other=True)
    spoken = [call for call in house.voice.calls if call[1] == OTHER]
    assert len(spoken) == len({text for text, *_ in spoken})
    assert not house.told
    await kitchen.leave()


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, OTHER),
        ({"conversation_language": "en-GB"}, "en-GB"),
        ({"conversation_language": "*"}, OTHER),
        ({"conversation_language": "*", "stt_language": "en"}, "en"),
        ({"conversation_language": "*", "stt_engine": None, "stt_language": None}, OTHER),
        (
            {
                "conversation_language": "*",
                "stt_engine": None,
                "stt_language": None,
                "tts_engine": None,
                "tts_language": None,
                "language": "nl",
            },
            "nl",
        ),
    ],
)
async def test_the_assistant_behind_the_first_satellite(
    house: House, changes: dict[str, Any], wanted: str
) -> None:
    pipeline = house.pipelines["Second"]
    await change_pipeline(house.hass, pipeline, **changes)
    outputs = (PLAYER, house.bedroom.satellite.entity_id, house.kitchen.satellite.entity_id)
    assert house.language(*outputs).wanted == wanted
    assert house.language(*reversed(outputs)).wanted == "en"
    assert house.language(*outputs, chosen="de").wanted == "de"


async def test_an_assistant_for_any_language_that_names_none_is_passed_over(house: House) -> None:
    anything = {"conversation_language": "*", "language": "*", "stt_engine": None}
    voiceless = {"stt_language": None, "tts_engine": None, "tts_language": None}
    await change_pipeline(house.hass, house.pipelines["Second"], **anything, **voiceless)
    assert heard_by(house.pipelines["English"]) == "en"
    bedroom, kitchen = house.bedroom.satellite, house.kitchen.satellite
    assert house.language(bedroom.entity_id, kitchen.entity_id).wanted == "en"
    # It has no engine of its own either, so that it speaks with that of the house.
    house.voice._attr_default_language = "nl"
    language = house.language(bedroom.entity_id)
    assert (language.wanted, language.known, language.book.language) == ("nl", False, "en")


async def test_a_satellite_whose_assistant_nobody_knows_is_passed_over(house: House) -> None:
    house.hass.config.language = "nl"
    outputs = ("assist_satellite.gone", house.bedroom.satellite.entity_id)
    house.hass.states.async_remove(select_of(house.bedroom.satellite))
    assert house.language(*outputs).wanted == "nl"
    assert house.language(*outputs, house.kitchen.satellite.entity_id).wanted == "en"
    # "preferred" is the assistant of the house; a name that is gone means that one, too.
    for state in ("preferred", "gone"):
        give(house.hass, house.bedroom.satellite, state)
        assert house.language(*outputs).wanted == "en"


async def test_without_a_satellite_the_voice_of_the_first_speaker_tells(house: House) -> None:
    house.hass.config.language = "nl"
    assert house.language("notify.notify_phone").wanted == "nl"
    assert house.language("media_player.gone", chosen=OTHER).wanted == OTHER
    house.voice._attr_default_language = OTHER
    assert house.language("notify.notify_phone", PLAYER).wanted == OTHER
    catalogue: Catalogue = house.hass.data[content.CONTENT]
    outputs = [Output(entity_id=PLAYER, language="en-US"), Output(entity_id=PLAYER)]
    assert Language(house.hass, catalogue, outputs).wanted == "en-US"


async def test_a_house_without_any_voice_has_a_language(
    hass: HomeAssistant, catalogue: Catalogue
) -> None:
    hass.config.language = f"{OTHER}-XX"
    outputs = [Output(entity_id=one) for one in ("assist_satellite.a", PLAYER, "light.b")]
    language = Language(hass, catalogue, outputs)
    assert (language.wanted, language.known, language.book.language) == (f"{OTHER}-XX", True, OTHER)


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("zh-Hant", "zh-Hant"),
        ("ZH_hant_TW", "zh-Hant"),
        ("zh-CN", "zh"),
        ("pt-br", "pt-BR"),
        ("pt", None),
        ("eng", None),
        ("*", None),
        ("", None),
        ("-", None),
    ],
)
def test_tags(catalogue: Catalogue, tag: str, language: str | None) -> None:
    book = catalogue.books["en"]
    books = dict.fromkeys(("en", "zh", "zh-Hant", "pt-BR"), book)
    found = Catalogue(catalogue.areas, books, {})
    assert found.language(tag) == language
    assert found.book(tag) is book


@pytest.mark.parametrize(
    ("language", "house_speaks", "other"),
    [
        (OTHER, "en", True),
        (f"{OTHER.upper()}-XX", "en", True),
        ("en-GB", OTHER, False),
        (UNKNOWN, OTHER, False),
        (None, OTHER, True),
        ("*", OTHER, True),
        ("", UNKNOWN, False),
    ],
)
async def test_what_is_said_before_a_coach_is_known(
    hass: HomeAssistant,
    catalogue: Catalogue,
    language: str | None,
    house_speaks: str,
    *,
    other: bool,
) -> None:
    hass.config.language = house_speaks
    text = speak(hass, catalogue, language, "reply.which_coach", names="Sam, Alex")
    assert is_other(text) is other
    assert "Sam, Alex" in text


# --- the voice ------------------------------------------------------------------------------------


async def test_an_assistant_in_an_unknown_language_speaks_english_as_english(house: House) -> None:
    await change_pipeline(house.hass, house.pipelines["French"], tts_voice="calm")
    give(house.hass, house.kitchen.satellite, "French")
    kitchen = await house.kitchen.furnish()
    await kitchen.begin("neck")
    await house.clock.advance(20)
    # A reply is spoken by the assistant itself, and the lines are the coach's.
    assert house.voice.languages_for(kitchen.lines) == {"en"}
    assert house.voice.languages_for(kitchen.replies) == {UNKNOWN}
    # A voice of one language is not asked to speak another.
    assert {options.get("voice") for *_, options in house.voice.asked(kitchen.lines)} == {None}
    assert {options.get("voice") for *_, options in house.voice.asked(kitchen.replies)} == {"calm"}
    sources = {one.media_id_source for one in kitchen.satellite.announcements}
    assert sources == {"media_id"}
    await kitchen.leave()


async def test_an_assistant_in_the_same_language_makes_its_own_clips(house: House) -> None:
    await change_pipeline(house.hass, house.pipelines["English"], tts_voice="calm")
    kitchen = await house.kitchen.furnish({"language": "en"})
    await kitchen.begin("neck")
    assert {one.media_id_source for one in kitchen.satellite.announcements} == {"tts"}
    assert all(options["voice"] == "calm" for *_, options in house.voice.calls)
    await kitchen.leave()


async def test_an_engine_that_cannot_is_told_of(house: House) -> None:
    french = house.one_tongue.entity_id
    pipeline = house.pipelines["English"]
    await change_pipeline(house.hass, pipeline, tts_engine=french, tts_language=UNKNOWN)
    kitchen = await house.kitchen.furnish()
    issue = house.issue(kitchen.entry)
    assert issue is not None
    assert issue.translation_key == "voice_foreign"
    assert issue.translation_placeholders == {
        "name": "Kitchen",
        "spoken": "English",
        "outputs": "- Satellite kitchen",
    }
    # It speaks all the same.
    await kitchen.begin("neck")
    assert not any(map(is_other, kitchen.lines))
    assert {language for _, language, _ in house.one_tongue.calls} == {UNKNOWN}
    await kitchen.leave()
    await change_pipeline(house.hass, pipeline, tts_engine=house.voice.entity_id, tts_language="en")
    assert house.issue(kitchen.entry) is None


async def test_the_language_that_was_chosen_for_a_speaker_stays_and_is_told_of(
    house: House,
) -> None:
    entry = await house.own({"entity_id": PLAYER, "language": UNKNOWN}, language=OTHER)
    await house.start(entry)
    assert house.player.heard
    assert house.voice.languages_of(other=True) == {UNKNOWN}
    issue = house.issue(entry)
    assert issue is not None
    assert issue.translation_placeholders == {
        "name": "Office",
        "spoken": "Qeqepa",
        "outputs": "- Player kitchen",
    }


async def test_a_speaker_for_which_no_language_was_chosen_speaks_that_of_the_coach(
    house: House,
) -> None:
    entry = await house.own({"entity_id": PLAYER, "voice": "calm"}, language=OTHER)
    await house.start(entry)
    assert house.player.heard
    assert all(is_other(heard.text) for heard in house.player.heard)
    assert house.voice.languages_of(other=True) == {OTHER}
    assert not any("voice" in options for *_, options in house.voice.calls)
    assert house.issue(entry) is None


# --- the issue ------------------------------------------------------------------------------------


async def furnish_with_french(house: House) -> tuple[Room, ir.IssueEntry]:
    """Have a coach whose assistant speaks what nobody knows; return it and its issue."""
    give(house.hass, house.bedroom.satellite, "French")
    room = await house.bedroom.furnish()
    issue = house.issue(room.entry)
    assert issue is not None
    return room, issue


async def test_an_unknown_language_is_told_of_once(house: House) -> None:
    room, issue = await furnish_with_french(house)
    assert (issue.severity, issue.is_fixable) == (ir.IssueSeverity.WARNING, False)
    assert issue.translation_key == "language_unknown"
    assert issue.translation_placeholders == {
        "name": "Bedroom",
        "spoken": "English",
        "wanted": UNKNOWN,
    }
    assert issue.learn_more_url is not None
    assert issue.learn_more_url.endswith("/docs/languages.md")
    # However much is said.
    assert not is_other(await room.begin("neck"))
    await room.until("active", phase="press")
    await room.leave()
    assert house.told == [("create", f"language_{room.entry.entry_id}")]
    # English is spoken well by a voice of another language's assistant: there is nothing more.
    assert not any(map(is_other, room.lines))


async def test_each_coach_has_its_own(house: House) -> None:
    give(house.hass, house.bedroom.satellite, "French")
    give(house.hass, house.kitchen.satellite, "French")
    rooms = [await house.bedroom.furnish(), await house.kitchen.furnish()]
    assert house.told == [("create", f"language_{room.entry.entry_id}") for room in rooms]


async def test_a_french_engine_for_a_french_assistant_is_no_second_issue(house: House) -> None:
    french = house.one_tongue.entity_id
    await change_pipeline(house.hass, house.pipelines["French"], tts_engine=french)
    room, issue = await furnish_with_french(house)
    assert issue.translation_key == "language_unknown"
    assert house.told == [("create", f"language_{room.entry.entry_id}")]


async def test_it_ends_with_another_assistant(house: House) -> None:
    room, _ = await furnish_with_french(house)
    give(house.hass, room.satellite, "Second")
    await house.hass.async_block_till_done()
    assert house.issue(room.entry) is None
    give(house.hass, room.satellite, "French")
    await house.hass.async_block_till_done()
    assert house.issue(room.entry) is not None


async def test_a_satellite_that_comes_with_another_assistant_is_seen(house: House) -> None:
    house.kitchen.satellite._attr_pipeline_entity_id = None
    room = await house.kitchen.furnish()
    assert house.issue(room.entry) is None
    room.satellite.set_available(False)
    give(house.hass, room.satellite, "French")
    room.satellite.set_available(True)
    await house.hass.async_block_till_done()
    assert house.issue(room.entry) is not None
    give(house.hass, room.satellite, "Second")
    await house.hass.async_block_till_done()
    assert house.issue(room.entry) is None


async def test_it_ends_with_another_language_of_the_assistant(house: House) -> None:
    room, _ = await furnish_with_french(house)
    await change_pipeline(
        house.hass, house.pipelines["French"], conversation_language=OTHER, tts_language=OTHER
    )
    assert house.issue(room.entry) is None


async def test_it_ends_with_another_preferred_assistant_when_the_next_session_begins(
    house: House,
) -> None:
    store = house.hass.data[content.CONTENT]
    assert store.language(UNKNOWN) is None
    pipelines = house.hass.data["assist_pipeline"].pipeline_store
    pipelines.async_set_preferred_item(house.pipelines["French"].id)
    give(house.hass, house.bedroom.satellite, "preferred")
    room = await house.bedroom.furnish()
    assert house.issue(room.entry) is not None
    pipelines.async_set_preferred_item(house.pipelines["Second"].id)
    assert is_other(await room.begin("nekto"))
    assert house.issue(room.entry) is None
    await room.leave()


async def test_it_ends_when_a_language_is_chosen(house: House) -> None:
    room, _ = await furnish_with_french(house)
    house.hass.config_entries.async_update_entry(
        room.entry, options={**room.entry.options, "language": "en"}
    )
    await house.hass.async_block_till_done()
    assert room.coach.settings.language == "en"
    assert house.issue(room.entry) is None


async def test_it_goes_with_the_coach(house: House) -> None:
    room, _ = await furnish_with_french(house)
    await house.hass.config_entries.async_remove(room.entry.entry_id)
    await house.hass.async_block_till_done()
    assert house.issue(room.entry) is None


async def test_a_chosen_language_that_is_gone_is_told_of(house: House) -> None:
    room = await house.kitchen.furnish({"language": "nl"})
    issue = house.issue(room.entry)
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["wanted"] == "nl"
    assert room.coach.book.language == "en"


@pytest.mark.parametrize("key", ["language_unknown", "voice_foreign"])
def test_the_issues_have_words(key: str) -> None:
    assert WORDS["issues"][key].keys() == {"title", "description"}


# --- the forms ------------------------------------------------------------------------------------


async def voice_form(house: House, entry: MockConfigEntry) -> Any:  # noqa: ANN401 - as Home Assistant has it
    """Open the form about how a coach speaks."""
    options = house.hass.config_entries.options
    menu = await options.async_init(entry.entry_id)
    return await options.async_configure(menu["flow_id"], {"next_step_id": "voice"})


async def test_the_language_is_chosen_by_its_own_name(house: House) -> None:
    kitchen = await house.kitchen.furnish()
    form = await voice_form(house, kitchen.entry)
    field = next(iter(form["data_schema"].schema))
    assert (str(field), field.default(), field.description) == ("language", "automatic", None)
    assert form["data_schema"].schema[field].config["options"] == [
        {"value": "automatic", "label": "automatic"},
        {"value": "en", "label": "English"},
        {"value": OTHER, "label": "Qeqepa"},
    ]
    options = house.hass.config_entries.options
    done = await options.async_configure(form["flow_id"], {"language": OTHER, "together": False})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await house.hass.async_block_till_done()
    assert kitchen.coach.book.language == OTHER

    form = await voice_form(house, kitchen.entry)
    field = next(iter(form["data_schema"].schema))
    assert field.description == {"suggested_value": OTHER}
    await options.async_configure(form["flow_id"], {"language": "automatic", "together": False})
    await house.hass.async_block_till_done()
    assert kitchen.entry.options["language"] is None
    assert kitchen.coach.book.language == "en"


async def test_a_language_that_is_gone_is_shown_as_automatic(house: House) -> None:
    kitchen = await house.kitchen.furnish({"language": "nl"})
    form = await voice_form(house, kitchen.entry)
    assert next(iter(form["data_schema"].schema)).description is None


async def test_hello_is_said_in_the_language_of_the_room(house: House) -> None:
    flow = house.hass.config_entries.flow
    bedroom = house.bedroom.satellite
    form = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    area = ar.async_get(house.hass).async_get_or_create("Bedroom")
    form = await flow.async_configure(form["flow_id"], {"name": "Sam", "room": area.id})
    answers = {"outputs": [bedroom.entity_id], "speech": {}, "say_hello": True}
    said = house.hass.async_create_task(flow.async_configure(form["flow_id"], answers))
    await house.clock.run_until(said.done, 30)
    assert (await said)["step_id"] == "heat"
    assert len(bedroom.texts) == 1
    assert is_other(bedroom.texts[0])


async def test_a_speaker_is_measured_in_the_language_that_was_chosen(house: House) -> None:
    """The assistant speaks English, so that what is measured is what will be played."""
    kitchen = await house.kitchen.furnish({"language": OTHER})
    options = house.hass.config_entries.options
    menu = await options.async_init(kitchen.entry.entry_id)
    await options.async_configure(menu["flow_id"], {"next_step_id": "speaker"})
    profile = {"chime": False, "lead_in": 0, "tail": 0, "measure": True}
    await options.async_configure(menu["flow_id"], profile)
    await house.clock.run_until(
        lambda: options.async_get(menu["flow_id"])["step_id"] == "calibrated", 60
    )
    assert len(kitchen.lines) == 3
    assert all(map(is_other, kitchen.lines))
    assert house.voice.languages_of(other=True) == {OTHER}
    assert {one.media_id_source for one in kitchen.satellite.announcements} == {"media_id"}
