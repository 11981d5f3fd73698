"""Known suppliers are listed with the documents they are known by; examples are forgotten by page and by command."""

import html
import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from audit.queries import trail
from automation.documents.models import Document
from automation.errors import NotAllowed
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import LegalEntity
from automation.memory.models import Memory
from review.actions.forget import forget_examples
from tests.ingestion.mails import invoice


def enter(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def examples(entity: LegalEntity) -> list[Document]:
    """Three verified documents: two of one supplier, one of another."""
    made = []
    for number, seller in enumerate(("Kranich & Söhne GmbH", "Kranich & Söhne GmbH", "Nordwind AG"), 1):
        file = IncomingFile(entity, f"bill-{number}.pdf", invoice(number), "test")
        document = accept(file, wake=False).document
        example = {"fields": {"seller_name": seller}, "places": {"invoice_number": []}}
        Memory.objects.create(document=document, entity=entity, signs=[seller], example=example)
        made.append(document)
    return made


def known() -> set[str]:
    return set(Memory.objects.filter(forgotten_at=None).values_list("document__filename", flat=True))


def test_the_page_lists_suppliers_and_forgets_one_example_or_all(clerk: User, examples: list[Document]) -> None:
    client = enter(clerk)
    page = html.unescape(client.get("/suppliers/").content.decode())
    assert "Kranich & Söhne GmbH" in page and "Nordwind AG" in page and "bill-3.pdf" in page
    answer = client.post("/suppliers/forget/", {"document": str(examples[2].pk)}, follow=True)
    assert "1 example is forgotten." in answer.content.decode() and "Nordwind AG" not in answer.content.decode()
    client.post("/suppliers/forget/", {"document": [str(document.pk) for document in examples]})
    assert known() == set()
    events = [event for event in trail(f"document:{examples[0].pk}") if event.action == "document.forgotten"]
    assert [event.actor for event in events] == [f"user:{clerk.username}"]


def test_a_wrong_id_is_answered_in_words(clerk: User, examples: list[Document]) -> None:
    answer = enter(clerk).post("/suppliers/forget/", {"document": "bill"}, follow=True)
    assert "No such document." in answer.content.decode() and len(known()) == 3


def test_who_may_not_verify_neither_sees_nor_forgets(approver: User, examples: list[Document]) -> None:
    client = enter(approver)
    assert client.get("/suppliers/").status_code == 403
    assert client.post("/suppliers/forget/", {"document": str(examples[0].pk)}).status_code == 403
    with pytest.raises(NotAllowed):
        forget_examples([examples[0].pk], acting_user=approver)
    assert len(known()) == 3


def test_a_clerk_of_another_entity_sees_nothing(clerk: User, examples: list[Document]) -> None:
    other = LegalEntity.objects.create(name="Other Trading GmbH")
    Memory.objects.update(entity=other)
    Document.objects.filter(pk=examples[0].pk).update(entity=other)
    assert "Kranich" not in enter(clerk).get("/suppliers/").content.decode()
    with pytest.raises(NotAllowed):
        forget_examples([document.pk for document in examples], acting_user=clerk)
    assert len(known()) == 3


def test_the_command_lists_and_forgets(examples: list[Document]) -> None:
    said = io.StringIO()
    call_command("memory", "list", stdout=said)
    assert "Nordwind AG" in said.getvalue() and str(examples[0].pk) in said.getvalue()
    call_command("memory", "forget", "--supplier", "Kranich & Söhne GmbH", stdout=said)
    assert "2 forgotten" in said.getvalue() and known() == {"bill-3.pdf"}
    call_command("memory", "forget", "--document", str(examples[2].pk), stdout=said)
    assert known() == set()
    with pytest.raises(CommandError, match="Nothing is known"):
        call_command("memory", "forget", "--supplier", "Nobody")
