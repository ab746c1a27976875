"""What people really say, written down by those who had not seen the sentence files.

`<language>.yaml` is said through agent and pipeline, and `<language>_more.yaml` only understood. The rows of
`<language>_aside.yaml` are put aside: whoever changes sentences does not read them, so that they tell how words are
understood that nobody has thought of.
A row has what is said (`say`), when (`when`: idle, live, paused, or what has just been asked), and what
it means (`means`, with area, side, length, minutes, score, tier or again where they were said).
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from custom_components.knot_coach.massage.messages import Question
from custom_components.knot_coach.massage.order import Talk
from custom_components.knot_coach.voice.meanings import (
    About,
    AnswerHeard,
    CommandHeard,
    EasedHeard,
    HealthChanged,
    Heard,
    LoudnessHeard,
    NeverMindHeard,
    NoHarderHeard,
    ScoreHeard,
    Situation,
    StartRequest,
    StatusRequest,
    StopHeard,
    SymptomRequest,
    TalkHeard,
    WhyRequest,
)

type Row = Mapping[str, Any]

SITUATIONS: Final = MappingProxyType(
    {
        "idle": Situation(),
        "live": Situation(live=True),
        "paused": Situation(live=True, paused=True),
        "asked_health": Situation(live=True, question=Question.HEALTH),
        "asked_side": Situation(live=True, question=Question.SIDE),
        "asked_heat": Situation(live=True, question=Question.HEAT),
        "asked_wrong": Situation(live=True, question=Question.WRONG),
        "asked_score": Situation(live=True, rating=True),
        "asked_check": Situation(live=True, rating=True),
    }
)
_ABOUT: Final = {
    About.LEFT: "how_long",
    About.STEP: "which_step",
    About.NEXT: "what_next",
    About.WHY: "why",
}


def rows(name: str) -> list[Row]:
    """Return the rows of a file."""
    read: list[Row] = yaml.safe_load((Path(__file__).parent / f"{name}.yaml").read_text("utf-8"))
    return read


def expected(row: Row) -> dict[str, Any]:
    """Return what a row means; the word that leaves a choice is told by the reply."""
    left_out = {"say", "when", "word"}
    if row["means"] == "choose":
        # Which part is meant is asked for, and the side with it.
        left_out |= {"side", "length", "minutes"}
    return {key: value for key, value in row.items() if key not in left_out}


def meaning(heard: Heard | None) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - one line for each meaning
    """Put what was understood into the words of the corpus."""
    match heard:
        case None:
            return {"means": "none"}
        case StartRequest():
            return _started(heard)
        case SymptomRequest():
            return {"means": "symptom"}
        case HealthChanged():
            return {"means": "health_changed"}
        case WhyRequest():
            return {"means": "why"}
        case StatusRequest(about):
            return {"means": _ABOUT[about]}
        case CommandHeard(command):
            return {"means": str(command)}
        case AnswerHeard(answer):
            return {"means": str(answer)}
        case ScoreHeard(score):
            return {"means": "score", "score": score}
        case EasedHeard(easing):
            return {"means": "easing" if easing else "same"}
        case LoudnessHeard(louder):
            return {"means": "louder" if louder else "quieter"}
        case TalkHeard(talk):
            return {"means": "cues_only" if talk is Talk.CUES else "talk_more"}
        case NoHarderHeard():
            return {"means": "no_harder"}
        case NeverMindHeard():
            return {"means": "never_mind"}
        case StopHeard(phrase):
            return {"means": "stop_word", "tier": str(phrase.tier)}


def _started(request: StartRequest) -> dict[str, Any]:
    said: dict[str, Any] = {"means": "stretch" if request.stretch_only else "start"}
    if request.choices:
        return {"means": "choose"}
    said["area"] = request.area
    said |= {"side": request.side and str(request.side), "minutes": request.minutes}
    said |= {"length": request.length and str(request.length), "again": request.again or None}
    said |= {name: True for name in ("unknown", "refused") if getattr(request, name)}
    return {key: value for key, value in said.items() if value is not None}
