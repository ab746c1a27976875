"""A voice without a service: the espeak-ng library, called directly.

The library keeps one voice and one callback per process, so all calls share one lock. Everything
here blocks and belongs in an executor.
"""

from array import array
import ctypes
from functools import cache
from threading import Lock
from typing import Final

import espeakng_loader

from .audio import Clip

CALM: Final = 115
"""Words a minute to ask espeak-ng for, to hear about 125 with its pauses (massage.md §5.1)."""
SLOWEST: Final = 80
"""Words a minute; espeak-ng knows nothing slower."""
FASTEST: Final = 450
"""Words a minute; espeak-ng knows nothing faster without another library."""
VOICES: Final = {
    "en": "British",
    "en-gb-x-rp": "British, formal",
    "en-gb-scotland": "Scottish",
    "en-us": "American",
    "en-us+Annie": "American, higher",
}
"""Voices that are offered: espeak-ng's name, and ours."""

# From speak_lib.h.
_SYNCHRONOUS: Final = 2
_RATE: Final = 1
_CHARACTERS: Final = 1
_UTF8: Final = 1
_OK: Final = 0

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
_lock = Lock()


class EspeakError(Exception):
    """The library refused; `status` is its own number for why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"espeak-ng: status {status}")
        self.status = status


class _Library:
    """The loaded library with its one callback."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.functions = ctypes.CDLL(espeakng_loader.get_library_path())
        self.rate: int = self.functions.espeak_Initialize(
            _SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0
        )
        if self.rate <= 0:
            raise EspeakError(self.rate)
        # The library keeps the pointer alone; without this reference the callback would be freed.
        self.callback = _Callback(self._receive)
        self.functions.espeak_SetSynthCallback(self.callback)

    def _receive(self, samples: ctypes._Pointer[ctypes.c_short], count: int, _: int | None) -> int:
        if count > 0:
            self.heard += ctypes.string_at(samples, count * ctypes.sizeof(ctypes.c_short))
        return 0

    def call(self, function: str, *arguments: object) -> None:
        status = self.functions[function](*arguments)
        if status != _OK:
            raise EspeakError(status)


@cache
def _library() -> _Library:
    return _Library()


def sample_rate() -> int:
    """Samples a second of everything that is spoken."""
    with _lock:
        return _library().rate


def speak(text: str, voice: str = "en", words_per_minute: int = CALM) -> Clip:
    """Speak a text.

    `words_per_minute` is held between `SLOWEST` and `FASTEST`. Raises `EspeakError` for a voice that
    the library does not have.
    """
    pace = min(FASTEST, max(SLOWEST, words_per_minute))
    encoded = text.encode() + b"\0"
    with _lock:
        library = _library()
        library.call("espeak_SetVoiceByName", voice.encode())
        library.call("espeak_SetParameter", _RATE, pace, 0)
        library.heard.clear()
        library.call("espeak_Synth", encoded, len(encoded), 0, _CHARACTERS, 0, _UTF8, None, None)
        native = array("h", bytes(library.heard))
    return Clip(native, library.rate)
