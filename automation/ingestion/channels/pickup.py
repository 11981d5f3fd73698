"""Taking files out of a directory, on this machine or another: none half-written, none twice, none lost.

    a file whose size and time stand still  ->  .taken/  ->  the door  ->  accepted/ or refused/ with the reason

The rename into `.taken` makes it ours; what a crash left there is taken first the next time. A sub-folder named in
`entities` is another legal entity's. Beside `x.pdf` may lie `x.pdf.json` or `x.pdf.csv`, texts about it.
"""

import csv
import hashlib
import json
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, Protocol

from django.conf import settings as django_settings

from automation.errors import Invalid, Refused
from automation.ingestion.accept import refuse
from automation.ingestion.channels.base import Left, Polled, Visit, setting
from automation.ingestion.incoming import IncomingFile
from automation.ingestion.receive import receive
from automation.ledger.models import LegalEntity
from inference.unpacking.parts import storable

TAKEN, ACCEPTED, REFUSED = ".taken", "accepted", "refused"
OURS = (TAKEN, ACCEPTED, REFUSED)
UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload", ".swp", "~")
LARGEST_SIDECAR = 64 * 1024
SIDECARS = (".json", ".csv")


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a directory; `modified` in seconds since 1970."""

    name: str
    kind: Literal["file", "folder", "other"]
    size: int = 0
    modified: int = 0


class Directory(Protocol):
    """Where the files lie. Paths are relative, with `/`. Each raises TemporaryFailure where it cannot be done."""

    def list(self, folder: str) -> list[Entry]: ...
    def make(self, folder: str) -> None: ...
    def rename(self, old: str, new: str) -> bool:
        """False where the new name is taken, or the old one gone."""
        ...

    def read(self, path: str) -> bytes: ...
    def write(self, path: str, data: bytes) -> None: ...
    def remove(self, path: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupSettings(Polled):
    """Settings of every directory that files are taken from."""

    settle: int = setting("Seconds a file must stand still", 2, most=600)
    sidecar: Literal["none", "optional", "required"] = setting(
        "Details in a .json or .csv file beside each",
        "optional",
        help="Required: a file waits until its details are there.",
    )
    afterwards: Literal["move", "delete"] = setting("Accepted files are then", "move")
    entities: Mapping[str, str] = setting(
        "Sub-folders of other legal entities", {}, help="One a line: sub-folder = name of the legal entity."
    )

    def __post_init__(self) -> None:
        for code, name in self.entities.items():
            if not code or "/" in code or code in OURS or code.startswith("."):
                raise Invalid(f"{code!r} cannot be a sub-folder.")
            if not LegalEntity.objects.filter(name=name).exists():
                raise Invalid(f"There is no legal entity named {name!r}.")


def take_all(visit: Visit, directory: Directory) -> Left:
    """Everything that is complete. What is still being written waits."""
    chosen: PickupSettings = visit.settings
    entities = {code: LegalEntity.objects.get(name=name) for code, name in chosen.entities.items()}
    for folder in _folders(directory):
        _take_claimed(visit, directory, folder, entities)  # what a crash left there
    before = dict(_candidates(directory, chosen))
    if before:
        time.sleep(chosen.settle)
    after = dict(_candidates(directory, chosen)) if before else {}
    steady = [path for path, entry in after.items() if before.get(path) == entry]
    claimed = [path for path in steady if not visit.enough() and _claim(directory, path, chosen)]
    for folder in _folders(directory):
        _take_claimed(visit, directory, folder, entities)
    return Left(len(after) - len(claimed), soon=len(after) > len(steady))


def waiting(directory: Directory, chosen: PickupSettings) -> int:
    """How many files lie there to be taken."""
    return sum(1 for _ in _candidates(directory, chosen))


def _folders(directory: Directory) -> list[str]:
    """The directory itself and its sub-folders, also those that are nobody's."""
    there = [entry.name for entry in directory.list("") if entry.kind == "folder" and not entry.name.startswith(".")]
    return ["", *(f"{name}/" for name in there if name not in OURS)]


def _candidates(directory: Directory, chosen: PickupSettings) -> Iterator[tuple[str, Entry]]:
    for folder in _folders(directory):
        entries = {entry.name: entry for entry in directory.list(folder)}
        for name, entry in entries.items():
            if entry.kind == "folder" or name.startswith(".") or name.lower().endswith(UNFINISHED):
                continue
            if chosen.sidecar != "none" and name.endswith(SIDECARS):
                continue
            if chosen.sidecar == "required" and not _sidecar(name, entries):
                continue
            yield f"{folder}{name}", entry


def _claim(directory: Directory, path: str, chosen: PickupSettings) -> bool:
    folder, _, name = path.rpartition("/")
    folder = f"{folder}/" if folder else ""
    directory.make(f"{folder}{TAKEN}")
    if chosen.sidecar != "none":
        for suffix in SIDECARS:
            directory.rename(f"{path}{suffix}", f"{folder}{TAKEN}/{name}{suffix}")
    return directory.rename(path, f"{folder}{TAKEN}/{name}")


def _take_claimed(visit: Visit, directory: Directory, folder: str, entities: Mapping[str, LegalEntity]) -> None:
    if not any(entry.name == TAKEN for entry in directory.list(folder)):
        return
    entries = {entry.name: entry for entry in directory.list(f"{folder}{TAKEN}")}
    for name, entry in entries.items():
        sidecar = _sidecar(name, entries)
        if name.endswith(SIDECARS) and name.rpartition(".")[0] in entries:
            continue
        if visit.enough():
            return
        refusals = _hand_in(visit, directory, folder, entry, sidecar, entities)
        _put_away(visit.settings, directory, folder, name, sidecar, refusals)


def _sidecar(name: str, entries: Collection[str]) -> str:
    return next((f"{name}{suffix}" for suffix in SIDECARS if f"{name}{suffix}" in entries), "")


def _hand_in(
    visit: Visit,
    directory: Directory,
    folder: str,
    entry: Entry,
    sidecar: str,
    entities: Mapping[str, LegalEntity],
) -> list[str]:
    """What was refused of the file, and why; nothing where all was taken."""
    path, code = f"{folder}{TAKEN}/{entry.name}", folder.rstrip("/")
    large = entry.kind == "file" and entry.size > django_settings.DOCUMENT_MAX_BYTES
    data = directory.read(path) if entry.kind == "file" and not large else b""
    incoming = IncomingFile(
        entities.get(code, visit.channel.entity),
        entry.name,
        data,
        visit.channel.kind,
        full_size=entry.size if large else None,
        source=visit.channel,
        key=f"{folder}{entry.name}:{entry.modified}:{entry.size}",
    )
    try:
        if entry.kind != "file":
            raise Refused("It is a link or a device, not a file.", code="not_a_file")
        if code and code not in entities:
            raise Refused(f"There is no legal entity for the sub-folder {code!r}.", code="unknown_folder")
        if sidecar:
            metadata = _metadata(sidecar, directory.read(f"{folder}{TAKEN}/{sidecar}"))
            incoming = replace(incoming, metadata=metadata, sender=metadata.get("sender", "")[:200])
    except Refused as refusal:
        refuse(incoming, refusal)
        return [f"{refusal.code}: {refusal.message}"]
    outcomes = receive(incoming)
    return [f"{one.filename}: {one.refusal.code}: {one.refusal.message}" for one in outcomes if one.refusal]


def _put_away(
    chosen: PickupSettings, directory: Directory, folder: str, name: str, sidecar: str, refusals: list[str]
) -> None:
    if not refusals and chosen.afterwards == "delete":
        for one in filter(None, (sidecar, name)):
            directory.remove(f"{folder}{TAKEN}/{one}")
        return
    target = f"{folder}{REFUSED if refusals else ACCEPTED}"
    directory.make(target)
    there = {entry.name for entry in directory.list(target)}
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-" if name in there else ""
    if f"{stamp}{name}" in there:
        stamp += f"{hashlib.sha256(f'{len(there)}{name}'.encode()).hexdigest()[:6]}-"
    if refusals:
        directory.write(f"{target}/{stamp}{name}.reason.txt", "\n".join(refusals).encode() + b"\n")
    for one in filter(None, (sidecar, name)):
        directory.rename(f"{folder}{TAKEN}/{one}", f"{target}/{stamp}{one}")


def _metadata(name: str, data: bytes) -> dict[str, str]:
    """Raises Refused where it is not an object of texts and numbers, or a table of them."""
    try:
        read = _table if name.endswith(".csv") else json.loads
        given = read(data) if len(data) <= LARGEST_SIDECAR else None
    except (ValueError, RecursionError, csv.Error):
        given = None
    if not isinstance(given, dict) or len(given) > 50:
        raise Refused("The details beside the file are no JSON object or table.", code="sidecar_damaged")
    said = {}
    for name, value in given.items():
        if isinstance(value, (dict, list)) or len(name) > 60 or len(str(value)) > 1000:
            raise Refused(f"The detail {name[:60]!r} is no short text.", code="sidecar_damaged")
        said[storable(name)] = storable(str(value), 1000)
    return said


def _table(data: bytes) -> dict[str, str] | None:
    """Names over values in two lines, or a name and its value in each line; parted by comma, semicolon or tab."""
    text = data.decode("utf-8-sig")
    first = text.partition("\n")[0]
    rows = [row for row in csv.reader(text.splitlines(), delimiter=max(";,\t", key=first.count)) if any(row)]
    if len(rows) == 2 and len(rows[0]) == len(rows[1]) != 2:
        return dict(zip(*rows, strict=True))
    return {row[0]: row[1] for row in rows} if all(len(row) == 2 for row in rows) else None
