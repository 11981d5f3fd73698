"""Sellers and buyers: names, addresses, tax numbers, bank accounts, contacts."""

import random
import re
import unicodedata
from dataclasses import dataclass

from inference.training.synthetic.content import identifiers
from inference.training.synthetic.content.countries import Country
from inference.training.synthetic.content.vocabulary import vocabulary

_ONSETS = "b br c ch d dr f fl g gr h j k kl l m n p pl qu r s sh st str t tr v w z".split()  # noqa: SIM905
_NUCLEI = ["a", "e", "i", "o", "u", "ai", "ea", "io", "a", "e", "o", "i"]
_CODAS = ["", "", "", "n", "r", "l", "x", "s", "m", "nd", "rt", "t", "k"]
_ENDINGS = ["a", "o", "io", "ix", "ly", "ify", "tech", "soft", "net", "lab", "hub", "com", "", "", "ex", "um", "is"]
_GREEK = str.maketrans("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊ", "avgdezitiklmnxoprsstyfxpoaeiioyoi")
_EXTRA_LINES = (
    "P.O. Box {n}", "Postfach {n}", "BP {n}", "Gebäude {n}", "Abt. {n}", "Bât. A", "3. OG", "Industrial Estate",
    "Unit {n}", "ZI Nord", "Apartado {n}", "Scala B",
)  # fmt: skip
_BANKS = (
    "Commerzbank",
    "Sparkasse {city}",
    "Volksbank eG",
    "HSBC",
    "Barclays Bank",
    "ING",
    "BNP Paribas",
    "Santander",
    "UniCredit",
    "Nordea",
    "Raiffeisenbank",
    "Deutsche Bank",
    "Crédit Agricole",
    "Rabobank",
    "Danske Bank",
    "Handelsbanken",
    "Citibank N.A.",
    "HDFC Bank",
    "ANZ Bank",
    "Postbank",
    "CaixaBank",
    "Wells Fargo",
    "Banca Intesa",
    "KBC",
    "N26",
    "Wise",
)


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a business paper. `brand` is a trade name other than the legal name, or empty."""

    name: str
    brand: str
    person: str
    address: tuple[str, ...]
    country: Country
    vat: str
    tax_number: str
    registration: str
    phone: str
    fax: str
    email: str
    web: str
    bank: str
    iban: str
    bic: str
    account: str


def coined(rng: random.Random) -> str:
    """An invented word that could be a brand."""
    word = "".join(
        rng.choice(_ONSETS) + rng.choice(_NUCLEI) + rng.choice(_CODAS) for _ in range(rng.choice((1, 2, 2, 2)))
    )
    word += rng.choice(_ENDINGS)
    return word.upper() if rng.random() < 0.15 else word.capitalize()


def person(rng: random.Random, language: str) -> str:
    """A first and last name of the language."""
    words = vocabulary(language)
    name = f"{rng.choice(words['first'])} {rng.choice(words['last'])}"
    return name if rng.random() < 0.93 else name.upper()


def _ordinary_name(rng: random.Random, language: str) -> str:
    """A name made of words that anyone uses, like "The Blue Lamp" or "Kaffeebohnen am Markt"."""
    words = vocabulary(language)
    goods, other = rng.choice(words["goods"]), rng.choice(words["goods"])
    adjective, trade = rng.choice(words["adjectives"]), rng.choice(words["trades"])
    name = rng.choice(
        (
            f"{adjective} {goods}",
            f"{goods} {adjective}",
            f"{goods} & {other}",
            f"{goods} {trade}",
            f"{trade} {adjective}",
            f"{rng.choice(words['services'])} {rng.choice(words['last'])}",
            f"{rng.choice(words['first'])} {trade}",
            f"{goods} {rng.randint(2, 99)}",
            f"{trade} {rng.choice(words['services'])}",
        )
    )
    return name.title() if rng.random() < 0.6 else name.capitalize()


def _core_name(rng: random.Random, language: str, city: str) -> str:
    if rng.random() < 0.22:
        return _ordinary_name(rng, language)
    words = vocabulary(language)
    trade, last = rng.choice(words["trades"]), rng.choice(words["last"])
    return rng.choice(
        (
            coined(rng),
            coined(rng),
            f"{coined(rng)} {trade}",
            f"{last} {trade}",
            f"{trade} {last}",
            f"{last} & {rng.choice(words['last'])}",
            f"{coined(rng)} {coined(rng)}",
            f"{trade} {city}",
            f"{identifiers.fill(rng, '@@@')} {trade}",
            f"{trade} {coined(rng)}",
            last,
            f"{coined(rng)} {trade} & {rng.choice(words['trades'])}",
            f"{coined(rng)} {rng.choice(words['name_tails'])}" if "name_tails" in words else coined(rng),
        )
    )


def _slug(text: str) -> str:
    text = text.lower().replace("ß", "ss").translate(_GREEK)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "office"


def _town(rng: random.Random, country: Country) -> str:
    """A town with its postcode; often with other digits, sometimes one that no map shows."""
    town = rng.choice(country.cities)
    if rng.random() < 0.7:
        town = re.sub(r"(?<=\d)\d", lambda _: str(rng.randrange(10)), town)
    names = re.findall(r"[^\W\d_]{4,}", town)
    if names and rng.random() < 0.4:
        town = town.replace(names[0], coined(rng).capitalize(), 1)
    return town.upper() if rng.random() < 0.05 else town


def _street(rng: random.Random, language: str) -> str:
    number = rng.choice((rng.randint(1, 99), rng.randint(1, 240), f"{rng.randint(1, 60)}{rng.choice('abAB')}"))
    pattern = rng.choice(vocabulary(language)["streets"])
    names = re.findall(r"[^\W\d_{}]{5,}", pattern)
    if names and rng.random() < 0.4:
        other = rng.choice((coined(rng).capitalize(), rng.choice(vocabulary(language)["last"])))
        pattern = pattern.replace(names[0], other, 1)
    return pattern.format(n=number)


def _company(rng: random.Random, core: str, country: Country) -> str:
    legal = rng.choice(country.legal)
    if not legal or rng.random() < 0.15:
        return core
    return f"{core}{legal}" if legal.startswith(",") else f"{core} {legal}"


def party(rng: random.Random, country: Country, language: str, private: bool = False, foreign: bool = False) -> Party:
    """Draw a company, or a private person. `foreign`: the address ends with the country's name."""
    city = _town(rng, country)
    core = _core_name(
        rng, language, re.sub(r"[\d,.()-]+|\b[A-Z]{1,3}\b", "", city).split("/")[0].strip().split("  ")[0] or "Nord"
    )
    name = person(rng, language) if private else _company(rng, core, country)
    if rng.random() < 0.06:
        name = name.upper()
    brand = ""
    if not private and rng.random() < 0.18:
        brand = _ordinary_name(rng, language) if rng.random() < 0.4 else coined(rng)
    street = _street(rng, language)
    ending = rng.choice(country.name) or country.name[0]
    address = (
        (street, city, ending) if foreign or (rng.random() < 0.25 and rng.choice(country.name)) else (street, city)
    )
    if country.code in ("US", "GB", "IE", "AU") and rng.random() < 0.15:
        address = (address[0], rng.choice(("Suite 200", "2nd Floor", "Building C", "Floor 7", "Unit 7")), *address[1:])
    if rng.random() < 0.06:
        address = (address[0], rng.choice(_EXTRA_LINES).format(n=rng.randint(1, 9999)), *address[1:])
    if rng.random() < 0.05:
        address = (", ".join(address[:2]), *address[2:])
    slug = _slug(brand or core)
    domain = f"{slug if len(slug) < 22 else slug.split('-')[0]}.{rng.choice(country.tld)}"
    mailbox = rng.choice(
        ("info", "billing", "office", "accounts", "sales", "hello", "kontakt", "support", "contact", "invoice")
    )
    return Party(
        name=name,
        brand=brand,
        person=person(rng, language),
        address=address,
        country=country,
        vat=identifiers.vat_number(rng, country) if country.vat else "",
        tax_number=identifiers.fill(rng, rng.choice(country.tax_number)) if country.tax_number else "",
        registration=identifiers.fill(rng, rng.choice(country.registration)),
        phone=identifiers.fill(rng, rng.choice(country.phone)),
        fax=identifiers.fill(rng, rng.choice(country.phone)),
        email=f"{mailbox}@{domain}"
        if not private
        else f"{_slug(name).replace('-', '.')}@{rng.choice(('gmail.com', 'web.de', 'outlook.com', 'orange.fr'))}",
        web=rng.choice(("www.", "www.", "https://", "https://www.", "", "http://www.")) + domain,
        bank=rng.choice(_BANKS).format(city=city.split()[-1]),
        iban=identifiers.iban(rng, country) if country.iban else "",
        bic=identifiers.bic(rng, country),
        account=identifiers.fill(rng, rng.choice(country.account)),
    )
