"""The dispatch board: runs with their report, filters, limits and skills; tasks passed over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_tasks_closed", ["unit_id", "closed_at", "id"], "closed_at IS NOT NULL"),
    ("ix_tasks_redirected_from", ["redirected_from_id"], "redirected_from_id IS NOT NULL"),
)
_REASONS = (
    ("later", "Клиенту сейчас неудобно", "Клієнту зараз незручно", "Bad time for the client"),
    ("not_mine", "Нужен другой сотрудник", "Потрібен інший співробітник", "Needs somebody else"),
    (
        "unclear",
        "Непонятно, что предлагать",
        "Незрозуміло, що пропонувати",
        "Unclear what to offer",
    ),
    ("language", "Не мой язык", "Не моя мова", "Not my language"),
    ("other", "Другая причина", "Інша причина", "Another reason"),
)


def upgrade() -> None:
    op.create_table(
        "task_skip_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_skip_reasons")),
        sa.UniqueConstraint("code", name=op.f("uq_task_skip_reasons_code")),
    )
    op.create_table(
        "dispatch_filters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "wanted", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("shared_unit_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name=op.f("fk_dispatch_filters_employee_id")
        ),
        sa.ForeignKeyConstraint(
            ["shared_unit_id"], ["units.id"], name=op.f("fk_dispatch_filters_shared_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_filters")),
    )
    with op.batch_alter_table("dispatch_filters", schema=None) as batch_op:
        batch_op.create_index(
            "ix_dispatch_filters_shared_unit_id", ["shared_unit_id"], unique=False
        )
        batch_op.create_index("uq_dispatch_filters_name", ["employee_id", "name"], unique=True)

    op.create_table(
        "dispatch_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column(
            "parameters", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "filter", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("journal_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["employees.id"], name=op.f("fk_dispatch_runs_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["employees.id"], name=op.f("fk_dispatch_runs_undone_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_runs")),
    )
    with op.batch_alter_table("dispatch_runs", schema=None) as batch_op:
        batch_op.create_index("ix_dispatch_runs_drafts", ["state", "created_at"], unique=False)

    op.create_table(
        "person_limits",
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("at_most", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name=op.f("fk_person_limits_employee_id")
        ),
        sa.PrimaryKeyConstraint("employee_id", name=op.f("pk_person_limits")),
    )
    op.create_table(
        "person_skills",
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name=op.f("fk_person_skills_employee_id")
        ),
        sa.PrimaryKeyConstraint("employee_id", "skill", name=op.f("pk_person_skills")),
    )
    op.create_table(
        "unit_limits",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("at_most", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_limits_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_limits")),
    )
    op.create_table(
        "campaign_skills",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_skills_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "skill", name=op.f("pk_campaign_skills")),
    )
    op.create_table(
        "dispatch_run_people",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("at_most", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name=op.f("fk_dispatch_run_people_employee_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["dispatch_runs.id"],
            name=op.f("fk_dispatch_run_people_run_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "employee_id", name=op.f("pk_dispatch_run_people")),
    )
    op.create_table(
        "dispatch_run_units",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["dispatch_runs.id"],
            name=op.f("fk_dispatch_run_units_run_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_dispatch_run_units_unit_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "unit_id", name=op.f("pk_dispatch_run_units")),
    )
    op.create_table(
        "dispatch_seats",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("group_no", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name=op.f("fk_dispatch_seats_employee_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["dispatch_runs.id"],
            name=op.f("fk_dispatch_seats_run_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "group_no", "seat", name=op.f("pk_dispatch_seats")),
    )
    op.create_table(
        "dispatch_run_tasks",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=32), nullable=False),
        sa.Column("from_performer_id", sa.Integer(), nullable=True),
        sa.Column("from_priority", sa.Integer(), nullable=False),
        sa.Column("from_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_unit_id", sa.Integer(), nullable=True),
        sa.Column("to_performer_id", sa.Integer(), nullable=True),
        sa.Column("group_no", sa.Integer(), nullable=True),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_dispatch_run_tasks_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_performer_id"],
            ["employees.id"],
            name=op.f("fk_dispatch_run_tasks_from_performer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["dispatch_runs.id"],
            name=op.f("fk_dispatch_run_tasks_run_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["tasks.id"], name=op.f("fk_dispatch_run_tasks_successor_id")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name=op.f("fk_dispatch_run_tasks_task_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_performer_id"],
            ["employees.id"],
            name=op.f("fk_dispatch_run_tasks_to_performer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["to_unit_id"], ["units.id"], name=op.f("fk_dispatch_run_tasks_to_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_dispatch_run_tasks_unit_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "task_id", name=op.f("pk_dispatch_run_tasks")),
    )
    with op.batch_alter_table("dispatch_run_tasks", schema=None) as batch_op:
        batch_op.create_index("ix_dispatch_run_tasks_place", ["run_id", "place"], unique=False)
        batch_op.create_index(
            "ix_dispatch_run_tasks_seat", ["run_id", "group_no", "seat"], unique=False
        )
        batch_op.create_index("ix_dispatch_run_tasks_task", ["task_id"], unique=False)

    op.create_table(
        "task_skips",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("reason_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name=op.f("fk_task_skips_employee_id")
        ),
        sa.ForeignKeyConstraint(
            ["reason_id"], ["task_skip_reasons.id"], name=op.f("fk_task_skips_reason_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_skips_task_id")),
        sa.PrimaryKeyConstraint("task_id", "employee_id", name=op.f("pk_task_skips")),
    )
    with op.batch_alter_table("task_skips", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_task_skips_employee_id"), ["employee_id"], unique=False
        )

    # Neither engine writes the rows anew for a column that may be null: not by way of a new table.
    op.execute(
        "ALTER TABLE tasks ADD COLUMN redirected_from_id INTEGER "
        "CONSTRAINT fk_tasks_redirected_from_id REFERENCES tasks (id)"
    )
    for name, columns, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, "tasks", columns, sqlite_where=where, postgresql_where=where)
    _fill_reasons()


def downgrade() -> None:
    for name, _columns, _condition in _INDEXES:
        op.drop_index(name, "tasks")
    op.execute("ALTER TABLE tasks DROP COLUMN redirected_from_id")

    with op.batch_alter_table("task_skips", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_skips_employee_id"))

    op.drop_table("task_skips")
    with op.batch_alter_table("dispatch_run_tasks", schema=None) as batch_op:
        batch_op.drop_index("ix_dispatch_run_tasks_task")
        batch_op.drop_index("ix_dispatch_run_tasks_seat")
        batch_op.drop_index("ix_dispatch_run_tasks_place")

    op.drop_table("dispatch_run_tasks")
    op.drop_table("dispatch_seats")
    op.drop_table("dispatch_run_units")
    op.drop_table("dispatch_run_people")
    op.drop_table("campaign_skills")
    op.drop_table("unit_limits")
    op.drop_table("person_skills")
    op.drop_table("person_limits")
    with op.batch_alter_table("dispatch_runs", schema=None) as batch_op:
        batch_op.drop_index("ix_dispatch_runs_drafts")

    op.drop_table("dispatch_runs")
    with op.batch_alter_table("dispatch_filters", schema=None) as batch_op:
        batch_op.drop_index("uq_dispatch_filters_name")
        batch_op.drop_index("ix_dispatch_filters_shared_unit_id")

    op.drop_table("dispatch_filters")
    op.drop_table("task_skip_reasons")


def _fill_reasons() -> None:
    reasons = sa.table(
        "task_skip_reasons",
        sa.column("code", sa.String()),
        sa.column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
        sa.column("position", sa.Integer()),
        sa.column("is_archived", sa.Boolean()),
    )
    rows = [
        {"code": code, "names": {"ru": ru, "uk": uk, "en": en}, "position": place,
         "is_archived": False}
        for place, (code, ru, uk, en) in enumerate(_REASONS, start=1)
    ]  # fmt: skip
    op.bulk_insert(reasons, rows)
