"""The budget of contacts: caps, until when a client's is spent, what is exempt (rule 14)."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Neither engine writes the rows anew for a column that may be null or has a constant default.
    caps = op.create_table(
        "contact_caps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.CheckConstraint("most BETWEEN 1 AND 100", name=op.f("ck_contact_caps_some")),
        sa.CheckConstraint("days BETWEEN 1 AND 366", name=op.f("ck_contact_caps_within_a_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_caps")),
        sa.UniqueConstraint("days", name=op.f("uq_contact_caps_days")),
    )
    op.bulk_insert(caps, [{"most": 3, "days": 1}, {"most": 7, "days": 7}])
    op.add_column("clients", sa.Column("pressed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attempts", sa.Column("exemption", sa.String(32), nullable=True))
    for table, column in (("campaigns", "is_pressure_exempt"), ("tasks", "client_called")):
        op.add_column(
            table, sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    for table, column in (
        ("tasks", "client_called"),
        ("campaigns", "is_pressure_exempt"),
        ("attempts", "exemption"),
        ("clients", "pressed_until"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table("contact_caps")
