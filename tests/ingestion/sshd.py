"""A real SFTP server: OpenSSH in a folder of its own, on a port of its own, with keys of its own."""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import asyncssh

from tests.ingestion.dovecot import free_port
from tests.parts import need
from tests.servers import wait_until

SSHD = shutil.which("sshd") or shutil.which("/usr/sbin/sshd")
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {base}/host_key
PidFile {base}/pid
AuthorizedKeysFile {base}/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
Subsystem sftp internal-sftp
"""


class Sshd:
    """Started by the constructor. `host_key` is to be pinned, `key` signs in as `user`; `files` is what it serves."""

    def __init__(self) -> None:
        need(SSHD, "OpenSSH stands in for the supplier's server: apt-get install openssh-server")
        assert SSHD is not None
        self.base, self.port, self.user = (
            Path(tempfile.mkdtemp(prefix="countersign-sshd-")),
            free_port(),
            getpass.getuser(),
        )
        self.files = self.base / "files"
        self.files.mkdir()
        host, client = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
        (self.base / "host_key").write_bytes(host.export_private_key())
        (self.base / "host_key").chmod(0o600)
        (self.base / "authorized_keys").write_bytes(client.export_public_key())
        self.host_key, self.key = host.export_public_key().decode().strip(), client.export_private_key().decode()
        config = self.base / "sshd_config"
        config.write_text(CONFIG.format(base=self.base, port=self.port))
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        self._process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=subprocess.DEVNULL)
        wait_until(self._answers, 20)

    def _answers(self) -> bool:
        assert self._process.poll() is None, "sshd did not start"
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self.base, ignore_errors=True)
