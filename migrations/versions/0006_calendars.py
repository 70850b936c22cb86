"""Calendars of units and people, absences, and the caps of attempts (rules 9, 15)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def _kind() -> sa.String:
    return sa.String(length=32)


def upgrade() -> None:
    op.create_table(
        "work_calendars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("employee_id", sa.Integer(), nullable=True),
        sa.Column("week", _JSON, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(unit_id IS NULL) != (employee_id IS NULL)", name=op.f("ck_work_calendars_of_one")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_work_calendars_unit_id")),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name=op.f("fk_work_calendars_employee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_calendars")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_work_calendars_unit_id")),
        sa.UniqueConstraint("employee_id", name=op.f("uq_work_calendars_employee_id")),
    )
    op.create_table(
        "calendar_days",
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("hours", _JSON, nullable=True),
        sa.Column("minutes_less", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("source", _kind(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["work_calendars.id"], name=op.f("fk_calendar_days_calendar_id")
        ),
        sa.PrimaryKeyConstraint("calendar_id", "day_on", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=True),
        sa.Column("from_at", _MOMENT, nullable=False),
        sa.Column("until_at", _MOMENT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("cancelled_at", _MOMENT, nullable=True),
        sa.CheckConstraint("from_at < until_at", name=op.f("ck_absences_forward")),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name=op.f("fk_absences_employee_id")
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["employees.id"], name=op.f("fk_absences_substitute_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("ix_absences_employee", "absences", ["employee_id", "until_at"])
    op.create_index("ix_absences_substitute", "absences", ["substitute_id", "until_at"])
    op.add_column("campaigns", sa.Column("attempts_per_task", sa.Integer(), nullable=True))
    op.add_column("campaigns", sa.Column("attempts_per_client", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE campaigns DROP COLUMN attempts_per_client")
    op.execute("ALTER TABLE campaigns DROP COLUMN attempts_per_task")
    op.drop_table("absences")
    op.drop_table("calendar_days")
    op.drop_table("work_calendars")
