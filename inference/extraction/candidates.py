"""Everything on the pages that can be read as a typed value: dates, amounts, identifiers, contacts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import zip_longest

from babel import Locale
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from inference.extraction import vocabulary
from inference.extraction.amounts import SYMBOLS, Mark, decimal_mark, decimals, parse_amount
from inference.extraction.dates import Order, date_order, find_dates
from inference.extraction.labels import fold, lexicon
from inference.extraction.lines import GAP, Layout, Line, layout
from inference.extraction.tax_ids import tax_ids, wrapped
from inference.types import Box, Candidate, Reading, Value

CODES = frozenset(vocabulary.MONEY_WORDS.upper().split())
_SYMBOL = "|".join(re.escape(symbol) for symbol in sorted(SYMBOLS, key=len, reverse=True))
_CURRENCY = re.compile(rf"(?<![A-Za-z])(?<![A-Za-z]\d)(?:{'|'.join(sorted(CODES))}|{_SYMBOL})(?![A-Za-z])|€|\$|£")
_NUMBER = re.compile(
    r"\d(?:[\d.,'’]|[ \u00a0\u202f\u2009](?=\d{3}(?!\d)|[.,] ?\d\d(?!\d))|(?<=[.,])[ ](?=\d\d(?!\d)))*(?:-(?=-)|,-+|\.-+)?"  # noqa: E501
)
_MONEY = rf"(?:{'|'.join(sorted(CODES))}|{_SYMBOL})"
_BEFORE = re.compile(
    rf"(?:(?P<open>\()|(?P<sign>(?:(?<=[\t ])|^|(?<=[(:]))[-−–+]))?(?:(?<![A-Za-z]) ?{_MONEY}[ \t:]{{0,2}})?(?P<sign2>[-−–+])?$"  # noqa: E501
)
_AFTER = re.compile(
    rf" ?(?P<percent>%)|(?:[ \t]?(?P<cur>{_MONEY}(?![A-Za-z])(?! ?\d)))?(?P<close>\s?\))?(?P<minus> ?[-−](?![\w-]))?(?P<credit> CR\b)?"  # noqa: E501
)
_US_DOLLAR = re.compile(r"\busd\b|us[- ]dollar|\bu\.?s\.? ?\$")
_TAX_LETTER = re.compile(r"[A-FNTXZ](?!\w)")  # "582.00T": taxable; tills print A and B for two rates
_ID = re.compile(r"(?:(?<![\w/.\-])[A-Z]{1,4}[ \-]{1,2}(?=[\dA-Z]*\d))?(?<![\w])[#]?[^\W_][\w./\-–]*")
_GROUPED_ID = re.compile(
    r"(?<![\w.,/+\-])(?<!\d )(?:"
    r"RF\d\d(?: [A-Z0-9]{4}){1,5}(?: [A-Z0-9]{1,3})?"  # creditor reference, ISO 11649
    r"|\d{2}(?: \d{5}){5}"  # reference of a Swiss QR-bill
    r"|\d{2,3}[ /]\d{3,4}/\d{4,5}"  # tax numbers of Austria and Germany
    r"|(?:HR|SI)\d\d \d[\d\-]{2,24}"  # model and reference of Croatia and Slovenia
    r"|\d{2} \d{3} \d{3} \d{3}"  # Australian business number
    r"|(?!(?:ABN|ACN|BOX|CH|CHF|EUR|GBP|USD) )[A-Z]{1,4}(?:\d{1,6}(?: \d{2,6}){1,5}|(?: \d{2,6}){2,5})"  # "P2510 448"
    r"|\d{1,6}(?: \d{2,6}){2,5}(?: \d{1,6})?"  # "9 0021 7741 3" behind a label
    r"|[A-Z]{0,4}\d{2,8}(?: - \d{3,10}){2,3}"
    r"|[A-Z]{0,4}\d{2,8}(?:(?: -|- )\d{3,10}){1,3}"  # OCR puts a space on one side of a dash
    r"|\d{2,6}(?: \d{2,6}){1,4}(?:[ ]MVA)?"  # "7466 8145 0647" behind a label
    r"|\d{1,3}(?: \d{3}){1,3}(?:[ ]MVA)?"
    r")(?![\w/]|[.,\-]\w)(?! \d+[.,]\d)"
)
_PAYMENT_LINE = re.compile(  # references that show what they are: Danish FIK line, Belgian structured communication
    r"\+\d\d<\d{4,19}\+\d{5,9}<|(?P<sign>\+\+\+|\*\*\*) ?\d{3}/\d{4}/\d{5} ?(?P=sign)"
)
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_WEBSITE = re.compile(
    r"(?:https?://|www\.)[^\s,;|]+|(?<![\w@.])[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.(?:com|net|org|de|at|ch|fr|es|it|nl|be|co\.uk|eu|io|pt|se|dk|no|fi|pl|cz|hr|ie|biz|info|shop|hu|ro|gr|sk|si|bg|lt|lv|ee|lu|us|ca|com\.au|co\.nz|co\.za|co\.in|sg|com\.sg|uk|cloud|app|online|store|energy|example)(?:/[\w\-./]*\w)?(?![\w@.])",
    re.I,
)
_REST = r"(?:[ .\-–/]{0,3}(?:\(\d{1,5}\) ?)?\d){5,13}(?!\d)"
_PHONE = re.compile(
    rf"(?<![\w+.,/\-])(?:\+ ?\d{_REST}|\+?\(\+?\d{{1,4}}\)[ /.\-]{{0,3}}\d{_REST}|00[1-9]\d{{0,2}}[ ./\-–(]{_REST}"
    rf"|\(0\d{{0,5}}\)[ /.\-]{{0,3}}\d{_REST}|(?<!\d )0 ?[1-9]{_REST}"
    r"|(?:1[ .\-])?(?:\([2-9]\d\d\) ?[2-9]\d\d[ .\-]|[2-9]\d\d[.\-][2-9]\d\d[ .\-]|[2-9]\d\d [2-9]\d\d[.\-])"
    r"\d{4}(?![\d\-]))"
)
_CALL = re.compile(
    rf"(?:(?<!\w)(?:{'|'.join(vocabulary.PHONE_WORDS.split('; '))})(?!\w)[ .:\-–]{{0,4}}|(?<!\w)[TP][.:]? {{1,2}})"
    rf"(?P<number>[+(]{{0,2}}\d{_REST})",
    re.IGNORECASE,
)
_SEPARATED = re.compile(  # a national number without its 0, between the e-mail and the web address
    r"(?:(?<=[·•|;,/–—\t] )|(?<=\t)|^)(?=(?:\d ?){8,10}(?!\d))\d{2,4}(?: \d{2,4}){2,4}(?=\s*(?:$|[·•|;,/–—\t]))"
)
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2} ?\d\d(?:[ \t\-.]?[A-Z0-9]){11,30}")
_POLISH = re.compile(r"(?<![\w.,\-] )(?<![\w.,\-])\d{2}(?: ?\d{4}){6}(?![\w\-]| \d)")
_BIC = re.compile(r"(?<![A-Z0-9])[A-Z]{4} ?([A-Z]{2}) ?[A-Z0-9]{2} ?(?:[A-Z0-9]{3})?(?![A-Z0-9])")
IBAN_LENGTHS = {"AD": 24, "AE": 23, "AL": 28, "AT": 20, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29, "XK": 20}  # fmt: skip  # noqa: E501
_VAT_SHAPES = {"AT": "U99999999", "BE": "X999999999", "BG": "999999999", "CHE": "999999999", "CY": "99999999A", "CZ": "99999999", "DE": "999999999", "DK": "99999999", "EE": "999999999", "EL": "999999999", "ES": "X9999999X", "EU": "999999999", "FI": "99999999", "FR": "XX999999999", "GB": "999999999", "HR": "99999999999", "HU": "99999999", "IE": "9X99999A", "IT": "99999999999", "LT": "999999999", "LU": "99999999", "LV": "99999999999", "MT": "99999999", "NL": "999999999B99", "NO": "999999999", "PL": "9999999999", "PT": "999999999", "RO": "999999", "SE": "999999999999", "SI": "99999999", "SK": "9999999999", "XI": "999999999"}  # fmt: skip  # noqa: E501
_VAT_TAILS = {
    "CZ": r"\d{0,2}",
    "BG": r"\d?",
    "GB": r"(?:\d{3})?",
    "IE": "[A-Z]?",
    "LT": r"(?:\d{3})?",
    "RO": r"\d{0,4}",
    "CHE": r"(?: ?(?:MWST|TVA|IVA))?",
    "NO": r"(?: ?MVA)",
}
_VAT_SUFFIX = re.compile(r"(?<=\d)(?:MWST|TVA|IVA)$")  # Swiss: the tax in three languages, no part of the id
_CLASSES = {"9": r"\d", "X": "[A-Z0-9]", "A": "[A-Z]"}


@dataclass(frozen=True)
class Hit:
    """A candidate with its place in the layout, and whether its check digits (where it has some) are right."""

    candidate: Candidate
    line: Line
    start: int
    end: int
    valid: bool = True

    @property
    def kind(self) -> str:
        return self.candidate.kind

    @property
    def value(self) -> Value:
        return self.candidate.value

    @property
    def box(self) -> Box:
        return self.candidate.box


@dataclass(frozen=True)
class Habits:
    """How the document writes numbers and dates, and whose dollar (or peso) its bare $ is; "" where nothing says so."""

    mark: Mark | None
    order: Order
    dollar: str


def habits(lines: Layout) -> Habits:
    """Decimal mark and date order, from unambiguous amounts and dates; US dollars suggest month first."""
    texts = [line.text for line in lines.lines]
    whole = "\n".join(texts)
    american = (
        "$" in whole and "€" not in whole and re.search(r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b|USD|United States", whole)
    )
    return Habits(decimal_mark(texts), date_order(texts, "mdy" if american else "dmy"), _dollar(whole))


def _dollar(text: str) -> str:
    """The dollar or peso that is named on the document, else that of the country that is."""
    if "$" not in text:
        return ""
    named = {code for _, _, code in _currencies(text.replace("$", " "))}
    first = next((code for code in vocabulary.DOLLARS if code in named), "")
    folded = text.casefold()
    scores = {code: sum(folded.count(word) for word in words) for code, words in vocabulary.DOLLARS.items()}
    likely = max(scores, key=lambda code: scores[code])
    return first or (likely if scores[likely] and not _US_DOLLAR.search(folded) else "")


def find_candidates(reading: Reading) -> tuple[Candidate, ...]:
    """All typed candidates of a reading, in order. Kinds: those of `inference.fields`, email, website, phone."""
    return tuple(hit.candidate for hit in find_hits(layout(reading)))


def find_hits(lines: Layout) -> list[Hit]:
    """All typed candidates with their place, line by line."""
    habit = habits(lines)
    return [
        hit
        for line, below in zip_longest(lines.lines, lines.lines[1:])
        for hit in (*_wrapped_id(line, below), *_line_hits(line, habit))
    ]


def _wrapped_id(line: Line, below: Line | None) -> Iterator[Hit]:
    found = None if below is None else wrapped(line, below)
    if found is not None:
        start, end, value, kind, valid = found
        words, box = line.span(start, end)
        yield Hit(Candidate(kind, line.text[start:end], value, line.page, box, words), line, start, end, valid)


def names_somebody(reading: Reading) -> bool:
    """Whether its text holds a VAT number or an account whose check digits are right."""
    return any(hit.kind in ("vat_id", "iban") and hit.valid for hit in find_hits(layout(reading)))


def _line_hits(line: Line, habit: Habits) -> Iterator[Hit]:
    text = line.text
    taken: list[tuple[int, int]] = []

    def hit(kind: str, start: int, end: int, value: Value, valid: bool = True) -> Hit:
        words, box = line.span(start, end)
        return Hit(Candidate(kind, text[start:end].strip(), value, line.page, box, words), line, start, end, valid)

    def free(start: int, end: int) -> bool:
        return all(end <= s or start >= e for s, e in taken)

    if "@" in text or "." in text:
        for kind, pattern in (("email", _EMAIL), ("website", _WEBSITE)):
            for match in pattern.finditer(text):
                if free(*match.span()):
                    taken.append(match.span())
                    yield hit(kind, *match.span(), match.group().rstrip(".,;:)"))
    for start, end, code in _currencies(text):
        yield hit("currency", start, end, habit.dollar if habit.dollar and text[start:end] == "$" else code)
    for start, end, value, valid in _ibans(text):
        taken.append((start, end))
        yield hit("iban", start, end, value, valid)
    for match in _BIC.finditer(text):
        if match.group(1) in _territories() and free(*match.span()):
            yield hit("bic", *match.span(), match.group().replace(" ", ""))
    if not any(character.isdigit() for character in text):
        return
    for match in _vat_pattern().finditer(text):
        if free(*match.span()):
            whole = re.sub(r"[ .\-/]", "", match.group())
            taken.append(match.span())
            yield hit("vat_id", *match.span(), _VAT_SUFFIX.sub("", whole), vat_is_valid(whole))
    for start, end, number_in_register, kind, valid in tax_ids(text):
        if free(start, end):
            taken.append((start, end))
            yield hit(kind, start, end, number_in_register, valid)
    for start, end, day in find_dates(text, habit.order):
        if free(start, end):
            taken.append((start, end))
            yield hit("date", start, end, day)
    phones: list[tuple[int, int]] = []
    calls = [match.span("number") for match in _CALL.finditer(text)]
    patterns = (_PHONE, _SEPARATED) if any("@" in text[s:e] for s, e in taken) else (_PHONE,)
    for start, end in (*calls, *(match.span() for pattern in patterns for match in pattern.finditer(text))):
        number_of_digits = sum(c.isdigit() for c in text[start:end])
        least = 7 if (start, end) in calls else 8
        if free(start, end) and least <= number_of_digits <= 15 and all(end <= s or start >= e for s, e in phones):
            phones.append((start, end))
            yield hit("phone", start, end, text[start:end].strip())
    for start, end, number, kind in _numbers(line, habit.mark):
        if free(start, end):
            if kind != "number":
                taken.append((start, end))
            yield hit(kind, start, end, number)
    for match in _PAYMENT_LINE.finditer(text):
        taken.append(match.span())
        yield hit("id", *match.span(), match.group())
    for match in _GROUPED_ID.finditer(text):
        if free(*match.span()):
            start = match.start() + _prefixed(match.group())
            yield hit("id", start, match.end(), text[start : match.end()])
    for match in _ID.finditer(text):
        trimmed = match.group().rstrip(".-–/")
        start, end = match.start() + _prefixed(trimmed), match.start() + len(trimmed)
        if any(c.isdigit() for c in text[start:end]) and not any(s <= start and end <= e for s, e in taken):
            yield hit("id", start, end, text[start:end].strip(" #"))


def _prefixed(number: str) -> int:
    """How many characters of it are a word before the number and no part of it."""
    prefix, _, rest = number.partition(" ")
    label = prefix.lower() in _stop_prefixes() or fold(prefix) in lexicon("FIELD_LABELS")[0]
    return len(prefix) + 1 if rest and label else 0


@cache
def _stop_prefixes() -> frozenset[str]:
    return frozenset(vocabulary.ID_PREFIX_STOP.split())


@cache
def _territories() -> frozenset[str]:
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha())


def _currencies(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _CURRENCY.finditer(text):
        code = SYMBOLS.get(match.group(), match.group())
        if code:
            yield match.start(), match.end(), code


def _ibans(text: str) -> Iterator[tuple[int, int, str, bool]]:
    for match in _IBAN.finditer(text):
        compact, ends = "", []
        for offset, character in enumerate(match.group()):
            if character.isalnum():
                compact += character
                ends.append(match.start() + offset + 1)
        length = IBAN_LENGTHS.get(compact[:2])
        if length and len(compact) >= length:
            value, end = compact[:length], ends[length - 1]
            valid = mod_97_10.is_valid(value[4:] + value[:4])
            if valid or (GAP not in text[match.start() : end] and sum(map(str.isdigit, value)) >= 0.6 * length):
                yield match.start(), end, value, valid
    for match in _POLISH.finditer(text):  # the account number of its banks is the IBAN without its country
        value = "PL" + match.group().replace(" ", "")
        if mod_97_10.is_valid(value[4:] + value[:4]):
            yield *match.span(), value, True


@cache
def _vat_pattern() -> re.Pattern[str]:
    def shape(country: str, pattern: str) -> str:
        body = "".join(r"[ .\-]?" + _CLASSES.get(character, character) for character in pattern)
        return rf"{country}{body}{_VAT_TAILS.get(country, '')}"

    shapes = "|".join(shape(country, pattern) for country, pattern in _VAT_SHAPES.items())
    norwegian = r"\d{3} ?\d{3} ?\d{3} ?MVA"
    return re.compile(rf"(?<![A-Z0-9])(?:{shapes}|{norwegian})(?![A-Za-z0-9])")


@cache
def vat_is_valid(value: str) -> bool:
    """Whether the VAT id's check digits are right, by python-stdnum; ids of unknown countries are not valid."""
    country = "CH" if value.startswith("CHE") else value[:2]
    module = get_cc_module("gr" if country == "EL" else country, "vat")
    if module is None:
        return False
    try:
        module.validate(value)
    except ValidationError:
        return False
    return True


def _numbers(line: Line, mark: Mark | None) -> Iterator[tuple[int, int, Decimal, str]]:
    """Numbers with their currency and sign: money has two decimals or a currency beside it, percent a % sign."""
    text, position, floor = line.text, 0, 0
    while match := _NUMBER.search(text, position):
        start = match.start()
        end = _tight_end(line, start, match.end())
        if " " in text[start:end] and parse_amount(text[start:end], mark) is None:
            end = text.index(" ", start)  # "1.8 475.00": hours and a rate
        while end > start and text[end - 1] in ".,' ’":
            end -= 1
        position = max(end, start + 1)
        before, after = _BEFORE.search(text, floor, start), _AFTER.match(text, end)
        if before is None or after is None:
            continue
        floor = after.end()
        left, right = start - len(text[before.start() : start].lstrip()), after.end()
        tax_letter = decimals(text[start:end]) == 2 and _TAX_LETTER.match(text, right)
        if _glued_left(text, left, start) or (_glued_right(text, right) and not tax_letter):
            continue
        number = parse_amount(text[start:end], mark)
        if number is None or len(text[start:end]) > 24:
            continue
        negative = (
            before.group("sign") in ("-", "−", "–")
            or before.group("sign2") in ("-", "−", "–")
            or after.group("minus")
            or after.group("credit")
            or (before.group("open") and after.group("close"))
        )
        value = -number if negative else number
        if after.group("percent"):
            yield start, right, value, "percent"
            continue
        has_currency = bool(after.group("cur") or _CURRENCY.search(text, left, start))
        money = has_currency or decimals(text[start:end]) == 2 or text[start:end].endswith("-")
        yield left, right, value, "money" if money else "number"


def _glued_left(text: str, left: int, start: int) -> bool:
    """Whether the number is the tail of a longer token, such as a code or a path."""
    previous = text[left - 1 : left]
    if previous in ("x", "X", "×") and not text[max(left - 2, 0) : left - 1].strip():
        return False  # "x4" is how often
    return previous.isalnum() or (left == start and previous != "" and previous in "/.-_#")


def _glued_right(text: str, right: int) -> bool:
    following = text[right : right + 1]
    if following == "." and text[right + 1 : right + 2].isalpha():
        return True  # the 3594 of the code 3594.H1
    return (following.isalpha() and following not in "xX×") or (following != "" and following in "/_")


def _tight_end(line: Line, start: int, end: int) -> int:
    """Where a number that is spread over words ends: at the first space wider than a character."""
    first, last = line.words_of(start, end)
    for word in range(first, last):
        box = line.boxes[word]
        character = (box.x1 - box.x0) / max(len(line.text[line.starts[word] : line.starts[word + 1]].rstrip()), 1)
        if (
            line.boxes[word + 1].x0 - box.x1 > max(0.6 * line.em, 1.15 * character)
            or GAP in line.text[line.starts[word] : line.starts[word + 1]]
        ):
            return line.starts[word + 1] - 1
    return end
