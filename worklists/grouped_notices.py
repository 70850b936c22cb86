"""One notification about many tasks for each person: what a sweep did, told once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core.db import insert_into
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import UnitPath
from worklists.card.mail_choices import queue_mail
from worklists.models.attempt import Notification
from worklists.models.task import Task
from worklists.sweeping import these

_RANKS = {Role.SUPERVISOR: 0, Role.HEAD: 1}
"""Who is told about a unit: its nearest supervisors, else its nearest heads."""

_About = Row[int, int, int, int | None, int]
"""A task's id, work-list, unit, performer and occurrence."""


def tell_performers(session: Session, task_ids: Sequence[int], *, kind: str, now: datetime) -> None:
    """Tell each person once about those of the tasks that are theirs."""
    by_person: dict[int, list[_About]] = defaultdict(list)
    for row in _rows(session, task_ids):
        if row[3] is not None:
            by_person[row[3]].append(row)
    _tell(session, by_person, kind, now)


def tell_supervisors(
    session: Session, task_ids: Sequence[int], *, kind: str, now: datetime
) -> None:
    """Tell each supervisor once about those of the tasks that are of their units."""
    rows = _rows(session, task_ids)
    people = supervisors_of(session, {row[2] for row in rows})
    by_person: dict[int, list[_About]] = defaultdict(list)
    for row in rows:
        for employee_id in people.get(row[2], ()):
            by_person[employee_id].append(row)
    _tell(session, by_person, kind, now)


def supervisors_of(session: Session, unit_ids: Iterable[int]) -> Mapping[int, Sequence[int]]:
    """Unit → the people who lead it: the nearest supervisors upwards, else the nearest heads."""
    return leaders_of(session, unit_ids, _RANKS)


def leaders_of(
    session: Session, unit_ids: Iterable[int], ranks: Mapping[Role, int]
) -> Mapping[int, Sequence[int]]:
    """Unit → who holds the role of the lowest rank that somebody holds there or above, the nearest.

    Each unit's people in the order of their ids; a unit that nobody leads is not there.
    """
    found = session.execute(
        select(UnitPath.descendant_id, Appointment.role, UnitPath.depth, Appointment.employee_id)
        .join(Appointment, Appointment.unit_id == UnitPath.ancestor_id)
        .join(Employee, Employee.id == Appointment.employee_id)
        .where(
            UnitPath.descendant_id.in_(sorted(unit_ids)),
            Appointment.role.in_(tuple(ranks)),
            Employee.is_active,
        )
        .distinct()
        .order_by(Appointment.employee_id)
    ).all()
    nearest: dict[int, tuple[int, int]] = {}
    for unit_id, role, depth, _person in found:
        rank = (ranks[role], depth)
        nearest[unit_id] = min(rank, nearest.get(unit_id, rank))
    people: dict[int, list[int]] = defaultdict(list)
    for unit_id, role, depth, person in found:
        if (ranks[role], depth) == nearest[unit_id]:
            people[unit_id].append(person)
    return dict(people)


def _rows(session: Session, task_ids: Sequence[int]) -> list[_About]:
    """The soonest due first: that one stands for all."""
    columns = (Task.id, Task.work_list_id, Task.unit_id, Task.performer_id, Task.occurrence)
    query = select(*columns).where(these(task_ids)).order_by(Task.due_at, Task.id)
    return list(session.execute(query)) if task_ids else []


def _tell(
    session: Session, by_person: Mapping[int, Sequence[_About]], kind: str, now: datetime
) -> None:
    rows = [
        {
            "employee_id": person,
            "kind": kind,
            "task_id": about[0][0],
            "work_list_id": about[0][1],
            "occasion": f"{kind}:{about[0][0]}:{about[0][4]}:{person}",
            "tasks": len(about),
            "created_at": now,
        }
        for person, about in sorted(by_person.items())
    ]
    if not rows:
        return
    session.execute(insert_into(session, Notification).on_conflict_do_nothing(), rows)
    fresh = (Notification.kind == kind) & (Notification.created_at == now)
    queue_mail(session, fresh & Notification.seen_at.is_(None), now=now)
