"""The document's screen put together: what a template needs, nothing a template must decide."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale
from babel.numbers import get_decimal_symbol
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from automation.documents import arrange
from automation.documents.models import Document, Page, State
from inference.fields import FORM
from review import access, formatting, queries
from review.actions.letter import sender_of
from review.models import Gate, Hold, Letter
from review.pictures import WIDTHS
from review.queries import DocumentView
from review.spoken import spoken
from review.views import shown, trail

LINE_SUM = ("line_items", "net_amount", "net_amount")
TAX_SUM = ("tax_lines", "tax", "tax_amount")
SCRIPTS = ("keys.js", "page.js", "find.js", "document.js", "lines.js", "sums.js", "flow.js")
ACTIONS = (
    ("undo", _l("Undo your last change, or your last decision")),
    ("skip", _l("The next document, leaving this one as it is")),
    ("reject", _l("Reject, with a reason")),
    ("postpone", _l("Postpone")),
    ("hold", _l("Put on hold")),
    ("duplicate", _l("Mark as a duplicate")),
    ("send_back", _l("Send back to be verified")),
    ("take_over", _l("Take it over from a colleague")),
    ("comment", _l("Leave a remark")),
    ("arrange", _l("Split or merge its pages")),
    ("lines", _l("To the lines")),
    ("find", _l("Search on the pages")),
    ("page_down", _l("Next page")),
    ("page_up", _l("Previous page")),
    ("turn", _l("Turn the pages")),
    ("larger", _l("Larger")),
    ("smaller", _l("Smaller")),
    ("fit", _l("Fit the page's width")),
    ("leave", _l("Back to the documents")),
    ("help", _l("This list")),
)
STEPS = ("Read", "Extracted", "Checked", "Verify", "Approve", "Post")
STANDS_AT = {State.RECEIVED: 0, State.TO_VERIFY: 3, State.TO_APPROVE: 4, State.APPROVED: 5, State.POSTED: 6}
STEP_OF = {"read": 0, "extract": 1, "check": 2, "triage": 2, "verify": 3, "approve": 4, "post": 5, "archive": 5}
ARRIVED = {"upload": "uploaded", "email": "arrived by e-mail", "api": "arrived by API", "cli": "read from disk"}
ARRANGED = (State.TO_VERIFY, State.TO_APPROVE, State.FAILED, State.SPLIT, State.ATTACHED)
TO_DO = {
    State.QUARANTINED: "It was put aside and goes no further. Nothing was posted.",
    State.FAILED: "An operator can look at it; nothing is posted twice.",
    State.REJECTED: "It goes no further. If that was wrong, ask the sender to send it again.",
}


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    state: str  # done, now, stopped, or "" for what is still to come


@dataclass(frozen=True, slots=True)
class Box:
    """A message above the fields. `tone`: "" calm, doubt, alarm."""

    tone: str
    mark: str
    heading: str
    sentences: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """A line of arithmetic: 1,513.40 + 287.55 = 1,800.95; `off` by how much where it is wrong."""

    text: str
    right: bool
    off: str


@dataclass(frozen=True, slots=True)
class Said:
    """A remark, a mail that was written, or an answer to one. `note`: about which field; to whom, and whether sent.
    `files`: what came with it.
    """

    at: datetime
    who: str
    note: str
    text: str
    files: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """One page for the viewer: its size in points, and where its pictures are."""

    number: int
    width: float
    height: float
    small: str
    srcset: str
    picture: str  # with WIDTH to be filled in
    engine: str  # by which OCR read it; empty where the file itself says its text


def context(request: HttpRequest, user: User, view: DocumentView) -> dict[str, Any]:
    """Everything `document.html` shows."""
    document, locale = view.document, formatting.locale_of(request)
    groups = shown.groups(view, locale)
    open_doubts = [
        FORM[name].label if name in FORM else _("Lines") for name in view.doubts if shown.is_stop(view, name)
    ]
    gate = view.task.gate if view.task is not None else ""
    allowed = view.allowed
    return {
        "document": document,
        "title": _title(view),
        "number": view.invoice.number if view.invoice else "",
        "arrived": ARRIVED.get(document.channel, f"arrived by {document.channel}"),
        "may_edit": allowed.verify,
        "may_decide": allowed.approve or (allowed.reject and not allowed.verify),
        "may_approve": allowed.approve,
        "allowed": allowed,
        "gate": gate,
        "steps": _steps(view),
        "pages": [_picture(document, page) for page in queries.pages_of(document)],
        "groups": groups,
        "has_values": bool(view.values),
        "grids": [
            (shown.grid(view, "tax_lines", locale), "taxes", _("Taxes"), _("Tax"), _column_sum(view, locale, *TAX_SUM)),
            (
                shown.grid(view, "line_items", locale),
                "lines",
                _("Lines"),
                _("Line"),
                _column_sum(view, locale, *LINE_SUM),
            ),
        ],
        "sums": list(_sums(view, locale)),
        "doubts": open_doubts,
        "boxes": list(_boxes(view, open_doubts)),
        "findings": view.findings,
        "conversation": _conversation(view),
        "belonging": queries.belonging(document),
        "papers": queries.papers(document),
        "sender": sender_of(document),
        "trail": trail.entries(view.trail, _names(view), locale),
        "policy": view.triage.policy if view.triage is not None else None,
        "tomorrow": timezone.localdate() + timedelta(days=1),
        "waiting": max(0, queries.waiting(user) - (1 if allowed.verify or allowed.approve else 0)),
        "decimal": get_decimal_symbol(locale),
        "scripts": SCRIPTS,
        "actions": ACTIONS,
        "query": request.GET.urlencode(),
        "undoable": _undoable(view, user),
        "holds": view.holds,
        "hold_names": Hold.Name.choices,
        "copies": _copies(view) if allowed.reject else [],
        "cost_centres": queries.cost_centres(document) if allowed.correct else [],
        "colleagues": queries.colleagues(document) if allowed.comment else [],
        "commentable": [(row.field.name, row.field.label) for group in groups for row in group.fields],
        "may_arrange": access.may(user, access.VERIFY, document.entity_id) and document.state in ARRANGED,
        "may_send_back": view.task is not None and gate != Gate.VERIFY and allowed.reject,
        "keys": queries.keys_of(user),
        "why_not": allowed.why_not_approve or "",
        "run_to_operate": document.run_id if access.may(user, access.OPERATE, document.entity_id) else None,
    }


def _title(view: DocumentView) -> str:
    return (view.invoice.seller_name if view.invoice else "") or view.document.filename


def _picture(document: Document, page: Page) -> Picture:
    def url(width: int | str) -> str:
        return reverse("page-picture", args=[document.pk, page.number, 0]).replace("/0.webp", f"/{width}.webp")

    srcset = ", ".join(f"{url(width)} {width}w" for width in WIDTHS)
    return Picture(
        page.number, page.width, page.height, url(WIDTHS[1]), srcset, url("WIDTH"), page.reader if page.digest else ""
    )


def _steps(view: DocumentView) -> list[Step]:
    state = State(view.document.state)
    at = STANDS_AT.get(state)
    if at is None:
        at = STEP_OF.get(view.stopped_at, 0)
        stopped = "Rejected" if state == State.REJECTED else f"{STEPS[at]}: stopped"
        labels = [*STEPS[:at], stopped, *STEPS[at + 1 :]]
        return [Step(label, "done" if i < at else "stopped" if i == at else "") for i, label in enumerate(labels)]
    return [Step(label, "done" if i < at else "now" if i == at else "") for i, label in enumerate(STEPS)]


def _boxes(view: DocumentView, open_doubts: list[str]) -> Iterator[Box]:
    document = view.document
    if document.state == State.SPLIT:
        parts = tuple(part.filename for part in arrange.parts_of(document.parent or document))
        yield Box("", "✂", _("Its pages are documents of their own"), parts)
    if document.problem:
        heading = {State.QUARANTINED: "This file could not be read", State.REJECTED: "Rejected"}.get(
            State(document.state), "This document is stuck"
        )
        yield Box("alarm", "✕", heading, (document.problem["message"],), TO_DO.get(State(document.state), ""))
    if view.allowed.why_not_approve:
        yield Box("doubt", "◐", "Another person approves this one", (view.allowed.why_not_approve,))
    if view.task is not None and view.task.assigned_to is not None:
        name = shown.name_of(view.task.assigned_to)
        yield Box("", "→", _("It was not decided in time and was given to %(name)s.") % {"name": name})
    if view.task is not None and view.task.postponed_until and view.task.postponed_until > timezone.now():
        yield Box("", "‖", f"Postponed until {view.task.postponed_until:%Y-%m-%d}")
    if view.task is not None and len(view.approvals) > 1:
        said = (
            (_("%(gate)s: approved by %(name)s.") % {"gate": spoken(gate.label), "name": shown.name_of(person)})
            if person is not None
            else _("%(gate)s: open.") % {"gate": spoken(gate.label)}
            for gate, person in view.approvals.items()
        )
        yield Box("", "☑", _("Approvals"), tuple(said))
    if view.task is not None:
        yield _attention(view, open_doubts)


def _attention(view: DocumentView, open_doubts: list[str]) -> Box:
    reasons = tuple(view.triage.reasons) if view.triage is not None else ()
    note = f"Policy version {view.triage.policy.version}: {view.policy.name}." if view.triage is not None else ""
    grave = tuple(finding.message for finding in view.findings if finding.severity != "info")
    if not view.allowed.verify:
        asked = view.triage is not None and view.triage.route == "verify"
        heading = "A clerk has looked at this one" if asked else "Read with confidence; nothing stood against it"
        return Box("doubt" if grave else "", "◐" if grave else "✓", heading, grave, note)
    if not open_doubts:
        warnings = tuple(finding.message for finding in view.findings if finding.severity != "info")
        return Box(
            "doubt" if warnings else "", "◐" if warnings else "✓", "No field is in doubt any more.", warnings, note
        )
    count = len(open_doubts)
    heading = f"{open_doubts[0]} wants your eye." if count == 1 else f"{count} fields want your eye."
    return Box("doubt", "◐", heading, reasons if count <= 4 else reasons[:4], note)


def _decimal(view: DocumentView, name: str) -> Decimal | None:
    try:
        return Decimal(str(view.values[name].value)) if name in view.values else None
    except InvalidOperation:
        return None


def _sums(view: DocumentView, locale: Locale) -> Iterator[Sum]:
    net, tax, gross = (_decimal(view, name) for name in ("net_amount", "tax_amount", "gross_amount"))
    if net is None or tax is None or gross is None:
        return
    parts = [net, tax]
    for name in ("shipping_amount", "rounding_amount"):  # added only where they are not part of the net already
        extra = _decimal(view, name)
        if extra and sum(parts, Decimal(0)) != gross:
            parts.append(extra)
    yield _sum(parts if sum(parts, Decimal(0)) == gross else [net, tax], gross, shown.currency_of(view), locale)


def _column_sum(view: DocumentView, locale: Locale, table: str, column: str, total_of: str) -> Sum | None:
    """The cells of a column together, against the field they should make."""
    value, net = view.values.get(table), _decimal(view, total_of)
    cells = [row.get(column, {}).get("value") for row in value.value] if value is not None and value.value else []
    if net is None or not cells or not all(cells):
        return None
    total = sum((Decimal(cell) for cell in cells), Decimal(0))
    currency = shown.currency_of(view)
    written = formatting.amount(total, currency, locale)
    return Sum(f"{_('together')} {written}", total == net, formatting.amount(net, currency, locale))


def _sum(parts: list[Decimal], total: Decimal, currency: str, locale: Locale) -> Sum:
    def written(value: Decimal) -> str:
        return formatting.amount(value, currency, locale)

    found = sum(parts, Decimal(0))
    return Sum(f"{' + '.join(map(written, parts))} = {written(found)}", found == total, written(total))


def _conversation(view: DocumentView) -> list[Said]:
    """Remarks and letters in the order in which they were said."""
    said = [
        Said(
            remark.at,
            shown.name_of(remark.by),
            _("on %(field)s") % {"field": spoken(FORM[remark.field].label)} if remark.field else "",
            remark.text,
        )
        for remark in view.comments
    ]
    said += [
        Said(
            letter.at, _author(letter), _addressed(letter), letter.text, tuple(queries.files_of(letter, view.document))
        )
        for letter in view.letters
    ]
    return sorted(said, key=lambda one: one.at)


def _author(letter: Letter) -> str:
    return shown.name_of(letter.by) if letter.by is not None else letter.recipient


def _addressed(letter: Letter) -> str:
    if letter.kind == Letter.Kind.ANSWER:
        return _("answered by e-mail")
    if letter.problem:
        return _("to %(recipient)s, not sent: %(problem)s") % {
            "recipient": letter.recipient,
            "problem": spoken(letter.problem),
        }
    if letter.sent_at is None:
        return _("to %(recipient)s, being sent") % {"recipient": letter.recipient}
    return _("to %(recipient)s by e-mail") % {"recipient": letter.recipient}


def _undoable(view: DocumentView, user: User) -> bool:
    """Whether a correction of this person still stands."""
    undone = {correction.undoes_id for correction in view.corrections}
    return any(c.by_id == user.pk and c.undoes_id is None and c.pk not in undone for c in view.corrections)


def _copies(view: DocumentView) -> list[Document]:
    """Documents that this one may repeat: those the checks named, then others of the same supplier or number."""
    named = [finding.evidence["document"] for finding in view.findings if "document" in finding.evidence]
    return queries.similar(view.document, named)


def _names(view: DocumentView) -> Mapping[str, str]:
    return queries.names_of(event.actor.removeprefix("user:") for event in view.trail)
