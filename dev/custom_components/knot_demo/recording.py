"""What was heard in the demo room, and when.

The recording holds nothing but what the outputs hand it, at the moment they hand it over. Whatever
an output did not receive is silence in it.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
import wave

from .audio import SAMPLE_WIDTH, Clip, to_pcm

LOUDEST = 32767
"""The largest 16-bit sample; a louder sum of two voices is clipped, as in an amplifier."""


@dataclass(slots=True)
class Span:
    """One clip in the recording; times in seconds from its beginning."""

    start: float
    end: float
    output: str
    """Entity id of the output that received it."""
    words: str
    """What was spoken; empty for sound that the demo voice did not make."""
    samples: array[int]

    def overlaps(self, other: Span) -> bool:
        """Tell whether both could be heard at the same time."""
        return self.start < other.end and other.start < self.end


class Recording:
    """A tape that runs by the clock it was given (seconds, never backwards)."""

    def __init__(self, clock: Callable[[], float], rate: int) -> None:
        self._clock = clock
        self.rate = rate
        self._zero = clock()
        self.spans: list[Span] = []
        self._listeners: list[Callable[[Span], None]] = []

    @property
    def now(self) -> float:
        """Seconds since the tape began to run."""
        return self._clock() - self._zero

    def restart(self) -> None:
        """Begin with an empty tape now."""
        self.spans.clear()
        self._zero = self._clock()

    def receive(self, output: str, words: str, clip: Clip) -> Span:
        """Record a clip that begins to sound now, whatever its rate, as a loudspeaker does."""
        start = self.now
        samples = clip.at_rate(self.rate).samples
        span = Span(start, start + clip.seconds, output, words, samples)
        self.spans.append(span)
        for listener in self._listeners:
            listener(span)
        return span

    def listen(self, listener: Callable[[Span], None]) -> Callable[[], None]:
        """Tell the listener of each clip when it begins; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def cut(self, span: Span) -> None:
        """Silence the rest of a clip that was stopped now; nothing changes when it is over."""
        if span.start <= self.now < span.end:
            span.end = self.now
            span.samples = span.samples[: round((span.end - span.start) * self.rate)]

    def overlaps(self) -> Iterator[tuple[Span, Span]]:
        """Yield every pair of clips that could be heard at the same time."""
        return (pair for pair in combinations(self.spans, 2) if pair[0].overlaps(pair[1]))

    def mix(self, seconds: float) -> array[int]:
        """Return the tape from its beginning, `seconds` long, silent where nothing was received."""
        tape = array("h", bytes(round(seconds * self.rate) * SAMPLE_WIDTH))
        filled = 0
        for span in sorted(self.spans, key=lambda span: span.start):
            start = round(span.start * self.rate)
            samples = span.samples[: max(0, len(tape) - start)]
            both = max(0, min(filled - start, len(samples)))
            for offset in range(both):
                loud = tape[start + offset] + samples[offset]
                tape[start + offset] = max(-LOUDEST, min(LOUDEST, loud))
            tape[start + both : start + len(samples)] = samples[both:]
            filled = max(filled, start + len(samples))
        return tape

    def write(self, path: Path, seconds: float) -> None:
        """Write the tape as a WAV file."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(SAMPLE_WIDTH)
            file.setframerate(self.rate)
            file.writeframes(to_pcm(self.mix(seconds)))
