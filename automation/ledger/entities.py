"""Our own companies: the ones that receive invoices."""

from django.db import transaction

from audit.record import record
from automation.errors import Invalid
from automation.ledger.models import LegalEntity

FIRST = "My company"


def create_entity(
    name: str, *, actor: str, country: str = "DE", vat_id: str = "", currency: str = "EUR"
) -> LegalEntity:
    """Add a legal entity. Raises IntegrityError where the name is taken."""
    with transaction.atomic():
        entity = LegalEntity.objects.create(name=name, country=country, vat_id=vat_id, currency=currency)
        after = {"name": name, "country": country, "vat_id": vat_id, "currency": currency}
        record("entity.created", actor=actor, subject=f"entity:{entity.pk}", after=after)
    return entity


def named_entity(name: str) -> LegalEntity:
    """The entity of that name; for an empty name the first there was, made on a new installation.

    Raises Invalid, naming the choices, where there is none of that name.
    """
    if not name:
        return LegalEntity.objects.order_by("pk").first() or create_entity(FIRST, actor="system:installation")
    found = LegalEntity.objects.filter(name=name).first()
    if found is None:
        names = ", ".join(LegalEntity.objects.order_by("name").values_list("name", flat=True)) or "none"
        raise Invalid(f"There is no legal entity named {name!r}. There are: {names}.", code="unknown_entity")
    return found
