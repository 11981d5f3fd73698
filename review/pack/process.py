"""The description of the process (Verfahrensdokumentation), generated from the configuration that runs."""

import json
import platform
from collections.abc import Iterator

import django
from django.conf import settings
from django.db import connection
from django.utils import timezone

from audit.events import EVENTS
from audit.retention import rules
from audit.signing import configured
from automation.checks.rules import RULES
from automation.ledger.models import LegalEntity
from automation.pipeline import INVOICE
from automation.policy.models import Policy
from review.access import ROLES


def description() -> str:
    """Markdown. Says what is configured now; what was configured when is in the log."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f"# How invoices are processed here\n\nGenerated on {timezone.now():%Y-%m-%d %H:%M} UTC.\n"
    yield "## Entities\n"
    for entity in LegalEntity.objects.order_by("name"):
        yield f"- {entity.name} ({entity.country}), {entity.currency} {entity.vat_id}".rstrip()
    yield "\n## Steps\n\nEach step is executed at least once and its result stored exactly once.\n"
    for number, step in enumerate(INVOICE.steps, 1):
        yield f"{number}. **{step.name}** (`{step.function}`), queue `{step.queue}`, at most {step.timeout} s a try" + (
            f", when `{step.when}`" if step.when else ""
        )
    yield "\n## Checks\n"
    for rule in RULES:
        said = (rule.__doc__ or "").strip().split("\n")[0]
        yield f"- `{rule.__module__.rpartition('.')[2]}`: {said}"
    yield "\n## Policy in force\n"
    policy = Policy.objects.order_by("-version").first()
    if policy is not None:
        yield f"Version {policy.version}, digest {policy.digest}, since {policy.published_at:%Y-%m-%d %H:%M} UTC:\n"
        yield f"```json\n{json.dumps(policy.body, indent=2, sort_keys=True)}\n```"
    yield "\n## Roles\n"
    for role, rights in ROLES.items():
        yield f"- **{role}**: {', '.join(sorted(rights))}"
    yield (
        "\nWhoever handed in, corrected or verified an invoice cannot approve it; the database itself refuses that."
        "\n\n## Posting\n"
    )
    yield f"Adapters: {', '.join(settings.POSTING_ADAPTERS)}. Every posting carries a key, so that none happens twice."
    yield "\n## Keeping and erasing\n"
    for kept in rules():
        yield f"- {kept.kind}, {kept.country}: {kept.years} years from the end of the year ({kept.basis})"
    yield "\n## The log\n"
    yield f"Origin `{settings.AUDIT_ORIGIN}`, public keys:\n"
    yield from (f"- `{key}`" for key in configured().keys)
    yield "\nEvents it may hold:\n"
    yield from (f"- `{name}`: {meaning}" for name, meaning in EVENTS.items())
    yield "\n## Versions\n"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    yield f"Python {platform.python_version()}, Django {django.get_version()}, PostgreSQL {postgres}"
