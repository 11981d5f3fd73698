"""`manage.py audit verify|checkpoint|export`: the operator's side of the log."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.checkpoint import ContradictionError, checkpoint
from audit.export import export
from audit.integrity import check_and_keep
from audit.sequencer import fold_all
from audit.signing import Signer, configured
from audit.verify import BrokenError


class Command(BaseCommand):
    help = "Check the audit log, sign its present state, or export it for an auditor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("verify", help="check every event against every signed head")
        actions.add_parser("checkpoint", help="fold new events into the tree, sign it and write the head outside")
        exporting = actions.add_parser("export", help="write events.jsonl, heads.jsonl and keys.txt")
        exporting.add_argument("folder", type=Path)
        actions.add_parser("key", help="print the public key, for the auditor to keep")

    def handle(self, *, action: str, folder: Path | None = None, **options: object) -> None:
        signer = configured()
        try:
            self.stdout.write(self._run(action, signer, Path(settings.AUDIT_HEADS_PATH), folder))
        except (BrokenError, ContradictionError) as error:
            raise CommandError(f"BROKEN: {error}", returncode=1) from error

    def _run(self, action: str, signer: Signer, heads_file: Path, folder: Path | None) -> str:
        match action:
            case "key":
                return "\n".join(map(str, signer.keys))
            case "verify":
                found = check_and_keep(signer.keys, heads_file)
                if not found.heads:
                    return f"No head is signed yet: {found.entries} events wait for the first, due within a minute."
                return (
                    f"Intact: {found.entries} events agree with {found.heads} heads; {found.unsealed} not sealed yet."
                )
            case _:
                folded = fold_all()
                head = checkpoint(signer, heads_file)
                if folder is not None:
                    export(folder, signer.keys)
                    return f"Exported to {folder}. Check it with: python audit/verify.py {folder} --key '{signer.key}'"
                sealed = f"the head of {head.size} events is in {heads_file}" if head else "another process is signing"
                return f"{folded} events folded; {sealed}."
