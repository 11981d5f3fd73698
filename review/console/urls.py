from django.urls import URLPattern, URLResolver, include, path

from review.console import governed, records
from review.console.site import site

__all__ = ["governed", "records", "urlpatterns"]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((site.get_urls(), "admin")))]
