"""The engine that reads scans here: the better one of those present, or the one that was asked for."""

from inference.ocr import tesseract
from inference.ocr.engine import OcrEngine

BEST = ("tesseract", "doctr")
"""By the share of values found on real scans (docs/benchmarks.md, "Reading scans"), the best first."""


def engine(name: str = "", languages: tuple[str, ...] = tesseract.LANGUAGES) -> OcrEngine | None:
    """The engine of that name, or the best; None where it is not there. "none" reads nothing by OCR."""
    for candidate in (name,) if name else BEST:
        found = _named(candidate, languages)
        if found is not None:
            return found
    return None


def _named(name: str, languages: tuple[str, ...]) -> OcrEngine | None:
    return tesseract.installed(languages) if name == "tesseract" else None
