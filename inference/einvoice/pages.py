"""The pages of an XML invoice, which has none of its own: laid out, and drawn as a PDF."""

from inference.einvoice import draw, paper, sheet
from inference.einvoice.content import Content
from inference.einvoice.read import read as read_invoice
from inference.errors import TooManyPages
from inference.limits import Limits


def lay_out(content: Content, limits: Limits) -> paper.Sheet:
    """Raises TooManyPages."""
    laid_out = sheet.lay_out(content)
    if len(laid_out.pages) > limits.pages:
        raise TooManyPages(f"It fills {len(laid_out.pages):,} pages; at most {limits.pages:,} are read.")
    return laid_out


def drawn(xml: bytes, limits: Limits) -> bytes:
    """A PDF of the pages. Raises the errors of `inference.einvoice.tree.parse`, and TooManyPages."""
    return draw.pdf(lay_out(read_invoice(xml), limits))
