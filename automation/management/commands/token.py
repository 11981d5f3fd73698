"""Tokens of services that use the API: create NAME, revoke NAME, list."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from automation.api.models import ServiceToken
from automation.api.tokens import SCOPES, create_token, revoke_token
from automation.errors import Invalid
from automation.ledger.entities import named_entity


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="make a token and print it; it cannot be shown again")
        create.add_argument("name")
        create.add_argument("--scope", action="append", required=True, choices=list(SCOPES), dest="scopes")
        create.add_argument(
            "--entity", action="append", default=[], metavar="NAME", dest="entities", help="otherwise the first entity"
        )
        verbs.add_parser("revoke", help="withdraw a token at once").add_argument("name")
        verbs.add_parser("list", help="name, scopes and entities of each token")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            if verb == "create":
                entities = [named_entity(name) for name in options["entities"] or [""]]
                scopes = options["scopes"]
                self.stdout.write(create_token(options["name"], scopes=scopes, entities=entities, acting_user=None))
            elif verb == "revoke":
                revoke_token(options["name"], acting_user=None)
            else:
                self._list()
        except Invalid as error:
            raise CommandError(error.message) from error

    def _list(self) -> None:
        for token in ServiceToken.objects.prefetch_related("entities").order_by("name"):
            entities = ", ".join(entity.name for entity in token.entities.all())
            state = "revoked" if token.revoked_at else "valid"
            self.stdout.write(f"{token.name}  {state}  {' '.join(token.scopes)}  {entities}")
