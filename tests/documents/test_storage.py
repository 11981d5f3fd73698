import hashlib
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from automation.documents import storage
from automation.documents.models import Document, FieldValue
from automation.errors import PermanentFailure
from automation.ledger.models import LegalEntity
from tests.factories import make_document

DATA = b"%PDF-1.7 the plain words of an invoice" * 20


def document_of(stored: storage.StoredBytes) -> Document:
    return Document(sha256=stored.sha256, storage_name=stored.storage_name, wrapped_key=stored.wrapped_key)


@given(st.binary(max_size=4096))
def test_what_is_stored_comes_back(data: bytes) -> None:
    stored = storage.store(data)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert storage.load(document_of(stored)) == data
    storage.discard(stored)


def test_nothing_plain_is_on_disk_and_equal_bytes_do_not_look_equal(tmp_path: Path) -> None:
    first, second = storage.store(DATA), storage.store(DATA)
    assert first.sha256 == second.sha256
    assert first.storage_name != second.storage_name
    kept = [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
    assert len(kept) == 2
    for path in kept:
        content = path.read_bytes()
        assert b"plain words" not in content
        assert path.name == hashlib.sha256(content).hexdigest()


def _replace(name: str, content: bytes) -> None:
    storages["documents"].delete(name)
    storages["documents"].save(name, ContentFile(content))


@pytest.mark.parametrize("change", ["flip", "cut", "swap", "empty"])
def test_changed_bytes_are_noticed(change: str) -> None:
    stored, other = storage.store(DATA), storage.store(DATA)
    with storages["documents"].open(stored.storage_name) as file:
        sealed = bytearray(file.read())
    if change == "flip":
        sealed[len(sealed) // 2] ^= 1
    elif change == "cut":
        del sealed[-1]
    elif change == "swap":
        with storages["documents"].open(other.storage_name) as file:
            sealed = bytearray(file.read())
    else:
        sealed.clear()
    _replace(stored.storage_name, bytes(sealed))
    with pytest.raises(PermanentFailure, match="changed or damaged") as caught:
        storage.load(document_of(stored))
    assert caught.value.code == "document_tampered"


def test_missing_bytes_and_a_foreign_master_key_say_what_is_wrong(settings: pytest.FixtureRequest) -> None:
    stored = storage.store(DATA)
    settings.MASTER_KEY = "00" * 32  # type: ignore[attr-defined]
    with pytest.raises(PermanentFailure, match="master key is another one") as caught:
        storage.load(document_of(stored))
    assert caught.value.code == "document_key_unusable"
    storage.discard(stored)
    with pytest.raises(PermanentFailure, match="missing") as caught:
        storage.load(document_of(stored))
    assert caught.value.code == "document_missing"


@pytest.mark.parametrize("column", ["sha256", "storage_name", "wrapped_key", "size"])
def test_the_database_refuses_other_bytes_for_a_document(entity: LegalEntity, column: str) -> None:
    document = make_document(entity)
    value: object = 7 if column == "size" else b"x" if column == "wrapped_key" else "x"
    with pytest.raises(ProgrammingError, match="kept as they were received"), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**{column: value})
    Document.objects.filter(pk=document.pk).update(filename="renamed.pdf")


@pytest.mark.parametrize("table", ["reading", "page", "extraction", "fieldvalue"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_read_cannot_be_rewritten(entity: LegalEntity, table: str, statement: str) -> None:
    make_document(entity)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(f"documents_{table}"))
    assert FieldValue.objects.exists()
