"""People: create NAME, close NAME, password NAME, forget-factors NAME, grant NAME ROLE, revoke NAME ROLE,
limit NAME AMOUNT CURRENCY, list."""

import getpass
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from automation.errors import CountersignError
from automation.ledger.entities import named_entity
from automation.ledger.models import LegalEntity
from review import access
from review.actions.absence import set_limit
from review.actions.people import close_account, create_person, forget_factors, set_password


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="open an account; asks for the password unless a file holds it")
        create.add_argument("name")
        create.add_argument("--email", default="")
        create.add_argument("--password-file", type=Path, help="a file whose first line is the password; - for stdin")
        verbs.add_parser("close", help="close an account").add_argument("name")
        new = verbs.add_parser("password", help="a new password for somebody who forgot theirs")
        new.add_argument("name")
        new.add_argument("--password-file", type=Path, help="a file whose first line is the password; - for stdin")
        lost = verbs.add_parser("forget-factors", help="take away the second factors of somebody who lost theirs")
        lost.add_argument("name")
        for verb, help in (("grant", "give a role"), ("revoke", "take a role away")):
            change = verbs.add_parser(verb, help=help)
            change.add_argument("name")
            change.add_argument("role", choices=list(access.ROLES))
            where = change.add_mutually_exclusive_group()
            where.add_argument("--entity", default="", metavar="NAME", help="may be left out where there is only one")
            where.add_argument("--all-entities", action="store_true", help="also those added later")
        limit = verbs.add_parser("limit", help="up to which amount somebody approves; none takes the limit away")
        limit.add_argument("name")
        limit.add_argument("amount", help="such as 5000, or none")
        limit.add_argument("currency", help="such as EUR")
        limit.add_argument("--cost-centre", default="", metavar="CODE", help="for its invoices alone")
        at = limit.add_mutually_exclusive_group()
        at.add_argument("--entity", default="", metavar="NAME", help="may be left out where there is only one")
        at.add_argument("--all-entities", action="store_true", help="also those added later")
        verbs.add_parser("list", help="everybody, with their roles")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            match verb:
                case "create":
                    create_person(
                        options["name"], options["email"], _password(options["password_file"]), acting_user=None
                    )
                case "close":
                    close_account(_person(options["name"]), acting_user=None)
                case "password":
                    set_password(_person(options["name"]), _password(options["password_file"]), acting_user=None)
                case "forget-factors":
                    forget_factors(_person(options["name"]), acting_user=None)
                case "grant":
                    access.grant_role(_person(options["name"]), options["role"], _entity(options), acting_user=None)
                case "revoke":
                    access.revoke_role(_person(options["name"]), options["role"], _entity(options), acting_user=None)
                case "limit":
                    amount = _amount(options["amount"])
                    where = _entity(options)
                    set_limit(
                        _person(options["name"]),
                        amount,
                        options["currency"].upper(),
                        where,
                        cost_centre=options["cost_centre"],
                        acting_user=None,
                    )
                case _:
                    self._list()
        except CountersignError as error:
            raise CommandError(error.message) from error

    def _list(self) -> None:
        for person in User.objects.exclude(username="AnonymousUser").order_by("username"):
            roles = [f"{role} ({entity or 'all entities'})" for role, entity in access.roles_of(person)]
            state = "" if person.is_active else "closed  "
            self.stdout.write(f"{person.username}  {state}{', '.join(roles)}")


def _person(name: str) -> User:
    person = User.objects.filter(username=name).first()
    if person is None:
        raise CommandError(f"There is no account named {name}.")
    return person


def _entity(options: dict[str, Any]) -> LegalEntity | None:
    return None if options["all_entities"] else named_entity(options["entity"])


def _amount(text: str) -> Decimal | None:
    try:
        return None if text == "none" else Decimal(text)
    except InvalidOperation as error:
        raise CommandError(f"{text!r} is no amount.") from error


def _password(file: Path | None) -> str:
    if file is None:
        return getpass.getpass("Password: ")
    text = sys.stdin.read() if file == Path("-") else file.read_text()
    return text.partition("\n")[0]
