"""Font families of the generator: their advance widths, and where their files lie for rendering."""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

METRICS_FILE = Path(__file__).parent / "metrics.json"
STANDARD_FONTS = {
    "helvetica": ("Helvetica", "Helvetica-Bold"),
    "times": ("Times-Roman", "Times-Bold"),
    "courier": ("Courier", "Courier-Bold"),
}
FAMILIES = ("helvetica", "times", "courier", "roboto", "source-sans", "source-serif", "dejavu-sans", "dejavu-mono")
TYPST_NAMES = {
    "helvetica": "Roboto",
    "times": "Libertinus Serif",
    "courier": "DejaVu Sans Mono",
    "roboto": "Roboto",
    "source-sans": "Source Sans Pro",
    "source-serif": "Source Serif Pro",
    "dejavu-sans": "DejaVu Sans",
    "dejavu-mono": "DejaVu Sans Mono",
}


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"font package {name} is missing: pip install the dev extra")
    return Path(spec.origin).parent / "files"


@cache
def font_files() -> dict[str, tuple[Path, Path]]:
    """Family to its regular and bold files. Raises FileNotFoundError without the dev extra."""
    roboto, sans, serif = (
        _package_folder(f"font_{name}") for name in ("roboto", "source_sans_pro", "source_serif_pro")
    )
    system = Path("/usr/share/fonts/truetype/dejavu")
    return {
        "roboto": (roboto / "Roboto-Regular.ttf", roboto / "Roboto-Bold.ttf"),
        "source-sans": (sans / "SourceSansPro-Regular.ttf", sans / "SourceSansPro-Bold.ttf"),
        "source-serif": (serif / "SourceSerifPro-Regular.ttf", serif / "SourceSerifPro-Bold.ttf"),
        "dejavu-sans": (system / "DejaVuSans.ttf", system / "DejaVuSans-Bold.ttf"),
        "dejavu-mono": (system / "DejaVuSansMono.ttf", system / "DejaVuSansMono-Bold.ttf"),
    }


@cache
def widths(family: str, bold: bool) -> dict[str, float]:
    """Advance width of each character as a fraction of the font size."""
    faces = _tables()[family]
    return {char: width / 1000 for char, width in zip(faces["chars"], faces["widths"][int(bold)], strict=True)}


@cache
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(METRICS_FILE.read_text("utf-8"))
    return tables


def text_width(text: str, family: str, size: float, bold: bool = False) -> float:
    """Advance width of a text in points."""
    table = widths(family, bold)
    return size * sum([table.get(char, 0.6) for char in text])
