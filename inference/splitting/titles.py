"""Words that say what a page is, folded: lower case, no accents."""

TERMS = (
    r"(?:unsere |our )?(?:allgemeine[n]? )?(?:[a-z]+ (?:und|u\.) )?"
    r"(?:geschafts|liefer|verkaufs|vertrags|nutzungs|einkaufs|auftrags|reise|miet|versicherungs)\w*bedingungen",
    r"allgemeine[n]? (?:liefer|verkaufs|einkaufs|vertrags|geschafts)",
    r"(?:unsere )?agb\b",
    r"(?:hinweise|informationen) (?:zum|zur) (?:datenschutz|widerruf|datenverarbeitung)",
    r"datenschutz(?:erklarung|hinweise|information)",
    r"widerrufs(?:belehrung|recht)",
    r"(?:our |general |standard |additional )*(?:terms|conditions)"
    r"(?: (?:and|&|of) (?:conditions|sales?|service|business|use|trad(?:e|ing)|delivery|supply|terms|purchase"
    r"|contract|hire))+",
    r"(?:general|standard|trading) (?:terms|conditions)",
    r"conditions (?:generales|particulieres|de vente|d achat|de livraison|d utilisation)",
    r"c\.? ?g\.? ?[vu]\.?$",
    r"(?:condiciones|condizioni|condicoes) (?:generales|generali|gerais|de venta|di vendita|de venda|particulares)",
    r"(?:terminos|termini|termos) (?:y|e) (?:condiciones|condizioni|condicoes)",
    r"(?:algemene (?:leverings|verkoop|inkoop)?\s?|(?:leverings|verkoop|inkoop))voorwaarden",
    r"leverings en betalingsvoorwaarden",
    r"(?:almindelige|alminnelige|generelle|allmanna) (?:[a-z]+ og |[a-z]+ och )?(?:\w+)?(?:betingelser|vilkar"
    r"|villkor)",
    r"(?:salgs|handels|leverings|leverans|forsaljnings|kop)(?: og \w+)?\w*(?:betingelser|vilkar|villkor)",
    r"ogolne warunki",
    r"regulamin",
    r"warunki (?:sprzedazy|dostaw|handlowe)",
    r"(?:vseobecne )?(?:obchodni|dodaci|smluvni) podminky",
    r"opci uvjeti",
    r"splosni pogoji",
    r"altalanos (?:szerzodesi|uzleti)",
    r"aszf$",
    r"(?:yleiset (?:\w+)?|(?:toimitus|sopimus|myynti))ehdot",
    r"(?:γενικοι )?οροι (?:συναλλαγων|πωλησης|χρησης|και)",
    r"privacy (?:policy|notice|statement)",
    r"(?:politique de confidentialite|politica de privacidad|informativa (?:sulla )?privacy|privacyverklaring)",
)

SUPPLEMENTS = {
    "delivery_note": (
        r"(?:lieferschein|lieferavis|liefernachweis|warenbegleitschein|packzettel|packliste|frachtbrief|ruckschein"
        r"|ladeschein|wiegeschein)",
        r"(?:delivery|goods|despatch|dispatch|shipping|consignment|collection|weighbridge) "
        r"(?:note|docket|advice|ticket|slip|received note)",
        r"(?:packing|pick|picking) (?:slip|list|note)",
        r"(?:bill of lading|waybill|air waybill|proof of delivery)",
        r"bon de (?:livraison|reception)",
        r"(?:bordereau|avis) (?:de livraison|d envoi|d expedition)",
        r"(?:liste de colisage|lettre de voiture)",
        r"(?:albaran|nota de entrega|guia de remision|lista de empaque|carta de porte)",
        r"(?:documento di trasporto|ddt|lista di imballaggio|lettera di vettura)",
        r"bolla (?:di )?(?:consegna|accompagnamento)",
        r"guia de (?:remessa|transporte)",
        r"(?:pak|lever|verzend|bezorg|afhaal)bon",
        r"(?:vrachtbrief|paklijst)",
        r"(?:folge|folje)s[ed]\w+",
        r"(?:pakkseddel|pakkeseddel|plukkliste|fraktbrev|fragtbrev|fraktsedel)",
        r"(?:lahe(?:te|tyslista)|rahtikirja|pakkausluettelo)",
        r"(?:dodaci list|otpremnica|dobavnica|szallitolevel)",
        r"(?:dokument wz|wydanie zewnetrzne|dowod dostawy|list przewozowy|potwierdzenie dostawy)",
        r"δελτιο αποστολης",
    ),
    "timesheet": (
        r"(?:leistungs|arbeits|stunden|tatigkeits|zeit|einsatz)(?:nachweise?|zettel|bericht|aufstellung)",
        r"(?:regie|service|montage|wartungs)(?:bericht|rapport|schein)",
        r"time ?(?:sheet|card|record|report)s?",
        r"(?:record|summary|statement) of (?:hours|work)",
        r"(?:work|service|job|site|activity|field service) (?:report|sheet|record)",
        r"(?:feuille|releve|fiche) (?:de temps|d heures|de presence|de travail|des heures)",
        r"(?:rapport|compte rendu|fiche|attestation) (?:d intervention|d activite|de travail|de prestation"
        r"|d execution)",
        r"bon de travail",
        r"(?:parte|hoja|registro) de (?:trabajo|horas|servicio)",
        r"(?:foglio (?:ore|presenze)|rapportino|rapporto (?:di|d) (?:intervento|lavoro|attivita))",
        r"(?:folha de (?:horas|obra)|relatorio de (?:servico|intervencao|atividade))",
        r"(?:uren(?:staat|verantwoording|registratie|specificatie)|werkbon)",
        r"(?:time|arbejds|arbeids|arbets|tid)s?(?:seddel|sedler|lister?|rapport|sedel|rapporter)",
        r"(?:tuntilista|tuntiraportti|tyoaikaraportti|tyoraportti)",
        r"(?:vykaz prace|pracovni vykaz|radni nalog|evidencija sati|munkalap|teljesitesi igazolas)",
        r"(?:karta pracy|ewidencja godzin|φυλλο εργασιας)",
    ),
    "order_confirmation": (
        r"(?:auftrags|bestell)bestatigung",
        r"order (?:confirmation|acknowledg\w+)",
        r"bon de commande",
        r"(?:confirmation|accuse de reception) de commande",
        r"confirmacion (?:de|del) pedido",
        r"conferma (?:d |di )?ordine",
        r"(?:nota de encomenda|confirmacao (?:de|da) encomenda)",
        r"(?:order|opdracht)bevestiging",
        r"(?:ordrebekreftelse|ordrebekraeftelse|orderbekraftelse|tilausvahvistus)",
        r"(?:potvrzeni objednavky|potvrda narudzbe|visszaigazolas|potwierdzenie zamowienia)",
        r"επιβεβαιωση παραγγελιας",
    ),
    "other": (
        r"(?:anlage|anhang|beilage|annex|annexe|appendix|attachment|allegato|anexo|bijlage|bilag|bilaga|zalacznik"
        r"|priloha)",
        r"(?:einzel|einzelverbindungs|verbindungs)(?:nachweise?|aufstellung)",
        r"(?:abnahmeprotokoll|aufmass|predavaci protokol|protokol odbioru)",
        r"(?:certificate of (?:conformity|completion|origin)|acceptance certificate|proof of service)",
    ),
}
"""By what kind of paper they are titles of (`PAPERS`)."""

PAPERS = {
    "terms": "Terms and conditions",
    "delivery_note": "Delivery note",
    "timesheet": "Timesheet",
    "order_confirmation": "Order confirmation",
    "other": "Other paper",
}
"""What a page is that only belongs to an invoice, and how people call it."""

LEGAL = (
    r"gerichtsstand|erfullungsort|jurisdiction|governing law|applicable law|tribunal\w* competent"
    r"|competence exclusive"
    r"|foro compet|juzgados|tribunales|foro exclusivo|bevoegde rechter|sad wlasciwy|vaerneting|verneting",
    r"eigentumsvorbehalt|bleibt\b.{0,40}\beigentum|retention of title|remain\w* (?:our|the) property"
    r"|reserve de propriete|restent notre propriete|reserva de (?:dominio|propriedade)|riserva di proprieta"
    r"|eigendomsvoorbehoud|zastrzezenie wlasnosci|pozostaje wlasnoscia",
    r"haftung|haftet|liab(?:le|ility)|responsabil\w+|aansprakelijk\w*|odpowiedzialnosc\w*|ansvar\w*|vastuu\w*"
    r"|odpovednost",
    r"gewahrleistung|mangel|warrant\w+|garanti\w+|defects?|vices? caches?|vicios|vizi|gebreken|rekojmi"
    r"|gwarancj\w+|reklamac\w+|reklamation\w*",
    r"schadens?ersatz|schadenersatz|damages|dommages|danos|danni|schade\b|odszkodowan\w+|erstatning|skadestand"
    r"|skody",
    r"vertrag\w*|contract\w*|contrat\w*|contrato\w*|contratto|overeenkomst\w*|umow\w+|kontrakt\w*|avtal\w*"
    r"|aftale\w*|sopimu\w+|smlouv\w+|ugovor\w*",
    r"verzug|verzugszinsen|late payments?|default|retard|penalit\w+|mora|demora|ritardo|te late|zwlok\w+"
    r"|opoznien\w+|prodleni|forsinke\w+|drojsmal\w*",
    r"rucktritt|kundigung|widerruf\w*|terminat\w+|cancell?ation|withdraw\w*|resiliation|retractation|rescision"
    r"|desistimiento|recesso|risoluzione|ontbinding|opzegging|odstapien\w+|wypowiedzen\w+|odstoupen\w+"
    r"|oppsigelse|uppsagning",
    r"agb|geschaftsbedingungen|lieferbedingungen|terms and conditions|these (?:terms|conditions)"
    r"|conditions generales|presentes conditions"
    r"|condiciones generales|condizioni generali|condicoes gerais|algemene voorwaarden|ogolne warunki"
    r"|obchodni podminky|betingelser|villkor|vilkar|ehdot|opci uvjeti",
    r"datenschutz|personenbezogen\w*|personal data|data protection|donnees (?:a caractere )?personnel\w*"
    r"|datos personales|proteccion de datos"
    r"|dati personali|dados pessoais|persoonsgegevens|dan(?:e|ych) osobow\w+|personoplysninger|personuppgifter"
    r"|henkilotie\w+|osobnich udaju",
    r"hohere[rn]? gewalt|force majeure|fuerza mayor|forza maggiore|forca maior|overmacht|sila wyzsza|vyssi moc",
    r"salvatorisch\w*|unwirksam\w*|sever\w*ability|invalid\w*|unenforceable|nulle|nulidad|nullita|nietig\w*"
    r"|niewazn\w+",
)
"""What terms are about, one subject a pattern: several of them on a page are no chance."""

CARRIED = (
    r"ubertrag",
    r"carr(?:y|ied) (?:forward|over)",
    r"brought forward",
    r"balance (?:c/f|b/f)",
    r"a reporter",
    r"report de la page",
    r"suma y sigue",
    r"a riportare",
    r"riporto",
    r"overbrengen",
    r"do przeniesienia",
    r"z przeniesienia",
    r"fortsetzung (?:auf|von) seite",
    r"continued (?:on|from)",
)

COUNTED = (
    r"page|pg|seite|blatt|pagina|pag|pagine|side|sida|sivu|strana|strona|oldal|stranica|stran|folio|sheet",
    r"of|von|de|di|do|van|af|av|sur|su|aus|z|ze|od|til|out of",
)
