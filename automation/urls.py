from django.urls import include, path

from automation.health import health

urlpatterns = [
    path("healthz", health, name="health"),
    path("api/", include("automation.api.urls")),
    path("console/", include("review.console.urls")),
    path("audit/", include("review.audit_urls")),
    path("", include("review.urls")),
]
