"""UBL 2.1 files (EN 16931), one per invoice."""

from pathlib import Path

from automation.einvoice.export import invoice_of
from automation.einvoice.ubl import write
from automation.einvoice.validation import schema_errors
from automation.errors import Invalid
from automation.posting.adapters.files import KeyedFolder
from automation.posting.payload import Payload


class UblFiles:
    def __init__(self, folder: Path) -> None:
        self.files = KeyedFolder(folder, ".xml")

    def deliver(self, key: str, payload: Payload) -> str:
        """Refuses (Invalid) what does not make a UBL document that its schema accepts."""
        xml = render(payload)
        if errors := schema_errors(xml):
            raise Invalid(f"The UBL document breaks its schema: {errors[0]}", code="ubl_invalid")
        return self.files.put(key, xml)

    def lookup(self, key: str) -> str | None:
        return self.files.find(key)


def render(payload: Payload) -> bytes:
    return write(invoice_of(payload))
