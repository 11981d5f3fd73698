"""A proxy on loopback TCP before a server's Unix socket: cuts, resets, delays or holds what passes."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no time: closing sends RST instead of FIN


class Proxy:
    """Forwards 127.0.0.1:`port` to the Unix socket `upstream`, in a thread of its own."""

    def __init__(self, upstream: Path) -> None:
        self.delay = 0.0  # seconds before each chunk is passed on
        self._upstream = upstream
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()  # client's and server's side
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._open.set()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        opening = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._accept, "127.0.0.1", 0), self._loop)
        self.port: int = opening.result(10).sockets[0].getsockname()[1]

    def cut(self) -> None:
        """End every connection that is open now, between two bytes: both sides read an end of file."""
        self._each(_end_both)

    def reset(self) -> None:
        """Reset every connection that is open now: the client gets ECONNRESET."""
        self._each(_reset)

    def hold(self) -> None:
        """Let nothing pass any more, and say nothing: what a lost route looks like."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def release(self) -> None:
        """Let through what was held, and all that follows."""
        self._loop.call_soon_threadsafe(self._open.set)

    def close(self) -> None:
        self.cut()
        self.release()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop)

    def _each(self, end: Callable[[asyncio.StreamWriter, asyncio.StreamWriter], object]) -> None:
        self._loop.call_soon_threadsafe(lambda: [end(*pair) for pair in list(self._pairs)])

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=1)
        self._loop.stop()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream_reader, upstream_writer = await asyncio.open_unix_connection(str(self._upstream))
        except OSError:
            writer.transport.abort()
            return
        pair = writer, upstream_writer
        self._pairs.add(pair)
        await asyncio.gather(self._copy(reader, upstream_writer), self._copy(upstream_reader, writer))
        self._pairs.discard(pair)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65536):
                await self._open.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(chunk)
                await writer.drain()
        writer.close()


def _end_both(client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
    client.close()
    server.close()


def _reset(client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        client.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    client.transport.abort()
    server.transport.abort()
