"""German, French and Spanish: every text has its translation, with the same places for values, and it is compiled."""

import re
from decimal import Decimal
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from automation.ledger.models import LegalEntity
from review.management.commands.messages import collected, compiled, forms, from_python, from_scripts, from_templates
from review.spoken import spoken

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACES = re.compile(r"%\(\w+\)[sd]|\{\d+\}|</?\w+>")


def catalogue(language: str, domain: str) -> Any:
    path = settings.LOCALE_PATHS[0] / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return path, read_po(file, locale=language)


@pytest.fixture(scope="module")
def texts() -> dict[str, Any]:
    root = settings.BASE_DIR
    return {
        "django": collected([*from_templates(root), *from_python(root)]),
        "djangojs": collected(from_scripts(root)),
    }


@pytest.mark.parametrize("domain", ["django", "djangojs"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_with_the_same_places(language: str, domain: str, texts: dict[str, Any]) -> None:
    path, known = catalogue(language, domain)
    missing, askew = [], []
    for message in texts[domain]:
        found = known.get(message.id, message.context) if message.id else None
        if message.id and (found is None or not all(forms(found))):
            missing.append(message.id)
        elif found is not None and message.id:
            source = message.id if isinstance(message.id, str) else message.id[-1]
            askew += [form for form in forms(found) if sorted(PLACES.findall(form)) != sorted(PLACES.findall(source))]
    assert missing == [], "manage.py messages, then translate these"
    assert askew == []
    assert path.with_suffix(".mo").read_bytes() == compiled(path), "manage.py messages"


def test_a_sentence_that_was_kept_in_english_is_said_anew() -> None:
    kept = "Net 1,100.00 EUR and tax 19.00 EUR make 1,119.00 EUR, but the total says 1,190.00 EUR."
    assert spoken(kept) == kept
    with translation.override("de"):
        assert spoken(kept) == (
            "Netto 1.100,00 EUR und Steuer 19,00 EUR ergeben 1.119,00 EUR, aber der Gesamtbetrag sagt 1.190,00 EUR."
        )
        assert spoken("The due date 2026-11-01 is before the invoice date 2026-12-01.").startswith(
            "Das Fälligkeitsdatum 01.11.2026"
        )
        assert spoken("Something nobody said before.") == "Something nobody said before."
        assert spoken("invoice.pdf waits for nobody: it is posted.").endswith("Status „Gebucht“.")
    with translation.override("fr"):
        assert spoken("Total was not found.") == "Total TTC est introuvable."


def test_what_stands_in_a_sentence_is_said_anew_too() -> None:
    with translation.override("de"):
        assert spoken("The 3 lines add up to 90.00 EUR, but the net total says 100.00 EUR.") == (
            "Die 3 Positionen ergeben 90,00 EUR, aber der Nettobetrag sagt 100,00 EUR."
        )
        assert spoken(
            "The total 119.00 EUR less 5.00 EUR already paid leaves 114.00 EUR to pay,"
            " but the amount due says 119.00 EUR."
        ).startswith("Der Gesamtbetrag 119,00 EUR abzüglich bereits gezahlter 5,00 EUR lässt 114,00 EUR")
        assert "Rechnungsnr., Gesamtbetrag" in spoken(
            "Still missing: Invoice number, Total. Enter what the document says, or reject it."
        )
        assert spoken("The reader is 98.5% sure; 99.9% are asked for.").startswith("Die Lesung ist zu 98,5 % sicher")


def test_what_people_and_papers_say_is_not_translated() -> None:
    """A supplier may be called like a word of ours; only whole texts of ours are said anew."""
    with translation.override("de"):
        assert spoken("Total Energies") == "Total Energies"
        assert spoken("Duplicate of Net Total.pdf.") == "Duplikat von Net Total.pdf."


def test_a_value_that_looks_like_markup_or_a_place_stays_what_it_is() -> None:
    with translation.override("de"):
        assert spoken("There is no field named '{0} <b>'.") == "Es gibt kein Feld namens '{0} <b>'."


def test_the_reader_chooses_and_else_the_browser_does(client: Client, clerk: User, entity: LegalEntity) -> None:
    client.force_login(clerk)
    header: dict[str, Any] = {"HTTP_ACCEPT_LANGUAGE": "fr-CH,fr;q=0.9,en;q=0.5"}
    page = client.get("/account/", **header).content.decode()
    assert '<html lang="fr">' in page
    assert "Pendant votre absence" in page
    client.post("/account/language/", {"language": "es"}, **header)
    assert "Mientras está ausente" in client.get("/account/", **header).content.decode()
    client.logout()
    client.force_login(clerk)
    assert '<html lang="es">' in client.get("/account/", **header).content.decode()
    assert client.post("/account/language/", {"language": "tlh"}).status_code == 422
    client.post("/account/language/", {"language": ""}, **header)
    assert '<html lang="fr">' in client.get("/account/", **header).content.decode()
    assert '<html lang="en">' in client.get("/account/", HTTP_ACCEPT_LANGUAGE="it").content.decode()


def test_amounts_and_days_follow_the_chosen_language(client: Client, approver: User, entity: LegalEntity) -> None:
    from review.actions.absence import set_limit

    set_limit(approver, Decimal(12500), "EUR", entity, acting_user=None)
    client.force_login(approver)
    assert "12,500.00" in client.get("/account/").content.decode()
    client.post("/account/language/", {"language": "de"})
    assert "12.500,00" in client.get("/account/").content.decode()


def test_machines_are_spoken_to_in_english(client: Client, db: None) -> None:
    answer = client.get("/api/v1/documents", HTTP_ACCEPT_LANGUAGE="de")
    assert "Anmeld" not in answer.content.decode()
    assert translation.get_language() == "en"


def test_scripts_get_their_texts(client: Client, db: None) -> None:
    answer = client.get("/catalogue/de.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "Sie wurden abgemeldet" in answer.content.decode()
    assert client.get("/catalogue/xx.js").status_code == 404
    assert "/catalogue/de.js?" in client.get("/sign-in/", HTTP_ACCEPT_LANGUAGE="de").content.decode()
