"""What a page is, seen with the pages before it: further pages of an attachment, and an invoice's own after all."""

from collections.abc import Sequence
from dataclasses import replace

from inference.splitting.facts import ATTACHED, Facts


def in_context(pages: Sequence[Facts]) -> list[Facts]:
    """The same pages; those that look like something else alone are of the kind that they are among the others."""
    seen: list[Facts] = []
    for page in pages:
        seen.append(_in_context(seen, page))
    return seen


def _in_context(seen: Sequence[Facts], page: Facts) -> Facts:
    run = next((n for n, one in enumerate(reversed(seen)) if one.kind not in ATTACHED), len(seen))
    bill, attached = seen[: len(seen) - run], [one for one in seen[len(seen) - run :] if one.kind != "blank"]
    if not bill or page.kind in ("blank", "unread", "terms"):
        return page
    if page.kind == "supplement":
        return replace(page, kind="", paper="") if not attached and _goes_on(bill[-1], page) else page
    if attached and _behind(attached, bill, page):
        return replace(page, kind=attached[-1].kind, paper=attached[-1].paper)
    return page


def _goes_on(bill: Facts, page: Facts) -> bool:
    """Whether the page carries the invoice on: by its count and a total, or with a sum that was not closed before."""
    if page.counter and page.counter.page == (bill.counter.page if bill.counter else 1) + 1:
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
