"""The amounts that stand under an invoice: which is net, tax, total, due; chosen together, tied by arithmetic."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product

from inference.extraction.amount_roles import SUM_ROLES, Scores, amount_labels, ends_run, score_amounts
from inference.extraction.candidates import Hit
from inference.extraction.lines import Layout
from inference.extraction.tax_lines import CENT, TaxLine, find_tax_lines

MAX_CHOICES = 7
_CREDIT = re.compile(r"\s*CR\b")
_SIDE = ("amount_due", "amount_paid", "discount_amount", "shipping_amount", "rounding_amount")


@dataclass
class Totals:
    """Each field's hit (None for a sum that is not printed), its label strength, and what speaks for and against it."""

    hits: dict[str, Hit | None] = field(default_factory=dict)
    values: dict[str, Decimal] = field(default_factory=dict)
    strengths: dict[str, float] = field(default_factory=dict)
    tied: bool = False
    broken: bool = False
    rivals: dict[str, list[tuple[Hit, float]]] = field(default_factory=dict)
    tax_lines: list[TaxLine] = field(default_factory=list)


def find_totals(lines: Layout, hits: list[Hit], body: set[int]) -> Totals:
    """The best joint choice. `body`: positions of the lines that hold line items, whose amounts are no totals."""
    labels = amount_labels(lines)
    amounts: dict[int, list[Hit]] = defaultdict(list)
    calls = [(hit.line.index, hit.start, hit.end) for hit in hits if hit.kind == "phone"]
    called = {(line, place) for line, start, end in calls for place in range(start, end)}
    for hit in hits:
        bare = hit.kind == "number" and hit.line.index not in body and ends_run(hit)
        if hit.kind == "money" or (bare and (hit.line.index, hit.start) not in called):
            amounts[hit.line.index].append(hit)
    scored = score_amounts(lines, labels, amounts, body)
    tax_lines = find_tax_lines(hits, amounts, labels, body)
    totals = _choose(scored, tax_lines, hits, body)
    totals.tax_lines = _consistent(tax_lines, totals)
    return totals


def _consistent(tax_lines: list[TaxLine], totals: Totals) -> list[TaxLine]:
    """Tax lines that do not exceed the document's tax."""
    tax = totals.values.get("tax_amount")
    if tax is None:
        return tax_lines
    return [
        line for line in tax_lines if isinstance(line.tax.value, Decimal) and abs(line.tax.value) <= abs(tax) + CENT
    ]


Choice = tuple[Decimal, float, Hit | None]


def _choose(scored: Scores, tax_lines: list[TaxLine], hits: list[Hit], body: set[int]) -> Totals:
    printed: dict[Decimal, Hit] = {}
    for hit in hits:
        outside = hit.line.index not in body
        if not isinstance(hit.value, Decimal) or not (hit.kind == "money" or (hit.kind == "number" and outside)):
            continue
        if hit.value not in printed or printed[hit.value].line.index in body:
            printed[hit.value] = hit
    rates = {hit.value for hit in hits if hit.kind == "percent" and isinstance(hit.value, Decimal)}
    options = {role: _options(scored.get(role, {})) for role in SUM_ROLES}
    _add_tax_sums(options, tax_lines, printed)
    sides = [_options(scored.get(role, {}))[:3] for role in ("shipping_amount", "discount_amount", "rounding_amount")]
    extras = {Decimal(0)} | {sign * value for side in sides for value, _, _ in side for sign in (1, -1)}
    aside = {value for role in _SIDE for value, strength, _ in _options(scored.get(role, {})) if strength >= 0.4}
    _complete(options, {value: hit for value, hit in printed.items() if value not in aside})
    _add_settled(options, scored, hits)
    taxes = {line.tax.value for line in tax_lines if isinstance(line.tax.value, Decimal)}
    paid = {abs(value) for value, strength, _ in _options(scored.get("amount_paid", {})) if value and strength >= 0.4}
    items = {hit.value for hit in printed.values() if hit.line.index in body and isinstance(hit.value, Decimal)}
    bounds = _Bounds(rates, extras, taxes if len(tax_lines) > 1 else set(), paid, items)
    best: tuple[Choice | None, ...] = ()
    best_score = 0.0
    for chosen in product(*((None, *options[role]) for role in SUM_ROLES)):
        score = _joint(chosen, bounds)
        if score > best_score:
            best, best_score = chosen, score
    totals = Totals()
    for role, choice in zip(SUM_ROLES, best, strict=False):
        if choice is not None:
            totals.values[role], totals.strengths[role], totals.hits[role] = choice
    for role in _SIDE:
        side = _options(scored.get(role, {}))
        if side and side[0][1] >= 0.4:
            totals.values[role], totals.strengths[role], totals.hits[role] = side[0]
    for role in (*SUM_ROLES, *_SIDE):
        totals.rivals[role] = [
            (hit, strength)
            for value, strength, hit in _options(scored.get(role, {}))
            if hit and value != totals.values.get(role)
        ]
    _unsettle(totals, _options(scored.get("amount_due", {})), printed)
    _close_due(totals, printed)
    gross_value = totals.values.get("gross_amount", Decimal(0))
    for role in ("discount_amount", "amount_paid"):
        if gross_value >= 0 and role in totals.values:
            totals.values[role] = abs(totals.values[role])
    net, tax, gross = (totals.values.get(role) for role in SUM_ROLES)
    if net is not None and tax is not None and gross is not None:
        totals.tied = any(abs(net + tax + extra - gross) <= CENT for extra in extras)
        totals.broken = not totals.tied
    return totals


def _unsettle(totals: Totals, options: list[Choice], printed: dict[Decimal, Hit]) -> None:
    """Nothing is due only where the total was paid: else the nil is an earlier balance, and the total itself is due."""
    gross, paid = (totals.values.get(role) for role in ("gross_amount", "amount_paid"))
    settled = gross is None or -gross in printed or (paid is not None and abs(paid) == abs(gross))
    if gross and not settled and totals.values.get("amount_due") == 0:
        rest = next((choice for choice in options if choice[0] == gross), None)
        if rest is not None:
            totals.values["amount_due"], totals.strengths["amount_due"], totals.hits["amount_due"] = rest


def _close_due(totals: Totals, printed: dict[Decimal, Hit]) -> None:
    """Total less paid is due: the third amount follows where it is printed; nothing paid leaves the total due."""
    gross, due, paid = (totals.values.get(role) for role in ("gross_amount", "amount_due", "amount_paid"))
    if gross is None:
        return
    if due is None:
        due = gross - abs(paid) if paid is not None else gross
        rounded = due + totals.values.get("rounding_amount", Decimal(0))
        due = rounded if rounded in printed else due
        if due == gross or due in printed:
            totals.values["amount_due"] = due
            totals.hits["amount_due"] = totals.hits["gross_amount"] if due == gross else printed[due]
            totals.strengths["amount_due"] = 0.6
    elif (paid is None or gross - abs(paid) != due) and 0 < gross - due < gross and gross - due in printed:
        totals.values["amount_paid"], totals.hits["amount_paid"] = gross - due, printed[gross - due]
        totals.strengths["amount_paid"] = 0.7


def _options(scores: dict[Decimal, tuple[float, Hit]]) -> list[Choice]:
    ranked = sorted(scores.items(), key=lambda item: -item[1][0])[:MAX_CHOICES]
    return [(value, strength, hit) for value, (strength, hit) in ranked]


def _add_tax_sums(options: dict[str, list[Choice]], tax_lines: list[TaxLine], printed: dict[Decimal, Hit]) -> None:
    """With several rates the printed or computed sums of the tax table are choices too."""
    if not tax_lines:
        return
    sums = {"tax_amount": [line.tax for line in tax_lines]}
    if all(line.net is not None for line in tax_lines):
        sums["net_amount"] = [line.net for line in tax_lines if line.net is not None]
    for role, parts in sums.items():
        total = sum((hit.value for hit in parts if isinstance(hit.value, Decimal)), Decimal(0))
        known = next((choice for choice in options[role] if choice[0] == total), None)
        hit = known[2] if known else parts[0] if len(parts) == 1 else printed.get(total)
        strength = (known[1] if known else 0.0) + (0.5 if len(parts) == 1 or known else 0.7 if hit else 0.25)
        options[role] = [(total, strength, hit), *(choice for choice in options[role] if choice[0] != total)]


def _complete(options: dict[str, list[Choice]], printed: dict[Decimal, Hit]) -> None:
    """Printed amounts without a label that would close net + tax = gross."""
    known = {role: {choice[0] for choice in options[role]} for role in SUM_ROLES}
    wanted = (
        ("tax_amount", [gross - net for gross in known["gross_amount"] for net in known["net_amount"]]),
        ("net_amount", [gross - tax for gross in known["gross_amount"] for tax in known["tax_amount"]]),
        ("gross_amount", [net + tax for net in known["net_amount"] for tax in known["tax_amount"] if tax]),
    )
    for role, values in wanted:
        for value in dict.fromkeys(values):
            if value and value in printed and value not in known[role] and len(options[role]) < 2 * MAX_CHOICES:
                options[role].append((value, 0.02, printed[value]))


def _add_settled(options: dict[str, list[Choice]], scored: Scores, hits: list[Hit]) -> None:
    """Where nothing is left to pay and nothing printed is larger than a payment, that is the total: a guest's folio."""
    if not any(not value and strength >= 0.4 for value, strength, _ in _options(scored.get("amount_due", {}))):
        return
    amounts = [(abs(hit.value), hit) for hit in hits if hit.kind == "money" and isinstance(hit.value, Decimal)]
    most = max((value for value, _ in amounts), default=Decimal(0))
    largest = [hit for value, hit in amounts if value == most]
    labelled = {abs(value) for value, strength, _ in _options(scored.get("amount_paid", {})) if strength >= 0.4}
    if most and (most in labelled or any(_is_credit(hit) for hit in largest)):
        known = next((choice for choice in options["gross_amount"] if choice[0] == most), None)
        settled = (most, 0.6, largest[0]) if known is None else (most, known[1] + 0.4, known[2])
        options["gross_amount"] = [settled, *(choice for choice in options["gross_amount"] if choice is not known)]


def _is_credit(hit: Hit) -> bool:
    return (isinstance(hit.value, Decimal) and hit.value < 0) or bool(_CREDIT.match(hit.line.text, hit.end))


@dataclass(frozen=True)
class _Bounds:
    """What the totals must agree with: printed rates, signed side amounts, the taxes of several rates (else none).

    `paid`: what was paid, which on a bill settled in full is its total. `items`: amounts of items, of which one may
    bear no tax: a hotel's city tax.
    """

    rates: set[Decimal]
    extras: set[Decimal]
    taxes: set[Decimal]
    paid: set[Decimal]
    items: set[Decimal]


def _joint(chosen: tuple[Choice | None, ...], bounds: _Bounds) -> float:
    rates, extras = bounds.rates, bounds.extras
    score = sum(choice[1] - 0.12 for choice in chosen if choice is not None)
    net, tax, gross = (None if choice is None else choice[0] for choice in chosen)
    if gross is not None and (
        (net is not None and abs(net) > abs(gross) + CENT and len(extras) == 1)
        or (tax is not None and tax and abs(tax) >= abs(gross))
    ):
        score -= 0.8
    if net and tax is not None and (abs(tax) > Decimal("0.35") * abs(net) or net * tax < 0):
        score -= 0.8
    if bounds.taxes and tax is not None:
        score += 0.3 if tax == sum(bounds.taxes) else -0.6 if tax in bounds.taxes and tax else 0.0
    if gross is not None and not gross:
        score -= 0.5
    if gross is not None and abs(gross) in bounds.paid:
        score += 0.4
    if net is None or gross is None:
        return score
    if tax is None:
        return score - (0.0 if net == gross else 0.15)
    if abs(net + tax - gross) <= CENT:
        score += 1.0 if tax else 0.4
    elif any(abs(net + tax + extra - gross) <= CENT for extra in extras):
        score += 0.15
    elif 0 < gross - net - tax < gross / 5 and gross - net - tax in bounds.items and abs(gross) in bounds.paid:
        score += 0.9
    else:
        score -= 0.6
    if net and tax and any(abs(tax / net * 100 - rate) < Decimal("0.3") for rate in rates):
        score += 0.3
    return score
