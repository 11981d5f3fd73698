from django.apps import AppConfig


class PostingConfig(AppConfig):
    name = "automation.posting"

    def ready(self) -> None:
        from automation.posting import adapters  # noqa: F401 - registers its system check
