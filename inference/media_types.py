"""What a file is, judged by its first bytes; names and declared types are not believed."""

from inference.einvoice import markup
from inference.errors import EmptyDocument, ForbiddenXml, UnsupportedType

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
WEBP = "image/webp"
HEIC = "image/heic"
XML = "application/xml"

_READABLE = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
_REFUSED = (
    (b"PK\x03\x04", "It is a ZIP archive or an Office document."),
    (b"PK\x05\x06", "It is an empty ZIP archive."),
    (b"\xd0\xcf\x11\xe0", "It is an old Office document."),
    (b"\x1f\x8b", "It is a gzip archive."),
    (b"7z\xbc\xaf\x27\x1c", "It is a 7z archive."),
    (b"Rar!", "It is a RAR archive."),
    (b"{\\rtf", "It is an RTF document."),
    (b"MZ", "It is a Windows program."),
    (b"\x7fELF", "It is a program."),
    (b"%!PS", "It is a PostScript file."),
    (b"GIF8", "It is a GIF picture."),
    (b"BM", "It is a BMP picture."),
)
_PDF_HEADER_WITHIN = 1024  # ISO 32000-1, annex H.3, note 13


def sniff(data: bytes) -> str:
    """The media type of a readable file. Raises EmptyDocument or UnsupportedType, saying what it seems to be."""
    if not data.strip(b"\0 \t\r\n"):
        raise EmptyDocument()
    for magic, media_type in _READABLE:
        if data.startswith(magic):
            return media_type
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return HEIC
    for magic, description in _REFUSED:
        if data.startswith(magic):
            raise UnsupportedType(description)
    head = data[:_PDF_HEADER_WITHIN]
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        raise UnsupportedType("It is a web page.")
    if markup.root_name(data):
        return _invoice(data)
    if b"%PDF-" in head:
        return PDF
    if _is_text(head):
        raise UnsupportedType("It is plain text.")
    raise UnsupportedType("Its first bytes are of no known format.")


def _invoice(data: bytes) -> str:
    name = markup.root_name(data)
    if name == markup.DOCTYPE:
        raise ForbiddenXml()
    if markup.is_invoice(data):
        return XML
    raise UnsupportedType(f"It is an XML file, but no invoice of a known kind: its root element is <{name}>.")


def _is_text(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
