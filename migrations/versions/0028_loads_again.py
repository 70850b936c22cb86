"""A file that was loaded may be loaded again; a load that does not get on is noticed (A8)."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_INDEX = ("uq_record_loads_content", "record_loads", ["unit_id", "format", "sha256", "sheet"])
_NOT_OVER = sa.text("state NOT IN ('cancelled', 'refused', 'taken_back')")
_UNDER_WAY = sa.text("state NOT IN ('done', 'cancelled', 'refused', 'taken_back')")


def _make_index(condition: sa.TextClause) -> None:
    op.create_index(*_INDEX, unique=True, sqlite_where=condition, postgresql_where=condition)


# One content is not over once only, as it was: the newest load stands for those before it.
_REPEATED = sa.text(
    "UPDATE record_loads SET state = 'cancelled' WHERE state = 'done' AND EXISTS ("
    "SELECT 1 FROM record_loads AS newer WHERE newer.id > record_loads.id"
    " AND newer.state NOT IN ('cancelled', 'refused', 'taken_back')"
    " AND newer.unit_id = record_loads.unit_id AND newer.format = record_loads.format"
    " AND newer.sha256 = record_loads.sha256 AND newer.sheet = record_loads.sheet)"
)


def upgrade() -> None:
    op.drop_index(_INDEX[0], table_name=_INDEX[1])
    _make_index(_UNDER_WAY)
    attempts = sa.Column("attempts", sa.Integer(), server_default="0", nullable=False)
    op.add_column("record_loads", attempts)


def downgrade() -> None:
    op.drop_column("record_loads", "attempts")
    op.drop_index(_INDEX[0], table_name=_INDEX[1])
    op.execute(_REPEATED)
    _make_index(_NOT_OVER)
