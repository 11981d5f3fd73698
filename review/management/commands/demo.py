"""The demonstration: starts everything, runs the samples through it, says where to sign in. --check ends there."""

import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from automation import services
from review.demo import check, people, visit


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="check the outcome over HTTP and end")
        parser.add_argument("--port", type=int, default=None, help="8000, or a free one with --check")

    def handle(self, *args: Any, port: int | None, **options: Any) -> None:
        ends: bool = options["check"]
        port = port or (_free_port() if ends else 8000)
        with services.servers(), services.log_file().open("w") as log:
            status = services.run("127.0.0.1", port, log=log, visitor=lambda: self._visit(port, ends))
        raise SystemExit(0 if status in (130, 143) else status)

    def _visit(self, port: int, ends: bool) -> int | None:
        """The visitor's exit status; None to go on serving."""
        base = f"http://127.0.0.1:{port}"
        self.stdout.write("Countersign is starting; sample invoices are handed in.")
        stage = people.prepare()
        documents = visit.tell(base, stage, self.stdout.write)
        if ends:
            wrong = check.failures(base, stage, documents, settings.POSTING_DIR)
            self.stdout.write("\n".join(["", *[f"NOT SO: {sentence}" for sentence in wrong]]))
            self.stdout.write("The demonstration failed its check." if wrong else "Everything is as it should be.")
            return 1 if wrong else 0
        self.stdout.write(f"\n  Sign in at {base}/ with the password {stage.password}")
        self.stdout.write("  as carla (clerk), amir (approver), auda (auditor), olga (operator) or gwen (governance).")
        self.stdout.write("  Ctrl-C ends everything.")
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
