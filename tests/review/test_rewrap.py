"""A new master key: everything opens with it alone, and what was erased opens with nothing, backups included."""

import os
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from cryptography.exceptions import InvalidTag
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import transaction

from audit.envelope import unwrap
from audit.models import Event, SubjectKey
from audit.queries import trail
from audit.record import record
from automation.documents import storage
from automation.documents.models import Document
from automation.errors import PermanentFailure
from automation.ingestion.accept import accept
from automation.ingestion.configure import create_channel, secret_of
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import LegalEntity

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def rewrap() -> str:
    out = StringIO()
    call_command("rewrap", stdout=out)
    return out.getvalue()


@pytest.fixture
def document(entity: LegalEntity) -> Document:
    incoming = IncomingFile(entity=entity, data=b"%PDF-1.4 kept", filename="Mueller.pdf", channel="upload")
    return accept(incoming, wake=False).document


def test_everything_opens_with_the_new_key_alone(
    settings: Any, entity: LegalEntity, document: Document, clerk: User
) -> None:
    channel = create_channel(entity, "Mail", "imap", {"host": "mail.example", "user": "u"}, secret="s3", actor="user:x")
    factor = TOTP.activate(clerk, "JBSWY3DPEHPK3PXP").instance
    subject = f"document:{document.pk}"
    with transaction.atomic():
        record("document.commented", actor="user:carla", subject=subject, after={"text": "Mr Mueller called."})
    backup = bytes(SubjectKey.objects.get(subject=subject).wrapped)
    old, new = settings.MASTER_KEY, os.urandom(32).hex()
    settings.MASTER_KEY = f"{new}\n{old}"
    assert storage.load(document) == b"%PDF-1.4 kept"
    assert "documents_document: 1 wrapped anew" in rewrap()
    assert "documents_document: 0 wrapped anew" in rewrap(), "a second time there is nothing to do"

    settings.MASTER_KEY = new
    for row in (document, channel, factor):
        row.refresh_from_db()
    assert storage.load(document) == b"%PDF-1.4 kept"
    assert secret_of(channel) == "s3"
    assert decrypt(factor.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert trail(subject)[0].after == {"text": "Mr Mueller called."}
    with pytest.raises(InvalidTag):
        unwrap(backup, subject.encode())
    counted = Event.objects.filter(action="master_key.replaced").earliest("id").after
    assert isinstance(counted, dict)
    assert counted["documents_document"] == {"rewrapped": 1, "unopened": 0}


def test_what_no_master_key_opens_is_counted_and_left_alone(settings: Any, document: Document) -> None:
    settings.MASTER_KEY = os.urandom(32).hex()
    with pytest.raises(CommandError, match="keep the older keys"):
        rewrap()
    kept = bytes(document.wrapped_key)
    document.refresh_from_db()
    assert bytes(document.wrapped_key) == kept
    with pytest.raises(PermanentFailure, match="master key is another one"):
        storage.load(document)
