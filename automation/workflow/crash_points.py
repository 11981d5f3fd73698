"""Named places where a test may end the process, to prove that a crash at any boundary loses and repeats nothing.

COUNTERSIGN_CRASH_AT is a name, for the first time it is reached, or `name:probability`, for each time.
"""

import os
import random
import signal

NAMES = ("claimed", "executed", "waiting", "before_checkpoint", "checkpointed", "compensated", "failed")
_name, _, _probability = os.environ.get("COUNTERSIGN_CRASH_AT", "").partition(":")


def crash_point(name: str) -> None:
    """End this process like kill -9 when the environment asks for it by this name."""
    if name == _name and random.random() < float(_probability or 1):  # noqa: S311 - chance, not a secret
        os.kill(os.getpid(), signal.SIGKILL)
