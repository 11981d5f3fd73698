"""A folder as a receiver: one file per key, complete or absent, never overwritten."""

import os
import re
import tempfile
from pathlib import Path

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
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", suffix=".part") as part:
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
                try:
                    os.link(part.name, path)
                except FileExistsError:
                    return path.name
            _sync(self.folder)
        except OSError as error:
            raise TemporaryFailure(f"{path} cannot be written: {error}") from error
        return path.name


def _sync(folder: Path) -> None:
    """Make the folder's new entry survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
