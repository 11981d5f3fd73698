"""The short form of the fault suite; `make chaos` is the long one."""

import subprocess
import sys

from tests.servers import ROOT


def test_two_hundred_runs_under_faults_are_neither_lost_nor_stuck_nor_done_twice() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--runs", "200", "--strikes", "15", "--pause", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr[-4000:]
