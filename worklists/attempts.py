"""Recording what came of an attempt, with all that it causes, in one transaction (A13-A16)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.access import Actor
from worklists.consequences import Consequence, ConsequenceKind
from worklists.models.attempt import Attempt
from worklists.models.task import Task
from worklists.reports import AttemptReport, InvolvementDraft, NewTask, ServiceRequestDraft

__all__ = [
    "AttemptReport",
    "Consequence",
    "ConsequenceKind",
    "InvolvementDraft",
    "NewTask",
    "Recorded",
    "ServiceRequestDraft",
    "consequence_of",
    "record_attempt",
]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What was saved. ``settled`` are the ids of the client's other tasks that ended with it."""

    task: Task
    attempt: Attempt
    planned: Task | None
    settled: tuple[int, ...]
    consequence: Consequence


def record_attempt(
    session: Session,
    task_id: int,
    report: AttemptReport,
    *,
    actor: Actor,
    now: datetime,
    lease: timedelta,
) -> Recorded:
    """Save the outcome and everything that follows from it."""
    raise NotImplementedError


def consequence_of(
    session: Session, task_id: int, report: AttemptReport, *, actor: Actor, now: datetime
) -> Consequence:
    """Say what saving this report would lead to; nothing is changed."""
    raise NotImplementedError
