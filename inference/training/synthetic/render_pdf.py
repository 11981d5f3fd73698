"""PDFs of drawn pages by two engines that share no code: ReportLab and Typst. Needs the dev extra."""

import io
import json
import random
from collections.abc import Callable
from typing import Literal

import typst
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from inference.training.synthetic.fonts import STANDARD_FONTS, TYPST_NAMES, font_files, text_width
from inference.training.synthetic.sample import Line, Sample, Shape, Sheet

Engine = Literal["reportlab", "typst"]
_STAND_INS = {"helvetica": "roboto", "times": "dejavu-sans", "courier": "dejavu-mono"}


def render(sample: Sample, engine: Engine) -> bytes:
    """The sample as a PDF. Raises FileNotFoundError where the fonts of the dev extra are missing."""
    engines: dict[Engine, Callable[[Sample], bytes]] = {"reportlab": _reportlab, "typst": _typst}
    return engines[engine](sample)


def _font_name(line: Line) -> str:
    """A font that has every letter of the line: a standard one where it can, an embedded one otherwise."""
    family = line.font
    if family in STANDARD_FONTS:
        try:
            line.text.encode("cp1252")
            return STANDARD_FONTS[family][int(line.bold)]
        except UnicodeEncodeError:
            family = _STAND_INS[family]
    name = f"{family}-{'bold' if line.bold else 'regular'}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(font_files()[family][int(line.bold)])))
    return name


def _reportlab(sample: Sample) -> bytes:
    out, rng = io.BytesIO(), random.Random(sample.seed)  # noqa: S311
    canvas = Canvas(out, invariant=1)
    by_word = rng.random() < 0.3
    for sheet in sample.sheets:
        canvas.setPageSize((sheet.width, sheet.height))
        for shape in sheet.shapes:
            _canvas_shape(canvas, shape, sheet.height)
        for line in sheet.lines:
            _canvas_line(canvas, line, sheet.height, by_word)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _canvas_shape(canvas: Canvas, shape: Shape, height: float) -> None:
    canvas.setLineWidth(shape.width)
    if shape.stroke:
        canvas.setStrokeColorRGB(*shape.stroke)
    if shape.fill:
        canvas.setFillColorRGB(*shape.fill)
    filled, stroked = int(shape.fill is not None), int(shape.stroke is not None)
    if shape.kind == "line":
        canvas.line(shape.x0, height - shape.y0, shape.x1, height - shape.y1)
    elif shape.kind == "circle":
        canvas.ellipse(shape.x0, height - shape.y1, shape.x1, height - shape.y0, fill=filled, stroke=stroked)
    else:
        canvas.rect(shape.x0, height - shape.y1, shape.x1 - shape.x0, shape.y1 - shape.y0, fill=filled, stroke=stroked)


def _canvas_line(canvas: Canvas, line: Line, height: float, by_word: bool) -> None:
    name, text = _font_name(line), line.text.replace("\u202f", "\u00a0")
    natural = pdfmetrics.stringWidth(text, name, line.size)
    scale = line.width / natural if natural else 1.0
    canvas.saveState()
    canvas.setFillGray(line.grey)
    canvas.translate(line.x, height - line.baseline)
    canvas.rotate(line.angle)
    at = 0.0
    for part in text.split(" ") if by_word else [text]:
        run = canvas.beginText(at, 0)
        run.setFont(name, line.size)
        if abs(scale - 1) > 0.002:
            run.setHorizScale(100 * scale)
        run.textOut(part)
        canvas.drawText(run)
        at += scale * pdfmetrics.stringWidth(part + " ", name, line.size)
    canvas.restoreState()


def _typst(sample: Sample) -> bytes:
    first = sample.sheets[0]
    head = f"#set page(width: {first.width:.2f}pt, height: {first.height:.2f}pt, margin: 0pt)\n"
    head += f'#set text(lang: "{sample.language}", hyphenate: false, top-edge: "baseline", bottom-edge: "baseline")\n'
    source = head + "#pagebreak()\n".join(_typst_page(sheet) for sheet in sample.sheets)
    folders = typst.Fonts(font_paths=sorted({str(path.parent) for files in font_files().values() for path in files}))
    pdf: bytes = typst.compile(source.encode(), font_paths=folders, format="pdf")
    return pdf


def _typst_page(sheet: Sheet) -> str:
    return "\n".join(
        [
            *(_typst_shape(shape) for shape in sheet.shapes),
            *(_typst_line(line) for line in sheet.lines),
            "#box(width: 1pt)\n",
        ]
    )


def _rgb(colour: tuple[float, float, float] | None) -> str:
    return "none" if colour is None else "rgb({},{},{})".format(*(round(255 * part) for part in colour))


def _typst_shape(shape: Shape) -> str:
    stroke = "none" if shape.stroke is None else f"{shape.width}pt + {_rgb(shape.stroke)}"
    width, height = shape.x1 - shape.x0, shape.y1 - shape.y0
    if shape.kind == "line":
        body = f"line(end: ({width:.2f}pt, {height:.2f}pt), stroke: {stroke})"
    else:
        name = "ellipse" if shape.kind == "circle" else "rect"
        body = f"{name}(width: {width:.2f}pt, height: {height:.2f}pt, fill: {_rgb(shape.fill)}, stroke: {stroke})"
    return f"#place(top + left, dx: {shape.x0:.2f}pt, dy: {shape.y0:.2f}pt, {body})"


def _typst_line(line: Line) -> str:
    stand_in = {"helvetica": "roboto", "courier": "dejavu-mono"}.get(line.font, line.font)
    natural = text_width(line.text, stand_in, line.size, line.bold)
    stretch = 100 * line.width / natural if natural else 100
    weight = "bold" if line.bold else "regular"
    text = json.dumps(line.text, ensure_ascii=False)
    face = f'font: ("{TYPST_NAMES[line.font]}", "DejaVu Sans"), size: {line.size:.2f}pt, weight: "{weight}"'
    body = f"text({face}, fill: luma({100 * line.grey:.0f}%), {text})"
    if abs(stretch - 100) > 0.3:
        body = f"scale(x: {stretch:.2f}%, origin: left + horizon, box({body}))"
    if line.angle:
        body = f"rotate({-line.angle}deg, origin: left + horizon, box({body}))"
    return f"#place(top + left, dx: {line.x:.2f}pt, dy: {line.baseline:.2f}pt, {body})"
