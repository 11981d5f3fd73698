"""Typed candidates on a page: what is found, as what, and where."""

from datetime import date
from decimal import Decimal

import pytest

from inference.extraction.candidates import find_candidates, vat_is_valid
from inference.types import Candidate, Value
from tests.inference.pages import reading


def found(text: str, kind: str) -> list[Value]:
    return [candidate.value for candidate in find_candidates(reading(text)) if candidate.kind == kind]


def only(text: str, kind: str) -> Candidate:
    (candidate,) = [candidate for candidate in find_candidates(reading(text)) if candidate.kind == kind]
    return candidate


def test_amounts_with_currency_before_after_and_apart() -> None:
    assert found("Total EUR 1.234,56", "money") == [Decimal("1234.56")]
    assert found("Total 1 234,56 €", "money") == [Decimal("1234.56")]
    assert found("Payments ($144.00)", "money") == [Decimal("-144.00")]
    assert found("-USD 47.90", "money") == [Decimal("-47.90")]
    assert found("1         $144.00         $144.00", "money") == [Decimal("144.00")] * 2
    assert found("3,20 €        48,00 €", "money") == [Decimal("3.20"), Decimal("48.00")]


def test_an_amount_spread_over_words_has_one_box() -> None:
    candidate = only("Total EUR 1 234 ,56", "money")
    assert candidate.value == Decimal("1234.56")
    assert candidate.words == (1, 2, 3, 4)
    assert abs(candidate.box.x1 - 0.19) < 1e-6


def test_numbers_in_neighbouring_columns_stay_apart() -> None:
    assert found("2      150,00", "money") == [Decimal("150.00")]
    assert found("2      150,00", "number") == [Decimal(2)]


def test_parts_of_codes_are_no_amounts() -> None:
    assert found("AB-12.50/7", "money") == []
    assert found("PO_1234.50", "money") == []


def test_percent_and_date_are_not_amounts() -> None:
    assert found("VAT 19,00 %", "percent") == [Decimal("19.00")]
    assert found("14.11.2026", "date") == [date(2026, 11, 14)]
    assert found("14.11.2026", "money") == []


def test_iban_over_words_with_its_check_digits() -> None:
    assert found("IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX", "iban") == ["DE89370400440532013000"]
    assert found("IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX", "bic") == ["COBADEFFXXX"]


def test_a_polish_account_without_its_country_is_an_iban_where_its_check_digits_hold() -> None:
    assert found("Nr konta: 65 1140 2004 0000 3102 8871 4406", "iban") == ["PL65114020040000310288714406"]
    assert found("Nr konta: 66 1140 2004 0000 3102 8871 4406", "iban") == []
    assert found("12 65 1140 2004 0000 3102 8871 4406", "iban") == []


def test_a_vat_id_beside_other_text_is_no_iban() -> None:
    line = "UStId DE 232 446 240      SWIFT HELADEF1GEL"
    assert found(line, "iban") == []
    assert found(line, "vat_id") == ["DE232446240"]


def test_vat_ids_of_several_countries() -> None:
    assert found("BTW NL 8152.54.295.B.01", "vat_id") == ["NL815254295B01"]
    assert found("VAT GB 980 7806 84", "vat_id") == ["GB980780684"]
    assert found("UID CHE-107.787.577 MWST", "vat_id") == ["CHE107787577"]
    assert found("Org. NO 995 525 828 MVA", "vat_id") == ["NO995525828MVA"]
    assert vat_is_valid("DE136695976")
    assert not vat_is_valid("DE136695977")


def test_contacts() -> None:
    text = "Tel. +49 6051 916 44 10   billing@acme-tools.co.uk   www.acme-tools.co.uk"
    assert found(text, "email") == ["billing@acme-tools.co.uk"]
    assert found(text, "website") == ["www.acme-tools.co.uk"]
    assert found(text, "phone") == ["+49 6051 916 44 10"]


def test_identifiers_may_have_a_prefix_word() -> None:
    assert "RE 2023-0017" in found("Rechnung RE 2023-0017", "id")
    assert "INV/2023/03/0008" in found("Invoice INV/2023/03/0008", "id")
    assert found("Nr 12345", "id") == ["12345"]


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("12 Quay Rd, Vancouver BC V5L 9Z9 604-555-0133", ["604-555-0133"]),
        ("Montréal QC H3A 9Z9 514 555-0117", ["514 555-0117"]),
        ("Toll free 1 888 555-0127", ["1 888 555-0127"]),
        ("info@foto.example · 655 210 438 · foto.example", ["655 210 438"]),
        ("Atención al cliente: 900 264 118", ["900 264 118"]),
        ("Infolinia: 22 577 55 40, biuro@kurier.example", ["22 577 55 40"]),
        ("Τηλ. 2310 447 120", ["2310 447 120"]),
        ("Tél. 0 825 44 10 20 (0,15 €/min)", ["0 825 44 10 20"]),
        ("Cuenta 00014438 150925", []),
        ("Contrato T-90144/03", []),
        ("ABN 15 088 441 703", []),
    ],
)
def test_phones_by_their_shape_their_place_or_a_word(text: str, phones: list[str]) -> None:
    assert found(text, "phone") == phones


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Facture n° P2510 448 771 903", "P2510 448 771 903"),
        ("Kundennummer 1200 554 831. Ihr Abschlag", "1200 554 831"),
        ("Factuurnummer 9 0021 7741 3", "9 0021 7741 3"),
        ("ABN 15 088 441 703 18 Coldstore Way", "15 088 441 703"),
        ("+71<000044125008134+87441209<", "+71<000044125008134+87441209<"),
    ],
)
def test_numbers_in_groups_are_one(text: str, number: str) -> None:
    assert number in found(text, "id")
