"""Readers built differently, rules, network and memory: where they agree a value is surer, where not a person is told.

Where rules and network disagree the rules are right twice as often on real invoices, in names still more often; on
synthetic layouts that it never saw the network is right six times in seven (docs/extraction.md). So the network
overrules the rules only where it is surer by `MARGIN`, and never in names; the other value is kept as an alternative,
and the certainty falls either way. Memory, which has seen confirmed invoices of this supplier, overrules both where it
is about as sure as they are.
Sums overrule this: net, tax and total that add up are not torn apart, what is due is the total less what was paid, and
of two tables the one that adds up is taken. A field's `reader` names all that agreed on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from inference.evaluation import matches
from inference.extraction import memory, rules
from inference.extraction.combine_rows import amount_of, readers, table
from inference.extraction.level import laid, levelled
from inference.fields import FIELDS, to_text
from inference.types import Alternative, Extraction, FieldPrediction, Reading, Row

MARGIN = 0.3
NEVER = 1.0
DISAGREEMENT = 0.5
ALONE = 0.95
REMEMBERED = 0.6
CLOSE = 0.15
CENT = Decimal("0.02")
DOUBT = 0.85
CEILING = 0.985
NAMES = ("seller_name", "buyer_name", "ship_to_name")
_TRIO = ("net_amount", "tax_amount", "gross_amount")


def extract(reading: Reading, examples: Sequence[memory.Example] = ()) -> Extraction:
    """What all readers say together; without the network, and the reason why, where it cannot be loaded."""
    return read(reading, examples)[0]


def read(reading: Reading, examples: Sequence[memory.Example] = ()) -> tuple[Extraction, str]:
    """The same, and why the network was silent; empty where it was not."""
    from inference.extraction import learned

    straight, lies = levelled(reading)
    said, problem = rules.extract(straight), ""
    try:
        said = combine(said, learned.extract(straight))
    except learned.WeightsUnavailable as error:
        problem = f"read without the network: {error}"
        fields = {name: replace(field, reasons=(*field.reasons, problem)) for name, field in said.fields.items()}
        said = replace(said, fields=fields)
    said = laid(said, lies)
    remembered = memory.recall(reading, examples) if examples else None
    return (said if remembered is None else with_memory(said, remembered)), problem


def combine(one: Extraction, other: Extraction) -> Extraction:
    """The agreement of two extractions of the same document, those of the rules (`one`) and of the network."""
    names = [name for name in FIELDS if name in one.fields or name in other.fields]
    both = (
        (name, agree(one.fields.get(name), other.fields.get(name), NEVER if name in NAMES else MARGIN, ALONE))
        for name in names
    )
    fields = _whole({name: field for name, field in both if field is not None}, one, other)
    fields |= _due(fields, one, other)
    return Extraction(
        readers(one.reader, other.reader),
        f"{one.digest}+{other.digest}",
        fields,
        table(one.line_items, other.line_items, fields, "net_amount", ("net_amount", "gross_amount")),
        table(one.tax_lines, other.tax_lines, fields, "tax", ("tax_amount",)),
        _timings(one, other),
    )


def with_memory(said: Extraction, remembered: Extraction) -> Extraction:
    """What was said, seen by the examples of this supplier."""
    names = [name for name in FIELDS if name in said.fields or name in remembered.fields]
    both = ((name, _recalled(said.fields.get(name), remembered.fields.get(name))) for name in names)
    fields = _whole({name: field for name, field in both if field is not None}, said, remembered)
    return replace(
        said,
        reader=readers(said.reader, remembered.reader),
        digest=f"{said.digest}+{remembered.digest}",
        fields=fields,
        timings_ms=_timings(said, remembered),
    )


def agree(
    one: FieldPrediction | None, other: FieldPrediction | None, margin: float, alone: float
) -> FieldPrediction | None:
    """One prediction of two. Both must be wrong where they agree; where not, one casts doubt on the other.

    `other` overrules `one` where it is surer by `margin`; what only `other` sees is kept from `alone` on.
    """
    if one is None or other is None:
        return one or (other if other is not None and other.confidence >= alone else None)
    if not matches(FIELDS[one.name].kind, one.name, to_text(other.value), to_text(one.value)):
        return _preferred(other, one) if other.confidence > one.confidence + margin else _preferred(one, other)
    sure = round(min(CEILING, 1 - (1 - one.confidence) * (1 - other.confidence)), 3)
    kept = one if one.box is not None and (one.confidence >= other.confidence or other.box is None) else other
    reasons = () if sure >= DOUBT else kept.reasons
    return replace(kept, confidence=sure, reader=readers(one.reader, other.reader), reasons=reasons)


def _recalled(one: FieldPrediction | None, told: FieldPrediction | None) -> FieldPrediction | None:
    """A person decided between the readers before: what they chose as a name stands, though the others still object."""
    if one is None or told is None or told.name not in NAMES or told.confidence < DOUBT:
        return agree(one, told, -CLOSE, REMEMBERED)
    agreed = agree(one, told, NEVER, REMEMBERED)
    return (
        agreed if agreed is not None and "memory" in agreed.reader else replace(told, alternatives=_others(told, one))
    )


def _timings(one: Extraction, other: Extraction) -> dict[str, float]:
    return {**one.timings_ms, **{f"{other.reader}_{step}": spent for step, spent in other.timings_ms.items()}}


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


def _due(fields: Row, one: Extraction, other: Extraction) -> Row:
    """What is due by whichever reader has the total less what was paid, where the chosen one has another sum."""
    gross, paid, due = (amount_of(fields, name) for name in ("gross_amount", "amount_paid", "amount_due"))
    if gross is None or due is None or due == gross - (paid or 0):
        return {}
    for reader, rest in ((one, other), (other, one)):
        if amount_of(reader.fields, "amount_due") == gross - (paid or 0):
            return {"amount_due": _preferred(reader.fields["amount_due"], rest.fields.get("amount_due"))}
    return {}


def _preferred(kept: FieldPrediction, rest: FieldPrediction | None) -> FieldPrediction:
    if rest is None or rest.value == kept.value:
        return kept
    sure = round(kept.confidence * (1 - DISAGREEMENT * rest.confidence), 3)
    reason = f"readers disagree: {kept.reader} reads {to_text(kept.value)!r}, {rest.reader} {to_text(rest.value)!r}"
    return replace(kept, confidence=sure, alternatives=_others(kept, rest), reasons=(reason, *kept.reasons))


def _adds_up(fields: Mapping[str, FieldPrediction]) -> bool:
    net, tax, gross = (amount_of(fields, name) for name in _TRIO)
    return net is not None and tax is not None and gross is not None and abs(net + tax - gross) <= CENT
