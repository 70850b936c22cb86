"""An outcome can be undone for some minutes: the mark on it, and what undoing needs (rule 9)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    # Neither engine writes the rows anew for a column that may be null: not by way of a new table.
    op.add_column("attempts", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "ALTER TABLE attempts ADD COLUMN undone_by INTEGER "
        "CONSTRAINT fk_attempts_undone_by REFERENCES employees (id)"
    )
    op.create_table(
        "attempt_undos",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("before", _JSON, nullable=False),
        sa.Column("created_ids", _JSON, nullable=False),
        sa.Column("journal_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_attempt_undos_attempt_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_attempt_undos")),
    )
    op.create_index(op.f("ix_attempt_undos_until"), "attempt_undos", ["until"])


def downgrade() -> None:
    op.drop_table("attempt_undos")
    op.execute("ALTER TABLE attempts DROP COLUMN undone_by")
    op.execute("ALTER TABLE attempts DROP COLUMN undone_at")
