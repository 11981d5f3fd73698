"""Scoring predictions against the truth: per-field precision, recall, F1, exact match after normalising.

A field is scored on a document only where the truth labels it; a prediction for a field that the truth leaves out is
neither right nor wrong. So a false positive is a wrong value where the truth has one (it is a false negative as well),
and a missing value is a false negative. Amounts, numbers and dates are compared typed (2 decimals of difference do not
count), identifiers without spaces, punctuation and case, names and addresses are right from a Levenshtein ratio of 0.9.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from rapidfuzz.distance import Levenshtein

from inference.fields import FIELDS, LINE_CELLS, TAX_CELLS, to_text
from inference.types import Extraction, FieldPrediction, Row

NAME_RATIO = 0.9
ALIASES = {"prepaid_amount": "amount_paid", "article_number": "product_code", "base": "net", "amount": "tax"}
EXPECTED = {"not_an_invoice": ("other",), "ambiguous_ticket_or_booking_confirmation": ("other", "receipt")}
"""What a truth object `expected` of a paper that is no invoice: its types that are right."""
_TEXT_FIELDS = {"seller_email", "seller_phone", "seller_website"}
_ROW_KEY = ("description", "quantity", "unit_price", "net_amount")


@dataclass
class Score:
    """Counts of one field: right; wrong (false positives); missing (false negatives). A wrong value counts as both."""

    right: int = 0
    wrong: int = 0
    missing: int = 0

    @property
    def support(self) -> int:
        return self.right + self.missing

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.support if self.support else 0.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Mistake:
    """One field of one document that is wrong, or missing (`got` is None)."""

    field: str
    expected: str
    got: str | None


@dataclass(frozen=True)
class Document:
    """One document's result."""

    file: str
    right: int
    scored: int
    mistakes: tuple[Mistake, ...]

    @property
    def accuracy(self) -> float:
        return self.right / self.scored if self.scored else 1.0


@dataclass
class Evaluation:
    """The whole result: scores by field, rows of line items and of tax lines, documents, ignored truth names."""

    fields: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    line_items: Score = field(default_factory=Score)
    tax_lines: Score = field(default_factory=Score)
    documents: list[Document] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)

    @property
    def macro_f1(self) -> float:
        """The mean F1 over header fields that the truth has."""
        scores = [score.f1 for score in self.fields.values() if score.support]
        return sum(scores) / len(scores) if scores else 0.0

    @property
    def micro(self) -> Score:
        """All header fields counted together."""
        total = Score()
        for score in self.fields.values():
            total.right, total.wrong, total.missing = (
                total.right + score.right,
                total.wrong + score.wrong,
                total.missing + score.missing,
            )
        return total

    def worst(self, count: int = 10) -> list[Document]:
        """The documents with the lowest share of right fields."""
        flawed = [document for document in self.documents if document.mistakes]
        return sorted(flawed, key=lambda document: (document.accuracy, -len(document.mistakes)))[:count]

    def to_table(self, worst: int = 10) -> str:
        """The result as text for a terminal or a Markdown page."""
        rows = [f"{'field':<22} {'P':>6} {'R':>6} {'F1':>6} {'support':>8}"]
        order = {name: position for position, name in enumerate(FIELDS)}
        for name, score in sorted(self.fields.items(), key=lambda item: order.get(item[0], len(order))):
            if score.support:
                rows.append(_row(name, score))
        rows += [f"{'macro F1':<22} {'':>6} {'':>6} {self.macro_f1:>6.3f}", _row("micro", self.micro)]
        rows += [_row("line items (rows)", self.line_items), _row("tax lines (rows)", self.tax_lines)]
        for document in self.worst(worst):
            rows.append(f"\n{document.file}: {document.right} of {document.scored} right")
            rows += [f"  {m.field}: expected {m.expected!r}, got {m.got!r}" for m in document.mistakes]
        if self.ignored:
            rows.append(
                "\nnot scored: " + ", ".join(f"{name} ({count})" for name, count in sorted(self.ignored.items()))
            )
        return "\n".join(rows)


def _row(name: str, score: Score) -> str:
    return f"{name:<22} {score.precision:>6.3f} {score.recall:>6.3f} {score.f1:>6.3f} {score.support:>8}"


@dataclass(frozen=True)
class Prediction:
    """What a reader says of one document, every value in its text form (`inference.fields.to_text`)."""

    fields: Mapping[str, str]
    line_items: Sequence[Mapping[str, str]] = ()
    tax_lines: Sequence[Mapping[str, str]] = ()


def prediction_of(said: Extraction) -> Prediction:
    """An extraction in text form."""
    return Prediction(_texts(said.fields), [*map(_texts, said.line_items)], [*map(_texts, said.tax_lines)])


def _texts(row: Row) -> dict[str, str]:
    return {name: to_text(cell.value) for name, cell in row.items()}


def evaluate(pairs: Iterable[tuple[Mapping[str, Any], Prediction]]) -> Evaluation:
    """Score (truth object, prediction) pairs. Truth objects are lines of a truth file as `json.loads` gives them."""
    result = Evaluation()
    for truth, prediction in pairs:
        _score_header(result, truth, prediction)
        if truth.get("line_items"):
            rows = [_known(row, LINE_CELLS, result, "line_items.") for row in truth["line_items"]]
            _score_rows(result.line_items, rows, prediction.line_items, LINE_CELLS)
        if truth.get("tax_breakdown"):
            rows = [_known(row, TAX_CELLS, result, "tax_breakdown.") for row in truth["tax_breakdown"]]
            rows = [{name: value for name, value in row.items() if name != "category"} for row in rows]
            _score_rows(result.tax_lines, rows, prediction.tax_lines, TAX_CELLS)
    return result


def _score_header(result: Evaluation, truth: Mapping[str, Any], prediction: Prediction) -> None:
    unprinted = {*_names(truth.get("derived_not_printed")), *_names(truth.get("xml_fields_not_found_on_page"))}
    right, mistakes = 0, []
    types = EXPECTED.get(str(truth.get("expected")), ())
    for name, expected in (truth.get("fields") or ({"document_type": types[0]} if types else {})).items():
        ours = ALIASES.get(name, name)
        if ours not in FIELDS or expected in (None, ""):
            result.ignored[name] += 1
            continue
        if name in unprinted:
            continue
        accepted = [
            str(expected),
            *(truth.get(f"{name}_alternatives") or []),
            *(types if name == "document_type" else ()),
        ]
        got = prediction.fields.get(ours)
        score = result.fields[ours]
        if got is not None and any(matches(FIELDS[ours].kind, ours, got, value) for value in accepted):
            score.right += 1
            right += 1
            continue
        score.wrong += got is not None
        score.missing += 1
        mistakes.append(Mistake(ours, str(expected), got))
    if right or mistakes:
        result.documents.append(Document(str(truth.get("file", "")), right, right + len(mistakes), tuple(mistakes)))


def _names(entry: object) -> list[str]:
    return [str(name) for name in entry] if isinstance(entry, (list, dict, tuple)) else []


def _known(row: Mapping[str, Any], cells: Mapping[str, str], result: Evaluation, prefix: str) -> dict[str, str]:
    known = {}
    for name, value in row.items():
        ours = ALIASES.get(name, name)
        if ours in cells and value not in (None, ""):
            known[ours] = str(value)
        elif value not in (None, ""):
            result.ignored[prefix + name] += 1
    return known


def _score_rows(
    score: Score, truth: Sequence[Mapping[str, str]], got: Sequence[Mapping[str, str]], cells: Mapping[str, str]
) -> None:
    """A row is right when its description, quantity, unit price and net amount (those that the truth labels) match.

    Each row is used once; a row that matches none is wrong, a truth row without a match is missing.
    """
    left = list(got)
    for row in truth:
        keys = [name for name in _ROW_KEY if name in row] if cells is LINE_CELLS else list(row)
        found = next(
            (
                other
                for other in left
                if all(name in other and matches(cells[name], name, other[name], row[name]) for name in keys)
            ),
            None,
        )
        if found is None:
            score.missing += 1
        else:
            score.right += 1
            left.remove(found)
    score.wrong += len(left)


def matches(kind: str, name: str, got: str, expected: str) -> bool:
    """Whether two text forms mean the same value."""
    if kind in ("money", "number", "percent"):
        one, other = _decimal(got), _decimal(expected)
        return one is not None and other is not None and abs(one - other) < Decimal("0.005")
    if kind in ("date", "choice", "currency"):
        return got.strip().casefold() == expected.strip().casefold()
    if name == "description":
        return _same_description(_words(got), _words(expected))
    if kind in ("name", "text") and name not in _TEXT_FIELDS:
        return Levenshtein.normalized_similarity(_words(got), _words(expected)) >= NAME_RATIO
    said, true = _identifier(got), _identifier(expected)
    # Banks in Poland print the account without its country.
    return said == true or (kind == "iban" and said.removeprefix("pl") == true.removeprefix("pl"))


def is_right(field: FieldPrediction, expected: Iterable[str]) -> bool:
    """Whether a field's value means one of those that are right."""
    kind, text = FIELDS[field.name].kind, to_text(field.value)
    return any(matches(kind, field.name, text, true) for true in expected)


def _same_description(got: str, expected: str) -> bool:
    """Alike, or one begins with the other: whether detail lines belong to a description is a matter of taste."""
    if Levenshtein.normalized_similarity(got, expected) >= NAME_RATIO:
        return True
    return bool(got and expected) and (got.startswith(expected) or expected.startswith(got))


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", plain).split())


def _identifier(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
