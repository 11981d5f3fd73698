"""`manage.py entity`: a company is added once, and heard of in the log."""

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event
from automation.ledger.models import LegalEntity

pytestmark = pytest.mark.django_db


def test_a_company_is_added_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("entity", "create", "Example AG", "--country", "CH", "--currency", "CHF")
    assert LegalEntity.objects.get().currency == "CHF"
    assert Event.objects.filter(action="entity.created").count() == 1
    call_command("entity", "list")
    assert capsys.readouterr().out == "Example AG  CH  -  CHF\n"


def test_a_name_that_is_taken_is_refused() -> None:
    call_command("entity", "create", "Example AG")
    with pytest.raises(CommandError, match="already"):
        call_command("entity", "create", "Example AG")
