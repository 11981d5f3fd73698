"""Readers built differently, rules, network and memory: where they agree a value is surer, where not a person is told.

Which of rules and network is right where they disagree, and how sure a value is, is learned (`arbiter`); the other
value is kept as an alternative, and a contested value is never sure enough to pass unseen. Memory, which has seen
confirmed invoices of this supplier, overrules both where it is about as sure as they are.
Sums overrule this: net, tax and total that add up are not torn apart, what is due is the total less what was paid, and
of two tables the one that adds up is taken. A field's `reader` names all that agreed on it.
"""

from collections.abc import Sequence
from dataclasses import replace

from inference.extraction import arbiter, memory, rules
from inference.extraction.arbiter import Case, Judgement, adds_up, same
from inference.extraction.combine_rows import amount_of, readers, table
from inference.extraction.legible import as_legible
from inference.extraction.level import laid, levelled
from inference.fields import FIELDS, to_text
from inference.types import Alternative, Extraction, FieldPrediction, Reading, Row

MARGIN = 0.3
NEVER = 1.0
DISAGREEMENT = 0.5
CONTESTED = 0.8
ALONE = 0.5
SURE_ALONE = 0.95
REMEMBERED = 0.6
CLOSE = 0.15
PLAINLY = 0.2
DOUBT = 0.85
CEILING = 0.985
NAMES = ("seller_name", "buyer_name", "ship_to_name")


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
    said = said if remembered is None else with_memory(said, remembered)
    return as_legible(said, reading), problem


def combine(one: Extraction, other: Extraction, judgement: Judgement | None = None) -> Extraction:
    """The agreement of two extractions of the same document, those of the rules (`one`) and of the network.

    `judgement`: how to weigh them where that is not what ships.
    """
    case = arbiter.case_of(one, other, arbiter.shipped() if judgement is None else judgement)
    kind = agree(one.fields.get("document_type"), other.fields.get("document_type"), MARGIN, SURE_ALONE)
    both = ((name, kind if name == "document_type" else _chosen(case, name)) for name in FIELDS)
    fields = _whole(case, {name: field for name, field in both if field is not None})
    fields = _one_party_each(_nobody_pays_himself(case, {**fields, **_due(case, fields)}))
    return Extraction(
        readers(one.reader, other.reader),
        f"{one.digest}+{other.digest}",
        fields,
        table(one.line_items, other.line_items, fields, "net_amount", ("net_amount", "gross_amount")),
        table(one.tax_lines, other.tax_lines, fields, "tax", ("tax_amount",)),
        _timings(one, other),
    )


def _nobody_pays_himself(case: Case, fields: dict[str, FieldPrediction]) -> dict[str, FieldPrediction]:
    """One name in the place of both parties is the seller's: without a buyer on the page a reader may take him for one.

    Where it is plainly the buyer's, the seller is whom a reader else saw in that place.
    """
    seller, buyer = fields.get("seller_name"), fields.get("buyer_name")
    if seller is None or buyer is None or not _are_one(seller, buyer):
        return fields
    if buyer.confidence > seller.confidence + PLAINLY:
        sides = (_judged(case, "seller_name", by_rules) for by_rules in (True, False))
        other = next((side for side in sides if side is not None and not _are_one(side, buyer)), None)
        if other is not None:
            return {**fields, "seller_name": other}
    return {name: field for name, field in fields.items() if name != "buyer_name"}


def _one_party_each(fields: dict[str, FieldPrediction]) -> dict[str, FieldPrediction]:
    """A VAT id or an address is one party's only: the seller's where no buyer is named, else the likelier one's."""
    wrong = set()
    for seller, buyer in (("seller_vat_id", "buyer_vat_id"), ("seller_address", "buyer_address")):
        if seller in fields and buyer in fields and _are_one(fields[seller], fields[buyer]):
            of_buyer = "buyer_name" in fields and fields[buyer].confidence > fields[seller].confidence
            wrong.add(seller if of_buyer else buyer)
    return {name: field for name, field in fields.items() if name not in wrong}


def _are_one(seller: FieldPrediction, buyer: FieldPrediction) -> bool:
    return to_text(seller.value).casefold() == to_text(buyer.value).casefold()


def with_memory(said: Extraction, remembered: Extraction) -> Extraction:
    """What was said, seen by the examples of this supplier."""
    names = [name for name in FIELDS if name in said.fields or name in remembered.fields]
    both = ((name, _recalled(said.fields.get(name), remembered.fields.get(name))) for name in names)
    fields = {name: field for name, field in both if field is not None}
    if not adds_up(fields) and adds_up(said.fields):
        fields |= {name: said.fields[name] for name in arbiter.SUMS}
    return replace(
        said,
        reader=readers(said.reader, remembered.reader),
        digest=f"{said.digest}+{remembered.digest}",
        fields=fields,
        line_items=table(said.line_items, remembered.line_items, fields, "net_amount", ("net_amount", "gross_amount")),
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
    if not same(one, other):
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


def _chosen(case: Case, name: str) -> FieldPrediction | None:
    """The likelier value of a field; what only the network sees is kept from ALONE on."""
    sides = [side for side in (_judged(case, name, True), _judged(case, name, False)) if side is not None]
    best = max(sides, key=lambda side: side.confidence, default=None)
    if best is None or (name not in case.rules.fields and best.confidence < ALONE):
        return None
    return best


def _judged(case: Case, name: str, by_rules: bool) -> FieldPrediction | None:
    """What one side says of a field, as sure as both sides make it."""
    first, second = (case.rules, case.model) if by_rules else (case.model, case.rules)
    said, rest = first.fields.get(name), second.fields.get(name)
    if said is None:
        return None
    sure = min(CEILING, round(case.chance(name, by_rules), 3))
    if rest is None:
        lonely = (f"only the {said.reader} reader sees this value",)
        return replace(said, confidence=sure, reasons=() if sure >= DOUBT else said.reasons or lonely)
    if same(said, rest):
        kept = said if said.box is not None and (said.confidence >= rest.confidence or rest.box is None) else rest
        reasons = () if sure >= DOUBT else kept.reasons or ("the readers agree, but this paper is unlike others",)
        return replace(kept, confidence=sure, reader=readers(said.reader, rest.reader), reasons=reasons)
    return _contested(said, rest, min(sure, CONTESTED))


def _whole(case: Case, fields: dict[str, FieldPrediction]) -> dict[str, FieldPrediction]:
    """With the three sums of one reader, the likelier one, where theirs add up and the chosen ones do not."""
    if adds_up(fields):
        return fields
    sums = [
        {name: side for name in arbiter.SUMS if (side := _judged(case, name, by_rules)) is not None}
        for by_rules, said in ((True, case.rules), (False, case.model))
        if adds_up(said.fields)
    ]
    return fields | max(sums, key=lambda trio: sum(field.confidence for field in trio.values()), default={})


def _due(case: Case, fields: Row) -> Row:
    """What is due by whichever reader has the total less what was paid, where the chosen one has another sum."""
    gross, paid, due = (amount_of(fields, name) for name in ("gross_amount", "amount_paid", "amount_due"))
    if gross is None or due is None or due == gross - (paid or 0):
        return {}
    for by_rules in (True, False):
        side = _judged(case, "amount_due", by_rules)
        if side is not None and side.value == gross - (paid or 0):
            return {"amount_due": side}
    return {}


def _contested(kept: FieldPrediction, rest: FieldPrediction, sure: float) -> FieldPrediction:
    reason = f"readers disagree: {kept.reader} reads {to_text(kept.value)!r}, {rest.reader} {to_text(rest.value)!r}"
    return replace(kept, confidence=sure, alternatives=_others(kept, rest), reasons=(reason, *kept.reasons))


def _preferred(kept: FieldPrediction, rest: FieldPrediction) -> FieldPrediction:
    return _contested(kept, rest, round(kept.confidence * (1 - DISAGREEMENT * rest.confidence), 3))
