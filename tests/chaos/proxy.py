"""A proxy between workers and a server's Unix socket that can cut every connection or delay what passes."""

import asyncio
import contextlib
import threading
from pathlib import Path


class Proxy:
    """Forwards `listen` to `upstream` (both Unix sockets) in a thread of its own."""

    def __init__(self, listen: Path, upstream: Path) -> None:
        self.delay = 0.0  # seconds before each chunk is passed on
        self._upstream = upstream
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        opening = asyncio.run_coroutine_threadsafe(asyncio.start_unix_server(self._accept, str(listen)), self._loop)
        opening.result(10)
        listen.chmod(0o777)

    def cut(self) -> None:
        """Reset every connection that is open now."""
        self._loop.call_soon_threadsafe(self._abort_all)

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _abort_all(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream_reader, upstream_writer = await asyncio.open_unix_connection(str(self._upstream))
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, upstream_writer}
        await asyncio.gather(self._copy(reader, upstream_writer), self._copy(upstream_reader, writer))
        self._writers -= {writer, upstream_writer}

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65536):
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(chunk)
                await writer.drain()
        writer.close()
