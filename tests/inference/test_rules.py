"""The rules on whole documents, through their only door."""

import json
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.evaluation import Prediction, evaluate
from inference.extraction.rules import digest, extract
from inference.fields import FIELDS, LINE_CELLS, TAX_CELLS, to_text
from inference.types import Box, Extraction, Page, Reading, Word
from tests.inference.pages import reading

DATA = Path(__file__).parents[3] / "shared" / "data" / "dev"

GERMAN = """
Nordlicht Werkzeuge GmbH - Hafenstr. 12 - 20457 Hamburg

Bergmann Maschinenbau AG
Frau Inge Thal
Industrieweg 4
70565 Stuttgart

                                                       Rechnungsnummer:   RE-2026-0417
                                                       Rechnungsdatum:    14.11.2026
                                                       Kundennummer:      K-10442
                                                       Bestelldatum:      02.11.2026

Rechnung

Pos   Bezeichnung                      Menge      Einzelpreis       Betrag
1     Bohrkrone 68 mm                      2            49,90        99,80
      diamantbesetzt
2     Trennscheibe 230 mm                 10             3,45        34,50

                                           Nettobetrag               134,30
                                           zzgl. 19 % MwSt.           25,52
                                           Gesamtbetrag EUR          159,82

Zahlbar bis 28.11.2026 ohne Abzug.

Nordlicht Werkzeuge GmbH     Tel. +49 40 123456-0          IBAN DE89 3704 0044 0532 0130 00
Hafenstr. 12                 info@nordlicht-werkzeuge.de   BIC COBADEFFXXX
20457 Hamburg                USt-IdNr. DE136695976
"""

ENGLISH = """
INVOICE                                                  Harbour Print Ltd
                                                         8 Quay Street
                                                         Bristol BS1 4AB
Bill to:                                                 accounts@harbourprint.co.uk
Larkfield School
22 Mill Lane
Leeds LS1 5ES

Invoice no     Invoice date     Due date
HP-1093        03/25/2024       04/08/2024

Description               Qty      Unit price      Amount
Posters A2                 20           $4.50      $90.00

                                 Subtotal          $90.00
                                 VAT 20%           $18.00
                                 Total            $108.00
                                 Amount paid       $50.00
                                 Balance due       $58.00
"""


def values(extraction: Extraction) -> dict[str, str]:
    return {name: to_text(prediction.value) for name, prediction in extraction.fields.items()}


def test_a_german_invoice() -> None:
    extraction = extract(reading(GERMAN))
    got = values(extraction)
    expected = {
        "document_type": "invoice",
        "invoice_number": "RE-2026-0417",
        "issue_date": "2026-11-14",
        "due_date": "2026-11-28",
        "customer_number": "K-10442",
        "seller_name": "Nordlicht Werkzeuge GmbH",
        "seller_vat_id": "DE136695976",
        "seller_iban": "DE89370400440532013000",
        "seller_bic": "COBADEFFXXX",
        "seller_email": "info@nordlicht-werkzeuge.de",
        "buyer_name": "Bergmann Maschinenbau AG",
        "currency": "EUR",
        "net_amount": "134.30",
        "tax_amount": "25.52",
        "gross_amount": "159.82",
    }
    assert {name: got.get(name) for name in expected} == expected
    assert extraction.fields["gross_amount"].confidence >= 0.85
    (tax,) = extraction.tax_lines
    assert tax["rate"].value == Decimal(19)


def test_line_items_with_a_wrapped_description() -> None:
    first, second = extract(reading(GERMAN)).line_items
    assert first["description"].value == "Bohrkrone 68 mm diamantbesetzt"
    assert (first["quantity"].value, first["unit_price"].value, first["net_amount"].value) == (
        Decimal(2),
        Decimal("49.90"),
        Decimal("99.80"),
    )
    assert second["position"].value == "2"


def test_labels_above_their_values_and_an_american_date() -> None:
    got = values(extract(reading(ENGLISH)))
    assert got["invoice_number"] == "HP-1093"
    assert (got["issue_date"], got["due_date"]) == ("2024-03-25", "2024-04-08")
    assert (got["seller_name"], got["buyer_name"]) == ("Harbour Print Ltd", "Larkfield School")


def test_total_paid_and_due_are_told_apart() -> None:
    got = values(extract(reading(ENGLISH)))
    assert (got["gross_amount"], got["amount_paid"], got["amount_due"]) == ("108.00", "50.00", "58.00")


def test_line_items_go_on_over_pages() -> None:
    head = "Description               Qty      Unit price      Amount\n"
    first = "Invoice no: 77\n" + head + "Posters A2                 20           $4.50      $90.00\n"
    second = (
        head
        + "Flyers A5                  10           $1.00      $10.00\n"
        + "                                 Total      $100.00\n"
    )
    rows = extract(reading(first, second)).line_items
    assert [row["net_amount"].value for row in rows] == [Decimal("90.00"), Decimal("10.00")]
    assert [row["net_amount"].page for row in rows] == [1, 2]


def test_doubt_is_said_in_words() -> None:
    broken = extract(reading(GERMAN.replace("159,82", "195,82"))).fields["gross_amount"]
    assert broken.confidence < 0.85
    assert broken.reasons == ("total does not equal net plus tax",)
    bare = extract(reading("14.11.2026\n\n\n\n15.11.2026")).fields["issue_date"]
    assert bare.confidence < 0.85
    assert bare.reasons == ("two dates carry no label",)
    assert [alternative.value for alternative in bare.alternatives] == [date(2026, 11, 15)]


def test_a_wrong_check_digit_costs_confidence() -> None:
    right = extract(reading("IBAN DE89 3704 0044 0532 0130 00")).fields["seller_iban"]
    wrong = extract(reading("IBAN DE88 3704 0044 0532 0130 00")).fields["seller_iban"]
    assert right.confidence > 0.85 > wrong.confidence
    assert "check digits" in wrong.reasons[0]


def test_a_credit_note() -> None:
    assert (
        values(extract(reading("Gutschrift\n\nzu Rechnung: RE-100\nGutschriftsnummer: GS-7\n")))["document_type"]
        == "credit_note"
    )


def test_every_value_knows_its_source() -> None:
    extraction = extract(reading(GERMAN))
    assert extraction.reader == "rules"
    assert extraction.digest == digest() == extract(reading("")).digest
    for name, prediction in extraction.fields.items():
        assert name == prediction.name and name in FIELDS
        assert prediction.page == 1
        assert prediction.box is not None
        assert 0.0 <= prediction.box.x0 <= prediction.box.x1 <= 1.0
        assert prediction.confidence >= 0.85 or prediction.reasons
        assert len(prediction.alternatives) <= 3
    assert all(cell in LINE_CELLS for row in extraction.line_items for cell in row)
    assert all(cell in TAX_CELLS for row in extraction.tax_lines for cell in row)


def test_nothing_on_the_page_is_nothing_found() -> None:
    assert extract(Reading(())).fields == {}
    assert extract(reading("")).fields == {}
    hello = extract(reading("Hello"))
    assert values(hello)["document_type"] == "other"
    assert hello.fields["document_type"].reasons == ("no title says what it is",)
    assert hello.line_items == ()


def test_right_to_left_and_cjk_text() -> None:
    extraction = extract(reading("فاتورة رقم 1234\n請求書 番号 5678  2024年3月5日  合計 ¥1,000"))
    assert values(extraction)["currency"] == "JPY"


def test_twenty_thousand_words_are_read_in_bounded_time() -> None:
    words = tuple(
        Word(
            ("Total", "12,50", "14.11.2026", "IBAN")[i % 4],
            Box(i % 100 / 100, i // 100 / 200, (i % 100 + 0.8) / 100, (i // 100 + 0.8) / 200),
        )
        for i in range(20_000)
    )
    begin = time.perf_counter()
    extract(Reading((Page(1, 595, 842, words, "test"),)))
    assert time.perf_counter() - begin < 20


_EDGES = st.floats(allow_nan=True, allow_infinity=True) | st.floats(min_value=0, max_value=1)
_WORDS = st.builds(
    Word,
    st.sampled_from(
        [
            "Rechnung",
            "Nr.",
            "Total",
            "12,50",
            "€",
            "19%",
            "14.11.2026",
            "GmbH",
            "DE136695976",
            "Bill",
            "to:",
            "١٢٣",
            "請求書",
            "1",
            "-",
            "Qty",
            "Amount",
        ]
    )
    | st.text(min_size=1, max_size=8),
    st.builds(Box, _EDGES, _EDGES, _EDGES, _EDGES),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_WORDS, max_size=40), st.floats(allow_nan=True), st.floats(allow_nan=True))
def test_any_words_in_any_boxes_have_an_answer(words: list[Word], width: float, height: float) -> None:
    extraction = extract(Reading((Page(1, width, height, tuple(words), "test"),)))
    assert all(0.0 <= prediction.confidence <= 1.0 for prediction in extraction.fields.values())


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the development invoices are not at {DATA}")
def test_real_invoices_reach_the_expected_score() -> None:
    from inference.ocr.text_layer import read

    pairs = []
    for folder in ("parsee-b2b", "facturx-fr", "zugferd", "vendor-samples", "invoice2data"):
        for line in (DATA / folder / "truth.jsonl").read_text().splitlines():
            truth = json.loads(line)
            name = truth.get("file_no_xml") or truth["file"]
            if not name.endswith(".pdf") or truth.get("realistic_layout") is False:
                continue
            document = read((DATA / folder / name).read_bytes())
            if document.needs_ocr:
                continue
            extraction = extract(document)
            pairs.append((truth, Prediction(values(extraction))))
    result = evaluate(pairs)
    assert len(pairs) > 20
    assert result.macro_f1 >= 0.8, result.to_table()
