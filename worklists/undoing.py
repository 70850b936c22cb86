"""Taking an outcome back within some minutes, with all that it caused (rule 9)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, Refused
from core.journal import record
from worklists.closing import close_if_finished, close_task
from worklists.events.outcomes import AttemptUndone, TaskWithdrawn
from worklists.involvement import withdraw_involvement
from worklists.leases import checked_lease
from worklists.lifecycle import TaskAction, TaskState, back_to
from worklists.models.attempt import Attempt, AttemptUndo, Notification
from worklists.models.task import PHONING, Finish, Task
from worklists.permissions import WorkPermission
from worklists.pressure import measure
from worklists.saving import task_to_change
from worklists.undo_checks import (
    SomethingFollowed,
    newer_entry,
    open_again,
    require_nothing_followed,
)
from worklists.undo_effects import take_back_effects
from worklists.undo_images import values_of
from worklists.visibility import task_is_visible

__all__ = ["NotYours", "SomethingFollowed", "TooLateToUndo", "undo_attempt", "undoable_attempt"]


class TooLateToUndo(Refused):
    """An outcome is taken back within some minutes; a settled task's with the conversation's."""


class NotYours(Refused):
    """Only who recorded an outcome takes it back, or who hands out the work of the unit."""


def undo_attempt(
    session: Session, attempt_id: int, *, actor: Actor, now: datetime, lease: timedelta
) -> Task:
    """Put everything back as it was before the attempt, and return its task.

    A task that its recorder had in work is in work again under a fresh lease, unless the client
    is being phoned in another one; then it waits. The attempt itself stays, marked as undone. The
    second time nothing happens. Raises NotFound, NotPermitted, NotYours, TooLateToUndo,
    SomethingFollowed.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, _task_of(session, attempt_id, actor), actor=actor)
    attempt = session.get_one(Attempt, attempt_id, populate_existing=True)
    if attempt.employee_id != actor.person and not actor.may(WorkPermission.DISPATCH):
        raise NotYours()
    if attempt.undone_at is not None:
        return task
    undo = session.get(AttemptUndo, attempt_id)
    if undo is None or now > undo.until:
        raise TooLateToUndo()
    _take_back(session, attempt, undo, actor=actor, now=now, until=now + checked_lease(lease))
    return task


def undoable_attempt(session: Session, task: Task, *, actor: Actor, now: datetime) -> int | None:
    """The id of the task's newest attempt while this person may still take it back.

    Whether something else stands against it, only trying tells.
    """
    if not actor.may(WorkPermission.WORK):
        return None
    newest = session.execute(
        select(Attempt.id, Attempt.employee_id, AttemptUndo.journal_id)
        .join(AttemptUndo, AttemptUndo.attempt_id == Attempt.id)
        .where(Attempt.task_id == task.id, Attempt.undone_at.is_(None), AttemptUndo.until >= now)
        .order_by(Attempt.id.desc())
        .limit(1)
    ).first()
    if newest is None or newer_entry(session, [task.id], newest.journal_id) is not None:
        return None
    if newest.employee_id != actor.employee_id and not actor.may(WorkPermission.DISPATCH):
        return None
    return int(newest.id)


def _task_of(session: Session, attempt_id: int, actor: Actor) -> int:
    task_id = session.scalar(
        select(Attempt.task_id)
        .join(Task, Task.id == Attempt.task_id)
        .where(Attempt.id == attempt_id, task_is_visible(actor))
    )
    if task_id is None:
        raise NotFound("attempt", attempt_id)
    return task_id


def _take_back(
    session: Session,
    attempt: Attempt,
    undo: AttemptUndo,
    *,
    actor: Actor,
    now: datetime,
    until: datetime,
) -> None:
    images = {int(key): values_of(image) for key, image in undo.before["tasks"].items()}
    made_ids = undo.created_ids.get("tasks", [])
    tasks = _locked(session, [*images, *made_ids])
    copies = _copies(session, attempt, images)
    require_nothing_followed(session, attempt, undo, tasks, copies)
    open_again(session, [tasks[task_id] for task_id in images], actor=actor, now=now)

    moved = sorted(images, key=lambda task_id: (task_id != attempt.task_id, task_id))
    for task_id in moved:
        _restore(
            session, tasks[task_id], images[task_id], attempt, actor=actor, now=now, until=until
        )
    for task_id in made_ids:
        _withdraw(session, tasks[task_id], attempt, actor=actor, now=now)
    for one in (attempt, *copies):
        one.undone_at, one.undone_by = now, actor.person
    measure(session, attempt.client_id)  # before the client is written: it holds the household
    take_back_effects(session, attempt, undo, actor=actor, now=now)
    session.delete(undo)
    session.flush()


def _locked(session: Session, task_ids: Sequence[int]) -> dict[int, Task]:
    found = session.scalars(
        select(Task)
        .where(Task.id.in_(task_ids))
        .order_by(Task.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {task.id: task for task in found}


def _copies(session: Session, attempt: Attempt, task_ids: Iterable[int]) -> Sequence[Attempt]:
    """The attempts that the same save gave to the other tasks which it settled."""
    return session.scalars(
        select(Attempt).where(
            Attempt.task_id.in_([one for one in task_ids if one != attempt.task_id]),
            Attempt.copied_from_id == (attempt.copied_from_id or attempt.id),
            Attempt.at == attempt.at,
            Attempt.id > attempt.id,
        )
    ).all()


def _restore(
    session: Session,
    task: Task,
    image: dict[str, Any],
    attempt: Attempt,
    *,
    actor: Actor,
    now: datetime,
    until: datetime,
) -> None:
    from_state = task.state
    if image["state"] is not TaskState.IN_WORK:
        _put(session, task, image)
    elif not _hold_again(session, task, image, actor=actor, now=now, until=until):
        _put(session, task, _waiting(image, now))
    event = AttemptUndone(
        task_id=task.id, from_state=from_state, to_state=task.state, attempt_id=attempt.id
    )
    record(session, event, actor=actor, at=now)


def _put(session: Session, task: Task, values: dict[str, Any]) -> None:
    """Write the values into the row in one UPDATE."""
    with session.no_autoflush:
        back_to(task.state, values["state"])
        for name, value in values.items():
            setattr(task, name, value)
    session.flush()


def _hold_again(
    session: Session,
    task: Task,
    image: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
    until: datetime,
) -> bool:
    """Give the task back into its performer's hands, if it is they who undo and may phone."""
    if image["performer_id"] != actor.person or _is_phoned(session, task):
        return False
    values = image | {
        "lease_until": until,
        "claim_token": task.claim_token + 1,  # the page that it was saved from holds nothing
    }
    try:
        with session.begin_nested():
            _put(session, task, values)
    except IntegrityError:  # somebody began to phone the client in this instant
        session.refresh(task)
        return False
    return True


def _is_phoned(session: Session, task: Task) -> bool:
    phoned = select(Task.id).where(
        Task.client_id == task.client_id,
        Task.id != task.id,
        Task.state == TaskState.IN_WORK,
        Task.kind.in_(PHONING),
    )
    return session.scalar(phoned.limit(1)) is not None


def _waiting(image: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The image as if the task had been given back (as ``leases.let_go`` does)."""
    return image | {
        "state": TaskState.DEFERRED if image["due_at"] > now else TaskState.PLANNED,
        "performer_id": image["performer_id"] if image["is_personal"] else None,
        "lease_until": None,
        "taken_at": None,
    }


def _withdraw(
    session: Session, task: Task, attempt: Attempt, *, actor: Actor, now: datetime
) -> None:
    """Cancel a task that the attempt made; its history stays, who was told is told no more."""
    from_state = task.state
    close_task(task, action=TaskAction.CANCEL, finish=Finish.CANCELLED, actor=actor, now=now)
    event = TaskWithdrawn(
        task_id=task.id, from_state=from_state, to_state=task.state, attempt_id=attempt.id
    )
    record(session, event, actor=actor, at=now)
    session.flush()
    session.execute(
        delete(Notification).where(Notification.task_id == task.id, Notification.seen_at.is_(None))
    )
    withdraw_involvement(session, task, actor=actor, now=now)
    close_if_finished(session, task.work_list_id, now, actor=actor)
