"""The business facts of one paper, before any layout: who, when, what, how much. All sums are exact Decimals."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from inference.training.synthetic.content.countries import Country, countries, currencies, draw_country
from inference.training.synthetic.content.goods import Item, cents, draw_item
from inference.training.synthetic.content.identifiers import document_number, fill
from inference.training.synthetic.content.parties import Party, party
from inference.training.synthetic.content.vocabulary import LANGUAGES, vocabulary

ZERO = Decimal(0)
_PRICE_LEVEL = {
    "JPY": 100,
    "KRW": 1000,
    "HUF": 300,
    "CLP": 800,
    "COP": 4000,
    "IDR": 15000,
    "INR": 50,
    "CZK": 20,
    "SEK": 10,
    "NOK": 10,
    "RSD": 100,
    "TWD": 30,
    "THB": 30,
    "PHP": 50,
    "DKK": 7,
}


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The sums of one tax rate."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """One paper. `subtotal` sums the rows as printed; gross = net + tax; due = gross + rounding + balance - paid."""

    kind: str  # invoice, credit_note, receipt, other
    language: str
    country: Country
    currency: str
    digits: int
    seller: Party
    buyer: Party
    ship_to: Party | None
    number: str
    issue_date: date
    due_date: date
    days: int
    period: tuple[date, date]
    delivery_date: date
    order_date: date
    order_number: str
    delivery_note: str
    customer_number: str
    credited_invoice: str
    project: str
    reference: str
    items: tuple[Item, ...]
    gross_prices: bool
    tax_lines: tuple[TaxLine, ...]
    exemption: str  # "", "reverse" or "exempt"
    subtotal: Decimal
    discount: Decimal
    shipping: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    rounding: Decimal
    paid: Decimal
    balance: Decimal
    due: Decimal


def _tax_lines(items: tuple[Item, ...], extra: Decimal, gross_prices: bool, digits: int) -> tuple[TaxLine, ...]:
    """Sums by rate; `extra` (shipping less discount) goes to the rate with the most turnover."""
    by_rate: dict[Decimal, Decimal] = {}
    for item in items:
        by_rate[item.rate] = by_rate.get(item.rate, ZERO) + item.total
    main = max(by_rate, key=lambda rate: by_rate[rate])
    by_rate[main] += extra
    lines = []
    for rate, turnover in sorted(by_rate.items(), reverse=True):
        if gross_prices:
            net = cents(turnover / (1 + rate / 100), digits)
            lines.append(TaxLine(rate, net, turnover - net))
        else:
            lines.append(TaxLine(rate, turnover, cents(turnover * rate / 100, digits)))
    return tuple(lines)


def _language(rng: random.Random, country: Country) -> str:
    known = [language for language in country.languages if language in LANGUAGES]
    if not known or (country.code != "US" and rng.random() < 0.07):
        return "en"
    return rng.choice(known)


def _home_language(country: Country, language: str) -> str:
    """The language of names and streets: that of the paper where it is spoken there."""
    spoken = [known for known in country.languages if known in LANGUAGES]
    return language if language in spoken else next(iter(spoken), "en")


def _currency(rng: random.Random, country: Country) -> str:
    if rng.random() < 0.88:
        return rng.choice(country.currencies)
    return rng.choice(("USD", "EUR", "GBP", rng.choice(tuple(currencies()))))


def _buyer_country(rng: random.Random, seller: Country) -> Country:
    return draw_country(rng) if rng.random() < 0.15 else countries()[seller.code]


def _rates(rng: random.Random, country: Country, exemption: str) -> tuple[Decimal, ...]:
    if exemption:
        return (ZERO,)
    rates = tuple(Decimal(rate) for rate in country.rates)
    if country.regime == "sales" or rng.random() < 0.72:
        return (rng.choice(rates[:2] if rng.random() < 0.8 else rates),)
    return tuple(rng.sample(sorted(set(rates)), k=min(len(set(rates)), rng.choice((2, 2, 3)))))


def draw_facts(
    rng: random.Random,
    kind: str,
    rows: int,
    narrow: bool,
    wordy: float,
    country: Country | None = None,
    language: str = "",
    gross_share: float = 0.12,
    paid_share: float = 0.22,
) -> Facts:
    """Draw the facts of one paper with `rows` items. `narrow` is a till receipt: gross prices, no extras.

    `gross_share`: chance of prices that hold the tax; `paid_share`: chance that something was paid already.
    """
    country = country or draw_country(rng)
    language = language or _language(rng, country)
    foreign_buyer = _buyer_country(rng, country)
    abroad = foreign_buyer.code != country.code
    exemption = rng.choice(("reverse", "exempt")) if rng.random() < (0.5 if abroad else 0.07) else ""
    currency = _currency(rng, country)
    digits, scale = currencies()[currency].digits, _PRICE_LEVEL.get(currency, 1)
    rates = _rates(rng, country, exemption)
    sells_discounted = rng.random() < 0.2 and not narrow
    items = tuple(
        draw_item(rng, language, rng.choice(rates), digits, scale, wordy, sells_discounted) for _ in range(rows)
    )
    if sum(item.total for item in items) <= 0:
        items = tuple(draw_item(rng, language, rates[0], digits, scale, wordy, False) for _ in range(rows))
    if kind == "credit_note" and rng.random() < 0.5:
        items = tuple(_negated(item) for item in items)
    subtotal = sum((item.total for item in items), ZERO)
    plain = narrow or kind == "credit_note"
    discount = (
        cents(abs(subtotal) * rng.choice((2, 3, 5, 10)) / 100, digits) if rng.random() < 0.12 and not plain else ZERO
    )
    shipping = (
        cents(Decimal(rng.choice(("4.90", "5.95", "9.99", "12", "25", "7.5"))) * scale, digits)
        if rng.random() < 0.15 and not plain
        else ZERO
    )
    gross_prices = country.regime != "sales" and (narrow or rng.random() < gross_share)
    tax_lines = _tax_lines(items, shipping - discount, gross_prices, digits)
    net, tax = sum((t.net for t in tax_lines), ZERO), sum((t.tax for t in tax_lines), ZERO)
    gross = net + tax
    fivers = cents(gross * 20, 0) / 20
    rounding = (fivers - gross).quantize(gross) if currency == "CHF" and rng.random() < 0.5 else ZERO
    paid = (
        rng.choice((cents(gross * rng.choice((1, 2, 3, 5)) / 10, digits), gross + rounding))
        if rng.random() < paid_share and kind != "credit_note"
        else ZERO
    )
    balance = cents(gross * rng.choice((5, 10, 12)) / 10, digits) if rng.random() < 0.04 and not plain else ZERO
    issue = date(2012, 1, 1) + timedelta(days=int(rng.betavariate(3, 1.6) * 5400))
    days = rng.choice((0, 7, 8, 10, 14, 14, 15, 20, 21, 28, 30, 30, 30, 30, 45, 60, 90))
    start = (issue.replace(day=1) - timedelta(days=rng.choice((1, 40)))).replace(day=1)
    end = (start + timedelta(days=rng.choice((27, 31, 45, 95, 370)))).replace(day=1) - timedelta(days=1)
    if rng.random() < 0.3:
        start = issue - timedelta(days=rng.randint(1, 30))
        end = start + timedelta(days=rng.randint(1, 14))
    if end <= start:
        end = start + timedelta(days=6)
    buyer_language = _home_language(foreign_buyer, language)
    buyer = party(rng, foreign_buyer, buyer_language, private=rng.random() < 0.28, foreign=abroad)
    number = document_number(rng, issue)
    return Facts(
        kind=kind,
        language=language,
        country=country,
        currency=currency,
        digits=digits,
        seller=party(rng, country, _home_language(country, language), private=rng.random() < 0.05, foreign=abroad),
        buyer=buyer,
        ship_to=party(rng, foreign_buyer, buyer_language, private=rng.random() < 0.3)
        if rng.random() < 0.3
        else (buyer if rng.random() < 0.2 else None),
        number=number,
        issue_date=issue,
        due_date=issue + timedelta(days=days),
        days=days,
        period=(start, end),
        delivery_date=issue - timedelta(days=rng.choice((0, 0, 1, 2, 3, 5, 9, 14))),
        order_date=issue - timedelta(days=rng.randint(1, 60)),
        order_number=document_number(rng, issue, orders=True),
        delivery_note=document_number(rng, issue, orders=True),
        customer_number=fill(
            rng,
            rng.choice(
                (
                    "#####",
                    "######",
                    "K#####",
                    "D-#####",
                    "####",
                    "##########",
                    "1####",
                    "CUST-###",
                    "@@@###",
                    "##-####",
                    "#### #### ####",
                    "@#@#@@##",
                )
            ),
        ),
        credited_invoice=document_number(rng, issue),
        project=fill(rng, rng.choice(("P-####", "######", "####/##", "@@-###", "V########", "#### ####"))),
        reference=number
        if rng.random() < 0.4
        else fill(
            rng,
            rng.choice(
                (
                    "RF## #### ####",
                    "## ##### ##### ##### ##### #####",
                    "+++###/####/#####+++",
                    "##########",
                    "########",
                    "@@@@ ######",
                )
            ),
        ),
        items=items,
        gross_prices=gross_prices,
        tax_lines=tax_lines,
        exemption=exemption,
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        net=net,
        tax=tax,
        gross=gross,
        rounding=rounding,
        paid=paid,
        balance=balance,
        due=gross + rounding + balance - paid,
    )


def _negated(item: Item) -> Item:
    return Item(
        item.description,
        item.code,
        -item.quantity,
        item.unit,
        item.unit_price,
        ZERO,
        0,
        item.rate,
        -(item.total + item.discount),
    )


def payment_terms(rng: random.Random, facts: Facts) -> str:
    """A sentence or code of payment terms."""
    return rng.choice(vocabulary(facts.language)["terms"]).format(days=facts.days or 30)
