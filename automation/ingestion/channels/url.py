"""A file at an address that somebody else chose: fetched without letting them reach what only we can reach.

The name is resolved once; every address it has must be public; the connection goes to just that address, so a name
server that answers otherwise the second time gains nothing. Each redirect is judged anew. Hosts of our own network are
allowed one by one (URL_FETCH_HOSTS).
"""

import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from django.conf import settings

from automation.errors import Refused, TemporaryFailure

REDIRECTS = 3
SECONDS = 20  # for all of it
PORTS = {"https": 443, "http": 80}
_EMBEDDING = ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")  # IPv6 that leads to IPv4


@dataclass(frozen=True, slots=True)
class Fetched:
    """`full_size`: its size where it is too large, and so was not read."""

    filename: str
    data: bytes
    full_size: int | None


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    address: str
    path: str


def fetch_url(url: str) -> Fetched:
    """Raises Refused for an address that must not or cannot be asked, TemporaryFailure where nobody answers."""
    deadline = time.monotonic() + SECONDS
    for _ in range(REDIRECTS + 1):
        with _asked(_judged(url), deadline) as answer:
            if answer.is_redirect:
                url = urljoin(url, answer.headers.get("location", ""))
                continue
            if answer.status_code != 200:
                raise Refused(f"The address answers {answer.status_code}.", code="url_not_found")
            return _read(answer, url, deadline)
    raise Refused(f"The address redirects more than {REDIRECTS} times.", code="url_refused")


def _judged(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise Refused(f"{url[:200]!r} is no address: {error}.", code="url_refused") from error
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in PORTS or not host or parts.username is not None or any(ord(c) <= 32 for c in url):
        raise Refused("Give an https address without a user name in it.", code="url_refused")
    ours = {host, f"{host}:{port}"} & set(settings.URL_FETCH_HOSTS)
    if not ours and (parts.scheme != "https" or port != PORTS["https"]):
        raise Refused("Files are fetched by https, from its usual port.", code="url_refused")
    addresses = _resolved(host, port)
    if not ours and not all(_is_public(address) for address in addresses):
        # Which addresses it has is not said: the answer would be a map of our network.
        raise Refused(f"{host} is not on the public internet, so it is not asked.", code="url_private")
    path = parts.path or "/"
    return _Target(parts.scheme, host, port, addresses[0], f"{path}?{parts.query}" if parts.query else path)


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(f"There is no host {host[:200]!r}.", code="url_not_found") from error
    return [str(sockaddr[0]) for *_, sockaddr in found]


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(str(address.ipv4_mapped))
        if any(address in ipaddress.ip_network(network) for network in _EMBEDDING):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@contextmanager
def _asked(target: _Target, deadline: float) -> Iterator[httpx.Response]:
    """The answer of exactly this address, its certificate checked for the name that was asked for."""
    address = f"[{target.address}]" if ":" in target.address else target.address
    named = target.host if target.port == PORTS[target.scheme] else f"{target.host}:{target.port}"
    left = max(0.1, deadline - time.monotonic())
    try:
        with (
            httpx.Client(timeout=left, trust_env=False, follow_redirects=False) as client,
            client.stream(
                "GET",
                f"{target.scheme}://{address}:{target.port}{target.path}",
                headers={"Host": named, "Accept-Encoding": "identity", "User-Agent": "Countersign"},
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            yield answer
    except httpx.InvalidURL as error:
        raise Refused(f"The address cannot be asked: {error}.", code="url_refused") from error
    except httpx.HTTPError as error:
        raise TemporaryFailure(
            f"{target.host} does not answer as it should: {error!r}", code="url_unreachable"
        ) from error


def _read(answer: httpx.Response, url: str, deadline: float) -> Fetched:
    filename, most = _filename(answer, url), settings.DOCUMENT_MAX_BYTES
    told = answer.headers.get("content-length", "")
    if told.isdigit() and int(told) > most:
        return Fetched(filename, b"", int(told))
    data = bytearray()
    for chunk in answer.iter_raw():
        data += chunk
        if len(data) > most:
            return Fetched(filename, b"", len(data))
        if time.monotonic() > deadline:
            raise TemporaryFailure(f"The file did not come within {SECONDS} seconds.", code="url_unreachable")
    return Fetched(filename, bytes(data), None)


def _filename(answer: httpx.Response, url: str) -> str:
    head = Message()
    head["Content-Disposition"] = answer.headers.get("content-disposition", "").replace("\n", " ").replace("\r", " ")
    return head.get_filename("") or unquote(PurePosixPath(urlsplit(url).path).name) or "unnamed"
