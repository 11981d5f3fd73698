"""Synthetic invoices: unlimited layouts composed from blocks, in many languages, with exact labels for every word.

`generate(seed)` draws one document without a PDF; `render_pdf.render` makes a PDF of it, `transfer.reread` reads that
back with its labels; `degrade.degrade` makes a sample look recognised from a scan.
"""

import random

from inference.training.synthetic.content.countries import countries
from inference.training.synthetic.emit import read_sheets
from inference.training.synthetic.layout.composer import Composer
from inference.training.synthetic.layout.documents import compose
from inference.training.synthetic.layout.style import held_out
from inference.training.synthetic.sample import Label, Sample, WordLabels
from inference.types import Reading

__all__ = ["Label", "Sample", "generate", "held_out", "truth_of"]


def generate(seed: int, country: str = "", language: str = "") -> Sample:
    """One document, the same for the same arguments. `country` (ISO 3166) and `language` fix what would be drawn."""
    rng = random.Random(seed)  # noqa: S311
    composer, family = compose(rng, countries()[country] if country else None, language)
    reading, labels = read_sheets(composer.sheets)
    return assemble(seed, composer, family, reading, labels)


def assemble(seed: int, composer: Composer, family: str, reading: Reading, labels: WordLabels) -> Sample:
    """The sample of a drawn document: its truth is what the labels on the pages say, no more."""
    facts = composer.facts
    if facts.kind == "other":
        labels = tuple(tuple(() for _ in page) for page in labels)
    fields, lines, taxes = truth_of(labels, composer.canonical)
    brand = facts.seller.brand
    shown = composer.said.get("brand_shown") or (brand if facts.kind == "receipt" else "")
    return Sample(
        seed=seed,
        reading=reading,
        labels=labels,
        fields={"document_type": facts.kind, **fields},
        line_items=lines,
        tax_lines=taxes,
        alternatives={"seller_name": (shown,)} if shown and "seller_name" in fields else {},
        document_type=facts.kind,
        language=facts.language,
        country=facts.country.code,
        family=family,
        sheets=tuple(composer.sheets),
    )


Rows = tuple[dict[str, str], ...]


def truth_of(labels: WordLabels, canonical: dict[Label, str]) -> tuple[dict[str, str], Rows, Rows]:
    """Header fields, line items and tax lines of the labels that occur."""
    seen = dict.fromkeys(label for page in labels for word in page for label in word)
    fields = {label.name: canonical[label] for label in seen if label.row < 0}
    return fields, _rows(seen, canonical, "line_items"), _rows(seen, canonical, "tax_lines")


def _rows(seen: dict[Label, None], canonical: dict[Label, str], name: str) -> Rows:
    rows: dict[int, dict[str, str]] = {}
    for label in seen:
        if label.name == name:
            rows.setdefault(label.row, {})[label.cell] = canonical[label]
    return tuple(rows[row] for row in sorted(rows))
