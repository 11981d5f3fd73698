"""The drawing table: pages, a cursor, text with labels, printed forms of values. Blocks draw through it."""

import random
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from inference.fields import to_text
from inference.training.synthetic.content import writing
from inference.training.synthetic.content.facts import Facts
from inference.training.synthetic.content.vocabulary import vocabulary
from inference.training.synthetic.fonts import text_width
from inference.training.synthetic.layout.style import Style
from inference.training.synthetic.sample import Label, Line, Piece, Shape, Sheet

Text = str | Piece | tuple[Piece, ...] | list[Piece]
Rgb = tuple[float, float, float]
BLACK: Rgb = (0.1, 0.1, 0.1)


def pieces_of(text: Text) -> tuple[Piece, ...]:
    """Any text as labelled pieces."""
    if isinstance(text, str):
        return (Piece(text),)
    return (text,) if isinstance(text, Piece) else tuple(text)


@dataclass(slots=True)
class Composer:
    """One document being drawn. `y`: the flow position on the last sheet; `canonical`: the truth of each label.

    `series`: documents of one series make the same choices in each block, whatever the facts.
    """

    rng: random.Random
    facts: Facts
    style: Style
    habits: writing.Writing
    sheets: list[Sheet] = field(default_factory=list)
    y: float = 0.0
    canonical: dict[Label, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    series: str = ""

    def __post_init__(self) -> None:
        self.new_sheet()

    def new_sheet(self) -> None:
        """Start a page."""
        self.sheets.append(Sheet(self.style.width, self.style.height))
        self.y = self.style.top

    def begin(self, block: str) -> None:
        """From here on choices depend on the series and the block alone, where there is a series."""
        if self.series:
            self.rng.seed(f"{self.series}:{block}")

    @property
    def left(self) -> float:
        return self.style.margin

    @property
    def right(self) -> float:
        return self.style.width - self.style.margin

    @property
    def bottom(self) -> float:
        return self.style.height - self.style.foot

    @property
    def step(self) -> float:
        return self.style.size * self.style.leading

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def words(self, concept: str) -> tuple[str, ...]:
        return vocabulary(self.facts.language)[concept]

    def say(self, concept: str) -> str:
        """The document's word for a concept: one synonym, kept throughout, in the document's letter case."""
        if concept not in self.said:
            rng = random.Random(self.series + concept) if self.series else self.rng  # noqa: S311
            text = rng.choice(self.words(concept))
            if self.style.second_language:
                text += self.style.second_mark + rng.choice(vocabulary(self.style.second_language)[concept])
            self.said[concept] = self._cased(text)
        return self.said[concept]

    def another(self, concept: str) -> str:
        """Any synonym of a concept, drawn afresh, as a label: for concepts of which a paper shows several."""
        text = self._cased(self.rng.choice(self.words(concept)))
        return text if text.endswith((":", "#")) else text + self.style.colon

    def _cased(self, text: str) -> str:
        match self.style.label_case:
            case "upper":
                return text.upper()
            case "lower":
                return text.lower()
            case _:
                return text

    def label(self, concept: str) -> str:
        """A label as it stands before a value, with the document's colon."""
        text = self.say(concept)
        return text if text.endswith((":", "#")) else text + self.style.colon

    # values -----------------------------------------------------------------------------------------------------------

    def tag(self, text: str, name: str, canonical: str | None = None, row: int = -1, cell: str = "") -> Piece:
        """A labelled text; `canonical` is its truth where that differs from the text."""
        return Piece(text, (self.mark(name, text if canonical is None else canonical, row, cell),))

    def mark(self, name: str, canonical: str, row: int = -1, cell: str = "") -> Label:
        """Note the truth of a label and return it."""
        label = Label(name, row, cell)
        self.canonical[label] = canonical
        return label

    def day(self, value: date, name: str = "", long: bool = False) -> tuple[Piece, ...]:
        text = writing.day(value, self.habits)
        return (self.tag(text, name, to_text(value)),) if name else (Piece(text),)

    def amount(self, value: Decimal, *labels: Label, marked: bool | None = None) -> tuple[Piece, ...]:
        """An amount of money; the currency mark, where printed, is a piece of its own labelled `currency`."""
        digits = max(self.facts.digits, -int(value.as_tuple().exponent))
        if self.style.whole and value == value.to_integral_value():
            digits = 0
        number = writing.number(value, self.habits, digits)
        place = self.style.currency_place if marked is not False else "none"
        if marked and place == "none":
            place = self.style.total_currency_place
        if place == "none":
            return (Piece(number, labels),)
        mark = Piece(self.style.currency_mark, (self.mark("currency", self.facts.currency),))
        space = Piece(self.style.currency_space)
        if place == "before" and value < 0 and self.chance(0.3) and number.startswith("-"):
            return (Piece("-", labels), mark, space, Piece(number[1:], labels))
        return (mark, space, Piece(number, labels)) if place == "before" else (Piece(number, labels), space, mark)

    def money(self, value: Decimal, *names: str, marked: bool | None = None) -> tuple[Piece, ...]:
        """An amount that is the truth of header fields."""
        return self.amount(
            value,
            *(self.mark(name, to_text(abs(value) if name in _UNSIGNED else value)) for name in names),
            marked=marked,
        )

    def number(self, value: Decimal, *labels: Label, digits: int = 0) -> Piece:
        places = max(digits, -int(value.normalize().as_tuple().exponent), 0)
        return Piece(writing.number(value, self.habits, places), labels)

    def percent(self, value: Decimal, *labels: Label) -> tuple[Piece, ...]:
        number = self.number(value, *labels, digits=self.style.rate_digits)
        return (number, Piece(self.style.percent_mark))

    # drawing ----------------------------------------------------------------------------------------------------------

    def width_of(self, text: Text, size: float = 0.0, bold: bool = False) -> float:
        return text_width(
            "".join(piece.text for piece in pieces_of(text)), self.style.font, size or self.style.size, bold
        )

    def put(
        self,
        text: Text,
        x: float,
        y: float,
        align: str = "left",
        size: float = 0.0,
        bold: bool = False,
        room: float = 0.0,
        grey: float = 0.0,
        sheet: Sheet | None = None,
        angle: float = 0.0,
    ) -> None:
        """Print one line with its top at `y`; it is set smaller where it would not fit in `room`."""
        pieces = pieces_of(text)
        size = size or self.style.size
        width = self.width_of(pieces, size, bold)
        room = min(room or 1e9, self.style.width - 8)
        if width > room > 0:
            size, width = size * room / width, room
        x -= {"left": 0.0, "right": width, "center": width / 2}[align]
        x = min(max(x, 4.0), max(self.style.width - width - 4, 4.0))
        target = sheet or self.sheets[-1]
        target.lines.append(Line(x, y + size * 0.78, width, pieces, self.style.font, size, bold, grey, angle))

    def wrap(self, text: str, room: float, size: float = 0.0, bold: bool = False) -> list[str]:
        """Break a text into lines no wider than `room`."""
        lines, current = [], ""
        for word in text.split(" "):
            longer = f"{current} {word}" if current else word
            if current and self.width_of(longer, size, bold) > room:
                lines.append(current)
                current = word
            else:
                current = longer
        return [*lines, current]

    def shape(
        self,
        kind: str,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        fill: Rgb | None = None,
        stroke: Rgb | None = None,
        width: float = 0.5,
    ) -> None:
        self.sheets[-1].shapes.append(Shape(kind, x0, y0, x1, y1, fill, stroke, width))

    def rule(self, y: float, x0: float = 0.0, x1: float = 0.0, width: float = 0.5) -> None:
        """A horizontal line, over the text area unless told."""
        self.shape("line", x0 or self.left, y, x1 or self.right, y, stroke=self.style.rule_colour, width=width)

    def paragraph(
        self, text: str, x: float, room: float, size: float = 0.0, grey: float = 0.0, align: str = "left"
    ) -> None:
        """Running text at the cursor, which moves below it."""
        for line in self.wrap(text, room, size):
            self.need((size or self.style.size) * 1.3)
            self.put(line, x, self.y, size=size, grey=grey, align=align)
            self.y += (size or self.style.size) * 1.25

    def gap(self, lines: float = 1.0) -> None:
        self.y += lines * self.step * self.rng.uniform(0.6, 1.4)

    def need(self, height: float) -> bool:
        """Make sure of room above the foot; True where that took a new page."""
        if self.y + height <= self.bottom:
            return False
        self.new_sheet()
        return True


_UNSIGNED = frozenset(("discount_amount", "amount_paid"))
