"""Tasks change hands, set by set (C3, D11, rules 2, 4, 6).

A task that is anybody's gets its performer and stays what it is. One that has a performer, or goes
to another unit, is closed as redirected; its successor carries on with all that is known: attempts,
goal, due date, lead. The successor keeps the predecessor of the old one, so that the unique index
goes on guarding what was formed from a lead.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from core.db import insert_into
from directory.clients.models import ClientUnit
from worklists.closing import centre_above
from worklists.dispatch.carried import carry_over, tell_of_handing
from worklists.dispatch.of_run import UNSEEN, changed_ids, close_finished_lists, of_run
from worklists.dispatch.wishes import Wish
from worklists.events.dispatch import TaskGiven, TaskReceived, TaskRedirected
from worklists.events.outcomes import WorkListOpened
from worklists.lifecycle import TaskAction, TaskState, after
from worklists.models.dispatch import DispatchAction, DispatchRunTask
from worklists.models.task import Finish, Task
from worklists.models.work_list import Involvement, WorkList
from worklists.row_journal import record_rows

_REDIRECTED = after(TaskState.PLANNED, TaskAction.REDIRECT)
_ROW = DispatchRunTask
_SAME = (
    "campaign_id", "client_id", "asset_id", "asset_key", "kind", "priority", "goal", "due_at",
    "time_zone", "overdue_at", "attempts", "outcome", "result_version_id", "comment",
    "predecessor_id", "lead_id", "opens_at", "expires_at", "missed_at", "missed_times",
)  # fmt: skip
"""Columns that a successor has of the task before it."""


def hand_over(session: Session, run_id: int, wish: Wish, *, actor: Actor, now: datetime) -> None:
    """Give the run's tasks to the people or the unit that its rows name."""
    _give_free_ones(session, run_id, actor=actor, now=now)
    _close_old_ones(session, run_id, actor=actor, now=now)
    if wish.action is DispatchAction.TO_UNIT and wish.unit_id is not None:
        _open_lists(session, run_id, wish.unit_id, actor=actor, now=now)
    _make_successors(session, run_id, actor=actor, now=now)
    _journal_redirected(session, run_id, actor=actor, now=now)
    _move_ties(session, run_id)
    carry_over(session, run_id)
    tell_of_handing(session, run_id, actor=actor, now=now)
    close_finished_lists(session, changed_ids(run_id, _is_redirected()), actor=actor, now=now)


def _is_redirected() -> ColumnElement[bool]:
    return or_(_ROW.from_performer_id.is_not(None), _ROW.to_unit_id.is_not(None))


def _give_free_ones(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    session.execute(
        update(Task)
        .where(*of_run(run_id, ~_is_redirected()))
        .values(performer_id=_ROW.to_performer_id, given_at=now, version=Task.version + 1)
        .execution_options(**UNSEEN)
    )
    record_rows(
        session, TaskGiven, _ROW.task_id.expression, _ROW.run_id == run_id, _ROW.reason.is_(None),
        ~_is_redirected(),
        details={"performer_id": _ROW.to_performer_id.expression, "run_id": literal(run_id)},
        actor=actor, at=now,
    )  # fmt: skip


def _close_old_ones(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    """The performer stays written on it: who had it; being closed, it is nobody's work."""
    session.execute(
        update(Task)
        .where(Task.id.in_(changed_ids(run_id, _is_redirected())))
        .values(
            state=_REDIRECTED,
            finish=Finish.REDIRECTED,
            closed_at=now,
            closed_by_id=actor.person,
            lease_until=None,
            version=Task.version + 1,
        )
        .execution_options(**UNSEEN)
    )


def _open_lists(
    session: Session, run_id: int, unit_id: int, *, actor: Actor, now: datetime
) -> None:
    """The unit knows the clients now and has an open work-list for each (rules 1, 4)."""
    moved = of_run(run_id, Task.unit_id != unit_id)
    clients = select(Task.client_id, literal(unit_id)).where(*moved).distinct()
    known = insert_into(session, ClientUnit).from_select(["client_id", "unit_id"], clients)
    session.execute(known.on_conflict_do_nothing())
    newest = session.scalar(select(func.max(WorkList.id))) or 0
    values: dict[str, ColumnElement[Any]] = {
        "unit_id": literal(unit_id),
        "client_id": Task.client_id.expression,
        "campaign_id": func.min(Task.campaign_id),
        "centre_id": literal(centre_above(session, unit_id), WorkList.centre_id.type),
        "initiator": literal(actor.key),
        "origin_id": func.min(Task.work_list_id),
        "opened_at": literal(now, WorkList.opened_at.type),
    }
    rows = select(*values.values()).where(*moved).group_by(Task.client_id)
    into = insert_into(session, WorkList).from_select(list(values), rows)
    session.execute(into.on_conflict_do_nothing())
    opened = and_(
        WorkList.id > newest,
        WorkList.unit_id == unit_id,
        WorkList.initiator == actor.key,
        WorkList.opened_at == now,
    )
    record_rows(
        session, WorkListOpened, WorkList.id.expression, opened,
        details={"unit_id": literal(unit_id), "client_id": WorkList.client_id.expression,
                 "campaign_id": WorkList.campaign_id.expression,
                 "origin_id": WorkList.origin_id.expression},
        actor=actor, at=now,
    )  # fmt: skip
    # One that was open already is held from now on: it must not close before it has its task.
    held = (
        select(WorkList.id)
        .where(
            WorkList.unit_id == unit_id,
            WorkList.closed_at.is_(None),
            WorkList.client_id.in_(select(Task.client_id).where(*moved)),
        )
        .order_by(WorkList.id)
        .with_for_update()
    )
    session.execute(select(func.count()).select_from(held.cte("held")))


def _make_successors(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    there = aliased(WorkList)
    moves = and_(_ROW.to_unit_id.is_not(None), _ROW.to_unit_id != _ROW.unit_id)
    values: dict[str, ColumnElement[Any]] = {
        **{name: getattr(Task, name).expression for name in _SAME},
        "work_list_id": case((moves, there.id), else_=Task.work_list_id),
        "unit_id": func.coalesce(_ROW.to_unit_id, _ROW.unit_id),
        "state": _ROW.from_state.expression,
        "performer_id": _ROW.to_performer_id.expression,
        "redirected_from_id": Task.id.expression,
        "created_at": literal(now, Task.created_at.type),
        "created_by": literal(actor.key),
        "occurrence": literal(0),
        "claim_token": literal(0),
        "is_personal": false(),
        "version": literal(1),
    }
    rows = (
        select(*values.values())
        .select_from(_ROW)
        .join(Task, Task.id == _ROW.task_id)
        .outerjoin(
            there,
            and_(
                moves,
                there.unit_id == _ROW.to_unit_id,
                there.client_id == Task.client_id,
                there.closed_at.is_(None),
            ),
        )
        .where(_ROW.run_id == run_id, _ROW.reason.is_(None), _is_redirected())
        .order_by(_ROW.place)
    )
    session.execute(insert(Task).from_select(list(values), rows))
    successor = aliased(Task)
    found = (
        select(func.max(successor.id))
        .where(successor.redirected_from_id == _ROW.task_id)
        .correlate(_ROW)
        .scalar_subquery()
    )
    session.execute(
        update(_ROW)
        .where(_ROW.run_id == run_id, _ROW.reason.is_(None), _is_redirected())
        .values(successor_id=found)
        .execution_options(**UNSEEN)
    )


def _journal_redirected(session: Session, run_id: int, *, actor: Actor, now: datetime) -> None:
    which = (_ROW.run_id == run_id, _ROW.successor_id.is_not(None), _ROW.reason.is_(None))
    run, performer = literal(run_id), _ROW.to_performer_id.expression
    record_rows(
        session, TaskRedirected, _ROW.task_id.expression, *which,
        details={"successor_id": _ROW.successor_id.expression, "performer_id": performer,
                 "unit_id": func.coalesce(_ROW.to_unit_id, _ROW.unit_id), "run_id": run},
        from_state=_ROW.from_state.expression, to_state=literal(_REDIRECTED.value),
        actor=actor, at=now,
    )  # fmt: skip
    record_rows(
        session, TaskReceived, _ROW.successor_id.expression, *which,
        details={"redirected_from_id": _ROW.task_id.expression, "performer_id": performer,
                 "run_id": run},
        to_state=_ROW.from_state.expression,
        actor=actor, at=now,
    )  # fmt: skip


def _move_ties(session: Session, run_id: int) -> None:
    """Who asked for a task is told when its successor is done (rule 4)."""
    successor = (
        select(Task.id, Task.work_list_id)
        .join(_ROW, _ROW.successor_id == Task.id)
        .where(_ROW.run_id == run_id, _ROW.task_id == Involvement.to_task_id)
        .correlate(Involvement)
    )
    session.execute(
        update(Involvement)
        .where(
            Involvement.to_task_id.in_(changed_ids(run_id, _ROW.successor_id.is_not(None))),
            Involvement.finished_at.is_(None),
        )
        .values(
            to_work_list_id=successor.with_only_columns(Task.work_list_id).scalar_subquery(),
            to_task_id=successor.with_only_columns(Task.id).scalar_subquery(),
        )
        .execution_options(**UNSEEN)
    )
