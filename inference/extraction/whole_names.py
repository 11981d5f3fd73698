"""A firm's name made whole: what a line's end cut off, and its legal form where only another place prints it."""

import re

from inference.extraction.labels import fold, lexicon
from inference.extraction.lines import Layout, Line, Run
from inference.extraction.names import (
    continues,
    first_part,
    has_legal_form,
    is_legal_form,
    is_name,
    until_legal_form,
)
from inference.types import Box

_WORD = re.compile(r"\S+")
MOST_MORE = 5  # words between a brand and the legal form of the firm that bears it


def unwrapped(
    lines: Layout, line: Line, start: int, end: int, text: str, box: Box, centred: bool = False
) -> tuple[str, Box]:
    """The name in line.text[start:end], cleaned as `text`, with what stands of it behind, under and above it.

    `centred`: it may be set in a letterhead, about the same middle.
    """
    run = line.run_at(start)
    name = until_legal_form(_without_label(text))
    if run is None or name != text:
        return name, box
    if not has_legal_form(name):
        forms = _forms_behind(line.text[end : run.end])
        if forms:
            return f"{name} {forms}", box.union(line.span(end, end + 1 + len(forms))[1])
    under = lines.block(run, 2, centred)[1:]
    if under and end >= run.end - 1:
        rest = until_legal_form(first_part(under[0].text))
        if continues(name, rest):
            return f"{name} {rest}", box.union(under[0].box)
    above = _above(lines, run, centred) if start <= run.start + 1 else None
    if above is not None and is_name(above.text) and continues(above.text, name):
        return f"{above.text} {name}", box.union(above.box)
    return name, box


def with_legal_form(lines: Layout, name: str) -> tuple[str, Run] | None:
    """The same name where the document prints it with its legal form: the footer's of the brand in the letterhead."""
    key = fold(name)
    if has_legal_form(name) or len(key) < 4:
        return None
    for run in lines.runs:
        at = _place(run.text, key)
        if at is None:
            continue
        start, end = at
        forms = _forms_behind(run.text[end:])
        if forms:
            return f"{run.text[start:end].rstrip(',')} {forms}", run
        if start == 0:
            whole = until_legal_form(first_part(run.text)).rstrip(".,;")
            if has_legal_form(whole) and is_name(whole) and len(whole.split()) <= len(name.split()) + MOST_MORE:
                return whole, run
            under = lines.block(run, 2)[1:]
            if end >= len(run.text) and under and continues(run.text, until_legal_form(first_part(under[0].text))):
                return f"{run.text} {until_legal_form(first_part(under[0].text))}", run
    return None


def _without_label(text: str) -> str:
    label, colon, rest = text.partition(":")
    return rest.strip() if colon and rest.strip() and fold(label) in lexicon("BLOCK_LABELS")[0] else text


def _forms_behind(text: str) -> str:
    """The legal forms that a text begins with."""
    found: list[str] = []
    for match in _WORD.finditer(text.lstrip(" ,")):
        if not is_legal_form(match.group()) and not (found and match.group() in ("&", "z", "s")):
            break
        found.append(match.group())
        if match.group().endswith((",", ";")):
            break
    forms = " ".join(found).rstrip(",;&")
    return forms if forms and has_legal_form(f"X {forms}") else ""


def _place(text: str, key: str) -> tuple[int, int] | None:
    """Where the words of a folded name stand in a text."""
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    for first, (start, _) in enumerate(words):
        so_far = ""
        for _, end in words[first : first + 9]:
            so_far = fold(text[start:end])
            if so_far == key:
                return start, end
            if not key.startswith(so_far):
                break
    return None


def _above(lines: Layout, run: Run, centred: bool) -> Run | None:
    """The run right above in the same column."""
    for line in reversed(lines.lines[max(run.line.index - 3, 0) : run.line.index]):
        for other in line.runs if line.page == run.line.page else ():
            if lines.block(other, 2, centred)[1:] == [run]:
                return other
    return None
