"""A process's wall clock jumps; how long it waits does not change."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos import clocks

TELL = """
import threading, time
for _ in iter(input, "end"):
    begun = time.monotonic()
    time.sleep(0.01)
    threading.Event().wait(0.01)
    print(time.time(), time.monotonic() - begun, flush=True)
"""


@pytest.mark.skipif(clocks.COMPILER is None, reason="a C compiler makes the shim that sets clocks: apt-get install gcc")
def test_a_clock_is_set_while_the_process_runs(tmp_path: Path) -> None:
    environment = {**os.environ, **clocks.environment(clocks.library(tmp_path), tmp_path / "clock")}
    command = [sys.executable, "-c", TELL]
    with subprocess.Popen(command, env=environment, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdin is not None and process.stdout is not None

        def told(step: int) -> tuple[float, float]:
            assert process.stdin is not None and process.stdout is not None
            clocks.step(tmp_path / "clock", step)
            process.stdin.write("\n")
            process.stdin.flush()
            clock, waited = map(float, process.stdout.readline().split())
            return clock, waited

        first = told(0)
        for step in (clocks.HOUR, -clocks.HOUR, 48 * clocks.HOUR):
            clock, waited = told(step)
            assert step - 1 < clock - first[0] < step + 30
            assert 0.02 <= waited < 5
        process.stdin.write("end\n")
        process.stdin.flush()
