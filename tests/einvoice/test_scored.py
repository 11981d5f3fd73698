"""`manage.py evaluate` with no option asks an electronic invoice first, as the pipeline does."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.einvoice.samples import cii_xml, page, ubl_xml, with_xml

TRUTH = {
    "invoice_number": "RE-7",
    "gross_amount": "119.00",
    "seller_iban": "DE89370400440532013000",
    "due_date": "2026-04-03",
}


@pytest.mark.parametrize(("options", "right"), [({}, 12), ({"reader": "rules"}, None)], ids=["auto", "rules"])
def test_xml_counts_unless_pages_alone_are_asked_for(
    tmp_path: Path, options: dict[str, Any], right: int | None
) -> None:
    files = {
        "one.xml": cii_xml(invoice_number="RE-7"),
        "two.xml": b"\n" + ubl_xml(invoice_number="RE-7"),
        "hybrid.pdf": with_xml(page(), cii_xml(invoice_number="RE-7")),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    truth, out = tmp_path / "truth.jsonl", tmp_path / "out.json"
    truth.write_text("\n".join(json.dumps({"file": name, "fields": TRUTH}) for name in files))
    call_command("evaluate", docs=tmp_path, truth=truth, json=out, stdout=StringIO(), **options)
    found = json.loads(out.read_text())
    hybrid = next(document for document in found["documents"] if document["file"] == "hybrid.pdf")
    if right is not None:
        assert sum(document["right"] for document in found["documents"]) == right
    else:
        assert {"field": "invoice_number", "expected": "RE-7", "got": "RE-1"} in hybrid["mistakes"]
