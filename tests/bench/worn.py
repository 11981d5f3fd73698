"""The project's own sample invoices as they come back from a scanner, a fax and a telephone. A person can read each."""

import json
import random
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.ocr.render import scan
from inference.ocr.text_layer import read
from review.demo.draw import FOLDER
from tests.bench.found import VALUES, is_found

Tones = NDArray[np.uint8]
_Warm = NDArray[np.float32]
_DPI = 200  # of office scanners, and nearly of a fine fax (204 x 196)
_DRAWN_DPI = 300


def own_samples() -> Iterator[tuple[str, dict[str, str], list[Tones]]]:
    """Kind of wear, values printed (those of the text layer), pages. The sample that is a scan itself is left out."""
    for line in (FOLDER / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        data = (FOLDER / entry["file"]).read_bytes()
        pages = read(data).pages
        words = [word.text for page in pages for word in page.words]
        named = {name: value for name, value in entry["fields"].items() if name in VALUES}
        truth = {name: value for name, value in named.items() if is_found(name, value, words)}
        if not words:
            continue
        clean = [np.asarray(scan(data, page.number)) for page in pages]
        for kind, wear in WEARS.items():
            rng = random.Random(f"{entry['file']} {kind}")
            yield kind, truth, [wear(rng, page) for page in clean]


def scanned(rng: random.Random, page: Tones) -> Tones:
    """Laid a little crooked, soft, on paper that is not white, noisy, packed as JPEG."""
    tones = _turned(_smaller(page), rng.gauss(0, 0.8), 255)
    ink, paper = rng.uniform(15, 60), rng.uniform(215, 250)
    soft = np.asarray(cv2.GaussianBlur(tones, (0, 0), rng.uniform(0.4, 0.8)), np.float32)
    shaded = np.asarray(ink + (paper - ink) * soft / 255, np.float32)
    return _packed(shaded + _noise(rng, shaded.shape, rng.uniform(3, 8)), rng.randint(35, 65))


def faxed(rng: random.Random, page: Tones) -> Tones:
    """Black and white only, with specks and a streak or two along the way of the paper."""
    tones = _turned(_smaller(page), rng.gauss(0, 0.5), 255)
    tones = cv2.GaussianBlur(tones, (0, 0), rng.uniform(0.3, 0.6)) + _noise(rng, tones.shape, rng.uniform(8, 18))
    sent = np.where(tones > rng.uniform(145, 180), np.uint8(255), np.uint8(0))
    dice = np.random.default_rng(rng.getrandbits(32))
    sent[dice.random(sent.shape) < 0.0004] = 0
    for _ in range(rng.randint(0, 2)):
        sent[:, rng.randrange(sent.shape[1])] = 0
    return sent


def photographed(rng: random.Random, page: Tones) -> Tones:
    """Held aslant over a dark table, lit from one side, packed as JPEG: 12 million pixels, as telephones have."""
    height, width = page.shape
    size = (round(1.12 * width), round(1.1 * height))
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    room = np.array([0.06 * width, 0.05 * height], np.float32)
    moved = corners + room + np.array([(rng.gauss(0, 25), rng.gauss(0, 25)) for _ in range(4)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    laid = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA, borderValue=rng.randint(50, 90))
    light = np.outer(
        np.linspace(rng.uniform(0.75, 1), rng.uniform(0.75, 1), size[1]),
        np.linspace(rng.uniform(0.75, 1), rng.uniform(0.75, 1), size[0]),
    )
    tones = (25 + 0.85 * laid.astype(np.float32)) * light.astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(tones, (0, 0), rng.uniform(0.6, 1.3)), np.float32)
    return _packed(soft + _noise(rng, tones.shape, rng.uniform(2, 6)), rng.randint(50, 80))


WEARS: dict[str, Callable[[random.Random, Tones], Tones]] = {
    "scan": scanned,
    "fax": faxed,
    "photograph": photographed,
}


def _smaller(page: Tones) -> _Warm:
    share = _DPI / _DRAWN_DPI
    return np.asarray(cv2.resize(page, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.float32)


def _turned(tones: _Warm, degrees: float, paper: int) -> _Warm:
    height, width = tones.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(tones, matrix, (width, height), borderValue=paper), np.float32)


def _noise(rng: random.Random, shape: tuple[int, ...], much: float) -> _Warm:
    return np.random.default_rng(rng.getrandbits(32)).normal(0, much, shape).astype(np.float32)


def _packed(tones: _Warm, quality: int) -> Tones:
    _, packed = cv2.imencode(".jpg", np.clip(tones, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
