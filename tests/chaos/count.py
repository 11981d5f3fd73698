"""The closing count: what must be zero, and how much was there to go wrong."""

from collections import Counter
from collections.abc import Mapping

from tests.chaos.client import RETRIES, Client
from tests.chaos.receiver import Receiver

MUST_BE_ZERO = (
    "lost",
    "stuck",
    "ended wrongly",
    "signals counted other than once",
    "effects missing",
    "effects twice",
    "unknown and not reconciled",
    "documents handed in other than once",
    "operator's retries done other than once",
    "requests refused",
)


def closing_count(receiver: Receiver, client: Client, runs: int) -> Mapping[str, object]:
    """Everything by the database, the receiver's own book and the answers that the client got."""
    return {**_of_runs(receiver, client, runs), **_of_requests(client)}


def _of_runs(receiver: Receiver, client: Client, runs: int) -> Mapping[str, object]:
    from automation.workflow.models import Attempt, Run, RunState, StepResult

    top = list(Run.objects.filter(parent=None))
    wrong = [r for r in top if r.finished_at and r.state != (RunState.FAILED if _doomed(r.input) else RunState.DONE)]
    wrong += [r for r in top if r.finished_at and r.subject.count("+") != 1]
    signals = StepResult.objects.filter(step="gate", skipped=False).values_list("output__signals", flat=True)
    expected = {f"{r.pk}:send" for r in top} | {f"{r.pk}:send:undo" for r in top if _doomed(r.input)}
    expected |= {f"{r.pk}:item" for r in Run.objects.filter(parent__isnull=False)}
    unknown = StepResult.objects.filter(step="send", output__outcome="unknown").count()
    lost_workers = Attempt.objects.filter(code="worker_lost")
    return {
        "runs": runs,
        "of these handed in over HTTP": len(client.given_in),
        "lost": runs - len(top),
        "stuck": sum(r.finished_at is None for r in top),
        "ended wrongly": len(wrong),
        "signals counted other than once": sum(n != 1 for n in signals),
        "effects": len(expected),
        "effects missing": len(expected - set(receiver.applied)),
        "effects twice": sum(n > 1 for n in receiver.applied.values()) + len(set(receiver.applied) - expected),
        "unknown": unknown,
        "unknown and not reconciled": unknown - StepResult.objects.filter(step="reconcile", skipped=False).count(),
        "requests never answered": receiver.unanswered,
        "steps taken over from a lost worker": lost_workers.count(),
    }


def _of_requests(client: Client) -> Mapping[str, object]:
    from audit.models import Event
    from automation.documents.models import Document
    from automation.workflow.models import Run

    given_in = Counter(Document.objects.values_list("filename", flat=True))
    runs = Run.objects.filter(pk__in=Document.objects.values("run_id")).values_list("pk", flat=True)
    retries = Counter(Event.objects.filter(action="run.retried").values_list("subject", flat=True))
    return {
        "documents handed in other than once": sum(given_in[f"{n}.pdf"] != 1 for n in client.given_in)
        + abs(given_in.total() - len(client.given_in)),
        "operator's retries": retries.total(),
        "operator's retries done other than once": sum(
            not (retries[f"run:{pk}"] == client.retried[str(pk)] == RETRIES) for pk in runs
        ),
        "requests repeated": client.repeated,
        "requests refused": len(client.refused),
    }


def _doomed(input: Mapping[str, object]) -> bool:
    return bool(input.get("doomed"))
