"""Line items as tables show them: over pages, between subtotals, under split heads, without any head."""

from inference.extraction.rules import extract
from inference.fields import to_text
from tests.inference.pages import reading


def rows(*pages: str) -> list[tuple[str, str, str, str]]:
    """Description, quantity, unit price and net amount of every item; empty where one is not read."""
    return [
        tuple(to_text(row[name].value) if name in row else "" for name in CELLS)  # type: ignore[misc]
        for row in extract(reading(*pages)).line_items
    ]


CELLS = ("description", "quantity", "unit_price", "net_amount")

HEAD = "Pos   Bezeichnung                      Menge      Einzelpreis       Betrag"


def test_a_page_without_a_repeated_head_goes_on_and_carried_amounts_are_no_items() -> None:
    first = f"""Rechnung
{HEAD}
1     Bohrkrone 68 mm                      2            49,90        99,80
2     Trennscheibe 230 mm                 10             3,45        34,50
                                           Übertrag                 134,30"""
    second = """
                                           Übertrag                 134,30
3     Sägeblatt                            1            20,00        20,00
                                           Nettobetrag              154,30"""
    assert rows(first, second) == [
        ("Bohrkrone 68 mm", "2", "49.90", "99.80"),
        ("Trennscheibe 230 mm", "10", "3.45", "34.50"),
        ("Sägeblatt", "1", "20.00", "20.00"),
    ]


def test_subtotals_between_sections_are_no_items_and_end_nothing() -> None:
    text = """
Description                              Amount

Design of the catalogue                 1,200.00
Photographs                               300.00
Subtotal                                1,500.00
Printing                                  800.00
Subtotal                                  800.00
Total                                   2,300.00
"""
    assert [(row[0], row[3]) for row in rows(text)] == [
        ("Design of the catalogue", "1200.00"),
        ("Photographs", "300.00"),
        ("Printing", "800.00"),
    ]


def test_shipping_and_tax_behind_the_subtotal_are_no_items() -> None:
    text = """
Description             Qty       Price       Amount
Oak table                 1      400.00       400.00
Chair                     4       50.00       200.00
Subtotal                                      600.00
Shipping                                       20.00
VAT 20 %                                      124.00
Total                                         744.00
"""
    assert [row[0] for row in rows(text)] == ["Oak table", "Chair"]


def test_arithmetic_names_a_column_whose_head_is_unknown() -> None:
    text = """
Service                   Blorbs      Unit price      Line total
Copper pipe                    5           78.90          394.50
Inspection                     3            2.00            6.00
Total                                                     400.50
"""
    assert rows(text) == [("Copper pipe", "5", "78.90", "394.50"), ("Inspection", "3", "2.00", "6.00")]


def test_net_tax_and_gross_columns_are_told_apart() -> None:
    text = """
Article                 Value        VAT        Total
Power supply            17.27       3.63        20.90
Licence                445.17      93.49       538.66
Total due                                      559.56
"""
    assert [row[3] for row in rows(text)] == ["17.27", "445.17"]


def test_a_unit_behind_the_quantity_is_no_description() -> None:
    text = """
Qty          Description                 Price        Amount
12 kg        Coffee beans                10.00        120.00
2 h          Installation                45.00         90.00
Total                                                 210.00
"""
    assert rows(text) == [("Coffee beans", "12", "10.00", "120.00"), ("Installation", "2", "45.00", "90.00")]
    assert to_text(extract(reading(text)).line_items[0]["unit"].value) == "kg"


def test_rows_without_a_head_that_multiply() -> None:
    text = """
1.    Gasket set                10         37.52         375.20
2.    Night shift                2         13.90          27.80
      Total                                              403.00
"""
    assert rows(text) == [("Gasket set", "10", "37.52", "375.20"), ("Night shift", "2", "13.90", "27.80")]


def test_rows_without_a_head_that_add_up_to_the_total() -> None:
    text = """
Room, two nights                         180.00
Breakfast                                 24.00
City tax                                   6.00
Total                                    210.00
"""
    assert [(row[0], row[3]) for row in rows(text)] == [
        ("Room, two nights", "180.00"),
        ("Breakfast", "24.00"),
        ("City tax", "6.00"),
    ]


def test_amounts_that_add_up_to_nothing_are_no_items() -> None:
    assert rows("Account 12                 180.00\nAccount 13                  24.00\nBalance         99.00\n") == []


def test_a_stamp_across_the_table_does_not_join_its_lines() -> None:
    from dataclasses import replace

    from inference.types import Box, Reading, Word

    text = """
Description             Qty       Price       Amount
Oak table                 1      400.00       400.00
Chair                     4       50.00       200.00
Subtotal                                      600.00
"""
    page = reading(text).pages[0]
    stamp = Word("DUPLICATE", Box(0.2, 0.01, 0.8, 0.09))
    stamped = Reading((replace(page, words=(*page.words, stamp)),))
    assert [to_text(row["description"].value) for row in extract(stamped).line_items] == ["Oak table", "Chair"]


def test_a_quantity_may_be_written_as_a_factor() -> None:
    text = """
Description              Qty       Price      Amount
EU smart plug             x4       12.00       48.00
Adapter                   20x       1.00       20.00
Total                                          68.00
"""
    assert rows(text) == [("EU smart plug", "4", "12.00", "48.00"), ("Adapter", "20", "1.00", "20.00")]


def test_a_discount_on_the_row_is_part_of_its_arithmetic() -> None:
    text = """
Description              Qty       Price      Discount %    Amount
Olive oil                  2       10.00           10.00     18.00
Vinegar                    1        5.00            0.00      5.00
Total                                                        23.00
"""
    items = extract(reading(text)).line_items
    assert [row["net_amount"].confidence for row in items] == [0.93, 0.93]


def test_a_quantity_set_lower_than_its_row_belongs_to_it() -> None:
    text = """
Qty     Product                                Unit price      Total
        Wiki standard, seven users                  40.25      80.50
2       Licensed to: Kranich GmbH
Total                                                          80.50
"""
    assert [row[1:] for row in rows(text)] == [("2", "40.25", "80.50")]


def test_a_description_under_its_code_in_the_head_stands_under_the_code_in_the_rows() -> None:
    text = """
Art.-Nr.                 Menge      Preis      MwSt     Betrag
Bezeichnung

WA997                   10 Std       5,00        19      50,00
Wartung der Anlage
OS250                    2 Stk       3,00        19       6,00
Filtereinsatz
                                         Netto           56,00
"""
    assert rows(text) == [("Wartung der Anlage", "10", "5.00", "50.00"), ("Filtereinsatz", "2", "3.00", "6.00")]


def test_under_price_alone_stands_the_price_of_one_and_the_amount() -> None:
    text = """
Product                  Qty      Price      Tax      Total
Memory card               1      278.61     40.39     319.00
Grand total                                           319.00
"""
    assert rows(text) == [("Memory card", "1", "278.61", "278.61")]


def test_a_price_that_names_its_unit_and_its_tax_is_one_column() -> None:
    page = """Tax invoice
Date        Product          Litres     £/litre ex VAT      Net GBP
03/02/26    Diesel            40.10         1.250             50.13
05/02/26    AdBlue            10.00         0.900              9.00
Net total                                                     59.13
"""
    assert rows(page) == [("Diesel", "40.10", "1.250", "50.13"), ("AdBlue", "10.00", "0.900", "9.00")]


def test_charges_under_headings_with_their_sums_are_the_rows() -> None:
    page = """Invoice
Computing                                   75.00
    Small server, 744 hrs                   50.00
    Snapshots                               25.00
Storage                                     12.50
    First terabyte                          12.50
Total before tax                            87.50
VAT at 20%                                  17.50
Total of this bill                         105.00
"""
    assert [(name, amount) for name, _, _, amount in rows(page)] == [
        ("Small server, 744 hrs", "50.00"),
        ("Snapshots", "25.00"),
        ("First terabyte", "12.50"),
    ]


def test_disbursements_under_a_total_of_their_own_join_the_hours_that_the_invoice_adds_them_to() -> None:
    page = """Invoice
Description                        Hours       Rate        Amount
Draft of the lease                   2.0     300.00        600.00
Call with the landlord               1.0     300.00        300.00
Total fees                                                 900.00
DISBURSEMENTS
Courier                                                     25.00
Search fee                                                  15.00
Total disbursements                                         40.00
Total this invoice                                         940.00
"""
    assert [amount for *_, amount in rows(page)] == ["600.00", "300.00", "25.00", "15.00"]


def test_a_discount_in_the_table_is_a_row_where_the_total_below_includes_it() -> None:
    page = """Invoice
Description                          Qty     Unit price        Amount
Team plan                              5         20.00         100.00
Partner discount 10%                                           -10.00
Subtotal                                                        90.00
"""
    assert [amount for *_, amount in rows(page)] == ["100.00", "-10.00"]


def test_codes_beside_the_numbers_stand_over_their_descriptions() -> None:
    page = """Invoice
Item   Material / Description         Qty      Unit price       Extended
10     6204-2RS                        40          6.00           240.00
       Ball bearing sealed
20     HB-3VX5                         12         10.00           120.00
       Cogged belt
Total                                                             360.00
"""
    assert [name for name, *_ in rows(page)] == ["Ball bearing sealed", "Cogged belt"]
