"""Where documents begin in a file: properties on any pages, and quality on files put together from synthetic ones."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.splitting.divide import divide, divided
from inference.splitting.facts import Counter, Facts, Kind, facts_of
from inference.training.synthetic import generate
from inference.training.synthetic.series import generate_series
from inference.types import Box, Page, Reading, Word
from tests.bench import attachments

CLAUSES = {
    "de": "Gerichtsstand ist der Sitz des Verkäufers; die Haftung für leichte Fahrlässigkeit ist ausgeschlossen, der"
    " Eigentumsvorbehalt bleibt bis zur Zahlung aller Forderungen bestehen.",
    "en": "The seller accepts no liability for loss of profit, and title remains our property until the contract is"
    " performed; the courts have exclusive jurisdiction.",
    "es": "El vendedor no asume responsabilidad por lucro cesante y el contrato se rige por la ley; serán competentes"
    " los tribunales de su domicilio.",
    "fr": "Le vendeur décline toute responsabilité pour les dommages indirects; le contrat est soumis au droit du"
    " vendeur, sous réserve de propriété jusqu'au paiement.",
    "it": "Il venditore non assume responsabilità per danni indiretti e il contratto resta soggetto alla riserva di"
    " proprietà fino al saldo; è fatto salvo il foro competente.",
    "nl": "De verkoper aanvaardt geen aansprakelijkheid voor gevolgschade; op de overeenkomst is de wet van toepassing"
    " en het eigendomsvoorbehoud blijft tot betaling bestaan.",
    "pl": "Sprzedawca nie ponosi odpowiedzialności za utracone korzyści, a umowa podlega prawu miejsca siedziby;"
    " odszkodowanie ogranicza się do wartości towaru.",
    "pt": "O vendedor não assume responsabilidade por danos indiretos e o contrato rege-se pela lei do lugar; mantém-se"
    " a reserva de propriedade até ao pagamento.",
}
KINDS: tuple[Kind, ...] = ("bill", "supplement", "terms", "blank", "unread", "")
counters = st.none() | st.builds(Counter, st.integers(1, 9), st.none() | st.integers(1, 9))
pages = st.builds(
    Facts,
    page=st.just(0),
    kind=st.sampled_from(KINDS),
    counter=counters,
    number=st.sampled_from(["", "A1", "B2"]),
    sure=st.floats(0, 1),
    parties=st.dictionaries(st.sampled_from(["seller_vat_id", "seller_iban"]), st.sampled_from(["X", "Y"])),
    references=st.frozensets(st.sampled_from(["10001", "10002"])),
    total=st.sampled_from(["", "10.00", "20.00"]),
    carries=st.booleans(),
)


def numbered(found: Sequence[Facts]) -> list[Facts]:
    return [replace(page, page=number) for number, page in enumerate(found, 1)]


@given(st.lists(pages, max_size=8))
def test_every_page_is_in_exactly_one_part_in_order(found: list[Facts]) -> None:
    division = divided(numbered(found))
    assert [page for part in division.parts for page in part.pages] == list(range(1, len(found) + 1))
    for part in division.parts:
        assert part.pages and set(part.attachments) < set(part.pages)


@given(st.lists(pages, min_size=2, max_size=8))
def test_pages_that_count_themselves_through_stay_together(found: list[Facts]) -> None:
    one = [
        replace(p, kind="bill", counter=Counter(n, len(found)), number="A1", sure=0.9) for n, p in enumerate(found, 1)
    ]
    assert len(divided(numbered([replace(page, parties={}) for page in one])).parts) == 1


words = st.builds(
    Word,
    st.sampled_from(
        ["Rechnung", "Nr.", "4711", "Seite", "2/3", "Lieferschein", "Gesamtbetrag", "119,00", "€", "x" * 40]
    ),
    st.builds(lambda x, y: Box(x, y, min(x + 0.1, 1), min(y + 0.02, 1)), st.floats(0, 0.9), st.floats(0, 0.97)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(words, max_size=12), max_size=3))
def test_no_reading_is_too_strange(found: list[list[Word]]) -> None:
    reading = Reading(tuple(Page(n, 595, 842, tuple(page), "text_layer") for n, page in enumerate(found, 1)))
    assert [page for part in divide(reading).parts for page in part.pages] == list(range(1, len(found) + 1))


@pytest.fixture(scope="module")
def invoices() -> list[list[Facts]]:
    samples = (generate(seed) for seed in range(700_000, 700_040))
    return [[facts_of(page) for page in one.reading.pages] for one in samples if one.document_type != "other"]


def test_files_of_different_suppliers_fall_into_their_invoices(invoices: list[list[Facts]]) -> None:
    rng, exact, wrong = random.Random(1), 0, 0
    for _ in range(100):
        chosen = rng.sample(invoices, rng.randint(2, 4))
        division = divided(numbered([page for one in chosen for page in one]))
        right = [len(part.pages) for part in division.parts] == [len(one) for one in chosen]
        exact, wrong = exact + (division.certain and right), wrong + (division.certain and not right)
    assert exact >= 65 and wrong <= 5


def test_invoices_of_one_supplier_are_told_apart() -> None:
    exact = wrong = count = 0
    for seed in range(710_000, 710_012):
        samples = generate_series(seed, 2)
        if samples[0].document_type == "other":
            continue
        chosen = [[facts_of(page) for page in one.reading.pages] for one in samples]
        division = divided(numbered([page for one in chosen for page in one]))
        right = [len(part.pages) for part in division.parts] == [len(one) for one in chosen]
        count, exact, wrong = count + 1, exact + (division.certain and right), wrong + (division.certain and not right)
    assert exact >= 0.8 * count and wrong <= 0.1 * count


def test_what_stands_behind_an_invoice_is_told_from_its_own_pages() -> None:
    behind = attachments.files(740_000, 40)
    seen = torn = own = 0
    for one in behind:
        division = divided(numbered([*one.invoice, *one.attachment]))
        named = {page for part in division.parts for page in part.attachments}
        seen += division.certain and named >= {page.page for page in one.attachment}
        torn += division.certain and len(division.parts) > 1
        own += bool(named & {page.page for page in one.invoice if page.total})
    assert seen >= 30 and torn <= 2 and not own


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "it", "nl", "pl", "pt"])
def test_clauses_are_terms_without_any_title(language: str) -> None:
    words = [word for number in range(1, 9) for word in f"{number}. {CLAUSES[language]}".split()]
    placed = (
        Word(text, Box(0.1 + 0.08 * (n % 10), 0.1 + 0.02 * (n // 10), 0.17 + 0.08 * (n % 10), 0.115 + 0.02 * (n // 10)))
        for n, text in enumerate(words)
    )
    assert facts_of(Page(1, 595, 842, tuple(placed), "text_layer")).kind == "terms"


def test_one_invoice_of_several_pages_is_not_split(invoices: list[list[Facts]]) -> None:
    several = [one for one in invoices if len(one) > 1]
    assert several
    assert not [one for one in several if divided(one).certain and len(divided(one).parts) > 1]
