"""A workflow with effects outside: intended, sent, reconciled where no answer came, undone where the run fails."""

import os
from dataclasses import replace

from automation.errors import PermanentFailure, TemporaryFailure
from automation.pipeline import NAME
from automation.workflow.definition import Retry, Step, Workflow
from automation.workflow.models import Attempt, Run
from automation.workflow.results import Context, Done, Waiting
from tests.chaos.client import RETRIES
from tests.chaos.receiver import send as transmit

RECEIVER = os.environ.get("CHAOS_RECEIVER", "")


def intend(context: Context) -> Done:
    """The intent is this step's checkpoint; its domain change shows a checkpoint that happened twice."""

    def commit() -> None:
        run = Run.objects.get(pk=context.run_id)
        Run.objects.filter(pk=run.pk).update(subject=f"{run.subject}+")

    return Done(commit=commit)


def send(context: Context) -> Done:
    """Send once. No answer is an outcome of its own, `unknown`, which the next step clears up."""
    answered = transmit(RECEIVER, context.key)
    return Done({"key": context.key, "outcome": "unknown" if answered is None else "applied"})


def reconcile(context: Context) -> Done:
    """Ask the other side what became of an unknown outcome; send again only what it does not have."""
    key = str(context.outputs["send"]["key"])
    known = transmit(RECEIVER, key, ask=True)
    if known is False:
        known = transmit(RECEIVER, key)
    if not known:
        raise TemporaryFailure("still unknown", code="unknown_outcome")
    return Done({"outcome": "applied"})


def item(context: Context) -> Done:
    if transmit(RECEIVER, context.key) is None:
        raise TemporaryFailure("no answer", code="unknown_outcome")
    return Done({"item": context.input["item"]})


def gate(context: Context) -> Done | Waiting:
    if not context.signals:
        return Waiting(for_signal=context.step)
    return Done({"signals": len(context.signals)})


def finish(context: Context) -> Done:
    if context.input.get("doomed"):
        raise PermanentFailure("this run must fail", code="doomed")
    return Done()


def stumble(context: Context) -> Done:
    """Fail until an operator has retried it so often: an action that was done twice leaves one too few."""
    if Attempt.objects.filter(run_id=context.run_id, code="stumbled").count() < RETRIES:
        raise PermanentFailure("an operator must look", code="stumbled")
    return Done()


def undo(context: Context) -> Done:
    if transmit(RECEIVER, context.key) is None:
        raise TemporaryFailure("no answer", code="unknown_outcome")
    return Done()


RETRY = Retry(attempts=100, base=0.1, maximum=1.0)  # a fault counts as an attempt
INTEND = Step("intend", "tests.chaos.steps.intend", retry=RETRY)
SEND = Step("send", "tests.chaos.steps.send", retry=RETRY, queue="delivery")
RECONCILE = Step(
    "reconcile", "tests.chaos.steps.reconcile", retry=RETRY, queue="delivery", when="steps.send.outcome == 'unknown'"
)
FINISH = Step("finish", "tests.chaos.steps.finish", retry=RETRY)

WORKFLOW = Workflow(
    "chaos",
    (
        INTEND,
        replace(SEND, compensate="tests.chaos.steps.undo"),
        RECONCILE,
        Step("item", "tests.chaos.steps.item", retry=RETRY, each="input.items", queue="ocr"),
        Step("gate", "tests.chaos.steps.gate", retry=RETRY, when="input.gated"),
        FINISH,
    ),
)
OF_DOCUMENTS = Workflow(
    NAME,
    (INTEND, SEND, RECONCILE, Step("stumble", "tests.chaos.steps.stumble", retry=RETRY, queue="inference"), FINISH),
    on_failure="automation.documents.states.run_failed",
)
"""In place of the invoice's, so that what is handed in over HTTP starts one of these."""
