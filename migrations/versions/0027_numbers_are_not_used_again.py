"""SQLite gives no number twice in tables whose rows can be taken back.

The journal, bookmarks and open pages name these rows by their numbers for ever, and SQLite would
give the largest number that was deleted to the next row. PostgreSQL's sequences never do.

Only the declaration changes, not a byte of a row: AUTOINCREMENT asks for another way to find the
next number and stores nothing else in the table. So the declaration is written where SQLite keeps
it, which takes milliseconds; to copy the largest tables with their indexes, triggers and references
would take minutes and twice the space. SQLite reads the schema anew in the same transaction: if
it could not, everything would be as before.

Rows that are taken back are looked for in all that may refer to them: both engines get the indexes
that were missing there.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TABLES = ("clients", "contact_points", "contact_refusals", "assets", "ownerships",
           "mileage_readings", "visits", "visit_lines", "recommendations", "leads", "work_lists",
           "tasks")  # fmt: skip
_REFERRING = (
    ("attempts", "contact_point_id"),
    ("contact_refusals", "asset_id"),
    ("dispatch_run_tasks", "successor_id"),
    ("imported_rows", "asset_id"),
    ("imported_rows", "client_id"),
    ("involvements", "accepted_task_id"),
    ("involvements", "from_task_id"),
    ("leads", "asset_id"),
    ("notifications", "task_id"),
    ("notifications", "work_list_id"),
)
_PLAIN = "PRIMARY KEY (id)"
_COUNTED = "PRIMARY KEY (id AUTOINCREMENT)"


def upgrade() -> None:
    for table, column in _REFERRING:
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.add_column(
        "imported_files", sa.Column("added", _JSON, server_default=sa.text("'{}'"), nullable=False)
    )
    if op.get_bind().dialect.name == "postgresql":
        return
    _declare(_PLAIN, _COUNTED)
    for table in _TABLES:
        op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")  # noqa: S608
        op.execute(
            f"INSERT INTO sqlite_sequence (name, seq) "  # noqa: S608
            f"SELECT '{table}', coalesce(max(id), 0) FROM {table}"
        )


def downgrade() -> None:
    op.drop_column("imported_files", "added")
    for table, column in _REFERRING:
        op.drop_index(f"ix_{table}_{column}", table)
    if op.get_bind().dialect.name == "postgresql":
        return
    _declare(_COUNTED, _PLAIN)
    for table in _TABLES:
        op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")  # noqa: S608


def _declare(before: str, after: str) -> None:
    bind = op.get_bind()
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    for table in _TABLES:
        changed = bind.execute(
            sa.text(
                "UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE type = 'table' "
                "AND name = :name AND instr(sql, :before) > 0"
            ),
            {"before": before, "after": after, "name": table},
        )
        if changed.rowcount != 1:
            raise RuntimeError(f"the declaration of {table} is not what it was made as")
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    # Every connection reads the schema anew, this one at once.
    bind.exec_driver_sql("PRAGMA writable_schema = RESET")
    for table in _TABLES:
        bind.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608
