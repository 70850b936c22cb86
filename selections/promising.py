"""With which condition to begin: a guess from what is asked, before any row is read."""

from collections.abc import Mapping

from sqlalchemy import Table

from selections.fields import Catalogue, Field
from selections.rules import Condition, Group, Having, Join, Newest, Operator, Rule

_BY_INDEX = (Operator.BETWEEN, Operator.ONE_OF)
_POINTS: Mapping[Operator, int] = {
    Operator.BETWEEN: 3,
    Operator.ONE_OF: 1,
    Operator.AT_LEAST: 1,
    Operator.AT_MOST: 1,
}


def promise(rule: Rule, catalogue: Catalogue) -> int:
    """How much it narrows to begin with this condition of the subject; 0: not to be begun with.

    Parts of which one must hold narrow as the one of them that narrows least.
    """
    match rule:
        case Newest():
            return _narrowing(rule.among) + _narrowing(rule.where)
        case Having() if rule.operator is Operator.AT_LEAST:
            return _narrowing(rule.where)
        case Condition():
            asked = catalogue.field(rule.field)
            is_beside = asked is not None and asked.beside is not None
            return _POINTS.get(rule.operator, 0) if is_beside else 0
        case Group() if rule.join is Join.ANY and len(_subjects(rule)) == 1:
            return min(_promise_beside_others(item, catalogue) for item in rule.items)
    return 0


def _promise_beside_others(rule: Rule, catalogue: Catalogue) -> int:
    """The same of one of several parts of which one must hold.

    There a column of the subject promises too, where an index finds its values. Alone it does not:
    a planner begins with it by itself, but reads row by row whatever joins two indexes by OR.
    """
    if isinstance(rule, Condition) and rule.operator in _BY_INDEX:
        asked = catalogue.field(rule.field)
        if asked is not None and asked.beside is None:
            return _POINTS[rule.operator] if _leads_an_index(asked, catalogue) else 0
    return promise(rule, catalogue)


def _leads_an_index(asked: Field, catalogue: Catalogue) -> bool:
    """Whether the field is a column with which an index of all rows begins."""
    table = catalogue.entities[asked.code.partition(".")[0]].table.__table__
    assert isinstance(table, Table)
    if asked.stored not in table.c:
        return False
    column = table.c[asked.stored]
    is_whole = (
        index.expressions[0] is column
        for index in table.indexes
        if index.dialect_options["postgresql"]["where"] is None
    )
    return bool(column.unique) or any(is_whole)


def _subjects(group: Group) -> set[str]:
    """Whose fields and relations the parts name; another group names none that is known."""
    return {
        item.field.partition(".")[0]
        if isinstance(item, Condition)
        else item.relation.partition(".")[0]
        if isinstance(item, Having | Newest)
        else ""
        for item in group.items
    }


def _narrowing(rule: Rule) -> int:
    match rule:
        case Condition():
            return _POINTS.get(rule.operator, 0)
        case Group() if rule.join is Join.ALL:
            return sum(map(_narrowing, rule.items))
        case Group() if rule.join is Join.ANY:
            return min(map(_narrowing, rule.items), default=0)
    return 0
