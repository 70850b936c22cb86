"""Closing tasks, and the work-list with its last open one (rules 1, 3).

Whoever closes or adds tasks of a client first locks the client's open work-lists, in the order of
their ids: so a work-list never closes while somebody else is adding a task to it.
"""

from datetime import datetime

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from core.journal import record
from core.statements import ask
from directory.clients.models import ClientUnit
from directory.units.models import Unit, UnitKind, UnitPath
from worklists.events.outcomes import WorkListClosed, WorkListOpened, WorkListReopened
from worklists.lifecycle import OPEN, TaskAction, after
from worklists.models.task import Finish, Task
from worklists.models.work_list import WorkList
from worklists.unit_work import hold_unit

ENGINE = Actor(key="engine")
"""Signs what happens by itself when nobody is named."""


_OPEN_LISTS = (
    select(WorkList.id)
    .where(WorkList.client_id == bindparam("client"), WorkList.closed_at.is_(None))
    .order_by(WorkList.id)
    .with_for_update()
)


def lock_work_lists(session: Session, client_id: int) -> None:
    """Hold the client's open work-lists until the transaction ends."""
    ask(session, _OPEN_LISTS, {"client": client_id}).all()


def close_task(
    task: Task, *, action: TaskAction, finish: Finish, actor: Actor, now: datetime
) -> None:
    """Move the task into a closed state. Raises StepRefused. The caller writes the journal."""
    task.state = after(task.state, action)
    task.finish = finish
    task.closed_at = now
    task.closed_by_id = actor.employee_id
    task.lease_until = None


def close_if_finished(
    session: Session, work_list_id: int, now: datetime, *, actor: Actor = ENGINE
) -> bool:
    """Close the work-list if none of its tasks is open; whether it was closed by this call."""
    session.flush()
    session.execute(select(WorkList.id).where(WorkList.id == work_list_id).with_for_update()).all()
    has_open = exists().where(Task.work_list_id == work_list_id, Task.state.in_(OPEN))
    closed = session.execute(
        update(WorkList)
        .where(WorkList.id == work_list_id, WorkList.closed_at.is_(None), ~has_open)
        .values(closed_at=now)
        .returning(WorkList.id)
    ).first()
    if closed is None:
        return False
    record(session, WorkListClosed(work_list_id=work_list_id), actor=actor, at=now)
    return True


def open_work_list(
    session: Session,
    *,
    unit_id: int,
    client_id: int,
    campaign_id: int,
    origin_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """The id of the client's open work-list in the unit, made if there is none (rule 1).

    Raises UnitOutOfUse for a unit in the archive.
    """
    hold_unit(session, unit_id)
    while True:
        session.execute(
            insert_into(session, ClientUnit)
            .values(client_id=client_id, unit_id=unit_id)
            .on_conflict_do_nothing()
        )
        fresh = session.scalar(
            insert_into(session, WorkList)
            .values(
                unit_id=unit_id,
                client_id=client_id,
                campaign_id=campaign_id,
                centre_id=centre_above(session, unit_id),
                origin_id=origin_id,
                initiator=actor.key,
                opened_at=now,
            )
            .on_conflict_do_nothing()
            .returning(WorkList.id)
        )
        if fresh is not None:
            event = WorkListOpened(
                work_list_id=fresh,
                unit_id=unit_id,
                client_id=client_id,
                campaign_id=campaign_id,
                origin_id=origin_id,
            )
            record(session, event, actor=actor, at=now)
            return int(fresh)
        standing = _open_one(session, unit_id, client_id)
        # None: it was closed between the two statements, so a new one can be made now.
        if standing is not None:
            return standing


def reopen_for(session: Session, work_list_id: int, *, actor: Actor, now: datetime) -> int:
    """The id of the open work-list to which a task of this one is added.

    A closed one is opened again, unless the client has a newer open one in the unit. Raises
    UnitOutOfUse for a closed one of a unit in the archive.
    """
    work_list = session.get_one(WorkList, work_list_id, populate_existing=True)
    if work_list.closed_at is None:
        return work_list.id
    hold_unit(session, work_list.unit_id)
    newer = _open_one(session, work_list.unit_id, work_list.client_id)
    if newer is not None:
        return newer
    try:
        with session.begin_nested():
            work_list.closed_at = None
            session.flush()
    except IntegrityError:  # a new one was opened in this instant
        newer = _open_one(session, work_list.unit_id, work_list.client_id)
        if newer is None:
            raise
        return newer
    record(session, WorkListReopened(work_list_id=work_list.id), actor=actor, at=now)
    return work_list.id


def _open_one(session: Session, unit_id: int, client_id: int) -> int | None:
    return session.scalar(
        select(WorkList.id)
        .where(
            WorkList.unit_id == unit_id,
            WorkList.client_id == client_id,
            WorkList.closed_at.is_(None),
        )
        .with_for_update()
    )


def centre_above(session: Session, unit_id: int) -> int | None:
    """The nearest responsibility centre, the unit itself included."""
    return session.scalar(
        select(Unit.id)
        .join(UnitPath, UnitPath.ancestor_id == Unit.id)
        .where(UnitPath.descendant_id == unit_id, Unit.kind == UnitKind.CENTRE)
        .order_by(UnitPath.depth)
        .limit(1)
    )
