"""Tasks open and expire, callbacks are missed, households are called once; campaigns are versioned."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_WAITING_CALL = "state IN ('planned', 'deferred') AND kind = 'call' AND expires_at IS NOT NULL"
_CALLBACK = "state = 'planned' AND kind = 'callback'"
_INDEXES = (
    ("ix_tasks_expiry", "expires_at", _WAITING_CALL),
    ("ix_tasks_callbacks", "due_at", _CALLBACK),
)


def _columns() -> tuple[tuple[str, sa.Column[object]], ...]:
    """Neither engine writes the rows anew for these: null, or a constant default."""
    return (
        ("campaigns", sa.Column("opens_after_days", sa.Integer())),
        ("campaigns", sa.Column("expires_after_days", sa.Integer())),
        (
            "campaigns",
            sa.Column("missed_callback", sa.String(32), server_default="keep", nullable=False),
        ),
        (
            "campaigns",
            sa.Column("missed_after_minutes", sa.Integer(), server_default="60", nullable=False),
        ),
        ("campaigns", sa.Column("version", sa.Integer(), server_default="1", nullable=False)),
        ("tasks", sa.Column("opens_at", _MOMENT)),
        ("tasks", sa.Column("expires_at", _MOMENT)),
        ("tasks", sa.Column("missed_at", _MOMENT)),
        ("tasks", sa.Column("missed_times", sa.Integer(), server_default="0", nullable=False)),
        ("clients", sa.Column("household_until", _MOMENT)),
    )


def upgrade() -> None:
    for table, column in _columns():
        op.add_column(table, column)
    for name, column_name, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, "tasks", [column_name], sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("uq_contact_caps_days", "contact_caps", type_="unique")
        op.add_column(
            "contact_caps",
            sa.Column("is_household", sa.Boolean(), server_default=sa.false(), nullable=False),
        )
        op.create_unique_constraint(
            "uq_contact_caps_days", "contact_caps", ["days", "is_household"]
        )
    else:
        _make_caps_anew(with_household=True)


def downgrade() -> None:
    # What only the newer version knows: its endings become plain cancellations.
    op.execute("UPDATE tasks SET finish = 'cancelled' WHERE finish IN ('expired', 'missed')")
    op.execute("DELETE FROM contact_caps WHERE is_household")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("uq_contact_caps_days", "contact_caps", type_="unique")
        op.drop_column("contact_caps", "is_household")
        op.create_unique_constraint("uq_contact_caps_days", "contact_caps", ["days"])
    else:
        _make_caps_anew(with_household=False)
    for name, _column, _condition in _INDEXES:
        op.drop_index(name, "tasks")
    for table, column in reversed(_columns()):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column.name}")


def _make_caps_anew(*, with_household: bool) -> None:
    """SQLite cannot change a constraint in place; a handful of rows, to which nothing refers."""
    bind = op.get_bind()
    rows = [
        dict(row)
        for row in bind.execute(sa.text("SELECT id, most, days FROM contact_caps")).mappings()
    ]
    op.drop_table("contact_caps")
    household = (
        [sa.Column("is_household", sa.Boolean(), server_default=sa.false(), nullable=False)]
        if with_household
        else []
    )
    caps = op.create_table(
        "contact_caps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        *household,
        sa.CheckConstraint("most BETWEEN 1 AND 100", name=op.f("ck_contact_caps_some")),
        sa.CheckConstraint("days BETWEEN 1 AND 366", name=op.f("ck_contact_caps_within_a_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_caps")),
        sa.UniqueConstraint(
            "days", *(column.name for column in household), name=op.f("uq_contact_caps_days")
        ),
    )
    if rows:
        op.bulk_insert(caps, rows)
