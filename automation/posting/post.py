"""Step: post the approved document to each configured system, once.

    intended ──> posted        the receiver confirmed it
        │  └───> refused       the receiver said no: nothing happened there
        └──────> unknown       no answer came; the receiver is asked before anything is sent again

The intents, one row per adapter with its own key, are committed before anything is sent. A step that runs again finds
them and asks each receiver for its key first: found is posted, not found is sent again with the same key, and a
receiver that cannot tell leaves the document to a person. Adapters are called outside any transaction.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.record import record
from automation import breakers
from automation.documents.models import Document, State
from automation.documents.states import move
from automation.errors import Conflict, CountersignError
from automation.posting.adapters import adapter_named
from automation.posting.adapters.base import Adapter, CannotTell
from automation.posting.models import Outcome, Posting
from automation.posting.payload import Payload, payload_of
from automation.workflow.crash_points import crash_point
from automation.workflow.results import Context, Done


def run(context: Context) -> Done:
    """Output: {"posting": id of the first, "reference": its reference, "references": adapter to reference}."""
    document = Document.objects.select_related("entity").get(pk=context.input["document"])
    if not _is_approved(context, document):
        raise Conflict(f"Only an approved document is posted; this one is {document.get_state_display().lower()}.")
    postings, fresh = _intents(context, document)
    crash_point("posting_intended")
    for posting in postings:
        _settle(posting, ask_first=not fresh)
    references = {posting.adapter: posting.reference for posting in postings}
    output = {"posting": postings[0].pk, "reference": postings[0].reference, "references": references}
    return Done(output, lambda: _posted(document, references))


def _is_approved(context: Context, document: Document) -> bool:
    """Also a document whose posting failed and is tried again by an operator: the approval in this run still holds."""
    if document.state == State.FAILED:
        return context.outputs.get("approve", {}).get("outcome") == "approved"
    return document.state == State.APPROVED


def _intents(context: Context, document: Document) -> tuple[list[Posting], bool]:
    """This step's outbox rows, and whether they were written just now. What was once intended is never rewritten."""
    with transaction.atomic():
        Document.objects.select_for_update(no_key=True).get(pk=document.pk)
        move(document.pk, State.APPROVED)
        known = list(Posting.objects.filter(key__startswith=f"{context.key}:").order_by("id"))
        if known:
            return known, False
        payload = payload_of(document).to_json()
        postings = Posting.objects.bulk_create(
            Posting(document=document, key=f"{context.key}:{adapter}", adapter=adapter, payload=payload)
            for adapter in settings.POSTING_ADAPTERS
        )
        record(
            "document.posting_started",
            actor="system:workflow",
            subject=f"document:{document.pk}",
            after={"keys": [posting.key for posting in postings]},
        )
    return postings, True


def _settle(posting: Posting, *, ask_first: bool) -> None:
    """Bring one posting to `posted`, or raise with the row saying why not."""
    if posting.outcome == Outcome.POSTED:
        return
    adapter = adapter_named(posting.adapter)
    try:
        reference = _delivered(adapter, posting, ask_first=ask_first)
    except breakers.NotCalled:
        raise  # nothing was sent: what is known of the posting stays as it is
    except CountersignError as error:
        unanswered = error.retryable or isinstance(error, CannotTell)
        _store(posting, Outcome.UNKNOWN if unanswered else Outcome.REFUSED, detail=error.message)
        raise
    crash_point("posting_delivered")
    _store(posting, Outcome.POSTED, reference=reference)


def _delivered(adapter: Adapter, posting: Posting, *, ask_first: bool) -> str:
    breaker = f"posting:{posting.adapter}"
    found = breakers.call(breaker, adapter.lookup, posting.key) if ask_first else None
    if found is not None:
        return found
    return breakers.call(breaker, adapter.deliver, posting.key, Payload.from_json(posting.payload))


def _store(posting: Posting, outcome: Outcome, *, reference: str = "", detail: str = "") -> None:
    """Keep what became of it, unless another worker has it confirmed; the audit log hears of a new bad outcome."""
    news = outcome != posting.outcome
    settled_at = None if outcome == Outcome.UNKNOWN else timezone.now()
    open_one = Posting.objects.filter(pk=posting.pk).exclude(outcome=Outcome.POSTED)
    with transaction.atomic():
        stored = open_one.update(outcome=outcome, reference=reference, detail=detail, settled_at=settled_at)
        if stored and news and outcome != Outcome.POSTED:
            record(
                "document.posting_unknown" if outcome == Outcome.UNKNOWN else "document.posting_failed",
                actor="system:workflow",
                subject=f"document:{posting.document_id}",
                after={"key": posting.key, "adapter": posting.adapter},
                because=detail,
            )
    posting.refresh_from_db()


def _posted(document: Document, references: dict[str, str]) -> None:
    move(document.pk, State.POSTED)
    record(
        "document.posted",
        actor="system:workflow",
        subject=f"document:{document.pk}",
        before={"state": State.APPROVED.value},
        after={"state": State.POSTED.value, "references": references},
    )
