"""Writes metrics.json: advance widths of several font families, so that the direct path needs no font file.

Run once, on a machine with the fonts of the dev dependencies: python -m inference.training.synthetic.bake_metrics
"""

import json
from pathlib import Path

from PIL import ImageFont
from reportlab.pdfbase.pdfmetrics import stringWidth

from inference.training.synthetic.fonts import METRICS_FILE, STANDARD_FONTS, font_files

_CHARS = [
    chr(c)
    for c in (*range(32, 127), *range(160, 384), 0x218, 0x219, 0x21A, 0x21B, *range(0x384, 0x3CF), *range(0x410, 0x450))
]
_CHARS = list(dict.fromkeys([*_CHARS, *"–—‘’“”„•…‰€₹₺₪₩฿₱₴−·№\u202f"]))


def _from_file(path: Path) -> dict[str, int]:
    font = ImageFont.truetype(str(path), 1000)
    return {char: round(font.getlength(char)) for char in _CHARS}


def _standard(name: str) -> dict[str, int]:
    """Adobe's metrics where the standard fonts have the character, an average letter elsewhere."""
    known = {char for char in _CHARS if char.encode("cp1252", "ignore")}
    return {char: round(stringWidth(char, name, 1000)) if char in known else 560 for char in _CHARS}


def main() -> None:
    """Measure every family, regular and bold."""
    table = {family: [_standard(name) for name in names] for family, names in STANDARD_FONTS.items()}
    table |= {family: [_from_file(path) for path in paths] for family, paths in font_files().items()}
    rows = {
        family: {"chars": "".join(_CHARS), "widths": [list(w.values()) for w in faces]}
        for family, faces in table.items()
    }
    METRICS_FILE.write_text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")), "utf-8")


if __name__ == "__main__":
    main()
