"""A run that gives tasks remembers when they were given before, to take that back too (C3)."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ROWS = "dispatch_run_tasks"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column(_ROWS, sa.Column("from_given_at", moment, nullable=True))


def downgrade() -> None:
    op.execute(f"ALTER TABLE {_ROWS} DROP COLUMN from_given_at")
