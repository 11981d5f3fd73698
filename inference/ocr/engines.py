"""The engine that reads scans here: the better one of those present, or the one that was asked for."""

from pathlib import Path

from inference.ocr import doctr, tesseract
from inference.ocr.engine import OcrEngine, WordReader

BEST = ("tesseract", "doctr")
"""By the share of values found on real scans (docs/benchmarks.md, "Reading scans"), the best first."""


def engine(
    name: str = "", languages: tuple[str, ...] = tesseract.LANGUAGES, weights: Path | None = None
) -> OcrEngine | None:
    """The engine of that name, or the best; None where it is not there. "none" reads nothing by OCR.

    `languages` are Tesseract's, `weights` a folder of docTR's, preferred to the shipped ones.
    """
    for candidate in (name,) if name else BEST:
        found = _named(candidate, languages, weights)
        if found is not None:
            return found
    return None


def second(chosen: OcrEngine | None, weights: Path | None = None) -> WordReader | None:
    """Who is asked about words of which the chosen engine is not sure; None where that is the one that asks."""
    other = doctr.installed(weights) if chosen is not None else None
    return None if chosen is None or other is None or other.name == chosen.name else other


def _named(name: str, languages: tuple[str, ...], weights: Path | None) -> OcrEngine | None:
    if name == doctr.NAME:
        return doctr.installed(weights)
    return tesseract.installed(languages) if name == tesseract.NAME else None
