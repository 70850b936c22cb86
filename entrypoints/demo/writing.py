"""Writing what was invented: tables in the order in which they refer to each other."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter, itemgetter
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from core.bulk import copy_rows
from core.journal import JournalEntry
from directory.assets.models import Asset, MileageReading, Ownership
from directory.clients.models import (
    Client,
    ClientUnit,
    ContactPoint,
    ContactRefusal,
    RefusalScope,
)
from directory.staff.models import Appointment, Employee
from directory.units.models import Unit, UnitPath
from directory.visits.models import Recommendation, Visit, VisitLine
from entrypoints.demo import company
from entrypoints.demo.appointments import appoint, write_capacities, write_places
from entrypoints.demo.book import by
from entrypoints.demo.chronicle import Chronicle
from entrypoints.demo.clientele import Clientele
from entrypoints.demo.files_loaded import LoadedFiles
from entrypoints.demo.records import (
    AssetRow,
    AttemptRow,
    ClientRow,
    ContactRow,
    JournalRow,
    OwnershipRow,
    TaskRow,
    WorkListRow,
    write,
)
from entrypoints.demo.service_history import (
    LINE_COLUMNS,
    READING_COLUMNS,
    RECOMMENDATION_COLUMNS,
    VISIT_COLUMNS,
    VisitStory,
    line_rows,
    reading_rows,
    recommendation_rows,
    visit_rows,
)
from selections.models import Lead, SelectionRun
from worklists.models.attempt import Attempt, Notification, ServiceRequest
from worklists.models.task import Task
from worklists.models.work_list import Involvement, WorkList

_REFUSAL_COLUMNS = ("client_id", "scope", "channel", "purpose", "asset_id", "reason", "source",
                    "recorded_at")  # fmt: skip


def write_company(session: Session, *, password_hash: str, since: datetime) -> None:
    """Units, their paths, people and their roles."""
    ids = {unit.code: unit.id for unit in company.UNITS}
    copy_rows(
        session,
        Unit,
        ("id", "parent_id", "kind", "code", "name", "time_zone", "is_archived", "created_at"),
        ((unit.id, ids[unit.parent] if unit.parent else None, unit.kind, unit.code, unit.name,
          unit.zone, False, since) for unit in company.UNITS),
    )  # fmt: skip
    copy_rows(session, UnitPath, ("ancestor_id", "descendant_id", "depth"), company.unit_paths())
    copy_rows(
        session,
        Employee,
        ("id", "login", "full_name", "password_hash", "locale", "time_zone", "theme", "is_active",
         "created_at", "version"),
        ((one.id, one.login, one.full_name, password_hash, "ru", one.zone, "auto", True, since, 1)
         for one in company.EMPLOYEES),
    )  # fmt: skip
    copy_rows(session, Appointment, ("employee_id", "role", "unit_id"), company.appointments())


def write_clients(session: Session, told: Clientele, known_to: set[tuple[int, int]]) -> int:
    """Clients with their contact points and the units that know them."""
    count = write(session, Client, told.clients, ClientRow)
    count += write(session, ContactPoint, told.contacts, ContactRow)
    return count + copy_rows(
        session, ClientUnit, ("client_id", "unit_id"), sorted(known_to | set(_homes(told)))
    )


def write_vehicles(session: Session, told: Clientele) -> int:
    """Vehicles and who owned them."""
    count = write(session, Asset, (vehicle.row for vehicle in told.vehicles), AssetRow)
    ownerships = (one for vehicle in told.vehicles for one in vehicle.owners)
    return count + write(session, Ownership, ownerships, OwnershipRow)


def write_refusals(
    session: Session, told: Clientele, book: Chronicle, rng: Random, now: datetime
) -> int:
    """Refusals heard in calls, and others that people had told before."""
    rows = [*book.refusals, *_old_refusals(told, rng, now)]
    return copy_rows(session, ContactRefusal, _REFUSAL_COLUMNS, rows)


def write_visits(session: Session, visits: list[VisitStory]) -> int:
    """Work orders."""
    return copy_rows(session, Visit, VISIT_COLUMNS, visit_rows(visits))


def write_lines(session: Session, visits: list[VisitStory]) -> int:
    """Works and parts of the work orders."""
    return copy_rows(session, VisitLine, LINE_COLUMNS, line_rows(visits))


def write_readings(
    session: Session, visits: list[VisitStory], book: Chronicle, rng: Random, day: date
) -> int:
    """Mileage from visits and calls, and what was advised at the visits."""
    rows: Iterable[tuple[Any, ...]] = (*reading_rows(visits), *book.readings)
    ordered = sorted(rows, key=lambda row: row[1])
    count = copy_rows(session, MileageReading, READING_COLUMNS, ordered)
    advised = recommendation_rows(rng, visits, day)
    return count + copy_rows(session, Recommendation, RECOMMENDATION_COLUMNS, advised)


def write_work(
    session: Session, book: Chronicle, files: LoadedFiles, rng: Random, *, day: date, now: datetime
) -> int:
    """Runs, leads, work-lists, tasks and what hangs on them; the journal in order of time."""
    run_columns = ("id", "source", "unit_id", "title", "parameters", "run_by", "run_at")
    copy_rows(session, SelectionRun, run_columns, files.runs)
    lead_columns = ("id", "run_id", "client_id", "asset_id", "asset_key", "why", "due_at")
    copy_rows(session, Lead, lead_columns, files.leads)
    write(session, WorkList, book.work_lists, WorkListRow)
    write(session, Task, book.tasks, TaskRow)
    write(session, Attempt, book.attempts, AttemptRow)
    works = write_capacities(session)
    booked = appoint(book.requests, works, rng, day)
    copy_rows(
        session,
        ServiceRequest,
        ("id", "work_list_id", "task_id", "client_id", "asset_id", "workshop_id", "wanted_on",
         "wanted_minute", "work", "comment", "state", "created_by", "created_at", "work_kind_id",
         "minutes"),
        booked.requests,
    )  # fmt: skip
    write_places(session, booked)
    copy_rows(
        session,
        Involvement,
        ("id", "from_work_list_id", "from_task_id", "to_work_list_id", "to_task_id", "asked_by",
         "asked_at", "finished_at"),
        map(tuple, book.involvements),
    )  # fmt: skip
    copy_rows(
        session,
        Notification,
        ("employee_id", "kind", "task_id", "work_list_id", "occasion", "created_at", "seen_at"),
        _told(book, now),
    )
    # Sorting is stable: what happened in one moment stays in the order in which it was told.
    write(session, JournalEntry, sorted(book.journal, key=attrgetter("at")), JournalRow)
    return len(book.tasks)


def _homes(told: Clientele) -> Iterator[tuple[int, int]]:
    for client, centre in zip(told.clients, told.centres, strict=True):
        yield client.id, centre.call_id
        yield client.id, centre.service_id


def _told(book: Chronicle, now: datetime) -> Iterator[tuple[Any, ...]]:
    """Notifications, oldest first; what is older than a day or settled has been seen."""
    for employee_id, kind, task_id, work_list_id, occasion, at in sorted(
        book.notifications, key=itemgetter(5, 4)
    ):
        task = book.tasks[task_id - 1]
        is_settled = task.closed_at is not None and kind != "involvement_done"
        seen_at = min(at + timedelta(minutes=40), now)
        is_seen = is_settled or at < now - timedelta(days=1)
        yield employee_id, kind, task_id, work_list_id, occasion, at, seen_at if is_seen else None


def _old_refusals(told: Clientele, rng: Random, now: datetime) -> Iterator[tuple[Any, ...]]:
    scopes = (RefusalScope.ALL, RefusalScope.CHANNEL, RefusalScope.PURPOSE, RefusalScope.ASSET)
    for vehicle in told.vehicles:
        if rng.random() > 0.008:
            continue
        scope = rng.choices(scopes, (30, 20, 35, 15))[0]
        heard_on = now.date() - timedelta(days=rng.randint(5, 900))
        yield (
            vehicle.owners[-1].client_id,
            scope,
            "phone" if scope is RefusalScope.CHANNEL else None,
            rng.choice(("maintenance", "lost")) if scope is RefusalScope.PURPOSE else None,
            vehicle.row.id if scope is RefusalScope.ASSET else None,
            rng.choice(("Просил не звонить", "Отказ в анкете", "Только письма")),
            by(vehicle.centre.supervisor),
            datetime.combine(heard_on, time(10, rng.randint(0, 59)), UTC),
        )
