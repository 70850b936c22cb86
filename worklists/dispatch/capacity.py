"""Who can take tasks: limits in hand, what is taken already, skills, units, absence."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from core.errors import Invalid, NotFound
from directory.calendars.absences import absent_ids
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import UnitPath
from worklists.finished_campaigns import is_left_over
from worklists.lifecycle import TaskState
from worklists.models.dispatch import CampaignSkill, PersonLimit, PersonSkill, UnitLimit
from worklists.models.task import Task
from worklists.permissions import WorkPermission

DEFAULT_LIMIT = 50
"""The most open tasks in hand where neither the person nor a unit above has a limit."""
HIGHEST_LIMIT = 1000
LONGEST_SKILL = 40
IN_HAND = (TaskState.PLANNED, TaskState.IN_WORK, TaskState.DEFERRED)
"""States in which a task counts as somebody's load."""
TAKES_TASKS = (Role.OPERATOR, Role.MANAGER)
"""Roles to which work is distributed unless people are named."""
MAY_WORK = (*TAKES_TASKS, Role.SUPERVISOR, Role.HEAD)
"""Roles that may work on tasks at all."""


class SkillTooLong(Invalid):
    """A skill is a word or two, at most ``LONGEST_SKILL`` characters."""

    field = "skills"


class LimitImpossible(Invalid):
    """A limit is a whole number from 0 to ``HIGHEST_LIMIT``."""

    field = "at_most"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who may be given tasks, as things are now."""

    id: int
    name: str
    in_hand: int
    at_most: int
    is_absent: bool
    unit_ids: frozenset[int] = field(repr=False)
    """Units whose tasks they see."""
    skills: frozenset[str] = frozenset()
    own_limit: int | None = None
    """Their own limit; None: that of the unit."""

    @property
    def room(self) -> int:
        """How many more tasks they can take; an absent one none."""
        return 0 if self.is_absent else max(self.at_most - self.in_hand, 0)


def people_for(
    session: Session,
    *,
    employee_ids: Collection[int] | None = None,
    actor: Actor,
    now: datetime,
) -> list[Person]:
    """The active people of the actor's units who may work, by name.

    ``employee_ids`` None: those whose role it is to work on tasks. People whom the actor does not
    see are left out.
    """
    actor.require(WorkPermission.DISPATCH)
    roles = TAKES_TASKS if employee_ids is None else MAY_WORK
    # Named people may also be appointed above the actor's units: they see the tasks too.
    seen = select(UnitPath.ancestor_id).where(UnitPath.descendant_id.in_(actor.unit_ids))
    appointed = select(Appointment.employee_id).where(Appointment.role.in_(roles))
    if employee_ids is None:
        appointed = appointed.where(Appointment.unit_id.in_(actor.unit_ids))
    else:
        appointed = appointed.where(Appointment.unit_id.in_(seen))
    rows = select(Employee.id, Employee.full_name).where(
        Employee.id.in_(appointed), Employee.is_active
    )
    if employee_ids is not None:
        rows = rows.where(Employee.id.in_(employee_ids))
    return _people(session, dict(session.execute(rows).all()), now)


def person_now(session: Session, employee_id: int, now: datetime) -> Person:
    """One person, whoever asks: for what they do with their own tasks."""
    name = session.scalars(select(Employee.full_name).where(Employee.id == employee_id)).one()
    return _people(session, {employee_id: name}, now)[0]


def in_hand(session: Session, employee_ids: Collection[int]) -> dict[int, int]:
    """How many open tasks each of them has; what finished campaigns left is no load."""
    rows = session.execute(
        select(Task.performer_id, func.count())
        .where(Task.performer_id.in_(employee_ids), Task.state.in_(IN_HAND), ~is_left_over())
        .group_by(Task.performer_id)
    )
    counted = {int(row[0]): int(row[1]) for row in rows if row[0] is not None}
    return dict.fromkeys(employee_ids, 0) | counted


def campaign_skills(session: Session) -> dict[int, frozenset[str]]:
    """Campaign → the skills that it asks for."""
    return _tags(session, CampaignSkill.campaign_id.expression, CampaignSkill.skill.expression)


def unit_limits(session: Session) -> dict[int, int]:
    """Unit → the limit set there."""
    return dict(session.execute(select(UnitLimit.unit_id, UnitLimit.at_most)).all())


def set_person_limit(
    session: Session, employee_id: int, at_most: int | None, *, actor: Actor, now: datetime
) -> None:
    """Set a person's own limit; None: that of the unit again. Raises NotFound, LimitImpossible."""
    _require_seen(session, employee_id, actor=actor, now=now)
    session.execute(delete(PersonLimit).where(PersonLimit.employee_id == employee_id))
    if at_most is not None:
        session.execute(
            insert(PersonLimit).values(employee_id=employee_id, at_most=_usable(at_most))
        )


def set_person_skills(
    session: Session, employee_id: int, skills: Iterable[str], *, actor: Actor, now: datetime
) -> None:
    """Replace the person's tags. Raises NotFound, SkillTooLong."""
    _require_seen(session, employee_id, actor=actor, now=now)
    session.execute(delete(PersonSkill).where(PersonSkill.employee_id == employee_id))
    rows = [{"employee_id": employee_id, "skill": skill} for skill in usable_tags(skills)]
    if rows:
        session.execute(insert(PersonSkill), rows)


def set_campaign_skills(
    session: Session, campaign_id: int, skills: Iterable[str], *, actor: Actor
) -> None:
    """Replace the tags that the campaign asks for. Raises SkillTooLong."""
    actor.require(WorkPermission.DISPATCH)
    session.execute(delete(CampaignSkill).where(CampaignSkill.campaign_id == campaign_id))
    rows = [{"campaign_id": campaign_id, "skill": skill} for skill in usable_tags(skills)]
    if rows:
        session.execute(insert(CampaignSkill), rows)


def set_unit_limit(session: Session, unit_id: int, at_most: int | None, *, actor: Actor) -> None:
    """Set the limit of a unit and all below it; None: none there. Raises NotFound."""
    actor.require(WorkPermission.DISPATCH)
    if unit_id not in actor.unit_ids:
        raise NotFound("unit", unit_id)
    session.execute(delete(UnitLimit).where(UnitLimit.unit_id == unit_id))
    if at_most is not None:
        session.execute(
            insert_into(session, UnitLimit).values(unit_id=unit_id, at_most=_usable(at_most))
        )


def usable_tags(tags: Iterable[str]) -> list[str]:
    """Tags as they are kept: lower case, each once. Raises SkillTooLong."""
    tags = list(tags)
    if not all(map(is_skill, tags)):
        raise SkillTooLong()
    return sorted({tag for tag in map(_cleaned, tags) if tag})


def is_skill(tag: str) -> bool:
    """Whether the tag is short enough to be kept as it is."""
    return len(_cleaned(tag)) <= LONGEST_SKILL


def _cleaned(tag: str) -> str:
    return " ".join(tag.split()).casefold()


def _people(session: Session, names: dict[int, str], now: datetime) -> list[Person]:
    ids = list(names)
    taken = in_hand(session, ids)
    absent = absent_ids(session, ids, now)
    own = dict(
        session.execute(
            select(PersonLimit.employee_id, PersonLimit.at_most).where(
                PersonLimit.employee_id.in_(ids)
            )
        ).all()
    )
    skills = _tags(session, PersonSkill.employee_id.expression, PersonSkill.skill.expression)
    units, limits = _units_of(session, ids), _unit_limits_of(session, ids)
    found = [
        Person(
            id=one,
            name=name,
            in_hand=taken[one],
            at_most=own.get(one, limits.get(one, DEFAULT_LIMIT)),
            is_absent=one in absent,
            unit_ids=units.get(one, frozenset()),
            skills=skills.get(one, frozenset()),
            own_limit=own.get(one),
        )
        for one, name in names.items()
    ]
    return sorted(found, key=lambda person: (person.name, person.id))


def _units_of(session: Session, ids: Collection[int]) -> dict[int, frozenset[int]]:
    rows = session.execute(
        select(Appointment.employee_id, UnitPath.descendant_id)
        .join(UnitPath, UnitPath.ancestor_id == Appointment.unit_id)
        .where(Appointment.employee_id.in_(ids), Appointment.role.in_(MAY_WORK))
    )
    found: dict[int, set[int]] = {}
    for employee_id, unit_id in rows:
        found.setdefault(employee_id, set()).add(unit_id)
    return {one: frozenset(units) for one, units in found.items()}


def _unit_limits_of(session: Session, ids: Collection[int]) -> dict[int, int]:
    """The limit of the nearest unit above each person; of several posts the highest."""
    rows = session.execute(
        select(Appointment.employee_id, Appointment.unit_id, UnitLimit.at_most)
        .join(UnitPath, UnitPath.descendant_id == Appointment.unit_id)
        .join(UnitLimit, UnitLimit.unit_id == UnitPath.ancestor_id)
        .where(Appointment.employee_id.in_(ids), Appointment.role.in_(MAY_WORK))
        .order_by(UnitPath.depth.desc())
    )
    nearest: dict[tuple[int, int], int] = {(row[0], row[1]): row[2] for row in rows}
    found: dict[int, int] = {}
    for (employee_id, _unit), at_most in nearest.items():
        found[employee_id] = max(found.get(employee_id, 0), at_most)
    return found


def _tags(
    session: Session, owner: ColumnElement[int], skill: ColumnElement[str]
) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for one, tag in session.execute(select(owner, skill)):
        found.setdefault(one, set()).add(tag)
    return {one: frozenset(tags) for one, tags in found.items()}


def _require_seen(session: Session, employee_id: int, *, actor: Actor, now: datetime) -> None:
    """Raise NotFound unless the person is appointed inside the actor's units."""
    actor.require(WorkPermission.DISPATCH)
    inside = select(Appointment.id).where(
        Appointment.employee_id == employee_id, Appointment.unit_id.in_(actor.unit_ids)
    )
    if session.scalar(inside.limit(1)) is None:
        raise NotFound("employee", employee_id)


def _usable(at_most: int) -> int:
    if not 0 <= at_most <= HIGHEST_LIMIT:
        raise LimitImpossible(at_most)
    return at_most
