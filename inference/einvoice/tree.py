"""XML that nobody vouches for, parsed without document types, entities or network, to elements with plain names."""

from typing import Any

from lxml import etree

from inference.einvoice.markup import KINDS, after_prolog
from inference.errors import Damaged, ForbiddenXml, TooDeep, UnsupportedType

Tree = etree._Element

LARGE = 8 * 2**20  # from here on libxml2 must be told that a text of more than 10 MB (an attachment) is meant
MOST_BEFORE = 1000  # elements of an envelope before the invoice in it
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


def parse(data: bytes) -> Tree:
    """The root element of the invoice, taken out of its envelope where it has one.

    Raises ForbiddenXml for a document type, TooDeep, Damaged where it is no XML, UnsupportedType where no invoice.
    """
    if "<!DOCTYPE" in after_prolog(data)[:4096].upper():
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
        root = etree.fromstring(data.lstrip(b" \t\r\n"), parser)  # some senders put a line before the declaration
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower():
            raise TooDeep() from error
        raise Damaged(f"It is no well-formed XML: {error}.") from error
    info: Any = root.getroottree().docinfo  # lxml-stubs does not know its doctype
    if info.doctype:
        raise ForbiddenXml()
    return _invoice(root)


def plain(root: Tree) -> tuple[str, Tree]:
    """(syntax, root) with plain names: namespaces are taken off, ZUGFeRD 1 gets the names of CII, and attachments
    and extensions, which are no part of the invoice, are taken out.
    """
    syntax, heavy = KINDS[etree.QName(root).localname][0], []
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        if name in _ATTACHMENTS:
            heavy.append(element)
        element.tag = _ZUGFERD_1.get(name, name) if syntax == "zugferd1" else name
    for element in heavy:
        if (parent := element.getparent()) is not None:
            parent.remove(element)
    return syntax, root


def _invoice(root: Tree) -> Tree:
    for count, element in enumerate(root.iter(etree.Element)):
        name = etree.QName(element)
        if name.localname in KINDS:
            if KINDS[name.localname][1] in (name.namespace or "") + ":":
                return element
            break
        if count > MOST_BEFORE:
            break
    raise UnsupportedType("It is an XML file, but no invoice of a known kind.")
