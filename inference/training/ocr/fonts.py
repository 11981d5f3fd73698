"""Fonts installed on this machine, by family; which characters each can draw."""

import random
import re
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

from inference.training.ocr.config import HELD_OUT, VOCABULARY

_FOLDER = Path("/usr/share/fonts")
_BUSINESS = [
    "LiberationSans",
    "LiberationSerif",
    "LiberationMono",
    "LiberationSansNarrow",
    "Arimo",
    "Tinos",
    "Cousine",
    "NimbusSans",
    "NimbusRoman",
    "NimbusMonoPS",
    "NimbusSansNarrow",
    "DejaVuSans",
    "DejaVuSansCondensed",
    "DejaVuSansMono",
    "DejaVuSerif",
    "DejaVuSerifCondensed",
    "FreeSans",
    "FreeSerif",
    "FreeMono",
    "Carlito",
    "OpenSans",
    "Roboto",
    "RobotoCondensed",
    "NotoSans",
    "NotoSerif",
    "NotoSansMono",
    "Inter",
    "P052",
    "C059",
    "OCRB",
    "Oxygen",
]
_OTHER = [
    "URWGothic",
    "URWBookman",
    "LinLibertine",
    "LinBiolinum",
    "EBGaramond12",
    "Cabin",
    "Dosis",
    "Karla",
    "Quicksand",
    "Comfortaa",
    "Jura",
    "Sora",
    "Manrope",
    "LeagueSpartan",
    "Vollkorn",
    "Courier",
    "OCRA",
    "Tuffy",
    "B612",
    "B612Mono",
    "GilliusADF",
    "GilliusADFNo2",
    "UniversalisADFStd",
    "BaskervaldADFStd",
    "LibrisADFStd",
    "SwitzeraADF",
    "VeranaSans",
    "Verana",
    "RomandeADFStd",
    "AccanthisADFStd",
    "GentiumPlus",
    "Andika",
    "JetBrainsMono",
    "Go",
    "agave",
    "mononoki",
    "Monoid",
    "RobotoSlab",
    "Quattrocento",
    "OldStandard",
    "STIXGeneral",
    "Junction",
    "Prociono",
    "Arapey",
    "NationalPark",
    "TlwgTypewriter",
    "GNUTypewriter",
    "Inconsolata",
    "PTS55F",
    "PTS75F",
    "PTF55F",
    "PTF75F",
    "PTM55F",
    "PTM75F",
    "PTN57F",
    "PTN77F",
    "cmunrm",
    "cmunbx",
    "cmunss",
    "cmunsx",
    "cmuntt",
    "cmuntb",
    "OxygenMono",
    "NotoSansDisplay",
    "Anonymous",
    "InterDisplay",
    "YanoneKaffeesatz",
    "Dustismo",
    "Ubuntu",
    "FiraSans",
    "Glass",
]
_SHARE_OF_BUSINESS = 0.6
_SLANTED = re.compile(r"[Ii]talic|[Oo]blique|It$")

Font = ImageFont.FreeTypeFont


@cache
def families() -> dict[str, tuple[Path, ...]]:
    """Family to its files, heavier than light and lighter than black; empty where no fonts are installed."""
    found: dict[str, list[Path]] = {}
    for path in sorted(_FOLDER.rglob("*.[to]tf")):
        if not re.search(
            r"thin|hairline|black|ultra|extralight|math|alternate|swash|initial|outline", path.stem.lower()
        ):
            found.setdefault(re.split(r"[-_.\[]", path.stem)[0], []).append(path)
    return {family: tuple(paths) for family, paths in found.items()}


@cache
def _choices(held_out: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Families to draw from: those of business letters, and others."""
    if held_out:
        known = tuple(family for family in HELD_OUT if family in families())
        return known, known
    business, other = (tuple(f for f in names if f in families()) for names in (_BUSINESS, _OTHER))
    return business, other or business


def draw_font(rng: random.Random, text: str, held_out: bool = False) -> Path:
    """A font that has every character of the text. Raises FileNotFoundError where none is installed."""
    business, other = _choices(held_out)
    for _ in range(40 if business else 0):
        family = rng.choice(business if rng.random() < _SHARE_OF_BUSINESS else other)
        files = families()[family]
        upright = tuple(file for file in files if not _SLANTED.search(file.stem)) if rng.random() < 0.6 else ()
        path = rng.choice(upright or files)
        if covered(path).issuperset(text):
            return path
    raise FileNotFoundError(f"no font installed under {_FOLDER} can draw {text!r}")


@cache
def covered(path: Path) -> frozenset[str]:
    """The characters of the vocabulary that the font draws."""
    font = sized(path, 16)
    missing = bytes(font.getmask("\U0010fffe"))
    drawn = {char: font.getmask(char) for char in VOCABULARY if char != " "}
    return frozenset(c for c, mask in drawn.items() if mask.size[0] and bytes(mask) != missing) | {" "}


@lru_cache(maxsize=2000)
def sized(path: Path | str, size: int) -> Font:
    """The font at a size in pixels per em."""
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
