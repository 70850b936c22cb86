"""What a result causes becomes data of its version; how a campaign treats missed callbacks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_CLOSE = {"kind": "close"}
_FIX = {"kind": "data_fix"}
_TO_QUALITY = {
    "kind": "department_task",
    "text": "Разобраться с жалобой клиента",
    "working_days": 1,
}

_versions = sa.table(
    "result_code_versions",
    sa.column("id", sa.Integer()),
    sa.column("result_code_id", sa.Integer()),
    sa.column("created_by", sa.String()),
    sa.column("refusal", sa.String()),
    sa.column("fault", sa.String()),
    sa.column("effects", _JSON),
)
_codes = sa.table(
    "result_codes",
    sa.column("id", sa.Integer()),
    sa.column("code", sa.String()),
    sa.column("outcome", sa.String()),
)


def upgrade() -> None:
    # Neither engine writes the rows anew for a column that may be null or has a constant default.
    op.add_column(
        "result_code_versions", sa.Column("effects", _JSON, server_default="[]", nullable=False)
    )
    for row in _rows():
        effects = _effects(row)
        if effects:
            _set(row.id, effects=effects)
    for column in ("refusal", "fault"):
        op.execute(f"ALTER TABLE result_code_versions DROP COLUMN {column}")
    op.execute(
        "ALTER TABLE campaigns ADD COLUMN quality_unit_id INTEGER "
        "CONSTRAINT fk_campaigns_quality_unit_id REFERENCES units (id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE campaigns DROP COLUMN quality_unit_id")
    for column in ("refusal", "fault"):
        op.add_column("result_code_versions", sa.Column(column, sa.String(32), nullable=True))
    for row in _rows():
        by_kind = {effect["kind"]: effect for effect in row.effects}
        _set(
            row.id,
            refusal=by_kind.get("block", {}).get("scope"),
            fault=by_kind.get("mark", {}).get("what"),
        )
    op.execute("ALTER TABLE result_code_versions DROP COLUMN effects")


def _rows() -> list[sa.Row[tuple[object, ...]]]:
    wanted = [column for column in _versions.c if column.name in _present()]
    return list(
        op.get_bind()
        .execute(
            sa.select(*wanted, _codes.c.code, _codes.c.outcome).join(
                _codes, _codes.c.id == _versions.c.result_code_id
            )
        )
        .all()
    )


def _present() -> set[str]:
    columns = sa.inspect(op.get_bind()).get_columns("result_code_versions")
    return {column["name"] for column in columns}


def _effects(row: sa.Row[tuple[object, ...]]) -> list[dict[str, object]]:
    """What the flags and the outcome meant so far, written out."""
    blocks = [{"kind": "block", "scope": row.refusal}] if row.refusal else []
    match row.outcome:
        case "no_answer":
            return [{"kind": "retry", "by": "ladder"}, *blocks]
        case "refused":
            return [_CLOSE, *blocks]
        case "bad_data":
            return [_CLOSE, {"kind": "mark", "what": row.fault or "contact"}, _FIX, *blocks]
        case "interview" if row.code == "complaint" and row.created_by == "install":
            return [_TO_QUALITY, *blocks]  # does nothing until a campaign names that unit
        case _:
            return list(blocks)


def _set(version_id: int, **values: object) -> None:
    op.get_bind().execute(sa.update(_versions).where(_versions.c.id == version_id).values(**values))
