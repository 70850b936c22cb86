"""A plan may name the unit whose work-lists it forms; else it is decided at each forming (A9)."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE selection_plans ADD COLUMN list_unit_id INTEGER "
        "CONSTRAINT fk_selection_plans_list_unit_id REFERENCES units (id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE selection_plans DROP COLUMN list_unit_id")
