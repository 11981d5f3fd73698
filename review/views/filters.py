"""The queue's filters as they stand in the address: what cannot be understood there is left out."""

import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeVar, cast

from django.http import QueryDict

from automation.documents.models import State
from review.queue import TABS, Filters, Tab

NAMES = ("q", "state", "entity", "minimum", "maximum", "due", "centre", "sort")
T = TypeVar("T")


def asked_for(query: QueryDict | Mapping[str, str]) -> tuple[Tab, Filters]:
    """The tab and the filters that an address names."""
    tab = query.get("tab", "mine")
    due, sort = query.get("due", ""), query.get("sort", "")
    return cast(Tab, tab) if tab in TABS else "mine", Filters(
        q=(query.get("q") or "").replace("\0", "").strip()[:200],
        state=_understood(State, query.get("state")),
        entity=_understood(uuid.UUID, query.get("entity")),
        minimum=_understood(_amount, query.get("minimum")),
        maximum=_understood(_amount, query.get("maximum")),
        centre=(query.get("centre") or "").replace("\0", "").strip().upper()[:40],
        due="overdue" if due == "overdue" else "week" if due == "week" else "",
        sort="new" if sort == "new" else "urgent",
    )


def narrowed(filters: Filters) -> bool:
    """Whether anything is left out of the tab."""
    return filters != Filters(sort=filters.sort)


def _amount(text: str) -> Decimal:
    amount = Decimal(text)
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 14:
        raise ValueError(text)
    return amount


def _understood(read: Callable[[str], T], text: str | None) -> T | None:
    try:
        return read(text) if text else None
    except (ValueError, InvalidOperation):
        return None
