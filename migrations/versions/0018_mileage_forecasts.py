"""Mileage forecasts, maintenance intervals, and triggers that note what wants to be counted anew.

Every vehicle that is here already is noted: the first sweep after the upgrade counts them all.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_PLANS = (
    ("", "", 15_000, 12),
    ("Toyota", "", 10_000, 12),
    ("Lexus", "", 10_000, 12),
    ("Chery", "", 10_000, 12),
    ("Exeed", "", 10_000, 12),
    ("Omoda", "", 10_000, 12),
    ("Haval", "", 10_000, 12),
    ("Geely", "", 10_000, 12),
)
_OF_VEHICLES = ("mileage_readings", "visits")
# Names of work that may be maintenance; what is, is judged when the vehicle is counted.
_LIKE_MAINTENANCE = " OR ".join(
    f"{{row}}.name LIKE '{part}'"
    for part in ("%ТО%", "%TO%", "%бслуж%", "%бслуговув%", "%егламентн%", "%aintenance%")
)
_NOTE = "INSERT INTO mileage_news (asset_id)"
_FUNCTIONS = {
    "note_mileage": "SELECT DISTINCT asset_id FROM changed",
    "note_changed_mileage": "SELECT asset_id FROM changed UNION SELECT asset_id FROM before",
    "note_maintenance": (
        "SELECT DISTINCT visits.asset_id FROM changed "  # noqa: S608
        "JOIN visits ON visits.id = changed.visit_id "
        f"WHERE changed.kind = 'work' AND ({_LIKE_MAINTENANCE.format(row='changed')})"
    ),
}


def upgrade() -> None:
    _make_forecasts()
    plans = op.create_table(
        "maintenance_plans",
        sa.Column("make", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("km", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.CheckConstraint("km BETWEEN 1000 AND 200000", name=op.f("ck_maintenance_plans_km")),
        sa.CheckConstraint("months BETWEEN 1 AND 60", name=op.f("ck_maintenance_plans_months")),
        sa.CheckConstraint(
            "make <> '' OR model = ''", name=op.f("ck_maintenance_plans_model_of_a_make")
        ),
        sa.PrimaryKeyConstraint("make", "model", name="pk_maintenance_plans"),
    )
    names = ("make", "model", "km", "months")
    op.bulk_insert(plans, [dict(zip(names, plan, strict=True)) for plan in _PLANS])
    op.create_table(
        "mileage_averages",
        sa.Column("make", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("metres_per_day", sa.Integer(), nullable=False),
        sa.Column("vehicles", sa.Integer(), nullable=False),
        sa.Column("computed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("make", "model", name="pk_mileage_averages"),
    )
    op.create_table(
        "mileage_news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mileage_news"),
        sqlite_autoincrement=True,
    )
    op.execute(f"{_NOTE} SELECT id FROM assets ORDER BY id")  # noqa: S608
    op.create_index("ix_mileage_news_asset_id", "mileage_news", ["asset_id"])
    if op.get_bind().dialect.name == "postgresql":
        _note_on_postgresql()
    else:
        _note_on_sqlite()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, name in _triggers():
            op.execute(f"DROP TRIGGER {name} ON {table}")
        for name in ("note_vehicle", *_FUNCTIONS):
            op.execute(f"DROP FUNCTION {name}()")
    else:
        for _table, name in _triggers():
            op.execute(f"DROP TRIGGER {name}")
    for table in ("mileage_news", "mileage_averages", "maintenance_plans", "mileage_forecasts"):
        op.drop_table(table)


def _make_forecasts() -> None:
    op.create_table(
        "mileage_forecasts",
        sa.Column("asset_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("metres_per_day", sa.Integer(), nullable=False),
        sa.Column("last_km", sa.Integer()),
        sa.Column("last_on", sa.Date()),
        sa.Column("basis", sa.String(32), nullable=False),
        sa.Column("readings_used", sa.Integer(), nullable=False),
        sa.Column("readings_dropped", sa.Integer(), nullable=False),
        sa.Column("used_since_on", sa.Date()),
        sa.Column("dropped", _JSON, nullable=False),
        sa.Column("next_maintenance_on", sa.Date(), nullable=False),
        sa.Column("next_maintenance_km", sa.Integer()),
        sa.Column("due_by", sa.String(32), nullable=False),
        sa.Column("counted_from", sa.String(32), nullable=False),
        sa.Column("counted_from_on", sa.Date(), nullable=False),
        sa.Column("interval_km", sa.Integer(), nullable=False),
        sa.Column("interval_months", sa.Integer(), nullable=False),
        sa.Column("computed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["assets.id"], name="fk_mileage_forecasts_asset_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("asset_id", name="pk_mileage_forecasts"),
    )
    for column in ("next_maintenance_on", "computed_at"):
        op.create_index(f"ix_mileage_forecasts_{column}", "mileage_forecasts", [column])


def _triggers() -> list[tuple[str, str]]:
    """Tables with their triggers, named alike on both engines."""
    changes = [(table, verb) for table in _OF_VEHICLES for verb in ("insert", "update", "delete")]
    more = [("visit_lines", "insert"), ("assets", "insert"), ("assets", "update")]
    return [(table, f"{table}_news_{verb}") for table, verb in (*changes, *more)]


def _note_on_postgresql() -> None:
    """Once for each statement: a bulk load is noted in one go."""
    for name, query in _FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {_NOTE} {query}; RETURN NULL; END $$"
        )
    op.execute(
        "CREATE FUNCTION note_vehicle() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {_NOTE} VALUES (new.id); RETURN NULL; END $$"
    )
    for table in _OF_VEHICLES:
        _on_statement(table, "insert", "NEW TABLE AS changed", "note_mileage")
        _on_statement(
            table, "update", "NEW TABLE AS changed OLD TABLE AS before", "note_changed_mileage"
        )
        _on_statement(table, "delete", "OLD TABLE AS changed", "note_mileage")
    _on_statement("visit_lines", "insert", "NEW TABLE AS changed", "note_maintenance")
    op.execute(
        "CREATE TRIGGER assets_news_insert AFTER INSERT ON assets "
        "FOR EACH ROW EXECUTE FUNCTION note_vehicle()"
    )
    op.execute(
        "CREATE TRIGGER assets_news_update AFTER UPDATE OF make, model ON assets FOR EACH ROW "
        "WHEN (old.make <> new.make OR old.model <> new.model) EXECUTE FUNCTION note_vehicle()"
    )


def _on_statement(table: str, verb: str, tables: str, function: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_news_{verb} AFTER {verb.upper()} ON {table} "
        f"REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def _note_on_sqlite() -> None:
    for table in _OF_VEHICLES:
        new, old = (f"{_NOTE} VALUES ({row}.asset_id);" for row in ("new", "old"))
        moved = f"{_NOTE} SELECT old.asset_id WHERE old.asset_id <> new.asset_id;"
        _on_row(table, "insert", f"AFTER INSERT ON {table}", new)
        _on_row(table, "update", f"AFTER UPDATE ON {table}", f"{new} {moved}")
        _on_row(table, "delete", f"AFTER DELETE ON {table}", old)
    looks_like = _LIKE_MAINTENANCE.format(row="new")
    _on_row(
        "visit_lines",
        "insert",
        f"AFTER INSERT ON visit_lines WHEN new.kind = 'work' AND ({looks_like})",
        f"{_NOTE} SELECT asset_id FROM visits WHERE id = new.visit_id;",  # noqa: S608
    )
    note = f"{_NOTE} VALUES (new.id);"
    _on_row("assets", "insert", "AFTER INSERT ON assets", note)
    changed = "WHEN old.make <> new.make OR old.model <> new.model"
    _on_row("assets", "update", f"AFTER UPDATE OF make, model ON assets {changed}", note)


def _on_row(table: str, verb: str, when: str, body: str) -> None:
    op.execute(f"CREATE TRIGGER {table}_news_{verb} {when} BEGIN {body} END")
