"""What the network sees of a document: for each word hashed text, numbers, and which words stand around it.

Words are those of `lines.layout`, line by line, left to right; every array has one row per word, in that order.
"""

import re
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from inference.extraction.candidates import Hit, find_hits
from inference.extraction.labels import find_labels, fold, lexicon
from inference.extraction.lines import Layout, layout
from inference.extraction.names import words_of
from inference.types import Reading, Word

BUCKETS = 16384
KINDS = (
    "date", "money", "number", "percent", "currency", "iban", "bic", "vat_id", "id", "email", "website", "phone",
)  # fmt: skip
ROLES = {
    "FIELD_LABELS": (
        "invoice_number", "issue_date", "due_date", "service_period", "service_date", "purchase_order",
        "other_order_number", "delivery_note", "customer_number", "credited_invoice", "vat_id", "buyer_vat_id",
        "seller_tax_number", "payment_reference", "payment_terms", "seller_iban", "seller_bic", "seller_bank_account",
        "currency", "other_date", "other_number",
    ),
    "AMOUNT_LABELS": (
        "other_amount", "total", "gross_amount", "amount_due", "amount_paid", "net_amount", "tax_amount",
        "discount_amount", "shipping_amount", "rounding_amount",
    ),
    "QUALIFIERS": ("inclusive", "exclusive"),
    "BLOCK_LABELS": ("buyer", "seller", "ship_to", "account_holder"),
    "TITLES": ("credit_note", "invoice", "receipt", "other"),
    "COLUMN_LABELS": (
        "position", "description", "product_code", "quantity", "unit", "unit_price", "discount", "tax_rate",
        "net_amount", "tax_amount", "gross_amount", "purchase_order", "date",
    ),
}  # fmt: skip
SLOTS = (
    "left1", "left2", "left3", "left4", "left6", "right1", "right2", "right3", "right5", "line_first", "line_last",
    "above1", "above2", "above3", "above4", "above8", "above16", "below1", "below2", "below4", "below8",
    "line_above", "line_below", "run_before", "run_after", "run_above",
)  # fmt: skip
_FLAGS = [(table, role) for table, roles in ROLES.items() for role in roles]
_FLAG_AT = {flag: number for number, flag in enumerate(_FLAGS)}
_GEOMETRY = 18
_AMOUNT = 6
DENSE = _GEOMETRY + 2 * len(KINDS) + _AMOUNT + len(_FLAGS) + 1


@dataclass(frozen=True)
class Features:
    """One document. `tokens` int32 (total,) hashed in 1..BUCKETS-1, word i owns tokens[offsets[i]:offsets[i+1]];
    `dense` float32 (words, DENSE); `neighbours` int32 (words, SLOTS), -1 where nothing stands there.

    `places[i]` is (page position, word position) in the reading; `word_lines[i]` the line's index in `lines`.
    """

    lines: Layout
    hits: list[Hit]
    places: list[tuple[int, int]]
    word_lines: NDArray[np.int32]
    tokens: NDArray[np.int32]
    offsets: NDArray[np.int32]
    dense: NDArray[np.float32]
    neighbours: NDArray[np.int32]

    @cached_property
    def line_starts(self) -> list[int]:
        """The first row of each line, and the number of rows at the end."""
        return _line_starts(self.lines)


def featurise(reading: Reading) -> Features:
    """All arrays of one document; defined for every reading, with no rows where it has no usable word."""
    lines = layout(reading)
    hits = find_hits(lines)
    pages = {page.number: position for position, page in enumerate(reading.pages)}
    places = [(pages[line.page], word) for line in lines.lines for word in line.words]
    word_lines = np.repeat(
        np.arange(len(lines.lines), dtype=np.int32), [len(line.words) for line in lines.lines]
    ).astype(np.int32)
    words = [reading.pages[page].words[word] for page, word in places]
    texts = [tokens_of(word.text) for word in words]
    lengths = np.fromiter((len(text) for text in texts), np.int32, len(texts))
    offsets = np.concatenate([np.zeros(1, np.int32), np.cumsum(lengths, dtype=np.int32)]).astype(np.int32)
    tokens = np.fromiter(chain.from_iterable(texts), np.int32, int(offsets[-1]))
    dense = np.concatenate(
        [_geometry(reading, words, places, lines), _typed(lines, hits), _flags(lines), _legal(words)], axis=1
    ).astype(np.float32)
    return Features(lines, hits, places, word_lines, tokens, offsets, dense, _neighbours(lines))


def without_vocabulary(features: Features) -> Features:
    """The same, but no word is known to be a label or a legal form."""
    dense = features.dense.copy()
    dense[:, -len(_FLAGS) - 1 :] = 0
    return replace(features, dense=dense)


@lru_cache(maxsize=50_000)
def tokens_of(text: str) -> tuple[int, ...]:
    """Hashes of the word folded, its shape, its edges and its letter trigrams; digits are told by shape alone."""
    plain = fold(text)[:24]
    shape = re.sub(r"(.)\1{2,}", r"\1\1", re.sub(r"\d", "0", re.sub(r"[^\W\d_]", "a", text)))[:16]
    cased = re.sub(r"[A-ZÀ-Þ]", "A", re.sub(r"[a-zß-ÿ]", "a", re.sub(r"\d", "0", text)))[:16]
    edges = "^" + re.sub(r"\d", "0", plain) + "$"
    parts = {f"s{shape}", f"c{cased}", f"w{edges}", f"<{plain[:4]}", f">{plain[-4:]}"}
    if any(character.isalpha() for character in plain):
        parts |= {f"g{edges[i : i + 3]}" for i in range(len(edges) - 2)}
        parts |= {f"q{edges[i : i + 4]}" for i in range(len(edges) - 3)}
    return tuple(sorted(1 + zlib.crc32(part.encode()) % (BUCKETS - 1) for part in parts))


def _geometry(reading: Reading, words: list[Word], places: list[tuple[int, int]], lines: Layout) -> NDArray[np.float64]:
    if not words:
        return np.zeros((0, _GEOMETRY))
    boxes = np.clip(np.array([word.box for word in words], np.float64), -0.5, 1.5)
    page = np.array([place[0] for place in places])
    x0, y0, x1, y1 = boxes.T
    height = np.maximum(y1 - y0, 1e-4)
    usual = np.median(height)
    count = max(len(reading.pages), 1)
    span = np.array(
        [(line.box.x0, line.box.x1, len(line.words), n) for line in lines.lines for n in range(len(line.words))]
    )
    texts = [word.text for word in words]
    size = np.array([max(len(text), 1) for text in texts])
    digits = np.array([sum(map(str.isdigit, text)) for text in texts]) / size
    letters = np.array([sum(map(str.isalpha, text)) for text in texts]) / size
    upper = np.array([sum(map(str.isupper, text)) for text in texts]) / size
    columns = (
        x0, y0, x1, y1, np.log(height / usual), (x1 - x0) * 4, page == 0, page == count - 1, np.minimum(page, 4) / 4,
        np.clip(span[:, 0], 0, 1), np.clip(span[:, 1], 0, 1), np.minimum(span[:, 2], 20) / 20,
        np.minimum(span[:, 3], 20) / 20, digits, letters, upper, np.minimum(size, 20) / 20,
        np.array([text.endswith(":") for text in texts]),
    )  # fmt: skip
    return np.nan_to_num(np.stack([np.asarray(column, np.float64) for column in columns], axis=1))


def _typed(lines: Layout, hits: list[Hit]) -> NDArray[np.float64]:
    """Which kinds of value a word is part of, whether check digits hold, and what its amount adds up to."""
    starts = _line_starts(lines)
    found = np.zeros((starts[-1], 2 * len(KINDS) + _AMOUNT))
    sums = _sums(hits)
    dates = sorted({hit.value for hit in hits if hit.kind == "date"})
    for hit in hits:
        if hit.kind not in KINDS:
            continue
        first, last = hit.line.words_of(hit.start, hit.end)
        rows = slice(starts[hit.line.index] + first, starts[hit.line.index] + last + 1)
        kind = KINDS.index(hit.kind)
        found[rows, kind] = 1
        found[starts[hit.line.index] + first, len(KINDS) + kind] = 1 if hit.valid else 0.3
        at = 2 * len(KINDS)
        if hit.kind in ("money", "number") and isinstance(hit.value, Decimal):
            found[rows, at : at + 4] = sums.get(abs(hit.value), (0, 0, 0, 0))
            found[rows, at + 4] = hit.value < 0
        elif hit.kind == "date":
            found[rows, at + 5] = (dates.index(hit.value) + 1) / len(dates)
    return found


def _sums(hits: list[Hit]) -> dict[Decimal, tuple[float, float, float, float]]:
    """For each amount: how often it is printed, its rank, whether it is the sum of two others, and a part of one."""
    amounts = Counter(abs(hit.value) for hit in hits if hit.kind == "money" and isinstance(hit.value, Decimal))
    ranked = sorted((amount for amount in amounts if amount), reverse=True)[:60]
    whole, part = set(), set()
    known = set(ranked)
    for position, total in enumerate(ranked):
        for larger in ranked[position + 1 :]:
            rest = total - larger
            if rest > larger:
                break
            if rest in known:
                whole.add(total)
                part |= {larger, rest}
    rank = {amount: 1 - position / len(ranked) for position, amount in enumerate(ranked)}
    return {
        amount: (min(count, 5) / 5, rank.get(amount, 0.0), float(amount in whole), float(amount in part))
        for amount, count in amounts.items()
    }


def _flags(lines: Layout) -> NDArray[np.float64]:
    """Which words belong to a phrase of the vocabulary, by what it can mean."""
    starts = _line_starts(lines)
    found = np.zeros((starts[-1], len(_FLAGS)))
    for table in ROLES:
        words = lexicon(table)
        for line in lines.lines:
            for label in find_labels(line, words):
                first, last = line.words_of(label.start, label.end)
                rows = slice(starts[line.index] + first, starts[line.index] + last + 1)
                for role in label.roles:
                    column = _FLAG_AT.get((table, role))
                    if column is not None:
                        found[rows, column] = 1
    return found


def _legal(words: list[Word]) -> NDArray[np.float64]:
    """Whether a word is a legal form: a company's name is near."""
    return np.array([[float(fold(word.text) in words_of("LEGAL_FORMS"))] for word in words]).reshape(len(words), 1)


def _line_starts(lines: Layout) -> list[int]:
    starts = [0]
    for line in lines.lines:
        starts.append(starts[-1] + len(line.words))
    return starts


def _neighbours(lines: Layout) -> NDArray[np.int32]:
    starts = _line_starts(lines)
    count = starts[-1]
    above, below = _vertical(lines, starts, -1), _vertical(lines, starts, 1)
    at = np.arange(count)
    first = np.repeat(starts[:-1], np.diff(starts)) if count else at
    last = np.repeat(np.array(starts[1:]) - 1, np.diff(starts)) if count else at
    slots: dict[str, NDArray[np.int64]] = {"line_first": first, "line_last": last}
    for distance in (1, 2, 3, 4, 6):
        slots[f"left{distance}"] = np.where(at - distance >= first, at - distance, -1)
    for distance in (1, 2, 3, 5):
        slots[f"right{distance}"] = np.where(at + distance <= last, at + distance, -1)
    for name, step, reaches in (("above", above, (1, 2, 4, 8, 16)), ("below", below, (1, 2, 4, 8))):
        jump = step
        for reach in reaches:
            slots[f"{name}{reach}"] = jump
            jump = _follow(jump, jump)
    slots["above3"] = _follow(slots["above2"], above)
    slots["line_above"] = np.where(first > 0, first - 1, -1)
    slots["line_above"] = np.where(slots["line_above"] >= 0, first[slots["line_above"]], -1) if count else at
    slots["line_below"] = np.where(last + 1 < count, last + 1, -1)
    run_first, run_last = _runs(lines, starts)
    slots["run_before"] = np.where(run_first - 1 >= first, run_first - 1, -1)
    slots["run_after"] = np.where(run_last + 1 <= last, run_last + 1, -1)
    slots["run_above"] = above[run_first] if count else at
    return np.stack([slots[name] for name in SLOTS], axis=1).astype(np.int32).reshape(count, len(SLOTS))


def _follow(first: NDArray[np.int64], then: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(first >= 0, then[first], -1) if len(first) else first


def _runs(lines: Layout, starts: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last word of each word's run."""
    first, last = np.zeros(starts[-1], np.int64), np.zeros(starts[-1], np.int64)
    for line in lines.lines:
        for run in line.runs:
            a, b = line.words_of(run.start, run.end)
            rows = slice(starts[line.index] + a, starts[line.index] + b + 1)
            first[rows], last[rows] = starts[line.index] + a, starts[line.index] + b
    return first, last


_LINES_AWAY = 12


def _vertical(lines: Layout, starts: list[int], step: int) -> NDArray[np.int64]:
    """For each word the nearest one above (`step` -1) or below (+1) that shares some of its width."""
    found = np.full(starts[-1], -1, np.int64)
    for line in lines.lines:
        todo = dict(enumerate(line.boxes))
        for distance in range(1, _LINES_AWAY + 1):
            other = line.index + step * distance
            if not todo or not 0 <= other < len(lines.lines) or lines.lines[other].page != line.page:
                break
            boxes = lines.lines[other].boxes
            for word, box in list(todo.items()):
                best, share = -1, 0.0
                for position, candidate in enumerate(boxes):
                    if candidate.x0 >= box.x1:
                        break
                    overlap = min(box.x1, candidate.x1) - max(box.x0, candidate.x0)
                    if overlap > share:
                        best, share = position, overlap
                if best >= 0:
                    found[starts[line.index] + word] = starts[other] + best
                    del todo[word]
    return found
