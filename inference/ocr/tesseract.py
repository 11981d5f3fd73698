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
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from inference.ocr.engine import EngineFailed, Found, Grey

NAME = "tesseract"
LANGUAGES = ("eng", "deu", "fra")
"""Each more costs time on every word in doubt; these three have most letters of western Europe between them."""
_SECONDS = 60
_MEMORY = 3 * 2**30
_WORD_LEVEL = "5"


@dataclass(frozen=True)
class Tesseract:
    """`languages` as its option -l takes them; `mode` is its page segmentation mode."""

    program: str
    languages: str
    digest: str
    mode: int = 3
    name: str = NAME

    def read(self, pages: Sequence[Grey]) -> list[list[Found]]:
        """One page after another. Confidence is Tesseract's own for the word; it gives none for single letters."""
        return [list(_found(self._table(page))) for page in pages]

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


def _found(table: str) -> Iterator[Found]:
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = "".join((row["text"] or "").split())
        if row["level"] == _WORD_LEVEL and text:
            x, y, width, height = (int(row[key]) for key in ("left", "top", "width", "height"))
            yield Found(text, x, y, x + width, y + height, min(max(float(row["conf"]) / 100, 0.0), 1.0))


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
        listed = subprocess.run(
            [program, "--list-langs"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
        version = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
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
