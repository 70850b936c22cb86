"""Birthdays are found by an index of month and day, not by reading every client (rule 17)."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_MONTH_AND_DAY = sa.text("(EXTRACT(month FROM birth_on) * 100 + EXTRACT(day FROM birth_on))")
_ON_SQLITE = sa.text(
    "CAST(STRFTIME('%m', birth_on) AS INTEGER) * 100 + CAST(STRFTIME('%d', birth_on) AS INTEGER)"
)


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_index("ix_clients_birthday", "clients", [_ON_SQLITE if on_sqlite else _MONTH_AND_DAY])


def downgrade() -> None:
    op.drop_index("ix_clients_birthday", table_name="clients")
