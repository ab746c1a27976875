"""Names that several files share."""

from enum import StrEnum
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "knot_coach"

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SELECT,
    Platform.SENSOR,
)


class Conf(StrEnum):
    """Keys of what a config entry stores; `settings.py` is the only reader."""

    NAME = "name"
    ROOM = "room"
    PERSON = "person"
    OUTPUTS = "outputs"
    SPEECH = "speech"
    ENGINE = "engine"
    LANGUAGE = "language"
    VOICE = "voice"
    HEAT = "heat"
    HEATER = "heater"
    TEMPERATURE = "temperature"
    POWER = "power"
    HEAT_MINUTES = "heat_minutes"
    TARGET = "target"
    CEILING = "ceiling"
    SENIOR = "senior"
    GUN = "gun"
    SCREENING = "screening"
    FINDINGS = "findings"
    SCREENED_ON = "screened_on"
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGED_ON = "acknowledged_on"
