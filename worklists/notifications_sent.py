"""Telling a person what they must know and act on: each occasion once."""

from datetime import datetime

from sqlalchemy import (
    CompoundSelect,
    String,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import UnitPath
from worklists.card.mail_choices import queue_mail
from worklists.models.attempt import Notification
from worklists.models.task import Task
from worklists.models.work_list import WorkList

_NAMED, _HEAD, _WORKS_THERE, _ABOVE = range(4)
_WORKERS = (Role.MANAGER, Role.OPERATOR, Role.SUPERVISOR)

INVOLVEMENT_DONE = "involvement_done"
ACCEPTED = "involvement_accepted"
RETURNED = "involvement_returned"
HANDED = "involvement_handed"


def occasion_of(involvement_id: int) -> str:
    """Names the end of an involvement."""
    return f"involvement:{involvement_id}"


def involvement_of(occasion: str) -> int:
    """The involvement whose step the occasion names; 0: it names something else."""
    kind, _, number = occasion.partition(":")
    number = number.partition(":")[0]
    kinds = {"involvement", ACCEPTED, RETURNED, HANDED}
    return int(number) if kind in kinds and number.isdecimal() else 0


def step_occasion(kind: str, involvement_id: int, at: datetime) -> str:
    """Names one answer to a request: it may be accepted or returned more than once."""
    return f"{kind}:{involvement_id}:{int(at.timestamp())}"


def take_back_notice(session: Session, kind: str, involvement_id: int, at: datetime | None) -> None:
    """Nobody has to be told what was taken back; whoever has read it knows anyway."""
    if at is None:
        return
    session.execute(
        delete(Notification).where(
            Notification.occasion == step_occasion(kind, involvement_id, at),
            Notification.seen_at.is_(None),
        )
    )


def notify(
    session: Session,
    employee_id: int,
    *,
    kind: str,
    task_id: int,
    work_list_id: int,
    occasion: str,
    now: datetime,
) -> bool:
    """Tell the person; whether this occasion is new."""
    told = session.execute(
        insert_into(session, Notification)
        .values(
            employee_id=employee_id,
            kind=kind,
            task_id=task_id,
            work_list_id=work_list_id,
            occasion=occasion,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Notification.id)
    ).first()
    if told is not None:
        queue_mail(session, Notification.id == told.id, now=now)
    return told is not None


def tell_unit(
    session: Session,
    task_id: int,
    *,
    kind: str = "unit_asked",
    occasion: str = "asked",
    actor: Actor,
    now: datetime,
) -> int:
    """Tell those whom a task asked of their unit concerns; how many, each once per occasion.

    Its performer or whoever answers for its work-list; when nobody is named the unit's heads, else
    the people who work there, else the nearest head above. Whoever asks is not told.
    """
    people = _concerned(task_id).subquery()
    nearest = select(func.min(people.c.rank)).scalar_subquery()
    rows = (
        select(
            people.c.employee_id,
            literal(kind),
            Task.id,
            Task.work_list_id,
            literal(f"{occasion}:")
            + cast(Task.id, String)
            + ":"
            + cast(people.c.employee_id, String),
            literal(now, Notification.created_at.type),
        )
        .join(Task, Task.id == task_id)
        .where(people.c.rank == nearest, people.c.employee_id != (actor.employee_id or 0))
        .distinct()
    )
    columns = ["employee_id", "kind", "task_id", "work_list_id", "occasion", "created_at"]
    made = session.scalars(
        insert_into(session, Notification)
        .from_select(columns, rows)
        .on_conflict_do_nothing()
        .returning(Notification.id)
    ).all()
    if made:
        queue_mail(session, Notification.id.in_(made), now=now)
    return len(made)


def _concerned(task_id: int) -> CompoundSelect[int, int]:
    """``employee_id`` and ``rank``: the lowest rank that anybody has is told."""
    own = func.coalesce(Task.performer_id, WorkList.responsible_id)
    named = (
        select(Employee.id.label("employee_id"), literal(_NAMED).label("rank"))
        .join(Task, Task.id == task_id)
        .join(WorkList, WorkList.id == Task.work_list_id)
        .where(Employee.id == own, Employee.is_active)
    )
    is_head = Appointment.role == Role.HEAD
    rank = case(
        (is_head & (UnitPath.depth == 0), _HEAD),
        (UnitPath.depth == 0, _WORKS_THERE),
        else_=_ABOVE + UnitPath.depth,
    )
    appointed = (
        select(Appointment.employee_id, rank)
        .join(UnitPath, UnitPath.ancestor_id == Appointment.unit_id)
        .join(Task, (Task.unit_id == UnitPath.descendant_id) & (Task.id == task_id))
        .join(Employee, Employee.id == Appointment.employee_id)
        .where(
            Employee.is_active,
            or_(is_head, (UnitPath.depth == 0) & Appointment.role.in_(_WORKERS)),
        )
    )
    return union(named, appointed)
