"""Stop words: each trigger of massage.md §4.3, and what tells a statement from a mention."""

from pathlib import Path

from hypothesis import given, strategies as st
import pytest
import yaml

from massage.messages import Tier
from massage.stop_words import NECK_AREAS, StopWords, classify

SENTENCES = Path(__file__).parents[2] / "custom_components/knot_coach/catalogue/sentences/en.yaml"
DATA = yaml.safe_load(SENTENCES.read_text("utf-8"))["stop_words"]
WORDS = StopWords.of(DATA)

EMERGENCIES = (
    "chest pain",
    "chest pressure",
    "chest tightness",
    "pressure in my chest",
    "tight chest",
    "pain in my chest",
    "jaw pain with arm pain",
    "pain in my jaw and arm",
    "can't breathe",
    "cannot breathe",
    "can not breathe",
    "short of breath",
    "shortness of breath",
    "hard to breathe",
    "fainted",
    "passing out",
    "passed out",
    "face drooping",
    "face is drooping",
    "slurred",
    "slurring",
    "can't speak",
    "can't see",
    "double vision",
    "seeing double",
    "worst headache",
    "sudden severe headache",
    "suddenly weak",
    "weak suddenly",
    "numb groin",
    "numb between the legs",
    "numbness between my legs",
    "lost bladder control",
    "lost control of my bowel",
    "no bowel control",
)
STOPS = (
    "sharp",
    "stabbing",
    "shooting",
    "shoots",
    "electric",
    "zapped",
    "burning",
    "burns",
    "numb",
    "numbness",
    "tingling",
    "tingly",
    "tingles",
    "pins and needles",
    "weak",
    "dizzy",
    "dizziness",
    "light-headed",
    "lightheaded",
    "faint",
    "sick",
    "nauseous",
    "headache",
    "a pulse",
    "swelling",
    "swollen",
    "popped",
    "snapped",
    "skin broke",
    "skin has split open",
    "gone to sleep",
    "unsteady",
    "blurred vision",
)
VAGUE = ("cold", "blue", "white", "can't feel", "weaker", "asleep")
NECK = (
    "dizzy",
    "headache",
    "blurred vision",
    "my sight is going",
    "sick",
    "nausea",
    "unsteady",
    "faint",
)

STATEMENTS = (
    "{}",
    "I feel {}",
    "it's {}!",
    "Stop. It is {} now.",
    "yes, {}",
    "Ow, my arm feels {}",
)
MENTIONS = ("my sister is {}", "play {} by the radio", "was he {} yesterday?", "is {} a bad sign")


@pytest.mark.parametrize("phrase", EMERGENCIES)
def test_emergency_words(phrase: str) -> None:
    for frame in STATEMENTS:
        found = classify(frame.format(phrase), WORDS)
        assert found is not None, frame
        assert (found.tier, found.certain) == (Tier.A, True), frame
    for frame in MENTIONS:
        found = classify(frame.format(phrase), WORDS)
        assert found is not None, frame
        assert (found.tier, found.certain) == (Tier.A, False), frame


@pytest.mark.parametrize("phrase", STOPS)
def test_stop_words(phrase: str) -> None:
    for frame in STATEMENTS:
        found = classify(frame.format(phrase), WORDS)
        assert found is not None, frame
        assert (found.tier, found.certain) == (Tier.B, True), frame
    for frame in MENTIONS:
        found = classify(frame.format(phrase), WORDS)
        assert found is not None, frame
        assert (found.tier, found.certain) == (Tier.B, False), frame


@pytest.mark.parametrize("phrase", VAGUE)
def test_everyday_words_are_sure_only_beside_a_part_of_the_body(phrase: str) -> None:
    alone = classify(f"it's {phrase}", WORDS)
    beside = classify(f"my fingers, {phrase} fingers", WORDS)
    mention = classify(f"turn the lamp {phrase} over there at my arm", WORDS)
    assert alone is not None
    assert beside is not None
    assert mention is not None
    assert (alone.tier, alone.certain) == (Tier.B, False)
    assert (beside.tier, beside.certain) == (Tier.B, True)
    assert (mention.tier, mention.certain) == (Tier.B, False)


@pytest.mark.parametrize("area", sorted(NECK_AREAS))
@pytest.mark.parametrize("phrase", NECK)
def test_more_serious_at_the_neck(phrase: str, area: str) -> None:
    found = classify(f"I feel {phrase}", WORDS, area)
    elsewhere = classify(f"I feel {phrase}", WORDS, "forearm")
    assert found is not None
    assert elsewhere is not None
    assert found.tier is Tier.A
    assert elsewhere.tier is Tier.B


@pytest.mark.parametrize(
    ("text", "tier", "certain"),
    [
        # massage.md §4.8, word by word
        ("my arm has gone numb", Tier.B, True),
        ("I feel dizzy", Tier.B, True),
        ("yes, tingling", Tier.B, True),
        ("turn the lamp blue", Tier.B, False),
        ("my sister has chest pain", Tier.A, False),
        ("play comfortably numb", Tier.B, False),
        ("seven sharp", Tier.B, False),
        ("not numb any more", Tier.B, False),
        ("my arm is suddenly weak", Tier.A, True),
        ("I can't feel my fingers", Tier.B, True),
        ("my hand went to sleep", Tier.B, True),
        ("my calf is swollen", Tier.B, True),
        # a statement beside another one
        ("I was cutting bread and my arm has gone numb", Tier.B, True),
        ("My sister called, and I feel dizzy", Tier.B, True),
        ("my sister has chest pain and I feel dizzy", Tier.B, True),
        ("my back is fine but I can't breathe", Tier.A, True),
        ("turn on the lamp and it is numb", Tier.B, False),
        ("the music stopped. dizzy", Tier.B, False),
        # about the future, the past, or a wish to know
        ("if I feel dizzy what should I do", Tier.B, False),
        ("I was dizzy yesterday", Tier.B, False),
        ("is it normal that my arm is numb", Tier.B, False),
        # how recognisers write
        ("  MY  ARM\u2019S\u2026 oh, it\u2019s NUMB!! ", Tier.B, False),
        ("My arm\u2019s gone \u2014 it\u2019s numb.", Tier.B, False),
        ("It\u2019s numb.", Tier.B, True),
        ("I can\u2019t breathe", Tier.A, True),
        ("I can't breathe. Slowly!", Tier.A, True),
        ("I can't see the clock", Tier.A, False),
        ("I can't feel my arm at the spot", Tier.B, True),
        ("My sister called, I feel so dizzy", Tier.B, True),
        ("cant breathe", Tier.A, True),
        ("I feel light \u2013 headed", Tier.B, True),
    ],
)
def test_statement_or_mention(text: str, tier: Tier, certain: bool) -> None:  # noqa: FBT001 - a column of the table
    found = classify(text, WORDS)
    assert found is not None
    assert (found.tier, found.certain) == (tier, certain)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "ouch",
        "sore",
        "it hurts",
        "that hurts",
        "too much",
        "a bit much",
        "it released",
        "stop",
        "number seven",
        "popular music",
        "I can't breathe slowly",
        "I can\u2019t breathe so slowly",
        "I can't feel the knot",
        "how long is left",
    ],
)
def test_ordinary_words_are_no_stop(text: str) -> None:
    assert classify(text, WORDS) is None
    assert classify(text, WORDS, "upper_traps") is None


def test_an_ordinary_phrase_hides_nothing_else() -> None:
    found = classify("I can't breathe slowly, my arm is suddenly weak", WORDS)
    assert found is not None
    assert (found.tier, found.phrase) == (Tier.A, "suddenly weak")


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("not numb", True),
        ("no numbness", True),
        ("no numbness or swelling", True),
        ("no, no numbness, no swelling", True),
        ("I don't feel dizzy", True),
        ("no my arm is numb", False),
        ("no, numb", False),
        ("no numbness but it is swollen", False),
        ("numb", False),
    ],
)
def test_denied(text: str, denied: bool) -> None:  # noqa: FBT001 - a column of the table
    found = classify(text, WORDS)
    assert found is not None
    assert found.denied is denied
    assert not (found.denied and found.certain)


def test_only_the_words_that_matched_are_kept() -> None:
    found = classify("my sister Anna of Elm Street has pain across the chest", WORDS)
    assert found is not None
    assert found.phrase == "pain across the chest"


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    classify(text, WORDS, "jaw")


@given(
    st.sampled_from(EMERGENCIES),
    st.lists(st.sampled_from(["lamp", "and", "no", "my", "numb", ",", "the", "blue", "please"])),
    st.lists(st.sampled_from(["lamp", "and", "no", "my", "numb", ",", "the", "blue", "please"])),
)
def test_no_company_hides_an_emergency(phrase: str, before: list[str], after: list[str]) -> None:
    found = classify(" ".join([*before, phrase, *after]), WORDS)
    assert found is not None
    assert found.tier is Tier.A or found.certain


@pytest.mark.parametrize("template", ["(numb", "[numb]", "numb)", "<nothing>", "[a] [b]"])
def test_a_malformed_trigger_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="top word"):
        StopWords.of({**DATA, "b": [template]})


def test_a_missing_list_is_refused() -> None:
    with pytest.raises(KeyError):
        StopWords.of({key: value for key, value in DATA.items() if key != "neck"})


def test_rules_are_optional() -> None:
    plain: dict[str, list[str]] = {key: [] for key in DATA if key not in ("rules", "say")}
    words = StopWords.of({**plain, "a": ["one [two] (three|four)"]})
    assert classify("one four", words) is not None
    assert classify("one two", words) is None
