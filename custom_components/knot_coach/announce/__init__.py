"""The mouth: speaks lines one after another, and tells when each has really been spoken."""

from .announcer import Announcer, NoOutputError
from .outputs import Output, capability

__all__ = ["Announcer", "NoOutputError", "Output", "capability"]
