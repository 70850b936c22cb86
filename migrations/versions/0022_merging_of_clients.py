"""Clients that are one and the same are merged, and the merge can be undone (A8)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_MERGED = sa.text("merged_into_id IS NOT NULL")


def upgrade() -> None:
    for table in ("clients", "work_lists"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN merged_into_id INTEGER "
            f"CONSTRAINT fk_{table}_merged_into_id REFERENCES {table} (id)"
        )
    op.create_index(
        "ix_clients_merged",
        "clients",
        ["merged_into_id"],
        sqlite_where=_MERGED,
        postgresql_where=_MERGED,
    )
    op.create_index("ix_work_lists_merged_into_id", "work_lists", ["merged_into_id"])
    op.create_table(
        "client_merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("double_id", sa.Integer(), nullable=False),
        sa.Column("merged_by", sa.String(), nullable=False),
        sa.Column("merged_at", _MOMENT, nullable=False),
        sa.Column("journal_id", sa.Integer(), nullable=False),
        sa.Column("moved", _JSON, nullable=False),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("came_back", sa.Integer(), nullable=True),
        sa.Column("stayed", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["clients.id"], name="fk_client_merges_kept_id"),
        sa.ForeignKeyConstraint(["double_id"], ["clients.id"], name="fk_client_merges_double_id"),
        sa.PrimaryKeyConstraint("id", name="pk_client_merges"),
    )
    op.create_index("ix_client_merges_kept_id", "client_merges", ["kept_id"])
    op.create_index("ix_client_merges_double_id", "client_merges", ["double_id"])
    op.create_table(
        "client_merge_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_key", _JSON, nullable=False),
        sa.Column("was", _JSON, nullable=True),
        sa.Column("became", _JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["merge_id"],
            ["client_merges.id"],
            name="fk_client_merge_moves_merge_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_client_merge_moves"),
    )
    op.create_index("ix_client_merge_moves_merge", "client_merge_moves", ["merge_id", "id"])


def downgrade() -> None:
    """Doubles stay merged: an older version sees clients of whom nothing is known."""
    op.execute("UPDATE tasks SET finish = 'repeat' WHERE finish = 'duplicate'")
    op.drop_table("client_merge_moves")
    op.drop_table("client_merges")
    op.drop_index("ix_clients_merged", table_name="clients")
    op.drop_index("ix_work_lists_merged_into_id", table_name="work_lists")
    for table in ("clients", "work_lists"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN merged_into_id")
