"""Staged loads for tests: a file of clients, and what a database holds, whatever its numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import database_clock
from core.db import Database
from directory.clients.models import Client, ClientUnit, ContactPoint
from directory.units.models import Unit
from importers.loading import content_sum
from importers.loads.asking import ask_load
from importers.loads.models import RecordLoad
from importers.loads.spool import keep_file
from importers.loads.working import work_on_loads
from tests.given import Given

HEADINGS = "ФИО;Телефон;Дата рождения;Код клиента"


def people(count: int, *, first: int = 1) -> list[str]:
    """Lines of clients: every tenth comes once more, every eleventh cannot be taken."""
    lines = []
    for number in range(first, first + count):
        one = number - 1 if number % 10 == 0 else number
        phone = "12" if number % 11 == 0 else f"8916{one:07d}"
        key = "" if number % 11 == 0 else f"K-{one}"
        born = "31.02.1980" if number % 7 == 0 else "01.02.1980"
        lines.append(f"Иванов {chr(1040 + one % 30)}он{one};{phone};{born};{key}")
    return lines


def write_lines(path: Path, lines: Sequence[str]) -> Path:
    """A CSV file of these lines below the headings."""
    path.write_text("\n".join((HEADINGS, *lines)) + "\n", encoding="utf-8")
    return path


class StagingDesk:
    """A unit with a manager who loads files of clients through the spool."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder / "loads"
        with database.unit_of_work() as session:
            given = Given(session)
            given.catalogue()
            self.unit_id = given.unit().id
            self.actor: Actor = given.manager(session.get_one(Unit, self.unit_id))

    def ask(self, path: Path, **options: Any) -> int:
        """Ask for the file to be loaded; it lies in the spool then."""
        with self.database.unit_of_work() as session:
            asked = ask_load(
                session, name=path.name, size=path.stat().st_size, sha256=content_sum(path),
                unit_id=self.unit_id, actor=self.actor, now=database_clock(session),
                **{"format": "clients", **options},
            )  # fmt: skip
            if asked.is_new:
                copy = path.with_suffix(".copy")
                copy.write_bytes(path.read_bytes())
                keep_file(self.folder, asked.load.id, copy)
            return asked.load.id

    def work(self) -> int:
        """What the job of the scheduler does."""
        return work_on_loads(self.database, database_clock, folder=self.folder)

    def see(self, load_id: int) -> RecordLoad:
        with self.database.reading() as session:
            return session.get_one(RecordLoad, load_id)

    def do(self, step: Any, load_id: int) -> None:
        """One of the use-cases of ``importers.loads.asking``."""
        with self.database.unit_of_work() as session:
            step(session, load_id, actor=self.actor, now=database_clock(session))

    def picture(self) -> list[Any]:
        """The clients with their contact points and units, by what they are and not by number."""
        with self.database.reading() as session:
            return picture_of(session)


def picture_of(session: Session) -> list[Any]:
    """See ``StagingDesk.picture``."""
    points: dict[int, list[Any]] = {}
    kept = (ContactPoint.client_id, ContactPoint.kind, ContactPoint.value, ContactPoint.rank,
            ContactPoint.label, ContactPoint.is_valid)  # fmt: skip
    for client_id, *rest in session.execute(select(*kept)):
        points.setdefault(client_id, []).append(tuple(rest))
    units: dict[int, list[int]] = {}
    for client_id, unit_id in session.execute(select(ClientUnit.client_id, ClientUnit.unit_id)):
        units.setdefault(client_id, []).append(unit_id)
    clients = session.execute(
        select(Client.id, Client.name, Client.kind, Client.external_key, Client.birth_on,
               Client.note, Client.version)
    )  # fmt: skip
    return sorted(
        (tuple(map(str, rest)), sorted(map(str, points.get(one, ()))), sorted(units.get(one, ())))
        for one, *rest in clients
    )
