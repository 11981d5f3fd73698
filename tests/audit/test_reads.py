"""Reads are events; looking again a moment later is not said twice."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from audit.models import Event
from audit.reads import AGAIN_AFTER, record_read

pytestmark = pytest.mark.django_db(transaction=True)


def look(actor: str = "user:carla", after: object = None) -> bool:
    return record_read("document.exported", actor=actor, subject="document:1", after=after) is not None


def test_each_person_form_and_document_counts_once_for_a_while(superuser_url: str) -> None:
    assert look(after={"form": "ubl"})
    assert not look(after={"form": "ubl"})
    assert look(after={"form": "cii"})
    assert look(actor="user:amir", after={"form": "ubl"})
    with psycopg.connect(superuser_url, dbname=connection.settings_dict["NAME"]) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE audit_event SET at = at - %s", [AGAIN_AFTER + timedelta(seconds=1)])
    assert look(after={"form": "ubl"})
    assert Event.objects.filter(action="document.exported").count() == 4
