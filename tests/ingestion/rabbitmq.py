"""A real AMQP broker: RabbitMQ as a node of its own, in a folder of its own, on ports of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from tests.ingestion.dovecot import free_port
from tests.parts import need
from tests.servers import wait_until

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
PASSWORD = "guest"


class RabbitMq:
    """Started by the constructor; the user is `guest`."""

    def __init__(self) -> None:
        need(SERVER.exists(), "RabbitMQ stands in for the company's broker: apt-get install rabbitmq-server")
        self.base, self.port = Path(tempfile.mkdtemp(prefix="countersign-rabbitmq-")), free_port()
        self._names = {
            "HOME": str(self.base),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"countersign{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.base / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.base / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.base / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none -setcookie countersign",
        }
        self._process = subprocess.Popen(
            [str(SERVER)],
            env={**os.environ, **self._names},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(self._answers, 90)

    def _answers(self) -> bool:
        assert self._process.poll() is None, "RabbitMQ did not start"
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(connection.recv(1))
        except OSError:
            return False

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)
        subprocess.run(["epmd", "-kill"], env={**os.environ, **self._names}, capture_output=True, check=False)
        shutil.rmtree(self.base, ignore_errors=True)
