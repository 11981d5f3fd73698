"""The Merkle tree over the events (RFC 9162), and its signed heads. All three tables only grow."""

from django.db import migrations, models

from audit.append_only import append_only

# A batch gives its events, in the order of their ids, the leaves from `start` on; `hashes` are theirs, one after another. No event is in two batches, and none up
# to `settled_id` can appear later. See audit/sequencer.py for `seen_id` and `seen_xid`.
BATCH = """
CREATE TABLE audit_batch (
    start bigint PRIMARY KEY CHECK (start >= 0),
    size integer NOT NULL CHECK (size > 0),
    hashes bytea STORAGE EXTERNAL NOT NULL CHECK (length(hashes) = 32 * size),
    events int8multirange NOT NULL,
    settled_id bigint NOT NULL,
    seen_id bigint NOT NULL,
    seen_xid xid8 NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT audit_batch_event_once EXCLUDE USING gist (events WITH &&)
);
"""

# Roots of complete subtrees, for every eighth level: level 8 covers 256 leaves, level 16 covers 65,536, and so on.
NODE = """
CREATE TABLE audit_node (
    level smallint NOT NULL CHECK (level > 0 AND level % 8 = 0),
    index bigint NOT NULL CHECK (index >= 0),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, index)
);
"""


class Migration(migrations.Migration):
    dependencies = (("audit", "0002_protection"),)
    operations = (
        migrations.RunSQL(BATCH, "DROP TABLE audit_batch"),
        append_only("audit_batch"),
        migrations.RunSQL(NODE, "DROP TABLE audit_node"),
        append_only("audit_node"),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(help_text="Number of leaves", primary_key=True, serialize=False)),
                ("root", models.BinaryField(help_text="The tree's root, 32 bytes")),
                ("note", models.TextField(help_text="The signed checkpoint (c2sp.org/tlog-checkpoint)")),
                ("at", models.DateTimeField(help_text="When it was signed, in whole seconds; the note says so too")),
            ],
        ),
        append_only("audit_checkpoint"),
    )
