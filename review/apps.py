from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"

    def ready(self) -> None:
        from review.sign_in import checks, events  # noqa: F401 - connects their receivers
