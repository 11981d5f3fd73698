"""Reading order of words found on a picture: line by line from the top, as `inference.ocr.words` orders print."""

from collections.abc import Sequence

from inference.ocr.engine import Found

_SAME_LINE = 0.5  # of the lower word's height


def reading_order(found: Sequence[Found]) -> list[Found]:
    """Words by line, lines from the top. A word belongs to the line whose nearest word overlaps it most in height."""
    lines: list[list[Found]] = []
    for word in sorted(found, key=lambda word: word.x0):
        line = max(lines, key=lambda line: _overlap(line[-1], word), default=None)
        if line is not None and _overlap(line[-1], word) >= _SAME_LINE:
            line.append(word)
        else:
            lines.append([word])
    lines.sort(key=lambda line: sum(word.y0 + word.y1 for word in line) / len(line))
    return [word for line in lines for word in line]


def _overlap(left: Found, right: Found) -> float:
    """Shared height over the lower one's height."""
    shared = min(left.y1, right.y1) - max(left.y0, right.y0)
    return shared / max(min(left.y1 - left.y0, right.y1 - right.y0), 1.0)
