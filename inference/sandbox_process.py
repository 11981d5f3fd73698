"""Starts the processes beside untrusted files: without secrets, descriptors or a terminal of their parent."""

import os
import socket
import subprocess
import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parent.parent)


def started(module: str) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The module's process, and the connection to it, which is its standard input."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": _ROOT},
            start_new_session=True,  # Ctrl-C is for the parent, which then closes the connection
        )
    return ours, process
