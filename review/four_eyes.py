"""Nobody approves what they handed in, entered, corrected or verified themselves. The database holds the same rule."""

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from automation.documents.models import Document, FieldValue
from review.models import Correction, Decision, Gate

WHY = "You handed in, corrected or verified this document, so another person must approve it."


def touched_by(user: User) -> Q | Combinable:
    """Over documents: those that this person may not approve, whatever their roles."""
    own = {"document": OuterRef("pk")}
    return (
        Q(uploaded_by=user)
        | Exists(FieldValue.objects.filter(**own, entered_by=user))
        | Exists(Correction.objects.filter(**own, by=user))
        | Exists(Decision.objects.filter(**own, by=user, gate=Gate.VERIFY))
    )


def why_not(document: Document, user: User) -> str | None:
    """Why this person may not approve this document, in words; None where nothing stands against it."""
    return WHY if Document.objects.filter(touched_by(user), pk=document.pk).exists() else None
