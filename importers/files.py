"""The files of the units that a person sees: one of them, the newest, what they came to."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, Refused
from core.journal import JournalEntry, event_name
from directory.staff.models import Employee
from directory.units.models import Unit
from importers.events import FileEvent, FormingTakenBack
from importers.loads.models import RecordLoad
from importers.models import ImportedFile
from importers.permissions import ImportPermission


@dataclass(frozen=True, kw_only=True)
class FileSummary:
    """A file in the list of files; ``tasks``: how many were formed from it."""

    id: int
    name: str
    format: str
    unit: str
    loaded_by: str
    loaded_at: datetime
    rows: int
    rejected: int
    tasks: int


class DataForgotten(Refused):
    """The personal data of the file was removed, as it is after a set time: no rows are left."""


def get_file(
    session: Session, file_id: int, *, actor: Actor, even_forgotten: bool = False
) -> ImportedFile:
    """The file, if its unit is among those of this person.

    ``even_forgotten``: also one whose rows hold nothing any more. Raises NotFound, NotPermitted,
    DataForgotten.
    """
    actor.require(ImportPermission.LOAD)
    file = session.get(ImportedFile, file_id)
    if file is None or file.unit_id not in actor.unit_ids:
        raise NotFound("imported_file", file_id)
    if file.forgotten_at is not None and not even_forgotten:
        raise DataForgotten
    return file


def refuse_forgotten(session: Session, file: ImportedFile) -> None:
    """Look again at a file whose lock was waited for. Raises DataForgotten: its rows are gone."""
    session.refresh(file)
    if file.forgotten_at is not None:
        raise DataForgotten


def recent_files(session: Session, *, actor: Actor, limit: int = 10) -> list[FileSummary]:
    """The newest files of the person's units; the counts are those of the journal."""
    actor.require(ImportPermission.LOAD)
    files = session.execute(
        select(ImportedFile, Unit.name, Employee.full_name)
        .join(Unit, Unit.id == ImportedFile.unit_id)
        .join(Employee, Employee.id == ImportedFile.loaded_by)
        .where(ImportedFile.unit_id.in_(actor.unit_ids))
        .order_by(ImportedFile.id.desc())
        .limit(limit)
    )
    told = list(files)
    counts = _recorded_counts(session, [file.id for file, _, _ in told])
    return [
        FileSummary(
            id=file.id,
            name=file.name,
            format=file.format,
            unit=unit,
            loaded_by=person,
            loaded_at=file.loaded_at,
            rows=counts[file.id]["rows"],
            rejected=counts[file.id]["rejected"],
            tasks=counts[file.id]["tasks_new"],
        )
        for file, unit, person in told
    ]


def last_asked(session: Session, *, actor: Actor) -> tuple[int, str] | None:
    """Unit and format of the file that this person loaded last; None: there was none."""
    file = session.execute(
        select(ImportedFile.unit_id, ImportedFile.format, ImportedFile.loaded_at)
        .where(ImportedFile.loaded_by == actor.employee_id)
        .order_by(ImportedFile.id.desc())
        .limit(1)
    ).one_or_none()
    load = session.execute(
        select(RecordLoad.unit_id, RecordLoad.format, RecordLoad.asked_at)
        .where(RecordLoad.asked_by == actor.key)
        .order_by(RecordLoad.id.desc())
        .limit(1)
    ).one_or_none()
    found = [one for one in (file, load) if one is not None]
    if not found:
        return None
    unit_id, format, _at = max(found, key=lambda one: one[2])
    return unit_id, format


def _recorded_counts(session: Session, file_ids: list[int]) -> dict[int, Counter[str]]:
    counts: dict[int, Counter[str]] = {file_id: Counter() for file_id in file_ids}
    entries = session.execute(
        select(JournalEntry.subject_id, JournalEntry.event, JournalEntry.details)
        .where(JournalEntry.subject == FileEvent.subject, JournalEntry.subject_id.in_(file_ids))
        .order_by(JournalEntry.id)
    )
    for file_id, event, details in entries:
        told = counts[file_id]
        told["tasks_new"] += details.get("tasks_new", 0)
        if event == event_name(FormingTakenBack):
            told["tasks_new"] -= details["tasks"]
        # Reading it anew replaces what was told at loading.
        told.update(
            {name: details[name] - told[name] for name in ("rows", "rejected") if name in details}
        )
    return counts
