"""Serve: web, worker and beat under one process runner, with embedded servers where no URL names others."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from automation import services


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        with services.servers():
            self.stdout.write(f"Countersign is at http://{host}:{port}/  (Ctrl-C ends it)")
            status = services.run(host, port, log=sys.stdout)
        # 130 and 143 are Ctrl-C and SIGTERM: the wanted end.
        raise SystemExit(0 if status in (130, 143) else status)
