"""The style of one document: everything that makes two layouts look different, drawn at random."""

import random
import zlib
from dataclasses import dataclass

from inference.training.synthetic.content.countries import currencies
from inference.training.synthetic.content.facts import Facts
from inference.training.synthetic.content.vocabulary import LANGUAGES
from inference.training.synthetic.fonts import FAMILIES

Rgb = tuple[float, float, float]
CHOICES = {
    "letterhead": ("left", "right", "centre", "split", "band", "logo", "none", "small", "apart"),
    "title": ("left", "right", "centre", "numbered", "sentence", "head"),
    "parties": ("window", "side", "stacked", "boxed", "three", "right", "reversed", "named"),
    "meta": ("pairs", "right", "stacked", "strip", "boxed", "inline", "columns", "flush", "facing"),
    "table": ("grid", "rows", "header", "none", "zebra", "columns", "cards"),
    "totals": ("right", "boxed", "wide", "strip", "left", "table", "beside", "cells", "ledger", "leaders"),
    "footer": ("columns", "line", "joined", "none", "stacked"),
}


@dataclass(frozen=True, slots=True)
class Style:
    """Lengths in points. The block styles are named in CHOICES.

    `whole`: whole amounts are printed without decimals; `mark_apart`, `colon_apart`: currency and colon stand in
    columns of their own; `zeros`: sums that are nil are printed too.
    """

    width: float
    height: float
    margin: float
    top: float
    foot: float
    font: str
    size: float
    leading: float
    colour: Rgb
    rule_colour: Rgb
    colon: str
    label_case: str
    label_bold: bool
    value_bold: bool
    second_language: str
    second_mark: str
    currency_mark: str
    currency_place: str
    total_currency_place: str
    currency_space: str
    percent_mark: str
    rate_digits: int
    whole: bool
    mark_apart: bool
    colon_apart: bool
    zeros: bool
    letterhead: str
    title: str
    parties: str
    meta: str
    table: str
    totals: str
    footer: str


def _supports(font: str, language: str) -> bool:
    """The standard PDF fonts have no Greek or Central European letters, but stand-ins of their widths have."""
    return not (language == "el" and font in ("source-sans", "source-serif", "times"))


def draw_style(rng: random.Random, facts: Facts, narrow: bool = False, **fixed: str) -> Style:
    """Draw a style; `fixed` sets block styles by name."""
    letter = facts.country.code in ("US", "CA", "MX", "CO")
    width, height = (612.0, 792.0) if letter else (595.3, 841.9)
    if narrow:
        width, height = rng.choice((164.0, 204.0, 226.8, 250.0, 280.0)), rng.uniform(500, 900)
    elif rng.random() < 0.02:
        width, height = height, width
    fonts = [font for font in FAMILIES if _supports(font, facts.language)]
    size = rng.uniform(6.5, 9) if narrow else rng.choice((rng.uniform(7, 11.5), rng.uniform(8, 10)))
    font = rng.choices(
        fonts,
        [
            6 if font == "helvetica" else 3 if font in ("roboto", "source-sans", "dejavu-sans") else 1.5
            for font in fonts
        ],
    )[0]
    if font.startswith("dejavu") or font == "courier":
        size *= 0.88
    code = facts.currency
    mark = rng.choice((code, *currencies()[code].marks, *currencies()[code].marks))
    before = rng.random() < (0.9 if "$" in mark or mark in "£₹¥R$" else 0.35)
    place = "before" if before else "after"
    colour = (rng.random() * 0.7, rng.random() * 0.7, rng.random() * 0.8)
    others = [language for language in LANGUAGES if language != facts.language]
    bilingual = rng.random() < (0.18 if facts.country.code in ("CH", "BE", "CA", "LU", "GR", "AE") else 0.045)
    blocks = {name: rng.choice(options) for name, options in CHOICES.items()} | fixed
    if blocks["letterhead"] == "apart":
        blocks["parties"] = "window"
    return Style(
        width=width,
        height=height,
        margin=rng.uniform(6, 14) if narrow else rng.uniform(28, 75),
        top=rng.uniform(8, 20) if narrow else rng.uniform(22, 60),
        foot=14 if narrow else rng.uniform(62, 100),
        font=font,
        size=size,
        leading=rng.uniform(1.12, 1.65),
        colour=colour,
        rule_colour=rng.choice(((0.1, 0.1, 0.1), (0.6, 0.6, 0.6), (0.8, 0.8, 0.8), colour)),
        colon=rng.choice((":", ":", ":", ":", "", "", " :", " -")),
        label_case=rng.choices(("plain", "upper", "lower"), (84, 13, 3))[0],
        label_bold=rng.random() < 0.3,
        value_bold=rng.random() < 0.15,
        second_language=("en" if facts.language != "en" and rng.random() < 0.8 else rng.choice(others))
        if bilingual and others
        else "",
        second_mark=rng.choice((" / ", "/", " - ", " | ")),
        currency_mark=mark,
        currency_place=place if rng.random() < 0.5 else "none",
        total_currency_place=place if rng.random() < 0.85 else "before" if not before else "after",
        currency_space=rng.choice(("", "", " ")) if len(mark) < 3 and before else rng.choice((" ", " ", " ", "\u00a0")),
        percent_mark=rng.choice(("%", "%", " %", "\u00a0%")),
        rate_digits=rng.choice((0, 0, 0, 1, 2, 2)),
        whole=rng.random() < 0.08,
        mark_apart=rng.random() < 0.1,
        colon_apart=rng.random() < 0.12,
        zeros=rng.random() < 0.1,
        **blocks,
    )


def held_out(family: str) -> bool:
    """Whether a family belongs to the tenth kept from training: its mix of party, meta, table and sum blocks is new."""
    return zlib.crc32(".".join(family.split(".")[3:7]).encode()) % 10 == 0


def family_of(archetype: str, style: Style) -> str:
    """The layout family: the archetype and its block styles."""
    return ".".join(
        (archetype, style.letterhead, style.title, style.parties, style.meta, style.table, style.totals, style.footer)
    )
