"""The tabs of the board: each task of the units stands on exactly one, so that the numbers add up.

«Packages» is another look at the same tasks and no tab of this kind.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, String, and_, case, func, literal, select
from sqlalchemy.orm import Session

from core.access import Actor
from worklists.finished_campaigns import is_left_over
from worklists.handed_on import goes_on_elsewhere
from worklists.lateness import task_is_late
from worklists.lifecycle import CLOSED, OPEN, WAITING, TaskState
from worklists.models.task import Task, TaskKind
from worklists.visibility import task_is_visible

AT_RISK_WITHIN = timedelta(minutes=30)
"""A promised callback that is due within this time or past, with nobody on it, is at risk."""
CLOSED_WITHIN = timedelta(days=30)
"""How far back «finished» looks when the filter names no days; that day (UTC) counts as a whole,
so that the number does not shrink while somebody looks at it."""


class Tab(StrEnum):
    """Where a task stands on the board; the first that fits."""

    AT_RISK = "at_risk"
    OVERDUE = "overdue"
    """Due for more than a day and no callback: those are at risk before they are overdue."""
    UNASSIGNED = "unassigned"
    PLANNED = "planned"
    DEFERRED = "deferred"
    IN_WORK = "in_work"
    """Somebody works on it: not for dispatch."""
    ON_CONTROL = "on_control"
    """Waits for its check, by the date of it: not for dispatch."""
    LEFT_OVER = "left_over"
    """Waits, but its campaign is finished: nobody makes the call. To be cancelled or to be left."""
    CLOSED = "closed"
    OPEN = "open"
    """Everything that is open, wherever else it stands: all that somebody has. In no sum."""


STATES: dict[Tab, tuple[TaskState, ...]] = {
    Tab.AT_RISK: (TaskState.PLANNED, TaskState.DEFERRED),
    Tab.OVERDUE: (TaskState.PLANNED,),
    Tab.UNASSIGNED: (TaskState.PLANNED,),
    Tab.PLANNED: (TaskState.PLANNED,),
    Tab.DEFERRED: (TaskState.DEFERRED,),
    Tab.IN_WORK: (TaskState.IN_WORK,),
    Tab.ON_CONTROL: (TaskState.ON_CONTROL,),
    Tab.LEFT_OVER: (TaskState.PLANNED, TaskState.DEFERRED),
    Tab.CLOSED: tuple(sorted(CLOSED)),
    Tab.OPEN: tuple(sorted(OPEN)),
}
"""The states that a tab can hold: what an index is walked by."""


def tab_of(now: datetime) -> ColumnElement[str]:
    """The tab of a task as an expression on ``tasks``."""
    at_risk = and_(
        Task.kind == TaskKind.CALLBACK,
        Task.state.in_(WAITING),
        Task.due_at <= now + AT_RISK_WITHIN,
    )
    return case(
        (Task.state.in_(CLOSED), _is(Tab.CLOSED)),
        (Task.state == TaskState.IN_WORK, _is(Tab.IN_WORK)),
        (Task.state == TaskState.ON_CONTROL, _is(Tab.ON_CONTROL)),
        (is_left_over(), _is(Tab.LEFT_OVER)),
        (at_risk, _is(Tab.AT_RISK)),
        (Task.state == TaskState.DEFERRED, _is(Tab.DEFERRED)),
        (task_is_late(now), _is(Tab.OVERDUE)),
        (Task.performer_id.is_(None), _is(Tab.UNASSIGNED)),
        else_=_is(Tab.PLANNED),
    )


def closed_recently(now: datetime, *, is_dated: bool) -> ColumnElement[bool]:
    """Condition on closed tasks: those of the last weeks, unless the filter names days; without
    what was handed on or withdrawn, whose work goes on in a task that is counted."""
    since = (now - CLOSED_WITHIN).replace(hour=0, minute=0, second=0, microsecond=0)
    lately = Task.closed_at.is_not(None) if is_dated else Task.closed_at >= since
    return and_(lately, ~goes_on_elsewhere())


def tab_counts(
    session: Session,
    unit_ids: Sequence[int],
    conditions: Sequence[ColumnElement[bool]],
    *,
    is_dated: bool,
    now: datetime,
) -> dict[Tab, int]:
    """How many tasks of the units stand on each tab but OPEN; exact."""
    tab = tab_of(now)
    here = Task.unit_id.in_(unit_ids)
    still_open = (
        select(tab, func.count()).where(here, Task.state.in_(OPEN), *conditions).group_by(tab)
    )
    closed = select(func.count()).where(here, closed_recently(now, is_dated=is_dated), *conditions)
    counts: dict[Tab, int] = dict.fromkeys((one for one in Tab if one is not Tab.OPEN), 0)
    for name, number in session.execute(still_open):
        counts[Tab(name)] += number
    counts[Tab.CLOSED] = session.scalar(closed.select_from(Task)) or 0
    return counts


def open_of_people(
    session: Session, employee_ids: Collection[int], *, actor: Actor
) -> dict[int, int]:
    """How many tasks OPEN shows of each of these people to the person who looks."""
    rows = session.execute(
        select(Task.performer_id, func.count())
        .where(Task.performer_id.in_(employee_ids), Task.state.in_(OPEN), task_is_visible(actor))
        .group_by(Task.performer_id)
    )
    return {int(person): int(number) for person, number in rows if person is not None}


def _is(tab: Tab) -> ColumnElement[str]:
    return literal(tab.value, String)
