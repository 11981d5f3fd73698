"""Numbers in tax registers that have no country before them and are printed in groups: what their label says they are.

"VAT Reg No 883 0461 20", "ABN 51 824 753 556", "805533197 RT0001", "SIRET 552 081 317 66522".
"""

import re
from collections.abc import Iterator
from functools import cache

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

from inference.extraction.lines import GAP, Line

_BRITISH = r"(?:GB ?)?\d{3} ?\d{4} ?\d{2}(?: ?\d{3})?"
_SHAPES: dict[str, tuple[str, str, str]] = {  # register: its labels, its shape, the kind of candidate
    "gb.vat": (r"VAT|GST/VAT", _BRITISH, "vat_id"),
    "ca.bn": ("", r"(?:\d{9}|\d{5} \d{4}|\d{3} \d{3} \d{3})[ -]?R[TPC][ -]?\d{4}", "vat_id"),
    "ca.qst": ("", r"\d{10} ?TQ ?\d{4}", "id"),
    "au.abn": (r"A\.?B\.?N\.?", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", "id"),
    "au.acn": (r"A\.?C\.?N\.?", r"\d{3} ?\d{3} ?\d{3}", "id"),
    "nz.ird": (r"GST|IRD", r"\d{2,3}[- ]\d{3}[- ]\d{3}", "vat_id"),
    "sg.uen": (r"UEN|GST", r"(?:\d{8,9}[A-Z]|[RST]\d{2}[A-Z]{2}\d{4}[A-Z]|M\d-?\d{7}-?[\dA-Z])", "vat_id"),
    "us.ein": (r"EIN|FEIN|TIN|Tax ID|FED(?:ERAL)?(?: TAX)? I\.?D\.?", r"\d{2}-\d{7}", "id"),
    "fr.siret": (r"SIRET", r"\d{3} ?\d{3} ?\d{3} ?\d{5}", "id"),
    "fr.siren": (r"SIREN|R\.?C\.?S\.?(?: [^\W\d]+){0,3}", r"\d{3} ?\d{3} ?\d{3}", "id"),
    "pt.nif": (r"NIF|NIPC|Contribuinte|Contrib\.", r"\d{3} ?\d{3} ?\d{3}", "id"),
    "pl.nip": (r"NIP", r"\d{3}[- ]?\d{3}[- ]?\d{2}[- ]?\d{2}", "id"),
    "za.tin": (r"VAT|BTW", r"4\d{3} ?\d{3} ?\d{3}", "vat_id"),
}
_BETWEEN = r"(?:[ .:#()/°º&-]|(?:reg\w*|n[or]?|num\w+|id\w*|code|hst|UEN|ABN)(?!\w)){0,12}"
_MORE = re.compile(r" \d")


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Register, kind of candidate and pattern; between label and number stand words such as "Reg. No"."""

    def pattern(labels: str, shape: str) -> re.Pattern[str]:
        label = rf"(?<![^\W\d_])(?:{labels})(?![^\W\d_]){_BETWEEN}(?<!\w)" if labels else r"(?<![\w-])"
        return re.compile(rf"{label}(?P<id>{shape})(?![\w/]|[-.,]\d)", re.I)

    return tuple((register, kind, pattern(labels, shape)) for register, (labels, shape, kind) in _SHAPES.items())


def tax_ids(text: str) -> Iterator[tuple[int, int, str, str, bool]]:
    """Start, end, value without separators, kind, and whether its check digits are right; none overlaps another."""
    taken: list[tuple[int, int]] = []
    for register, kind, pattern in _patterns():
        for match in pattern.finditer(text):
            start, end = match.span("id")
            valid = _is_valid(register, match.group("id"))
            if _MORE.match(text, end) and not (valid and register == "au.abn"):
                continue  # the number goes on; only eleven digits with right check digits stand out of others
            if all(end <= s or start >= e for s, e in taken):
                taken.append((start, end))
                value = re.sub(r"[ .\-]", "", match.group("id")) if kind == "vat_id" else match.group("id")
                yield start, end, value, kind, valid


def like_tax_id(value: str) -> bool:
    """Whether an identifier is as long, and has as many digits, as those in registers of taxes and firms."""
    plain = re.sub(r"\W", "", value)
    return 8 <= len(plain) <= 18 and sum(map(str.isdigit, plain)) >= 4


def wrapped(line: Line, below: Line) -> tuple[int, int, str, str, bool] | None:
    """A number whose groups go on at the beginning of the next line of the same text; its place is on the first."""
    if line.page != below.page or GAP in line.text or abs(line.box.x0 - below.box.x0) > line.em or not line.text:
        return None
    if not (line.text[-1].isalnum() and below.text[:1].isdigit()):
        return None
    for start, end, value, kind, valid in tax_ids(f"{line.text} {below.text[:20]}"):
        if start < len(line.text) < end:
            return start, len(line.text), value, kind, valid
    return None


def _is_valid(register: str, value: str) -> bool:
    country, _, name = register.partition(".")
    module = get_cc_module(country, name)
    try:
        return module is not None and bool(module.validate(re.split(r"(?<=\d)[ -]?R[TPC]", value)[0]))
    except ValidationError:
        return False
