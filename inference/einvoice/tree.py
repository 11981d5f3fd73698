"""XML that nobody vouches for, parsed without document types, entities or network, to elements with plain names."""

import re
from typing import Any

from lxml import etree

from inference.errors import Damaged, ForbiddenXml, TooDeep, UnsupportedType

Tree = etree._Element

LARGE = 8 * 2**20  # from here on libxml2 must be told that a text of more than 10 MB (an attachment) is meant
MOST_ELEMENTS = 2_000_000
KINDS = {
    "CrossIndustryInvoice": ("cii", ":CrossIndustryInvoice:"),
    "CrossIndustryDocument": ("zugferd1", ":CrossIndustryDocument:"),
    "Invoice": ("ubl", ":xsd:Invoice-2"),
    "CreditNote": ("ubl", ":xsd:CreditNote-2"),
}
"""Root element to syntax, and what its namespace must contain."""
ENVELOPE = "StandardBusinessDocument"
DOCTYPE = "!DOCTYPE"

_PROLOG = re.compile(r"\ufeff?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_START = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_ATTACHMENTS = ("EmbeddedDocumentBinaryObject", "AttachmentBinaryObject", "UBLExtensions")
_ZUGFERD_1 = {
    "SpecifiedExchangedDocumentContext": "ExchangedDocumentContext",
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "ApplicablePercent": "RateApplicablePercent",
}


def root_name(data: bytes) -> str:
    """The name of the root element, judged by the first bytes alone; '' where they are no XML."""
    match = _START.match(rest := _after_prolog(data[:65536]))
    if match is None and rest[:9].upper() == "<!DOCTYPE":
        return DOCTYPE
    return match.group(1) if match else ""


def is_invoice(data: bytes) -> bool:
    """Whether the file begins like an invoice that `parse` takes."""
    name, head = root_name(data), _text(data[:65536])
    return (name in KINDS and KINDS[name][1] in head) or (name == ENVELOPE and "<" in head)


def parse(data: bytes) -> tuple[str, Tree]:
    """(syntax, root with plain names): namespaces are taken off, ZUGFeRD 1 has the names of CII.

    Raises ForbiddenXml for a document type, TooDeep, Damaged where it is no XML, UnsupportedType where no invoice.
    """
    if "<!DOCTYPE" in _after_prolog(data)[:4096].upper():
        raise ForbiddenXml()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=len(data) > LARGE,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower():
            raise TooDeep() from error
        raise Damaged(f"It is no well-formed XML: {error}.") from error
    info: Any = root.getroottree().docinfo  # lxml-stubs does not know its doctype
    if info.doctype:
        raise ForbiddenXml()
    return _invoice(root)


def _invoice(root: Tree) -> tuple[str, Tree]:
    for element in root.iter(etree.Element):
        name = etree.QName(element)
        if name.localname in KINDS:
            syntax, space = KINDS[name.localname]
            if space in (name.namespace or "") + ":":
                return syntax, _plain(element, syntax)
            break
    raise UnsupportedType("It is an XML file, but no invoice of a known kind.")


def _plain(root: Tree, syntax: str) -> Tree:
    """Names without namespaces; attachments and extensions, which are no part of the invoice, taken out."""
    heavy = []
    for count, element in enumerate(root.iter(etree.Element)):
        if count > MOST_ELEMENTS:
            raise TooDeep(f"It has more than {MOST_ELEMENTS:,} elements.")
        name = etree.QName(element).localname
        if name in _ATTACHMENTS:
            heavy.append(element)
        element.tag = _ZUGFERD_1.get(name, name) if syntax == "zugferd1" else name
    for element in heavy:
        if (parent := element.getparent()) is not None:
            parent.remove(element)
    return root


def _after_prolog(data: bytes) -> str:
    text = _text(data[:65536])
    match = _PROLOG.match(text)
    return text[match.end() :] if match else text


def _text(data: bytes) -> str:
    """Enough of the encoding to see markup: UTF-16 by its mark or its zeros, else any superset of ASCII."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if data[:4] in (b"<\0?\0", b"<\0!\0") or (data[:1] == b"<" and data[1:2] == b"\0"):
        return data.decode("utf-16-le", "replace")
    if data[:2] == b"\0<":
        return data.decode("utf-16-be", "replace")
    return data.decode("utf-8", "replace")
