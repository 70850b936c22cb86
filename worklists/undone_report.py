"""What was reported in an attempt that was taken back: to be mended and saved again (rule 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from campaigns.effects import EffectKind, read_effects
from campaigns.models import ResultCodeVersion
from core.journal import JournalEntry, event_name
from worklists.card.models import Document
from worklists.events.outcomes import AttemptRecorded
from worklists.models.attempt import Attempt, ServiceRequest
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement
from worklists.outcome_effects import asked_text
from worklists.reports import InvolvementDraft
from worklists.saved_with import planned_with, settled_with


@dataclass(frozen=True, kw_only=True)
class UndoneReport:
    """The report as far as its rows still tell it."""

    attempt: Attempt
    result_code_id: int | None
    copy_of_task_id: int | None
    """For a repeat: the task whose result it took."""
    goal_reached: bool
    control_at: datetime | None
    """What a person had chosen; the default is nobody's choice."""
    planned: Task | None
    request: ServiceRequest | None
    involve: InvolvementDraft | None
    settled: Sequence[int]


def undone_report(session: Session, task_id: int) -> UndoneReport | None:
    """That of the task's newest attempt, if it was taken back; the caller sees the task."""
    newest = select(Attempt).where(Attempt.task_id == task_id).order_by(Attempt.id.desc()).limit(1)
    attempt = session.scalars(newest).first()
    if attempt is None or attempt.undone_at is None:
        return None
    details = _recorded(session, attempt)
    until = details.get("control_at") if details.get("is_control_chosen") else None
    version_id, source = attempt.result_version_id, attempt.copied_from_id
    version = session.get(ResultCodeVersion, version_id) if version_id is not None else None
    return UndoneReport(
        attempt=attempt,
        result_code_id=version.result_code_id if version is not None else None,
        copy_of_task_id=session.scalar(select(Attempt.task_id).where(Attempt.id == source)),
        goal_reached=details.get("finish") == Finish.GOAL_REACHED.value,
        control_at=datetime.fromisoformat(until) if until else None,
        planned=planned_with(session, attempt),
        request=session.scalars(
            select(ServiceRequest).where(
                ServiceRequest.task_id == task_id, ServiceRequest.created_at == attempt.at
            )
        ).first(),
        involve=_involvement(session, attempt, version),
        settled=settled_with(session, attempt),
    )


def _recorded(session: Session, attempt: Attempt) -> dict[str, Any]:
    """What the journal says of it: how the task ended, until when it was watched."""
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject == AttemptRecorded.subject,
            JournalEntry.subject_id == attempt.task_id,
            JournalEntry.event == event_name(AttemptRecorded),
        )
        .order_by(JournalEntry.id.desc())
    )
    found = (one.details for one in entries if one.details.get("attempt_id") == attempt.id)
    return next(found, {})


def _involvement(
    session: Session, attempt: Attempt, version: ResultCodeVersion | None
) -> InvolvementDraft | None:
    """What the form asked of another unit; what the result asked by itself is nobody's."""
    by_itself = [
        asked_text(effect, attempt)
        for effect in read_effects(version.effects if version is not None else [])
        if effect.kind is EffectKind.DEPARTMENT_TASK
    ]
    task = session.scalars(
        select(Task)
        .join(Involvement, Involvement.to_task_id == Task.id)
        .where(
            Involvement.from_task_id == attempt.task_id,
            Involvement.asked_at == attempt.at,
            Task.kind == TaskKind.DEPARTMENT,
            Task.finish == Finish.CANCELLED,
            Task.goal.not_in(by_itself),
        )
        .order_by(Involvement.id)
        .limit(1)
    ).first()
    if task is None:
        return None
    # A document that went along is as old as it was at the asking task.
    sent = exists().where(Document.task_id == task.id, Document.added_at <= attempt.at)
    return InvolvementDraft(
        unit_id=task.unit_id,
        text=task.goal,
        due_at=task.due_at,
        with_documents=bool(session.scalar(select(sent))),
    )
