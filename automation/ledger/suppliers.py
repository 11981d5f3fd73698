"""Who a supplier is: found by VAT id, else by name; remembered once an invoice of theirs is posted."""

import re
import unicodedata
import uuid

from django.db import transaction

from audit.record import record
from automation.ledger.models import BankAccount, Invoice, Supplier


def normal_name(name: str) -> str:
    """What names are compared by: no case, accents, spaces or punctuation. "Müller G.m.b.H." equals "MULLER GmbH"."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold()).casefold()
    return re.sub(r"[\W_]+", "", "".join(c for c in letters if not unicodedata.combining(c)))


def normal_id(text: str) -> str:
    """What identifiers are compared by: letters and digits only, upper case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).upper())


def find_supplier(entity_id: uuid.UUID, *, vat_id: str, name: str) -> Supplier | None:
    """The known supplier of that VAT id, else the one of that name unless it has another VAT id."""
    vat_id, name = normal_id(vat_id), normal_name(name)
    if vat_id:
        found = Supplier.objects.filter(entity_id=entity_id, vat_id=vat_id).first()
        if found is not None:
            return found
    if not name:
        return None
    named = Supplier.objects.filter(entity_id=entity_id, normal_name=name)
    if vat_id:
        return named.filter(vat_id="").first()
    namesakes = list(named[:2])
    return namesakes[0] if len(namesakes) == 1 else None


def remember_supplier(invoice: Invoice, *, vat_id: str, iban: str) -> Supplier | None:
    """Know the invoice's supplier and account from now on, inside the caller's transaction. None without a name."""
    if not normal_name(invoice.seller_name):
        return None
    supplier = find_supplier(invoice.entity_id, vat_id=vat_id, name=invoice.seller_name) or _create(invoice, vat_id)
    if vat_id and not supplier.vat_id:
        _learn_vat_id(supplier, normal_id(vat_id))
    if iban:
        _remember_account(supplier, normal_id(iban))
    if invoice.supplier_id != supplier.pk:
        invoice.supplier = supplier
        invoice.save(update_fields=["supplier"])
    return supplier


def _create(invoice: Invoice, vat_id: str) -> Supplier:
    """A new supplier, or the one that another document made known at this very moment."""
    supplier = Supplier(
        entity_id=invoice.entity_id,
        name=invoice.seller_name,
        normal_name=normal_name(invoice.seller_name),
        vat_id=normal_id(vat_id),
    )
    with transaction.atomic():
        Supplier.objects.bulk_create([supplier], ignore_conflicts=True)
    stored = find_supplier(invoice.entity_id, vat_id=vat_id, name=invoice.seller_name)
    if stored is None:
        raise LookupError(f"supplier {invoice.seller_name!r} was neither created nor found")
    if stored.pk == supplier.pk:
        _record("supplier.created", stored, {"name": stored.name, "vat_id": stored.vat_id})
    return stored


def _learn_vat_id(supplier: Supplier, vat_id: str) -> None:
    supplier.vat_id = vat_id
    supplier.save(update_fields=["vat_id"])
    _record("supplier.changed", supplier, {"vat_id": vat_id})


def _remember_account(supplier: Supplier, iban: str) -> None:
    _, created = BankAccount.objects.get_or_create(supplier=supplier, iban=iban)
    if created:
        _record("supplier.bank_account_added", supplier, {"iban": iban})


def _record(action: str, supplier: Supplier, after: dict[str, str]) -> None:
    record(action, actor="system:workflow", subject=f"supplier:{supplier.pk}", after=after)
