"""What undoing an attempt needs to know: values as they were, and ids of what was made (rule 9).

Ids and plain values only. Kept for ``UNDO_WITHIN``, then swept away.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from core.clock import Clock
from core.db import Database
from core.journal import JournalEntry, plain_value
from core.statements import ask
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt, AttemptUndo
from worklists.models.task import Finish, Task

UNDO_WITHIN = timedelta(minutes=10)
"""For so long an outcome can be taken back."""

_MOMENTS = frozenset(
    {"due_at", "overdue_at", "taken_at", "control_at", "control_due_at", "closed_at"}
)
_ENUMS: dict[str, type[Enum]] = {"state": TaskState, "outcome": Outcome, "finish": Finish}
_PLAIN = frozenset(
    {"performer_id", "is_personal", "attempts", "result_version_id", "comment", "control_by_id",
     "closed_by_id"}
)  # fmt: skip
IMAGE = tuple(sorted(_MOMENTS | _PLAIN | set(_ENUMS)))
"""Columns of a task that an outcome may change. ``claim_token``, ``occurrence`` and ``version``
only ever grow: they fence whoever acts on what he saw earlier."""


@dataclass
class Trail:
    """Collects, while an attempt is saved, what undoing it would put back and take away."""

    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Images of the tasks that it moves, by id."""
    rest: dict[str, str | None] | None = None
    """The client's cooling-off time: ``was`` and ``until``, when the attempt made it longer."""
    point: dict[str, Any] | None = None
    """The contact point that it marked as wrong: ``id`` and the ``state`` before."""
    asset: dict[str, Any] | None = None
    """The vehicle that it marked as unconfirmed: ``id``."""
    made: dict[str, list[int]] = field(default_factory=dict)
    """Ids of new rows: ``tasks``, ``requests``, ``refusals``, ``readings``,
    ``notifications``."""

    def saw(self, task: Task) -> None:
        """Remember the task as it is before the attempt moves it."""
        self.tasks[str(task.id)] = {name: plain_value(getattr(task, name)) for name in IMAGE}

    def add(self, what: str, row_id: int) -> None:
        """Remember that the attempt made this row."""
        self.made.setdefault(what, []).append(row_id)


_NEWEST_ENTRY = select(func.max(JournalEntry.id)).where(
    JournalEntry.subject == "task",
    JournalEntry.subject_id.in_(bindparam("touched", expanding=True)),
)


def keep_trail(session: Session, attempt: Attempt, trail: Trail, *, now: datetime) -> None:
    """Write the trail in the transaction of the attempt, when all of it is flushed.

    ``now``: when it is recorded; the call itself may be older.
    """
    session.flush()
    touched = [int(key) for key in trail.tasks] + trail.made.get("tasks", [])
    before = {"tasks": trail.tasks, "rest": trail.rest, "point": trail.point, "asset": trail.asset}
    undo = AttemptUndo(
        attempt_id=attempt.id,
        before={name: value for name, value in before.items() if value is not None},
        created_ids=trail.made,
        journal_id=ask(session, _NEWEST_ENTRY, {"touched": touched}).scalar(),
        until=now + UNDO_WITHIN,
    )
    session.add(undo)
    session.flush()


def values_of(image: dict[str, Any]) -> dict[str, Any]:
    """The columns of a task as the image keeps them."""
    return {name: _value(name, image[name]) for name in IMAGE}


def moment_of(text: str | None) -> datetime | None:
    """A moment as an image keeps it."""
    return None if text is None else datetime.fromisoformat(text)


def forget_undos(database: Database, clock: Clock) -> int:
    """Remove what is kept for undoing attempts that it is too late to undo; their number."""
    with database.unit_of_work() as session:
        gone = session.scalars(
            delete(AttemptUndo)
            .where(AttemptUndo.until < clock(session))
            .returning(AttemptUndo.attempt_id)
            .execution_options(synchronize_session=False)
        ).all()
    return len(gone)


def _value(name: str, plain: Any) -> Any:
    if plain is None:
        return None
    if name in _MOMENTS:
        return datetime.fromisoformat(plain)
    return _ENUMS[name](plain) if name in _ENUMS else plain
