"""Our own SFTP server on SFTP_LISTEN, until Ctrl-C: whoever has a key of a `drop` channel may put files there."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import asyncssh
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from automation.ingestion.channels.drop import serve


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        host, _, port = settings.SFTP_LISTEN.rpartition(":")
        if not host or not port.isdigit():
            raise CommandError("SFTP_LISTEN must be host:port, such as 127.0.0.1:8022.")
        asyncio.run(self._serve(host.strip("[]"), int(port)))

    async def _serve(self, host: str, port: int) -> None:
        loop, ended, key = asyncio.get_running_loop(), asyncio.Event(), _host_key(settings.SFTP_HOST_KEY)
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, ended.set)
        async with await serve(host, port, key) as server:
            self.stdout.write(f"Files are taken at {host}:{server.get_port()}, host key {key.get_fingerprint()}")
            self.stdout.flush()
            await ended.wait()


def _host_key(path: Path) -> asyncssh.SSHKey:
    """The key at `path`, made there once."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    return asyncssh.read_private_key(path)
