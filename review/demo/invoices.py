"""The sample invoices as data: what each says. Every company, person and number in them is invented."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

BUYER = ("Brightwater Trading GmbH", "Am Sandtorkai 48", "20457 Hamburg", "Germany")
BUYER_VAT = "DE136695976"


@dataclass(frozen=True)
class Line:
    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    rate: Decimal
    code: str = ""

    @property
    def net(self) -> Decimal:
        return (self.quantity * self.price).quantize(Decimal("0.01"))


def line(description: str, quantity: str, unit: str, price: str, rate: str, code: str = "") -> Line:
    return Line(description, Decimal(quantity), unit, Decimal(price), Decimal(rate), code)


@dataclass(frozen=True)
class Invoice:
    """One sample. `locale` decides how dates and amounts are printed; `words` holds the labels of its language."""

    file: str
    layout: str
    locale: str
    words: dict[str, str]
    kind: str
    seller: tuple[str, ...]
    vat_id: str
    number: str
    issued: date
    due: date
    currency: str
    lines: tuple[Line, ...]
    iban: str = ""
    bic: str = ""
    order: str = ""
    credits: str = ""
    contact: str = ""
    note: str = ""
    printed_gross: Decimal | None = None  # where the page contradicts its own arithmetic
    as_picture: bool = False
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def taxes(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """(rate, net, tax) for each rate, highest first."""
        rates = sorted({line.rate for line in self.lines}, reverse=True)
        nets = {rate: sum((line.net for line in self.lines if line.rate == rate), Decimal(0)) for rate in rates}
        return [(rate, nets[rate], (nets[rate] * rate / 100).quantize(Decimal("0.01"))) for rate in rates]

    @property
    def tax(self) -> Decimal:
        return sum((tax for _, _, tax in self.taxes), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def words(text: str) -> dict[str, str]:
    keys = [
        "title",
        "number",
        "date",
        "due",
        "order",
        "qty",
        "unit",
        "price",
        "description",
        "amount",
        "net",
        "tax",
        "gross",
        "pay",
        "terms",
        "vat",
        "page",
        "carried",
    ]
    return dict(zip(keys, [part.strip() for part in text.split("|")], strict=True))


DE = words(
    "Rechnung|Rechnungsnummer|Rechnungsdatum|Fällig am|Ihre Bestellung|Menge|Einheit|Einzelpreis|Bezeichnung|Betrag"
    "|Nettobetrag|USt.|Gesamtbetrag|Bankverbindung|Zahlbar ohne Abzug bis|USt-IdNr.|Seite|Übertrag"
)
EN = words(
    "Invoice|Invoice number|Invoice date|Due date|Purchase order|Qty|Unit|Unit price|Description|Amount"
    "|Subtotal|VAT|Total due|Bank details|Please pay by|VAT number|Page|Carried forward"
)
US = words(
    "Invoice|Invoice number|Date of issue|Date due|PO number|Qty|Unit|Unit price|Description|Amount"
    "|Subtotal|Sales tax|Total|Wire transfer|Payment is due by|Tax ID|Page|Carried forward"
)
FR = words(
    "Facture|Facture n°|Date de facture|Date d'échéance|Votre commande|Qté|Unité|Prix unitaire|Désignation|Montant"
    "|Total HT|TVA|Total TTC|Coordonnées bancaires|À régler avant le|N° TVA intracommunautaire|Page|Report"
)
ES = words(
    "Factura|N.º de factura|Fecha de factura|Fecha de vencimiento|Su pedido|Cantidad|Unidad|Precio|Descripción|Importe"
    "|Base imponible|IVA|Total factura|Datos bancarios|Pagadero antes del|NIF-IVA|Página|Suma y sigue"
)
IT = words(
    "Fattura|Fattura n.|Data fattura|Scadenza|Vostro ordine|Quantità|Unità|Prezzo unitario|Descrizione|Importo"
    "|Imponibile|IVA|Totale fattura|Coordinate bancarie|Da pagare entro il|Partita IVA|Pagina|Riporto"
)
NL = words(
    "Factuur|Factuurnummer|Factuurdatum|Vervaldatum|Uw bestelling|Aantal|Eenheid|Prijs|Omschrijving|Bedrag"
    "|Subtotaal|Btw|Totaal te betalen|Bankgegevens|Te betalen vóór|Btw-nummer|Pagina|Transport"
)
SV = words(
    "Faktura|Fakturanummer|Fakturadatum|Förfallodatum|Er order|Antal|Enhet|À-pris|Benämning|Belopp"
    "|Netto|Moms|Att betala|Betalning till|Betalas senast|Momsreg.nr|Sida|Transport"
)

NORDLICHT = ("Nordlicht Büroservice GmbH", "Kaistraße 7", "24103 Kiel", "Deutschland")
_PARTS = ("Hinge, stainless", "Drawer runner 450 mm", "Wood screw 4×40, box", "Corner bracket", "Soft-close damper")

MERIDIAN = Invoice(
    "meridian-MC-20931.pdf",
    "band",
    "en_GB",
    EN,
    "invoice",
    ("Meridian Consulting Ltd", "18 Harbour Row", "Bristol BS1 4RW", "United Kingdom"),
    "GB980780684",
    "MC-20931",
    date(2026, 10, 30),
    date(2026, 11, 29),
    "GBP",
    (
        line("Process review, senior consultant", "6.5", "day", "980.00", "20"),
        line("Travel, Bristol to Hamburg", "1", "item", "412.35", "20"),
    ),
    iban="GB29NWBK60161331926819",
    bic="NWBKGB2L",
    order="PO-77120",
    contact="accounts@meridian.example",
)

SAMPLES: tuple[Invoice, ...] = (
    Invoice(
        "nordlicht-RE-2026-04417.pdf",
        "letter",
        "de_DE",
        DE,
        "invoice",
        NORDLICHT,
        "DE811907980",
        "RE-2026-04417",
        date(2026, 11, 3),
        date(2026, 12, 3),
        "EUR",
        (
            line("Papier A4, 80 g, 50 Kartons", "50", "Karton", "23.90", "19", "PA-480"),
            line("Toner schwarz HC", "4", "Stk", "79.60", "19", "TO-112"),
            line("Anlieferung frei Verwendungsstelle", "1", "Psch", "45.00", "19"),
        ),
        iban="DE89370400440532013000",
        bic="COBADEFFXXX",
        order="4500017231",
        contact="rechnung@nordlicht-buero.example",
    ),
    MERIDIAN,
    Invoice(
        "lumiere-F2026-118.pdf",
        "boxed",
        "fr_FR",
        FR,
        "invoice",
        ("Atelier Lumière SARL", "12 rue des Tanneurs", "69005 Lyon", "France"),
        "FR40303265045",
        "F2026-118",
        date(2026, 11, 2),
        date(2026, 12, 2),
        "EUR",
        (
            line("Lampe de bureau « Rhône », laiton", "12", "pièce", "148.50", "20", "LB-07"),
            line("Ampoule LED E27, lot de 10", "3", "lot", "39.90", "20", "AM-27"),
            line("Frais de port", "1", "forfait", "28.00", "20"),
        ),
        iban="FR1420041010050500013M02606",
        bic="PSSTFRPPLYO",
        order="4500017302",
    ),
    Invoice(
        "levante-A-2026-0457.pdf",
        "letter",
        "es_ES",
        ES,
        "invoice",
        ("Suministros Levante S.L.", "Calle del Mar 21", "46003 Valencia", "España"),
        "ESB12345674",
        "A/2026/0457",
        date(2026, 10, 21),
        date(2026, 11, 20),
        "EUR",
        (
            line("Guantes de nitrilo, caja de 100", "40", "caja", "8.75", "21", "GN-100"),
            line("Mascarilla FFP2", "500", "ud", "0.62", "21", "MF-2"),
        ),
        iban="ES9121000418450200051332",
        bic="CAIXESBBXXX",
    ),
    Invoice(
        "riva-2026-1083.pdf",
        "band",
        "it_IT",
        IT,
        "invoice",
        ("Officine Riva S.r.l.", "Via Garibaldi 33", "25122 Brescia", "Italia"),
        "IT00743110157",
        "1083/2026",
        date(2026, 10, 28),
        date(2026, 12, 27),
        "EUR",
        (
            line("Valvola a sfera DN25, ottone", "60", "pz", "11.40", "22", "VS25"),
            line("Guarnizione PTFE", "200", "pz", "0.85", "22", "GP01"),
            line("Imballo", "1", "nr", "35.00", "22"),
        ),
        iban="IT60X0542811101000000123456",
        bic="BLOPIT22",
        order="4500017288",
    ),
    Invoice(
        "vandijk-260884.pdf",
        "boxed",
        "nl_NL",
        NL,
        "invoice",
        ("Van Dijk Catering B.V.", "Oude Gracht 91", "3511 AD Utrecht", "Nederland"),
        "NL004495445B01",
        "260884",
        date(2026, 11, 5),
        date(2026, 11, 19),
        "EUR",
        (
            line("Lunch, 45 personen", "45", "st", "14.50", "9"),
            line("Koffie en thee", "45", "st", "3.20", "9"),
            line("Huur servies en meubilair", "1", "st", "310.00", "21"),
        ),
        iban="NL91ABNA0417164300",
        bic="ABNANL2A",
    ),
    Invoice(
        "cascade-CC-0048812.pdf",
        "plain",
        "en_US",
        US,
        "invoice",
        ("Cascade Cloud Inc.", "400 Pine Street, Suite 210", "Seattle, WA 98101", "United States"),
        "",
        "CC-0048812",
        date(2026, 11, 1),
        date(2026, 11, 15),
        "USD",
        (
            line("Team plan, 25 seats (Nov 1 - Nov 30, 2026)", "25", "seat", "18.00", "10.25"),
            line("Additional storage, 500 GB", "1", "block", "40.00", "10.25"),
        ),
        contact="billing@cascade-cloud.example",
    ),
    Invoice(
        "alpenwerk-88213.pdf",
        "letter",
        "de_CH",
        DE | {"tax": "MWST", "vat": "MWST-Nr."},
        "invoice",
        ("Alpenwerk Präzision AG", "Industriestrasse 14", "8304 Wallisellen", "Schweiz"),
        "CHE-116.281.710 MWST",
        "88213",
        date(2026, 10, 19),
        date(2026, 11, 18),
        "CHF",
        (
            line("Spannzange ER32, Satz", "2", "Satz", "386.00", "8.1", "ER32"),
            line("Nachschleifen Fräser", "16", "Stk", "21.50", "8.1"),
        ),
        iban="CH9300762011623852957",
        bic="UBSWCHZH80A",
    ),
    Invoice(
        "nordlicht-GS-2026-0093.pdf",
        "letter",
        "de_DE",
        DE | {"title": "Gutschrift (Rechnungskorrektur)", "number": "Belegnummer", "date": "Belegdatum"},
        "credit_note",
        NORDLICHT,
        "DE811907980",
        "GS-2026-0093",
        date(2026, 11, 10),
        date(2026, 11, 10),
        "EUR",
        (line("Rückgabe Toner schwarz HC", "1", "Stk", "79.60", "19", "TO-112"),),
        credits="RE-2026-04417",
        contact="rechnung@nordlicht-buero.example",
    ),
    Invoice(
        "skogsby-2026-30177.pdf",
        "band",
        "sv_SE",
        SV,
        "invoice",
        ("Skogsby Beslag AB", "Hamngatan 5", "411 06 Göteborg", "Sverige"),
        "SE556188840401",
        "2026-30177",
        date(2026, 10, 26),
        date(2026, 11, 25),
        "SEK",
        tuple(
            line(
                f"{_PARTS[n % 5]}, type {n + 1:02d}",
                str(10 + 3 * n % 40),
                "st",
                f"{12 + n * 1.75:.2f}",
                "25",
                f"SB-{1000 + n * 7}",
            )
            for n in range(38)
        ),
        iban="SE4550000000058398257466",
        bic="ESSESESS",
        order="4500017240",
    ),
    replace(MERIDIAN, file="meridian-MC-20931-copy.pdf", layout="plain", number="MC20931", contact="", note="COPY"),
    Invoice(
        "kranich-RG-5521.pdf",
        "boxed",
        "de_DE",
        DE,
        "invoice",
        ("Kranich Gebäudereinigung e.K.", "Lindenweg 3", "22765 Hamburg", "Deutschland"),
        "DE129274202",
        "RG-5521",
        date(2026, 11, 6),
        date(2026, 11, 20),
        "EUR",
        (
            line("Unterhaltsreinigung Oktober 2026", "1", "Monat", "1480.00", "19"),
            line("Glasreinigung, 3 Etagen", "1", "Psch", "390.00", "19"),
        ),
        iban="DE02120300000000202051",
        bic="BYLADEM1001",
        printed_gross=Decimal("2352.30"),
    ),
    Invoice(
        "hafenkontor-scan.pdf",
        "letter",
        "de_DE",
        DE,
        "invoice",
        ("Hafenkontor Schreibwaren OHG", "Baumwall 2", "20459 Hamburg", "Deutschland"),
        "DE118509709",
        "HK 10387",
        date(2026, 10, 29),
        date(2026, 11, 12),
        "EUR",
        (
            line("Kalender 2027, Wandformat", "30", "Stk", "6.40", "19"),
            line("Gelschreiber blau, 12er", "10", "Pack", "9.95", "19"),
        ),
        iban="DE75512108001245126199",
        as_picture=True,
    ),
    Invoice(
        "baysail-INV-7719.pdf",
        "plain",
        "en_GB",
        EN | {"title": "Tax invoice"},
        "invoice",
        ("Baysail Freight Pte. Ltd.", "77 Robinson Road #12-01", "Singapore 068896", "Singapore"),
        "",
        "INV-7719",
        date(2026, 10, 12),
        date(2026, 11, 11),
        "SGD",
        (
            line("Ocean freight, 1 × 40' HC, SIN-HAM", "1", "unit", "2890.00", "0"),
            line("Documentation fee", "1", "unit", "75.00", "0"),
        ),
        order="4500017199",
        note="Zero-rated international service.",
    ),
)
