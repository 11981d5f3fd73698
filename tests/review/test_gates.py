from django.contrib.auth.models import User

from automation.documents.models import Document, State
from automation.workflow import engine
from review.actions.approve import approve
from review.actions.reject import reject
from review.actions.verify import verify
from review.models import Task
from tests.review.waiting import fresh, go_on, run_of


def open_gates(document: Document) -> list[str]:
    return list(Task.objects.filter(document=document, closed_at=None).values_list("gate", flat=True))


def test_a_waiting_document_has_one_task_and_holds_no_worker(to_verify: Document) -> None:
    assert (to_verify.state, run_of(to_verify).state, run_of(to_verify).awaited_signal) == (
        State.TO_VERIFY,
        "waiting",
        "verify",
    )
    assert open_gates(to_verify) == ["verify"]


def test_a_step_executed_again_opens_no_second_task(to_verify: Document) -> None:
    run = run_of(to_verify)
    run.state, run.due_at = "ready", run.created_at
    run.save()
    engine.advance(run.pk)
    assert Task.objects.filter(document=to_verify).count() == 1
    assert run_of(to_verify).state == "waiting"


def test_from_verified_to_approved(to_verify: Document, clerk: User, approver: User) -> None:
    verify(to_verify.pk, expected_version=to_verify.version, acting_user=clerk)
    assert open_gates(to_verify) == []
    document = go_on(to_verify)
    assert (document.state, open_gates(document)) == (State.TO_APPROVE, ["approve"])
    approve(document.pk, expected_version=document.version, acting_user=approver)
    document = go_on(document)
    assert (document.state, open_gates(document)) == (State.APPROVED, [])
    run = run_of(document)
    assert run.state == "done"
    assert list(run.results.order_by("id").values_list("step", "output")) == [
        ("verify", {"outcome": "verified", "by": "carla"}),
        ("approve", {"outcome": "approved", "by": "amir"}),
    ]


def test_a_clean_document_goes_straight_to_approval(to_approve: Document) -> None:
    assert (to_approve.state, open_gates(to_approve)) == (State.TO_APPROVE, ["approve"])


def test_a_rejection_ends_the_run(to_verify: Document, clerk: User) -> None:
    reject(to_verify.pk, "Not our company.", expected_version=to_verify.version, acting_user=clerk)
    document = go_on(to_verify)
    run = run_of(document)
    assert (run.state, run.step, list(run.results.values_list("step", flat=True))) == ("done", "verify", ["verify"])
    assert (fresh(document).state, document.problem) == (
        State.REJECTED,
        {"code": "rejected", "message": "Not our company."},
    )
