"""A real IMAP server: Dovecot in a folder of its own, on a port of its own, with one mailbox for each user named."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import imap_tools
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.parts import need
from tests.servers import wait_until

DOVECOT = shutil.which("dovecot") or shutil.which("/usr/sbin/dovecot")
PASSWORD = "correcthorse"
CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
instance_name = countersign-test-{port}
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{base}/certificate.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain xoauth2
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {uid}
mail_location = maildir:{base}/mail/%u
mail_max_userip_connections = 100
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
passdb {{
  driver = static
  mechanisms = plain
  args = password={password}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {base}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home/%u
}}
"""

OAUTH2 = """
introspection_mode = post
introspection_url = http://127.0.0.1:{token_port}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Dovecot:
    """Started by the constructor; `stop()` ends it and removes its folder.

    `certificate` is its own. Access tokens it has a server at `token_port` judge, which a test may start.
    """

    def __init__(self) -> None:
        need(DOVECOT, "Dovecot stands in for the mail server: apt-get install dovecot-imapd")
        assert DOVECOT is not None
        self.base = Path(tempfile.mkdtemp(prefix="countersign-dovecot-"))
        self.port, self.tls_port, self.token_port = free_port(), free_port(), free_port()
        # Started as root it gives its privileges up; started by anybody else it keeps that user throughout.
        owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        for name in ("", "run", "state", "mail", "home"):
            (self.base / name).mkdir(exist_ok=True)
            os.chown(self.base / name, owner.pw_uid, owner.pw_gid)
            (self.base / name).chmod(0o755)
        group = subprocess.run(["id", "-gn", owner.pw_name], capture_output=True, text=True, check=True).stdout.strip()
        self.certificate = certificate_in(self.base)
        (self.base / "oauth2.conf").write_text(OAUTH2.format(token_port=self.token_port))
        config = self.base / "dovecot.conf"
        config.write_text(
            CONFIG.format(
                base=self.base,
                port=self.port,
                tls_port=self.tls_port,
                user=owner.pw_name,
                group=group,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
                password=PASSWORD,
            )
        )
        self._process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)], stderr=subprocess.PIPE)
        wait_until(self._answers, 20)

    def _answers(self) -> bool:
        assert self._process.poll() is None, self._process.stderr and self._process.stderr.read()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
            return connection.recv(4) == b"* OK"
        return False

    def mailbox(self, user: str, folder: str = "INBOX") -> imap_tools.BaseMailBox:
        opened = imap_tools.MailBoxUnencrypted("127.0.0.1", self.port, 20).login(user, PASSWORD)
        opened.folder.set(folder)
        return opened

    def deliver(self, user: str, *mails: bytes) -> None:
        with self.mailbox(user) as mailbox:
            for mail in mails:
                mailbox.append(mail, "INBOX")

    def count(self, user: str, folder: str = "INBOX") -> int:
        with self.mailbox(user) as mailbox:
            return len(mailbox.uids()) if mailbox.folder.exists(folder) and mailbox.folder.set(folder) else 0

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        if self._process.stderr:
            self._process.stderr.close()
        shutil.rmtree(self.base, ignore_errors=True)


def certificate_in(base: Path) -> str:
    """A certificate of 127.0.0.1 that nobody but the test knows, and its key, as files; the certificate as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (base / "certificate.pem").write_bytes(pem)
    (base / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem.decode()
