"""What verified documents teach of their suppliers: list, forget --document ID, forget --supplier NAME."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from automation.ledger.models import LegalEntity
from automation.memory.known import known_suppliers
from automation.memory.remember import forget


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="suppliers and the documents they are known by")
        gone = verbs.add_parser("forget", help="use documents as examples no more")
        which = gone.add_mutually_exclusive_group(required=True)
        which.add_argument("--document", type=uuid.UUID, metavar="ID")
        which.add_argument("--supplier", metavar="NAME", help="all examples of the supplier, in every legal entity")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "list":
            self._list()
            return
        named: str = options["supplier"] or ""
        known = known_suppliers(LegalEntity.objects.all(), named) if named else []
        documents = [options["document"]] if not named else [one.id for each in known for one in each.documents]
        with transaction.atomic():
            gone = sum(forget(document, actor="system:installation") for document in documents)
        if not gone:
            raise CommandError("Nothing is known by that name or document.")
        self.stdout.write(f"{gone} forgotten")

    def _list(self) -> None:
        for supplier in known_suppliers(LegalEntity.objects.all()):
            self.stdout.write(f"{supplier.name or '(no name)'}  {supplier.entity}")
            for known in supplier.documents:
                until = f"{known.until:%Y-%m-%d}"
                self.stdout.write(f"  {known.id}  {known.filename}  {known.fields} fields  counts until {until}")
