"""Each API has its own tree, scopes and OpenAPI document."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from automation.api.problems import no_such_address

_DATA = path("data/v1/", include(("automation.api.data.urls", "data-v1")))

data_schema = SpectacularJSONAPIView.as_view(
    patterns=[path("api/", include([_DATA]))], authentication_classes=[], permission_classes=[]
)
data_schema.access_rule = "public"  # type: ignore[attr-defined]

urlpatterns = [
    path("data/v1/openapi.json", data_schema, name="data-schema"),
    _DATA,
    re_path("", no_such_address),
]
