"""Selections with versions, shares and plans; runs of rules; forming in the background."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_DONE = sa.text("status = 'done'")
_RUN_COLUMNS = (
    "selection_id INTEGER CONSTRAINT fk_selection_runs_selection_id REFERENCES selections (id)",
    "version_id INTEGER CONSTRAINT fk_selection_runs_version_id REFERENCES selection_versions (id)",
    "plan_id INTEGER CONSTRAINT fk_selection_runs_plan_id REFERENCES selection_plans (id)",
    "day_on DATE",
    "seed INTEGER DEFAULT 0 NOT NULL",
    "leads_found INTEGER",
    "clients_found INTEGER",
    "held_out INTEGER DEFAULT 0 NOT NULL",
    "form_key VARCHAR",
)
_RUN_INDEXES = (
    ("ix_selection_runs_selection", ["selection_id", "id"], False),
    ("ix_selection_runs_plan_id", ["plan_id"], False),
    ("uq_selection_runs_form_key", ["form_key"], True),
)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    _make_selections()
    _make_plans()
    for column in _RUN_COLUMNS:
        op.execute(f"ALTER TABLE selection_runs ADD COLUMN {column}")
    for name, columns, unique in _RUN_INDEXES:
        op.create_index(name, "selection_runs", columns, unique=unique)
    op.add_column(
        "leads", sa.Column("is_held_out", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    _make_orders()
    op.add_column("assets", sa.Column("warranty_until", sa.Date()))
    op.add_column("assets", sa.Column("insured_until", sa.Date()))
    op.create_index("ix_assets_warranty_until", "assets", ["warranty_until"])
    op.create_index("ix_assets_insured_until", "assets", ["insured_until"])
    op.create_index(
        "ix_visits_done",
        "visits",
        ["workshop_id", "done_on", "asset_id"],
        sqlite_where=_DONE,
        postgresql_where=_DONE,
    )


def _make_selections() -> None:
    table = "selections"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("kind", sa.String()),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("archived_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _key(table, "unit_id", "units"),
        _key(table, "created_by", "employees"),
    )
    op.create_index("ix_selections_unit_id", table, ["unit_id"])
    table = "selection_versions"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("definition", _JSON, nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("selection_id", "number", name=f"uq_{table}_selection_id_number"),
        _key(table, "selection_id", "selections"),
        _key(table, "saved_by", "employees"),
    )
    table = "selection_shares"
    op.create_table(
        table,
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("selection_id", "unit_id", name=f"pk_{table}"),
        _key(table, "selection_id", "selections"),
        _key(table, "unit_id", "units"),
    )
    op.create_index("ix_selection_shares_unit_id", table, ["unit_id"])


def _make_plans() -> None:
    table = "selection_plans"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("answers", _JSON, nullable=False),
        sa.Column("cadence", sa.String(32), nullable=False),
        sa.Column("at", sa.Time()),
        sa.Column("weekday", sa.Integer()),
        sa.Column("per_day", sa.Integer()),
        sa.Column("hold_out_share", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("next_at", _MOMENT),
        sa.Column("last_run_at", _MOMENT),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _key(table, "selection_id", "selections"),
        _key(table, "unit_id", "units"),
        _key(table, "campaign_id", "campaigns"),
        _key(table, "created_by", "employees"),
    )
    for column in ("selection_id", "unit_id", "campaign_id", "next_at"):
        op.create_index(f"ix_{table}_{column}", table, [column])


def _make_orders() -> None:
    table = "forming_orders"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("scope", _JSON, nullable=False),
        sa.Column("most", sa.Integer()),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT),
        sa.Column("finished_at", _MOMENT),
        sa.Column("told", _JSON),
        sa.Column("problem", sa.String(), server_default="", nullable=False),
        sa.Column("form_key", sa.String()),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("form_key", name=f"uq_{table}_form_key"),
        _key(table, "run_id", "selection_runs"),
        _key(table, "campaign_id", "campaigns"),
        _key(table, "unit_id", "units"),
    )
    op.create_index(f"ix_{table}_run_id", table, ["run_id"])
    op.create_index(f"ix_{table}_state", table, ["state", "id"])


def downgrade() -> None:
    op.drop_table("forming_orders")
    op.drop_index("ix_visits_done", "visits")
    op.drop_index("ix_assets_insured_until", "assets")
    op.drop_index("ix_assets_warranty_until", "assets")
    op.drop_column("assets", "insured_until")
    op.drop_column("assets", "warranty_until")
    op.drop_column("leads", "is_held_out")
    for name, _columns, _unique in _RUN_INDEXES:
        op.drop_index(name, "selection_runs")
    for column in reversed(_RUN_COLUMNS):
        op.execute(f"ALTER TABLE selection_runs DROP COLUMN {column.split()[0]}")
    op.execute("UPDATE selection_runs SET source = 'file' WHERE source = 'rule'")
    op.drop_table("selection_plans")
    op.drop_table("selection_shares")
    op.drop_table("selection_versions")
    op.drop_table("selections")
