"""The weights that read scans: what there is, docTR's official ones, and weights brought by file. Needs no database."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference.ocr import doctr, engines, recognition, tesseract


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="engines and weights here, and which reads")
        verbs.add_parser("verify", help="compare the weights in use with the hashes of their card")
        verbs.add_parser("pull", help="fetch docTR's official weights through docTR's own cache and check of hashes")
        bring = verbs.add_parser("import", help="take weights in use from a file: an archive or a folder with a card")
        bring.add_argument("file", type=Path, metavar="FILE")
        bring.add_argument("--sha256", default="", help="refuse the file unless it has this hash")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            if verb == "list":
                self._list()
            elif verb == "verify":
                self._verify()
            else:
                from inference.ocr import official

                brought = settings.OCR_WEIGHTS_DIR
                if verb == "pull":
                    card = official.pull(brought)
                else:
                    card = official.take(options["file"], brought, options["sha256"])
                self.stdout.write(f"{brought}: {card['architecture']} {card['sha256']}")
        except (recognition.WeightsUnavailable, OSError) as error:
            raise CommandError(str(error)) from error

    def _list(self) -> None:
        languages = tuple(settings.OCR_LANGUAGES)
        used = engines.engine(settings.OCR_ENGINE, languages, settings.OCR_WEIGHTS_DIR)
        program = tesseract.installed(languages)
        self.stdout.write(f"tesseract  {program.digest if program else 'not installed'}")
        for folder in (settings.OCR_WEIGHTS_DIR, doctr.SHIPPED):
            self.stdout.write(f"doctr      {_told(folder)}")
        self.stdout.write(f"in use:    {f'{used.name} {used.digest}' if used else 'none: a person reads scans'}")

    def _verify(self) -> None:
        folder = doctr.weights_folder(settings.OCR_WEIGHTS_DIR)
        card = recognition.verified(folder)
        self.stdout.write(f"{folder}: {card['weights']} and {card['graph']} are those of their card, {card['sha256']}")


def _told(folder: Path) -> str:
    try:
        card = recognition.verified(folder)
    except recognition.WeightsUnavailable as error:
        return str(error)
    return f"{card['architecture']} {card['sha256'][:16]} in {folder}"
