"""Work-lists out of rows of a file: one transaction, nothing twice (A8, A10, rules 1, 2, 19).

Whoever forms waits for whoever forms from another file, so that no client is made twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    and_,
    case,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from core.access import Actor
from core.bulk import copy_rows, lift_time_limits, refresh_statistics_of, temporary
from core.db import insert_into
from core.errors import Refused
from core.journal import record
from core.locks import exclusively
from directory.clients.models import ClientUnit
from directory.units.tree import zone_of
from importers.collecting import no_collecting
from importers.events import WorkListsFormed
from importers.files import get_file, refuse_forgotten
from importers.known import Subject, make_known
from importers.loads.added import Added, joined
from importers.matching import in_chunks, match_rows
from importers.models import ImportedFile, ImportedRow, RowFate
from importers.permissions import ImportPermission
from importers.plans import campaign_of
from importers.readings import keys_of_reading
from importers.rereading import LOCK
from selections.models import Lead, RunSource, SelectionRun
from worklists.forming import form_work_lists
from worklists.judged_leads import is_already_in_work
from worklists.permissions import WorkPermission

_IDLE = (RowFate.REJECTED, RowFate.DUPLICATE)
FINDINGS = Table(
    "row_findings",
    MetaData(),
    Column("row_id", Integer, primary_key=True, autoincrement=False),
    Column("client_id", Integer, nullable=False),
    Column("asset_id", Integer),
    prefixes=["TEMPORARY"],
)
"""Whom the rows of a forming concern; temporary."""
_MANY = 1_000
"""From so many rows on the planner needs to know how many there are."""
_WHY = ("last_visit_on", "planned_on", "sold_on", "mileage_km", "dealer", "comment")


class NothingChosen(Refused):
    """No row was ticked."""


@dataclass(frozen=True, kw_only=True)
class FormedFromFile:
    """What came of the chosen rows; ``blocked``, ``skipped`` and the rest add up to ``chosen``."""

    chosen: int
    clients_new: int
    work_lists_new: int
    work_lists_appended: int
    tasks_new: int
    already_in_work: int
    blocked: int
    skipped: int
    """Duplicates and rejected rows among the chosen ones."""


@no_collecting()
def form_from_file(
    session: Session,
    file_id: int,
    *,
    row_ids: Collection[int] | None,
    actor: Actor,
    now: datetime,
    default_zone: str,
) -> FormedFromFile:
    """Form work-lists from these rows (None: from all rows of the file).

    Creates the clients, contact points and vehicles that are missing. ``default_zone``: the
    company's IANA zone. Raises NotFound, NotPermitted, NothingChosen.
    """
    actor.require(ImportPermission.LOAD)
    actor.require(WorkPermission.FORM)
    file = get_file(session, file_id, actor=actor)
    if row_ids is not None and not row_ids:
        raise NothingChosen
    lift_time_limits(session)
    exclusively(session, LOCK)
    refuse_forgotten(session, file)
    chosen, formed_before, waiting = _chosen(session, file, row_ids)
    subjects = _subjects(session, file, waiting)
    made = make_known(session, subjects, actor=actor, now=now)
    run = _run(session, file, actor=actor, now=now)
    leads = _add_leads(session, run, file, subjects, made.added)
    file.added = joined(file.added, made.added)
    formed = form_work_lists(
        session,
        run.id,
        campaign_id=campaign_of(session, file).id,
        unit_id=file.unit_id,
        actor=actor,
        now=now,
        default_zone=zone_of(session, file.unit_id, default_zone),
    )
    _keep_findings(session, subjects, file, run, now)
    found = [subject for subject in subjects if subject.client_id is not None]
    told = FormedFromFile(
        chosen=chosen,
        clients_new=made.clients,
        work_lists_new=formed.work_lists_new,
        work_lists_appended=formed.work_lists_appended,
        tasks_new=formed.tasks_new,
        # Two rows that turned out to be one client and vehicle are one lead.
        already_in_work=formed_before + formed.already_in_work + len(found) - leads,
        blocked=formed.blocked + len(subjects) - len(found),
        skipped=chosen - formed_before - len(subjects),
    )
    _note(session, file, run, told, actor=actor, now=now)
    return told


def _chosen(
    session: Session, file: ImportedFile, row_ids: Collection[int] | None
) -> tuple[int, int, list[Any]]:
    """How many rows are meant, how many were formed before, and those that wait to be."""
    columns = (ImportedRow.id, ImportedRow.row_no, ImportedRow.reading, ImportedRow.client_id,
               ImportedRow.asset_id)  # fmt: skip
    mine = ImportedRow.file_id == file.id
    chosen = formed = 0
    waiting: list[Any] = []
    for chunk in in_chunks(row_ids) if row_ids is not None else [None]:
        within = mine if chunk is None else mine & ImportedRow.id.in_(chunk)
        counted = select(func.count(), func.count(ImportedRow.formed_at)).where(within)
        rows, before = session.execute(counted).one()
        chosen, formed = chosen + rows, formed + before
        waits = ImportedRow.formed_at.is_(None), ImportedRow.fate.not_in(_IDLE)
        waiting += session.execute(select(*columns).where(within, *waits)).all()
    return chosen, formed, sorted(waiting, key=lambda row: row.row_no)


def _subjects(session: Session, file: ImportedFile, waiting: list[Any]) -> list[Subject]:
    """Looked up again: since the file was loaded another one may have brought the same people."""
    keys = [keys_of_reading(r.row_no, r.reading, r.client_id, r.asset_id) for r in waiting]
    matches = match_rows(session, keys, unit_id=file.unit_id)
    return [
        Subject(row.id, row.reading, key, match, row.client_id, row.asset_id)
        for row, key, match in zip(waiting, keys, matches, strict=True)
    ]


def _run(session: Session, file: ImportedFile, *, actor: Actor, now: datetime) -> SelectionRun:
    run = SelectionRun(
        source=RunSource.FILE,
        unit_id=file.unit_id,
        title=file.name,
        parameters={"imported_file_id": file.id, "format": file.format},
        run_by=actor.key,
        run_at=now,
    )
    session.add(run)
    session.flush()
    return run


def _add_leads(
    session: Session,
    run: SelectionRun,
    file: ImportedFile,
    subjects: list[Subject],
    added: Added,
) -> int:
    """One lead for each client and vehicle; returns how many."""
    leads: dict[tuple[int, int], tuple[Any, ...]] = {}
    for subject in subjects:
        if subject.client_id is not None and subject.match.fate is not RowFate.DUPLICATE:
            pair = (subject.client_id, subject.asset_id or 0)
            why = _why(subject, file)
            leads.setdefault(pair, (run.id, pair[0], subject.asset_id, pair[1], why, None))
    columns = ("run_id", "client_id", "asset_id", "asset_key", "why", "due_at")
    copy_rows(session, Lead, columns, leads.values())
    clients = select(Lead.client_id, literal(run.unit_id)).where(Lead.run_id == run.id)
    into = insert_into(session, ClientUnit).from_select(
        ["client_id", "unit_id"], clients.distinct()
    )
    known = into.on_conflict_do_nothing().returning(ClientUnit.client_id)
    added.rows(ClientUnit, session.scalars(known))
    return len(leads)


def _why(subject: Subject, file: ImportedFile) -> dict[str, Any]:
    """The values that brought the lead here (rule 18)."""
    reading = subject.reading
    why = {name: reading[name] for name in _WHY if name in reading}
    if subject.asset_id is None and reading.get("make"):
        why["vehicle"] = " ".join(
            str(reading[name]) for name in ("make", "model", "year") if name in reading
        )
    if not subject.match.brings_contacts and reading.get("name"):
        why["name"] = reading["name"]  # the owner is called, not whom the row names
    if subject.match.warnings:
        why["warnings"] = [warning.code.value for warning in subject.match.warnings]
    return {"file": file.name, "row": subject.keys.row_no, **why}


def _keep_findings(
    session: Session, subjects: list[Subject], file: ImportedFile, run: SelectionRun, now: datetime
) -> None:
    """Write into the rows whom they concern, and that they are done: one UPDATE of wide rows.

    A row is done when its task is there, new or old; blocked ones may be tried again.
    """
    asset_key = func.coalesce(FINDINGS.c.asset_id, 0)
    is_lead = exists().where(
        Lead.run_id == run.id,
        Lead.client_id == FINDINGS.c.client_id,
        Lead.asset_key == asset_key,
    )
    campaign_id = campaign_of(session, file).id
    in_work = is_already_in_work(file.unit_id, campaign_id, FINDINGS.c.client_id, asset_key)
    formed_at = case((and_(is_lead, in_work), literal(now, ImportedRow.formed_at.type)))
    found = [(s.row_id, s.client_id, s.asset_id) for s in subjects if s.client_id is not None]
    with temporary(session, FINDINGS):
        copy_rows(session, FINDINGS, ("row_id", "client_id", "asset_id"), found)
        if len(found) >= _MANY:
            refresh_statistics_of(session, FINDINGS)
        session.execute(
            update(ImportedRow)
            .where(ImportedRow.file_id == file.id, ImportedRow.id == FINDINGS.c.row_id)
            .values(
                client_id=FINDINGS.c.client_id, asset_id=FINDINGS.c.asset_id, formed_at=formed_at
            )
            .execution_options(synchronize_session=False)
        )


def _note(
    session: Session,
    file: ImportedFile,
    run: SelectionRun,
    told: FormedFromFile,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    event = WorkListsFormed(
        imported_file_id=file.id,
        run_id=run.id,
        chosen=told.chosen,
        clients_new=told.clients_new,
        work_lists_new=told.work_lists_new,
        work_lists_appended=told.work_lists_appended,
        tasks_new=told.tasks_new,
        already_in_work=told.already_in_work,
        blocked=told.blocked,
        skipped=told.skipped,
    )
    record(session, event, actor=actor, at=now)
