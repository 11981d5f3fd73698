"""Pictures of single words, worn like print that went through a scanner, a fax or a telephone."""

import random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inference.training.ocr.fonts import Font, draw_font, sized

HEIGHT = 32
WIDTHS = (64, 96, 128, 192, 256, 384)
Grey = NDArray[np.uint8]
_Tones = NDArray[np.float32]


def crop(rng: random.Random, text: str, wear: float, held_out: bool = False, near: str = "") -> Grey:
    """One word as found on a page; `wear` 0 is a clean print, 1 the worst seen. `near` is printed around it."""
    path = draw_font(rng, text + near, held_out)
    size = round(min(56, max(11, rng.lognormvariate(3.35, 0.38))))
    paper = _printed(rng, text, near, sized(path, size), size, wear)
    tones, box = _turned(rng, *paper, wear) if rng.random() < 0.5 * wear else paper
    tones = worn(rng, tones, size, wear)
    x0, y0, x1, y1 = _margins(rng, box, tones.shape)
    return _scaled(tones[y0:y1, x0:x1])


Printed = tuple[_Tones, tuple[int, int, int, int]]


def _printed(rng: random.Random, text: str, near: str, font: Font, size: int, wear: float) -> Printed:
    """Paper with the word and its surroundings, tones 0..255; and the box of the word: ink alone or the whole line."""
    left, top, right, bottom = font.getbbox(text)
    ascent, descent = font.getmetrics()
    room = size
    spread = rng.choice((0, 0, 0, 0, 1)) * rng.uniform(0.02, 0.2) * size if len(text) < 12 else 0.0
    width = round(right - min(left, 0) + spread * len(text))
    image = Image.new("L", (width + 2 * room, ascent + descent + 2 * room), 0)
    draw = ImageDraw.Draw(image)
    x, y = round(room - min(left, 0)), room
    if spread:
        for number, char in enumerate(text):
            draw.text((x + font.getlength(text[:number]) + spread * number, y), char, 255, font)
    else:
        draw.text((x, y), text, 255, font)
    if near and rng.random() < 0.5:
        _surround(rng, draw, near, font, (x, y), width, size)
    if rng.random() < 0.3 * (0.3 + wear):
        _rule(rng, draw, (x, y + top, x + width, y + bottom), size)
    tight = (round(x + min(left, 0)), round(y + top), x + width, round(y + bottom))
    box = (
        tight
        if rng.random() < 0.6
        else (tight[0], y + round(0.1 * ascent), tight[2], y + ascent + round(0.8 * descent))
    )
    ink, paper = rng.uniform(0, 40 + 70 * wear), 255 - rng.uniform(0, 20 + 70 * wear)
    if rng.random() < 0.05:
        ink, paper = 255 - ink, rng.uniform(20, 130)
    cover = np.asarray(image, np.float32) / 255
    return np.asarray(paper + (ink - paper) * cover, np.float32), box


def _surround(
    rng: random.Random, draw: ImageDraw.ImageDraw, near: str, font: Font, at: tuple[int, int], width: int, size: int
) -> None:
    x, y = at
    where, gap = rng.randrange(4), size * rng.uniform(1.0, 1.5)
    if where < 2:
        draw.text((x + rng.uniform(-1, 0.5) * size, y + (gap if where else -gap)), near, 255, font)
    elif where == 2:
        draw.text((x + width + rng.uniform(0.22, 0.5) * size, y), near, 255, font)
    else:
        draw.text((x - font.getlength(near) - rng.uniform(0.22, 0.5) * size, y), near, 255, font)


def _rule(rng: random.Random, draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], size: int) -> None:
    """A ruled line under, over, beside or through the word."""
    x0, y0, x1, y1 = box
    thick, off = max(1, round(size * rng.uniform(0.03, 0.1))), size * rng.uniform(0.0, 0.3)
    where = rng.choice(("under", "under", "over", "left", "right", "through"))
    shade = rng.randint(90, 255)
    if where in ("left", "right"):
        x = x0 - off if where == "left" else x1 + off
        draw.line((x, 0, x, y1 + size * 2), shade, thick)
    else:
        y = {"under": y1 + off, "over": y0 - off, "through": rng.uniform(y0, y1)}[where]
        draw.line((0, y, x1 + 2 * size, y + rng.uniform(-0.05, 0.05) * size), shade, 1 if where == "through" else thick)


def _turned(rng: random.Random, tones: _Tones, box: tuple[int, int, int, int], wear: float) -> Printed:
    """A little askew, slanted and stretched."""
    height, width = tones.shape
    angle, slant, stretch = rng.gauss(0, 0.018 * wear), rng.gauss(0, 0.08 * wear), 1 + rng.gauss(0, 0.08 * wear)
    cx, cy = width / 2, height / 2
    matrix = np.array([[stretch, slant, (1 - stretch) * cx - slant * cy], [angle, 1, -angle * cx]], np.float32)
    turned = cv2.warpAffine(tones, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    x0, x1 = ((x - cx) * stretch + cx for x in (box[0], box[2]))
    return turned.astype(np.float32), (max(0, round(x0)), box[1], min(width, round(x1)), box[3])


def worn(rng: random.Random, tones: _Tones, size: int, wear: float) -> _Tones:
    """What copying, scanning and sending do to tones; each only sometimes."""
    noise = np.random.default_rng(rng.getrandbits(32))
    height, width = tones.shape
    uneven = rng.random() < 0.25 * wear
    if uneven:
        light = np.linspace(rng.uniform(0.6, 1), rng.uniform(0.6, 1), width, dtype=np.float32)
        tones = tones * light[None, :]
    if rng.random() < 0.12 * wear:
        tones = np.minimum(tones, 255 - (255 - np.fliplr(tones)) * rng.uniform(0.05, 0.3))
    if rng.random() < 0.08 * wear:
        tones = _stamped(rng, tones, size)
    if rng.random() < 0.5 * wear and size > 13:
        small = rng.uniform(max(0.35, 9 / size), 1)
        less = cv2.resize(tones, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
        way = rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC))
        tones = np.asarray(cv2.resize(less, (width, height), interpolation=way), np.float32)
    if rng.random() < 0.6 * wear:
        tones = np.asarray(cv2.GaussianBlur(tones, (0, 0), size * rng.uniform(0.012, 0.05)), np.float32)
    if rng.random() < 0.7 * wear:
        tones = tones + noise.normal(0, rng.uniform(1, 14) * min(1.0, float(np.ptp(tones)) / 120), tones.shape).astype(
            np.float32
        )
    if rng.random() < 0.3 * wear and not uneven:
        tones = _two_toned(rng, tones)
    tones = np.clip(tones, 0, 255)
    if rng.random() < 0.3 * wear:
        quality = [cv2.IMWRITE_JPEG_QUALITY, rng.randint(15, 75)]
        _, packed = cv2.imencode(".jpg", tones.astype(np.uint8), quality)
        tones = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.float32)
    return np.asarray(tones, np.float32)


def _stamped(rng: random.Random, tones: _Tones, size: int) -> _Tones:
    height, width = tones.shape
    mark = np.zeros((height, width), np.float32)
    centre = (rng.randrange(width), rng.randint(-2 * size, height + 2 * size))
    cv2.circle(mark, centre, rng.randint(size, 4 * size), 1.0, max(1, round(size * rng.uniform(0.05, 0.2))))
    return np.asarray(tones * (1 - mark * rng.uniform(0.2, 0.6)), np.float32)


def _two_toned(rng: random.Random, tones: _Tones) -> _Tones:
    """Black or white only, as a fax sends; letters grow or shrink a little with the threshold."""
    low, high = np.percentile(tones, (0.5, 85))
    level = low + (high - low) * rng.uniform(0.35, 0.7)
    return np.where(tones > level, np.float32(255), np.float32(0))


def _margins(rng: random.Random, box: tuple[int, int, int, int], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The box as a finder of words would give it: seldom exact."""
    x0, y0, x1, y1 = box
    tall = y1 - y0
    above, below = (rng.uniform(-0.03, 0.22) * tall for _ in range(2))
    before, after = (rng.uniform(-0.02, 0.3) * tall for _ in range(2))
    return (
        max(0, round(x0 - before)),
        max(0, round(y0 - above)),
        min(shape[1], max(round(x1 + after), x0 + 2)),
        min(shape[0], max(round(y1 + below), y0 + 2)),
    )


def _scaled(tones: _Tones) -> Grey:
    """HEIGHT rows; narrower letters where the word would be too long."""
    height, width = tones.shape
    wide = min(WIDTHS[-1], max(4, round(width * HEIGHT / height)))
    way = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    scaled = cv2.resize(tones, (wide, HEIGHT), interpolation=way)
    return np.clip(scaled, 0, 255).astype(np.uint8)
