"""What is wrong with a draft, in words that say what fits there instead (A5)."""

from core.days import FIRST_DAY, LAST_DAY
from selections.checking import Fault, Problem
from selections.fields import Catalogue, FieldType
from selections.rules import Operator, Span
from selections.values import BOUNDS, FURTHEST, Meant, is_value, meant_by
from webui.labels.rule_fields import field_name, relation_words
from webui.labels.rules import fault_words
from webui.labels.spoken import gettext as _
from webui.selections.studio_draft import (
    Node,
    Slot,
    is_list,
    value_of,
    wanted,
)
from webui.wording import day, whole


def told(problem: Problem, root: Node, catalogue: Catalogue) -> str:
    """The words of a problem of the draft; of a value that is none, with the bounds."""
    node = _node(root, problem.path)
    if problem.fault is not Fault.VALUE_OF_OTHER_TYPE or node is None:
        return fault_words(problem)
    type_ = _type(node, catalogue)
    if type_ is None:
        return fault_words(problem)
    is_count = node.kind == "having" and not node.sum_of
    for slot in node.slots[: wanted(node.operator)]:
        meant = _meant(node, catalogue)
        if slot.mode != "ask" and not is_value(value_of(slot, type_, is_count=is_count), meant):
            name = relation_words(node.code).name if is_count else field_name(_field(node))
            return _what_fits(str(name), slot, meant) or fault_words(problem)
    return fault_words(problem)


def _node(root: Node, path: tuple[int, ...]) -> Node | None:
    node = root
    for place in path:
        if place >= len(node.kids):
            return None
        node = node.kids[place]
    return node


def _field(node: Node) -> str:
    return node.sum_of if node.kind == "having" else node.code


def _type(node: Node, catalogue: Catalogue) -> FieldType | None:
    """Of what is typed there; None where nothing typed can be of another type."""
    if node.kind == "having" and not node.sum_of:
        return FieldType.NUMBER
    asked = catalogue.field(_field(node))
    if asked is None or node.kind not in ("having", "condition"):
        return None
    if node.kind == "condition" and is_list(asked.type, Operator(node.operator)):
        return None
    return FieldType.NUMBER if node.operator == Operator.COMING else asked.type


def _meant(node: Node, catalogue: Catalogue) -> Meant:
    if node.kind == "having":
        compared = catalogue.field(node.sum_of) if node.sum_of else None
        return meant_by(compared, Operator.IS)
    return meant_by(catalogue.field(node.code), Operator(node.operator))


def _what_fits(name: str, slot: Slot, meant: Meant) -> str:
    if meant in (Meant.WHOLE, Meant.DAYS_AHEAD):
        return _("«%(name)s»: введите целое число от %(min)s до %(max)s.", name=name, min=0,
                 max=whole(BOUNDS[meant][1]))  # fmt: skip
    if meant is Meant.MONEY:
        return _("«%(name)s»: введите сумму от %(min)s до %(max)s, копейки через запятую.",
                 name=name, min=0, max=whole(BOUNDS[meant][1]))  # fmt: skip
    if meant is not Meant.DAY:
        return ""
    if slot.mode == "on":
        return _("«%(name)s»: введите дату от %(min)s до %(max)s.", name=name,
                 min=day(FIRST_DAY), max=day(LAST_DAY))  # fmt: skip
    span = Span(slot.span)
    return _(
        "«%(name)s»: введите целое число %(of)s от %(min)s до %(max)s.", name=name,
        of=_of_span(span), min=0, max=whole(FURTHEST[span]),
    )  # fmt: skip


def _of_span(span: Span) -> str:
    """As in «число месяцев»."""
    return {
        Span.DAY: _("дней"),
        Span.WEEK: _("недель"),
        Span.MONTH: _("месяцев"),
        Span.YEAR: _("лет"),
    }[span]
