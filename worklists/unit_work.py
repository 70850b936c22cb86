"""What is still open in units and campaigns: a unit with open tasks does not go to the archive."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import constant
from core.errors import Refused
from core.locks import exclusively
from directory.permissions import DirectoryPermission
from directory.units.models import Unit
from directory.units.tree import TREE, archive_unit, get_unit
from worklists.lifecycle import OPEN, TaskState
from worklists.models.task import PHONING, Task


class UnitHasWork(Refused):
    """A unit goes to the archive after its work: ``tasks`` are open in it."""

    def __init__(self, tasks: int) -> None:
        super().__init__(tasks)
        self.tasks = tasks


class UnitOutOfUse(Refused):
    """Nothing new is done in a unit that is in the archive."""


def open_tasks_of_units(session: Session, unit_ids: Collection[int]) -> Mapping[int, int]:
    """Id of a unit → how many tasks are open in it; 0 where there are none."""
    counted = session.execute(
        select(Task.unit_id, func.count())
        .where(Task.unit_id.in_(unit_ids), Task.state.in_(OPEN))
        .group_by(Task.unit_id)
    )
    return dict.fromkeys(unit_ids, 0) | {row[0]: row[1] for row in counted}


def calls_ended_with(session: Session, campaign_id: int) -> int:
    """How many calls of the campaign nobody is offered once it is finished, in the whole company.

    What is on control stays work, and so do jobs that are no calls.
    """
    parts = [
        select(func.count().label("number")).where(
            Task.state == constant(state), Task.campaign_id == campaign_id, Task.kind.in_(PHONING)
        )
        for state in sorted(OPEN - {TaskState.ON_CONTROL})  # each has a small index of its own
    ]
    each = union_all(*parts).subquery("each")
    return session.scalar(select(func.sum(each.c.number))) or 0


def hold_unit(session: Session, unit_id: int) -> None:
    """Keep the unit out of the archive until this transaction ends: work is about to be added.

    Raises UnitOutOfUse when it is there already. Any number of transactions hold a unit at once.
    """
    unit = select(Unit.is_archived).where(Unit.id == unit_id)
    if session.scalar(unit.with_for_update(read=True)) is not False:
        raise UnitOutOfUse(unit_id)


def archive_unit_without_work(
    session: Session, unit_id: int, *, actor: Actor, now: datetime
) -> Unit:
    """No longer offer the unit; whoever adds work to it meanwhile comes before or after, whole.

    Raises UnitHasWork while tasks are open in it, UnitHasParts, NotFound.
    """
    actor.require(DirectoryPermission.MANAGE_UNITS)
    # First what every change of the tree takes first, then the row: nobody waits in a circle.
    exclusively(session, TREE)
    session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update(key_share=True))
    get_unit(session, unit_id, actor=actor)
    tasks = open_tasks_of_units(session, [unit_id])[unit_id]
    if tasks:
        raise UnitHasWork(tasks)
    return archive_unit(session, unit_id, actor=actor, now=now)
