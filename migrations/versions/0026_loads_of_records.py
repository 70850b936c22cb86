"""Files of records are loaded batch by batch, in the background, and can be taken back (A8)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_NOT_OVER = sa.text("state NOT IN ('cancelled', 'refused', 'taken_back')")
_AT_WORK = sa.text("state IN ('looking', 'checking', 'loading')")


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), server_default="", nullable=False)


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _json(name: str, empty: str) -> sa.Column:
    return sa.Column(name, _JSON, server_default=sa.text(f"'{empty}'"), nullable=False)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "record_loads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        _text("sheet"),
        _json("header", "[]"),
        _json("columns", "[]"),
        _json("sample", "[]"),
        _json("place", "{}"),
        _json("skipped", "{}"),
        sa.Column("state", sa.String(length=10), nullable=False),
        _flag("runs_by_itself"),
        _flag("wants_end"),
        sa.Column("lines", sa.Integer(), nullable=True),
        _number("position"),
        _number("batches"),
        _json("counts", "{}"),
        sa.Column("checked", _JSON, nullable=True),
        _text("problem"),
        _json("problem_values", "{}"),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("beat_at", _MOMENT, nullable=True),
        sa.Column("form_key", sa.String(), nullable=True),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=True),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.Column("forgotten_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_record_loads_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_record_loads"),
        sa.UniqueConstraint("form_key", name="uq_record_loads_form_key"),
    )
    op.create_index(
        "uq_record_loads_content",
        "record_loads",
        ["unit_id", "format", "sha256", "sheet"],
        unique=True,
        sqlite_where=_NOT_OVER,
        postgresql_where=_NOT_OVER,
    )
    op.create_index(
        "ix_record_loads_at_work",
        "record_loads",
        ["id"],
        sqlite_where=_AT_WORK,
        postgresql_where=_AT_WORK,
    )
    op.create_table(
        "loaded_rows",
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=9), nullable=False),
        sa.Column("problems", _JSON, nullable=True),
        sa.Column("cells", _JSON, nullable=True),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["load_id"], ["record_loads.id"], name="fk_loaded_rows_load_id"),
        sa.PrimaryKeyConstraint("load_id", "row_no", name="pk_loaded_rows"),
    )
    op.create_index("ix_loaded_rows_verdict", "loaded_rows", ["load_id", "verdict", "row_no"])
    op.create_table(
        "load_batches",
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("batch_no", sa.Integer(), nullable=False),
        sa.Column("last_row", sa.Integer(), nullable=False),
        sa.Column("added", _JSON, nullable=False),
        sa.Column("filled", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["load_id"], ["record_loads.id"], name="fk_load_batches_load_id"),
        sa.PrimaryKeyConstraint("load_id", "batch_no", name="pk_load_batches"),
    )


def downgrade() -> None:
    op.drop_table("load_batches")
    op.drop_table("loaded_rows")
    op.drop_table("record_loads")
