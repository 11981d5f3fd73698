"""What a page is, seen with the pages before it: further pages of an attachment, and an invoice's own after all."""

from collections.abc import Sequence
from dataclasses import replace

from inference.splitting.facts import ATTACHED, Facts, Kind


def in_context(pages: Sequence[Facts]) -> list[Facts]:
    """The same pages; those that look like something else alone are of the kind that they are among the others."""
    seen: list[Facts] = []
    for page in pages:
        kind = _kind(seen, page)
        seen.append(page if kind == page.kind else replace(page, kind=kind))
    return seen


def _kind(seen: Sequence[Facts], page: Facts) -> Kind:
    attached = _attached(seen)
    bill = seen[: len(seen) - len(attached)]
    if not bill or page.kind in ("blank", "unread", "terms"):
        return page.kind
    if page.kind == "supplement":
        return "" if not attached and _goes_on(bill[-1], page) else page.kind
    return attached[-1].kind if attached and _behind(attached, bill, page) else page.kind


def _attached(seen: Sequence[Facts]) -> Sequence[Facts]:
    """The attachments that stand last."""
    count = next((n for n, page in enumerate(reversed(seen)) if page.kind not in ATTACHED), len(seen))
    return seen[len(seen) - count :]


def _goes_on(bill: Facts, page: Facts) -> bool:
    """Whether the page carries the invoice on: by its count and a total, or with a sum that was not closed before."""
    if bill.counter and page.counter and page.counter.page == bill.counter.page + 1:
        return bool(page.total)
    return page.carries and not bill.total


def _behind(attached: Sequence[Facts], bill: Sequence[Facts], page: Facts) -> bool:
    """Whether the page is a further one of the attachment before it: by its count, or since the invoice was closed."""
    first, last = attached[0], attached[-1]
    begun = first.counter is None or first.counter.page == 1
    if page.counter is not None:
        return begun and page.counter.page == len(attached) + 1
    if page.kind == "bill" or last.kind != "supplement":
        return False
    unfinished = last.counter is not None and begun and last.counter.page < (last.counter.pages or 0)
    closed = next((one.total for one in reversed(bill) if one.total), "")
    return unfinished or (bool(closed) and not page.number and page.total in ("", closed))
