"""Who called, where a call was made elsewhere by nobody of ours and loaded from a file (A8)."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempts", sa.Column("caller", sa.String(), nullable=True))


def downgrade() -> None:
    op.execute("ALTER TABLE attempts DROP COLUMN caller")
