"""`manage.py replay DOCUMENT`: decide again, from the log alone, and compare with what was decided."""

import uuid
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from automation.policy.replay import Replayed, replay


class Command(BaseCommand):
    help = "Decide again, from the log alone, what was decided automatically on a document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("document", type=uuid.UUID)

    def handle(self, *, document: uuid.UUID, **options: object) -> None:
        decisions = replay(document)
        if not decisions:
            raise CommandError(f"The log holds no automatic decision on {document}.")
        for replayed in decisions:
            self._show(replayed)
        if different := [replayed for replayed in decisions if not replayed.same]:
            raise CommandError(f"{len(different)} of {len(decisions)} decisions come out differently.", returncode=1)
        self.stdout.write(f"Same decision and same reasons: {len(decisions)} of {len(decisions)}.")

    def _show(self, replayed: Replayed) -> None:
        self.stdout.write(f"Event {replayed.event} of {replayed.at:%Y-%m-%d %H:%M:%S} UTC")
        for source in replayed.sources:
            self.stdout.write(f"  {source}")
        self.stdout.write(f"  decided: {replayed.recorded.route} {list(replayed.recorded.reasons)}")
        self.stdout.write(f"  again:   {replayed.again.route} {list(replayed.again.reasons)}")
