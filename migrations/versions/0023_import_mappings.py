"""What a person said about the columns of a file is kept with it and for such files later (A8)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column(
        "imported_files",
        sa.Column("columns", _JSON, server_default=sa.text("'[]'"), nullable=False),
    )
    op.create_table(
        "import_mappings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("columns", _JSON, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_import_mappings_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_import_mappings"),
        sa.UniqueConstraint(
            "unit_id", "format", "signature", name="uq_import_mappings_unit_id_format_signature"
        ),
    )


def downgrade() -> None:
    op.drop_table("import_mappings")
    op.execute("ALTER TABLE imported_files DROP COLUMN columns")
