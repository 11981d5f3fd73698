"""Nobody approves what they handed in, entered, corrected or verified themselves. The database holds the same rule."""

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from automation.documents.models import Document, FieldValue
from review.models import Correction, Decision, Gate


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
    if document.uploaded_by_id == user.pk:
        return "You handed this document in, so another person approves it."
    if Correction.objects.filter(document=document, by=user).exists():
        return "You corrected or confirmed fields of this document, so another person approves it."
    if Document.objects.filter(touched_by(user), pk=document.pk).exists():
        return "You entered or verified this document, so another person approves it."
    return None
