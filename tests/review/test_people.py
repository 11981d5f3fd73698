from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from audit.queries import trail
from automation.errors import Conflict, Invalid, NotAllowed
from automation.ledger.models import LegalEntity
from review.access import grant_role, may, rights, roles_of
from review.actions.people import close_account, create_person

GOOD = "a fairly long password"


def test_an_account_is_opened_and_closed_on_record(db: None) -> None:
    person = create_person("nora", "nora@example.com", GOOD, acting_user=None)
    assert person.check_password(GOOD)
    close_account(person, acting_user=None)
    close_account(person, acting_user=None)
    assert [event.action for event in trail("user:nora")] == ["user.deactivated", "user.created"]
    assert not rights(User.objects.get(pk=person.pk))


@pytest.mark.parametrize(
    ("name", "password", "error"),
    [("nora", "short", Invalid), ("", GOOD, Invalid), ("no spaces", GOOD, Invalid), ("CARLA", GOOD, Conflict)],
)
def test_what_will_not_do_is_refused(clerk: User, name: str, password: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        create_person(name, "", password, acting_user=None)
    assert User.objects.exclude(username="AnonymousUser").count() == 1


def test_only_governance_of_all_entities_opens_accounts(clerk: User, outsider: User, entity: LegalEntity) -> None:
    grant_role(clerk, "governance", entity, acting_user=None)
    with pytest.raises(NotAllowed):
        create_person("nora", "", GOOD, acting_user=clerk)
    grant_role(outsider, "governance", None, acting_user=None)
    create_person("nora", "", GOOD, acting_user=outsider)
    assert trail("user:nora")[0].actor == "user:otto"


def test_the_command_line(entity: LegalEntity, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(f"{GOOD}\nsecond line\n")
    call_command("person", "create", "nora", "--password-file", str(secret))
    call_command("person", "grant", "nora", "approver")
    call_command("person", "grant", "nora", "auditor", "--all-entities")
    nora = User.objects.get(username="nora")
    assert nora.check_password(GOOD)
    assert may(nora, "approve_documents", entity.pk)
    call_command("person", "revoke", "nora", "approver", "--entity", entity.name)
    assert roles_of(nora) == [("auditor", None)]
    out = StringIO()
    call_command("person", "list", stdout=out)
    assert out.getvalue() == "nora  auditor (all entities)\n"
    for wrong in (
        ["grant", "nobody", "clerk"],
        ["grant", "nora", "clerk", "--entity", "?"],
        ["create", "nora", "--password-file", str(secret)],
    ):
        with pytest.raises(CommandError):
            call_command("person", *wrong)
