"""A document's history in words, from the audit log."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel import Locale
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import Event
from inference.fields import FORM
from review.formatting import shown
from review.matrix import LATER
from review.models import Gate, Hold
from review.spoken import spoken

SENTENCES = {
    "document.received": "took it in",
    "document.duplicate": "saw the same file arrive again",
    "document.quarantined": "put it aside",
    "document.read": "found the words on its pages",
    "document.extracted": "read its fields",
    "document.checked": "ran the checks",
    "document.triaged": "decided who looks at it",
    "document.viewed": "opened it",
    "document.downloaded": "took the original",
    "document.searched": "took it as a searchable PDF",
    "document.exported": "took it as an electronic invoice",
    "document.erased": "erased it",
    "document.corrected": "corrected",
    "document.confirmed": "confirmed",
    "document.commented": "left a comment",
    "document.verified": "verified it",
    "document.approved": "approved it",
    "document.rejected": "rejected it",
    "document.postponed": "postponed it",
    "document.decision_withdrawn": "took their decision back",
    "document.sent_back": "sent it back to be verified again",
    "document.taken_over": "took it over",
    "document.held": "put it on hold",
    "document.released": "released a hold",
    "document.reopened": "took it up again",
    "document.posting_started": "began to post it",
    "document.posted": "posted it",
    "document.posting_failed": "was refused by the accounting system",
    "document.posting_unknown": "got no answer from the accounting system",
    "document.archived": "filed it",
    "run.failed": "could not go on",
    "run.retried": "tried the failed step again",
    "run.paused": "paused it",
    "run.resumed": "let it go on",
    "run.cancelled": "cancelled it",
    "run.step_skipped": "skipped a step",
    "run.action_refused": "tried something that could not be done",
    "document.resumed": "took it up where it had failed",
    "document.sla_warned": "warned that its time is nearly over",
    "document.sla_escalated": "said that it is overdue",
    "document.reassigned": "gave it to another person",
    "document.letter_written": "wrote a mail about it",
    "document.letter_sent": "sent a mail about it",
    "document.letter_failed": "could not send a mail about it",
    "document.letter_answered": "took in an answer by e-mail",
}
TABLES = {"line_items": "Lines", "tax_lines": "Tax lines"}


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what, when; `changes` are "Field: before → after", `because` the reason in words."""

    id: int
    at: datetime
    who: str
    did: str
    changes: tuple[str, ...] = ()
    because: str = ""


def entries(events: Iterable[Event], names: Mapping[str, str], locale: Locale) -> list[Entry]:
    """The events, newest first. `names`: username to the person's name."""
    return [_entry(event, names, locale) for event in events if not _silent(event)]


def _silent(event: Event) -> bool:
    """The checks run again after each correction: that is said once, with the correction."""
    return event.action == "document.checked" and isinstance(event.after, dict) and event.after.get("worst") == "none"


def _entry(event: Event, names: Mapping[str, str], locale: Locale) -> Entry:
    before, after = _object(event.before), _object(event.after)
    return Entry(
        id=event.id,
        at=event.at,
        who=_who(event.actor, names),
        did=spoken(SENTENCES.get(event.action, event.action.replace(".", " ").replace("_", " "))),
        changes=tuple(_changes(event.action, before, after, locale)),
        because=_because(event.because),
    )


def _who(actor: str, names: Mapping[str, str]) -> str:
    kind, _colon, key = actor.partition(":")
    if kind == "user":
        return names.get(key) or key
    return _("Service %(name)s") % {"name": key} if kind == "service" else "Countersign"


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _changes(action: str, before: dict[str, Any], after: dict[str, Any], locale: Locale) -> Iterable[str]:
    if action in ("document.corrected", "document.confirmed"):
        yield from (_change(name, before.get(name), value, locale) for name, value in after.items())
    elif action == "document.received":
        yield _("%(file)s, by %(channel)s") % {"file": after.get("filename", ""), "channel": after.get("channel", "")}
    elif action == "document.extracted":
        lines = after.get("line_items", 0)
        fields = len(after.get("fields", []))
        yield _("%(fields)d fields, lines: %(lines)d") % {"fields": fields, "lines": lines}
    elif action == "document.checked":
        yield ", ".join(str(code) for code in after.get("findings", []))
    elif action == "document.triaged":
        yield _("to a person") if after.get("route") == "verify" else _("straight to approval")
    elif action == "document.commented":
        yield f"“{after.get('text', '')}”"
    elif action in ("document.held", "document.released"):
        yield spoken(str(dict(Hold.Name.choices).get(str((after or before).get("hold", "")), "")))
    elif action == "document.sent_back" and after.get("asked_anew"):
        gates = ", ".join(spoken(Gate(gate).label) for gate in after["asked_anew"])
        yield _("approvals that are asked for anew: %(gates)s") % {"gates": gates}
    elif action == "document.taken_over":
        yield _("from %(whom)s") % {"whom": before.get("holder", "")}
    elif action == "document.postponed":
        yield _("until %(day)s") % {"day": spoken(str(after.get("until", ""))[:10], locale)}
    elif action in ("run.failed", "document.quarantined"):
        yield spoken(str(after.get("message", "")), locale)
    elif action == "run.step_skipped":
        yield str(after.get("step", ""))
    elif action == "run.retried":
        yield _("from %(whom)s") % {"whom": after.get("from_step", "")}
    elif action == "run.action_refused":
        yield str(after.get("action", ""))
    elif action == "document.posted":
        yield _("as %(reference)s") % {"reference": after["reference"]} if after.get("reference") else ""


def _change(name: str, before: object, after: object, locale: Locale) -> str:
    label = spoken(FORM[name].label if name in FORM else TABLES.get(name, name))
    if name not in FORM:
        return f"{label}: {_rows(before)} → {_rows(after)}"
    kind = FORM[name].kind
    old, new = (shown(kind, str(value), "", locale) if value else _("nothing") for value in (before, after))
    return f"{label}: {new}" if old == new else f"{label}: {old} → {new}"


def _rows(value: object) -> str:
    count = len(value) if isinstance(value, list) else 0
    return ngettext("%(count)d row", "%(count)d rows", count) % {"count": count}


def _because(because: object) -> str:
    if isinstance(because, str):
        return because
    if not isinstance(because, dict):
        return ""
    said = [spoken(str(reason)) for reason in because.get("reasons", [])]
    if because.get("on_behalf_of"):
        said.append(_("In the place of %(name)s.") % {"name": because["on_behalf_of"]})
    if because.get("gate") in LATER:
        said.append(_("As %(role)s.") % {"role": spoken(because["gate"])})
    if because.get("undoes"):
        said.append(_("Taken back."))
    if "policy" in because:
        said.append(_("Policy version %(version)s.") % {"version": because["policy"]})
    if "reader" in because:
        reader = f"{because['reader']} {str(because.get('digest', ''))[:12]}"
        said.append(_("Read by %(reader)s.") % {"reader": reader.strip()})
    return " ".join(said)
