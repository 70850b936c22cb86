"""Whom an unfinished rule finds so far: how many, ten examples, and why; in little time (A5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from core.patience import TookTooLong, patience
from selections.checking import Problem
from selections.fields import FieldType, Offers
from selections.rules import (
    Condition,
    Definition,
    Found,
    Group,
    Having,
    Newest,
    Operator,
    Path,
    Rule,
    walk,
)
from selections.running import Example, examples, preview_count
from selections.statements import Question, written
from webui.labels.rule_fields import FIELDS, field_name, lowered, relation_words
from webui.labels.rule_sentences import Names
from webui.labels.selections import size_words, usual_minutes_words
from webui.labels.spoken import gettext as _
from webui.wording import day, money, whole
from worklists.work_sizes import size_while_typed

SECONDS = 3.0
_EXAMPLES = 10
_MOST_REASONS = 4


@dataclass(frozen=True)
class Count:
    """What was found; ``leads`` None: it took too long."""

    leads: int | None
    clients: int | None = None
    examples: list[tuple[Example, list[str]]] = field(default_factory=list)
    """Each with what brought it here."""
    left_out: int = 0
    """Conditions that are not finished and were not asked."""
    warning: str = ""
    """What to say of so many."""


def without(definition: Definition, problems: list[Problem]) -> Definition:
    """The definition without the nodes that something is wrong with."""
    bad = {problem.path for problem in problems}
    rule = _pruned(definition.rule, (), bad)
    return replace(
        definition, rule=rule if isinstance(rule, Group) else Group(definition.rule.join)
    )


def _pruned(rule: Rule, at: Path, bad: set[Path]) -> Rule | None:
    if at in bad and at != ():
        return None
    match rule:
        case Group():
            kept = (_pruned(item, (*at, n), bad) for n, item in enumerate(rule.items))
            items = tuple(item for item in kept if item is not None)
            # An empty group inside of a relation says nothing, and is kept.
            return replace(rule, items=items)
        case Having():
            return replace(rule, where=_group(rule.where, (*at, 0), bad))
        case Newest():
            among, where = _group(rule.among, (*at, 0), bad), _group(rule.where, (*at, 1), bad)
            return replace(rule, among=among, where=where)
    return rule


def _group(group: Group, at: Path, bad: set[Path]) -> Group:
    pruned = _pruned(group, at, bad)
    return pruned if isinstance(pruned, Group) else Group(group.join)


def count(
    session: Session,
    question: Question,
    definition: Definition,
    problems: list[Problem],
    names: Names,
) -> Count:
    """How many are found and who the first ones are; gives up after SECONDS."""
    asked = without(definition, problems)
    left_out = sum(problem.path != () for problem in problems)
    try:
        with patience(session, SECONDS):
            found = preview_count(session, question, asked)
            some = examples(session, question, asked, _EXAMPLES)
    except TookTooLong:
        return Count(None, left_out=left_out)
    nodes = {written(path): rule for path, rule in walk(asked.rule)}
    shown = [(one, reason_words(one.reasons, nodes, names)[:_MOST_REASONS]) for one in some]
    warning = ""
    if not left_out and asked.rule.items:
        warning = size_words(size_while_typed(session, question, asked, found.leads))
        warning = f"{warning} {usual_minutes_words()}" if warning else ""
    return Count(found.leads, found.clients, shown, left_out, warning)


def reason_words(values: Mapping[str, Any], nodes: Mapping[str, Rule], names: Names) -> list[str]:
    """The values that decided, each with its name; ``nodes``: the rule's nodes by their place."""
    found: list[str] = []
    for path, value in values.items():
        rule = nodes.get(path)
        words = _reason(rule, value, names) if rule is not None and value is not None else ""
        if words and words not in found:
            found.append(words)
    return found


def _reason(rule: Rule, value: Any, names: Names) -> str:
    match rule:
        case Condition(operator=Operator.IS):
            words = FIELDS.get(rule.field)
            return str((words.yes if value else words.no) if words else "")
        case Condition():
            name = lowered(field_name(rule.field))
            return _("%(name)s: %(value)s", name=name, value=shown_value(rule.field, value, names))
        case Newest():
            row = relation_words(rule.relation)
            noun = f"{row.before} {row.newest}" if row.before else str(row.newest)
            return f"{noun} {day(_as_date(value))}"
        case Having() if rule.sum_of is not None:
            name = lowered(field_name(rule.sum_of))
            return _("%(name)s: %(value)s", name=name, value=shown_value(rule.sum_of, value, names))
        case Having():
            row = relation_words(rule.relation)
            return _("%(name)s: %(value)s", name=lowered(row.name), value=whole(int(value)))
        case Found():
            return ""
    return ""


def shown_value(code: str, value: Any, names: Names) -> str:
    """The value of a field as people write it."""
    asked = names.catalogue.field(code)
    words = FIELDS.get(code)
    unit = f" {words.unit}" if words and words.unit else ""
    if asked is not None and asked.type is FieldType.DAY:
        return day(_as_date(value))
    if asked is not None and asked.type is FieldType.MONEY:
        return money(Decimal(str(value)))
    found = names.values.get((code, str(value)))
    if found is not None:
        return lowered(found) if asked is not None and asked.offers is Offers.ENUM else found
    if isinstance(value, int) and unit:
        return whole(value) + unit
    return str(value) + unit


def _as_date(value: Any) -> date | None:
    # A day that is computed comes from SQLite as its text.
    if isinstance(value, str):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return value if isinstance(value, date) else None
