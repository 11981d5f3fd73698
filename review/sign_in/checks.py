"""What the settings of signing in must be, checked when the application starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def roles_exist(app_configs: object, **_: Any) -> list[CheckMessage]:
    """MFA_ROLES with a slip of the pen in it would ask nobody for a second factor."""
    from review.access import ROLES

    unknown = sorted(settings.MFA_ROLES - set(ROLES))
    said = f"MFA_ROLES names roles that do not exist: {', '.join(unknown)}. Roles are: {', '.join(ROLES)}."
    return [Error(said, id="review.E001")] if unknown else []
