"""The Merkle tree over the events (RFC 9162), and its signed heads. All of it only grows."""

from django.conf import settings
from django.db import migrations, models
from psycopg.sql import SQL, Identifier

from audit.append_only import append_only

# Which events stand where. A batch gives the events of `ids`, in that order, the leaves from `start` on; `hashes` are
# theirs, one after another. Batches are only ever added, and no event is in two of them.
BATCH = """
CREATE FUNCTION audit_ids(ids bigint[]) RETURNS int8multirange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$ SELECT coalesce(range_agg(int8range(id, id + 1)), '{}') FROM unnest(ids) id $$;
CREATE TABLE audit_batch (
    start bigint PRIMARY KEY CHECK (start >= 0),
    size integer GENERATED ALWAYS AS (cardinality(ids)) STORED CHECK (size > 0),
    ids bigint[] NOT NULL,
    hashes bytea STORAGE EXTERNAL NOT NULL,
    events int8multirange GENERATED ALWAYS AS (audit_ids(ids)) STORED,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT audit_batch_every_leaf_has_a_hash CHECK (length(hashes) = 32 * cardinality(ids)),
    CONSTRAINT audit_batch_event_once EXCLUDE USING gist (events WITH &&)
);
"""

# The leaves behind the last batch: one row, which grows until it fills a block of hashes that a batch takes over. So an
# event that is folded alone leaves no row of its own behind, and a proof hashes these few events again. `settled_id`: no
# event up to it can appear any more; see audit/sequencer.py for `seen_id` and `seen_xid`.
EDGE = """
CREATE TABLE audit_edge (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    start bigint NOT NULL DEFAULT 0,
    ids bigint[] NOT NULL DEFAULT '{}',
    settled_id bigint NOT NULL DEFAULT 0,
    seen_id bigint NOT NULL DEFAULT 0,
    seen_xid xid8 NOT NULL DEFAULT '0'
) WITH (fillfactor = 10);  -- so that every look at its page clears away the versions that nobody sees any more
INSERT INTO audit_edge DEFAULT VALUES;
CREATE FUNCTION audit_edge_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.settled_id >= OLD.settled_id AND (
        CASE WHEN NEW.start = OLD.start THEN NEW.ids[:cardinality(OLD.ids)] = OLD.ids
        ELSE EXISTS (
            SELECT FROM audit_batch WHERE start = OLD.start AND start + size = NEW.start AND ids || NEW.ids = OLD.ids
        ) END
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: a leaf keeps its place', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER grows BEFORE UPDATE ON audit_edge FOR EACH ROW EXECUTE FUNCTION audit_edge_grows();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON audit_edge
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
CREATE VIEW audit_place AS
    SELECT start, ids, events FROM audit_batch UNION ALL SELECT start, ids, audit_ids(ids) FROM audit_edge;
"""
EDGE_PRIVILEGES = SQL(
    "REVOKE ALL ON audit_edge, audit_place FROM PUBLIC, {role};"
    "GRANT SELECT, UPDATE ON audit_edge TO {role};"
    "GRANT SELECT ON audit_place TO {role};"
)

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
        migrations.RunSQL(BATCH, "DROP TABLE audit_batch; DROP FUNCTION audit_ids(bigint[])"),
        append_only("audit_batch"),
        migrations.RunSQL(
            EDGE, "DROP VIEW audit_place; DROP TABLE audit_edge; DROP FUNCTION audit_edge_grows()"
        ),
        migrations.RunSQL(
            EDGE_PRIVILEGES.format(role=Identifier(settings.DATABASE_APP_ROLE)).as_string(), migrations.RunSQL.noop
        ),
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
