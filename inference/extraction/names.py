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
PUBLIC_BODY = re.compile(
    r"(?:(?:markt|stadt|orts|samt|verbands)?gemeinde(?:amt|verband)?|stadt(?:verwaltung|werke)?|landkreis|landeshauptstadt|kreisstadt|magistrat der|finanzamt"  # noqa: E501
    r"|(?:city|town|village|county|borough|state|university|port) of|(?:city|county|borough|district|parish) council"
    r"|mairie|commune|ville d|communauté d|département d|université|comune di|città di|provincia di|regione|università"
    r"|ayuntamiento|ajuntament|diputación|universidad|câmara municipal|município|junta de freguesia|universidade"
    r"|gemeente|waterschap|provincie|universiteit|kommune|kommun|stad|landsting|kaupunki|kunta|gmina|miasto|urząd|powiat|uniwersytet"
    r"|město|obec|městský úřad|univerzita|mesto|grad|općina|občina|sveučilište|primăria|comuna|universitatea|önkormányzat|δήμος|πανεπιστήμιο)(?=[ '’])",  # noqa: E501
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
    r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer)\s*\d|\b(?:street|st|road|rd|avenue|ave|drive|dr|lane|ln|way|blvd|rue|boulevard|place|calle|via|viale|piazza|laan|straat|\w+straat|\w+weg|suite|floor|level|p\.?o\.? box|postfach|unit)\b|^c/ ?\w{3}|\w+stra(?:ß|ss)e\b",  # noqa: E501
    re.I,
)


_JOINTS = frozenset(("&", "+", "und", "and", "et", "y", "e", "i", "z", "Co.", "Co", "mit", "s"))
_LEFT_OPEN = re.compile(r"(?:[&+\-–]| (?:und|and|et|y|e|i|og|och|en|ja|a|és|și|in|of|de|di|du|des|der|für|for|pour))$")


@cache
def words_of(table: str) -> frozenset[str]:
    """A list of the vocabulary, folded: LEGAL_FORMS, say."""
    return frozenset(phrases(getattr(vocabulary, table)))


@cache
def _trades() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(phrases(vocabulary.TRADES))})$")


def is_legal_form(word: str) -> bool:
    """Whether a word is a legal form: of two letters only in capitals, with a capital or with points ("e.V.")."""
    key = fold(word)
    return key in words_of("LEGAL_FORMS") and (len(key) >= 3 or "." in word.rstrip(".,") or word[0].isupper())


def has_legal_form(text: str) -> bool:
    """Whether a word behind the first is a legal form such as GmbH, Ltd, S.p.A., or the first is one: "SARL Rouxel"."""
    words = text.replace(",", " ").split()
    if len(words) < 2:
        return False
    strong = [word for word in words[1:] if fold(word) in words_of("LEGAL_FORMS")]
    dotted = any("." in word for word in strong)
    upper = any(word.strip(".()").upper() == word.strip(".()") for word in strong)
    long = any(len(fold(word)) >= 3 for word in strong)
    return bool(strong and (dotted or upper or long)) or (
        words[0].isupper() and fold(words[0]) in words_of("LEADING_FORMS")
    )


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


def is_note(text: str) -> bool:
    """Whether a text is no name: an aside of a label, "(if different)", or most of its words are in small letters."""
    words = [word for word in text.split() if word[:1].isalpha()]
    small = sum(word[0].islower() for word in words)
    aside = text.startswith("(") and text.endswith(")")
    return aside or (len(words) >= 4 and 2 * small > len(words) and small < len(words) and not has_legal_form(text))


def until_legal_form(text: str) -> str:
    """The name without what stands behind its legal form: "Harbour Press Limited Level 6", "Orizel SA au capital"."""
    words = text.split()
    ends = [i for i, word in enumerate(words) if i and is_legal_form(word)]
    for i in ends:
        if i + 1 < len(words) and _is_no_name(words[i + 1]) and fold(words[i]) not in words_of("OPEN_FORMS"):
            return " ".join(words[: i + 1]).rstrip(",;")
    if ends and any(c.isdigit() for word in words[ends[-1] + 1 :] for c in word):
        return " ".join(words[: ends[-1] + 1]).rstrip(",")
    return text


def _is_no_name(word: str) -> bool:
    """Whether a word behind a legal form is no part of the name: "au capital", "con socio unico", another language."""
    return word[0] in "/|–—•·*" or (
        word[0].islower() and fold(word) not in words_of("INNER_WORDS") and not is_legal_form(word)
    )


def _is_complete(name: str) -> bool:
    """Whether a name has a legal form that no other follows, as Ltd may follow Group or Association."""
    forms = [word for word in name.split()[1:] if is_legal_form(word)]
    return has_legal_form(name) and not all(fold(word) in words_of("OPEN_FORMS") for word in forms)


def continues(name: str, below: str) -> bool:
    """Whether a name goes on in the line below it: its legal form, what a comma or "and" leaves open, a bare trade."""
    if not name or not below or len(f"{name} {below}") > 70 or _is_complete(name):
        return False
    if name[-1] == "," or _LEFT_OPEN.search(name):
        return has_legal_form(f"{name} {below}")
    words = below.split()
    if all(is_legal_form(word) or word in _JOINTS for word in words):
        return True
    own = [word for word in words if not is_legal_form(word) and word not in _JOINTS]
    if (
        has_legal_form(name)
        or len(own) == len(words)
        or PERSON.match(name)
        or TITLE.match(name)
        or {*map(fold, own)} & {*map(fold, name.split())}
    ):
        return False
    upper, lower = ([bool(_trades().search(fold(word))) for word in part] for part in (name.split(), own))
    return all(lower) or any(upper)


def first_part(text: str) -> str:
    """The name in "Name - Street - City": up to a separator, but a legal form after a comma still belongs to it."""
    match = SEPARATOR.search(text)
    if _SURNAME_FIRST.fullmatch(text) and not is_country(text.partition(",")[2]):
        return text
    while match:
        head, rest = text[: match.start()], text[match.end() :]
        word = rest.split(" ")[0].strip(",") if rest else ""
        if fold(word) in words_of("LEGAL_FORMS") or (
            not any(c.isdigit() for c in rest) and match.group().strip() in (",", "-") and has_legal_form(text)
        ):
            match = SEPARATOR.search(text, match.end())
            continue
        if match.group().strip() in ("-", "–", "—"):
            if not _address_like(head, rest):
                return text.strip(" ,")
            named = until_legal_form(first_part(rest))
            if not has_legal_form(head) and has_legal_form(named) and not any(c.isdigit() for c in named):
                return text[: match.end() + rest.find(named) + len(named)].strip(" ,")
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
