"""Capacity of workshops, kinds of work, places taken and held; what came of a booking (A13)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_KINDS = (
    ("maintenance", 60, "Техобслуживание", "Техобслуговування", "Maintenance"),
    ("repair", 120, "Ремонт", "Ремонт", "Repair"),
    ("diagnostics", 30, "Диагностика", "Діагностика", "Diagnostics"),
    ("tyres", 45, "Шиномонтаж", "Шиномонтаж", "Tyre fitting"),
    ("body", 240, "Кузовной ремонт", "Кузовний ремонт", "Body repair"),
    ("other", 60, "Другие работы", "Інші роботи", "Other work"),
)
_COLUMNS = (
    (
        "work_kind_id",
        "INTEGER",
        "CONSTRAINT fk_service_requests_work_kind_id REFERENCES work_kinds (id)",
    ),
    ("minutes", "INTEGER", ""),
    ("reason", "VARCHAR", "DEFAULT '' NOT NULL"),
    (
        "next_task_id",
        "INTEGER",
        "CONSTRAINT fk_service_requests_next_task_id REFERENCES tasks (id)",
    ),
    ("version", "INTEGER", "DEFAULT '1' NOT NULL"),
)
_INDEXES = (
    ("ix_service_requests_day", ["workshop_id", "wanted_on", "wanted_minute"]),
    ("ix_service_requests_on", ["wanted_on"]),
    ("ix_service_requests_next", ["next_task_id"]),
)


def upgrade() -> None:
    _make_catalogue()
    # Neither engine writes the rows anew for such columns: bookings made before stay as they are.
    for name, kind, more in _COLUMNS:
        op.execute(f"ALTER TABLE service_requests ADD COLUMN {name} {kind} {more}")
    for name, columns in _INDEXES:
        op.create_index(name, "service_requests", columns)
    _make_places()


def downgrade() -> None:
    # What only the newer version knows: who came is booked, who did not is not.
    op.execute("UPDATE service_requests SET state = 'requested' WHERE state = 'arrived'")
    op.execute("UPDATE service_requests SET state = 'cancelled' WHERE state = 'no_show'")
    op.drop_table("service_places")
    op.drop_table("slot_holds")
    for name, _columns in _INDEXES:
        op.drop_index(name, "service_requests")
    for name, _kind, _more in reversed(_COLUMNS):
        op.execute(f"ALTER TABLE service_requests DROP COLUMN {name}")
    op.drop_table("workshop_works")
    op.drop_table("workshop_capacities")
    op.drop_table("work_kinds")


def _make_catalogue() -> None:
    kinds = op.create_table(
        "work_kinds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("names", _JSON, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work_kinds"),
        sa.UniqueConstraint("code", name="uq_work_kinds_code"),
    )
    rows = [
        {"code": code, "names": {"ru": ru, "uk": uk, "en": en}, "minutes": minutes,
         "position": place, "is_archived": False}
        for place, (code, minutes, ru, uk, en) in enumerate(_KINDS, start=1)
    ]  # fmt: skip
    op.bulk_insert(kinds, rows)
    op.create_table(
        "workshop_capacities",
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("hold_minutes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "posts > 0 AND slot_minutes > 0", name=op.f("ck_workshop_capacities_some")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["units.id"], name="fk_workshop_capacities_workshop_id"
        ),
        sa.PrimaryKeyConstraint("workshop_id", name="pk_workshop_capacities"),
    )
    op.create_table(
        "workshop_works",
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("work_kind_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("is_offered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["units.id"], name="fk_workshop_works_workshop_id"
        ),
        sa.ForeignKeyConstraint(
            ["work_kind_id"], ["work_kinds.id"], name="fk_workshop_works_work_kind_id"
        ),
        sa.PrimaryKeyConstraint("workshop_id", "work_kind_id", name="pk_workshop_works"),
    )


def _make_places() -> None:
    op.create_table(
        "slot_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("work_kind_id", sa.Integer(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workshop_id"], ["units.id"], name="fk_slot_holds_workshop_id"),
        sa.ForeignKeyConstraint(
            ["work_kind_id"], ["work_kinds.id"], name="fk_slot_holds_work_kind_id"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_slot_holds_task_id"),
        sa.ForeignKeyConstraint(
            ["employee_id"], ["employees.id"], name="fk_slot_holds_employee_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_slot_holds"),
    )
    op.create_index("ix_slot_holds_workshop_id", "slot_holds", ["workshop_id"])
    op.create_index("ix_slot_holds_until", "slot_holds", ["until"])
    op.create_index("uq_slot_holds_of", "slot_holds", ["task_id", "employee_id"], unique=True)
    op.create_table(
        "service_places",
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("post", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(hold_id IS NULL) != (request_id IS NULL)", name=op.f("ck_service_places_of_one")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["units.id"], name="fk_service_places_workshop_id"
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["slot_holds.id"], name="fk_service_places_hold_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["service_requests.id"], name="fk_service_places_request_id"
        ),
        sa.PrimaryKeyConstraint(
            "workshop_id", "day_on", "minute", "post", name="pk_service_places"
        ),
    )
    op.create_index("ix_service_places_hold_id", "service_places", ["hold_id"])
    op.create_index("ix_service_places_request_id", "service_places", ["request_id"])
