"""The dead-man: a countdown in the device itself, which cuts the power if nobody else does.

Home Assistant may hang or die while a heater is on; what then still switches off is the device alone.
There are two kinds. Some devices cut the power so many minutes after each on (Shelly auto-off, Tasmota
PulseTime, an ESPHome script): there is nothing to write, and they guard from the first moment. Others
have a countdown entity (Tuya, Zigbee2MQTT) that is written after each on, which leaves the moments
between the on and the write unguarded. Some countdowns *toggle*: they switch on where it is off already.
So none is believed, and none is written unasked: it counts as a guard only after a drill has seen it cut
the power by itself, and leave it cut.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMan:
    """What a person has told about the device's own countdown; one of the two is set."""

    countdown: str | None = None
    """A number or select entity of the same device, which the coach writes after each on."""
    auto_off_minutes: int | None = None
    """Minutes after which the device cuts the power by itself after each on, as it is set there."""
