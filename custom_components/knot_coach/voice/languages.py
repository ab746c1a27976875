"""Which languages are listened for, and which is asked first."""

from collections.abc import Iterable, Mapping
from typing import Final

from homeassistant.components.assist_pipeline import DOMAIN as PIPELINES, async_get_pipelines
from homeassistant.core import HomeAssistant, callback

from .grammar import Grammar

FALLBACK_LANGUAGE: Final = "en"
"""Spoken with whoever speaks a language that nobody has written down."""


def in_order(grammars: Mapping[str, Grammar], languages: Iterable[str | None]) -> list[Grammar]:
    """Return all grammars, those of some languages first: all are understood in all."""
    first = [*spoken(grammars, languages), *spoken(grammars, [FALLBACK_LANGUAGE])]
    return list({id(one): one for one in (*first, *grammars.values())}.values())


def spoken(grammars: Mapping[str, Grammar], languages: Iterable[str | None]) -> list[Grammar]:
    """Return the grammars of some languages, each once; English for one that nobody has written."""
    tags = ((one, one.partition("-")[0], FALLBACK_LANGUAGE) for one in languages if one)
    found = (next((grammars[tag] for tag in known if tag in grammars), None) for known in tags)
    return list({id(one): one for one in found if one is not None}.values())


@callback
def tags_in(hass: HomeAssistant) -> list[str]:
    """Return the languages that a house speaks: of its assistants, where it has any, and its own."""
    pipelines = async_get_pipelines(hass) if PIPELINES in hass.config.components else []
    return [*(one.conversation_language for one in pipelines), hass.config.language]
