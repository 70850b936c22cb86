"""Many tasks at once, and the check of what the journal says happened to them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import Database, database_now
from core.journal import JournalEntry
from directory.clients.models import Client, ContactKind, ContactPoint
from directory.staff.models import Employee
from tests.queue_given import Place
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.permissions import WorkPermission


@dataclass(frozen=True)
class Crowd:
    """A unit with people and tasks."""

    unit_id: int
    people: tuple[int, ...]
    task_ids: tuple[int, ...]


def actor_for(employee_id: int, unit_id: int) -> Actor:
    """The person at work in that unit."""
    return Actor(
        key=f"employee:{employee_id}",
        employee_id=employee_id,
        unit_ids=frozenset({unit_id}),
        permissions=frozenset({WorkPermission.WORK}),
    )


def crowd(
    database: Database,
    *,
    people: int,
    clients: int,
    each: int = 1,
    state: TaskState = TaskState.PLANNED,
    due: timedelta = timedelta(hours=-1),
    spread: timedelta = timedelta(),
    **values: Any,
) -> Crowd:
    """Clients with ``each`` tasks, due at ``due`` from now on over ``spread``; callable always."""
    with database.unit_of_work() as session:
        place = Place(session)
        now = database_now(session)
        place.campaign.call_from_minute, place.campaign.call_until_minute = 0, 1440
        place.campaign.call_weekdays = 0b1111111
        names = [f"chaos-{number}" for number in range(max(people, clients))]
        session.execute(
            insert(Employee),
            [{"login": n, "full_name": n, "created_at": now} for n in names[:people]],
        )
        session.execute(
            insert(Client),
            [{"name": n, "name_norm": n, "created_at": now} for n in names[:clients]],
        )
        of = session.scalars(select(Client.id).order_by(Client.id)).all()
        phone = {"kind": ContactKind.PHONE, "typed": "+79160000000", "value": "+79160000000"}
        session.execute(insert(ContactPoint), [phone | {"client_id": i} for i in of])
        folder = {"unit_id": place.unit.id, "campaign_id": place.campaign.id,
                  "initiator": "tests", "opened_at": now}  # fmt: skip
        session.execute(insert(WorkList), [folder | {"client_id": i} for i in of])
        folders = {client: folder for folder, client in _pairs(session, WorkList)}
        plain = {"unit_id": place.unit.id, "campaign_id": place.campaign.id, "state": state,
                 "kind": TaskKind.CALL, "goal": "book", "time_zone": "Europe/Moscow",
                 "created_at": now, "created_by": "tests"} | values  # fmt: skip
        step = spread / (len(of) * each)
        rows = [
            plain
            | {"work_list_id": folders[client], "client_id": client, "asset_key": number + 1,
               "due_at": now + due + step * (position * each + number)}
            for position, client in enumerate(of)
            for number in range(each)
        ]  # fmt: skip
        session.execute(insert(Task), rows)
        return Crowd(
            place.unit.id,
            tuple(session.scalars(select(Employee.id))),
            tuple(session.scalars(select(Task.id))),
        )


def _pairs(session: Session, of: type[Task] | type[WorkList]) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in session.execute(select(of.id, of.client_id))]


def count(database: Database, what: Any, *conditions: Any) -> int:
    """How many rows meet the conditions."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(what).where(*conditions)) or 0


def present(database: Database) -> datetime:
    """The database's clock."""
    with database.reading() as session:
        return database_now(session)


def check_exclusive(database: Database) -> dict[str, int]:
    """Replay the journal: no task or client is held by two, each token is used once, each task
    is completed once and by its holder. Returns how often each event happened."""
    with database.reading() as session:
        client_of = dict(_pairs(session, Task))
        entries = session.scalars(
            select(JournalEntry).where(JournalEntry.subject == "task").order_by(JournalEntry.id)
        ).all()
    happened: dict[str, int] = defaultdict(int)
    held: dict[int, tuple[int, int]] = {}
    tokens: dict[int, int] = defaultdict(int)
    completed: set[int] = set()
    for entry in entries:
        happened[entry.event] += 1
        task, client = entry.subject_id, client_of[entry.subject_id]
        claim = (task, entry.details.get("token", 0))
        if entry.event == "TaskTaken":
            assert client not in held, f"client {client} is held twice: {held[client]}, {claim}"
            assert claim[1] == tokens[task] + 1, f"token of task {task} does not grow by one"
            assert task not in completed, f"task {task} was taken after it was completed"
            held[client], tokens[task] = claim, claim[1]
        elif entry.event in {"TaskReleased", "LeaseRanOut", "Completed"}:
            assert held.pop(client, None) == claim, f"{entry.event} of {claim}, which is not held"
            if entry.event == "Completed":
                completed.add(task)
    return dict(happened)
