"""The governance console: records are only looked at, settings go through the actions, and only its pages may eval."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Event, LegalHold, RetentionRule
from audit.personal import ERASED
from audit.queries import trail
from audit.record import record
from audit.retention import erases_nightly, rule_for
from automation.errors import Conflict
from automation.ledger.models import LegalEntity
from review.access import grant_role
from review.actions.erase_person import erase_person
from review.actions.people import close_account
from review.console.governed import Governed
from review.console.records import ReadOnly
from review.console.site import site
from tests.factories import make_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def governor(client: Client) -> User:
    person = User.objects.create_user("gina", "gina@example.com", "correct horse battery")
    grant_role(person, "governance", None, acting_user=None)
    client.force_login(person)
    return person


def test_every_page_opens_and_records_cannot_be_changed(client: Client, governor: User, entity: LegalEntity) -> None:
    document = make_document(entity)
    assert client.get(reverse("admin:index")).status_code == 200
    for model in site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200, name
    page = reverse("admin:documents_document_change", args=[document.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"filename": "other.pdf"}).status_code == 403
    assert (
        client.post(reverse("admin:documents_document_delete", args=[document.pk]), {"post": "yes"}).status_code == 403
    )
    assert all(isinstance(admin, ReadOnly) for admin in site._registry.values())


def test_it_is_for_governance_and_auditors_of_everything(client: Client, entity: LegalEntity) -> None:
    index = reverse("admin:index")
    assert client.get(index).status_code == 302
    clerk = User.objects.create_user("carla")
    grant_role(clerk, "clerk", None, acting_user=None)
    client.force_login(clerk)
    assert client.get(index).status_code == 403
    auditor = User.objects.create_user("anna")
    grant_role(auditor, "auditor", entity, acting_user=None)
    client.force_login(auditor)
    assert client.get(index).status_code == 403
    grant_role(auditor, "auditor", None, acting_user=None)
    client.force_login(auditor)
    assert client.get(index).status_code == 200
    for model, admin in site._registry.items():
        if isinstance(admin, Governed):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_add"
            assert client.get(reverse(name)).status_code == 403, name


def test_what_is_set_goes_through_the_actions_into_the_log(client: Client, governor: User, entity: LegalEntity) -> None:
    rule: dict[str, Any] = {"kind": "invoice", "country": "DE", "years": 12, "basis": "Board"}
    client.post(reverse("admin:audit_retentionrule_add"), rule)
    assert rule_for("DE").years == 12
    assert Event.objects.get(action="retention.rule_changed").actor == "user:gina"
    client.post(reverse("admin:audit_retentionschedule_add"), {"enabled": "on", "because": "Board"})
    assert erases_nightly()
    client.post(reverse("admin:audit_legalhold_add"), {"subject": f"entity:{entity.pk}", "reason": "A lawsuit."})
    hold = LegalHold.objects.get()
    client.post(reverse("admin:audit_legalhold_change", args=[hold.pk]), {"because": "Settled."})
    hold.refresh_from_db()
    assert hold.released_by == "user:gina"
    assert Event.objects.filter(action__in=("hold.placed", "hold.released")).count() == 2
    carla = User.objects.create_user("carla")
    chosen = {"action": "close_accounts", "_selected_action": [carla.pk]}
    client.post(reverse("admin:auth_user_changelist"), chosen)
    assert Event.objects.get(action="user.deactivated").subject == "user:carla"


def test_what_an_action_refuses_is_said_and_changes_nothing(client: Client, governor: User) -> None:
    answer = client.post(
        reverse("admin:audit_retentionrule_add"),
        {"kind": "invoice", "country": "de", "years": 3, "basis": "x"},
        follow=True,
    )
    assert "two capital letters" in answer.content.decode()
    assert not RetentionRule.objects.exists()
    answer = client.post(
        reverse("admin:audit_legalhold_add"), {"subject": "document:nothing", "reason": "x"}, follow=True
    )
    assert "There is no document" in answer.content.decode()


def test_only_these_pages_may_evaluate_expressions(client: Client, governor: User) -> None:
    assert "'unsafe-eval'" in client.get(reverse("admin:index"))["Content-Security-Policy"]
    for page in ("audit-log", "queue"):
        assert "unsafe" not in client.get(reverse(page))["Content-Security-Policy"]


def test_what_is_known_of_a_person_goes_once_the_account_is_closed(client: Client, governor: User) -> None:
    carla = User.objects.create_user("carla", "carla@example.com", first_name="Carla", last_name="Meyer")
    record("access.reviewed", actor="user:gina", subject="user:carla", because="Carla Meyer moved to Bonn.")
    page = reverse("admin:auth_user_change", args=[carla.pk])
    assert client.post(page, {"because": "Asked for."}).status_code == 403
    with pytest.raises(Conflict, match="is open"):
        erase_person(carla, "Asked for.", acting_user=governor)
    close_account(carla, acting_user=governor)
    client.post(page, {"because": "Asked for."})
    carla.refresh_from_db()
    assert (carla.username, carla.email, carla.first_name, carla.last_name) == ("carla", "", "", "")
    assert [event.because for event in trail("user:carla") if event.action == "access.reviewed"] == [ERASED]
    assert Event.objects.get(action="user.erased").because == "Asked for."


def test_the_database_keeps_the_key_of_an_open_account(governor: User) -> None:
    record("user.erased", actor="user:gina", subject="user:gina", because="x")
    with pytest.raises(DatabaseError, match="account is open"), transaction.atomic():
        connection.cursor().execute("SELECT review_erase_person('gina')")
