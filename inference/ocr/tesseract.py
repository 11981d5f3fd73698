"""Tesseract as an engine, where the program is installed. A child process per page: its memory goes with it."""

import csv
import hashlib
import io
import os
import re
import resource
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from inference.ocr.engine import EngineFailed, Found, Grey

NAME = "tesseract"
LANGUAGES = ("eng", "deu", "fra")
"""Each more costs time on every word in doubt; these three have most letters of western Europe between them."""
_SECONDS = 60
_MEMORY = 3 * 2**30
_WORD_LEVEL = "5"
_MIDDLE = (0.3, 0.7)  # of the page's height: where it may be cut in two
_LEAST_HEIGHT = 1500  # pixels; lower pages are read whole
_GAP = 0.004  # of the page's height: an empty stretch in which to cut
_INK = 0.8  # of the paper's tone; darker is ink


@dataclass(frozen=True)
class Tesseract:
    """`languages` as its option -l takes them; `mode` is its page segmentation mode."""

    program: str
    languages: str
    digest: str
    mode: int = 3
    name: str = NAME

    def read(self, pages: Sequence[Grey]) -> list[list[Found]]:
        """Bands of pages, as many at a time as there are cores. Confidence is Tesseract's own for the word."""
        bands = [(number, top, band) for number, page in enumerate(pages) for top, band in bands_of(page)]
        with ThreadPoolExecutor(max(1, min(len(bands), len(os.sched_getaffinity(0))))) as pool:
            tables = pool.map(self._table, (band for _, _, band in bands))
            found: list[list[Found]] = [[] for _ in pages]
            for (number, top, _), table in zip(bands, tables, strict=True):
                found[number] += _found(table, top)
        return found

    def _table(self, page: Grey) -> str:
        height, width = page.shape
        command = [
            self.program,
            "stdin",
            "stdout",
            "-l",
            self.languages,
            "--psm",
            str(self.mode),
            "--dpi",
            "300",
            "tsv",
        ]
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"} | _data_folder(),
        )
        with child:
            resource.prlimit(child.pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            resource.prlimit(child.pid, resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
            try:
                out, _ = child.communicate(b"P5 %d %d 255\n" % (width, height) + page.tobytes(), timeout=2 * _SECONDS)
            except subprocess.TimeoutExpired as error:
                child.kill()
                raise EngineFailed(f"Tesseract took more than {2 * _SECONDS} s for a page.") from error
        if child.returncode:
            raise EngineFailed(f"Tesseract ended with status {child.returncode}.")
        return out.decode("utf-8", "replace")


def bands_of(page: Grey) -> list[tuple[int, Grey]]:
    """The page in two, with the row at which each begins, cut at the widest empty stretch near its middle; or whole."""
    height = page.shape[0]
    first, last = round(_MIDDLE[0] * height), round(_MIDDLE[1] * height)
    part = page[first:last:2, ::2]
    if height < _LEAST_HEIGHT or not part.size:
        return [(0, page)]
    empty = part.min(1) > np.median(part) * _INK
    ends = np.flatnonzero(np.diff(np.concatenate([[False], empty, [False]]).astype(np.int8)))
    starts, stops = ends[::2], ends[1::2]
    if not len(starts) or (stops - starts).max() < _GAP * height / 2:
        return [(0, page)]
    widest = int(np.argmax(stops - starts))
    cut = first + int(starts[widest] + stops[widest])
    return [(0, page[:cut]), (cut, page[cut:])]


def _found(table: str, top: int) -> Iterator[Found]:
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = "".join((row["text"] or "").split())
        if row["level"] == _WORD_LEVEL and text:
            x, y, width, height = (int(row[key]) for key in ("left", "top", "width", "height"))
            yield Found(text, x, y + top, x + width, y + top + height, min(max(float(row["conf"]) / 100, 0.0), 1.0))


def _data_folder() -> dict[str, str]:
    folder = os.environ.get("TESSDATA_PREFIX")
    return {"TESSDATA_PREFIX": folder} if folder else {}


@cache
def installed(wanted: tuple[str, ...] = LANGUAGES) -> Tesseract | None:
    """The engine with those of the languages that are installed; None without the program, or without any of them."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        listed, version = _says(program, "--list-langs"), _says(program, "--version")
    except (subprocess.SubprocessError, OSError):
        return None
    languages = [language for language in wanted if language in listed.split()]
    if not languages:
        return None
    return Tesseract(program, "+".join(languages), _digest(version, listed, languages))


def _says(program: str, option: str) -> str:
    return subprocess.run([program, option], capture_output=True, text=True, timeout=20, check=True).stdout


def _digest(version: str, listed: str, languages: list[str]) -> str:
    """The version and the sum over the language files: "5.3.0 deu+eng 0f3a..."."""
    number = re.search(r"\d+(\.\d+)+", version)
    folder = re.search(r'"(.+?)"', listed)
    total = hashlib.sha256()
    for language in languages:
        file = Path(folder.group(1) if folder else "") / f"{language}.traineddata"
        total.update(file.read_bytes() if file.is_file() else language.encode())
    return f"{number.group() if number else 'unknown'} {'+'.join(languages)} {total.hexdigest()[:16]}"
