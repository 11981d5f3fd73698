"""Names of firms as invoices set them, and numbers in tax registers as they group them; all made up."""

import pytest

from inference.extraction.lines import layout
from inference.extraction.names import continues, first_part, has_legal_form, is_note, until_legal_form
from inference.extraction.tax_ids import like_tax_id, tax_ids
from inference.extraction.whole_names import unwrapped, with_legal_form
from tests.inference.pages import reading


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Velmont Réseaux SA au capital de 120 000 €", "Velmont Réseaux SA"),
        ("Gasparini Luce S.p.A. con socio unico", "Gasparini Luce S.p.A."),
        ("Norwood Parcel Inc. / Colis Norwood inc., 12 Dock Rd", "Norwood Parcel Inc."),
        ("Harbour Press Limited Level 6", "Harbour Press Limited"),
        ("Drukarnia Wisła Sp. z o.o.", "Drukarnia Wisła Sp. z o.o."),
        ("Bianchi S.a.s. di Bianchi Ugo & C.", "Bianchi S.a.s. di Bianchi Ugo & C."),
        ("Brandt & Söhne GmbH & Co. KG", "Brandt & Söhne GmbH & Co. KG"),
        ("Association pour la forêt", "Association pour la forêt"),
        ("Klein Partner PartG mbB", "Klein Partner PartG mbB"),
    ],
)
def test_a_name_ends_with_its_legal_form(printed: str, name: str) -> None:
    assert until_legal_form(printed) == name


@pytest.mark.parametrize(
    "name",
    [
        "Kilcrea Cards DAC",
        "SELARL Mercier-Vidal",
        "SARL ROCHE BATIMENT",
        "Peluquería Sol, C.B.",
        "Veld Boerdery (Edms) Bpk",
    ],
)
def test_legal_forms_of_more_countries_and_before_the_name_are_known(name: str) -> None:
    assert has_legal_form(name)


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("Lindqvist Antriebstechnik", "GmbH"),
        ("The Mill House & Tearoom", "LLP"),
        ("Riverbend Condominium Association,", "Inc."),
        ("Hurtownia Stolarska Nowak i", "Wspólnicy sp.k."),
        ("Steuerkanzlei", "Berg & Tal PartG mbB"),
        ("Schlosserei Falk", "Metallbau GmbH"),
    ],
)
def test_a_name_goes_on_in_the_line_below(name: str, below: str) -> None:
    assert continues(name, below)


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("Jens Falk", "Falk Metallbau GmbH"),
        ("Herr Jens Falk", "Brandt GmbH"),
        ("Papelaria Lima", "Lima & Sousa, Lda."),
        ("Brandt GmbH", "Metallbau GmbH"),
        ("Malerbetrieb", "Hauptstraße 5"),
    ],
)
def test_a_person_a_brand_or_a_whole_firm_does_not(name: str, below: str) -> None:
    assert not continues(name, below)


def test_a_trade_behind_a_dash_belongs_to_the_firm_where_its_legal_form_follows() -> None:
    line = "Costamar – Aluguer de Barcos, Lda. · Cais Novo 7, 8000-100 Faro"

    assert first_part(line) == "Costamar – Aluguer de Barcos, Lda."


def test_asides_and_sentences_are_no_names() -> None:
    assert is_note("(if different)")
    assert is_note("Valid without signature and stamp")
    assert not is_note("Society for the Care of Harbour Birds Ltd")
    assert not is_note("van der Berg Advies")


def test_a_brand_in_the_letterhead_is_the_firm_that_the_footer_names() -> None:
    lines = layout(
        reading(
            """
kilcrea cards

Invoice no. 114

Fuel for your fleet

Kilcrea Cards DAC, Quay Street, Galway. Registered in Ireland no. 400100.
"""
        )
    )

    found = with_legal_form(lines, "kilcrea cards")

    assert found is not None
    assert found[0] == "Kilcrea Cards DAC"


def test_a_name_that_wraps_is_whole_from_either_of_its_lines() -> None:
    lines = layout(
        reading(
            """
Schlosserei Falk
Metallbau GmbH
Eisenstraße 4
58089 Hagen
"""
        )
    )
    upper, lower = lines.runs[:2]

    for run in (upper, lower):
        name, box = unwrapped(lines, run.line, run.start, run.end, run.text, run.box)

        assert name == "Schlosserei Falk Metallbau GmbH"
        assert box.y0 <= upper.box.y0 and box.y1 >= lower.box.y1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("VAT Reg No 434 0317 06", "434031706"),
        ("GST/HST no. 123456789 RT0001", "123456789RT0001"),
        ("GST 5% (No. 123456789 RT0002)", "123456789RT0002"),
        ("QST no. 1012345678 TQ0001", "1012345678 TQ0001"),
        ("ABN 51 824 753 556 18 Wharf Road", "51 824 753 556"),
        ("GST Reg. No. / UEN 201455667K", "201455667K"),
        ("Tax ID 57-1234567 CLIA 42D0000001", "57-1234567"),
        ("RCS Nantes 123 456 789", "123 456 789"),
    ],
)
def test_a_tax_number_without_country_is_read_by_its_register(text: str, value: str) -> None:
    assert [found[2] for found in tax_ids(text)] == [value]


@pytest.mark.parametrize("text", ["VAT 20% 123 4567 89", "Tel 434 0317 06", "ABN 51 824 753 557 18 Wharf Road"])
def test_other_numbers_are_no_tax_numbers(text: str) -> None:
    assert [*tax_ids(text)] == []


def test_short_numbers_and_long_keys_have_not_the_shape_of_a_tax_number() -> None:
    assert like_tax_id("34291/50238")
    assert not like_tax_id("150")
    assert not like_tax_id("7c0e41d2-93b8-4f0a-a6d7-20e5b84c911e")
