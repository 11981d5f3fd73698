"""Indexes for lists and searches of documents and their runs: an entity's runs in order, words of names and numbers.

The words are those of documents/search.py; both must say the same.
"""

from django.db import migrations

WORDS = r"to_tsvector('simple'::regconfig, regexp_replace({}, '[\s!-/:-@\[-`{{-~]+', ' ', 'g'))"


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_protection"), ("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [
                "CREATE INDEX document_run ON documents_document (entity_id, run_id)",
                f"CREATE INDEX document_words ON documents_document USING gin (({WORDS.format('filename')}))",
                f"CREATE INDEX invoice_seller_words ON ledger_invoice USING gin (({WORDS.format('seller_name')}))",
                f"CREATE INDEX invoice_number_words ON ledger_invoice USING gin (({WORDS.format('number')}))",
            ],
            [
                "DROP INDEX invoice_number_words, invoice_seller_words, document_words, document_run",
            ],
        )
    ]
