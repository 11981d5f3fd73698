"""An electronic invoice as it crosses from the sandbox: what it says, and what is wrong with it."""

from dataclasses import dataclass
from typing import Any

from inference.serial import extraction_from_json, extraction_to_json
from inference.types import Extraction

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the XML itself. `code` is one of docs/findings.md, `field` a field or '' for the whole."""

    code: str
    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class EInvoice:
    """An electronic invoice: what it says, and what is wrong with it. `sha256` is of the XML alone.

    `embedded`: it lies in a PDF, whose pages are a second, independent statement. `xml` crosses beside the JSON.
    """

    extraction: Extraction
    syntax: str
    profile: str
    type_code: str
    sha256: str
    embedded: bool
    problems: tuple[Problem, ...]
    xml: bytes = b""


def to_json(found: EInvoice) -> Json:
    return {
        "extraction": extraction_to_json(found.extraction),
        "syntax": found.syntax,
        "profile": found.profile,
        "type_code": found.type_code,
        "sha256": found.sha256,
        "embedded": found.embedded,
        "problems": [[problem.code, problem.message, problem.field] for problem in found.problems],
    }


def from_json(data: Json, xml: bytes) -> EInvoice:
    """Raises KeyError, TypeError or ValueError where the shape is wrong."""
    return EInvoice(
        extraction=extraction_from_json(data["extraction"]),
        syntax=data["syntax"],
        profile=data["profile"],
        type_code=data["type_code"],
        sha256=data["sha256"],
        embedded=data["embedded"],
        problems=tuple(Problem(*problem) for problem in data["problems"]),
        xml=xml,
    )
