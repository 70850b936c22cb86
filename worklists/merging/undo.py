"""Undoing a merge: two clients again, each with what was its own; what was done since stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from core.journal import record
from directory.clients.events import ClientMergeUndone
from directory.clients.merge_models import ClientMerge, ClientMergeMove
from directory.clients.merge_rows import bring_back, is_there, put_back, take_away
from directory.clients.merging import (
    MergedOn,
    kept_instead_of,
    require_free_key,
    visible_client,
)
from directory.clients.models import Client
from directory.permissions import DirectoryPermission
from worklists.closing import close_if_finished
from worklists.events.merging import TaskMergeUndone
from worklists.events.outcomes import WorkListReopened
from worklists.lifecycle import TaskState, back_to
from worklists.merging.holding import hold_both, measure_both, one_at_a_time
from worklists.merging.returning import Returning
from worklists.models.task import Task
from worklists.models.work_list import WorkList

_FIRST = ("clients", "contact_points", "leads", "work_lists", "tasks")
"""What others refer to goes back before them."""


def undo_merge(session: Session, merge_id: int, *, actor: Actor, now: datetime) -> ClientMerge:
    """Put back every row that is still as the merge left it; the rest stays with the kept client.

    ``came_back`` and ``stayed`` of the merge tell how many. The second time nothing happens. Raises
    NotPermitted, NotFound, MergedOn, KeyTaken, ClientsBusy.
    """
    actor.require(DirectoryPermission.MERGE_CLIENTS)
    one_at_a_time(session)
    merge = session.get(ClientMerge, merge_id, populate_existing=True)
    if merge is None:
        raise NotFound("merge", merge_id)
    kept_id, double_id = merge.kept_id, merge.double_id
    into_id = kept_instead_of(session, kept_id, actor=actor)
    if into_id is not None:
        raise MergedOn(into_id)
    visible_client(session, kept_id, actor=actor)
    if merge.undone_at is not None:
        return merge
    hold_both(session, (kept_id, double_id))
    moves = session.scalars(
        select(ClientMergeMove)
        .where(ClientMergeMove.merge_id == merge_id)
        .order_by(ClientMergeMove.id)
    ).all()
    _require_its_key(session, merge, moves)
    merge.came_back = _put_all_back(session, merge, moves, actor=actor, now=now)
    merge.stayed = len(moves) - merge.came_back
    merge.undone_at, merge.undone_by = now, actor.key
    for client_id in (kept_id, double_id):
        event = ClientMergeUndone(
            client_id=client_id, merge_id=merge_id, came_back=merge.came_back, stayed=merge.stayed
        )
        record(session, event, actor=actor, at=now)
    session.flush()
    return merge


def _require_its_key(
    session: Session, merge: ClientMerge, moves: Sequence[ClientMergeMove]
) -> None:
    for move in moves:
        key = (move.was or {}).get("external_key")
        if move.table_name == "clients" and move.row_key[0] == merge.double_id and key:
            require_free_key(session, merge.kept_id, key)


def _put_all_back(
    session: Session,
    merge: ClientMerge,
    moves: Sequence[ClientMergeMove],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """How many rows went back."""
    session.flush()
    plan = Returning(session, merge, moves)
    staying = plan.staying_tasks  # worked out before anything moves
    states = _states(
        session, [*plan.tasks, *(move.row_key[0] for move in plan.of.get("tasks", ()))]
    )
    renumbered: dict[Any, int] = {}
    came = 0
    for move in sorted(moves, key=lambda one: _order(one, merge)):
        columns = plan.columns(move)
        if columns is not None:
            put_back(session, move, columns, renumbered)
            came += set(columns) == set(move.became or ())
        elif move.was is not None:
            fresh = bring_back(session, move)
            if fresh is not None:
                renumbered[move.table_name, move.row_key[0]] = fresh
            came += 1
        elif is_there(session, move) and not _is_needed(session, move):
            take_away(session, move)
            came += 1
    _settle(session, merge, plan, staying, states, actor=actor, now=now)
    return came


def _order(move: ClientMergeMove, merge: ClientMerge) -> tuple[int, int, bool, int]:
    """The kept client gives its key away before the double has it; the double's tasks leave before
    those return that had to make room; a unit is taken away when its work has gone."""
    place = _FIRST.index(move.table_name) if move.table_name in _FIRST else len(_FIRST)
    is_last = move.was is None
    kept_first = move.table_name == "clients" and move.row_key[0] != merge.kept_id
    made_room = move.table_name == "tasks" and "client_id" not in (move.was or {})
    # Newest first: what came late may have changed once more what the merge had changed.
    return (int(is_last), place, kept_first or made_room, -move.id)


def _is_needed(session: Session, move: ClientMergeMove) -> bool:
    """Whether the kept client has work in a unit that it knows by the merge alone."""
    client_id, unit_id = move.row_key
    work = exists().where(WorkList.client_id == client_id, WorkList.unit_id == unit_id)
    return bool(session.scalar(select(work)))


def _states(session: Session, task_ids: Sequence[int]) -> dict[int, TaskState]:
    rows = session.execute(select(Task.id, Task.state).where(Task.id.in_(task_ids)))
    return {row[0]: row[1] for row in rows}


def _settle(
    session: Session,
    merge: ClientMerge,
    plan: Returning,
    staying: frozenset[int],
    states: dict[int, TaskState],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Journal, work-lists that are open or closed by what is in them now, versions, budgets."""
    session.expire_all()
    after = _states(session, list(states))
    for task_id, state in sorted(after.items()):
        if task_id in staying or (task_id not in plan.tasks and state is states[task_id]):
            continue
        if state is not states[task_id]:
            back_to(states[task_id], state)
        event = TaskMergeUndone(
            task_id=task_id, merge_id=merge.id, from_state=states[task_id], to_state=state
        )
        record(session, event, actor=actor, at=now)
    for poured, standing in plan.poured.items():
        if poured not in plan.staying_lists:
            record(session, WorkListReopened(work_list_id=poured), actor=actor, at=now)
            close_if_finished(session, poured, now, actor=actor)
        close_if_finished(session, standing, now, actor=actor)
    session.execute(
        update(Client)
        .where(Client.id.in_((merge.kept_id, merge.double_id)))
        .values(version=Client.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    measure_both(session, merge.kept_id, merge.double_id)
    session.expire_all()
