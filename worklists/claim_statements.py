"""The statements of a claim, built once: one guarded UPDATE that tells what it took (rule 8)."""

from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Table,
    bindparam,
    case,
    false,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from core.db import UtcDateTime
from worklists.claimable import first_claimable, nothing_is_given_to
from worklists.contact_conditions import phones_now
from worklists.leases import in_state
from worklists.lifecycle import TaskAction, TaskState, after
from worklists.models.task import Task

_IN_WORK = after(TaskState.PLANNED, TaskAction.TAKE)


@cache
def claim_in_lane(
    is_mine: bool, is_phoned: bool, from_memory: bool
) -> ReturningUpdate[*tuple[Any, ...]]:
    """Take the oldest claimable task of the lane in the parameters (``lanes.lane_values``)."""
    chosen = first_claimable(is_mine=is_mine, is_phoned=is_phoned)
    if from_memory:
        chosen = chosen.where(nothing_is_given_to())
    return _claim(Task.id == chosen.scalar_subquery(), in_state(TaskState.PLANNED))


@cache
def claim_one(is_phoned: bool) -> ReturningUpdate[*tuple[Any, ...]]:
    """Take the task ``task`` while it is in the state ``seen`` and its client is not phoned."""
    guards = [Task.id == bindparam("task"), Task.state == bindparam("seen", type_=Task.state.type)]
    if is_phoned:
        other = aliased(Task)
        held = select(other.id).where(other.client_id == Task.client_id, phones_now(other))
        guards.append(~held.exists())
    return _claim(*guards)


def _claim(*guards: ColumnElement[bool]) -> ReturningUpdate[*tuple[Any, ...]]:
    """Returns what ``TaskTaken`` tells; no entity, for that costs as much as all the rest.

    Parameters: ``performer``, ``now``, ``until``, ``called`` and those of the guards.
    """
    performer: ColumnElement[int] = bindparam("performer")
    return (
        update(cast(Table, Task.__table__))
        .where(*guards)
        .values(
            state=_IN_WORK,
            is_personal=case((Task.performer_id == performer, true()), else_=false()),
            performer_id=performer,
            claim_token=Task.claim_token + 1,
            lease_until=bindparam("until", type_=UtcDateTime()),
            taken_at=bindparam("now", type_=UtcDateTime()),
            overdue_at=None,
            client_called=bindparam("called", type_=Boolean()),
        )
        .returning(Task.id.label("task_id"), Task.claim_token.label("token"), Task.client_id)
    )
