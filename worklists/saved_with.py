"""What one save wrote beside its attempt: the task planned in the form, the tasks it settled."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worklists.models.attempt import Attempt
from worklists.models.task import Task, TaskKind
from worklists.planning import PLANNABLE


def planned_with(session: Session, attempt: Attempt) -> Task | None:
    """The task that was planned in the form; an extra one that a result made is nobody's."""
    by_hand = or_(Task.kind == TaskKind.CALLBACK, Task.performer_id.is_not(None))
    return session.scalars(
        select(Task)
        .where(
            Task.predecessor_id == attempt.task_id,
            Task.created_at == attempt.at,
            Task.kind.in_(PLANNABLE),
            by_hand,
        )
        .order_by(Task.id)
        .limit(1)
    ).first()


def settled_with(session: Session, attempt: Attempt) -> Sequence[int]:
    """The ids of the client's other tasks that ended with it, in the order of their attempts."""
    return session.scalars(
        select(Attempt.task_id)
        .where(Attempt.copied_from_id == attempt.id, Attempt.at == attempt.at)
        .order_by(Attempt.id)
    ).all()
