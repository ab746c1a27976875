"""German stop words: each trigger of massage.md §4.3 in all its forms, and what only mentions one."""

from typing import Final

import pytest

from custom_components.knot_coach.massage.messages import Tier
from custom_components.knot_coach.massage.stop_words import StopPhrase, StopWords, classify
from tests.voice.fake_coach import read_sentences

WORDS: Final = StopWords.of(read_sentences("de")["stop_words"])

# Trigger by trigger, in the order of massage.md §4.3.
EMERGENCIES: Final = (
    # chest pain, pressure, tightness
    "Brustschmerzen",
    "Schmerzen in der Brust",
    "Druck auf der Brust",
    "ein Engegefühl in der Brust",
    "Stechen in der Brust",
    "ein Ziehen in der Brust",
    "Stechen im Herz",
    "Kieferschmerzen und Armschmerzen",
    "Schmerzen im Kiefer und im Arm",
    # cannot breathe
    "Atemnot",
    "keine Luft",
    "kaum Luft",
    "zu wenig Luft",
    # face drooping, slurred, double vision
    "ein hängendes Gesicht",
    "eine verwaschene Sprache",
    "Doppelbilder",
    # worst or sudden headache
    "die schlimmsten Kopfschmerzen meines Lebens",
    "den schlimmsten Kopfschmerz",
    "plötzliche heftige Kopfschmerzen",
    "plötzlich starke Kopfschmerzen",
    "Kopfschmerzen ganz plötzlich",
    "auf einmal Kopfweh",
    # suddenly weak
    "plötzliche Schwäche im Arm",
    "eine Lähmung im Bein",
    # between the legs
    "Taubheit zwischen den Beinen",
    "ein taubes Gefühl im Schritt",
    "einen Schlaganfall",
)
STOPS: Final = (
    "stechende Schmerzen",
    "ein Stechen",
    "einen stechenden Schmerz",
    "einen schneidenden Schmerz",
    "einen scharfen Schmerz",
    "einen schießenden Schmerz",
    "einen einschießenden Schmerz",
    "einen Stromschlag",
    "elektrische Schläge",
    "ein Brennen",
    "einen brennenden Schmerz",
    "Taubheit",
    "ein Taubheitsgefühl",
    "taube Finger",
    "ein pelziges Gefühl",
    "ein Kribbeln",
    "Ameisenlaufen",
    "ein Prickeln",
    "Schwäche",
    "keine Kraft",
    "Schwindel",
    "ein Schwindelgefühl",
    "Übelkeit",
    "Brechreiz",
    "Kopfschmerzen",
    "Kopfweh",
    "Migräne",
    "einen Puls",
    "eine Schwellung",
    "einen Riss",
    "eine offene Wunde",
    "Blut",
    "kein Gefühl",
    "einen toten Arm",
    "Sehstörungen",
    "Augenflimmern",
)
ABOUT_ME: Final = (
    # What bursts out of them first, whom they call, and whom they send for.
    (Tier.A, "scheiße ich hab schmerzen in der brust"),
    (Tier.A, "schatz ich krieg keine luft"),
    (Tier.A, "ich krieg keine luft ruf den notarzt"),
    (Tier.B, "verdammt mein arm ist taub"),
    (Tier.B, "nein nein mein arm ist taub"),
    (Tier.A, "mir tut die Brust weh"),
    (Tier.A, "meine Brust tut weh"),
    (Tier.A, "meine Brust ist ganz eng"),
    (Tier.A, "mir ist so eng um die Brust"),
    (Tier.A, "die Brust zieht sich zusammen"),
    (Tier.A, "es sticht in der Brust"),
    (Tier.A, "ich hab so einen Druck auf der Brust"),
    (Tier.A, "mein Kiefer und mein linker Arm tun weh"),
    (Tier.A, "ich kriege keine Luft"),
    (Tier.A, "ich krieg keine Luft mehr"),
    (Tier.A, "ich bekomme kaum Luft"),
    (Tier.A, "ich kriege schlecht Luft"),
    (Tier.A, "ich kann nicht atmen"),
    (Tier.A, "ich kann nicht mehr richtig atmen"),
    (Tier.A, "ich kann kaum atmen"),
    (Tier.A, "ich kann nur schwer atmen"),
    (Tier.A, "mir bleibt die Luft weg"),
    (Tier.A, "das Atmen fällt mir schwer"),
    (Tier.A, "es fällt mir schwer zu atmen"),
    (Tier.A, "ich bin außer Atem"),
    (Tier.A, "ich bin ausser Atem"),
    (Tier.A, "ich ringe nach Luft"),
    (Tier.A, "ich werd gleich ohnmächtig"),
    (Tier.A, "ich war kurz ohnmächtig"),
    (Tier.A, "ich bin gerade umgekippt"),
    (Tier.A, "ich kipp gleich um"),
    (Tier.A, "ich klappe zusammen"),
    (Tier.A, "ich verliere das Bewusstsein"),
    (Tier.A, "mir wird schwarz vor Augen"),
    (Tier.A, "mir wird ganz schwarz vor den Augen"),
    (Tier.A, "mir wird schwarz"),
    (Tier.A, "mein Gesicht hängt auf einer Seite"),
    (Tier.A, "mein Mundwinkel hängt runter"),
    (Tier.A, "mein Mund ist ganz schief"),
    (Tier.A, "ich lalle"),
    (Tier.A, "meine Sprache ist verwaschen"),
    (Tier.A, "ich kann nicht sprechen"),
    (Tier.A, "ich kann nicht mehr richtig reden"),
    (Tier.A, "ich kriege kein Wort raus"),
    (Tier.A, "ich sehe nichts mehr"),
    (Tier.A, "ich seh plötzlich nichts mehr"),
    (Tier.A, "ich kann nichts sehen"),
    (Tier.A, "ich sehe alles doppelt"),
    (Tier.A, "auf dem linken Auge bin ich blind"),
    (Tier.A, "ich habe plötzlich starke Kopfschmerzen"),
    (Tier.A, "mein Arm ist plötzlich schwach"),
    (Tier.A, "plötzlich ist mein Bein ganz schwach"),
    (Tier.A, "mein Bein ist auf einmal so schwach"),
    (Tier.A, "mein Arm ist gelähmt"),
    (Tier.A, "ich kann meinen Arm nicht mehr bewegen"),
    (Tier.A, "mein Arm gehorcht mir nicht"),
    (Tier.A, "ich bin im Schritt taub"),
    (Tier.A, "ich spüre zwischen den Beinen nichts"),
    (Tier.A, "ich kann die Blase nicht mehr kontrollieren"),
    (Tier.A, "ich habe die Kontrolle über meine Blase verloren"),
    (Tier.A, "ich hab mir in die Hose gemacht"),
    (Tier.A, "ich glaub ich hab einen Herzinfarkt"),
    (Tier.A, "Hilfe, ich krieg keine Luft"),
    (Tier.B, "mein Arm ist taub"),
    (Tier.B, "meine Finger werden taub"),
    (Tier.B, "es fühlt sich taub an"),
    (Tier.B, "ich spüre meine Finger nicht mehr"),
    (Tier.B, "ich fühle meine Hand kaum noch"),
    (Tier.B, "im Arm spür ich nichts mehr"),
    (Tier.B, "ich habe kein Gefühl mehr in der Hand"),
    (Tier.B, "es kribbelt"),
    (Tier.B, "meine Finger kribbeln so"),
    (Tier.B, "ja, es kribbelt ein bisschen"),
    (Tier.B, "mein Fuß ist eingeschlafen"),
    (Tier.B, "mir ist der Arm eingeschlafen"),
    (Tier.B, "mein Bein schläft ein"),
    (Tier.B, "mir schläft die Hand ein"),
    (Tier.B, "mir schlafen die Füße ein"),
    (Tier.B, "es sticht"),
    (Tier.B, "das sticht total"),
    (Tier.B, "es schießt mir in den Arm"),
    (Tier.B, "da schießt mir was ins Bein"),
    (Tier.B, "das ist wie ein Stromschlag"),
    (Tier.B, "das ist wie Strom"),
    (Tier.B, "es brennt"),
    (Tier.B, "das brennt richtig"),
    (Tier.B, "ich hab keine Kraft im Arm"),
    (Tier.B, "mir ist schwindlig"),
    (Tier.B, "mir wird schwindelig"),
    (Tier.B, "mir ist gerade total schwindelig geworden"),
    (Tier.B, "davon wird mir schwindlig"),
    (Tier.B, "mir dreht sich alles"),
    (Tier.B, "alles dreht sich"),
    (Tier.B, "ich bin benommen"),
    (Tier.B, "mir ist schlecht"),
    (Tier.B, "mir wird davon ganz schlecht"),
    (Tier.B, "mir ist so übel"),
    (Tier.B, "ich glaub, ich muss mich übergeben"),
    (Tier.B, "mein Kopf tut weh"),
    (Tier.B, "mir tut der Kopf weh"),
    (Tier.B, "mein Kopf dröhnt"),
    (Tier.B, "ich fühle da einen Puls"),
    (Tier.B, "da pulsiert was"),
    (Tier.B, "meine Hand ist kalt"),
    (Tier.B, "meine Finger sind weiß"),
    (Tier.B, "meine Finger sind ganz weiss"),
    (Tier.B, "meine Zehen sind ganz kalt und blau"),
    (Tier.B, "es schwillt an"),
    (Tier.B, "mein Knöchel schwillt an"),
    (Tier.B, "es ist angeschwollen"),
    (Tier.B, "da hat was geknackt"),
    (Tier.B, "es hat geschnalzt"),
    (Tier.B, "da ist was gerissen"),
    (Tier.B, "die Haut ist offen"),
    (Tier.B, "es blutet"),
    (Tier.B, "ich sehe verschwommen"),
    (Tier.B, "ich bin wackelig auf den Beinen"),
    (Tier.B, "ich verliere das Gleichgewicht"),
    (Tier.B, "Stopp, es sticht"),
    (Tier.B, "aua es brennt"),
    (Tier.B, "oh Gott mein Arm ist taub"),
    (Tier.B, "können wir aufhören mir ist schwindlig"),
    (Tier.B, "warte mal meine Hand kribbelt"),
    (Tier.B, "ich hab Brot geschnitten und mein Arm ist taub"),
    (Tier.B, "mein Nacken ist okay, aber mir ist schlecht"),
)
ABOUT_SOMETHING_ELSE: Final = (
    "schatz meine schwester hat schmerzen in der brust",
    "mensch der hund blutet",
    "nein keine schmerzen in der brust",
    "mach die Lampe blau",
    "meine Schwester hat Brustschmerzen",
    "meiner Schwester ist schwindlig",
    "mein Mann hat Kopfschmerzen",
    "er kriegt keine Luft",
    "der Hund blutet",
    "wie kalt ist es draußen",
    "stell die Heizung kälter",
    "mir ist kalt",
    "es ist kalt hier",
    "das Baby ist eingeschlafen",
    "ich bin eingeschlafen",
    "das Kribbeln hat aufgehört",
    "das Taubheitsgefühl ist weg",
    "gestern war mir schwindlig",
    "ich hatte gestern Kopfschmerzen",
    "wenn mir schwindlig wird, sag ich Bescheid",
    "ist das normal, dass es kribbelt",
    "soll es kribbeln",
    "was mache ich, wenn es sticht",
    "der Akku ist schwach",
    "das Signal ist schwach",
    "schalte die elektrische Zahnbürste ein",
    "die Tauben im Garten",
    "setz Kopfschmerztabletten auf die Einkaufsliste",
    "wer hat die Ameisen reingelassen",
    "spiel Taub von den Ärzten",
)
ORDINARY: Final = (
    "",
    "aua",
    "das tut weh",
    "das tut richtig weh",
    "zu viel",
    "viel zu fest",
    "losgelassen",
    "der Knoten ist weg",
    "noch nicht",
    "stopp",
    "wie lange noch",
    "das ist schlecht",
    "das Wetter ist heute schlecht",
    "ich weiß nicht",
    "das weiß ich nicht",
    "weißt du was",
    "ich kann nicht langsam atmen",
    "ich kann nicht mehr so ruhig atmen",
    "ich spüre den Knoten nicht",
    "ich spüre nichts mehr",
    "mehr Druck auf die Brust",
    "ich seh den Fernseher nicht",
    "ich kann die Uhr nicht sehen",
    "brennt das Licht noch",
    "die Kerze brennt",
    "blaue Flecken",
    "mein Brustmuskel ist verspannt",
    "ein Knoten in der Brust",
)
NECK: Final = ("Schwindel", "Kopfschmerzen", "Übelkeit", "Sehstörungen", "ein Schwindelgefühl")

STATEMENTS: Final = (
    "{}",
    "{}.",
    "Ich habe {}!",
    "ich hab so {}",
    "Stopp. Ich hab {} jetzt.",
    "ja, {}",
    "äh ja ein bisschen {}",
    "Au, {}",
    "und {}",
    "ich glaub ich hab {}",
    "ich hab plötzlich wieder {} im ganzen linken Arm",
    "oh mein Gott ich hab {}",
    "mein Nacken ist gut aber ich hab {}",
    "Ich habe Brot geschnitten und ich hab {}",
    "können wir bitte aufhören ich hab {}",
)
MENTIONS: Final = (
    "meine Schwester hat {}",
    "mein Mann sagt er hat {}",
    "spiel {} im Radio",
    "setz {} auf die Einkaufsliste",
    "hatte er gestern {}",
    "ich hatte gestern {}",
    "früher hatte ich oft {}",
    "was bedeutet {}",
    "wenn ich {} habe, sag ich es dir",
    "hab ich {}",
)


def found_in(text: str, *, neck: bool = False) -> StopPhrase:
    found = classify(text, WORDS, neck=neck)
    assert found is not None, text
    return found


@pytest.mark.parametrize("frame", STATEMENTS)
@pytest.mark.parametrize("tier", Tier)
def test_a_statement_about_oneself_is_sure(frame: str, tier: Tier) -> None:
    for phrase in EMERGENCIES if tier is Tier.A else STOPS:
        found = found_in(frame.format(phrase))
        expected = found.tier if "plötzlich" in frame else tier
        assert (found.tier, found.certain) == (expected, True), (frame, phrase)


@pytest.mark.parametrize("frame", MENTIONS)
@pytest.mark.parametrize("tier", Tier)
def test_a_mention_never_is(frame: str, tier: Tier) -> None:
    for phrase in EMERGENCIES if tier is Tier.A else STOPS:
        found = found_in(frame.format(phrase))
        assert (found.tier, found.certain) == (tier, False), (frame, phrase)


@pytest.mark.parametrize(("tier", "text"), ABOUT_ME)
def test_what_people_say_about_themselves_is_sure(tier: Tier, text: str) -> None:
    found = found_in(text)
    assert (found.tier, found.certain) == (tier, True)


@pytest.mark.parametrize("text", ABOUT_SOMETHING_ELSE)
@pytest.mark.parametrize("neck", [False, True])
def test_what_is_said_about_something_else_never_is(text: str, neck: bool) -> None:  # noqa: FBT001 - a column of the table
    assert not found_in(text, neck=neck).certain


@pytest.mark.parametrize("text", ORDINARY)
@pytest.mark.parametrize("neck", [False, True])
def test_ordinary_words_are_no_stop(text: str, neck: bool) -> None:  # noqa: FBT001 - a column of the table
    assert classify(text, WORDS, neck=neck) is None


@pytest.mark.parametrize("phrase", NECK)
def test_more_serious_once_the_neck_was_worked_on(phrase: str) -> None:
    text = f"ich habe {phrase}"
    assert [found_in(text, neck=neck).tier for neck in (False, True)] == [Tier.B, Tier.A]
    assert found_in(text, neck=True).certain


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("nicht taub", True),
        ("es ist nicht taub", True),
        ("keine Taubheit", True),
        ("keine Taubheit oder Schwellung", True),
        ("nein, keine Taubheit, keine Schwellung", True),
        ("mir ist nicht schwindlig", True),
        # The verb comes before what denies it.
        ("es kribbelt nicht", True),
        ("es brennt gar nicht mehr", True),
        ("nein es sticht nicht", True),
        ("meine Brust ist nicht eng", True),
        ("mein Gesicht hängt nicht", True),
        # "Nein" answers, and denies nothing by itself.
        ("nein taub", False),
        ("nein mein Arm ist taub", False),
        ("nein es kribbelt", False),
        ("nicht taub aber es kribbelt", False),
        ("es kribbelt nicht aber es brennt", False),
        ("es brennt nicht nur ein bisschen", False),
        ("es brennt nicht so stark", False),
        ("es sticht nicht überall", False),
        ("taub", False),
    ],
)
def test_denied(text: str, denied: bool) -> None:  # noqa: FBT001 - a column of the table
    found = found_in(text)
    assert found.denied is denied
    assert not (found.denied and found.certain)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("mein Arm ist plötzlich schwach", "plötzlich schwach"),
        ("ich bin im Schritt taub", "im schritt taub"),
        ("mir wird schwarz vor Augen und mir ist schwindlig", "schwarz vor augen"),
        ("es kribbelt und mein Gesicht hängt", "gesicht hängt"),
    ],
)
def test_the_longer_trigger_wins(text: str, phrase: str) -> None:
    found = found_in(text)
    assert (found.tier, found.certain) == (Tier.A, True)
    assert found.phrase.endswith(phrase)
