"""docTR's official weights, and weights brought by file, made ready for use. Needs the training extra."""

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inference.ocr import recognition
from inference.ocr.recognition import WeightsUnavailable

ARCHITECTURE = "crnn_mobilenet_v3_large"
_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.")


def pull(out: Path, architecture: str = ARCHITECTURE) -> dict[str, Any]:
    """Fetch docTR's weights through its own cache and check of hashes. Raises WeightsUnavailable; OSError offline."""
    _doctr()
    from doctr.models.recognition.crnn.pytorch import default_cfgs
    from doctr.utils.data import download_from_url

    try:
        return take(Path(download_from_url(default_cfgs[architecture]["url"], cache_subdir="models")), out)
    except ValueError as error:
        raise WeightsUnavailable(f"The official weights were not taken: {error}") from error


def take(file: Path, out: Path, sha256: str = "") -> dict[str, Any]:
    """Make weights of a file usable in `out`: a docTR state dict (.pt), or a folder with a card, as `export` writes.

    A .pt file must have the hash asked for, else the one that docTR writes into names. Raises WeightsUnavailable.
    """
    if file.is_dir():
        card = recognition.verified(file)
        _replace(out, lambda fresh: shutil.copytree(file, fresh))
        return card
    _check(file, sha256)
    _doctr()
    import torch

    from inference.training.ocr.config import RecognitionConfig
    from inference.training.ocr.export import write

    architecture, vocabulary = _kind(file)
    config = RecognitionConfig(file.name, 0, architecture=architecture, vocabulary=vocabulary)
    weights = torch.load(file, map_location="cpu", weights_only=True)
    try:
        _replace(out, lambda fresh: write(config, weights, fresh))
    except (RuntimeError, KeyError) as error:
        raise WeightsUnavailable(f"{file.name} does not hold the weights of {architecture}: {error}") from error
    return recognition.verified(out)


def _check(file: Path, sha256: str) -> None:
    named = _HASH_IN_NAME.search(file.name)
    expected = sha256.lower() or (named.group(1) if named else "")
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if not expected:
        raise WeightsUnavailable(f"{file.name} names no hash: say which it must have. It has {found}.")
    if not found.startswith(expected):
        raise WeightsUnavailable(f"{file.name} has the hash {found}, not {expected}: it is not what it says it is.")


def _kind(file: Path) -> tuple[str, str]:
    """The architecture that the file is named for, and the characters docTR trained it on."""
    from doctr.models.recognition.crnn.pytorch import default_cfgs

    for architecture, known in default_cfgs.items():
        if file.name.startswith(architecture):
            return architecture, known["vocab"]
    raise WeightsUnavailable(f"{file.name} is named for none of {', '.join(default_cfgs)}.")


def _replace(out: Path, write: Callable[[Path], object]) -> None:
    """Write a fresh folder beside `out`, then put it in its place."""
    fresh = out.with_name(f"{out.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    write(fresh)
    recognition.verified(fresh)
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)


def _doctr() -> None:
    try:
        from inference.training.ocr import operators  # noqa: F401  before docTR

        import doctr  # noqa: F401  isort: skip
    except ImportError as error:
        raise WeightsUnavailable(f"docTR is not installed: pip install countersign[training] ({error})") from error
