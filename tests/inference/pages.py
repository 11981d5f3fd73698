"""Readings set from text: each word where a typewriter would put it."""

import re

from inference.types import Box, Page, Reading, Word

COLUMNS, ROWS = 100, 80


def reading(*pages: str) -> Reading:
    """One page for each text; a character is a hundredth of the width, a line an eightieth of the height."""
    return Reading(tuple(_page(number, text) for number, text in enumerate(pages, 1)))


def _page(number: int, text: str) -> Page:
    words = tuple(
        Word(match.group(), Box(match.start() / COLUMNS, (row + 0.1) / ROWS, match.end() / COLUMNS, (row + 0.9) / ROWS))
        for row, line in enumerate(text.splitlines())
        for match in re.finditer(r"\S+", line)
    )
    return Page(number, 595.0, 842.0, words, "test")
