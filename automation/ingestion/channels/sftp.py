"""A directory on another machine by SFTP, with the server's host key pinned: a server with another key gets nothing."""

import asyncio
import contextlib
import stat
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import asyncssh
from django.conf import settings as django_settings

from automation.errors import Invalid, PermanentFailure, TemporaryFailure
from automation.ingestion.channels.base import Kind, Left, Visit, setting
from automation.ingestion.channels.pickup import Entry, PickupSettings, take_all

SECONDS = 60
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class SftpSettings(PickupSettings):
    """One directory of one account."""

    host: str = setting("Server")
    port: int = setting("Port", 22, least=1, most=65535)
    user: str = setting("User")
    host_key: str = setting("Host key", help="Its public key, such as “ssh-ed25519 AAAA…”.", long=True)
    directory: str = setting("Directory", ".")

    def __post_init__(self) -> None:
        PickupSettings.__post_init__(self)
        _keys(self)


def place(chosen: SftpSettings) -> str:
    return f"sftp://{chosen.user}@{chosen.host}:{chosen.port}/{chosen.directory}"


def fetch(visit: Visit) -> Left:
    with _session(visit) as directory:
        return take_all(visit, directory)


class RemoteDirectory:
    """pickup.Directory on the other machine. The connection lives on an event loop in a thread of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, client: asyncssh.SFTPClient, root: str) -> None:
        self._loop, self._client, self._root = loop, client, root

    def list(self, folder: str) -> list[Entry]:
        names = self._run(self._client.readdir(self._path(folder)))
        return [_entry(one) for one in names if str(one.filename) not in (".", "..")]

    def make(self, folder: str) -> None:
        self._run(self._client.makedirs(self._path(folder), exist_ok=True))

    def rename(self, old: str, new: str) -> bool:
        try:
            self._run(self._client.rename(self._path(old), self._path(new)))
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPFailure, asyncssh.SFTPFileAlreadyExists):
            return False
        return True

    def read(self, path: str) -> bytes:
        async def content() -> bytes:
            async with self._client.open(self._path(path), "rb") as file:
                return cast(bytes, await file.read(django_settings.DOCUMENT_MAX_BYTES + 1))

        return self._run(content())

    def write(self, path: str, data: bytes) -> None:
        async def put() -> None:
            async with self._client.open(self._path(path), "wb") as file:
                await file.write(data)

        self._run(put())

    def remove(self, path: str) -> None:
        with contextlib.suppress(asyncssh.SFTPNoSuchFile):
            self._run(self._client.remove(self._path(path)))

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}".rstrip("/")

    def _run(self, asked: Coroutine[Any, Any, Answer]) -> Answer:
        return _run(self._loop, asked)


def _run(loop: asyncio.AbstractEventLoop, asked: Coroutine[Any, Any, Answer]) -> Answer:
    try:
        return asyncio.run_coroutine_threadsafe(asked, loop).result(SECONDS)
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPFailure, asyncssh.SFTPFileAlreadyExists):
        raise
    except asyncssh.HostKeyNotVerifiable as error:
        message = "The server's host key is not the one that was pinned. Find out why before you pin another."
        raise PermanentFailure(message, code="host_key_changed") from error
    except asyncssh.PermissionDenied as error:
        raise PermanentFailure(f"The server refuses us: {error}", code="sign_in_refused") from error
    except (OSError, TimeoutError, asyncssh.Error) as error:
        raise TemporaryFailure(f"The server broke off: {error}", code="server_unreachable") from error


def _unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A lost connection is told to whoever asked; what asyncssh read ahead is lost as well, and nobody waits for it."""
    if not isinstance(context.get("exception"), asyncssh.Error | OSError):
        loop.default_exception_handler(context)


@contextlib.contextmanager
def _session(visit: Visit) -> Iterator[RemoteDirectory]:
    chosen, loop = visit.settings, asyncio.new_event_loop()
    loop.set_exception_handler(_unheard)
    thread = threading.Thread(target=loop.run_forever, name="sftp", daemon=True)
    thread.start()
    connection: asyncssh.SSHClientConnection | None = None
    try:
        connection = _run(loop, _connected(chosen, visit.secret))
        yield RemoteDirectory(loop, _run(loop, _opened(connection)), chosen.directory)
    except asyncssh.Error as error:
        raise TemporaryFailure(f"The server cannot do that: {error}", code="server_unreachable") from error
    finally:
        if connection is not None:
            _run(loop, _ended(connection))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _connected(chosen: SftpSettings, secret: str) -> asyncssh.SSHClientConnection:
    by_key = "PRIVATE KEY" in secret
    return await asyncssh.connect(
        chosen.host,
        chosen.port,
        username=chosen.user,
        password=None if by_key else secret,
        client_keys=[asyncssh.import_private_key(secret)] if by_key else None,
        known_hosts=(_keys(chosen), [], []),
        agent_path=None,
        config=None,
        connect_timeout=20,
        login_timeout=20,
        keepalive_interval=15,
    )


async def _opened(connection: asyncssh.SSHClientConnection) -> asyncssh.SFTPClient:
    return await connection.start_sftp_client()


async def _ended(connection: asyncssh.SSHClientConnection) -> None:
    connection.abort()
    await connection.wait_closed()


def _keys(chosen: SftpSettings) -> list[asyncssh.SSHKey]:
    lines = [line.strip() for line in chosen.host_key.splitlines() if line.strip()]
    try:
        keys = [asyncssh.import_public_key(line) for line in lines]
    except (asyncssh.KeyImportError, ValueError) as error:
        raise Invalid(f"host_key is no public key: {error}") from error
    if not keys:
        raise Invalid("Give the setting host_key.")
    return keys


def _entry(one: asyncssh.SFTPName) -> Entry:
    name, told = str(one.filename), one.attrs
    mode = told.permissions or 0
    if stat.S_ISDIR(mode) or told.type == asyncssh.FILEXFER_TYPE_DIRECTORY:
        return Entry(name, "folder")
    if not (stat.S_ISREG(mode) or told.type == asyncssh.FILEXFER_TYPE_REGULAR):
        return Entry(name, "other")
    return Entry(name, "file", told.size or 0, int(told.mtime or 0))


KIND = Kind("SFTP", SftpSettings, place, fetch, None, "Password or private key")
