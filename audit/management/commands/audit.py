"""`manage.py audit verify|checkpoint|export|key|rotate|cosign`: the operator's side of the log."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.checkpoint import ContradictionError, checkpoint
from audit.export import export
from audit.integrity import check_and_keep
from audit.rotation import rotate
from audit.sequencer import fold_all
from audit.signing import Signer, configured
from audit.verify import BrokenError, parse_key
from audit.witness import UnknownHeadError, accept


class Command(BaseCommand):
    help = "Check the audit log, sign its present state, or export it for an auditor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("verify", help="check every event against every signed head")
        actions.add_parser("checkpoint", help="fold new events into the tree, sign it and write the head outside")
        exporting = actions.add_parser("export", help="write events.jsonl, heads.jsonl and keys.txt")
        exporting.add_argument("path", type=Path)
        actions.add_parser("key", help="print the public keys, oldest first, for the auditor to keep")
        actions.add_parser("rotate", help="sign from now on with a new key; earlier heads stay verifiable")
        cosigning = actions.add_parser("cosign", help="take in a head that a witness cosigned")
        cosigning.add_argument("path", type=Path, help="the signed note")

    def handle(self, *, action: str, path: Path = Path(), **options: object) -> None:
        try:
            self.stdout.write(self._run(action, configured(), Path(settings.AUDIT_HEADS_PATH), path))
        except (BrokenError, ContradictionError) as error:
            raise CommandError(f"BROKEN: {error}", returncode=1) from error
        except UnknownHeadError as error:
            raise CommandError(str(error)) from error

    def _run(self, action: str, signer: Signer, heads_file: Path, path: Path) -> str:
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
            case "rotate":
                fresh = rotate(heads_file)
                return f"Heads are signed with {fresh.key} from now on. Tell the auditor, who keeps the old key too."
            case "cosign":
                witnesses = tuple(parse_key(key) for key in settings.AUDIT_WITNESS_KEYS)
                added = accept(path.read_text(), (*signer.keys, *witnesses))
                return f"Cosigned by {', '.join(added)}." if added else "Nothing new: these cosignatures are here."
        folded = fold_all()
        head = checkpoint(signer, heads_file)
        if action == "export":
            export(path, signer.keys)
            return f"Exported to {path}. Check it with: python audit/verify.py {path} --key '{signer.key}'"
        sealed = f"the head of {head.size} events is in {heads_file}" if head else "another process is signing"
        return f"{folded} events folded; {sealed}."
