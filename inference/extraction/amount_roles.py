"""What the words around an amount say that it is: net, tax, total, due, paid; each with a strength."""

from collections import defaultdict
from decimal import Decimal

from inference.extraction.candidates import Hit
from inference.extraction.labels import Label, find_labels, lexicon, weak
from inference.extraction.lines import GAP, Layout, Line

SUM_ROLES = ("net_amount", "tax_amount", "gross_amount")


def amount_labels(lines: Layout) -> dict[int, list[Label]]:
    """The labels of amounts, with the qualifiers "including" and "excluding", on each line that has some."""
    words, qualifiers = lexicon("AMOUNT_LABELS"), lexicon("QUALIFIERS")
    found = {}
    for line in lines.lines:
        labels = find_labels(line, words)
        if labels:
            spans = [(label.start, label.end) for label in labels]
            extra = [q for q in find_labels(line, qualifiers) if all(q.end <= s or q.start >= e for s, e in spans)]
            found[line.index] = sorted((*labels, *extra), key=lambda label: label.start)
    return found


Scores = dict[str, dict[Decimal, tuple[float, Hit]]]


def score_amounts(
    lines: Layout, labels: dict[int, list[Label]], amounts: dict[int, list[Hit]], body: set[int]
) -> Scores:
    scores: Scores = defaultdict(dict)
    count = max(len(lines.lines), 1)
    for index, row in amounts.items():
        row.sort(key=lambda hit: hit.start)
        previous = 0
        for hit in row:
            context = [label for label in labels.get(index, ()) if previous <= label.start and label.end <= hit.start]
            trailing = [] if context else [x for x in labels.get(index, ()) if hit.end <= x.start and _same_run(hit, x)]
            roles = _roles(context)
            discount = 1.0
            if not roles:
                roles, discount = _roles_above(lines, labels, hit, row), 0.75
            if not roles and trailing and len(row) == 1:
                roles, discount = _roles(trailing), 0.6
            for role, strength in roles.items():
                if hit.kind == "number":
                    strength -= 0.35 if role in SUM_ROLES or role == "amount_due" else 0.8
                if index in body:
                    strength *= 0.45
                strength = strength * discount + 0.08 * index / count
                _add(scores[role], hit, strength)
            if (hit.kind == "money" and context) or hit.kind == "number":
                previous = hit.end
        if _sums(row) and any(_opens_sum(label, row[0]) for label in labels.get(index, ())):
            for role, hit in zip(SUM_ROLES, row, strict=True):
                _add(scores[role], hit, 0.9 + 0.08 * index / count)
    return scores


def _sums(row: list[Hit]) -> bool:
    """Whether a row holds a net amount, its tax and their sum: the foot of a table with columns for each."""
    values = [hit.value for hit in row if isinstance(hit.value, Decimal)]
    if len(row) != 3 or len(values) != 3:
        return False
    net, tax, gross = values
    return bool(net) and net + tax == gross and abs(tax) <= Decimal("0.35") * abs(net)


def _opens_sum(label: Label, first: Hit) -> bool:
    return label.end <= first.start and bool({"total", "gross_amount"} & set(label.roles))


def ends_run(hit: Hit) -> bool:
    """Whether a bare number may be an amount: "500" may be a total, the 30 of "30 days" or eight digits are none."""
    raw = hit.candidate.raw
    return hit.line.text[hit.end : hit.end + 1] in ("", GAP) and not (raw.isdigit() and len(raw) >= 8)


def _same_run(hit: Hit, label: Label) -> bool:
    return GAP not in hit.line.text[hit.end : label.start]


def _add(scores: dict[Decimal, tuple[float, Hit]], hit: Hit, strength: float) -> None:
    value = hit.value
    if not isinstance(value, Decimal) or strength <= 0.05:
        return
    known = scores.get(value)
    if known is None:
        scores[value] = strength, hit
    else:
        best = max(known, (strength, hit), key=lambda pair: pair[0])
        scores[value] = best[0] + 0.05, best[1]


def _roles(labels: list[Label]) -> dict[str, float]:
    """What the words before an amount say it is: the principal word, turned by "including", "excluding" and "tax"."""
    if not labels:
        return {}
    kinds = [set(label.roles) for label in labels]
    every = set().union(*kinds)
    if "other_amount" in every:
        return {"other_amount": 1.0}
    for role in ("amount_paid", "amount_due", "rounding_amount", "discount_amount", "shipping_amount"):
        if role in every:
            return _settled(role, labels, every)
    inclusive = "inclusive" in every or "gross_amount" in every
    exclusive = "exclusive" in every or "net_amount" in every
    strong = 0.55 if all(label.key in weak() for label in labels) else 1.0
    if "tax_amount" in every and not {"gross_amount", "net_amount"} & every:
        if "total" in every and inclusive:
            return {"gross_amount": strong}
        if "total" in every and "exclusive" in every:
            return {"net_amount": strong}
        return {"tax_amount": strong, "net_amount": 0.15}
    if "gross_amount" in every and "net_amount" in every:
        return {"gross_amount": 0.55, "net_amount": 0.5}
    if inclusive and not ("net_amount" in every and "gross_amount" not in every and "inclusive" not in every):
        return {"gross_amount": strong, "amount_due": 0.1}
    if exclusive:
        return {"net_amount": strong, "gross_amount": 0.1}
    return {"gross_amount": 0.8 * strong, "net_amount": 0.3, "amount_due": 0.15}


def _settled(role: str, labels: list[Label], every: set[str]) -> dict[str, float]:
    if role == "amount_due":
        gross = 0.8 if "gross_amount" in every else 0.55 if "total" in every else 0.45
        return {"amount_due": 1.0, "gross_amount": gross}
    if role == "amount_paid" and "total" in every:
        return {"amount_paid": 0.7, "gross_amount": 0.5}
    if role in ("shipping_amount", "discount_amount") and {"total", "net_amount", "gross_amount"} & every:
        return {role: 0.5, "net_amount": 0.4 if "net_amount" in every else 0.1, "gross_amount": 0.3}
    return {role: 0.9 if len(labels) <= 3 else 0.6}


def _roles_above(lines: Layout, labels: dict[int, list[Label]], hit: Hit, row: list[Hit]) -> dict[str, float]:
    """The label in the head of the amount's column, at most three lines up; else by its turn in the row of heads."""
    index = hit.line.index
    height = max(hit.line.box.y1 - hit.line.box.y0, 1e-4)
    for other in range(index - 1, max(index - 5, -1), -1):
        line = lines.lines[other]
        if line.page != hit.line.page or hit.line.box.y0 - line.box.y1 > 3.5 * height:
            break
        column = [label for label in labels.get(other, ()) if _stacked(label, hit, line)]
        if column:
            return _roles(column)
    return _roles_in_turn(lines, labels, hit, row)


def _roles_in_turn(lines: Layout, labels: dict[int, list[Label]], hit: Hit, row: list[Hit]) -> dict[str, float]:
    """The head that is as far along the line above as the amount along its own: heads set left, amounts set right.

    Or the label that closes the line above, where the amount has its own line to itself.
    """
    above = lines.lines[hit.line.index - 1] if hit.line.index else None
    height = max(hit.line.box.y1 - hit.line.box.y0, 1e-4)
    if above is None or above.page != hit.line.page or hit.line.box.y0 - above.box.y1 > 2.5 * height:
        return {}
    known, heads = labels.get(above.index, []), above.runs
    if len(row) >= 3 and len(heads) == len(row) and len(known) >= len(heads) - 1:
        head = heads[row.index(hit)]
    elif len(hit.line.runs) == 1 and len(row) == 1 and hit.box.x0 > heads[-1].box.x0:
        head = heads[-1]
    else:
        return {}
    return _roles([label for label in known if head.start <= label.start < head.end])


def _stacked(label: Label, hit: Hit, line: Line) -> bool:
    """Whether the label's run, if it is short, stands over the amount."""
    run = line.run_at(label.start)
    if run is None or len(run.text) >= 40:
        return False
    return hit.box.x0 < run.box.x1 + line.em and hit.box.x1 > run.box.x0 - line.em
