"""What the tests know of a language, beside its phrases: `tests/languages/<language>.yaml`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
import re
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parents[1] / "languages"
NEVER: Final = re.compile(r"(?!)")
"""Matches nothing: what a language without such a list has to fear."""


@cache
def known(language: str) -> Mapping[str, Any]:
    """Return what is known of a language; there may be nothing."""
    path = FOLDER / f"{language}.yaml"
    return yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}


@cache
def pattern(language: str, *keys: str) -> re.Pattern[str]:
    """Return what finds the words of a list, in any case and between other words."""
    found: Any = known(language)
    for key in keys:
        found = found.get(key, {})
    return re.compile(rf"\b({'|'.join(found)})\b", re.IGNORECASE) if found else NEVER
