"""Our own mail server on MAIL_LISTEN, until Ctrl-C: mails to a channel's address are taken, all others refused."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from automation.ingestion.channels.smtp import Handler, protocol


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        host, _, port = settings.MAIL_LISTEN.rpartition(":")
        if not host or not port.isdigit():
            raise CommandError("MAIL_LISTEN must be host:port, such as 127.0.0.1:8025.")
        if settings.MAIL_PROTOCOL not in ("smtp", "lmtp"):
            raise CommandError("MAIL_PROTOCOL must be smtp or lmtp.")
        asyncio.run(self._serve(host.strip("[]"), int(port)))

    async def _serve(self, host: str, port: int) -> None:
        loop, ended, handler = asyncio.get_running_loop(), asyncio.Event(), Handler()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, ended.set)
        server = await loop.create_server(lambda: protocol(handler), host, port)
        self.stdout.write(f"Mail is taken at {host}:{server.sockets[0].getsockname()[1]}")
        self.stdout.flush()
        async with server:
            await ended.wait()
