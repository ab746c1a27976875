"""The mouth: speaks lines one after another, and tells when each has really been spoken."""

from .announcer import Announcer
from .ear import Ear
from .outputs import Output, SpeakerProfile, capability
from .reports import NoOutputError, Reports
from .tiers import Tier

__all__ = [
    "Announcer",
    "Ear",
    "NoOutputError",
    "Output",
    "Reports",
    "SpeakerProfile",
    "Tier",
    "capability",
]
