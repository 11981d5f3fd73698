"""What a page says of itself, as far as it tells where a document begins: title, number, page count, total, parties."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from inference.extraction import rules
from inference.extraction.lines import Layout, Line, layout
from inference.fields import to_text
from inference.splitting.folding import fold_text
from inference.splitting.prose import has_prices, is_prose
from inference.splitting.titles import CARRIED, COUNTED, SUPPLEMENTS, TERMS
from inference.types import Extraction, FieldPrediction, Page, Reading

Kind = Literal["bill", "supplement", "terms", "blank", "unread", ""]
ATTACHED: tuple[Kind, ...] = ("supplement", "terms", "blank")
"""Pages that never are a document to be paid: they belong to one."""

MOST_PAGES = 500  # a larger number beside a "/" is no page count
MARGIN = 0.1  # of the page: where a bare "2/3" is a page count
FEW_WORDS = 4
SURE = 0.7  # of an amount: from here on the page says one
TALLER = 1.15  # than the text of the page: a title
_BARE = re.compile(r"(?<![\w/.,-])(\d{1,3})\s?/\s?(\d{1,3})(?![\w/.,-])")
_REFERENCE = re.compile(r"(?=.*\d{3})[A-Z0-9][A-Z0-9./-]{4,24}")


@dataclass(frozen=True, slots=True)
class Counter:
    """Page `page` of `pages`; None where the page does not say of how many."""

    page: int
    pages: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """One page. `number`: the invoice number in capitals, `sure` how surely it is one. `parties`: the seller's VAT id
    and account, by kind.

    `references`: longer numbers of any kind, by which a delivery note and its invoice know each other. `total`: the
    total to be paid, '' where none stands here and on a paper whose title says that nothing is paid by it. `carries`:
    whether a sum is carried from or to another page. `paper`: what an attachment is (`titles.PAPERS`), else ''.
    """

    page: int
    kind: Kind
    counter: Counter | None
    number: str
    sure: float
    parties: Mapping[str, str]
    references: frozenset[str]
    total: str
    carries: bool
    paper: str = ""


def facts_of(page: Page) -> Facts:
    """Never raises on any page."""
    alone = Reading((replace(page, number=1),))
    said, lines = rules.extract(alone), layout(alone)
    number = said.fields.get("invoice_number")
    total = said.fields.get("gross_amount")
    kind = _kind(page, said, lines)
    payable = total is not None and total.confidence >= SURE
    paper = _paper(kind, lines)
    payable = payable and paper in ("", "terms", "other")
    return Facts(
        page=page.number,
        kind=kind,
        counter=_counter(lines),
        number=_plain(number.raw) if number is not None else "",
        sure=number.confidence if number is not None else 0.0,
        parties={
            name: _plain(said.fields[name].raw) for name in ("seller_vat_id", "seller_iban") if name in said.fields
        },
        references=frozenset(found for word in page.words if (found := _reference(word.text))),
        total=to_text(total.value) if total is not None and payable else "",
        carries=any(_carried().search(fold_text(line.text)) for line in lines.lines),
        paper=paper,
    )


def _kind(page: Page, said: Extraction, lines: Layout) -> Kind:
    if page.needs_ocr and not page.words:
        return "unread"
    if len(page.words) <= FEW_WORDS:
        return "blank"
    titled = said.fields.get("document_type")
    named = titled.value if titled is not None and titled.page is not None else ""
    sums = (said.fields.get(name) for name in ("gross_amount", "net_amount"))
    amounts = any(found is not None and found.confidence >= SURE for found in sums)
    bill = named in ("invoice", "credit_note", "receipt")
    if not amounts and is_prose(page, lines) and not (bill and titled is not None and _stands_out(titled, lines)):
        return "terms"
    paper = _supplement(lines)
    if bill and (amounts or paper in ("", "other") or (titled is not None and _stands_out(titled, lines))):
        return "bill"
    if not amounts and not has_prices(page) and _titled(lines, _terms()):
        return "terms"
    if named == "other" or paper not in ("", "other") or (paper and not amounts):
        return "supplement"
    return ""


def _paper(kind: Kind, lines: Layout) -> str:
    return "terms" if kind == "terms" else (_supplement(lines) or "other") if kind == "supplement" else ""


def _supplement(lines: Layout) -> str:
    """What kind of paper a title names, '' where none does."""
    return next((paper for paper, titles in _supplements().items() if _titled(lines, titles)), "")


def _titled(lines: Layout, titles: re.Pattern[str]) -> bool:
    """Whether one of the titles stands in the upper part of the page, larger than the text or alone at the top, and is
    no label."""
    usual = _usual(lines)
    upper = [line for line in lines.lines if line.box.y0 < 0.4]
    return any(
        len(run.text.split()) <= 8
        and ":" not in run.text
        and (run.box.y1 - run.box.y0 > TALLER * usual or (line.box.y0 < 0.12 and len(line.runs) == 1))
        and titles.match(fold_text(run.text))
        for line in upper
        for run in line.runs
    )


def _stands_out(titled: FieldPrediction, lines: Layout) -> bool:
    """Whether the title is one, and no word of a sentence."""
    return titled.box is not None and titled.box.y1 - titled.box.y0 > TALLER * _usual(lines)


def _usual(lines: Layout) -> float:
    """The height of most lines, as a share of the page."""
    heights = sorted(line.box.y1 - line.box.y0 for line in lines.lines)
    return heights[len(heights) // 2] if heights else 0.0


def _counter(lines: Layout) -> Counter | None:
    """ "Page 2 of 3", "Seite 2/3"; only in the margins "Page 2" and "2/3"."""
    for line in lines.lines:
        found = _counted().search(fold_text(line.text))
        if found and (found["pages"] or _in_margin(line)) and (counter := _checked(found["page"], found["pages"])):
            return counter
    for line in lines.lines:
        found = _BARE.search(line.text) if _in_margin(line) else None
        if found and (counter := _checked(found[1], found[2])):
            return counter
    return None


def _in_margin(line: Line) -> bool:
    return line.box.y1 < MARGIN or line.box.y0 > 1 - MARGIN


def _checked(page: str, pages: str | None) -> Counter | None:
    one, all_of_them = int(page), int(pages) if pages else None
    if not 1 <= one <= MOST_PAGES or (all_of_them is not None and not one <= all_of_them <= MOST_PAGES):
        return None
    return Counter(one, all_of_them)


def _plain(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())


def _reference(text: str) -> str:
    word = text.strip(".,;:()#").upper()
    return word if _REFERENCE.fullmatch(word) else ""


@cache
def _terms() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(TERMS)})")


@cache
def _supplements() -> Mapping[str, re.Pattern[str]]:
    return {paper: re.compile(rf"(?:{'|'.join(titles)})\b") for paper, titles in SUPPLEMENTS.items()}


@cache
def _carried() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(CARRIED)})\b")


@cache
def _counted() -> re.Pattern[str]:
    words, of = COUNTED
    return re.compile(rf"\b(?:{words})\b[ .:]*(?P<page>\d{{1,3}})(?:\s*(?:/|{of})\s*(?P<pages>\d{{1,3}}))?(?![\d.,])")
