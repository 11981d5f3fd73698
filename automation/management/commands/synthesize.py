"""Draw synthetic invoices as PDF files with their truth and contact sheets, to look at or to train on."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--n", type=int, default=24, help="how many documents")
        parser.add_argument("--seed", type=int, default=1, help="the first seed; the same seed draws the same document")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")

    def handle(self, *args: Any, n: int, seed: int, out: Path, **options: Any) -> None:
        from inference.training.synthetic.__main__ import contact_sheets, write

        files = []
        for file in write(n, seed, out):
            files.append(file)
            if len(files) % 50 == 0:
                self.stdout.write(f"{len(files)} of {n}")
        sheets = list(contact_sheets(files, out))
        self.stdout.write(f"{len(files)} documents, truth.jsonl and {len(sheets)} contact sheets in {out}")
