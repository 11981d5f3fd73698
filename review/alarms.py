"""Mails about the audit log: whoever may see it is told what is wrong with it, at once and then once a day."""

import re
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.signing import configured
from audit.status import status
from review import language, letters
from review.access import AUDIT, holding
from review.models import Letter
from review.spoken import spoken

AGAIN = timedelta(days=1)
_CHANGING = re.compile(r"\d[\d:. ]*")  # counts and times, which make no new alarm


@transaction.atomic
def write_due() -> None:
    """One mail to each person, of the alarms they were not told of within a day."""
    alarms = status(configured().keys, Path(settings.AUDIT_HEADS_PATH)).alarms
    for person in watchers() if alarms else ():
        with language.reading(person):
            said = [spoken(alarm) for alarm in alarms]
            told = _told(person.email)
            fresh = [alarm for alarm in said if _CHANGING.sub("", alarm) not in told]
            if fresh:
                subject = _("The audit log needs a look")
                text = "\n".join([*fresh, "", f"{settings.SITE_URL}/audit/", ""])
                letters.write(Letter.Kind.ALARM, None, person.email, subject, text)


def watchers() -> list[User]:
    """Who has an address and may see the audit log of at least one entity."""
    return list(User.objects.filter(holding(AUDIT), is_active=True).exclude(email="").distinct().order_by("pk"))


def _told(recipient: str) -> set[str]:
    since = timezone.now() - AGAIN
    texts = Letter.objects.filter(kind=Letter.Kind.ALARM, recipient=recipient, at__gt=since).values_list(
        "text", flat=True
    )
    return {_CHANGING.sub("", line) for text in texts for line in text.splitlines()}
