"""«Запланировать новую задачу»: a callback or an extra job in the same work-list (A14, rule 11)."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from campaigns.windows import clip, window_of
from core.access import Actor
from core.errors import Invalid
from core.journal import record
from directory.staff.models import Appointment, Employee
from directory.units.models import UnitPath
from worklists.closing import reopen_for
from worklists.events.outcomes import TaskPlanned
from worklists.far_dates import check_planned_for
from worklists.lifecycle import TaskState
from worklists.models.task import PHONING, Task, TaskKind
from worklists.notifications_sent import notify
from worklists.permissions import WorkPermission
from worklists.reports import NewTask
from worklists.saving import task_to_change

PLANNABLE = frozenset({TaskKind.CALLBACK, TaskKind.EXTRA})
CALLBACK_PRIORITY = 1
"""A promised callback goes before any call of a campaign (rule 13)."""


class KindNotPlannable(Invalid):
    """A person plans callbacks and extra jobs; the other kinds come about by themselves."""

    field = "new_task_kind"


class DueInPast(Invalid):
    """A task can only be planned for a later moment."""

    field = "new_task_due_at"


class PerformerUnknown(Invalid):
    """The performer must be an active person who works in this unit or above it."""

    field = "new_task_performer_id"


def plan_task(session: Session, task_id: int, new: NewTask, *, actor: Actor, now: datetime) -> Task:
    """Plan a task out of this one; its work-list is opened again if it was closed.

    Raises NotFound, KindNotPlannable, DueInPast, TooFar, FarAhead, PerformerUnknown.
    """
    actor.require(WorkPermission.WORK)
    source = task_to_change(session, task_id, actor=actor)
    check_new_task(session, source.unit_id, new, now=now)
    return add_planned(session, source, new, actor=actor, now=now)


def check_new_task(session: Session, unit_id: int, new: NewTask, *, now: datetime) -> None:
    """Raise what is wrong with the planned task, if anything."""
    if new.kind not in PLANNABLE:
        raise KindNotPlannable(new.kind)
    if new.due_at <= now:
        raise DueInPast(new.due_at)
    check_planned_for(new.due_at, is_confirmed=new.is_far_confirmed, now=now)
    if new.performer_id is not None and not _works_in(session, new.performer_id, unit_id):
        raise PerformerUnknown(new.performer_id)


def due_of(new: NewTask, source: Task, campaign: Campaign) -> datetime:
    """When the planned task is due: calls are moved into the client's calling window (rule 12)."""
    if new.kind not in PHONING:
        return new.due_at
    return clip(window_of(campaign), source.time_zone, new.due_at)


def add_planned(
    session: Session,
    source: Task,
    new: NewTask,
    *,
    promised_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> Task:
    """Add the checked task to the work-list of ``source``; tell its performer.

    ``promised_at``: when it was agreed, if that is longer ago; the task counts from then.
    """
    campaign = session.get_one(Campaign, source.campaign_id)
    is_callback = new.kind is TaskKind.CALLBACK
    is_anyones = is_callback and new.is_anyones and new.performer_id is None
    task = add_successor(
        session,
        source,
        work_list_id=reopen_for(session, source.work_list_id, actor=actor, now=now),
        kind=new.kind,
        goal=source.goal if is_callback or not new.comment else new.comment,
        comment=new.comment,
        due_at=due_of(new, source, campaign),
        priority=CALLBACK_PRIORITY if is_callback else source.priority,
        performer_id=None if is_anyones else new.performer_id or actor.person,
        made_at=promised_at,
        actor=actor,
        now=now,
    )
    tell_performer(session, task, actor=actor, now=now)
    return task


def tell_performer(session: Session, task: Task, *, actor: Actor, now: datetime) -> None:
    """Tell the person the task was given to, unless it is who gave it."""
    if task.performer_id is None or task.performer_id == actor.employee_id:
        return
    notify(
        session,
        task.performer_id,
        kind="task_given",
        task_id=task.id,
        work_list_id=task.work_list_id,
        occasion=f"given:{task.id}:{task.performer_id}",
        now=now,
    )


def add_successor(
    session: Session,
    source: Task,
    *,
    work_list_id: int,
    kind: TaskKind,
    goal: str,
    comment: str,
    due_at: datetime,
    priority: int,
    performer_id: int | None,
    made_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> Task:
    """Add a task that goes on from ``source``, with the same client, campaign and asset.

    Until it is due it is deferred: the sweep that brings it back tells its performer.
    ``made_at``: None is now.
    """
    task = Task(
        work_list_id=work_list_id,
        unit_id=source.unit_id,
        client_id=source.client_id,
        campaign_id=source.campaign_id,
        asset_id=source.asset_id,
        asset_key=source.asset_key,
        kind=kind,
        state=TaskState.DEFERRED if due_at > now else TaskState.PLANNED,
        priority=priority,
        goal=goal,
        comment=comment,
        due_at=due_at,
        time_zone=source.time_zone,
        performer_id=performer_id,
        predecessor_id=source.id,
        created_at=made_at or now,
        created_by=actor.key,
    )
    session.add(task)
    session.flush()
    record_planned(session, task, actor=actor, now=now)
    return task


def record_planned(session: Session, task: Task, *, actor: Actor, now: datetime) -> None:
    """Write the new task into the journal."""
    event = TaskPlanned(
        task_id=task.id,
        to_state=task.state,
        kind=task.kind,
        due_at=task.due_at,
        predecessor_id=task.predecessor_id,
        performer_id=task.performer_id,
    )
    record(session, event, actor=actor, at=now)


def _works_in(session: Session, employee_id: int, unit_id: int) -> bool:
    appointed = exists().where(
        Appointment.employee_id == Employee.id,
        Appointment.unit_id == UnitPath.ancestor_id,
        UnitPath.descendant_id == unit_id,
    )
    found = select(Employee.id).where(Employee.id == employee_id, Employee.is_active, appointed)
    return session.scalar(found) is not None
