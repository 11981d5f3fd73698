"""Invoices with what is put behind them: delivery notes, order confirmations, timesheets and terms of the same seller.

The invoice, the delivery note and the order have the facts of one transaction in common; the titles are those of the
generator, in sixteen languages, and for terms and timesheets those below. Half of the terms have no title.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.splitting.facts import Facts, facts_of
from inference.training.synthetic.content.identifiers import fill
from inference.training.synthetic.content.writing import day
from inference.training.synthetic.emit import read_sheets
from inference.training.synthetic.layout import closing, extras, identity, meta
from inference.training.synthetic.layout.composer import Composer
from inference.training.synthetic.layout.documents import Plan, draw, plan
from inference.training.synthetic.layout.items import items
from inference.training.synthetic.layout.style import held_out
from inference.training.synthetic.layout.totals import totals

KINDS = ("delivery note", "order with its total", "timesheet", "terms")
TERMS = {
    "cs": "Všeobecné obchodní podmínky|Obchodní podmínky",
    "da": "Almindelige salgs- og leveringsbetingelser|Handelsbetingelser",
    "de": "Allgemeine Geschäftsbedingungen|Unsere AGB|Verkaufs- und Lieferbedingungen|Zahlungsbedingungen",
    "el": "Γενικοί Όροι Συναλλαγών|Όροι πώλησης",
    "en": "General Terms and Conditions|Terms of Sale|Conditions of Trade|Standard Terms of Business",
    "es": "Condiciones generales de venta|Términos y condiciones",
    "fi": "Yleiset sopimusehdot|Toimitusehdot",
    "fr": "Conditions générales de vente|C.G.V.|Conditions de vente et de livraison",
    "hr": "Opći uvjeti poslovanja",
    "hu": "Általános Szerződési Feltételek|ÁSZF",
    "it": "Condizioni generali di vendita|Termini e condizioni",
    "nb": "Generelle salgsbetingelser|Alminnelige vilkår",
    "nl": "Algemene voorwaarden|Leverings- en betalingsvoorwaarden",
    "pl": "Ogólne warunki sprzedaży|Regulamin",
    "pt": "Condições gerais de venda|Termos e condições",
    "sv": "Allmänna villkor|Leveransvillkor",
}
TIMESHEETS = {
    "cs": "Výkaz práce|Pracovní výkaz",
    "da": "Timeseddel|Arbejdsseddel",
    "de": "Leistungsnachweis|Stundennachweis|Tätigkeitsnachweis|Stundenzettel|Regiebericht",
    "el": "Φύλλο εργασίας",
    "en": "Timesheet|Time Sheet|Record of hours|Work Report|Service Report",
    "es": "Parte de trabajo|Parte de horas|Hoja de horas",
    "fi": "Tuntilista|Työaikaraportti",
    "fr": "Feuille de temps|Relevé d'heures|Compte rendu d'activité|Rapport d'intervention",
    "hr": "Radni nalog|Evidencija sati",
    "hu": "Munkalap|Teljesítési igazolás",
    "it": "Foglio ore|Rapporto di intervento|Rapportino di lavoro",
    "nb": "Timeliste|Timesedler",
    "nl": "Urenstaat|Urenverantwoording|Werkbon",
    "pl": "Karta pracy|Ewidencja godzin|Protokół odbioru",
    "pt": "Folha de horas|Relatório de serviço",
    "sv": "Tidrapport|Arbetsrapport",
}


@dataclass(frozen=True, slots=True)
class File:
    """An invoice's pages and those of the attachment behind them."""

    invoice: Sequence[Facts]
    attachment: Sequence[Facts]
    kind: str
    language: str


def files(start: int, count: int, held: bool = True) -> list[File]:
    """`count` of them, the kinds in turn; of layout families that are held out of training, or of the others."""
    found: list[File] = []
    seed = start
    while len(found) < count:
        seed += 1
        made = plan(random.Random(seed))
        if made.archetype not in ("receipt", "negative") and held_out(made.family) == held:
            found.append(_file(made, seed, KINDS[len(found) % len(KINDS)]))
    return found


def _file(made: Plan, seed: int, kind: str) -> File:
    invoice = Composer(random.Random(seed), made.facts, made.style, made.habits, series=str(seed))
    draw(invoice, made.archetype)
    facts = replace(made.facts, kind="other")
    paper = Composer(random.Random(f"{seed}:behind"), facts, made.style, made.habits)
    {"delivery note": _delivery, "order with its total": _order, "timesheet": _timesheet, "terms": _terms}[kind](paper)
    closing.footer(paper)
    before = _facts(invoice, 0)
    return File(before, _facts(paper, len(before)), kind, made.facts.language)


def _facts(drawn: Composer, before: int) -> tuple[Facts, ...]:
    pages = read_sheets(drawn.sheets)[0].pages
    return tuple(replace(facts_of(page), page=before + page.number) for page in pages)


def _delivery(c: Composer) -> None:
    identity.letterhead(c)
    identity.parties(c)
    identity.title(c, "title_delivery")
    meta.meta(c, meta.meta_pairs(c, "delivery_note"))
    items(c)
    closing.prose(c, "letter", 2)


def _order(c: Composer) -> None:
    identity.letterhead(c)
    identity.parties(c)
    identity.title(c, "title_order")
    meta.meta(c, meta.meta_pairs(c, "purchase_order"))
    items(c)
    totals(c)
    closing.prose(c, "letter", 2)


def _timesheet(c: Composer) -> None:
    """Days, hours and what was done, signed at the foot."""
    identity.letterhead(c)
    _titled(c, TIMESHEETS)
    heads = (c.say("c_date"), c.say("c_qty"), c.say("c_desc"))
    places = (c.left, c.left + 90, c.left + 150)
    for x, head in zip(places, heads, strict=True):
        c.put(head, x, c.y, bold=True)
    c.y += c.step * 1.2
    for row in range(c.rng.randint(4, 25)):
        c.need(c.step * 2)
        cells = (
            day(c.facts.period[0], c.habits),
            fill(c.rng, c.rng.choice(("#,##", "#.##", "#:##"))),
            f"{c.rng.choice(c.words('services'))} {row + 1}",
        )
        for x, cell in zip(places, cells, strict=True):
            c.put(cell, x, c.y)
        c.y += c.step
    c.put(f"{c.another('sign')} ____________________", c.left, c.y + c.step * 2)


def _terms(c: Composer) -> None:
    if c.chance(0.5):
        _titled(c, TERMS)
    top = c.y
    c.sheets.pop() if not c.sheets[-1].lines else None
    titled = c.sheets[-1] if c.sheets else None
    extras.terms_page(c)
    if titled is not None:
        titled.lines += [line._replace(baseline=line.baseline + top - c.style.top) for line in c.sheets.pop().lines]


def _titled(c: Composer, titles: dict[str, str]) -> None:
    text = c.rng.choice(titles[c.facts.language].split("|"))
    text = text.upper() if c.chance(0.3) else text
    size = c.style.size * c.rng.uniform(1.1, 2.0)
    c.put(text, c.left, c.y, size=size, bold=c.chance(0.7), room=c.right - c.left)
    c.y += size * 1.8
