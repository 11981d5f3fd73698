"""From glyphs to words, and words to reading order. Pure geometry: knows neither PDF nor pictures.

Lengths are in units of the print height `h` (ascent to descent), so that nothing depends on the size of type.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

SPACE_GAP = 0.13  # h; printed word spaces are 0.2 to 0.3, kerning stays below 0.1
RUN_GAP = 1.0  # h; a wider gap is a column, not letter-spacing
TOUCHING = (-0.12, 0.06)  # h; fragments of one word drawn separately
SPACED_LETTERS = 4  # so many single letters in a row are one letter-spaced word
SPACED_GAP = 0.7  # h
SLANTED = 4  # in place of quarter turns: stamps and watermarks, read in drawing order


class Glyph(NamedTuple):
    """One character. `u0, v0, u1, v1`: its box with u along the line of reading and v downwards, in points.

    `source` tells the drawing operation it came from; `space` marks a printed space.
    """

    text: str
    u0: float
    v0: float
    u1: float
    v1: float
    turns: int  # direction of reading, clockwise quarter turns, or SLANTED
    source: int
    space: bool = False


class Token(NamedTuple):
    """One word before it gets its place on the page; coordinates as in `Glyph`."""

    text: str
    u0: float
    v0: float
    u1: float
    v1: float
    turns: int
    run: int

    @property
    def height(self) -> float:
        return self.v1 - self.v0


def words_of(glyphs: Sequence[Glyph]) -> list[Token]:
    """Words in reading order: line by line from the top, turned text last."""
    tokens = [token for number, run in enumerate(_runs(glyphs)) for token in _split(run, number)]
    tokens = _without_overprint(tokens)
    ordered: list[Token] = []
    for turns in sorted({token.turns for token in tokens}):
        for line in _lines(token for token in tokens if token.turns == turns):
            ordered.extend(_joined(line))
    return ordered


def _runs(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Consecutive glyphs that continue each other on one line."""
    run: list[Glyph] = []
    for glyph in glyphs:
        if run and not glyph.space and _is_overprint(run[-1], glyph):
            continue
        if run and not _continues(run[-1], glyph):
            yield run
            run = []
        if run or not glyph.space:
            run.append(glyph)
    if run:
        yield run


def _is_overprint(previous: Glyph, glyph: Glyph) -> bool:
    """The same letter drawn again, a little aside, to look bold."""
    return (
        previous.text == glyph.text
        and previous.source != glyph.source
        and abs(previous.u0 - glyph.u0) < 0.3 * (glyph.u1 - glyph.u0)
        and abs(previous.v0 - glyph.v0) < 0.15 * (glyph.v1 - glyph.v0)
    )


def _continues(previous: Glyph, glyph: Glyph) -> bool:
    if previous.turns != glyph.turns:
        return False
    if glyph.turns == SLANTED:
        reach = 1.5 * max(glyph.u1 - glyph.u0, glyph.v1 - glyph.v0)
        return abs(glyph.u0 - previous.u0) <= reach and abs(glyph.v0 - previous.v0) <= reach
    if glyph.space or previous.space:
        height = max(previous.v1 - previous.v0, glyph.v1 - glyph.v0)
    else:
        height = min(previous.v1 - previous.v0, glyph.v1 - glyph.v0)
    overlap = min(previous.v1, glyph.v1) - max(previous.v0, glyph.v0)
    return overlap >= 0.5 * height and -0.5 * height <= _gap(previous, glyph) <= RUN_GAP * height


def _gap(previous: Glyph, glyph: Glyph) -> float:
    """From one glyph to the next along the line. Glyphs of one ligature share a box: no gap."""
    if glyph.turns == SLANTED or (glyph.source == previous.source and glyph[1:5] == previous[1:5]):
        return 0.0
    if _right_to_left(glyph.text) or _right_to_left(previous.text):
        return max(previous.u0 - glyph.u1, glyph.u0 - previous.u1)
    return glyph.u0 - previous.u1


def _right_to_left(text: str) -> bool:
    """Hebrew, Arabic and their neighbours, presentation forms included."""
    return "\u0590" <= text <= "\u08ff" or "\ufb1d" <= text <= "\ufdff" or "\ufe70" <= text <= "\ufefc"


def _split(run: list[Glyph], number: int) -> Iterator[Token]:
    """Cut a run into words at printed spaces and at gaps wider than the run's own letter-spacing."""
    limit = _word_gap(run)
    words: list[list[Glyph]] = [[]]
    for previous, glyph in pairwise([run[0], *run]):
        height = glyph.v1 - glyph.v0
        if words[-1] and (glyph.space or _gap(previous, glyph) > limit * height):
            words.append([])
        if not glyph.space:
            words[-1].append(glyph)
    yield from _spelled_out([_token(word, number) for word in words if word])


def _word_gap(run: list[Glyph]) -> float:
    """The gap, in h, that ends a word. Letter-spaced print raises it above its own spacing."""
    gaps = [_gap(a, b) / (b.v1 - b.v0) for a, b in pairwise(run) if not (a.space or b.space) and b.v1 > b.v0]
    if len(gaps) < SPACED_LETTERS:
        return SPACE_GAP
    usual = median(gaps)
    letters = sum(glyph.text.isalpha() for glyph in run) > 0.6 * sum(not glyph.space for glyph in run)
    if usual < 0.5 * SPACE_GAP or (usual >= SPACE_GAP and not letters):
        return SPACE_GAP
    return usual + max(SPACE_GAP, 0.5 * usual)


def _spelled_out(tokens: list[Token]) -> Iterator[Token]:
    """Join letters printed with a space between each: I N V O I C E."""
    start = 0
    while start < len(tokens):
        end = start + 1
        while end < len(tokens) and _same_spelling(tokens[start:end], tokens[end]):
            end += 1
        if end - start >= SPACED_LETTERS:
            yield _merged(tokens[start:end])
        else:
            end = start + 1
            yield tokens[start]
        start = end


def _same_spelling(word: list[Token], token: Token) -> bool:
    last = word[-1]
    if not (len(last.text) == 1 and last.text.isalpha() and len(token.text) == 1 and token.text.isalpha()):
        return False
    gap = (token.u0 - last.u1) / token.height
    usual = (word[1].u0 - word[0].u1) / token.height if len(word) > 1 else gap
    return 0 <= gap < SPACED_GAP and gap <= 1.5 * usual + 0.05


def _token(glyphs: list[Glyph], run: int) -> Token:
    return Token(
        "".join(glyph.text for glyph in glyphs),
        min(glyph.u0 for glyph in glyphs),
        min(glyph.v0 for glyph in glyphs),
        max(glyph.u1 for glyph in glyphs),
        max(glyph.v1 for glyph in glyphs),
        glyphs[0].turns,
        run,
    )


def _merged(tokens: Sequence[Token]) -> Token:
    return Token(
        "".join(token.text for token in tokens),
        min(token.u0 for token in tokens),
        min(token.v0 for token in tokens),
        max(token.u1 for token in tokens),
        max(token.v1 for token in tokens),
        tokens[0].turns,
        tokens[0].run,
    )


def _without_overprint(tokens: list[Token]) -> list[Token]:
    """Drop a word printed again (nearly) on top of itself, as for bold type or shadows."""
    seen: dict[tuple[str, int], list[Token]] = {}
    kept: list[Token] = []
    for token in tokens:
        twins = seen.setdefault((token.text, token.turns), [])
        near = 0.2 * token.height
        if any(abs(t.u0 - token.u0) < near and abs(t.v0 - token.v0) < near and t.run != token.run for t in twins):
            continue
        twins.append(token)
        kept.append(token)
    return kept


def _lines(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Group words whose middles lie at one height; lines from the top, words from the left."""
    line: list[Token] = []
    middle = 0.0
    for token in sorted(tokens, key=lambda token: token.v0 + token.v1):
        own = (token.v0 + token.v1) / 2
        if line and own - middle > 0.4 * min(token.height, line[0].height):
            yield sorted(line, key=lambda token: token.u0)
            line = []
        middle = own if not line else middle + (own - middle) / (len(line) + 1)
        line.append(token)
    if line:
        yield sorted(line, key=lambda token: token.u0)


def _joined(line: list[Token]) -> Iterator[Token]:
    """Put together pieces of one word that were drawn at different times."""
    word = line[0]
    for token in line[1:]:
        if _touch(word, token):
            word = _merged((word, token))
        else:
            yield word
            word = token
    yield word


def _touch(left: Token, right: Token) -> bool:
    height = max(left.height, right.height)
    return (
        left.run != right.run
        and TOUCHING[0] * height <= right.u0 - left.u1 <= TOUCHING[1] * height
        and abs(left.v0 - right.v0) < 0.1 * height
        and abs(left.v1 - right.v1) < 0.1 * height
    )
