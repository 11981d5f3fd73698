"""From a file to what its electronic invoice says."""

from lxml import etree

from inference.einvoice import cii, ubl
from inference.einvoice.container import embedded_invoice
from inference.einvoice.content import Content
from inference.einvoice.tree import parse, plain
from inference.media_types import PDF, XML, sniff


def invoice_xml(data: bytes) -> bytes | None:
    """The XML of an electronic invoice: the file itself or the one embedded in a PDF; None where there is none."""
    kind = sniff(data)
    if kind == XML:
        return data
    return embedded_invoice(data) if kind == PDF else None


def read(xml: bytes) -> Content:
    """What the invoice says. Raises the errors of `inference.einvoice.tree.parse`."""
    return content_of(parse(xml))


def content_of(root: etree._Element) -> Content:
    """The same of a parsed one, whose names this takes the namespaces off."""
    syntax, stripped = plain(root)
    return ubl.read(stripped) if syntax == "ubl" else cii.read(stripped, syntax)
