"""The mouth: speaks lines one after another, and tells when each has really been spoken."""

from .announcer import Announcer, NoOutputError
from .outputs import Output, SpeakerProfile, capability
from .tiers import Tier

__all__ = ["Announcer", "NoOutputError", "Output", "SpeakerProfile", "Tier", "capability"]
