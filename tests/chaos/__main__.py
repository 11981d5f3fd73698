"""`python -m tests.chaos --runs N`: the fault suite, with its closing count. Exit status 1 unless it is clean."""

import argparse
import fcntl
import os
import shutil
import signal
import sys
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--strikes", type=int, help="faults in all; one for each 50 runs unless given")
    parser.add_argument("--pause", type=float, default=1.5, help="mean seconds between faults")
    options = parser.parse_args()
    var = Path(__file__).resolve().parents[2] / "var" / "chaos"

    var.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    with (var / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one chaos at a time
        storm(options, var)


def storm(options: argparse.Namespace, var: Path) -> None:
    from automation import embedded

    shutil.rmtree(var / "documents", ignore_errors=True)
    (var / "heads.jsonl").unlink(missing_ok=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automation.settings")
    os.environ["AUDIT_HEADS_PATH"] = str(var / "heads.jsonl")
    os.environ["DOCUMENTS_DIR"] = str(var / "documents")
    os.environ["REDIS_URL"] = embedded.redis_url(var)
    import django

    django.setup()
    from tests.chaos.count import MUST_BE_ZERO
    from tests.chaos.suite import Plan, run

    strikes = options.strikes or max(15, options.runs // 50)
    count = run(Plan(options.runs, strikes, options.pause), var)
    for what, number in count.items():
        print(f"{what:40} {number}")
    raise SystemExit(any(count[what] for what in MUST_BE_ZERO))


if __name__ == "__main__":
    main()
