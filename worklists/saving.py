"""May this person save this task now: visible, unchanged, held by them or by nobody (rule 8)."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, Refused
from core.journal import JournalEntry, record
from core.statements import ask
from directory.staff.models import Employee
from worklists.closing import lock_work_lists
from worklists.events.outcomes import TaskTakenWithOutcome
from worklists.leases import HeldByAnother
from worklists.lifecycle import TaskAction, TaskState, after
from worklists.models.task import PHONING, Task
from worklists.visibility import TASK_IS_VISIBLE, seen_by


class ChangedMeanwhile(Refused):
    """Somebody changed the task after this page was opened; what was typed here is not saved."""

    def __init__(
        self,
        *,
        version: int,
        state: TaskState,
        by_key: str,
        by_name: str,
        event: str,
        at: datetime | None,
    ) -> None:
        super().__init__(f"{event} by {by_key}")
        self.version = version
        """The task's version now: with it, the same form can be sent again on purpose."""
        self.state = state
        self.by_key = by_key
        self.by_name = by_name
        self.event = event
        """Name of the journal's newest event of the task."""
        self.at = at


_SEEN = select(Task).where(Task.id == bindparam("task"), TASK_IS_VISIBLE)
_CLIENT = _SEEN.with_only_columns(Task.client_id)
_LOCKED = (
    select(Task)
    .where(Task.id == bindparam("task"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def get_task(session: Session, task_id: int, *, actor: Actor) -> Task:
    """The task, if this person sees it. Raises NotFound."""
    task = session.scalars(_SEEN, {"task": task_id} | seen_by(actor)).one_or_none()
    if task is None:
        raise NotFound("task", task_id)
    return task


def task_to_change(session: Session, task_id: int, *, actor: Actor) -> Task:
    """The task as it is now, its client's open work-lists and itself locked.

    Raises NotFound, and ChangedMeanwhile when the client was merged with another while this waited.
    """
    values = {"task": task_id} | seen_by(actor)
    client_id = ask(session, _CLIENT, values).scalar()
    if client_id is None:
        raise NotFound("task", task_id)
    lock_work_lists(session, client_id)
    task = session.scalars(_LOCKED, {"task": task_id}).one()
    if task.client_id != client_id:
        # To lock the other client's work-lists after the task would be the wrong way round.
        raise changed_meanwhile(session, task)
    return task


def require_unchanged(session: Session, task: Task, version: int) -> None:
    """Raise ChangedMeanwhile unless the task still has the version that the page showed."""
    if task.version != version:
        raise changed_meanwhile(session, task)


def require_free_or_mine(session: Session, task: Task, *, token: int | None, actor: Actor) -> None:
    """Let the holder save, and anybody when nobody holds the task.

    A lease that ran out does not matter while nobody else has taken the task: ``token`` is then
    still its last one. Raises HeldByAnother, ChangedMeanwhile, StepRefused.
    """
    if task.state is TaskState.IN_WORK:
        if task.performer_id != actor.person:
            raise held_by(session, task)
        return
    after(task.state, TaskAction.TAKE)
    if token is None:
        _require_client_free(session, task, but=actor.person)
    elif token != task.claim_token:
        raise changed_meanwhile(session, task)


def require_in_nobodys_hands(session: Session, task: Task) -> None:
    """For a call made elsewhere: nobody, whoever it is, works on the task or phones the client.

    Raises HeldByAnother, StepRefused.
    """
    if task.state is TaskState.IN_WORK:
        raise held_by(session, task)
    after(task.state, TaskAction.TAKE)
    _require_client_free(session, task)


def begin_step(
    session: Session,
    task: Task,
    *,
    lease: timedelta,
    keeps_performer: bool = False,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a task that nobody holds in the same moment as its outcome is saved, with its journal.

    The caller moves it on from ``in_work`` before anything is flushed. ``keeps_performer``: whose
    it was, that person keeps it.
    """
    if task.state is TaskState.IN_WORK:
        return
    from_state, task.state = task.state, after(task.state, TaskAction.TAKE)
    holder_id = (task.performer_id if keeps_performer else None) or actor.person
    task.is_personal = task.performer_id == holder_id
    task.performer_id = holder_id
    task.lease_until = now + lease
    task.claim_token += 1
    task.taken_at = now
    task.overdue_at = None
    event = TaskTakenWithOutcome(
        task_id=task.id,
        from_state=from_state,
        to_state=task.state,
        performer_id=holder_id,
        claim_token=task.claim_token,
    )
    record(session, event, actor=actor, at=now)


def changed_meanwhile(session: Session, task: Task) -> ChangedMeanwhile:
    """Who did what to the task last, ready to be raised."""
    last = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.subject == "task", JournalEntry.subject_id == task.id)
        .order_by(JournalEntry.id.desc())
        .limit(1)
    ).first()
    by_key = last.actor if last else task.created_by
    return ChangedMeanwhile(
        version=task.version,
        state=task.state,
        by_key=by_key,
        by_name=name_of(session, by_key),
        event=last.event if last else "",
        at=last.at if last else None,
    )


def _require_client_free(session: Session, task: Task, *, but: int | None = None) -> None:
    if task.kind not in PHONING:
        return
    phoned = select(Task).where(
        Task.client_id == task.client_id,
        Task.state == TaskState.IN_WORK,
        Task.kind.in_(PHONING),
    )
    if but is not None:
        phoned = phoned.where(Task.performer_id != but)
    other = session.scalars(phoned).first()
    if other is not None:
        raise held_by(session, other)


def held_by(session: Session, task: Task) -> HeldByAnother:
    """Who works on the task, ready to be raised."""
    holder_id = task.performer_id
    assert holder_id is not None and task.lease_until is not None
    return HeldByAnother(holder_id, name_of(session, f"employee:{holder_id}"), task.lease_until)


def name_of(session: Session, actor_key: str) -> str:
    """The person's name; empty for what is not a person."""
    kind, _, number = actor_key.partition(":")
    if kind != "employee" or not number.isdecimal():
        return ""
    return session.scalar(select(Employee.full_name).where(Employee.id == int(number))) or ""
