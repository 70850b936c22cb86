"""What a person has ticked in a file stays ticked (A8)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TABLE = "imported_row_choices"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("ticked", _JSON, nullable=False),
        sa.Column("excluded", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["imported_files.id"], name=f"fk_{_TABLE}_file_id"),
        sa.ForeignKeyConstraint(["employee_id"], ["employees.id"], name=f"fk_{_TABLE}_employee_id"),
        sa.PrimaryKeyConstraint("file_id", "employee_id", name=f"pk_{_TABLE}"),
    )


def downgrade() -> None:
    op.drop_table(_TABLE)
