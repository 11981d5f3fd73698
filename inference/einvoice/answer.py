"""What an electronic invoice says as an extraction: confidence 1, each value where the page that was drawn shows it."""

import hashlib
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from inference.einvoice import arithmetic, pages, paper, schema, sheet, tree
from inference.einvoice.content import Content
from inference.einvoice.found import EInvoice, Problem
from inference.einvoice.read import content_of, invoice_xml
from inference.fields import to_text
from inference.limits import Limits
from inference.media_types import XML, sniff
from inference.types import Box, Extraction, FieldPrediction, Reading, Value

READER = "xml"
VERSION = "1"
Places = Mapping[str, tuple[int, Box]]


@cache
def digest() -> str:
    """Version and SHA-256 of this package's sources."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return f"{READER}-{VERSION}-{hashlib.sha256(b''.join(source.read_bytes() for source in sources)).hexdigest()}"


def answer(data: bytes) -> EInvoice | None:
    """The electronic invoice in a file; None where it holds none. Raises the errors of `tree.parse`."""
    began = time.perf_counter()
    xml = invoice_xml(data)
    if xml is None:
        return None
    found = time.perf_counter() - began
    if sniff(data) != XML:
        return _told(xml, *_parsed(xml), found)
    content, problems = _parsed(xml)
    return _told(xml, content, problems, found, paper.places(sheet.lay_out(content)))


def on_paper(xml: bytes, limits: Limits) -> tuple[EInvoice, Reading]:
    """What an XML file says, and its words on pages. Raises the errors of `tree.parse`, and TooManyPages."""
    content, problems = _parsed(xml)
    laid_out = pages.lay_out(content, limits)
    return _told(xml, content, problems, 0.0, paper.places(laid_out)), paper.reading(laid_out)


def _parsed(xml: bytes) -> tuple[Content, list[Problem]]:
    root = tree.parse(xml)
    broken = schema.schema_problems(root)
    content = content_of(root)
    return content, [
        *broken,
        *schema.profile_problems(content.profile),
        *content.problems,
        *arithmetic.broken_sums(content),
    ]


def _told(
    xml: bytes, content: Content, problems: list[Problem], seconds: float, places: Places | None = None
) -> EInvoice:
    """`places`: where the pages that were drawn show the values; None for an XML in a PDF, which has pages itself."""
    return EInvoice(
        extraction=_extraction(content, places or {}, {"find": _ms(seconds)}),
        syntax=content.syntax,
        profile=content.profile,
        type_code=content.type_code,
        sha256=hashlib.sha256(xml).hexdigest(),
        embedded=places is None,
        problems=tuple(problems),
        xml=xml,
    )


def _extraction(content: Content, places: Places, timings: Mapping[str, float]) -> Extraction:
    return Extraction(
        reader=READER,
        digest=digest(),
        fields=_row(content.header, "", places),
        line_items=tuple(_row(row, f"line_items.{n}.", places) for n, row in enumerate(content.lines, 1)),
        tax_lines=tuple(_row(row, f"tax_lines.{n}.", places) for n, row in enumerate(content.tax_lines, 1)),
        timings_ms=timings,
    )


def _row(values: Mapping[str, Value], prefix: str, places: Places) -> dict[str, FieldPrediction]:
    said = {}
    for name, value in values.items():
        page, box = places.get(prefix + name, (None, None))
        said[name] = FieldPrediction(name, to_text(value), value, 1.0, READER, page, box)
    return said


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
