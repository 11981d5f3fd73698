"""A folder of documents to look at: python -m inference.training.synthetic --n 24 --seed 1 --out DIR

Writes DIR/docs/*.pdf (by both engines in turn), DIR/truth.jsonl in the form of the evaluation, and contact sheets
DIR/sheet-*.png.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from inference.training.synthetic import Sample, generate
from inference.training.synthetic.render_pdf import Engine, render

_ENGINES: tuple[Engine, ...] = ("reportlab", "typst")
_TILE = (420, 600)
_PER_SHEET = 8


def truth_row(sample: Sample, file: str) -> dict[str, Any]:
    """One line of truth.jsonl."""
    row: dict[str, Any] = {
        "file": file,
        "fields": dict(sample.fields),
        "line_items": [dict(line) for line in sample.line_items],
    }
    row |= {
        "tax_breakdown": [
            {"rate": t.get("rate"), "base": t.get("net"), "amount": t.get("tax")} for t in sample.tax_lines
        ]
    }
    row |= {"lang": sample.language, "doc_type": sample.document_type, "layout": sample.family, "seed": sample.seed}
    return row | {f"{name}_alternatives": list(texts) for name, texts in sample.alternatives.items()}


def write(n: int, seed: int, out: Path) -> Iterator[Path]:
    """Write `n` documents from `seed` on; yields each file as it is done."""
    (out / "docs").mkdir(parents=True, exist_ok=True)
    with (out / "truth.jsonl").open("w", encoding="utf-8") as truth:
        for number in range(n):
            sample = generate(seed + number)
            file = out / "docs" / f"{seed + number:06}.pdf"
            file.write_bytes(render(sample, _ENGINES[number % 2]))
            truth.write(json.dumps(truth_row(sample, f"docs/{file.name}"), ensure_ascii=False) + "\n")
            yield file


def contact_sheet(files: list[Path]) -> Image.Image:
    """The first pages of up to eight documents on one picture."""
    sheet = Image.new("RGB", (4 * _TILE[0], 2 * _TILE[1]), "grey")
    for at, file in enumerate(files):
        with pdfium.PdfDocument(file) as document:
            picture = document[0].render(scale=1.2).to_pil().convert("RGB")
        picture.thumbnail((_TILE[0] - 6, _TILE[1] - 6))
        sheet.paste(picture, (at % 4 * _TILE[0], at // 4 * _TILE[1]))
    return sheet


def contact_sheets(files: list[Path], out: Path) -> Iterator[Path]:
    """Write all contact sheets; yields each as it is done."""
    for start in range(0, len(files), _PER_SHEET):
        sheet = out / f"sheet-{start // _PER_SHEET + 1:02}.png"
        contact_sheet(files[start : start + _PER_SHEET]).save(sheet)
        yield sheet


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    files = list(write(arguments.n, arguments.seed, arguments.out))
    for _ in contact_sheets(files, arguments.out):
        pass


if __name__ == "__main__":
    main()
