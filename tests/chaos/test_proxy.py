"""The faults of the network are those they are named for."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.proxy import Proxy


class Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line)


@pytest.fixture
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    path = tmp_path_factory.mktemp("e") / "s"
    with socketserver.ThreadingUnixStreamServer(str(path), Echo) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        between = Proxy(Path(path))
        yield between
        between.close()
        server.shutdown()


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as connection:
        assert said(connection) == b"there\n"
        yield connection


def said(client: socket.socket) -> bytes:
    client.sendall(b"there\n")
    return client.recv(100)


def test_what_is_cut_reads_an_end_of_file(proxy: Proxy, client: socket.socket) -> None:
    proxy.cut()
    assert client.recv(100) == b""


def test_what_is_reset_reads_a_reset(proxy: Proxy, client: socket.socket) -> None:
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        client.recv(100)


def test_what_is_delayed_comes_late(proxy: Proxy, client: socket.socket) -> None:
    proxy.delay = 0.05
    begun = time.monotonic()
    assert said(client) == b"there\n"
    assert time.monotonic() - begun >= 0.1, "once each way"


def test_what_is_held_comes_when_it_is_released(proxy: Proxy, client: socket.socket) -> None:
    proxy.hold()
    client.settimeout(0.2)
    with pytest.raises(TimeoutError):
        said(client)
    proxy.release()
    client.settimeout(5)
    assert client.recv(100) == b"there\n"
