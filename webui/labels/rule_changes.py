"""What differs between two versions of a selection, in words (A5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from selections.rules import Definition, Parameter, Rule
from webui.labels.pairs import Pairs
from webui.labels.rule_fields import field_name
from webui.labels.rule_sentences import Names, part_words
from webui.labels.rules import parameter_words
from webui.labels.spoken import gettext as _


class ChangeKind(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


LABELS: Pairs = (
    (ChangeKind.ADDED, _l("Добавлено")),
    (ChangeKind.REMOVED, _l("Убрано")),
    (ChangeKind.CHANGED, _l("Изменено")),
)


@dataclass(frozen=True)
class Change:
    """One difference; ``before`` and ``after`` are words, empty where there is nothing."""

    kind: ChangeKind
    before: str
    after: str


def changes(before: Definition, after: Definition, names: Names) -> list[Change]:
    """What a person did between the two, in the order of the tree; empty: nothing."""
    return [*_about(before, after), *_rules(before, after, names), *_questions(before, after)]


def _about(before: Definition, after: Definition) -> Iterator[Change]:
    from webui.labels.words import label

    pairs = (
        (label(before.subject), label(after.subject)),
        (label(before.rule.join), label(after.rule.join)),
        (_sample(before), _sample(after)),
        (_columns(before), _columns(after)),
    )
    for old, new in pairs:
        if old != new:
            yield Change(ChangeKind.CHANGED, old, new)


def _sample(definition: Definition) -> str:
    if definition.sample is None:
        return _("все найденные")
    return _("случайные %(n)s", n=definition.sample)


def _columns(definition: Definition) -> str:
    return ", ".join(map(field_name, definition.columns)) or _("без дополнительных столбцов")


def _rules(before: Definition, after: Definition, names: Names) -> Iterator[Change]:
    old, new = before.rule.items, after.rule.items

    def told(rule: Rule, definition: Definition) -> str:
        return part_words(rule, definition, names)

    for code, low, high, first, last in SequenceMatcher(None, old, new, False).get_opcodes():
        if code == "equal":
            continue
        paired = min(high - low, last - first)
        for shift in range(paired):
            was, now = told(old[low + shift], before), told(new[first + shift], after)
            yield Change(ChangeKind.CHANGED, was, now)
        for rule in old[low + paired : high]:
            yield Change(ChangeKind.REMOVED, told(rule, before), "")
        for rule in new[first + paired : last]:
            yield Change(ChangeKind.ADDED, "", told(rule, after))


def _questions(before: Definition, after: Definition) -> Iterator[Change]:
    old = {one.code: one for one in before.parameters}
    new = {one.code: one for one in after.parameters}
    for code in [*old, *(code for code in new if code not in old)]:
        was, now = old.get(code), new.get(code)
        if was == now:
            continue
        kind = ChangeKind.ADDED if was is None else ChangeKind.REMOVED
        kind = ChangeKind.CHANGED if was is not None and now is not None else kind
        yield Change(kind, _question(was), _question(now))


def _question(parameter: Parameter | None) -> str:
    if parameter is None:
        return ""
    words = parameter_words(parameter.code, parameter.label)
    if parameter.is_required:
        return _("вопрос при запуске «%(words)s», ответ обязателен", words=words)
    return _("вопрос при запуске «%(words)s»", words=words)
