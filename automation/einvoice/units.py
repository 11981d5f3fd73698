"""Units as printed, to UN/ECE Recommendation 20 codes."""

from collections.abc import Mapping
from types import MappingProxyType

ONE = "C62"

_PRINTED: Mapping[str, str] = MappingProxyType(
    {
        "C62": "c62 pcs pc piece pieces unit units ea each stk st stck stück stueck pièce pièces pce pz pza ud uds "
        "unidad unidades pezzo pezzi nr stuk stuks szt",
        "HUR": "hur h hr hrs hour hours std stunde stunden heure heures ora ore hora horas uur",
        "DAY": "day days d tag tage jour jours día dias días giorno giorni dag dagen",
        "MON": "mon month months monat monate mois mes meses mese mesi maand maanden",
        "ANN": "ann year years jahr jahre an ans année año años anno anni jaar",
        "MIN": "min minute minutes minuten",
        "KGM": "kgm kg kilo kilogram kilogramm",
        "GRM": "grm g gr gram gramm",
        "TNE": "tne t to tonne tonnes tonnen ton",
        "MTR": "mtr m meter metre mètre metro",
        "MTK": "mtk m2 m² qm sqm",
        "MTQ": "mtq m3 m³ cbm",
        "KMT": "kmt km kilometer",
        "LTR": "ltr l liter litre litro",
        "KWH": "kwh",
        "SET": "set sets satz",
        "XPK": "xpk pack packs package pkg pck paket pack. pak colis",
        "XBX": "xbx box boxes karton kartons carton cartons caja scatola doos",
        "LS": "ls lump pauschal pausch psch pauschale forfait flat",
    }
)
CODES: Mapping[str, str] = MappingProxyType({word: code for code, words in _PRINTED.items() for word in words.split()})


def unit_code(printed: str) -> str:
    """The code of a printed unit; "one" (C62) where it is not known."""
    word = printed.strip().casefold()
    return CODES.get(word) or CODES.get(word.rstrip("."), ONE)
