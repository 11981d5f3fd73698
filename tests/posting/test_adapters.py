"""Files are complete or absent, written once per key, and harmless in a spreadsheet."""

import csv
import io
import os
import signal
from pathlib import Path

import pytest
from django.core import checks
from hypothesis import given
from hypothesis import strategies as st

from automation.einvoice.validation import broken_rules, schema_errors
from automation.errors import Invalid, TemporaryFailure
from automation.ledger.models import LegalEntity
from automation.posting.adapters import csv as csv_files
from automation.posting.adapters import ubl as ubl_files
from automation.posting.adapters.csv import CsvFiles, harmless
from automation.posting.adapters.files import KeyedFolder
from automation.posting.payload import Payload, payload_of
from tests.factories import CLEAN, make_document


def payload(**fields: str) -> Payload:
    ours = {"name": "Example Trading GmbH", "country": "DE", "vat_id": "DE136695976", "currency": "EUR"}
    return Payload("d", "invoice.pdf", ours, {**CLEAN, **fields}, (), ())


def test_the_same_key_is_applied_once(tmp_path: Path) -> None:
    files = KeyedFolder(tmp_path / "new", ".xml")
    assert files.find("run:post:ubl") is None
    assert files.put("run:post:ubl", b"first") == files.put("run:post:ubl", b"second") == files.find("run:post:ubl")
    assert [path.read_bytes() for path in files.folder.iterdir()] == [b"first"]


def test_a_writer_that_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    files = KeyedFolder(tmp_path, ".xml")
    writer = os.fork()
    if not writer:
        os.link = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
        files.put("run:post:ubl", b"whole")
    assert os.waitpid(writer, 0)[1] == signal.SIGKILL
    assert list(tmp_path.iterdir()) == []
    assert files.put("run:post:ubl", b"whole") == "run.post.ubl.xml"


@pytest.mark.parametrize("key", ["../up", "a/b", "", ".", "a\n", "x" * 201])
def test_a_key_cannot_leave_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(Invalid):
        KeyedFolder(tmp_path, ".xml").put(key, b"")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TemporaryFailure):
        CsvFiles(tmp_path / "file").deliver("key", payload())


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = harmless(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "+", "@", "\t", "\r", "\n"))
    assert not cell.startswith("-") or float(cell) <= 0


def test_amounts_stay_numbers_and_texts_are_neutralised() -> None:
    text = csv_files.render(payload(gross_amount="-119.00", seller_name="=HYPERLINK(1)")).decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["gross_amount"], row["seller_name"]) == ("-119.00", "'=HYPERLINK(1)")


def test_a_document_makes_ubl_that_holds(entity: LegalEntity) -> None:
    xml = ubl_files.render(payload_of(make_document(entity)))
    assert schema_errors(xml) == []
    assert broken_rules(xml) == []


def test_a_stored_payload_reads_back_as_it_was(entity: LegalEntity) -> None:
    sent = payload_of(make_document(entity))
    assert Payload.from_json(sent.to_json()) == sent


@pytest.mark.parametrize("names", [[], ["ubl", "ubl"], ["sap"]])
def test_a_wrong_list_of_adapters_fails_at_start(settings: pytest.FixtureRequest, names: list[str]) -> None:
    settings.POSTING_ADAPTERS = names  # type: ignore[attr-defined]
    assert "posting.E001" in {message.id for message in checks.run_checks(tags=["countersign"])}
