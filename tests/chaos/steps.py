"""A workflow with effects outside: intended, sent, reconciled where no answer came, undone where the run fails."""

from automation.errors import PermanentFailure, TemporaryFailure
from automation.workflow.definition import Retry, Step, Workflow
from automation.workflow.models import Run
from automation.workflow.results import Context, Done, Waiting
from tests.chaos.receiver import send as transmit


def intend(context: Context) -> Done:
    """The intent is this step's checkpoint; its domain change shows a checkpoint that happened twice."""

    def commit() -> None:
        run = Run.objects.get(pk=context.run_id)
        Run.objects.filter(pk=run.pk).update(subject=f"{run.subject}+")

    return Done(commit=commit)


def send(context: Context) -> Done:
    """Send once. No answer is an outcome of its own, `unknown`, which the next step clears up."""
    answered = transmit(str(context.input["receiver"]), context.key)
    return Done({"key": context.key, "outcome": "unknown" if answered is None else "applied"})


def reconcile(context: Context) -> Done:
    """Ask the other side what became of an unknown outcome; send again only what it does not have."""
    receiver, key = str(context.input["receiver"]), str(context.outputs["send"]["key"])
    known = transmit(receiver, key, ask=True)
    if known is False:
        known = transmit(receiver, key)
    if not known:
        raise TemporaryFailure("still unknown", code="unknown_outcome")
    return Done({"outcome": "applied"})


def item(context: Context) -> Done:
    if transmit(str(context.input["receiver"]), context.key) is None:
        raise TemporaryFailure("no answer", code="unknown_outcome")
    return Done({"item": context.input["item"]})


def gate(context: Context) -> Done | Waiting:
    if not context.signals:
        return Waiting(for_signal=context.step)
    return Done({"signals": len(context.signals)})


def finish(context: Context) -> Done:
    if context.input["doomed"]:
        raise PermanentFailure("this run must fail", code="doomed")
    return Done()


def undo(context: Context) -> Done:
    if transmit(str(context.input["receiver"]), context.key) is None:
        raise TemporaryFailure("no answer", code="unknown_outcome")
    return Done()


RETRY = Retry(attempts=100, base=0.1, maximum=1.0)  # a fault counts as an attempt


WORKFLOW = Workflow(
    "chaos",
    (
        Step("intend", "tests.chaos.steps.intend", retry=RETRY),
        Step("send", "tests.chaos.steps.send", retry=RETRY, queue="delivery", compensate="tests.chaos.steps.undo"),
        Step(
            "reconcile",
            "tests.chaos.steps.reconcile",
            retry=RETRY,
            queue="delivery",
            when="steps.send.outcome == 'unknown'",
        ),
        Step("item", "tests.chaos.steps.item", retry=RETRY, each="input.items", queue="ocr"),
        Step("gate", "tests.chaos.steps.gate", retry=RETRY, when="input.gated"),
        Step("finish", "tests.chaos.steps.finish", retry=RETRY),
    ),
)
