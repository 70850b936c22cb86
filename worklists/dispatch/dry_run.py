"""The dry run: what would happen to each chosen task, written down and nothing else changed.

What is confirmed later is this very list: a task that was changed meanwhile is left out then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    cast,
    false,
    func,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy.orm import Session

from core.access import Actor
from selections.models import Lead
from worklists.dispatch.board import chosen_by
from worklists.dispatch.capacity import people_for
from worklists.dispatch.distributing import distribute
from worklists.dispatch.filters import DispatchFilter
from worklists.dispatch.reasons import reason_to_stay, refuse_twins
from worklists.dispatch.tabs import Tab
from worklists.dispatch.wishes import (
    MOST_TASKS,
    NobodyChosen,
    NoTasksChosen,
    TooManyTasks,
    Wish,
    check_wish,
)
from worklists.models.attempt import Attempt
from worklists.models.dispatch import (
    DispatchAction,
    DispatchMethod,
    DispatchRun,
    DispatchRunTask,
    DispatchRunUnit,
)
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.visibility import task_is_visible


def plan_run(
    session: Session,
    wish: Wish,
    *,
    task_ids: Sequence[int] = (),
    found: tuple[DispatchFilter, Tab] | None = None,
    tab: Tab | None = None,
    is_far_confirmed: bool = False,
    actor: Actor,
    now: datetime,
) -> DispatchRun:
    """Write down what the wish would do with these tasks, or with all that a filter finds.

    ``tab``: where they were ticked, kept for the way back.

    Raises the errors of ``wishes``, TooFar, FarAhead unless confirmed, NotPermitted.
    """
    actor.require(WorkPermission.DISPATCH)
    check_wish(session, wish, is_far_confirmed=is_far_confirmed, actor=actor, now=now)
    if found is not None:
        which = chosen_by(session, found[0], found[1], actor=actor, now=now)
        kept = found[0].as_json() | {"tab": found[1].value}
    else:
        which = [Task.id.in_(task_ids), task_is_visible(actor)]
        kept = {"tab": tab.value} if tab else {}
    run = DispatchRun(
        action=wish.action, parameters=wish.as_json(), filter=kept, created_by=actor.person,
        created_at=now,
    )  # fmt: skip
    session.add(run)
    session.flush()
    _choose(session, run.id, wish, which)
    _require_some(session, run.id)
    _plan(session, run.id, wish, actor=actor, now=now)
    _note_units(session, run.id)
    return run


def _choose(
    session: Session, run_id: int, wish: Wish, which: Sequence[ColumnElement[bool]]
) -> None:
    """The tasks with what stands against each, first things first."""
    order = (Task.priority, Task.due_at, Task.id)
    values: dict[str, ColumnElement[Any]] = {
        "run_id": literal(run_id),
        "task_id": Task.id.expression,
        "place": func.row_number().over(order_by=order),
        "unit_id": Task.unit_id.expression,
        "campaign_id": Task.campaign_id.expression,
        "wanted": _wanted(wish),
        "version": Task.version.expression,
        "from_state": Task.state.expression,
        "from_performer_id": Task.performer_id.expression,
        "from_priority": Task.priority.expression,
        "from_due_at": Task.due_at.expression,
        "from_given_at": Task.given_at.expression,
        "to_unit_id": literal(wish.unit_id if wish.action is DispatchAction.TO_UNIT else None,
                              DispatchRunTask.to_unit_id.type),
        "reason": reason_to_stay(wish),
        "is_undone": false(),
    }  # fmt: skip
    at_most = min(wish.at_most or MOST_TASKS + 1, MOST_TASKS + 1)
    rows = select(*values.values()).where(*which).order_by(*order).limit(at_most)
    if wish.method is DispatchMethod.FILE_COLUMN:
        rows = _with_leads(rows)
    session.execute(insert(DispatchRunTask).from_select(list(values), rows))


def _wanted(wish: Wish) -> ColumnElement[Any]:
    if wish.action is not DispatchAction.DISTRIBUTE:
        return cast(null(), String)
    if wish.method is DispatchMethod.FILE_COLUMN:
        named: ColumnElement[Any] = Lead.why[wish.column].as_string()
        return named
    if wish.method is DispatchMethod.PREVIOUS:
        last = (
            select(Attempt.employee_id)
            .where(
                Attempt.client_id == Task.client_id,
                Attempt.undone_at.is_(None),
                Attempt.caller.is_(None),
            )
            .order_by(Attempt.at.desc())
            .limit(1)
            .scalar_subquery()
        )
        return cast(last, String)
    return cast(null(), String)


def _with_leads(rows: Select[Any]) -> Select[Any]:
    return rows.select_from(Task).outerjoin(Lead, Lead.id == Task.lead_id)


def _require_some(session: Session, run_id: int) -> None:
    count = session.scalar(
        select(func.count()).select_from(DispatchRunTask).where(DispatchRunTask.run_id == run_id)
    )
    if not count:
        raise NoTasksChosen()
    if count > MOST_TASKS:
        raise TooManyTasks(count)


def _plan(session: Session, run_id: int, wish: Wish, *, actor: Actor, now: datetime) -> None:
    if wish.action is DispatchAction.TO_UNIT:
        refuse_twins(session, run_id)
    if wish.action not in (DispatchAction.TO_PERSON, DispatchAction.DISTRIBUTE):
        return
    named = wish.employee_ids or None
    people = people_for(session, employee_ids=named, actor=actor, now=now)
    if not people:
        raise NobodyChosen()
    distribute(session, run_id, wish, people)


def _note_units(session: Session, run_id: int) -> None:
    """The units whose people see the run; the unit that work is handed to is not asked."""
    units = (
        select(literal(run_id), DispatchRunTask.unit_id)
        .where(DispatchRunTask.run_id == run_id)
        .distinct()
    )
    session.execute(insert(DispatchRunUnit).from_select(["run_id", "unit_id"], units))
