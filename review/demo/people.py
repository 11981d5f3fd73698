"""Who lives in the demonstration: one company, a clerk, an approver, an auditor, an operator, and one for roles."""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from automation.api.tokens import create_token
from automation.env import kept_secret
from automation.ledger.models import LegalEntity
from review.access import grant_role
from review.actions.people import create_person

ENTITY = {"name": "Brightwater Trading GmbH", "country": "DE", "vat_id": "DE136695976", "currency": "EUR"}
PEOPLE = {
    "carla": ("Carla Clerk", "clerk"),
    "amir": ("Amir Approver", "approver"),
    "auda": ("Auda Auditor", "auditor"),
    "olga": ("Olga Operator", "operator"),
    "gwen": ("Gwen Governor", "governance"),
}


@dataclass(frozen=True)
class Stage:
    """What a visitor needs to sign in, and the token with which files are handed in."""

    password: str
    token: str


def prepare() -> Stage:
    """Make company and people where they are missing. The password is random and kept with the other secrets."""
    password = kept_secret("DEMO_PASSWORD", settings.SECRETS_DIR / "demo_password", size=6)
    with transaction.atomic():
        entity, _ = LegalEntity.objects.get_or_create(name=ENTITY["name"], defaults=ENTITY)
        for username, (name, role) in PEOPLE.items():
            person = User.objects.filter(username=username).first()
            if person is None:
                person = create_person(username, f"{username}@brightwater.example", password, acting_user=None)
                User.objects.filter(pk=person.pk).update(first_name=name.split()[0], last_name=name.split()[1])
            grant_role(person, role, None if role == "governance" else entity, acting_user=None)
        token = create_token(
            f"demo {secrets.token_hex(4)}",
            scopes=["documents:read", "documents:write"],
            entities=[entity],
            acting_user=None,
        )
    return Stage(password, token)
