"""Which lines of a page are sums: totals and taxes that close a table, rows that are none of goods, printed totals."""

from collections.abc import Sequence
from decimal import Decimal

from inference.extraction.candidates import Hit
from inference.extraction.labels import Label, find_labels, lexicon
from inference.extraction.lines import Layout, Line, Run
from inference.extraction.table_item import Item

_STOP_ROLES = frozenset({"total", "net_amount", "tax_amount", "gross_amount", "amount_due"})
_ASIDE_ROLES = _STOP_ROLES | {"other_amount", "amount_paid", "discount_amount", "shipping_amount", "rounding_amount"}
_EXTRA_ROLES = frozenset({"discount_amount", "shipping_amount"})

Numbers = dict[int, list[Hit]]


def set_aside(line: Line, item: Item) -> bool:
    """Whether a row with an amount is none of goods: carried forward, a discount, shipping, a payment."""
    return not item.checks and _mostly(line, [hit.start for hit in item.cells.values()], _ASIDE_ROLES)


def is_extra(line: Line, item: Item) -> bool:
    """Whether a row with an amount is a discount or shipping, which some invoices count among their rows."""
    return not item.checks and _mostly(line, [hit.start for hit in item.cells.values()], _EXTRA_ROLES)


def printed_totals(lines: Layout, numbers: Numbers) -> set[Decimal]:
    """Amounts that are printed as a total: behind its label, or under it."""
    found: set[Decimal] = set()
    waiting = False
    for line in lines.lines:
        hits = sorted(numbers.get(line.index, []), key=lambda hit: hit.start)
        money = [hit for hit in hits if hit.kind == "money" and isinstance(hit.value, Decimal)]
        labelled = closes(line, hits)
        waiting = waiting and bool(money) and not any(map(str.isalpha, line.text[: money[0].start]))
        start = 0
        for hit in money:
            if labelled or waiting or sums_up([run for run in line.runs if start <= run.start < hit.start]):
                found.add(Decimal(str(hit.value)))
            start = hit.end
        waiting = labelled and not money
    return found - {Decimal(0)}


def sums_up(runs: Sequence[Run]) -> bool:
    """Whether the words before an amount call it a total, a tax, or an amount without or with tax."""
    for run in runs:
        labels = [label for label in find_labels(run.line, lexicon("AMOUNT_LABELS")) if _within(label, run)]
        roles = {role for label in labels for role in label.roles}
        if labels and not run.text[: labels[0].start - run.start].strip(" \t-–+.:("):
            first = set(labels[0].roles)
            if first & (_STOP_ROLES - {"tax_amount"}) or ("tax_amount" in first and "%" in run.text):
                return True
        ruled = any(_within(label, run) for label in find_labels(run.line, lexicon("QUALIFIERS")))
        if ruled and "tax_amount" in roles and "%" not in run.text:
            return True
    return False


def _within(label: Label, run: Run) -> bool:
    return run.start <= label.start and label.end <= run.end


def closes(line: Line, hits: list[Hit]) -> bool:
    """A line whose words before its last amount, in the nearest run, are mostly a label of a total."""
    amounts = [hit.start for hit in hits if hit.kind == "money"]
    return _mostly(line, amounts, _STOP_ROLES, bool(hits))


def _mostly(line: Line, amounts: list[int], roles: frozenset[str], numbered: bool = True) -> bool:
    """Whether a run of the line is mostly a label of these roles (short enough, where no number stands by it)."""
    labels = [label for label in find_labels(line, lexicon("AMOUNT_LABELS")) if roles & set(label.roles)]
    for run in line.runs if labels else ():
        if amounts and run.start > max(amounts) and any(map(str.isalpha, line.text[: min(amounts)])):
            continue  # a code for the tax behind the amount
        end = min((start for start in amounts if run.start < start), default=run.end)
        letters = sum(c.isalpha() for c in line.text[run.start : min(end, run.end)])
        covered = sum(
            sum(c.isalpha() for c in label.key) for label in labels if run.start <= label.start and label.end <= end
        )
        if letters and covered >= 0.5 * letters and (numbered or letters < 25):
            return True
    return False
