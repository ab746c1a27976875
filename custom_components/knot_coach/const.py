"""Names that several files share."""

from enum import StrEnum
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "knot_coach"

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SCENE,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
)


class Conf(StrEnum):
    """Keys of what a config entry stores and its forms ask for; `settings.py` reads them."""

    NAME = "name"
    ROOM = "room"
    PERSON = "person"
    OUTPUTS = "outputs"
    SAY_HELLO = "say_hello"
    SPEECH = "speech"
    ENTITY_ID = "entity_id"
    ENGINE = "engine"
    LANGUAGE = "language"
    VOICE = "voice"
    TOGETHER = "together"
    LISTEN = "listen"
    QUIET_FROM = "quiet_from"
    QUIET_UNTIL = "quiet_until"
    LIGHT = "light"
    SPEAKERS = "speakers"
    LEAD_IN = "lead_in"
    TAIL = "tail"
    VOLUME = "volume"
    CHIME = "chime"
    LATENCY = "latency"
    TIER = "tier"
    HEATER = "heater"
    TEMPERATURE = "temperature"
    POWER = "power"
    HEAT_MINUTES = "heat_minutes"
    HEAT_KIND = "heat_kind"
    HEAT_UNASKED = "heat_unasked"
    OWN_CUTOFF = "own_cutoff"
    COUNTDOWN = "countdown"
    AUTO_OFF_MINUTES = "auto_off_minutes"
    TARGET = "target"
    CEILING = "ceiling"
    SENIOR = "senior"
    GUN = "gun"
    GUN_REACH = "gun_reach"
    TOOLS = "tools"
    SHORT_BREATH = "short_breath"
    NEXT_DAY_QUESTION = "next_day_question"
    FINDINGS = "findings"
    PLACES = "places"
    CLEARED = "cleared"
    SCREENED_ON = "screened_on"
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGED_ON = "acknowledged_on"
