"""Text found in columns of text, with the same result on both engines."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, literal, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _holds(FunctionElement[bool]):  # noqa: N801 a function of SQL
    type = Boolean()
    inherit_cache = True


@compiles(_holds, "postgresql")
def _on_postgresql(element: _holds, compiler: Any, **options: Any) -> str:
    return f"(strpos({compiler.process(element.clauses, **options)}) > 0)"


@compiles(_holds, "sqlite")
def _on_sqlite(element: _holds, compiler: Any, **options: Any) -> str:
    return f"(instr({compiler.process(element.clauses, **options)}) > 0)"


def holds_text(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """SQL: whether the column holds the text as typed, in small or capital letters.

    Written out like this because SQLite folds only Latin letters, and LIKE of PostgreSQL none.
    """
    return or_(*(_holds(column, literal(one)) for one in spellings(text)))


def spellings(text: str) -> tuple[str, ...]:
    """The ways of writing that ``holds_text`` looks for."""
    return tuple(dict.fromkeys((text, text.lower(), text.upper(), text.capitalize())))
