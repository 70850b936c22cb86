"""A unit that is asked accepts or returns the request; presets of what is usually asked (A6)."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)
_TIES = "involvements"
_PRESETS = "involvement_presets"
_MOMENTS = ("accepted_at", "returned_at", "sent_again_at")
_REFERENCES = (
    ("accepted_task_id", "tasks"),
    ("accepted_by", "employees"),
    ("returned_by", "employees"),
)


def upgrade() -> None:
    for name in _MOMENTS:
        op.add_column(_TIES, sa.Column(name, _AT, nullable=True))
    # Neither engine writes the rows anew for a column that may be null: not by way of a new table.
    for name, table in _REFERENCES:
        op.execute(
            f"ALTER TABLE {_TIES} ADD COLUMN {name} INTEGER "
            f"CONSTRAINT fk_{_TIES}_{name} REFERENCES {table} (id)"
        )
    op.add_column(_TIES, sa.Column("return_reason", sa.String(), nullable=False, server_default=""))
    op.create_table(
        _PRESETS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("to_unit_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("due_amount", sa.Integer(), nullable=False),
        sa.Column("due_in", sa.String(length=32), nullable=False),
        sa.Column("with_documents", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("due_amount > 0", name=op.f(f"ck_{_PRESETS}_due_later")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=f"fk_{_PRESETS}_unit_id"),
        sa.ForeignKeyConstraint(["to_unit_id"], ["units.id"], name=f"fk_{_PRESETS}_to_unit_id"),
        sa.ForeignKeyConstraint(["created_by"], ["employees.id"], name=f"fk_{_PRESETS}_created_by"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_PRESETS}"),
    )
    op.create_index(f"ix_{_PRESETS}_unit_id", _PRESETS, ["unit_id"])


def downgrade() -> None:
    # What only the newer version knows: a request that was returned is given up.
    op.execute("UPDATE tasks SET finish = 'cancelled' WHERE finish = 'returned'")
    op.drop_table(_PRESETS)
    for name in (*_MOMENTS, *(name for name, _table in _REFERENCES), "return_reason"):
        op.execute(f"ALTER TABLE {_TIES} DROP COLUMN {name}")
