"""Large files of clients to call are read by the background, and loads taken back by it (A8)."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_INDEX = ("ix_record_loads_at_work", "record_loads")
_BEFORE = sa.text("state IN ('looking', 'checking', 'loading')")
_AT_WORK = sa.text("state IN ('looking', 'reading', 'checking', 'loading', 'undoing')")


def _make_index(condition: sa.TextClause) -> None:
    op.create_index(*_INDEX, ["id"], sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    # As one statement: SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE record_loads ADD COLUMN imported_file_id INTEGER "
        "CONSTRAINT fk_record_loads_imported_file_id REFERENCES imported_files (id)"
    )
    op.drop_index(_INDEX[0], table_name=_INDEX[1])
    _make_index(_AT_WORK)


def downgrade() -> None:
    op.drop_index(_INDEX[0], table_name=_INDEX[1])
    _make_index(_BEFORE)
    op.execute("ALTER TABLE record_loads DROP COLUMN imported_file_id")
