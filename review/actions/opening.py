"""What every action on a document begins with: take the locks, see that nothing changed, find the open task."""

import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from audit.record import record, subject_of
from automation.documents.models import Document, State
from automation.errors import Conflict, Stale
from automation.workflow.models import Run
from review import access
from review.four_eyes import RIGHT, task_of
from review.models import Gate, Task


class Held(Conflict):
    """A colleague has the document open."""

    code = "held"


@dataclass(frozen=True, slots=True)
class Opened:
    """A document locked until the transaction ends, and the task that is open for it."""

    document: Document
    task: Task

    @property
    def gate(self) -> Gate:
        return Gate(self.task.gate)


def open_document(
    document_id: uuid.UUID,
    *,
    expected_version: int,
    acting_user: User,
    gate: Gate | None = None,
    permission: str | None = None,
    run: bool = False,
) -> Opened:
    """Lock the document, and its run first where the action will signal it (the lock order of the engine).

    Of several open tasks the one that counts for the person (four_eyes.task_of), or that at `gate`. `permission`: in
    place of the right that the gate asks for, to change the document, which changes it for all who are asked.
    Raises Document.DoesNotExist, NotAllowed, Stale, Held while a colleague has it open, and Conflict where nobody is
    asked about the document now.
    """
    if run:
        of_document = Document.objects.filter(pk=document_id).values("run_id")
        Run.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=of_document).first()
    documents = Document.objects.select_for_update(no_key=True, of=("self",)).select_related("entity")
    document = documents.get(pk=document_id)
    access.require(acting_user, access.VIEW, document.entity)
    tasks = list(Task.objects.filter(document=document, closed_at=None).select_related("leased_by").order_by("gate"))
    wanted = [task for task in tasks if gate in (None, task.gate)]
    task = next(iter(wanted), None) if permission else task_of(document, acting_user, wanted)
    if task is not None:
        access.require(acting_user, permission or RIGHT[Gate(task.gate)], document.entity)
    require_version(document, expected_version)
    if task is None:
        state = State(document.state).label.lower()
        raise Conflict(f"{document.filename} waits for nobody: it is {state}.")
    for one in tasks if permission else [task]:
        require_not_held(one, acting_user)
    return Opened(document, task)


def require_version(document: Document, expected: int) -> None:
    """Raise Stale unless the document, now locked, is as the person saw it."""
    if document.version != expected:
        raise Stale(
            f"{document.filename} was changed in the meantime: you saw version {expected}, "
            f"it is now version {document.version}. Look at it again and repeat."
        )


def require_not_held(task: Task, acting_user: User) -> None:
    """Raise Held while a colleague has the task open."""
    holder, since = task.leased_by, task.leased_since
    if holder is None or holder == acting_user or task.leased_until is None or task.leased_until <= timezone.now():
        return
    name = holder.get_full_name() or holder.username
    at = f" since {since:%H:%M} UTC" if since is not None else ""
    raise Held(f"{name} has it open{at}. Nothing was changed; take it over first.")


def grow(document: Document) -> None:
    """One change more: whoever saw the version before must look again."""
    Document.objects.filter(pk=document.pk).update(version=F("version") + 1)
    document.version += 1


def log(action: str, document: Document, acting_user: User, **what: object) -> None:
    """Record what a person did to a document."""
    record(action, actor=f"user:{acting_user.username}", subject=subject_of(document), **what)
