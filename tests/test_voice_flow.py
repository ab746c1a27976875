"""How it speaks: quiet hours, the light, and the profile of each speaker, typed and measured."""

from collections.abc import AsyncGenerator, Mapping
from datetime import time
from typing import Any

from homeassistant.components.media_player.const import MediaPlayerState
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, UnknownFlow
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.knot_coach.announce import SpeakerProfile, Tier
from custom_components.knot_coach.announce.lanes import LANES
from custom_components.knot_coach.const import DOMAIN
from custom_components.knot_coach.coordinator import Coach
from custom_components.knot_coach.quiet import QuietHours
from custom_components.knot_coach.settings import Settings
from tests.house import coach_entry, set_up
from tests.test_config_flow import WORDS
from tests.virtual_clock import VirtualClock
from tests.voice_stack import FakeNotify, FakePlayer, FakeSatellite, Fault, Stack, setup_stack

SATELLITE = "assist_satellite.satellite_bedroom"
PLAYER = "media_player.player_kitchen"
PHONE = "notify.notify_phone"
PLAIN: dict[str, Any] = {"chime": False, "lead_in": 0, "tail": 0, "measure": False}


class Person:
    """Somebody who changes the options of a coach."""

    def __init__(self, hass: HomeAssistant, clock: VirtualClock, stack: Stack) -> None:
        self.hass, self.clock, self.stack = hass, clock, stack
        self.entry: MockConfigEntry
        self.result: ConfigFlowResult

    @property
    def coach(self) -> Coach:
        """The coach as it is now; it is another one after a reload."""
        coach: Coach = self.entry.runtime_data
        return coach

    async def own(self, *outputs: str, options: Mapping[str, Any] | None = None) -> Person:
        """Have a coach that speaks through these."""
        self.entry = coach_entry(self.hass, *outputs, options=options)
        await set_up(self.hass, self.entry)
        return self

    async def open(self, step: str) -> Person:
        """Choose from the menu."""
        self.result = await self.hass.config_entries.options.async_init(self.entry.entry_id)
        assert self.result["type"] is FlowResultType.MENU
        return await self.fill(next_step_id=step)

    async def fill(self, **answers: object) -> Person:
        """Send a form."""
        self.result = await self.hass.config_entries.options.async_configure(
            self.result["flow_id"], answers
        )
        assert set(self.errors.values()) <= WORDS["options"]["error"].keys()
        return self

    async def measure(self, **answers: object) -> Person:
        """Send the profile, have the speaker measured, and look at what is shown then."""
        await self.fill(**{**PLAIN, **answers, "measure": True})
        if self.result["type"] is FlowResultType.SHOW_PROGRESS:
            assert self.result["progress_action"] in WORDS["options"]["progress"]
            await self.clock.run_until(self.measured, 200)
            self.result = await self.hass.config_entries.options.async_configure(
                self.result["flow_id"]
            )
        assert set(self.errors.values()) <= WORDS["options"]["error"].keys()
        return self

    async def saved(self) -> dict[str, Any]:
        """Return the stored profiles, once the coach has taken them over."""
        assert self.result["type"] is FlowResultType.CREATE_ENTRY, self.result
        await self.hass.async_block_till_done()
        assert self.entry.state is ConfigEntryState.LOADED
        speakers: dict[str, Any] = self.entry.options["speakers"]
        return speakers

    def measured(self, flow_id: str | None = None) -> bool:
        """Tell whether there is something else to show than the progress of measuring."""
        flow_id = flow_id or self.result["flow_id"]
        return self.hass.config_entries.options.async_get(flow_id)["step_id"] != "calibrate"

    @property
    def step(self) -> str:
        """The form that is shown now."""
        assert self.result["type"] is FlowResultType.FORM, self.result
        return self.result["step_id"]

    @property
    def errors(self) -> dict[str, str]:
        """What the form complains about, by field."""
        return self.result.get("errors") or {}

    @property
    def told(self) -> Mapping[str, str]:
        """What is put into the words of the form."""
        return self.result["description_placeholders"] or {}

    @property
    def suggested(self) -> dict[str, Any]:
        """What the form suggests."""
        schema = self.result["data_schema"]
        assert schema is not None
        return {
            str(key): key.description["suggested_value"]
            for key in schema.schema
            if key.description and "suggested_value" in key.description
        }


@pytest.fixture(name="person")
async def person_fixture(hass: HomeAssistant, virtual_time: VirtualClock) -> AsyncGenerator[Person]:
    stack = await setup_stack(hass, FakeSatellite(), FakePlayer(), FakeNotify())
    await virtual_time.advance(1)
    yield Person(hass, virtual_time, stack)
    # What was saved is taken over.
    await hass.async_block_till_done()


# --- how it speaks --------------------------------------------------------------------------------


async def test_how_it_speaks(hass: HomeAssistant, person: Person) -> None:
    hass.states.async_set("light.bed", "off")
    await person.own(SATELLITE)
    await person.open("voice")
    assert person.step == "voice"
    assert person.suggested == {}
    await person.fill(together=True, quiet_from="22:00:00", quiet_until="07:30", light="light.bed")
    assert person.result["type"] is FlowResultType.CREATE_ENTRY
    assert person.entry.options["quiet_until"] == "07:30:00"
    await hass.async_block_till_done()
    settings = person.coach.settings
    assert settings.together
    assert settings.listen
    assert settings.quiet == QuietHours(time(22), time(7, 30))
    assert settings.light == "light.bed"

    await person.open("voice")
    assert person.suggested == {
        "together": True,
        "listen": True,
        "quiet_from": "22:00:00",
        "quiet_until": "07:30:00",
        "light": "light.bed",
    }
    await person.fill(together=False, listen=False)
    await hass.async_block_till_done()
    settings = person.coach.settings
    assert not settings.together
    assert not settings.listen
    assert settings.quiet is None
    assert settings.light is None
    await person.open("voice")
    assert person.suggested == {"together": False, "listen": False}


async def test_other_options_stay(person: Person) -> None:
    await person.own(SATELLITE, options={"target": "firm", "speakers": {SATELLITE: {"tail": 1.0}}})
    await (await person.open("voice")).fill(together=True)
    assert person.entry.options["target"] == "firm"
    assert person.entry.options["speakers"] == {SATELLITE: {"tail": 1.0}}
    await (await person.open("speaker")).fill(**PLAIN)
    assert person.entry.options["together"] is True


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        ({"quiet_from": "22:00:00"}, {"quiet_until": "quiet_half"}),
        ({"quiet_until": "07:00:00"}, {"quiet_from": "quiet_half"}),
        ({"quiet_from": "07:00", "quiet_until": "07:00:00"}, {"quiet_until": "quiet_same"}),
        ({"light": "light.gone"}, {"light": "light_missing"}),
    ],
)
async def test_what_cannot_be(
    person: Person, answers: dict[str, str], errors: dict[str, str]
) -> None:
    await person.own(SATELLITE)
    before = dict(person.entry.options)
    await (await person.open("voice")).fill(together=True, **answers)
    assert person.step == "voice"
    assert person.errors == errors
    assert person.suggested == {"together": True, "listen": True, **answers}
    assert person.entry.options == before
    await person.fill(together=True)
    assert person.result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_time_is_a_time(person: Person) -> None:
    await person.own(SATELLITE)
    await person.open("voice")
    with pytest.raises(InvalidData):
        await person.fill(together=False, quiet_from="late", quiet_until="07:00:00")


# --- the profile of a speaker ---------------------------------------------------------------------


async def test_one_speaker_is_not_asked_for(person: Person) -> None:
    await person.own(PHONE, SATELLITE)
    await person.open("speaker")
    assert person.step == "speaker_profile"
    assert person.told == {
        "output": "Satellite bedroom",
        "tier": "not measured yet.",
        "latency": "?",
    }
    assert person.suggested == {"measure": False}
    await person.fill(volume=35, chime=True, lead_in=0.4, tail=1.2, measure=False)
    assert await person.saved() == {
        SATELLITE: {"volume": 0.35, "chime": True, "lead_in": 0.4, "tail": 1.2}
    }
    assert person.coach.settings.outputs[1].profile == SpeakerProfile(
        volume=0.35, chime=True, lead_in=0.4, tail=1.2
    )
    assert not person.stack.satellites[0].heard


async def test_one_of_several_speakers(person: Person) -> None:
    await person.own(SATELLITE, PHONE, PLAYER)
    await person.open("speaker")
    assert person.step == "speaker"
    schema = person.result["data_schema"]
    assert schema is not None
    assert schema.schema["speaker"].config["include_entities"] == [SATELLITE, PLAYER]
    with pytest.raises(InvalidData):
        await person.fill(speaker=PHONE)
    await person.fill(speaker=PLAYER)
    assert person.told["output"] == "Player kitchen"
    await person.fill(**{**PLAIN, "lead_in": 2})
    assert await person.saved() == {PLAYER: {"chime": False, "lead_in": 2, "tail": 0}}
    await (await person.open("speaker")).fill(speaker=SATELLITE)
    await person.fill(**{**PLAIN, "volume": 0})
    assert (await person.saved()).keys() == {SATELLITE, PLAYER}
    first, _, second = person.coach.settings.outputs
    assert first.profile == SpeakerProfile(volume=0.0)
    assert second.profile == SpeakerProfile(lead_in=2)


async def test_no_speaker_at_all(person: Person) -> None:
    await person.own(PHONE)
    await person.open("speaker")
    assert person.result["type"] is FlowResultType.ABORT
    assert person.result["reason"] in WORDS["options"]["abort"]


async def test_what_was_measured_is_shown_and_stays(person: Person) -> None:
    stored = {"volume": 0.29, "chime": True, "lead_in": 0.5, "tail": 0, "latency": 0.42}
    await person.own(SATELLITE, options={"speakers": {SATELLITE: {**stored, "tier": "observed"}}})
    await person.open("speaker")
    assert person.told["tier"].startswith("its state shows")
    assert person.told["latency"] == "0.4 s"
    assert person.suggested == {
        "volume": 29,
        "chime": True,
        "lead_in": 0.5,
        "tail": 0,
        "measure": False,
    }
    # The volume is cleared.
    await person.fill(**{**PLAIN, "lead_in": 0.5})
    assert person.coach.settings.outputs[0].profile.volume == 0.29
    assert await person.saved() == {
        SATELLITE: {
            "chime": False,
            "lead_in": 0.5,
            "tail": 0,
            "latency": 0.42,
            "tier": "observed",
        }
    }
    profile = person.coach.settings.outputs[0].profile
    assert profile == SpeakerProfile(lead_in=0.5, latency=0.42, tier=Tier.OBSERVED)


async def test_profiles_of_what_is_no_output_any_more_go(person: Person) -> None:
    gone = {"media_player.sold": {"tail": 1.0}, PHONE: {"tail": 1.0}, PLAYER: {"tail": 0.5}}
    await person.own(SATELLITE, PHONE, PLAYER, options={"speakers": gone})
    await (await person.open("speaker")).fill(speaker=SATELLITE)
    await person.fill(**PLAIN)
    assert await person.saved() == {
        SATELLITE: {"chime": False, "lead_in": 0, "tail": 0},
        PLAYER: {"tail": 0.5},
    }


async def test_a_speaker_that_is_taken_away_while_the_form_is_open(
    hass: HomeAssistant, person: Person
) -> None:
    await person.own(SATELLITE)
    await person.open("speaker")
    hass.config_entries.async_update_entry(
        person.entry, data={**person.entry.data, "outputs": [{"entity_id": PHONE}]}
    )
    await hass.async_block_till_done()
    await person.fill(**PLAIN)
    assert await person.saved() == {}


# --- measured -------------------------------------------------------------------------------------


async def test_measure_a_satellite(person: Person) -> None:
    await person.own(SATELLITE)
    await person.open("speaker")
    await person.measure(volume=50)
    assert person.step == "calibrated"
    assert person.told["tier"].startswith("the speaker tells")
    assert person.told["latency"] == "0.0 s"
    assert person.stack.satellites[0].texts == [
        "One. This is how I sound.",
        "Two. Listen for the first word and the last.",
        "Three. That is all, thank you.",
    ]
    assert "speakers" not in person.entry.options
    await person.fill(first_word=True, last_word=True)
    stored = await person.saved()
    assert stored[SATELLITE].pop("latency") == pytest.approx(0, abs=0.01)
    assert stored == {
        SATELLITE: {
            "volume": 0.5,
            "chime": False,
            "lead_in": 0,
            "tail": 0,
            "tier": "confirmed",
        }
    }
    assert person.coach.settings.outputs[0].profile.tier is Tier.CONFIRMED


async def test_measure_a_player_that_swallows_words(person: Person) -> None:
    await person.own(PLAYER)
    await person.open("speaker")
    await person.measure(tail=1.8)
    assert person.told["tier"].startswith("its state shows")
    assert person.told["latency"] == "0.2 s"
    await person.fill(first_word=False, last_word=False)
    assert person.step == "more_silence"
    assert person.told["latency"] == "0.2 s"
    assert person.suggested == {"chime": False, "lead_in": 0.5, "tail": 2.0, "measure": True}
    assert "speakers" not in person.entry.options

    await person.measure(lead_in=0.5, tail=2.0)
    assert person.step == "calibrated"
    assert person.told["latency"] == "0.2 s"
    # With the silence that was proposed: six words and two and a half seconds.
    heard = person.stack.players[0].heard[3]
    assert heard.ended is not None
    assert heard.ended - heard.began == pytest.approx(0.5 + 6 * 0.4 + 2.0, abs=0.01)
    await person.fill(first_word=False, last_word=True)
    assert person.suggested["lead_in"] == 1.0
    await person.fill(**{**PLAIN, "lead_in": 1.0, "tail": 2.0})
    profile = (await person.saved())[PLAYER]
    assert (profile["lead_in"], profile["tail"], profile["tier"]) == (1.0, 2.0, "observed")
    assert person.coach.settings.outputs[0].profile.latency == pytest.approx(0.2, abs=0.01)


async def test_what_is_measured_replaces_what_was_known(person: Person) -> None:
    known = {"chime": False, "lead_in": 0, "tail": 0, "latency": 0.2, "tier": "observed"}
    await person.own(PLAYER, options={"speakers": {PLAYER: known}})
    person.stack.players[0].fault = Fault.NEVER_PLAYING
    await (await person.open("speaker")).measure()
    assert person.told["tier"].startswith("it does not show")
    assert person.told["latency"] == "?"
    await person.fill(first_word=True, last_word=True)
    profile = (await person.saved())[PLAYER]
    assert profile == {"chime": False, "lead_in": 0, "tail": 0, "tier": "measured"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.ERROR, "speaker_refused"),
        (Fault.HANGS, "speaker_hung"),
        (Fault.VANISHES, "output_unavailable"),
    ],
)
async def test_measuring_that_fails_stores_nothing(
    person: Person, fault: Fault, error: str
) -> None:
    known = {"chime": False, "lead_in": 0, "tail": 0, "latency": 0.3, "tier": "confirmed"}
    await person.own(SATELLITE, options={"speakers": {SATELLITE: known}})
    satellite = person.stack.satellites[0]
    satellite.faults = [Fault.NONE, fault]
    await (await person.open("speaker")).measure(volume=40, lead_in=1)
    assert person.step == "speaker_profile"
    assert person.errors == {"base": error}
    assert person.suggested == {
        "volume": 40,
        "chime": False,
        "lead_in": 1,
        "tail": 0,
        "measure": True,
    }
    assert person.told["latency"] == "0.3 s"
    assert person.entry.options["speakers"] == {SATELLITE: known}

    satellite.set_available(True)
    await person.clock.advance(5)
    await person.measure(volume=40, lead_in=1)
    assert person.step == "calibrated"
    await person.fill(first_word=True, last_word=True)
    assert (await person.saved())[SATELLITE]["volume"] == 0.4


async def test_what_cannot_even_begin(person: Person) -> None:
    await person.own(PLAYER)
    await person.open("speaker")
    person.stack.players[0].set_available(False)
    await person.measure()
    assert person.errors == {"base": "output_unavailable"}
    person.stack.players[0].set_available(True)
    person.stack.players[0].set_state(MediaPlayerState.PLAYING)
    await person.measure()
    assert person.errors == {"base": "speaker_playing"}
    person.stack.players[0].set_state(MediaPlayerState.IDLE)
    person.stack.tts.broken = True
    await person.measure()
    assert person.errors == {"base": "speaker_mute"}
    await person.fill(**PLAIN)
    assert await person.saved() == {PLAYER: {"chime": False, "lead_in": 0, "tail": 0}}


async def test_an_answer_to_the_form_before_is_no_answer(person: Person) -> None:
    """What is sent while it is measured goes on to the form that follows."""
    await person.own(SATELLITE)
    await person.open("speaker")
    await person.fill(**{**PLAIN, "measure": True})
    await person.fill()
    assert person.result["type"] is FlowResultType.SHOW_PROGRESS
    await person.clock.run_until(person.measured, 60)
    await person.fill()
    assert person.step == "calibrated"
    assert len(person.stack.satellites[0].texts) == 3

    await (await person.open("speaker")).fill(**PLAIN)
    person.stack.satellites[0].fault = Fault.ERROR
    await person.open("speaker")
    await person.fill(**{**PLAIN, "measure": True})
    await person.clock.run_until(person.measured, 60)
    await person.fill()
    assert person.step == "speaker_profile"
    assert person.errors == {"base": "speaker_refused"}


async def test_closed_in_the_middle(hass: HomeAssistant, person: Person) -> None:
    await person.own(SATELLITE)
    satellite = person.stack.satellites[0]
    await person.open("speaker")
    await person.fill(**{**PLAIN, "measure": True})
    assert person.result["type"] is FlowResultType.SHOW_PROGRESS
    await person.clock.run_until(lambda: satellite.heard, 10)
    hass.config_entries.options.async_abort(person.result["flow_id"])
    await person.clock.advance(60)
    assert len(satellite.heard) == 1
    assert not hass.data[LANES]
    assert "speakers" not in person.entry.options
    with pytest.raises(UnknownFlow):
        await person.fill(**PLAIN)
    await (await person.open("speaker")).measure()
    assert person.step == "calibrated"


# --- not while somebody is led --------------------------------------------------------------------


async def start(person: Person, entry: MockConfigEntry) -> None:
    await person.hass.services.async_call(
        DOMAIN,
        "start_session",
        {
            "area": "upper_traps",
            "side": "left",
            "length": "quick",
            "config_entry_id": entry.entry_id,
        },
        blocking=True,
    )


async def stop(person: Person, entry: MockConfigEntry) -> None:
    await person.hass.services.async_call(
        DOMAIN, "stop_session", {"config_entry_id": entry.entry_id}, blocking=True
    )
    coach: Coach = entry.runtime_data
    await person.clock.run_until(lambda: not coach.busy, 60)
    await person.clock.advance(10)
    await person.hass.async_block_till_done()


async def test_not_while_a_session_of_its_own_goes_on(person: Person) -> None:
    await person.own(SATELLITE, PLAYER)
    await start(person, person.entry)
    satellite, player = person.stack.satellites[0], person.stack.players[0]
    await person.clock.run_until(lambda: satellite.heard, 30)
    await (await person.open("speaker")).fill(speaker=PLAYER)
    await person.measure()
    assert person.errors == {"base": "in_session"}
    assert not player.heard

    # What was typed is taken over when the session is over.
    await person.fill(**{**PLAIN, "volume": 20})
    await person.hass.async_block_till_done()
    assert person.coach.busy
    assert person.coach.settings.outputs[1].profile == SpeakerProfile()
    await stop(person, person.entry)
    assert person.coach.settings.outputs[1].profile == SpeakerProfile(volume=0.2)

    await (await person.open("speaker")).fill(speaker=PLAYER)
    await person.measure()
    assert person.step == "calibrated"


async def test_not_while_another_coach_uses_the_speaker(person: Person) -> None:
    await person.own(SATELLITE)
    other = coach_entry(person.hass, PLAYER, SATELLITE, name="Anna", room="Kitchen")
    await set_up(person.hass, other)
    await start(person, other)
    await (await person.open("speaker")).measure()
    assert person.errors == {"base": "in_session"}
    assert not person.stack.satellites[0].heard
    await stop(person, other)
    await person.measure()
    assert person.step == "calibrated"


async def test_not_on_what_a_coach_in_a_session_was_given_or_deprived_of(person: Person) -> None:
    """It speaks on through what it began with, and is given the rest when it has ended."""
    await person.own(SATELLITE, PLAYER)
    other = coach_entry(person.hass, PLAYER, name="Anna", room="Kitchen")
    await set_up(person.hass, other)
    await start(person, other)
    outputs = [{"entity_id": SATELLITE}]
    person.hass.config_entries.async_update_entry(other, data={**other.data, "outputs": outputs})
    for speaker in (SATELLITE, PLAYER):
        await (await person.open("speaker")).fill(speaker=speaker)
        await person.measure()
        assert person.errors == {"base": "in_session"}
    await stop(person, other)
    await person.measure()
    assert person.step == "calibrated"


async def test_a_session_elsewhere_does_not_matter(person: Person) -> None:
    await person.own(SATELLITE)
    other = coach_entry(person.hass, PLAYER, name="Anna", room="Kitchen")
    await set_up(person.hass, other)
    await start(person, other)
    await (await person.open("speaker")).measure()
    assert person.step == "calibrated"


async def test_a_session_that_starts_meanwhile_goes_first(person: Person) -> None:
    await person.own(SATELLITE)
    satellite = person.stack.satellites[0]
    await person.open("speaker")
    await person.fill(**{**PLAIN, "measure": True})
    await person.clock.run_until(lambda: satellite.heard, 10)
    await start(person, person.entry)
    await person.clock.run_until(person.measured, 60)
    result = await person.hass.config_entries.options.async_configure(person.result["flow_id"])
    assert result["errors"] == {"base": "in_session"}
    await person.clock.advance(10)
    begun = [heard.text for heard in satellite.heard]
    assert begun.count("One. This is how I sound.") == 1
    assert len(begun) > 1


# --- in the browser -------------------------------------------------------------------------------


# Home Assistant's http component still names by strings what it keeps with a request.
@pytest.mark.filterwarnings("ignore:It is recommended to use web.RequestKey")
async def test_a_browser_is_shown_every_form(
    hass: HomeAssistant, person: Person, hass_client: ClientSessionGenerator
) -> None:
    """Everything goes over the wire, and back, as the frontend does it."""
    await person.own(SATELLITE, PLAYER)
    assert await async_setup_component(hass, "config", {})
    client = await hass_client()
    flows = "/api/config/config_entries/options/flow"

    async def post(path: str, answers: Mapping[str, Any]) -> dict[str, Any]:
        reply: dict[str, Any] = await (await client.post(path, json=answers)).json()
        return reply

    menu = await post(flows, {"handler": person.entry.entry_id})
    assert menu["menu_options"] == ["profile", "voice", "speaker", "heat", "screening"]
    flow = f"{flows}/{menu['flow_id']}"
    form = await post(flow, {"next_step_id": "speaker"})
    assert form["data_schema"][0]["selector"]["entity"]["include_entities"] == [SATELLITE, PLAYER]
    form = await post(flow, {"speaker": SATELLITE})
    fields = {field["name"]: field for field in form["data_schema"]}
    assert list(fields) == ["volume", "chime", "lead_in", "tail", "measure"]
    assert not fields["volume"]["required"]
    assert "default" not in fields["volume"]
    assert fields["volume"]["selector"]["number"]["unit_of_measurement"] == "%"
    assert fields["lead_in"]["selector"]["number"]["step"] == 0.1
    form = await post(flow, {**PLAIN, "measure": True})
    assert (form["type"], form["progress_action"]) == ("progress", "calibrate")
    assert (await (await client.get(flow)).json())["type"] == "progress"
    await person.clock.run_until(lambda: person.measured(menu["flow_id"]), 60)
    form = await (await client.get(flow)).json()
    assert form["step_id"] == "calibrated"
    form = await post(flow, {"first_word": False, "last_word": True})
    assert form["step_id"] == "more_silence"
    done = await post(flow, {**PLAIN, "lead_in": 0.5})
    assert done["type"] == "create_entry"

    menu = await post(flows, {"handler": person.entry.entry_id})
    flow = f"{flows}/{menu['flow_id']}"
    form = await post(flow, {"next_step_id": "voice"})
    fields = {field["name"]: field for field in form["data_schema"]}
    assert list(fields) == [
        "language",
        "together",
        "listen",
        "quiet_from",
        "quiet_until",
        "light",
    ]
    assert fields["language"]["default"] == "automatic"
    offered = fields["language"]["selector"]["select"]["options"]
    assert offered[0]["value"] == "automatic"
    assert {"value": "en", "label": "English"} in offered
    assert fields["quiet_from"]["selector"] == {"time": {}}
    done = await post(flow, {"together": True})
    assert done["type"] == "create_entry"
    settings = Settings.from_entry(person.entry)
    assert settings.together
    assert settings.outputs[0].profile.lead_in == 0.5
    await hass.async_block_till_done()
