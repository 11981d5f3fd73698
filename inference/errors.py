"""Why a document could not be read. Every error carries a stable `code` and a message for a person.

UnreadableDocument
├── EmptyDocument       empty              nothing in the file
├── UnsupportedType     unsupported_type   no PDF, PNG, JPEG, TIFF, WebP, HEIC or XML invoice, whatever its name says
├── TooLarge            too_large          more bytes than allowed
├── Encrypted           encrypted          a password is needed
├── Damaged             damaged            truncated or broken
├── ForbiddenXml        xml_forbidden      XML with a document type: entities could read files or fill memory
├── TooDeep             xml_too_deep       XML nested deeper, or of more elements, than any invoice
├── TooManyPages        too_many_pages     more pages than allowed
├── PageTooLarge        page_too_large     a page or a picture on it has more pixels than allowed
├── NoSuchPage          no_such_page       the document has no page of that number
├── TooSlow             too_slow           reading took longer than allowed
├── TooMuchMemory       too_much_memory    reading needed more memory than allowed
└── ParserCrashed       parser_crashed     the reading process died; the only one worth a second try
"""

from typing import ClassVar


class UnreadableDocument(Exception):
    """A document that cannot be read. The message says what, why and what to do."""

    code: ClassVar[str] = "unreadable"
    retryable: ClassVar[bool] = False
    what: ClassVar[str] = "The document could not be read."
    remedy: ClassVar[str] = "Ask the sender for another copy as PDF."

    def __init__(self, why: str = "") -> None:
        self.why = why
        super().__init__(" ".join(part for part in (self.what, why, self.remedy) if part))


class EmptyDocument(UnreadableDocument):
    code = "empty"
    what = "The file is empty."
    remedy = "It was probably cut off on its way; send it again."


class UnsupportedType(UnreadableDocument):
    code = "unsupported_type"
    what = "This kind of file cannot be read."
    remedy = "Send the invoice as PDF, PNG, JPEG, TIFF, WebP, HEIC, or as XML (UBL or CII)."


class TooLarge(UnreadableDocument):
    code = "too_large"
    what = "The file is too large."
    remedy = "Send a smaller file, for example scanned at 300 dpi."


class Encrypted(UnreadableDocument):
    code = "encrypted"
    what = "The PDF is protected by a password."
    remedy = "Remove the protection, or ask the sender for an open copy."


class Damaged(UnreadableDocument):
    code = "damaged"
    what = "The file is damaged."
    remedy = "Ask the sender to send it again."


class ForbiddenXml(UnreadableDocument):
    code = "xml_forbidden"
    what = "The XML declares a document type (DOCTYPE), which electronic invoices never do."
    remedy = "It was not read: such declarations can be used to attack. Ask the sender for it without one."


class TooDeep(UnreadableDocument):
    code = "xml_too_deep"
    what = "The XML is nested more deeply, or has more elements, than any invoice."
    remedy = "Ask the sender for a valid electronic invoice."


class TooManyPages(UnreadableDocument):
    code = "too_many_pages"
    what = "The document has too many pages."
    remedy = "Split it and send each invoice as its own file."


class PageTooLarge(UnreadableDocument):
    code = "page_too_large"
    what = "A page of the document is too large."
    remedy = "Send it in a lower resolution, for example scanned at 300 dpi."


class NoSuchPage(UnreadableDocument):
    code = "no_such_page"
    what = "The document has no such page."
    remedy = ""


class TooSlow(UnreadableDocument):
    code = "too_slow"
    what = "Reading the document took too long and was stopped."
    remedy = "Ask the sender for a simpler copy, for example printed to a new PDF."


class TooMuchMemory(UnreadableDocument):
    code = "too_much_memory"
    what = "Reading the document needed too much memory and was stopped."
    remedy = "Ask the sender for a simpler copy, for example printed to a new PDF."


class ParserCrashed(UnreadableDocument):
    code = "parser_crashed"
    retryable = True
    what = "The program that reads documents stopped unexpectedly on this file."
    remedy = "Ask the sender for another copy, for example printed to a new PDF."


BY_CODE: dict[str, type[UnreadableDocument]] = {
    error.code: error for error in (UnreadableDocument, *UnreadableDocument.__subclasses__())
}
