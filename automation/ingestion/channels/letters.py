"""Files as letters of a message queue: the bytes themselves with their name in a header, or JSON with base64 in it.

    {"filename": "a.pdf", "content": "JVBERi0…", "sender": "portal", "metadata": {"purchase_order": "4711"}}

A letter is acknowledged once the door has committed. What is refused is a dead letter: it goes to a queue of its own,
where its owners find it with the reason, and is shown in Intake.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from automation.errors import Refused
from automation.ingestion.accept import refuse
from automation.ingestion.channels.base import Visit
from automation.ingestion.incoming import IncomingFile, take_base64
from automation.ingestion.receive import receive
from inference.unpacking.parts import storable


def hand_in(visit: Visit, body: bytes, *, filename: str, key: str) -> str:
    """What was refused of a letter, and why; empty where all was taken. Raises TemporaryFailure."""
    incoming = IncomingFile(visit.channel.entity, filename or "letter", body, "queue", source=visit.channel, key=key)
    try:
        if not filename:
            incoming = _from_json(incoming, body)
    except Refused as refusal:
        refuse(incoming, refusal)
        return f"{refusal.code}: {refusal.message}"
    refused = [outcome for outcome in receive(incoming) if outcome.refusal]
    return "; ".join(f"{one.filename}: {one.refusal.code}: {one.refusal.message}" for one in refused if one.refusal)


def _from_json(incoming: IncomingFile, body: bytes) -> IncomingFile:
    try:
        given = json.loads(body)
        content, full_size = take_base64(given["content"])
        return replace(
            incoming,
            filename=str(given["filename"]),
            data=content,
            full_size=full_size,
            sender=storable(str(given.get("sender", "")), 200),
            metadata=_texts(given.get("metadata", {})),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = 'The letter is no {"filename", "content": base64}, and has no header “filename”.'
        raise Refused(message, code="letter_damaged") from error


def _texts(given: Mapping[str, object]) -> dict[str, str]:
    return {storable(str(name), 60): storable(str(value), 1000) for name, value in list(given.items())[:50]}
