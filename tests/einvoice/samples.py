"""Electronic invoices of our own making, and the same inside PDFs, honest or not."""

import io
from collections.abc import Sequence
from decimal import Decimal

import pikepdf

from automation.einvoice import cii, ubl
from automation.einvoice.compose import compose
from inference.types import Value
from tests.einvoice.test_ubl import US, Cells, header
from tests.inference import documents as made

LINES: Sequence[Cells] = (
    {"description": "Copy paper A4", "quantity": Decimal(20), "unit": "Stk.", "net_amount": Decimal("100.00")},
)


def cii_xml(**changes: Value) -> bytes:
    return cii.write(compose(header(**changes), LINES, [], US))


def ubl_xml(**changes: Value) -> bytes:
    return ubl.write(compose(header(**changes), LINES, [], US))


def page() -> bytes:
    """A page that shows what `cii_xml()` states."""
    return made.pdf(
        made.lines(
            "Nordwind GmbH",
            "Hafenstr. 12, 20457 Hamburg",
            "Invoice",
            "Invoice number: RE-1",
            "Invoice date: 04.03.2026",
            "Copy paper A4    20    5,00    100,00",
            "Net amount: 100,00 EUR",
            "VAT 19 %: 19,00 EUR",
            "Total: 119,00 EUR",
            "IBAN: DE89 3704 0044 0532 0130 00",
            "VAT id: DE129273398",
        )
    )


def with_xml(pdf: bytes, xml: bytes, name: str = "factur-x.xml", *, tree: bool = True) -> bytes:
    """The PDF with an embedded file, in the name tree or only associated with the catalogue."""
    about = {"description": "", "creation_date": "", "mod_date": ""}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        file = pikepdf.AttachedFileSpec(document, xml, **about, filename=name, mime_type="text/xml")
        if tree:
            document.attachments[name] = file
        else:
            document.Root.AF = pikepdf.Array([document.make_indirect(file.obj)])
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()
