"""Escalation: rules per unit, what has escalated and to whom, digests (rule 15)."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended_at IS NULL")
_UNTOLD = sa.text("told_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "escalation_rules",
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("take_hours", sa.Integer(), nullable=False),
        sa.Column("done_hours", sa.Integer(), nullable=False),
        sa.Column("step_hours", sa.Integer(), nullable=False),
        sa.Column("highest", sa.Integer(), nullable=False),
        sa.Column("with_calls", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "take_hours BETWEEN 1 AND 999 AND done_hours BETWEEN 1 AND 999 "
            "AND step_hours BETWEEN 1 AND 999",
            name=op.f("ck_escalation_rules_some_hours"),
        ),
        sa.CheckConstraint("highest BETWEEN 0 AND 3", name=op.f("ck_escalation_rules_known_level")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_escalation_rules_unit_id")
        ),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_escalation_rules")),
    )
    op.create_table(
        "escalations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_escalations_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint(
            "task_id", "since", "level", name=op.f("uq_escalations_task_id_since_level")
        ),
    )
    op.create_index("ix_escalations_open", "escalations", ["level", "begun_at"],
                    sqlite_where=_OPEN, postgresql_where=_OPEN)  # fmt: skip
    op.create_table(
        "escalation_people",
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notification_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalations.id"], ondelete="CASCADE",
            name=op.f("fk_escalation_people_escalation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name=op.f("fk_escalation_people_employee_id")
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"],
            name=op.f("fk_escalation_people_notification_id"),
        ),
        sa.PrimaryKeyConstraint(
            "escalation_id", "employee_id", name=op.f("pk_escalation_people")
        ),
    )  # fmt: skip
    op.create_index(
        "ix_escalation_people_employee", "escalation_people", ["employee_id", "escalation_id"]
    )
    op.create_index("ix_escalation_people_untold", "escalation_people", ["employee_id"],
                    sqlite_where=_UNTOLD, postgresql_where=_UNTOLD)  # fmt: skip
    # Neither engine writes the rows anew for a column that may be null or has a constant default.
    op.add_column("tasks", sa.Column("given_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "notifications", sa.Column("tasks", sa.Integer(), server_default="1", nullable=False)
    )


def downgrade() -> None:
    op.execute("ALTER TABLE notifications DROP COLUMN tasks")
    op.execute("ALTER TABLE tasks DROP COLUMN given_at")
    for table in ("escalation_people", "escalations", "escalation_rules"):
        op.drop_table(table)
