"""What is found in a mail or an archive, and how it crosses from the sandbox: names as JSON, bytes beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_FILES = 200  # in one mail or archive
MOST_BYTES = 4  # times what one document may have: all files of one archive together

Json = dict[str, Any]


class Refusal(Exception):
    """Something is not taken; `code` is stable, `message` for people."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message, self.code = message, code


@dataclass(frozen=True, slots=True)
class Part:
    """One file found in something. `path` says where in it; `refusal`: why the door need not even be asked.

    `full_size` is set where the file is too large and was not unpacked.
    """

    path: str
    filename: str
    data: bytes
    declared_type: str = ""
    full_size: int | None = None
    refusal: Refusal | None = None


def storable(text: str, most: int = 500) -> str:
    """Text from outside as the database can keep it: no zero bytes, no half characters, no longer than so much."""
    return text.replace("\0", "")[:most].encode("utf-8", "replace").decode()


def to_json(parts: Sequence[Part]) -> tuple[list[Json], bytes]:
    told = [
        {
            "path": part.path.encode("utf-8", "replace").decode(),
            "filename": part.filename.encode("utf-8", "replace").decode(),
            "size": len(part.data),
            "declared_type": part.declared_type,
            "full_size": part.full_size,
            "refusal": None if part.refusal is None else refusal_to_json(part.refusal),
        }
        for part in parts
    ]
    return told, b"".join(part.data for part in parts)


def from_json(told: Sequence[Json], blob: bytes) -> list[Part]:
    """Raises KeyError, TypeError or ValueError where the shape is wrong."""
    parts, at = list[Part](), 0
    for one in told:
        data = blob[at : at + one["size"]]
        at += one["size"]
        refusal = None if one["refusal"] is None else refusal_from_json(one["refusal"])
        parts.append(Part(one["path"], one["filename"], data, one["declared_type"], one["full_size"], refusal))
    return parts


def refusal_to_json(refusal: Refusal) -> list[str]:
    return [refusal.message.encode("utf-8", "replace").decode(), refusal.code]


def refusal_from_json(told: Sequence[str]) -> Refusal:
    message, code = told
    return Refusal(message, code=code)
