"""Each API has its own tree, scopes and OpenAPI document."""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from automation.api.problems import no_such_address

_DATA = path("data/v1/", include(("automation.api.data.urls", "data-v1")))

_CONTROL = path("control/v1/", include(("automation.api.control.urls", "control-v1")))


def _schema(tree: URLResolver, title: str) -> Callable[..., HttpResponseBase]:
    view = SpectacularJSONAPIView.as_view(
        patterns=[path("api/", include([tree]))],
        authentication_classes=[],
        permission_classes=[],
        custom_settings={"TITLE": title},
    )
    view.access_rule = "public"  # type: ignore[attr-defined]
    answered: Callable[..., HttpResponseBase] = view
    return answered


urlpatterns = [
    path("data/v1/openapi.json", _schema(_DATA, "Countersign data API"), name="data-schema"),
    _DATA,
    path("control/v1/openapi.json", _schema(_CONTROL, "Countersign control API"), name="control-schema"),
    _CONTROL,
    re_path("", no_such_address),
]
