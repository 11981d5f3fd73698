"""Two readers built differently, rules and network: where they agree a value is surer, where not a person is told.

Where they disagree the rules are right three times in four on real invoices, the network six times in seven on
synthetic layouts that it never saw (docs/extraction.md). So the network overrules the rules only where it is surer by
`MARGIN`; the other value is kept as an alternative, and the certainty falls either way.
Sums overrule this: net, tax and total that add up are not torn apart, and of two tables the one that adds up is taken.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from inference.evaluation import matches
from inference.extraction import rules
from inference.fields import FIELDS, to_text
from inference.types import Alternative, Extraction, FieldPrediction, Reading, Row

READER = "rules+model"
MARGIN = 0.3
DISAGREEMENT = 0.5
ALONE = 0.9
CENT = Decimal("0.02")
_TRIO = ("net_amount", "tax_amount", "gross_amount")
CEILING = 0.985


def extract(reading: Reading) -> Extraction:
    """What rules and model say together; the rules alone, and the reason why, where no model can be loaded."""
    from inference.extraction import learned

    said = rules.extract(reading)
    try:
        return combine(said, learned.extract(reading))
    except learned.WeightsUnavailable as error:
        reason = f"read by rules alone: {error}"
        fields = {name: replace(field, reasons=(*field.reasons, reason)) for name, field in said.fields.items()}
        return replace(said, fields=fields)


def combine(one: Extraction, other: Extraction) -> Extraction:
    """The agreement of two extractions of the same document, those of the rules (`one`) and of the network."""
    names = [name for name in FIELDS if name in one.fields or name in other.fields]
    both = ((name, agree(name, one.fields.get(name), other.fields.get(name))) for name in names)
    fields = _whole({name: field for name, field in both if field is not None}, one, other)
    return Extraction(
        READER,
        f"{one.digest}+{other.digest}",
        fields,
        _table(one.line_items, other.line_items, fields, "net_amount", ("net_amount", "gross_amount")),
        _table(one.tax_lines, other.tax_lines, fields, "tax", ("tax_amount",)),
        {**one.timings_ms, **{f"{other.reader}_{step}": spent for step, spent in other.timings_ms.items()}},
    )


def agree(name: str, one: FieldPrediction | None, other: FieldPrediction | None) -> FieldPrediction | None:
    """One prediction of two. Both must be wrong where they agree; where not, one casts doubt on the other.

    What only one reader sees is kept from `ALONE` on.
    """
    if one is None or other is None:
        alone = one or other
        return alone if one is not None or (alone is not None and alone.confidence >= ALONE) else None
    if matches(FIELDS[name].kind, name, to_text(other.value), to_text(one.value)):
        sure = round(min(CEILING, 1 - (1 - one.confidence) * (1 - other.confidence)), 3)
        kept = one if one.confidence >= other.confidence else other
        return replace(kept, confidence=sure, reader=READER, reasons=() if sure >= 0.85 else kept.reasons)
    return _preferred(other, one) if other.confidence > one.confidence + MARGIN else _preferred(one, other)


def _others(best: FieldPrediction, rest: FieldPrediction) -> tuple[Alternative, ...]:
    """The other reader's value first, then what the chosen reader had in mind."""
    if rest.page is None or rest.box is None:
        return best.alternatives
    first = Alternative(rest.raw, rest.value, round(rest.confidence * (1 - best.confidence), 3), rest.page, rest.box)
    return (first, *(known for known in best.alternatives if known.value != rest.value))[:3]


def _whole(fields: dict[str, FieldPrediction], one: Extraction, other: Extraction) -> dict[str, FieldPrediction]:
    """With the three sums of one reader, where theirs add up and the chosen ones do not."""
    if _adds_up(fields):
        return fields
    for reader, rest in ((one, other), (other, one)):
        if _adds_up(reader.fields):
            sums = {name: reader.fields[name] for name in _TRIO}
            return fields | {name: _preferred(sums[name], rest.fields.get(name)) for name in _TRIO}
    return fields


def _preferred(kept: FieldPrediction, rest: FieldPrediction | None) -> FieldPrediction:
    if rest is None or rest.value == kept.value:
        return kept
    sure = round(kept.confidence * (1 - DISAGREEMENT * rest.confidence), 3)
    reason = f"readers disagree: {kept.reader} reads {to_text(kept.value)!r}, {rest.reader} {to_text(rest.value)!r}"
    return replace(kept, confidence=sure, alternatives=_others(kept, rest), reasons=(reason, *kept.reasons))


def _adds_up(fields: Mapping[str, FieldPrediction]) -> bool:
    net, tax, gross = (_amount(fields, name) for name in _TRIO)
    return net is not None and tax is not None and gross is not None and abs(net + tax - gross) <= CENT


def _amount(row: Row, name: str) -> Decimal | None:
    value = row[name].value if name in row else None
    return value if isinstance(value, Decimal) else None


def _table(
    one: tuple[Row, ...], other: tuple[Row, ...], fields: Row, cell: str, sums: tuple[str, ...]
) -> tuple[Row, ...]:
    """The table whose cells add up to a sum of the document; the first where both or neither do, unless it is empty."""
    totals = [total for total in (_amount(fields, name) for name in sums) if total is not None]
    if _sums_to(one, cell, totals) or not _sums_to(other, cell, totals):
        return one or other
    return other


def _sums_to(rows: tuple[Row, ...], cell: str, totals: list[Decimal]) -> bool:
    cells = [_amount(row, cell) for row in rows]
    known = [value for value in cells if value is not None]
    return bool(rows) and len(known) == len(cells) and any(abs(sum(known) - total) <= CENT for total in totals)
