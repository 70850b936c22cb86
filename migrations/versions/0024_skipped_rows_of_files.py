"""What of a file was no data, and which of its sheets was read (A8)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for name in ("skipped", "place"):
        column = sa.Column(name, _JSON, server_default=sa.text("'{}'"), nullable=False)
        op.add_column("imported_files", column)
    op.add_column(
        "imported_files", sa.Column("sheet", sa.String(), server_default="", nullable=False)
    )


def downgrade() -> None:
    for name in ("skipped", "place", "sheet"):
        op.execute(f"ALTER TABLE imported_files DROP COLUMN {name}")
