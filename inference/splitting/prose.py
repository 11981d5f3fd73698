"""Pages of running text: terms and conditions, whatever they are called. What they have no trace of is a price list."""

import re
from functools import cache

from inference.extraction.lines import Layout
from inference.splitting.folding import fold_text
from inference.splitting.titles import LEGAL
from inference.types import Page

FEW, MANY = (
    120,
    350,
)  # words: of so many on it is terms where it numbers its clauses or speaks the law; of so many anyway
RUNNING = 6  # words beside each other, from which on they are a sentence and no cell
_PRICE = re.compile(r"[^\w]*\d[\d.,' ]*[.,]\d\d[^\w%]*")
_CLAUSE = re.compile(
    r"(?:§+\s?\d|(?:art|abs|ziff)\w*\.? ?\d|\d{1,2}(?:\.\d{1,2})*[.)]? +[^\W\d]|\(?[a-z]\) )", re.IGNORECASE
)


def is_prose(page: Page, lines: Layout) -> bool:
    """Dense text with hardly a number, of clauses or in the words of terms."""
    count = len(page.words)
    if count < FEW:
        return False
    texts = [word.text for word in page.words]
    if has_prices(page) or sum(any(c.isdigit() for c in text) for text in texts) > 0.12 * count:
        return False
    runs = [run.text for line in lines.lines for run in line.runs]
    if sum(len(run.split()) for run in runs if len(run.split()) >= RUNNING) < 0.7 * count:
        return False
    if count >= MANY:
        return True
    clauses = sum(_CLAUSE.match(run) is not None for run in runs)
    spoken = {found.lastgroup for found in _legal().finditer(fold_text(" ".join(texts)))}
    return clauses >= 3 or len(spoken) >= 3


def has_prices(page: Page) -> bool:
    """More amounts with decimals than a text mentions."""
    return sum(_PRICE.fullmatch(word.text) is not None for word in page.words) > max(2, 0.01 * len(page.words))


@cache
def _legal() -> re.Pattern[str]:
    return re.compile("|".join(rf"(?P<w{n}>\b(?:{words}))" for n, words in enumerate(LEGAL)))
