"""What any of several statements finds, for ``IN``: in the form that each engine reads well."""

from typing import Any

from sqlalchemy import CompoundSelect, Select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.selectable import _CompoundSelectKeyword


class _found_by_any(CompoundSelect[Any]):  # noqa: N801 a statement of SQL
    inherit_cache = True


@compiles(_found_by_any, "sqlite")
def _on_sqlite(element: _found_by_any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(union_all(*element.selects), **options))


def found_by_any(*statements: Select[Any]) -> Select[Any] | CompoundSelect[Any]:
    """What any of these statements of one column finds, for ``IN``: there twice is as good as once.

    PostgreSQL gets a UNION, by which it knows about how many rows there are. SQLite would sort for
    one, and read whole tables that lie in that order; of UNION ALL it makes its list as it reads.
    """
    if len(statements) == 1:
        return statements[0]
    return _found_by_any(_CompoundSelectKeyword.UNION, *statements)
