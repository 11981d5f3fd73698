"""What an XML file seems to be, judged by its first characters. Nothing is parsed here."""

import re

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


def root_name(data: bytes) -> str:
    """The name of the root element, judged by the first bytes alone; '' where they are no XML."""
    match = _START.match(rest := after_prolog(data[:65536]))
    if match is None and rest[:9].upper() == "<!DOCTYPE":
        return DOCTYPE
    return match.group(1) if match else ""


def is_invoice(data: bytes) -> bool:
    """Whether the file begins like an invoice that `parse` takes."""
    name, head = root_name(data), _text(data[:65536])
    return (name in KINDS and KINDS[name][1] in head) or (name == ENVELOPE and "<" in head)


def after_prolog(data: bytes) -> str:
    """What follows comments and instructions: the root element, or a document type."""
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
