"""The words that invoices use, by meaning: labels of fields, decoys, titles, columns, legal forms.

Phrases are separated by `;` and compared without case, accents, spaces or punctuation (`inference.extraction.labels`),
so "Rechnungs-Nr." also stands for "RECHNUNGSNR". Each line of a table is roughly one language: en, de, fr, es, it, nl,
pt, the Scandinavian ones, pl, cs, hr. Roles that start with "other_" are decoys: labels of values that are near in kind
and must not be taken for the field.
"""

# ruff: noqa: E501

FIELD_LABELS: dict[str, str] = {
    "invoice_number": """
        invoice number; invoice no; invoice nr; invoice #; invoice num; invoice id; inv no; inv #; inv number; tax invoice no;
        tax invoice number; tax invoice #; invoice ref; invoice reference; invoice; bill number; bill no; bill #; document number;
        document no; doc no; credit note number; credit note no; credit note #; credit memo number; credit memo no; folio no;
        folio number; receipt number; receipt no; receipt #; our invoice; statement number; tax invoice; credit note; invoice code;
        rechnungsnummer; rechnungs nr; rechnung nr; rechnung nummer; rechnung no; rechnung; re nr; rg nr; rechn nr; belegnummer; beleg nr;
        faktura nr; fakturanummer; rechnungsnr; gutschriftsnummer; gutschrift nr; gutschriftnummer; gutschrift; dokumentnummer;
        re nummer; rg nummer; rechn nummer; rechnungs no; document ref; doc number; invoice code no; korrekturrechnung no; rechnungskorrektur nr; rechnungskorrektur; korrekturrechnung nr; stornorechnung nr; bonnummer; rechnungskennung; invoice rechnung nr;
        numero de facture; numero facture; no facture; no de facture; facture no; facture numero; facture; facture n; n facture; ref facture;
        avoir no; avoir; numero d avoir; no avoir; n de facture; num facture; piece no; numero de piece; reference facture;
        numero de factura; numero factura; no factura; no de factura; factura no; factura numero; factura; factura num; num factura;
        n factura; n de factura; factura n; fra no; num fra; factura simplificada; numero de documento; abono no; factura rectificativa;
        numero fattura; fattura numero; fattura no; fattura n; no fattura; n fattura; fattura nr; fattura; numero documento; documento n;
        doc n; nota di credito n; numero doc; num fattura; n doc; fattura num; n ro fattura;
        factuurnummer; factuur nr; factuurnr; factuur; factuur no; faktuurnummer; rekeningnummer factuur; creditnota nummer; creditnotanummer;
        creditfactuur; documentnummer; factuur nummer;
        numero da fatura; fatura no; fatura; no fatura; fatura n; nota fiscal no; numero da nota; recibo no; fatura recibo;
        fakturanummer; faktura nr; faktura; fakturanr; fakturanummer ocr; kreditnota nr; kvitteringsnummer; lasku nro; laskun numero;
        faktura vat nr; numer faktury; nr faktury; faktura nr; faktura vat; faktura numer; cislo faktury; faktura cislo; faktura c;
        danovy doklad c; faktura danovy doklad; danovy doklad cislo; cislo dokladu; racun br; broj racuna; racun broj; racun r1 br;
        racun; racun st; szamlaszam; szamla sorszama; szamla szama; sorszam; factura nr; factura seria; αριθμος τιμολογιου; invoice nummer
    """,
    "issue_date": """
        invoice date; date of invoice; date of issue; issue date; date issued; issued; issued on; billing date; bill date; invoiced on;
        tax date; tax point; tax point date; invoice issued; credit note date; document date; date; dated; receipt date; date of bill;
        invoice dt; inv date; date of document; printed on; invoice issue date; statement date; payment date; date paid;
        rechnungsdatum; datum; rechnungs datum; belegdatum; ausstellungsdatum; ausgestellt am; datum der rechnung; dokumentdatum;
        fakturadatum; rech datum; gutschriftsdatum; gutschriftdatum; rechnung vom; vom; rechnung datum; druckdatum; erstellt am;
        date de facture; date facture; date de la facture; date d emission; emise le; emis le; date de facturation; le; en date du;
        facture du; date emission; date document; date de l avoir; fait le; date d edition;
        fecha de factura; fecha factura; fecha; fecha de emision; fecha emision; fecha de expedicion; emitida el; fecha expedicion;
        fecha documento; fecha de la factura; fecha fra; f factura;
        data fattura; data; data documento; data di emissione; data emissione; data doc; del; fattura del; emessa il;
        factuurdatum; datum factuur; factuur datum; factuurdat; dagtekening; datum nota; documentdatum;
        data da fatura; data de emissao; data emissao; data do documento; emitido em;
        fakturadatum; fakturadato; utstedelsesdato; datum; dato; udstedt; laskun paivays; paivays; paivamaara;
        data wystawienia; data wystawienia faktury; wystawiono dnia; datum vystaveni; datum vystaveni dokladu; vystaveno;
        datum racuna; datum izdavanja; datum izdaje; datum izdavanja racuna; datum i vrijeme; kelt; szamla kelte; data facturii; ημερομηνια
    """,
    "due_date": """
        due date; payment due; payment due date; due; due on; due by; pay by; date due; payable by; please pay by; payment due by;
        amount due by; amount due on; total amount due on; total due on; balance due on; to be paid by; pay before; settlement date; due for payment; payment is due;
        payment date due; pay on or before; last date to pay; invoice due; invoice due date; deadline; due dt; net due date;
        faelligkeitsdatum; falligkeitsdatum; fallig am; faellig am; faelligkeit; falligkeit; zahlbar bis; zu zahlen bis; zahlungsziel; fallig; faellig;
        bis zum; zahlungsziel bis; zahlung bis; bitte zahlen bis; spatestens bis; zahlbar bis zum; zahlungstermin; netto bis; zahlung fallig am;
        date d echeance; echeance; date echeance; a payer avant le; a regler avant le; payable le; payable avant le; date limite de paiement;
        a regler le; date de paiement; date de reglement; echeance le; reglement avant le; date limite; payable au plus tard le; a payer pour le; a regler pour le; payer pour le;
        fecha de vencimiento; vencimiento; fecha vencimiento; vence; vto; vencimientos; fecha vto; vence el; fecha limite de pago; pagar antes del; fecha de pago;
        scadenza; data scadenza; data di scadenza; scadenze; scadenza pagamento; entro il; scad; pagare entro; data pagamento;
        vervaldatum; vervaldag; te betalen voor; betalen voor; uiterste betaaldatum; uiterlijk; betaaldatum; betalen uiterlijk; voldoen voor; verval; uiterlijk te betalen op;
        data de vencimento; vencimento; data vencimento; pagar ate;
        forfallsdato; forfallodatum; forfaldsdato; betalingsfrist; betalas senast; forfall; oss tillhanda; forfallodag; betales senest; sidste betalingsdato; erapaiva;
        termin platnosci; termin zaplaty; datum splatnosti; splatnost; splatno; dospijece; rok placanja; datum dospijeca; rok plačila; zapadlost;
        fizetesi hatarido; hatarido; esedekesseg; erapaiva; eraantyy; data scadentei; scadenta; λήξη
    """,
    "service_period": """
        billing period; service period; period; subscription period; for the period; invoice period; billing period for; usage period; summary for; statement period; period of service; contract period; service dates; period covered;
        leistungszeitraum; abrechnungszeitraum; zeitraum; lieferzeitraum; rechnungszeitraum; vertragszeitraum; leistungsperiode;
        periode; periode de facturation; periode du; pour la periode; periode facturee; periodo; periodo de facturacion; periodo facturado; periodo di riferimento; periodo di fatturazione;
        factuurperiode; periode; facturatieperiode; periodo de faturacao; faktureringsperiod; faktureringsperiode; okres rozliczeniowy; obdobi; fakturacni obdobi; razdoblje; obracunsko razdoblje
    """,
    "service_date": """
        service date; date of supply; supply date; delivery date; date of service; date of delivery; ship date; shipping date; date shipped; shipped on; shipped; dispatch date; performance date;
        leistungsdatum; lieferdatum; liefertermin; tag der lieferung; liefer leistungsdatum; leistungs lieferdatum; lieferung am; geliefert am; lieferung vom; leistung vom; versanddatum; datum der leistung;
        date de livraison; date de prestation; date livraison; livraison le; date d expedition; livre le; date de la livraison; fecha de entrega; fecha entrega; fecha de operacion; fecha de envio; fecha operacion;
        data di consegna; data consegna; data di spedizione; data spedizione; leverdatum; leveringsdatum; datum levering; verzenddatum; data de entrega;
        leveransdatum; leveringsdato; data sprzedazy; data dostawy; data wykonania uslugi; datum uskutecneni plneni; duzp; datum zdanitelneho plneni; datum isporuke; datum uskutecneni zdanitelneho plneni; datum opravljene storitve
    """,
    "purchase_order": """
        purchase order; purchase order number; purchase order no; purchase order #; po number; po no; po #; p o number; p o no; p o #; p o; po; your order; your order no; your order number; customer order; customer order no;
        customer po; customer po number; order reference; buyer order; buyers order no; buyer order reference; your po; po reference; cust po; your reference; your ref; customer reference; customer ref; reference; client order number; order ref; requisition no; customer order number; order number; order no; order #; order id; order;
        bestellnummer; bestell nr; bestellnr; ihre bestellung; ihre bestellnummer; ihre bestell nr; bestellung nr; bestellung; ihr auftrag; kundenbestellung; ihre referenz; ihr zeichen; bestellreferenz; kunden bestellnr; kundenreferenz; ihre bestellung nr; ihre bestellung vom; ihre auftragsnummer; bestellnummer des kunden; ihre zeichen; ihre ref; ihr auftrag nr; po nummer;
        bon de commande; numero de commande; no de commande; commande no; votre commande; votre reference; reference client; ref client; n commande; no commande; vos references; numero commande; commande; reference commande; bon de commande no; votre ref; v ref; vos ref; n de commande; commande client;
        numero de pedido; no de pedido; pedido no; su pedido; pedido; orden de compra; no pedido; num pedido; n pedido; su referencia; referencia; numero pedido; referencia cliente; su ref; ref cliente; orden de compra no;
        ordine n; numero ordine; ordine; ordine cliente; vs ordine; vostro ordine; rif ordine; ordine di acquisto; n ordine; no ordine; vs rif; vostro riferimento; rif cliente; riferimento; ordine d acquisto; ordine no;
        inkoopordernummer; inkooporder; bestelnummer; uw bestelnummer; uw order; uw ordernummer; uw referentie; uw ref; referentie; uw kenmerk; bestelbon; uw bestelling; inkoopnummer; bestelling; bestelnr;
        encomenda; no de encomenda; sua encomenda; requisicao; inkopsorder; er referens; er order; ert ordernummer; deres ref; innkjopsordre; ostotilaus; rekvisition; kopsordernummer; deres ordre;
        numer zamowienia; nr zamowienia; zamowienie nr; zamowienie; cislo objednavky; objednavka; objednavka c; vase objednavka; broj narudzbe; narudzba; narudzbenica
    """,
    "other_order_number": """
        order number; order no; order #; order id; sales order; sales order no; so number; our reference; our ref; order; job number; job no; our order; confirmation number; booking number; reservation number; booking reference; confirmation no; booking id; reservation no;
        auftragsnummer; auftrags nr; auftragsnr; auftrag; unser auftrag; auftrag nr; unser zeichen; reservierungsnummer; buchungsnummer; vorgangsnummer; unsere auftragsnummer; unsere auftrags nr; vorgang; reservierung; bestellung vom; vertriebsauftrag;
        notre reference; nos references; notre ref; n ref; numero de reservation; numero de dossier; dossier; nuestra referencia; reserva; localizador; numero de reserva; nostro riferimento; ns rif; rif; prenotazione; commessa;
        ordernummer; onze referentie; ons kenmerk; ons ordernummer; opdrachtnummer; onze ref; ordrenummer; ordernr; var referens; var ref; ordre nr; ordrenr
    """,
    "delivery_note": """
        delivery note; delivery note number; delivery note no; delivery no; delivery number; dispatch note; packing slip; packing slip no; shipment no; despatch note; delivery docket; packing list no; despatch advice; waybill; shipping note; delivery docket no; delivery ref;
        lieferschein; lieferscheinnummer; lieferschein nr; lieferscheinnr; ls nr; lieferschein no; liefersch nr; lieferungsnummer; liefernr; liefernummer;
        bon de livraison; bl no; numero de bl; bon de livraison no; no bl; n bl; albaran; no albaran; albaran no; numero de albaran; n albaran; num albaran; nota de entrega; remision; guia de remision;
        ddt; ddt n; documento di trasporto; bolla; bolla n; d d t; numero ddt; pakbon; pakbonnummer; leverbon; leveringsbon; vrachtbrief; pakbon nr; leverbonnummer; guia de remessa; foljesedel; foljeseddel; folgeseddel; foljesedelsnummer; pakkseddel; dowod dostawy; wz nr; dodaci list; otpremnica; dostavnica
    """,
    "customer_number": """
        customer number; customer no; customer id; customer #; client number; client id; client no; account number; account no; account id; account #; customer account; cust no; customer code; customer; account; cust id; billing id; billing account; member id; customer acct; customer account number; acct no; client code;
        kundennummer; kunden nr; kundennr; ihre kundennummer; kd nr; kunde nr; debitor; debitorennummer; debitoren nr; kundenkonto; kontonummer kunde; kunde; kundenkennung; debitornr; ihre kunden nr; mandant; kunden id; vertragskonto; debitorenkonto;
        numero client; no client; code client; client no; numero de client; reference client no; compte client; n client; n de client; ref client no; votre numero client; id client; identifiant client;
        numero de cliente; no cliente; codigo cliente; cod cliente; cliente no; n cliente; codigo de cliente; num cliente; codice cliente; cod cliente; cliente n; numero cliente; cliente; cod cli; codice cli;
        klantnummer; klant nr; klantnr; debiteurnummer; debiteurnr; debiteur; klantcode; relatienummer; debiteurennummer; uw klantnummer; no de cliente; codigo do cliente;
        kundnummer; kundenummer; kundnr; kundenr; kund nr; asiakasnumero; numer klienta; nr klienta; kod klienta; cislo zakaznika; zakaznicke cislo; odberatel c; sifra kupca; broj kupca; sifra partnera
    """,
    "credited_invoice": """
        original invoice; original invoice number; original invoice no; credit for invoice; re invoice; corrected invoice; relating to invoice; credited invoice; credit to invoice; invoice credited; reference invoice; applies to invoice; preceding invoice; against invoice; related invoice;
        originalrechnung; zur rechnung; zu rechnung; gutschrift zu rechnung; gutschrift zur rechnung; bezug rechnung; ursprungsrechnung; korrektur zu rechnung; korrektur der rechnung; zu rechnung nr; bezugsrechnung; rechnungsbezug; stornierte rechnung; betrifft rechnung; storno zu rechnung; zur rechnung nr; ursprungliche rechnung; rechnungsreferenz; korrigierte rechnung; ursprungliche rechnungsnummer; referenzrechnung;
        facture d origine; avoir sur facture; facture concernee; annule la facture; facture originale; sur facture; facture initiale; avoir sur la facture; ref facture origine; correspondant a la facture; origine;
        factura original; factura rectificada; rectifica a; factura que rectifica; fattura di riferimento; rif fattura; a storno fattura; fattura originale; storno fattura; oorspronkelijke factuur; credit op factuur; inzake factuur; creditering factuur; betreft factuur; ursprunglig faktura; kreditering av faktura; opprinnelig faktura; kreditnota til faktura; korygowana faktura; do faktury; puvodni faktura; k fakture
    """,
    "vat_id": """
        vat number; vat no; vat id; vat reg no; vat registration number; vat registration no; vat reg number; vat #; vat; vat reg; tax id; tax registration number; vat identification number; gst reg no; gst no; gstin; gst number; abn; tax identification number; vat nr; company vat; our vat; our vat number; vat id no; vat registration; eu vat; vat code; vat id number; vat tin; supplier vat; seller vat; gst hst; tax reg no; tva intra; seller vat id; supplier vat id;
        ust idnr; ust id nr; ust id; ustid; umsatzsteuer identifikationsnummer; umsatzsteuer id; umsatzsteuer idnr; ust ident nr; uid nummer; uid nr; uid; ust idnummer; ust id nummer; mwst nr; mwst nummer; mehrwertsteuernummer; umsatzsteuer identnummer; ustidnr; umsatzsteueridentifikationsnummer; u st id nr; ust identnr; umsatzsteuer identifikations nr; atu nr; uid mwst; umsatzsteuernummer; vat ust id;
        numero de tva; no tva; tva intracommunautaire; no tva intracommunautaire; numero de tva intracommunautaire; n tva; tva no; numero tva; n tva intracom; tva intracom; identifiant tva; code tva; id tva; n de tva; no de tva; tva ue; tva be; numero tva intracommunautaire; num tva; n id tva; tva intra communautaire; n tva intracommunautaire;
        nif; cif; nif cif; cif nif; c i f; n i f; nif iva; numero iva; vat iva; cif no; dni nif; nif intracomunitario; rfc;
        partita iva; p iva; p i; part iva; partita i v a; p iva e c f; piva; p iva cf; cf p iva; c f e p iva; c f p iva; p iva c f; p i v a; iva no; cod fisc e p iva; partita iva codice fiscale; p iva cod fisc;
        btw nummer; btw nr; btwnr; btw; btw id; btw identificatienummer; btw identificatie nr; btwnummer; ons btw nummer; btw no; btw be; ondernemingsnummer; btw id nr;
        contribuinte; nipc; nif contribuinte; moms nr; momsreg nr; momsregistreringsnummer; vat nr; org nr mva; cvr nr; cvr; se nr; momsnr; mva nr; alv numero; y tunnus; vat registreringsnummer; moms reg nr;
        nip; nip ue; dic; ic dph; oib; pdv id; pdv broj; id za ddv; adoszam; kozossegi adoszam; cui; cod tva; αφμ
    """,
    "buyer_vat_id": """
        your vat number; your vat no; your vat id; customer vat; customer vat number; customer vat no; customer vat id; buyer vat; buyer vat number; client vat; client vat number; bill to vat; customer tax id; your vat reg no; buyer vat id; recipient vat; customer gstin; buyer gstin; vat number customer; vat no customer; recipient vat id; customer vat reg no;
        ihre ust idnr; ihre ust id nr; ihre ust id; ust id kunde; ust idnr kunde; ust id nr kunde; ihre uid; ihre uid nummer; ihre ust identnr; kunden ust id; kunden ust idnr; ust idnr des kunden; ust id des kunden; ihre umsatzsteuer id; ihre umsatzsteuer identifikationsnummer; ust id nr des leistungsempfangers; kunden uid; uid kunde; ihre uid nr; ihre ustid; ihre mwst nr; ust id des leistungsempfangers; ust idnr des leistungsempfangers;
        tva client; no tva client; votre numero de tva; tva intracommunautaire client; n tva client; votre no tva; numero de tva du client; tva intracom client; votre tva; numero de tva client; tva acheteur; votre n tva; n de tva client;
        nif cliente; cif cliente; su nif; su cif; nif del cliente; cif del cliente; p iva cliente; partita iva cliente; vs p iva; vostra partita iva; p iva destinatario; partita iva del cliente;
        uw btw nummer; btw nummer klant; btw nr klant; uw btw nr; klant btw; btw klant; uw btw; uw btwnummer; btw nummer afnemer; nif do cliente; vat kund; ert momsnr; kundens momsregnr; kjopers org nr; nip nabywcy; dic odberatele; oib kupca; oib primatelja; ert vat nr
    """,
    "seller_tax_number": """
        tax number; tax no; steuernummer; steuer nr; st nr; steuernr; stnr; steuer nummer; finanzamt; unsere steuernummer; fa nr; siret; siren; no siret; rcs; numero siret; siren siret; n siret; codice fiscale; cod fisc; cod fiscale; c f; cf; pan; pan no; ein; tin; utr; org nr; organisationsnummer; orgnr; org no; organisasjonsnummer; foretaksnummer; company number; ico; regon; maticni broj; cst no; federal tax id; federal id; service tax; service tax no; business number; bn; fein; tax registration; numero de identificacion fiscal; steuer id
    """,
    "payment_reference": """
        payment reference; payment ref; reference for payment; remittance reference; please quote; quote; payment id; reference number; transfer reference; quote reference; please quote reference; pay reference; remittance ref; bank reference; quote when paying; payment description; transaction id; reference no; end to end id;
        verwendungszweck; zahlungsreferenz; zahlungsverwendungszweck; referenznummer; zahlschein nr; referenz nr; bitte angeben; zahlungszweck; qr referenz; mandatsreferenz; bei zahlung angeben; kassenzeichen; buchungszeichen; referenz; mandatsreferenznummer; zahlungsreferenznummer;
        reference de paiement; reference a rappeler; reference du virement; a rappeler; reference virement; communication; communication structuree; reference mandat; reference reglement; libelle du virement; rum; motif du virement;
        referencia de pago; concepto; concepto de pago; causale; causale bonifico; causale pagamento; causale del versamento; riferimento pagamento; referencia pago;
        betalingskenmerk; gestructureerde mededeling; mededeling; betaalreferentie; betalingsreferentie; onder vermelding van; o v v; bij betaling vermelden; ovv; kenmerk; betaalkenmerk; referencia de pagamento; referencia mb;
        ocr nummer; ocr; ocr nr; kid; kid nummer; kid nr; betalingsid; referensnummer; viite; viitenumero; betalningsreferens; variabilni symbol; var symbol; tytul przelewu; tytulem; poziv na broj; model i poziv na broj; sklic
    """,
    "payment_terms": """
        payment terms; terms of payment; terms; payment conditions; conditions of payment; payment term; credit terms; term of payment; terms payment; invoice terms; payment condition;
        zahlungsbedingungen; zahlungskonditionen; zahlungsbedingung; zahlungskondition; zahlbedingungen; zahlungsvereinbarung; zahlungsfrist; konditionen; zahlungshinweis; zahlungsinformation; zahlungsmodalitaten; zahlbar;
        conditions de paiement; conditions de reglement; modalites de paiement; condition de reglement; delai de paiement; condition de paiement; modalites de reglement; termes de paiement; delai de reglement; reglement a;
        condiciones de pago; forma de pago; condicion de pago; terminos de pago; plazo de pago; formas de pago; condizioni di pagamento; pagamento; modalita di pagamento; termini di pagamento; condizione pagamento; condizioni pagamento; modalita pagamento; termini pagamento;
        betalingscondities; betalingsvoorwaarden; betaaltermijn; betalingstermijn; betalingsconditie; betalingsvoorwaarde; betaalcondities; betaalconditie; betaling; condicoes de pagamento; betalningsvillkor; betalingsbetingelser; maksuehdot; betalingsvilkar; warunki platnosci; platebni podminky; uvjeti placanja; nacin placanja; zpusob platby
    """,
    "seller_iban": "iban; iban nr; iban no; iban code; iban number; iban konto; iban nummer; iban rekening; iban bankrekening; compte iban; cuenta iban; codice iban; code iban; coordinate bancarie iban; kontonummer iban; iban kod; ziro racun; nr rachunku; numer konta; rekeningnummer",
    "seller_bic": "bic; swift; bic swift; swift bic; swift code; bic code; bic swift code; swiftcode; codice bic; code bic; codigo swift; code swift; bic adresse; bic nr; b i c; swift bic code; swift adresse; codice swift; bicswift; bic code swift; bank bic; bank code bic",
    "seller_bank_account": """
        bank account; bank account number; bank account no; account number bank; acct number; account number; account no; acct no; account #; nib; a c no; account no bank; a c number; bank a c; beneficiary account; bank acct;
        kontonummer; konto nr; kto nr; konto; bankkonto; ktonr; kto; postkonto; pc konto; numero de compte; compte no; compte bancaire; no de compte; rib; cuenta bancaria; numero de cuenta; cuenta; ccc; cuenta corriente; conto corrente; c c; numero conto; conto corrente n;
        bankrekening; rekening; bankrekeningnummer; bankgiro; plusgiro; bankgirot; bg; pg; kontonr; girokonto; reg nr konto; tilinumero; nr konta; numer rachunku; konto bankowe; cislo uctu; bankovni spojeni; ucet; broj racuna banke
    """,
    "currency": "currency; invoice currency; document currency; wahrung; waehrung; belegwahrung; rechnungswahrung; devise; monnaie; moneda; divisa; valuta; munt; moeda; waluta; mena; hw wahrung; currency code; all amounts in; alle betrage in; montants en; montants exprimes en; importes en; importi in; bedragen in",
    "other_date": """
        order date; date of order; purchase date; print date; arrival; departure; arrival date; departure date; check in; check out; next billing date; next billing; renewal date; expiry date; valid until; expires; date of birth; expiration date; start date; end date; date of travel; contract date; quote date; po date; p o date; booking date; date in; date out; date printed; exp date; service start; from; to; until; valid from; order placed; created; period start; period end; reference date; tax period; registered; time; checkin; checkout;
        bestelldatum; auftragsdatum; bestellt am; auftrag vom; bestellung vom; ihre bestellung vom; anreise; abreise; druckdatum; ankunft; gultig bis; vertragsbeginn; vertragsende; geburtsdatum; lieferscheindatum; buchungsdatum; abfahrt; kaufdatum; valuta; skonto bis; bei zahlung bis; von; bis; ihre bestellung; ihr auftrag vom; eingang; anreisedatum; abreisedatum; angebotsdatum; reisedatum; vertrag vom; wertstellung; seit; ab;
        date de commande; commande du; date commande; arrivee; depart; valable jusqu au; bon de commande du; date d arrivee; date de depart; date du bon; du; au; fecha de pedido; fecha pedido; llegada; salida; fecha de llegada; fecha de salida; entrada; fecha entrada; fecha salida; valido hasta; desde; hasta; data ordine; data dell ordine; arrivo; partenza; data ddt; valido fino al; dal; al; data trasporto; data inizio trasporto;
        besteldatum; orderdatum; aankomst; vertrek; geldig tot; datum bestelling; afgedrukt op; van; tot; ordredato; orderdatum; bestallningsdatum; data zamowienia; datum objednavky; datum narudzbe; datum dolaska; datum odlaska; dolazak; odlazak; datum valute
    """,
    "other_number": """
        phone; tel; telephone; fax; mobile; page; table; room; room no; cashier; guests; persons; policy number; contract number; contract no; project; project number; project no; quote number; quotation no; quote no; tracking number; serial number; serial no; registration number; company registration number; company reg no; registered number; company no; reg no; sort code; routing number; aba; card number; credit card; licence; license; cin; job; support entitlement number; entitlement number; shipment; item no; article no; product code; sku; batch; lot; terminal; station; store; supplier number; supplier no; vendor number; vendor no; vendor id; transaction; auth code; membership no; contact; email; e mail; website; web; reg; service tag; subscription; subscription id; ticket; case; asin; invoice serial; site; unit; house number; duns; cost center; cost centre; eori; gln; ein number; ref; cashier id;
        telefon; telefax; handy; mobil; seite; zimmer; zimmernummer; zimmer nr; tisch; kasse; hrb; handelsregister; amtsgericht; registergericht; vertragsnummer; vertrags nr; vertrag; projekt; projektnummer; projekt nr; angebot; angebotsnummer; angebot nr; seriennummer; blz; bankleitzahl; artikelnummer; artikel nr; lieferant; lieferantennummer; lieferanten nr; bearbeiter; sachbearbeiter; ansprechpartner; kostenstelle; gaste; blatt; objekt; fn; firmenbuch; glaubiger id; glaubiger identifikationsnummer; artnr; filiale; kassierer; bediener; sendungsnummer; tracking nr; ean; trackingnummer; hrb nr; sn; pin; steuersatz; personen; ihre lieferantennummer; lieferantennr; geratenummer; we nr;
        telephone; portable; chambre; page no; devis; devis no; contrat; numero de contrat; ape; code ape; naf; capital; code article; numero de serie; fournisseur; code fournisseur; tva; poste; affaire; chantier; code naf; code banque; code guichet; guichet; cle rib; ligne; agence; telefono; movil; pagina; habitacion; presupuesto; contrato; hoja; proveedor; referencia catastral; registro mercantil; tomo; folio; articulo; tel fax; cellulare; rea; capitale sociale; preventivo; contratto; pagina n; camera; fornitore; cig; cup; abi; cab; cin; codice destinatario; codice univoco; codice sdi; pec; codice articolo; r e a; agente;
        telefoon; mobiel; kamer; kamernummer; offerte; offertenummer; contractnummer; projectnummer; kvk; kvk nummer; kvk nr; k v k; handelsregister nr; leveranciersnummer; rpr; blad; artikelnr; vestigingsnummer; gsm; leverancier; tlf; telefonnummer; sida; side; bank; telefonas; telefonski; strana; stranka; mbs; soba; mb
    """,
}

AMOUNT_LABELS: dict[str, str] = {
    "other_amount": """
        carried forward; carry over; brought forward; previous balance; opening balance; credit limit; you save; savings; exchange rate; share capital; previous invoice; last invoice; unit price; deposit required; late fee; minimum payment; insured value; customs value; amount in words;
        ubertrag; uebertrag; zwischensumme seite; saldovortrag; vorheriger saldo; stammkapital; grundkapital; wechselkurs; einzelpreis; mahngebuhr; stuckpreis; ersparnis; wert; letzte rechnung; davon; skontobetrag; bei zahlung innerhalb; skonto; mahngebuhren; warenwert skontofahig; skontofahiger betrag; summe seite;
        report; a reporter; solde precedent; ancien solde; capital; au capital de; prix unitaire; taux de change; indemnite forfaitaire; penalites; suma y sigue; saldo anterior; capital social; precio unitario; riporto; a riportare; saldo precedente; capitale sociale; prezzo unitario; transport; over te brengen; vorig saldo; prijs; stukprijs; wisselkoers; eco participation
    """,
    "total": """
        total; totals; sum; amount; total amount; invoice amount; invoice total; total invoice; total for this invoice; total charges; bill total; order total; total price; total cost; total value; total sum; amount total;
        summe; gesamt; gesamtsumme; gesamtbetrag; betrag; gesamtpreis; total; rechnungssumme; endsumme; belegsumme; summen; insgesamt; auftragssumme; gesamtwert; rechnungswert; warenwert gesamt;
        montant; montant total; total facture; total general; somme; prix total; importe; importe total; total factura; suma; suma total; importo; importo totale; totale; totale fattura; totale documento; tot; totale complessivo;
        totaal; bedrag; totaalbedrag; totaal bedrag; factuurbedrag; totaalprijs; factuurtotaal; valor; valor total; montante; summa; belopp; sum; belob; i alt; ialt; totalt; totalbelopp; yhteensa; razem; ogolem; suma; wartosc; celkem; ukupno; sveukupno; iznos; skupaj; soucet; osszesen; συνολο
    """,
    "gross_amount": """
        grand total; total gross; gross total; gross amount; gross; total payable; amount payable; total amount payable; net payable; invoice total; total invoice amount; final total; total to pay; invoice value; total inc; total invoice value; total amount of invoice; total charged; amount charged; total with tax;
        gesamtbetrag brutto; bruttobetrag; brutto; bruttosumme; rechnungsbetrag; rechnungsgesamtbetrag; endbetrag; rechnungsendbetrag; rechnungsbetrag brutto; gesamt brutto; summe brutto; gesamtsumme brutto; bruttogesamtbetrag; rechnungssumme brutto; bruttogesamt; gesamtbrutto; zahlbetrag; rechnungstotal; gutschriftsbetrag; gutschriftbetrag; bruttorechnungsbetrag; summe rechnungsbetrag; total rechnungsbetrag; brutto betrag; brutto gesamt; gesamtbetrag der rechnung; rechnungsbetrag gesamt; auszahlungsbetrag; erstattungsbetrag; gesamtrechnungsbetrag;
        total ttc; montant ttc; ttc; net a payer ttc; total tvac; tvac; total facture ttc; montant total ttc; total general ttc; net a payer; total t t c; montant total de la facture; total net ttc; total a payer; a payer ttc;
        total factura; importe total; total con iva; total iva incluido; total a pagar; importe factura; importe total factura; total general; iva incluido; total factura eur; liquido; total eur iva incluido;
        totale fattura; totale documento; totale iva inclusa; totale ivato; totale a pagare; netto a pagare; importo totale; totale lordo; lordo; totale da pagare; importo totale fattura; tot documento; tot fattura; totale complessivo; iva inclusa; importo totale documento;
        totaal incl btw; totaal inclusief btw; factuurbedrag; totaalbedrag; bruto; totaal incl; totaal te voldoen; te betalen totaal; incl btw; bedrag incl btw; totaal factuur; factuurtotaal; eindtotaal; totaal te betalen;
        total com iva; total iliquido; total do documento; total geral; att betala totalt; total inkl moms; sum inkl mva; totalbelop; fakturabelopp; fakturabelop; fakturabelob; totalt inkl moms; total inkl mva; belopp inkl moms;
        brutto razem; wartosc brutto; kwota brutto; razem do zaplaty; razem brutto; ogolem brutto; celkova cena; celkem s dph; celkem k uhrade; cena s dph; celkova castka; ukupno s pdv; sveukupno; ukupan iznos; ukupno za platiti; za plačilo; za platiti; vegosszeg
    """,
    "amount_due": """
        amount due; balance due; balance; total due; due amount; amount now due; outstanding; amount outstanding; outstanding balance; balance outstanding; please pay; balance payable; to pay; remaining; remaining balance; total amount due; amount to pay; payment due; net due; amount owing; total outstanding; due now; payable; invoice balance; current amount due; total balance due; amount payable now; due; please pay this amount; total now due;
        zu zahlen; zahlbetrag; zu zahlender betrag; restbetrag; offener betrag; noch zu zahlen; falliger betrag; forderungsbetrag; offen; saldo; zahlungsbetrag; zu bezahlen; zu zahlen bis; rest; noch offen; restforderung; zahllast; offene forderung; zu begleichen; fallig; uberweisungsbetrag; verbleibender betrag; zu uberweisen; abbuchungsbetrag; betrag fallig; falliger gesamtbetrag; rechnungssaldo; zu zahlender gesamtbetrag;
        net a payer; reste a payer; solde; solde du; montant du; a payer; solde a payer; restant du; montant a payer; total du; reste du; solde restant du; somme due; net a regler; montant a regler; a regler; total a regler; montant net a payer; montant restant;
        total a pagar; importe pendiente; a pagar; pendiente; saldo pendiente; importe a pagar; pendiente de pago; resto; liquido a percibir; saldo; netto a pagare; totale a pagare; da pagare; saldo dovuto; importo dovuto; residuo; totale dovuto; totale da pagare; importo da pagare; a saldo; resta da pagare; netto da pagare;
        te betalen; te voldoen; openstaand; openstaand bedrag; nog te betalen; saldo; restant; te betalen bedrag; verschuldigd bedrag; verschuldigd; totaal te betalen; totaal te voldoen; nog te voldoen; resterend; a pagar; valor a pagar;
        att betala; a betale; til betaling; skyldig belopp; summa att betala; belopp att betala; maksettava; restbelopp; saldo; maksettavaa; a betala; utestaende; do zaplaty; pozostalo do zaplaty; k uhrade; zbyva uhradit; zbyva k uhrade; za platiti; za placanje; za uplatu; preostalo; fizetendo
    """,
    "amount_paid": """
        amount paid; paid; payments; payment received; less paid; deposit; prepaid; prepayment; paid to date; payments received; total paid; received; deposit paid; advance payment; less deposit; paid amount; advance; less payments; payment; total payments; credits applied; amount received; less prepayment; applied credits; payments applied; previously paid; credit card; visa; mastercard; american express; amex; cash; total amount paid; less advance payment; total prepaid; prepaid amount;
        anzahlung; bereits bezahlt; bezahlt; vorauszahlung; geleistete zahlungen; abschlag; abschlagszahlung; erhaltene anzahlung; abzgl anzahlung; zahlung; zahlungen; bereits gezahlt; gezahlt; gegeben; bar; ec karte; akontozahlung; erhalten; bisher gezahlt; geleistete anzahlung; summe der anzahlungen; abschlage; bereits geleistet; vorausbezahlt; erhaltene zahlungen; abzuglich anzahlung; teilzahlung; geleistete anzahlungen; bereits gezahlter betrag; kreditkarte; girocard; barzahlung; zahlungseingang; paypal; abzgl bereits bezahlt;
        acompte; deja paye; acompte verse; montant paye; acompte recu; deja regle; paye; regle; acomptes; paye le; total paye; arrhes; montant deja paye; montant regle; moins acompte; versement; paiement; carte bancaire; total regle; reglements; paiements; avance; acompte deja verse; deja verse;
        anticipo; pagado; ya pagado; a cuenta; entrega a cuenta; importe pagado; pago; pagos; efectivo; tarjeta; acconto; pagato; gia pagato; acconti; anticipi; totale pagato; acconto versato; contanti;
        aanbetaling; reeds betaald; betaald; vooruitbetaald; voorschot; reeds voldaan; betaalde; pinbetaling; pin; voldaan; aanbetalingen; betalingen; ontvangen; adiantamento; pago; betalt; inbetalt; forskott; erlagt; forskud; depositum; innbetalt; zaplacono; zaliczka; zaplaceno; uhrazeno; zaloha; zalohy; placeno; predujam; avans; placeno
    """,
    "net_amount": """
        subtotal; sub total; net; net amount; net total; total net; net value; taxable amount; taxable value; total excl; amount excl vat; goods total; total before tax; total net amount; vatable amount; total taxable; net price; net subtotal; subtotal net; taxable; total goods; value of goods; total ex; amount before tax; nett; net goods; nett total; total nett; invoice subtotal; tax base; taxable base; taxable turnover; taxable sales; total exclusive; total net value; vat base; items subtotal; item subtotal; sum of line net amounts; total excluding tax; total ex vat; amount without vat; price excl vat; merchandise total; pre tax total;
        nettobetrag; netto; nettosumme; zwischensumme; summe netto; warenwert; gesamt netto; gesamtbetrag netto; nettowert; steuerbasis; bemessungsgrundlage; nettoentgelt; gesamtnetto; nettogesamtbetrag; rechnungsbetrag netto; gesamtsumme netto; summe positionen; netto gesamt; nettogesamt; positionssumme; gesamtbetrag ohne mwst; nettorechnungsbetrag; entgelt; gesamtnettobetrag; netto betrag; netto summe; warennettowert; summe nettobetrage; steuerpflichtiger betrag; nettowarenwert; summe zeilen; nettosumme gesamt; netto warenwert; summe artikel; steuerpflichtig; warensumme; summe der positionen; gesamtnettosumme; rechnungssumme netto; basisbetrag; mwst basis; total netto; zwischentotal; nettopreis; zw summe; steuerbetragsbasis; summe exkl; summe ohne mwst; wert netto; auftragswert netto;
        total ht; montant ht; sous total; total hors taxes; total h t; ht; base ht; total net ht; montant hors taxe; net ht; montant total ht; base; base tva; total htva; htva; hors taxes; total hors taxe; base hors taxe; sous total ht; total hors tva; total brut ht; hors tva; base imposable; montant net; net commercial; montant hors tva; prix ht; base h t; total net; assiette;
        base imponible; subtotal; base; neto; importe neto; total sin iva; total neto; base imp; sub total; importe bruto; suma neta; total bruto; total base imponible; importe sin iva; sin iva; subtotal neto; total imponible;
        imponibile; totale imponibile; imponibile iva; subtotale; totale netto; netto; totale merce; base imponibile; importo netto; tot imponibile; totale imponibile merce; netto merce; totale merci; imponibile importo; totale righe; totale esente; totale senza iva; tot merce; totale senza imposte;
        totaal excl btw; totaal exclusief btw; subtotaal; totaal excl; netto; excl btw; nettobedrag; bedrag excl btw; grondslag; maatstaf; totaal netto; goederenbedrag; maatstaf van heffing; netto bedrag; basis btw; btw grondslag; totaal exclusief; totaal ex btw; belastbaar; netto goederen; belastbaar bedrag; ex btw; subtotaal excl btw; totaal goederen; bedrag ex btw;
        total sem iva; total iliquido; incidencia; valor liquido; base tributavel; total liquido; exkl moms; netto; nettobelopp; summa exkl moms; delsumma; sum eks mva; subtotal; belop eks mva; momsgrundlag; netto belop; grunnlag; total exkl moms; belopp exkl moms; momspliktigt; ex moms; summa netto; avgiftsgrunnlag; total eks moms; excl moms; total excl moms; exkl mva; veroton; total ekskl moms; total eks mva; delsum; totalt eks mva;
        wartosc netto; netto razem; kwota netto; razem netto; suma netto; zaklad dane; cena bez dph; celkem bez dph; zaklad; bez dph; osnovica; osnovica pdv; iznos bez pdv; ukupno bez pdv; bez pdv; osnova; osnova za ddv; vrednost brez ddv; netto osszeg; porezna osnovica; mezisoucet
    """,
    "tax_amount": """
        vat; tax; sales tax; vat amount; tax amount; total vat; total tax; gst; hst; pst; qst; igst; cgst; sgst; value added tax; vat total; tax total; amount of vat; gst amount; taxes; total gst; plus vat; tax due; vat value; vat payable; incl vat amount; total taxes; us sales tax; state tax; estimated tax; tax invoice total; vat incl; includes vat; included vat; consumption tax;
        mwst; ust; mehrwertsteuer; umsatzsteuer; mwst betrag; steuerbetrag; ust betrag; zzgl mwst; zzgl ust; enthaltene mwst; mwstbetrag; gesetzliche mwst; zzgl umsatzsteuer; zzgl mehrwertsteuer; steuer; gesamtsteuer; summe mwst; summe ust; umsatzsteuerbetrag; mehrwertsteuerbetrag; mwst gesamt; inkl mwst betrag; gesetzliche mehrwertsteuer; plus mwst; m w st; u st; steuerbetrage; summe steuer; enthaltene ust; zuzuglich mwst; zuzuglich umsatzsteuer; zuzuglich mehrwertsteuer; gesetzl mwst; zzgl gesetzl mwst; zzgl gesetzlicher mwst; zzgl gesetzliche mwst; gesetzl ust; davon mwst; davon ust; summe umsatzsteuer; summe mehrwertsteuer; mwst satz betrag; gesamtbetrag ust; mwst summe; steuersumme; darin enthaltene mwst; enthaltene umsatzsteuer; enthaltene mehrwertsteuer; gesamtbetrag mwst; betrag mwst; betrag ust; gesamt mwst; gesamt ust; umsatzst; steuern; zuzgl mwst; steuer gesamt; ust gesamt;
        tva; montant tva; total tva; taxe; taxes; montant de la tva; t v a; tva a; dont tva; montant taxe; total taxes; montant t v a; montant de tva; taxe sur la valeur ajoutee; total t v a; total taxe;
        iva; cuota iva; importe iva; cuota; total iva; i v a; cuotas; impuestos; impuesto; total impuestos; igic; iva repercutido; importe impuesto; cuota de iva; total cuota iva; iva total; impuestos totales;
        imposta; totale iva; importo iva; totale imposta; di cui iva; imposte; tot iva; totale imposte; iva importo; totale i v a; ammontare iva; imposta iva; tot imposta;
        btw; btw bedrag; totaal btw; b t w; omzetbelasting; bedrag btw; btw totaal; btw hoog; btw laag; belasting; waarvan btw; totaal belasting; btwbedrag; totale btw; totaal b t w; te betalen btw;
        valor iva; imposto; total do iva; moms; mva; momsbelopp; mva belop; moms belopp; momsbelob; herav moms; varav moms; merverdiavgift; mervardesskatt; alv; arvonlisavero; total moms; sum mva; moms kr; moms totalt;
        podatek vat; kwota vat; vat razem; kwota podatku; podatek; wartosc vat; dph; dan; vyse dph; castka dph; dph celkem; dan z pridane hodnoty; pdv; iznos pdv; porez; pdv iznos; ukupno pdv; ddv; znesek ddv; afa; iznos poreza; φπα
    """,
    "discount_amount": """
        discount; less discount; total discount; discount amount; trade discount; promotion; promotional discount; adjustment; adjustments; credits; coupon; allowance; allowances; total allowances; voucher; rebate;
        rabatt; nachlass; gesamtrabatt; abzgl rabatt; preisnachlass; rabattbetrag; abzug; abschlage gesamt; gutschein; minderung; abzuglich rabatt; summe rabatt; auftragsrabatt; rechnungsrabatt; nachlasse; sondernachlass; summe nachlasse; rabatte;
        remise; rabais; remise totale; remises; escompte; total remise; montant remise; reduction; ristourne; descuento; dto; descuentos; dto comercial; rebaja; total descuento; importe descuento; sconto; sconti; totale sconti; abbuono; sconto incondizionato; importo sconto; sconto merce;
        korting; kortingsbedrag; totaal korting; kortingen; desconto; descontos; rabat; rabatt; avdrag; rabatter; upust; sleva; popust; znizka; popusti
    """,
    "shipping_amount": """
        shipping; freight; delivery; delivery charge; shipping and handling; carriage; postage; postage and packing; shipping cost; delivery cost; handling; p p; shipping charges; freight charges; shipping handling; delivery fee; shipping costs; delivery charges; carriage charge; shipping fee; packing; s h; transport cost; freight charge; packaging;
        versand; versandkosten; fracht; frachtkosten; lieferkosten; porto; verpackung; porto und verpackung; versand und verpackung; transportkosten; versandkostenpauschale; versandpauschale; porto verpackung; fracht und verpackung; versand verpackung; zustellgebuhr; verpackungskosten; frachtkostenanteil; nebenkosten; transport; zuschlage;
        frais de port; port; livraison; frais de livraison; transport; frais d expedition; frais de transport; port et emballage; port ht; frais de port ht; participation aux frais de port; portes; gastos de envio; envio; transporte; porte; gastos de transporte; gastos envio; portes y embalajes;
        spese di spedizione; spedizione; trasporto; spese trasporto; spese di trasporto; spese spedizione; spese; imballo; spese accessorie; spese incasso; spese trasporto imballo;
        verzendkosten; verzending; vracht; vrachtkosten; transportkosten; bezorgkosten; porti; leveringskosten; verpakking; orderkosten; portes de envio; frakt; fragt; porto; frakt og emballasje; fraktkostnad; toimituskulut; wysylka; koszt wysylki; doprava; postovne; dostava; prijevoz; transport; dostawa; postnina
    """,
    "rounding_amount": """
        rounding; round off; rounding adjustment; rounded off; round; rounding amount; rounding difference; rundung; rundungsdifferenz; gerundet; rappenrundung; rundungsbetrag; rundungsausgleich; arrondi; arrondis; redondeo; arrotondamento; arrotondamenti; afronding; afrondingsverschil; arredondamento; oresavrundning; oresutjevning; avrundning; avrunding; oreafrunding; oresudjevning; afrunding; zaokraglenie; zaokrouhleni; zaokruzenje; pyoristys
    """,
}

QUALIFIERS: dict[str, str] = {
    "inclusive": """
    incl; including; inclusive; inkl; inklusive; ttc; tvac; brutto; gross; inc; einschl; einschliesslich; iva incluido; iva inclusa; compris; tva comprise; toutes taxes comprises;
    inclusief; inclusa; incluido; incluida; incluidos; con iva; com iva; bruto; lordo; ivato; s dph; s pdv; with tax; with vat; after tax; mit mwst; z vat; including tax; ivi; iva inc; comprise; tva incluse; avec tva; z ddv; mit ust; including vat
""",
    "exclusive": """
    excl; excluding; exclusive; exkl; exklusive; ht; hors; hors taxes; htva; netto; net; ex; ex vat; ex tax; before; before tax; without; ohne; ohne mwst; exclusief; sin iva; esclusa; iva esclusa; sans; exkl mwst; nett;
    bez dph; bez pdv; sem iva; without vat; eks; ekskl; ex btw; ex moms; senza iva; hors tva; h t; untaxed; neto; bez vat; pre tax; brez ddv; exc; ohne ust; vor steuern; imponibile
""",
}

BLOCK_LABELS: dict[str, str] = {
    "buyer": """
        bill to; billed to; billing address; invoice to; invoice address; sold to; customer; client; buyer; bill to address; invoiced to; billing details; customer details; purchaser; payer; issued to; invoice for; customer name; to; for; attention; client name; attn; guest name; guest; customer name and address; prepared for; billing to; bill; customer address; recipient; bill to party; invoice recipient; buyer name; bill to customer; charge to; name; debtor; customer information; company name; billing information; passenger; consumer;
        rechnungsempfanger; rechnung an; rechnungsadresse; kunde; kaufer; rechnungsanschrift; leistungsempfanger; auftraggeber; besteller; an; an firma; empfanger; kaufer name; firma; rechnungsempfangerin; kundenadresse; kundendaten; debitor; kundenanschrift; gast; gastname; name kunde; erwerber; an den kunden;
        facture a; facturer a; adresse de facturation; client; destinataire; acheteur; facturation; adresse facturation; factures a; client facture; facture pour; doit; adresse de facture; adresse du client; coordonnees client; nom du client;
        facturar a; cliente; datos del cliente; facturado a; comprador; destinatario; datos de facturacion; direccion de facturacion; datos cliente; titular; receptor; datos fiscales;
        cliente; destinatario; spett le; spettabile; intestatario; fatturare a; cessionario committente; cessionario; intestazione; fatturato a; spett; intestata a; acquirente; indirizzo di fatturazione; committente; egregio; gentile; destinatario fattura;
        factuuradres; klant; factuur aan; aan; factureren aan; afnemer; t a v; klantgegevens; gefactureerd aan; koper; klantnaam; facturatieadres; opdrachtgever; debiteur; naam; t n v;
        cliente; faturar a; exmo s; exmos senhores; exmo s senhor es; adquirente; dados do cliente; kund; fakturaadress; faktureringsadress; kunde; fakturaadresse; til; kjoper; kober; faktura til; mottagare; kopare; laskutusosoite; asiakas; nabywca; odbiorca; platnik; kupujacy; odberatel; kupec; kupac; primatelj; narucitelj; vevo; cumparator; fakturamottagare; klient; zakaznik; prejemnik; gost
    """,
    "seller": """
        sold by; from; seller; supplier; vendor; bill from; billed by; service provider; issued by; issuer; remit to; pay to; payable to; supplier name; seller name; company; invoice from; company name; our details; merchant; remit payment to; make checks payable to; make all checks payable to; in favour of; in favor of; to be made in favor of; all payment to be made in favor of; creditor; provider; provided by; our company; your supplier; biller; payee; regd office; registered office; for;
        verkaufer; lieferant; rechnungssteller; leistungserbringer; von; absender; aussteller; verkauft durch; verkauft von; auftragnehmer; kreditor; rechnungsaussteller; verkaufer name; impressum; leistender unternehmer; firmenname; vertragspartner; erbringer; anbieter; dienstleister; zahlungsempfanger;
        vendeur; fournisseur; emetteur; emis par; de; prestataire; vendu par; expediteur; emetteur de la facture; siege social; societe; vendedor; proveedor; emisor; de parte de; emitido por; razon social; datos de la empresa; expedidor; emitida por; fornitore; cedente; cedente prestatore; prestatore; venditore; mittente; emittente; da; ragione sociale; ditta;
        leverancier; verkoper; van; afzender; verkocht door; dienstverlener; factuur van; bedrijfsgegevens; bedrijf; fornecedor; vendedor; emitente; saljare; leverantor; selger; leverandor; fra; avsandare; saelger; myyja; sprzedawca; dostawca; wystawca; dodavatel; prodavatelj; prodavac; izdavatelj; dobavljac; izdajatelj; elado; furnizor; od; szallito
    """,
    "ship_to": """
        ship to; shipped to; delivery address; deliver to; shipping address; delivered to; ship to address; consignee; delivery to; shipping details; delivery details; goods to; shipping to; delivery location; ship; place of delivery; site address; ship address;
        lieferadresse; lieferanschrift; lieferung an; warenempfanger; versandadresse; versand an; lieferempfanger; lieferort; leistungsort; abweichende lieferanschrift; liefern an; empfangeradresse; lieferstelle;
        adresse de livraison; livrer a; livre a; livraison a; adresse livraison; lieu de livraison; livraison; adresse d expedition; direccion de entrega; enviar a; entregar a; direccion de envio; lugar de entrega; enviado a; domicilio de entrega;
        destinazione; luogo di consegna; indirizzo di consegna; destinazione merce; consegna; spedire a; indirizzo di spedizione; destinazione diversa; luogo di destinazione; consegnare a; afleveradres; leveringsadres; leveradres; bezorgadres; verzendadres; geleverd aan; verzenden naar; levering aan; verzonden naar; bezorgen bij;
        morada de entrega; local de entrega; leveransadress; leveringsadresse; leverans till; levering til; toimitusosoite; adres dostawy; dodaci adresa; adresa isporuke; mjesto isporuke; misto urceni; miejsce dostawy; naslov dostave
    """,
    "account_holder": "account holder; account name; beneficiary; bank account name; beneficiary name; account title; name of account; kontoinhaber; kontoinh; begunstigter; inhaber; zahlungsempfanger; titulaire; titulaire du compte; beneficiaire; titular de la cuenta; beneficiario; intestatario conto; intestato a; rekeninghouder; ten name van; t n v; begunstigde; kontohaver; kontoinnehavare; mottaker; odbiorca platnosci; wlasciciel konta; a favore di; payable to; payee",
}

TITLES: dict[str, str] = {
    "credit_note": """
        credit note; credit memo; credit invoice; refund; gutschrift; rechnungskorrektur; stornorechnung; korrekturrechnung; storno; gutschriftsanzeige; rechnungsgutschrift; avoir; facture d avoir; note de credit; nota de credito; factura rectificativa; abono; factura de abono; nota di credito; nota credito; nota di accredito; creditnota; creditfactuur; credit nota; credit factuur; kreditnota; kreditfaktura; faktura korygujaca; korekta faktury; dobropis; opravny danovy doklad; odobrenje; storno racun; nota de abono; tax credit note; vat credit note; kredittnota; hyvityslasku; adjustment note; kreditornota; rektifikationsrechnung
    """,
    "invoice": """
        invoice; tax invoice; commercial invoice; vat invoice; sales invoice; retail invoice; bill; statement of charges; information invoice; hotel bill; proforma invoice; invoice receipt; service invoice; final invoice; tax invoice receipt; guest folio; folio;
        rechnung; abschlagsrechnung; teilrechnung; schlussrechnung; honorarnote; faktura; honorarrechnung; sammelrechnung; monatsrechnung; handwerkerrechnung; anzahlungsrechnung; hotelrechnung; dauerrechnung; teilschlussrechnung; endrechnung; hauptrechnung; gebuhrenrechnung; liefer rechnung; kostenrechnung; kostennote; verkaufsrechnung; zahlungsaufforderung; online rechnung; ihre rechnung; verbrauchsabrechnung; beitragsrechnung; warenrechnung; mietrechnung; jahresrechnung;
        facture; facture d acompte; note d honoraires; facture proforma; facture de vente; votre facture; facture finale; facture client; factura; factura simplificada; factura electronica; su factura; factura ordinaria; fattura; fattura accompagnatoria; fattura immediata; fattura differita; parcella; fattura elettronica; fattura di vendita; fattura cortesia; factuur; nota; rekening; verzamelfactuur; verkoopfactuur; fatura; fatura recibo; nota fiscal; fattura proforma; voorschotfactuur; eindafrekening;
        faktura vat; faktura danovy doklad; danovy doklad; racun; racun r1; lasku; szamla; regning; faktura; τιμολογιο; фактура; счет; 請求書; 发票; račun
    """,
    "receipt": """
        receipt; payment receipt; sales receipt; cash receipt; official receipt; kassenbon; quittung; kassenbeleg; beleg; zahlungsbeleg; kundenbeleg; bewirtungsbeleg; ticket de caisse; recu; recu de paiement; ticket; recibo; factura ticket; scontrino; ricevuta; ricevuta fiscale; documento commerciale; kassabon; kwitantie; bon; kvitto; kvittering; paragon; paragon fiskalny; uctenka; kuitti; payment confirmation; zahlungsbestatigung; blagajnicki racun; till receipt; kassakvitto; betalingsbewijs; ricevuta di pagamento
    """,
    "other": """
        quotation; quote; estimate; order confirmation; purchase order; delivery note; packing slip; packing list; statement of account; account statement; reminder; payment reminder; remittance advice; dunning letter; booking confirmation; work order; contract; terms and conditions; bill of lading; order acknowledgement; sales order; request for quotation; travel itinerary; online ticket; e ticket; boarding pass; pro forma; certificate; payslip; curriculum vitae; pick list; despatch advice; timesheet; expense report; order;
        angebot; kostenvoranschlag; auftragsbestatigung; bestellung; bestellbestatigung; lieferschein; mahnung; zahlungserinnerung; kontoauszug; buchungsbestatigung; reservierungsbestatigung; lieferavis; arbeitsnachweis; vertrag; fahrkarte; zahlungsavis; stundenzettel; online ticket; onlineticket; gehaltsabrechnung; reservierung; packliste; mahnbescheid; letzte mahnung;
        devis; bon de commande; bon de livraison; confirmation de commande; rappel; relance; releve de compte; contrat; presupuesto; pedido; orden de compra; albaran; confirmacion de pedido; contrato; recordatorio de pago; extracto; preventivo; ordine; ordine di acquisto; conferma d ordine; documento di trasporto; sollecito; sollecito di pagamento; estratto conto; offerte; opdrachtbevestiging; orderbevestiging; pakbon; herinnering; betalingsherinnering; aanmaning; bestelbon; leverbon; orcamento; encomenda; guia de remessa; offert; orderbekraftelse; foljesedel; paminnelse; tilbud; ordrebekreftelse; purring; oferta; zamowienie; nabidka; objednavka; dodaci list; ponuda; narudzbenica; otpremnica; opomena
    """,
}

COLUMN_LABELS: dict[str, str] = {
    "position": "pos; position; no; item no; line; #; nr; lfd nr; pos nr; ln; sl no; s no; sr no; sno; sl; line no; lp; l p; r br; rb; posten; poz; n; zeile; regel; positie; ligne; riga; linea; pozice; lfd; posnr; rbr; pos no; item #; item number; sr; rad; red br; zap st; lin",
    "description": """
        description; item; item description; product; service; details; particulars; title; article; description of goods; product description; services; goods; charge; name; item name; activity; subscription; task; work; description of services; line item; product name; reference description; job description; items; product service; goods description; item details; products; charges; transaction; services rendered; description of service; item & description; qty description;
        bezeichnung; beschreibung; artikel; leistung; artikelbezeichnung; text; produkt; artikelbeschreibung; leistungsbeschreibung; produktbezeichnung; position bezeichnung; buchungstext; artikeltext; warenbezeichnung; ware; dienstleistung; material; produktbeschreibung; artikel bezeichnung; bezeichnung der leistung; name; tatigkeit; produktname; positionstext; gegenstand; artikelname; leistungstext; warenbeschreibung; beschreibung der leistung; art der leistung; artikel beschreibung; artikel leistung; leistung beschreibung;
        designation; libelle; prestation; produit; article; description; designation des produits; intitule; nature; prestations; produits; detail; descripcion; concepto; articulo; producto; detalle; servicio; denominacion; conceptos; descripcion articulo; descrizione; articolo; prodotto; servizio; descrizione articolo; descrizione dei beni; descrizione merce; prestazione; natura e qualita; beni e servizi; descrizione prodotto; denominazione; prestazioni; descrizione bene servizio; descrizione dei beni e servizi; oggetto;
        omschrijving; artikel; beschrijving; product; dienst; artikelomschrijving; productomschrijving; werkzaamheden; omschrijving artikel; naam; descricao; designacao; artigo; produto; benamning; beskrivning; beskrivelse; tekst; specifikation; produkt; varebeskrivelse; tuote; kuvaus; vare; specifikation; nazwa; nazwa towaru; opis; nazwa towaru lub uslugi; nazwa towaru uslugi; towar; usluga; popis; nazev; oznaceni; popis polozky; polozka; predmet plneni; naziv; naziv robe; naziv usluge; naziv artikla; opis usluge; opis artikla; megnevezes; descriere; denumire; nazwa uslugi; oznaceni dodavky; naziv robe usluge; naziv proizvoda
    """,
    "product_code": "id; item code; product code; sku; article no; article number; part no; part number; item number; code; art no; material no; model; hsn; hsn code; hsn sac; item id; product no; product number; stock code; product id; art code; catalog no; catalogue no; mfr part; ref; reference; item ref; article code; material number; hs code; asin; part; article nr; artikelnummer; artikel nr; art nr; artikelnr; artnr; bestellnummer; material; materialnummer; produktnummer; produktnr; sachnummer; ean; gtin; artikelcode; artikel no; materialnr; artikel id; produkt nr; teilenummer; teile nr; best nr; code article; ref article; reference article; code produit; codigo; cod; cod articulo; referencia; codigo articulo; codice; codice articolo; cod art; cod articolo; art; rif; artikelnr; productcode; artikelcode; productnummer; art nummer; artikelnr; varenr; varenummer; artnr; prod nr; tuotekoodi; indeks; kod; symbol; pkwiu; cislo; kod zbozi; katalogove cislo; sifra; sifra artikla; kat br; cikkszam; kod towaru; cod produs; codigo do artigo",
    "quantity": "qty; quantity; units; hours; qnty; quant; no of units; hrs; qty shipped; shipped; days; nights; pcs; seats; users; usage; quantity shipped; qty ordered; hours qty; hrs qty; nos; order qty; qty hrs; number; count; usage quantity; unit qty; volume; menge; anzahl; stk; anz; stuck; std; stunden; liefermenge; tage; nachte; menge einheit; stuckzahl; einheiten; gelieferte menge; me; mge; qte; quantite; nombre; qte livree; nb; heures; quantites; q te; cantidad; cant; uds; unidades; ctdad; cant uds; horas; ud; noches; quantita; q ta; qta; pezzi; qta consegnata; qt; quant; ore; pz; quantita totale; aantal; hoeveelheid; stuks; uren; aantal uren; besteld; geleverd; aant; quantidade; qtd; qtde; antal; ant; antall; mangd; maengde; kpl; maara; ilosc; mnozstvi; pocet; kolicina; kol; mennyiseg; cantitate; kolic; mn; kolicina jm; szt; ilosc szt",
    "unit": "unit; uom; u m; unit of measure; per; units of measure; pack; pack size; unit type; einheit; me; einh; mengeneinheit; vpe; eh; unite; un; u; unidad; ud; um; u di m; unita di misura; unita; udm; eenheid; ehd; eenh; unidade; enhet; enhed; jm; j m; jedn; jedn miary; mj; m j; jednotka; jed; jed mjere; yksikko; jmj; per unit; jednotky; ks; j mj; jed mj; jednostka",
    "unit_price": "unit price; price; rate; unit cost; price per unit; price each; each; cost; unit amount; list price; unit rate; net price; hourly rate; price unit; unit net price; price excl vat; item price; price per item; unit value; rate hr; net unit price; rate per unit; rate price; unit price excl; price ea; unit net; base price; unit price net; unit; einzelpreis; preis; e preis; ep; stuckpreis; preis einheit; preis pro einheit; einzel; vk preis; einzelpreis netto; stundensatz; preis stk; nettopreis; preis me; epreis; einzelpreis eur; satz; preis je einheit; einheitspreis; netto preis; netto einzelpreis; preis stuck; e preis eur; einzelbetrag; listenpreis; einzelpr; einzelkosten; einzel preis; nettoeinzelpreis; grundpreis; preis netto; preis pro stuck; preis je me; einh preis; verkaufspreis; prix unitaire; prix; pu; p u; pu ht; prix unitaire ht; p u ht; prix u; prix ht; prix unit; pu h t; p unitaire; tarif; prix net; prix unit ht; taux horaire; p u h t; pu net; precio unitario; precio; precio ud; p unitario; precio unidad; pvp; tarifa; p unit; precio unit; precio neto; precio uni; importe unitario; prezzo unitario; prezzo; prezzo unit; p unit; prezzo netto; tariffa; costo unitario; importo unitario; prezzo un; valore unitario; prezzo di listino; prz unitario; stukprijs; prijs; eenheidsprijs; prijs per stuk; tarief; prijs per eenheid; eenh prijs; ehprijs; uurtarief; prijs excl; prijs excl btw; stuksprijs; netto prijs; prijs stuk; preco unitario; preco; preco unit; pr unitario; a pris; pris; apris; enhedspris; enhetspris; pris st; styckpris; stykpris; enhetspris eks mva; yksikkohinta; hinta; stk pris; pris per enhet; cena; cena jedn; cena jednostkowa; cena netto; jednotkova cena; cena za jednotku; cena mj; cena za mj; cena za ks; jedinicna cijena; cijena; egysegar; pret unitar; cena jednostkowa netto; cena jedn netto; jed cena; cena ks; cena bez dph; cijena bez pdv; jed cijena; cena brez ddv",
    "discount": "discount; disc; disc %; discount %; adjustment; adjustments; less; disc amount; discount amount; discounts; adj; rabatt; rab; rabatt %; nachlass; rabatt in %; remise; rem; % remise; rem %; remise %; rabais; dto; descuento; dcto; % dto; dto %; desc; desct; sconto; sc; sconto %; sc %; sconti; % sconto; % sc; korting; korting %; krt; kort; desc %; desconto; rabat; rab %; rabat %; sleva; popust; alennus; rabat procent; upust",
    "tax_rate": "vat; tax; vat rate; tax rate; vat %; tax %; gst; tax code; vat code; % vat; gst %; taxes; vat rate %; gst rate; sales tax; vat pct; mwst; ust; mwst satz; ust satz; mwst %; ust %; steuersatz; steuer; mwst in %; ust in %; steuer %; mwst code; % mwst; st satz; steuerschlussel; stc; mehrwertsteuer; steuercode; mwst s; st; ust s; tva; taux tva; taux; % tva; tva %; taux de tva; code tva; taux t v a; t v a; iva; % iva; tipo iva; iva %; tipo; % i v a; tipo de iva; tipo impositivo; cod iva; aliquota; al iva; aliq; c iva; codice iva; aliquota iva; iva %; c i; aliq iva; btw; btw %; btw tarief; % btw; btw code; b t w; btw pct; tarief btw; taxa; taxa iva; moms; mva; moms %; mva %; momssats; alv; alv %; mva sats; stawka vat; stawka; vat stawka; dph; sazba; sazba dph; % dph; dph %; pdv; pdv %; stopa; stopa pdv; afa; ddv; stopa ddv; % ddv; % pdv",
    "net_amount": "amount; total; line total; total price; net amount; net; amount excl vat; extended price; ext price; total amount; net price; value; sum; amount due; line amount; extended; extension; net total; ext amount; extended amount; total excl vat; total net; price total; amount net; subtotal; sub total; taxable value; line price; total cost; net value; charges; total ex vat; amount ex vat; total value; price; betrag; gesamt; gesamtpreis; summe; netto; gesamtbetrag; nettobetrag; zeilenbetrag; wert; preis gesamt; g preis; gp; gesamtpreis netto; betrag netto; positionsbetrag; gesamtwert; gesamt netto; nettowert; gesamtpreis eur; betrag eur; betrag in eur; summe netto; pos betrag; gpreis; total; netto betrag; netto gesamt; preis; positionswert; zeilensumme; gesamt eur; warenwert; umsatz; nettosumme; gesamt preis; gesamtsumme; betrag chf; positionssumme; preis total; gesamt nettobetrag; entgelt; summe eur; netto summe; nettogesamtpreis; g preis eur; positionspreis; nettopreis; montant; montant ht; total ht; prix total; total; montant h t; mt ht; prix total ht; total h t; total ligne; montant net; montant total; mt; valeur; montant total ht; total net ht; mt h t; net ht; importe; total; importe total; subtotal; precio total; total linea; neto; importe neto; importe eur; total eur; importo; totale; importo netto; valore; prezzo totale; totale riga; netto; totale netto; imponibile; importo totale; importo eur; bedrag; totaal; totaalprijs; totaal excl; regeltotaal; bedrag excl; totaal excl btw; nettobedrag; netto bedrag; bedrag eur; prijs; totaal bedrag; totaal prijs; bedrag excl btw; valor; total liquido; belopp; sum; summa; belob; i alt; total; belop; netto belop; summa exkl moms; nettobelopp; yhteensa; kwota; wartosc; wartosc netto; kwota netto; celkem; cena celkem; castka; celkem bez dph; iznos; ukupno; vrijednost; znesek; osszeg; netto ertek; valoare; cena celkem bez dph; vrednost; skupaj; bez dph; iznos bez pdv",
    "tax_amount": "tax amount; vat amount; vat total; gst amount; tax total; mwst betrag; ust betrag; steuerbetrag; montant tva; importe iva; cuota; cuota iva; importo iva; imposta; btw bedrag; bedrag btw; moms belopp; momsbelopp; mva belop; kwota vat; vyse dph; dph celkem; iznos pdv; pdv iznos; znesek ddv; wartosc vat",
    "gross_amount": "gross; gross amount; total incl vat; gross total; total inc vat; amount incl vat; total gross; amount inc vat; total including vat; brutto; bruttobetrag; gesamt brutto; gesamtpreis brutto; bruttopreis; brutto gesamt; betrag brutto; bruttosumme; brutto betrag; total ttc; montant ttc; prix ttc; ttc; total con iva; total incl btw; bedrag incl; totaal incl; totaal incl btw; bedrag incl btw; belopp inkl moms; wartosc brutto; kwota brutto; cena s dph; celkem s dph; ukupno s pdv; iznos s pdv; total inkl moms; s dph; lordo; totale ivato",
    "purchase_order": "po number; po no; po; purchase order; bestellnummer kunde; ihre bestellung; votre commande; su pedido; vs ordine; uw order",
    "date": "date; datum; fecha; data; dato; delivery date; lieferdatum; service date; time; zeit; tag; kolicina dana; period; interval; zeitraum; periode; arrival; lieferschein; ddt",
}

LEGAL_FORMS = """
    gmbh; mbh; ag; kg; ohg; gbr; ug; kgaa; se; ek; ev; eg; gmbh & co kg; haftungsbeschrankt; partg; partgmbb; ltd; limited; llc; llp; inc; incorporated; corp; corporation; plc; co; company; pty; pvt; lp; pllc; lda; sa; sas; sasu; sarl; eurl; sci; snc; scop; sl; slu; sll; slne; sau; srl; spa; sas; srls; snc; ss; scrl; bv; nv; vof; cv; bvba; sprl; cvba; srl; ab; as; aps; oy; oyj; hb; asa; da; ans; is; doo; dd; jdoo; sro; spol; sp; spzoo; zoo; kft; zrt; bt; sca; gesmbh; gie; stiftung; verein; genossenschaft; association; foundation; cooperativa; societe; societa; sociedad; ou; uab; sia; eood; ood; ad; doel; asbl; vzw; ltda; eireli; kk; gesellschaft; holding; group; gmbhco; einzelunternehmen; eu; sagl; sarl; cic; ulc; cooperative; sp zoo; oe; ike; epe; ae
"""

MONEY_WORDS = "eur usd gbp chf sek nok dkk pln czk huf ron bgn hrk inr jpy cny aud cad nzd zar sgd hkd aed brl mxn try isk ils thb myr php idr krw rub uah sar cop clp pen ars uyu twd qar kwd bhd omr jod egp mad tnd kes ngn ghs lkr pkr bdt vnd rsd bam mkd mdl gel amd kzt azn all xof xaf dop crc gtq bob pyg"

DOLLARS = {
    "AUD": ("australia", "abn", ".com.au"),
    "NZD": ("new zealand", ".co.nz", "nzbn"),
    "SGD": ("singapore", ".com.sg"),
    "CAD": ("canada", "hst", "ontario", "québec", "british columbia"),
    "HKD": ("hong kong", ".com.hk"),
    "MXN": ("méxico", "mexico", "rfc", ".com.mx"),
    "COP": ("colombia", "bogotá", "medellín"),
    "CLP": ("chile", "santiago de chile"),
    "ARS": ("argentina", "buenos aires"),
}

WEAK = """
    invoice; rechnung; facture; factura; fattura; factuur; fatura; faktura; racun; szamla; lasku; avoir; gutschrift; tax invoice; credit note; our invoice; rechnungskorrektur; creditfactuur;
    date; datum; data; fecha; vom; le; del; dato; issued; dated; kelt; due; fallig; faellig; paivays; payment date; date paid; druckdatum; printed on; bis zum; uiterlijk; verval;
    reference; your reference; your ref; ihre referenz; ihr zeichen; ihre zeichen; referencia; riferimento; referentie; po; order reference; bestellung; commande; pedido; ordine; uw kenmerk; customer reference; customer ref; kundenreferenz; reference client; ref client; er referens; votre reference;
    order number; order no; order #; order id; order; quote; concepto; communication; kenmerk; referenz; referenznummer; reference number; referensnummer; transaction id; mededeling; reference no; causale; kid; ocr;
    customer; account; kunde; cliente; klant; account number; account no; account id; account #; debitor; debiteur; member id; billing id;
    uid; cf; c f; tin; konto; rekening; cuenta; cui; p i; ico; pan; cvr; abn; vat; btw; cif; terms; pagamento; betaling; zahlbar; periode; period; zeitraum; periodo; reglement a; zahlungsziel; finanzamt; ust id; siren; rcs
"""

ID_PREFIX_STOP = "no nr n nro num id ref vom from date der die das du de le la del di op am nummer number and und et y e to bis for pos page seite st tel fax ust iban bic plz us a o of al per"

BANKS = {
    "bank": "bank; bank name; bankverbindung; bank details; banque; domiciliation; banco; entidad; banca; banca d appoggio; bankname; kreditinstitut; geldinstitut; bankgegevens; coordonnees bancaires; datos bancarios; coordinate bancarie; our bank; bank details for payment; hausbank; bankforbindelse; entidad bancaria; name of bank; bank information; bankverbindungen; appoggio bancario",
}
