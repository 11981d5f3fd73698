"""Sentences that are kept or raised in English, in the reader's language.

Findings, errors and reasons are stored, hashed and handed to machines as they were said; a screen says them anew. A
sentence with values in it stands in the catalogue with numbered places ("Net {0} and tax {1} make {2}."): it is found
again by its fixed words, and the values, amounts and days among them, go to their places in the translation.
`review/sentences.py` collects the sentences from the source, so that none is forgotten.
"""

import re
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_percent
from django.conf import settings
from django.utils.translation import get_language, gettext
from django.utils.translation.trans_real import translation

from review import formatting

_PLACE = re.compile(r"\{(\d+\+?)\}")
_BESIDE = re.compile(r"\{(\d+)\} ?\{\d+\}")  # two values that no fixed word parts: they are found as one, {0+}
_BETWEEN = re.compile(r"(?<=[.?!]) (?=[A-Z])")
MOST_WORDS = 24  # of a value that is taken apart
_MONEY = re.compile(r"(-?\d[\d,]*\.\d{2,})(?: ([A-Z]{3}))?")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)%")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def spoken(text: str, locale: Locale | None = None) -> str:
    """The sentence in the language of this request; as it is where the catalogue does not know it."""
    language = get_language() or settings.LANGUAGE_CODE
    if not text or language == settings.LANGUAGE_CODE:
        return text
    return _spoken(text, language, str(locale or _plain(language)))


@lru_cache(maxsize=4096)
def _spoken(text: str, language: str, locale: str) -> str:
    return _known(text, language, locale) or _one_by_one(text, language, locale) or _lower(text)


def _known(text: str, language: str, locale: str) -> str:
    """The translation of just this text, or of the sentence whose places it fills; nothing where there is none."""
    said = _value(text, Locale.parse(locale)) or gettext(text)
    if said != text:
        return said
    for start, pattern, sentence in _patterns(language):
        if text.startswith(start) and (found := pattern.fullmatch(text)):
            values = {place: _filled(place, value, language, locale) for place, value in found.groupdict().items()}
            parts = enumerate(_PLACE.split(sentence))
            return "".join(values[_group(part)] if odd % 2 else part for odd, part in parts)
    return ""


def _one_by_one(text: str, language: str, locale: str) -> str:
    """Sentences that stand one behind the other, as what happened and what to do; nothing where there is only one."""
    parts = _BETWEEN.split(text)
    return " ".join(_spoken(part, language, locale) for part in parts) if len(parts) > 1 else ""


def _filled(place: str, value: str, language: str, locale: str) -> str:
    """A value in its place: as one, as a list of known texts, and two beside each other as what each of them is."""
    listed = value.split(", ")
    said = [_spoken(one, language, locale) for one in listed]
    if len(listed) > 1 and all(new != old for new, old in zip(said, listed, strict=True)):
        return ", ".join(said)
    words = value.split(" ")
    if place.endswith("_") and len(words) <= MOST_WORDS:
        for at in range(len(words) - 1, 0, -1):
            head, tail = " ".join(words[:at]), " ".join(words[at:])
            if new := _known(head, language, locale):
                return f"{new}{_known(f' {tail}', language, locale) or f' {_spoken(tail, language, locale)}'}"
    return _spoken(value, language, locale)


@cache
def _patterns(language: str) -> list[tuple[str, re.Pattern[str], str]]:
    """How each sentence with places begins, a pattern that finds its values, and its translation; the longest first."""
    catalogue = {
        _BESIDE.sub(r"{\1+}", source): _BESIDE.sub(r"{\1+}", str(said))
        for source, said in translation(language)._catalog.items()  # type: ignore[attr-defined]
        if isinstance(source, str) and _PLACE.search(source)
    }
    return [
        (_PLACE.split(source)[0], _pattern(source), str(catalogue[source]))
        for source in sorted(catalogue, key=lambda one: -len(_PLACE.sub("", one)))
    ]


def _pattern(source: str) -> re.Pattern[str]:
    parts = enumerate(_PLACE.split(source))
    return re.compile(
        "".join(f"(?P<{_group(part)}>.*?)" if odd % 2 else re.escape(part) for odd, part in parts), re.DOTALL
    )


def _group(place: str) -> str:
    return f"v{place}".replace("+", "_")


def _value(text: str, locale: Locale) -> str:
    """An amount, a share or a day in the reader's notation; nothing for what is none of these."""
    if money := _MONEY.fullmatch(text):
        amount = formatting.amount(Decimal(money[1].replace(",", "")), money[2] or "", locale)
        return f"{amount} {money[2]}" if money[2] else amount
    if share := _SHARE.fullmatch(text):
        return str(format_percent(Decimal(share[1]) / 100, "#,##0.# %", locale=locale))
    return formatting.day(date.fromisoformat(text), locale) if _DAY.fullmatch(text) else ""


def _lower(text: str) -> str:
    """A word of ours that stands in mid-sentence, where English writes it small."""
    known = gettext(text.capitalize()) if text.islower() else text
    return known if known != text.capitalize() else text


def _plain(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except UnknownLocaleError:
        return formatting.FALLBACK
