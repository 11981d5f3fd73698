from django.apps import AppConfig


class EInvoiceConfig(AppConfig):
    name = "automation.einvoice"
