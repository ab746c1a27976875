"""Knot Coach leads a person by voice through releasing a muscle knot."""

from functools import partial

from homeassistant.core import HassJob, HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from . import services
from .announce.synthesis import async_forget_clips
from .const import DOMAIN, PLATFORMS
from .content import async_load
from .coordinator import Coach, KnotCoachEntry
from .following import async_follow_heater
from .foreign_language import async_watch_language
from .hearing import HearingCoach
from .heater import Heater, async_recover
from .language import speak
from .lease import async_get_book
from .live_activity import async_setup_live_activity
from .next_day import async_setup_reminder
from .overrun import async_forget_overrun, async_look_for_overruns
from .proofs import async_get_proofs
from .restored import forget
from .screening_due import async_watch_screening
from .settings import Settings
from .store import Memory
from .twin_light import async_setup_twin_light
from .voice.sentences import Vocabulary, async_prepare, async_register

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _: ConfigType) -> bool:
    """Register the actions, and switch off whatever heater a crash has left on."""
    services.async_setup(hass)
    book = await async_get_book(hass)
    async_look_for_overruns(hass, book)
    async_recover(hass, book)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: KnotCoachEntry) -> bool:
    """Bring a coach to life."""
    catalogue = await async_load(hass)
    memory = Memory(hass, entry.entry_id)
    await memory.async_load(dt_util.utcnow())
    try:
        settings = Settings.from_entry(entry)
    except (KeyError, ValueError) as err:
        raise ConfigEntryError(translation_domain=DOMAIN, translation_key="broken_entry") from err
    coach = entry.runtime_data = Coach(hass, entry, settings, catalogue, memory)
    entry.async_on_unload(coach.async_close)
    # Entries are not unloaded when Home Assistant stops; somebody may be pressing then.
    entry.async_on_unload(
        hass.async_add_shutdown_job(HassJob(coach.async_close, f"{entry.title} leaves"))
    )
    proofs = await async_get_proofs(hass)
    if settings.heat is None:
        await proofs.async_void(entry.entry_id)
        async_forget_overrun(hass, entry.entry_id)
    else:
        book = await async_get_book(hass)
        heater = coach.admission.heater = Heater(
            hass, entry, settings.heat, book, report=coach.report, proofs=proofs
        )
        await heater.async_start()
        async_follow_heater(hass, entry)
    await coach.speech.async_recover()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_setup_live_activity(coach, memory.borrowed)
    async_setup_twin_light(coach, memory.borrowed)

    vocabulary = Vocabulary(
        sentences=catalogue.sentences,
        areas=catalogue.areas,
        speak=partial(speak, hass, catalogue),
    )
    hearing = HearingCoach(hass, coach)
    prepared = await async_prepare(hass, hearing, vocabulary)
    entry.async_on_unload(async_register(hass, hearing, vocabulary, prepared))
    entry.async_on_unload(async_setup_reminder(coach))
    async_watch_screening(hass, entry)
    entry.async_on_unload(async_watch_language(coach))
    entry.async_on_unload(async_at_started(hass, coach.async_wake))
    entry.async_on_unload(entry.add_update_listener(async_update))
    return True


async def async_update(_: HomeAssistant, entry: KnotCoachEntry) -> None:
    """Take changed settings over: at once, or when the session that goes on has ended."""
    entry.runtime_data.async_reload_when_idle()


async def async_unload_entry(hass: HomeAssistant, entry: KnotCoachEntry) -> bool:
    """Put a coach away; heat goes off first."""
    await entry.runtime_data.async_close()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: KnotCoachEntry) -> None:
    """Forget everything about the person; a heater left on is still switched off."""
    await Memory(hass, entry.entry_id).async_remove()
    await (await async_get_proofs(hass)).async_void(entry.entry_id)
    async_forget_overrun(hass, entry.entry_id)
    forget(hass, er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id))
    if all(one is entry for one in hass.config_entries.async_entries(DOMAIN)):
        await async_forget_clips(hass)
