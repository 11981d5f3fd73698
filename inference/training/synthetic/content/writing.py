"""Numbers and dates as printed."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inference.training.synthetic.content.vocabulary import months

_TOKENS = ("yyyy", "yy", "Month", "Mon", "mon", "mm", "dth", "dd", "d", "m", "y")


@dataclass(frozen=True, slots=True)
class Writing:
    """One document's habits: group and decimal mark, how negatives and dates look."""

    group: str
    point: str
    negative: str  # "-{}", "{}-", "({})", "– {}"
    date_format: str
    language: str
    indian: bool = False


def writing(
    rng: random.Random, numbers: tuple[str, ...], dates: tuple[str, ...], language: str, indian: bool
) -> Writing:
    """Draw a document's habits from a country's."""
    example = rng.choice(numbers)
    group = "" if example[1] == "0" else example[1]
    if group == " ":
        group = rng.choice((" ", "\u00a0", "\u202f"))
    point = next((char for char in reversed(example[2:]) if not char.isdigit()), "")
    if point == group:
        point = ""
    negative = rng.choices(("-{}", "{}-", "({})", "- {}", "−{}"), (70, 8, 8, 8, 6))[0]
    return Writing(group, point, negative, rng.choice(dates), language, indian)


def _grouped(digits: str, group: str, indian: bool) -> str:
    if not group or len(digits) <= 3:
        return digits
    head, tail = digits[:-3], digits[-3:]
    step = 2 if indian else 3
    parts = [head[max(0, end - step) : end] for end in range(len(head), 0, -step)]
    return group.join([*reversed(parts), tail])


def number(value: Decimal, habits: Writing, digits: int) -> str:
    """A number with `digits` decimals (never fewer than its own value needs)."""
    if value == value.to_integral() and not habits.point:
        digits = 0
    whole, _, rest = f"{abs(value):.{digits}f}".partition(".")
    text = _grouped(whole, habits.group, habits.indian) + (f"{habits.point or '.'}{rest}" if rest else "")
    return habits.negative.format(text) if value < 0 else text


def day(value: date, habits: Writing, date_format: str = "") -> str:
    """A date in the document's format. Tokens: yyyy yy mm m dd d dth Month Mon mon (lower case)."""
    pattern = date_format or habits.date_format
    out, at = [], 0
    while at < len(pattern):
        token = next((t for t in _TOKENS if pattern.startswith(t, at) and not _inside_word(pattern, at, t)), "")
        out.append(_token(token, value, habits.language) if token else pattern[at])
        at += len(token) or 1
    return "".join(out)


def _inside_word(pattern: str, at: int, mark: str) -> bool:
    """The "d" of the Spanish "de" is no token."""
    return mark == "d" and pattern.startswith("de", at)


def _token(token: str, value: date, language: str) -> str:
    match token:
        case "yyyy":
            return str(value.year)
        case "yy" | "y":
            return f"{value.year % 100:02}"
        case "mm":
            return f"{value.month:02}"
        case "m":
            return str(value.month)
        case "dd":
            return f"{value.day:02}"
        case "dth":
            suffix = "th" if 11 <= value.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(value.day % 10, "th")
            return f"{value.day}{suffix}"
        case "Month":
            return months(language, "wide")[value.month - 1]
        case "Mon":
            return months(language, "abbreviated")[value.month - 1]
        case "mon":
            return months(language, "abbreviated")[value.month - 1].lower()
        case _:
            return str(value.day)
