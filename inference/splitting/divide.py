"""Where one document ends and the next begins: the odds of each page break, from what the two sides say.

The weights are log odds set by hand and held by measurement (tests/bench/splitting.py): what a page counts of itself
and the invoice's number say most, a title and another seller much, what is missing little.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from inference.splitting.context import in_context
from inference.splitting.facts import ATTACHED, Facts, facts_of
from inference.types import Reading

SURE = 0.9  # from here on a break is one
DOUBTFUL = 0.4  # from here up to SURE a person must look


@dataclass(frozen=True, slots=True)
class Part:
    """Pages of one document, in order. `attachments`: those that only belong to it: terms, delivery notes.

    `papers`: what each of the attachments is (`titles.PAPERS`).
    """

    pages: tuple[int, ...]
    attachments: tuple[int, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Division:
    """The documents of a file. `doubts`: for a person, why it is not certain; empty where it is."""

    parts: tuple[Part, ...]
    doubts: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        return not self.doubts


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to some invoice: what it is (`titles.PAPERS`), and the references on it."""

    paper: str
    references: frozenset[str]


def only_attached(reading: Reading) -> Attachment | None:
    """What belongs to some invoice, as terms or a delivery note do; None where a page may be a document to be paid.
    Never raises on any reading."""
    pages = in_context([facts_of(page) for page in reading.pages])
    if not pages or pages[0].kind not in ("supplement", "terms"):
        return None
    if any(page.kind not in ATTACHED or page.total for page in pages):
        return None
    return Attachment(pages[0].paper, frozenset().union(*(page.references for page in pages)))


@dataclass(slots=True)
class _Open:
    """The document that is being put together, and what its pages have said so far."""

    pages: list[Facts] = field(default_factory=list)
    number: str = ""
    sure: float = 0.0
    parties: dict[str, str] = field(default_factory=dict)
    references: frozenset[str] = frozenset()
    total: str = ""

    @property
    def is_bill(self) -> bool:
        return any(page.kind not in ATTACHED for page in self.pages)

    def take(self, page: Facts) -> None:
        self.pages.append(page)
        if page.kind in ATTACHED:
            self.references |= page.references if not self.is_bill else frozenset()
            return
        if page.sure > self.sure:
            self.number, self.sure = page.number, page.sure
        self.parties = {**page.parties, **self.parties}
        self.references |= page.references
        self.total = page.total or self.total


def divide(reading: Reading) -> Division:
    """The documents of a reading; every page is in exactly one part, in order. Never raises on any reading."""
    return divided([facts_of(page) for page in reading.pages])


def divided(pages: Sequence[Facts]) -> Division:
    """The same from what the pages say."""
    done: list[_Open] = []
    doubts: list[str] = []
    pages = in_context(pages)
    for position, page in enumerate(pages):
        if not done:
            done.append(_Open())
        elif (chance := _chance(done[-1], page, pages[position + 1 :])) >= DOUBTFUL:
            if chance < SURE:
                doubts.append(f"Page {page.page} may begin another document.")
            if chance >= 0.5:
                done.append(_Open())
        done[-1].take(page)
    return Division(tuple(_part(pages) for pages in _joined(done)), tuple(doubts))


def _joined(found: Sequence[_Open]) -> list[list[Facts]]:
    """A part of attachments alone belongs to the document before it, or else to the one after it."""
    whole: list[list[Facts]] = []
    for one in found:
        if whole and not (one.is_bill and any(page.kind not in ATTACHED for page in whole[-1])):
            whole[-1] += one.pages
        else:
            whole.append(list(one.pages))
    return whole


def _part(pages: Sequence[Facts]) -> Part:
    attached = [page for page in pages if page.kind in ("supplement", "terms")]
    if len(attached) == len(pages):
        attached = []
    papers = tuple(page.paper for page in attached)
    return Part(tuple(page.page for page in pages), tuple(page.page for page in attached), papers)


def _chance(before: _Open, page: Facts, rest: Sequence[Facts]) -> float:
    """How likely the page begins another document than the one before it."""
    return 1 / (1 + math.exp(-_odds(before, page, rest)))


def _odds(before: _Open, page: Facts, rest: Sequence[Facts]) -> float:
    last = before.pages[-1]
    if page.kind in ATTACHED:
        return _odds_of_attachment(before, page, rest)
    if not before.is_bill:
        return -3.0 + _counted(last, page)
    if page.kind == "unread" or last.kind == "unread":
        return -1.5 + _counted(last, page)
    return _counted(last, page) + _numbered(before, page) + _parties(before, page) + _shape(before, page) - 1.0


def _odds_of_attachment(before: _Open, page: Facts, rest: Sequence[Facts]) -> float:
    """It belongs to what stands before it, unless it names what comes after it and nothing of what was before. With a
    total of its own it may be something to be paid all the same: a person looks."""
    if page.total and before.total and page.total != before.total:
        return 0.0
    following = next((other for other in rest if other.kind not in ATTACHED), None)
    if page.kind == "supplement" and following is not None and before.is_bill and before.total:
        behind, ahead = (len(page.references & other.references) for other in (before, following))
        if ahead > behind and following.number != before.number:
            return 3.0 if not behind else 0.0
    return -4.0


def _counted(last: Facts, page: Facts) -> float:
    """What "page 2 of 3" after "page 1 of 3" says."""
    one, two = last.counter, page.counter
    if two is None:
        return 0.0 if one is None or one.pages is None else -3.0 if one.page < one.pages else 1.0
    if one is not None and two.page == one.page + 1:
        return -6.0 if two.pages == one.pages else -4.0 if None in (one.pages, two.pages) else 0.0
    if two.page == 1:
        finished = one is not None and one.pages == one.page
        return 5.0 if finished else 4.0 if one is not None else 3.0
    return 0.0 if one is not None else -2.5


def _numbered(before: _Open, page: Facts) -> float:
    """The same invoice number on both sides, or another one; the less surely it is one, the less it says."""
    if not before.number or not page.number:
        return 0.0
    weight = 9.0 * max(min(page.sure, before.sure) - 0.5, 0.0)
    return -weight if page.number == before.number else weight


def _parties(before: _Open, page: Facts) -> float:
    both = before.parties.keys() & page.parties.keys()
    return 2.5 if any(before.parties[name] != page.parties[name] for name in both) else 0.0


def _shape(before: _Open, page: Facts) -> float:
    """A title where the sums of the page before are closed begins a document, another total is another document's; the
    same total, or a sum carried over, goes on with one."""
    titled = 2.0 if page.kind == "bill" else -1.0
    closed = 1.0 if before.total else -1.5
    again = 0.0 if not (before.total and page.total) else 1.2 if page.total != before.total else -2.0
    return titled + closed + again - 3.0 * (page.carries and before.pages[-1].carries)
