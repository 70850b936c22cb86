"""Everything that happened to a task as one list, the newest first: what people did and wrote,
what time brought about, which file or selection it came from (rule 7, C4).

Each source is asked for one page behind the cursor, in one statement each; the cursor is the key
of the last line shown, so that nothing is shown twice while new lines arrive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.models import ResultCodeVersion
from core.access import Actor
from core.journal import JournalEntry
from directory.staff.models import Employee
from selections.models import Lead, SelectionRun
from worklists.asking import AttemptLine
from worklists.card.access import require_seen
from worklists.card.comments import CommentLine, line_of
from worklists.card.models import Comment, Document
from worklists.card.sent_along import chain_of
from worklists.models.attempt import CALLED_BY, Attempt
from worklists.models.task import Task

PAGE = 20
_FORMED = "TaskAppended"
_RECORDED = "AttemptRecorded"


class TimelineKind(StrEnum):
    """What a line is about; the filter of the list."""

    COMMENTS = "comments"
    RESULTS = "results"
    DOCUMENTS = "documents"
    DEEDS = "deeds"
    """What people did beside that."""
    SCHEDULE = "schedule"
    ORIGIN = "origin"
    """The file or selection that formed the task."""


@dataclass(frozen=True, order=True)
class TimelineKey:
    """The place of a line: its moment, its source, its number there."""

    at: datetime
    source: int
    id: int


@dataclass(frozen=True, kw_only=True)
class TimelineLine:
    """One line; of ``comment``, ``attempt``, ``document`` and ``entry`` one is there.

    ``origin`` is the title of the run that formed the task, ``file_key`` its actor.
    """

    key: TimelineKey
    kind: TimelineKind
    comment: CommentLine | None = None
    attempt: AttemptLine | None = None
    document: Document | None = None
    entry: JournalEntry | None = None
    by: str = ""
    origin: str = ""
    about: str = ""
    """Name of the person or document that the entry speaks of."""


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """One page of the list."""

    lines: Sequence[TimelineLine]
    next: TimelineKey | None
    """Where the following page begins; None: this is the end."""
    people: dict[str, str]
    """Actor key to name."""


def timeline(
    session: Session,
    task_id: int,
    *,
    only: TimelineKind | None = None,
    before: TimelineKey | None = None,
    limit: int = PAGE,
    actor: Actor,
    now: datetime,
) -> Timeline:
    """A page of what happened, behind ``before``. Raises NotFound, NotPermitted."""
    require_seen(session, task_id, actor=actor)
    found: list[TimelineLine] = []
    if only in (None, TimelineKind.COMMENTS):
        found += _comments(session, task_id, before, limit + 1, actor, now)
    if only in (None, TimelineKind.RESULTS):
        found += _attempts(session, task_id, before, limit + 1)
    if only in (None, TimelineKind.DOCUMENTS):
        found += _documents(session, task_id, before, limit + 1)
    if only not in (TimelineKind.COMMENTS, TimelineKind.RESULTS):
        found += _entries(session, task_id, only, before, limit + 1)
    found.sort(key=lambda line: line.key, reverse=True)
    lines = found[:limit]
    return Timeline(
        lines=lines,
        next=lines[-1].key if len(found) > limit else None,
        people=_names(session, lines),
    )


def _behind(
    before: TimelineKey | None,
    source: int,
    at: InstrumentedAttribute[datetime],
    number: InstrumentedAttribute[int],
) -> ColumnElement[bool]:
    """Rows of this source whose key is smaller than ``before``."""
    if before is None:
        return true()
    if source != before.source:
        return at <= before.at if source < before.source else at < before.at
    return or_(at < before.at, and_(at == before.at, number < before.id))


def _comments(
    session: Session, task_id: int, before: TimelineKey | None, limit: int, actor: Actor,
    now: datetime,
) -> Iterator[TimelineLine]:  # fmt: skip
    rows = session.execute(
        select(Comment, Employee.full_name)
        .join(Employee, Employee.id == Comment.author_id)
        .where(Comment.task_id.in_(chain_of(task_id)), _behind(before, 3, Comment.at, Comment.id))
        .order_by(Comment.at.desc(), Comment.id.desc())
        .limit(limit)
    )
    for comment, by in rows:
        yield TimelineLine(
            key=TimelineKey(comment.at, 3, comment.id), kind=TimelineKind.COMMENTS, by=by,
            comment=line_of(comment, by, actor=actor, now=now),
        )  # fmt: skip


def _attempts(
    session: Session, task_id: int, before: TimelineKey | None, limit: int
) -> Iterator[TimelineLine]:
    """With what the journal says of each: how the task ended, when it comes back."""
    rows = session.execute(
        select(Attempt, ResultCodeVersion.names, CALLED_BY)
        .join(Employee, Employee.id == Attempt.employee_id)
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Attempt.result_version_id)
        .where(Attempt.task_id.in_(chain_of(task_id)), _behind(before, 2, Attempt.at, Attempt.id))
        .order_by(Attempt.at.desc(), Attempt.id.desc())
        .limit(limit)
    ).all()
    recorded = _recorded(session, task_id) if rows else {}
    for attempt, names, by in rows:
        line = AttemptLine(
            at=attempt.at, outcome=attempt.outcome, result=names, comment=attempt.comment, by=by,
            mileage_km=attempt.mileage_km, is_copy=attempt.copied_from_id is not None,
            is_undone=attempt.undone_at is not None,
        )  # fmt: skip
        yield TimelineLine(
            key=TimelineKey(attempt.at, 2, attempt.id), kind=TimelineKind.RESULTS, by=by,
            attempt=line, entry=recorded.get(attempt.id),
        )  # fmt: skip


def _recorded(session: Session, task_id: int) -> dict[int, JournalEntry]:
    entries = session.scalars(
        select(JournalEntry).where(
            JournalEntry.subject == "task",
            JournalEntry.subject_id.in_(chain_of(task_id)),
            JournalEntry.event == _RECORDED,
        )
    )
    return {entry.details.get("attempt_id", 0): entry for entry in entries}


def _documents(
    session: Session, task_id: int, before: TimelineKey | None, limit: int
) -> Iterator[TimelineLine]:
    rows = session.execute(
        select(Document, Employee.full_name)
        .join(Employee, Employee.id == Document.added_by)
        .where(
            Document.task_id.in_(chain_of(task_id)),
            _behind(before, 1, Document.added_at, Document.id),
        )
        .order_by(Document.added_at.desc(), Document.id.desc())
        .limit(limit)
    )
    for document, by in rows:
        yield TimelineLine(
            key=TimelineKey(document.added_at, 1, document.id), kind=TimelineKind.DOCUMENTS,
            document=document, by=by,
        )  # fmt: skip


def _entries(
    session: Session,
    task_id: int,
    only: TimelineKind | None,
    before: TimelineKey | None,
    limit: int,
) -> list[TimelineLine]:
    """What the journal says; a recorded attempt is told by the attempt itself."""
    rows = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject.in_(("task", "task_card")),
            JournalEntry.subject_id.in_(chain_of(task_id)),
            JournalEntry.event != _RECORDED,
            _of_kind(only),
            _behind(before, 0, JournalEntry.at, JournalEntry.id),
        )
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
        .limit(limit)
    ).all()
    title = _origin(session, task_id) if any(row.event == _FORMED for row in rows) else ""
    abouts = _abouts(session, rows)
    return [
        TimelineLine(
            key=TimelineKey(row.at, 0, row.id), kind=_kind(row), entry=row,
            origin=title if row.event == _FORMED else "", about=abouts.get(row.id, ""),
        )
        for row in rows
    ]  # fmt: skip


def _of_kind(only: TimelineKind | None) -> ColumnElement[bool]:
    formed = JournalEntry.event == _FORMED
    scheduled = JournalEntry.actor == "scheduler"
    gone = JournalEntry.event == "DocumentDeleted"
    match only:
        case TimelineKind.ORIGIN:
            return formed
        case TimelineKind.SCHEDULE:
            return scheduled & ~formed
        case TimelineKind.DOCUMENTS:
            return gone
        case TimelineKind.DEEDS:
            return ~formed & ~scheduled & ~gone
        case _:
            return true()


def _kind(entry: JournalEntry) -> TimelineKind:
    if entry.event == _FORMED:
        return TimelineKind.ORIGIN
    if entry.actor == "scheduler":
        return TimelineKind.SCHEDULE
    return TimelineKind.DOCUMENTS if entry.event == "DocumentDeleted" else TimelineKind.DEEDS


def _origin(session: Session, task_id: int) -> str:
    """The title of the run (of a file: its name) that found the lead."""
    return (
        session.scalar(
            select(SelectionRun.title)
            .join(Lead, Lead.run_id == SelectionRun.id)
            .join(Task, Task.lead_id == Lead.id)
            .where(Task.id == task_id)
        )
        or ""
    )


def _abouts(session: Session, entries: Sequence[JournalEntry]) -> dict[int, str]:
    """Names of the documents and people that these entries speak of."""
    said: dict[int, str] = {}
    for detail, column, number in (
        ("document_id", Document.name, Document.id),
        ("employee_id", Employee.full_name, Employee.id),
    ):
        wanted = {e.id: e.details[detail] for e in entries
                  if e.subject == "task_card" and detail in e.details}  # fmt: skip
        if wanted:
            query = select(number, column).where(number.in_(set(wanted.values())))
            names: dict[Any, str] = {row[0]: row[1] for row in session.execute(query)}
            said |= {entry_id: names.get(key, "") for entry_id, key in wanted.items()}
    return said


def _names(session: Session, lines: Sequence[TimelineLine]) -> dict[str, str]:
    keys = {line.entry.actor for line in lines if line.entry is not None}
    ids = {int(key[9:]) for key in keys if key.startswith("employee:")}
    if not ids:
        return {}
    rows = session.execute(select(Employee.id, Employee.full_name).where(Employee.id.in_(ids)))
    return {f"employee:{number}": name for number, name in rows}
