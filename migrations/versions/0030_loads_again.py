"""A file that was loaded may be loaded again; a load that does not get on is noticed (A8)."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0026"
branch_labels = None
depends_on = None

_INDEX = ("uq_record_loads_content", "record_loads", ["unit_id", "format", "sha256", "sheet"])
_NOT_OVER = sa.text("state NOT IN ('cancelled', 'refused', 'taken_back')")
_UNDER_WAY = sa.text("state NOT IN ('done', 'cancelled', 'refused', 'taken_back')")


def _make_index(condition: sa.TextClause) -> None:
    op.create_index(*_INDEX, unique=True, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.drop_index(_INDEX[0], table_name=_INDEX[1])
    _make_index(_UNDER_WAY)
    attempts = sa.Column("attempts", sa.Integer(), server_default="0", nullable=False)
    op.add_column("record_loads", attempts)


def downgrade() -> None:
    op.drop_column("record_loads", "attempts")
    op.drop_index(_INDEX[0], table_name=_INDEX[1])
    _make_index(_NOT_OVER)
