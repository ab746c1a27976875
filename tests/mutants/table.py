"""Faults that the tests must notice, each with the tests that do.

A mutant is the product with one such fault. Its edits must fit: a text that is not found, or found
twice, is an error, so that no mutant is ever tried that is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ANNOUNCE: Final = "custom_components/knot_coach/announce"
MASSAGE: Final = "custom_components/knot_coach/massage"
MATRIX: Final = "tests/test_mouth_matrix.py::test_a_whole_session"
TIMING: Final = "tests/test_mouth_timing.py::test_a_hold_begins_at_the_end_of_speech"
ORDER: Final = "tests/announce/test_announce_order.py"
SATELLITE: Final = "tests/announce/test_announce_satellite.py"
FALLBACK: Final = "tests/announce/test_announce_fallback.py"
TOGETHER: Final = "tests/announce/test_announce_together.py"
CHECK_IN: Final = "tests/test_check_in_hard.py"
ANY_EVENING: Final = "tests/announce/test_announce_properties.py"


@dataclass(frozen=True, slots=True)
class Edit:
    """A text of a file, and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault; all of its tests must fail together, which is to say one of them must."""

    name: str
    edits: Sequence[Edit]
    tests: Sequence[str]


MUTANTS: Final = (
    Mutant(
        "holds start when the announcement is called",
        [
            Edit(
                f"{ANNOUNCE}/announcer.py",
                "            self._tell(item, lambda say: self._reports.begun(say, seconds))\n",
                "            self._tell(item, lambda say: self._reports.begun(say, seconds))\n"
                "            self._said(item)\n",
            )
        ],
        [f"{TIMING}[satellite]"],
    ),
    Mutant(
        "the second of two lines is dropped",
        [
            Edit(
                f"{ANNOUNCE}/queue.py",
                "        self._order += 1\n",
                "        self._order += 1\n        if self._items:\n            return\n",
            )
        ],
        [f"{ORDER}::test_lines_come_by_priority_then_by_arrival_and_never_overlap"],
    ),
    Mutant(
        "nothing waits until a satellite is idle",
        [Edit(f"{ANNOUNCE}/satellite.py", "await self._ear.async_quiet()", "pass")],
        [f"{SATELLITE}::test_idle_must_hold_before_it_speaks"],
    ),
    Mutant(
        "nobody notices who talks",
        [
            Edit(
                f"{ANNOUNCE}/ear.py",
                "self.heard, self._turn_until, self._idles = True, turn, 0",
                "self._idles = 0",
            )
        ],
        [f"{SATELLITE}::test_nobody_is_talked_over_when_a_line_ends_while_they_talk"],
    ),
    Mutant(
        "nobody is left in peace after a cut",
        [
            Edit(
                f"{ANNOUNCE}/announcer.py",
                "self._hass.loop.time() + HELD.total_seconds()",
                "self._hass.loop.time()",
            )
        ],
        [f"{SATELLITE}::test_a_line_that_the_person_cuts_holds_the_queue_but_not_safety"],
    ),
    Mutant(
        "a line that was cut off is not said again",
        [
            Edit(
                f"{ANNOUNCE}/announcer.py",
                "        if item.entry.cuts >= MAX_CUTS:\n",
                "        if item.entry.cuts:\n",
            )
        ],
        [SATELLITE],
    ),
    Mutant(
        "no output is demoted",
        [Edit(f"{ANNOUNCE}/tiers.py", "        self.tier = Tier.MEASURED\n", "")],
        [f"{MATRIX}[satellite alone, hangs for ever]"],
    ),
    Mutant(
        "a lie is believed",
        [
            Edit(
                f"{ANNOUNCE}/satellite.py",
                "        if not early:\n            self.trust.kept_word()\n",
                "        if took < AT_ONCE_SECONDS or not early:\n            self.trust.kept_word()\n",
            )
        ],
        [f"{MATRIX}[satellite, lies at once]"],
    ),
    Mutant(
        "priorities are reversed",
        [
            Edit(
                f"{ANNOUNCE}/queue.py",
                "return (Priority.ANSWER if cut else self.say.priority, cut, self.order)",
                "return (-(Priority.ANSWER if cut else self.say.priority), cut, self.order)",
            ),
            Edit(
                f"{ANNOUNCE}/queue.py",
                "-> tuple[Priority, bool, int]:",
                "-> tuple[int, bool, int]:",
            ),
        ],
        [f"{ORDER}::test_lines_come_by_priority_then_by_arrival_and_never_overlap"],
    ),
    Mutant(
        "what comes too late is spoken",
        [Edit(f"{ANNOUNCE}/queue.py", "self._journal.now() <= item.say.stale", "item.say.stale")],
        [ORDER],
    ),
    Mutant(
        "a newer line does not take the place of an older one",
        [
            Edit(
                f"{ANNOUNCE}/queue.py",
                "if item.say.line.key == say.line.key]:",
                "if item.say.line.key is None]:",
            )
        ],
        [TOGETHER],
    ),
    Mutant(
        "hush drops what is for safety",
        [
            Edit(
                f"{ANNOUNCE}/queue.py",
                "if not item.safety or item.entry.cuts]",
                "if item.say or item.entry.cuts]",
            )
        ],
        [f"{ORDER}::test_hush_drops_what_has_not_begun_but_safety_and_cuts_nothing"],
    ),
    Mutant(
        "no line is ever given up",
        [
            Edit(
                f"{ANNOUNCE}/satellite.py",
                "        if await self._async_until(call.done, until):\n",
                "        if until and await self._async_until(call.done, float('inf')):\n",
            )
        ],
        [f"{MATRIX}[satellite, hangs for ever]"],
    ),
    Mutant(
        "an output that fails is tried again and no other",
        [
            Edit(
                f"{ANNOUNCE}/announcer.py",
                "        item.tried |= {speaker.output.entity_id for speaker, _ in result.failed}\n",
                "",
            ),
            Edit(
                f"{ANNOUNCE}/voices.py",
                "fit = [one for one in usable if one.benched_until <= now]",
                "fit = usable",
            ),
        ],
        [f"{FALLBACK}::test_an_output_that_raises_gives_the_line_to_the_next"],
    ),
    Mutant(
        "two coaches speak on one output at once",
        [
            Edit(
                f"{ANNOUNCE}/lanes.py",
                "        if not self._taken:\n",
                "        if priority >= 0 or not self._taken:\n",
            )
        ],
        [ANY_EVENING],
    ),
    Mutant(
        "a line that is hushed is not in the journal's account",
        [Edit(f"{ANNOUNCE}/queue.py", "        self._journal.close(item.entry, end)\n", "")],
        [ANY_EVENING],
    ),
    Mutant(
        "pressure rises on a line whose end nobody saw",
        [
            Edit(
                f"{MASSAGE}/speaking.py",
                "ramp.heard(now) if seen else ramp.dropped(now)",
                "ramp.heard(now)",
            )
        ],
        ["tests/massage/test_speaking.py"],
    ),
    Mutant(
        "pressure rises after a line was cut off",
        [
            Edit(
                f"{MASSAGE}/speaking.py",
                "if by_person and isinstance(s.state, Instructing | Working):",
                "if not by_person and isinstance(s.state, Instructing | Working):",
            )
        ],
        ["tests/massage/test_session_words.py"],
    ),
    Mutant(
        "whoever answers when the time is over is cut off",
        [Edit(f"{ANNOUNCE}/microphone.py", "if self._ear.speaking:", "if False:")],
        [f"{CHECK_IN}::test_who_speaks_when_the_time_is_over_is_heard_to_the_end"],
    ),
    Mutant(
        "a line waits behind a microphone that does not open",
        [Edit(f"{ANNOUNCE}/lanes.py", "            self.wanted()\n", "            pass\n")],
        [f"{CHECK_IN}::test_a_line_does_not_wait_for_a_satellite_that_does_not_listen"],
    ),
    Mutant(
        "a question whose end nobody saw is answered",
        [
            Edit(
                "custom_components/knot_coach/speech.py",
                "        if seen:\n            self._check_ins.asked(say)\n",
                "        self._check_ins.asked(say)\n",
            )
        ],
        [f"{CHECK_IN}::test_nobody_listens_to_a_question_whose_end_was_not_seen"],
    ),
)
