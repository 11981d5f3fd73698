"""How long records are kept, and what must not be erased. Who may change that is for the caller to see to."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import LegalHold, RetentionKind, RetentionRule, RetentionSchedule
from audit.record import record

INVOICE, LETTER = RetentionKind.INVOICE, RetentionKind.LETTER
ANYWHERE = "*"

# Invoices are accounting vouchers. Where no country is named, the longest of these periods.
_INVOICES: Mapping[str, tuple[int, str]] = {
    "AT": (7, "§ 132 BAO"),
    "BE": (10, "Art. 60 WBTW, from 2023"),
    "CH": (10, "Art. 958f OR"),
    "DE": (8, "§ 147 Abs. 3 AO, § 14b UStG, from 2025 (GoBD)"),
    "ES": (6, "Art. 30 Código de Comercio"),
    "FR": (10, "Art. L123-22 Code de commerce"),
    "GB": (6, "VAT Notice 700/21"),
    "IT": (10, "Art. 2220 Codice civile"),
    "LU": (10, "Art. 16 Code de commerce"),
    "NL": (7, "Art. 52 AWR"),
    "PL": (5, "Art. 86 Ordynacja podatkowa"),
    "US": (7, "common practice"),
    ANYWHERE: (10, "where nothing else is set"),
}
_LETTERS: Mapping[str, tuple[int, str]] = {
    "AT": (7, "§ 132 BAO"),
    "CH": (10, "Art. 958f OR"),
    "DE": (6, "§ 147 Abs. 3 AO, § 257 Abs. 4 HGB"),
    "ES": (6, "Art. 30 Código de Comercio"),
    "IT": (10, "Art. 2220 Codice civile"),
    "LU": (10, "Art. 16 Code de commerce"),
    ANYWHERE: (10, "where nothing else is set"),
}
DEFAULTS: Mapping[RetentionKind, Mapping[str, tuple[int, str]]] = {INVOICE: _INVOICES, LETTER: _LETTERS}


class HeldError(Exception):
    """Something is under a legal hold."""


def rules() -> list[RetentionRule]:
    """The rule in force for every kind and country: what was set last, else the default (which has no id)."""
    found = {
        (kind, country): RetentionRule(kind=kind, country=country, years=years, basis=basis)
        for kind, defaults in DEFAULTS.items()
        for country, (years, basis) in defaults.items()
    }
    for rule in RetentionRule.objects.order_by("id"):
        found[RetentionKind(rule.kind), rule.country] = rule
    return [found[key] for key in sorted(found)]


def rule_for(country: str, kind: RetentionKind = INVOICE) -> RetentionRule:
    """The country's rule for this kind, else the one for everywhere."""
    by_country = {rule.country: rule for rule in rules() if rule.kind == kind}
    return by_country.get(country, by_country[ANYWHERE])


def kept_until(day: date, rule: RetentionRule) -> date:
    """The last day on which a record of `day` must still be there."""
    return date(day.year + rule.years, 12, 31)


@transaction.atomic
def set_rule(country: str, years: int, basis: str, *, actor: str, kind: RetentionKind = INVOICE) -> RetentionRule:
    old = rule_for(country, kind)
    rule = RetentionRule.objects.create(kind=kind, country=country, years=years, basis=basis, set_by=actor)
    record(
        "retention.rule_changed",
        actor=actor,
        subject=f"retention:{kind}.{country}",
        before={"country": old.country, "years": old.years, "basis": old.basis},
        after={"country": country, "years": years, "basis": basis},
    )
    return rule


def erases_nightly() -> bool:
    newest = RetentionSchedule.objects.order_by("-id").first()
    return newest is not None and newest.enabled


@transaction.atomic
def set_schedule(enabled: bool, because: str, *, actor: str) -> RetentionSchedule:
    before = erases_nightly()
    schedule = RetentionSchedule.objects.create(enabled=enabled, because=because, set_by=actor)
    record(
        "retention.schedule_changed",
        actor=actor,
        subject=f"retention:{INVOICE}",
        before={"enabled": before},
        after={"enabled": enabled},
        because=because,
    )
    return schedule


def place_hold(subject: str, reason: str, *, actor: str) -> LegalHold:
    """Raises HeldError where there is one already."""
    try:
        with transaction.atomic():
            hold = LegalHold.objects.create(subject=subject, reason=reason, placed_by=actor)
            record("hold.placed", actor=actor, subject=subject, because=reason)
            return hold
    except IntegrityError as error:
        raise HeldError("It is under a hold already.") from error


@transaction.atomic
def release_hold(hold_id: int, *, because: str, actor: str) -> bool:
    """False where the hold was released before."""
    open_hold = LegalHold.objects.filter(pk=hold_id, released_at=None)
    hold = open_hold.first()
    if hold is None or not open_hold.update(released_at=timezone.now(), released_by=actor):
        return False
    record("hold.released", actor=actor, subject=hold.subject, because=because)
    return True


def require_no_hold(subjects: Iterable[str]) -> None:
    """Raise HeldError where one of the subjects is held."""
    hold = LegalHold.objects.filter(subject__in=list(subjects), released_at=None).first()
    if hold is not None:
        raise HeldError(f"{hold.subject} is under a legal hold of {hold.placed_at:%Y-%m-%d}: {hold.reason}")
