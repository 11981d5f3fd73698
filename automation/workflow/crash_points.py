"""Named places where a test may end the process, to prove that a crash at any boundary loses and repeats nothing."""

import os
import signal

_CRASH_AT = os.environ.get("COUNTERSIGN_CRASH_AT")


def crash_point(name: str) -> None:
    """End this process like kill -9 when the environment asks for it by this name."""
    if name == _CRASH_AT:
        os.kill(os.getpid(), signal.SIGKILL)
