"""Words printed in the colour of what lies behind them: a way to tell a program what no person sees.

Asked only where a page has very light text, which is honest on a dark ground; the drawn page decides.
"""

from collections.abc import Sequence

import numpy as np
import pypdfium2 as pdfium

from inference.limits import Limits
from inference.ocr.pdf import Frame
from inference.types import Word

UNSEEN = "text_unseen"
_DPI = 100
_TELLING = 3  # letters and digits; fewer are ornaments of a font
_CONTRAST = 24  # tones between the lightest and the darkest pixel where a word should be


def seen_words(
    page: pdfium.PdfPage, frame: Frame, words: Sequence[Word], limits: Limits
) -> tuple[tuple[Word, ...], str]:
    """The words that can be told from their ground on the drawn page; and UNSEEN where others might tell something."""
    width, height = frame.size
    scale = min(_DPI / 72, (limits.pixels / (width * height)) ** 0.5)
    drawn = np.asarray(page.render(scale=scale, may_draw_forms=False, grayscale=True).to_pil().convert("L"))
    seen = [_is_seen(drawn, word) for word in words]
    telling = any(
        sum(map(str.isalnum, word.text)) >= _TELLING for word, shown in zip(words, seen, strict=True) if not shown
    )
    return tuple(word for word, shown in zip(words, seen, strict=True) if shown), UNSEEN if telling else ""


def _is_seen(drawn: "np.typing.NDArray[np.uint8]", word: Word) -> bool:
    high, wide = drawn.shape
    x0, x1 = round(word.box.x0 * wide), round(word.box.x1 * wide)
    y0, y1 = round(word.box.y0 * high), round(word.box.y1 * high)
    part = drawn[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    return bool(part.size and np.ptp(part) >= _CONTRAST)
