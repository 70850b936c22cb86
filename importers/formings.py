"""What was formed from a file, each time: by whom, when, and which work-lists (A8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.journal import JournalEntry, event_name
from directory.clients.models import Client
from directory.staff.models import Employee
from importers.events import WorkListsFormed
from importers.files import get_file
from selections.models import Lead
from worklists.models.task import Task
from worklists.models.work_list import WorkList
from worklists.visibility import work_list_is_visible

_NEWEST = 10
_LINKS = 12


@dataclass(frozen=True, kw_only=True)
class FormedList:
    """A work-list that a forming opened or appended to."""

    work_list_id: int
    client: str


@dataclass(frozen=True, kw_only=True)
class Forming:
    """One forming from the file. ``told``: the numbers of ``importers.events.WorkListsFormed``."""

    at: datetime
    actor: str
    """``employee:7``, ``command-line``."""
    by: str
    """The person's name; empty when it was no person."""
    told: Mapping[str, Any]
    work_lists: Sequence[FormedList]
    """The first ones."""
    work_lists_count: int


def formings_of(session: Session, file_id: int, *, actor: Actor) -> list[Forming]:
    """The newest formings from the file, the newest first. Raises NotFound for foreign files."""
    get_file(session, file_id, actor=actor, even_forgotten=True)
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject == WorkListsFormed.subject,
            JournalEntry.subject_id == file_id,
            JournalEntry.event == event_name(WorkListsFormed),
        )
        .order_by(JournalEntry.id.desc())
        .limit(_NEWEST)
    ).all()
    people = _people(session, {entry.actor for entry in entries})
    return [_forming(session, entry, people, actor) for entry in entries]


def _forming(
    session: Session, entry: JournalEntry, people: Mapping[str, str], actor: Actor
) -> Forming:
    made = (
        select(WorkList.id, Client.name)
        .join(Client, Client.id == WorkList.client_id)
        .join(Task, Task.work_list_id == WorkList.id)
        .join(Lead, Lead.id == Task.lead_id)
        .where(Lead.run_id == entry.details.get("run_id", 0), work_list_is_visible(actor))
        .distinct()
    )
    count = session.scalar(select(func.count()).select_from(made.subquery())) or 0
    first = session.execute(made.order_by(WorkList.id).limit(_LINKS)) if count else ()
    return Forming(
        at=entry.at,
        actor=entry.actor,
        by=people.get(entry.actor, ""),
        told=entry.details,
        work_lists=[FormedList(work_list_id=row[0], client=row[1]) for row in first],
        work_lists_count=count,
    )


def _people(session: Session, keys: set[str]) -> Mapping[str, str]:
    ids = [int(key[9:]) for key in keys if key.startswith("employee:") and key[9:].isdecimal()]
    rows = session.execute(select(Employee.id, Employee.full_name).where(Employee.id.in_(ids)))
    return {f"employee:{row.id}": row.full_name for row in rows}
