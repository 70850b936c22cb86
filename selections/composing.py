"""A selection within another: which of its questions are answered by the one around it."""

from collections.abc import Callable

from selections.fields import Catalogue
from selections.rules import Asked, Condition, Definition, Found, Having, Parameter, values_of, walk
from selections.settling import Answer, Answers
from selections.values import Meant, meant_by

DefinitionOf = Callable[[int], Definition]
"""The saved version of a selection. Raises NotFound."""
Uses = dict[str, set[Meant]]
"""What the answers of questions are compared with, by their code."""


def asked_around(outer: Definition, inner: Parameter) -> Parameter | None:
    """The question of the selection around that answers this one: of its code and its type."""
    for one in outer.parameters:
        if one.code == inner.code:
            return one if one.type is inner.type else None
    return None


def answers_within(outer: Definition, answers: Answers, inner: Definition) -> Answers:
    """What the inner selection is asked with: answers of the one around it, else its defaults."""
    found: dict[str, Answer] = {}
    for parameter in inner.parameters:
        answer = None
        if asked_around(outer, parameter) is not None:
            answer = answers.get(parameter.code)
        if answer is None:
            answer = parameter.default
        if answer is not None and answer not in ("", ()):
            found[parameter.code] = answer
    return found


def uses_of(definition: Definition, *, catalogue: Catalogue, definition_of: DefinitionOf) -> Uses:
    """What the questions are used for, in the selections within it as well.

    The rule has no circle. Raises NotFound for a selection that is gone.
    """
    found: Uses = {}
    for _path, rule in walk(definition.rule):
        match rule:
            case Found():
                inner = definition_of(rule.selection_id)
                used = uses_of(inner, catalogue=catalogue, definition_of=definition_of)
                for parameter in inner.parameters:
                    if asked_around(definition, parameter) is not None:
                        found.setdefault(parameter.code, set()).update(used.get(parameter.code, ()))
            case Condition() | Having():
                of = rule.field if isinstance(rule, Condition) else rule.sum_of
                meant = meant_by(catalogue.field(of) if of is not None else None, rule.operator)
                for value in values_of(rule):
                    if isinstance(value, Asked):
                        found.setdefault(value.parameter, set()).add(meant)
    return found
