"""What an outcome does beyond its own task: refusals, wrong data, tasks settled along with it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.models import Campaign, DataFault
from core.access import Actor
from core.errors import NotFound
from core.journal import record
from directory.assets.models import Asset
from directory.clients.consent import record_refusal, start_cooling_off
from directory.clients.contact_points import callable_phones, get_contact_point, mark_wrong
from directory.clients.models import Client, ContactPoint, ContactState, RefusalScope
from worklists.closing import close_if_finished, close_task
from worklists.contact_conditions import CHANNEL
from worklists.events.outcomes import TaskDroppedByRefusal, TaskSettled
from worklists.involvement import ask_unit, tell_asker
from worklists.lifecycle import OPEN, WAITING, TaskAction, TaskState
from worklists.models.attempt import Attempt
from worklists.models.task import PHONING, Finish, Task, TaskKind
from worklists.planning import add_successor
from worklists.repeats import copied_attempt
from worklists.reports import AttemptReport
from worklists.saving import changed_meanwhile, held_by
from worklists.undo_images import Trail
from worklists.visibility import task_is_visible


def lock_settled(
    session: Session, task: Task, task_ids: Sequence[int], *, actor: Actor
) -> list[Task]:
    """The client's other open tasks that are settled too, locked. Raises NotFound and the like."""
    if not task_ids:
        return []
    found = {
        other.id: other
        for other in session.scalars(
            select(Task)
            .where(
                Task.id.in_(task_ids),
                Task.id != task.id,
                Task.client_id == task.client_id,
                Task.kind.in_(PHONING),
                task_is_visible(actor),
            )
            .order_by(Task.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    for task_id in task_ids:
        if task_id not in found:
            raise NotFound("task", task_id)
        if found[task_id].state not in OPEN:
            raise changed_meanwhile(session, found[task_id])
        if found[task_id].state is TaskState.IN_WORK:
            _require_mine(session, found[task_id], actor)
    return list(found.values())


def settle(
    session: Session, others: Sequence[Task], attempt: Attempt, *, actor: Actor, now: datetime
) -> None:
    """Give each of these tasks its own copy of the outcome, and end it."""
    for other in others:
        copy = copied_attempt(attempt, other, form_key=None, actor=actor, now=now)
        session.add(copy)
        session.flush()
        from_state = other.state
        keep_last(other, copy)
        other.performer_id = other.performer_id or actor.person
        close_task(other, action=TaskAction.COMPLETE, finish=Finish.REPEAT, actor=actor, now=now)
        event = TaskSettled(
            task_id=other.id,
            from_state=from_state,
            to_state=other.state,
            attempt_id=copy.id,
            copied_from_id=attempt.copied_from_id or attempt.id,
        )
        record(session, event, actor=actor, at=now)
        session.flush()
        close_if_finished(session, other.work_list_id, now, actor=actor)


def keep_last(task: Task, attempt: Attempt) -> None:
    """The task keeps its last attempt; all of them are in their own rows (rule 9)."""
    task.attempts += 1
    task.outcome = attempt.outcome
    task.result_version_id = attempt.result_version_id
    task.comment = attempt.comment


def refuse(
    session: Session,
    task: Task,
    campaign: Campaign,
    scope: RefusalScope,
    attempt: Attempt,
    trail: Trail,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Write the refusal; drop the waiting calls that it forbids."""
    if scope is RefusalScope.ASSET and task.asset_id is None:
        scope = RefusalScope.PURPOSE  # nothing narrower is known
    source = f"attempt:{attempt.id}"
    refusal = record_refusal(
        session,
        task.client_id,
        scope=scope,
        channel=CHANNEL,
        purpose=campaign.purpose,
        asset_id=task.asset_id,
        reason=attempt.comment,
        source=source,
        actor=actor,
        now=now,
    )
    if refusal.source == source:  # else: it stands for longer already
        trail.add("refusals", refusal.id)
    for other in _covered(session, task, campaign, scope):
        trail.saw(other)
        _drop(session, other, scope, attempt, actor=actor, now=now)


def rest_after_refusal(
    session: Session,
    attempt: Attempt,
    trail: Trail,
    *,
    until: datetime | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Let no campaign call the client before ``until`` (rule 9)."""
    assert until is not None
    # No key is changed: a preview of a file that only names the client keeps nobody from this.
    rests = select(Client.cooling_off_until).where(Client.id == attempt.client_id)
    was = session.scalar(rests.with_for_update(key_share=True))
    if was is None or was < until:
        trail.rest = {"was": was.isoformat() if was else None, "until": until.isoformat()}
    start_cooling_off(
        session,
        attempt.client_id,
        until=until,
        source=f"attempt:{attempt.id}",
        actor=actor,
        now=now,
    )


def mark_wrong_data(
    session: Session,
    task: Task,
    what: DataFault,
    report: AttemptReport,
    trail: Trail,
    *,
    source: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Mark the vehicle, or the number that was called, as unconfirmed."""
    if what is DataFault.ASSET and task.asset_id is not None:
        _doubt_asset(session, task.asset_id, trail)
    elif (point := _called_number(session, task, report)) is not None:
        if point.state is not ContactState.WRONG and trail.point is None:
            trail.point = {"id": point.id, "state": point.state.value}
        mark_wrong(session, point, source=source, actor=actor, now=now)


def fix_data(
    session: Session,
    task: Task,
    campaign: Campaign,
    report: AttemptReport,
    trail: Trail,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Have the unit in charge look for the right data, unless somebody does already."""
    fix_id = _open_data_fix(
        session, task, campaign, comment=report.comment.strip(), actor=actor, now=now
    )
    if fix_id is not None:
        trail.add("tasks", fix_id)


def _require_mine(session: Session, task: Task, actor: Actor) -> None:
    if task.performer_id != actor.person:
        raise held_by(session, task)


def _covered(
    session: Session, task: Task, campaign: Campaign, scope: RefusalScope
) -> Sequence[Task]:
    """Waiting calls, in any unit, that the refusal forbids for good."""
    tasks = select(Task).where(
        Task.client_id == task.client_id,
        Task.id != task.id,
        Task.kind.in_(PHONING),
        Task.state.in_(WAITING),
    )
    match scope:
        case RefusalScope.PURPOSE:
            of_purpose = select(Campaign.id).where(Campaign.purpose == campaign.purpose)
            tasks = tasks.where(Task.campaign_id.in_(of_purpose))
        case RefusalScope.ASSET:
            tasks = tasks.where(Task.asset_id == task.asset_id)
        case RefusalScope.ALL | RefusalScope.CHANNEL:
            pass
    return session.scalars(tasks.order_by(Task.id).with_for_update()).all()


def _drop(
    session: Session,
    other: Task,
    scope: RefusalScope,
    attempt: Attempt,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    from_state = other.state
    close_task(other, action=TaskAction.CANCEL, finish=Finish.REFUSED, actor=actor, now=now)
    event = TaskDroppedByRefusal(
        task_id=other.id,
        from_state=from_state,
        to_state=other.state,
        attempt_id=attempt.id,
        scope=scope.value,
    )
    record(session, event, actor=actor, at=now)
    session.flush()
    tell_asker(session, other, actor=actor, now=now)
    close_if_finished(session, other.work_list_id, now, actor=actor)


def _doubt_asset(session: Session, asset_id: int, trail: Trail) -> None:
    doubted = session.execute(
        update(Asset)
        .where(Asset.id == asset_id, Asset.is_confirmed)
        .values(is_confirmed=False)
        .returning(Asset.id)
    ).first()
    if doubted is not None:
        trail.asset = {"id": asset_id}


def _called_number(session: Session, task: Task, report: AttemptReport) -> ContactPoint | None:
    if report.contact_point_id is not None:
        return get_contact_point(session, report.contact_point_id, client_id=task.client_id)
    return session.scalars(callable_phones(task.client_id).limit(1)).first()


def _open_data_fix(
    session: Session,
    task: Task,
    campaign: Campaign,
    *,
    comment: str,
    actor: Actor,
    now: datetime,
) -> int | None:
    """One task to correct the data, in the campaign's unit in charge or the work-list's own."""
    waiting = select(Task.id).where(
        Task.client_id == task.client_id,
        Task.asset_key == task.asset_key,
        Task.kind == TaskKind.DATA_FIX,
        Task.state.in_(OPEN),
    )
    if session.scalar(waiting.limit(1)) is not None:
        return None
    if campaign.data_unit_id is not None and campaign.data_unit_id != task.unit_id:
        asked = ask_unit(
            session,
            task,
            unit_id=campaign.data_unit_id,
            kind=TaskKind.DATA_FIX,
            campaign_id=campaign.id,
            text=comment or task.goal,
            due_at=now,
            from_task_id=task.id,
            asset_id=task.asset_id,
            actor=actor,
            now=now,
        )
        return asked.to_task_id
    fix = add_successor(
        session,
        task,
        work_list_id=task.work_list_id,
        kind=TaskKind.DATA_FIX,
        goal=comment or task.goal,
        comment=comment,
        due_at=now,
        priority=task.priority,
        performer_id=None,
        actor=actor,
        now=now,
    )
    return fix.id
