"""The sums that EN 16931-1 asks of every invoice (6.4.2, rules BR-CO and the breakdown rules), computed exactly."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from inference.einvoice.content import CENT, Content, Row
from inference.einvoice.found import Problem

ZERO = Decimal(0)
MOST_OFF = Decimal(1)  # BR-CO-17 and alike let a tax amount differ from base x rate by less than one unit
WITHOUT_TERMS = ":minimum"  # the profile that has no place for them
SUMMING = ("group", "information")  # lines that repeat what other lines say


def broken_sums(content: Content) -> list[Problem]:
    """Each rule that the stated amounts break. A rule whose amounts are not all stated is not judged."""
    found = [*_lines(content), *_header(content), *_taxes(content), *_payment(content)]
    return [Problem("einvoice_rule_broken", f"{rule}: {message}", name) for rule, name, message in found]


Broken = Iterator[tuple[str, str, str]]


def counted(content: Content) -> list[Row]:
    """The lines that make the sum."""
    return [row for row in content.lines if row.get("status") not in SUMMING]


def _lines(content: Content) -> Broken:
    nets = [_decimal(row, "net_amount") for row in counted(content)]
    if content.line_total is not None and nets and None not in nets:
        total = sum((net for net in nets if net is not None), ZERO)
        if total != content.line_total:
            yield "BR-CO-10", "line_items", f"The lines make {total:f}, but their stated sum is {content.line_total:f}."


def _header(content: Content) -> Broken:
    header = content.header
    net, tax, gross = (_decimal(header, name) for name in ("net_amount", "tax_amount", "gross_amount"))
    less, more = (_decimal(header, name) or ZERO for name in ("discount_amount", "shipping_amount"))
    for rule, name, is_charge, stated in (
        ("BR-CO-11", "discount_amount", False, less),
        ("BR-CO-12", "shipping_amount", True, more),
    ):
        changes = [change.amount for change in content.adjustments if change.is_charge == is_charge]
        if changes and sum(changes, ZERO) != stated:
            kind = "charges" if is_charge else "allowances"
            yield rule, name, f"The {kind} make {sum(changes, ZERO):f}, but their stated sum is {stated:f}."
    if content.line_total is not None and net is not None and content.line_total - less + more != net:
        expected = content.line_total - less + more
        yield "BR-CO-13", "net_amount", f"Lines less allowances plus charges make {expected:f}, not the net {net:f}."
    if net is not None and gross is not None and net + (tax or ZERO) != gross:
        yield "BR-CO-15", "gross_amount", f"Net and tax make {net + (tax or ZERO):f}, not the total {gross:f}."
    due = _decimal(header, "amount_due")
    if gross is not None and due is not None:
        expected = gross - (_decimal(header, "amount_paid") or ZERO) + (_decimal(header, "rounding_amount") or ZERO)
        expected += content.on_behalf
        if expected != due:
            yield "BR-CO-16", "amount_due", f"Total less paid plus rounding makes {expected:f}, not {due:f}."


def _taxes(content: Content) -> Broken:
    tax = _decimal(content.header, "tax_amount")
    parts = [_decimal(row, "tax") for row in content.tax_lines]
    if tax is not None and parts and None not in parts:
        total = sum((part for part in parts if part is not None), ZERO)
        if total != tax:
            yield "BR-CO-14", "tax_amount", f"The tax of all rates makes {total:f}, not the tax total {tax:f}."
    bases = _bases(content)
    for row in content.tax_lines:
        rate, net, part = (_decimal(row, name) for name in ("rate", "net", "tax"))
        if net is None:
            continue
        if rate is not None and part is not None:
            expected = (net * rate / 100).quantize(CENT, ROUND_HALF_UP)
            if abs(expected - part) >= MOST_OFF:
                yield "BR-CO-17", "tax_lines", f"{rate:f} % of {net:f} is {expected:f}, but the tax says {part:f}."
        key = (str(row.get("category", "")), (rate or ZERO).normalize())
        if key in bases and abs(bases[key] - net) >= MOST_OFF:
            yield (
                f"BR-{key[0]}-08",
                "tax_lines",
                f"What is taxed {key[0]} at {key[1]:f} % makes {bases[key]:f}, but the breakdown says {net:f}.",
            )


def _bases(content: Content) -> dict[tuple[str, Decimal], Decimal]:
    """What lines and adjustments put under each category and rate; nothing where a line does not say either."""
    categories = {(str(r.get("category", "")), (_decimal(r, "rate") or ZERO).normalize()) for r in content.tax_lines}
    by_rate = {rate: category for category, rate in categories}
    if len(by_rate) < len(categories) or not content.lines:
        return {}
    bases: dict[tuple[str, Decimal], Decimal] = defaultdict(lambda: ZERO)
    for row in counted(content):
        rate, net = (_decimal(row, "tax_rate") or ZERO).normalize(), _decimal(row, "net_amount")
        if net is None or rate not in by_rate:
            return {}
        bases[by_rate[rate], rate] += net
    for change in content.adjustments:
        rate = (change.rate or ZERO).normalize()
        if rate in by_rate:
            bases[by_rate[rate], rate] += change.amount if change.is_charge else -change.amount
    return bases


def _payment(content: Content) -> Broken:
    due = _decimal(content.header, "amount_due")
    if content.header.get("document_type") == "credit_note" or content.profile.endswith(WITHOUT_TERMS):
        return
    if due is not None and due > 0 and not {"due_date", "payment_terms"} & content.header.keys():
        yield "BR-CO-25", "due_date", "Something is due, but neither a due date nor payment terms are stated."


def _decimal(row: Row, name: str) -> Decimal | None:
    value = row.get(name)
    return value if isinstance(value, Decimal) else None
