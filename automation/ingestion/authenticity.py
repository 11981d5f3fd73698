"""Whether a mail is from whom it says: SPF (RFC 7208) and DKIM (RFC 6376), as results of RFC 8601 with who says so.

Recorded, not judged: a policy may ask for it. `temperror` means that the question could not be asked, such as without
a name server; nothing is made up in its place.
"""

import email
from collections.abc import Callable, Mapping

import dkim
import dns.exception
import dns.resolver
import spf

Txt = Callable[[str], str | None]
SECONDS = 5
# What the libraries stumble over in strange signatures and records: such proves nothing.
STUMBLES = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


class NoAnswer(Exception):
    """The name server did not answer, or there is none."""


def check(
    raw: bytes, *, client: str = "", helo: str = "", envelope_sender: str = "", txt: Txt | None = None
) -> dict[str, str]:
    """`spf` and `dkim`, each none, pass, fail, softfail, neutral, temperror or permerror; `by`: countersign.

    `client` is the address of who handed the mail in; without one there is no SPF to check. `txt` looks up one name.
    """
    return {
        "dkim": _dkim(raw, txt or look_up),
        "spf": _spf(client, helo, envelope_sender) if client else "none",
        "by": "countersign",
    }


def told_by(raw: bytes, server: str) -> dict[str, str]:
    """The same as the mail server `server` wrote it into the mail (RFC 8601); headers of others are not believed."""
    if not server:
        return {}
    for header in email.message_from_bytes(raw).get_all("Authentication-Results", []):
        who, _, results = " ".join(str(header).split()).partition(";")
        if who.split(" ")[0].lower() != server.lower():
            continue
        pairs = [result.strip().partition("=") for result in results.split(";")]
        found = {name: value.split(" ")[0].lower() for name, _, value in pairs if name in ("spf", "dkim", "dmarc")}
        return {**found, "by": server}
    return {}


def look_up(name: str) -> str | None:
    """The TXT record, None where there is none. Raises NoAnswer."""
    try:
        answer = dns.resolver.resolve(name.rstrip("."), "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    except (dns.exception.DNSException, OSError) as error:
        raise NoAnswer(str(error)) from error
    return b"".join(next(iter(answer)).strings).decode("utf-8", "replace")


def _dkim(raw: bytes, txt: Txt) -> str:
    if "DKIM-Signature" not in email.message_from_bytes(raw):
        return "none"

    def dnsfunc(name: bytes, timeout: int = SECONDS) -> str | None:
        return txt(name.decode("ascii", "replace"))

    try:
        good = dkim.verify(raw, dnsfunc=dnsfunc)
    except NoAnswer:
        return "temperror"
    except STUMBLES:
        return "permerror"
    return "pass" if good else "fail"


def _spf(client: str, helo: str, envelope_sender: str) -> str:
    try:
        told = spf.check2(i=client, s=envelope_sender, h=helo, querytime=SECONDS)
    except STUMBLES:
        return "permerror"
    return str(told[0])


def shown(authenticity: Mapping[str, str]) -> str:
    """In one line for a person."""
    said = [f"{name.upper()} {authenticity[name]}" for name in ("spf", "dkim", "dmarc") if name in authenticity]
    return f"{', '.join(said)} (told by {authenticity.get('by', 'nobody')})" if said else ""
