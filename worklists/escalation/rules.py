"""The rules of a unit: its own, else those of the nearest unit above, else the built-in ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid
from core.journal import Event, record
from directory.units.models import UnitPath
from directory.units.tree import get_unit, unit_tree
from worklists.escalation.models import EscalationRule, Level
from worklists.permissions import WorkPermission

LONGEST_HOURS = 999
NOBODY = 0
"""``highest`` of a unit whose tasks do not escalate."""


class HoursImpossible(Invalid):
    """1 to 999 working hours."""

    field = "take_hours"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """When tasks of a unit escalate; hours are working hours of the unit's calendar."""

    take_hours: int = 4
    done_hours: int = 8
    step_hours: int = 4
    highest: int = Level.HEAD.value
    with_calls: bool = True


DEFAULT = Rules()
"""Where no unit has set anything."""


@dataclass(frozen=True, kw_only=True)
class UnitRules:
    """The rules that count in a unit; ``set_at``: the unit that set them, None: built in."""

    unit_id: int
    name: str
    depth: int
    rules: Rules
    set_at: int | None


@dataclass(frozen=True, kw_only=True)
class EscalationRuleSet(Event):
    """From now on tasks of the unit escalate so."""

    subject: ClassVar[str] = "unit"
    unit_id: int
    take_hours: int
    done_hours: int
    step_hours: int
    highest: int
    with_calls: bool


@dataclass(frozen=True, kw_only=True)
class EscalationRuleRemoved(Event):
    """The unit goes by the rules above it again."""

    subject: ClassVar[str] = "unit"
    unit_id: int


def rules_of_units(session: Session) -> dict[int, tuple[Rules, int]]:
    """By unit the rules that count there and the unit that set them; the others go by DEFAULT."""
    rows = session.execute(
        select(UnitPath.descendant_id, EscalationRule)
        .join(EscalationRule, EscalationRule.unit_id == UnitPath.ancestor_id)
        .order_by(UnitPath.descendant_id, UnitPath.depth.desc())
    )
    # The nearest comes last and stays.
    return {unit_id: (_rules(rule), rule.unit_id) for unit_id, rule in rows}


def rules_seen(
    session: Session, *, with_archived: bool = False, actor: Actor
) -> Sequence[UnitRules]:
    """The actor's units as a tree, each with the rules that count there."""
    actor.require(WorkPermission.MANAGE_ESCALATION)
    found = rules_of_units(session)
    return [
        UnitRules(
            unit_id=row.unit.id,
            name=row.unit.name,
            depth=row.depth,
            rules=found.get(row.unit.id, (DEFAULT, None))[0],
            set_at=found.get(row.unit.id, (DEFAULT, None))[1],
        )
        for row in unit_tree(session, within=actor.unit_ids, with_archived=with_archived)
    ]


def set_rules(session: Session, unit_id: int, rules: Rules, *, actor: Actor, now: datetime) -> None:
    """Let the unit and all below it without rules of their own go by these.

    Raises NotFound, HoursImpossible.
    """
    actor.require(WorkPermission.MANAGE_ESCALATION)
    get_unit(session, unit_id, actor=actor)
    hours = (rules.take_hours, rules.done_hours, rules.step_hours)
    if not all(1 <= one <= LONGEST_HOURS for one in hours):
        raise HoursImpossible(hours)
    row = session.get(EscalationRule, unit_id) or EscalationRule(unit_id=unit_id)
    for name, value in vars(rules).items():
        setattr(row, name, value)
    row.changed_at = now
    session.add(row)
    session.flush()
    record(session, EscalationRuleSet(unit_id=unit_id, **vars(rules)), actor=actor, at=now)


def remove_rules(session: Session, unit_id: int, *, actor: Actor, now: datetime) -> None:
    """Let the unit go by what counts above it again. Raises NotFound; harmless twice."""
    actor.require(WorkPermission.MANAGE_ESCALATION)
    get_unit(session, unit_id, actor=actor)
    row = session.get(EscalationRule, unit_id)
    if row is not None:
        session.delete(row)
        session.flush()
        record(session, EscalationRuleRemoved(unit_id=unit_id), actor=actor, at=now)


def _rules(row: EscalationRule) -> Rules:
    return Rules(
        take_hours=row.take_hours, done_hours=row.done_hours, step_hours=row.step_hours,
        highest=row.highest, with_calls=row.with_calls,
    )  # fmt: skip
