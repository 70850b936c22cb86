"""Alembic's environment: the engine comes from the caller, never from a file."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlalchemy.dialects import postgresql

import migrations.tables  # noqa: F401
from core.db import Base, UtcDateTime


def render_item(type_: str, obj: Any, autogen_context: Any) -> str | bool:
    """Write our types as plain ones: a migration imports nothing of the application."""
    if type_ == "type" and isinstance(obj, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if type_ == "type" and isinstance(obj, sa.Enum):
        return f"sa.String(length={obj.length})"
    if type_ == "type" and isinstance(obj, sa.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def compare_type(_context: Any, _column: Any, _meta: Any, inspected: Any, metadata: Any) -> Any:
    """Compare what matters: our decorators and enums are dates and short texts in the database."""
    if isinstance(metadata, UtcDateTime):
        return not isinstance(inspected, sa.DateTime)
    if isinstance(metadata, sa.Enum):
        return not isinstance(inspected, sa.String)
    if isinstance(metadata, sa.JSON):
        return not isinstance(inspected, sa.JSON | postgresql.JSONB)
    return None


def include_name(name: str | None, type_: str, _parents: Any) -> bool:
    """Leave out the trigram indexes: each engine has its own kind, and the models know neither."""
    return not (type_ in ("table", "index") and "_trigrams" in (name or ""))


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        compare_type=compare_type,
        include_name=include_name,
        render_as_batch=engine.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
