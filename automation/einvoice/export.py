"""An approved invoice as a file for others: UBL 2.1, CII, or Factur-X."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from automation.documents.models import Document, State
from automation.einvoice import cii, facturx, ubl
from automation.einvoice.compose import compose, with_country
from automation.einvoice.model import Invoice, Party
from automation.einvoice.validation import schema_errors
from automation.errors import Conflict, Invalid
from automation.posting.payload import Payload, payload_of
from inference.media_types import PDF, XML

APPROVED = (State.APPROVED, State.POSTED)


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file. `suffix` follows the invoice's number in its name."""

    write: Callable[[Invoice], bytes]
    media_type: str
    suffix: str


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "ubl": Format(ubl.write, XML, ".ubl.xml"),
        "cii": Format(cii.write, XML, ".cii.xml"),
        "factur-x": Format(facturx.write, PDF, ".factur-x.pdf"),
    }
)


@dataclass(frozen=True, slots=True)
class Exported:
    filename: str
    media_type: str
    data: bytes


def export(document: Document, name: str) -> Exported:
    """The invoice as approved. `document` comes with its entity.

    Raises Conflict where it is not approved, Invalid where its values make no invoice that the schema accepts.
    """
    if document.state not in APPROVED:
        raise Conflict("Only approved invoices can be exported.", code="not_approved")
    form = FORMATS[name]
    invoice = invoice_of(payload_of(document))
    data = form.write(invoice)
    if form.media_type == XML and (errors := schema_errors(data)):
        raise Invalid(f"The document breaks its schema: {errors[0]}", code="einvoice_invalid")
    number = "".join(c if c.isalnum() or c in "-_." else "_" for c in invoice.number)[:80]
    return Exported(f"{number or 'invoice'}{form.suffix}", form.media_type, data)


def invoice_of(payload: Payload) -> Invoice:
    """The values in the terms of EN 16931, addressed to our company. Raises Invalid as `compose` does."""
    ours = payload.entity
    buyer = Party(ours["name"], ours["country"], payload.fields.get("buyer_address", ""), with_country(ours["vat_id"]))
    return compose(payload.header(), payload.typed_lines(), payload.typed_tax_lines(), buyer)
