"""Notices about plans of selections that the clock has stopped (A9)."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "plan_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name="fk_plan_notices_employee_id"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["selection_plans.id"], name="fk_plan_notices_plan_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan_notices"),
    )
    op.create_index("ix_plan_notices_unseen", "plan_notices", ["employee_id", "seen_at", "id"])


def downgrade() -> None:
    op.drop_table("plan_notices")
