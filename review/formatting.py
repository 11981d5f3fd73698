"""Amounts, dates and times as the person who reads them writes them."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.numbers import format_decimal, get_currency_precision, is_currency
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

FALLBACK = Locale("en", "GB")
NONE = "–"
READABLE = frozenset({"en", "de", "fr", "es", "it", "nl"})  # what is written in these, typed_input understands


def locale_of(request: HttpRequest) -> Locale:
    """The first locale in Accept-Language that the desk can write and read back, kept on the request.

    Where the reader has chosen a language, the first of that language.
    """
    kept: Locale | None = getattr(request, "reader_locale", None)
    if kept is None:
        kept = _preferred(request.headers.get("Accept-Language", ""), _chosen(request))
        request.reader_locale = kept  # type: ignore[attr-defined]
    return kept


def _chosen(request: HttpRequest) -> str:
    session = getattr(request, "session", None)
    return session.get("language", "") if session is not None else ""


def _preferred(header: str, language: str) -> Locale:
    wanted = [part.partition(";")[0].strip() for part in header.split(",")[:8]]
    for tag in wanted:
        try:
            locale = Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError, TypeError):
            continue
        if locale.language in ({language} if language else READABLE):
            return locale
    return Locale(language) if language in READABLE - {"en"} else FALLBACK


def amount(value: Decimal | None, currency: str, locale: Locale) -> str:
    """Grouped, with as many decimals as the currency has, and more only where the value has more."""
    if value is None:
        return NONE
    least = get_currency_precision(currency) if is_currency(currency) else 2
    return str(format_decimal(value, format=f"#,##0.{'0' * least}{'#' * (6 - least)}", locale=locale))


def number(value: Decimal | None, locale: Locale) -> str:
    return NONE if value is None else str(format_decimal(value, format="#,##0.######", locale=locale))


def day(value: date | None, locale: Locale) -> str:
    return NONE if value is None else str(format_date(value, "medium", locale=locale))


def short_day(value: date, locale: Locale) -> str:
    """Day and month, where the year is plain: "24.11.", "24/11"."""
    return str(format_skeleton("Md", value, locale=locale))


def moment(value: datetime, locale: Locale) -> str:
    """The time for today, the date and time for other days; UTC."""
    local = timezone.localtime(value)
    if local.date() == timezone.localdate():
        return str(format_time(local, "short", locale=locale))
    return str(format_datetime(local, "medium", locale=locale))


def age(since: datetime, locale: Locale) -> str:
    """How long ago, in its largest unit: "3 hours"."""
    return str(format_timedelta(timezone.now() - since, threshold=1, format="long", locale=locale))


def duration(seconds: float | None) -> str:
    """In its largest unit: "40 ms", "3.2 s", "4 min", "2 h", "3 d"; nothing for None."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    for size, unit, limit in ((60, "min", 3600), (3600, "h", 2 * 86400)):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return _("%(count)d d") % {"count": round(seconds / 86400)}


def time_left(left: timedelta) -> str:
    """Working time until something is due, rounded down: "5 h left", "45 min left", "overdue" for none."""
    minutes = int(left.total_seconds() // 60)
    if left <= timedelta(0):
        return _("overdue")
    if minutes >= 60:
        return _("%(count)d h left") % {"count": minutes // 60}
    return _("%(count)d min left") % {"count": max(1, minutes)}


def shown(kind: str, text: str, currency: str, locale: Locale) -> str:
    """The canonical text of a field or cell (`inference.fields`) as the reader writes it; as it is where it is not one.

    Whatever habit it is read back with, a number means the same: three digits after a lone mark are never written.
    """
    try:
        if kind == "date":
            return day(date.fromisoformat(text), locale)
        if kind == "money":
            return _unambiguous(Decimal(text), amount(Decimal(text), currency, locale), locale)
        if kind in ("number", "percent"):
            return _unambiguous(Decimal(text), number(Decimal(text), locale), locale)
    except (ValueError, InvalidOperation):
        return text
    return text


def _unambiguous(value: Decimal, written: str, locale: Locale) -> str:
    whole = value == value.to_integral_value()
    if whole and not re.search(r"\D\d\d$", written):
        return format(value.quantize(Decimal(1)), "f")
    if re.search(r"\D\d{3}$", written):
        return str(format_decimal(value, format="0.0000", locale=locale))
    return written
