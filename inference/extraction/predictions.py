"""From chosen hits and runs to `FieldPrediction`, each with its source, its confidence and the reasons for doubt."""

from decimal import Decimal

from inference.extraction.candidates import Hit
from inference.extraction.confidence import confidence
from inference.extraction.lines import Run
from inference.extraction.table_item import Item
from inference.extraction.tax_lines import TaxLine
from inference.fields import LINE_CELLS
from inference.types import Alternative, Box, FieldPrediction, Value

READER = "rules"
DOUBT = 0.85
MAX_ALTERNATIVES = 3


def of_hit(
    name: str, hit: Hit, sure: float, reasons: tuple[str, ...] = (), rivals: list[tuple[Hit, float]] | None = None
) -> FieldPrediction:
    """A prediction read from one hit; reasons are kept only where there is doubt."""
    found: dict[Value, Alternative] = {}
    for rival, score in rivals or []:
        if rival.value != hit.value and rival.value not in found:
            chance = round(min(max(score, 0.01), 1.0) * (1.0 - sure), 3)
            found[rival.value] = Alternative(rival.candidate.raw, rival.value, chance, rival.candidate.page, rival.box)
    alternatives = tuple(found.values())[:MAX_ALTERNATIVES]
    kept = _reasons(sure, reasons)
    return FieldPrediction(
        name, hit.candidate.raw, hit.value, sure, READER, hit.candidate.page, hit.box, alternatives, kept
    )


def of_runs(
    name: str,
    value: str,
    runs: list[Run],
    sure: float,
    reasons: tuple[str, ...] = (),
    rivals: list[tuple[str, Run]] | None = None,
) -> FieldPrediction:
    """A prediction read from runs of text; the box covers those on the first run's page."""
    page = runs[0].line.page
    box: Box = runs[0].box
    for run in runs[1:]:
        if run.line.page == page:
            box = box.union(run.box)
    alternatives = tuple(
        Alternative(text, text, round((1.0 - sure) / 2, 3), run.line.page, run.box)
        for text, run in (rivals or [])[:MAX_ALTERNATIVES]
        if text != value
    )
    raw = " ".join(run.text for run in runs)
    return FieldPrediction(name, raw, value, sure, READER, page, box, alternatives, _reasons(sure, reasons))


def computed(name: str, value: Value, sure: float, reason: str) -> FieldPrediction:
    """A value that is not printed: a sum, a currency implied by a country."""
    return FieldPrediction(name, "", value, sure, READER, reasons=(reason,))


def _reasons(sure: float, reasons: tuple[str, ...]) -> tuple[str, ...]:
    if sure >= DOUBT:
        return ()
    return reasons or ("the evidence on the page is weak",)


def item_row(item: Item) -> dict[str, FieldPrediction]:
    """The cells of one line item."""
    checks = item.checks
    sure = 0.93 if checks else 0.7 if checks is None else 0.4
    reasons = (
        ("quantity times unit price is not the net amount",)
        if checks is False
        else ("the row could not be checked by arithmetic",)
    )
    row = {name: of_hit(name, hit, sure, reasons) for name, hit in item.cells.items() if name in LINE_CELLS}
    for name, runs in item.texts.items():
        text = " ".join(run.text.strip() for run in runs).strip()
        if text and name in LINE_CELLS and name not in row:
            placed = 0.7 if name != "description" else DOUBT if item.described else 0.8
            row[name] = of_runs(name, text, runs, placed, ("read by its place in the table",))
    return row


def tax_row(line: TaxLine, tied: bool) -> dict[str, FieldPrediction]:
    """The cells of one tax line."""
    sure = confidence("money", 0.8, 0.5, 1.0 if line.net is not None or tied else 0.0)
    reasons = ("the net amount of this rate is not printed beside it",)
    row = {"rate": of_hit("rate", line.rate, sure, reasons), "tax": of_hit("tax", line.tax, sure, reasons)}
    if line.net is not None:
        row["net"] = of_hit("net", line.net, sure, reasons)
    elif isinstance(line.rate.value, Decimal) and line.rate.value == 0:
        row["tax"] = of_hit("tax", line.tax, sure, reasons)
    return row
