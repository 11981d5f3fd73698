"""A watched folder below INBOX_DIR, for scanners, robots and anything that can save a file."""

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import watchfiles
from django.conf import settings as django_settings

from automation.errors import Invalid, TemporaryFailure
from automation.ingestion.channels.base import Kind, Left, Visit, setting
from automation.ingestion.channels.pickup import OURS, Entry, PickupSettings, take_all, waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings(PickupSettings):
    """One folder."""

    folder: str = setting("Folder", help="Its name below INBOX_DIR.")

    def __post_init__(self) -> None:
        PickupSettings.__post_init__(self)
        _path(self)


def place(chosen: FolderSettings) -> str:
    return f"folder:{_path(chosen)}"


def fetch(visit: Visit) -> Left:
    path = _path(visit.settings)
    with _told():
        path.mkdir(parents=True, exist_ok=True)
    return take_all(visit, LocalDirectory(path))


def wait(visit: Visit, seconds: float) -> bool:
    return watch(_path(visit.settings), visit, seconds)


def watch(path: Path, visit: Visit, seconds: float) -> bool:
    """Until a file appears or changes. Where the system cannot tell, the regular look finds it."""
    until = time.monotonic() + seconds
    if not path.is_dir():
        return False
    for changes in watchfiles.watch(path, rust_timeout=1000, yield_on_timeout=True, debounce=300, step=50):
        if any(not set(Path(name).relative_to(path).parts) & set(OURS) for _, name in changes):
            return True
        # What was saved between the last look and the start of the watch made no event here.
        if not changes and waiting(LocalDirectory(path), visit.settings) > (visit.channel.waiting or 0):
            return True
        if visit.enough() or time.monotonic() > until:
            return False
    return False


class LocalDirectory:
    """pickup.Directory on this machine. No link is followed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def list(self, folder: str) -> list[Entry]:
        with _told():
            return [_entry(found) for found in os.scandir(self._path / folder)]

    def make(self, folder: str) -> None:
        with _told():
            (self._path / folder).mkdir(exist_ok=True)

    def rename(self, old: str, new: str) -> bool:
        source, target = self._path / old, self._path / new
        with _told():
            try:
                if os.path.lexists(target):
                    return False
                source.rename(target)
            except FileNotFoundError:
                return False
        return True

    def read(self, path: str) -> bytes:
        with _told(), os.fdopen(os.open(self._path / path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            return file.read(django_settings.DOCUMENT_MAX_BYTES + 1)

    def write(self, path: str, data: bytes) -> None:
        with _told():
            (self._path / path).write_bytes(data)

    def remove(self, path: str) -> None:
        with _told():
            (self._path / path).unlink(missing_ok=True)


def _entry(found: "os.DirEntry[str]") -> Entry:
    told = found.stat(follow_symlinks=False)
    if stat.S_ISDIR(told.st_mode):
        return Entry(found.name, "folder")
    if not stat.S_ISREG(told.st_mode):
        return Entry(found.name, "other")
    return Entry(found.name, "file", told.st_size, int(told.st_mtime))


def _path(chosen: FolderSettings) -> Path:
    root = Path(django_settings.INBOX_DIR).resolve()
    path = (root / chosen.folder).resolve()
    if not path.is_relative_to(root) or path == root:
        raise Invalid(f"folder must lie within INBOX_DIR, {root}.")
    return path


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TemporaryFailure(f"The folder cannot be used: {error}", code="folder_unusable") from error


KIND = Kind("Watched folder", FolderSettings, place, fetch, wait)
