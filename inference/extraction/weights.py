"""The files of the network: a model card in JSON that names the weights and their SHA-256. Knows nothing of torch."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

CARD = Path(__file__).parent.parent / "weights" / "reader.json"


class WeightsUnavailable(Exception):
    """The weights are missing, damaged, or not those that the card names. The message says which."""


def checked(card: Path = CARD) -> tuple[dict[str, Any], bytes]:
    """The card, and the bytes of the weights as it names them. Raises WeightsUnavailable."""
    try:
        known = json.loads(card.read_text(encoding="utf-8"))
        data = (card.parent / known["weights"]).read_bytes()
        expected = known["sha256"]
    except OSError as error:
        raise WeightsUnavailable(f"{error.filename} cannot be opened: {error.strerror}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsUnavailable(f"{card.name} and its weights do not fit: {error}") from error
    if hashlib.sha256(data).hexdigest() != expected:
        raise WeightsUnavailable(f"{known['weights']} is not the file that {card.name} names: its SHA-256 differs")
    return known, data


@lru_cache(maxsize=1)
def problem() -> str:
    """Why the network that ships cannot read; empty where its files are whole. Looked at once per process."""
    try:
        checked()
    except WeightsUnavailable as error:
        return str(error)
    return ""
