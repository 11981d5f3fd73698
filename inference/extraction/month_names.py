"""Names of months in the languages of Europe, to their numbers."""

import unicodedata
from functools import cache

from babel import Locale

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl", "cs", "sk", "hr", "sl", "hu", "ro", "tr", "et", "lv", "lt", "el")  # fmt: skip  # noqa: E501
_EXTRA = {
    "sept": 9,
    "mrz": 3,
    "maerz": 3,
    "jaenner": 1,
    "janner": 1,
    "febr": 2,
    "okt": 10,
    "fevr": 2,
    "juil": 7,
    "set": 9,
    "mei": 5,
}


@cache
def months() -> dict[str, int]:
    """Folded month names and abbreviations of `LANGUAGES` to numbers, without names that mean two months."""
    found: dict[str, int] = {}
    clashes: set[str] = set()
    for language in LANGUAGES:
        locale = Locale.parse(language)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    key = fold_name(name)
                    if len(key) >= 3 and found.setdefault(key, number) != number:
                        clashes.add(key)
    return {key: number for key, number in (found | _EXTRA).items() if key not in clashes or key in _EXTRA}


def fold_name(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in plain if character.isalpha())


def year_of(text: str) -> int:
    """The year that four digits, or the last two of them, say."""
    year = int(text)
    if len(text) == 4:
        return year
    return 2000 + year if year < 70 else 1900 + year
