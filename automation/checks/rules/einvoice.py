"""Electronic invoices: what is wrong with the XML itself, and what it says that its own pages do not show."""

from collections.abc import Iterator

from automation.checks.base import Finding, InvoiceView
from inference.einvoice.compare import DECISIVE
from inference.fields import FIELDS


def xml_valid(view: InvoiceView) -> Iterator[Finding]:
    """Schema, profile, the sums of EN 16931 and values that are none, as found when the XML was read."""
    for problem in view.einvoice.problems if view.einvoice else ():
        named = problem["field"] and problem["field"] in FIELDS
        yield Finding(problem["code"], "warning", problem["message"], (problem["field"],) if named else ())


def picture_against_xml(view: InvoiceView) -> Iterator[Finding]:
    """A page shows another account, sum, seller or number than the XML: people see one thing, machines pay another.

    A value that a person has confirmed or corrected since is decided; the difference stays on record as a warning.
    """
    if view.einvoice is None:
        return
    for difference in view.einvoice.differences:
        name, shown = difference["field"], difference["shown"]
        label = FIELDS[name].label
        if name not in DECISIVE:
            yield Finding(
                "picture_differs_minor",
                "info",
                f"{label}: the XML says “{difference['stated']}”, the page seems to show “{shown}”.",
                (name,),
                {"expected": difference["stated"], "found": shown},
            )
            continue
        decided = name in view.einvoice.decided
        instead = f"the page shows “{shown}”" if shown else "no page shows it"
        then = "A person has decided since." if decided else "Ask the supplier on a known number which is right."
        yield Finding(
            "picture_differs",
            "warning" if decided else "blocks",
            f"{label}: the XML says “{difference['stated']}”, but {instead}. {then}",
            (name,),
            {"expected": difference["stated"], "found": shown},
        )


def xml_on_page(view: InvoiceView) -> Iterator[Finding]:
    """Who is paid, and where, stands on no page: nothing contradicts it, and nothing confirms it."""
    if view.einvoice is None:
        return
    for name in view.einvoice.missing:
        if name not in view.einvoice.decided:
            yield Finding(
                "einvoice_not_on_page",
                "warning",
                f"{FIELDS[name].label}: the XML says “{view.values.get(name, '')}”, which stands on no page.",
                (name,),
                {"found": str(view.values.get(name, ""))},
            )
    if view.einvoice.unread:
        pages = ", ".join(map(str, view.einvoice.unread))
        yield Finding(
            "picture_not_compared",
            "warning",
            f"The XML could not be compared with page {pages}, which could not be read. Look at it yourself.",
            (),
            {"page": pages},
        )
