"""`migrate` as the role that owns the schema: the application role may not change it."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        from automation.database import ensure_app_role, publish_defaults

        ensure_app_role()
        super().handle(*args, **options)
        publish_defaults()
