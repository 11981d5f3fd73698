"""The systems that invoices are posted to, by name. A new adapter is written beside these and named here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from automation.errors import PermanentFailure
from automation.posting.adapters.base import Adapter
from automation.posting.adapters.csv import CsvFiles
from automation.posting.adapters.ubl import UblFiles

ADAPTERS: Mapping[str, Callable[[], Adapter]] = MappingProxyType(
    {
        "ubl": lambda: UblFiles(settings.POSTING_DIR / "ubl"),
        "csv": lambda: CsvFiles(settings.POSTING_DIR / "csv"),
    }
)


def adapter_named(name: str) -> Adapter:
    """The adapter an intent was written for, also where new intents no longer use it."""
    if name not in ADAPTERS:
        raise PermanentFailure(f"There is no adapter {name!r} any more.", code="adapter_missing")
    return ADAPTERS[name]()


@register("countersign")
def adapters_exist(**_: object) -> list[CheckMessage]:
    """At least one adapter, each known and named once."""
    names = settings.POSTING_ADAPTERS
    unknown = [name for name in names if name not in ADAPTERS]
    if names and not unknown and len(set(names)) == len(names):
        return []
    return [
        Error(
            f"POSTING_ADAPTERS is {','.join(names)!r}; it must name each adapter once, from: {', '.join(ADAPTERS)}.",
            id="posting.E001",
        )
    ]
