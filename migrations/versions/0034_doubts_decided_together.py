"""Why rows of loads are in doubt, and which decisions were made at one press (A8).

Rows that wait already have no cause: they are decided one by one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("loaded_rows", sa.Column("cause", sa.String(), nullable=True))
    op.add_column("load_decisions", sa.Column("together", sa.Integer(), nullable=True))
    op.create_index("ix_load_decisions_together", "load_decisions", ["together"])


def downgrade() -> None:
    op.drop_index("ix_load_decisions_together", "load_decisions")
    op.drop_column("load_decisions", "together")
    op.drop_column("loaded_rows", "cause")
