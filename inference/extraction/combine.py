"""Two readers built differently, rules and network: where they agree a value is surer, where not a person is told.

Of two values the one whose reader is surer by its own calibration is proposed, the other is kept as an alternative.
"""

from dataclasses import replace

from inference.evaluation import matches
from inference.extraction import rules
from inference.fields import FIELDS, to_text
from inference.types import Alternative, Extraction, FieldPrediction, Reading, Row

READER = "rules+model"
DISAGREEMENT = 0.8
CEILING = 0.995


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
    """The agreement of two extractions of the same document; `one` wins where both are equally sure."""
    names = [name for name in FIELDS if name in one.fields or name in other.fields]
    fields = {name: agree(name, one.fields.get(name), other.fields.get(name)) for name in names}
    return Extraction(
        READER,
        f"{one.digest}+{other.digest}",
        fields,
        _rows(one.line_items, other.line_items),
        _rows(one.tax_lines, other.tax_lines),
        {**one.timings_ms, **{f"{other.reader}_{step}": spent for step, spent in other.timings_ms.items()}},
    )


def agree(name: str, one: FieldPrediction | None, other: FieldPrediction | None) -> FieldPrediction:
    """One prediction of two. Agreement multiplies the odds that both are wrong; disagreement shares the certainty."""
    if one is None or other is None:
        return one or other  # type: ignore[return-value]
    if matches(FIELDS[name].kind, name, to_text(other.value), to_text(one.value)):
        sure = round(min(CEILING, 1 - (1 - one.confidence) * (1 - other.confidence)), 3)
        kept = one if one.confidence >= other.confidence else other
        return replace(kept, confidence=sure, reader=READER, reasons=() if sure >= 0.85 else kept.reasons)
    best, rest = (one, other) if one.confidence >= other.confidence else (other, one)
    sure = round(best.confidence * (1 - DISAGREEMENT * rest.confidence), 3)
    reason = f"readers disagree: {best.reader} reads {to_text(best.value)!r}, {rest.reader} {to_text(rest.value)!r}"
    return replace(best, confidence=sure, alternatives=_others(best, rest), reasons=(reason, *best.reasons))


def _others(best: FieldPrediction, rest: FieldPrediction) -> tuple[Alternative, ...]:
    """The other reader's value first, then what the chosen reader had in mind."""
    if rest.page is None or rest.box is None:
        return best.alternatives
    first = Alternative(rest.raw, rest.value, round(rest.confidence * (1 - best.confidence), 3), rest.page, rest.box)
    return (first, *(known for known in best.alternatives if known.value != rest.value))[:3]


def _rows(one: tuple[Row, ...], other: tuple[Row, ...]) -> tuple[Row, ...]:
    """The table whose cells are surer, over all its rows; an empty one only where both are."""
    return max((one, other), key=_trust)


def _trust(rows: tuple[Row, ...]) -> float:
    cells = [cell.confidence for row in rows for cell in row.values()]
    return sum(cells) / len(cells) if cells else 0.0
