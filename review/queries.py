"""What a person sees of one document. Every function asks a constant number of queries (see the tests)."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.http import Http404

from audit import queries as audit_queries
from audit.models import Event
from audit.record import subject_of
from automation.checks.models import CheckRound, Finding
from automation.documents.models import Document, FieldValue, Page, State
from automation.documents.values import current_values
from automation.ledger.models import Invoice
from automation.policy.body import Body
from automation.policy.models import TriageDecision
from automation.workflow.models import Run
from inference.splitting.titles import PAPERS
from review import access
from review.doubts import doubts, policy_of
from review.four_eyes import PAYMENT_GATES, RIGHT, open_holds, standing, task_of
from review.models import Comment, Correction, Decision, Gate, Hold, Letter, Limit, Preference, Task
from review.queue import TABS, Counts, Filters, QueuePage, Row, counts, following, queue, waiting

__all__ = [
    "TABS",
    "Counts",
    "Filters",
    "QueuePage",
    "Row",
    "counts",
    "document_view",
    "following",
    "names_of",
    "newest_findings",
    "pages_of",
    "queue",
    "visible_document",
    "waiting",
    "words_of_page",
]


STOPPED = frozenset({State.FAILED, State.QUARANTINED, State.REJECTED, State.SPLIT, State.ATTACHED})


@dataclass(frozen=True, slots=True)
class Allowed:
    """What this person may do with it now. `why_not_approve`: four eyes, a limit. `on_behalf_of`: for whom."""

    correct: bool
    verify: bool
    approve: bool
    reject: bool
    comment: bool
    hold: bool
    why_not_approve: str | None
    on_behalf_of: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentView:
    """Everything the document's screen shows, newest first where it is a list of events.

    `values`: the current value of each field and table by name. `doubts`: for each doubtful field the reasons in words,
    in the order of the form. `policy`: the one that routed it, or the newest. `task`: the open one that counts for the
    person. `approvals`: by gate who approved it there, None where it waits for somebody. `stopped_at`: the step at
    which its run stands, of a document that goes no further; else "".
    """

    document: Document
    invoice: Invoice | None
    values: Mapping[str, FieldValue]
    doubts: Mapping[str, list[str]]
    findings: list[Finding]
    triage: TriageDecision | None
    policy: Body
    task: Task | None
    approvals: Mapping[Gate, User | None]
    corrections: list[Correction]
    comments: list[Comment]
    letters: list[Letter]
    holds: list[Hold]
    trail: list[Event]
    stopped_at: str
    allowed: Allowed


def visible_document(user: access.Person, document_id: uuid.UUID) -> Document:
    """The document with its entity. Raises Http404 for what the person may not see, as for what does not exist."""
    visible = Document.objects.filter(entity__in=access.allowed_entities(user, access.VIEW))
    document = visible.select_related("entity", "invoice", "uploaded_by").filter(pk=document_id).first()
    if document is None:
        raise Http404("There is no such document, or none that you may see.")
    return document


def words_of_page(document: Document, number: int) -> list[list[object]]:
    """The words of a page as its newest reading has them: [text, x0, y0, x1, y1, confidence] each; none for no page."""
    page = Page.objects.filter(reading__document=document, number=number).order_by("-reading_id").first()
    return page.words if page is not None else []


def names_of(usernames: Iterable[str]) -> Mapping[str, str]:
    """Username to full name, for those who have one."""
    people = User.objects.filter(username__in=set(usernames)).only("username", "first_name", "last_name")
    return {person.username: person.get_full_name() for person in people}


def pages_of(document: Document) -> list[Page]:
    """The pages of the newest reading in order, without their words; none before the document was read."""
    newest = Page.objects.filter(reading__document=document).order_by("-reading_id").values("reading_id")[:1]
    return list(Page.objects.filter(reading_id__in=newest).order_by("number").defer("words"))


def document_view(user: User, document_id: uuid.UUID) -> DocumentView:
    """All of one document. Raises Http404 as `visible_document`."""
    document = visible_document(user, document_id)
    values = current_values(document.pk)
    prefetch_related_objects(list(values.values()), Prefetch("entered_by", User.objects.only("username")))
    findings = newest_findings(document)
    policy = policy_of(document.pk)
    open_ones = Task.objects.filter(document=document, closed_at=None).select_related("leased_by", "assigned_to")
    tasks = list(open_ones.order_by("gate"))
    task = task_of(document, user, tasks)
    approvals = _approvals(document, tasks)
    return DocumentView(
        document=document,
        invoice=getattr(document, "invoice", None),
        values=values,
        doubts=doubts(values, findings, policy),
        findings=findings,
        triage=TriageDecision.objects.filter(document=document).select_related("policy").order_by("-pk").first(),
        policy=policy,
        task=task,
        approvals=approvals,
        corrections=list(
            Correction.objects.filter(document=document).select_related("before", "after", "by").order_by("-pk")
        ),
        holds=open_holds(document),
        letters=list(Letter.objects.filter(document=document).exclude(kind=Letter.Kind.REMINDER).select_related("by")),
        comments=list(Comment.objects.filter(document=document).select_related("by").order_by("-pk")),
        trail=audit_queries.trail(subject_of(document)),
        stopped_at=_stopped_at(document),
        allowed=_allowed(user, document, task, approvals),
    )


def similar(document: Document, first: Sequence[str]) -> list[Document]:
    """Other documents of the entity that it may repeat, at most eight: those named, of its number, of its supplier."""
    invoice = getattr(document, "invoice", None)
    alike = Q(pk__in=first)
    if invoice is not None and invoice.normal_number:
        alike |= Q(invoice__normal_number=invoice.normal_number)
    if invoice is not None and invoice.supplier_id:
        alike |= Q(invoice__supplier=invoice.supplier_id)
    others = Document.objects.filter(alike, entity=document.entity_id).exclude(pk=document.pk)
    found = list(others.select_related("invoice").order_by("-pk")[:30])
    number = _number(document)
    return sorted(found, key=lambda d: (str(d.pk) not in first, _number(d) != number))[:8]


def _number(document: Document) -> str:
    invoice = getattr(document, "invoice", None)
    return invoice.normal_number if invoice is not None else ""


def colleagues(document: Document) -> list[User]:
    """Who may see the document and can be told of it."""
    people = User.objects.filter(access.holding(access.VIEW, document.entity_id), is_active=True).only(
        "username", "first_name", "last_name"
    )
    return list(people.distinct().order_by("username")[:200])


def files_of(letter: Letter, document: Document) -> list[Document]:
    """What came with the mail that answered, as documents of their own; one query, and none for what is no answer."""
    if letter.mail_id is None:
        return []
    return list(Document.objects.filter(arrivals__mail=letter.mail_id, entity=document.entity_id).distinct())


def belonging(document: Document) -> list[tuple[Document, str]]:
    """What is attached to it, terms and delivery notes, each with what it is, '' where nobody said so."""
    return [
        (one, PAPERS.get((one.division or {}).get("paper", ""), ""))
        for one in Document.objects.filter(attached_to=document).order_by("pk")
    ]


def papers(document: Document) -> list[tuple[int, str]]:
    """Its pages that only belong to it, each with what it is."""
    division = document.division or {}
    named = zip(division.get("attachments", ()), division.get("papers", ()), strict=False)
    return [(page, PAPERS[paper]) for page, paper in named]


def cost_centres(document: Document) -> list[str]:
    """Those that the supplier's last invoices were booked on, and those that people have limits for at the entity."""
    limits = Limit.objects.filter(Q(entity=None) | Q(entity=document.entity_id)).exclude(cost_centre="")
    known = limits.values_list("cost_centre", flat=True)
    invoice = getattr(document, "invoice", None)
    if invoice is not None and invoice.supplier_id:
        own = Invoice.objects.filter(supplier=invoice.supplier_id).order_by("-pk")[:50]
        known = known.union(Invoice.objects.filter(pk__in=own.values("pk")).values_list("cost_centre", flat=True))
    return sorted({one for one in known if one})


def keys_of(user: User) -> str:
    """The keys that the person bound anew, as JSON."""
    return json.dumps(Preference.objects.filter(person=user).values_list("keys", flat=True).first() or {})


def newest_findings(document: Document) -> list[Finding]:
    """What the newest round of checks found, the gravest first."""
    newest = CheckRound.objects.filter(document=document).order_by("-pk").values("pk")[:1]
    ranks = {"blocks": 0, "warning": 1, "info": 2}
    return sorted(Finding.objects.filter(round__in=newest).order_by("pk"), key=lambda f: ranks[f.severity])


def _stopped_at(document: Document) -> str:
    if document.state not in STOPPED or document.run_id is None:
        return ""
    return Run.objects.values_list("step", flat=True).get(pk=document.run_id)


def _approvals(document: Document, tasks: Sequence[Task]) -> Mapping[Gate, User | None]:
    standing_ones = Decision.objects.filter(
        document=document, gate__in=PAYMENT_GATES, verdict="approved", reversal=None
    ).select_related("by")
    given: dict[Gate, User | None] = {Gate(decision.gate): decision.by for decision in standing_ones.order_by("pk")}
    asked: dict[Gate, User | None] = {Gate(task.gate): None for task in tasks if task.gate in PAYMENT_GATES}
    both = given | asked
    return {gate: both[gate] for gate in PAYMENT_GATES if gate in both}


def _allowed(user: User, document: Document, task: Task | None, approvals: Mapping[Gate, User | None]) -> Allowed:
    may_verify = access.may(user, access.VERIFY, document.entity_id)
    gate = Gate(task.gate) if task is not None else None
    verifying = gate == Gate.VERIFY and document.state == State.TO_VERIFY
    approving = gate in PAYMENT_GATES and document.state == State.TO_APPROVE
    may_approve = gate is not None and approving and access.may(user, RIGHT[gate], document.entity_id)
    stands = standing(document, gate, user) if gate is not None and may_approve else None
    works = any(access.may(user, right, document.entity_id) for right in RIGHT.values())
    return Allowed(
        correct=may_verify and (verifying or (approving and Gate.APPROVE in approvals and not any(approvals.values()))),
        verify=may_verify and verifying,
        approve=stands is not None and stands.why_not is None,
        reject=(may_verify and verifying) or may_approve,
        comment=works,
        hold=works and (verifying or approving),
        why_not_approve=stands.why_not if stands is not None else None,
        on_behalf_of=stands.on_behalf_of if stands is not None else None,
    )
