"""Indexes by which selections find vehicles and clients without reading whole tables (rule 17)."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_INDEXES: tuple[tuple[str, str, list[str], str | None], ...] = (
    ("ix_attempts_asset", "attempts", ["asset_id", "at"], None),
    ("ix_attempts_at", "attempts", ["at", "client_id"], None),
    ("ix_service_requests_asset", "service_requests", ["asset_id", "wanted_on"], None),
    ("ix_tasks_asset", "tasks", ["asset_id"], None),
    ("ix_visits_done_on", "visits", ["done_on", "asset_id"], "status = 'done'"),
    ("ix_visits_open", "visits", ["asset_id"], "status = 'open'"),
    (
        "ix_recommendations_advised",
        "recommendations",
        ["status", "advised_on", "asset_id"],
        None,
    ),
)


def upgrade() -> None:
    for name, table, columns, condition in _INDEXES:
        where = sa.text(condition) if condition else None
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _columns, _condition in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
