"""What a supervisor wants done with the chosen tasks, and what is wrong with a wish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, NotFound, Refused
from directory.units.models import Unit, UnitKind
from worklists.far_dates import check_planned_for
from worklists.models.dispatch import DispatchAction, DispatchMethod

MOST_TASKS = 10_000
"""Tasks of one run."""
PRIORITIES = range(1, 10)
"""1 is handed out first."""


class NobodyChosen(Invalid):
    """Tasks are given to somebody."""

    field = "employee_id"


class UnitNotChosen(Invalid):
    """Tasks are handed to a department or workshop that is in use."""

    field = "unit_id"


class PriorityImpossible(Invalid):
    """A priority is a number from 1 to 9."""

    field = "priority"


class DueMissing(Invalid):
    """The new due date is a moment."""

    field = "due_at"


class DueAlreadyPast(Invalid):
    """Tasks are put off, never to a moment that is over."""

    field = "due_at"


class AtMostNotNumber(Invalid):
    """How many tasks to take at most is a whole number above zero."""

    field = "at_most"


class CancelReasonMissing(Invalid):
    """Tasks are cancelled for a reason that others can read."""

    field = "reason"


class ColumnMissing(Invalid):
    """The people are named by a column of the lead."""

    field = "column"


class NoTasksChosen(Refused):
    """Nothing was ticked, or the filter finds nothing."""


class TooManyTasks(Refused):
    """One run changes at most ``MOST_TASKS``."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One act; which fields count depends on ``action``."""

    action: DispatchAction
    employee_ids: tuple[int, ...] = ()
    """To whom; with DISTRIBUTE and none named: everybody whose role it is."""
    unit_id: int | None = None
    method: DispatchMethod = DispatchMethod.EVENLY
    column: str = ""
    """Key of ``leads.why`` that names the person."""
    over_limit: bool = False
    """Give more than the people may have in hand."""
    priority: int | None = None
    due_at: datetime | None = None
    reason: str = ""
    at_most: int | None = None
    """Take only so many of the chosen tasks, first things first."""

    @property
    def moves(self) -> bool:
        """Whether tasks change hands."""
        return self.action in (
            DispatchAction.TO_PERSON, DispatchAction.TO_UNIT, DispatchAction.DISTRIBUTE
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the run."""
        return {
            "action": self.action.value,
            "employee_ids": list(self.employee_ids),
            "unit_id": self.unit_id,
            "method": self.method.value,
            "column": self.column,
            "over_limit": self.over_limit,
            "priority": self.priority,
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "reason": self.reason,
            "at_most": self.at_most,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Wish":
        """The wish of ``as_json``."""
        plain = dict(values)
        due_at = plain.pop("due_at")
        return cls(
            action=DispatchAction(plain.pop("action")),
            method=DispatchMethod(plain.pop("method")),
            employee_ids=tuple(plain.pop("employee_ids")),
            due_at=datetime.fromisoformat(due_at) if due_at else None,
            **plain,
        )


@dataclass(frozen=True, kw_only=True)
class Ticked:
    """Tasks chosen one by one."""

    task_ids: Sequence[int]


def check_wish(
    session: Session, wish: Wish, *, is_far_confirmed: bool = False, actor: Actor, now: datetime
) -> None:
    """Raise what is wrong with the wish, if anything; a far due date counts once confirmed."""
    if wish.at_most is not None and wish.at_most < 1:
        raise AtMostNotNumber(wish.at_most)
    match wish.action:
        case DispatchAction.TO_PERSON:
            if len(wish.employee_ids) != 1:
                raise NobodyChosen()
        case DispatchAction.TO_UNIT:
            _check_unit(session, wish.unit_id)
        case DispatchAction.DISTRIBUTE:
            if wish.method is DispatchMethod.FILE_COLUMN and not wish.column:
                raise ColumnMissing()
        case DispatchAction.PRIORITY:
            if wish.priority not in PRIORITIES:
                raise PriorityImpossible(wish.priority)
        case DispatchAction.DUE:
            _check_due(wish.due_at, is_far_confirmed=is_far_confirmed, now=now)
        case DispatchAction.CANCEL:
            if not wish.reason.strip():
                raise CancelReasonMissing()


def _check_due(due_at: datetime | None, *, is_far_confirmed: bool, now: datetime) -> None:
    """A mistyped year would put every chosen task on top of all queues, or out of the work."""
    if due_at is None:
        raise DueMissing()
    if due_at <= now:
        raise DueAlreadyPast(due_at)
    check_planned_for(due_at, is_confirmed=is_far_confirmed, now=now)


def _check_unit(session: Session, unit_id: int | None) -> None:
    """Any unit in use may be handed work, as any may be involved (A6)."""
    kind = session.execute(
        select(Unit.kind).where(Unit.id == unit_id, Unit.is_archived.is_(False))
    ).scalar_one_or_none()
    if kind is None or kind is UnitKind.COMPANY:
        raise UnitNotChosen(unit_id)


def run_not_found(run_id: int) -> NotFound:
    """A run that is not there, or that touches units of others."""
    return NotFound("dispatch_run", run_id)
