"""The catalogue: complete, calm, short enough to be spoken, and checked when it is read."""

from collections.abc import Callable
import json
from pathlib import Path
import shutil

from homeassistant.core import HomeAssistant
import pytest
import yaml

from custom_components.knot_coach import content
from custom_components.knot_coach.content import CATALOGUE, Catalogue, CatalogueError
from custom_components.knot_coach.massage.areas import Consequence, Gate, Gun, Region, Side, Tool
from custom_components.knot_coach.massage.phases import Length, Phase
from custom_components.knot_coach.massage.screening import Finding
from custom_components.knot_coach.massage.wording import Line, slots
from tests.massage.known import pattern

EXACT = {
    # massage.md §4.3
    "emergency_1": "Stop and let go now. This could be serious."
    " Please call your local emergency number.",
    "emergency_2": "Stop and let go now. This could be serious."
    " Please call your local emergency number.",
    "safety_stop_1": "Stop and let go. Breathe normally. We are finished with this area today.",
    "safety_stop_2": "If it does not settle in a few minutes, or comes back, get medical advice.",
    "worse": "That is higher than before. Let's stop pressing and rest it.",
    # massage.md §4.1, §4.5, §4.8
    "health": "Any new injury, swelling, fever, numbness, or skin problem there today?",
    "heat_stuck": "I could not switch the heater off. Please unplug it.",
    "skin_check": "Check your skin. Comfortable?",
    "wrong_ask": "Is something wrong with you right now?",
    # massage.md §2.3
    "as_firm": "That is as firm as we go here today.",
    "not_yet_end": "Some spots need another day. Let's ease off.",
    "ache_ask": "Dull ache, or sharp, numb or tingling?",
    # massage.md §5.2
    "rate": "From zero to ten, how tight or sore does it feel right now?",
    "l2": "Start light. About two out of ten.",
    "l3": "Sink in a little. Three out of ten.",
    "l4": "A little more. Four, still easy.",
    "l5": "Now up to five. Strong, but you can breathe.",
    "l6": "Six, if it still feels like a good hurt. Otherwise stay.",
    "hold": "Stay there. Let your breath do the work.",
    "check": "Is it easing, staying the same, or too much?",
    "released": "Good. Keep that same gentle pressure while it settles.",
    "ease": "Slowly let go. Three, two, one.",
    "extend": "Let's give it twenty seconds more.",
    "stretch": "Go to a mild pull, no further. Hold and breathe.",
    "finish": "Well done. Move that area gently for a few moments.",
    "aftercare": "You may feel a little tender tomorrow. Give it an easy day.",
}
"""Words that may not drift, typed by hand from the reference."""


@pytest.fixture(name="catalogue", scope="module")
def catalogue_fixture() -> Catalogue:
    return content.read(CATALOGUE)


def messages() -> dict[str, str]:
    """The translated message of every error, by key."""
    words = json.loads((CATALOGUE.parent / "translations" / "en.json").read_text())
    return {key: entry["message"] for key, entry in words["exceptions"].items()}


SCREEN_ONLY = {"broken_entry"}
"""Errors that nobody hears: there is no coach to say them. Nor are those of a routine's text."""


def test_what_is_refused_on_the_screen_can_be_refused_in_words(catalogue: Catalogue) -> None:
    """`Refused(key)` is shown as an error and spoken as `reply.<key>` or `not_now.<key>`."""
    lines = catalogue.books["en"].lines
    for key, message in messages().items():
        if key in SCREEN_ONLY or key.startswith("routine_"):
            continue
        reason = key.removeprefix("not_now_")
        spoken = f"reply.{key}" if reason == key else f"not_now.{reason}"
        assert spoken in lines, key
        assert slots(lines[spoken][0]) <= slots(message), key
    for spoken in lines:
        if spoken.startswith("not_now."):
            assert f"not_now_{spoken.removeprefix('not_now.')}" in messages(), spoken


def test_errors_claim_nothing() -> None:
    for key, message in messages().items():
        assert not pattern("en", "claims").search(message), key
        assert "!" not in message, key


def test_every_language_is_heard(catalogue: Catalogue) -> None:
    assert "en" in catalogue.books
    assert catalogue.books.keys() <= catalogue.sentences.keys()


@pytest.mark.parametrize("key", EXACT)
def test_exact_words(catalogue: Catalogue, key: str) -> None:
    assert catalogue.books["en"].lines[key][0] == EXACT[key]


@pytest.mark.parametrize(
    ("key", "slots", "spoken"),
    [
        (
            "heat_ask",
            {"minutes": 10},
            (
                "Shall I warm the pad for ten minutes?"
                " Stay awake, and keep cloth between it and your skin."
            ),
        ),
        (
            "end",
            {"minutes": 9, "before": 6, "after": 3},
            "That took nine minutes. You rated it six, and now three.",
        ),
        ("lower", {"level": 3}, "Back to three. Breathe out slowly."),
        (
            "reply.starting",
            {"length": Length.QUICK, "area": "upper_traps", "side": Side.BOTH, "minutes": 7},
            "Starting the quick neck routine: both sides, about seven minutes.",
        ),
        (
            "reply.status",
            {"phase": Phase.PRESS, "minutes": 5},
            "We are at pressing, with about five minutes left.",
        ),
    ],
)
def test_slots_become_words(
    catalogue: Catalogue, key: str, slots: dict[str, object], spoken: str
) -> None:
    fill: Callable[..., Line] = catalogue.books["en"].line
    assert fill(key, 0, **slots).text == spoken


PAIR = (Side.LEFT, Side.RIGHT)
CENTRE = (Side.CENTRE,)
HANDS = (Tool.HANDS,)
BALL_OR_HANDS = (Tool.BALL, Tool.HANDS)
BALL_ROLLER_OR_HANDS = (Tool.BALL, Tool.ROLLER, Tool.HANDS)
FACTS = [
    # key, region, sides, cap, cross, gun, ways
    ("upper_traps", Region.NECK, PAIR, 6, 3, Gun.NO, HANDS),
    ("suboccipitals", Region.NECK, CENTRE, 4, 0, Gun.NO, HANDS),
    ("shoulder_blade", Region.TRUNK, PAIR, 6, 4, Gun.REACH, (Tool.BALL, Tool.CANE)),
    ("upper_back", Region.TRUNK, CENTRE, 5, 0, Gun.NO, (Tool.TWO_BALLS, Tool.ROLLER)),
    ("rear_shoulder", Region.ARM, PAIR, 6, 4, Gun.OK, BALL_OR_HANDS),
    ("chest", Region.TRUNK, PAIR, 5, 0, Gun.NO, HANDS),
    ("lower_back", Region.TRUNK, PAIR, 5, 0, Gun.NO, BALL_OR_HANDS),
    ("glutes", Region.TRUNK, PAIR, 6, 3, Gun.OK, BALL_ROLLER_OR_HANDS),
    ("hamstrings", Region.LEG, PAIR, 6, 4, Gun.OK, BALL_ROLLER_OR_HANDS),
    ("quads_outer_thigh", Region.LEG, PAIR, 6, 4, Gun.OK, HANDS),
    ("calf", Region.LEG, PAIR, 6, 4, Gun.OK, BALL_ROLLER_OR_HANDS),
    ("foot_arch", Region.LEG, PAIR, 6, 4, Gun.NO, BALL_OR_HANDS),
    ("forearm", Region.ARM, PAIR, 6, 4, Gun.OK, HANDS),
    ("hand_thumb", Region.ARM, PAIR, 5, 3, Gun.NO, HANDS),
    ("jaw", Region.NECK, CENTRE, 3, 0, Gun.NO, HANDS),
]
"""Typed by hand from massage.md §3.1 to §3.15, in its order."""


def test_facts_of_every_area(catalogue: Catalogue) -> None:
    found = [
        (a.key, a.region, a.sides, a.cap, a.cross, a.gun, a.ways) for a in catalogue.areas.values()
    ]
    assert found == FACTS


def test_what_rules_an_area_out(catalogue: Catalogue) -> None:
    """massage.md §4.1; what a blood clot rules out follows from the region."""
    found = {area.key: area.blocked_by for area in catalogue.areas.values() if area.blocked_by}
    assert found == {
        "upper_traps": {Finding.NECK},
        "suboccipitals": {Finding.NECK},
        "jaw": {Finding.NECK},
        "upper_back": {Finding.BONES},
        "lower_back": {Finding.BONES},
        "foot_arch": {Finding.REDUCED_FEELING},
        "calf": {Finding.PREGNANT},
        "chest": {Finding.HEART},
    }


GATES = {
    "chest": (
        Gate(opens_on_yes=True, otherwise=Consequence.EMERGENCY),
        (
            "Is this a muscle ache you can find by touch,"
            " with no breathlessness, sweating, or spreading pain?"
        ),
    ),
    "lower_back": (
        Gate(opens_on_yes=False, otherwise=Consequence.EMERGENCY),
        (
            "Any leg weakness, numbness between the legs, bladder or bowel change, fever,"
            " or a recent fall?"
        ),
    ),
    "calf": (
        Gate(opens_on_yes=False, otherwise=Consequence.LEG),
        "Is one calf newly swollen, warm, red, or sore without a reason?",
    ),
}
"""massage.md §3.6, §3.7, §3.11."""


def test_three_areas_have_a_gate(catalogue: Catalogue) -> None:
    book = catalogue.books["en"]
    found = {
        area.key: (area.gate, book.cues(area.key, "gate", area.sides[0])[0].text)
        for area in catalogue.areas.values()
        if area.gate
    }
    assert found == GATES


def test_areas_that_share_their_load(catalogue: Catalogue) -> None:
    """massage.md §4.4."""
    groups: dict[str | None, set[str]] = {}
    for area in catalogue.areas.values():
        groups.setdefault(area.overlap, set()).add(area.key)
    del groups[None]
    assert sorted(groups.values(), key=sorted) == [
        {"glutes", "lower_back"},
        {"jaw", "suboccipitals", "upper_traps"},
        {"rear_shoulder", "shoulder_blade", "upper_back"},
    ]


def test_the_jaw_is_unlike_the_others(catalogue: Catalogue) -> None:
    """No deep session, and holds that do not climb (massage.md §3.15)."""
    for area in catalogue.areas.values():
        usual = area.key != "jaw"
        assert area.ramp is usual
        assert (Length.DEEP in area.lengths) is usual
        assert {Length.QUICK, Length.STANDARD} <= set(area.lengths)


def test_no_massager_near_the_neck(catalogue: Catalogue) -> None:
    """massage.md F16."""
    for area in catalogue.areas.values():
        if area.region is Region.NECK:
            assert area.gun is Gun.NO, area.key


# What is said of an area.

WORDS = {
    # The first and the last words of massage.md §3 for each area, and what stands alone there.
    ("suboccipitals", "press", 1): "Nod yes very slightly, as if agreeing with a whisper.",
    ("suboccipitals", "aftercare", 0): "Roll to your side, wait a moment, then sit up slowly.",
    ("upper_back", "setup", 0): (
        "Put two balls in a sock. Stand at a wall, one ball each side of your spine."
    ),
    ("upper_back", "stretch", 1): "Come back to the middle. Now turn slowly to the other side.",
    ("rear_shoulder", "setup", 0): (
        "Stand side on to a wall. Hold the ball on the soft back of your left shoulder."
    ),
    (
        "rear_shoulder",
        "stretch",
        0,
    ): "Draw your left arm across your chest. Keep that shoulder low.",
    ("chest", "locate", 0): (
        "With your right fingers, feel the muscle below the collarbone, near the shoulder."
    ),
    ("chest", "stretch", 0): (
        "Rest your left forearm on a door frame. Step forward until you feel a mild stretch."
    ),
    ("lower_back", "setup", 1): "Keep the ball above the hip bone and below the ribs.",
    ("lower_back", "stretch", 1): "Or lie down and draw both knees slowly towards your chest.",
    ("glutes", "setup", 1): "If the floor suits you, sit on the ball and lean back on your hands.",
    ("glutes", "tool", 0): (
        "Glide the massager over the upper outer muscle. Keep off tailbone and hip bone."
    ),
    ("hamstrings", "cross_fiber", 0): (
        "Swing your lower leg slightly left and right, so the muscle rolls over the ball."
    ),
    ("quads_outer_thigh", "locate", 1): (
        "For the outer side, work the muscle in front of the band, not the band."
    ),
    ("calf", "setup", 0): (
        "Sit and rest your left calf on the ball or roller, about halfway down."
    ),
    ("calf", "press", 1): "Draw small slow circles with your foot while you stay.",
    ("foot_arch", "press", 0): "Stop on one spot. Lean your forearm on your thigh to add weight.",
    ("hand_thumb", "stretch", 0): (
        "Open your hand wide. Ease the left thumb gently away from the palm."
    ),
    ("jaw", "broad", 1): "Now circle lightly at your temples.",
    ("jaw", "stretch", 0): (
        "Open your mouth slowly, only as far as is comfortable. Hold for five seconds."
    ),
}


@pytest.mark.parametrize("place", WORDS)
def test_the_words_of_the_reference(catalogue: Catalogue, place: tuple[str, str, int]) -> None:
    area, key, number = place
    side = catalogue.areas[area].sides[0]
    assert catalogue.books["en"].cues(area, key, side)[number].text == WORDS[place]


def test_no_area_done_in_the_centre_has_a_side(catalogue: Catalogue) -> None:
    for area in catalogue.areas.values():
        if area.sides == CENTRE:
            for key in catalogue.books["en"].areas[area.key]:
                for line in catalogue.books["en"].cues(area.key, key, Side.CENTRE):
                    assert "centre" not in line.text, line


def test_names_are_one_thing_in_the_singular(catalogue: Catalogue) -> None:
    """Because the coach says "your {area} is resting" of it."""
    book = catalogue.books["en"]
    names = [book.name(area) for area in catalogue.areas]
    assert names == [
        *("neck", "skull base", "shoulder blade", "upper back", "rear shoulder", "chest muscle"),
        *("lower back", "buttock", "hamstring", "thigh", "calf", "foot", "forearm", "hand", "jaw"),
    ]


def test_every_area_can_be_chosen_and_is_called_something_on_the_screen(
    catalogue: Catalogue,
) -> None:
    services = yaml.safe_load((CATALOGUE.parent / "services.yaml").read_text())
    fields = [action["fields"] for key, action in services.items() if not key.startswith(".")]
    choices = [
        field["area"]["selector"]["select"]["options"] for field in fields if "area" in field
    ]
    assert choices
    for options in choices:
        assert options == list(catalogue.areas)
    words = json.loads((CATALOGUE.parent / "translations" / "en.json").read_text())
    states = words["entity"]["sensor"]["session"]["state_attributes"]["area"]["state"]
    for names in (words["selector"]["area"]["options"], states):
        assert list(names) == list(catalogue.areas)


def test_both_hands_are_named_the_right_way_round(catalogue: Catalogue) -> None:
    left, _ = catalogue.books["en"].cues("upper_traps", "locate", Side.LEFT)
    assert (
        left.text == "Bring your right hand across. Rest your fingers on top of your left shoulder."
    )


def test_language_falls_back(catalogue: Catalogue) -> None:
    assert catalogue.book("en-GB").language == "en"
    assert catalogue.book("tlh").language == "en"


async def test_home_assistant_reads_the_files_once(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await content.async_load(hass)
    monkeypatch.setattr(content, "read", None)
    assert await content.async_load(hass) is first
    assert len(first.areas) == len(FACTS)


# What a wrong file is answered with.

type Spoil = Callable[[Path], None]


def replace(file: str, old: str, new: str) -> Spoil:
    """Change the text of a file; the old text has to be there."""

    def spoil(folder: Path) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))

    return spoil


def remove(file: str) -> Spoil:
    """Take a file away."""
    return lambda folder: (folder / file).unlink()


def both(*spoils: Spoil) -> Spoil:
    """Spoil a folder in several ways."""

    def spoil(folder: Path) -> None:
        for one in spoils:
            one(folder)

    return spoil


def form(asks: str, has: str) -> Spoil:
    """Let a line of English ask for the form `x` of a word, which some words have."""
    return both(
        replace("phrases/en.yaml", "about {minutes} minutes. Say lighter, h", f"{asks}. Say h"),
        replace("phrases/en.yaml", "\nlines:\n", f"\nforms:\n  x: {has}\n\nlines:\n"),
    )


def translate(old: str, new: str) -> Spoil:
    """Make a second language out of English, with one thing that is different."""

    def spoil(folder: Path) -> None:
        for kind in ("phrases", "sentences"):
            text = (folder / kind / "en.yaml").read_text()
            (folder / kind / "xx.yaml").write_text(
                text.replace("\nlanguage: en\n", "\nlanguage: xx\n")
            )

    return both(spoil, replace("phrases/xx.yaml", old, new))


@pytest.mark.parametrize(
    ("spoil", "file", "names"),
    [
        (replace("areas/forearm.yaml", "cap: 6", "cap: 8"), "areas/forearm.yaml", "cap"),
        (replace("areas/forearm.yaml", "cap: 6", ""), "areas/forearm.yaml", "cap"),
        (replace("areas/forearm.yaml", "cross: 4", "cross: 5"), "areas/forearm.yaml", "cross"),
        (replace("areas/forearm.yaml", "gun: ok", "gun: maybe"), "areas/forearm.yaml", "gun"),
        (replace("areas/forearm.yaml", "gun: ok", "gum: ok"), "areas/forearm.yaml", "gum"),
        (
            replace("areas/forearm.yaml", "[left, right]", "[left, centre]"),
            "areas/forearm.yaml",
            "sides",
        ),
        (
            replace("areas/forearm.yaml", "[left, right]", "[left]"),
            "areas/forearm.yaml",
            "sides",
        ),
        (
            replace("areas/forearm.yaml", "key: forearm", "key: elbow"),
            "areas/forearm.yaml",
            "key",
        ),
        (replace("areas/forearm.yaml", "key: forearm", "key: ["), "areas/forearm.yaml", "line"),
        (replace("phrases/en.yaml", "language: en", "language: de"), "phrases/en.yaml", "language"),
        (replace("phrases/en.yaml", "{minutes}", "{minutes"), "phrases/en.yaml", "lines.intro"),
        (
            replace("phrases/en.yaml", "  skin_check: Check", "  skin_check: [] #"),
            "phrases/en.yaml",
            "lines.skin_check",
        ),
        (
            replace("phrases/en.yaml", "  skin_check: Check", '  skin_check: " " #'),
            "phrases/en.yaml",
            "lines.skin_check",
        ),
        (
            replace("phrases/en.yaml", "  skin_check: Check", "  skin_check: 2 #"),
            "phrases/en.yaml",
            "lines.skin_check",
        ),
        (
            replace("phrases/en.yaml", "    name: neck", "    nam: neck"),
            "phrases/en.yaml",
            "areas.upper_traps.nam",
        ),
        (
            replace("phrases/en.yaml", "    cross_fiber: Roll", "    aftercare: Roll"),
            "phrases/en.yaml",
            "areas.upper_traps: missing cross_fiber",
        ),
        (
            replace("phrases/en.yaml", "    tool: Glide", "    aftercare: Glide"),
            "phrases/en.yaml",
            "areas.shoulder_blade: missing tool",
        ),
        (
            replace("areas/forearm.yaml", "gun: ok", "gun: ok\ngate: swelling"),
            "areas/forearm.yaml",
            "gate",
        ),
        (
            replace(
                "areas/forearm.yaml",
                "gun: ok",
                'gun: ok\ngate: {opens_on: "no", otherwise: leg}',
            ),
            "phrases/en.yaml",
            "areas.forearm: missing gate",
        ),
        (
            replace("areas/calf.yaml", 'gate: {opens_on: "no", otherwise: leg}', ""),
            "phrases/en.yaml",
            "areas.calf.gate: this area has none",
        ),
        (
            replace("areas/glutes.yaml", "cross: 3", "cross: 0"),
            "phrases/en.yaml",
            "areas.glutes.cross_fiber: this area has none",
        ),
        (
            replace("areas/glutes.yaml", "[ball, roller, hands]", "[ball, hands, roller]"),
            "areas/glutes.yaml",
            "ways: hands must come last",
        ),
        (
            replace("areas/glutes.yaml", "[ball, roller, hands]", "[]"),
            "areas/glutes.yaml",
            "ways",
        ),
        (
            replace("areas/glutes.yaml", "[ball, roller, hands]", "[ball, hands]"),
            "phrases/en.yaml",
            "areas.glutes.roller: this area has no such way",
        ),
        (
            replace("areas/chest.yaml", "ways: [hands]", "ways: [ball, hands]"),
            "phrases/en.yaml",
            "areas.chest.hands: missing setup",
        ),
        (
            replace("areas/jaw.yaml", "lengths: [quick, standard]", "lengths: [quick]"),
            "areas/jaw.yaml",
            "timing.standard: this length is not offered",
        ),
        (
            replace("areas/jaw.yaml", "    holds: 3", "    hold: 3"),
            "areas/jaw.yaml",
            "timing.quick.hold",
        ),
        (
            replace("areas/chest.yaml", "[heart]", "[hart]"),
            "areas/chest.yaml",
            "blocked_by",
        ),
        (
            replace("phrases/en.yaml", "      - Now circle lightly at your temples.\n", ""),
            "phrases/en.yaml",
            "areas.jaw.broad: needs a second line",
        ),
        (
            replace("phrases/en.yaml", "Sit upright. Let your", "Sit {side}. Let your"),
            "phrases/en.yaml",
            "areas.jaw.setup: an area in the centre has no side",
        ),
        (
            replace(
                "phrases/en.yaml",
                "setup_brief: Sit upright, teeth apart.",
                "setup_brief: Sit upright, with your teeth apart.",
            ),
            "phrases/en.yaml",
            "areas.jaw.setup_brief: has more than half the words of setup",
        ),
        (
            replace("phrases/en.yaml", "      setup_brief: Sit, {side} calf on the roller.\n", ""),
            "phrases/en.yaml",
            "areas.calf.roller.setup_brief: missing beside roller.setup",
        ),
        (
            replace("sentences/en.yaml", "  jaw:\n", "  jaws:\n"),
            "sentences/en.yaml",
            "areas: missing jaw",
        ),
        (remove("areas/forearm.yaml"), "phrases/en.yaml", "areas: unknown forearm"),
        (remove("phrases/en.yaml"), "phrases/en.yaml", "missing"),
        (remove("sentences/en.yaml"), "sentences/en.yaml", "missing"),
        (
            lambda folder: (folder / "sentences/en.yaml").write_text("{}\n"),
            "sentences/en.yaml",
            "areas: required",
        ),
        (
            lambda folder: (folder / "phrases/de.yaml").write_text(
                (folder / "phrases/en.yaml")
                .read_text()
                .replace("language: en", "language: de")
                .replace("  skin_check: Check", "  skin_checks: Check")
            ),
            "phrases/de.yaml",
            "lines: missing skin_check",
        ),
        (
            translate("    aftercare: Roll to your side, wait a moment, then sit up slowly.\n", ""),
            "phrases/xx.yaml",
            "areas.suboccipitals: missing aftercare",
        ),
        (
            translate("      - Keep your head level. Do not tip it far back.\n", ""),
            "phrases/xx.yaml",
            "areas.suboccipitals.avoid: must have as many lines as English: 2",
        ),
        (
            translate("Let your {side} arm hang by", "Let your arm hang by"),
            "phrases/xx.yaml",
            "areas.chest.setup.0: missing {side}",
        ),
        (
            translate("    - Next comes your {area}.\n", ""),
            "phrases/xx.yaml",
            "lines.next_area: must have 2 variants",
        ),
        (
            translate("Next comes your {area}.", "Next comes your jaw."),
            "phrases/xx.yaml",
            "lines.next_area: missing {area}",
        ),
        (
            translate("Next comes your {area}.", "Next comes your {side} {area}."),
            "phrases/xx.yaml",
            "lines.next_area: unknown {side}",
        ),
        (
            replace("phrases/en.yaml", "Next comes your {area}.", "Next comes {area_x}."),
            "phrases/en.yaml",
            "areas.upper_traps.forms: missing x",
        ),
        (
            both(
                replace("phrases/en.yaml", "Next comes your {area}.", "Next comes {area_x}."),
                replace("phrases/en.yaml", "name: neck", "name: neck\n    forms: {x: a neck}"),
            ),
            "phrases/en.yaml",
            "areas.suboccipitals.forms: missing x",
        ),
        (
            replace("phrases/en.yaml", "name: neck", "name: neck\n    forms: {x: a neck}"),
            "phrases/en.yaml",
            "areas.upper_traps.forms: unknown x",
        ),
        (
            replace("phrases/en.yaml", "name: neck", "name: neck\n    forms: {x: [a neck]}"),
            "phrases/en.yaml",
            "areas.upper_traps.forms.x",
        ),
        (
            replace("phrases/en.yaml", "Starting {routine},", "Starting {routine_x},"),
            "phrases/en.yaml",
            "lines.reply.starting_routine: {routine} has no forms",
        ),
        (
            replace("phrases/en.yaml", "Now the {side} side.", "Now the {side_x} side."),
            "phrases/en.yaml",
            "forms: missing x",
        ),
        (
            form("{minutes_x}", "{'2': both of them}"),
            "phrases/en.yaml",
            "forms.x: missing else",
        ),
        (form("{minutes_x}", "{else: many}"), "phrases/en.yaml", "forms.x.else: must hold {} once"),
        (
            form("{minutes_x}", "{else: '{} of them', lefft: lefty}"),
            "phrases/en.yaml",
            "forms.x: unknown lefft",
        ),
        (
            form("{minutes_x}", "{else: '{} of them', left: '{side}'}"),
            "phrases/en.yaml",
            "forms.x.left: has a slot",
        ),
        (
            form("{minutes}", "{else: '{} of them'}"),
            "phrases/en.yaml",
            "forms: unknown x",
        ),
        (
            both(
                replace("phrases/en.yaml", "Now the {side} side.", "Now the {side_x} side."),
                form("{minutes}", "{left: lefty, right: righty}"),
            ),
            "phrases/en.yaml",
            "forms.x: missing both, centre",
        ),
        (
            both(
                replace("phrases/en.yaml", "Let your {side} arm hang by", "Your {other_x} arm by"),
                form("{minutes}", "{left: lefty}"),
            ),
            "phrases/en.yaml",
            "forms.x: missing right",
        ),
    ],
)
def test_a_wrong_file_is_named_with_its_key(
    tmp_path: Path, spoil: Spoil, file: str, names: str
) -> None:
    folder = shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    spoil(folder)
    with pytest.raises(CatalogueError) as refused:
        content.read(folder)
    assert file in str(refused.value)
    assert names in str(refused.value)


@pytest.mark.parametrize(
    "spoil",
    [
        form("{minutes_x}", "{'2': two of them, else: '{} of them'}"),
        both(
            replace("phrases/en.yaml", "Let your {side} arm hang by", "Let {side_x} hang by"),
            form("{minutes}", "{left: the left arm, right: the right arm}"),
        ),
        translate("Now your {area}.", "Your {area} now."),
    ],
)
def test_a_language_that_inflects_is_read(tmp_path: Path, spoil: Spoil) -> None:
    folder = shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    spoil(folder)
    assert content.read(folder).books.keys() >= {"en"}


async def test_a_wrong_catalogue_is_read_again_after_it_was_mended(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as spoilt:
        spoilt.setattr(content, "CATALOGUE", tmp_path)
        with pytest.raises(CatalogueError):
            await content.async_load(hass)
    assert "en" in (await content.async_load(hass)).books
