"""What a person answers to the questions of a selection: read, checked, and kept as JSON."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.days import sane_day
from directory.units.models import Unit, UnitKind, UnitPath
from selections.checking import is_turned_round
from selections.composing import Uses
from selections.refusals import (
    AnswerMissing,
    AnswerUnitForeign,
    AnswerUnitUnknown,
    AnswerUnusable,
    PeriodTurnedRound,
)
from selections.rules import (
    Asked,
    Condition,
    Definition,
    Having,
    Operator,
    Parameter,
    ParameterType,
    Value,
    walk,
)
from selections.settling import Answer, Answers
from selections.values import UNITS, Meant, is_answer, is_value
from selections.wire import LONGEST_TEXT, MOST_VALUES, value_from_wire, value_to_wire

_KINDS: Mapping[ParameterType, UnitKind] = {
    ParameterType.CENTRE: UnitKind.CENTRE,
    ParameterType.WORKSHOP: UnitKind.WORKSHOP,
}


def checked_answers(
    session: Session,
    definition: Definition,
    given: Answers,
    *,
    today: date,
    actor: Actor,
    uses: Uses,
) -> Answers:
    """The answers that count: those given, the defaults of what was not spoken of.

    ``uses``: what they are compared with (``composing.uses_of``).
    A question answered with nothing (``""``, ``()``) has no answer, whatever its default; answers
    to questions that there are not are left out. Raises AnswerMissing, AnswerUnusable,
    AnswerUnitUnknown, AnswerUnitForeign, PeriodTurnedRound.
    """
    found: dict[str, Answer] = {}
    for parameter in definition.parameters:
        answer = given.get(parameter.code, parameter.default)
        if answer is None or answer in ("", ()):
            if parameter.is_required:
                raise AnswerMissing(parameter)
            continue
        found[parameter.code] = _usable(parameter, answer, uses.get(parameter.code, ()))
        if parameter.type in UNITS:
            _check_units(session, parameter, found[parameter.code], actor)
    _check_periods(definition, found, today)
    return found


def read_answers(
    parameters: Sequence[Parameter], typed: Mapping[str, Sequence[str]]
) -> dict[str, Answer]:
    """What was typed into a form, by the code of the question; what it leaves out is not spoken of.

    Days are ISO dates, units their ids; a text of several lines is several texts. Raises
    AnswerUnusable.
    """
    read: dict[str, Answer] = {}
    for parameter in parameters:
        if parameter.code in typed:
            lines = (line.strip() for text in typed[parameter.code] for line in text.splitlines())
            values = tuple(_read(parameter, line) for line in lines if line)
            read[parameter.code] = values[0] if len(values) == 1 else values
    return read


def answers_to_wire(answers: Answers) -> dict[str, Any]:
    """The answers as JSON values."""
    return {
        code: [value_to_wire(one) for one in answer]
        if isinstance(answer, tuple)
        else value_to_wire(answer)
        for code, answer in answers.items()
    }


def answers_from_wire(wire: Mapping[str, Any]) -> dict[str, Answer]:
    """The answers of ``answers_to_wire``. Raises DefinitionUnreadable."""
    return {
        code: tuple(value_from_wire(one) for one in answer)
        if isinstance(answer, list)
        else value_from_wire(answer)
        for code, answer in wire.items()
    }


def _read(parameter: Parameter, text: str) -> Value:
    try:
        if parameter.type is ParameterType.DAY:
            return sane_day(text)
        if parameter.type is ParameterType.NUMBER:
            return Decimal(text.replace(",", ".").replace("\N{NO-BREAK SPACE}", ""))
        return int(text) if parameter.type in UNITS else text
    except (ValueError, InvalidOperation) as error:
        raise AnswerUnusable(parameter) from error


def _usable(parameter: Parameter, answer: Answer, uses: Collection[Meant]) -> Answer:
    """The answer if its values are of the type and as many as may be. Raises AnswerUnusable."""
    values = answer if isinstance(answer, tuple) else (answer,)
    may_be_several = parameter.type is ParameterType.TEXT or parameter.type in UNITS
    if len(values) > (MOST_VALUES if may_be_several else 1):
        raise AnswerUnusable(parameter)
    checked = tuple(_value(parameter, value, uses) for value in values)
    return checked if isinstance(answer, tuple) else checked[0]


def _value(parameter: Parameter, value: Value, uses: Collection[Meant]) -> Value:
    """The value if it is one of the question's type and of all that it is used for."""
    if isinstance(value, Decimal) and is_value(value, Meant.MONEY) and value == int(value):
        value = int(value)
    if isinstance(value, str) and (len(value) > LONGEST_TEXT or "\x00" in value):
        raise AnswerUnusable(parameter)
    # Which unit an id is of, if any, is asked of the database.
    is_id = parameter.type in UNITS and isinstance(value, int) and not isinstance(value, bool)
    if is_id or is_answer(value, parameter.type, uses):
        return value
    raise AnswerUnusable(parameter)


def _check_units(session: Session, parameter: Parameter, answer: Answer, actor: Actor) -> None:
    """Workshops may be any in use, as for a booking; other units those of the person and above."""
    values = answer if isinstance(answer, tuple) else (answer,)
    wanted = {one for one in values if isinstance(one, int) and 0 < one < 2**31}
    if len(wanted) < len(set(values)):
        raise AnswerUnitUnknown(parameter)
    in_use = select(Unit.id).where(Unit.id.in_(wanted), ~Unit.is_archived)
    if parameter.type in _KINDS:
        in_use = in_use.where(Unit.kind == _KINDS[parameter.type])
    if set(session.scalars(in_use)) != wanted:
        raise AnswerUnitUnknown(parameter)
    if parameter.type is ParameterType.WORKSHOP or actor.employee_id is None:
        return
    around = select(UnitPath.ancestor_id).where(
        UnitPath.ancestor_id.in_(wanted), UnitPath.descendant_id.in_(sorted(actor.unit_ids))
    )
    if set(session.scalars(around)) != wanted:
        raise AnswerUnitForeign(parameter)


def _check_periods(definition: Definition, answers: Answers, today: date) -> None:
    asked = {one.code: one for one in definition.parameters}
    for _path, rule in walk(definition.rule):
        if not isinstance(rule, Condition | Having) or rule.operator is not Operator.BETWEEN:
            continue
        codes = [value.parameter for value in rule.values if isinstance(value, Asked)]
        if codes and is_turned_round(rule.values, answers, today):
            raise PeriodTurnedRound(asked[codes[0]])
