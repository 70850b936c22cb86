"""Taking back all that was formed from a file of work-lists (A8, rule 20).

New tasks go, with the work-lists that were opened for them alone and the clients and vehicles that
the file has made; the rows wait to be formed again. A task that nobody has touched has no history
but its making: closed as cancelled it would count as work that was given up. The journal keeps
telling that it was made, and its number is never used again. Nothing goes when one task is touched.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.bulk import lift_time_limits
from core.journal import JournalEntry, event_name, record
from core.locks import exclusively, hold
from directory.clients.models import Client
from importers.collecting import no_collecting
from importers.events import FormingTakenBack
from importers.files import get_file, refuse_forgotten
from importers.loads.added import merged, numbers_in
from importers.loads.later_uses import (
    Own,
    decided_since,
    edits,
    filled_by_loads,
    named_by_loads,
    spare_what_is_used,
)
from importers.loads.models import RecordLoad
from importers.models import ImportedFile, ImportedRow
from importers.permissions import ImportPermission
from importers.rereading import LOCK
from importers.taken_rows import TakenRows, Touch, taken_rows
from selections.models import Lead, RunSource, SelectionRun
from worklists.events.outcomes import TaskAppended, WorkListOpened
from worklists.events.queue import TaskRefused
from worklists.lifecycle import TaskState
from worklists.models.task import Task
from worklists.models.work_list import WorkList
from worklists.permissions import WorkPermission

_NOBODYS_WORK = tuple(map(event_name, (TaskAppended, TaskRefused)))


@dataclass(frozen=True, kw_only=True)
class FormedTakenBack:
    """How many went."""

    tasks: int
    work_lists: int
    clients: int
    assets: int


@no_collecting()
def take_back_formed(
    session: Session, file_id: int, *, actor: Actor, now: datetime
) -> FormedTakenBack:
    """Take back all that was formed from the file; whoever may form may. Twice is once.

    Raises NotFound, NotPermitted, LoadTouched (then nothing has changed).
    """
    actor.require(ImportPermission.LOAD)
    actor.require(WorkPermission.FORM)
    file = get_file(session, file_id, actor=actor)
    lift_time_limits(session)
    exclusively(session, LOCK)
    exclusively(session, f"forming:{file.unit_id}")
    refuse_forgotten(session, file)
    with taken_rows(session, file.unit_id) as taken:
        _mark(session, file, taken)
        reasons = _touched(session, file, taken)
        if reasons:
            raise taken.touched(reasons)
        spare_what_is_used(session, taken)
        _free_rows(session, file, taken)
        gone = Counter(taken.delete())
    told = FormedTakenBack(
        tasks=gone["tasks"], work_lists=gone["work_lists"], clients=gone["clients"],
        assets=gone["assets"],
    )  # fmt: skip
    session.expire_all()
    if any(gone.values()):
        file.added = {}
        event = FormingTakenBack(
            imported_file_id=file.id, tasks=told.tasks, work_lists=told.work_lists,
            clients=told.clients, assets=told.assets,
        )  # fmt: skip
        record(session, event, actor=actor, at=now)
    session.flush()
    return told


def tasks_formed(session: Session, file: ImportedFile) -> int:
    """How many tasks that were formed from the file are there."""
    query = select(func.count()).where(Task.lead_id.in_(_leads(file)))
    return session.scalar(query) or 0


def _runs(file: ImportedFile) -> Select[int]:
    return select(SelectionRun.id).where(
        SelectionRun.source == RunSource.FILE,
        SelectionRun.unit_id == file.unit_id,
        SelectionRun.parameters["imported_file_id"].as_integer() == file.id,
    )


def _leads(file: ImportedFile) -> Select[int]:
    return select(Lead.id).where(Lead.run_id.in_(_runs(file)))


def _mark(session: Session, file: ImportedFile, taken: TakenRows) -> None:
    for kind, spans in file.added.items():
        taken.add(kind, numbers_in(merged(spans)))
    taken.add_found("leads", _leads(file))
    taken.add_found("tasks", select(Task.id).where(Task.lead_id.in_(taken.numbers("leads"))))
    opened = exists().where(
        JournalEntry.subject == WorkListOpened.subject,
        JournalEntry.subject_id == WorkList.id,
        JournalEntry.event == event_name(WorkListOpened),
        JournalEntry.details["run_id"].as_integer().in_(_runs(file)),
    )
    others = exists().where(
        Task.work_list_id == WorkList.id, Task.id.not_in(taken.numbers("tasks"))
    )
    emptied = select(Task.work_list_id).where(Task.id.in_(taken.numbers("tasks")))
    alone = select(WorkList.id).where(WorkList.id.in_(emptied), opened, ~others)
    taken.add_found("work_lists", alone)
    taken.settle()
    # Whoever would take one of them into work now waits, and finds it gone.
    hold(session, select(Task.id).where(Task.id.in_(taken.numbers("tasks"))).order_by(Task.id))
    hold(session, select(Client.id).where(Client.id.in_(taken.numbers("clients"))))


def _touched(session: Session, file: ImportedFile, taken: TakenRows) -> Counter[Touch]:
    reasons = taken.uses({"imported_rows": ImportedRow.file_id != file.id})
    since = or_(
        RecordLoad.finished_at.is_(None),
        RecordLoad.finished_at >= file.loaded_at,
        decided_since(file.loaded_at),
    )
    reasons += edits(session, taken) + named_by_loads(session, taken, since)
    reasons += filled_by_loads(session, Own(file.added), taken, since)
    by_people = exists().where(
        JournalEntry.subject.in_(("task", "task_card")),
        JournalEntry.subject_id == Task.id,
        JournalEntry.event.not_in(_NOBODYS_WORK),
        JournalEntry.actor.startswith("employee:"),
    )
    worked_on = select(func.count()).where(
        Task.id.in_(taken.numbers("tasks")),
        or_(Task.state != TaskState.PLANNED, Task.performer_id.is_not(None), by_people),
    )
    return reasons + Counter({Touch.WORK: session.scalar(worked_on) or 0})


def _free_rows(session: Session, file: ImportedFile, taken: TakenRows) -> None:
    """The rows of the file wait again, and concern nobody who goes."""
    mine = ImportedRow.file_id == file.id
    for column, kind in ((ImportedRow.client_id, "clients"), (ImportedRow.asset_id, "assets")):
        which = update(ImportedRow).where(mine, column.in_(taken.numbers(kind)))
        session.execute(which.values({column: None}).execution_options(synchronize_session=False))
    formed = update(ImportedRow).where(mine, ImportedRow.formed_at.is_not(None))
    session.execute(formed.values(formed_at=None).execution_options(synchronize_session=False))
