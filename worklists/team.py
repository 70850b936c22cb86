"""The team at a glance: what each person of the units has in hand and did today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from campaigns.models import ResultCodeVersion
from core.access import Actor
from directory.staff.models import Appointment, Employee, Role
from worklists.finished_campaigns import is_of_finished
from worklists.lateness import task_is_late
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt
from worklists.models.task import Task, TaskKind
from worklists.permissions import WorkPermission

_WORKING = (Role.MANAGER, Role.OPERATOR, Role.SUPERVISOR, Role.HEAD)
_IN_HAND = (TaskState.PLANNED, TaskState.DEFERRED, TaskState.IN_WORK)


class TeamNumber(StrEnum):
    """A number of the table that counts tasks in somebody's hand and opens their list."""

    IN_WORK = "in_work"
    OVERDUE = "overdue"
    CALLBACKS = "callbacks"
    MISSED = "missed"


@dataclass(frozen=True, kw_only=True)
class TeamLine:
    """One person; every number is of the units asked for."""

    employee_id: int
    name: str
    in_work: int
    on_control: int
    to_check: int
    """Of those on control: to be checked today or before."""
    overdue: int
    callbacks: int
    """Promised to clients for today, not made yet."""
    missed: int
    """Promised callbacks not made in time, noticed today and still theirs."""
    attempts: int
    """Conversations and tries of today; what one of them settled besides is not counted."""
    successes: int


NUMBERS = tuple(name for name in TeamLine.__dataclass_fields__ if name not in
                {"employee_id", "name"})  # fmt: skip


def team(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    day_began: datetime,
    day_ends: datetime,
    unit_id: int | None = None,
) -> Sequence[TeamLine]:
    """Everybody who works in these units, by name; in one statement.

    The day is that of the person who looks, UTC. ``unit_id`` narrows people and numbers to one
    unit; one that is not this person's shows nobody.
    """
    actor.require(WorkPermission.SEE)
    units = actor.unit_ids if unit_id is None else actor.unit_ids & {unit_id}
    people = people_of(units)
    parts = union_all(
        _in_hand(people, units, now, day_began, day_ends),
        _on_control(units, day_ends),
        _done(people, units, day_began, day_ends),
    ).subquery("parts")
    totals = (
        select(parts.c.person, *(func.sum(getattr(parts.c, name)).label(name) for name in NUMBERS))
        .group_by(parts.c.person)
        .subquery("totals")
    )
    rows = session.execute(
        select(
            Employee.id.label("employee_id"),
            Employee.full_name.label("name"),
            *(func.coalesce(getattr(totals.c, name), 0).label(name) for name in NUMBERS),
        )
        .outerjoin(totals, totals.c.person == Employee.id)
        .where(Employee.id.in_(people), Employee.is_active)
        .order_by(Employee.full_name, Employee.id)
    )
    return [
        TeamLine(
            employee_id=row.employee_id,
            name=row.name,
            **{number: int(getattr(row, number)) for number in NUMBERS},
        )
        for row in rows
    ]


def people_of(units: frozenset[int]) -> Select[int]:
    """Who works in these units: the lines of the table but for those who left."""
    return select(Appointment.employee_id).where(
        Appointment.unit_id.in_(units), Appointment.role.in_(_WORKING)
    )


def _in_hand(
    people: Select[int],
    units: frozenset[int],
    now: datetime,
    day_began: datetime,
    day_ends: datetime,
) -> Select[*tuple[Any, ...]]:
    """A walk of ``ix_tasks_performer`` per person."""
    counted = what_counts(now, day_began, day_ends)
    return _numbers(
        Task.performer_id,
        **{number.value: _how_many(condition) for number, condition in counted.items()},
    ).where(*in_hand_of(people, units))


def in_hand_of(people: Select[int], units: frozenset[int]) -> tuple[ColumnElement[bool], ...]:
    """Conditions: what these people have in hand in these units."""
    # Not a bare column: else SQLite would walk all that waits in the units, given or not.
    of_units = (Task.unit_id + 0).in_(units)
    return Task.performer_id.in_(people), Task.state.in_(_IN_HAND), of_units


def what_counts(
    now: datetime, day_began: datetime, day_ends: datetime
) -> dict[TeamNumber, ColumnElement[bool]]:
    """Which of the tasks in hand each number counts, and the list behind it shows."""
    waiting = Task.state != TaskState.IN_WORK
    promised = and_(
        waiting,
        ~is_of_finished(),
        Task.kind == TaskKind.CALLBACK,
        Task.due_at >= day_began,
        Task.due_at < day_ends,
    )
    late = and_(Task.state == TaskState.PLANNED, task_is_late(now), ~is_of_finished())
    return {
        TeamNumber.IN_WORK: Task.state == TaskState.IN_WORK,
        TeamNumber.OVERDUE: late,
        TeamNumber.CALLBACKS: promised,
        TeamNumber.MISSED: and_(waiting, Task.missed_at >= day_began),
    }


def _on_control(units: frozenset[int], day_ends: datetime) -> Select[*tuple[Any, ...]]:
    """What is on control in the units, by who left it there (``ix_tasks_unit_state``)."""
    return _numbers(
        Task.control_by_id,
        on_control=func.count(),
        to_check=_how_many(Task.control_at < day_ends),
    ).where(Task.unit_id.in_(units), Task.state == TaskState.ON_CONTROL)


def _done(
    people: Select[int], units: frozenset[int], day_began: datetime, day_ends: datetime
) -> Select[*tuple[Any, ...]]:
    """A walk of ``ix_attempts_employee`` per person over one day."""
    return (
        _numbers(
            Attempt.employee_id,
            attempts=func.count(),
            successes=_how_many(ResultCodeVersion.is_success.is_(True)),
        )
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Attempt.result_version_id)
        .where(
            Attempt.employee_id.in_(people),
            Attempt.at >= day_began,
            Attempt.at < day_ends,
            Attempt.unit_id.in_(units),
            Attempt.copied_from_id.is_(None),
            Attempt.undone_at.is_(None),
            Attempt.caller.is_(None),
        )
    )


def _numbers(person: Any, **known: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    """Person and all the numbers, those that are not known as 0."""
    numbers = [known.get(name, literal(0)).label(name) for name in NUMBERS]
    return select(person.label("person"), *numbers).group_by(person)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
