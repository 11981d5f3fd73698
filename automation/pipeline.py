"""The invoice workflow, in the order an invoice travels. Start reading here.

    ingestion/accept.py   the one door: hash, encrypt, store, start this workflow
    read                  words with boxes from the text layer, or by OCR; what neither can read waits for a person
    split                 several documents in one file go their own ways; what is doubtful a person decides
    belong                terms or a delivery note of a mail go with the invoice of the same mail
    extract               fields and line items, each with a confidence and where it was read
    check                 rules over the values; each finding in words
    triage                the policy decides whether a person must look, and says why
    verify                gate: a clerk confirms or corrects the doubtful fields
    approve               gate: an approver who did not touch the values approves
    controller            gate: another approval above an amount, where the policy says so
    treasury              gate: a new bank account is released by one more person, where the policy says so
    post                  outbox, idempotency key, ERP adapter
    archive               the document is posted; the supplier is known from now on

Each step names the function that runs it. The engine (workflow/engine.py) executes, retries and checkpoints them;
Celery only says when. A run keeps the version of this list it started with.
"""

from automation.workflow.definition import Retry, Step, Workflow

NAME = "invoice"

INVOICE = Workflow(
    name=NAME,
    steps=(
        Step("read", "automation.documents.read.run", queue="ocr", timeout=600, retry=Retry(attempts=3)),
        Step("split", "automation.documents.split.run", queue="ocr", timeout=120, when="steps.read.pages > 1"),
        Step("belong", "automation.documents.belong.run", when="'mail' in input"),
        Step("extract", "automation.documents.extract.run", queue="inference", timeout=120, retry=Retry(attempts=3)),
        Step("check", "automation.checks.run.run"),
        Step("triage", "automation.policy.triage.run"),
        Step("verify", "review.gates.verify", when="steps.triage.route == 'verify'"),
        Step("approve", "review.gates.approve"),
        Step("controller", "review.gates.controller"),
        Step("treasury", "review.gates.treasury"),
        Step("post", "automation.posting.post.run", queue="delivery", timeout=120, retry=Retry(attempts=8)),
        Step("archive", "automation.documents.archive.run"),
    ),
    on_failure="automation.documents.states.run_failed",
)
