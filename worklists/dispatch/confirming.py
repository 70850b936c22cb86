"""Confirming a dry run: one transaction of a fixed number of statements, whatever its size.

The open work-lists of the clients are locked first, then the tasks, both in the order of their ids:
as everybody does who closes or adds tasks (``worklists.closing``). What somebody changed or took
after the dry run is left out and told so.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Refused
from core.journal import JournalEntry
from core.locks import exclusively
from worklists.dispatch.capacity import Person, people_for
from worklists.dispatch.distributing import given_by_run
from worklists.dispatch.editing import cancel_tasks, change_due, change_priority
from worklists.dispatch.handing import hand_over
from worklists.dispatch.reasons import reason_to_stay, refuse_twins, said
from worklists.dispatch.seen_runs import get_run
from worklists.dispatch.wishes import Wish, run_not_found
from worklists.models.dispatch import (
    DispatchAction,
    DispatchRun,
    DispatchRunPerson,
    DispatchRunTask,
    NothingReason,
    RunState,
    SkipReason,
)
from worklists.models.task import Task
from worklists.models.work_list import WorkList
from worklists.permissions import WorkPermission

DRAFT_LASTS = timedelta(hours=2)
"""A dry run is confirmed within this time: later too much has changed."""
_SET = {"synchronize_session": False}


class DraftTooOld(Refused):
    """Too much has changed since this dry run; it is made anew."""


def confirm_run(session: Session, run_id: int, *, actor: Actor, now: datetime) -> DispatchRun:
    """Do what the dry run said, and keep its report; the second time nothing happens.

    Raises NotFound for what is not one's own, DraftTooOld, NotPermitted.
    """
    actor.require(WorkPermission.DISPATCH)
    get_run(session, run_id, actor=actor)
    run = session.get_one(DispatchRun, run_id, populate_existing=True, with_for_update=True)
    if run.created_by != actor.person:
        raise run_not_found(run_id)
    if run.state is not RunState.DRAFT:
        return run
    if now - run.created_at > DRAFT_LASTS:
        raise DraftTooOld()
    wish = Wish.from_json(run.parameters)
    lock_for(session, run_id, wish.unit_id if wish.action is DispatchAction.TO_UNIT else None)
    _look_again(session, run_id, wish)
    if wish.action in (DispatchAction.TO_PERSON, DispatchAction.DISTRIBUTE):
        _look_at_people_again(session, run_id, wish, actor=actor, now=now)
    _act(session, run_id, wish, actor=actor, now=now)
    run.state, run.done_at = RunState.DONE, now
    session.flush()
    run.journal_id = session.scalar(select(func.max(JournalEntry.id)))
    session.flush()
    session.expire_all()
    return run


def lock_for(session: Session, run_id: int, to_unit_id: int | None) -> None:
    """Hold the clients' open work-lists and the tasks of the run until the transaction ends."""
    if to_unit_id is not None:
        exclusively(session, f"forming:{to_unit_id}")
    of_run = select(DispatchRunTask.task_id).where(DispatchRunTask.run_id == run_id)
    clients = select(Task.client_id).where(Task.id.in_(of_run))
    lists = (
        select(WorkList.id)
        .where(WorkList.client_id.in_(clients), WorkList.closed_at.is_(None))
        .order_by(WorkList.id)
        .with_for_update()
    )
    tasks = select(Task.id).where(Task.id.in_(of_run)).order_by(Task.id).with_for_update()
    for held in (lists, tasks):
        # Counted in the database: thousands of ids need not travel.
        session.execute(select(func.count()).select_from(held.cte("held")))


def _act(session: Session, run_id: int, wish: Wish, *, actor: Actor, now: datetime) -> None:
    match wish.action:
        case DispatchAction.PRIORITY:
            change_priority(session, run_id, wish, actor=actor, now=now)
        case DispatchAction.DUE:
            change_due(session, run_id, wish, actor=actor, now=now)
        case DispatchAction.CANCEL:
            cancel_tasks(session, run_id, wish, actor=actor, now=now)
        case _:
            hand_over(session, run_id, wish, actor=actor, now=now)


def _look_again(session: Session, run_id: int, wish: Wish) -> None:
    """What stands against each task now; the state is read anew: time alone may have moved it."""
    row = DispatchRunTask
    changed = or_(
        Task.version != row.version, Task.performer_id.is_distinct_from(row.from_performer_id)
    )
    reason = reason_to_stay(wish, (changed, said(SkipReason.CHANGED)))
    of_task = select(Task.id).where(Task.id == row.task_id).correlate(row)
    session.execute(
        update(row)
        .where(row.run_id == run_id, row.reason.is_(None))
        .values(
            reason=of_task.with_only_columns(reason).scalar_subquery(),
            from_state=of_task.with_only_columns(Task.state).scalar_subquery(),
        )
        .execution_options(**_SET)
    )
    if wish.action is DispatchAction.TO_UNIT:
        refuse_twins(session, run_id)


def _look_at_people_again(
    session: Session, run_id: int, wish: Wish, *, actor: Actor, now: datetime
) -> None:
    """Nobody gets more than they may have by now, and nothing who is absent or gone."""
    given = given_by_run(session, run_id)
    now_there = {one.id: one for one in people_for(session, employee_ids=list(given), actor=actor,
                                                   now=now)}  # fmt: skip
    leaving = _leaving(session, run_id)
    for person_id, number in given.items():
        person = now_there.get(person_id)
        allowed = _allowed(person, leaving.get(person_id, 0), wish)
        if number > allowed:
            reason = _why(person)
            _leave_out(session, run_id, person_id, keep=allowed, reason=reason)
    _count_people(session, run_id)


def _allowed(person: Person | None, leaving: int, wish: Wish) -> int:
    if person is None or person.is_absent:
        return 0
    return 1_000_000 if wish.over_limit else max(person.at_most - person.in_hand + leaving, 0)


def _why(person: Person | None) -> SkipReason:
    if person is None:
        return SkipReason.NOT_SEEN
    return SkipReason.ABSENT if person.is_absent else SkipReason.NO_CAPACITY


def _leaving(session: Session, run_id: int) -> dict[int, int]:
    """How many tasks each person loses by the run."""
    row = DispatchRunTask
    counted = session.execute(
        select(row.from_performer_id, func.count())
        .where(row.run_id == run_id, row.reason.is_(None), row.from_performer_id.is_not(None))
        .group_by(row.from_performer_id)
    )
    return {int(one): number for one, number in counted if one is not None}


def _leave_out(
    session: Session, run_id: int, person_id: int, *, keep: int, reason: SkipReason
) -> None:
    row = DispatchRunTask
    theirs: ColumnElement[bool] = and_(
        row.run_id == run_id, row.reason.is_(None), row.to_performer_id == person_id
    )
    kept = select(row.task_id).where(theirs).order_by(row.place).limit(keep)
    session.execute(
        update(row)
        .where(theirs, row.task_id.not_in(kept))
        .values(reason=reason)
        .execution_options(**_SET)
    )


def _count_people(session: Session, run_id: int) -> None:
    given = given_by_run(session, run_id)
    for person in session.scalars(
        select(DispatchRunPerson).where(DispatchRunPerson.run_id == run_id)
    ):
        number = given.get(person.employee_id, 0)
        if person.given and not number:
            person.reason = NothingReason.NOTHING_LEFT
        person.given = number
    session.flush()
