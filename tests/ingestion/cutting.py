"""A proxy before a TCP server that breaks connections at random: after some number of bytes, in either direction."""

import asyncio
import contextlib
import random
import threading


class CuttingProxy:
    """Listens on `port`. Each connection lives for a random number of bytes, at most `most`."""

    def __init__(self, upstream: int, *, most: int, seed: int) -> None:
        self.cuts = 0
        self._upstream, self._most, self._random = upstream, most, random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        opening = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._accept, "127.0.0.1", 0), self._loop)
        self._server = opening.result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            writer.transport.abort()
            return
        left = [self._random.randint(1, self._most)]
        both = (writer, upstream_writer)
        await asyncio.gather(
            self._copy(reader, upstream_writer, left, both), self._copy(upstream_reader, writer, left, both)
        )

    async def _copy(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        left: list[int],
        both: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(16384):
                writer.write(chunk[: max(0, left[0])])
                await writer.drain()
                left[0] -= len(chunk)
                if left[0] <= 0:
                    self.cuts += 1
                    for one in both:
                        one.transport.abort()
                    return
        writer.close()
