"""Wall clocks of single processes, set while they run. Their monotonic clocks and the servers' clocks stay."""

import os
import shutil
import struct
import subprocess
from pathlib import Path

HOUR = 3600
STEPS = (3 * HOUR, -3 * HOUR, 48 * HOUR, -40 * 60, 0)
COMPILER = shutil.which("cc") or shutil.which("gcc")


def library(folder: Path) -> Path | None:
    """clock.c, compiled into `folder`; None without a C compiler: then no clock can be set."""
    if COMPILER is None:
        return None
    made, source = folder / "clock.so", Path(__file__).with_name("clock.c")
    subprocess.run([COMPILER, "-O2", "-shared", "-fPIC", "-o", str(made), str(source)], check=True)
    return made


def environment(library: Path | None, file: Path) -> dict[str, str]:
    """With which a process shows a wall clock that is off by what `file` says."""
    if library is None:
        return {}
    if not file.exists():
        file.write_bytes(struct.pack("q", 0))
    return {"LD_PRELOAD": str(library), "CLOCK_OFFSET_FILE": str(file)}


def step(file: Path, seconds: int) -> None:
    """Written in place: the processes have the file mapped."""
    descriptor = os.open(file, os.O_WRONLY)
    try:
        os.pwrite(descriptor, struct.pack("q", seconds), 0)
    finally:
        os.close(descriptor)
