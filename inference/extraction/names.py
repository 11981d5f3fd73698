"""What names and addresses look like: legal forms, postcodes, streets, countries, sender lines."""

import re
from functools import cache

from inference.extraction import vocabulary
from inference.extraction.labels import find_labels, fold, lexicon, phrases
from inference.extraction.lines import Run
from inference.extraction.month_names import LANGUAGES

POSTCODE = re.compile(
    r"(?<![\w./\-])(?:[A-Z]{1,2}[- ]{1,3})?(?:\d{5}(?:-\d{3,4})?|\d{4}-\d{3}|\d{3}-\d{4}|[A-Z]\d{2} ?[A-Z\d]{4}(?=[,\s]|$)|\d{4} ?[A-Z]{2}|\d{4}|\d{3} ?\d{2,3}|\d{2}-\d{3}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![\w/\-])"  # noqa: E501
)
SEPARATOR = re.compile(r"\s+[-–—·•|*▪]\s+|\s*[•·|▪]\s*|\s{0,2},\s+|\t")
GREETING = re.compile(
    r"^(?:(?:firma|sté|société(?=\s+[A-Z])|eheleute|familie|fa\.|company(?=:)|attn\.?|att\.?|(?:[àa] l.|for the )?attention(?: d[eu]| of)?|z\. ?hd\.?|zhd\.?|c/o|t\.a\.v\.|from(?=\s+[A-Z])|herrn?|frau|mrs?\.?|ms\.?|monsieur|madame|an|to|à|spett\.?(?:le|abile)?|m/s\.?)(?=[\s:.]|$)[\s:.]*)+",  # noqa: E501
    re.I,
)
TITLE = re.compile(r"(?:herrn?|frau|mrs?\.?|ms\.?|monsieur|madame|mme\.?|dhr\.?|mevr\.?)\s+(?=\S)", re.I)
PERSON = re.compile(
    r"(?:attn|att\.|attention\b|z\. ?hd|zhd|c/o|t\.?a\.?v|[àa] l.attention|at\.n|for the attention)", re.I
)
REACH = re.compile(r"(?:tel|tél|fax|phone|mobil|e-?mail|www\.|http|t|f|e|w)\b\.? ?[:.\-–+\d]|@", re.I)
PART_OF_NAME = re.compile(
    r"(?:(?:customer |client |company |guest |full |buyer )?name|nom(?: du client)?|raison sociale|nombre(?: del cliente)?|razón social|nome|ragione sociale|denominazione|(?:klant)?naam|(?:kund)?namn|navn|nazwa|név|nimi|(?:kunden|firmen|gast)?name|jméno|název|naziv|ime|denumire|επωνυμία|(?:company|client|customer|cliente|kunde|firma|bedrijf)(?= ?[:\-–]))(?:/[\w.]{2,14})?(?: ?[:\-–]\s*|\s+(?=\S))",  # noqa: E501
    re.I,
)
PART_OF_ADDRESS = re.compile(
    r"(?:(?:street |postal |billing )?address|adresse?|anschrift|straße|dirección|domicilio|indirizzo|sede|morada|endereço|adres|straat|location|cím|osoite|adresa|sídlo|διεύθυνση)(?:/[\w.]{2,14})?(?: ?[:\-–]\s*|\s+(?=\S))",  # noqa: E501
    re.I,
)
DEPARTMENT = re.compile(
    r"(?:(?:the )?(?:accounts?(?:ing| payable| department| dept\.?)*|finance(?: department| dept\.?| team)?|purchasing(?: department| dept\.?)?|procurement|payables|(?:invoice|billing) (?:department|dept\.?|processing)|head office|reception"  # noqa: E501
    r"|buchhaltung|rechnungswesen|kreditorenbuchhaltung|kreditoren|einkauf(?:sabteilung)?|finanzbuchhaltung|verwaltung|zentrale|rechnungseingang|abteilung \S+"  # noqa: E501
    r"|(?:service )?comptabilité(?: fournisseurs)?|direction financière|service (?:achats?|comptable)|siège|achats"
    r"|(?:dpto\.?|departamento)(?: de)? \w+|contabilidad|administración|compras|cuentas por pagar|departamento financeiro|contabilidade"  # noqa: E501
    r"|ufficio (?:acquisti|contabilità|amministrativo)|amministrazione|contabilità|acquisti"
    r"|(?:afdeling )?(?:boekhouding|crediteuren(?:administratie)?|inkoop|administratie|financiële administratie)"
    r"|inköp|ekonomi(?:avdelningen)?|leverantörsreskontra|regnskap(?:savdeling(?:en)?)?|innkjøp|bogholderi(?:et)?|indkøb|ostoreskontra|taloushallinto"
    r"|księgowość|dział (?:księgowości|zakupów)|účtárna|účetní oddělení|könyvelés|pénzügy|računovodstvo|contabilitate|λογιστήριο)(?: dept\.?| department)?)",  # noqa: E501
    re.I,
)
_SURNAME_FIRST = re.compile(r"[^\W\d_]{3,}, [^\W\d_]{2,}(?: [^\W\d_]+)?")  # as hotels print their guests
_LETTERS = re.compile(r"[^\W\d_]")
BANK_WORDS = re.compile(
    r"\b(?:bank|sparkasse|volksbank|raiffeisen\w*|banque|banco|banca|commerzbank|postbank|credit|crédit|caisse|iban|bic|swift|\w*bank)\b",
    re.I,
)
_NOT_NAME = re.compile(r"[@:]|https?|www\.|\d{4,}|%|\bpage\b|\bseite\b|thank|\bdanke|merci|[€$£]", re.I)
STREETS = re.compile(
    r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer)\s*\d|\b(?:street|st|road|rd|avenue|ave|drive|dr|lane|ln|way|blvd|rue|boulevard|place|calle|via|viale|piazza|laan|straat|\w+straat|\w+weg|suite|floor|level|p\.?o\.? box|postfach|unit)\b|\w+stra(?:ß|ss)e\b",  # noqa: E501
    re.I,
)


@cache
def _legal_forms() -> frozenset[str]:
    return frozenset(phrases(vocabulary.LEGAL_FORMS))


def has_legal_form(text: str) -> bool:
    """Whether one of the last words (or two joined: "S. A.") is a legal form such as GmbH, Ltd, S.p.A."""
    words = [fold(word) for word in text.replace(",", " ").split()]
    if len(words) < 2:
        return False
    strong = [word for word in words[1:] if word in _legal_forms()]
    dotted = any("." in word and fold(word) in _legal_forms() for word in text.split()[1:])
    upper = any(
        word.strip(".,()").upper() == word.strip(".,()") and fold(word) in _legal_forms() for word in text.split()[1:]
    )
    long = any(len(word) >= 3 for word in strong)
    return bool(strong) and (dotted or upper or long)


@cache
def _countries() -> frozenset[str]:
    from babel import Locale

    names: set[str] = set()
    for language in LANGUAGES:
        names.update(fold(name) for name in Locale(language).territories.values())
    return frozenset(names | {"uk", "usa", "us", "de", "fr", "gb"})


def is_country(text: str) -> bool:
    return fold(text) in _countries()


def is_name(text: str) -> bool:
    if (
        not 2 <= len(text) <= 70
        or len(_LETTERS.findall(text)) < max(2, 0.5 * len(text.replace(" ", "")))
        or _NOT_NAME.search(text)
    ):
        return False
    key = fold(text)
    if is_country(text) or (STREETS.search(text) and any(c.isdigit() for c in text) and not has_legal_form(text)):
        return False
    if any(
        key in lexicon(table)[0]
        for table in ("FIELD_LABELS", "AMOUNT_LABELS", "TITLES", "BLOCK_LABELS", "COLUMN_LABELS")
    ):
        return False
    titles = lexicon("TITLES")[0]
    if any(fold(word) in titles for word in text.split()) and not has_legal_form(text):
        return False
    return len(text.split()) <= 9


def is_sentence(text: str) -> bool:
    """Whether a text of five words or more has two in small letters: a note that mentions a firm, not its name."""
    words = [word for word in text.split() if word[:1].isalpha()]
    return len(words) >= 5 and 2 <= sum(word[0].islower() for word in words) < len(words)


def until_legal_form(text: str) -> str:
    """The name without what an address adds behind its legal form: "Harbour Press Limited Level 6"."""
    words = text.split()
    ends = [i for i, word in enumerate(words) if i and fold(word) in _legal_forms() and len(fold(word)) > 1]
    if ends and any(c.isdigit() for word in words[ends[-1] + 1 :] for c in word):
        return " ".join(words[: ends[-1] + 1]).rstrip(",")
    return text


def first_part(text: str) -> str:
    """The name in "Name - Street - City": up to a separator, but a legal form after a comma still belongs to it."""
    match = SEPARATOR.search(text)
    if _SURNAME_FIRST.fullmatch(text) and not is_country(text.partition(",")[2]):
        return text
    while match:
        head, rest = text[: match.start()], text[match.end() :]
        word = rest.split(" ")[0].strip(",") if rest else ""
        if fold(word) in _legal_forms() or (
            not any(c.isdigit() for c in rest) and match.group().strip() in (",", "-") and has_legal_form(text)
        ):
            match = SEPARATOR.search(text, match.end())
            continue
        if match.group().strip() in ("-", "–", "—") and not _address_like(head, rest):
            return text.strip(" ,")
        return head.strip(" ,")
    return text.strip(" ,")


def _address_like(head: str, rest: str) -> bool:
    """Whether what stands behind a dash is no longer part of the name."""
    return has_legal_form(head) or any(c.isdigit() for c in rest) or bool(SEPARATOR.search(rest)) or is_country(rest)


def is_sender(text: str) -> bool:
    """Whether a line is a sender line: name, street and postcode in one run."""
    first = first_part(text)
    rest = text[len(first) :]
    postcode = POSTCODE.search(rest)
    if postcode is None or len(SEPARATOR.findall(text)) < 2 or _NOT_NAME.search(first):
        return False
    street = rest[: postcode.start()] + rest[postcode.end() :]
    return any(c.isdigit() for c in street) or bool(STREETS.search(street))


def opens_with_label(run: Run) -> bool:
    labels = find_labels(run.line, lexicon("FIELD_LABELS"))
    return any(label.start <= run.start + 1 <= label.end and len(label.key) >= 6 for label in labels)
