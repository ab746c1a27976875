"""Stop words: each trigger of massage.md §4.3, and what tells a statement from a mention."""

from pathlib import Path

from hypothesis import given, strategies as st
import pytest
import yaml

from massage.messages import Tier
from massage.stop_words import LONGEST_TEXT, StopPhrase, StopWords, classify, shortened

SENTENCES = Path(__file__).parents[2] / "custom_components/knot_coach/catalogue/sentences/en.yaml"
DATA = yaml.safe_load(SENTENCES.read_text("utf-8"))["stop_words"]
WORDS = StopWords.of(DATA)

# massage.md §4.3, trigger by trigger, with the word forms of §4.8. What a recogniser writes beside
# them is below.
EMERGENCIES = (
    # chest pain, pressure, tightness
    "chest pain",
    "pain in my chest",
    "chest pressure",
    "pressure in my chest",
    "pressure on my chest",
    "chest tightness",
    "tightness in my chest",
    "tight chest",
    "a tightening across my chest",
    "a heaviness in my chest",
    "jaw pain with arm pain",
    "pain in my jaw and arm",
    # can't breathe
    "can't breathe",
    "cannot breathe",
    "can not breathe",
    "cant breathe",
    "can't breathe properly",
    "can't get my breath",
    "short of breath",
    "shortness of breath",
    "out of breath",
    "hard to breathe",
    "trouble breathing",
    "breathless",
    # fainted, passing out
    "fainted",
    "passing out",
    "passed out",
    "blacked out",
    "collapsed",
    # face drooping
    "face drooping",
    "face is drooping",
    "one side of my face drooping",
    "a droopy face",
    # slurred
    "slurred",
    "slurring",
    "slurred speech",
    # can't speak
    "can't speak",
    "can't speak properly",
    "can't get my words out",
    # can't see, double vision
    "can't see",
    "can't see anything",
    "double vision",
    "seeing double",
    "going blind",
    # worst headache, sudden severe headache
    "worst headache",
    "the worst headache of my life",
    "sudden severe headache",
    "a sudden headache",
    "a headache all of a sudden",
    # arm or leg suddenly weak
    "suddenly weak",
    "suddenly so very weak",
    "weak suddenly",
    "weak all of a sudden",
    "sudden weakness",
    "sudden weakness in my leg",
    "paralysed",
    # numb groin, between the legs
    "numb groin",
    "numb in the groin",
    "groin numb",
    "numb between the legs",
    "numbness between my legs",
    "can't feel my groin",
    # lost bladder or bowel control
    "lost bladder control",
    "lost control of my bladder",
    "lost bowel control",
    "lost control of my bowel",
    "no bowel control",
    "can't hold my bladder",
    "having a stroke",
)
STOPS = (
    "sharp",
    "sharper",
    "stabbing",
    "stabs",
    "shooting",
    "shoots",
    "electric",
    "electric shocks",
    "electrical",
    "zapped",
    "zaps",
    "burning",
    "burns",
    "numb",
    "numbness",
    "tingling",
    "tingly",
    "tingles",
    "pins and needles",
    "weak",
    "weakness",
    "dizzy",
    "dizziness",
    "giddy",
    "light-headed",
    "light headed",
    "lightheaded",
    "faint",
    "sick",
    "nauseous",
    "nausea",
    "headache",
    "a headache coming on",
    "a pulse",
    "pulsing",
    "swelling",
    "swelling up",
    "swollen",
    "swells",
    "popped",
    "snapped",
    "skin broke",
    "skin is broken",
    "skin split open",
    "bleeding",
    "gone to sleep",
    "unsteady",
    "blurred vision",
)
VAGUE = ("cold", "freezing", "blue", "white", "pale", "can't feel", "weaker", "asleep")
NECK = (
    "dizzy",
    "dizziness",
    "headache",
    "blurred vision",
    "my sight is going",
    "sick",
    "nausea",
    "unsteady",
    "faint",
)

NECK_FORMS = frozenset(
    {
        "giddy",
        "light-headed",
        "light headed",
        "lightheaded",
        "nauseous",
        "a headache coming on",
    }
)
SUDDEN = frozenset({"weak", "weakness", "headache", "a headache coming on"})
"""Stop words that are an emergency when they come suddenly."""

# As people say it, and as a recogniser writes it: no commas, and filling words everywhere.
ABOUT_ME = (
    # What bursts out of them first, whom they call, and whom they send for.
    "shit i can't breathe",
    "whoa i've got chest pain",
    "jesus i can't breathe",
    "wow my chest feels really tight",
    "babe i can't breathe",
    "honey my chest hurts",
    "no no i can't breathe",
    "i can't breathe call an ambulance",
    "i've got chest pain call someone",
    "my left hand has just gone completely numb",
    "hang on my arm has gone completely dead",
    "i am feeling really dizzy all of a sudden",
    "i suddenly feel faint",
    "i think i am going to be sick",
    "i feel like i'm going to throw up",
    "oh my god my chest hurts",
    "i have a tight chest",
    "my chest feels tight",
    "there is a tightness across my chest",
    "i've got this pressure in my chest",
    "my chest is really tight right now",
    "i have chest pain and it",
    "i can not get my breath",
    "i am short of breath",
    "i'm out of breath",
    "i just passed out for a moment",
    "i think i'm passing out",
    "one side of my face is drooping",
    "my face has gone droopy",
    "my speech is slurred",
    "my words are slurring",
    "i can't speak properly",
    "i can't see properly",
    "i'm seeing double",
    "this is the worst headache of my life",
    "i have a sudden severe headache",
    "i suddenly got a really bad headache",
    "my arm is suddenly weak",
    "my leg has suddenly gone weak",
    "sudden weakness in my left arm",
    "i have numbness between my legs",
    "my groin feels numb",
    "i'm numb down there",
    "i've lost control of my bladder",
    "i lost bladder control",
    "i have wet myself",
    "there's a sharp pain in my neck",
    "it's a stabbing pain",
    "shooting pain down my arm",
    "it shoots down my leg",
    "pain is shooting into my hand",
    "it feels like an electric shock",
    "it feels electric",
    "it zapped me",
    "there is a burning feeling under my fingers",
    "my fingers are tingling",
    "my hand feels a bit tingly",
    "pins and needles in my hand",
    "my arm feels weak",
    "my grip is weaker",
    "i feel a bit queasy",
    "i have a headache now",
    "i've got a headache coming on",
    "i feel a pulse under my fingers",
    "i can feel a pulse",
    "there's a pulse under my thumb",
    "it's throbbing like a pulse",
    "my hand is cold",
    "my fingers have gone white",
    "my fingers have turned blue",
    "my hand looks blue",
    "my foot is turning blue and cold",
    "it is swelling up",
    "my hand is swollen",
    "something popped",
    "i felt something snap",
    "something snapped in my shoulder",
    "i heard a pop",
    "it popped",
    "the skin broke",
    "i broke the skin",
    "my skin is broken",
    "the skin is bleeding",
    "i can't feel my fingers",
    "i cannot feel my arm",
    "my leg went to sleep",
    "my foot has gone to sleep",
    "my hand is asleep",
    "my arm is dead",
    "coach i feel unsteady",
    "the room is spinning",
    "my vision is blurry",
    "i see spots",
    "my eyesight went funny",
    "i'm a little bit wobbly on my feet",
    "yes a bit numb",
    "yes it tingles",
    "um yes there's some tingling in my little finger",
    "it's sort of numb i guess",
    "well actually it feels numb",
    "i feel really really dizzy can we stop",
    "please stop i feel dizzy",
    "stop stop it's sharp",
    "i think my arm is numb",
    "i'm afraid my arm has gone numb",
    "i'm getting pins and needles in my fingers again",
    "hey coach my arm went numb just now",
    "i need help i can't breathe",
    "help me i can't breathe",
    "my heart is racing and i feel faint",
    "my chest feels heavy",
    "i have pain in my jaw and my left arm",
    "i have jaw pain and arm pain",
    "my mouth is drooping on one side",
    "i can't move my arm",
    "i can't hold my pee",
    "i've gone blind in one eye",
    "i can't feel anything in my hand",
    "my toes are numb and cold",
    "ouch that's sharp",
    "that is sharp",
    "that feels sharp",
    "my neck is burning",
    "it stings and burns",
    "my hands are cold",
    "my hands are freezing",
)
ABOUT_SOMETHING_ELSE = (
    "honey my sister has chest pain",
    "babe is dizzy",
    "god the dog is bleeding",
    "no i don't have chest pain",
    "turn the lamp blue",
    "my sister has chest pain",
    "play comfortably numb",
    "seven sharp",
    "not numb any more",
    "set the heating to cold",
    "set the heating to cold in my room",
    "turn my lamp blue",
    "turn the light in my bedroom to cold white",
    "make it colder in here",
    "i want the light blue",
    "it's cold in here",
    "i'm cold",
    "it is cold outside",
    "i am so cold",
    "my room is cold",
    "my coffee is cold",
    "my hand cream is cold",
    "add white wine to my list",
    "play blue by eiffel 65",
    "play white christmas",
    "call my sick mother",
    "my son is sick",
    "my husband feels dizzy",
    "my wife has a headache",
    "add headache tablets to my shopping list",
    "remind me at seven sharp",
    "wake me at six sharp",
    "what is a pulse oximeter",
    "i pulled a weak coffee",
    "the signal is weak",
    "my wifi is weak",
    "the battery is weak",
    "my internet is weak today",
    "turn on the electric blanket",
    "switch my electric blanket on",
    "play burning down the house",
    "i am burning the dinner",
    "something is burning in the kitchen",
    "the bread is burning",
    "my dinner is burning",
    "the sausages popped",
    "pop a pill",
    "play some pop music",
    "the dog is sick",
    "i feel sick of this song",
    "play i can't feel my face",
    "play i can feel a hot one",
    "i can't see the tv",
    "i can't hear you",
    "he can't breathe",
    "my dad fainted",
    "she passed out",
    "did my sister faint",
    "set a timer for my chest of drawers",
    "put it in the chest",
    "i have a tight schedule",
    "the pressure cooker is ready",
    "my blood pressure is fine",
    "i'm watching shooting stars",
    "the photo shoot is at five",
    "i went to sleep at nine",
    "i am going to sleep",
    "i want to go to sleep",
    "i'm off to sleep",
    "the baby is asleep",
    "the baby has gone to sleep",
    "my daughter fell asleep",
    "my phone is dead",
    "the line went dead",
    "if it gets numb i'll tell you",
    "tell me if it is numb",
    "will it feel sharp",
    "what if i feel dizzy",
    "should i feel tingling",
    "is tingling normal",
    "can this make me dizzy",
    "i was dizzy earlier",
    "i had a headache this morning",
    "i had chest pain last year",
    "i used to get chest pain",
    "i never feel dizzy",
    "i'm not dizzy",
    "it isn't numb",
    "i don't feel numb",
    "it's not sharp",
    "no longer numb",
    "the numbness is gone",
    "my headache is gone",
    "the tingling has stopped",
    "the pain is not sharp",
    "it was sharp a moment ago",
    "my knife is sharp",
    "the corner is sharp",
    "i've got a sharp knife",
    "add bleach for my white shirt",
    "my white shirt",
    "i'm blue",
    "i'm feeling blue",
    "skin care is broken",
    "my skin cream",
    "is it numb",
    "are my fingers tingling",
    "more pressure on my chest",
)

# Whole statements, the beginning or the end of one, and one among others.
STATEMENTS = (
    "{}",
    "{}.",
    "I feel {}",
    "it's {}!",
    "Stop. It is {} now.",
    "yes, {}",
    "um yeah a little {}",
    "Ow, my arm feels {}",
    "and {}",
    "I have {} and",
    "{} in my",
    "so there is {} in my whole left arm now",
    "oh my god I think I've got {} all of a sudden",
    "my neck is fine but I feel {}",
    "I was cutting bread and I feel {}",
    "I called my sister because I feel {}",
    "hang on, I feel {}, can we stop please",
)
MENTIONS = (
    "my sister is {}",
    "my husband says he has {}",
    "play {} by the radio",
    "add {} to my shopping list",
    "turn the lamp to {}",
    "was he {} yesterday?",
    "I was {} yesterday",
    "I used to get {}",
    "is {} a bad sign",
    "have I got {}",
    "what should I do when I feel {}",
    "if I feel {} I will tell you",
    "what does {} mean",
)


def found_in(text: str, *, neck: bool = False) -> StopPhrase:
    found = classify(text, WORDS, neck=neck)
    assert found is not None, text
    return found


@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("frame", STATEMENTS)
def test_a_statement_about_oneself_is_sure(frame: str, tier: Tier) -> None:
    for phrase in EMERGENCIES if tier is Tier.A else STOPS:
        found = found_in(frame.format(phrase))
        expected = Tier.A if "sudden" in frame and phrase in SUDDEN else tier
        assert (found.tier, found.certain) == (expected, True), (frame, phrase)


@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("frame", MENTIONS)
def test_a_mention_never_is(frame: str, tier: Tier) -> None:
    for phrase in EMERGENCIES if tier is Tier.A else STOPS:
        found = found_in(frame.format(phrase))
        assert (found.tier, found.certain) == (tier, False), (frame, phrase)


@pytest.mark.parametrize("text", ABOUT_ME)
def test_what_people_say_about_themselves_is_sure(text: str) -> None:
    assert found_in(text).certain


@pytest.mark.parametrize("text", ABOUT_SOMETHING_ELSE)
@pytest.mark.parametrize("neck", [False, True])
def test_what_is_said_about_something_else_never_is(text: str, neck: bool) -> None:  # noqa: FBT001 - a column of the table
    found = classify(text, WORDS, neck=neck)
    assert found is None or not found.certain


@pytest.mark.parametrize("phrase", VAGUE)
def test_everyday_words_are_sure_only_beside_a_part_of_the_body(phrase: str) -> None:
    for text in (f"it's {phrase}", f"I'm {phrase}", f"turn the lamp {phrase} over there at my arm"):
        found = found_in(text)
        assert (found.tier, found.certain) == (Tier.B, False), text
    for text in (f"my fingers, {phrase} fingers", f"yes my whole hand is {phrase} now"):
        found = found_in(text)
        assert (found.tier, found.certain) == (Tier.B, True), text


@pytest.mark.parametrize("phrase", NECK)
def test_more_serious_once_the_neck_was_worked_on(phrase: str) -> None:
    text = f"I feel {phrase}"
    assert [found_in(text, neck=neck).tier for neck in (False, True)] == [Tier.B, Tier.A]
    assert found_in(text, neck=True).certain
    assert not found_in(f"my sister has {phrase}", neck=True).certain


@pytest.mark.parametrize("phrase", sorted(set(STOPS) - set(NECK) - NECK_FORMS))
def test_the_neck_makes_nothing_else_more_serious(phrase: str) -> None:
    assert found_in(f"I feel {phrase}", neck=True).tier is Tier.B


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("my arm is suddenly weak", "suddenly weak"),
        ("I think I'm passing out, I feel faint", "passing out"),
        ("I have a numb groin", "numb groin"),
        ("I feel numb, numb between my legs", "numb between my legs"),
        ("the worst headache and I'm dizzy", "worst headache"),
        ("it's numb and one side of my face is drooping", "one side of my face is drooping"),
    ],
)
def test_the_longer_trigger_wins(text: str, phrase: str) -> None:
    found = found_in(text)
    assert (found.tier, found.certain) == (Tier.A, True)
    assert found.phrase.endswith(phrase)


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
        ("  MY  ARM\u2019S\u2026 oh, it\u2019s NUMB!! ", Tier.B, True),
        ("My arm\u2019s gone \u2014 it\u2019s numb.", Tier.B, True),
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
    found = found_in(text)
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
    assert classify(text, WORDS, neck=False) is None
    assert classify(text, WORDS, neck=True) is None


def test_an_ordinary_phrase_hides_nothing_else() -> None:
    found = classify("I can't breathe slowly, my arm is suddenly weak", WORDS, neck=False)
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
        ("my chest is not tight", True),
        ("I felt no pop", True),
        ("it is numb, not sharp", False),
    ],
)
def test_denied(text: str, denied: bool) -> None:  # noqa: FBT001 - a column of the table
    found = classify(text, WORDS, neck=False)
    assert found is not None
    assert found.denied is denied
    assert not (found.denied and found.certain)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("it tingles not", True),
        ("it tingles really not at all", True),
        ("it tingles not much", False),
        ("it tingles not my arm", False),
        ("it tingles and not my arm", False),
        ("it tingles", False),
    ],
)
def test_a_language_may_deny_behind_the_word(text: str, denied: bool) -> None:  # noqa: FBT001 - a column of the table
    words = StopWords.of({**DATA, "negations_behind": ["not"]})
    found = classify(text, words, neck=False)
    assert found is not None
    assert found.denied is denied
    assert not (found.denied and found.certain)


def test_only_the_words_that_matched_are_kept() -> None:
    found = classify("my sister Anna of Elm Street has pain across the chest", WORDS, neck=False)
    assert found is not None
    assert found.phrase == "pain across the chest"


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    classify(text, WORDS, neck=True)


@given(
    st.sampled_from(EMERGENCIES),
    st.lists(st.sampled_from(["lamp", "and", "no", "my", "numb", ",", "the", "blue", "please"])),
    st.lists(st.sampled_from(["lamp", "and", "no", "my", "numb", ",", "the", "blue", "please"])),
)
def test_no_company_hides_an_emergency(phrase: str, before: list[str], after: list[str]) -> None:
    found = classify(" ".join([*before, phrase, *after]), WORDS, neck=False)
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
    assert classify("one four", words, neck=False) is not None
    assert classify("one two", words, neck=False) is None


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("I see double", Tier.A),
        ("my vision went black", Tier.A),
        ("my jaw and arm are hurting", Tier.A),
        ("there is no feeling in my arm", Tier.B),
        ("I've lost feeling in my hand", Tier.B),
        ("my foot's gone to sleep", Tier.B),
    ],
)
def test_other_ways_to_say_it(text: str, tier: Tier) -> None:
    found = classify(text, WORDS, neck=False)
    assert found is not None
    assert (found.tier, found.certain) == (tier, True)


@pytest.mark.parametrize("text", ["my arm has gone numb {}", "{} my arm has gone numb"])
def test_a_text_without_end_is_looked_through_at_both_ends(text: str) -> None:
    """Whatever somebody sends, nobody else waits for it."""
    long = text.format("blah " * 20_000)
    assert len(shortened(long)) <= LONGEST_TEXT + 1
    found = classify(long, WORDS, neck=False)
    assert found is not None
    assert found.phrase == "numb"


def test_what_is_spoken_is_looked_through_whole() -> None:
    text = "blah " * 150 + "my arm has gone numb" + " blah" * 150
    assert shortened(text) == text
    assert classify(text, WORDS, neck=False) is not None
