"""Files of watched and synchronised folders, notices about files, files that are forgotten (A8)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_WAITING = sa.text("run_id IS NULL AND settled_at IS NULL")
_KEPT = sa.text("settled_at IS NOT NULL AND forgotten_at IS NULL")


def _reference(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}")


def _json(name: str) -> sa.Column:
    return sa.Column(name, _JSON, server_default=sa.text("'{}'"), nullable=False)


def upgrade() -> None:
    op.add_column("imported_files", sa.Column("forgotten_at", _MOMENT, nullable=True))
    op.create_table(
        "folder_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.Column("listed_at", _MOMENT, nullable=True),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_folder_runs"),
        sa.UniqueConstraint("key", name="uq_folder_runs_key"),
    )
    op.create_table(
        "folder_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("load_id", sa.Integer(), nullable=True),
        sa.Column("imported_file_id", sa.Integer(), nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(), server_default="", nullable=False),
        _json("problem_values"),
        sa.Column("found_at", _MOMENT, nullable=False),
        sa.Column("settled_at", _MOMENT, nullable=True),
        sa.Column("moved_to", sa.String(), server_default="", nullable=False),
        sa.Column("forgotten_at", _MOMENT, nullable=True),
        _reference("folder_files", "run_id", "folder_runs"),
        _reference("folder_files", "unit_id", "units"),
        _reference("folder_files", "load_id", "record_loads"),
        _reference("folder_files", "imported_file_id", "imported_files"),
        sa.PrimaryKeyConstraint("id", name="pk_folder_files"),
    )
    op.create_index("uq_folder_files_waiting", "folder_files", ["path"], unique=True,
                    sqlite_where=_WAITING, postgresql_where=_WAITING)  # fmt: skip
    op.create_index("uq_folder_files_run", "folder_files", ["run_id", "path"], unique=True)
    op.create_index("ix_folder_files_settled", "folder_files", ["settled_at"],
                    sqlite_where=_KEPT, postgresql_where=_KEPT)  # fmt: skip
    op.create_table(
        "file_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("load_id", sa.Integer(), nullable=True),
        sa.Column("imported_file_id", sa.Integer(), nullable=True),
        _json("counts"),
        sa.Column("problem", sa.String(), server_default="", nullable=False),
        _json("problem_values"),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=True),
        _reference("file_notices", "employee_id", "employees"),
        _reference("file_notices", "unit_id", "units"),
        _reference("file_notices", "load_id", "record_loads"),
        _reference("file_notices", "imported_file_id", "imported_files"),
        sa.PrimaryKeyConstraint("id", name="pk_file_notices"),
        sa.UniqueConstraint("occasion", name="uq_file_notices_occasion"),
    )
    op.create_index("ix_file_notices_unseen", "file_notices", ["employee_id", "seen_at", "id"])


def downgrade() -> None:
    for table in ("file_notices", "folder_files", "folder_runs"):
        op.drop_table(table)
    op.execute("ALTER TABLE imported_files DROP COLUMN forgotten_at")
