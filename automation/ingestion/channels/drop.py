"""An SFTP server of our own, `manage.py receive_files`: an account for each channel, which may put files and no more.

An upload is hidden until the client has closed it, and has its name only then, so nobody takes half a file. What was
refused lies in `refused` with the reason, for the sender to see. There are no shells, no forwarding, no passwords.
"""

import asyncio
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
from django.conf import settings as django_settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from automation.errors import Invalid
from automation.ingestion.channels import folder
from automation.ingestion.channels.base import Kind, Left, Visit, setting
from automation.ingestion.channels.pickup import ACCEPTED, OURS, REFUSED, PickupSettings, take_all
from automation.ingestion.models import Channel

MOST_WAITING = 1000  # files of one account
READABLE = (ACCEPTED, REFUSED)
WRITES = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC


@dataclass(frozen=True, slots=True, kw_only=True)
class DropSettings(PickupSettings):
    """One account."""

    user: str = setting("User", help="What the sender signs in as.")
    keys: str = setting("Public keys", help="One a line, as in authorized_keys.", long=True)
    settle: int = setting("Seconds a file must stand still", 0, most=600)

    def __post_init__(self) -> None:
        PickupSettings.__post_init__(self)
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", self.user):
            raise Invalid("user must be small letters, digits, points and hyphens.")
        if not _keys(self.keys):
            raise Invalid("keys must be public keys, one a line, such as ssh-ed25519 AAAA….")


def place(chosen: DropSettings) -> str:
    return f"drop:{chosen.user}"


def fetch(visit: Visit) -> Left:
    return take_all(visit, folder.LocalDirectory(prepared(visit.settings)))


def wait(visit: Visit, seconds: float) -> bool:
    return folder.watch(prepared(visit.settings), visit, seconds)


def prepared(chosen: DropSettings) -> Path:
    """The account's directory, with the sub-folders of other legal entities."""
    path = Path(django_settings.INBOX_DIR) / ".sftp" / chosen.user
    for name in ("", *chosen.entities):
        (path / name).mkdir(parents=True, exist_ok=True)
    return path


class Account(asyncssh.SSHServer):
    """One connection: lets in who has a key of the account."""

    def __init__(self) -> None:
        self._keys: list[asyncssh.SSHKey] = []
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    async def begin_auth(self, username: str) -> bool:
        try:
            chosen = await asyncio.to_thread(_account, username)
        except (DatabaseError, InterfaceError):
            chosen = None
        if chosen is not None and self._connection is not None:
            self._keys = _keys(chosen.keys)
            self._connection.set_extra_info(directory=await asyncio.to_thread(prepared, chosen))
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key in self._keys


class Drop(asyncssh.SFTPServer):
    """The account's directory as the sender sees it."""

    def __init__(self, chan: "asyncssh.SSHServerChannel[bytes]") -> None:
        self._root: Path = chan.get_extra_info("directory")
        self._uploads: dict[int, tuple[Path, Path]] = {}  # of open files: where the bytes lie, and the name to be
        self._closed: dict[tuple[Path, Path], asyncio.Handle] = {}
        super().__init__(chan, chroot=str(self._root).encode())

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if not pflags & WRITES:
            if self._folder(path) not in READABLE:
                raise asyncssh.SFTPPermissionDenied("Only what was taken or refused can be read.")
            return super().open(path, pflags, attrs)
        final = self._free(path)
        if sum(1 for _ in final.parent.iterdir()) >= MOST_WAITING:
            raise asyncssh.SFTPFailure("Too many files wait to be taken. Try again later.")
        hidden = final.parent / f".{uuid.uuid4().hex}.part"
        file = hidden.open("wb", buffering=0)
        self._uploads[id(file)] = (hidden, final)
        return file

    def write(self, file_obj: object, offset: int, data: bytes) -> Any:
        if offset + len(data) > django_settings.DOCUMENT_MAX_BYTES:
            raise asyncssh.SFTPFailure(f"At most {django_settings.DOCUMENT_MAX_BYTES // 2**20} MB are taken.")
        return super().write(file_obj, offset, data)

    def close(self, file_obj: object) -> Any:
        """A lost connection closes its files just before `exit`, in the same turn of the loop; the sender does not."""
        upload = self._uploads.pop(id(file_obj), None)
        super().close(file_obj)
        if upload is not None:
            self._closed[upload] = asyncio.get_running_loop().call_soon(self._publish, upload)

    def exit(self) -> Any:
        for (hidden, _), handle in self._closed.items():
            handle.cancel()
            hidden.unlink(missing_ok=True)

    def _publish(self, upload: tuple[Path, Path]) -> None:
        del self._closed[upload]
        hidden, final = upload
        hidden.replace(final)

    def remove(self, path: bytes) -> Any:
        self._free(path)
        return super().remove(path)

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        self._free(oldpath), self._free(newpath)
        return super().rename(oldpath, newpath)

    posix_rename = rename

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> Any:
        """Times and modes that clients set after an upload are of no use here."""

    fsetstat = lsetstat = setstat  # type: ignore[assignment]

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> Any:
        raise asyncssh.SFTPPermissionDenied("Folders are set up with the account.")

    def rmdir(self, path: bytes) -> Any:
        raise asyncssh.SFTPPermissionDenied("Folders are set up with the account.")

    def symlink(self, oldpath: bytes, newpath: bytes) -> Any:
        raise asyncssh.SFTPPermissionDenied("Links are not taken.")

    link = symlink

    def _folder(self, path: bytes) -> str:
        inside = Path(os.fsdecode(self.map_path(path))).relative_to(self._root)
        return inside.parts[0] if len(inside.parts) > 1 else ""

    def _free(self, path: bytes) -> Path:
        """Where the sender may write: not where files lie that were taken."""
        full = Path(os.fsdecode(self.map_path(path)))
        inside = full.relative_to(self._root).parts
        if not inside or set(inside) & set(OURS) or inside[-1].startswith(".") or len(inside) > 2:
            raise asyncssh.SFTPPermissionDenied("Files go into the folder itself, or a sub-folder of it.")
        return full


async def serve(host: str, port: int, host_key: asyncssh.SSHKey) -> asyncssh.SSHAcceptor:
    """Listens until it is closed. Raises OSError."""
    return await asyncssh.create_server(
        Account,
        host,
        port,
        server_host_keys=[host_key],
        sftp_factory=Drop,
        allow_pty=False,
        agent_forwarding=False,
        login_timeout=30,
        keepalive_interval=60,
    )


def _account(user: str) -> DropSettings | None:
    close_old_connections()
    found = Channel.objects.filter(kind="drop", enabled=True, place=f"drop:{user}").first()
    return None if found is None else DropSettings(**found.settings)


def _keys(text: str) -> list[asyncssh.SSHKey]:
    """The public keys; none where a line is no key."""
    try:
        return [asyncssh.import_public_key(line.strip()) for line in text.splitlines() if line.strip()]
    except (asyncssh.KeyImportError, ValueError):
        return []


KIND = Kind("SFTP (our own server)", DropSettings, place, fetch, wait)
