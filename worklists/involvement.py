"""Asking another unit to do something: a task in a work-list of its own (A6, rule 4)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.catalogue import department_campaign_id
from campaigns.models import Campaign
from core.access import Actor
from core.errors import Invalid, NotFound
from core.journal import record
from directory.units.models import Unit
from worklists.card.sent_along import send_documents
from worklists.closing import lock_work_lists, open_work_list
from worklists.due_times import working_moment
from worklists.events.asked import InvolvementAccepted, InvolvementReturned
from worklists.events.outcomes import (
    AskedByUnit,
    InvolvementFinished,
    InvolvementWithdrawn,
    UnitInvolved,
)
from worklists.far_dates import check_not_too_far
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import Involvement, WorkList
from worklists.notifications_sent import (
    INVOLVEMENT_DONE,
    notify,
    occasion_of,
    step_occasion,
    tell_unit,
)
from worklists.permissions import WorkPermission
from worklists.planning import record_planned
from worklists.reports import InvolvementDraft
from worklists.visibility import work_list_is_visible


class UnitUnknown(Invalid):
    """Only a unit that is in use can be asked."""

    field = "involve_unit_id"


class SameUnit(Invalid):
    """A unit does not involve itself: it plans a task."""

    field = "involve_unit_id"


class TextMissing(Invalid):
    """The other unit must read what it is asked to do."""

    field = "involve_text"


class InvolvementDueInPast(Invalid):
    """The other unit can only be asked for a later moment."""

    field = "involve_due_at"


def involve_unit(
    session: Session,
    work_list_id: int,
    draft: InvolvementDraft,
    *,
    from_task_id: int | None,
    asset_id: int | None,
    actor: Actor,
    now: datetime,
) -> Involvement:
    """Ask the unit; whoever asks is told when it is done there. Due in its working time.

    Raises NotFound, NotPermitted, TooFar and the errors of this module.
    """
    actor.require(WorkPermission.INVOLVE)
    work_list = session.scalars(
        select(WorkList).where(WorkList.id == work_list_id, work_list_is_visible(actor))
    ).one_or_none()
    if work_list is None:
        raise NotFound("work_list", work_list_id)
    source = _task_of(session, work_list_id, from_task_id)
    check_involvement(session, work_list.unit_id, draft, now=now)
    lock_work_lists(session, work_list.client_id)
    involvement = ask_unit(
        session,
        source,
        unit_id=draft.unit_id,
        kind=TaskKind.DEPARTMENT,
        campaign_id=department_campaign_id(session),
        text=draft.text.strip(),
        due_at=working_moment(session, draft.unit_id, draft.due_at, actor=actor),
        from_task_id=from_task_id,
        asset_id=asset_id,
        actor=actor,
        now=now,
    )
    if draft.with_documents:
        sent = [from_task_id] if from_task_id else _tasks_of(session, work_list_id)
        send_documents(session, sent, involvement.to_task_id)
    return involvement


def check_involvement(
    session: Session, own_unit_id: int, draft: InvolvementDraft, *, now: datetime
) -> None:
    """Raise what is wrong with the request, if anything."""
    if draft.unit_id == own_unit_id:
        raise SameUnit(draft.unit_id)
    if session.scalar(select(Unit.is_archived).where(Unit.id == draft.unit_id)) is not False:
        raise UnitUnknown(draft.unit_id)
    if not draft.text.strip():
        raise TextMissing()
    check_deadline(draft.due_at, now=now)


def check_deadline(due_at: datetime, *, now: datetime) -> None:
    """Raise InvolvementDueInPast or TooFar unless a unit can be asked for this moment."""
    if due_at <= now:
        raise InvolvementDueInPast(due_at)
    check_not_too_far(due_at, now=now, field=InvolvementDueInPast.field)


def ask_unit(
    session: Session,
    source: Task,
    *,
    unit_id: int,
    kind: TaskKind,
    campaign_id: int,
    text: str,
    due_at: datetime,
    from_task_id: int | None,
    asset_id: int | None,
    actor: Actor,
    now: datetime,
) -> Involvement:
    """Make the task in the other unit's work-list and tie both sides together."""
    to_work_list_id = open_work_list(
        session,
        unit_id=unit_id,
        client_id=source.client_id,
        campaign_id=campaign_id,
        origin_id=source.work_list_id,
        actor=actor,
        now=now,
    )
    task = Task(
        work_list_id=to_work_list_id,
        unit_id=unit_id,
        client_id=source.client_id,
        campaign_id=campaign_id,
        asset_id=asset_id,
        asset_key=asset_id or 0,
        kind=kind,
        priority=session.get_one(Campaign, campaign_id).priority,
        goal=text,
        due_at=due_at,
        time_zone=source.time_zone,
        predecessor_id=from_task_id,
        created_at=now,
        created_by=actor.key,
    )
    session.add(task)
    session.flush()
    record_planned(session, task, actor=actor, now=now)
    tell_unit(session, task.id, actor=actor, now=now)
    return _tie(session, source, task, from_task_id=from_task_id, actor=actor, now=now)


def is_asking(session: Session, task: Task) -> bool:
    """Whether a unit still has to answer what was asked from this task; the caller sees it."""
    asked = select(Involvement.id).where(
        Involvement.from_work_list_id == task.work_list_id,  # the way by index
        Involvement.from_task_id == task.id,
        Involvement.finished_at.is_(None),
    )
    return session.scalar(asked.limit(1)) is not None


def tell_asker(session: Session, task: Task, *, actor: Actor, now: datetime) -> None:
    """If another unit asked for this closed task: tell who asked, write it on both sides."""
    assert task.finish is not None
    finished = session.execute(
        update(Involvement)
        .where(Involvement.to_task_id == task.id, Involvement.finished_at.is_(None))
        .values(finished_at=now)
        .returning(
            Involvement.id,
            Involvement.asked_by,
            Involvement.from_work_list_id,
            Involvement.from_task_id,
        )
    ).first()
    if finished is None:
        return
    for work_list_id in (finished.from_work_list_id, task.work_list_id):
        event = InvolvementFinished(
            work_list_id=work_list_id,
            involvement_id=finished.id,
            to_task_id=task.id,
            finish=task.finish,
            comment=task.comment,
        )
        record(session, event, actor=actor, at=now)
    # Asked out of a work-list: its newest task stands for it, for the other unit's is not seen.
    source = _task_of(session, finished.from_work_list_id, finished.from_task_id)
    notify(
        session,
        finished.asked_by,
        kind=INVOLVEMENT_DONE,
        task_id=source.id,
        work_list_id=finished.from_work_list_id,
        occasion=occasion_of(finished.id),
        now=now,
    )


def tell_asker_of(
    session: Session,
    asked: Involvement,
    event: type[InvolvementAccepted] | type[InvolvementReturned],
    *,
    kind: str,
    actor: Actor,
    now: datetime,
    **details: str,
) -> None:
    """Tell who asked how the other unit answered, and write it on the asking work-list."""
    said = event(
        work_list_id=asked.from_work_list_id, involvement_id=asked.id, to_task_id=asked.to_task_id,
        **details,
    )  # fmt: skip
    record(session, said, actor=actor, at=now)
    source = _task_of(session, asked.from_work_list_id, asked.from_task_id)
    notify(
        session, asked.asked_by, kind=kind, task_id=source.id,
        work_list_id=asked.from_work_list_id, occasion=step_occasion(kind, asked.id, now), now=now,
    )  # fmt: skip


def withdraw_involvement(session: Session, task: Task, *, actor: Actor, now: datetime) -> None:
    """If this cancelled task was asked of its unit: end the tie; nobody has to be told."""
    ended = session.execute(
        update(Involvement)
        .where(Involvement.to_task_id == task.id, Involvement.finished_at.is_(None))
        .values(finished_at=now)
        .returning(Involvement.id, Involvement.from_work_list_id)
    ).first()
    if ended is None:
        return
    for work_list_id in (ended.from_work_list_id, task.work_list_id):
        event = InvolvementWithdrawn(
            work_list_id=work_list_id, involvement_id=ended.id, to_task_id=task.id
        )
        record(session, event, actor=actor, at=now)


def _tie(
    session: Session,
    source: Task,
    task: Task,
    *,
    from_task_id: int | None,
    actor: Actor,
    now: datetime,
) -> Involvement:
    involvement = Involvement(
        from_work_list_id=source.work_list_id,
        from_task_id=from_task_id,
        to_work_list_id=task.work_list_id,
        to_task_id=task.id,
        asked_by=actor.person,
        asked_at=now,
    )
    session.add(involvement)
    session.flush()
    asked = UnitInvolved(
        work_list_id=source.work_list_id,
        involvement_id=involvement.id,
        unit_id=task.unit_id,
        to_work_list_id=task.work_list_id,
        to_task_id=task.id,
    )
    record(session, asked, actor=actor, at=now)
    heard = AskedByUnit(
        work_list_id=task.work_list_id,
        involvement_id=involvement.id,
        from_work_list_id=source.work_list_id,
        to_task_id=task.id,
    )
    record(session, heard, actor=actor, at=now)
    return involvement


def _tasks_of(session: Session, work_list_id: int) -> Sequence[int]:
    return session.scalars(select(Task.id).where(Task.work_list_id == work_list_id)).all()


def _task_of(session: Session, work_list_id: int, task_id: int | None) -> Task:
    """The task asked from; without one, the newest of the work-list stands for it."""
    tasks = select(Task).where(Task.work_list_id == work_list_id).order_by(Task.id.desc()).limit(1)
    if task_id is not None:
        tasks = tasks.where(Task.id == task_id)
    task = session.scalars(tasks).first()
    if task is None:
        raise NotFound("task", task_id)
    return task
