"""German: what is said, in all its word orders and cases, and what must not be taken for it."""

from typing import Any, Final

import pytest

from custom_components.knot_coach.content import CATALOGUE, read
from custom_components.knot_coach.massage.areas import Side
from custom_components.knot_coach.massage.messages import Answer, Command, Question, Tier
from custom_components.knot_coach.massage.order import Talk
from custom_components.knot_coach.massage.phases import Length
from custom_components.knot_coach.voice.grammar import Grammar
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
    Sign,
    Situation,
    StartRequest,
    StatusRequest,
    StopHeard,
    SymptomRequest,
    TalkHeard,
    WhyRequest,
)
from custom_components.knot_coach.voice.understanding import understand, understand_request
from tests.voice.conftest import House
from tests.voice.fake_coach import AREAS, ENGLISH, FakeCoach, read_sentences
from tests.voice_stack import say

DATA: Final = read_sentences("de")
GERMAN: Final = Grammar.build(DATA, areas=AREAS)
NAMED: Final = Grammar.build(
    DATA, areas=AREAS, routines=["Abend", "Büropause!", "Nacken"], people=["Anna"]
)
IDLE: Final = Situation()
LIVE: Final = Situation(live=True)
PAUSED: Final = Situation(live=True, paused=True)
RATING: Final = Situation(live=True, rating=True)
CALF: Final = Situation(live=True, question=Question.GATE)
CHEST: Final = Situation(live=True, question=Question.GATE, gate_opens_on_yes=True)

SHOULDERS: Final = ("upper_traps", "shoulder_blade", "rear_shoulder")
BACKS: Final = ("shoulder_blade", "upper_back", "lower_back")
LEGS: Final = ("quads_outer_thigh", "hamstrings", "calf")


def asking(question: Question) -> Situation:
    return Situation(live=True, question=question)


# What is wanted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # what the coach tells people to say
        ("starte Nacken", {"area": "upper_traps"}),
        ("Starte oberer Rücken.", {"area": "upper_back"}),
        ("kurze Nackenmassage", {"area": "upper_traps", "length": Length.QUICK}),
        ("starte eine kurze Nackenroutine", {"area": "upper_traps", "length": Length.QUICK}),
        # imperative with and without -e, infinitive, question, wish
        ("massiere meinen Nacken", {"area": "upper_traps"}),
        ("massier mir die Waden", {"area": "calf"}),
        ("meinen Nacken massieren", {"area": "upper_traps"}),
        ("Nackenroutine starten", {"area": "upper_traps"}),
        ("kannst du mir den Nacken lockern", {"area": "upper_traps"}),
        ("lass uns mit dem Nacken anfangen", {"area": "upper_traps"}),
        ("fang mit dem Kiefer an", {"area": "jaw"}),
        ("ich würde gerne an meinem Nacken arbeiten", {"area": "upper_traps"}),
        ("führ mich durch eine Kiefermassage", {"area": "jaw"}),
        ("mach mir den Nacken locker", {"area": "upper_traps"}),
        ("nimm dir mal meine linke Wade vor", {"area": "calf", "side": Side.LEFT}),
        ("heute ist die rechte Wade dran", {"area": "calf", "side": Side.RIGHT}),
        ("tu was für meine Füße", {"area": "foot_arch"}),
        # how it feels
        ("mein Nacken bringt mich um, mach was", {"area": "upper_traps"}),
        ("mein linker Unterarm ist verkrampft", {"area": "forearm", "side": Side.LEFT}),
        ("ich hab so verspannte Waden", {"area": "calf"}),
        ("so ein Knoten in der Wade, der muss weg", {"area": "calf"}),
        ("mein Kreuz ist total verspannt, mach was dagegen", {"area": "lower_back"}),
        ("mein Nacken ist steif, massier meine Waden", {"area": "calf"}),
        # length, and how long there is
        ("zehn Minuten Wade", {"area": "calf", "minutes": 10}),
        ("starte eine zehnminütige Nackenmassage", {"area": "upper_traps", "minutes": 10}),
        ("5-Minuten-Massage für die Hände", {"area": "hand_thumb", "minutes": 5}),
        ("eine Viertelstunde Schulterblatt", {"area": "shoulder_blade", "minutes": 15}),
        ("eine halbe Stunde Massage bitte", {"minutes": 30}),
        ("ich hab nur zehn Minuten Zeit", {"minutes": 10}),
        (
            "gründliche Massage für beide Waden",
            {"area": "calf", "side": Side.BOTH, "length": Length.DEEP},
        ),
        ("normale Wadenmassage", {"area": "calf", "length": Length.STANDARD}),
        ("massier zehn Minuten lang meinen Fuß", {"area": "foot_arch", "minutes": 10}),
        # nothing named
        ("starte eine Massage", {}),
        ("Massage starten", {}),
        ("beginne mit der Sitzung", {}),
        ("starte eine Knotenroutine", {}),
        ("eine kleine Massage wäre schön", {}),
        ("ich will mich massieren", {}),
        # asked about
        ("meine Schulter ist total verspannt", {"choices": SHOULDERS}),
        ("Rückenmassage, bitte", {"choices": BACKS}),
        ("massiere mein rechtes Bein", {"choices": LEGS, "side": Side.RIGHT}),
        # no guess, and never
        ("massiere mein Knie", {"unknown": True}),
        ("Fingermassage starten", {"unknown": True}),
        ("massiere meinen Hals", {"refused": True}),
        ("starte eine Bauchmassage", {"refused": True}),
        ("massiere meine Wirbelsäule", {"refused": True}),
        ("massiere die Kniekehle", {"refused": True}),
        # breathe and stretch
        ("stattdessen dehnen", {"stretch_only": True}),
        ("heute nur atmen und dehnen", {"stretch_only": True}),
        ("nur dehnen bitte, keine Massage", {"stretch_only": True}),
        ("ohne Drücken heute, einfach nur dehnen", {"stretch_only": True}),
        ("dehn mit mir den Nacken", {"area": "upper_traps", "stretch_only": True}),
        ("Nackendehnung starten", {"area": "upper_traps", "stretch_only": True}),
        (
            "kannst du mit mir nur die linke Wade dehnen",
            {"area": "calf", "side": Side.LEFT, "stretch_only": True},
        ),
    ],
)
@pytest.mark.parametrize("situation", [IDLE, LIVE])
def test_what_is_wanted(text: str, expected: dict[str, Any], situation: Situation) -> None:
    assert understand(text, GERMAN, situation) == StartRequest(**expected)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("das gleiche wie gestern", None),
        ("mach dieselbe Massage wie letztes Mal", None),
        ("wiederhole die letzte Massage", None),
        ("nochmal das von gestern", None),
        ("noch mal die Wade wie gestern", "calf"),
    ],
)
def test_the_same_once_more(text: str, area: str | None) -> None:
    assert understand(text, GERMAN, IDLE) == StartRequest(area=area, again=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("starte Büropause", {"routine": "Büropause!"}),
        ("Abendroutine starten", {"routine": "Abend"}),
        ("starte meine Abend-Routine für Anna", {"routine": "Abend", "person": "Anna"}),
        ("starte Nacken", {"routine": "Nacken", "otherwise": StartRequest(area="upper_traps")}),
        ("starte die Wadenmassage für Anna", {"area": "calf", "person": "Anna"}),
    ],
)
def test_names(text: str, expected: dict[str, Any]) -> None:
    assert understand_request(text, NAMED) == StartRequest(**expected)


@pytest.mark.parametrize(
    ("text", "command", "person"),
    [
        ("stoppe die Sitzung", Command.STOP, None),
        ("stoppe die Sitzung für Anna", Command.STOP, "Anna"),
        ("brich die Massage ab", Command.STOP, None),
        ("Massage beenden", Command.STOP, None),
        ("beende die Nackenmassage", Command.STOP, None),
        ("pausiere die Massage", Command.PAUSE, None),
        ("halte die Massage an", Command.PAUSE, None),
        ("setz die Massage fort", Command.RESUME, None),
        ("mach mit der Massage weiter", Command.RESUME, None),
        ("Sitzung fortsetzen", Command.RESUME, None),
    ],
)
def test_clear_sentences_need_no_session(text: str, command: Command, person: str | None) -> None:
    assert understand_request(text, NAMED) == CommandHeard(command, person)


# Areas and sides

SAID: Final = {
    "upper_traps": [
        *("Nacken", "Genick", "Trapezmuskel", "Kapuzenmuskel", "Nacken und Schulter"),
        *("Schulter-Nacken-Bereich", "Nackenmuskulatur", "nackten"),
    ],
    "suboccipitals": ["Schädelbasis", "Schädelansatz", "Hinterkopf", "oberen Nacken"],
    "shoulder_blade": ["Schulterblatt", "Schulterblätter", "Rautenmuskel", "Rhomboiden"],
    "upper_back": ["oberen Rücken", "mittleren Rücken", "Rückenmitte"],
    "rear_shoulder": ["hintere Schulter", "Rotatorenmanschette", "Deltamuskel", "Schulterpfanne"],
    "chest": ["Brustmuskel", "Brustmuskulatur", "Brust", "vordere Schulter"],
    "lower_back": ["unteren Rücken", "Kreuz", "Lendenbereich", "Taille"],
    "glutes": ["Gesäß", "Gesäss", "Po", "Pobacke", "Hintern", "Piriformis", "Gefäß"],
    "hamstrings": ["hinteren Oberschenkel", "Beinbeuger", "Oberschenkelrückseite"],
    "quads_outer_thigh": [
        *(
            "Oberschenkel",
            "vorderen Oberschenkel",
            "Oberschenkelaußenseite",
            "Quadrizeps",
            "IT-Band",
        ),
    ],
    "calf": ["Wade", "Waden", "Wadenmuskel", "Unterschenkel", "Wate"],
    "foot_arch": ["Fuß", "Fuss", "Füße", "Fußsohle", "Fusssohle", "Fußgewölbe", "Sohle", "Ferse"],
    "forearm": ["Unterarm", "Mausarm", "Tennisarm", "Tennisellenbogen", "Ellenbogen"],
    "hand_thumb": ["Hand", "Hände", "Handfläche", "Daumen", "Daumenballen", "Handydaumen"],
    "jaw": ["Kiefer", "Kaumuskel", "Kiefergelenk", "Masseter", "Wange", "Schläfen"],
}
"""What people say, and what recognisers make of it (massage.md §3)."""
COMPOUNDS: Final = {
    "upper_traps": "Nacken",
    "calf": "Waden",
    "foot_arch": "Fuß",
    "glutes": "Gesäß",
    "forearm": "Unterarm",
    "hand_thumb": "Hand",
    "jaw": "Kiefer",
    "chest": "Brustmuskel",
    "quads_outer_thigh": "Oberschenkel",
    "shoulder_blade": "Schulterblatt",
}
SIDES: Final = {
    "mein {} Unterarm ist verspannt": ("linker", "rechter"),
    "massiere meinen {} Unterarm": ("linken", "rechten"),
    "ein Knoten in meinem {} Unterarm": ("linken", "rechten"),
    "massiere {} Unterarm": ("linken", "rechten"),
    "starte {} Unterarm": ("linker", "rechter"),
    "Unterarmmassage {}": ("links", "rechts"),
    "massiere meinen Unterarm auf der {} Seite": ("linken", "rechten"),
    "{} im Unterarm ist alles verspannt": ("links", "rechts"),
    "Unterarm {} massieren": ("links", "rechts"),
}
CASES: Final = {
    "massiere mein {} Schulterblatt": ("linkes", "rechtes", "shoulder_blade"),
    "massiere meine {} Wade": ("linke", "rechte", "calf"),
    "ein Knoten neben dem {} Schulterblatt": ("linken", "rechten", "shoulder_blade"),
    "die Rückseite vom {} Oberschenkel massieren": ("linken", "rechten", "hamstrings"),
    "hinten am {} Oberschenkel massieren": ("linken", "rechten", "hamstrings"),
    "oben auf der {} Schulter sitzt ein Knoten": ("linken", "rechten", "upper_traps"),
    "die {} Schulter hinten massieren": ("linke", "rechte", "rear_shoulder"),
}


def test_every_area_is_called_something() -> None:
    assert SAID.keys() == DATA["areas"].keys() == set(AREAS)


@pytest.mark.parametrize(
    ("area", "name"), [(area, name) for area, names in SAID.items() for name in names]
)
def test_a_name_means_its_area(area: str, name: str) -> None:
    for text in (f"massiere {name}", f"{name} massieren", f"starte eine Massage für {name}"):
        assert understand(text, GERMAN, IDLE) == StartRequest(area=area), text


@pytest.mark.parametrize(("area", "part"), list(COMPOUNDS.items()))
def test_a_part_of_the_body_may_be_part_of_a_word(area: str, part: str) -> None:
    for text in (
        f"starte eine {part}massage",
        f"{part}massage starten",
        f"starte die {part}-Routine",
        f"starte die {part}knotenroutine",
        f"ich hab einen {part}knoten",
        f"{part}verspannungen massieren",
        f"{part} Massage starten",
    ):
        assert understand(text, GERMAN, IDLE) == StartRequest(area=area), text


def test_what_the_coach_calls_an_area_can_be_said() -> None:
    """It says "start again with that name"."""
    book = read(CATALOGUE).books["de"]
    for area in AREAS:
        assert understand(f"starte {book.name(area)}", GERMAN, IDLE) == StartRequest(area=area)


@pytest.mark.parametrize(("frame", "words"), list(SIDES.items()))
def test_a_side_in_every_case(frame: str, words: tuple[str, str]) -> None:
    for word, side in zip(words, (Side.LEFT, Side.RIGHT), strict=True):
        expected = StartRequest(area="forearm", side=side)
        assert understand(frame.format(word), GERMAN, IDLE) == expected


@pytest.mark.parametrize(("frame", "words"), list(CASES.items()))
def test_a_side_in_every_gender(frame: str, words: tuple[str, str, str]) -> None:
    for word, side in zip(words[:2], (Side.LEFT, Side.RIGHT), strict=True):
        expected = StartRequest(area=words[2], side=side)
        assert understand(frame.format(word), GERMAN, IDLE) == expected


@pytest.mark.parametrize(
    "text",
    [
        "beide Unterarme massieren",
        "massiere beide Unterarme",
        "Unterarmmassage auf beiden Seiten",
        "Unterarm links und rechts massieren",
    ],
)
def test_both_sides(text: str) -> None:
    assert understand(text, GERMAN, IDLE) == StartRequest(area="forearm", side=Side.BOTH)


# What must be left alone


@pytest.mark.parametrize(
    ("text", "sign", "areas"),
    [
        ("meine Brust ist eng, massier sie", Sign.EMERGENCY, ["chest"]),
        ("massiere den Druck auf meiner Brust", Sign.EMERGENCY, ["chest"]),
        ("ich habe Brustschmerzen, starte eine Nackenmassage", Sign.EMERGENCY, ["upper_traps"]),
        ("ich krieg keine Luft, massier den Nacken", Sign.EMERGENCY, ["upper_traps"]),
        ("meine Wade ist geschwollen, massier die mal", Sign.LEG, ["calf"]),
        ("meine Wade ist heiß und rot, massier sie", Sign.LEG, ["calf"]),
        ("massiere meine geschwollene Wade", Sign.LEG, ["calf"]),
        ("ich bin auf die Schulter gefallen, massier sie", Sign.HURT, [*SHOULDERS]),
        ("seit dem Unfall ist mein Nacken verspannt, massier ihn", Sign.HURT, ["upper_traps"]),
        ("massiere meinen Nacken, er weckt mich nachts", Sign.HURT, ["upper_traps"]),
        ("ich bin schwanger, starte eine Nackenmassage", Sign.HURT, ["upper_traps"]),
        ("ich habe eine Thrombose, massier meine Wade", Sign.HURT, ["calf"]),
        ("massiere die Krampfader an meiner Wade", Sign.HURT, ["calf"]),
        ("ich bin betrunken, massier meinen Nacken", Sign.HURT, ["upper_traps"]),
    ],
)
def test_what_must_be_left_alone_starts_nothing(text: str, sign: Sign, areas: list[str]) -> None:
    assert understand_request(text, GERMAN) == SymptomRequest(sign, tuple(areas))


@pytest.mark.parametrize(
    "text",
    [
        "mir ist schwindlig, starte eine Massage",
        "ich habe Fieber, massier meinen Nacken",
        "massier meine taube Hand",
        "mein Fuß kribbelt, massier ihn",
        "ich habe stechende Schmerzen im unteren Rücken, massier ihn",
        "massiere meinen Oberschenkel, da ist ein Bluterguss",
        "meine Hand ist eingeschlafen, massier sie",
    ],
)
def test_a_symptom_starts_nothing(text: str) -> None:
    assert isinstance(understand_request(text, GERMAN), SymptomRequest)


@pytest.mark.parametrize(
    "text",
    [
        # never worked on, or somebody else's
        "massiere meinen Hals und meinen Nacken",
        "massiere meinen Nacken vorne",
        "massiere meine Wade hinter dem Knie",
        "massiere den oberen Rücken direkt auf der Wirbelsäule",
        "massiere dem Baby den Nacken",
        "massiere seinen Nacken",
        "massiere ihren unteren Rücken",
        "der Nacken von meinem Sohn ist steif, starte eine Massage",
        "ich bin zehn Jahre alt und mein Nacken tut weh, starte eine Massage",
        # denied, or asked
        "massiere meinen Nacken nicht",
        "ich brauche keine Nackenmassage",
        "ich hasse es, wenn du meinen Nacken massierst",
        "soll ich meine Wade massieren",
        "ist es sicher, meinen Nacken zu massieren",
        "was kostet eine Nackenmassage",
        # the rest of a house
        "mach das Licht rechts an",
        "schalte das rechte Fußlicht an",
        "mach die Fußbodenheizung aus",
        "setz Schweinenacken auf die Einkaufsliste",
        "wie lang ist der Po in Italien",
        "hände hoch",
        "ich brauche beide Hände",
        "gib mir die Hand",
        "der Fuß der Lampe ist locker",
        "ich backe einen Kuchen",
    ],
)
def test_no_area_is_started(text: str) -> None:
    heard = understand(text, GERMAN, IDLE)
    assert not (isinstance(heard, StartRequest) and (heard.area or heard.choices))


@pytest.mark.parametrize(
    "text",
    [
        *("stopp", "weiter", "fester", "nächster", "ja", "links", "sechs", "leiser", "Pause"),
        "mein Arm ist taub",
        "ich habe Brustschmerzen",
        "dehnen",
        "starte die Spülmaschine",
        "starte das normale Programm",
        "starte die Massage nicht",
        "ich will keine Massage",
        "ich habe fünf Äpfel",
        "stell einen Timer auf zehn Minuten",
        "buch mir eine Massage",
        "starte den Massagesessel",
        "erinnere mich in zehn Minuten an die Massage",
        "spiel Entspannungsmusik",
        "wie bindet man einen Krawattenknoten",
        "starte den Z-Wave-Knoten neu",
        "wie viel sind zehn Knoten in Stundenkilometern",
        "mein Kopf tut weh",
        "meine Wade ist geschwollen",
    ],
)
def test_with_no_session_everything_else_is_left_alone(text: str) -> None:
    assert understand(text, NAMED, IDLE) is None


@pytest.mark.parametrize("situation", [IDLE, LIVE])
@pytest.mark.parametrize(
    "text",
    [
        "warum habe ich das",
        "woher kommen Verspannungen",
        "wie entstehen Muskelknoten",
        "wieso krieg ich immer diese Knoten im Nacken",
    ],
)
def test_why(text: str, situation: Situation) -> None:
    assert understand(text, GERMAN, situation) == WhyRequest()


@pytest.mark.parametrize(
    "text",
    [
        "meine Gesundheit hat sich geändert",
        "bei meiner Gesundheit hat sich was verändert",
        "gesundheitlich gibt's bei mir was Neues",
        "ich möchte die Gesundheitsfragen neu beantworten",
        "ich bin jetzt schwanger",
        "ich nehme neue Medikamente",
    ],
)
def test_my_health_changed(text: str) -> None:
    assert understand_request(text, GERMAN) == HealthChanged()


# In a session

COMMANDS: Final = {
    Command.STOP: [
        *(
            "stopp",
            "Stop!",
            "halt",
            "aufhören",
            "genug",
            "es reicht",
            "hör auf",
            "bitte hör sofort auf",
        ),
        *("Schluss jetzt", "ich kann nicht mehr", "ich will das nicht mehr", "wir sind fertig"),
        *("brich das ab", "das reicht für heute", "lass uns Schluss machen", "Abbruch"),
    ],
    Command.PAUSE: [
        *(
            "Pause",
            "warte",
            "Moment",
            "einen Moment bitte",
            "halt kurz an",
            "ich muss mal kurz weg",
        ),
        *("können wir kurz Pause machen", "warte, mein Handy klingelt", "stopp mal kurz"),
    ],
    Command.EXTEND: [
        *("weiter", "mach weiter", "mehr Zeit", "noch etwas länger", "nicht so schnell"),
        *(
            "noch zwanzig Sekunden",
            "bleib noch ein bisschen hier",
            "langsamer bitte",
            "hör nicht auf",
        ),
    ],
    Command.NEXT: [
        *("nächster Schritt", "überspringen", "das lassen wir aus", "geh zum nächsten"),
        "weiter zum nächsten Schritt",
    ],
    Command.PREVIOUS: ["zurück", "einen Schritt zurück", "zurück zum letzten Schritt"],
    Command.REPEAT: [
        "noch mal",
        "nochmal bitte",
        "sag das noch mal",
        "wie bitte",
        "was hast du gesagt",
    ],
    Command.LIGHTER: [
        *("leichter", "sanfter", "weniger", "nicht so fest", "etwas sanfter bitte", "vorsichtig"),
        *("ein bisschen zu fest", "das ist ein wenig viel", "nimm mal etwas Druck raus"),
        *("drück nicht so doll", "ich kann nicht langsam atmen", "lass ein bisschen lockerer"),
    ],
    Command.HARDER: [
        *("fester", "härter", "etwas fester bitte", "mehr Druck bitte", "drück ruhig fester"),
        *("das darf ruhig fester sein", "ein bisschen tiefer rein", "ich will es fester"),
        *("kann ich noch etwas doller drücken", "lass uns fester werden", "kräftiger"),
    ],
    Command.TOO_MUCH: [
        *(
            "zu viel",
            "zu fest",
            "aua",
            "das tut weh",
            "Aua, das tut weh!",
            "viel zu stark",
            "es schmerzt",
        ),
        *("das halt ich nicht aus", "das ist mir zu viel", "das tut aber weh", "ich hab Schmerzen"),
    ],
    Command.RELEASED: [
        *("losgelassen", "hat sich gelöst", "ist weg", "der Knoten ist weg", "jetzt ist er weg"),
        *("jetzt hat er losgelassen", "es ist weicher geworden", "die Verspannung ist raus"),
    ],
    Command.NOT_YET: [
        *("noch nicht", "immer noch fest", "noch da", "hat sich nicht gelöst", "keine Veränderung"),
        *("der Knoten ist immer noch da", "der lässt einfach nicht los", "es tut sich nichts"),
    ],
    Command.FOUND: ["gefunden", "hab ihn", "ich hab die Stelle", "da ist der Knoten", "genau da"],
    Command.NOT_FOUND: [
        *("ich finde ihn nicht", "ich find nix", "da ist nichts", "ich spüre keinen Knoten"),
        "ich kann den Knoten nicht finden",
    ],
    Command.LOST: [
        "verloren",
        "sie ist weggerutscht",
        "ich finde die Stelle nicht mehr",
        "ich hab ihn verloren",
    ],
    Command.ACHES_ELSEWHERE: ["es strahlt aus", "es tut woanders weh", "das zieht bis in den Arm"],
    Command.OTHER_SIDE: [
        "andere Seite",
        "Seite wechseln",
        "jetzt die andere Seite bitte",
        "Seitenwechsel",
    ],
    Command.WRAP_UP: ["komm zum Ende", "zum Abschluss kommen", "lass uns langsam abschließen"],
    Command.TOO_HOT: [
        "zu heiß",
        "zu heiss",
        "das Kissen ist zu warm",
        "die Wärme ist mir zu viel",
        "ich werde müde",
    ],
}


@pytest.mark.parametrize(
    ("command", "text"), [(command, text) for command, texts in COMMANDS.items() for text in texts]
)
def test_commands(command: Command, text: str) -> None:
    assert understand(text, GERMAN, LIVE) == CommandHeard(command)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "weiter",
            "mach weiter",
            "weiter geht's",
            "es geht weiter",
            "fortsetzen",
            "ich bin bereit",
        ),
        *("so, ich bin wieder da", "es kann weitergehen", "Pause beenden", "mach bitte weiter"),
    ],
)
def test_resume(text: str) -> None:
    assert understand(text, GERMAN, PAUSED) == CommandHeard(Command.RESUME)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("wie lange noch", StatusRequest()),
        ("sind wir bald fertig", StatusRequest()),
        ("wo sind wir gerade", StatusRequest(About.STEP)),
        ("was kommt als nächstes", StatusRequest(About.NEXT)),
        ("warum machen wir das", StatusRequest(About.WHY)),
        ("lauter", LoudnessHeard(True)),
        ("ich verstehe dich kaum", LoudnessHeard(True)),
        ("sprich bitte leiser", LoudnessHeard(False)),
        ("nur die Ansagen", TalkHeard(Talk.CUES)),
        ("du redest zu viel", TalkHeard(Talk.CUES)),
        ("erklär mir mehr", TalkHeard(Talk.FULL)),
        ("nicht fester", NoHarderHeard()),
        ("bitte nicht noch mehr Druck", NoHarderHeard()),
        ("mach nicht fester", NoHarderHeard()),
        ("das ist fest genug, bleib so", NoHarderHeard()),
        ("es soll nicht fester werden", NoHarderHeard()),
        ("es lässt nach", EasedHeard(True)),
        ("wird schon besser", EasedHeard(True)),
        ("bleibt gleich", EasedHeard(False)),
        ("unverändert", EasedHeard(False)),
    ],
)
def test_what_else_is_said(text: str, heard: Heard) -> None:
    assert understand(text, GERMAN, LIVE) == heard


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("sechs", 6),
        ("6", 6),
        ("eine zwei", 2),
        ("eins", 1),
        ("null", 0),
        ("anderthalb", 2),
        ("zweieinhalb", 3),
        ("sechs komma fünf", 7),
        ("6,5", 7),
        ("so eine sieben, würd ich sagen", 7),
        ("acht von zehn", 8),
        ("drei bis vier", 4),
        ("zwischen fünf und sechs", 6),
        ("ich glaub eher ne neun", 9),
        ("null, ich spür gar nichts mehr", 0),
    ],
)
def test_scores(text: str, score: int) -> None:
    assert understand(text, GERMAN, RATING) == ScoreHeard(score)


@pytest.mark.parametrize("text", ["elf", "drei von fünf", "fünf Stunden weniger", "keine neun"])
def test_what_is_no_score(text: str) -> None:
    assert not isinstance(understand(text, GERMAN, RATING), ScoreHeard)


# What must not be missed, and what must not be more than it is


@pytest.mark.parametrize(
    "text",
    [
        *("nein stopp", "nein, stopp", "oh nein hör auf", "ich kann nicht, stopp", "scheiße stopp"),
        *("nein das tut weh", "nein, zu viel", "nein aua", "nein, leichter", "nein Pause"),
        *("nein warte", "nein es reicht", "kannst du nicht aufhören", "wie stoppe ich das"),
        *("das Heizkissen ist zu heiß", "mach das Heizkissen aus", "meine Wärme ist zu heiß"),
        *(
            "stopp, mein Handy klingelt",
            "stopp, ruf einen Arzt",
            "stopp, die Kinder sind im Zimmer",
        ),
        *("ich liege auf dem Boden das tut weh", "was machst du da das tut weh"),
        *("au, mach das Licht aus", "drück nicht so fest", "es ist unerträglich", "auaaa"),
        *("noch nicht stopp", "noch nicht, stopp", "nie wieder stopp", "nie wieder, stopp"),
        "also weißt du " * 30 + "hör jetzt auf",
    ],
)
def test_what_asks_for_less_is_never_missed(text: str) -> None:
    heard = understand(text, GERMAN, LIVE)
    assert isinstance(heard, CommandHeard)
    assert heard.command in {
        *(Command.STOP, Command.PAUSE, Command.LIGHTER, Command.TOO_MUCH, Command.TOO_HOT),
    }


@pytest.mark.parametrize("word", ["fester", "härter", "stärker", "tiefer", "kräftiger", "doller"])
@pytest.mark.parametrize(
    "frame",
    [
        *("der Knoten ist {}", "der Knoten wird {}", "der ist noch {} als gestern", "es wird {}"),
        *("es fühlt sich {} an", "jetzt ist das {}", "ein {} Knoten", "da ist ein {} Knoten"),
        *("der Schmerz ist {}", "es tut {} weh", "das war {}", "{} geworden", "{} als vorher"),
        *("ist das {}", "soll ich {} drücken", "muss das {} sein", "ich drücke schon {}"),
        *("links {}", "meine Schulter ist {}", "{} geht nicht", "auf keinen Fall {}"),
        *(
            "{} bitte nicht",
            "jetzt {}",
            "ich will nicht {}",
            "nicht so {}",
            "irgendwie {}",
            "mir kommt es {} vor",
        ),
        *(
            "je {} desto schlimmer",
            "du hast gesagt {}",
            "mach die Musik {}",
            "mein Arm ist taub {}",
        ),
    ],
)
def test_nothing_but_a_plain_wish_asks_for_more_pressure(frame: str, word: str) -> None:
    assert understand(frame.format(word), GERMAN, LIVE) != CommandHeard(Command.HARDER)


@pytest.mark.parametrize(
    "text",
    [
        *("ich will nicht weitermachen", "noch nicht weiter", "mach nicht weiter", "später weiter"),
        *("ich bin noch nicht bereit", "ich bin noch nicht so weit", "soll ich weitermachen"),
        *("ich glaube nicht, dass ich weitermachen kann", "ich bin bereit aufzuhören"),
        *(
            "ich will nicht zum nächsten Schritt",
            "warte, bis ich bereit bin",
            "überspring das nicht",
        ),
    ],
)
def test_a_pause_does_not_end_by_what_is_no_wish(text: str) -> None:
    heard = understand(text, GERMAN, PAUSED)
    assert heard not in {CommandHeard(Command.RESUME), CommandHeard(Command.NEXT)}


@pytest.mark.parametrize(
    "text",
    [
        *("stopp die Musik", "stopp den Staubsauger", "pausier das Hörbuch", "Fernseher Pause"),
        *("nächster Song bitte", "spiel das letzte Lied noch mal", "mach die Musik leiser"),
        *("mach den Fernseher lauter", "wie lange muss der Kuchen noch im Ofen bleiben"),
        *("das ist halt so", "im Moment ist alles gut", "wie heiß ist es", "wiederhol das nicht"),
        *("die Serie bitte anhalten", "pausier mal den Fernseher, es klingelt"),
        *("warte mal, Schatz, ich komme gleich", "wartet mal ihr zwei"),
    ],
)
def test_what_is_not_for_the_coach(text: str) -> None:
    assert understand(text, GERMAN, LIVE) is None


# Answers


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ja", Answer.YES),
        ("ja, da ist was geschwollen", Answer.YES),
        ("ja leider", Answer.YES),
        ("ich habe seit gestern Fieber", Answer.YES),
        ("ich hab mich gestoßen", Answer.YES),
        ("ich hab mich gestossen", Answer.YES),
        ("ich habe einen blauen Fleck", Answer.YES),
        ("die Stelle ist taub", Answer.YES),
        ("nein mein Arm ist taub", Answer.YES),
        ("nein taub", Answer.YES),
        ("nein", Answer.NO),
        ("nee, alles gut", Answer.NO),
        ("nein, nichts davon", Answer.NO),
        ("nein hab ich nicht", Answer.NO),
        ("keine Taubheit", Answer.NO),
        ("es kribbelt nicht", Answer.NO),
        ("weiß nicht", Answer.UNSURE),
        ("ich bin mir nicht sicher", Answer.UNSURE),
        ("das Wetter", None),
        ("links", None),
    ],
)
def test_the_question_about_health(text: str, answer: Answer | None) -> None:
    expected = AnswerHeard(answer) if answer else None
    assert understand(text, GERMAN, asking(Question.HEALTH)) == expected


@pytest.mark.parametrize(
    ("text", "chest", "calf"),
    [
        ("ja", Answer.YES, Answer.YES),
        ("ja, nur ein Muskelschmerz", Answer.YES, Answer.YES),
        ("ja, ohne Atemnot", Answer.YES, Answer.YES),
        ("nein", Answer.NO, Answer.NO),
        ("ist es nicht", Answer.NO, Answer.NO),
        ("nicht sicher", Answer.UNSURE, Answer.UNSURE),
        # too weak a yes, or a no to something else: it is asked again
        ("okay", None, Answer.YES),
        ("gern", None, Answer.YES),
        ("ja ein bisschen", None, Answer.YES),
        ("keine Schwellung", None, Answer.NO),
        ("alles gut", None, None),
        # a concern is a yes to one and a no to the other
        ("ja aber mein Arm kribbelt", Answer.NO, Answer.YES),
        ("ja aber ich schwitze", Answer.NO, Answer.YES),
        ("ich bin gestürzt", Answer.NO, Answer.YES),
        ("sie ist rot und warm", None, Answer.YES),
        ("das Wetter", None, None),
    ],
)
def test_a_gate(text: str, chest: Answer | None, calf: Answer | None) -> None:
    assert understand(text, GERMAN, CHEST) == (AnswerHeard(chest) if chest else None)
    assert understand(text, GERMAN, CALF) == (AnswerHeard(calf) if calf else None)


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (Question.SIDE, "links", Answer.LEFT),
        (Question.SIDE, "die linke", Answer.LEFT),
        (Question.SIDE, "auf der rechten Seite", Answer.RIGHT),
        (Question.SIDE, "ähm, rechts glaub ich", Answer.RIGHT),
        (Question.SIDE, "alle beide", Answer.BOTH),
        (Question.SIDE, "links und rechts", Answer.BOTH),
        (Question.HEAT, "ja gern", Answer.YES),
        (Question.HEAT, "ja, mach das Kissen warm", Answer.YES),
        (Question.HEAT, "lieber ohne Wärme", Answer.NO),
        (Question.HEAT, "nein danke", Answer.NO),
        (Question.SKIN, "ja, angenehm", Answer.YES),
        (Question.SKIN, "alles gut", Answer.YES),
        (Question.WRONG, "nein, mir geht's gut", Answer.NO),
        (Question.WRONG, "mir ist nicht schwindlig", Answer.NO),
        (Question.WRONG, "nein, das war der Fernseher", Answer.NO),
        (Question.WRONG, "ja, mir geht's nicht gut", Answer.YES),
        (Question.ACHE, "dumpf", Answer.DULL),
        (Question.NEXT_DAY, "normal", Answer.NORMAL),
        (Question.NEXT_DAY, "etwas schmerzhaft", Answer.BIT_SORE),
        (Question.NEXT_DAY, "sehr schmerzhaft", Answer.VERY_SORE),
        (Question.NEXT_DAY, "blaue Flecken", Answer.BRUISED),
        (Question.NEXT_DAY, "ich hab einen blauen Fleck", Answer.BRUISED),
        # no plain answer
        (Question.HEAT, "ja später", None),
        (Question.HEAT, "ja, es ist rot", None),
        (Question.HEAT, "da stimmt was nicht", Answer.NO),
        (Question.SKIN, "nicht angenehm", Answer.NO),
        (Question.SKIN, "ist es angenehm", None),
        (Question.SKIN, "vorhin war es angenehm", None),
        (Question.SIDE, "links, ich meine rechts", Answer.RIGHT),
        (Question.NEXT_DAY, "ist das normal", None),
        (Question.NEXT_DAY, "links", None),
    ],
)
def test_answers(question: Question, text: str, answer: Answer | None) -> None:
    heard = understand(text, GERMAN, asking(question))
    assert heard == (AnswerHeard(answer) if answer else None)


@pytest.mark.parametrize("question", [Question.HEALTH, Question.WRONG])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "mir geht es nicht gut",
            "ich fühle mich nicht wohl",
            "nicht alles in Ordnung",
            "nicht gut",
        ),
        *(
            "nein, mir geht es schlechter",
            "nein, es wird schlimmer",
            "nein hilf mir",
            "ist alles gut",
        ),
        *("nein, ich bin schwanger", "alles gut, aber zu viel", "nein, es tut weh"),
        *("nein, aber mein Knie ist dick", "nein, ich hab nur Fieber"),
    ],
)
def test_who_is_not_well_does_not_say_no(text: str, question: Question) -> None:
    assert understand(text, GERMAN, asking(question)) != AnswerHeard(Answer.NO)


@pytest.mark.parametrize("situation", [asking(Question.HEALTH), CALF, CHEST])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "nicht geschwollen aber warm",
            "keine Schwellung aber rot",
            "es kribbelt nicht aber es brennt",
        ),
        "keine Schwäche aber meine Blase ist komisch",
    ],
)
def test_to_deny_one_thing_is_no_plain_no(text: str, situation: Situation) -> None:
    assert understand(text, GERMAN, situation) != AnswerHeard(Answer.NO)


@pytest.mark.parametrize(
    ("situation", "text"),
    [
        (asking(Question.SIDE), "vergiss es"),
        (asking(Question.HEAT), "ach schon gut"),
        (RATING, "ach egal, vergiss es"),
        (RATING, "die Frage können wir lassen"),
    ],
)
def test_a_question_can_be_dropped(situation: Situation, text: str) -> None:
    assert understand(text, GERMAN, situation) == NeverMindHeard()
    assert understand(text, GERMAN, LIVE) is None


@pytest.mark.parametrize("question", list(Question))
@pytest.mark.parametrize("word", ["stopp", "Pause", "zu viel", "es ist zu heiß"])
def test_control_words_work_inside_every_question(question: Question, word: str) -> None:
    assert isinstance(understand(word, GERMAN, asking(question)), CommandHeard)


@pytest.mark.parametrize(
    ("question", "text", "tier", "certain"),
    [
        (None, "mein Arm ist taub", Tier.B, True),
        (None, "mach die Lampe blau", Tier.B, False),
        (Question.ACHE, "stechend", Tier.B, True),
        (Question.WRONG, "das taube Ding von vorhin", Tier.B, True),
        (Question.SKIN, "es brennt", Tier.B, True),
        (Question.HEALTH, "ich kriege keine Luft", Tier.A, True),
        (Question.GATE, "meine Brust ist eng", Tier.A, True),
    ],
)
def test_stop_words_come_first(
    question: Question | None,
    text: str,
    tier: Tier,
    certain: bool,  # noqa: FBT001 - a column of the table
) -> None:
    heard = understand(text, GERMAN, Situation(live=True, question=question))
    assert isinstance(heard, StopHeard)
    assert (heard.phrase.tier, heard.phrase.certain) == (tier, certain)


# Beside another language


@pytest.mark.parametrize(
    "text",
    [
        *("start a neck massage", "harder", "it let go", "not yet", "still tight", "I lost it"),
        *("stop the music", "so that was the arm", "also the hand", "die", "war", "fast", "hell"),
        *("my hand is numb", "close the blind", "the blackout curtain", "open the gate"),
    ],
)
@pytest.mark.parametrize("situation", [IDLE, LIVE])
def test_english_means_nothing_else_in_german(text: str, situation: Situation) -> None:
    assert understand(text, GERMAN, situation, freely=False) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "starte eine Nackenmassage",
            "fester",
            "losgelassen",
            "noch nicht",
            "also gut",
            "die Hand",
        ),
        *("mein Arm ist taub", "Fernseher pause", "Musik stop", "so fast", "das war hell", "Not"),
    ],
)
@pytest.mark.parametrize("situation", [IDLE, LIVE])
def test_german_means_nothing_else_in_english(text: str, situation: Situation) -> None:
    assert understand(text, ENGLISH, situation, freely=False) is None


async def test_a_german_house(house: House) -> None:
    await house.speak_language("de")
    coach = house.add(FakeCoach(hass=house.hass, area_id=house.room("Bedroom")))
    await say(house.hass, "Mein Nacken bringt mich um, mach ne schnelle Massage!", house.bedroom)
    assert coach.started == [StartRequest(area="upper_traps", length=Length.QUICK)]
    coach.begin()
    for text in (
        "Aua, das tut weh!",
        "Ja, der Knoten hat sich gelöst.",
        "Stopp, mein Arm ist taub.",
    ):
        house.hass.states.async_set(house.bedroom.entity_id, "processing")
        await say(house.hass, text, house.bedroom)
    released, too_much = CommandHeard(Command.RELEASED), CommandHeard(Command.TOO_MUCH)
    assert coach.told[:2] == [too_much, released]
    stop = coach.told[2]
    assert isinstance(stop, StopHeard)
    assert stop.phrase.certain


async def test_a_television_is_paused_in_a_german_house(house: House) -> None:
    await house.speak_language("de")
    coach = house.add(FakeCoach(hass=house.hass, area_id=house.room("Bedroom")))
    coach.begin()
    await say(house.hass, "Fernseher Pause", house.bedroom)
    assert coach.told == []
