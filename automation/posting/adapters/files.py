"""A folder as a receiver: one file per key, complete or absent, never overwritten."""

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from automation.errors import Invalid, TemporaryFailure


class KeyedFolder:
    """Files named after their key. An existing name is the proof that the key was applied."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self.folder = folder
        self.suffix = suffix

    def path(self, key: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9:_-]{1,200}", key):
            raise Invalid(f"A key of letters, digits, colons and dashes is needed, not {key!r}.")
        return self.folder / f"{key.replace(':', '.')}{self.suffix}"

    def find(self, key: str) -> str | None:
        """The name of the key's file, None where there is none. TemporaryFailure where the folder cannot be asked."""
        path = self.path(key)
        try:
            path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TemporaryFailure(f"{self.folder} cannot be read: {error}") from error
        return path.name

    def put(self, key: str, content: bytes) -> str:
        """Write the whole file or nothing, durably; a file that is there already stays as it is."""
        path = self.path(key)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _unseen(self.folder) as (part, name):
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
                try:
                    os.link(name, path, src_dir_fd=part.fileno())
                except FileExistsError:
                    return path.name
            _sync(self.folder)
        except OSError as error:
            raise TemporaryFailure(f"{path} cannot be written: {error}") from error
        return path.name


@contextmanager
def _unseen(folder: Path) -> Iterator[tuple[IO[bytes], str]]:
    """A file in the folder that has no name, so that nothing stays of it where its writer is killed; and the path it
    can be linked from. File systems without such files (NFS) give it a hidden name.
    """
    try:
        descriptor = os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL):
            raise
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".part") as part:
            yield part, part.name
    else:
        with os.fdopen(descriptor, "wb") as part:
            yield part, f"/proc/self/fd/{descriptor}"


def _sync(folder: Path) -> None:
    """Make the folder's new entry survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
