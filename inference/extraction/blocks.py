"""Blocks of text that a label such as "Bill to" opens, read as a name and an address."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from inference.extraction.labels import Label, find_labels, fold, lexicon
from inference.extraction.lines import Layout, Line, Run
from inference.extraction.names import (
    DEPARTMENT,
    GREETING,
    PART_OF_ADDRESS,
    PART_OF_NAME,
    PERSON,
    POSTCODE,
    REACH,
    STREETS,
    continues,
    first_part,
    has_legal_form,
    is_country,
    is_name,
    until_legal_form,
)

_ASIDE = re.compile(
    r"^ ?\([^()]*\)|[ (]*\b(?:acct|account|a/c|cust(?:omer)?|client|kd|no|nr|id)\b[ .\-]*(?:no|nr|#)?[.:]? ?[\w\-]*\d[\w\-]*\)?$",  # noqa: E501
    re.I,
)  # "Deliver to (if different)", "Bill to acct 1188"
_ACCOUNT = re.compile(r"[A-Z]{2}\d\d ?\d{4}(?: |$)")  # how an IBAN begins
_CARE_OF = re.compile(r"(?:c/o|bei|chez|p/a|presso)\b", re.I)
_CODE_LINE = re.compile(r"(?:GLN|ILN|EAN|ID|[A-Za-z.\-]{1,10}:)?\s*\d{6,}\b")  # a number that stands before the name

_NUMBERS = frozenset({"vat_id", "buyer_vat_id", "seller_tax_number", "customer_number"})
"""Fields that may stand between a party's name and its address."""


@dataclass
class Party:
    """A name and the lines of its address; `strength` says how much speaks for the name, `margin` over the next."""

    name: Run | None = None
    name_text: str = ""
    address: list[Run] = field(default_factory=list)
    address_text: str = ""
    strength: float = 0.0
    margin: float = 0.0
    labelled: bool = False
    lines: frozenset[tuple[int, int]] = frozenset()  # (line, start) of every run of its block
    rivals: list[tuple[str, Run]] = field(default_factory=list)


def block_labels(lines: Layout) -> dict[str, list[Label]]:
    """Labels that open a block, such as "Bill to", by role; they begin their run and fill it or end in a colon."""
    words = lexicon("BLOCK_LABELS")
    found: dict[str, list[Label]] = defaultdict(list)
    for line in lines.lines:
        starts = {run.start: run for run in line.runs}
        for label in find_labels(line, words):
            run = next((r for s, r in starts.items() if s <= label.start < s + len(r.text)), None)
            if run is None:
                continue
            if label.start > run.start + 1 and not _second_language(line.text[run.start : label.start]):
                continue
            rest = _ASIDE.sub("", line.text[label.end : run.end])
            second = next((other for other in find_labels(line, words) if label.end < other.start < run.end), None)
            if second is not None and _again(line.text[label.end : second.start]):
                rest = line.text[second.end : run.end]
            if (
                not any(c.isalnum() for c in rest)
                or rest.lstrip(" )'s").startswith(":")
                or (len(label.key) >= 9 and label.key not in ("attention", "lieferant"))
            ):
                for role in label.roles:
                    found[role].append(label)
    return found


def _second_language(before: str) -> bool:
    """Whether what stands before a label is the same label in another language: "Geadresseerde/Client"."""
    return len(before) <= 30 and before.rstrip().endswith(("/", "|")) and not any(c.isdigit() for c in before)


def _again(between: str) -> bool:
    """Whether the next label says the same in other words; after a colon it is the first word of the value."""
    return not any(c.isalnum() or c == ":" for c in between)


def opened_blocks(lines: Layout, label: Label) -> Iterable[tuple[list[Run], bool]]:
    line = label.line
    run = next(r for r in line.runs if r.start <= label.start < r.end)
    end = label.end
    for other in find_labels(line, lexicon("BLOCK_LABELS")):
        if end < other.start < run.end and _again(line.text[end : other.start]):
            end = other.end  # the same label in a second language
    rest = _ASIDE.sub("", line.text[end : run.end]).lstrip(" :.)'s\t-–—")
    if sum(c.isalpha() for c in rest) >= 3:
        start = run.end - len(rest)
        first = Run(line, start, run.end, rest, line.span(start, run.end)[1])
        under = lines.block(run)
        yield [first, *under[1:]], True
        return
    right = [r for r in line.runs if r.start >= run.end]
    cut = _cut_off(lines, run)
    under = [_in_column(r, label, line) for r in (lines.block(run)[1:] if cut is None else lines.block(cut))]
    if under and fold(under[0].text) in lexicon("BLOCK_LABELS")[0]:
        under = under[1:]  # the same label in a second language
    if not under:
        below = [
            r for other in lines.below(line, 3.0) for r in other.runs if abs(r.box.x0 - label.box.x0) < 3 * line.em
        ]
        under = lines.block(below[0]) if below else []
    beside = bool(right) and not find_labels(line, lexicon("BLOCK_LABELS"))[1:]
    if beside and right[0].text.startswith(":"):
        under = []  # a field of a form, with its value
    if beside and under and _is_row(under[0], right[0]):
        yield lines.block(right[0]), True
        return
    if beside and (not under or (rest.endswith(":") or line.text[label.end : run.end].strip().endswith(":"))):
        yield lines.block(right[0]), True
    if under:
        yield under, False


def _in_column(run: Run, label: Label, line: Line) -> Run:
    """A run without the words that stand under the next label: two addresses set so close that no gap parts them."""
    later = [r.box.x0 for r in line.runs if r.start > label.end]
    first, last = run.line.words_of(run.start, run.end)
    for word in range(first + 1, last + 1) if later else ():
        if abs(run.line.boxes[word].x0 - later[0]) < 0.3 * line.em:
            return run.line.part(run.start, run.line.starts[word] - 1)
    return run


def _cut_off(lines: Layout, run: Run) -> Run | None:
    """What stands right under a label at the end of a run that begins in the column to its left."""
    for line in lines.below(run.line, 1.2):
        for other in line.runs:
            first, last = line.words_of(other.start, other.end)
            for word in range(first + 1, last + 1) if other.box.x0 < run.box.x0 else ():
                if abs(line.boxes[word].x0 - run.box.x0) < 0.3 * line.em:
                    return line.part(line.starts[word], other.end)
    return None


def _is_row(under: Run, right: Run) -> bool:
    """Whether the run under a label is one of a form's labels too: its value stands in the column of the label's."""
    beside = [run for run in under.line.runs if run.start >= under.end]
    return (
        bool(beside)
        and abs(beside[0].box.x0 - right.box.x0) < under.line.em
        and is_name(first_part(right.text))
        and not has_legal_form(under.text)
        and not POSTCODE.search(under.text)
    )


def party_of(block: list[Run], inline: bool) -> Party:
    """Name and address of a block of runs; no name where its first lines are no names."""
    rows = [(run, GREETING.sub("", _value(run.text)).strip(" ,;:")) for run in block]
    rows = [(run, text) for run, text in rows if text]
    if len(block) > 1 and not PERSON.match(block[0].text):
        rows = _in_care_of(rows)
        rows = [(run, text) for run, text in rows if not PERSON.match(run.text)]
    if any(not DEPARTMENT.fullmatch(text) for _, text in rows):
        rows = [(run, text) for run, text in rows if not DEPARTMENT.fullmatch(text)]
    rows = _form(block) or until_foreign(rows)
    if not rows:
        return Party()
    first = first_part(rows[0][1])
    if not is_name(first) or (POSTCODE.search(first) and not has_legal_form(first)):
        return Party()
    rows = _unwrapped(rows)
    chosen = next(
        (i for i, (_, text) in enumerate(rows[:3]) if has_legal_form(first_part(text)) and is_name(first_part(text))), 0
    )
    run, text = rows[chosen]
    name = until_legal_form(first_part(text))
    inner = text[len(name) :].strip(" ,;-–—·•|") if name != text else ""
    address = _address([(r, t) for r, t in rows[chosen + 1 :]])
    if POSTCODE.search(inner):
        address = [(r, t) for r, t in address[:1] if is_country(t)]
    pieces = [piece for piece in (inner, *(t for _, t in address)) if piece]
    return Party(
        run,
        name,
        [r for r, _ in address] or ([run] if inner else []),
        ", ".join(pieces),
        lines=frozenset((r.line.index, r.start) for r in block),
    )


def _in_care_of(rows: list[tuple[Run, str]]) -> list[tuple[Run, str]]:
    """From the firm on that a person stands for: "Mrs Oyelaran, c/o Calder Devices Ltd"."""
    for i, (run, text) in enumerate(rows[:3]):
        if i and has_legal_form(text) and _CARE_OF.match(run.text) and not any(has_legal_form(t) for _, t in rows[:i]):
            return [(Run(run.line, run.start, run.end, text, run.box), text), *rows[i + 1 :]]
    return rows


def _unwrapped(rows: list[tuple[Run, str]]) -> list[tuple[Run, str]]:
    """The rows with a name that goes on in the next one put together."""
    for i, ((run, text), (under, rest)) in enumerate(pairwise(rows[:3])):
        if continues(text, rest):
            whole = Run(run.line, run.start, run.end, f"{run.text} {under.text}", run.box.union(under.box))
            return [*rows[:i], (whole, f"{text} {rest}"), *rows[i + 2 :]]
    return rows


def _form(block: list[Run]) -> list[tuple[Run, str]]:
    """The rows of a form from the one that says that it holds the name ("Name: ..."), where others stand above."""
    named = next((i for i, run in enumerate(block) if i and _says_name(run.text)), None)
    if named is None or not is_name(first_part(_value(block[named].text))):
        return []
    rows = [(run, run.text) for run in block[named:] if _value(run.text) != run.text or ":" not in run.text]
    return [(run, _value(text).strip(" ,;:")) for run, text in rows]


def _says_name(text: str) -> bool:
    match = PART_OF_NAME.match(text)
    return match is not None and ":" in match.group()


def _value(text: str) -> str:
    """A row of a form ("Name: ...", "Address - ...") without its label."""
    for label in (PART_OF_NAME, PART_OF_ADDRESS):
        match = label.match(text)
        if match is not None and any(c.isalpha() for c in text[match.end() :]):
            return text[match.end() :]
    return text


def _address(rows: list[tuple[Run, str]]) -> list[tuple[Run, str]]:
    """The rows of an address: to the line of its postcode and a country under it, without persons above its street."""
    cut = next((i for i, (_, t) in enumerate(rows) if POSTCODE.search(t) and not STREETS.search(t[:12])), None)
    if cut is None:
        cut = next((i for i, (_, t) in enumerate(rows) if POSTCODE.search(t)), None)
    if cut is None:
        return [(r, t) for r, t in rows if STREETS.search(t) or any(c.isdigit() for c in t)][:3]
    end = cut + 2 if cut + 1 < len(rows) and is_country(rows[cut + 1][1]) else cut + 1
    street = next(
        (i for i in range(cut) if any(c.isdigit() for c in rows[i][1]) or STREETS.search(rows[i][1])), cut - 1
    )
    return rows[max(street, 0) : end]


def until_foreign(rows: list[tuple[Run, str]]) -> list[tuple[Run, str]]:
    """The rows of a block up to the first that is a field of its own (a date, a number with a label, an e-mail)."""
    kept: list[tuple[Run, str]] = []
    for run, text in rows:
        labels = find_labels(run.line, lexicon("FIELD_LABELS"))
        number = any(run.start <= label.start <= run.start + 1 and _NUMBERS.issuperset(label.roles) for label in labels)
        if len(kept) == 1 and number and run is not rows[-1][0]:
            continue
        opens = any(
            label.start <= run.start + 1 and label.start >= run.start - 1 and (len(label.key) >= 6 or ":" in run.text)
            for label in labels
        )
        if kept and (
            opens or ":" in text or REACH.match(text) or _ACCOUNT.match(text) or "@" in text or len(text) > 70
        ):
            break
        if not kept and (opens or _CODE_LINE.match(text)):
            continue
        kept.append((run, text))
    return kept
