"""Parts of generated invoices as pictures, with the boxes of their words."""

import random
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inference.training.ocr.config import VOCABULARY
from inference.training.ocr.crops import Grey, worn
from inference.training.ocr.fonts import draw_font, sized
from inference.training.synthetic import generate
from inference.training.synthetic.sample import Line, Sheet

Boxes = NDArray[np.float32]
_KNOWN = frozenset(VOCABULARY)
_SPACES = {ord(space): " " for space in "\u00a0\u2007\u2009\u202f"}  # within amounts; drawn as any space


def parts(seed: int, side: int, dpi: tuple[int, int], held_out: bool = False) -> Iterator[tuple[Grey, Boxes, int]]:
    """Endless: a picture [side, side], the boxes in it [n, 4] (x0, y0, x1, y1 in pixels), and its resolution."""
    rng = random.Random(f"pages {seed}")  # noqa: S311
    number = seed * 1_000_003
    while True:
        number += 1
        for sheet in generate(number).sheets:
            resolution = rng.randint(*dpi)
            picture, boxes = drawn(rng, sheet, resolution, held_out)
            for _ in range(2):
                part = _part(rng, picture, boxes, side)
                if len(part[1]) >= 3:
                    yield *part, resolution


def drawn(rng: random.Random, sheet: Sheet, dpi: int, held_out: bool = False) -> tuple[Grey, Boxes]:
    """A whole page in one or two fonts, and the boxes of its words in pixels."""
    scale = dpi / 72
    image = Image.new("L", (round(sheet.width * scale), round(sheet.height * scale)), 255)
    draw = ImageDraw.Draw(image)
    for shape in sheet.shapes:
        corners = [(shape.x0 * scale, shape.y0 * scale), (shape.x1 * scale, shape.y1 * scale)]
        if shape.kind == "line":
            draw.line(corners, _tone(shape.stroke) or 0, max(1, round(shape.width * scale)))
            continue
        box = tuple(sorted(point[0] for point in corners)), tuple(sorted(point[1] for point in corners))
        placed = (box[0][0], box[1][0], box[0][1], box[1][1])
        (draw.ellipse if shape.kind == "circle" else draw.rectangle)(placed, _tone(shape.fill), _tone(shape.stroke))
    faces: dict[tuple[str, bool], str] = {}
    boxes: list[tuple[float, float, float, float]] = []
    for line in sheet.lines:
        if is_drawn(line):
            boxes += _write(rng, draw, line, scale, faces, held_out)
    return np.asarray(image), np.asarray(boxes, np.float32).reshape(-1, 4)


def is_drawn(line: Line) -> bool:
    """Whether the line is level and in the recogniser's characters; others are left out."""
    return not line.angle and _KNOWN.issuperset(line.text.translate(_SPACES))


def _write(
    rng: random.Random,
    draw: ImageDraw.ImageDraw,
    line: Line,
    scale: float,
    faces: dict[tuple[str, bool], str],
    held_out: bool,
) -> Iterator[tuple[float, float, float, float]]:
    """Print a line into the width it was laid out for, word by word."""
    key = (line.font, line.bold)
    if key not in faces:
        faces[key] = str(draw_font(rng, VOCABULARY[1:95], held_out))
    size = max(4, round(line.size * scale))
    font = sized(faces[key], size)
    text = line.text.translate(_SPACES)
    natural = font.getlength(text)
    if natural > line.width * scale > 0:
        font = sized(faces[key], max(4, int(size * line.width * scale / natural)))
    x, baseline = line.x * scale, line.baseline * scale
    start = 0
    for word in text.split():
        start = text.index(word, start)
        left = x + font.getlength(text[:start])
        draw.text((left, baseline), word, round(line.grey * 255), font, anchor="ls")
        yield draw.textbbox((left, baseline), word, font, anchor="ls")
        start += len(word)


def _tone(colour: tuple[float, float, float] | None) -> int | None:
    return None if colour is None else round(255 * sum(colour) / 3)


def _part(rng: random.Random, picture: Grey, boxes: Boxes, side: int) -> tuple[Grey, Boxes]:
    """A square of the page with the words that lie wholly in it; those cut are painted over."""
    height, width = picture.shape
    x, y = rng.randint(0, max(0, width - side)), rng.randint(0, max(0, height - side))
    part = np.full((side, side), 255, np.uint8)
    cut = picture[y : y + side, x : x + side]
    part[: cut.shape[0], : cut.shape[1]] = cut
    moved = boxes - np.array([x, y, x, y], np.float32)
    touching = (moved[:, 2] > 0) & (moved[:, 3] > 0) & (moved[:, 0] < side) & (moved[:, 1] < side)
    whole = (moved[:, :2] >= 0).all(1) & (moved[:, 2:] <= side).all(1)
    for box in moved[touching & ~whole]:
        x0, y0, x1, y1 = np.clip(box, 0, side).astype(int)
        part[y0 : y1 + 1, x0 : x1 + 1] = 255
    return part, moved[whole]


def aged(rng: random.Random, picture: Grey, boxes: Boxes, dpi: int, wear: float) -> tuple[Grey, Boxes]:
    """The same page scanned: paper, light, noise, and laid a little crooked."""
    paper = 255 - rng.uniform(0, 70) * wear
    ink = rng.uniform(0, 80) * wear
    tones = np.asarray(ink + (paper - ink) * picture / 255, np.float32)
    if rng.random() < 0.5 * wear:
        grain = np.random.default_rng(rng.getrandbits(32)).normal(0, 1, (17, 17)).astype(np.float32)
        tones = tones + rng.uniform(2, 12) * cv2.resize(grain, picture.shape[::-1], interpolation=cv2.INTER_CUBIC)
    angle = rng.gauss(0, 0.6) * wear
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    laid = cv2.warpAffine(tones, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=paper)
    corners = np.stack([boxes[:, [0, 1]], boxes[:, [2, 1]], boxes[:, [2, 3]], boxes[:, [0, 3]]], 1)
    turned = corners @ matrix[:, :2].T + matrix[:, 2]
    placed = np.concatenate([turned.min(1), turned.max(1)], 1)
    limit = np.array([width, height, width, height], np.float32)
    return worn(rng, np.asarray(laid, np.float32), dpi // 7, wear).astype(np.uint8), np.clip(placed, 0, limit).astype(
        np.float32
    )
