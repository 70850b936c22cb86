"""Large files of clients to call are read by the background, and loads taken back by it (A8)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_BEFORE = sa.text("state IN ('looking', 'checking', 'loading')")
_AT_WORK = sa.text("state IN ('looking', 'reading', 'checking', 'loading', 'undoing')")
_CONTENT = ["unit_id", "format", "sha256", "sheet"]
_WAS_UNDER_WAY = sa.text("state NOT IN ('done', 'cancelled', 'refused', 'taken_back')")
_UNDER_WAY = sa.text("state NOT IN ('done', 'cancelled', 'refused', 'undoing', 'taken_back')")


def _make_indexes(at_work: sa.TextClause, under_way: sa.TextClause) -> None:
    for name, columns, is_unique, condition in (
        ("ix_record_loads_at_work", ["id"], False, at_work),
        ("uq_record_loads_content", _CONTENT, True, under_way),
    ):
        op.drop_index(name, table_name="record_loads")
        op.create_index(name, "record_loads", columns, unique=is_unique,
                        sqlite_where=condition, postgresql_where=condition)  # fmt: skip


def upgrade() -> None:
    # As one statement: SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE record_loads ADD COLUMN imported_file_id INTEGER "
        "CONSTRAINT fk_record_loads_imported_file_id REFERENCES imported_files (id)"
    )
    op.add_column("record_loads", sa.Column("undoing", _JSON, nullable=True))
    _make_indexes(_AT_WORK, _UNDER_WAY)


def downgrade() -> None:
    _make_indexes(_BEFORE, _WAS_UNDER_WAY)
    op.drop_column("record_loads", "undoing")
    op.execute("ALTER TABLE record_loads DROP COLUMN imported_file_id")
