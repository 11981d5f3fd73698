"""The pages of an XML invoice, which has none of its own: its words, and its drawing as a PDF."""

from inference.einvoice import draw, paper, sheet
from inference.einvoice.read import read as read_invoice
from inference.errors import TooManyPages
from inference.limits import Limits
from inference.types import Reading


def read(xml: bytes, limits: Limits) -> Reading:
    """The words of all pages. Raises the errors of `inference.einvoice.tree.parse`, and TooManyPages."""
    return paper.reading(_sheet(xml, limits))


def drawn(xml: bytes, limits: Limits) -> bytes:
    """A PDF of the same pages."""
    return draw.pdf(_sheet(xml, limits))


def _sheet(xml: bytes, limits: Limits) -> paper.Sheet:
    laid_out = sheet.lay_out(read_invoice(xml))
    if len(laid_out.pages) > limits.pages:
        raise TooManyPages(f"It fills {len(laid_out.pages):,} pages; at most {limits.pages:,} are read.")
    return laid_out
