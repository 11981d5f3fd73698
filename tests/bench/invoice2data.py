"""The six invoices that invoice2data ships, read by invoice2data with its own templates and by us without any.

invoice2data (https://github.com/invoice-x/invoice2data, MIT) matches regular expressions that a person wrote for each
supplier against the text of `pdftotext`. It gets its best text reader for each document; a field that it names in its
own words counts as the field of ours that it means.
"""

import json
import logging
import shutil
import statistics
import time
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from inference.evaluation import Evaluation, Prediction, evaluate, prediction_of
from inference.extraction import combine
from inference.ocr.text_layer import read
from tests.bench.reading import DEV

FOLDER = DEV / "invoice2data"
READERS = ("pdftotext", "pdfium")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "invoice_number": ("invoice_number",),
    "issue_date": ("date",),
    "due_date": ("date_due",),
    "seller_name": ("partner_name", "issuer"),
    "seller_vat_id": ("vat",),
    "seller_tax_number": ("gstin",),
    "seller_iban": ("iban",),
    "currency": ("currency",),
    "net_amount": ("amount_untaxed",),
    "tax_amount": ("amount_tax",),
    "gross_amount": ("amount",),
    "purchase_order": ("customer_order_free_ref", "order_id", "purchase_order_id"),
}
CELLS: Mapping[str, tuple[str, ...]] = {
    "description": ("name", "desc"),
    "quantity": ("qty",),
    "unit_price": ("price_unit",),
    "net_amount": ("price_subtotal", "price", "price_unit"),
}


def measure() -> str:
    if not FOLDER.is_dir():
        return f"The development data are not at {FOLDER}: nothing to measure."
    if shutil.which("pdftotext") is None:
        return "invoice2data reads with pdftotext (package poppler-utils), which is not installed: nothing to measure."
    from invoice2data.extract.loader import read_templates

    truths = [json.loads(line) for line in (FOLDER / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    ours, theirs = [], []
    spent: dict[str, list[float]] = {"ours": [], "theirs": []}
    logging.disable(logging.CRITICAL)
    templates = read_templates()
    combine.extract(read((FOLDER / truths[0]["file"]).read_bytes()))
    for truth in truths:
        path = FOLDER / truth["file"]
        began = time.process_time()
        ours.append((truth, prediction_of(combine.extract(read(path.read_bytes())))))
        spent["ours"].append(time.process_time() - began)
        began = time.perf_counter()
        theirs.append((truth, max((_theirs(path, templates, reader, truth) for reader in READERS), key=_filled)))
        spent["theirs"].append((time.perf_counter() - began) / len(READERS))
    logging.disable(logging.NOTSET)
    return _table(evaluate(ours), evaluate(theirs), spent)


def _theirs(path: Path, templates: Any, reader: str, truth: Mapping[str, Any]) -> Prediction:
    """What invoice2data says, in our words; nothing where none of its templates fits."""
    from invoice2data import extract_data

    said: Mapping[str, Any] = extract_data(str(path), templates=templates, input_module=reader) or {}
    fields = _named(said, FIELDS)
    if "seller_name" in (truth.get("fields") or {}) and {"issuer", "partner_name"} <= said.keys():
        accepted = [truth["fields"]["seller_name"], *(truth.get("seller_name_alternatives") or [])]
        fields["seller_name"] = max((said["partner_name"], said["issuer"]), key=accepted.count)
    rows = [_named(row, CELLS) for row in said.get("lines") or () if isinstance(row, dict)]
    return Prediction(fields, [row for row in rows if "net_amount" in row])


def _named(said: Mapping[str, Any], names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    found = {}
    for ours, theirs in names.items():
        value = next((said[name] for name in theirs if said.get(name) not in (None, "")), None)
        if value is not None:
            found[ours] = value.strftime("%Y-%m-%d") if isinstance(value, date) else str(value)
    return found


def _filled(said: Prediction) -> int:
    return len(said.fields) + len(said.line_items)


def _table(ours: Evaluation, theirs: Evaluation, spent: Mapping[str, list[float]]) -> str:
    both = {document.file: document for document in theirs.documents}
    rows = ["| Document | fields | invoice2data right | Countersign right |", "|---|---|---|---|"]
    rows += [
        f"| {Path(mine.file).stem} | {mine.scored} | {both[mine.file].right} | {mine.right} |"
        for mine in ours.documents
    ]
    total = partial(sum, start=0)
    right = [total(document.right for document in result.documents) for result in (theirs, ours)]
    rows.append(f"| all | {total(d.scored for d in ours.documents)} | {right[0]} | {right[1]} |")
    lines = [
        f"{score.right} of {score.support} (wrong {score.wrong})" for score in (theirs.line_items, ours.line_items)
    ]
    rows.append(f"| rows of line items | | {lines[0]} | {lines[1]} |")
    medians = [f"{statistics.median(spent[name]) * 1000:.0f} ms" for name in ("theirs", "ours")]
    rows.append(f"| median per document (theirs by the clock, ours processor time) | | {medians[0]} | {medians[1]} |")
    mistakes = [
        f"{document.file}: {m.field} {m.expected!r}, got {m.got!r}"
        for document in ours.documents
        for m in document.mistakes
    ]
    return "\n".join([*rows, "", "Ours that are wrong or missing:", *mistakes])
