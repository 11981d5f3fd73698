"""Every kind of channel there is, by name. docs/channels.md has the recipe for another."""

from collections.abc import Mapping
from types import MappingProxyType

from automation.errors import Invalid
from automation.ingestion.channels import amqp, drop, folder, imap, sftp, smtp, streams
from automation.ingestion.channels.base import Kind

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "imap": imap.KIND,
        "smtp": smtp.KIND,
        "sftp": sftp.KIND,
        "drop": drop.KIND,
        "folder": folder.KIND,
        "amqp": amqp.KIND,
        "stream": streams.KIND,
    }
)


def kind_of(name: str) -> Kind:
    """Raises Invalid, naming the kinds, where there is none of that name."""
    if name not in KINDS:
        raise Invalid(f"There is no kind of channel {name!r}. Kinds are: {', '.join(KINDS)}.")
    return KINDS[name]
