"""A workshop for all rows of a file that has no column of workshops (A8)."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_TABLES = ("record_loads", "import_mappings")


def upgrade() -> None:
    for table in _TABLES:
        # As one statement: SQLite adds no constraint to a table that is there.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN workshop_id INTEGER "
            f"CONSTRAINT fk_{table}_workshop_id REFERENCES units (id)"
        )


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN workshop_id")
