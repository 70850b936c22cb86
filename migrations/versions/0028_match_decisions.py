"""What people decide about doubtful rows of loads is remembered, and can be undone (A8)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = ("0027", "0030")
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_DOUBTFUL = sa.text("verdict = 'doubtful'")


def upgrade() -> None:
    op.create_table(
        "match_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_match_decisions_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_match_decisions"),
        sa.UniqueConstraint(
            "unit_id", "fingerprint", name="uq_match_decisions_unit_id_fingerprint"
        ),
    )
    op.create_table(
        "load_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=6), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.Column("batch_no", sa.Integer(), nullable=True),
        sa.Column("rows", _JSON, nullable=False),
        sa.Column("cells", _JSON, nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["load_id"], ["record_loads.id"], name="fk_load_decisions_load_id"),
        sa.PrimaryKeyConstraint("id", name="pk_load_decisions"),
    )
    op.create_index("ix_load_decisions_load", "load_decisions", ["load_id"])
    op.add_column("loaded_rows", sa.Column("person", sa.String(), nullable=True))
    op.create_index(
        "ix_loaded_rows_doubtful", "loaded_rows", ["load_id", "person", "row_no"],
        sqlite_where=_DOUBTFUL, postgresql_where=_DOUBTFUL,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_loaded_rows_doubtful", "loaded_rows")
    op.drop_column("loaded_rows", "person")
    op.drop_table("load_decisions")
    op.drop_table("match_decisions")
