"""What kind of document it is: its title says so, and a title is not a label, not a mention, not a denial."""

import re
from collections.abc import Iterator

from inference.extraction import predictions
from inference.extraction.confidence import confidence
from inference.extraction.document import Document
from inference.extraction.labels import Label, find_labels, fold, lexicon
from inference.extraction.lines import Line, Run
from inference.types import FieldPrediction

_DENIED = re.compile(
    r"\b(?:not an?|not (?:a )?valid|no es|no sirve|no vale|kein\w*|n.est pas|ne constitue pas|pas une?|non [eè]"
    r"|non costituisce|n[aã]o|geen|ikke|inte|ei ole|nie jest|nie stanowi|nen[ií]|nije|nem)\b[^.]{0,25}$",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(r"(?:n[or°º]?|nos?|num\w*|number|nummer|n[uú]mero|#|č|c|br|broj|id|ref|szám\w*|date|datum)")
_BILLS = ("invoice", "credit_note")
_TAX_TITLES = frozenset({"taxinvoice", "vatinvoice", "gstinvoice"})  # "this is not a VAT invoice" is said on invoices
TITLE = 1.0  # the least score of words that stand like a title
MENTION = 0.5  # below it the words are only mentioned: "refund" in the terms makes no credit note
HEADING = 0.35  # the part of the page where the name of a paper, if only beside its number, says what it is
TELLING = 9  # letters from which on such a name is no common word
ROLL_WIDTH = 320.0  # points: tills print on rolls of 58 or 80 mm


def document_type(document: Document) -> Iterator[FieldPrediction]:
    """One prediction for any document with text: the best title, else what its amounts and numbers make likely."""
    scores: dict[str, tuple[float, Run]] = {}
    said: set[str] = set()
    denied = False
    pages = document.lines.pages
    lines = document.lines.page_lines(pages[0].number) if pages else ()
    heights = sorted(line.box.y1 - line.box.y0 for line in document.lines.lines[:200])
    usual = max(heights[len(heights) // 2], 1e-4) if heights else 1.0
    for line in lines:
        for label in find_labels(line, lexicon("TITLES")):
            run = next(run for run in line.runs if run.start <= label.start < run.end)
            if _in_address(line, label):
                continue
            if line.box.y0 <= HEADING and len(label.key) >= TELLING:
                said.update(label.roles)
            if label.key not in _TAX_TITLES and _DENIED.search(line.text[run.start : label.start]):
                denied = True
            elif line.box.y0 <= 0.6 and line.index not in document.body:
                for role in label.roles:
                    score = _title_score(line, run, label, role, usual)
                    if score > 0 and (role not in scores or score > scores[role][0]):
                        scores[role] = score, run
    if denied:
        scores = {role: found for role, found in scores.items() if role not in _BILLS or found[0] >= TITLE}
    scores = {role: found for role, found in scores.items() if role == "invoice" or found[0] >= MENTION}
    if not scores:
        if document.lines.lines:
            yield _without_title(document, denied or ("other" in said and said.isdisjoint(_BILLS)))
        return
    if pages[0].width < ROLL_WIDTH and "receipt" in scores:
        scores["receipt"] = scores["receipt"][0] + 0.4, scores["receipt"][1]
    ranked = sorted(scores.items(), key=lambda item: -item[1][0])
    role, (score, run) = ranked[0]
    margin = score - (ranked[1][1][0] if len(ranked) > 1 else 0.0)
    reason = "titles of two kinds of document are on the page" if len(ranked) > 1 else "the title is part of a sentence"
    yield predictions.of_runs("document_type", role, [run], confidence("text", score, margin), (reason,))


def _without_title(document: Document, denied: bool) -> FieldPrediction:
    totals = document.totals.values
    due = "gross_amount" in totals and not denied
    numbered = bool(document.ranked("invoice_number", ("id",)))
    paper = document.lines.pages[0].width < ROLL_WIDTH
    kind = "other" if not due else "receipt" if paper else "invoice"
    sure = 0.85 if due and paper else 0.6 if due and (numbered or "tax_amount" in totals) else 0.5
    return predictions.computed("document_type", kind, sure, "no title says what it is")


def _in_address(line: Line, label: Label) -> bool:
    """Whether the word is part of an e-mail or web address."""
    before, after = line.text[max(label.start - 1, 0) : label.start], line.text[label.end : label.end + 2]
    return before in ("@", ".") or after[:1] == "@" or (after[:1] == "." and after[1:2].isalpha())


def _title_score(line: Line, run: Run, label: Label, role: str, usual: float) -> float:
    """How much the words look like a title of this role; nothing for a word that only a sentence or label mentions."""
    rest = [fold(word) for word in re.split(r"[\s:/]+", line.text[label.end : run.end]) if fold(word)]
    numbered = any(_NUMBER_WORD.fullmatch(word) for word in rest)
    opens = label.start <= run.start + 1
    alone = opens and (
        line.text[label.end : label.end + 1] == "/"
        or all(any(c.isdigit() for c in word) or _NUMBER_WORD.fullmatch(word) for word in rest)
    )
    height = (line.box.y1 - line.box.y0) / usual
    if role == "other" and _named_then_said(line, run, label):
        return TITLE
    if alone and not numbered and not _labels_value(line, run, height):
        weight = {"credit_note": 0.3, "receipt": -0.2, "other": -0.1}.get(role, 0.0)
        return 1.3 + weight + 0.5 * min(max(height - 1.0, 0.0), 1.5) - 0.3 * line.box.y0
    if role in ("receipt", "other"):
        tall = alone and height > 1.3
        return 0.75 if tall else 0.0
    if run.text.endswith(".") and label.end >= run.end - 1:
        return 0.0
    closes_run = label.end == run.end and len(run.text.split()) <= 6
    if len(run.text) > 60 or not (opens or closes_run):
        return 0.15 + 0.3 * (role == "credit_note" and len(run.text) <= 60)
    return 0.7 - 0.3 * line.box.y0 + 0.2 * (role == "credit_note")


def _named_then_said(line: Line, run: Run, label: Label) -> bool:
    """Whether a line of its own names the paper, and behind a dash what it is about: "Second reminder - invoices"."""
    rest = line.text[label.end : run.end].lstrip()
    return (
        len(line.runs) == 1
        and label.start <= run.start + 1
        and len(label.key) >= TELLING
        and len(run.text) <= 60
        and rest[:1] in ("-", "–", "—")
    )


def _labels_value(line: Line, run: Run, height: float) -> bool:
    """Whether the words are the label of a value: a colon behind them, a value or further labels beside them."""
    if run.text.rstrip().endswith(":") or line.text[run.end : run.end + 2].strip() == ":":
        return True
    if height > 1.25:
        return False
    if len(line.runs) >= 3 and any(map(str.isdigit, run.text)):
        return True  # one of several columns: "Reading 09/03"
    following = next((other for other in line.runs if other.start > run.start), None)
    if following is not None:
        first = following.text.split()[0]
        if any(c.isdigit() for c in first) or first.startswith(":"):
            return True
    labelled = find_labels(line, lexicon("FIELD_LABELS"))
    others = [other for other in line.runs if other is not run]
    return sum(1 for other in others if any(other.start <= x.start < other.end for x in labelled)) >= 2
