"""Everybody may have keys of their own; a supervisor's ticks last over pages (C3, issue 3)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TICKS = "dispatch_ticks"


def upgrade() -> None:
    op.add_column(
        "employees", sa.Column("hotkeys", _JSON, nullable=False, server_default=sa.text("'{}'"))
    )
    op.create_table(
        _TICKS,
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("tab", sa.String(), nullable=False),
        sa.Column("task_ids", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["employee_id"], ["employees.id"], name=f"fk_{_TICKS}_employee_id"),
        sa.PrimaryKeyConstraint("employee_id", name=f"pk_{_TICKS}"),
    )


def downgrade() -> None:
    op.drop_table(_TICKS)
    op.drop_column("employees", "hotkeys")
