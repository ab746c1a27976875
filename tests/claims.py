"""Claims that are never made, spoken or shown (massage.md §4.7, §4.3)."""

import re
from typing import Final

CLAIMS: Final = {
    "de": re.compile(
        r"\b(behand(el|l)\w*|geheilt|heil(en|t|ung|sam)\w*|kur(ier\w*)?|therapiesitzung|repar\w+"
        r"|verkleb\w*|verwachsung\w*|narben\w*|entgift\w*|gift\w*|schlacke\w*|durchblutung\w*"
        r"|diagnos\w*|garant\w*|das ist normal|dir fehlt nichts|triggerpunkt\w*)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(treat(s|ed|ing|ments?)?|cur(e|es|ed|ing)|heal(s|ed|ing)?|therapy session|fix(es|ed|ing)?"
        r"|break(s|ing)? up|adhesions?|scar tissue|flush\w*|toxins?|blood flow|diagnos\w+"
        r"|guarantee\w*|it'?s normal|it is normal|you're fine|you are fine)\b",
        re.IGNORECASE,
    ),
}
"""By language. A language without a row is not looked at; add one where you can."""
