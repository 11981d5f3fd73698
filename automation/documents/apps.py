from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "automation.documents"
