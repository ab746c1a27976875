"""The pages about the areas: `docs/areas/<area>.md` and their index, written from the catalogue.

`scripts/docs` writes them; the tests only compare. What a page says is what the coach does: times
come from plans, words from the phrasebook, and what is ruled out from the rules themselves.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby, product
import json
from pathlib import Path
import re
from typing import Final

import yaml

from massage.areas import Area, Consequence, Gun, Region, Side, Tool
from massage.order import IMPLANT, UPRIGHT, Order, Profile
from massage.phases import Length, Phase
from massage.plan import Plan, Step, compile_plan
from massage.rehearsal import minutes_and_seconds
from massage.screening import CLEARABLE, LOCAL, Finding, Screening, effects, refuse
from massage.timing import stretch_pace
from tests.massage.stage import AREAS, BOOK, CATALOGUE

FOLDER: Final = Path(__file__).parents[2] / "docs" / "areas"
INDEX: Final = "README.md"
NOTE: Final = (
    "<!-- Written by scripts/docs from custom_components/knot_coach/catalogue: change it there. -->"
)
_WORDS: Final = json.loads((CATALOGUE.parent / "translations" / "en.json").read_text("utf-8"))
_HEARD: Final = yaml.safe_load((CATALOGUE / "sentences" / "en.yaml").read_text("utf-8"))["areas"]
_TITLES: Final[dict[str, str]] = _WORDS["selector"]["area"]["options"]
_FINDINGS: Final[dict[str, str]] = _WORDS["selector"]["finding"]["options"]
_TODAY: Final = date(2026, 11, 24)
_TOOLS: Final = {
    Tool.HANDS: "your hands",
    Tool.BALL: "a ball",
    Tool.TWO_BALLS: "two balls in a sock",
    Tool.ROLLER: "a foam roller",
    Tool.CANE: "a massage cane",
}
_OTHERS = {UPRIGHT: "Without lying flat", IMPLANT: "With metalwork or a new joint"}
_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_NONE: Final = "\N{EN DASH}"
_GUN: Final = {Gun.OK: "yes", Gun.REACH: "in reach", Gun.NO: "no"}


def pages() -> dict[str, str]:
    """Return every page there is, by the name of its file."""
    areas = [AREAS[key] for key in BOOK.areas]
    return {INDEX: _index(areas)} | {f"{area.key}.md": _page(area) for area in areas}


def write() -> None:
    """Write every page anew, and remove what is none any more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


# One area


def _page(area: Area) -> str:
    parts = [
        f"# {_TITLES[area.key]}",
        NOTE,
        "\n".join(_summary(area)),
        "## Before it starts",
        "\n\n".join(_before(area)),
        "## Step by step",
        _steps(area),
        *_others(area),
        "---",
        (
            "Knot Coach is about comfort: it treats nothing, and it is no medical service. Stop whenever"
            " something feels\nwrong. [All areas](README.md) · [Where the numbers come from](../sources.md)"
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _summary(area: Area) -> Iterator[str]:
    said = ", ".join(_spoken(area.key))
    tools = ", or ".join(_TOOLS[way] for way in area.ways)
    yield f"- **Say**: {said}. Some of these are what speech recognition makes of the others."
    yield f"- **Side**: {_sides(area)}."
    yield f"- **You need**: {tools}."
    yield f"- **Pressure**: never above {area.cap} of 10, felt."
    yield f"- **Massage gun**: {_gun(area)}"
    lengths = (
        f"{length} {_total(area, length)} ([read it]({_score(area, length)}))"
        for length in area.lengths
    )
    yield f"- **Time**: {', '.join(lengths)}. Words and answers come on top."
    if missing := [length for length in Length if length not in area.lengths]:
        yield f"- **Not offered**: {', '.join(missing)}; standard is played instead."


def _spoken(key: str) -> Iterator[str]:
    """Write the sentences' templates out, as far as people need to read them."""
    for template in _HEARD[key]:
        text = template.replace("(my|the)", "my")
        while (shorter := re.sub(r"\[[^\[\]]*\]", "", text)) != text:
            text = shorter
        pieces = re.split(r"\(([^()]*)\)", text)
        choices = [piece.split("|") if n % 2 else [piece] for n, piece in enumerate(pieces)]
        yield from (" ".join("".join(words).split()) for words in product(*choices))


def _sides(area: Area) -> str:
    if area.sides == (Side.CENTRE,):
        return "in the middle, for both sides together"
    return "left, right, or both (deep works on one side at a time)"


def _gun(area: Area) -> str:
    plans = (_plan(area, length, reach=True) for length in area.lengths)
    times = ", ".join(
        f"{_time(plan, Phase.TOOL)} seconds in a {plan.order.length} session"
        for plan in plans
        if _of(plan, Phase.TOOL)
    )
    match area.gun:
        case Gun.NO:
            return "never here."
        case Gun.OK:
            return f"if you own one, {times}."
        case Gun.REACH:
            words = _quote(_own(area, Phase.TOOL))
            return f"only if you reach there without strain, {times} more. {words}"


def _score(area: Area, length: Length) -> str:
    return f"../../tests/scores/{area.key}-{length}.txt"


def _before(area: Area) -> Iterator[str]:
    if area.gate is not None:
        answer = "yes" if area.gate.opens_on_yes else "no"
        yield (
            f"The coach asks each time: {_quote(_own(area, 'gate'))}\n"
            f"Only a clear {answer} lets the session go on. {_consequence(area.gate.otherwise)}"
        )
    yield f"{'Then it asks' if area.gate else 'The coach asks'}: {_quote([BOOK.line('health').text])}"
    yield f"Where to keep away from: {_quote(_own(area, 'avoid'))}"
    if area.region is Region.NECK:
        yield (
            "Dizziness, a headache, sickness, or trouble with seeing or standing is an emergency"
            " here: the session ends\nat once, and nothing starts for a day."
        )
    ruled_out = [*_ruled_out(area)]
    if ruled_out:
        yield "It is left alone after a yes to:\n\n" + "\n".join(ruled_out)
    yield (
        f"{'And it' if ruled_out else 'It'} is left alone with"
        " [anything that is wrong just there](README.md#left-alone-with)."
    )


def _consequence(consequence: Consequence) -> str:
    match consequence:
        case Consequence.EMERGENCY:
            return "Any other answer ends it\nwith the words of an emergency, and nothing starts for a day."
        case Consequence.LEG:
            return "Any other answer ends it:\nno leg is worked on, and no heat is used, for two days and until somebody has looked at it."


def _ruled_out(area: Area) -> Iterator[str]:
    """Yield the health questions that rule out this area, and neither everything nor any place."""
    for finding in Finding:
        if _refused(area, finding) == "screening_area":
            yield _question(finding)


def _refused(area: Area, finding: Finding) -> str | None:
    """Tell what rules an area out for somebody with one finding, somewhere else if it has a place."""
    places = frozenset({(finding, "elsewhere")}) if finding in LOCAL else frozenset()
    return refuse(area, effects(Screening(_TODAY, frozenset({finding}), places), _TODAY))


def _question(finding: Finding) -> str:
    """Write a health question as an item of a list."""
    cleared = " *Unless your own clinician agrees.*" if finding in CLEARABLE else ""
    return f"- {_FINDINGS[finding]}{cleared}"


def _steps(area: Area) -> str:
    plans = {length: _plan(area, length) for length in area.lengths}
    phases = [phase for phase in Phase if any(_of(plan, phase) for plan in plans.values())]
    rows = [["Position", *("" for _ in plans), _lines(_own(area, "setup"))]]
    for phase in phases:
        times = (_time(plan, phase) for plan in plans.values())
        rows.append([_capital(BOOK.word(phase)), *times, _lines(_own(area, phase))])
    rows.append(["**All of it**", *(f"**{_total(area, length)}**" for length in plans), ""])
    head = ["Step", *(_capital(str(length)) for length in plans), "What you hear"]
    spoken = "left" if Side.LEFT in area.sides else ""
    side = f" The words are those for the {spoken} side." if spoken else ""
    return (
        "Seconds of each step, once its words have been spoken. What is said in every area alike is\n"
        f"on [the page about all of them](README.md#what-is-said-everywhere).{side}\n\n"
        + _table(head, rows)
    )


def _plan(area: Area, length: Length, *, reach: bool = False) -> Plan:
    profile = Profile(gun=True, gun_reach=reach)
    return compile_plan(
        Order(area=area, side=area.sides[0], length=length, profile=profile, book=BOOK)
    )


def _of(plan: Plan, phase: Phase) -> list[Step]:
    return [step for step in plan.steps if step.phase is phase]


def _time(plan: Plan, phase: Phase) -> str:
    steps = _of(plan, phase)
    if phase is Phase.STRETCH:
        seconds = steps[0].seconds
        hold, rest = stretch_pace(plan.order, seconds)
        times = (seconds + rest) // (hold + rest)
        return f"{seconds} ({times} {_TIMES} {hold})" if times > 1 else f"{seconds}"
    held = [(step.holds, step.seconds // step.holds) for step in steps]
    runs = [(len(list(run)), *what) for what, run in groupby(held)]
    texts = (
        f"{n * holds} {_TIMES} {each}" if n * holds > 1 else f"{each}" for n, holds, each in runs
    )
    return " + ".join(texts) or _NONE


def _total(area: Area, length: Length) -> str:
    return minutes_and_seconds(_plan(area, length).total)


def _others(area: Area) -> Iterator[str]:
    """Yield the other ways to do it, and the words for whoever must not lie flat."""
    texts = BOOK.areas[area.key]
    for name in (*(str(way) for way in area.ways[1:]), *_OTHERS):
        keys = [key for key in ("setup", *Phase, "avoid") if f"{name}.{key}" in texts]
        if not keys:
            continue
        yield "## " + (_OTHERS.get(name) or f"With {_TOOLS[Tool(name)]}")
        yield "What is not listed stays as above."
        rows = [[_title(key), _lines(_own(area, key, (name,)))] for key in keys]
        yield _table(["Step", "What you hear"], rows)


def _title(key: str) -> str:
    other = {"setup": "Position", "avoid": "Keep away from"}
    return other.get(key) or _capital(BOOK.word(key))


def _own(area: Area, key: str, wordings: tuple[str, ...] = ()) -> list[str]:
    return [line.text for line in BOOK.cues(area.key, key, area.sides[0], wordings)]


# All of them


def _index(areas: Sequence[Area]) -> str:
    rows = [
        [
            f"[{_TITLES[area.key]}]({area.key}.md)",
            BOOK.name(area.key),
            "middle" if area.sides == (Side.CENTRE,) else "left, right",
            str(area.cap),
            *(_total(area, length) if length in area.lengths else _NONE for length in Length),
            _GUN[area.gun],
        ]
        for area in areas
    ]
    head = ["Area", "Its name, spoken", "Side", "Highest", *map(_capital, Length), "Gun"]
    parts = [
        "# Areas",
        NOTE,
        (
            "What Knot Coach can lead you through, from head to toe. *Highest* is the pressure that is"
            " never gone beyond, on the\nfelt scale up to ten. Times are minutes and seconds of work;"
            " words and answers come on top."
        ),
        _table(head, rows),
        (
            "Sessions are for comfort. No part of them treats anything, and none of this has been checked"
            " by a clinician. Where the\nnumbers come from stands in [sources](../sources.md)."
        ),
        "## Nothing is started with",
        "\n".join(_question(finding) for finding in Finding if _stops_everything(areas, finding)),
        (
            "These are some of the questions about your health; to be unsure counts as yes. Every yes,"
            " to these and to the others,\nlowers the pressure that is gone up to."
        ),
        "## Left alone with",
        "A yes to one of these is asked about further, and the areas that it is about are left alone:",
        "\n".join(_question(finding) for finding in Finding if finding in LOCAL),
        "## What is said everywhere",
        _table(["Step", "What you hear"], list(_everywhere(areas))),
        (
            "While you press, the coach leads up from two, one level in ten seconds and no further than"
            " you asked for:"
        ),
        "\n".join(f"- {text}" for level in range(2, 7) for text in BOOK.lines[f"l{level}"]),
    ]
    return "\n\n".join(parts) + "\n"


def _stops_everything(areas: Sequence[Area], finding: Finding) -> bool:
    return all(_refused(area, finding) not in {None, "screening_area"} for area in areas)


def _everywhere(areas: Sequence[Area]) -> Iterator[list[str]]:
    plans = [_plan(area, length) for area in areas for length in area.lengths]
    for phase in Phase:
        steps = [step for plan in plans for step in _of(plan, phase)]
        lines = [
            line
            for step in steps
            for line in (*step.lines, *(cue.line for cue in step.cues))
            if line.key.partition(".")[0] not in BOOK.areas
        ]
        if texts := list(dict.fromkeys(line.text for line in lines)):
            yield [_capital(BOOK.word(phase)), _lines(texts)]


# How it is written


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _quote(texts: Sequence[str]) -> str:
    return " ".join(f'"{text}"' for text in texts)


def _lines(texts: Sequence[str]) -> str:
    return "<br>".join(texts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


if __name__ == "__main__":
    write()
