"""Invoices of the kinds that firms of many countries send, set out as they do; every name and number is made up."""

import pytest

from inference.evaluation import matches
from inference.extraction import rules
from inference.fields import FIELDS, to_text
from tests.inference.pages import reading

KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "software by subscription": (
        """
Invoice                                                                        Nimbusly

Invoice number     9F3C21AB-0007
Date of issue      March 4, 2025
Date due           March 4, 2025

Nimbusly, Inc.                        Bill to
548 Harbor Street                     Klarwerk Systeme GmbH
Suite 410                             Lindenallee 7
San Francisco, California 94104       50668 Köln
United States                         Germany
billing@nimbusly.com                  ap@klarwerk.example
EU OSS VAT EU372041853                DE VAT DE136695976

$588.00 USD due March 4, 2025

Pay online

Description                                     Qty        Unit price            Amount
Team plan                                        12            $49.00           $588.00
Mar 4, 2025 - Apr 4, 2025

                                                 Subtotal                       $588.00
                                                 Total                          $588.00
                                                 Amount due                     $588.00 USD
""",
        {
            "document_type": "invoice",
            "invoice_number": "9F3C21AB-0007",
            "issue_date": "2025-03-04",
            "due_date": "2025-03-04",
            "seller_name": "Nimbusly, Inc.",
            "buyer_name": "Klarwerk Systeme GmbH",
            "buyer_address": "Lindenallee 7, 50668 Köln, Germany",
            "seller_vat_id": "EU372041853",
            "buyer_vat_id": "DE136695976",
            "gross_amount": "588.00",
            "amount_due": "588.00",
            "currency": "USD",
        },
    ),
    "receipt of a subscription": (
        """
Receipt                                                                        Nimbusly

Invoice number     9F3C21AB-0007
Receipt number     2291-4480
Date paid          March 4, 2025
Payment method     Visa - 4242

Nimbusly, Inc.                        Bill to
548 Harbor Street                     Klarwerk Systeme GmbH
San Francisco, California 94104       Lindenallee 7
United States                         50668 Köln

$588.00 paid on March 4, 2025

Description                                     Qty        Unit price            Amount
Team plan                                        12            $49.00           $588.00

                                                 Subtotal                       $588.00
                                                 Total                          $588.00
                                                 Amount paid                    $588.00
""",
        {
            "document_type": "receipt",
            "seller_name": "Nimbusly, Inc.",
            "gross_amount": "588.00",
            "amount_paid": "588.00",
        },
    ),
    "Swiss QR-bill": (
        """
Bergli Haustechnik AG
Seestrasse 41
8820 Wädenswil
CHE-109.740.078 MWST

                                                            Frau
                                                            Regula Amstutz
                                                            Alte Landstrasse 19
                                                            8810 Horgen

Rechnung Nr. 20250318
Wädenswil, 18. März 2025

Bezeichnung                             Menge       Einheit      Preis          Total
Service Heizung                         3.5         Std          118.00        413.00
Filtereinsatz                           2           Stk           24.50         49.00

Zwischensumme                                                                  462.00
MWST 8.1 %                                                                      37.42
Rechnungsbetrag CHF                                                            499.42
Zahlbar innert 30 Tagen netto

Empfangsschein             Zahlteil                     Konto / Zahlbar an
Konto / Zahlbar an                                      CH44 3199 9123 0008 8901 2
CH44 3199 9123 0008 8901 2                              Bergli Haustechnik AG
Bergli Haustechnik AG                                   Seestrasse 41
Seestrasse 41                                           8820 Wädenswil
8820 Wädenswil
                                                        Referenz
Referenz                                                21 00000 00003 13947 14300 09017
21 00000 00003 13947 14300 09017
                                                        Zahlbar durch
Zahlbar durch                                           Regula Amstutz
Regula Amstutz                                          Alte Landstrasse 19
Alte Landstrasse 19                                     8810 Horgen
8810 Horgen
Währung    Betrag          Währung   Betrag
CHF        499.42          CHF       499.42
""",
        {
            "invoice_number": "20250318",
            "issue_date": "2025-03-18",
            "seller_name": "Bergli Haustechnik AG",
            "buyer_name": "Regula Amstutz",
            "buyer_address": "Alte Landstrasse 19, 8810 Horgen",
            "seller_vat_id": "CHE109740078",
            "seller_iban": "CH4431999123000889012",
            "payment_reference": "210000000003139471430009017",
            "net_amount": "462.00",
            "tax_amount": "37.42",
            "gross_amount": "499.42",
            "currency": "CHF",
            "payment_terms": "Zahlbar innert 30 Tagen netto",
        },
    ),
    "British limited company": (
        """
                                                              Thornfield Joinery Limited
                                                                    Unit 6, Mill Road
INVOICE                                                             Otley
                                                                    LS21 3JT
                                                              VAT Reg No: GB 980 7806 84
Accounts Payable
Cairn & Co Chartered Surveyors LLP
14 Castle Terrace
Edinburgh
EH1 2DP

Invoice No: TJ-1188                        Invoice Date: 02/05/2025
Your Order: PO 77120                       Due Date: 01/06/2025

Details                                                        Net       VAT %       Total
Oak door, made to measure                                   640.00       20%        768.00
Fitting                                                     180.00       20%        216.00

                                                     Net Total               820.00
                                                     VAT @ 20%               164.00
                                                     Total Due            £  984.00

Payment terms: 30 days from date of invoice
Please pay by BACS: Sort code 20-45-77   Account number 73492011   Reference TJ-1188
Registered in England and Wales No. 04821996. Registered office: 1 Kirkgate, Leeds LS2 7DJ
""",
        {
            "invoice_number": "TJ-1188",
            "issue_date": "2025-05-02",
            "due_date": "2025-06-01",
            "seller_name": "Thornfield Joinery Limited",
            "buyer_name": "Cairn & Co Chartered Surveyors LLP",
            "buyer_address": "14 Castle Terrace, Edinburgh, EH1 2DP",
            "seller_vat_id": "GB980780684",
            "net_amount": "820.00",
            "tax_amount": "164.00",
            "gross_amount": "984.00",
            "currency": "GBP",
            "seller_bank_account": "73492011",
            "payment_terms": "30 days from date of invoice",
        },
    ),
    "American supplier with remit-to": (
        """
PRAIRIE FASTENER SUPPLY CO.                                            INVOICE
2200 Industrial Pkwy                                       Invoice #:  448120
Wichita, KS 67213                                          Date:       02/14/2025
(316) 555-0148                                             Customer #: 10-7731
Federal ID 48-1209377                                      Terms:      Net 30

BILL TO:                                  SHIP TO:
Larkin Boat Works LLC                     Larkin Boat Works LLC
ATTN: Accounts Payable                    Dock 4
910 Marina Dr                             88 Harbor Rd
Duluth, MN 55802                          Superior, WI 54880

P.O. Number     Ship Date      Ship Via     FOB
LB-5502         02/13/2025     UPS          Origin

Item #        Description                     Qty     Unit Price      Amount
SS-38-112     Hex bolt 3/8 x 1 1/2 SS          400         0.42       168.00
NY-38         Nylock nut 3/8                   400         0.11        44.00

                                              Subtotal                212.00
                                              Sales Tax (6.875%)       14.58
                                              Freight                  18.25
                                              TOTAL                  $244.83

Remit to: Prairie Fastener Supply Co., P.O. Box 33107, Wichita, KS 67277
""",
        {
            "invoice_number": "448120",
            "issue_date": "2025-02-14",
            "customer_number": "10-7731",
            "purchase_order": "LB-5502",
            "seller_name": "PRAIRIE FASTENER SUPPLY CO.",
            "seller_tax_number": "48-1209377",
            "buyer_name": "Larkin Boat Works LLC",
            "buyer_address": "910 Marina Dr, Duluth, MN 55802",
            "ship_to_name": "Larkin Boat Works LLC",
            "net_amount": "212.00",
            "tax_amount": "14.58",
            "shipping_amount": "18.25",
            "gross_amount": "244.83",
            "payment_terms": "Net 30",
            "currency": "USD",
        },
    ),
    "Indian tax invoice": (
        """
                                     TAX INVOICE
Kaveri Test Instruments Pvt. Ltd.                     Invoice No.        KTI/24-25/0931
No. 17, 2nd Cross, Peenya                             Dated              12-Nov-2024
Bengaluru - 560058                                    Buyer's Order No.  4500071822
GSTIN/UIN: 29AABCK4521M1Z6                            Delivery Note      DN-771
PAN: AABCK4521M

Buyer (Bill to)
Sahyadri Pumps Limited
Plot 42, MIDC Bhosari
Pune - 411026
GSTIN/UIN: 27AAFCS9918Q1ZR

Sl  Description of Goods          HSN/SAC     Quantity     Rate           Amount
1   Pressure gauge 0-10 bar       90262000    20 Nos       1,150.00       23,000.00

                                              IGST @ 18%                   4,140.00
                                              Total                     ₹ 27,140.00
Amount Chargeable (in words): INR Twenty Seven Thousand One Hundred Forty Only
for Kaveri Test Instruments Pvt. Ltd.
""",
        {
            "invoice_number": "KTI/24-25/0931",
            "issue_date": "2024-11-12",
            "purchase_order": "4500071822",
            "seller_name": "Kaveri Test Instruments Pvt. Ltd.",
            "buyer_name": "Sahyadri Pumps Limited",
            "seller_vat_id": "29AABCK4521M1Z6",
            "buyer_vat_id": "27AAFCS9918Q1ZR",
            "seller_tax_number": "AABCK4521M",
            "tax_amount": "4140.00",
            "gross_amount": "27140.00",
            "currency": "INR",
        },
    ),
    "French company": (
        """
MENUISERIE DES ARDOISES SARL
12 rue du Port
49000 ANGERS
Tél. 02 41 00 11 22                                   Brasserie du Quai SAS
contact@menuiserie-ardoises.example                   A l'attention de M. Paul Girault
                                                      3 quai Gambetta
                                                      44000 NANTES

FACTURE N° FA-2025-0417
Date de facture : 17/04/2025           Date d'échéance : 17/05/2025
N° client : C00482                     Votre commande : BC-889

Désignation                          Qté      PU HT        Montant HT
Plan de travail chêne                2        310,00       620,00
Pose                                 1        180,00       180,00

                                     Total HT              800,00 €
                                     TVA 20 %              160,00 €
                                     Total TTC             960,00 €
                                     Acompte versé         300,00 €
                                     Net à payer           660,00 €

Conditions de règlement : 30 jours fin de mois par virement
IBAN : FR76 3000 6000 0112 3456 7890 189   BIC : AGRIFRPP
SARL au capital de 8 000 € - SIRET 732 829 320 00074 - RCS Angers B 732 829 320 - TVA intracom. FR44732829320
""",
        {
            "invoice_number": "FA-2025-0417",
            "issue_date": "2025-04-17",
            "due_date": "2025-05-17",
            "customer_number": "C00482",
            "purchase_order": "BC-889",
            "seller_name": "MENUISERIE DES ARDOISES SARL",
            "buyer_name": "Brasserie du Quai SAS",
            "buyer_address": "3 quai Gambetta, 44000 NANTES",
            "seller_vat_id": "FR44732829320",
            "seller_tax_number": "73282932000074",
            "seller_iban": "FR7630006000011234567890189",
            "seller_bic": "AGRIFRPP",
            "net_amount": "800.00",
            "tax_amount": "160.00",
            "gross_amount": "960.00",
            "amount_paid": "300.00",
            "amount_due": "660.00",
            "payment_terms": "30 jours fin de mois par virement",
        },
    ),
    "Spanish company": (
        """
Talleres Peñarrubia, S.L.                                FACTURA
C/ Herreros, 21                                          Nº Factura: 2025/0219
30003 Murcia                                             Fecha: 08/02/2025
CIF: B73000125                                           Vencimiento: 10/03/2025

Cliente:
Conservas Vega Baja, S.A.
Polígono Ind. Las Atalayas, nave 12
03114 Alicante
NIF: A03000022

Concepto                                Cantidad     Precio      Importe
Reparación cinta transportadora         1            540,00      540,00
Rodamiento 6204                         4             12,50       50,00

Base imponible                                                   590,00
IVA 21%                                                          123,90
Total factura                                                    713,90 €

Forma de pago: Transferencia a 30 días
ES91 2100 0418 4502 0005 1332
""",
        {
            "invoice_number": "2025/0219",
            "issue_date": "2025-02-08",
            "due_date": "2025-03-10",
            "seller_name": "Talleres Peñarrubia, S.L.",
            "buyer_name": "Conservas Vega Baja, S.A.",
            "seller_vat_id": "B73000125",
            "buyer_vat_id": "A03000022",
            "seller_iban": "ES9121000418450200051332",
            "net_amount": "590.00",
            "tax_amount": "123.90",
            "gross_amount": "713.90",
            "payment_terms": "Transferencia a 30 días",
        },
    ),
    "Italian company": (
        """
Officine Belforte S.r.l.                                 Spett.le
Via dei Mille 8                                          Cantina San Rocco S.p.A.
10123 Torino (TO)                                        Via Langhe 77
P.IVA 07643520567                                        12051 Alba (CN)
C.F. 07643520567                                         P.IVA 01234560046

Fattura n. 118/2025 del 20/03/2025

Descrizione                             Q.tà     Prezzo       Importo      IVA
Pompa travaso PT40                      1        1.250,00     1.250,00     22%
Raccordi inox                           10       8,40         84,00        22%

Imponibile                                                    1.334,00
IVA 22%                                                       293,48
Totale fattura                                                € 1.627,48
Modalità di pagamento: Bonifico bancario 60 gg FM
IBAN: IT60 X054 2811 1010 0000 0123 456
""",
        {
            "invoice_number": "118/2025",
            "issue_date": "2025-03-20",
            "seller_name": "Officine Belforte S.r.l.",
            "buyer_name": "Cantina San Rocco S.p.A.",
            "seller_vat_id": "07643520567",
            "buyer_vat_id": "01234560046",
            "seller_iban": "IT60X0542811101000000123456",
            "net_amount": "1334.00",
            "tax_amount": "293.48",
            "gross_amount": "1627.48",
            "payment_terms": "Bonifico bancario 60 gg FM",
        },
    ),
    "Polish company": (
        """
                                              Faktura VAT nr FV/12/04/2025
                                              Data wystawienia: 12.04.2025
                                              Data sprzedaży: 10.04.2025
Sprzedawca:                                   Nabywca:
Drukarnia Wisła Sp. z o.o.                    Biuro Rachunkowe Maria Zalewska
ul. Portowa 3                                 ul. Długa 15/2
80-001 Gdańsk                                 31-147 Kraków
NIP: 583-000-11-29                            NIP: 676-100-22-35

Lp.  Nazwa towaru lub usługi     Ilość   J.m.   Cena netto   Wartość netto   VAT   Wartość brutto
1    Papier firmowy              500     szt.   0,80         400,00          23%   492,00
2    Wizytówki                   2       op.    60,00        120,00          23%   147,60

                                                 Razem:      520,00          119,60   639,60
Do zapłaty: 639,60 zł
Termin płatności: 26.04.2025   Sposób płatności: przelew 14 dni
Nr konta: PL61 1090 1014 0000 0712 1981 2874
""",
        {
            "invoice_number": "FV/12/04/2025",
            "issue_date": "2025-04-12",
            "due_date": "2025-04-26",
            "seller_name": "Drukarnia Wisła Sp. z o.o.",
            "buyer_name": "Biuro Rachunkowe Maria Zalewska",
            "seller_vat_id": "5830001129",
            "buyer_vat_id": "6761002235",
            "seller_iban": "PL61109010140000071219812874",
            "gross_amount": "639.60",
            "net_amount": "520.00",
            "tax_amount": "119.60",
            "currency": "PLN",
            "payment_terms": "przelew 14 dni",
        },
    ),
    "Swedish company with OCR reference": (
        """
Norrsken Elektriska AB                                  FAKTURA
Kungsgatan 8                                            Fakturanummer    30417
903 25 Umeå                                             Fakturadatum     2025-01-31
                                                        Förfallodatum    2025-03-02
                                                        OCR-nummer       3041709
                                                        Betalningsvillkor 30 dagar netto

                                                        Björkviks Bryggeri AB
                                                        Ekonomiavdelningen
                                                        Hamnvägen 2
                                                        871 40 Härnösand

Benämning                       Antal     Enhet     À-pris       Belopp
Installation motorvärmare       4         st        1 450,00     5 800,00
Arbete                          6,5       tim       690,00       4 485,00

Netto                                                            10 285,00
Moms 25 %                                                        2 571,25
Att betala SEK                                                   12 856,25

Bankgiro 5050-1055    Org.nr 556036-0793    Momsreg.nr SE556036079301   Godkänd för F-skatt
""",
        {
            "invoice_number": "30417",
            "issue_date": "2025-01-31",
            "due_date": "2025-03-02",
            "seller_name": "Norrsken Elektriska AB",
            "buyer_name": "Björkviks Bryggeri AB",
            "payment_reference": "3041709",
            "seller_vat_id": "SE556036079301",
            "seller_tax_number": "556036-0793",
            "seller_bank_account": "5050-1055",
            "net_amount": "10285.00",
            "tax_amount": "2571.25",
            "gross_amount": "12856.25",
            "currency": "SEK",
            "payment_terms": "30 dagar netto",
        },
    ),
    "Norwegian company with KID": (
        """
Fjellheim Regnskap AS                                      Faktura
Storgata 12                                                Fakturanr:       10882
2609 Lillehammer                                           Fakturadato:     15.01.2025
Org.nr: 974 760 673 MVA                                    Forfallsdato:    29.01.2025
                                                           Kundenr:         5519
Sletta Gård DA                                             KID:             0010882055191
Fjellvegen 40                                              Kontonr:         8601 11 17947
2640 Vinstra

Beskrivelse                      Antall      Pris        Mva        Beløp
Bokføring januar                 5           950,00      25 %       4 750,00

Sum eks. mva                                                        4 750,00
Mva 25 %                                                            1 187,50
Å betale NOK                                                        5 937,50
""",
        {
            "invoice_number": "10882",
            "issue_date": "2025-01-15",
            "due_date": "2025-01-29",
            "customer_number": "5519",
            "seller_name": "Fjellheim Regnskap AS",
            "buyer_name": "Sletta Gård DA",
            "payment_reference": "0010882055191",
            "seller_vat_id": "974760673MVA",
            "seller_bank_account": "8601 11 17947",
            "net_amount": "4750.00",
            "tax_amount": "1187.50",
            "gross_amount": "5937.50",
            "currency": "NOK",
        },
    ),
    "German utility": (
        """
Stadtwerke Auental GmbH · Werkstraße 1 · 04758 Oschatz
Herrn                                                      Kundennummer        7004 118 226
Jonas Terbrüggen                                           Vertragskonto       2000 4471 09
Feldweg 3                                                  Rechnungsnummer     VR-2024-553120
04758 Oschatz                                              Datum               15.01.2025
                                                           Verbrauchsstelle    Feldweg 3, Oschatz

Ihre Stromrechnung für den Zeitraum 01.01.2024 - 31.12.2024

Verbrauch 2.840 kWh
Arbeitspreis                                 2.840 kWh   x 28,10 ct/kWh              798,04 EUR
Grundpreis                                   12 Monate                               120,00 EUR
Summe netto                                                                          918,04 EUR
Umsatzsteuer 19 %                                                                    174,43 EUR
Rechnungsbetrag                                                                    1.092,47 EUR
abzüglich geleisteter Abschläge                                                     -960,00 EUR
Nachzahlung                                                                          132,47 EUR

Den Betrag buchen wir am 31.01.2025 von Ihrem Konto ab.
USt-IdNr. DE136695976 · IBAN DE89 3704 0044 0532 0130 00 · BIC COBADEFFXXX
""",
        {
            "invoice_number": "VR-2024-553120",
            "issue_date": "2025-01-15",
            "due_date": "2025-01-31",
            "service_period_start": "2024-01-01",
            "service_period_end": "2024-12-31",
            "seller_name": "Stadtwerke Auental GmbH",
            "buyer_name": "Jonas Terbrüggen",
            "buyer_address": "Feldweg 3, 04758 Oschatz",
            "customer_number": "7004 118 226",
            "seller_vat_id": "DE136695976",
            "seller_iban": "DE89370400440532013000",
            "net_amount": "918.04",
            "tax_amount": "174.43",
            "gross_amount": "1092.47",
            "amount_due": "132.47",
        },
    ),
    "Dutch company": (
        """
Van Houten Installatietechniek B.V.                     FACTUUR
Nijverheidsweg 22
3534 AM Utrecht                                         Factuurnummer:   2025-0093
KvK 30124578                                            Factuurdatum:    03-02-2025
BTW NL815254295B01                                      Vervaldatum:     17-02-2025
                                                        Debiteurnr:      1204
Bakkerij De Korenaar
T.a.v. mevrouw J. de Wit
Dorpsstraat 9
3732 HH De Bilt

Omschrijving                         Aantal      Prijs        Bedrag
Onderhoud cv-ketel                   1           145,00       145,00
Expansievat                          1            68,50        68,50

Totaal excl. btw                                              213,50
Btw 21%                                                        44,84
Totaal incl. btw                                          € 258,34

Gelieve binnen 14 dagen over te maken op NL91 ABNA 0417 1643 00 o.v.v. 2025-0093
""",
        {
            "invoice_number": "2025-0093",
            "issue_date": "2025-02-03",
            "due_date": "2025-02-17",
            "customer_number": "1204",
            "seller_name": "Van Houten Installatietechniek B.V.",
            "buyer_name": "Bakkerij De Korenaar",
            "buyer_address": "Dorpsstraat 9, 3732 HH De Bilt",
            "seller_vat_id": "NL815254295B01",
            "seller_iban": "NL91ABNA0417164300",
            "payment_reference": "2025-0093",
            "net_amount": "213.50",
            "tax_amount": "44.84",
            "gross_amount": "258.34",
        },
    ),
    "Czech company": (
        """
Faktura - daňový doklad č. 20250077
Dodavatel:                                     Odběratel:
Kovovýroba Říha s.r.o.                         Penzion U Lípy
Průmyslová 14                                  Náměstí 5
370 01 České Budějovice                        381 01 Český Krumlov
IČ: 25123891   DIČ: CZ25123891                 IČ: 60071117   DIČ: CZ60071117

Datum vystavení: 11.03.2025                    Variabilní symbol: 20250077
Datum splatnosti: 25.03.2025                   Forma úhrady: převodem
Datum zdanitelného plnění: 10.03.2025          IBAN: CZ65 0800 0000 1920 0014 5399

Označení dodávky             Množství   MJ    Cena za MJ    Celkem bez DPH    DPH    Celkem s DPH
Zábradlí ocelové             6          m     1 200,00      7 200,00          21 %   8 712,00

Celkem bez DPH                                              7 200,00
DPH 21 %                                                    1 512,00
Celkem k úhradě                                             8 712,00 Kč
""",
        {
            "invoice_number": "20250077",
            "issue_date": "2025-03-11",
            "due_date": "2025-03-25",
            "seller_name": "Kovovýroba Říha s.r.o.",
            "buyer_name": "Penzion U Lípy",
            "buyer_address": "Náměstí 5, 381 01 Český Krumlov",
            "seller_vat_id": "CZ25123891",
            "buyer_vat_id": "CZ60071117",
            "payment_reference": "20250077",
            "seller_iban": "CZ6508000000192000145399",
            "net_amount": "7200.00",
            "tax_amount": "1512.00",
            "gross_amount": "8712.00",
            "currency": "CZK",
        },
    ),
    "Hungarian company": (
        """
SZÁMLA                                         Számlaszám: SZ-2025/00144
Szállító:                                      Vevő:
Tisza Nyomda Kft.                              Liget Vendéglő Bt.
6720 Szeged, Kossuth u. 11.                    1146 Budapest, Ajtósi sor 3.
Adószám: 11895927-2-06                         Adószám: 21043215-1-42

Kiállítás kelte: 2025.02.10.                   Fizetési határidő: 2025.02.24.
Teljesítés: 2025.02.10.                        Fizetési mód: átutalás

Megnevezés                 Mennyiség    Egységár     Nettó érték    ÁFA     Bruttó érték
Étlap nyomtatás            100          450          45 000         27%     57 150

Nettó összesen                                       45 000 Ft
ÁFA 27%                                              12 150 Ft
Fizetendő                                            57 150 Ft
""",
        {
            "invoice_number": "SZ-2025/00144",
            "issue_date": "2025-02-10",
            "due_date": "2025-02-24",
            "seller_name": "Tisza Nyomda Kft.",
            "buyer_name": "Liget Vendéglő Bt.",
            "seller_vat_id": "11895927-2-06",
            "buyer_vat_id": "21043215-1-42",
            "net_amount": "45000",
            "tax_amount": "12150",
            "gross_amount": "57150",
            "currency": "HUF",
        },
    ),
    "Romanian company": (
        """
FACTURA FISCALA
Seria: BRX  Nr: 00481                          Data: 05.03.2025
Furnizor:                                      Cumparator:
SC Lemn Verde SRL                              SC Casa Moldova SA
Str. Fabricii 7, Cluj-Napoca                   Bd. Carol I nr. 22, Iasi
CIF: RO18547290                                CIF: RO14399840
Cont: RO49 AAAA 1B31 0075 9384 0000            Reg. com.: J22/104/2002

Nr. Denumirea produselor        U.M.   Cantitate   Pret unitar   Valoare     TVA
1   Scaun lemn stejar           buc    8           250,00        2.000,00    380,00

Total                                                            2.000,00    380,00
Total de plata                                                   2.380,00 lei
Termen de plata: 20.03.2025
""",
        {
            "invoice_number": "00481",
            "issue_date": "2025-03-05",
            "due_date": "2025-03-20",
            "seller_name": "SC Lemn Verde SRL",
            "buyer_name": "SC Casa Moldova SA",
            "seller_vat_id": "RO18547290",
            "buyer_vat_id": "RO14399840",
            "seller_iban": "RO49AAAA1B31007593840000",
            "gross_amount": "2380.00",
            "currency": "RON",
        },
    ),
    "Greek company": (
        """
ΑΦΟΙ ΔΗΜΟΥ Ο.Ε.                                 ΤΙΜΟΛΟΓΙΟ ΠΩΛΗΣΗΣ
Ερμού 14, 54625 Θεσσαλονίκη                     Αριθμός: 0287
ΑΦΜ: 094259216                                  Ημερομηνία: 14/02/2025

Πελάτης: ΚΑΦΕ ΛΙΜΑΝΙ ΑΕ
Διεύθυνση: Νίκης 3, 54624 Θεσσαλονίκη

Περιγραφή                        Ποσότητα     Τιμή        Αξία
Καφές σε κόκκους                 20           9,50        190,00

Καθαρή αξία                                               190,00
ΦΠΑ 24%                                                    45,60
Σύνολο                                                    235,60 €
""",
        {
            "invoice_number": "0287",
            "issue_date": "2025-02-14",
            "buyer_name": "ΚΑΦΕ ΛΙΜΑΝΙ ΑΕ",
            "seller_vat_id": "094259216",
            "net_amount": "190.00",
            "tax_amount": "45.60",
            "gross_amount": "235.60",
        },
    ),
    "Portuguese company": (
        """
Cerâmica do Mondego, Lda.                              Fatura FT 2025/311
Rua da Sofia, 88                                       Data de emissão: 2025-02-20
3000-389 Coimbra                                       Data de vencimento: 2025-03-22
NIF 501964843

Exmo.(s) Sr.(s)
Hotel Ria Mar, S.A.
Avenida 5 de Outubro, 10
8000-076 Faro
NIF: 500273170

Descrição                       Qtd.     Preço Unit.     IVA      Total
Azulejo pintado 15x15           200      2,40            23%      480,00

Total ilíquido                                                    480,00
IVA 23%                                                           110,40
Total a pagar                                                     590,40 €
IBAN PT50 0002 0123 1234 5678 9015 4
""",
        {
            "invoice_number": "FT 2025/311",
            "issue_date": "2025-02-20",
            "due_date": "2025-03-22",
            "seller_name": "Cerâmica do Mondego, Lda.",
            "buyer_name": "Hotel Ria Mar, S.A.",
            "buyer_address": "Avenida 5 de Outubro, 10, 8000-076 Faro",
            "seller_vat_id": "501964843",
            "buyer_vat_id": "500273170",
            "seller_iban": "PT50000201231234567890154",
            "net_amount": "480.00",
            "tax_amount": "110.40",
            "gross_amount": "590.40",
        },
    ),
    "Danish company": (
        """
Vesterhavs Fisk ApS                                    FAKTURA
Havnegade 6                                            Fakturanr.      20419
6700 Esbjerg                                           Fakturadato     24-02-2025
CVR-nr. 13585628                                       Forfaldsdato    06-03-2025

Restaurant Klitten ApS
Att.: Mette Holm
Strandvejen 51
9990 Skagen

Beskrivelse                       Antal      Enhed     Pris        Beløb
Rødspætte                         25         kg        84,00       2.100,00

Subtotal                                                           2.100,00
Moms 25%                                                             525,00
Total DKK                                                          2.625,00

Betalingsbetingelser: Netto 10 dage
Bank: Reg.nr. 7701 Kontonr. 0001234567
""",
        {
            "invoice_number": "20419",
            "issue_date": "2025-02-24",
            "due_date": "2025-03-06",
            "seller_name": "Vesterhavs Fisk ApS",
            "buyer_name": "Restaurant Klitten ApS",
            "buyer_address": "Strandvejen 51, 9990 Skagen",
            "seller_vat_id": "13585628",
            "seller_bank_account": "0001234567",
            "net_amount": "2100.00",
            "tax_amount": "525.00",
            "gross_amount": "2625.00",
            "payment_terms": "Netto 10 dage",
        },
    ),
    "Croatian hotel": (
        """
HOTEL JADRAN d.o.o.
Obala 3, 21000 Split
OIB: 81793146560

Račun br. 1204/1/2                                     Datum: 17.07.2024
Gost: PERIĆ, MARKO
Dolazak: 14.07.2024     Odlazak: 17.07.2024     Soba: 118

Opis                              Količina     Cijena       Iznos
Noćenje s doručkom                3            120,00       360,00
Boravišna pristojba               3              1,33         3,99

Osnovica 13%                                              318,58
PDV 13%                                                    41,42
Ukupno                                                    363,99 EUR
Plaćeno karticom                                          363,99 EUR
""",
        {
            "invoice_number": "1204/1/2",
            "issue_date": "2024-07-17",
            "seller_name": "HOTEL JADRAN d.o.o.",
            "buyer_name": "PERIĆ, MARKO",
            "seller_tax_number": "81793146560",
            "seller_vat_id": "81793146560",
            "gross_amount": "363.99",
            "amount_paid": "363.99",
            "currency": "EUR",
        },
    ),
    "freelancer without VAT": (
        """
Lena Mühlbach
Fotografie
Gartenweg 4, 79104 Freiburg
Tel. 0761 5550123 · lena@muehlbach-foto.example

Lena Mühlbach · Gartenweg 4 · 79104 Freiburg
Brauhaus Schwarzwald GmbH & Co. KG
z. Hd. Herrn Tobias Kern
Industriestraße 12
79100 Freiburg

Rechnung 2025-014                                          Freiburg, den 3. April 2025

Für meine Leistungen erlaube ich mir zu berechnen:

Pos.   Leistung                                                          Betrag
1      Fotoshooting Brauerei, 4 Stunden                                  480,00 €
2      Bildbearbeitung                                                   120,00 €

Gesamtbetrag                                                             600,00 €

Gemäß § 19 UStG wird keine Umsatzsteuer berechnet.
Zahlbar innerhalb von 14 Tagen ohne Abzug auf folgendes Konto:
IBAN DE89 3704 0044 0532 0130 00, Steuernummer 06123/45678
""",
        {
            "invoice_number": "2025-014",
            "issue_date": "2025-04-03",
            "seller_name": "Lena Mühlbach",
            "buyer_name": "Brauhaus Schwarzwald GmbH & Co. KG",
            "buyer_address": "Industriestraße 12, 79100 Freiburg",
            "gross_amount": "600.00",
            "seller_iban": "DE89370400440532013000",
            "seller_tax_number": "06123/45678",
        },
    ),
    "cloud platform": (
        """
                                                           Invoice
Stratus Cloud EMEA Limited                                 Invoice number: 5183320467
Block 4, Harcourt Centre                                   ..........................
Dublin 2                                                   Details
Ireland                                                    Invoice number     5183320467
VAT number: IE3668997OH                                    Invoice date       31 May 2025
                                                           Billing ID         1104-2957-6630
Bill to                                                    Account ID         01F2A7-9C44D1
Accounts Payable
Hafenlicht Analytics GmbH                                  Total in EUR       €1,214.07
Am Sandtorkai 50
20457 Hamburg                                              Summary for 1 May 2025 - 31 May 2025
Germany
VAT number: DE136695976                                    Cloud Platform                    €1,214.07

                                                           Subtotal in EUR                   €1,214.07
                                                           VAT (0%)                              €0.00
                                                           Total in EUR                      €1,214.07
Pay in full by 30 June 2025
Services subject to the reverse charge
""",
        {
            "invoice_number": "5183320467",
            "issue_date": "2025-05-31",
            "due_date": "2025-06-30",
            "seller_name": "Stratus Cloud EMEA Limited",
            "buyer_name": "Hafenlicht Analytics GmbH",
            "buyer_address": "Am Sandtorkai 50, 20457 Hamburg, Germany",
            "seller_vat_id": "IE3668997OH",
            "buyer_vat_id": "DE136695976",
            "service_period_start": "2025-05-01",
            "service_period_end": "2025-05-31",
            "gross_amount": "1214.07",
            "net_amount": "1214.07",
            "currency": "EUR",
        },
    ),
    "mobile phone": (
        """
Telmundo S.A.U.                                       Factura electrónica
Gran Vía 28, 28013 Madrid                             Nº de factura:      60-D5TK-118203
CIF A82018474                                         Fecha de emisión:   01/06/2025
                                                      Periodo de facturación: 01/05/2025 - 31/05/2025
Titular: Clínica Dental Robles, S.L.P.                Nº de cuenta cliente: 7781 2203
CIF: B84000124
Calle Mayor 14, 1º B
28801 Alcalá de Henares

Resumen de su factura
Cuotas mensuales                                                    58,00
Consumos                                                             4,13
Total (base imponible)                                              62,13
IVA (21%)                                                           13,05
Total a pagar                                                       75,18 euros
Forma de pago: domiciliación bancaria  Fecha de cargo: 05/06/2025
""",
        {
            "invoice_number": "60-D5TK-118203",
            "issue_date": "2025-06-01",
            "service_period_start": "2025-05-01",
            "service_period_end": "2025-05-31",
            "seller_name": "Telmundo S.A.U.",
            "buyer_name": "Clínica Dental Robles, S.L.P.",
            "seller_vat_id": "A82018474",
            "buyer_vat_id": "B84000124",
            "net_amount": "62.13",
            "tax_amount": "13.05",
            "gross_amount": "75.18",
        },
    ),
    "Australian trades": (
        """
                                        TAX INVOICE
Coastline Plumbing Pty Ltd
ABN 51 824 753 556
PO Box 118, Byron Bay NSW 2481
0412 555 019   office@coastlineplumbing.example

Bill To:                                           Invoice No.:   INV-3307
Seabreeze Motel                                    Date:          7/03/2025
42 Lawson St                                       Due Date:      21/03/2025
Byron Bay NSW 2481

Description                                  Qty      Rate       GST       Amount
Replace hot water unit                       1        1,450.00   GST       1,450.00
Call-out                                     1          120.00   GST         120.00

                                             Subtotal                      1,570.00
                                             GST (10%)                       157.00
                                             Total (inc-GST)             $ 1,727.00
                                             Amount Paid                     500.00
                                             Balance Due                 $ 1,227.00
Bank transfer: BSB 062-000  Acc 1234 5678
""",
        {
            "invoice_number": "INV-3307",
            "issue_date": "2025-03-07",
            "due_date": "2025-03-21",
            "seller_name": "Coastline Plumbing Pty Ltd",
            "buyer_name": "Seabreeze Motel",
            "buyer_address": "42 Lawson St, Byron Bay NSW 2481",
            "seller_vat_id": "51824753556",
            "net_amount": "1570.00",
            "tax_amount": "157.00",
            "gross_amount": "1727.00",
            "amount_paid": "500.00",
            "amount_due": "1227.00",
            "currency": "AUD",
        },
    ),
    "Canadian in French": (
        """
Érablière des Monts inc.                                FACTURE
1450, rang Saint-Joseph                                 No de facture : 8812
Sutton (Québec) J0E 2K0                                 Date : 2025-03-28
TPS : 123456789 RT0001                                  Échéance : 2025-04-27
TVQ : 1234567890 TQ0001

Facturer à :
Boulangerie Le Fournil ltée
275, rue Saint-Paul Ouest
Montréal (Québec) H2Y 2A3

Description                             Quantité     Prix       Montant
Sirop d'érable 4 L                      12           64,00      768,00

Sous-total                                                      768,00 $
TPS 5 %                                                          38,40 $
TVQ 9,975 %                                                      76,61 $
Total                                                           883,01 $
""",
        {
            "invoice_number": "8812",
            "issue_date": "2025-03-28",
            "due_date": "2025-04-27",
            "seller_name": "Érablière des Monts inc.",
            "buyer_name": "Boulangerie Le Fournil ltée",
            "net_amount": "768.00",
            "gross_amount": "883.01",
            "currency": "CAD",
        },
    ),
    "Belgian with structured communication": (
        """



Schrijnwerkerij De Smet BV
Kouter 15
9000 Gent
BTW BE 0403.170.701

                                             Notariskantoor Claes
                                             Grote Markt 3
                                             9700 Oudenaarde
                                             BTW: BE 0428.759.497

FACTUUR 2025/118
Factuurdatum: 12/05/2025
Vervaldatum: 11/06/2025

Omschrijving                              Aantal     Prijs        Totaal
Plaatsen binnendeuren                     6          310,00       1.860,00

Totaal excl. BTW                                                  1.860,00
BTW 21%                                                             390,60
Te betalen                                                   EUR  2.250,60

Gelieve te betalen op BE68 5390 0754 7034 met mededeling +++090/9337/55493+++
""",
        {
            "invoice_number": "2025/118",
            "issue_date": "2025-05-12",
            "due_date": "2025-06-11",
            "seller_name": "Schrijnwerkerij De Smet BV",
            "buyer_name": "Notariskantoor Claes",
            "buyer_address": "Grote Markt 3, 9700 Oudenaarde",
            "seller_vat_id": "BE0403170701",
            "buyer_vat_id": "BE0428759497",
            "seller_iban": "BE68539007547034",
            "payment_reference": "090933755493",
            "net_amount": "1860.00",
            "tax_amount": "390.60",
            "gross_amount": "2250.60",
        },
    ),
    "Finnish with reference number": (
        """
Saimaan Sähkö Oy                                      LASKU
Kauppakatu 7                                          Laskun numero      20417
53100 Lappeenranta                                    Laskun päiväys     14.2.2025
Y-tunnus 0112038-9                                    Eräpäivä           28.2.2025
                                                      Viitenumero        20 41709
Ravintola Kajuutta Oy                                 Maksuehto          14 pv netto
Satamatie 2
57130 Savonlinna

Kuvaus                           Määrä     Yks      á-hinta     Yhteensä
Sähköasennus                     12        h        55,00       660,00

Veroton yhteensä                                                660,00
ALV 25,5 %                                                      168,30
Maksettava yhteensä                                             828,30 EUR
Pankkiyhteys FI21 1234 5600 0007 85   BIC NDEAFIHH
""",
        {
            "invoice_number": "20417",
            "issue_date": "2025-02-14",
            "due_date": "2025-02-28",
            "seller_name": "Saimaan Sähkö Oy",
            "buyer_name": "Ravintola Kajuutta Oy",
            "payment_reference": "20 41709",
            "seller_iban": "FI2112345600000785",
            "net_amount": "660.00",
            "tax_amount": "168.30",
            "gross_amount": "828.30",
            "payment_terms": "14 pv netto",
        },
    ),
    "Austrian with two rates": (
        """
Bäckerei Hofstätter e.U.
Hauptplatz 9, 4810 Gmunden
UID: ATU13585627   FN 245871 k

Gasthof Seeblick
Familie Wimmer
Esplanade 21
4810 Gmunden
                                        RECHNUNG
Rechnungsnr.: 1907      Rechnungsdatum: 28.02.2025     Kundennr.: 330     Lieferschein: LS-4471

Artikel                        Menge     Preis      USt      Summe
Semmeln                        600       0,42       10%      252,00
Torte                          4         38,00      10%      152,00
Verpackung                     1         15,00      20%       15,00

Netto 10%          404,00      USt 10%          40,40
Netto 20%           15,00      USt 20%           3,00
Gesamt netto                                               419,00
Gesamt USt                                                  43,40
Gesamtbetrag EUR                                           462,40
Zahlbar: sofort netto Kassa    IBAN: AT61 1904 3002 3457 3201
""",
        {
            "invoice_number": "1907",
            "issue_date": "2025-02-28",
            "customer_number": "330",
            "delivery_note": "LS-4471",
            "seller_name": "Bäckerei Hofstätter e.U.",
            "buyer_name": "Gasthof Seeblick",
            "seller_vat_id": "ATU13585627",
            "seller_iban": "AT611904300234573201",
            "net_amount": "419.00",
            "tax_amount": "43.40",
            "gross_amount": "462.40",
        },
    ),
    "credit note": (
        """
Nordwind Textil GmbH · Speicherstraße 2 · 28195 Bremen

Modehaus Ebeling KG                                   Gutschrift
Lange Straße 40                                       Gutschrift-Nr.    GS-2025-0031
26122 Oldenburg                                       Datum             09.05.2025
                                                      zu Rechnung       RE-2025-0788
                                                      Kunden-Nr.        20455

Pos   Artikel             Menge       Preis      Gesamt
1     Pullover navy       3 Stk       39,90      -119,70

Nettobetrag                                      -119,70
19 % MwSt.                                        -22,74
Gutschriftsbetrag                                -142,44 EUR

Nordwind Textil GmbH   Geschäftsführer: Ole Brandt   HRB 20811   USt-IdNr. DE136695976   info@nordwind-textil.example
""",
        {
            "document_type": "credit_note",
            "invoice_number": "GS-2025-0031",
            "issue_date": "2025-05-09",
            "credited_invoice": "RE-2025-0788",
            "customer_number": "20455",
            "seller_name": "Nordwind Textil GmbH",
            "buyer_name": "Modehaus Ebeling KG",
            "net_amount": "-119.70",
            "tax_amount": "-22.74",
            "gross_amount": "-142.44",
            "seller_vat_id": "DE136695976",
        },
    ),
    "hotel folio": (
        """
The Quayside Hotel Bristol                                  INVOICE
2 Redcliff Parade, Bristol BS1 6TP                          Folio No.     118204
Tel +44 117 496 0155                                        Date          19/09/24
VAT No. GB 980 7806 84                                      Page 1 of 1

Mrs Hannah Whitlock                                         Room          412
Meridian Consulting Ltd                                     Arrival       17/09/24
8 Finsbury Square                                           Departure     19/09/24
London EC2A 1AF                                             Guests        1

Date          Description                          Charges       Credits
17/09/24      Accommodation                         128.00
17/09/24      Restaurant                             34.50
18/09/24      Accommodation                         128.00
19/09/24      Visa ****1881                                        290.50

                                       Total        290.50         290.50
                                       Balance        0.00
Net 242.08     VAT 20% 48.42     Gross 290.50
Quayside Hotels (Bristol) Limited, registered in England 07234551
""",
        {
            "invoice_number": "118204",
            "issue_date": "2024-09-19",
            "buyer_name": "Meridian Consulting Ltd",
            "seller_vat_id": "GB980780684",
            "gross_amount": "290.50",
            "net_amount": "242.08",
            "tax_amount": "48.42",
            "amount_due": "0.00",
        },
    ),
    "motel folio with a running balance": (
        """
Seabreeze Motor Lodge
1180 Coast Highway, Pismo Beach CA 93449      Tel: 805-555-0142      www.seabreezelodge.example

Room: 12 A                                    Payment:  VISA
KOWALSKI, PIOTR                               Arrive:   Jun 3, 2024
ul. Polna 8                                   Depart:   Jun 5, 2024
00-622 Warszawa                               Folio No: 40771

Date        Trans       Room     Comment             Debit      Credit     Balance
Jun 3'24    ROOM        12                           189.00                 189.00
Jun 3'24    TAX         12                            22.68                 211.68
Jun 4'24    ROOM        12                           189.00                 400.68
Jun 4'24    TAX         12                            22.68                 423.36
Jun 5'24    VISA        12                                    423.36 CR       0.00

                                              Balance due at checkout        $ 0.00

Guest Signature
""",
        {"invoice_number": "40771", "gross_amount": "423.36", "amount_due": "0.00", "currency": "USD"},
    ),
    "folio with payments as negative amounts": (
        """
                                                                     Harbor Gate Hotel
NAME AND ADDRESS:                                                    77 Pier Street
Novak, Ivana                                                         Seattle, WA 98101
Ilica 10
10000 Zagreb                                      Room:            1204
                                                  Arrival Date:    3/2/2024
                                                  Departure Date:  3/4/2024
                                                  Room Rate:       210.00
Confirmation Number: 77120934

DATE        DESCRIPTION             REF. NO       CHARGES      CREDITS      BALANCE
3/2/2024    GUEST ROOM              884120        $210.00
3/2/2024    OCCUPANCY TAX           884120         $32.97
3/3/2024    GUEST ROOM              884902        $255.00
3/3/2024    OCCUPANCY TAX           884902         $40.04
3/4/2024    MC *1881                885110                    -$538.01
                                                  **BALANCE**                $0.00
""",
        {"gross_amount": "538.01", "amount_due": "0.00"},
    ),
    "shop with the day of the order alone": (
        """
PlugWorks                                                   = On Ss UYU
Invoice                                                     Order No. 5521
                                                            Order Date: November 14, 2022
                                                            Ship Method: Standard
Bill to                         Ship to
Ana Perić                       Ana Perić
Ilica 44                        Ilica 44
10000 Zagreb                    10000 Zagreb

Item         Description                       Qty       Price EUR     Total
PW-1         Smart plug                          4           12,00     48,00

                                               Subtotal                48,00
                                               Tax                     12,00
                                               Total                   60,00 €
""",
        {"issue_date": "2022-11-14", "currency": "EUR", "gross_amount": "60.00", "invoice_number": "5521"},
    ),
    "apartment house, a number that OCR spaced": (
        """
Rechnung
Gastname       : Ivana Novak                  Rechnungsnr.      : 083 -72561
Apartment Nr.  : 420                          Rechnungsdatum    : 05.04.2019
                                              Seite             : 1 von 1
Gesamt EUR 903,63
""",
        {"invoice_number": "083-72561", "issue_date": "2019-04-05", "gross_amount": "903.63"},
    ),
    "sums in a row under their heads": (
        """
Norrgård Däck AB                                                    Faktura
Fakturanr       20251146           Fakturadatum     2025-10-22
OCR             20251146           Förfallodatum    2025-11-21

Artnr   Benämning                       Antal     À-pris        Summa
100     Vinterdäck                       4,00   1 650,00     6 600,00
200     Omläggning                       4,00     175,00       700,00

Exkl. moms       Moms 25%       Öresavr.       Totalt         ATT BETALA
        7 300,00        1 825,00        0,00       9 125,00       SEK 9 125,00

Momsreg.nr SE556036079301
""",
        {"net_amount": "7300.00", "tax_amount": "1825.00", "gross_amount": "9125.00", "amount_due": "9125.00"},
    ),
    "an earlier balance of nil": (
        """
glasnet                                   Factuur
Factuurnummer 9 0021 7741               Factuurdatum 25-11-2025
Totaal exclusief btw                                    88,43
Btw 21%                                                 18,57
Totaal inclusief btw                                   107,00
Te betalen                                             107,00

Vorige factuur van 25-10-2025: € 107,03, ontvangen op 05-11-2025. Openstaand saldo: € 0,00.
""",
        {"gross_amount": "107.00", "amount_due": "107.00", "currency": "EUR"},
    ),
    "fees less tax withheld": (
        """
Marta Soler, fotógrafa                     FACTURA 2025/031
NIF 45678912S                              Fecha: 30/09/2025
Sesión de producto                                     1.000,00 €
Base imponible                                         1.000,00 €
IVA 21 %                                                 210,00 €
Total factura                                          1.210,00 €
Retención IRPF 15 %                                     -150,00 €
Total a percibir                                       1.060,00 €
""",
        {"net_amount": "1000.00", "tax_amount": "210.00", "gross_amount": "1210.00", "amount_due": "1060.00"},
    ),
    "reminder": (
        """
Quayside Packaging Ltd
12 March 2025
SECOND REMINDER – OVERDUE INVOICES
According to our records these invoices remain unpaid:
Invoice no.      Invoice date      Due date        Amount €
44817            30/01/2025        28/02/2025      1,284.20
Total now due                                      1,284.20
""",
        {"document_type": "other"},
    ),
    "meter readings are no title": (
        """
Électricité du Golfe                          Facture n° 10 184 552
                                              du 12 mai 2025
Électricité      Relevé 09/03     Relevé 09/05      kWh
Heures pleines      48 211           49 693         1 482
Total HT                                                 448,60
TVA à 20 %                                                89,72
Total TTC en euros                                       538,32
""",
        {"document_type": "invoice", "gross_amount": "538.32", "currency": "EUR"},
    ),
    "a dollar of Canada": (
        """
Laurentide Kessler CPA Inc.
INVOICE 26-0488                                Montréal, April 24, 2026
Compilation engagement                                  $3,400.00
GST 5%                                                    $170.00
TOTAL CAD                                               $3,570.00
""",
        {"currency": "CAD", "gross_amount": "3570.00"},
    ),
    "trade name and company": (
        """
la petite boulange
SARL Dubreuil & Fils
7 place du Marché - 21000 Dijon
SIRET : 412 345 678 00019                           Café de la Poste
TVA : FR83404833048                                 22 rue de la Liberté
                                                    21000 DIJON

Facture n° 2025-0612        Dijon, le 30/06/2025

Désignation                      Quantité      P.U. HT      Total HT
Baguettes tradition              310           0,95         294,50
Croissants                       120           0,90         108,00

Total HT                                                    402,50 €
TVA 5,5 %                                                    22,14 €
Total TTC                                                   424,64 €
Règlement : à réception de facture
""",
        {
            "invoice_number": "2025-0612",
            "issue_date": "2025-06-30",
            "buyer_name": "Café de la Poste",
            "buyer_address": "22 rue de la Liberté, 21000 DIJON",
            "seller_vat_id": "FR83404833048",
            "seller_tax_number": "41234567800019",
            "net_amount": "402.50",
            "tax_amount": "22.14",
            "gross_amount": "424.64",
            "payment_terms": "à réception de facture",
        },
    ),
    "Singapore": (
        """
TAX INVOICE
Marina Print Services Pte. Ltd.                     Invoice No: MPS-25-0419
10 Anson Road #12-08                                Invoice Date: 15 Apr 2025
Singapore 079903                                    Terms: 30 Days
GST Reg. No.: 200512345K                            PO No: 88120

To: Orchid Logistics Pte Ltd
    51 Ubi Avenue 1 #05-14
    Singapore 408933
    Attn: Ms Tan Wei Ling

No  Description                       Qty      Unit Price      Amount (S$)
1   Name cards                        10       28.00           280.00
2   Brochures A5                      500      0.90            450.00

                                      Sub-Total                730.00
                                      GST 9%                    65.70
                                      Grand Total          S$  795.70
""",
        {
            "invoice_number": "MPS-25-0419",
            "issue_date": "2025-04-15",
            "purchase_order": "88120",
            "seller_name": "Marina Print Services Pte. Ltd.",
            "buyer_name": "Orchid Logistics Pte Ltd",
            "seller_vat_id": "200512345K",
            "net_amount": "730.00",
            "tax_amount": "65.70",
            "gross_amount": "795.70",
            "currency": "SGD",
            "payment_terms": "30 Days",
        },
    ),
    "Slovene company": (
        """
Kamnoseštvo Brezar d.o.o.                          Račun št. 25-00118
Cesta na Rupo 14, 4000 Kranj                       Datum računa: 04.04.2025
ID za DDV: SI50223054                              Rok plačila: 19.04.2025

Kupec:
Občinski zavod Vrtovi
Trg svobode 2
4260 Bled

Opis                          Količina     Cena        Vrednost
Granitna polica               3            120,00      360,00

Osnova za DDV                                          360,00
DDV 22%                                                 79,20
Skupaj za plačilo                                      439,20 EUR
TRR: SI56 1910 0000 0123 438    Sklic: SI00 25-00118
""",
        {
            "invoice_number": "25-00118",
            "issue_date": "2025-04-04",
            "due_date": "2025-04-19",
            "seller_name": "Kamnoseštvo Brezar d.o.o.",
            "buyer_name": "Občinski zavod Vrtovi",
            "seller_vat_id": "SI50223054",
            "seller_iban": "SI56191000000123438",
            "net_amount": "360.00",
            "tax_amount": "79.20",
            "gross_amount": "439.20",
        },
    ),
    "marketplace": (
        """
Sold by Tindra Craft AB                              Invoice
Box 112, 111 21 Stockholm, Sweden                    Invoice number  IN-SE-4401-2025-8817
VAT # SE556036079301                                 Invoice date / Delivery date  02 April 2025
                                                     Total payable  €74,80
Billing address                      Delivery address
Jean-Luc Moreau                      Jean-Luc Moreau
5 rue de la Paix                     5 rue de la Paix
67000 Strasbourg                     67000 Strasbourg
FR                                   FR

Order information
Order date 31 March 2025
Order #  404-1183920-5581142

Description                      Qty    Unit price    VAT rate    Unit price    Item subtotal
                                        (excl. VAT)               (incl. VAT)   (incl. VAT)
Wool blanket grey                1      €62,33        20%         €74,80        €74,80

Shipping charges                                                                €0,00
Invoice total                                                                   €74,80
VAT rate       Item subtotal (excl. VAT)       VAT subtotal
20%            €62,33                          €12,47
""",
        {
            "invoice_number": "IN-SE-4401-2025-8817",
            "issue_date": "2025-04-02",
            "seller_name": "Tindra Craft AB",
            "buyer_name": "Jean-Luc Moreau",
            "buyer_address": "5 rue de la Paix, 67000 Strasbourg, FR",
            "seller_vat_id": "SE556036079301",
            "gross_amount": "74.80",
            "net_amount": "62.33",
            "tax_amount": "12.47",
        },
    ),
    "Dutch hotel, arrival and departure": (
        """
Hotel De Gouden Karper B.V.                            Tel. 0344 - 612 908
Waalkade 17, 4001 AB Tiel                              receptie@goudenkarper.example

Veldkamp Engineering B.V.
Havenstraat 88
8011 AA Zwolle

Factuurnummer    240771                                Aankomst     03-11-2025
Factuurdatum     06-11-2025                            Vertrek      06-11-2025

Omschrijving                          Aantal        Prijs        Bedrag
Overnachting eenpersoonskamer            3          98,00        294,00
Ontbijt                                  3          16,50         49,50

Totaal excl. btw                                                 343,50
Btw 9%                                                            30,92
Totaal EUR                                                       374,42
""",
        {
            "invoice_number": "240771",
            "issue_date": "2025-11-06",
            "service_period_start": "2025-11-03",
            "service_period_end": "2025-11-06",
            "seller_phone": "0344 - 612 908",
            "gross_amount": "374.42",
        },
    ),
    "hire by month, paid by direct debit": (
        """
Larkfield Plant Hire Ltd                                      Invoice no.      LF 20417
Sidings Lane, Goole DN14 9ZX                                  Invoice date     02/03/2026
VAT no. GB 417 8823 29                                        Hire period      February 2026
                                                              Delivery docket  DKT 88102
Aldwark Groundworks Ltd
Unit 3 Brick Kiln Lane
York YO1 9ZZ

Description                          Weeks        Rate         Net
1.5t micro digger                        4       140.00      560.00

                                                 Net         560.00
                                                 VAT 20%     112.00
                                                 Total GBP   672.00

The total will be collected by Direct Debit on 16/03/2026
""",
        {
            "invoice_number": "LF 20417",
            "issue_date": "2026-03-02",
            "due_date": "2026-03-16",
            "service_period_start": "2026-02-01",
            "service_period_end": "2026-02-28",
            "delivery_note": "DKT 88102",
        },
    ),
    "credit note that says what it credits in a line": (
        """
Pellworm Coatings Ltd                                  CREDIT NOTE
4 Foundry Yard, Hull HU1 9ZZ
Tel 01482 555 0190

To: Sandmoor Joinery Ltd                               Credit note no.     CN3318
Mill Lane                                              Date                14/05/2026
Beverley HU17 9ZZ                                      Credits our Invoice 40417 of 28/04/2026

Description                          Qty        Price         Amount
White primer 5 l, damaged              2        31.50         -63.00

                                                Net           -63.00
                                                VAT 20%       -12.60
                                                Total GBP     -75.60
""",
        {
            "document_type": "credit_note",
            "invoice_number": "CN3318",
            "issue_date": "2026-05-14",
            "credited_invoice": "40417",
            "seller_phone": "01482 555 0190",
        },
    ),
    "fees of a Swiss notary, dated by its place": (
        """
Étude Rochat & Favre SA                                Menuiserie Corthésy Sàrl
Rue du Lac 5, 1400 Yverdon                             Chemin des Prés 14
T +41 24 555 01 33                                     1373 Chavornay

                                                       Yverdon, le 12 septembre 2025

Note d'honoraires n° 2025.0871

Nos prestations du 1er juin 2025 au 31 août, selon mandat du 4 mars 2019

Prestations                          Heures        Tarif         CHF
Acte de vente                          4.00       220.00      880.00

Total hors TVA                                                880.00
TVA 8,1 %                                                      71.28
Total TTC                                                     951.28
Acompte reçu le 15.08.2025                                   -200.00

Nous vous remercions de vous acquitter de ce montant d'ici au 12.10.2025.
""",
        {
            "invoice_number": "2025.0871",
            "issue_date": "2025-09-12",
            "due_date": "2025-10-12",
            "service_period_start": "2025-06-01",
            "service_period_end": "2025-08-31",
            "seller_phone": "+41 24 555 01 33",
        },
    ),
    "form of an exchange with names in rows": (
        """
Cedente/prestatore (fornitore)                       Cessionario/committente (cliente)
Identificativo fiscale ai fini IVA: IT01234500962    Identificativo fiscale ai fini IVA: IT02345600968
Codice fiscale: 01234500962                          Codice fiscale: 02345600968
Denominazione: Reti Bergamasche S.r.l.               Denominazione: FILATURA ORIENTALE S.P.A.
Indirizzo: Via Mazzini 14                            Indirizzo: VIA ROMA 3
Comune: Bergamo                                      Comune: COMO

Tipologia documento       Numero documento       Data documento
TD01 fattura              311/25                 12-09-2025

Descrizione                                      Quantità    Prezzo unitario    Prezzo totale
Canone assistenza                                1,00        200,00             200,00

                                                 Imponibile      200,00
                                                 IVA 22%          44,00
                                                 Totale documento 244,00
""",
        {
            "seller_name": "Reti Bergamasche S.r.l.",
            "buyer_name": "FILATURA ORIENTALE S.P.A.",
            "gross_amount": "244.00",
        },
    ),
    "buyer in a window beside meta data, its name over two lines": (
        """
                    WERKZEUGHAUS KILIAN
Werkzeughaus Kilian GmbH, Am Markt 3, 99084 Erfurt
                                                     Rechnungsnummer    4418-77
Malerbetrieb                                         Kundennummer       60081
Jonas Ritter GmbH                                    Datum              12.11.2025
Deichstr. 44
25813 Husum

Pos   Bezeichnung                 Menge    Einzelpreis    Betrag
1     Bohrkrone                   2        50,00          100,00

                                           Netto          100,00
                                           USt 19%         19,00
                                           Gesamtbetrag   119,00
""",
        {
            "seller_name": "Werkzeughaus Kilian GmbH",
            "buyer_name": "Malerbetrieb Jonas Ritter GmbH",
            "invoice_number": "4418-77",
            "gross_amount": "119.00",
        },
    ),
    "guest beside the firm that pays": (
        """
                         Hôtel des Deux Quais
            4, quai Vert - 33000 Bordeaux - Tél. +33 5 56 00 41 17

Facture n°    88412                          Brandt Anlagenbau GmbH
Date          14/11/2025                     z. Hd. Buchhaltung
Client        M. Jens Brandt                 Industriestraße 41
Chambre       307 - Supérieure               D-70565 Stuttgart
Arrivée       11/11/2025                     Allemagne

Date          Prestation                     Montant
11/11/25      Hébergement                    110,00

                                   Total HT      100,00
                                   TVA 10%        10,00
                                   Total TTC     110,00
""",
        {"invoice_number": "88412", "buyer_name": "Brandt Anlagenbau GmbH", "gross_amount": "110.00"},
    ),
    "guest in care of a firm, VAT number in groups": (
        """
                         ASHCOMBE HOUSE HOTEL
                       Guest Folio / VAT Invoice

Mrs Nora Oyelade                             Folio no.     F-2207
c/o Tarn Medical Devices Ltd                 Room          214
Mill Road                                    Arrival       20-01-26
Halifax HX3 9ZZ                              Departure     22-01-26

Date        Description                      Charges GBP
20-01-26    Accommodation                    120.00

            Net                              100.00
            VAT 20%                           20.00
            Total                            120.00

Ashcombe House Hotels Limited · Registered in England 08811341 · VAT No. 434 0317 06
""",
        {
            "seller_name": "Ashcombe House Hotels Limited",
            "seller_vat_id": "434031706",
            "buyer_name": "Tarn Medical Devices Ltd",
        },
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_invoice_of_this_kind_is_read(kind: str) -> None:
    page, expected = KINDS[kind]

    said = rules.extract(reading(page)).fields

    got = {name: to_text(said[name].value) if name in said else None for name in expected}
    wrong = {
        name: (value, got[name])
        for name, value in expected.items()
        if got[name] is None or not matches(FIELDS[name].kind, name, str(got[name]), value)
    }
    assert not wrong


def test_charges_that_are_split_up_under_each_of_them_are_the_rows() -> None:
    page = """
Invoice 77120                                          Invoice date: 3 August 2025

Summary
Total for this invoice                                                      $16.10

Detail
  Data transfer                                                              $1.01
    Charges                                                                  $1.01
    VAT                                                                      $0.00
  Virtual machines                                                          $12.87
    Charges                                                                 $12.87
    VAT                                                                      $0.00
  Archive storage                                                            $2.22
    Charges                                                                  $2.22
    VAT                                                                      $0.00
"""

    rows = rules.extract(reading(page)).line_items

    assert [(to_text(row["description"].value), to_text(row["net_amount"].value)) for row in rows] == [
        ("Data transfer", "1.01"),
        ("Virtual machines", "12.87"),
        ("Archive storage", "2.22"),
    ]
