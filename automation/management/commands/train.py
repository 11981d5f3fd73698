"""Train the learned reader on synthetic documents, and on real layouts with other content where folders of real
documents are given; calibrate it, and write its weights with their model card.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = __doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--config", default="base", help="a name in inference/training/config.py")
        parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that everything runs")
        parser.add_argument("--documents", type=int, help="how many documents to draw, in place of the config's number")
        parser.add_argument(
            "--run", type=Path, required=True, help="the folder of checkpoints; an unfinished run goes on"
        )
        parser.add_argument("--out", type=Path, help="where the weights go; without it they stay in the run's folder")
        parser.add_argument("--from", dest="begin", type=Path, help="weights to go on from, in place of random ones")
        parser.add_argument(
            "--real", type=Path, action="append", default=[], help="a folder with truth.jsonl; repeatable"
        )
        parser.add_argument("--words", type=Path, help="a folder for what is read of real documents, to read it once")
        parser.add_argument("--n", type=int, default=200, help="documents to calibrate on, and to measure on")

    def handle(self, *args: Any, config: str, smoke: bool, documents: int | None, **options: Any) -> None:
        from inference.training.config import CONFIGS
        from inference.training.evaluate import export
        from inference.training.train import train

        chosen = CONFIGS["smoke" if smoke else config]
        if documents:
            chosen = replace(chosen, documents=documents)
        run, out = options["run"], options["out"]
        train(chosen, run, self.stdout.write, options["begin"], options["real"], options["words"])
        card = export(run, out or run, 4 if smoke else options["n"])
        for reader in ("rules", "model", "rules+model"):
            scores = card["held_out"][reader]
            self.stdout.write(f"{reader}: macro F1 {scores['macro_f1']:.3f}, line items {scores['line_items']:.3f}")
