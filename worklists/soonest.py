"""The soonest open tasks of many units, without sorting all of them.

One index walk per unit and state (``ix_tasks_unit_state``), each stopped after ``limit`` rows,
joined by UNION ALL: the cost grows with the limit, not with the table.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select, union_all

from worklists.finished_campaigns import is_of_finished
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind

MORE_THAN = 1000
"""Counts on boards stop here: «1000+» answers the question as well, at a known price."""

_ROWS_LOOKED_AT = 10 * MORE_THAN


@lru_cache(maxsize=256)
def _soonest(
    units: int,
    states: tuple[TaskState, ...],
    unassigned: bool,
    kinds: tuple[TaskKind, ...] | None,
    of_campaign: bool,
    of_finished: bool | None,
) -> Any:
    parts = []
    for state in states:
        for number in range(units):
            walk = (
                select(Task.id, Task.work_list_id, Task.due_at)
                .where(
                    Task.unit_id == bindparam(f"unit_{number}"),
                    Task.state == state,
                    Task.due_at <= bindparam("due_until"),
                )
                .order_by(Task.due_at, Task.id)
                .limit(bindparam("per_unit"))
            )
            if unassigned:
                walk = walk.where(Task.performer_id.is_(None))
            if kinds is not None:
                walk = walk.where(Task.kind.in_(kinds))
            if of_campaign:
                walk = walk.where(Task.campaign_id == bindparam("of_campaign"))
            if of_finished is not None:
                walk = walk.where(is_of_finished() if of_finished else ~is_of_finished())
            parts.append(select(walk.subquery()))
    return union_all(*parts).subquery()


def soonest_tasks(
    unit_ids: Sequence[int],
    *,
    states: tuple[TaskState, ...],
    unassigned: bool = False,
    kinds: tuple[TaskKind, ...] | None = None,
    campaign_id: int | None = None,
    of_finished: bool | None = None,
) -> tuple[Any, dict[str, int]]:
    """A subquery with ``id``, ``work_list_id`` and ``due_at``, and the values it needs.

    What the list is narrowed to belongs into the walk: narrowing what the walk brought would lose
    everything behind its first rows. ``of_finished``: only what finished campaigns left behind, or
    (False) only the rest.
    Bind ``due_until`` (UTC) and ``per_unit`` (rows per unit and state) beside those returned.
    """
    units = sorted(unit_ids) or [-1]
    values = {f"unit_{number}": unit_id for number, unit_id in enumerate(units)}
    if campaign_id is not None:
        values["of_campaign"] = campaign_id
    found = _soonest(len(units), states, unassigned, kinds, campaign_id is not None, of_finished)
    return found, values


def capped_count(query: Select[*tuple[Any, ...]]) -> Select[Any]:
    """Count the rows of the query, but no further than one above ``MORE_THAN``."""
    return select(func.count()).select_from(query.limit(MORE_THAN + 1).subquery())


def capped_count_of_different(query: Select[int]) -> Select[Any]:
    """Count the different values of a query of one column, looking at some thousand rows at most.

    DISTINCT with a LIMIT lets PostgreSQL walk the whole table in the order of the values. Exact up
    to ``_ROWS_LOOKED_AT`` rows; with more of them there are more than ``MORE_THAN`` values, unless
    every value came ten times.
    """
    found = query.limit(_ROWS_LOOKED_AT).subquery()
    return select(func.count(found.c[0].distinct()))
