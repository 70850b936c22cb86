"""What puts a work-list on a stage of the board, and what the board is narrowed to (rule 5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from core.access import Actor
from directory.staff.models import Appointment
from worklists.finished_campaigns import is_of_finished
from worklists.lifecycle import OPEN, TaskState
from worklists.models.task import Task

_DONE_LATELY = timedelta(days=30)
_DONE_LATELY_OF_EVERYBODY = timedelta(days=7)
WAITING = (TaskState.PLANNED, TaskState.DEFERRED)


class Stage(StrEnum):
    """A column of the board."""

    NEW = "new"
    """Has open tasks that nobody works on."""
    IN_WORK = "in_work"
    """This person works on one of its tasks."""
    ON_CONTROL = "on_control"
    """This person left a task of it on control."""
    DONE = "done"
    """This person finished a task in it and has none open there, nor one that another goes on with:
    who handed a task on has not done it."""


@dataclass(frozen=True, kw_only=True)
class BoardFilter:
    """What the board is narrowed to; None: not narrowed."""

    unit_id: int | None = None
    campaign_id: int | None = None
    only_mine: bool = False
    of_everybody: bool = False
    """Stages as they stand to everybody of the units, not only to the person who looks."""
    only_overdue: bool = False
    of_finished: bool = False
    """Only what is of finished campaigns; new ones of them are otherwise left out."""
    finished_since: datetime | None = None
    """How far back «done» looks; None: 30 days, of everybody 7."""


def on_stage(stage: Stage, wanted: BoardFilter, actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Which tasks put their work-list there, for the person who looks (rule 5)."""
    if stage is Stage.NEW:
        return _new(wanted)
    if wanted.of_everybody:
        return _of_everybody(stage, wanted, actor, now)
    me = actor.employee_id
    match stage:
        case Stage.IN_WORK:
            return and_(Task.state == TaskState.IN_WORK, Task.performer_id == me)
        case Stage.ON_CONTROL:
            return and_(Task.state == TaskState.ON_CONTROL, Task.control_by_id == me)
        case Stage.DONE:
            since = wanted.finished_since or now - _DONE_LATELY
            return and_(Task.closed_by_id == me, _done_for_good(since))


def left_overs(wanted: BoardFilter) -> bool | None:
    """Whether «new» shows only what finished campaigns left behind, only the rest, or both (None).

    Who asks for a finished campaign by name gets to see what it left.
    """
    if wanted.of_finished:
        return True
    return False if wanted.campaign_id is None else None


def _new(wanted: BoardFilter) -> ColumnElement[bool]:
    only = left_overs(wanted)
    waits = Task.state.in_(WAITING)
    return waits if only is None else and_(waits, is_of_finished() if only else ~is_of_finished())


def _of_everybody(
    stage: Stage, wanted: BoardFilter, actor: Actor, now: datetime
) -> ColumnElement[bool]:
    """The stage as it stands to each of the people of the units.

    What is done is looked for by who finished it: that index has the time of it.
    """
    match stage:
        case Stage.IN_WORK:
            return Task.state == TaskState.IN_WORK
        case Stage.ON_CONTROL:
            return Task.state == TaskState.ON_CONTROL
    people = select(Appointment.employee_id).where(Appointment.unit_id.in_(actor.unit_ids))
    since = wanted.finished_since or now - _DONE_LATELY_OF_EVERYBODY
    return and_(Task.closed_by_id.in_(people), _done_for_good(since))


def _done_for_good(since: datetime) -> ColumnElement[bool]:
    """Finished since then, and who finished it has nothing open in the same work-list, nor handed
    on what is open there."""
    other, handed, open_still = aliased(Task), aliased(Task), aliased(Task)
    open_of_theirs = exists().where(
        other.work_list_id == Task.work_list_id,
        other.state.in_(OPEN),
        or_(other.performer_id == Task.closed_by_id, other.control_by_id == Task.closed_by_id),
    )
    going_on = exists().where(
        open_still.work_list_id == Task.work_list_id,
        open_still.state.in_(OPEN),
        open_still.redirected_from_id.is_not(None),
    )
    handed_on = exists().where(
        handed.work_list_id == Task.work_list_id,
        handed.state == TaskState.REDIRECTED,
        handed.performer_id == Task.closed_by_id,
    )
    return and_(
        Task.state == TaskState.DONE,
        Task.closed_at >= since,
        ~open_of_theirs,
        ~and_(handed_on, going_on),
    )
