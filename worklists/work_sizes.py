"""How much work a selection would make, and whether to say so before it is run (rule 21)."""

from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.patience import TookTooLong, patience
from selections.rules import Definition, Group, Join
from selections.statements import Question
from worklists.task_effort import USUAL_MINUTES

WORKING_HOURS = 8
"""Of a manager's day."""
MANY_DAYS = 20
"""Of a manager: a month of work, which nobody means to order by the way."""
_NEARLY_ALL = 0.9
_PATIENCE = 0.25


@dataclass(frozen=True, kw_only=True)
class WorkSize:
    """What is found beside what there is, and the manager-days that it takes."""

    found: int
    of_all: int | None
    """All that the units have; None: it was not counted."""
    days: float

    @property
    def is_everybody(self) -> bool:
        """Whether the conditions left nobody out."""
        return self.found > 0 and self.found == self.of_all

    @property
    def is_nearly_everybody(self) -> bool:
        """Whether they left out at most a tenth."""
        return self.of_all is not None and 0 < self.of_all * _NEARLY_ALL <= self.found

    @property
    def is_much(self) -> bool:
        """Whether it is work for ``MANY_DAYS`` or more."""
        return self.days >= MANY_DAYS


def days_of(tasks: int, minutes_per_task: float = USUAL_MINUTES) -> float:
    """Manager-days that the tasks take."""
    return tasks * minutes_per_task / 60 / WORKING_HOURS


def size_while_typed(
    session: Session, question: Question, definition: Definition, found: int
) -> WorkSize:
    """The size of what an unfinished definition finds, at the usual time of a task.

    All there are get counted only as far as it matters, and only where it is not much already.
    """
    size = WorkSize(found=found, of_all=None, days=days_of(found))
    if size.is_much or not found or not definition.rule.items:
        return size
    anybody = replace(definition, rule=Group(Join.ALL), sample=None)
    enough = int(found / _NEARLY_ALL) + 1
    some = question.found(anybody).limit(enough).subquery()
    try:
        with patience(session, _PATIENCE):
            of_all = session.scalar(select(func.count()).select_from(some)) or 0
    except TookTooLong:
        return size
    return replace(size, of_all=of_all)
