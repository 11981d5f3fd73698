"""Fifty invoices from bytes to the ERP while workers are killed with -9: every one arrives, each is posted once."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.contrib.auth.models import User
from django.db.models import Count

from audit.models import Event
from automation.documents.models import Document, State
from automation.ingestion.accept import accept
from automation.ingestion.incoming import IncomingFile
from automation.ledger.models import LegalEntity
from automation.policy.publish import FIRST, publish
from automation.posting.models import Outcome, Posting
from review.actions.approve import approve_many
from review.demo.draw import draw
from review.demo.invoices import SAMPLES, Invoice, Line
from tests.servers import Workers, wait_until

COUNT = 50
PATTERN = next(sample for sample in SAMPLES if sample.file == "alpenwerk-88213.pdf")


def invoice(n: int) -> Invoice:
    """Alike only in their layout: no two could be taken for duplicates."""
    line = Line(f"Werkstück {n}", Decimal(n + 1), "Stk", Decimal("19.50"), Decimal("8.1"))
    return replace(PATTERN, number=f"{77000 + 137 * n}", issued=PATTERN.issued - timedelta(days=n), lines=(line,))


def in_state(state: State) -> int:
    return Document.objects.filter(state=state).count()


def test_fifty_invoices_survive_killed_workers(
    worker: Workers, entity: LegalEntity, approver: User, tmp_path: Path
) -> None:
    publish({**FIRST, "minimum_confidence": "0.00", "highest_silent_severity": "warning"}, acting_user=None)
    for n in range(COUNT):
        accept(IncomingFile(entity, f"{n}.pdf", draw(invoice(n)), channel="folder"), wake=n % 2 == 0)

    first = worker.start()
    wait_until(lambda: in_state(State.RECEIVED) <= COUNT - 10, seconds=120)
    worker.kill(first)
    assert in_state(State.RECEIVED) > 0, "killed too late to prove anything about reading"

    second = worker.start()
    wait_until(lambda: in_state(State.RECEIVED) == 0, seconds=120)
    waiting = Document.objects.filter(state=State.TO_APPROVE)
    wait_until(lambda: waiting.exclude(tasks=None).count() == COUNT, seconds=120)
    approved = approve_many(list(waiting.values_list("pk", "version")), acting_user=approver)
    assert [one.problem for one in approved if one.decision is None] == []
    wait_until(lambda: in_state(State.POSTED) >= 5, seconds=120)
    worker.kill(second)
    assert in_state(State.POSTED) < COUNT, "killed too late to prove anything about posting"

    worker.start()
    wait_until(lambda: in_state(State.POSTED) == COUNT, seconds=120)
    per_document = Posting.objects.values("document").annotate(n=Count("pk")).values_list("n", flat=True)
    assert set(per_document) == {2}, "one posting to each of the two adapters"
    assert set(Posting.objects.values_list("outcome", flat=True)) == {Outcome.POSTED}
    files = Counter(path.suffix for path in (tmp_path / "posted").rglob("[!.]*") if path.is_file())
    assert files == {".xml": COUNT, ".csv": COUNT}
    told = Counter(Event.objects.filter(action="document.posted").values_list("subject", flat=True))
    assert set(told.values()) == {1}
    assert len(told) == COUNT
