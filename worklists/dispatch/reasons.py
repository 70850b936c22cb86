"""Why a chosen task stays as it is: one expression for the dry run and for the run."""

from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, false, func, literal, select, update
from sqlalchemy.orm import Session, aliased

from worklists.contact_conditions import phones_now
from worklists.dispatch.wishes import Wish
from worklists.finished_campaigns import is_of_finished
from worklists.judged_leads import is_already_in_work
from worklists.lifecycle import CLOSED, TaskState
from worklists.models.dispatch import DispatchAction, DispatchRunTask, SkipReason
from worklists.models.task import PHONING, Task, TaskKind


def reason_to_stay(wish: Wish, *further: Any) -> ColumnElement[str | None]:
    """The first reason that stands against changing a task, or NULL; on ``tasks``.

    ``further``: pairs of a condition and its reason, asked last.
    """
    other = aliased(Task)
    client_held = (
        select(other.id)
        .correlate_except(other)
        .where(other.client_id == Task.client_id, phones_now(other))
        .exists()
    )
    return case(
        (Task.state.in_(CLOSED), said(SkipReason.CLOSED)),
        (Task.state == TaskState.IN_WORK, said(SkipReason.IN_WORK)),
        (Task.state == TaskState.ON_CONTROL, said(SkipReason.ON_CONTROL)),
        (and_(Task.kind.in_(PHONING), client_held), said(SkipReason.CLIENT_HELD)),
        (_would_be_given_in_vain(wish), said(SkipReason.FINISHED)),
        (_is_so_already(wish), said(SkipReason.SAME)),
        (_stands_there_already(wish), said(SkipReason.DUPLICATE)),
        *further,
        else_=None,
    )


def said(reason: SkipReason) -> ColumnElement[str]:
    """The reason as a value of a statement."""
    return literal(reason.value, String)


def _would_be_given_in_vain(wish: Wish) -> ColumnElement[bool]:
    """A call of a campaign that is finished: who gets it could not work it (rule 13)."""
    return is_of_finished() if wish.moves else false()


def _is_so_already(wish: Wish) -> ColumnElement[bool]:
    match wish.action:
        case DispatchAction.TO_PERSON:
            return Task.performer_id.is_not_distinct_from(wish.employee_ids[0])
        case DispatchAction.TO_UNIT:
            return and_(Task.unit_id == wish.unit_id, Task.performer_id.is_(None))
        case DispatchAction.PRIORITY:
            return Task.priority == wish.priority
        case DispatchAction.DUE:
            return Task.due_at == wish.due_at
        case _:
            return false()


def _stands_there_already(wish: Wish) -> ColumnElement[bool]:
    if wish.action is not DispatchAction.TO_UNIT or wish.unit_id is None:
        return false()
    there = is_already_in_work(
        wish.unit_id, Task.campaign_id.expression, Task.client_id.expression,
        Task.asset_key.expression,
    )  # fmt: skip
    return and_(Task.unit_id != wish.unit_id, Task.kind == TaskKind.CALL, there)


def refuse_twins(session: Session, run_id: int) -> None:
    """Of tasks that would become the same in the other unit only the first goes there (rule 2)."""
    number = func.row_number().over(
        partition_by=(Task.client_id, Task.campaign_id, Task.asset_key),
        order_by=DispatchRunTask.place,
    )
    numbered = (
        select(Task.id, number.label("n"))
        .join(DispatchRunTask, DispatchRunTask.task_id == Task.id)
        .where(
            DispatchRunTask.run_id == run_id,
            DispatchRunTask.reason.is_(None),
            DispatchRunTask.to_unit_id != DispatchRunTask.unit_id,
            Task.kind == TaskKind.CALL,
        )
        .subquery()
    )
    session.execute(
        update(DispatchRunTask)
        .where(
            DispatchRunTask.run_id == run_id,
            DispatchRunTask.task_id.in_(select(numbered.c.id).where(numbered.c.n > 1)),
        )
        .values(reason=SkipReason.DUPLICATE)
        .execution_options(synchronize_session=False)
    )
