"""Dry runs that nobody confirmed do not stay, nor skips whose day is over."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.clock import Clock
from core.db import Database
from worklists.dispatch.confirming import DRAFT_LASTS
from worklists.models.dispatch import DispatchRun, RunState
from worklists.models.skip import TaskSkip

_KEPT = DRAFT_LASTS + timedelta(hours=1)


def forget_drafts(database: Database, clock: Clock) -> int:
    """Remove old dry runs with their rows, and skips that hold nobody back; their number."""
    with database.unit_of_work() as session:
        now = clock(session)
        old = delete(DispatchRun).where(
            DispatchRun.state == RunState.DRAFT, DispatchRun.created_at < now - _KEPT
        )
        gone = delete(TaskSkip).where(TaskSkip.until < now)
        return _removed(session, old.returning(DispatchRun.id)) + _removed(
            session, gone.returning(TaskSkip.task_id)
        )


def _removed(session: Session, statement: object) -> int:
    options = {"synchronize_session": False}
    return len(session.scalars(statement.execution_options(**options)).all())  # type: ignore[attr-defined]
