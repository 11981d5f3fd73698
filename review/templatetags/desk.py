"""What templates of the desk need to show values in the reader's own notation."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from django import template
from django.template import Context
from django.utils.translation import get_language

from review import access, formatting, language
from review.spoken import spoken

register = template.Library()
Absent = Literal[""] | None  # what a template makes of an attribute of something that is not there


@register.simple_tag(takes_context=True)
def amount(context: Context, value: Decimal | Absent, currency: str = "") -> str:
    known = value if isinstance(value, Decimal) else None
    return formatting.amount(known, currency, formatting.locale_of(context["request"]))


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | Absent) -> str:
    return formatting.day(value or None, formatting.locale_of(context["request"]))


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime) -> str:
    return formatting.moment(value, formatting.locale_of(context["request"]))


@register.simple_tag(takes_context=True)
def age(context: Context, since: datetime) -> str:
    return formatting.age(since, formatting.locale_of(context["request"]))


@register.simple_tag(takes_context=True)
def may_verify(context: Context) -> bool:
    """Whether the person may verify documents anywhere."""
    return bool(access.rights(context["user"]).get(access.VERIFY))


@register.simple_tag(takes_context=True)
def may_operate(context: Context) -> bool:
    """Whether the person may operate runs anywhere."""
    return bool(access.rights(context["user"]).get(access.OPERATE))


@register.simple_tag(takes_context=True)
def may_audit(context: Context) -> bool:
    """Whether the person may see the log, of one entity or of all."""
    return bool(access.rights(context["user"]).get(access.AUDIT))


@register.simple_tag
def catalogue_version() -> str:
    """Changes with the texts that scripts say, so that browsers may keep them for ever."""
    return language.script_texts(get_language() or "")[1]


@register.filter
def said(value: object) -> str:
    """A sentence or word that is kept in English, in the reader's language; None is nothing."""
    return spoken("" if value is None else str(value))


@register.simple_tag(takes_context=True)
def may_govern(context: Context) -> bool:
    """Whether the person has the governance role for all entities; no query for who may not see the log."""
    return may_audit(context) and access.may_govern(context["user"])


@register.filter
def after(later: datetime, earlier: datetime) -> str:
    """How much later, as `seconds` writes it."""
    return formatting.duration((later - earlier).total_seconds())


@register.filter
def seconds(value: float | None) -> str:
    """A duration as people write it: "40 ms", "3.2 s", "4 min", "2 h", "3 d"; nothing for None."""
    return formatting.duration(value)


@register.filter
def time_left(value: timedelta) -> str:
    """Working time until something is due: "5 h left", "45 min left", "overdue"."""
    return formatting.time_left(value)
