"""Search one box: byte-ordered columns for ranges, tails of VINs, trigrams of names.

PostgreSQL gets a GIN index when ``pg_trgm`` may be had; without it a search inside names scans.
SQLite gets an FTS5 table that triggers keep in step with ``clients``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BYTE_ORDERED = (
    ("clients", "name_norm"),
    ("contact_points", "value"),
    ("contact_points", "reversed_value"),
    ("assets", "vin"),
    ("assets", "plate_norm"),
)
_TRIGRAMS = """
CREATE VIRTUAL TABLE clients_trigrams USING fts5(
    name_norm, content='clients', content_rowid='id', tokenize='trigram', detail='none')
"""
_ADD = "INSERT INTO clients_trigrams(rowid, name_norm) VALUES (new.id, new.name_norm);"
_REMOVE = (
    "INSERT INTO clients_trigrams(clients_trigrams, rowid, name_norm) "
    "VALUES ('delete', old.id, old.name_norm);"
)
_TRIGGERS = {
    "clients_trigrams_added": f"AFTER INSERT ON clients BEGIN {_ADD} END",
    "clients_trigrams_removed": f"AFTER DELETE ON clients BEGIN {_REMOVE} END",
    "clients_trigrams_changed": (
        f"AFTER UPDATE OF name_norm ON clients WHEN old.name_norm != new.name_norm "
        f"BEGIN {_REMOVE} {_ADD} END"
    ),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _upgrade_postgresql()
    else:
        _upgrade_sqlite()
    op.create_index("ix_assets_vin_tail", "assets", ["vin_tail"])


def _upgrade_postgresql() -> None:
    for table, column in _BYTE_ORDERED:
        op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE text COLLATE "C"')
    op.execute(
        'ALTER TABLE assets ADD COLUMN vin_tail text COLLATE "C" '
        "GENERATED ALWAYS AS (substr(vin, 12)) STORED"
    )
    if _has_trigrams(op.get_bind()):
        op.execute("CREATE INDEX clients_trigrams ON clients USING gin (name_norm gin_trgm_ops)")


def _has_trigrams(bind: sa.Connection) -> bool:
    """Whether pg_trgm is there now; an owner of the database may add it, if it is installed."""
    try:
        with bind.begin_nested():
            bind.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except sa.exc.DBAPIError:
        return False
    return True


def _upgrade_sqlite() -> None:
    op.execute(
        "ALTER TABLE assets ADD COLUMN vin_tail VARCHAR "
        "GENERATED ALWAYS AS (substr(vin, 12)) VIRTUAL"
    )
    op.execute(_TRIGRAMS)
    op.execute("INSERT INTO clients_trigrams(clients_trigrams) VALUES ('rebuild')")
    for name, body in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    op.drop_index("ix_assets_vin_tail", "assets")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX IF EXISTS clients_trigrams")
        op.execute("ALTER TABLE assets DROP COLUMN vin_tail")
        for table, column in _BYTE_ORDERED:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar COLLATE "default"')
        return
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.execute("DROP TABLE clients_trigrams")
    op.execute("ALTER TABLE assets DROP COLUMN vin_tail")
