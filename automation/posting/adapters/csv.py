"""CSV files, one per invoice: a row per line item, each with the header's columns before its own (RFC 4180, UTF-8)."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from automation.posting.adapters.files import KeyedFolder
from automation.posting.payload import Payload
from inference.fields import FORM, LINE_CELLS

HEADER = tuple(FORM)
CELLS = tuple(LINE_CELLS)
COLUMNS = ("document", "entity", *HEADER, *(f"line_{cell}" for cell in CELLS))

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class CsvFiles:
    def __init__(self, folder: Path) -> None:
        self.files = KeyedFolder(folder, ".csv")

    def deliver(self, key: str, payload: Payload) -> str:
        return self.files.put(key, render(payload))

    def lookup(self, key: str) -> str | None:
        return self.files.find(key)


def render(payload: Payload) -> bytes:
    """An invoice without lines has one row, its line columns empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(payload))
    return text.getvalue().encode()


def _rows(payload: Payload) -> Iterator[list[str]]:
    header = [payload.document, payload.entity["name"], *(payload.fields.get(name, "") for name in HEADER)]
    for line in payload.lines or ({},):
        yield [harmless(cell) for cell in [*header, *(line.get(name, "") for name in CELLS)]]


def harmless(cell: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay as they are."""
    if _NUMBER.fullmatch(cell) or not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return cell
    return f"'{cell}"
