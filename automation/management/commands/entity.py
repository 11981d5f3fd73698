"""Our own companies: create NAME, list."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from automation.ledger.entities import create_entity
from automation.ledger.models import LegalEntity


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="add a company that receives invoices")
        create.add_argument("name")
        create.add_argument("--country", default="DE", metavar="CC", help="ISO 3166 code; DE when left out")
        create.add_argument("--vat-id", default="")
        create.add_argument("--currency", default="EUR", help="ISO 4217 code; EUR when left out")
        verbs.add_parser("list", help="every company")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "list":
            for entity in LegalEntity.objects.order_by("name"):
                self.stdout.write(f"{entity.name}  {entity.country}  {entity.vat_id or '-'}  {entity.currency}")
            return
        details = {name: options[name] for name in ("country", "vat_id", "currency")}
        try:
            create_entity(options["name"], actor="system:installation", **details)
        except IntegrityError as error:
            raise CommandError(f"There is already a company named {options['name']}.") from error
