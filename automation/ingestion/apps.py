from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "automation.ingestion"
