"""Words by language, as data: synonyms of every printed label, phrases, goods, names of people and streets."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale

_FOLDER = Path(__file__).parent / "vocabulary"
LANGUAGES = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def vocabulary(language: str) -> Mapping[str, tuple[str, ...]]:
    """Concept to its synonyms; a concept the language has no words for falls back to English."""
    own = tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
    words = {concept: tuple(text.split("|")) for concept, text in own.items()}
    return words if language == "en" else {**vocabulary("en"), **words}


@cache
def months(language: str, width: str) -> tuple[str, ...]:
    """The twelve month names inside a date; `width` is "wide" or "abbreviated"."""
    names = Locale.parse(language).months["format"][width]
    return tuple(str(names[month]) for month in range(1, 13))
