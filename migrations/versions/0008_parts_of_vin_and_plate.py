"""Search by the last four signs of a VIN, and by a plate without its first letters."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PARTS = {
    "vin_end": "substr(vin, 14)",
    "plate_rest": "ltrim(plate_norm, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # Both at once: each stored column writes the table anew.
        columns = (
            f'ADD COLUMN {name} text COLLATE "C" GENERATED ALWAYS AS ({part}) STORED'
            for name, part in _PARTS.items()
        )
        op.execute(f"ALTER TABLE assets {', '.join(columns)}")
    else:
        for name, part in _PARTS.items():
            op.execute(
                f"ALTER TABLE assets ADD COLUMN {name} VARCHAR GENERATED ALWAYS AS ({part}) VIRTUAL"
            )
    for name in _PARTS:
        op.create_index(f"ix_assets_{name}", "assets", [name])


def downgrade() -> None:
    for name in reversed(_PARTS):
        op.drop_index(f"ix_assets_{name}", "assets")
        op.execute(sa.text(f"ALTER TABLE assets DROP COLUMN {name}"))
