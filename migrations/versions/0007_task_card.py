"""What people add to a task, e-mail choices, and the outbox (C4)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_AT = sa.DateTime(timezone=True)
_WAITING = sa.text("sent_at IS NULL AND dead_at IS NULL")


def _id(name: str) -> tuple[sa.Column, sa.PrimaryKeyConstraint]:
    return sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint(
        "id", name=f"pk_{name}"
    )


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.create_table(
        "task_comments",
        *_id("task_comments"),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("edited_at", _AT, nullable=True),
        sa.Column("deleted_at", _AT, nullable=True),
        _to("task_comments", "task_id", "tasks"),
        _to("task_comments", "author_id", "employees"),
    )
    op.create_index("ix_task_comments_task", "task_comments", ["task_id", "at", "id"])
    op.create_table(
        "task_documents",
        *_id("task_documents"),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", _AT, nullable=False),
        sa.Column("deleted_by", sa.Integer(), nullable=True),
        sa.Column("deleted_at", _AT, nullable=True),
        _to("task_documents", "task_id", "tasks"),
        _to("task_documents", "added_by", "employees"),
        _to("task_documents", "deleted_by", "employees"),
    )
    op.create_index("ix_task_documents_task", "task_documents", ["task_id", "added_at", "id"])
    op.create_index("ix_task_documents_sha256", "task_documents", ["sha256"])
    op.create_table(
        "task_checklist_items",
        *_id("task_checklist_items"),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", _AT, nullable=False),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("done_at", _AT, nullable=True),
        _to("task_checklist_items", "task_id", "tasks"),
        _to("task_checklist_items", "added_by", "employees"),
        _to("task_checklist_items", "done_by", "employees"),
    )
    op.create_index(
        "ix_task_checklist_items_task", "task_checklist_items", ["task_id", "position", "id"]
    )
    op.create_table(
        "task_watchers",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", _AT, nullable=False),
        _to("task_watchers", "task_id", "tasks"),
        _to("task_watchers", "employee_id", "employees"),
        _to("task_watchers", "added_by", "employees"),
        sa.PrimaryKeyConstraint("task_id", "employee_id", name="pk_task_watchers"),
    )
    op.create_index("ix_task_watchers_employee", "task_watchers", ["employee_id"])
    op.create_table(
        "task_links",
        *_id("task_links"),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", _AT, nullable=False),
        sa.CheckConstraint("task_id != other_id", name=op.f("ck_task_links_to_another")),
        _to("task_links", "task_id", "tasks"),
        _to("task_links", "other_id", "tasks"),
        _to("task_links", "added_by", "employees"),
        sa.UniqueConstraint("task_id", "other_id", name="uq_task_links_task_id_other_id"),
    )
    op.create_index("ix_task_links_other", "task_links", ["other_id"])
    op.create_table(
        "mail_addresses",
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        _to("mail_addresses", "employee_id", "employees"),
        sa.PrimaryKeyConstraint("employee_id", name="pk_mail_addresses"),
    )
    op.create_table(
        "mail_choices",
        sa.Column("employee_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        _to("mail_choices", "employee_id", "employees"),
        sa.PrimaryKeyConstraint("employee_id", "kind", name="pk_mail_choices"),
    )
    op.create_table(
        "outbox",
        *_id("outbox"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref_id", sa.Integer(), nullable=True),
        sa.Column("payload", _JSON, nullable=True),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("not_after", _AT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", _AT, nullable=True),
        sa.Column("dead_at", _AT, nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["due_at"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )


def downgrade() -> None:
    for table in ("outbox", "mail_choices", "mail_addresses", "task_links", "task_watchers",
                  "task_checklist_items", "task_documents", "task_comments"):  # fmt: skip
        op.drop_table(table)
