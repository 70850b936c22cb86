"""Control: confirm that what was hoped for has come, watch longer, or call again (A16, rule 10)."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid
from core.journal import record
from worklists.card.telling import tell_about
from worklists.closing import close_if_finished, close_task
from worklists.due_times import working_moment
from worklists.events.outcomes import ControlConfirmed, ControlProlonged, ControlTurnedIntoCall
from worklists.far_dates import check_not_too_far
from worklists.involvement import tell_asker
from worklists.lifecycle import StepRefused, TaskAction, TaskState, after
from worklists.models.task import Finish, Task, TaskKind
from worklists.permissions import WorkPermission
from worklists.planning import add_planned, check_new_task
from worklists.reports import NewTask
from worklists.saving import require_unchanged, task_to_change


class ReasonMissing(Invalid):
    """Watching longer needs a reason."""

    field = "reason"


class UntilInPast(Invalid):
    """Control can only be prolonged to a later moment."""

    field = "until"


def confirm_control(
    session: Session, task_id: int, *, comment: str, version: int, actor: Actor, now: datetime
) -> Task:
    """What was hoped for has come: the task is done. Raises NotFound, ChangedMeanwhile."""
    task = _watched(session, task_id, TaskAction.COMPLETE, version=version, actor=actor)
    end_confirmed(session, task, comment=comment, actor=actor, now=now)
    return task


def prolong_control(
    session: Session,
    task_id: int,
    *,
    until: datetime,
    reason: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> Task:
    """Watch until a later moment, moved into the unit's working time.

    Raises NotFound, ChangedMeanwhile, ReasonMissing, UntilInPast, TooFar.
    """
    task = _watched(session, task_id, TaskAction.PROLONG, version=version, actor=actor)
    if until <= now:
        raise UntilInPast(until)
    check_not_too_far(until, now=now, field=UntilInPast.field)
    if not reason.strip():
        raise ReasonMissing()
    until = working_moment(session, task.unit_id, until, actor=actor)
    from_state, task.state = task.state, after(task.state, TaskAction.PROLONG)
    was, was_due_at = task.control_at, task.control_due_at
    task.control_at, task.control_due_at = until, None
    task.occurrence += 1  # so that the sweep tells of the new date too
    session.flush()
    event = ControlProlonged(
        task_id=task.id,
        from_state=from_state,
        to_state=task.state,
        until=until,
        reason=reason.strip(),
        was=was,
        was_due_at=was_due_at,
    )
    record(session, event, actor=actor, at=now)
    return task


def call_again(
    session: Session,
    task_id: int,
    *,
    due_at: datetime,
    comment: str,
    is_far_confirmed: bool = False,
    version: int,
    actor: Actor,
    now: datetime,
) -> Task:
    """Turn control into a new call: the watched task ends, its successor is returned.

    Raises NotFound, ChangedMeanwhile, DueInPast, TooFar, FarAhead.
    """
    task = _watched(session, task_id, TaskAction.COMPLETE, version=version, actor=actor)
    new = NewTask(
        kind=TaskKind.CALLBACK, due_at=due_at, comment=comment.strip(),
        is_far_confirmed=is_far_confirmed,
    )  # fmt: skip
    check_new_task(session, task.unit_id, new, now=now)
    successor = add_planned(session, task, new, actor=actor, now=now)
    end_by_call(session, task, successor, comment, actor=actor, now=now)
    return successor


def end_confirmed(
    session: Session, task: Task, *, comment: str = "", actor: Actor, now: datetime
) -> None:
    """Close the watched task: what was hoped for has come; a comment takes the place of its own."""
    from_state, before = task.state, task.comment
    close_task(task, action=TaskAction.COMPLETE, finish=Finish.CONFIRMED, actor=actor, now=now)
    task.comment = comment.strip() or before
    event = ControlConfirmed(
        task_id=task.id,
        from_state=from_state,
        to_state=task.state,
        comment=comment.strip(),
        comment_before=before if task.comment != before else None,
    )
    record(session, event, actor=actor, at=now)
    _after_closing(session, task, actor=actor, now=now)


def end_by_call(
    session: Session, task: Task, successor: Task, comment: str, *, actor: Actor, now: datetime
) -> None:
    """Close the watched task: the call goes on with its goal."""
    from_state = task.state
    close_task(task, action=TaskAction.COMPLETE, finish=Finish.REPLACED, actor=actor, now=now)
    event = ControlTurnedIntoCall(
        task_id=task.id,
        from_state=from_state,
        to_state=task.state,
        successor_id=successor.id,
        comment=comment.strip(),
    )
    record(session, event, actor=actor, at=now)
    _after_closing(session, task, actor=actor, now=now)


def _watched(
    session: Session, task_id: int, action: TaskAction, *, version: int, actor: Actor
) -> Task:
    """The task, which must be on control: other steps to ``done`` are not for these use-cases."""
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    require_unchanged(session, task, version)
    if task.state is not TaskState.ON_CONTROL:
        raise StepRefused(task.state, action)
    return task


def _after_closing(session: Session, task: Task, *, actor: Actor, now: datetime) -> None:
    """Tell those who wait for the task, and close its work-list if it was the last one."""
    session.flush()
    tell_asker(session, task, actor=actor, now=now)
    tell_about(session, task.id, kind="watched_outcome",
               occasion=f"closed:{task.id}:{task.version}", actor=actor, now=now)  # fmt: skip
    close_if_finished(session, task.work_list_id, now, actor=actor)
