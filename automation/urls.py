from django.urls import include, path

urlpatterns = [
    path("api/", include("automation.api.urls")),
    path("", include("review.urls")),
]
