from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"

    def ready(self) -> None:
        from review import sign_in_events  # noqa: F401 - connects its receivers
