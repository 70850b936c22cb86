"""With which condition to begin: a guess from what is asked, before any row is read."""

from collections.abc import Mapping

from selections.fields import Catalogue
from selections.rules import Condition, Group, Having, Join, Newest, Operator, Rule

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
            return min(promise(item, catalogue) for item in rule.items)
    return 0


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


def _narrowing(group: Group) -> int:
    if group.join is not Join.ALL:
        return 0
    return sum(_POINTS.get(item.operator, 0) for item in group.items if isinstance(item, Condition))
