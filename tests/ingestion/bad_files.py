"""Files that must not get through, and what is said of each."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.inference import documents as made

GOOD = made.pdf(made.lines("Invoice 4711", "Date 2026-11-03", "Total EUR 119.00"))


class Bad(NamedTuple):
    """`refused` at the door, or else quarantined as a document; `says` is part of the message."""

    data: bytes
    code: str
    says: str
    refused: bool
    status: int = 202


BAD: Mapping[str, Bad] = {
    "empty.pdf": Bad(b"", "empty", "file is empty", True, 422),
    "text.pdf": Bad(b"Dear all, the invoice is attached.", "unsupported_type", "plain text", True, 415),
    "page.html": Bad(b"<!DOCTYPE html><title>Invoice</title>", "unsupported_type", "web page", True, 415),
    "many.zip": Bad(made.zipped(), "unsupported_type", "ZIP archive", True, 415),
    "truncated.pdf": Bad(GOOD[: len(GOOD) // 2], "damaged", "damaged", False),
    "password.pdf": Bad(made.encrypted(), "encrypted", "password", False),
    "pages.pdf": Bad(made.pdf(made.lines("x"), pages=2000), "too_many_pages", "too many pages", False),
    "pixels.pdf": Bad(made.huge_picture(), "page_too_large", "too large", False),
}


def write_all(folder: Path) -> list[Path]:
    """The bad files, a file of 200 MB, and last a good one."""
    paths = []
    for name, bad in BAD.items():
        paths.append(folder / name)
        paths[-1].write_bytes(bad.data)
    paths.append(folder / "huge.pdf")
    with paths[-1].open("wb") as file:
        file.write(GOOD)
        file.truncate(200 * 2**20)
    paths.append(folder / "good.pdf")
    paths[-1].write_bytes(GOOD)
    return paths
