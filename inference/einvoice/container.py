"""The invoice inside a PDF (ISO 32000-2, 7.11.4 and 14.13): embedded files by name, and associated files."""

import io
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pikepdf

from inference.einvoice.markup import is_invoice
from inference.errors import TooLarge

LARGEST = 50 * 2**20
MOST_FILES = 500
NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")  # FNFE/FeRD: Factur-X 1.0 and ZUGFeRD 1.0 to 2.x


def embedded_invoice(data: bytes) -> bytes | None:
    """The first XML in a PDF that is an invoice, those with a standard's file name before others; None without one."""
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            found = [(name, content) for name, content in _files(document) if is_invoice(content)]
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError):
        return None  # the reader of pages says what is wrong with the file
    ranked = sorted(found, key=lambda file: file[0].casefold() not in NAMES)
    return ranked[0][1] if ranked else None


def _files(document: pikepdf.Pdf) -> Iterator[tuple[str, bytes]]:
    seen: set[tuple[int, int]] = set()
    for count, specification in enumerate(_specifications(document)):
        if count >= MOST_FILES:
            return
        files = specification.get("/EF")
        if not isinstance(files, pikepdf.Dictionary):
            continue
        stream = next((files[key] for key in ("/UF", "/F") if key in files), None)
        if not isinstance(stream, pikepdf.Stream) or stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        name = str(specification.get("/UF", specification.get("/F", "")))
        if _may_be_xml(name, specification, stream):
            content = _content(stream)
            if len(content) <= LARGEST:
                yield name, content
            elif is_invoice(content):
                raise TooLarge(f"The invoice in the PDF is larger than {LARGEST // 2**20} MB.")


def _content(stream: pikepdf.Stream) -> bytes:
    """The file's bytes; of one that is too large the beginning, unpacked no further."""
    if stream.get("/Filter") == pikepdf.Name.FlateDecode and "/DecodeParms" not in stream:
        with suppress(zlib.error):  # what is damaged, pikepdf may still mend
            return zlib.decompressobj().decompress(stream.read_raw_bytes(), LARGEST + 1)
    return stream.read_bytes()


def _may_be_xml(name: str, specification: pikepdf.Object, stream: pikepdf.Stream) -> bool:
    kind = str(stream.get("/Subtype", ""))
    return name.casefold().endswith(".xml") or "xml" in kind.casefold() or "." not in name


def _specifications(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Of the name tree, then of the catalogue's and the pages' /AF arrays."""
    root = document.Root
    names = root.get("/Names")
    tree = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    if isinstance(tree, pikepdf.Dictionary):
        yield from (value for value in pikepdf.NameTree(tree).values() if isinstance(value, pikepdf.Dictionary))
    for holder in (root, *(page.obj for page in document.pages)):
        associated = holder.get("/AF")
        for item in associated if isinstance(associated, pikepdf.Array) else ():
            if isinstance(item, pikepdf.Dictionary):
                yield item
