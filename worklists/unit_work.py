"""What is still open in units: a unit with open tasks does not go to the archive."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Refused
from worklists.lifecycle import OPEN
from worklists.models.task import Task


class UnitHasWork(Refused):
    """A unit goes to the archive after its work: ``tasks`` are open in it."""

    def __init__(self, tasks: int) -> None:
        super().__init__(tasks)
        self.tasks = tasks


def open_tasks_of_units(session: Session, unit_ids: Collection[int]) -> Mapping[int, int]:
    """Id of a unit → how many tasks are open in it; 0 where there are none."""
    counted = session.execute(
        select(Task.unit_id, func.count())
        .where(Task.unit_id.in_(unit_ids), Task.state.in_(OPEN))
        .group_by(Task.unit_id)
    )
    return dict.fromkeys(unit_ids, 0) | {row[0]: row[1] for row in counted}


def require_no_open_tasks(session: Session, unit_id: int) -> None:
    """Raise UnitHasWork while tasks are open in the unit."""
    tasks = open_tasks_of_units(session, [unit_id])[unit_id]
    if tasks:
        raise UnitHasWork(tasks)
