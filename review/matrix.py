"""The approval matrix: which approvals an invoice needs beyond the first, by the policy that routed it."""

from automation.checks.models import Finding
from automation.documents.models import Document
from automation.ledger.models import Invoice
from automation.policy.body import Body
from automation.workflow import definition
from automation.workflow.models import Run, Signal
from review.doubts import policy_of
from review.models import Gate

BANK_CHANGE = frozenset({"bank_account_new"})
LATER = (Gate.CONTROLLER, Gate.TREASURY)


def needed(document: Document, gate: Gate, policy: Body | None = None) -> str | None:
    """Why the document needs this later approval, in words; None where it does not."""
    policy = policy or policy_of(document.pk)
    if gate == Gate.CONTROLLER:
        return _above(document, policy)
    if gate == Gate.TREASURY and policy.treasury_on_bank_change:
        return _bank_change(document)
    return None


def given(document: Document) -> set[str]:
    """The gates whose approval was given, while the document's run has not passed them."""
    unheard = Signal.objects.filter(run=document.run_id, name__in=(Gate.APPROVE, *LATER), consumed_by=None)
    return set(unheard.values_list("name", flat=True))


def outstanding(document: Document) -> list[Gate]:
    """The approvals that are needed and not given, in the order of the steps that the document's run has for them."""
    run = Run.objects.select_related("definition").get(pk=str(document.run_id))
    steps = [step.name for step in definition.load(run.definition_id, run.definition.digest).steps]
    ahead, policy, done = steps[steps.index(run.step) :], policy_of(document.pk), given(document)
    open_ones = [gate for gate in (Gate.APPROVE, *LATER) if gate in ahead and gate not in done]
    return [gate for gate in open_ones if gate == Gate.APPROVE or needed(document, gate, policy)]


def _above(document: Document, policy: Body) -> str | None:
    invoice = Invoice.objects.filter(document=document).first()
    centre = invoice.cost_centre if invoice is not None else ""
    thresholds = policy.cost_centres.get(centre, policy.controller_above)
    if not thresholds:
        return None
    if invoice is None or invoice.gross_amount is None or invoice.currency not in thresholds:
        return "The policy names no amount in its currency, so a controller looks."
    above = thresholds[invoice.currency]
    if abs(invoice.gross_amount) <= above:
        return None
    if centre in policy.cost_centres:
        return f"It is above {above:,.2f} {invoice.currency} for cost centre {centre}, so a controller approves it too."
    return f"It is above {above:,.2f} {invoice.currency}, so a controller approves it too."


def _bank_change(document: Document) -> str | None:
    newest = document.check_rounds.order_by("-pk").values("pk")[:1]
    finding = Finding.objects.filter(round__in=newest, code__in=BANK_CHANGE).first()
    return f"{finding.message} Treasury releases it." if finding is not None else None
